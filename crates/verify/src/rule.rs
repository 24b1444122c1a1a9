//! What a rule is: one row of the table [`RULES`](crate::RULES).
//!
//! A row joins a clause in the RFC's own words, the function that checks it, and two examples, one
//! that keeps it and one that breaks it. The gate before the wire, the linter of captures and the
//! measurement of models read the same rows.

use std::borrow::Cow;
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use serde::{Serialize, Serializer};
use wire::{Edit, Link, Mac, Pdu, Protocol};

use crate::{Exchange, Finding, Host, Ports, Speaks};

/// One clause, checked.
#[derive(Debug)]
pub struct Rule {
    /// Its name: protocol and field, as `ipv4.checksum`.
    pub id: &'static str,
    /// The RFC's number.
    pub rfc: u16,
    /// The section: a number, or a title where the RFC numbers none.
    pub section: &'static str,
    /// How much the clause demands.
    pub level: Level,
    /// The clause in the RFC's words.
    pub quote: &'static str,
    /// Where this row asks more or less than its clause says, and why.
    pub note: Option<&'static str>,
    /// What is checked, and against what.
    pub check: Check,
    /// Packets that keep the rule, and every other.
    pub pass: Example,
    /// Packets that break it.
    pub fail: Example,
}

/// How much a clause demands, in the words of RFC 2119.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// MUST.
    Must,
    /// MUST NOT.
    MustNot,
    /// SHOULD.
    Should,
    /// SHOULD NOT.
    ShouldNot,
    /// MAY, or only advice: what a reader of the capture may want to know.
    May,
}

/// How much a finding matters to whoever reads a capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// A remark: legal, or a trace of how the capture was made.
    Note,
    /// Contrary to what RFCs advise.
    Warning,
    /// Contrary to what RFCs demand.
    Error,
}

/// How much a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// One packet, whoever sent it.
    Packet,
    /// A request and what was, or was not, replied.
    Exchange,
    /// Several packets of a capture.
    Trace,
}

/// The function of a rule: what is wrong, or `None`.
#[derive(Clone, Copy, Debug)]
pub enum Check {
    /// Looks at one unit of that protocol, whoever sent it; in an exchange, at those of the reply.
    /// Ranges and edits of the fault count from the unit's first octet. Units that an ICMP error quotes
    /// are not looked at.
    Pdu(Protocol, fn(&Pdu) -> Option<Fault>),
    /// The same, for those units alone of which the first function holds, such as those with options.
    /// Neighbours in the table that share it are passed over at one glance.
    PduWhere(Protocol, fn(&Pdu) -> bool, fn(&Pdu) -> Option<Fault>),
    /// Looks at the exchange. The range of the fault counts from behind the reply's link header.
    Exchange(fn(&Exchange) -> Option<Fault>),
    /// Looks at the exchange of frames. The range of the fault counts from the frame's first octet.
    Frames(fn(&Exchange) -> Option<Fault>),
    /// Looks at several packets of a capture: [`Trace`](crate::Trace) does.
    Trace,
}

/// Packets as data, in hex.
#[derive(Clone, Copy, Debug)]
pub enum Example {
    /// One frame of that link.
    Packet(Link, &'static str),
    /// An exchange of the host [`Example::HOST`], IPv4 without link headers.
    Exchange {
        /// The packet that came.
        request: &'static str,
        /// The packet that answers it, or silence.
        reply: Option<&'static str>,
    },
    /// An exchange of that host, after those before: what came, and what was sent, in pairs. On Ethernet,
    /// frames; else IP packets.
    Session {
        /// Who replies.
        host: &'static Host,
        /// What came before, and what was replied.
        before: &'static [(&'static str, Option<&'static str>)],
        /// The packet that came.
        request: &'static str,
        /// The packet that answers it, or silence.
        reply: Option<&'static str>,
    },
    /// A timer of that host went off after those exchanges.
    Timer {
        /// Whose timer.
        host: &'static Host,
        /// What came before, and what was replied; at least one exchange, as timers are of a flow.
        before: &'static [(&'static str, Option<&'static str>)],
        /// What is sent, or nothing.
        reply: Option<&'static str>,
    },
    /// Frames of that link, in order.
    Trace(Link, &'static [&'static str]),
}

/// What a check found wrong: where, in words, and what would put it right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The octets at fault.
    pub range: Range<usize>,
    /// What was expected and what was found.
    pub message: String,
    /// What would put this one packet right. Only checks of a single packet propose edits: from an
    /// exchange they would add up to a responder.
    pub edits: Vec<Edit>,
    /// How much it matters, where that is not what the level of its rule says.
    pub severity: Option<Severity>,
}

impl Example {
    /// The host of every exchange.
    pub const HOST: Host =
        Host::echo(Ipv4Addr::new(10, 0, 0, 1), Some(Ipv4Addr::new(10, 0, 0, 255)));

    /// A host that speaks everything, without link headers: UDP ports 7, 53, 67 and 4000 are open, TCP
    /// port 80, and ICMP type 253 is its own.
    pub const IP_HOST: Host = Example::host(None);

