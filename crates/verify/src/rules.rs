//! The table: every clause that is checked, in the order in which findings are listed.
//!
//! First what makes a frame one of its link, a datagram, a message, a segment, in the order of headers;
//! then what makes a reply the reply to its request, then when there must be none, then what only several
//! packets show. Deliberately absent: rules on the identification of a
//! reply (RFC 6864 section 4.1 lets a source set any value in a datagram that is not fragmented, and
//! one exchange cannot show that a value repeats).

use std::sync::LazyLock;

use wire::{Link, Pdu, Protocol};

use crate::Host;
use crate::rule::{Check, Example, Rule};

mod arp;
mod checksum;
mod dhcp;
mod dns;
mod ethernet;
mod exchange;
mod extension;
mod gre;
mod icmp;
mod icmpv6;
mod igmp;
mod ipv4;
mod ipv6;
mod listener;
mod mpls;
mod multicast;
mod neighbor;
mod ppp;
mod reply_arp;
mod reply_dhcp;
mod reply_dns;
mod reply_echo6;
mod reply_error;
mod reply_error6;
mod reply_frame;
mod reply_ip;
mod reply_neighbor;
mod reply_own;
mod reply_timestamp;
mod reply_udp;
mod segment;
mod silence;
mod silence_link;
mod silence_udp;
mod tcp;
mod trace;
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
    ipv4::PROTOCOL,
    ipv4::SOURCE,
    ipv4::addresses::UNSPECIFIED,
    ipv4::addresses::THIS_NETWORK,
    ipv4::addresses::LOOPBACK,
    ipv4::addresses::RESERVED,
    ipv4::addresses::SAME,
    ipv4::fragments::DONT_FRAGMENT,
    ipv4::fragments::LENGTH,
    ipv4::fragments::EMPTY,
    ipv4::fragments::TOO_LONG,
    ipv4::fragments::TINY,
    ipv4::fragments::OFFSET_ONE,
    ipv4::options::LENGTH,
    ipv4::options::PADDING,
    ipv4::options::TWICE,
    ipv4::options::SOURCE_ROUTES,
    ipv4::options::NOT_COPIED,
    ipv4::options::STREAM_IDENTIFIER,
    ipv4::options::DEPRECATED,
    ipv4::options::ROUTER_ALERT,
    ipv4::options::SECURITY,
    ipv4::routes::ROUTE_LENGTH,
    ipv4::routes::ROUTE_POINTER,
    ipv4::routes::TIMESTAMP_LENGTH,
    ipv4::routes::TIMESTAMP_POINTER,
    ipv4::routes::TIMESTAMP_FLAG,
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
    icmp::TIMESTAMP_LENGTH,
    icmp::MASK_LENGTH,
    icmp::QUENCH,
    icmp::DEPRECATED,
    icmp::UNKNOWN,
    icmp::code::UNREACHABLE_CODE,
    icmp::code::REDIRECT_CODE,
    icmp::code::TIME_CODE,
    icmp::code::PARAMETER_CODE,
    icmp::code::QUERY_CODE,
    icmp::code::ROUTER_CODE,
    icmp::code::EXTENDED_CODE,
    icmp::error::QUOTE,
    icmp::error::QUOTED_HEADER,
    icmp::error::ABOUT_ERROR,
    icmp::error::ABOUT_MULTICAST,
    icmp::error::ABOUT_FRAGMENT,
    icmp::error::ABOUT_SOURCE,
    icmp::error::DESTINATION,
    icmp::error::SIZE,
    icmp::field::GATEWAY,
    icmp::field::GATEWAY_SENDER,
    icmp::field::MTU,
    icmp::field::MTU_QUOTED,
    icmp::field::POINTER,
    icmp::field::UNUSED,
    icmp::router::COUNT,
    icmp::router::ENTRY,
    icmp::router::LENGTH,
    icmp::router::TTL,
    extension::LENGTH,
    extension::QUOTED,
    extension::VERSION,
    extension::CHECKSUM,
    extension::OBJECT,
    icmpv6::LENGTH,
    icmpv6::CHECKSUM,
    icmpv6::UNKNOWN,
    icmpv6::code::UNREACHABLE_CODE,
    icmpv6::code::TOO_BIG_CODE,
    icmpv6::code::TIME_CODE,
    icmpv6::code::PARAMETER_CODE,
    icmpv6::code::ECHO_CODE,
    icmpv6::error::QUOTE,
    icmpv6::error::QUOTED_HEADER,
    icmpv6::error::SIZE,
    icmpv6::error::ABOUT_ERROR,
    icmpv6::error::ABOUT_REDIRECT,
    icmpv6::error::ABOUT_MULTICAST,
    icmpv6::error::ABOUT_SOURCE,
    icmpv6::error::DESTINATION,
    icmpv6::field::MTU,
    icmpv6::field::MTU_QUOTED,
    icmpv6::field::POINTER,
    icmpv6::field::UNUSED,
    extension::LENGTH_V6,
    extension::QUOTED_V6,
    extension::VERSION_V6,
    extension::CHECKSUM_V6,
    extension::OBJECT_V6,
    neighbor::HOP_LIMIT,
    neighbor::CODE,
    neighbor::FRAGMENT,
    neighbor::ROUTER_SOLICITATION_LENGTH,
    neighbor::ROUTER_ADVERTISEMENT_LENGTH,
    neighbor::NEIGHBOR_SOLICITATION_LENGTH,
    neighbor::NEIGHBOR_ADVERTISEMENT_LENGTH,
    neighbor::REDIRECT_LENGTH,
    neighbor::solicitation::ROUTER_UNSPECIFIED_OPTION,
    neighbor::solicitation::UNSPECIFIED_OPTION,
    neighbor::solicitation::TARGET,
    neighbor::solicitation::UNSPECIFIED_DESTINATION,
    neighbor::solicitation::DESTINATION,
    neighbor::solicitation::LINK_LAYER_MISSING,
    neighbor::advertisement::SOURCE,
    neighbor::advertisement::REACHABLE_TIME,
    neighbor::advertisement::TARGET,
    neighbor::advertisement::SOLICITED,
    neighbor::redirect::SOURCE,
    neighbor::redirect::DESTINATION,
    neighbor::redirect::TARGET,
    neighbor::option::ZERO_LENGTH,
    neighbor::option::END,
    neighbor::option::LINK_LAYER,
    neighbor::option::MTU_LENGTH,
    neighbor::option::MTU,
    neighbor::option::ROUTE,
    neighbor::option::DNS_SERVER,
    neighbor::option::DNS_LIST,
    neighbor::option::PREFIX_LENGTH,
    neighbor::option::prefix::BITS,
    neighbor::option::prefix::LIFETIMES,
    neighbor::option::prefix::TRAILING,
    neighbor::option::prefix::LINK_LOCAL,
    listener::HOP_LIMIT,
    listener::ALERT,
    listener::QUERY_SOURCE,
    listener::REPORT_SOURCE,
    listener::QUERY_LENGTH,
    listener::REPORT_LENGTH,
    listener::GROUP,
    listener::RECORDS,
    igmp::LENGTH,
    igmp::CHECKSUM,
    igmp::TTL,
    igmp::ALERT,
    igmp::GROUP,
    igmp::RECORDS,
    udp::HEADER,
    udp::SOURCE_PORT,
    udp::DESTINATION_PORT,
    udp::LENGTH,
    udp::CHECKSUM,
    udp::NO_CHECKSUM,
    tcp::HEADER,
    tcp::SOURCE_PORT,
    tcp::DESTINATION_PORT,
    tcp::DESTINATION,
    tcp::ACKNOWLEDGMENT,
    tcp::DATA_OFFSET,
    tcp::RESERVED,
    tcp::flags::NONE,
    tcp::flags::XMAS,
    tcp::flags::FIN_WITHOUT_ACK,
    tcp::flags::ACK_MISSING,
    tcp::flags::SYN_FIN,
    tcp::flags::SYN_RST,
    tcp::flags::FIN_RST,
    tcp::opening::SYN_DATA,
    tcp::opening::RST_DATA,
    tcp::opening::SYN_ECT,
    tcp::opening::MSS_MISSING,
    tcp::signals::TIMESTAMPS_ECHO,
    tcp::CHECKSUM,
    tcp::URGENT_POINTER,
    tcp::URGENT_NOTHING,
    tcp::options::LENGTH,
    tcp::options::PADDING,
    tcp::options::TWICE,
    tcp::options::AUTHENTICATION_TWICE,
    tcp::options::EXPERIMENT,
    tcp::negotiation::MSS_LENGTH,
    tcp::negotiation::MSS_SYN,
    tcp::negotiation::MSS_VALUE,
    tcp::negotiation::WINDOW_SCALE_LENGTH,
    tcp::negotiation::WINDOW_SCALE_SYN,
    tcp::negotiation::WINDOW_SCALE_SHIFT,
    tcp::negotiation::SACK_PERMITTED_LENGTH,
    tcp::negotiation::SACK_PERMITTED_SYN,
    tcp::negotiation::FAST_OPEN_LENGTH,
    tcp::negotiation::FAST_OPEN_SYN,
    tcp::signals::SACK_LENGTH,
    tcp::signals::SACK_SYN,
    tcp::signals::SACK_BLOCK,
    tcp::signals::TIMESTAMPS_LENGTH,
    tcp::signals::MD5_LENGTH,
    tcp::signals::AUTHENTICATION_LENGTH,
    tcp::signals::TWO_SIGNATURES,
    dns::header::HEADER,
    dns::header::OPCODE,
    dns::header::Z,
    dns::header::RCODE,
    dns::header::QUERY_FLAGS,
    dns::header::QUERY_ANSWERS,
    dns::header::QUESTIONS,
    dns::header::NO_QUESTION,
    dns::header::TRANSFER,
    dns::header::QUESTION_TYPE,
    dns::multicast::OPCODE,
    dns::multicast::RCODE,
    dns::multicast::AUTHORITATIVE,
    dns::multicast::QUERY_AUTHORITATIVE,
    dns::multicast::QUESTIONS,
    dns::multicast::PORT,
    dns::entries::COUNTS,
    dns::entries::DATA_LENGTH,
    dns::entries::TRAILING,
    dns::entries::SIZE,
    dns::names::LABEL_TYPE,
    dns::names::LENGTH,
    dns::names::POINTER,
    dns::names::HEADER_POINTER,
    dns::entries::CLASS,
    dns::entries::TTL,
    dns::data::A,
    dns::data::AAAA,
    dns::data::NAMES,
    dns::data::STRINGS,
    dns::names::COMPRESSION,
    dns::data::ALIAS,
    dns::edns::SINGLE,
    dns::edns::SECTION,
    dns::edns::NAME,
    dns::edns::OPTIONS,
    dns::edns::FLAGS,
    dns::entries::TSIG,
    dhcp::fields::HEADER,
    dhcp::fields::OP,
    dhcp::fields::DIRECTION,
    dhcp::fields::HARDWARE_LENGTH,
    dhcp::fields::HARDWARE_LENGTH_MOST,
    dhcp::fields::HOPS,
    dhcp::fields::FLAGS,
    dhcp::addresses::YOUR_ADDRESS,
    dhcp::addresses::CLIENT_ADDRESS,
    dhcp::addresses::DISCOVER_ADDRESS,
    dhcp::fields::MAGIC,
    dhcp::options::LENGTH,
    dhcp::options::END,
    dhcp::options::AFTER_END,
    dhcp::lengths::CONSTANT,
    dhcp::lengths::ADDRESSES,
    dhcp::lengths::LEAST,
    dhcp::options::MASK_FIRST,
    dhcp::options::OVERLOAD,
    dhcp::options::MAXIMUM_SIZE,
    dhcp::options::RELAY_AGENT,
    dhcp::messages::TYPE,
    dhcp::messages::KNOWN,
    dhcp::messages::TYPE_OP,
    dhcp::addresses::ADDRESS,
    dhcp::addresses::NO_ADDRESS,
    dhcp::leases::LEASE,
    dhcp::leases::NO_LEASE,
    dhcp::leases::SERVER,
    dhcp::leases::NO_SERVER,
    dhcp::leases::TIMES,
    dhcp::messages::WISHES,
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
    reply_frame::DESTINATION,
    reply_frame::SOURCE,
    reply_frame::TYPE,
    reply_frame::PADDING,
    reply_ip::SOURCE,
    reply_ip::DESTINATION,
    reply_ip::PROTOCOL,
    reply_ip::FRAGMENT,
    reply_ip::HOP_LIMIT,
    reply_ip::TRAILING,
    reply_arp::UNANSWERED,
    reply_arp::FORMAT,
    reply_arp::OPCODE,
    reply_arp::SENDER_HARDWARE,
    reply_arp::SENDER_ADDRESS,
    reply_arp::TARGET_HARDWARE,
    reply_arp::TARGET_ADDRESS,
    reply_neighbor::UNANSWERED,
    reply_neighbor::TYPE,
    reply_neighbor::TARGET,
    reply_neighbor::SOLICITED_FLAG,
    reply_neighbor::DESTINATION,
    reply_neighbor::ROUTER_FLAG,
    reply_neighbor::OVERRIDE_FLAG,
    reply_neighbor::RESERVED,
    reply_neighbor::LINK_LAYER,
    reply_echo6::UNANSWERED,
    reply_echo6::TYPE,
    reply_echo6::IDENTIFIER,
    reply_echo6::SEQUENCE,
    reply_echo6::LENGTH,
    reply_echo6::PAYLOAD,
    reply_timestamp::TYPE,
    reply_timestamp::IDENTIFIER,
    reply_timestamp::SEQUENCE,
    reply_timestamp::ORIGINATED,
    reply_timestamp::TIME,
    reply_timestamp::ORDER,
    reply_udp::SOURCE_PORT,
    reply_udp::DESTINATION_PORT,
    reply_udp::LENGTH,
    reply_udp::UNANSWERED,
    reply_udp::DATA,
    reply_dns::UNANSWERED,
    reply_dns::HEADER,
    reply_dns::RESPONSE,
    reply_dns::ID,
    reply_dns::OPCODE,
    reply_dns::RECURSION,
    reply_dns::QUESTION,
    reply_dns::FORMAT,
    reply_dns::RCODE,
    reply_dns::records::OWNER,
    reply_dns::records::KIND,
    reply_dns::records::CLASS,
    reply_dns::records::ERROR,
    reply_dns::records::COUNTS,
    reply_dns::records::SIZE,
    reply_dns::records::EDNS,
    reply_dns::records::TRUNCATED,
    reply_dns::records::AUTHORITY,
    reply_dhcp::HEADER,
    reply_dhcp::TYPE,
    reply_dhcp::TRANSACTION,
    reply_dhcp::HARDWARE_ADDRESS,
    reply_dhcp::FLAGS,
    reply_dhcp::RELAY,
    reply_dhcp::SERVER,
    reply_dhcp::addresses::ADDRESS,
    reply_dhcp::addresses::CLIENT_ADDRESS,
    reply_dhcp::INFORMED,
    reply_dhcp::addresses::DESTINATION,
    reply_dhcp::addresses::PORT,
    reply_error::TYPE,
    reply_error::CODE,
    reply_error::EXTENSIONS,
    reply_error::QUOTE,
    reply_error::RATE,
    reply_error6::TYPE,
    reply_error6::CODE,
    reply_error6::POINTER,
    reply_error6::QUOTE,
    reply_error6::EXTENSIONS,
    reply_error6::RATE,
    reply_own::TYPE,
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
    silence_link::ETHERNET,
    silence_link::LINK_BROADCAST,
    silence_link::ARP,
    silence_link::IPV6,
    silence_link::NOT_FOR_ME,
    silence_link::SOURCE,
    silence_link::FRAGMENT,
    silence_link::PROTOCOL,
    silence_link::HOP_LIMIT,
    silence_link::NEIGHBOR,
    silence_link::ICMPV6_CHECKSUM,
    silence_link::ICMPV6_TYPE,
    silence_udp::LENGTH,
    silence_udp::CHECKSUM,
    silence_udp::PORT,
    silence_udp::DNS,
    silence_udp::DHCP,
    silence_udp::ERROR,
    segment::SOURCE_PORT,
    segment::DESTINATION_PORT,
    segment::reset::FLAGS,
    segment::reset::SEQUENCE,
    segment::reset::ACKNOWLEDGMENT,
    segment::opening::FLAGS,
    segment::opening::ACKNOWLEDGMENT,
    segment::opening::DATA,
    segment::opening::SEQUENCE,
    segment::opening::REOPENED,
    segment::opening::ECN,
    segment::option::WINDOW_SCALE,
    segment::option::TIMESTAMPS,
    segment::option::SACK_PERMITTED,
    segment::stream::OPENS,
    segment::stream::RESET,
    segment::stream::EARLY,
    segment::numbers::SEQUENCE,
    segment::numbers::ACKNOWLEDGMENT,
    segment::numbers::WINDOW,
    segment::numbers::SIZE,
    segment::numbers::SHRUNK,
    segment::stream::RETRANSMISSION,
    segment::stream::END,
    segment::stream::URGENT,
    segment::option::SACK,
    segment::option::TIMESTAMPS_MISSING,
    segment::option::TIMESTAMPS_ECHO,
    segment::timer::UNKNOWN,
    segment::timer::NOTHING,
    segment::unanswered::RESET,
    segment::unanswered::SYNCHRONIZED,
    segment::unanswered::UNACCEPTABLE,
    segment::unanswered::CHALLENGE,
    segment::unanswered::NEWS,
    segment::silence::HEADER,
    segment::silence::CHECKSUM,
    segment::silence::RESET,
    segment::silence::SEGMENT,
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

