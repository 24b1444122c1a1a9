//! ICMPv6 (RFC 4443).

use crate::oracle::case::{Case, case};
use crate::oracle::packet::{ICMPV6, Packet, UDP, V6, echo, icmp, ip, udp};

fn of(message: Packet) -> Packet {
    ip(V6, ICMPV6, message)
}

/// An error about a datagram that the host is said to have sent.
fn about(kind: u8, code: u8) -> Packet {
    let quoted = ip(V6.from("fd00::1").to("fd00::2"), UDP, udp(53, b"asked"));
    of(icmp(kind, code, &[&[0; 4][..], &quoted.0].concat()))
}

/// Messages.
pub fn cases() -> Vec<Case> {
    vec![
        case("icmpv6.echo.empty", "none: no data", of(echo(128).cut(8))),
        case("icmpv6.checksum", "the checksum", of(echo(128)).flipped(60)),
        case("icmpv6.checksum.0", "no checksum", of(echo(128)).set(42, &[0, 0])),
        case("icmpv6.echo.code", "a code of 1", of(echo(128).set(1, &[1]))),
        case("icmpv6.echo.short", "a message of 7 octets", of(echo(128).cut(7))),
        case(
            "icmpv6.echo.multicast",
            "none: an echo request to ff02::1",
            ip(V6.to("ff02::1"), ICMPV6, echo(128)),
        ),
        case("icmpv6.echo_reply", "a reply to nothing", of(echo(129))),
        case("icmpv6.type.informational", "the unknown informational type 200", of(echo(200))),
        case("icmpv6.type.error", "the unknown error type 100", about(100, 0)),
        case("icmpv6.error.port", "an error about a datagram that was never sent", about(1, 4)),
        case("icmpv6.error.too_big", "a packet too big that was never sent", about(2, 0)),
        case("icmpv6.error.short", "an error that quotes 8 octets", of(icmp(1, 4, &[0; 12]))),
        case("icmpv6.node_information", "a node information query", of(icmp(139, 0, &[0; 12]))),
    ]
}
