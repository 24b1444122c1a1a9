//! Fields of ICMP and ICMPv6 messages.

use super::{Fields, Row, named, plain, word};
use crate::icmp::{self, ECHO_HEADER_LEN, ECHO_REPLY, ECHO_REQUEST};
use crate::{Protocol, icmpv6};

const ICMP: [Row; 3] = [
    ("icmp.type", icmp::field::TYPE, |b| named(b, icmp::type_name(b[0]))),
    ("icmp.code", icmp::field::CODE, plain),
    ("icmp.checksum", icmp::field::CHECKSUM, word),
];
const ECHO: [Row; 2] = [
    ("icmp.identifier", icmp::field::IDENTIFIER, plain),
    ("icmp.sequence", icmp::field::SEQUENCE, plain),
];
/// The second word of every other message: its meaning goes by type.
const OTHER: [Row; 1] = [("icmp.rest", 4..ECHO_HEADER_LEN, super::bytes)];

const ICMPV6: [Row; 3] = [
    ("icmpv6.type", icmp::field::TYPE, |b| named(b, icmpv6::type_name(b[0]))),
    ("icmpv6.code", icmp::field::CODE, plain),
    ("icmpv6.checksum", icmp::field::CHECKSUM, word),
];
const ECHO6: [Row; 2] = [
    ("icmpv6.identifier", icmp::field::IDENTIFIER, plain),
    ("icmpv6.sequence", icmp::field::SEQUENCE, plain),
];
const OTHER6: [Row; 1] = [("icmpv6.rest", 4..ECHO_HEADER_LEN, super::bytes)];

pub(super) fn fields(fields: &mut Fields) {
    let kind = fields.pdu.bytes().first().copied();
    if fields.pdu.protocol() == Protocol::Icmp {
        let echo = matches!(kind, Some(ECHO_REQUEST | ECHO_REPLY));
        let second: &[Row] = if echo { &ECHO } else { &OTHER };
        if fields.rows(&ICMP) && fields.rows(second) {
            fields.rest("icmp.data", ECHO_HEADER_LEN);
        }
        return;
    }
    let echo = matches!(kind, Some(icmpv6::ECHO_REQUEST | icmpv6::ECHO_REPLY));
    let second: &[Row] = if echo { &ECHO6 } else { &OTHER6 };
    if fields.rows(&ICMPV6) && fields.rows(second) {
        fields.rest("icmpv6.data", ECHO_HEADER_LEN);
    }
}
