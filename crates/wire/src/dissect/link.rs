//! Fields of link headers and of ARP.

use super::{Fields, Row, Value, address, bytes, mac, named, number, plain, word};
use crate::Protocol;
use crate::protocol::ethertype;

const ETHERNET: [Row; 2] = [("ethernet.destination", 0..6, mac), ("ethernet.source", 6..12, mac)];
const TYPE: [Row; 1] = [("ethernet.type", 12..14, type_of)];
const LENGTH: [Row; 1] = [("ethernet.length", 12..14, plain)];
const VLAN: [Row; 4] = [
    ("vlan.priority", 0..1, |b| Value::Number(number(b) >> 5)),
    ("vlan.drop_eligible", 0..1, |b| Value::Number(number(b) >> 4 & 1)),
    ("vlan.id", 0..2, |b| Value::Number(number(b) & 0x0fff)),
    ("vlan.type", 2..4, type_of),
];
const LLC: [Row; 3] =
    [("llc.dsap", 0..1, plain), ("llc.ssap", 1..2, plain), ("llc.control", 2..3, plain)];
const SNAP: [Row; 2] = [("llc.organization", 3..6, bytes), ("llc.type", 6..8, type_of)];
const COOKED: [Row; 5] = [
    ("cooked.packet_type", 0..2, |b| named(b, packet_type(number(b)))),
    ("cooked.hardware_type", 2..4, plain),
    ("cooked.address_length", 4..6, plain),
    ("cooked.address", 6..14, bytes),
    ("cooked.protocol", 14..16, type_of),
];
const COOKED2: [Row; 7] = [
    ("cooked2.protocol", 0..2, type_of),
    ("cooked2.reserved", 2..4, plain),
    ("cooked2.interface", 4..8, plain),
    ("cooked2.hardware_type", 8..10, plain),
    ("cooked2.packet_type", 10..11, |b| named(b, packet_type(number(b)))),
    ("cooked2.address_length", 11..12, plain),
    ("cooked2.address", 12..20, bytes),
];
const LOOPBACK: [Row; 1] = [("loopback.family", 0..4, bytes)];
const PPPOE: [Row; 5] = [
    ("pppoe.version", 0..1, |b| Value::Number(number(b) >> 4)),
    ("pppoe.type", 0..1, |b| Value::Number(number(b) & 0x0f)),
    ("pppoe.code", 1..2, plain),
    ("pppoe.session", 2..4, word),
    ("pppoe.length", 4..6, plain),
];
const MPLS: [Row; 4] = [
    ("mpls.label", 0..3, |b| Value::Number(number(b) >> 4)),
    ("mpls.traffic_class", 2..3, |b| Value::Number(number(b) >> 1 & 7)),
    ("mpls.bottom", 2..3, |b| Value::Number(number(b) & 1)),
    ("mpls.ttl", 3..4, plain),
];
const ARP: [Row; 5] = [
    ("arp.hardware_type", 0..2, plain),
    ("arp.protocol_type", 2..4, type_of),
    ("arp.hardware_length", 4..5, plain),
    ("arp.protocol_length", 5..6, plain),
    ("arp.opcode", 6..8, |b| named(b, opcode(number(b)))),
];
/// Where hardware addresses have six octets and protocol addresses four.
const ARP_ADDRESSES: [Row; 4] = [
    ("arp.sender_hardware", 8..14, mac),
    ("arp.sender_address", 14..18, address),
    ("arp.target_hardware", 18..24, mac),
    ("arp.target_address", 24..28, address),
];

pub(super) fn fields(fields: &mut Fields) {
    match fields.pdu.protocol() {
        Protocol::Ethernet => {
            let typed = fields.pdu.word(12).is_some_and(|kind| kind >= ethertype::FIRST);
            let _ = fields.rows(&ETHERNET) && fields.rows(if typed { &TYPE } else { &LENGTH });
        }
        Protocol::Vlan => _ = fields.rows(&VLAN),
        Protocol::Llc => {
            let snap = fields.pdu.bytes().starts_with(&[0xaa, 0xaa]);
            let _ = fields.rows(&LLC) && snap && fields.rows(&SNAP);
        }
        Protocol::LinuxCooked => _ = fields.rows(&COOKED),
        Protocol::LinuxCooked2 => _ = fields.rows(&COOKED2),
        Protocol::Loopback => _ = fields.rows(&LOOPBACK),
        Protocol::Ppp => fields.rest("ppp.header", 0),
        Protocol::Pppoe => _ = fields.rows(&PPPOE),
        Protocol::Mpls => _ = fields.rows(&MPLS),
        _ => arp(fields),
    }
}

fn arp(fields: &mut Fields) {
    if !fields.rows(&ARP) {
        return;
    }
    match fields.pdu.get(4..6) {
        Some([6, 4]) if fields.rows(&ARP_ADDRESSES) => fields.rest("padding", 28),
        Some([6, 4]) => {}
        _ => fields.rest("arp.addresses", 8),
    }
}

fn type_of(octets: &[u8]) -> Value {
    let name = match number(octets) as u16 {
        ethertype::IPV4 => "IPv4",
        ethertype::ARP => "ARP",
        ethertype::IPV6 => "IPv6",
        ethertype::VLAN => "VLAN",
        ethertype::SERVICE_VLAN => "service VLAN",
        0x8847 => "MPLS",
        0x8863 => "PPPoE discovery",
        0x8864 => "PPPoE session",
        0x88cc => "LLDP",
        _ => return word(octets),
    };
    Value::Named(number(octets), name)
}

fn packet_type(number: u32) -> Option<&'static str> {
    Some(match number {
        0 => "to us",
        1 => "broadcast",
        2 => "multicast",
        3 => "to others",
        4 => "from us",
        _ => return None,
    })
}

fn opcode(number: u32) -> Option<&'static str> {
    Some(match number {
        1 => "request",
        2 => "reply",
        3 => "reverse request",
        4 => "reverse reply",
        8 => "inverse request",
        9 => "inverse reply",
        _ => return None,
    })
}
