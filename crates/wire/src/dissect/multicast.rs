//! Fields of what hosts and routers say of multicast groups: MLD in ICMPv6 (RFC 2710, RFC 3810) and IGMP in
//! IPv4 (RFC 2236, RFC 3376), which are laid out alike.

use super::{Fields, Row, Value, address, named, number, plain, word};
use crate::icmpv6::{LISTENER_QUERY, LISTENER_REPORT_V2, field};
use crate::igmp;

const LISTENER: [Row; 3] = [
    ("icmpv6.maximum_response_delay", 4..6, plain),
    ("icmpv6.reserved", 6..8, plain),
    ("icmpv6.multicast_address", field::MULTICAST_ADDRESS, address),
];
const LISTENER_V2: [Row; 4] = [
    ("icmpv6.suppress", 24..25, |b| Value::Number(number(b) >> 3 & 1)),
    ("icmpv6.robustness", 24..25, |b| Value::Number(number(b) & 7)),
    ("icmpv6.query_interval_code", 25..26, plain),
    ("icmpv6.number_of_sources", field::SOURCE_COUNT, plain),
];
const REPORT_V2: [Row; 2] =
    [("icmpv6.reserved", 4..6, plain), ("icmpv6.number_of_records", field::RECORD_COUNT, plain)];
const IGMP: [Row; 4] = [
    ("igmp.type", igmp::field::TYPE, |b| named(b, igmp::type_name(b[0]))),
    ("igmp.maximum_response_time", igmp::field::MAXIMUM_RESPONSE_TIME, plain),
    ("igmp.checksum", igmp::field::CHECKSUM, word),
    ("igmp.group_address", igmp::field::GROUP_ADDRESS, address),
];
const IGMP_QUERY_V3: [Row; 4] = [
    ("igmp.suppress", 8..9, |b| Value::Number(number(b) >> 3 & 1)),
    ("igmp.robustness", 8..9, |b| Value::Number(number(b) & 7)),
    ("igmp.query_interval_code", 9..10, plain),
    ("igmp.number_of_sources", 10..12, plain),
];
const IGMP_REPORT_V3: [Row; 5] = [
    ("igmp.type", igmp::field::TYPE, |b| named(b, igmp::type_name(b[0]))),
    ("igmp.reserved", 1..2, plain),
    ("igmp.checksum", igmp::field::CHECKSUM, word),
    ("igmp.reserved", 4..6, plain),
    ("igmp.number_of_records", 6..8, plain),
];

/// How the records of a report are laid out.
struct Records {
    head: [Row; 4],
    source: Row,
    auxiliary: &'static str,
    data: &'static str,
}

const RECORDS_V6: Records = Records {
    head: [
        ("icmpv6.record.type", 0..1, |b| named(b, record_name(b[0]))),
        ("icmpv6.record.auxiliary_length", 1..2, plain),
        ("icmpv6.record.number_of_sources", 2..4, plain),
        ("icmpv6.record.multicast_address", 4..20, address),
    ],
    source: ("icmpv6.record.source_address", 0..16, address),
    auxiliary: "icmpv6.record.auxiliary_data",
    data: "icmpv6.data",
};
const RECORDS_V4: Records = Records {
    head: [
        ("igmp.record.type", 0..1, |b| named(b, record_name(b[0]))),
        ("igmp.record.auxiliary_length", 1..2, plain),
        ("igmp.record.number_of_sources", 2..4, plain),
        ("igmp.record.multicast_address", 4..8, address),
    ],
    source: ("igmp.record.source_address", 0..4, address),
    auxiliary: "igmp.record.auxiliary_data",
    data: "igmp.data",
};

/// An MLD message of that type, after its checksum.
pub(super) fn listener(fields: &mut Fields, kind: u8) {
    if kind == LISTENER_REPORT_V2 {
        if fields.rows(&REPORT_V2) {
            records(fields, &RECORDS_V6);
        }
        return;
    }
    let query_v2 = kind == LISTENER_QUERY && fields.pdu.length() > 24;
    if !fields.rows(&LISTENER) || query_v2 && !fields.rows(&LISTENER_V2) {
        return;
    }
    let source = ("icmpv6.source_address", 0..16, address as fn(&[u8]) -> Value);
    let end = if query_v2 { sources(fields, 28, field::SOURCE_COUNT.start, &source) } else { 24 };
    fields.rest("icmpv6.data", end);
}

/// An IGMP message.
pub(super) fn igmp(fields: &mut Fields) {
    let kind = fields.pdu.bytes().first().copied();
    if kind == Some(igmp::REPORT_V3) {
        if fields.rows(&IGMP_REPORT_V3) {
            records(fields, &RECORDS_V4);
        }
        return;
    }
    let query_v3 = kind == Some(igmp::QUERY) && fields.pdu.length() >= 12;
    if !fields.rows(&IGMP) || query_v3 && !fields.rows(&IGMP_QUERY_V3) {
        return;
    }
    let source = ("igmp.source_address", 0..4, address as fn(&[u8]) -> Value);
    let end = if query_v3 { sources(fields, 12, 10, &source) } else { 8 };
    fields.rest("igmp.data", end);
}

/// As many addresses from `start` on as the word at `count` says; where they end.
fn sources(fields: &mut Fields, start: usize, count: usize, source: &Row) -> usize {
    let count = fields.pdu.word(count).unwrap_or_default();
    let mut at = start;
    for _ in 0..count {
        if !fields.rows_from(at, std::slice::from_ref(source)) {
            break;
        }
        at += source.1.end;
    }
    at
}

fn records(fields: &mut Fields, records: &Records) {
    let count = fields.pdu.word(6).unwrap_or_default();
    let mut at = 8;
    for _ in 0..count {
        if !fields.rows_from(at, &records.head) {
            return;
        }
        let words = fields.pdu.bytes().get(at + 1).copied().unwrap_or_default();
        let start = at + records.head[3].1.end;
        let end = sources(fields, start, at + 2, &records.source);
        at = (end + usize::from(words) * 4).min(fields.pdu.bytes().len());
        fields.push(records.auxiliary, end..at, Value::Bytes(at - end));
    }
    fields.rest(records.data, at);
}

/// The name of a record's type (RFC 3376 section 4.2.12, RFC 3810 section 5.2.12).
fn record_name(kind: u8) -> Option<&'static str> {
    Some(match kind {
        1 => "mode is include",
        2 => "mode is exclude",
        3 => "change to include mode",
        4 => "change to exclude mode",
        5 => "allow new sources",
        6 => "block old sources",
        _ => return None,
    })
}
