use super::*;
use crate::checksum::{add16, sum};
use crate::hex;
use proptest::prelude::*;

const ETHERNET: &str =
    "02000000000102000000000208004500001c000000004001f1de0a0000020a0000010800f7f600010008";

fn protocols(link: Link, bytes: &[u8]) -> Vec<Protocol> {
    Packet::new(link, bytes, bytes.len()).pdus().map(|pdu| pdu.protocol()).collect()
}

#[test]
fn units_of_a_ping_over_ethernet() {
    let mut bytes = hex::parse(ETHERNET).unwrap();
    bytes.extend([0; 18]);
    let packet = Packet::new(Link::Ethernet, &bytes, bytes.len());
    let lengths: Vec<_> =
        packet.pdus().map(|pdu| (pdu.protocol(), pdu.start(), pdu.length(), pdu.room())).collect();
    let expect =
        [(Protocol::Ethernet, 0, 60, 60), (Protocol::Ipv4, 14, 28, 46), (Protocol::Icmp, 34, 8, 8)];
    assert_eq!(lengths, expect);
    assert!(packet.pdus().all(|pdu| pdu.is_whole()));
    assert_eq!(packet.flow().unwrap().to_string(), "10.0.0.2 > 10.0.0.1 ICMP");
}

#[test]
fn a_cut_frame_is_cut_and_not_short() {
    let bytes = hex::parse(ETHERNET).unwrap();
    let packet = Packet::new(Link::Ethernet, &bytes[..38], bytes.len());
    let icmp = packet.pdu(Protocol::Icmp).unwrap();
    assert_eq!(
        (icmp.length(), icmp.bytes().len(), icmp.is_cut(), icmp.is_whole()),
        (8, 4, true, false)
    );
}

#[test]
fn links_lead_to_ip() {
    use Protocol::{Icmp, Ipv4, LinuxCooked, LinuxCooked2, Loopback, Ppp, Pppoe, Vlan};
    let ip = &hex::parse(ETHERNET).unwrap()[14..];
    let check = |link, header: &str, expect: &[Protocol]| {
        let bytes = [&hex::parse(header).unwrap(), ip].concat();
        let found = protocols(link, &bytes);
        assert_eq!(found[..found.len() - 2], *expect, "{link}");
        assert_eq!(found[found.len() - 2..], [Ipv4, Icmp], "{link}");
    };
    check(Link::RawIp, "", &[]);
    check(Link::Ipv4, "", &[]);
    check(Link::Loopback, "02000000", &[Loopback]);
    check(Link::Loopback, "00000002", &[Loopback]);
    check(Link::LinuxCooked, "0000000100060200000000020000 0800", &[LinuxCooked]);
    check(Link::LinuxCooked2, "0800000000000001000100060200000000020000", &[LinuxCooked2]);
    check(Link::Ppp, "ff030021", &[Ppp]);
    check(Link::Ppp, "21", &[Ppp]);
    check(Link::Pppoe, "11000001001e0021", &[Pppoe, Ppp]);
    check(Link::Ethernet, "0200000000010200000000028100 2001 0800", &[Protocol::Ethernet, Vlan]);
    check(
        Link::Ethernet,
        "02000000000102000000000288a8 2001 8100 2002 0800",
        &[Protocol::Ethernet, Vlan, Vlan],
    );
    check(
        Link::Ethernet,
        "0200000000010200000000020024 aaaa03 000000 0800",
        &[Protocol::Ethernet, Protocol::Llc],
    );
}

#[test]
fn tunnels_and_quotes() {
    use Protocol::{Icmp, Icmpv6, Ipv4, Ipv6, Udp};
    let inner = &hex::parse(ETHERNET).unwrap()[14..];
    let outer = hex::parse("4500003000000000400400000a0000020a000001").unwrap();
    assert_eq!(protocols(Link::RawIp, &[&outer, inner].concat()), [Ipv4, Ipv4, Icmp]);
    let six = hex::parse(
        "60000000001c0440 20010db8000000000000000000000001 20010db8000000000000000000000002",
    )
    .unwrap();
    assert_eq!(protocols(Link::RawIp, &[&six, inner].concat()), [Ipv6, Ipv4, Icmp]);
    let error = hex::parse("4500003800000000400100000a0000010a000002 0303000000000000").unwrap();
    let udp = hex::parse("4500002000000000401100000a0000020a000001 00350035000c0000").unwrap();
    let bytes = [error, udp].concat();
    let packet = Packet::ip(&bytes);
    let units: Vec<_> = packet.pdus().map(|pdu| (pdu.protocol(), pdu.is_quoted())).collect();
    assert_eq!(units, [(Ipv4, false), (Icmp, false), (Ipv4, true), (Udp, true)]);
    assert_eq!(packet.flow().unwrap().to_string(), "10.0.0.1 > 10.0.0.2 ICMP");
    let six = hex::parse("6000000000083a40 20010db8000000000000000000000001 20010db8000000000000000000000002 8000000000000000").unwrap();
    assert_eq!(protocols(Link::RawIp, &six), [Ipv6, Icmpv6]);
}

