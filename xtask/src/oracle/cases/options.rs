//! The options of IPv4 (RFC 791 section 3.1, RFC 1122 section 3.2.1.8): most of them before an echo request that
//! would be answered.

use wire::tcp::flag::SYN;

use crate::oracle::case::{Case, FIRST, case};
use crate::oracle::packet::{ICMP, Packet, TCP, UDP, UNKNOWN, echo, icmp, tcp, udp, with_options};

/// Two that say nothing, and the end of the list.
const PADDING: [u8; 4] = [1, 1, 1, 0];
/// A source route that goes on to 10.0.0.3.
const ROUTE: [u8; 8] = [0x83, 7, 4, 10, 0, 0, 3, 0];

fn with(options: &[u8]) -> Packet {
    with_options(options, ICMP, echo(8))
}

/// All of them.
pub fn cases() -> Vec<Case> {
    [sound(), routes(), broken(), carried()].concat()
}

fn sound() -> Vec<Case> {
    vec![
        case("ipv4.options.none", "none: no operation and the end of the list", with(&PADDING)),
        case("ipv4.options.most", "none: 40 octets of no operation", with(&[1; 40])),
        case("ipv4.options.record_route", "none: a route is to be recorded", {
            with(&[7, 7, 4, 0, 0, 0, 0, 0])
        }),
        case("ipv4.options.route_recorded", "none: a recorded route without room", {
            with(&[7, 7, 8, 10, 0, 0, 3, 0])
        }),
        case("ipv4.options.timestamp", "none: a timestamp is asked for", {
            with(&[0x44, 8, 5, 0, 0, 0, 0, 0])
        }),
        case("ipv4.options.timestamp_address", "none: a timestamp and an address are asked for", {
            with(&[0x44, 12, 5, 1, 0, 0, 0, 0, 0, 0, 0, 0])
        }),
        case("ipv4.options.router_alert", "none: routers are to look", with(&[0x94, 4, 0, 0])),
        case("ipv4.options.stream", "an obsolete stream identifier", with(&[0x88, 4, 0, 1])),
        case("ipv4.options.unknown", "an unknown option", with(&[0x9e, 4, 0, 0])),
        case("ipv4.options.ended", "something behind the end of the list", with(&[0, 0x9e, 4, 0])),
    ]
}

/// Routes that the source chose.
fn routes() -> Vec<Case> {
    let route = |kind, pointer| with(&[kind, 7, pointer, 10, 0, 0, 3, 0]);
    vec![
        case("ipv4.options.source_route", "a source route that goes on to 10.0.0.3", {
            route(0x83, 4)
        }),
        case("ipv4.options.source_route_ended", "a source route that ends here", route(0x83, 8)),
        case("ipv4.options.strict_route", "a strict source route that goes on to 10.0.0.3", {
            route(0x89, 4)
        }),
        case("ipv4.options.strict_route_ended", "a strict source route that ends here", {
            route(0x89, 8)
        }),
        case("ipv4.options.source_route_behind", "one that goes on, behind no operation", {
            with(&[1, 0x83, 7, 4, 10, 0, 0, 3])
        }),
    ]
}

fn broken() -> Vec<Case> {
    vec![
        case("ipv4.options.length_0", "an option of length 0", with(&[7, 0, 0, 0])),
        case("ipv4.options.length_1", "an option of length 1", with(&[0x9e, 1, 0, 0])),
        case("ipv4.options.no_length", "an option without its length", with(&[1, 1, 1, 7])),
        case("ipv4.options.beyond", "an option longer than the header", with(&[7, 40, 4, 0])),
        case("ipv4.options.pointer", "a recorded route whose pointer is 3", {
            with(&[7, 7, 3, 0, 0, 0, 0, 0])
        }),
        case("ipv4.options.no_pointer", "a recorded route of length 2", with(&[7, 2, 0, 0])),
        case("ipv4.options.timestamp_pointer", "a timestamp whose pointer is 4", {
            with(&[0x44, 8, 4, 0, 0, 0, 0, 0])
        }),
        case("ipv4.options.checksum", "options, and the header checksum", {
            with(&PADDING).flipped(11)
        }),
        case("ipv4.options.cut", "options that end before the header does", {
            with(&[1; 8]).set(3, &[24]).cut(24)
        }),
    ]
}

/// Before something else than an echo request.
fn carried() -> Vec<Case> {
    let timestamp = icmp(13, 0, &[0x12, 0x34, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let of = |protocol, message| with_options(&PADDING, protocol, message);
    vec![
        case("ipv4.options.icmp_timestamp", "none: before a timestamp request", {
            of(ICMP, timestamp)
        }),
        case("ipv4.options.icmp_checksum", "options, and the checksum of ICMP", {
            of(ICMP, echo(8)).flipped(44)
        }),
        case("ipv4.options.udp", "none: before a datagram to port 7", of(UDP, udp(7, b"echoed"))),
        case("ipv4.options.udp_closed", "before a datagram to a closed port", {
            of(UDP, udp(9999, b"nobody listens"))
        }),
        case("ipv4.options.tcp_closed", "before a SYN to a closed port", {
            of(TCP, tcp(81, SYN, FIRST, 0, b""))
        }),
        case("ipv4.options.route_udp", "a source route before a datagram to a closed port", {
            with_options(&ROUTE, UDP, udp(9999, b"nobody listens"))
        }),
        case("ipv4.options.route_tcp", "a source route before a SYN to a closed port", {
            with_options(&ROUTE, TCP, tcp(81, SYN, FIRST, 0, b""))
        }),
        case("ipv4.options.route_protocol", "a source route before the protocol 253", {
            with_options(&ROUTE, UNKNOWN, Packet(b"of no protocol".to_vec()))
        }),
        case("ipv4.options.protocol", "before the protocol 253", {
            of(UNKNOWN, Packet(b"of no protocol".to_vec()))
        }),
    ]
}
