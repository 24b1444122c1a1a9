//! Rules on the reset of a segment that belongs to no connection, or that acknowledges what a connection that is
//! half open did not send (RFC 9293 section 3.5.2).

use wire::tcp::field;
use wire::tcp::flag::{ACK, RST};

use super::{Dialogue, Segment, after};
use crate::exchange::Exchange;
use crate::rule::{Check, Example, Level, Rule};

/// A SYN to a port at which nobody listens, and its reset.
const REFUSED: Example = after(
    &[],
    CLOSED,
    Some("4500002800000000400666ce0a0000010a00000200519c4000000000000003e95014fffffb530000"),
);
const CLOSED: &str =
    "4500002c00000000400666ca0a0000020a0000019c400051000003e8000000006002ffffe3aa0000020405b4";

/// An acknowledgment out of the blue, and its reset.
const GOOD: Example = after(
    &[],
    STRAY,
    Some("4500002800000000400666ce0a0000010a00000200509c4000001e610000000050040000e0ec0000"),
);
const STRAY: &str =
    "4500002800000000400666ce0a0000020a0000019c400050000003e900001e615010ffffdcf70000";

/// It is a reset.
pub(in crate::rules) const FLAGS: Rule = Rule {
    id: "tcp.reset.flags",
    rfc: 9293,
    section: "3.10.7.1",
    level: Level::Must,
    quote: "An incoming segment not containing a RST causes a RST to be sent in response.",
    note: Some("With ACK where the segment has none: <SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>."),
    check: Check::Exchange(|x| {
        let dialogue = called_for(x)?;
        let (asked, found) = (dialogue.asked.said, dialogue.answered.said.flags);
        let is_reset = found == RST | ACK || found == RST && asked.has(ACK);
        let expected = if asked.has(ACK) { "RST" } else { "RST and ACK" };
        let message = || format!("expected {expected}, found control bits 0x{found:02x}");
        (!is_reset).then(|| dialogue.fault(field::FLAGS, message()))
    }),
    pass: GOOD,
    fail: after(
        &[],
        STRAY,
        Some("4500002800000000400666ce0a0000010a00000200509c4000001e61000003e95010ffffdcf70000"),
    ),
};

/// Its sequence number is one that the peer expects.
pub(in crate::rules) const SEQUENCE: Rule = Rule {
    id: "tcp.reset.sequence",
    rfc: 9293,
    section: "3.5.2",
    level: Level::Must,
    quote: "If the incoming segment has the ACK bit set, the reset takes its sequence number from the ACK field of \
            the segment; otherwise, the reset has sequence number zero and the ACK field is set to the sum of the \
            sequence number and segment length of the incoming segment.",
    note: None,
    check: Check::Exchange(|x| {
        let dialogue = resets(x)?;
        let asked = dialogue.asked.said;
        let expected = if asked.has(ACK) { asked.acknowledgment } else { 0 };
        dialogue.unless_equal(field::SEQUENCE, expected, dialogue.answered.said.sequence)
    }),
    pass: GOOD,
    fail: after(
        &[],
        STRAY,
        Some("4500002800000000400666ce0a0000010a00000200509c4000001e620000000050040000e0eb0000"),
    ),
};

/// It acknowledges all of the segment.
pub(in crate::rules) const ACKNOWLEDGMENT: Rule = Rule {
    id: "tcp.reset.acknowledgment",
    note: Some(
        "SYN and FIN count. With ACK in both segments the number is not needed, but if stated, right.",
    ),
    check: Check::Exchange(|x| {
        let dialogue = resets(x).filter(|dialogue| dialogue.answered.said.has(ACK))?;
        let found = dialogue.answered.said.acknowledgment;
        dialogue.unless_equal(field::ACKNOWLEDGMENT, dialogue.asked.said.end(), found)
    }),
    pass: REFUSED,
    fail: after(
        &[],
        CLOSED,
        Some("4500002800000000400666ce0a0000010a00000200519c4000000000000003e85014fffffb540000"),
    ),
    ..SEQUENCE
};

/// A segment where a reset is called for.
fn called_for<'a>(x: &Exchange<'a>) -> Option<Dialogue<'a>> {
    Dialogue::of(x).filter(|dialogue| dialogue.call == Segment::Reset)
}

/// A reset where one is called for.
fn resets<'a>(x: &Exchange<'a>) -> Option<Dialogue<'a>> {
    called_for(x).filter(|dialogue| dialogue.answered.said.has(RST))
}
