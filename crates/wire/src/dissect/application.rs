//! Fields of what UDP carries: DNS, DHCP, VXLAN.

use super::{Fields, Row, Value, dhcp, dns, plain};
use crate::Protocol;

const VXLAN: [Row; 4] = [
    ("vxlan.flags", 0..1, |b| Value::Flags(u16::from(b[0]), &[(8, "I")])),
    ("vxlan.reserved", 1..4, plain),
    ("vxlan.id", 4..7, plain),
    ("vxlan.reserved", 7..8, plain),
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
