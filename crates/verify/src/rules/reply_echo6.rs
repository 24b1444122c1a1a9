//! Rules on an ICMPv6 echo reply beside its request (RFC 4443 section 4.2). Its addresses are held to the rules
//! on every reply.

use wire::icmp::field;
use wire::icmpv6::{ECHO_REPLY, HEADER_LEN};

use super::over_ip;
use super::reply_ip::{GOOD, PING_6, answered, messages};
use crate::datagram::Datagram;
use crate::exchange::Exchange;
use crate::rule::{Check, Fault, Level, Rule};
use crate::{Call, Due};

/// A valid request is answered.
pub(super) const UNANSWERED: Rule = Rule {
    id: "reply.echo6.unanswered",
    rfc: 4443,
    section: "4.2",
    level: Level::Must,
    quote: "Every node MUST implement an ICMPv6 Echo responder function that receives Echo \
            Requests and originates corresponding Echo Replies.",
    note: None,
    check: Check::Exchange(|x| {
        let silence = x.reply.is_none() && x.due == Due::Reply && x.calls_for(Call::Echo6);
        silence.then(|| Fault::new(0..0, "expected an echo reply, found silence".to_owned()))
    }),
    pass: GOOD,
    fail: over_ip(PING_6, None),
};

/// The reply is an echo reply.
pub(super) const TYPE: Rule = Rule {
    id: "reply.echo6.type",
    rfc: 4443,
    section: "4.2",
    level: Level::Must,
    quote: "Every node MUST implement an ICMPv6 Echo responder function that receives Echo \
            Requests and originates corresponding Echo Replies.",
    note: Some("Its type is 129."),
    check: Check::Exchange(|x| {
        let (_, reply) = messages(x, Call::Echo6)?;
        Fault::unless_equal(reply.range(field::TYPE), ECHO_REPLY, *reply.message.first()?)
    }),
    pass: GOOD,
    fail: answered(
        "60000000000c3a40fd000000000000000000000000000001fd0000000000000000000000000000028000a6db0007000170696e67",
    ),
};

/// The identifier comes back.
pub(super) const IDENTIFIER: Rule = Rule {
    id: "reply.echo6.identifier",
    rfc: 4443,
    section: "4.2",
    level: Level::Must,
    quote: "The identifier from the invoking Echo Request message.",
    note: None,
    check: Check::Exchange(|x| {
        let (request, reply) = messages(x, Call::Echo6)?;
        let at = field::IDENTIFIER;
        Fault::unless_equal(reply.range(at.clone()), request.word(at.start)?, reply.word(at.start)?)
    }),
    pass: GOOD,
    fail: answered(
        "60000000000c3a40fd000000000000000000000000000001fd0000000000000000000000000000028100a5da0008000170696e67",
    ),
};

/// The sequence number comes back.
pub(super) const SEQUENCE: Rule = Rule {
    id: "reply.echo6.sequence",
    rfc: 4443,
    section: "4.2",
    level: Level::Must,
    quote: "The sequence number from the invoking Echo Request message.",
    note: None,
    check: Check::Exchange(|x| {
        let (request, reply) = messages(x, Call::Echo6)?;
        let at = field::SEQUENCE;
        Fault::unless_equal(reply.range(at.clone()), request.word(at.start)?, reply.word(at.start)?)
    }),
    pass: GOOD,
    fail: answered(
        "60000000000c3a40fd000000000000000000000000000001fd0000000000000000000000000000028100a5da0007000270696e67",
    ),
};

/// As much data comes back as was sent.
pub(super) const LENGTH: Rule = Rule {
    id: "reply.echo6.length",
    rfc: 4443,
    section: "4.2",
    level: Level::Must,
    quote: "The data received in the ICMPv6 Echo Request message MUST be returned entirely and \
            unmodified in the ICMPv6 Echo Reply message.",
    note: None,
    check: Check::Exchange(|x| {
        let (_, reply) = messages(x, Call::Echo6)?;
        let (expected, found) = data(x)?;
        let message = format!("expected {} bytes of data, found {}", expected.len(), found.len());
        let range = reply.range(HEADER_LEN..HEADER_LEN + found.len());
        (expected.len() != found.len()).then(|| Fault::new(range, message))
    }),
    pass: GOOD,
    fail: answered(
        "60000000000b3a40fd000000000000000000000000000001fd0000000000000000000000000000028100a6430007000170696e",
    ),
};

/// The data comes back unchanged.
pub(super) const PAYLOAD: Rule = Rule {
    id: "reply.echo6.payload",
    rfc: 4443,
    section: "4.2",
    level: Level::Must,
    quote: "The data received in the ICMPv6 Echo Request message MUST be returned entirely and \
            unmodified in the ICMPv6 Echo Reply message.",
    note: None,
    check: Check::Exchange(|x| {
        let (_, reply) = messages(x, Call::Echo6)?;
        let (expected, found) = data(x)?;
        // As far as both go; a difference in length is another rule's.
        let mut pairs = expected.iter().zip(found);
        let first = pairs.position(|(expected, found)| expected != found)?;
        let (expected, found) = (expected[first], found[first]);
        let message = format!("expected 0x{expected:02x} first, found 0x{found:02x}");
        Some(Fault::new(reply.range(HEADER_LEN + first..HEADER_LEN + first + 1), message))
    }),
    pass: GOOD,
    fail: answered(
        "60000000000c3a40fd000000000000000000000000000001fd0000000000000000000000000000028100a5ce0007000170696e74",
    ),
};

/// The data of request and reply.
fn data<'a>(x: &Exchange<'a>) -> Option<(&'a [u8], &'a [u8])> {
    let data = |datagram: Datagram<'a>| datagram.message.get(HEADER_LEN..);
    let (request, reply) = messages(x, Call::Echo6)?;
    Some((data(request)?, data(reply)?))
}
