//! Rules on an ICMPv6 error beside the packet that it is about (RFC 4443 section 2.4).

use wire::icmp::field;
use wire::icmpv6::{self, PARAMETER_PROBLEM, UNREACHABLE};
use wire::ipv6;

use super::IP_HOST;
use super::reply_error::{about, misquotes, pair, too_many, unless_octet};
use super::reply_udp::exchange;
use crate::Unreachable;
use crate::datagram::Datagram;
use crate::rule::{Check, Example, Fault, Level, Rule};

/// Four octets to port 9, at which nobody listens.
const ASKED: &str = "60000000000c1140fd000000000000000000000000000002fd0000000000000000000000000000019c400009000c8ab770696e67";

/// What fd00::1 says of it.
const ERROR: &str = "60000000003c3a40fd000000000000000000000000000001fd000000000000000000000000000002010493510000000060000000000c1140fd000000000000000000000000000002fd0000000000000000000000000000019c400009000c8ab770696e67";

const GOOD: Example = exchange(ASKED, Some(ERROR));

/// Four octets of the protocol 200.
const UNKNOWN: &str =
    "600000000004c840fd000000000000000000000000000002fd00000000000000000000000000000170696e67";

const GOOD_UNKNOWN: Example = exchange(
    UNKNOWN,
    Some(
        "6000000000343a40fd000000000000000000000000000001fd0000000000000000000000000000020401006b00000006600000000004c840fd000000000000000000000000000002fd00000000000000000000000000000170696e67",
    ),
);

/// The datagram to a closed port answered by this.
const fn answered(reply: &'static str) -> Example {
    exchange(ASKED, Some(reply))
}

/// Type and code of an error.
fn error(why: Unreachable) -> (u8, u8) {
    match why {
        Unreachable::Port => (UNREACHABLE, 4),
        Unreachable::Protocol => (PARAMETER_PROBLEM, 1),
        Unreachable::Parameter { code, .. } => (PARAMETER_PROBLEM, code),
    }
}

/// A port is unreachable; a next header is a parameter.
pub(super) const TYPE: Rule = Rule {
    id: "icmpv6.undeliverable.type",
    rfc: 4443,
    section: "3.1",
    level: Level::Must,
    quote: "A destination node SHOULD originate a Destination Unreachable message with Code 4 in response to \
            a packet for which the transport protocol (e.g., UDP) has no listener, if that transport \
            protocol has no alternative means to inform the sender.",
    note: Some(
        "For a next header that it does not know there is the parameter problem (section 3.4). A host may stay \
         silent, but there is nothing else that it could say.",
    ),
    check: Check::Exchange(|x| {
        let (why, _, reply) = pair(x, false)?;
        unless_octet(&reply, field::TYPE.start, error(why).0)
    }),
    pass: GOOD,
    fail: answered(
        "60000000003c3a40fd000000000000000000000000000001fd000000000000000000000000000002030091550000000060000000000c1140fd000000000000000000000000000002fd0000000000000000000000000000019c400009000c8ab770696e67",
    ),
};

/// The code says what was not found.
pub(super) const CODE: Rule = Rule {
    id: "icmpv6.undeliverable.code",
    check: Check::Exchange(|x| {
        let (why, _, reply) = pair(x, false)?;
        let (kind, code) = error(why);
        let judged = reply.message.first() == Some(&kind);
        judged.then(|| unless_octet(&reply, field::CODE.start, code))?
    }),
    pass: GOOD_UNKNOWN,
    fail: answered(
        "60000000003c3a40fd000000000000000000000000000001fd000000000000000000000000000002010393520000000060000000000c1140fd000000000000000000000000000002fd0000000000000000000000000000019c400009000c8ab770696e67",
    ),
    ..TYPE
};

