//! Fields of what UDP carries: DNS, DHCP, VXLAN.

use super::{Fields, Row, Value, dhcp, dns, number, plain};
use crate::Protocol;

const VXLAN: [Row; 2] =
    [("vxlan.flags", 0..1, plain), ("vxlan.id", 4..7, |b| Value::Number(number(b)))];
use super::{Fields, Row, Value, plain, word};
use crate::Protocol;

const VXLAN: [Row; 4] = [
    ("vxlan.flags", 0..1, |b| Value::Flags(u16::from(b[0]), &[(8, "I")])),
    ("vxlan.reserved", 1..4, plain),
    ("vxlan.id", 4..7, plain),
    ("vxlan.reserved", 7..8, plain),
];
const DNS: [Row; 6] = [
    ("dns.id", 0..2, word),
    ("dns.flags", 2..4, word),
    ("dns.questions", 4..6, plain),
    ("dns.answers", 6..8, plain),
    ("dns.authorities", 8..10, plain),
    ("dns.additionals", 10..12, plain),
];
const DHCP: [Row; 4] = [
    ("dhcp.op", 0..1, plain),
    ("dhcp.hardware_type", 1..2, plain),
    ("dhcp.hardware_length", 2..3, plain),
    ("dhcp.hops", 3..4, plain),
];

pub(super) fn fields(fields: &mut Fields) {
    match fields.pdu.protocol() {
        Protocol::Dns if !dns::fields(fields) => remainder(fields, "dns.rest"),
        Protocol::Dhcp if !dhcp::fields(fields) => remainder(fields, "dhcp.rest"),
        Protocol::Dns | Protocol::Dhcp => {}
        _ => {
            let _ = fields.rows(&VXLAN);
        }
    }
}

/// Octets that a field is too short for, where the bytes end inside it.
fn remainder(fields: &mut Fields, name: &'static str) {
    let start = fields.pdu.start();
    fields.rest(name, fields.list.last().map_or(0, |last| last.range.end - start));
}

#[cfg(test)]
mod tests;
