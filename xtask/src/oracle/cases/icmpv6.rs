//! ICMPv6 (RFC 4443).

use wire::checksum;

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
        case("icmpv6.echo.odd", "none: 21 octets of data", of(echo(128).cut(29))),
        case("icmpv6.echo.large", "none: 1400 octets of data", of(echo(128).padded(1376))),
        case("icmpv6.none", "no message at all", of(Packet(Vec::new()))),
        case("icmpv6.mapped_checksum", "the checksum of ICMP, without addresses", unsummed()),
        case("icmpv6.echo.solicited", "none: an echo request to ff02::1:ff00:1", {
            ip(V6.to("ff02::1:ff00:1"), ICMPV6, echo(128))
        }),
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
        case("icmpv6.error.parameter", "a parameter problem that nobody had", about(4, 1)),
        case("icmpv6.error.time", "time exceeded of what was never sent", about(3, 0)),
        case("icmpv6.error.short", "an error that quotes 8 octets", of(icmp(1, 4, &[0; 12]))),
        case("icmpv6.node_information", "a node information query", of(icmp(139, 0, &[0; 12]))),
    ]
}

/// Summed up as ICMP is, which has no pseudo-header (RFC 4443 section 2.3 has one).
fn unsummed() -> Packet {
    let message = echo(128);
    let sum = checksum::checksum(&message.0).to_be_bytes();
    of(echo(128)).set(42, &sum)
}