/// Neighbours in [`RULES`] that look at the same units.
pub(crate) struct Group {
    /// Which of a protocol's units they look at; `None`: at all.
    concerned: Option<fn(&Pdu) -> bool>,
    rules: Vec<&'static Rule>,
}

impl Group {
    /// The rules that look at this unit: all of them or none.
    pub(crate) fn rules(&self, pdu: &Pdu) -> &[&'static Rule] {
        if self.concerned.is_none_or(|concerned| concerned(pdu)) { &self.rules } else { &[] }
    }

    fn shares(&self, concerned: Option<fn(&Pdu) -> bool>) -> bool {
        match (self.concerned, concerned) {
            (Some(one), Some(other)) => std::ptr::fn_addr_eq(one, other),
            (one, other) => one.is_none() && other.is_none(),
        }
    }
}

/// The rules on units of that protocol, in the order of [`RULES`].
pub(crate) fn on(protocol: Protocol) -> &'static [Group] {
    /// By protocol, because most rules are not on the one at hand.
    static BY_PROTOCOL: LazyLock<[Vec<Group>; Protocol::COUNT]> = LazyLock::new(|| {
        let mut by_protocol = [const { Vec::<Group>::new() }; Protocol::COUNT];
        for rule in RULES {
            let (protocol, concerned) = match rule.check {
                Check::Pdu(protocol, _) => (protocol, None),
                Check::PduWhere(protocol, concerned, _) => (protocol, Some(concerned)),
                Check::Exchange(_) | Check::Frames(_) | Check::Trace => continue,
            };
            let groups = &mut by_protocol[protocol as usize];
            match groups.last_mut().filter(|group| group.shares(concerned)) {
                Some(group) => group.rules.push(rule),
                None => groups.push(Group { concerned, rules: vec![rule] }),
            }
        }
        by_protocol
    });
    &BY_PROTOCOL[protocol as usize]
}

