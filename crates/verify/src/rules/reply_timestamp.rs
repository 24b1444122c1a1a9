//! Rules on an ICMP timestamp reply beside its request (RFC 792, RFC 1122 section 3.2.2.8). Its addresses are
//! held to the rules on every reply.

use std::ops::Range;

use wire::icmp::{TIMESTAMP, field};

use super::over_ip;
use super::reply_ip::messages;
use crate::Call;
use crate::datagram::Datagram;
use crate::exchange::Exchange;
use crate::rule::{Check, Example, Fault, Level, Rule};

/// 10.0.0.2 asks for the time, a second after midnight.
const REQUEST: &str =
    "4500002800000000400166d30a0000020a0000010d00ef0f00070001000003e80000000000000000";
/// We tell it.
const GOOD: Example =
    answered("4500002800000000400166d30a0000010a0000020e00de6e00070001000003e8000007d0000007d1");

const SECTION: &str = "Timestamp or Timestamp Reply Message";

/// The timestamps of a message.
const ORIGINATE: Range<usize> = 8..12;
const RECEIVE: Range<usize> = 12..16;
const TRANSMIT: Range<usize> = 16..20;

/// Milliseconds of a day, after which timestamps begin anew.
const DAY: u32 = 86_400_000;
/// The bit that marks a time of another kind than milliseconds since midnight UT.
const NOT_STANDARD: u32 = 1 << 31;

/// The reply is a timestamp reply.
pub(super) const TYPE: Rule = Rule {
    id: "reply.timestamp.type",
    rfc: 792,
    section: SECTION,
    level: Level::Must,
    quote: "To form a timestamp reply message, the source and destination addresses are simply reversed, \
            the type code changed to 14, and the checksum recomputed.",
    note: None,
    check: Check::Exchange(|x| {
        let (_, reply) = messages(x, Call::Timestamp)?;
        Fault::unless_equal(reply.range(field::TYPE), TIMESTAMP + 1, *reply.message.first()?)
    }),
    pass: GOOD,
    fail: answered(
        "4500002800000000400166d30a0000010a0000020d00df6e00070001000003e8000007d0000007d1",
    ),
};

/// Identifier and sequence number come back.
pub(super) const IDENTIFIER: Rule = copied(
    "reply.timestamp.identifier",
    "The destination returns these same values in the reply.",
    |x| same_word(x, field::IDENTIFIER),
    "4500002800000000400166d30a0000010a0000020e00de6d00080001000003e8000007d0000007d1",
);
/// Identifier and sequence number come back.
pub(super) const SEQUENCE: Rule = copied(
    "reply.timestamp.sequence",
    "The destination returns these same values in the reply.",
    |x| same_word(x, field::SEQUENCE),
    "4500002800000000400166d30a0000010a0000020e00de6d00070002000003e8000007d0000007d1",
);

/// The time of the request comes back.
pub(super) const ORIGINATED: Rule = copied(
    "reply.timestamp.originate",
    "The data received (a timestamp) in the message is returned in the reply together with an additional \
     timestamp.",
    |x| {
        let (request, reply) = messages(x, Call::Timestamp)?;
        let (expected, found) = (time(&request, ORIGINATE)?, time(&reply, ORIGINATE)?);
        Fault::unless_equal(reply.range(ORIGINATE), expected, found)
    },
    "4500002800000000400166d30a0000010a0000020e00de6d00070001000003e9000007d0000007d1",
);

/// A time is one of the day, or marked as another.
pub(super) const TIME: Rule = copied(
    "reply.timestamp.time",
    "If the time is not available in miliseconds or cannot be provided with respect to midnight UT then any \
     time can be inserted in a timestamp provided the high order bit of the timestamp is also set to indicate \
     this non-standard value.",
    |x| {
        let (_, reply) = messages(x, Call::Timestamp)?;
        let beyond = |at: &Range<usize>| {
            time(&reply, at.clone()).is_some_and(|time| (DAY..NOT_STANDARD).contains(&time))
        };
        let range = [RECEIVE, TRANSMIT].into_iter().find(beyond)?;
        let found = time(&reply, range.clone())?;
        let message = format!("expected less than {DAY} ms, or the highest bit set, found {found}");
        Some(Fault::new(reply.range(range), message))
    },
    "4500002800000000400166d30a0000010a0000020e002bc200070001000003e805265c0005265c01",
);

/// Nothing is sent before it is received.
pub(super) const ORDER: Rule = copied(
    "reply.timestamp.order",
    "the Receive Timestamp is the time the echoer first touched it on receipt, and the Transmit Timestamp is \
     the time the echoer last touched the message on sending it.",
    order,
    "4500002800000000400166d30a0000010a0000020e00de6e00070001000003e8000007d1000007d0",
);

/// Times of another kind are not compared, and midnight may come in between.
fn order(x: &Exchange) -> Option<Fault> {
    let (_, reply) = messages(x, Call::Timestamp)?;
    let (received, sent) = (time(&reply, RECEIVE)?, time(&reply, TRANSMIT)?);
    let is_midnight = received >= DAY / 2 && sent < DAY / 2;
    let message = || format!("expected {received} (the receive timestamp) or more, found {sent}");
    (received < DAY && sent < received && !is_midnight)
        .then(|| Fault::new(reply.range(TRANSMIT), message()))
}

/// A rule on what a reply says of time.
const fn copied(
    id: &'static str,
    quote: &'static str,
    check: fn(&Exchange) -> Option<Fault>,
    fail: &'static str,
) -> Rule {
    Rule {
        id,
        rfc: 792,
        section: SECTION,
        level: Level::Must,
        quote,
        note: None,
        check: Check::Exchange(check),
        pass: GOOD,
        fail: answered(fail),
    }
}

/// The request answered by this.
const fn answered(reply: &'static str) -> Example {
    over_ip(REQUEST, Some(reply))
}

fn same_word(x: &Exchange, at: Range<usize>) -> Option<Fault> {
    let (request, reply) = messages(x, Call::Timestamp)?;
    Fault::unless_equal(reply.range(at.clone()), request.word(at.start)?, reply.word(at.start)?)
}

/// The timestamp in those octets of a message.
fn time(datagram: &Datagram, at: Range<usize>) -> Option<u32> {
    Some(u32::from_be_bytes(*datagram.message.get(at)?.first_chunk()?))
}
