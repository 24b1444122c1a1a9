//! Rules on an ICMP error beside the datagram that it is about: which error, and what it quotes (RFC 792,
//! RFC 1122 section 3.2.2).
//!
//! Whether an error may be sent at all is said in [`due`](crate::due()); that of an IPv6 host has rows of its
//! own, because RFC 4443 demands other things.

use wire::icmp::{ECHO_HEADER_LEN, UNREACHABLE, field};
use wire::icmpv6;
use wire::ipv4::PROTOCOL_ICMP;

use super::reply_udp::{exchange, unless_same};
use super::{IP_HOST, PONG};
use crate::datagram::Datagram;
use crate::exchange::Exchange;
use crate::rule::{Check, Example, Fault, Level, Rule};
use crate::{Call, Unreachable};

/// Four octets to port 9, at which nobody listens.
const ASKED: &str = "4500002000000000401166cb0a0000020a0000019c400009000c70b970696e67";

/// What 10.0.0.1 says of it.
const ERROR: &str = "4500003c00000000400166bf0a0000010a0000020303111d000000004500002000000000401166cb0a0000020a0000019c400009000c70b970696e67";

const GOOD: Example = exchange(ASKED, Some(ERROR));

/// The datagram to a closed port answered by this.
const fn answered(reply: &'static str) -> Example {
    exchange(ASKED, Some(reply))
}

/// What cannot be delivered and what is replied, where an error may be sent over that version of IP.
pub(super) fn about<'a>(
    x: &Exchange<'a>,
    four: bool,
) -> Option<(Unreachable, Datagram<'a>, &'a [u8])> {
    let Some(Call::Unreachable(why)) = x.call else { return None };
    let asked = x.asked?;
    (asked.source.is_ipv4() == four).then_some((why, asked, x.reply?))
}

/// The same, where the reply is a message of ICMP or ICMPv6.
pub(super) fn pair<'a>(
    x: &Exchange<'a>,
    four: bool,
) -> Option<(Unreachable, Datagram<'a>, Datagram<'a>)> {
    let (why, asked, _) = about(x, four)?;
    let expected = if four { PROTOCOL_ICMP } else { icmpv6::NEXT_HEADER };
    let reply = x.answered.filter(|reply| reply.protocol == expected)?;
    Some((why, asked, reply))
}

/// The fault of an error that quotes anything else than what came, from its first octet on.
pub(super) fn misquotes(asked: &Datagram, reply: &Datagram) -> Option<Fault> {
    let quoted = reply.message.get(ECHO_HEADER_LEN..)?;
    let at = reply.start + ECHO_HEADER_LEN;
    match asked.bytes.get(..quoted.len()) {
        Some(came) => unless_same(came, quoted, at),
        None => unless_same(asked.bytes, quoted, at),
    }
}

/// The fault of an octet of the message.
pub(super) fn unless_octet(reply: &Datagram, at: usize, expected: u8) -> Option<Fault> {
    Fault::unless_equal(reply.range(at..at + 1), expected, *reply.message.get(at)?)
}

/// What cannot be delivered is unreachable.
pub(super) const TYPE: Rule = Rule {
    id: "icmp.undeliverable.type",
    rfc: 1122,
    section: "3.2.2.1",
    level: Level::Must,
    quote: "A host SHOULD generate Destination Unreachable messages with code: 2 (Protocol Unreachable), \
            when the designated transport protocol is not supported; or 3 (Port Unreachable)",
    note: Some("A host may stay silent, but there is nothing else that it could say."),
    check: Check::Exchange(|x| {
        let (_, _, reply) = pair(x, true)?;
        unless_octet(&reply, field::TYPE.start, UNREACHABLE)
    }),
    pass: GOOD,
    fail: answered(PONG),
};

/// The code says what was not found: the protocol or the port.
pub(super) const CODE: Rule = Rule {
    id: "icmp.undeliverable.code",
    check: Check::Exchange(|x| {
        let (why, _, reply) = pair(x, true).filter(|(.., reply)| is_unreachable(reply))?;
        let expected = if why == Unreachable::Port { PORT } else { PROTOCOL_CODE };
        unless_octet(&reply, field::CODE.start, expected)
    }),
    pass: exchange(
        "450000180000000040c8661c0a0000020a00000170696e67",
        Some(
            "4500003400000000400166c70a0000010a00000203021e2d00000000450000180000000040c8661c0a0000020a00000170696e67",
        ),
    ),
    fail: answered(
        "4500003c00000000400166bf0a0000010a0000020301111f000000004500002000000000401166cb0a0000020a0000019c400009000c70b970696e67",
    ),
    ..TYPE
};

/// Code of "protocol unreachable" (RFC 792).
const PROTOCOL_CODE: u8 = 2;
/// Code of "port unreachable" (RFC 792).
const PORT: u8 = 3;

fn is_unreachable(reply: &Datagram) -> bool {
    reply.message.first() == Some(&UNREACHABLE)
}

/// Nothing follows what is quoted.
pub(super) const EXTENSIONS: Rule = Rule {
    id: "icmp.undeliverable.length",
    note: Some(
        "It is used by extensions (RFC 4884), of which there is none here for it to count the words before.",
    ),
    check: Check::Exchange(|x| {
        let (_, _, reply) = pair(x, true).filter(|(.., reply)| is_unreachable(reply))?;
        unless_octet(&reply, field::ORIGINAL_DATAGRAM_LENGTH.start, 0)
    }),
    pass: GOOD,
    fail: answered(
        "4500003c00000000400166bf0a0000010a00000203031115000800004500002000000000401166cb0a0000020a0000019c400009000c70b970696e67",
    ),
    ..super::icmp::field::UNUSED
};

/// It quotes the datagram as it came.
pub(super) const QUOTE: Rule = Rule {
    id: "icmp.undeliverable.quote",
    note: Some("How much it quotes is judged in the message itself."),
    check: Check::Exchange(|x| {
        let (_, asked, reply) = pair(x, true).filter(|(.., reply)| is_unreachable(reply))?;
        misquotes(&asked, &reply)
    }),
    pass: GOOD,
    fail: answered(
        "4500003c00000000400166bf0a0000010a0000020303121d0000000045000020000000003f1166cb0a0000020a0000019c400009000c70b970696e67",
    ),
    ..super::icmp::error::QUOTE
};

/// Errors are few.
pub(super) const RATE: Rule = Rule {
    id: "icmp.error.rate",
    rfc: 1812,
    section: "4.3.2.8",
    level: Level::Should,
    quote: "A router SHOULD also be able to limit the rate at which it sends other sorts of ICMP error \
            messages (Destination Unreachable, Redirect, Time Exceeded, Parameter Problem).",
    note: Some(
        "Fifty at once and ten a second pass; for hosts no RFC says as much. Silence is always right.",
    ),
    check: Check::Exchange(|x| about(x, true).and_then(|_| too_many(x))),
    pass: GOOD,
    fail: Example::Session {
        host: &IP_HOST,
        before: &[(ASKED, Some(ERROR)); 50],
        request: ASKED,
        reply: Some(ERROR),
    },
};

pub(super) fn too_many(x: &Exchange) -> Option<Fault> {
    let length = x.reply?.len().saturating_sub(x.link_header());
    let message = || "expected silence after so many errors, found one more".to_owned();
    (!x.allows_error).then(|| Fault::new(0..length, message()))
}
