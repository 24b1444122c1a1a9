//! IPv4 (RFC 791, RFC 1122 section 3.2.1): most of them carry an echo request that would be answered.

use crate::oracle::case::{Case, case};
use crate::oracle::packet::{ICMP, ICMPV6, Packet, UDP, UNKNOWN, V4, echo, fragment, ip, udp};

fn request() -> Packet {
    ip(V4, ICMP, echo(8))
}

fn from(address: &str) -> Packet {
    ip(V4.from(address), ICMP, echo(8))
}

fn to(address: &str) -> Packet {
    ip(V4.to(address), ICMP, echo(8))
}

/// The fixed header.
pub fn cases() -> Vec<Case> {
    vec![
        case("ipv4.sound", "none: an echo request", request()),
        case("ipv4.padding", "none: padding of the link behind the datagram", request().padded(9)),
        case("ipv4.version.5", "the version is 5", request().set(0, &[0x55]).sealed()),
        case("ipv4.ihl.4", "a header length of 16 octets", request().set(0, &[0x44]).sealed()),
        case(
            "ipv4.ihl.beyond",
            "a header length of 60 octets, of 52 in all",
            request().set(0, &[0x4f]).sealed(),
        ),
        case("ipv4.total_length.19", "a total length of 19", request().set(2, &[0, 19]).sealed()),
        case(
            "ipv4.total_length.large",
            "a total length of 16 octets more than there are",
            request().set(2, &[0, 68]).sealed(),
        ),
        case("ipv4.checksum", "the header checksum", request().flipped(11)),
        case("ipv4.ttl.0", "a TTL of 0", request().set(8, &[0]).sealed()),
        case("ipv4.ttl.1", "none: a TTL of 1", request().set(8, &[1]).sealed()),
        case(
            "ipv4.flag.reserved",
            "the reserved flag is set",
            request().set(6, &[0x80, 0]).sealed(),
        ),
        case("ipv4.flag.dont_fragment", "none: it is not to be fragmented", {
            request().set(6, &[0x40, 0]).sealed()
        }),
        case("ipv4.tos", "none: a type of service of 0xb8", request().set(1, &[0xb8]).sealed()),
        case("ipv4.source.zero", "the source 0.0.0.0", from("0.0.0.0")),
        case("ipv4.source.this_network", "the source 0.1.2.3", from("0.1.2.3")),
        case("ipv4.source.loopback", "the source 127.0.0.1", from("127.0.0.1")),
        case("ipv4.source.ours", "the source is the host itself", from("10.0.0.1")),
        case("ipv4.source.multicast", "the source 224.0.0.5", from("224.0.0.5")),
        case("ipv4.source.class_e", "the source 240.0.0.1", from("240.0.0.1")),
        case("ipv4.source.broadcast", "the source 255.255.255.255", from("255.255.255.255")),
        case("ipv4.source.directed_broadcast", "the source 10.0.0.255", from("10.0.0.255")),
        case("ipv4.destination.zero", "the destination 0.0.0.0", to("0.0.0.0")),
        case("ipv4.destination.loopback", "the destination 127.0.0.1", to("127.0.0.1")),
        case("ipv4.destination.class_e", "the destination 240.0.0.1", to("240.0.0.1")),
        case("ipv4.destination.other", "the destination 10.0.0.77", to("10.0.0.77")),
    ]
}

/// Protocols that no host here speaks.
pub fn protocols() -> Vec<Case> {
    let of = |octets| ip(V4, UNKNOWN, Packet(vec![0x5a; octets]));
    let from = |address: &str| ip(V4.from(address), UNKNOWN, text());
    let to = |address: &str| ip(V4.to(address), UNKNOWN, text());
    vec![
        case("ipv4.protocol.unknown", "the protocol 253", ip(V4, UNKNOWN, text())),
        case("ipv4.protocol.unknown_broadcast", "the protocol 253, to 10.0.0.255", {
            to("10.0.0.255")
        }),
        case("ipv4.protocol.unknown_multicast", "the protocol 253, to 224.0.0.1", to("224.0.0.1")),
        case("ipv4.protocol.unknown_other", "the protocol 253, to 10.0.0.77", to("10.0.0.77")),
        case("ipv4.protocol.source_zero", "the protocol 253, from 0.0.0.0", from("0.0.0.0")),
        case("ipv4.protocol.source_group", "the protocol 253, from a group", from("224.0.0.5")),
        case("ipv4.protocol.checksum", "the protocol 253, and the header checksum", {
            of(8).flipped(11)
        }),
        case("ipv4.protocol.empty", "the protocol 253, and nothing in it", of(0)),
        case("ipv4.protocol.odd", "the protocol 253, and 7 octets", of(7)),
        case("ipv4.protocol.fits", "the protocol 253, 548 octets in all", of(528)),
        case("ipv4.protocol.over", "the protocol 253, 549 octets in all", of(529)),
        case("ipv4.protocol.large", "the protocol 253, 1500 octets in all", of(1480)),
        case("ipv4.protocol.icmpv6", "ICMPv6 over IPv4", ip(V4, ICMPV6, echo(128))),
        case("ipv4.protocol.255", "the reserved protocol 255", ip(V4, 255, text())),
    ]
}

fn text() -> Packet {
    Packet(b"of no protocol".to_vec())
}

/// Fragments.
pub fn fragments() -> Vec<Case> {
    let whole = request();
    vec![
        case("ipv4.fragment.first", "the first fragment alone", fragment(&whole, 0, 16)),
        case("ipv4.fragment.middle", "a middle fragment alone", fragment(&whole, 8, 24)),
        case("ipv4.fragment.last", "the last fragment alone", fragment(&whole, 16, 99)),
        case("ipv4.fragment.both", "none: the second of two fragments", fragment(&whole, 16, 99))
            .after([fragment(&whole, 0, 16).into()]),
        case(
            "ipv4.fragment.swapped",
            "none: the first of two fragments, last",
            fragment(&whole, 0, 16),
        )
        .after([fragment(&whole, 16, 99).into()]),
        case(
            "ipv4.fragment.overlap",
            "the last of three fragments, two of which overlap",
            fragment(&whole, 24, 99),
        )
        .after([fragment(&whole, 0, 16).into(), fragment(&whole, 8, 24).into()]),
        case("ipv4.fragment.closed_port", "the first fragment of a datagram to a closed port", {
            fragment(&ip(V4, UDP, udp(9999, &[0; 24])), 0, 16)
        }),
        case("ipv4.fragment.protocol", "the first fragment of a datagram of protocol 253", {
            fragment(&ip(V4, UNKNOWN, Packet(vec![0; 24])), 0, 16)
        }),
    ]
}
