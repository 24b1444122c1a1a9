//! What the examples of the rules on IPv6 do not show.

use proptest::prelude::*;
use wire::{Link, Packet, apply, hex};

use crate::{Severity, inspect};

const NODE: &str = "20010db8000000000000000000000002";
const OTHER: &str = "20010db8000000000000000000000001";
/// The value of a next header for experiments, after which nothing is judged.
const DATA: &str = "fd";
/// Destination options that are padding.
const OPTIONS: &str = "00 010400000000";
/// Destination options with a home address.
const HOME: &str = "02 01020000 c910 20010db8000000000000000000000009";
/// A Routing header of an experimental type.
const ROUTING: &str = "00 fd 00 00000000";

fn bytes(text: &str) -> Vec<u8> {
    hex::parse(&text.replace(' ', "")).unwrap()
}

/// A packet between these addresses, with these octets after its header.
fn packet_between(source: &str, destination: &str, next: &str, rest: &[u8]) -> Vec<u8> {
    let length = u16::try_from(rest.len()).unwrap_or_default();
    let header = format!("60000000 {length:04x} {next} 40 {source} {destination}");
    [bytes(&header), rest.to_vec()].concat()
}

fn packet(next: &str, rest: &str) -> Vec<u8> {
    packet_between(NODE, OTHER, next, &bytes(rest))
}

fn names_of(link: Link, bytes: &[u8], length: usize) -> Vec<&'static str> {
    let found = inspect(&Packet::new(link, bytes, length));
    // What is inside is none of our affair.
    let inside = |id: &str| id.starts_with("tcp.") || id.starts_with("icmpv6.");
    found.iter().map(|finding| finding.rule.id).filter(|id| !inside(id)).collect()
}

fn names(packet: &[u8]) -> Vec<&'static str> {
    names_of(Link::RawIp, packet, packet.len())
}

fn clean(packet: &[u8]) {
    assert_eq!(names(packet), [""; 0], "{packet:02x?}");
}

/// A packet to that group or node, framed.
fn sent_to(destination: &str) -> Vec<&'static str> {
    let packet = packet_between(NODE, destination, "3b", &[]);
    let station = match &destination[..2] {
        "ff" => format!("3333{}", &destination[24..]),
        _ => "020000000001".to_owned(),
    };
    let frame = [bytes(&format!("{station} 020000000002 86dd")), packet].concat();
    names_of(Link::Ethernet, &frame, frame.len())
}

#[test]
fn jumbograms() {
    let jumbogram = |length: u32, octets: usize| {
        let option = bytes(&format!("{DATA} 00 c204 {length:08x}"));
        packet_between(NODE, OTHER, "00", &[option, vec![0; octets - 8]].concat())
    };
    clean(&jumbogram(65_536, 65_536));
    clean(&jumbogram(70_000, 70_000));
    assert_eq!(names(&jumbogram(70_001, 70_000)), ["ipv6.option.jumbo_payload"]);
    let cut = &jumbogram(70_000, 70_000)[..60];
    assert_eq!(names_of(Link::RawIp, cut, 70_040), [""; 0]);
    let cut = &jumbogram(70_000, 70_000)[..44];
    assert_eq!(names_of(Link::RawIp, cut, 70_040), [""; 0]);
}

#[test]
fn a_segment_that_the_card_is_to_cut_up_is_a_remark() {
    let mut packet = packet("06", "0fa00007 00000001 00000000 50020400 0000 0000");
    packet[4..6].copy_from_slice(&[0, 0]);
    let found = inspect(&Packet::ip(&packet));
    let length = found.iter().find(|finding| finding.rule.id == "ipv6.payload_length").unwrap();
    assert_eq!(length.severity, Severity::Note);
}

#[test]
fn what_follows_may_be_nothing_or_unknown() {
    clean(&packet("3b", ""));
    clean(&packet("3b", "70696e67"));
    clean(&packet(DATA, "70696e67"));
    clean(&packet("3c", &format!("3b {OPTIONS}")));
    // Padding of the link.
    clean(&[packet("3b", ""), vec![0; 6]].concat());
    // IPv6 in IPv6, each with options of its own.
    let inner = packet("3c", &format!("{DATA} {OPTIONS} 70696e67"));
    let outer = [bytes(&format!("29 {OPTIONS}")), inner].concat();
    clean(&packet_between(NODE, OTHER, "3c", &outer));
}

