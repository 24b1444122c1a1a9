//! Neighbour discovery (RFC 4861 section 7.1.1, RFC 4862 section 5.4.3).

use std::net::Ipv6Addr;

use wire::Mac;

use crate::oracle::case::{Case, frame_case};
use crate::oracle::packet::{HOST_MAC, ICMPV6, PEER_MAC, Packet, Route, V6, icmp, ip};

/// The group of the host's solicited-node multicast address (RFC 4291 section 2.7.1).
const GROUP: Mac = Mac([0x33, 0x33, 0xff, 0, 0, 1]);
const SOLICITED: &str = "ff02::1:ff00:1";
/// Types of messages (RFC 4861 section 4).
const ROUTER_SOLICITATION: u8 = 133;
const ROUTER_ADVERTISEMENT: u8 = 134;
const SOLICITATION: u8 = 135;
const ADVERTISEMENT: u8 = 136;
const REDIRECT: u8 = 137;

/// The option with the sender's Ethernet address (RFC 4861 section 4.6.1).
fn source_option() -> Vec<u8> {
    [&[1, 1][..], &PEER_MAC.0].concat()
}

fn message(kind: u8, target: &str, options: &[u8]) -> Packet {
    let target: Ipv6Addr = target.parse().expect("an address");
    icmp(kind, 0, &[&[0; 4][..], &target.octets(), options].concat())
}

/// A question for the host's Ethernet address.
fn asked() -> Packet {
    message(SOLICITATION, "fd00::1", &source_option())
}

fn to_group(message: Packet) -> Packet {
    ip(V6.to(SOLICITED), ICMPV6, message)
}

fn framed(route: Route, message: Packet) -> Packet {
    let to = if route.to.is_multicast() { GROUP } else { HOST_MAC };
    ip(route, ICMPV6, message).framed(to)
}

/// Messages.
pub fn cases() -> Vec<Case> {
    [solicitations(), probes(), others()].concat()
}

fn solicitations() -> Vec<Case> {
    let of = |name, fault, packet: Packet| frame_case(name, fault, packet.framed(GROUP));
    let with = |target, options: &[u8]| to_group(message(SOLICITATION, target, options));
    let group = V6.to(SOLICITED);
    vec![
        of("nd.solicitation", "none: who has fd00::1?", to_group(asked())),
        frame_case(
            "nd.solicitation.unicast",
            "none: is fd00::1 still there?",
            framed(V6, message(SOLICITATION, "fd00::1", &[])),
        ),
        of(
            "nd.solicitation.no_option",
            "a question to the group without the sender's address",
            with("fd00::1", &[]),
        ),
        of("nd.hop_limit", "a hop limit of 64", to_group(asked()).set(7, &[64])),
        of("nd.code", "a code of 1", to_group(asked().set(1, &[1]))),
        of("nd.checksum", "the checksum", to_group(asked()).flipped(43)),
        of("nd.short", "a message of 20 octets", to_group(asked().cut(20))),
        of("nd.target.multicast", "the target is a group", with("ff02::1", &source_option())),
        of("nd.target.other", "the target fd00::77", with("fd00::77", &source_option())),
        of("nd.reserved", "none: the reserved field is not 0", to_group(asked().set(4, &[1]))),
        of(
            "nd.option.length_0",
            "an option of length 0",
            with("fd00::1", &[1, 0, 2, 0, 0, 0, 0, 2]),
        ),
        of(
            "nd.option.beyond",
            "an option longer than the message",
            with("fd00::1", &[1, 2, 2, 0, 0, 0, 0, 2]),
        ),
        of("nd.target.unspecified", "the target ::", with("::", &source_option())),
        frame_case("nd.hop_limit.unicast", "a hop limit of 254, to the host itself", {
            framed(V6, asked()).set(21, &[254])
        }),
        of("nd.option.tail", "four octets behind the last option", {
            with("fd00::1", &[&source_option()[..], &[0; 4]].concat())
        }),
        of("nd.option.second_length_0", "a second option of length 0", {
            with("fd00::1", &[&source_option()[..], &[14, 0, 1, 2, 3, 4, 5, 6]].concat())
        }),
        of("nd.option.group", "the sender's Ethernet address is a group's", {
            with("fd00::1", &[1, 1, 3, 0, 0, 0, 0, 2])
        }),
        of(
            "nd.option.unknown",
            "none: an unknown option",
            with("fd00::1", &[&source_option()[..], &[200, 1, 0, 0, 0, 0, 0, 0]].concat()),
        ),
        frame_case(
            "nd.source.multicast",
            "the source is a group",
            framed(group.from("ff02::2"), asked()),
        ),
        frame_case(
            "nd.source.ours",
            "the source is the host itself",
            framed(group.from("fd00::1"), asked()),
        ),
        frame_case(
            "nd.destination.all_nodes",
            "none: a question to ff02::1",
            framed(V6.to("ff02::1"), asked()).set(2, &[0, 0, 0, 1]),
        ),
    ]
}

/// Questions whether an address is taken already.
fn probes() -> Vec<Case> {
    let group = V6.from("::").to(SOLICITED);
    let bare = || message(SOLICITATION, "fd00::1", &[]);
    vec![
        frame_case("nd.dad", "none: does somebody have fd00::1?", framed(group, bare())),
        frame_case("nd.dad.nonce", "none: one with a nonce (RFC 7527)", {
            let nonce = [14, 1, 1, 2, 3, 4, 5, 6];
            framed(group, message(SOLICITATION, "fd00::1", &nonce))
        }),
        frame_case("nd.dad.hop_limit", "the source is ::, and the hop limit 64", {
            framed(group, bare()).set(21, &[64])
        }),
        frame_case(
            "nd.dad.option",
            "the source is ::, with an Ethernet address",
            framed(group, asked()),
        ),
        frame_case(
            "nd.dad.unicast",
            "the source is ::, to the host's own address",
            framed(V6.from("::"), bare()),
        ),
        frame_case(
            "nd.dad.all_nodes",
            "the source is ::, to ff02::1",
            framed(V6.from("::").to("ff02::1"), bare()).set(2, &[0, 0, 0, 1]),
        ),
        frame_case(
            "nd.dad.other",
            "somebody else's question for fd00::77",
            framed(group, message(SOLICITATION, "fd00::77", &[])),
        ),
    ]
}

fn others() -> Vec<Case> {
    let of = |name, fault, message| frame_case(name, fault, framed(V6, message));
    vec![
        of(
            "nd.advertisement",
            "none: an advertisement that nobody asked for",
            message(ADVERTISEMENT, "fd00::2", &[]),
        ),
        of("nd.router_solicitation", "none: a question for routers", {
            icmp(ROUTER_SOLICITATION, 0, &[0; 4])
        }),
        of("nd.router_advertisement", "a router's word from an address that is not link-local", {
            icmp(ROUTER_ADVERTISEMENT, 0, &[0; 12])
        }),
        of("nd.redirect", "a redirect from no router", message(REDIRECT, "fd00::3", &[0; 16])),
    ]
}
