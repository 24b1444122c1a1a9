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
const LOOPBACK: [Row; 1] = [("loopback.family", 0..4, family)];
const PPP_HDLC: [Row; 1] = [("ppp.address_control", 0..2, word)];
const PPPOE: [Row; 5] = [
    ("pppoe.version", 0..1, |b| Value::Number(number(b) >> 4)),
    ("pppoe.type", 0..1, |b| Value::Number(number(b) & 0x0f)),
    ("pppoe.code", 1..2, plain),
    ("pppoe.session", 2..4, word),
    ("pppoe.length", 4..6, plain),
];
const MPLS: [Row; 4] = [
    ("mpls.label", 0..3, label),
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
        Protocol::Ppp => ppp(fields),
        Protocol::Pppoe => _ = fields.rows(&PPPOE),
        Protocol::Mpls => _ = fields.rows(&MPLS),
        _ => arp(fields),
    }
}

/// The protocol number has one octet where it is compressed: it is odd (RFC 1661 section 6.5).
fn ppp(fields: &mut Fields) {
    let start = if fields.pdu.bytes().starts_with(&[0xff, 3]) { 2 } else { 0 };
    if start > 0 {
        _ = fields.rows(&PPP_HDLC);
    }
    let short = fields.pdu.bytes().get(start).is_some_and(|first| first & 1 == 1);
    let end = start + if short { 1 } else { 2 };
    match fields.rows(&[("ppp.protocol", start..end, |b| named(b, ppp_protocol(number(b))))]) {
        true => fields.rest("payload", end),
        false => fields.rest("payload", start),
    }
}

fn arp(fields: &mut Fields) {
    if !fields.rows(&ARP) {
        return;
    }
    let Some([hardware, protocol]) = fields.pdu.get(4..6) else { return };
    let addresses = [
        ("arp.sender_hardware", *hardware, hardware_address as fn(&[u8]) -> Value),
        ("arp.sender_address", *protocol, address),
        ("arp.target_hardware", *hardware, hardware_address),
        ("arp.target_address", *protocol, address),
    ];
    let mut end = 8;
    for (name, length, read) in addresses.iter().filter(|row| row.1 > 0) {
        let place = end..end + usize::from(*length);
        end = place.end;
        if !fields.rows(&[(name, place, *read)]) {
            return;
        }
    }
    fields.rest("padding", end);
}

/// Only an address of six octets is written as those of Ethernet are.
fn hardware_address(octets: &[u8]) -> Value {
    if octets.len() == 6 { mac(octets) } else { bytes(octets) }
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

/// The address family, in the byte order of whoever captured.
fn family(octets: &[u8]) -> Value {
    let [first, _, _, last] = octets else { return bytes(octets) };
    let number = u32::from(*first.max(last));
    let name = match number {
        2 => "IPv4",
        10 | 24 | 28 | 30 => "IPv6",
        _ => return Value::Number(number),
    };
    Value::Named(number, name)
}

/// With the names of the special-purpose labels (RFC 3032 section 2.1, RFC 7274).
fn label(octets: &[u8]) -> Value {
    let number = number(octets) >> 4;
    let name = match number {
        0 => "IPv4 explicit null",
        1 => "router alert",
        2 => "IPv6 explicit null",
        3 => "implicit null",
        7 => "entropy label indicator",
        13 => "generic associated channel",
        15 => "extension",
        _ => return Value::Number(number),
    };
    Value::Named(number, name)
}

fn ppp_protocol(number: u32) -> Option<&'static str> {
    Some(match number {
        0x0021 => "IPv4",
        0x0057 => "IPv6",
        0x0281 | 0x0283 => "MPLS",
        0x8021 => "IPCP",
        0x8057 => "IPv6CP",
        0xc021 => "LCP",
        0xc023 => "PAP",
        0xc223 => "CHAP",
        _ => return None,
    })
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
