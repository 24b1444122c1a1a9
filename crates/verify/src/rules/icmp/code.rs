//! Rules on the code of an ICMP message: which there are, type by type. Echo messages have theirs beside
//! what else holds for them.
//!
//! A code may be assigned after this was written, so one that is merely unknown is warned of; where the format
//! has one code alone, another is an error.

use wire::icmp::{
    ADDRESS_MASK_REQUEST, EXTENDED_ECHO_REQUEST, PARAMETER_PROBLEM, REDIRECT, ROUTER_ADVERTISEMENT,
    ROUTER_SOLICITATION, TIME_EXCEEDED, TIMESTAMP, UNREACHABLE, field,
};
use wire::{Pdu, Protocol};

use super::super::{GOOD, ip};
use super::is_no_echo;
use crate::rule::{Check, Fault, Level, Rule};

/// Of destination unreachable there are codes 0 to 15.
pub(in crate::rules) const UNREACHABLE_CODE: Rule = Rule {
    id: "icmp.unreachable.code",
    rfc: 1812,
    section: "5.2.7.1",
    level: Level::Must,
    quote: "15 = Precedence cutoff in effect.",
    note: Some(
        "Codes 0 to 5 are of RFC 792, 6 to 12 of RFC 1122 section 3.2.2.1, 13 to 15 of this clause.",
    ),
    check: Check::PduWhere(Protocol::Icmp, is_no_echo, |pdu| unknown(pdu, UNREACHABLE, 15)),
    pass: ip(
        "4500003c00000000400166bf0a0000010a0000020303111d000000004500002000000000401166cb0a0000020a0000019c400007000c70bb70696e67",
    ),
    fail: ip(
        "4500003c00000000400166bf0a0000010a00000203101110000000004500002000000000401166cb0a0000020a0000019c400007000c70bb70696e67",
    ),
};

/// Of redirects there are codes 0 to 3.
pub(in crate::rules) const REDIRECT_CODE: Rule = Rule {
    id: "icmp.redirect.code",
    rfc: 792,
    section: "Redirect Message",
    level: Level::Must,
    quote: "Codes 0, 1, 2, and 3 may be received from a gateway.",
    note: None,
    check: Check::PduWhere(Protocol::Icmp, is_no_echo, |pdu| unknown(pdu, REDIRECT, 3)),
    pass: ip(
        "4500003c00000000400166bf0a0000010a0000020501bc210a0000fe45000020000000004011aeca0a000002c00002019c400007000cb8ba70696e67",
    ),
    fail: ip(
        "4500003c00000000400166bf0a0000010a0000020504bc1e0a0000fe45000020000000004011aeca0a000002c00002019c400007000cb8ba70696e67",
    ),
};

/// Of time exceeded there are codes 0 and 1.
pub(in crate::rules) const TIME_CODE: Rule = Rule {
    id: "icmp.time_exceeded.code",
    rfc: 792,
    section: "Time Exceeded Message",
    level: Level::Must,
    quote: "Code 0 may be received from a gateway. Code 1 may be received from a host.",
    note: None,
    check: Check::PduWhere(Protocol::Icmp, is_no_echo, |pdu| unknown(pdu, TIME_EXCEEDED, 1)),
    pass: ip(
        "4500003c00000000400166bf0a0000010a0000020b00c1200000000045000020000000004011aeca0a000002c00002019c400007000cb8ba70696e67",
    ),
    fail: ip(
        "4500003c00000000400166bf0a0000010a0000020b02c11e0000000045000020000000004011aeca0a000002c00002019c400007000cb8ba70696e67",
    ),
};

/// Of parameter problems there are codes 0 to 2.
pub(in crate::rules) const PARAMETER_CODE: Rule = Rule {
    id: "icmp.parameter_problem.code",
    rfc: 1122,
    section: "3.2.2.5",
    level: Level::Must,
    quote: "Code 1 = required option is missing.",
    note: Some("Code 0 is of RFC 792, code 2 (bad length) of RFC 1108."),
    check: Check::PduWhere(Protocol::Icmp, is_no_echo, |pdu| unknown(pdu, PARAMETER_PROBLEM, 2)),
    pass: ip(
        "4500003c00000000400166bf0a0000010a0000020c000720010000004500002000000000401166cb0a0000020a0000019c400007000c70bb70696e67",
    ),
    fail: ip(
        "4500003c00000000400166bf0a0000010a0000020c03071d010000004500002000000000401166cb0a0000020a0000019c400007000c70bb70696e67",
    ),
};

