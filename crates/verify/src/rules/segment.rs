//! Rules on a TCP segment beside the one that it answers, and beside all that was said before on its connection
//! (RFC 9293).
//!
//! Here is what holds for every segment that is sent, beside what does for every packet. Resets are in [`reset`],
//! SYN-ACKs in [`opening`], what is sent in a connection in [`stream`], [`numbers`] and [`option`], what a timer
//! may send in [`timer`], when there must be a segment in [`unanswered`], and when none in [`silence`].

use std::ops::Range;

use wire::tcp::field;

use super::IP_HOST;
use crate::Call;
use crate::connection::progress::Progress;
use crate::connection::{Connection, Flow, Heard, Segment};
use crate::exchange::Exchange;
use crate::rule::{Check, Example, Fault, Level, Rule};

pub(super) mod numbers;
pub(super) mod opening;
pub(super) mod option;
pub(super) mod reset;
pub(super) mod silence;
pub(super) mod stream;
pub(super) mod timer;
pub(super) mod unanswered;

/// What came, and what was replied.
type Pair = (&'static str, Option<&'static str>);

/// A SYN from port 40000 of 10.0.0.2 to port 80, sequence number 1000, segments of 1460 octets.
const SYN: &str =
    "4500002c00000000400666ca0a0000020a0000019c400050000003e8000000006002ffffe3ab0000020405b4";
/// The SYN-ACK, sequence number 5000.
const SYN_ACK: &str =
    "4500002c00000000400666ca0a0000010a00000200509c4000001388000003e96012ffffd0120000020405b4";
/// What completes the handshake.
const ACK: &str =
    "4500002800000000400666ce0a0000020a0000019c400050000003e9000013895010ffffe7cf0000";
/// A request of four octets in that connection.
const REQUEST: &str =
    "4500002c00000000400666ca0a0000020a0000019c400050000003e9000013895018ffff08f3000070696e67";
/// Its acknowledgment.
const TAKEN: &str =
    "4500002800000000400666ce0a0000010a00000200509c4000001389000003ed5010ffffe7cb0000";
/// Its answer, with the acknowledgment.
const ANSWER: &str =
    "4500002c00000000400666ca0a0000010a00000200509c4000001389000003ed5018ffff08e90000706f6e67";
/// A connection that waits for the end of its handshake.
const HALF_OPEN: &[Pair] = &[(SYN, Some(SYN_ACK))];
/// A connection that is open.
const OPEN: &[Pair] = &[(SYN, Some(SYN_ACK)), (ACK, None)];
/// A request in it and its answer.
const GOOD: Example = after(OPEN, REQUEST, Some(ANSWER));

/// It comes from the port that was addressed.
pub(super) const SOURCE_PORT: Rule = Rule {
    id: "tcp.reply.source_port",
    rfc: 9293,
    section: "4",
    level: Level::Must,
    quote: "A logical communication path identified by a pair of sockets.",
    note: Some("A connection is meant; a socket is an address and a port."),
    check: Check::Exchange(|x| {
        let Dialogue { asked, answered, .. } = Dialogue::of(x)?;
        let range = answered.datagram.range(field::SOURCE_PORT);
        Fault::unless_equal(range, asked.said.destination_port, answered.said.source_port)
    }),
    pass: GOOD,
    fail: after(
        OPEN,
        REQUEST,
        Some(
            "4500002c00000000400666ca0a0000010a00000200519c4000001389000003ed5018ffff08e80000706f6e67",
        ),
    ),
};

/// It goes to the port that asked.
pub(super) const DESTINATION_PORT: Rule = Rule {
    id: "tcp.reply.destination_port",
    check: Check::Exchange(|x| {
        let Dialogue { asked, answered, .. } = Dialogue::of(x)?;
        let range = answered.datagram.range(field::DESTINATION_PORT);
        Fault::unless_equal(range, asked.said.source_port, answered.said.destination_port)
    }),
    fail: after(
        OPEN,
        REQUEST,
        Some(
            "4500002c00000000400666ca0a0000010a00000200509c4100001389000003ed5018ffff08e80000706f6e67",
        ),
    ),
    ..SOURCE_PORT
};

/// An exchange after those.
const fn after(
    before: &'static [Pair],
    request: &'static str,
    reply: Option<&'static str>,
) -> Example {
    Example::Session { host: &IP_HOST, before, request, reply }
}

/// A segment that came, and the one that answers it.
#[derive(Clone, Copy)]
struct Dialogue<'a> {
    asked: Heard<'a>,
    answered: Heard<'a>,
    /// What kind of segment is called for.
    call: Segment,
    /// The connection before.
    connection: Option<&'a Connection>,
    /// How far it has come after what came.
    progress: Option<Progress>,
}

impl<'a> Dialogue<'a> {
    /// The two segments, where a segment may be sent and one was.
    fn of(x: &Exchange<'a>) -> Option<Dialogue<'a>> {
        let call = call(x)?;
        let asked = heard(x)?;
        let answered = Heard::in_datagram(x.answered?)?;
        let connection = known(x, &asked);
        let progress = connection.map(|connection| {
            let mut progress = connection.progress;
            if !x.is_timer {
                progress.hear(&asked.said);
            }
            progress
        });
        Some(Dialogue { asked, answered, call, connection, progress })
    }

    /// The fault of a number in the fixed header that should be another.
    fn unless_equal(&self, field: Range<usize>, expected: u32, found: u32) -> Option<Fault> {
        Fault::unless_equal(self.answered.datagram.range(field), expected, found)
    }

    /// A fault of octets of the segment.
    fn fault(&self, range: Range<usize>, message: String) -> Fault {
        Fault::new(self.answered.datagram.range(range), message)
    }
}

/// What kind of segment may be sent. On a timer there is one for a connection alone.
fn call(x: &Exchange) -> Option<Segment> {
    match x.call? {
        Call::Segment(segment) if !x.is_timer || connection(x).is_some() => Some(segment),
        _ => None,
    }
}

/// The segment that came, or came last.
fn heard<'a>(x: &Exchange<'a>) -> Option<Heard<'a>> {
    x.host.speaks.tcp.as_ref().and_then(|_| Heard::in_datagram(x.asked?))
}

/// What is known of its connection.
fn connection<'a>(x: &Exchange<'a>) -> Option<&'a Connection> {
    known(x, &heard(x)?)
}

fn known<'a>(x: &Exchange<'a>, heard: &Heard) -> Option<&'a Connection> {
    x.connections.of(&Flow::heard(&heard.datagram, &heard.said))
}
