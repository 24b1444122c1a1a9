//! Fields of the extension headers of IPv6 with their options and addresses, of AH, and of GRE.

use super::network::next_header;
use super::{Fields, Row, Value, address, named, number, plain, word};
use crate::Protocol;
use crate::ipv6::options::{self, OptionField, kind};

const HOP_BY_HOP: [Row; 2] =
    [("ipv6.hop_by_hop.next_header", 0..1, next_header), ("ipv6.hop_by_hop.length", 1..2, plain)];
const DESTINATION_OPTIONS: [Row; 2] = [
    ("ipv6.destination_options.next_header", 0..1, next_header),
    ("ipv6.destination_options.length", 1..2, plain),
];
const ROUTING: [Row; 4] = [
    ("ipv6.routing.next_header", 0..1, next_header),
    ("ipv6.routing.length", 1..2, plain),
    ("ipv6.routing.type", 2..3, |b| named(b, routing_type(b[0]))),
    ("ipv6.routing.segments_left", 3..4, plain),
];
const ROUTING_RESERVED: [Row; 1] = [("ipv6.routing.reserved", 4..8, plain)];
/// Of a Segment Routing Header (RFC 8754 section 2).
const SEGMENTS: [Row; 3] = [
    ("ipv6.routing.last_entry", 4..5, plain),
    ("ipv6.routing.flags", 5..6, plain),
    ("ipv6.routing.tag", 6..8, word),
];
const FRAGMENT: [Row; 5] = [
    ("ipv6.fragment.next_header", 0..1, next_header),
    ("ipv6.fragment.reserved", 1..2, plain),
    ("ipv6.fragment.offset", 2..4, |b| Value::Number(number(b) >> 3)),
    ("ipv6.fragment.more", 3..4, |b| Value::Number(number(b) & 1)),
    ("ipv6.fragment.identification", 4..8, plain),
];
const AUTHENTICATION: [Row; 5] = [
    ("ah.next_header", 0..1, next_header),
    ("ah.length", 1..2, plain),
    ("ah.reserved", 2..4, word),
    ("ah.spi", 4..8, plain),
    ("ah.sequence", 8..12, plain),
];
const GRE: [Row; 3] = [
    ("gre.flags", 0..2, |b| Value::Flags(number(b) as u16 & 0xf800, GRE_FLAGS)),
    ("gre.version", 1..2, |b| Value::Number(number(b) & 7)),
    ("gre.type", 2..4, word),
];
/// RFC 2784 and RFC 2890; "routing" and "strict source route" are of RFC 1701.
const GRE_FLAGS: &[(u16, &str)] = &[
    (0x8000, "checksum"),
    (0x4000, "routing"),
    (0x2000, "key"),
    (0x1000, "sequence"),
    (0x0800, "strict-source-route"),
];

/// The flag that announces it, name, octets, value.
type Optional = (u16, &'static str, usize, fn(&[u8]) -> Value);
const GRE_OPTIONAL: [Optional; 4] = [
    (0x8000, "gre.checksum", 2, word),
    (0x8000, "gre.reserved", 2, plain),
    (0x2000, "gre.key", 4, plain),
    (0x1000, "gre.sequence", 4, plain),
];

pub(super) fn fields(fields: &mut Fields) {
    match fields.pdu.protocol() {
        Protocol::HopByHop => list(fields, &HOP_BY_HOP),
        Protocol::DestinationOptions => list(fields, &DESTINATION_OPTIONS),
        Protocol::Routing => routing(fields),
        Protocol::Fragment => _ = fields.rows(&FRAGMENT),
        Protocol::Authentication => {
            if fields.rows(&AUTHENTICATION) {
                fields.rest("ah.value", 12);
            }
        }
        _ => gre(fields),
    }
}

/// An options header: its own fields, its options, and what is left where one leads past the end.
fn list(fields: &mut Fields, rows: &[Row]) {
    if !fields.rows(rows) {
        return;
    }
    let mut end = options::START;
    for option in options::options(fields.pdu.bytes()).map_while(Result::ok) {
        end = option.range.end;
        let (name, value) = describe(&option);
        fields.push(name, option.range, value);
    }
    fields.rest("ipv6.option", end);
}

/// What an option is called, and what it says.
fn describe(option: &OptionField) -> (&'static str, Value) {
    let unknown = Value::Bytes(option.range.len());
    match (option.kind, option.data) {
        (kind::PAD_1 | kind::PAD_N, _) => ("ipv6.option.pad", unknown),
        (kind::TUNNEL_LIMIT, [_]) => ("ipv6.option.tunnel_limit", plain(option.data)),
        (kind::ROUTER_ALERT, [_, _]) => {
            ("ipv6.option.router_alert", named(option.data, alert(number(option.data))))
        }
        (kind::JUMBO_PAYLOAD, [_, _, _, _]) => ("ipv6.option.jumbo_payload", plain(option.data)),
        (kind::HOME_ADDRESS, _) => ("ipv6.option.home_address", address(option.data)),
        _ => ("ipv6.option", unknown),
    }
}

/// What routers are alerted to (IANA "IPv6 Router Alert Option Values").
fn alert(value: u32) -> Option<&'static str> {
    Some(match value {
        0 => "MLD",
        1 => "RSVP",
        2 => "active networks",
        _ => return None,
    })
}

fn routing(fields: &mut Fields) {
    if !fields.rows(&ROUTING) {
        return;
    }
    let rows = match fields.pdu.bytes()[2] {
        0 | 2 => &ROUTING_RESERVED[..],
        4 => &SEGMENTS,
        _ => return fields.rest("ipv6.routing.data", 4),
    };
    if !fields.rows(rows) {
        return;
    }
    let header = 8 + usize::from(fields.pdu.bytes()[1]) * 8;
    // In a Segment Routing Header TLVs follow the addresses (RFC 8754 section 2).
    let addresses = match fields.pdu.bytes()[2] {
        4 => usize::from(fields.pdu.bytes()[4]) + 1,
        _ => usize::MAX,
    };
    let mut end = 8;
    for _ in 0..addresses {
        let Some(octets) = fields.pdu.get(end..end + 16).filter(|_| end + 16 <= header) else {
            break;
        };
        fields.push("ipv6.routing.address", end..end + 16, address(octets));
        end += 16;
    }
    fields.rest("ipv6.routing.data", end);
}

/// The types of RFC 8200's registry that are in use.
fn routing_type(number: u8) -> Option<&'static str> {
    Some(match number {
        0 => "source route",
        2 => "mobile",
        3 => "RPL",
        4 => "segment routing",
        _ => return None,
    })
}

/// The optional fields are there as the flags say, in this order (RFC 2784, RFC 2890). With other flags
/// and versions (RFC 1701, PPTP) they are not taken apart.
fn gre(fields: &mut Fields) {
    if !fields.rows(&GRE) {
        return;
    }
    let flags = fields.pdu.word(0).unwrap_or_default();
    if flags & 0x4007 != 0 {
        return fields.rest("gre.optional", 4);
    }
    let mut end = 4;
    for (_, name, length, read) in GRE_OPTIONAL.iter().filter(|field| flags & field.0 != 0) {
        if !fields.rows(&[(name, end..end + length, *read)]) {
            return;
        }
        end += length;
    }
    fields.rest("gre.optional", end);
}
