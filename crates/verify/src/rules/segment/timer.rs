//! Rules on what is sent when a timer went off, and nothing came (RFC 9293 section 3.10.8): what is not
//! acknowledged, again, and what was still to be said. That it is in its place is for the rules on every segment.

use wire::tcp::field;
use wire::tcp::flag::{RST, SYN};

use super::stream::{ANSWERED, Connected};
use super::{ANSWER, OPEN, Pair, connection, heard};
use crate::connection::sequence::before;
use crate::rule::{Check, Example, Fault, Level, Rule};
use crate::rules::IP_HOST;

/// There is a connection.
pub(in crate::rules) const UNKNOWN: Rule = Rule {
    id: "tcp.timer.unknown",
    rfc: 9293,
    section: "3.10.8",
    level: Level::Must,
    quote: "For any state if the retransmission timeout expires on a segment in the retransmission queue, send the \
            segment at the front of the retransmission queue again",
    note: Some("Where no connection is known, nothing is in a queue."),
    check: Check::Exchange(|x| {
        x.reply.filter(|_| x.is_timer && connection(x).is_none())?;
        heard(x)?;
        let length = x.answered?.bytes.len();
        Some(Fault::new(
            0..length,
            "expected silence without a connection, found a packet".to_owned(),
        ))
    }),
    pass: timer(ANSWERED, Some(ANSWER)),
    fail: timer(
        &[(
            REFUSED,
            Some(
                "4500002800000000400666ce0a0000010a00000200519c4000000000000003e95014fffffb530000",
            ),
        )],
        Some("4500002800000000400666ce0a0000010a00000200519c4000000000000003e95014fffffb530000"),
    ),
};

const REFUSED: &str =
    "4500002c00000000400666ca0a0000020a0000019c400051000003e8000000006002ffffe3aa0000020405b4";

/// It says something.
pub(in crate::rules) const NOTHING: Rule = Rule {
    id: "tcp.timer.nothing",
    rfc: 9293,
    section: "3.10.8",
    level: Level::Must,
    quote: "For any state if the retransmission timeout expires on a segment in the retransmission queue, send the \
            segment at the front of the retransmission queue again",
    note: Some(
        "Data, FIN and the reset of an application may be sent at any time, and so may an acknowledgment of more, \
         or a larger window. Keep-alives are off (section 3.8.4, MUST-25).",
    ),
    check: Check::Exchange(|x| {
        let connected = Connected::of(x).filter(|_| x.is_timer)?;
        let (said, known) = (connected.dialogue.answered.said, connected.before);
        let says = said.length() > 0
            || before(known.acknowledged, said.acknowledgment)
            || before(known.edge, known.edge_of(&said));
        let idle = !says && !said.has(SYN) && !said.has(RST);
        let message = || "expected what is not acknowledged, new data, or silence".to_owned();
        idle.then(|| connected.dialogue.fault(field::FLAGS, message()))
    }),
    pass: timer(
        OPEN,
        Some(
            "4500002d00000000400666c90a0000010a00000200509c4000001389000003e95018ffffa3f0000068656c6c6f",
        ),
    ),
    fail: timer(
        OPEN,
        Some("4500002800000000400666ce0a0000010a00000200509c4000001389000003e95010ffffe7cf0000"),
    ),
};

/// What is sent on a timer, after those exchanges.
const fn timer(before: &'static [Pair], reply: Option<&'static str>) -> Example {
    Example::Timer { host: &IP_HOST, before, reply }
}
