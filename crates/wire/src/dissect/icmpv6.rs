//! Fields of ICMPv6 messages (RFC 4443), Neighbor Discovery (RFC 4861) among them.

use super::{Fields, Row, Value, address, icmp, multicast, neighbor, number, plain};
use crate::icmpv6::{
    self, ECHO_REPLY, ECHO_REQUEST, HEADER_LEN, NEIGHBOR_ADVERTISEMENT, NEIGHBOR_SOLICITATION,
    PACKET_TOO_BIG, PARAMETER_PROBLEM, REDIRECT, ROUTER_ADVERTISEMENT, ROUTER_SOLICITATION,
    TIME_EXCEEDED, UNREACHABLE, field,
};

const ECHO: [Row; 2] = [
    ("icmpv6.identifier", crate::icmp::field::IDENTIFIER, plain),
    ("icmpv6.sequence", crate::icmp::field::SEQUENCE, plain),
];
const QUOTING: [Row; 2] = [
    ("icmpv6.original_datagram_length", field::ORIGINAL_DATAGRAM_LENGTH, plain),
    ("icmpv6.unused", 5..8, plain),
];
const TOO_BIG: [Row; 1] = [("icmpv6.mtu", field::MTU, plain)];
const PARAMETER: [Row; 1] = [("icmpv6.pointer", field::POINTER, plain)];
const ROUTER: [Row; 5] = [
    ("icmpv6.current_hop_limit", 4..5, plain),
    ("icmpv6.flags", 5..6, |b| Value::Flags(u16::from(b[0]), ROUTER_FLAGS)),
    ("icmpv6.router_lifetime", 6..8, plain),
    ("icmpv6.reachable_time", field::REACHABLE_TIME, plain),
    ("icmpv6.retransmit_timer", 12..16, plain),
];
/// Flags of a router advertisement (RFC 4861 section 4.2, RFC 6275 section 7.1, RFC 4191 section 2.2, RFC 4389);
/// the two bits of the preference are 01 for high, 11 for low.
const ROUTER_FLAGS: &[(u16, &str)] = &[
    (0x80, "managed"),
    (0x40, "other"),
    (0x20, "home_agent"),
    (0x10, "preference_sign"),
    (0x08, "preference"),
    (0x04, "proxy"),
];
const RESERVED: [Row; 1] = [("icmpv6.reserved", 4..8, plain)];
const NEIGHBOR: [Row; 2] =
    [("icmpv6.reserved", 4..8, plain), ("icmpv6.target", field::TARGET, address)];
const ADVERTISEMENT: [Row; 3] = [
    ("icmpv6.flags", field::FLAGS, |b| Value::Flags(u16::from(b[0] & 0xe0), NEIGHBOR_FLAGS)),
    ("icmpv6.reserved", 4..8, |b| Value::Number(number(b) & 0x1fff_ffff)),
    ("icmpv6.target", field::TARGET, address),
];
/// Flags of a neighbor advertisement (RFC 4861 section 4.4).
const NEIGHBOR_FLAGS: &[(u16, &str)] = &[(0x80, "router"), (0x40, "solicited"), (0x20, "override")];
const REDIRECTING: [Row; 3] = [
    ("icmpv6.reserved", 4..8, plain),
    ("icmpv6.target", field::TARGET, address),
    ("icmpv6.destination", field::DESTINATION, address),
];

pub(super) fn fields(fields: &mut Fields) {
    let kind = fields.pdu.bytes().first().copied().unwrap_or_default();
    let code = fields.pdu.bytes().get(1).copied().unwrap_or_default();
    let names = (icmpv6::type_name(kind), icmpv6::code_name(kind, code));
    if !icmp::common(fields, ["icmpv6.type", "icmpv6.code", "icmpv6.checksum"], names) {
        return;
    }
    let rows: &[Row] = match kind {
        ECHO_REQUEST | ECHO_REPLY => &ECHO,
        UNREACHABLE | TIME_EXCEEDED => &QUOTING,
        PACKET_TOO_BIG => &TOO_BIG,
        PARAMETER_PROBLEM => &PARAMETER,
        ROUTER_SOLICITATION => &RESERVED,
        ROUTER_ADVERTISEMENT => &ROUTER,
        NEIGHBOR_SOLICITATION => &NEIGHBOR,
        NEIGHBOR_ADVERTISEMENT => &ADVERTISEMENT,
        REDIRECT => &REDIRECTING,
        _ if icmpv6::is_listener_discovery(kind) => return multicast::listener(fields, kind),
        // Not every type has eight octets.
        _ => return fields.rest("icmpv6.rest", 4),
    };
    if fields.rows(rows) {
        match icmpv6::options_start(kind) {
            Some(start) => neighbor::options(fields, start),
            None => fields.rest("icmpv6.data", HEADER_LEN),
        }
    }
}