/// The pointer leads to what is not known.
pub(super) const POINTER: Rule = Rule {
    id: "icmpv6.undeliverable.pointer",
    rfc: 8200,
    section: "4",
    level: Level::Must,
    quote: "send an ICMP Parameter Problem message to the source of the packet, with an ICMP Code value of 1 \
            (\"unrecognized Next Header type encountered\") and the ICMP Pointer field containing the offset \
            of the unrecognized value within the original packet.",
    note: None,
    check: Check::Exchange(|x| {
        let (why, asked, reply) = pair(x, false)?;
        let [PARAMETER_PROBLEM, code, _, _, a, b, c, d, ..] = *reply.message else { return None };
        let found = u32::from_be_bytes([a, b, c, d]) as usize;
        let expected = match why {
            Unreachable::Parameter { pointer, .. } => usize::from(pointer),
            _ => names_protocol(&asked)?,
        };
        let range = reply.range(icmpv6::field::POINTER);
        (code == error(why).1).then(|| Fault::unless_equal(range, expected, found))?
    }),
    pass: GOOD_UNKNOWN,
    fail: exchange(
        UNKNOWN,
        Some(
            "6000000000343a40fd000000000000000000000000000001fd0000000000000000000000000000020401004900000028600000000004c840fd000000000000000000000000000002fd00000000000000000000000000000170696e67",
        ),
    ),
};

/// Where an IPv6 packet names the protocol of its message: in its header, or in the last extension header.
fn names_protocol(asked: &Datagram) -> Option<usize> {
    const FRAGMENT: u8 = 44;
    let (mut field, mut at) = (ipv6::field::NEXT_HEADER.start, ipv6::HEADER_LEN);
    while at < asked.start {
        let units = match asked.bytes.get(field)? {
            &FRAGMENT => 0,
            _ => usize::from(*asked.bytes.get(at + 1)?),
        };
        (field, at) = (at, at + 8 * (units + 1));
    }
    (at == asked.start).then_some(field)
}

/// It quotes the packet as it came.
pub(super) const QUOTE: Rule = Rule {
    id: "icmpv6.undeliverable.quote",
    rfc: 4443,
    section: "2.4",
    level: Level::Must,
    quote: "Every ICMPv6 error message (type < 128) MUST include as much of the IPv6 offending (invoking) \
            packet (the packet that caused the error) as possible without making the error message packet \
            exceed the minimum IPv6 MTU [IPv6].",
    note: Some("How much that is, is judged in the message itself."),
    check: Check::Exchange(|x| {
        let (_, asked, reply) = pair(x, false)?;
        misquotes(&asked, &reply).filter(|_| reply.is_error())
    }),
    pass: GOOD,
    fail: answered(
        "60000000003c3a40fd000000000000000000000000000001fd000000000000000000000000000002010493520000000060000000000c113ffd000000000000000000000000000002fd0000000000000000000000000000019c400009000c8ab770696e67",
    ),
};

/// Nothing follows what is quoted.
pub(super) const EXTENSIONS: Rule = Rule {
    id: "icmpv6.undeliverable.length",
    note: Some(
        "The first octet of it is used by extensions (RFC 4884), of which there is none here for it to count the \
         words before.",
    ),
    check: Check::Exchange(|x| {
        let (.., reply) = pair(x, false)?;
        let judged = reply.message.first() == Some(&UNREACHABLE);
        let at = icmpv6::field::ORIGINAL_DATAGRAM_LENGTH.start;
        judged.then(|| unless_octet(&reply, at, 0))?
    }),
    pass: GOOD,
    fail: exchange(
        "6000000000101140fd000000000000000000000000000002fd0000000000000000000000000000019c4000090010abde70696e6770696e67",
        Some(
            "6000000000403a40fd000000000000000000000000000001fd00000000000000000000000000000201048c4d070000006000000000101140fd000000000000000000000000000002fd0000000000000000000000000000019c4000090010abde70696e6770696e67",
        ),
    ),
    ..super::icmpv6::field::UNUSED
};

/// Errors are few.
pub(super) const RATE: Rule = Rule {
    id: "icmpv6.error.rate",
    rfc: 4443,
    section: "2.4",
    level: Level::Must,
    quote: "Finally, in order to limit the bandwidth and forwarding costs incurred by originating ICMPv6 \
            error messages, an IPv6 node MUST limit the rate of ICMPv6 error messages it originates.",
    note: Some("Fifty at once and ten a second pass. Silence is always right."),
    check: Check::Exchange(|x| about(x, false).and_then(|_| too_many(x))),
    pass: GOOD,
    fail: Example::Session {
        host: &IP_HOST,
        before: &[(ASKED, Some(ERROR)); 50],
        request: ASKED,
        reply: Some(ERROR),
    },
};
