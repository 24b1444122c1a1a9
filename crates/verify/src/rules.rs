//! The table: every clause that is checked, in the order in which findings are listed.
//!
//! First what makes a packet an IPv4 datagram and an ICMP message, then what makes it the reply to
//! its request, then when there must be none. Deliberately absent: rules on the identification of a
//! reply (RFC 6864 section 4.1 lets a source set any value in a datagram that is not fragmented, and
//! one exchange cannot show that a value repeats) and on the content of IPv4 options.

use std::sync::LazyLock;

use wire::{Link, Protocol};

use crate::rule::{Check, Example, Rule};

mod arp;
mod checksum;
mod ethernet;
mod exchange;
mod gre;
mod icmp;
mod ipv4;
mod ipv6;
mod mpls;
mod ppp;
mod silence;
mod udp;
mod vlan;

#[cfg(test)]
mod tests;

/// Every rule, one a row.
pub static RULES: &[Rule] = &[
    ethernet::HEADER,
    ethernet::SOURCE,
    ethernet::TYPE,
    ethernet::LENGTH,
    ethernet::MULTICAST_IPV4,
    ethernet::MULTICAST_IPV6,
    ethernet::BROADCAST,
    ethernet::PADDING,
    vlan::HEADER,
    vlan::ID,
    vlan::LLC,
    ppp::PROTOCOL,
    ppp::PPPOE_HEADER,
    ppp::PPPOE_VERSION,
    ppp::PPPOE_TYPE,
    ppp::PPPOE_LENGTH,
    ppp::PPPOE_SESSION,
    ppp::PPPOE_PADI,
    mpls::HEADER,
    mpls::BOTTOM,
    mpls::NULL,
    mpls::ALERT,
    mpls::OUTLIVED,
    arp::LENGTH,
    arp::HARDWARE_TYPE,
    arp::HARDWARE_LENGTH,
    arp::PROTOCOL_LENGTH,
    arp::OPCODE,
    arp::SENDER_HARDWARE,
    arp::ETHERNET_SOURCE,
    arp::SENDER_ADDRESS,
    arp::TARGET_ADDRESS,
    arp::reply::PROBE,
    arp::reply::REPLY_SENDER,
    arp::reply::REPLY_TARGET,
    ipv4::VERSION,
    ipv4::IHL,
    ipv4::TOTAL_LENGTH,
    ipv4::RESERVED_FLAG,
    ipv4::TTL,
    ipv4::CHECKSUM,
    ipv4::SOURCE,
    ipv6::HEADER,
    ipv6::VERSION,
    ipv6::PAYLOAD_LENGTH,
    ipv6::JUMBO,
    ipv6::HOP_LIMIT,
    ipv6::address::SOURCE_MULTICAST,
    ipv6::address::SOURCE_LOOPBACK,
    ipv6::address::DESTINATION_LOOPBACK,
    ipv6::address::DESTINATION_UNSPECIFIED,
    ipv6::address::MAPPED,
    ipv6::address::COMPATIBLE,
    ipv6::address::SITE_LOCAL,
    ipv6::multicast::SCOPE,
    ipv6::multicast::SCOPE_RESERVED,
    ipv6::multicast::SCOPE_INTERFACE,
    ipv6::multicast::FLAG_RESERVED,
    ipv6::multicast::FLAG_PREFIX,
    ipv6::multicast::FLAG_RENDEZVOUS,
    ipv6::extension::HOP_BY_HOP_LENGTH,
    ipv6::extension::DESTINATION_LENGTH,
    ipv6::extension::ROUTING_LENGTH,
    ipv6::extension::HOP_BY_HOP_FIRST,
    ipv6::extension::ORDER,
    ipv6::extension::REPEATED,
    ipv6::option::HOP_BY_HOP_END,
    ipv6::option::DESTINATION_END,
    ipv6::padding::HOP_BY_HOP_PADDING,
    ipv6::padding::DESTINATION_PADDING,
    ipv6::padding::HOP_BY_HOP_PAD_1,
    ipv6::padding::DESTINATION_PAD_1,
    ipv6::padding::HOP_BY_HOP_EXCESS,
    ipv6::padding::DESTINATION_EXCESS,
    ipv6::option::HOP_BY_HOP_ALIGNMENT,
    ipv6::option::DESTINATION_ALIGNMENT,
    ipv6::option::ALERT_LENGTH,
    ipv6::option::ALERT_ONCE,
    ipv6::option::TUNNEL_LIMIT_LENGTH,
    ipv6::option::HOME_LENGTH,
    ipv6::option::HOME_ONCE,
    ipv6::option::HOME_UNICAST,
    ipv6::jumbo::LENGTH,
    ipv6::jumbo::PAYLOAD_LENGTH,
    ipv6::jumbo::LEAST,
    ipv6::jumbo::MOST,
    ipv6::jumbo::FRAGMENT,
    ipv6::routing::DEPRECATED,
    ipv6::routing::LEFT,
    ipv6::routing::ENTRY,
    ipv6::routing::MOBILE_LENGTH,
    ipv6::routing::MOBILE_LEFT,
    ipv6::routing::MOBILE_RESERVED,
    ipv6::routing::MOBILE_ADDRESS,
    ipv6::routing::GROUP,
    ipv6::fragment::HEADER,
    ipv6::fragment::RESERVED_ZERO,
    ipv6::fragment::MULTIPLE,
    ipv6::fragment::MOST,
    ipv6::fragment::EMPTY,
    ipv6::fragment::ATOMIC,
    ipv6::fragment::CHAIN,
    ipv6::authentication::HEADER,
    ipv6::authentication::ALIGNED,
    ipv6::authentication::RESERVED_ZERO,
    ipv6::authentication::ASSOCIATION,
    gre::HEADER,
    gre::RESERVED,
    gre::DEPRECATED_BITS,
    gre::VERSION_NUMBER,
    gre::SUM,
    gre::RESERVED_WORD,
    gre::VXLAN_HEADER,
    gre::VXLAN_FLAG,
    gre::VXLAN_RESERVED,
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
const fn ethernet(frame: &'static str) -> Example {
    Example::Packet(Link::Ethernet, frame)
}
