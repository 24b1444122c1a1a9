//! Messages of ICMP, Neighbor Discovery, MLD and IGMP, field by field.

use super::super::*;
use crate::hex;

/// What the fields of the message in `packet` say, with how many octets each has; type, code and checksum left
/// out.
fn said(packet: &str) -> Vec<String> {
    let bytes = hex::parse(packet).unwrap();
    let dissection = dissect(&bytes);
    let common = [".type", ".code", ".checksum"];
    let layers = dissection.layers.iter().filter(|layer| !layer.quoted);
    let messages =
        layers.filter(|layer| layer.name.starts_with("i") && !layer.name.starts_with("ip"));
    let fields = messages.flat_map(|layer| &layer.fields).filter(|field| {
        let name = field.name;
        name.matches('.').count() > 1 || !common.iter().any(|end| name.ends_with(end))
    });
    let line = |field: &Field| {
        let name = field.name.split_once('.').unwrap().1;
        format!("{name} {} ({})", field.value, field.range.len())
    };
    fields.map(line).collect()
}

#[test]
fn a_timestamp() {
    let packet = "4500002800000000400166d30a0000020a0000010d0096950007000102625a000000000000000000";
    let expect: &[&str] = &[
        "identifier 7 (2)",
        "sequence 1 (2)",
        "originate_timestamp 40000000 (4)",
        "receive_timestamp 0 (4)",
        "transmit_timestamp 0 (4)",
    ];
    assert_eq!(said(packet), expect);
}

#[test]
fn an_address_mask() {
    let packet = "4500002000000000400166db0a0000020a0000011100eef70007000100000000";
    let expect: &[&str] = &["identifier 7 (2)", "sequence 1 (2)", "address_mask 0.0.0.0 (4)"];
    assert_eq!(said(packet), expect);
}

#[test]
fn a_redirect() {
    let packet = "4500003c00000000400166bf0a0000010a0000020501bc210a0000fe45000020000000004011aeca0a000002 \
         c00002019c400007000cb8ba70696e67";
    let expect: &[&str] = &["gateway 10.0.0.254 (4)"];
    assert_eq!(said(packet), expect);
}

#[test]
fn fragmentation_needed() {
    let packet = "4500003800000000400166c30a0000010a000002030423bb00000578450005dc000040004011690e0a000002 \
         c00002019c40000705c831b9";
    let expect: &[&str] = &["unused 0 (1)", "original_datagram_length 0 (1)", "mtu 1400 (2)"];
    assert_eq!(said(packet), expect);
}

#[test]
fn a_parameter_problem() {
    let packet = "4500003c00000000400166bf0a0000010a0000020c000720010000004500002000000000401166cb0a000002 \
         0a0000019c400007000c70bb70696e67";
    let expect: &[&str] = &["pointer 1 (1)", "original_datagram_length 0 (1)", "unused 0 (2)"];
    assert_eq!(said(packet), expect);
}

#[test]
fn a_router_advertisement() {
    let packet = "45000024000000000101cfd70a000001e00000010900e4f4010207080a00000100000000";
    let expect: &[&str] = &[
        "num_addrs 1 (1)",
        "addr_entry_size 2 (1)",
        "lifetime 1800 (2)",
        "router_address 10.0.0.1 (4)",
        "preference_level 0 (4)",
    ];
    assert_eq!(said(packet), expect);
}

#[test]
fn an_error_with_an_extension() {
    let packet = "450000a800000000400166530a0000010a0000020b00c1000020000045000020000000004011aeca0a000002 \
         c00002019c400007000cb8ba70696e6700000000000000000000000000000000000000000000000000000000 \
         0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000 \
         0000000000000000000000000000000000000000000000002000da0d0008010103e80101";
    let expect: &[&str] = &[
        "unused 0 (1)",
        "original_datagram_length 32 (1)",
        "unused 0 (2)",
        "extension.version 2 (1)",
        "extension.reserved 0 (2)",
        "extension.checksum 0xda0d (2)",
        "extension.object.length 8 (2)",
        "extension.object.class 1 (MPLS label stack) (1)",
        "extension.object.type 1 (1)",
        "extension.mpls.label 16000 (3)",
        "extension.mpls.traffic_class 0 (1)",
        "extension.mpls.bottom 1 (1)",
        "extension.mpls.ttl 1 (1)",
    ];
    assert_eq!(said(packet), expect);
}