    /// The same on Ethernet.
    pub const ETHERNET_HOST: Host = Example::host(Some(Mac([2, 0, 0, 0, 0, 1])));

    const fn host(mac: Option<Mac>) -> Host {
        Host {
            address: Ipv4Addr::new(10, 0, 0, 1),
            broadcast: Some(Ipv4Addr::new(10, 0, 0, 255)),
            ipv6: Some(Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, 1)),
            mac,
            speaks: Speaks {
                icmp: true,
                udp: Some(Ports(Cow::Borrowed(&[(7, 7), (53, 53), (67, 67), (4000, 4000)]))),
                tcp: Some(Ports(Cow::Borrowed(&[(80, 80)]))),
                own_types: Cow::Borrowed(&[253]),
            },
        }
    }
}

impl Rule {
    /// Holds an exchange against this rule, if it is one on exchanges.
    pub(crate) fn judge_exchange(&'static self, exchange: &Exchange) -> Option<Finding> {
        match self.check {
            Check::Exchange(check) => {
                let captured = exchange.reply.map_or(0, <[u8]>::len);
                let fault = check(exchange)?.shifted(exchange.link_header()).within(captured);
                Some(Finding::new(self, fault))
            }
            Check::Frames(check) => check(exchange).map(|fault| Finding::new(self, fault)),
            Check::Pdu(..) | Check::PduWhere(..) | Check::Trace => None,
        }
    }

    /// Holds one unit of a packet against this rule, if it is one on units; whether it is one on this
    /// unit is for [`on`](crate::rules::on) to say.
    pub(crate) fn judge_pdu(&'static self, pdu: &Pdu) -> Option<Finding> {
        match self.check {
            Check::Pdu(_, check) | Check::PduWhere(_, _, check) => {
                let captured = pdu.packet().bytes().len();
                let fault = |fault: Fault| fault.shifted(pdu.start()).within(captured);
                check(pdu).map(|found| Finding::new(self, fault(found)))
            }
            Check::Exchange(_) | Check::Frames(_) | Check::Trace => None,
        }
    }

    /// How much the rule looks at.
    pub fn scope(&self) -> Scope {
        match self.check {
            Check::Pdu(..) | Check::PduWhere(..) => Scope::Packet,
            Check::Exchange(_) | Check::Frames(_) => Scope::Exchange,
            Check::Trace => Scope::Trace,
        }
    }
}

/// Rules are rows of one table: the same name is the same rule.
impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Rule {}

/// By its name alone.
impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id)
    }
}

impl Level {
    /// Whether breaking it keeps a reply off the wire: MUST and MUST NOT do, the rest is a remark.
    pub fn vetoes(self) -> bool {
        matches!(self, Level::Must | Level::MustNot)
    }

    /// In the words of RFC 2119: `MUST NOT`.
    pub fn name(self) -> &'static str {
        match self {
            Level::Must => "MUST",
            Level::MustNot => "MUST NOT",
            Level::Should => "SHOULD",
            Level::ShouldNot => "SHOULD NOT",
            Level::May => "MAY",
        }
    }

    /// How much breaking it matters.
    pub fn severity(self) -> Severity {
        match self {
            Level::Must | Level::MustNot => Severity::Error,
            Level::Should | Level::ShouldNot => Severity::Warning,
            Level::May => Severity::Note,
        }
    }
}

/// As RFC 2119 writes it.
impl Serialize for Level {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl Severity {
    /// In one word: `error`, `warning`, `note`.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Fault {
    /// A fault in those octets.
    pub(crate) fn new(range: Range<usize>, message: String) -> Self {
        Fault { range, message, edits: Vec::new(), severity: None }
    }

    /// A fault of one packet that writing `bytes` over its octets would put right.
    pub(crate) fn mended_by(mut self, bytes: &[u8]) -> Self {
        self.edits = vec![Edit::Set { offset: self.range.start, bytes: bytes.to_vec() }];
        self
    }

    /// The same fault, no more than a remark.
    pub(crate) fn noted(self) -> Self {
        Fault { severity: Some(Severity::Note), ..self }
    }

    /// The same fault, contrary to no more than advice.
    pub(crate) fn warned(self) -> Self {
        Fault { severity: Some(Severity::Warning), ..self }
    }

    /// The same fault in a packet in which `by` octets come first.
    pub(crate) fn shifted(self, by: usize) -> Self {
        let edits = self.edits.into_iter().map(|edit| edit.shifted(by)).collect();
        Fault { range: self.range.start + by..self.range.end + by, edits, ..self }
    }

    /// The same fault in a packet of which so many octets were captured: a unit that lies behind them can
    /// be missing, but cannot be shown.
    fn within(self, captured: usize) -> Self {
        let Range { start, end } = self.range;
        Fault { range: start.min(captured)..end.min(captured), ..self }
    }

    /// The fault of a field that should hold one value and holds another.
    pub(crate) fn unless_equal<T: PartialEq + fmt::Display>(
        range: Range<usize>,
        expected: T,
        found: T,
    ) -> Option<Self> {
        (expected != found)
            .then(|| Fault::new(range, format!("expected {expected}, found {found}")))
    }
}