/// The rules on exchanges, in the order of [`RULES`].
pub(crate) fn on_exchanges() -> impl Iterator<Item = &'static Rule> {
    /// Apart from the others, which are the most.
    static ON_EXCHANGES: LazyLock<Vec<&'static Rule>> = LazyLock::new(|| {
        let is_one = |rule: &&Rule| matches!(rule.check, Check::Exchange(_) | Check::Frames(_));
        RULES.iter().filter(is_one).collect()
    });
    ON_EXCHANGES.iter().copied()
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

/// The ping in a frame to the host of examples on Ethernet.
const PING_FRAME: &str =
    "02000000000102000000000208004500002000000000400166db0a0000020a000001080019270007000170696e67";

/// What that host answers.
const PONG_FRAME: &str =
    "02000000000202000000000108004500002000000000400166db0a0000010a000002000021270007000170696e67";

/// The hosts of examples that speak everything.
static IP_HOST: Host = Example::IP_HOST;
static ETHERNET_HOST: Host = Example::ETHERNET_HOST;

/// An exchange of the host that speaks everything, without link headers.
const fn over_ip(request: &'static str, reply: Option<&'static str>) -> Example {
    Example::Session { host: &IP_HOST, before: &[], request, reply }
}

/// The same on Ethernet.
const fn over_ethernet(request: &'static str, reply: Option<&'static str>) -> Example {
    Example::Session { host: &ETHERNET_HOST, before: &[], request, reply }
}

/// An IP packet without link headers.
const fn ip(packet: &'static str) -> Example {
    Example::Packet(Link::RawIp, packet)
}

/// A frame of Ethernet.
const fn ethernet(frame: &'static str) -> Example {
    Example::Packet(Link::Ethernet, frame)
}
