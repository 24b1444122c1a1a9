use super::*;
use std::net::Ipv4Addr;

use crate::{Echo, hex};
use proptest::prelude::*;

mod messages;

fn ping() -> Vec<u8> {
    let (source, destination) = (Ipv4Addr::new(10, 0, 0, 2), Ipv4Addr::new(10, 0, 0, 1));
    let echo = Echo::new(source, destination);
    Echo { identifier: 7, sequence: 1, payload: &[0; 56], ..echo }.request()
}

/// Changes `ping()` and expects a summary.
fn check(change: impl FnOnce(&mut Vec<u8>), expect: &str) {
    let mut packet = ping();
    change(&mut packet);
    assert_eq!(dissect(&packet).summary(), expect);
}

#[test]
fn summaries() {
    check(|_| {}, "10.0.0.2 > 10.0.0.1 ICMP echo request id 7 seq 1, 64 bytes");
    check(|p| p[20] = 0, "10.0.0.2 > 10.0.0.1 ICMP echo reply id 7 seq 1, 64 bytes");
    check(
        |p| p[20..22].copy_from_slice(&[3, 1]),
        "10.0.0.2 > 10.0.0.1 ICMP destination unreachable code 1, 64 bytes",
    );
    check(|p| p[20] = 99, "10.0.0.2 > 10.0.0.1 ICMP type 99, 64 bytes");
    check(|p| p[9] = 17, "10.0.0.2:2048 > 10.0.0.1:63479 UDP, 64 bytes");
    check(|p| p[9] = 200, "10.0.0.2 > 10.0.0.1 protocol 200, 64 bytes");
    check(|p| p[7] = 2, "10.0.0.2 > 10.0.0.1 ICMP fragment at 16, 64 bytes");
    check(
        |p| p[6] = 0x20,
        "10.0.0.2 > 10.0.0.1 ICMP echo request id 7 seq 1, first fragment, 64 bytes",
    );
    check(|p| p.extend([0; 9]), "10.0.0.2 > 10.0.0.1 ICMP echo request id 7 seq 1, 64 bytes");
}

#[test]
fn summaries_of_broken_packets() {
    check(
        |p| p.truncate(40),
        "10.0.0.2 > 10.0.0.1 ICMP echo request id 7 seq 1, cut short: 40 of 84 bytes",
    );
    check(
        |p| p[3] = 25,
        "10.0.0.2 > 10.0.0.1 ICMP echo request, the bytes end before the end of icmp.identifier",
    );
    check(|p| p[3] = 5, "10.0.0.2 > 10.0.0.1 ICMP, 0 bytes, total length 5 ends inside the header");
    check(|p| p[0] = 0x44, "10.0.0.2 > 10.0.0.1 ICMP, 0 bytes, ihl 4 is under 5");
    check(
        |p| p[0] = 0x55,
        "10.0.0.2 > 10.0.0.1 ICMP echo request id 7 seq 1, 64 bytes, version 5, not IPv4",
    );
    check(|p| p[0] = 0x60, "4001:66a7:a00:2:a00:1:800:f7f7 > 7:1:: HOPOPT, 44 bytes");
    check(|p| p.truncate(9), "9 bytes, the bytes end before the end of ipv4.protocol");
    check(Vec::clear, "no bytes");
}

#[test]
fn widest_ping_fits_the_terminal() {
    let echo = Echo {
        identifier: 65_535,
        sequence: 65_535,
        payload: &[0; 1472],
        ..Echo::new(Ipv4Addr::BROADCAST, Ipv4Addr::BROADCAST)
    };
    assert!(dissect(&echo.request()).summary().len() <= 80);
}

#[test]
fn fields_have_ranges_and_values() {
    let packet = ping();
    let dissection = dissect(&packet);
    let field = |name: &str| {
        let field = dissection.field(name).unwrap();
        (field.range.clone(), field.value.to_string())
    };
    assert_eq!(field("ipv4.ttl"), (8..9, "64".to_owned()));
    assert_eq!(field("ipv4.protocol"), (9..10, "1 (ICMP)".to_owned()));
    assert_eq!(field("ipv4.flags"), (6..7, "none".to_owned()));
    assert_eq!(field("ipv4.source"), (12..16, "10.0.0.2".to_owned()));
    assert_eq!(field("icmp.type"), (20..21, "8 (echo request)".to_owned()));
    assert_eq!(field("icmp.sequence"), (26..28, "1".to_owned()));
    assert_eq!(field("icmp.data"), (28..84, "56 bytes".to_owned()));
    assert_eq!(dissection.layers[0].range, 0..20);
    assert_eq!(dissection.layers[1].range, 20..84);
}

#[test]
fn options_and_padding_are_layers_and_fields() {
    let packet =
        hex::parse("46000020 00000000 40010000 0a000002 0a000001 01010100 0800f7f7 00000000 ffff")
            .unwrap();
    let dissection = dissect(&packet);
    assert_eq!(dissection.field("ipv4.option.no_operation").unwrap().range, 20..21);
    assert_eq!(dissection.field("ipv4.option.end").unwrap().range, 23..24);
    assert_eq!(dissection.field("icmp.type").unwrap().range, 24..25);
    assert_eq!(dissection.field("padding").unwrap().range, 32..34);
    assert_eq!(dissection.note, None);
}

