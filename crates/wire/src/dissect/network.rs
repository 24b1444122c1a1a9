//! Fields of IPv4 and of IPv6; what may follow them before the transport is in its own file.

use super::{
    Fields, Row, Value, address, extension, named, number, options, plain, protocol_name, word,
};
use crate::ipv4::{self, MIN_HEADER_LEN};
use crate::{Ipv4, Protocol, ipv6};

/// The flags of IPv4 in their octet (RFC 791 section 3.1).
const FLAGS: &[(u16, &str)] = &[(0x80, "reserved"), (0x40, "DF"), (0x20, "MF")];

const IPV4: [Row; 12] = [
    ("ipv4.version", ipv4::field::VERSION_IHL, |b| Value::Number(number(b) >> 4)),
    ("ipv4.ihl", ipv4::field::VERSION_IHL, |b| Value::Number(number(b) & 0x0f)),
    ("ipv4.tos", ipv4::field::TOS, plain),
    ("ipv4.total_length", ipv4::field::TOTAL_LENGTH, plain),
    ("ipv4.identification", ipv4::field::IDENTIFICATION, plain),
    ("ipv4.flags", ipv4::field::FLAGS, |b| Value::Flags(u16::from(b[0] & 0xe0), FLAGS)),
    ("ipv4.fragment_offset", ipv4::field::FRAGMENT_OFFSET, |b| Value::Number(number(b) & 0x1fff)),
    ("ipv4.ttl", ipv4::field::TTL, plain),
    ("ipv4.protocol", ipv4::field::PROTOCOL, protocol),
    ("ipv4.checksum", ipv4::field::CHECKSUM, word),
    ("ipv4.source", ipv4::field::SOURCE, address),
    ("ipv4.destination", ipv4::field::DESTINATION, address),
];
const IPV6: [Row; 8] = [
    ("ipv6.version", ipv6::field::VERSION, |b| Value::Number(number(b) >> 4)),
    ("ipv6.traffic_class", ipv6::field::TRAFFIC_CLASS, |b| Value::Number(number(b) >> 4 & 0xff)),
    ("ipv6.flow_label", ipv6::field::FLOW_LABEL, |b| Value::Number(number(b) & 0x000f_ffff)),
    ("ipv6.payload_length", ipv6::field::PAYLOAD_LENGTH, plain),
    ("ipv6.next_header", ipv6::field::NEXT_HEADER, next_header),
    ("ipv6.hop_limit", ipv6::field::HOP_LIMIT, plain),
    ("ipv6.source", ipv6::field::SOURCE, address),
    ("ipv6.destination", ipv6::field::DESTINATION, address),
];

pub(super) fn fields(fields: &mut Fields) {
    match fields.pdu.protocol() {
        Protocol::Ipv4 => ipv4(fields),
        Protocol::Ipv6 => _ = fields.rows(&IPV6),
        _ => extension::fields(fields),
    }
}

fn ipv4(fields: &mut Fields) {
    if !fields.rows(&IPV4) {
        return;
    }
    let Some(ip) = Ipv4::new(fields.pdu.bytes()) else { return };
    let (header_len, total) = (ip.header_len(), usize::from(ip.total_length()));
    if ip.version() != 4 {
        fields.note = Some(format!("version {}, not IPv4", ip.version()));
    }
    match ip.options() {
        Some(list) => options::fields(fields, MIN_HEADER_LEN, list, &options::IPV4),
        None if header_len < MIN_HEADER_LEN => {
            fields.note.get_or_insert(format!("ihl {} is under 5", header_len / 4));
        }
        None => _ = fields.note.get_or_insert("the bytes end inside ipv4.options".to_owned()),
    }
    let offloaded = total == 0 && fields.pdu.inside().is_some();
    if fields.note.is_none() && total < header_len && !offloaded {
        fields.note = Some(format!("total length {total} ends inside the header"));
    }
    let here = fields.pdu.packet().bytes().len() - fields.pdu.start();
    if fields.note.is_none() && total > here && !fields.pdu.is_quoted() {
        fields.note = Some(format!("cut short: {here} of {total} bytes"));
    }
    if fields.pdu.inside().is_none() {
        fields.rest("payload", header_len.max(MIN_HEADER_LEN));
    }
}

fn protocol(octets: &[u8]) -> Value {
    named(octets, protocol_name(octets[0]))
}

pub(super) fn next_header(octets: &[u8]) -> Value {
    let name = match octets[0] {
        0 => Some("hop-by-hop options"),
        43 => Some("routing"),
        44 => Some("fragment"),
        58 => Some("ICMPv6"),
        59 => Some("none"),
        60 => Some("destination options"),
        number => protocol_name(number),
    };
    named(octets, name)
}
