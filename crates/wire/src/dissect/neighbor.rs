//! Fields of the options of Neighbor Discovery (RFC 4861 section 4.6, RFC 4191, RFC 8106).

use super::{Fields, Row, Value, address, mac, named, plain};
use crate::neighbor::{
    DNS_SEARCH_LIST, MTU, NeighborOption, PREFIX_INFORMATION, RECURSIVE_DNS_SERVER,
    REDIRECTED_HEADER, ROUTE_INFORMATION, SOURCE_LINK_LAYER, TARGET_LINK_LAYER, option_name,
    options as walk,
};

const HEAD: [Row; 2] = [
    ("icmpv6.option.type", 0..1, |b| named(b, option_name(b[0]))),
    ("icmpv6.option.length", 1..2, plain),
];
const SOURCE: [Row; 1] = [("icmpv6.option.source_link_layer", 2..8, mac)];
const TARGET: [Row; 1] = [("icmpv6.option.target_link_layer", 2..8, mac)];
const PREFIX: [Row; 6] = [
    ("icmpv6.option.prefix_length", 2..3, plain),
    ("icmpv6.option.flags", 3..4, |b| Value::Flags(u16::from(b[0]), PREFIX_FLAGS)),
    ("icmpv6.option.valid_lifetime", 4..8, plain),
    ("icmpv6.option.preferred_lifetime", 8..12, plain),
    ("icmpv6.option.reserved", 12..16, plain),
    ("icmpv6.option.prefix", 16..32, address),
];
/// Flags of prefix information (RFC 4861 section 4.6.2, RFC 6275 section 7.2).
const PREFIX_FLAGS: &[(u16, &str)] = &[(0x80, "on_link"), (0x40, "autonomous"), (0x20, "router")];
const REDIRECTED: [Row; 1] = [("icmpv6.option.reserved", 2..8, plain)];
const LINK_MTU: [Row; 2] =
    [("icmpv6.option.reserved", 2..4, plain), ("icmpv6.option.mtu", 4..8, plain)];
const ROUTE: [Row; 3] = [
    ("icmpv6.option.prefix_length", 2..3, plain),
    ("icmpv6.option.flags", 3..4, plain),
    ("icmpv6.option.lifetime", 4..8, plain),
];
const DNS: [Row; 2] =
    [("icmpv6.option.reserved", 2..4, plain), ("icmpv6.option.lifetime", 4..8, plain)];
const SERVER: [Row; 1] = [("icmpv6.option.dns_server", 0..16, address)];

/// The options of a message from `start` on.
pub(super) fn options(fields: &mut Fields, start: usize) {
    for option in walk(fields.pdu.bytes(), start) {
        match option {
            Ok(option) => one(fields, &option),
            Err(bad) => {
                fields.rest("icmpv6.option.data", bad.offset);
                let note = "the length of a Neighbor Discovery option leads nowhere";
                fields.note.get_or_insert_with(|| note.to_owned());
            }
        }
    }
}

fn one(fields: &mut Fields, option: &NeighborOption) {
    let (start, length) = (option.range.start, option.bytes.len());
    let _ = fields.rows_from(start, &HEAD);
    let rows: &[Row] = match (option.kind, length) {
        (SOURCE_LINK_LAYER, 8) => &SOURCE,
        (TARGET_LINK_LAYER, 8) => &TARGET,
        (PREFIX_INFORMATION, 32) => &PREFIX,
        (REDIRECTED_HEADER, _) => &REDIRECTED,
        (MTU, 8) => &LINK_MTU,
        (ROUTE_INFORMATION, _) => &ROUTE,
        (RECURSIVE_DNS_SERVER | DNS_SEARCH_LIST, _) => &DNS,
        _ => &[],
    };
    let _ = fields.rows_from(start, rows);
    let mut at = rows.last().map_or(2, |row| row.1.end);
    if option.kind == RECURSIVE_DNS_SERVER {
        while at + 16 <= length && fields.rows_from(start + at, &SERVER) {
            at += 16;
        }
    }
    let (rest, octets) = (start + at..option.range.end, &option.bytes[at..]);
    match option.kind {
        DNS_SEARCH_LIST => fields.push("icmpv6.option.dns_names", rest, Value::Text(names(octets))),
        ROUTE_INFORMATION => fields.push("icmpv6.option.prefix", rest, prefix(octets)),
        _ => fields.push("icmpv6.option.data", rest, Value::Bytes(length - at)),
    }
}

/// A prefix, of which trailing octets of zero may be left out (RFC 4191 section 2.3).
fn prefix(octets: &[u8]) -> Value {
    let mut whole = [0; 16];
    for (place, octet) in whole.iter_mut().zip(octets) {
        *place = *octet;
    }
    address(&whole)
}

/// Domain names one after another, as labels that state their length (RFC 1035 section 3.1), with spaces
/// between the names.
fn names(mut octets: &[u8]) -> String {
    let (mut names, mut labels) = (Vec::new(), Vec::new());
    while let [length, rest @ ..] = octets {
        let (label, after) = rest.split_at(usize::from(*length).min(rest.len()));
        match label {
            [] if labels.is_empty() => {}
            [] => names.push(std::mem::take(&mut labels).join(".")),
            label => labels.push(label.escape_ascii().to_string()),
        }
        octets = after;
    }
    names.extend((!labels.is_empty()).then(|| labels.join(".")));
    names.join(" ")
}
