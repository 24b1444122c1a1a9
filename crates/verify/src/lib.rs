//! The judge: what a model would send stands here before the wire, beside the packet it answers.
//!
//! It may veto and never repair. [`judge`] holds an exchange against [`RULES`], each a clause of an
//! RFC; [`admit()`] is the only maker of an [`Admitted`] packet, the only kind that can be
//! transmitted; [`due()`] says what a request calls for. No I/O, no clock, no model, and no code that
//! builds a reply: findings name the right value of a field at most, never a packet.
//!
//! The same rows lint captures: [`inspect`] holds any frame against those that need no other,
//! [`Linter`] adds what several packets show together, and [`assert_conforms!`] does it in the tests of
//! whoever writes a stack of their own.
//!
//! In the order a packet meets them: [`Host`], [`due()`], [`exchange`], [`rules`], [`finding`],
//! [`admit()`]; [`Session`] does all of it in the light of the packets before; for a capture [`trace`].

#![forbid(unsafe_code)]

pub use wire::Link;
use wire::{Packet, Pdu};

pub mod admit;
mod connection;
mod datagram;
pub mod due;
pub mod exchange;
pub mod finding;
pub mod host;
mod rate;
pub mod rule;
pub mod rules;
pub mod session;
pub mod trace;

pub use admit::{Admitted, Veto, admit, admit_silence};
pub use connection::Segment;
pub use due::{Call, Due, Reason, Unreachable, due};
pub use exchange::Exchange;
pub use finding::Finding;
pub use host::{Host, Ports, Speaks};
pub use rule::{Check, Example, Fault, Level, Rule, Scope, Severity};
pub use rules::{RULES, rule};
pub use session::{Occasion, Session};
pub use trace::{Linter, Located, Observation, Trace};

/// Holds an exchange against every rule: the findings on the reply as a packet, then on the exchange,
/// each in the order of [`RULES`], none where all is well. `reply` is `None` where the model chose
/// silence. Findings propose no edits, and nothing is allocated without one.
pub fn judge(host: &Host, request: &[u8], reply: Option<&[u8]>) -> Vec<Finding> {
    Exchange::new(host, request, reply).judge()
}

/// Holds one frame against the rules that need no other ([`Scope::Packet`]): what can be said of any
/// packet in a capture, whoever sent it. Findings come in the order of its headers, and for each in
/// the order of [`RULES`]; nothing is allocated without one.
///
/// ```
/// # use wire::{Link, Packet, hex};
/// let frame = hex::parse("4500001c00000000400112340a0000020a0000010800f7f600010008").unwrap();
/// let findings = verify::inspect(&Packet::new(Link::RawIp, &frame, frame.len()));
/// assert_eq!(findings[0].rule.id, "ipv4.checksum");
/// assert_eq!(findings[0].message, "expected 0x66df, found 0x1234");
/// ```
pub fn inspect(packet: &Packet) -> Vec<Finding> {
    inspect_until(packet, |_| false)
}

/// The same up to the first unit that is `beyond`.
fn inspect_until(packet: &Packet, beyond: impl Fn(&Pdu) -> bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    // Of a unit that begins where nothing was captured there is nothing to point at.
    let captured = |pdu: &Pdu| !pdu.is_quoted() && pdu.start() <= packet.bytes().len();
    let here = |pdu: &Pdu| captured(pdu) && !beyond(pdu);
    for pdu in packet.pdus().take_while(here) {
        for group in rules::on(pdu.protocol()) {
            findings.extend(group.rules(&pdu).iter().filter_map(|rule| rule.judge_pdu(&pdu)));
        }
    }
    findings
}

/// Fails a test unless bytes that your own stack made break no rule: an IP packet, or a frame of the
/// [`Link`](wire::Link) given second. The failure lists the findings with their clauses, and the bytes.
/// Remarks do not fail it.
///
/// ```
/// # fn my_stack_sends_a_ping() -> Vec<u8> { vec![0x45, 0, 0, 28, 0, 0, 0, 0, 64, 1, 0x66, 0xdf, 10, 0, 0, 2, 10, 0, 0, 1, 8, 0, 0xf7, 0xf6, 0, 1, 0, 8] }
/// verify::assert_conforms!(my_stack_sends_a_ping());
/// ```
///
/// ```should_panic
/// let frame = [0; 60];
/// verify::assert_conforms!(frame, wire::Link::RawIp);
/// ```
#[macro_export]
macro_rules! assert_conforms {
    ($bytes:expr $(,)?) => {
        $crate::assert_conforms!($bytes, $crate::Link::RawIp)
    };
    ($bytes:expr, $link:expr $(,)?) => {
        if let Err(report) =
            $crate::conforms(::core::convert::AsRef::<[u8]>::as_ref(&$bytes), $link)
        {
            panic!("{report}");
        }
    };
}

/// Whether a frame breaks no rule: what [`assert_conforms!`] asks.
///
/// # Errors
/// A report: the findings above [`Severity::Note`] with their clauses, and the bytes in hex.
pub fn conforms(frame: &[u8], link: Link) -> Result<(), String> {
    let packet = Packet::new(link, frame, frame.len());
    let mut findings = inspect(&packet);
    findings.retain(|finding| finding.severity > Severity::Note);
    if findings.is_empty() {
        return Ok(());
    }
    let count = findings.len();
    let mut report = format!("{count} of softstack's rules broken by {} bytes:\n", frame.len());
    for finding in findings {
        report += &format!("  {finding}\n    \u{201c}{}\u{201d}\n", finding.rule.quote);
    }
    Err(report + &wire::hex::dump(frame))
}

/// [`inspect`]s an IP packet of either version without link headers.
pub fn judge_packet(packet: &[u8]) -> Vec<Finding> {
    inspect(&Packet::ip(packet))
}
