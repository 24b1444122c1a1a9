//! Frames (RFC 894, RFC 1122 section 2.3): what the link says of a datagram counts, too.

use wire::Mac;
use wire::tcp::flag::SYN;

use crate::oracle::case::{Case, frame_case};
use crate::oracle::packet::{
    self, HOST_MAC, ICMP, ICMPV6, Packet, TCP, UDP, V4, V6, frame, icmp, ip, tcp, udp,
};

/// Everybody.
pub const BROADCAST: Mac = Mac([0xff; 6]);
/// Nobody here.
const OTHER: Mac = Mac([2, 0, 0, 0, 0, 0x77]);

/// Frames that carry datagrams.
pub fn cases() -> Vec<Case> {
    let echo = || ip(V4, ICMP, packet::echo(8));
    let closed = || ip(V4, UDP, udp(9999, b"nobody listens"));
    vec![
        frame_case("ethernet.sound", "none: an echo request", echo().framed(HOST_MAC)),
        frame_case(
            "ethernet.padding",
            "none: padding up to 60 octets",
            ip(V4, ICMP, packet::echo(8).cut(8)).framed(HOST_MAC).padded(18),
        ),
        frame_case("ethernet.other", "the frame is for another station", echo().framed(OTHER)),
        frame_case("ethernet.type", "an unknown type", frame(HOST_MAC, [0x88, 0xb5], &echo().0)),
        frame_case(
            "ethernet.type.wrong",
            "IPv4 under the type of IPv6",
            frame(HOST_MAC, [0x86, 0xdd], &echo().0),
        ),
        frame_case(
            "ethernet.source.multicast",
            "the source address is a group's",
            echo().framed(HOST_MAC).set(6, &[3]),
        ),
        frame_case("ethernet.cut", "a frame of 13 octets", echo().framed(HOST_MAC).cut(13)),
        frame_case("ethernet.empty", "a header and nothing in it", frame(HOST_MAC, [8, 0], &[])),
        frame_case(
            "ethernet.broadcast.echo",
            "an echo request in a broadcast",
            echo().framed(BROADCAST),
        ),
        frame_case(
            "ethernet.broadcast.closed",
            "a closed UDP port, in a broadcast",
            closed().framed(BROADCAST),
        ),
        frame_case("ethernet.broadcast.protocol", "the protocol 253, in a broadcast", {
            ip(V4, 253, Packet(vec![0; 8])).framed(BROADCAST)
        }),
        frame_case(
            "ethernet.broadcast.closed_tcp",
            "a closed TCP port, in a broadcast",
            ip(V4, TCP, tcp(81, SYN, 1_000_000, 0, b"")).framed(BROADCAST),
        ),
        frame_case(
            "ethernet.broadcast.syn",
            "SYN to an open port, in a broadcast",
            ip(V4, TCP, tcp(80, SYN, 1_000_000, 0, b"")).framed(BROADCAST),
        ),
        frame_case("ethernet.broadcast.timestamp", "a timestamp request in a broadcast", {
            ip(V4, ICMP, icmp(13, 0, &[0; 16])).framed(BROADCAST)
        }),
        frame_case(
            "ethernet.broadcast.directed",
            "an echo request to 10.0.0.255 in a broadcast",
            ip(V4.to("10.0.0.255"), ICMP, packet::echo(8)).framed(BROADCAST),
        ),
        frame_case("ethernet.broadcast.ipv6", "an echo request over IPv6 in a broadcast", {
            ip(V6, ICMPV6, packet::echo(128)).framed(BROADCAST)
        }),
        frame_case("ethernet.broadcast.next_header", "the next header 253, in a broadcast", {
            ip(V6, 253, Packet(vec![0; 8])).framed(BROADCAST)
        }),
        frame_case("ethernet.multicast.ipv4", "an echo request to one host, in a multicast", {
            echo().framed(Mac([1, 0, 0x5e, 0, 0, 1]))
        }),
        frame_case("ethernet.multicast.other", "the group of another host's neighbours", {
            ip(V6, ICMPV6, packet::echo(128)).framed(Mac([0x33, 0x33, 0xff, 0, 0, 0x77]))
        }),
        frame_case("ethernet.source.ours", "the frame comes from the host itself", {
            echo().framed(HOST_MAC).set(6, &HOST_MAC.0)
        }),
        frame_case("ethernet.length", "a length where the type is (IEEE 802.3)", {
            frame(HOST_MAC, [0, 52], &echo().0)
        }),
        frame_case("ethernet.tagged", "a tag of a virtual network", {
            frame(HOST_MAC, [0x81, 0], &[&[0, 5, 8, 0][..], &echo().0].concat())
        }),
        frame_case("ethernet.type.ipv6_as_ipv4", "IPv6 under the type of IPv4", {
            frame(HOST_MAC, [8, 0], &ip(V6, ICMPV6, packet::echo(128)).0)
        }),
        frame_case("ethernet.ipv6", "none: an echo request over IPv6", {
            ip(V6, ICMPV6, packet::echo(128)).framed(HOST_MAC)
        }),
        frame_case("ethernet.ipv6.padding", "none: padding up to 63 octets over IPv6", {
            ip(V6, ICMPV6, packet::echo(128).cut(8)).framed(HOST_MAC).padded(1)
        }),
        frame_case("ethernet.closed", "a closed UDP port", closed().framed(HOST_MAC)),
        frame_case("ethernet.closed_tcp", "a closed TCP port", {
            ip(V4, TCP, tcp(81, SYN, 1_000_000, 0, b"")).framed(HOST_MAC)
        }),
        frame_case("ethernet.protocol", "the protocol 253", {
            ip(V4, 253, Packet(vec![0; 8])).framed(HOST_MAC)
        }),
        frame_case("ethernet.next_header", "the next header 253", {
            ip(V6, 253, Packet(vec![0; 8])).framed(HOST_MAC)
        }),
        frame_case("ethernet.udp", "none: a datagram to port 7", {
            ip(V4, UDP, udp(7, b"echoed")).framed(HOST_MAC)
        }),
        frame_case("ethernet.timestamp", "none: a timestamp request", {
            ip(V4, ICMP, icmp(13, 0, &[0; 16])).framed(HOST_MAC)
        }),
        frame_case(
            "ethernet.multicast.closed",
            "a closed UDP port over IPv6, in a multicast",
            ip(V6, UDP, udp(9999, b"nobody listens")).framed(Mac([0x33, 0x33, 0, 0, 0, 1])),
        ),
        frame_case(
            "ethernet.multicast.echo",
            "none: an echo request to ff02::1",
            ip(V6.to("ff02::1"), ICMPV6, packet::echo(128)).framed(Mac([0x33, 0x33, 0, 0, 0, 1])),
        ),
    ]
}
