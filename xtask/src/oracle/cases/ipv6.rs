//! IPv6 (RFC 8200): most of them carry an echo request that would be answered.

use crate::oracle::case::{Case, case};
use crate::oracle::packet::{ICMP, ICMPV6, Packet, UNKNOWN, V6, echo, extended, fragment6, ip};

/// Numbers of extension headers (RFC 8200 section 4).
const HOP_BY_HOP: u8 = 0;
const ROUTING: u8 = 43;
const DESTINATION: u8 = 60;
const NO_NEXT: u8 = 59;

fn request() -> Packet {
    ip(V6, ICMPV6, echo(128))
}

fn from(address: &str) -> Packet {
    ip(V6.from(address), ICMPV6, echo(128))
}

fn to(address: &str) -> Packet {
    ip(V6.to(address), ICMPV6, echo(128))
}

/// The fixed header.
pub fn cases() -> Vec<Case> {
    vec![
        case("ipv6.sound", "none: an echo request", request()),
        case("ipv6.padding", "none: padding of the link behind the datagram", request().padded(6)),
        case("ipv6.version.7", "the version is 7", request().set(0, &[0x70])),
        case(
            "ipv6.payload_length.large",
            "a payload length of 16 octets more than there are",
            request().set(4, &[0, 48]),
        ),
        case(
            "ipv6.payload_length.small",
            "a payload length of 8 octets less than there are",
            request().set(4, &[0, 24]),
        ),
        case("ipv6.header.cut", "a header of 39 octets", request().cut(39)),
        case("ipv6.hop_limit.0", "a hop limit of 0", request().set(7, &[0])),
        case("ipv6.hop_limit.1", "none: a hop limit of 1", request().set(7, &[1])),
        case(
            "ipv6.traffic_class",
            "none: a traffic class of 0xb8",
            request().set(0, &[0x6b, 0x80]),
        ),
        case("ipv6.flow_label", "none: a flow label", request().set(1, &[1, 0x23, 0x45])),
        case("ipv6.payload_length.0", "a payload length of 0", request().set(4, &[0, 0])),
        case("ipv6.source.mapped", "the source ::ffff:10.0.0.2", from("::ffff:10.0.0.2")),
        case("ipv6.source.interface_group", "the source ff01::1", from("ff01::1")),
        case("ipv6.destination.mapped", "the destination ::ffff:10.0.0.1", to("::ffff:10.0.0.1")),
        case("ipv6.destination.site_group", "the group of all routers of the site", to("ff05::2")),
        case("ipv6.source.unspecified", "the source ::", from("::")),
        case("ipv6.source.loopback", "the source ::1", from("::1")),
        case("ipv6.source.ours", "the source is the host itself", from("fd00::1")),
        case("ipv6.source.multicast", "the source ff02::1", from("ff02::1")),
        case("ipv6.destination.unspecified", "the destination ::", to("::")),
        case("ipv6.destination.loopback", "the destination ::1", to("::1")),
        case("ipv6.destination.other", "the destination fd00::77", to("fd00::77")),
        case(
            "ipv6.destination.multicast",
            "a group of which the host is no member",
            to("ff02::1:ff00:77"),
        ),
        case("ipv6.destination.reserved", "the reserved group ff00::1", to("ff00::1")),
        case("ipv6.next_header.none", "none: no next header", ip(V6, NO_NEXT, Packet(vec![0; 8]))),
    ]
}

/// Next headers that no host here knows.
pub fn next_headers() -> Vec<Case> {
    let of = |octets| ip(V6, UNKNOWN, Packet(vec![0x5a; octets]));
    let text = || Packet(b"of no protocol".to_vec());
    vec![
        case("ipv6.next_header.unknown", "the next header 253", ip(V6, UNKNOWN, text())),
        case("ipv6.next_header.unknown_multicast", "the next header 253, to ff02::1", {
            ip(V6.to("ff02::1"), UNKNOWN, text())
        }),
        case("ipv6.next_header.source_unspecified", "the next header 253, from ::", {
            ip(V6.from("::"), UNKNOWN, text())
        }),
        case("ipv6.next_header.source_loopback", "the next header 253, from ::1", {
            ip(V6.from("::1"), UNKNOWN, text())
        }),
        case("ipv6.next_header.source_multicast", "the next header 253, from ff02::1", {
            ip(V6.from("ff02::1"), UNKNOWN, text())
        }),
        case("ipv6.next_header.other", "the next header 253, to fd00::77", {
            ip(V6.to("fd00::77"), UNKNOWN, text())
        }),
        case("ipv6.next_header.empty", "the next header 253, and nothing in it", of(0)),
        case("ipv6.next_header.odd", "the next header 253, and 7 octets", of(7)),
        case("ipv6.next_header.fits", "the next header 253, 1232 octets in all", of(1192)),
        case("ipv6.next_header.over", "the next header 253, 1233 octets in all", of(1193)),
        case("ipv6.next_header.large", "the next header 253, 1500 octets in all", of(1460)),
        case("ipv6.next_header.truncated", "the next header 253, fewer octets than it says", {
            of(24).cut(56)
        }),
        case("ipv6.next_header.icmp", "ICMP over IPv6", ip(V6, ICMP, echo(8))),
        case("ipv6.next_header.255", "the reserved next header 255", ip(V6, 255, text())),
    ]
}

