//! What the examples of the rules on links, ARP and tunnels do not show.

use proptest::prelude::*;
use wire::{Link, Packet, apply, hex};

use crate::{Finding, Severity, inspect};

const STATIONS: &str = "020000000001 020000000002";
const ALL: &str = "ffffffffffff 020000000002";
/// An IPv4 packet of an experimental protocol, up to its destination.
const IPV4: &str = "450000180000000040fd0000 0a000002";

fn found(link: Link, frame: &str) -> Vec<Finding> {
    let bytes = hex::parse(&frame.replace(' ', "")).unwrap();
    inspect(&Packet::new(link, &bytes, bytes.len()))
}

/// The names of what is found in a frame, but for checksums.
fn names(frame: &str) -> Vec<&'static str> {
    let found = found(Link::Ethernet, frame).into_iter().map(|finding| finding.rule.id);
    found.filter(|id| *id != "ipv4.checksum").collect()
}

fn clean(frame: &str) {
    assert_eq!(names(frame), [""; 0], "{frame}");
}

/// An Ethernet frame to that station with an IPv4 packet to that host.
fn sent(station: &str, host: &str) -> Vec<&'static str> {
    names(&format!("{station} 020000000002 0800 {IPV4} {host} 70696e67"))
}

#[test]
fn groups_of_stations_and_hosts() {
    for (station, host) in [
        ("01005e010203", "ef010203"),
        // The 24th bit is not mapped.
        ("01005e010203", "ef810203"),
        // One station, where multicast was made unicast.
        ("020000000001", "ef010203"),
        ("ffffffffffff", "ef010203"),
        ("ffffffffffff", "ffffffff"),
        ("ffffffffffff", "0a0000ff"),
        // It may be the broadcast address of four hosts, or of none.
        ("ffffffffffff", "0a000007"),
        ("ffffffffffff", "0a000000"),
        // A cluster's group.
        ("03bf0a000001", "0a000001"),
    ] {
        assert_eq!(sent(station, host), [""; 0], "{station} {host}");
    }
    assert_eq!(sent("01005e810203", "ef810203"), ["ethernet.multicast.ipv4"]);
    assert_eq!(sent("ffffffffffff", "0a000005"), ["ethernet.broadcast"]);
    assert_eq!(sent("ffffffffffff", "0a000006"), ["ethernet.broadcast"]);
    let six = "86dd 60000000 0000 3b 40 20010db8000000000000000000000002";
    clean(&format!("333300000001 020000000002 {six} ff0e0000000000000000000000000001"));
    clean(&format!("020000000001 020000000002 {six} ff0e0000000000000000000000000001"));
    let broadcast = format!("{ALL} {six} ff0e0000000000000000000000000001");
    assert_eq!(names(&broadcast), ["ethernet.multicast.ipv6"]);
    let tagged =
        format!("333300000002 020000000002 8100 0005 {six} ff0e0000000000000000000000000001");
    assert_eq!(names(&tagged), ["ethernet.multicast.ipv6"]);
}

#[test]
fn lengths_and_types() {
    let stp = "0180c2000000 020000000002 0026 424203 0000000000 8000020000000001 00000000 8000020000000001 8001 0000 1400 0200 0f00";
    clean(&format!("{stp} 0000000000000000"));
    let data = "00".repeat(1500);
    clean(&format!("{STATIONS} 05dc 424203 {}", &data[6..]));
    clean(&format!("{STATIONS} 0600 {data}"));
    clean(&format!("{STATIONS} 05dc aaaa03 000000 0600 {}", &data[16..]));
    assert_eq!(names(&format!("{STATIONS} 05ff 424203 {data}")), ["ethernet.type"]);
    assert_eq!(names(&format!("{STATIONS} 0004 4242")), ["ethernet.length", "llc.header"]);
    clean(&format!("{STATIONS} 8100 0ffe 0600"));
    clean(&format!("{STATIONS} 88a8 0005 8100 e000 0600"));
    assert_eq!(names(&format!("{STATIONS} 8100 0005 8100 ff")), ["vlan.header"]);
}

#[test]
fn a_frame_that_was_cut_is_not_short() {
    let frame = format!("{ALL} 0800 {IPV4} 0a0000ff 70696e67").replace(' ', "");
    let bytes = hex::parse(&frame).unwrap();
    for length in 0..bytes.len() {
        let found = inspect(&Packet::new(Link::Ethernet, &bytes[..length], bytes.len()));
        assert!(
            found.iter().all(|finding| finding.rule.id == "ipv4.checksum"),
            "{length}: {found:?}"
        );
    }
}

