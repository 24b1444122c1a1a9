//! ARP (RFC 826, RFC 5227).

use std::net::Ipv4Addr;

use wire::Mac;

use super::ethernet::BROADCAST;
use crate::oracle::case::{Case, frame_case};
use crate::oracle::packet::{HOST, HOST_MAC, PEER, PEER_MAC, Packet, arp, frame};

/// What a question leaves open.
const BLANK: Mac = Mac([0; 6]);
/// An address that nobody has.
const OTHER: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 77);

/// Packets of ARP.
pub fn cases() -> Vec<Case> {
    let of = |name, fault, packet: Packet| frame_case(name, fault, framed(BROADCAST, packet));
    let asked = || arp(1, (PEER_MAC, PEER), (BLANK, HOST));
    let from = |address| arp(1, (PEER_MAC, address), (BLANK, HOST));
    vec![
        of("arp.request", "none: who has 10.0.0.1?", asked()),
        of("arp.request.padded", "none: padding up to 60 octets", asked().padded(18)),
        frame_case(
            "arp.request.unicast",
            "none: a request to the station itself",
            framed(HOST_MAC, asked()),
        ),
        of(
            "arp.request.target",
            "none: the host's address in the field that a question leaves open",
            arp(1, (PEER_MAC, PEER), (HOST_MAC, HOST)),
        ),
        of("arp.probe", "none: a probe from 0.0.0.0", from(Ipv4Addr::UNSPECIFIED)),
        of("arp.other", "a request for 10.0.0.77", arp(1, (PEER_MAC, PEER), (BLANK, OTHER))),
        of(
            "arp.broadcast",
            "a request for 10.0.0.255",
            arp(1, (PEER_MAC, PEER), (BLANK, Ipv4Addr::new(10, 0, 0, 255))),
        ),
        of("arp.gratuitous", "none: an announcement", arp(1, (PEER_MAC, PEER), (BLANK, PEER))),
        of(
            "arp.gratuitous.ours",
            "an announcement of the host's own address",
            arp(1, (PEER_MAC, HOST), (BLANK, HOST)),
        ),
        of("arp.sender.multicast", "the sender 224.0.0.5", from(Ipv4Addr::new(224, 0, 0, 5))),
        of("arp.sender.broadcast", "the sender 255.255.255.255", from(Ipv4Addr::BROADCAST)),
        of("arp.sender.loopback", "the sender 127.0.0.1", from(Ipv4Addr::LOCALHOST)),
        of(
            "arp.sender.elsewhere",
            "a sender of another network",
            from(Ipv4Addr::new(192, 0, 2, 9)),
        ),
        of(
            "arp.sender.group",
            "the sender's Ethernet address is a group's",
            arp(1, (Mac([3, 0, 0, 0, 0, 2]), PEER), (BLANK, HOST)),
        ),
        of(
            "arp.sender.host_mac",
            "the sender's Ethernet address is the host's",
            arp(1, (HOST_MAC, PEER), (BLANK, HOST)),
        ),
        of("arp.hardware_type", "the hardware type 9", asked().set(0, &[0, 9])),
        of("arp.hardware_type.ieee", "the hardware type 6, IEEE 802", asked().set(0, &[0, 6])),
        of("arp.protocol_type", "a protocol type other than IPv4", asked().set(2, &[8, 6])),
        of("arp.hardware_length", "a hardware length of 8", asked().set(4, &[8])),
        of("arp.protocol_length", "a protocol length of 6", asked().set(5, &[6])),
        of("arp.opcode", "the operation 9", asked().set(6, &[0, 9])),
        of("arp.rarp", "the operation 3, of RARP", asked().set(6, &[0, 3])),
        of("arp.reply", "none: an answer to nothing", arp(2, (PEER_MAC, PEER), (HOST_MAC, HOST))),
        of("arp.reply.broadcast", "none: an answer to nothing, to all", {
            arp(2, (PEER_MAC, PEER), (BLANK, HOST))
        }),
        of("arp.sender.class_e", "the sender 240.0.0.1", from(Ipv4Addr::new(240, 0, 0, 1))),
        of("arp.empty", "nothing at all", Packet(Vec::new())),
        frame_case("arp.group", "a request in a frame to a group", {
            framed(Mac([1, 0, 0x5e, 0, 0, 1]), asked())
        }),
        frame_case("arp.source", "a frame from the host itself", {
            framed(BROADCAST, asked()).set(6, &HOST_MAC.0)
        }),
        of("arp.cut", "a packet of 27 octets", asked().cut(27)),
        frame_case(
            "arp.station",
            "a request in a frame for another station",
            framed(Mac([2, 0, 0, 0, 0, 0x77]), asked()),
        ),
    ]
}

fn framed(to: Mac, packet: Packet) -> Packet {
    frame(to, [8, 6], &packet.0)
}