#[test]
fn fragments_and_lengths_that_lie_are_marked() {
    let mut bytes = hex::parse(ETHERNET).unwrap().split_off(14);
    bytes[6] = 0x20;
    assert!(Packet::ip(&bytes).pdu(Protocol::Icmp).unwrap().is_fragment());
    bytes[6..8].copy_from_slice(&[0, 9]);
    assert_eq!(protocols(Link::RawIp, &bytes), [Protocol::Ipv4, Protocol::Payload]);
    bytes[6..8].copy_from_slice(&[0, 0]);
    let packet = Packet::new(Link::RawIp, &bytes[..24], bytes.len());
    let icmp = packet.pdu(Protocol::Icmp).unwrap();
    assert!(icmp.is_bounded() && !icmp.is_whole());
    bytes[3] = 0xff;
    let packet = Packet::ip(&bytes);
    let icmp = packet.pdu(Protocol::Icmp).unwrap();
    assert!(!icmp.is_bounded() && !icmp.is_whole());
    bytes[3] = 3;
    assert_eq!(protocols(Link::RawIp, &bytes), [Protocol::Ipv4]);
}

#[test]
fn the_pseudo_header_is_summed_up_to_the_final_destination() {
    let six = hex::parse("6000000000202b40 20010db8000000000000000000000001 20010db8000000000000000000000002 1102000100000000 20010db80000000000000000000000ff 0035003500080000").unwrap();
    let packet = Packet::ip(&six);
    let udp = packet.pdu(Protocol::Udp).unwrap();
    let addresses = [&six[8..24], &six[48..64]].concat();
    assert_eq!(udp.pseudo_header_sum(17, 8), Some(add16(sum(&addresses), 25)));
    let mut direct = six.clone();
    direct[43] = 0;
    let packet = Packet::ip(&direct);
    let udp = packet.pdu(Protocol::Udp).unwrap();
    assert_eq!(udp.pseudo_header_sum(17, 8), Some(add16(sum(&six[8..40]), 25)));
}

#[test]
fn a_source_route_has_its_last_stop_in_the_pseudo_header() {
    let four = hex::parse(
        "47000024 00000000 40110000 0a000002 0a000001 8307040a 00000900 0035003500080000",
    )
    .unwrap();
    let summed = |bytes: &[u8]| {
        let packet = Packet::ip(bytes);
        packet.pdu(Protocol::Udp).unwrap().pseudo_header_sum(17, 8)
    };
    let expect = |last: &[u8]| Some(add16(sum(&[&four[12..16], last].concat()), 25));
    assert_eq!(summed(&four), expect(&[10, 0, 0, 9]));
    let mut done = four.clone();
    done[22] = 8;
    assert_eq!(summed(&done), expect(&[10, 0, 0, 1]));
    // A route of no stops, whose pointer says that some are left, leaves the destination unknown.
    done[20..28].copy_from_slice(&[0x83, 3, 2, 0, 0, 0, 0, 0]);
    assert_eq!(summed(&done), None);
}

proptest! {
    #[test]
    fn units_stay_inside_each_other(
        link in 0..9_usize,
        start in prop_oneof![Just(ETHERNET), Just(&ETHERNET[28..]), Just("6000000000202b40")],
        rest in prop::collection::vec(any::<u8>(), 0..200),
        more in 0..100_usize,
    ) {
        let links = [Link::Ethernet, Link::RawIp, Link::Ipv4, Link::Ipv6, Link::Loopback, Link::LinuxCooked, Link::LinuxCooked2, Link::Ppp, Link::Pppoe];
        let bytes = [hex::parse(start).unwrap(), rest].concat();
        let packet = Packet::new(links[link], &bytes, bytes.len() + more);
        let (mut start, mut end) = (0, bytes.len() + more);
        for pdu in packet.pdus() {
            prop_assert!(pdu.start() >= start && pdu.start() + pdu.length() <= end, "{pdu:?}");
            prop_assert!(pdu.length() <= pdu.room());
            (start, end) = (pdu.start(), pdu.start() + pdu.length());
            let _ = (pdu.addresses(), pdu.pseudo_header_sum(6, pdu.length()), pdu.is_whole());
        }
        let _ = packet.flow().map(|flow| flow.to_string());
        let dissection = crate::dissect::frame(&packet);
        let mut end = 0;
        for field in dissection.fields() {
            prop_assert!(field.range.start <= end && field.range.end >= end, "{field:?} {dissection:#?}");
            end = field.range.end;
        }
        prop_assert!(!dissection.summary().is_empty());
    }
}
