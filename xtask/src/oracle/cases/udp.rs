//! UDP (RFC 768, RFC 1122 section 4.1): a program that sends everything back listens at port 7.

use crate::oracle::case::{Case, case};
use crate::oracle::packet::{Packet, UDP, V4, V6, ip, udp};

fn of(message: Packet) -> Packet {
    ip(V4, UDP, message)
}

/// Datagrams.
pub fn cases() -> Vec<Case> {
    let echo = || udp(7, b"echoed");
    let closed = || udp(9999, b"nobody listens");
    let to = |address: &str| ip(V4.to(address), UDP, closed());
    vec![
        case("udp.sound", "none: a datagram to port 7", of(echo())),
        case("udp.empty", "none: no data", of(udp(7, b""))),
        case("udp.odd", "none: 5 octets of data", of(udp(7, b"odd:5"))),
        case("udp.large", "none: 1472 octets of data", of(udp(7, &[0x5a; 1472]))),
        case("udp.source_port.echo", "from port 7 to port 7", of(echo().set(0, &[0, 7]))),
        case("udp.directed_broadcast", "port 7 of 10.0.0.255", {
            ip(V4.to("10.0.0.255"), UDP, echo())
        }),
        case("udp.multicast", "port 7 of 224.0.0.1", ip(V4.to("224.0.0.1"), UDP, echo())),
        case("udp.source_ours", "port 7, from the host itself", {
            ip(V4.from("10.0.0.1"), UDP, echo())
        }),
        case("udp.length.0", "a length of 0", of(echo().set(4, &[0, 0]))),
        case("udp.checksum", "the checksum", of(echo()).flipped(26)),
        case("udp.checksum.0", "none: no checksum", of(echo()).set(26, &[0, 0])),
        case("udp.length.7", "a length of 7", of(echo().set(4, &[0, 7]))),
        case("udp.length.large", "a length of one more than there is", of(echo().set(4, &[0, 15]))),
        case("udp.length.small", "a length of two less than there is", shorter()),
        case("udp.header.cut", "a header of 6 octets", of(echo().cut(6))),
        case("udp.source_port.0", "none: the source port 0", of(echo().set(0, &[0, 0]))),
        case("udp.destination_port.0", "the destination port 0", of(udp(0, b"to none"))),
        case("udp.closed", "a closed port", of(closed())),
        case(
            "udp.closed.source_port_0",
            "a closed port, from port 0",
            of(closed().set(0, &[0, 0])),
        ),
        case("udp.closed.checksum", "a closed port, and the checksum", of(closed()).flipped(26)),
        case(
            "udp.closed.checksum_0",
            "a closed port, without checksum",
            of(closed()).set(26, &[0, 0]),
        ),
        case("udp.closed.empty", "a closed port, and no data", of(udp(9999, b""))),
        case("udp.closed.length", "a closed port, and a length of 7", of(closed().set(4, &[0, 7]))),
        case("udp.closed.fits", "a closed port, 548 octets in all", of(udp(9999, &[0x5a; 520]))),
        case("udp.closed.over", "a closed port, 549 octets in all", of(udp(9999, &[0x5a; 521]))),
        case("udp.closed.large", "a closed port, and 1400 octets", of(udp(9999, &[0x5a; 1400]))),
        case("udp.closed.directed_broadcast", "a closed port of 10.0.0.255", to("10.0.0.255")),
        case("udp.closed.broadcast", "a closed port of 255.255.255.255", to("255.255.255.255")),
        case("udp.closed.multicast", "a closed port of 224.0.0.1", to("224.0.0.1")),
        case(
            "udp.closed.source_zero",
            "a closed port, from 0.0.0.0",
            ip(V4.from("0.0.0.0"), UDP, closed()),
        ),
        case("udp.ipv6.sound", "none: a datagram to port 7 over IPv6", ip(V6, UDP, echo())),
        case("udp.ipv6.checksum.0", "no checksum over IPv6", ip(V6, UDP, echo()).set(46, &[0, 0])),
        case("udp.ipv6.checksum", "the checksum over IPv6", ip(V6, UDP, echo()).flipped(46)),
        case("udp.ipv6.length.7", "a length of 7 over IPv6", ip(V6, UDP, echo().set(4, &[0, 7]))),
        case("udp.ipv6.length.large", "a length of one more than there is over IPv6", {
            ip(V6, UDP, echo().set(4, &[0, 15]))
        }),
        case("udp.ipv6.header.cut", "a header of 6 octets over IPv6", ip(V6, UDP, echo().cut(6))),
        case("udp.ipv6.large", "none: 1400 octets of data over IPv6", {
            ip(V6, UDP, udp(7, &[0x5a; 1400]))
        }),
        case("udp.ipv6.multicast", "port 7 of ff02::1", ip(V6.to("ff02::1"), UDP, echo())),
        case("udp.ipv6.source_loopback", "port 7 over IPv6, from ::1", {
            ip(V6.from("::1"), UDP, echo())
        }),
        case("udp.ipv6.closed.fits", "a closed port over IPv6, 1232 octets in all", {
            ip(V6, UDP, udp(9999, &[0x5a; 1184]))
        }),
        case("udp.ipv6.closed.over", "a closed port over IPv6, 1233 octets in all", {
            ip(V6, UDP, udp(9999, &[0x5a; 1185]))
        }),
        case("udp.ipv6.closed.source_unspecified", "a closed port over IPv6, from ::", {
            ip(V6.from("::"), UDP, closed())
        }),
        case("udp.ipv6.closed.checksum", "a closed port over IPv6, and the checksum", {
            ip(V6, UDP, closed()).flipped(46)
        }),
        case("udp.ipv6.closed", "a closed port over IPv6", ip(V6, UDP, closed())),
        case(
            "udp.ipv6.closed.multicast",
            "a closed port of ff02::1",
            ip(V6.to("ff02::1"), UDP, closed()),
        ),
        case("udp.ipv6.closed.large", "a closed port over IPv6, and 1400 octets", {
            ip(V6, UDP, udp(9999, &[0x5a; 1400]))
        }),
    ]
}

/// Its checksum covers what its length says, and two octets follow.
fn shorter() -> Packet {
    let whole = ip(V4, UDP, udp(7, b"echo"));
    whole.padded(2).set(2, &[0, 34]).sealed()
}
