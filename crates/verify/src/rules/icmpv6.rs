//! Rules on one ICMPv6 message, whoever sent it (RFC 4443): what holds for every type. Errors, Neighbor
//! Discovery and Multicast Listener Discovery have modules of their own.
//!
//! Rules that are about the IPv6 header of a message (its hop limit, its source) are rules on the IPv6 unit, so
//! that a finding points at the field it is about.

use wire::icmpv6::{self, ECHO_REPLY, ECHO_REQUEST, HEADER_LEN, PARAMETER_PROBLEM, UNREACHABLE};
use wire::{Pdu, Protocol, icmp};

use super::checksum::wrong_transport_checksum;
use super::ip;
use crate::rule::{Check, Example, Fault, Level, Rule};

pub(super) mod code;
pub(super) mod error;
pub(super) mod field;

#[cfg(test)]
mod tests;

/// A ping of four octets.
const ECHO: Example = ip(
    "60000000000c3a4020010db800000000000000000000000220010db80000000000000000000000018000456b0007000170696e67",
);

/// The message in an IPv6 packet, where it comes right after the header or after extension headers.
pub(super) fn message<'p>(packet: &Pdu<'p>) -> Option<Pdu<'p>> {
    let next = *packet.bytes().get(wire::ipv6::field::NEXT_HEADER.start)?;
    if !matches!(next, icmpv6::NEXT_HEADER | 0 | 43 | 44 | 51 | 60) {
        return None;
    }
    let mut inside = packet.inside()?;
    while is_extension(inside.protocol()) {
        inside = inside.inside()?;
    }
    (inside.protocol() == Protocol::Icmpv6).then_some(inside)
}

/// Whether there is one in an IPv6 packet.
pub(super) fn carries_message(packet: &Pdu) -> bool {
    message(packet).is_some()
}

/// Whether it is neither echo nor echo reply.
fn is_no_echo(pdu: &Pdu) -> bool {
    !matches!(*pdu.bytes(), [ECHO_REQUEST | ECHO_REPLY, ..])
}

fn is_extension(protocol: Protocol) -> bool {
    use Protocol::{Authentication, DestinationOptions, Fragment, HopByHop, Routing};
    matches!(protocol, HopByHop | Routing | Fragment | DestinationOptions | Authentication)
}

/// The type of a message.
pub(super) fn kind(pdu: &Pdu) -> Option<u8> {
    pdu.bytes().first().copied()
}

/// The message has the octets of its format.
pub(super) const LENGTH: Rule = Rule {
    id: "icmpv6.length",
    rfc: 4443,
    section: "2.1",
    level: Level::Must,
    quote: "The type field indicates the type of the message. Its value determines the format of the \
            remaining data.",
    note: Some(
        "Formats of RFC 4443 have eight octets or more, every other has type, code and checksum.",
    ),
    check: Check::Pdu(Protocol::Icmpv6, length),
    pass: ECHO,
    fail: ip(
        "6000000000063a4020010db800000000000000000000000220010db8000000000000000000000001800024430007",
    ),
};

fn length(pdu: &Pdu) -> Option<Fault> {
    let found = pdu.is_whole().then(|| pdu.length())?;
    let least = match kind(pdu) {
        Some(UNREACHABLE..=PARAMETER_PROBLEM | ECHO_REQUEST | ECHO_REPLY) => HEADER_LEN,
        _ => 4,
    };
    let message = || format!("expected {least} bytes or more, found {found}");
    (found < least).then(|| Fault::new(0..found, message()))
}

/// The checksum is the one this message has.
pub(super) const CHECKSUM: Rule = Rule {
    id: "icmpv6.checksum",
    rfc: 4443,
    section: "2.3",
    level: Level::Must,
    quote: "The checksum is the 16-bit one's complement of the one's complement sum of the entire ICMPv6 \
            message, starting with the ICMPv6 message type field, and prepended with a \"pseudo-header\" of \
            IPv6 header fields, as specified in [IPv6, Section 8.1].",
    note: None,
    check: Check::Pdu(Protocol::Icmpv6, checksum),
    pass: ECHO,
    fail: ip(
        "60000000000c3a4020010db800000000000000000000000220010db8000000000000000000000001800012340007000170696e67",
    ),
};

fn checksum(pdu: &Pdu) -> Option<Fault> {
    wrong_transport_checksum(pdu, icmp::field::CHECKSUM.start)
}

/// Types that nobody knows.
pub(super) const UNKNOWN: Rule = Rule {
    id: "icmpv6.type.unknown",
    rfc: 4443,
    section: "2.4",
    level: Level::May,
    quote: "If an ICMPv6 informational message of unknown type is received, it MUST be silently discarded.",
    note: Some("Whoever sent it may know it: no more than a remark, and for errors the same."),
    check: Check::PduWhere(Protocol::Icmpv6, is_no_echo, unknown),
    pass: ECHO,
    fail: ip(
        "6000000000083a4020010db800000000000000000000000120010db8000000000000000000000002c700dd4700000000",
    ),
};

fn unknown(pdu: &Pdu) -> Option<Fault> {
    let kind = kind(pdu)?;
    icmpv6::type_name(kind).is_none().then(|| {
        Fault::new(icmp::field::TYPE, format!("found {kind}, which is assigned to no message"))
    })
}
