//! ICMP (RFC 792, RFC 1122 section 3.2.2).

use crate::oracle::case::{Case, case};
use crate::oracle::packet::{ICMP, Packet, UDP, V4, echo, icmp, ip, udp};

fn of(message: Packet) -> Packet {
    ip(V4, ICMP, message)
}

/// An error about a datagram that the host is said to have sent.
fn about(kind: u8, code: u8) -> Packet {
    let route = V4.from("10.0.0.1").to("10.0.0.2");
    let quoted = ip(route, UDP, udp(53, b"asked"));
    of(icmp(kind, code, &[&[0; 4][..], &quoted.0].concat()))
}

/// Messages.
pub fn cases() -> Vec<Case> {
    let to = |address: &str| ip(V4.to(address), ICMP, echo(8));
    let timestamp = || icmp(13, 0, &[0x12, 0x34, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    vec![
        case("icmp.echo.empty", "none: no data", of(echo(8).cut(8))),
        case("icmp.echo.odd", "none: 21 octets of data", of(echo(8).cut(29))),
        case("icmp.echo.large", "none: 1472 octets of data", of(echo(8).padded(1448))),
        case("icmp.checksum.0", "no checksum", of(echo(8)).set(22, &[0, 0])),
        case("icmp.checksum", "the checksum", of(echo(8)).flipped(40)),
        case("icmp.echo.code", "a code of 1", of(echo(8).set(1, &[1]))),
        case("icmp.echo.short", "a message of 7 octets", of(echo(8).cut(7))),
        case("icmp.none", "no message at all", of(Packet(Vec::new()))),
        case("icmp.type.unknown", "the type 7", of(echo(7))),
        case("icmp.echo_reply", "a reply to nothing", of(echo(0))),
        case("icmp.timestamp", "none: a timestamp request", of(timestamp())),
        case("icmp.timestamp.code", "a code of 1", of(timestamp().set(1, &[1]))),
        case("icmp.timestamp.short", "a timestamp request of 12 octets", of(timestamp().cut(12))),
        case("icmp.timestamp.long", "a timestamp request of 24 octets", of(timestamp().padded(4))),
        case("icmp.timestamp.cut", "a timestamp request of 19 octets", of(timestamp().cut(19))),
        case("icmp.timestamp.checksum", "a timestamp request, and the checksum", {
            of(timestamp()).flipped(39)
        }),
        case("icmp.timestamp.filled", "none: one in which all timestamps are filled in", {
            of(timestamp().set(8, &[0xff; 12]))
        }),
        case("icmp.timestamp.tos", "none: a timestamp request, and a type of service", {
            of(timestamp()).set(1, &[0x10]).sealed()
        }),
        case("icmp.timestamp.source_loopback", "a timestamp request from 127.0.0.1", {
            ip(V4.from("127.0.0.1"), ICMP, timestamp())
        }),
        case("icmp.timestamp.multicast", "a timestamp request to 224.0.0.1", {
            ip(V4.to("224.0.0.1"), ICMP, timestamp())
        }),
        case("icmp.timestamp_reply", "a timestamp reply to nothing", of(timestamp().set(0, &[14]))),
        case("icmp.mask_reply", "an address mask reply to nothing", of(icmp(18, 0, &[0; 8]))),
        case("icmp.router_advertisement", "a router advertisement", of(icmp(9, 0, &[0; 12]))),
        case("icmp.error.parameter", "a parameter problem that nobody had", about(12, 0)),
        case("icmp.error.time", "time exceeded of what was never sent", about(11, 0)),
        case(
            "icmp.timestamp.broadcast",
            "a timestamp request to 10.0.0.255",
            ip(V4.to("10.0.0.255"), ICMP, timestamp()),
        ),
        case("icmp.mask", "none: an address mask request", of(icmp(17, 0, &[0; 8]))),
        case("icmp.information", "none: an information request", of(icmp(15, 0, &[0, 1, 0, 1]))),
        case("icmp.router_solicitation", "none: a router solicitation", of(icmp(10, 0, &[0; 4]))),
        case("icmp.error.port", "an error about a datagram that was never sent", about(3, 3)),
        case("icmp.error.code", "an unreachable destination of code 99", about(3, 99)),
        case("icmp.error.type", "an error of the unassigned type 44", about(44, 0)),
        case("icmp.error.short", "an error that quotes 8 octets", of(icmp(3, 3, &[0; 12]))),
        case("icmp.error.quench", "a source quench", about(4, 0)),
        case("icmp.redirect", "a redirect from no router", about(5, 1)),
        case("icmp.echo.directed_broadcast", "an echo request to 10.0.0.255", to("10.0.0.255")),
        case("icmp.echo.broadcast", "an echo request to 255.255.255.255", to("255.255.255.255")),
        case("icmp.echo.multicast", "an echo request to 224.0.0.1", to("224.0.0.1")),
    ]
}
