//! The table: every clause that is checked, in the order in which findings are listed.
//!
//! First what makes a packet an IPv4 datagram and an ICMP message, then what makes it the reply to
//! its request, then when there must be none. Deliberately absent: rules on the identification of a
//! reply (RFC 6864 section 4.1 lets a source set any value in a datagram that is not fragmented, and
//! one exchange cannot show that a value repeats) and on the content of IPv4 options.

use std::sync::LazyLock;

use wire::{Link, Protocol};

use crate::rule::{Check, Example, Rule};

mod checksum;
mod exchange;
mod icmp;
mod ipv4;
mod silence;
mod trace;
mod udp;

#[cfg(test)]
mod tests;

/// Every rule, one a row.
pub static RULES: &[Rule] = &[
    ipv4::VERSION,
    ipv4::IHL,
    ipv4::TOTAL_LENGTH,
    ipv4::RESERVED_FLAG,
    ipv4::TTL,
    ipv4::CHECKSUM,
    ipv4::SOURCE,
    icmp::LENGTH,
    icmp::CHECKSUM,
    icmp::CODE,
    udp::HEADER,
    udp::LENGTH,
    udp::CHECKSUM,
    udp::NO_CHECKSUM,
    exchange::UNANSWERED,
    exchange::TRAILING,
    exchange::OWN_SOURCE,
    exchange::OPTIONS,
    exchange::FRAGMENT,
    exchange::PROTOCOL,
    exchange::SOURCE,
    exchange::DESTINATION,
    exchange::TYPE,
    exchange::IDENTIFIER,
    exchange::SEQUENCE,
    exchange::LENGTH,
    exchange::PAYLOAD,
    exchange::TOS,
    exchange::TTL,
    silence::VERSION,
    silence::TRUNCATED,
    silence::SHORT,
    silence::HEADER_CHECKSUM,
    silence::NOT_FOR_ME,
    silence::BROADCAST,
    silence::MULTICAST,
    silence::SOURCE,
    silence::FRAGMENT,
    silence::PROTOCOL,
    silence::ICMP_CHECKSUM,
    silence::ICMP_TYPE,
    silence::ICMP_ERROR,
    trace::FRAGMENT_OVERLAP,
    trace::FRAGMENT_END,
    trace::FRAGMENT_OVERLAP_6,
    trace::FRAGMENT_END_6,
    trace::DUPLICATE,
    trace::UNANSWERED_6,
    trace::LENGTH_6,
    trace::PAYLOAD_6,
    trace::DNS_QUESTION,
    trace::DNS_UNANSWERED,
    trace::CONFLICT,
];

/// The rule of that name, such as `icmp.echo.payload`.
pub fn rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}

/// The rules on units of that protocol, in the order of [`RULES`].
pub(crate) fn on(protocol: Protocol) -> &'static [&'static Rule] {
    /// By protocol, because most rules are not on the one at hand.
    static BY_PROTOCOL: LazyLock<[Vec<&Rule>; Protocol::COUNT]> = LazyLock::new(|| {
        let mut by_protocol = [const { Vec::new() }; Protocol::COUNT];
        for rule in RULES {
            if let Check::Pdu(protocol, _) = rule.check {
                by_protocol[protocol as usize].push(rule);
            }
        }
        by_protocol
    });
    &BY_PROTOCOL[protocol as usize]
}

/// A ping of four octets from 10.0.0.2 to 10.0.0.1, identifier 7, sequence number 1.
const PING: &str = "4500002000000000400166db0a0000020a000001080019270007000170696e67";

/// What 10.0.0.1 answers.
const PONG: &str = "4500002000000000400166db0a0000010a000002000021270007000170696e67";

/// The ping and its answer: an exchange that keeps every rule.
const GOOD: Example = Example::Exchange { request: PING, reply: Some(PONG) };

/// The ping answered by this.
const fn answered(reply: &'static str) -> Example {
    Example::Exchange { request: PING, reply: Some(reply) }
}

/// An IP packet without link headers.
const fn ip(packet: &'static str) -> Example {
    Example::Packet(Link::RawIp, packet)
}

/// A frame of Ethernet.
#[allow(dead_code, reason = "the rules on links are about to use it")]
const fn ethernet(frame: &'static str) -> Example {
    Example::Packet(Link::Ethernet, frame)
}
