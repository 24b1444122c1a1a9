//! Fields of what UDP carries: DNS, DHCP, VXLAN.

use super::{Fields, Row, Value, number, plain, word};
use crate::Protocol;

const VXLAN: [Row; 2] =
    [("vxlan.flags", 0..1, plain), ("vxlan.id", 4..7, |b| Value::Number(number(b)))];
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
        Protocol::Dns => {
            if fields.rows(&DNS) {
                fields.rest("dns.records", 12);
            }
        }
        Protocol::Dhcp => {
            if fields.rows(&DHCP) {
                fields.rest("dhcp.rest", 4);
            }
        }
        _ => {
            let _ = fields.rows(&VXLAN);
        }
    }
}