#[test]
fn json() {
    let text = serde_json::to_value(dissect(&ping())).unwrap();
    let ttl = &text["layers"][0]["fields"][7];
    let expect =
        serde_json::json!({"name": "ipv4.ttl", "range": {"start": 8, "end": 9}, "value": 64});
    assert_eq!(*ttl, expect);
    assert_eq!(text["layers"][0]["fields"][9]["value"], "0x66a7");
}

proptest! {
    #[test]
    fn any_bytes_in_packet_order_without_gaps(
        first in prop_oneof![Just(0x45), 0x40..0x50u8, any::<u8>()],
        rest in prop::collection::vec(any::<u8>(), 0..120),
    ) {
        let packet = [&[first], &rest[..]].concat();
        let dissection = dissect(&packet);
        let mut end = 0;
        for field in dissection.fields() {
            prop_assert!(field.range.start <= end && field.range.end >= end, "{field:?}");
            end = field.range.end;
        }
        prop_assert!(end <= packet.len());
        prop_assert!(end == packet.len() || dissection.note.is_some());
        prop_assert!(!dissection.summary().is_empty());
    }

    #[test]
    fn every_truncation_is_noted(length in 0..84usize) {
        prop_assert!(dissect(&ping()[..length]).note.is_some());
    }
}

/// The fields of a frame as `name value`, joined.
fn listed(link: crate::Link, frame: &str) -> String {
    let frame = hex::parse(frame).unwrap();
    let packet = Packet::new(link, &frame, frame.len());
    let dissection = super::frame(&packet);
    assert_eq!(dissection.fields().last().unwrap().range.end, frame.len());
    let fields = dissection.fields().map(|field| format!("{} {}", field.name, field.value));
    fields.collect::<Vec<_>>().join(", ")
}

#[test]
fn options_of_extension_headers_are_fields() {
    let list = listed(
        crate::Link::Ipv6,
        "6000000000280040 fe800000000000000000000000000002 ff020000000000000000000000000016
         3c01 05020000 c20400010000 0100 00 00 3b02 c910 20010db8000000000000000000000009 040103 00",
    );
    let expect = "ipv6.hop_by_hop.next_header 60 (destination options), ipv6.hop_by_hop.length 1, \
        ipv6.option.router_alert 0 (MLD), ipv6.option.jumbo_payload 65536, ipv6.option.pad 2 bytes, \
        ipv6.option.pad 1 byte, ipv6.option.pad 1 byte, ipv6.destination_options.next_header 59 (none), \
        ipv6.destination_options.length 2, ipv6.option.home_address 2001:db8::9, ipv6.option.tunnel_limit 3, \
        ipv6.option.pad 1 byte";
    assert!(list.ends_with(expect), "{list}");
}

#[test]
fn routing_addresses_are_fields() {
    let list = listed(
        crate::Link::Ipv6,
        "6000000000302b40 20010db8000000000000000000000002 20010db8000000000000000000000001
         3b05040101000007 20010db8000000000000000000000003 20010db8000000000000000000000001 0406000000000000",
    );
    let expect = "ipv6.routing.type 4 (segment routing), ipv6.routing.segments_left 1, \
        ipv6.routing.last_entry 1, ipv6.routing.flags 0, ipv6.routing.tag 0x0007, \
        ipv6.routing.address 2001:db8::3, ipv6.routing.address 2001:db8::1, ipv6.routing.data 8 bytes";
    assert!(list.ends_with(expect), "{list}");
}

#[test]
fn links_and_tunnels_have_fields() {
    let list = listed(crate::Link::Ppp, "ff03c021 01010004");
    assert_eq!(list, "ppp.address_control 0xff03, ppp.protocol 49185 (LCP), payload 4 bytes");
    let list = listed(crate::Link::Loopback, "1e000000 60");
    assert!(list.starts_with("loopback.family 30 (IPv6)"), "{list}");
    let list = listed(
        crate::Link::Ipv4,
        "4500002c00000000402f66a50a0000020a000001 b0006558 12340000 00000009 00000001 02000000000302000000",
    );
    let expect = "gre.flags checksum key sequence, gre.version 0, gre.type 0x6558, gre.checksum 0x1234, \
        gre.reserved 0, gre.key 9, gre.sequence 1, ethernet.destination 02:00:00:00:00:03";
    assert!(list.contains(expect), "{list}");
    let list = listed(
        crate::Link::Ethernet,
        "ffffffffffff020000000002 0806 0007 0800 02 04 0001 0102 0a000002 0000 0a000001 0000",
    );
    let expect = "arp.sender_hardware 2 bytes, arp.sender_address 10.0.0.2, \
        arp.target_hardware 2 bytes, arp.target_address 10.0.0.1, padding 2 bytes";
    assert!(list.ends_with(expect), "{list}");
}