#[test]
fn addresses_that_stay_in_the_node() {
    let loopback = "00000000000000000000000000000001";
    let packet = packet_between(loopback, loopback, "3b", &[]);
    clean(&packet);
    let framed = |addresses: &str| {
        let frame = [bytes(&format!("{addresses} 86dd")), packet.clone()].concat();
        names_of(Link::Ethernet, &frame, frame.len())
    };
    assert_eq!(framed("000000000000 000000000000"), [""; 0]);
    let both = ["ipv6.source.loopback", "ipv6.destination.loopback"];
    assert_eq!(framed("020000000001 020000000002"), both);
    let ppp = [bytes("0057"), packet.clone()].concat();
    assert_eq!(names_of(Link::Ppp, &ppp, ppp.len()), both);
    let bsd = [bytes("1e000000"), packet.clone()].concat();
    assert_eq!(names_of(Link::Loopback, &bsd, bsd.len()), [""; 0]);
}

#[test]
fn groups_by_scope_and_flags() {
    for group in ["02", "03", "05", "0e", "12", "32", "3e", "7e", "15"] {
        let group = format!("ff{group}0000000000000000000000000101");
        assert_eq!(sent_to(&group), [""; 0], "{group}");
    }
    let of = |octet: &str| sent_to(&format!("ff{octet}0000000000000000000000000101"));
    assert_eq!(of("01"), ["ipv6.destination.scope.interface"]);
    assert_eq!(of("10"), ["ipv6.destination.scope"]);
    assert_eq!(of("6e"), ["ipv6.destination.flags.prefix"]);
    assert_eq!(of("5e"), ["ipv6.destination.flags.rendezvous"]);
    assert_eq!(of("ce"), ["ipv6.destination.flags"]);
    assert_eq!(sent_to("febf0000000000000000000000000001"), [""; 0]);
    assert_eq!(sent_to("fec00000000000000000000000000001"), ["ipv6.address.site_local"]);
    // What translators to IPv4 use.
    assert_eq!(sent_to("0064ff9b00000000000000000a000001"), [""; 0]);
}

#[test]
fn orders_that_are_advised() {
    let fragment = "00 0001 00000001";
    let chain = |headers: &[(&str, &str)]| {
        let nexts = headers.iter().skip(1).map(|header| header.0).chain([DATA]);
        let rest: Vec<_> = headers
            .iter()
            .zip(nexts)
            .map(|(header, next)| format!("{next} {}", header.1))
            .collect();
        names(&packet(headers[0].0, &(rest.join(" ") + "7069 6e67 7069 6e67")))
    };
    let none = [""; 0];
    assert_eq!(
        chain(&[
            ("00", OPTIONS),
            ("3c", OPTIONS),
            ("2b", ROUTING),
            ("2c", fragment),
            ("3c", OPTIONS)
        ]),
        none
    );
    assert_eq!(chain(&[("2b", ROUTING), ("3c", HOME), ("2c", fragment)]), none);
    assert_eq!(chain(&[("3c", OPTIONS), ("2b", ROUTING), ("3c", HOME), ("3c", OPTIONS)]), none);
    assert_eq!(chain(&[("3c", OPTIONS), ("2c", fragment), ("3c", OPTIONS)]), none);
    assert_eq!(
        chain(&[("2b", ROUTING), ("3c", OPTIONS), ("2c", fragment)]),
        ["ipv6.extension.order"]
    );
    assert_eq!(chain(&[("2c", fragment), ("2b", ROUTING)]), ["ipv6.extension.order"]);
    assert_eq!(
        chain(&[("3c", OPTIONS), ("3c", OPTIONS), ("3c", OPTIONS)]),
        ["ipv6.extension.repeated"]
    );
    assert_eq!(chain(&[("00", OPTIONS), ("00", OPTIONS)]), ["ipv6.hop_by_hop.first"]);
}

#[test]
fn options_as_they_are_written() {
    let hop_by_hop = |options: &str| names(&packet("00", &format!("{DATA} {options}")));
    // Multicast Listener Discovery, with padding of two octets.
    assert_eq!(hop_by_hop("00 05020000 0100"), [""; 0]);
    assert_eq!(hop_by_hop("00 0100 05020000"), [""; 0]);
    // Options that are not known here.
    assert_eq!(hop_by_hop("00 1e0470696e67"), [""; 0]);
    assert_eq!(hop_by_hop("00 63040000 0000"), [""; 0]);
    // Seven octets of padding, in two pieces, align.
    assert_eq!(hop_by_hop("01 1e010000 0104 00000000 1e02 0000"), [""; 0]);
    assert_eq!(
        hop_by_hop("01 0c03000000 00 0106 000000000000"),
        ["ipv6.hop_by_hop.padding.excess"]
    );
    assert_eq!(hop_by_hop("00 1e020000 05 00"), ["ipv6.option.router_alert.length"]);
    assert_eq!(hop_by_hop("00 1e030000 00 05"), ["ipv6.hop_by_hop.option"]);
    let options = packet("00", &format!("{DATA} 01 05020000 1e0870696e6770696e67"));
    for length in 40..options.len() {
        assert_eq!(names_of(Link::RawIp, &options[..length], options.len()), [""; 0], "{length}");
    }
}