#[test]
fn padding_of_short_frames_is_looked_at() {
    let packet = format!("{STATIONS} 0800 {IPV4} 0a000001 70696e67");
    assert_eq!(names(&format!("{packet} 0000 01")), ["ethernet.padding"]);
    // A frame that needed none may have a trailer.
    clean(&format!("{packet} {} 01", "00".repeat(22)));
    let request =
        format!("{ALL} 0806 0001080006040001 020000000002 0a000002 000000000000 0a000001");
    let found = found(Link::Ethernet, &format!("{request} 000001"));
    assert_eq!(found[0].severity, Severity::Note);
    assert_eq!((found[0].offset, found[0].length, found.len()), (44, 1, 1));
}

#[test]
fn arp_as_it_is_spoken() {
    let arp = |rest: &str| names(&format!("{ALL} 0806 {rest}"));
    for rest in [
        // Announcements, as a request and as a reply, and a reply to all.
        "0001080006040001 020000000002 0a000002 000000000000 0a000002",
        "0001080006040002 020000000002 0a000002 ffffffffffff 0a000002",
        "0001080006040002 020000000002 0a000002 000000000000 0a000002",
        "0001080006040002 020000000002 0a000002 020000000001 0a000001",
        // The target of a request is open.
        "0001080006040001 020000000002 0a000002 ffffffffffff 0a000001",
        // IEEE 802, inverse ARP without addresses, reverse ARP, ATM, another protocol, an experiment.
        "0006080006040001 020000000002 0a000002 000000000000 0a000001",
        "000f080002000008 0102 0000",
        "0001080006040003 020000000002 00000000 020000000002 00000000",
        "0013080014000001 04000400",
        "0001809b06030001 020000000002 000001 000000000000 000002",
        "0001080006040018 020000000002 0a000002 000000000000 0a000001",
    ] {
        assert_eq!(arp(rest), [""; 0], "{rest}");
    }
    assert_eq!(arp("000108000604001a 020000000002 0a000002 000000000000 0a000001"), ["arp.opcode"]);
    let sender = "0001080006040002 000000000000 0a000002 020000000001 0a000001";
    assert_eq!(arp(sender), ["arp.ethernet_source", "arp.reply.sender"]);
    assert_eq!(arp("000108"), ["arp.length"]);
    let tagged = format!(
        "{ALL} 8100 0005 0806 0001080006040001 020000000003 0a000002 000000000000 0a000001"
    );
    assert_eq!(names(&tagged), ["arp.ethernet_source"]);
}

#[test]
fn tunnels_as_they_are_dug() {
    let ppp = |frame: &str| found(Link::Ppp, frame).len();
    assert_eq!((ppp("c021 01010004"), ppp("fd 00"), ppp("ff03fd 00")), (0, 0, 0));
    assert_eq!((ppp("c020 01010004"), ppp("c0"), ppp("ff03")), (1, 1, 1));
    clean(&format!("{STATIONS} 8864 1100 0001 0006 c021 01010004 00000000"));
    clean(&format!("{STATIONS} 8863 1107 0000 0004 01010000"));
    // A pseudowire: no time to live but on top, then no IP.
    clean(&format!("{STATIONS} 8847 00064040 000c8100 00000000"));
    assert_eq!(names(&format!("{STATIONS} 8847 00064040 000c80ff 0102")), ["mpls.header"]);
    let gre = |rest: &str| {
        let length = 20 + rest.replace(' ', "").len() / 2;
        names(&format!("{STATIONS} 0800 4500{length:04x}00000000402f0000 0a000002 0a000001 {rest}"))
    };
    for rest in [
        "2000 0800 00000009",
        "3000 6558 00000009 00000001 020000000001 020000000002 0600",
        // PPTP.
        "3001 880b 0004 0007 00000001 c0210101",
        "3081 880b 0004 0007 00000001 00000001 c0210101",
    ] {
        assert!(gre(rest).iter().all(|id| !id.starts_with("gre.")), "{rest}");
    }
    assert_eq!(gre("0001 0800"), ["gre.version"]);
    assert_eq!(gre("b000 0800 00000000 00000009 000000"), ["gre.header", "gre.checksum"]);
}

proptest! {
    #[test]
    fn no_bytes_lead_outside_their_frame(
        start in prop::sample::select(vec![
            "8863", "8864 1100", "8847", "0806", "0806 00010800", "8100", "0010 aaaa03", "05e0", "0800 45000040000000004011",
            "0800 4500004000000000402f0000 0a000002 0a000001",
        ]),
        rest in prop::collection::vec(any::<u8>(), 0..80),
        cut in 0..20_usize,
    ) {
        let start = format!("{ALL} {start}").replace(' ', "");
        let bytes = [hex::parse(&start).unwrap(), rest].concat();
        for finding in inspect(&Packet::new(Link::Ethernet, &bytes, bytes.len() + cut)) {
            prop_assert!(finding.offset + finding.length <= bytes.len(), "{finding}");
            prop_assert!(apply(&finding.edits, &bytes).is_ok(), "{finding}");
        }
    }
}
