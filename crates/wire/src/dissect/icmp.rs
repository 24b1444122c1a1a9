//! Fields of ICMP messages (RFC 792, RFC 950, RFC 1256, RFC 8335) and of what extends its errors (RFC 4884).

use super::{Fields, Layer, Row, Value, address, bytes, named, number, plain, word};
use crate::icmp::{
    self, ADDRESS_MASK_REQUEST, ECHO_HEADER_LEN, ECHO_REPLY, ECHO_REQUEST, EXTENDED_ECHO_REQUEST,
    INFORMATION_REQUEST, PARAMETER_PROBLEM, REDIRECT, ROUTER_ADVERTISEMENT, ROUTER_SOLICITATION,
    SOURCE_QUENCH, TIME_EXCEEDED, TIMESTAMP, UNREACHABLE, field,
};
use crate::{Packet, extension};

const ECHO: [Row; 2] =
    [("icmp.identifier", field::IDENTIFIER, plain), ("icmp.sequence", field::SEQUENCE, plain)];
const QUOTING: [Row; 3] = [
    ("icmp.unused", 4..5, plain),
    ("icmp.original_datagram_length", field::ORIGINAL_DATAGRAM_LENGTH, plain),
    ("icmp.unused", 6..8, plain),
];
const FRAGMENTATION_NEEDED: [Row; 3] = [
    ("icmp.unused", 4..5, plain),
    ("icmp.original_datagram_length", field::ORIGINAL_DATAGRAM_LENGTH, plain),
    ("icmp.mtu", field::MTU, plain),
];
const PARAMETER: [Row; 3] = [
    ("icmp.pointer", field::POINTER, plain),
    ("icmp.original_datagram_length", field::ORIGINAL_DATAGRAM_LENGTH, plain),
    ("icmp.unused", 6..8, plain),
];
const GATEWAY: [Row; 1] = [("icmp.gateway", field::GATEWAY, address)];
const UNUSED: [Row; 1] = [("icmp.unused", 4..8, plain)];
const ROUTERS: [Row; 3] = [
    ("icmp.num_addrs", field::ADDRESS_COUNT, plain),
    ("icmp.addr_entry_size", field::ADDRESS_ENTRY_SIZE, plain),
    ("icmp.lifetime", 6..8, plain),
];
const ROUTER: [Row; 2] =
    [("icmp.router_address", 0..4, address), ("icmp.preference_level", 4..8, plain)];
const TIMES: [Row; 5] = [
    ("icmp.identifier", field::IDENTIFIER, plain),
    ("icmp.sequence", field::SEQUENCE, plain),
    ("icmp.originate_timestamp", 8..12, plain),
    ("icmp.receive_timestamp", 12..16, plain),
    ("icmp.transmit_timestamp", 16..20, plain),
];
const MASK: [Row; 3] = [
    ("icmp.identifier", field::IDENTIFIER, plain),
    ("icmp.sequence", field::SEQUENCE, plain),
    ("icmp.address_mask", 8..12, address),
];
const EXTENDED_ECHO: [Row; 3] = [
    ("icmp.identifier", field::IDENTIFIER, plain),
    ("icmp.sequence", 6..7, plain),
    ("icmp.flags", 7..8, plain),
];
/// The second word of messages of other types.
const OTHER: [Row; 1] = [("icmp.rest", 4..8, bytes)];

const EXTENSION: [Row; 3] = [
    ("icmp.extension.version", 0..1, |b| Value::Number(number(b) >> 4)),
    ("icmp.extension.reserved", 0..2, |b| Value::Number(number(b) & 0x0fff)),
    ("icmp.extension.checksum", 2..4, word),
];
const OBJECT: [Row; 3] = [
    ("icmp.extension.object.length", 0..2, plain),
    ("icmp.extension.object.class", 2..3, |b| named(b, class_name(b[0]))),
    ("icmp.extension.object.type", 3..4, plain),
];
/// One label of the stack that the datagram came with (RFC 4950 section 3).
const LABEL: [Row; 4] = [
    ("icmp.extension.mpls.label", 0..3, |b| Value::Number(number(b) >> 4)),
    ("icmp.extension.mpls.traffic_class", 2..3, |b| Value::Number(number(b) >> 1 & 7)),
    ("icmp.extension.mpls.bottom", 2..3, |b| Value::Number(number(b) & 1)),
    ("icmp.extension.mpls.ttl", 3..4, plain),
];