/// Timestamps, information and address masks are asked for and told with code 0.
pub(in crate::rules) const QUERY_CODE: Rule = Rule {
    id: "icmp.query.code",
    rfc: 792,
    section: "Timestamp or Timestamp Reply Message",
    level: Level::Must,
    quote: "Code 0 may be received from a gateway or a host.",
    note: Some("The same for information messages, and for address masks in RFC 950, appendix I."),
    check: Check::PduWhere(Protocol::Icmp, is_no_echo, query),
    pass: GOOD,
    fail: ip("4500002800000000400166d30a0000020a0000010d0196940007000102625a000000000000000000"),
};

fn query(pdu: &Pdu) -> Option<Fault> {
    let [kind, code, ..] = *pdu.bytes() else { return None };
    let asked = (TIMESTAMP..=ADDRESS_MASK_REQUEST + 1).contains(&kind);
    asked.then(|| Fault::unless_equal(field::CODE, 0, code))?.map(|fault| fault.mended_by(&[0]))
}

/// Routers are asked for and advertised with code 0.
pub(in crate::rules) const ROUTER_CODE: Rule = Rule {
    id: "icmp.router.code",
    rfc: 1256,
    section: "5.2",
    level: Level::Must,
    quote: "ICMP Code is 0.",
    note: Some(
        "Code 16 is a mobility agent's that does not route common traffic (RFC 5944 section 2.1). For \
         solicitations section 4.2 says the same.",
    ),
    check: Check::PduWhere(Protocol::Icmp, is_no_echo, router),
    pass: ip("45000024000000000101cfd70a000001e00000010900e4f4010207080a00000100000000"),
    fail: ip("45000024000000000101cfd70a000001e00000010901e4f3010207080a00000100000000"),
};

fn router(pdu: &Pdu) -> Option<Fault> {
    let [kind, code, ..] = *pdu.bytes() else { return None };
    let routers = matches!(kind, ROUTER_ADVERTISEMENT | ROUTER_SOLICITATION);
    let agent = kind == ROUTER_ADVERTISEMENT && code == 16;
    let fault = (routers && !agent).then(|| Fault::unless_equal(field::CODE, 0, code))??;
    Some(fault.mended_by(&[0]))
}

/// An extended echo request has code 0, its reply one of five.
pub(in crate::rules) const EXTENDED_CODE: Rule = Rule {
    id: "icmp.extended_echo.code",
    rfc: 8335,
    section: "2",
    level: Level::Must,
    quote: "Code: MUST be set to 0 and MUST be ignored upon receipt.",
    note: Some("This clause is on requests; codes 0 to 4 of a reply are in section 3."),
    check: Check::PduWhere(Protocol::Icmp, is_no_echo, extended),
    pass: GOOD,
    fail: ip("4500001c00000000400166df0a0000020a0000012a01d4f600070101"),
};

fn extended(pdu: &Pdu) -> Option<Fault> {
    match *pdu.bytes() {
        [EXTENDED_ECHO_REQUEST, code, ..] => {
            Fault::unless_equal(field::CODE, 0, code).map(|fault| fault.mended_by(&[0]))
        }
        [43, ..] => unknown(pdu, 43, 4),
        _ => None,
    }
}

/// The fault of a code above the last that messages of that type have.
pub(in crate::rules) fn unknown(pdu: &Pdu, kind: u8, last: u8) -> Option<Fault> {
    let [found, code, ..] = *pdu.bytes() else { return None };
    let message = || format!("expected 0 to {last}, found {code}");
    (found == kind && code > last).then(|| Fault::new(field::CODE, message()).warned())
}