#[test]
fn an_advertisement_with_options() {
    let packet = "6000000000883afffe800000000000000000000000000001ff02000000000000000000000000000186006e87 \
         4000070800000000000000000101020000000001030440c000015180000038400000000020010db800000000 \
         000000000000000005010000000005dc180230000000070820010db800080000190300000000070820010db8 \
         0000000000000000000000011f04000000000708076578616d706c6503636f6d000000000000000000000000";
    let expect: &[&str] = &[
        "current_hop_limit 64 (1)",
        "flags none (1)",
        "router_lifetime 1800 (2)",
        "reachable_time 0 (4)",
        "retransmit_timer 0 (4)",
        "option.type 1 (source link-layer address) (1)",
        "option.length 1 (1)",
        "option.source_link_layer 02:00:00:00:00:01 (6)",
        "option.type 3 (prefix information) (1)",
        "option.length 4 (1)",
        "option.prefix_length 64 (1)",
        "option.flags on_link autonomous (1)",
        "option.valid_lifetime 86400 (4)",
        "option.preferred_lifetime 14400 (4)",
        "option.reserved 0 (4)",
        "option.prefix 2001:db8:: (16)",
        "option.type 5 (MTU) (1)",
        "option.length 1 (1)",
        "option.reserved 0 (2)",
        "option.mtu 1500 (4)",
        "option.type 24 (route information) (1)",
        "option.length 2 (1)",
        "option.prefix_length 48 (1)",
        "option.flags 0 (1)",
        "option.lifetime 1800 (4)",
        "option.prefix 2001:db8:8:: (8)",
        "option.type 25 (recursive DNS server) (1)",
        "option.length 3 (1)",
        "option.reserved 0 (2)",
        "option.lifetime 1800 (4)",
        "option.dns_server 2001:db8::1 (16)",
        "option.type 31 (DNS search list) (1)",
        "option.length 4 (1)",
        "option.reserved 0 (2)",
        "option.lifetime 1800 (4)",
        "option.dns_names example.com (24)",
    ];
    assert_eq!(said(packet), expect);
}

#[test]
fn a_neighbor_advertisement() {
    let packet = "6000000000203afffe800000000000000000000000000002fe8000000000000000000000000000018800e8e1 \
         6000000020010db80000000000000000000000020201020000000002";
    let expect: &[&str] = &[
        "flags solicited override (1)",
        "reserved 0 (4)",
        "target 2001:db8::2 (16)",
        "option.type 2 (target link-layer address) (1)",
        "option.length 1 (1)",
        "option.target_link_layer 02:00:00:00:00:02 (6)",
    ];
    assert_eq!(said(packet), expect);
}

#[test]
fn a_redirect_of_neighbor_discovery() {
    let packet = "6000000000283afffe80000000000000000000000000000120010db800000000000000000000000289001e19 \
         00000000fe80000000000000000000000000000320010db8000900000000000000000001";
    let expect: &[&str] =
        &["reserved 0 (4)", "target fe80::3 (16)", "destination 2001:db8:9::1 (16)"];
    assert_eq!(said(packet), expect);
}

#[test]
fn a_listener_query() {
    let packet = "6000000000240001fe800000000000000000000000000001ff0200000000000000000000000000013a000502 \
         00000100820056962710000000000000000000000000000000000000027d0000";
    let expect: &[&str] = &[
        "maximum_response_delay 10000 (2)",
        "reserved 0 (2)",
        "multicast_address :: (16)",
        "suppress 0 (1)",
        "robustness 2 (1)",
        "query_interval_code 125 (1)",
        "number_of_sources 0 (2)",
    ];
    assert_eq!(said(packet), expect);
}

#[test]
fn a_listener_report() {
    let packet = "6000000000240001fe800000000000000000000000000002ff0200000000000000000000000000163a000502 \
         000001008f0071050000000104000000ff0200000000000000000001ff000002";
    let expect: &[&str] = &[
        "reserved 0 (2)",
        "number_of_records 1 (2)",
        "record.type 4 (change to exclude mode) (1)",
        "record.auxiliary_length 0 (1)",
        "record.number_of_sources 0 (2)",
        "record.multicast_address ff02::1:ff00:2 (16)",
    ];
    assert_eq!(said(packet), expect);
}

#[test]
fn a_membership_report() {
    let packet = "460000280000000001023ab80a000002e0000016940400002200f9020000000104000000e00000fb";
    let expect: &[&str] = &[
        "reserved 0 (1)",
        "reserved 0 (2)",
        "number_of_records 1 (2)",
        "record.type 4 (change to exclude mode) (1)",
        "record.auxiliary_length 0 (1)",
        "record.number_of_sources 0 (2)",
        "record.multicast_address 224.0.0.251 (4)",
    ];
    assert_eq!(said(packet), expect);
}

#[test]
fn an_icmpv6_error_with_an_extension() {
    let packet = "6000000000943a4020010db800000000000000000000000120010db800000000000000000000000203001f8d \
         1000000060000000000c114020010db800000000000000000000000220010db8000900000000000000000001 \
         9c400007000c294070696e670000000000000000000000000000000000000000000000000000000000000000 \
         0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000 \
         2000da0d0008010103e80101";
    let expect: &[&str] = &[
        "original_datagram_length 16 (1)",
        "unused 0 (3)",
        "extension.version 2 (1)",
        "extension.reserved 0 (2)",
        "extension.checksum 0xda0d (2)",
        "extension.object.length 8 (2)",
        "extension.object.class 1 (MPLS label stack) (1)",
        "extension.object.type 1 (1)",
        "extension.mpls.label 16000 (3)",
        "extension.mpls.traffic_class 0 (1)",
        "extension.mpls.bottom 1 (1)",
        "extension.mpls.ttl 1 (1)",
    ];
    assert_eq!(said(packet), expect);
}