pub(super) fn fields(fields: &mut Fields) {
    let kind = fields.pdu.bytes().first().copied().unwrap_or_default();
    let code = fields.pdu.bytes().get(1).copied().unwrap_or_default();
    let names = (icmp::type_name(kind), icmp::code_name(kind, code));
    let rows: &[Row] = match kind {
        ECHO_REQUEST | ECHO_REPLY => &ECHO,
        UNREACHABLE if code == 4 => &FRAGMENTATION_NEEDED,
        UNREACHABLE | TIME_EXCEEDED => &QUOTING,
        PARAMETER_PROBLEM => &PARAMETER,
        REDIRECT => &GATEWAY,
        SOURCE_QUENCH | ROUTER_SOLICITATION => &UNUSED,
        ROUTER_ADVERTISEMENT => &ROUTERS,
        TIMESTAMP | 14 => &TIMES,
        INFORMATION_REQUEST | 16 => &ECHO,
        ADDRESS_MASK_REQUEST | 18 => &MASK,
        EXTENDED_ECHO_REQUEST | 43 => &EXTENDED_ECHO,
        _ => &OTHER,
    };
    let prefix = ["icmp.type", "icmp.code", "icmp.checksum"];
    if !common(fields, prefix, names) || !fields.rows(rows) {
        return;
    }
    let last = rows.last().map_or(ECHO_HEADER_LEN, |row| row.1.end);
    let end = if kind == ROUTER_ADVERTISEMENT { routers(fields) } else { last };
    fields.rest("icmp.data", end);
}

/// Type, code and checksum, which ICMP and ICMPv6 share, with the names of type and code; whether they
/// are all there.
pub(super) fn common(
    fields: &mut Fields,
    [kind, code, checksum]: [&'static str; 3],
    (kind_name, code_name): (Option<&'static str>, Option<&'static str>),
) -> bool {
    let before = fields.list.len();
    let rows = [
        (kind, field::TYPE, plain as fn(&[u8]) -> Value),
        (code, field::CODE, plain),
        (checksum, field::CHECKSUM, word),
    ];
    let whole = fields.rows(&rows);
    for (place, name) in [(before, kind_name), (before + 1, code_name)] {
        let named = fields.list.get_mut(place).zip(name);
        if let Some((field, name)) = named {
            field.value = Value::Named(field.value.number().unwrap_or_default(), name);
        }
    }
    whole
}

/// The routers of an advertisement (RFC 1256 section 3); where they end.
fn routers(fields: &mut Fields) -> usize {
    let counts = fields.pdu.get(4..6).unwrap_or_default();
    let [count, words] = *counts else { return ECHO_HEADER_LEN };
    let entry = usize::from(words) * 4;
    let mut at = ECHO_HEADER_LEN;
    for _ in 0..count {
        if entry < 8 || !fields.rows_from(at, &ROUTER) {
            break;
        }
        let more = at + 8..at + entry;
        if let Some(octets) = fields.pdu.get(more.clone()) {
            fields.push("icmp.router_data", more, bytes(octets));
        }
        at += entry;
    }
    at
}

/// The extension structure of the packet's ICMP error, a layer that follows the quoted datagram (RFC 4884
/// section 7).
pub(super) fn extension(packet: &Packet) -> Option<Layer> {
    let pdu = packet.pdus().find(|pdu| extension::structure(pdu).is_some())?;
    let (start, structure) = extension::structure(&pdu).filter(|_| !pdu.is_quoted())?;
    let mut fields = Fields::new(pdu);
    let mut end = start;
    if fields.rows_from(start, &EXTENSION) {
        end += extension::HEADER_LEN;
        for (offset, octets) in extension::objects(structure).map_while(Result::ok) {
            object(&mut fields, start + offset, octets);
            end = start + offset + octets.len();
        }
    }
    let last = start + structure.len();
    fields.push("icmp.extension.data", end..last, Value::Bytes(last - end));
    let range = pdu.start() + start..pdu.start() + last;
    Some(Layer { name: "icmp.extension", quoted: false, range, fields: fields.list })
}

fn object(fields: &mut Fields, start: usize, octets: &[u8]) {
    if !fields.rows_from(start, &OBJECT) {
        return;
    }
    let mut at = extension::HEADER_LEN;
    if octets[2..4] == [1, 1] {
        while at + 4 <= octets.len() && fields.rows_from(start + at, &LABEL) {
            at += 4;
        }
    }
    let rest = start + at..start + octets.len();
    fields.push("icmp.extension.object.data", rest, Value::Bytes(octets.len() - at));
}

/// The name of a class of objects in the words of the IANA registry.
fn class_name(class: u8) -> Option<&'static str> {
    Some(match class {
        1 => "MPLS label stack",
        2 => "interface information",
        3 => "interface identification",
        4 => "extended information",
        _ => return None,
    })
}