#[test]
fn routes_as_they_are_listed() {
    let routing = |rest: &str| names(&packet("2b", &format!("{DATA} {rest}")));
    // Segment routing: the first segment left out, TLVs, an unused list, compressed segments.
    assert_eq!(routing(&format!("04 04 02 01 00 0000 {NODE} {OTHER}")), [""; 0]);
    assert_eq!(routing(&format!("03 04 00 00 00 0000 {NODE} 0406 000000000000")), [""; 0]);
    assert_eq!(routing("02 04 01 00 00 0000 ff000000000000000000000000000000"), [""; 0]);
    assert_eq!(routing(&format!("02 04 03 00 00 0000 {NODE}")), ["ipv6.routing.segments_left"]);
    // RPL: fourteen octets left out of each of four addresses.
    assert_eq!(routing("01 03 04 ee 00 0000 0001000200030004"), [""; 0]);
    assert_eq!(routing("01 03 05 ee 00 0000 0001000200030004"), ["ipv6.routing.segments_left"]);
    let group = "ff0e0000000000000000000000000001";
    let both = ["ipv6.routing.type", "ipv6.routing.address.multicast"];
    assert_eq!(routing(&format!("04 00 01 00000000 {NODE} {group}")), both);
    let left = ["ipv6.routing.type", "ipv6.routing.segments_left"];
    assert_eq!(routing(&format!("02 00 02 00000000 {NODE}")), left);
    // Types for experiments.
    assert_eq!(routing("00 fe 07 00000000"), [""; 0]);
}

#[test]
fn fragments_up_to_their_bounds() {
    let fragment = |next: &str, place: u16, data: &str| {
        packet("2c", &format!("{next} 00 {place:04x} 00000001 {data}"))
    };
    let octets = |count: usize| "00".repeat(count);
    clean(&fragment(DATA, 65_528, &octets(7)));
    assert_eq!(names(&fragment(DATA, 65_528, &octets(8))), ["ipv6.fragment.offset"]);
    let optioned = packet("3c", &format!("2c {OPTIONS} {DATA} 00 fff0 00000001 {}", octets(8)));
    assert_eq!(names(&optioned), ["ipv6.fragment.offset"]);
    clean(&fragment(DATA, 1, &octets(16)));
    clean(&fragment("3b", 1, &octets(0)));
    clean(&fragment("32", 1, &octets(8)));
    let chain = ["ipv6.fragment.chain"];
    assert_eq!(names(&fragment(DATA, 1, "")), chain);
    assert_eq!(names(&fragment("3c", 1, "06 01 0104 00000000")), chain);
    assert_eq!(names(&fragment("3c", 1, &format!("06 {OPTIONS}"))), chain);
    let segment = "0fa00007 00000001 00000000 60020400 00000000";
    assert_eq!(names(&fragment("06", 1, &format!("{segment} 02040500"))), [""; 0]);
    assert_eq!(names(&fragment("3c", 1, &format!("06 {OPTIONS} {segment} 02040500"))), [""; 0]);
    let seven = segment.replace("6002", "7002");
    assert_eq!(names(&fragment("3c", 1, &format!("06 {OPTIONS} {seven} 02040500"))), chain);
    let whole = fragment("06", 1, &format!("{segment} 02040500"));
    for length in 40..whole.len() {
        assert_eq!(names_of(Link::RawIp, &whole[..length], whole.len()), [""; 0], "{length}");
    }
    // A length that lies says nothing of the fragment.
    let mut lies = fragment(DATA, 1, &octets(15));
    lies[5] += 9;
    assert_eq!(names(&lies), ["ipv6.payload_length"]);
}

proptest! {
    #[test]
    fn no_bytes_lead_outside_their_packet(
        next in prop::sample::select(vec![0_u8, 43, 44, 51, 60]),
        rest in prop::collection::vec(any::<u8>(), 0..100),
        small in prop::collection::vec(0..6_u8, 0..40),
        at in 0..60_usize,
        stated in prop::option::of(any::<u8>()),
        cut in 0..20_usize,
    ) {
        let mut rest = rest;
        // Small numbers lead from header to header more often than any do.
        for (octet, small) in rest.iter_mut().skip(at).zip(small) {
            *octet = [0, 43, 44, 51, 60, 2][usize::from(small)];
        }
        let mut packet = packet_between(NODE, OTHER, &format!("{next:02x}"), &rest);
        packet[5] = stated.unwrap_or(packet[5]);
        for finding in inspect(&Packet::new(Link::RawIp, &packet, packet.len() + cut)) {
            prop_assert!(finding.offset + finding.length <= packet.len(), "{finding}");
            prop_assert!(apply(&finding.edits, &packet).is_ok(), "{finding}");
        }
    }
}