/// Extension headers.
pub fn extensions() -> Vec<Case> {
    let with = |first, header: &[u8]| extended(first, header, ICMPV6, echo(128));
    let option = |first, kind| with(first, &[ICMPV6, 0, kind, 4, 0, 0, 0, 0]);
    vec![
        case(
            "ipv6.hop_by_hop.padding",
            "none: a hop-by-hop header of padding",
            option(HOP_BY_HOP, 0x01),
        ),
        case(
            "ipv6.hop_by_hop.skip",
            "an unknown hop-by-hop option to skip",
            option(HOP_BY_HOP, 0x1e),
        ),
        case("ipv6.hop_by_hop.discard", "one to discard the packet for", option(HOP_BY_HOP, 0x5e)),
        case("ipv6.hop_by_hop.tell", "one to discard and tell for", option(HOP_BY_HOP, 0x9e)),
        case(
            "ipv6.hop_by_hop.tell_unicast",
            "one to discard and tell for, if not to a group",
            option(HOP_BY_HOP, 0xde),
        ),
        case(
            "ipv6.hop_by_hop.beyond",
            "a hop-by-hop option longer than the header",
            with(HOP_BY_HOP, &[ICMPV6, 0, 0x01, 40, 0, 0, 0, 0]),
        ),
        case(
            "ipv6.hop_by_hop.late",
            "a hop-by-hop header that is not the first",
            with(DESTINATION, &[HOP_BY_HOP, 0, 1, 4, 0, 0, 0, 0, ICMPV6, 0, 1, 4, 0, 0, 0, 0]),
        ),
        case(
            "ipv6.destination_options.tell",
            "an unknown destination option to tell of",
            option(DESTINATION, 0x9e),
        ),
        case(
            "ipv6.destination_options.skip",
            "an unknown destination option to skip",
            option(DESTINATION, 0x1e),
        ),
        case(
            "ipv6.extension.beyond",
            "an extension header longer than the packet",
            with(DESTINATION, &[ICMPV6, 9, 1, 4, 0, 0, 0, 0]),
        ),
        case("ipv6.extension.unknown", "an extension header leads to next header 253", {
            extended(DESTINATION, &[UNKNOWN, 0, 1, 4, 0, 0, 0, 0], UNKNOWN, Packet(vec![0; 8]))
        }),
        case("ipv6.routing.0", "a routing header of type 0 with a segment left", routing(0, 1)),
        case(
            "ipv6.routing.0_ended",
            "a routing header of type 0 without segments left",
            routing(0, 0),
        ),
        case(
            "ipv6.routing.unknown",
            "a routing header of type 200 with a segment left",
            routing(200, 1),
        ),
        case(
            "ipv6.routing.unknown_ended",
            "none: one of type 200 without segments left",
            routing(200, 0),
        ),
    ]
}

/// A routing header with room for one address.
fn routing(kind: u8, left: u8) -> Packet {
    let address = "fd00::3".parse::<std::net::Ipv6Addr>().expect("an address").octets();
    let header = [&[ICMPV6, 2, kind, left, 0, 0, 0, 0][..], &address].concat();
    extended(ROUTING, &header, ICMPV6, echo(128))
}

/// Fragments.
pub fn fragments() -> Vec<Case> {
    let whole = request();
    vec![
        case(
            "ipv6.fragment.atomic",
            "none: a fragment that is all of its datagram",
            fragment6(&whole, 0, 99),
        ),
        case("ipv6.fragment.first", "the first fragment alone", fragment6(&whole, 0, 16)),
        case("ipv6.fragment.last", "the last fragment alone", fragment6(&whole, 16, 99)),
        case("ipv6.fragment.both", "none: the second of two fragments", fragment6(&whole, 16, 99))
            .after([fragment6(&whole, 0, 16).into()]),
        case(
            "ipv6.fragment.overlap",
            "the last of three fragments, two of which overlap",
            fragment6(&whole, 24, 99),
        )
        .after([fragment6(&whole, 0, 16).into(), fragment6(&whole, 8, 24).into()]),
        case(
            "ipv6.fragment.odd",
            "a fragment of 13 octets that is not the last",
            fragment6(&whole, 0, 13),
        ),
    ]
}
