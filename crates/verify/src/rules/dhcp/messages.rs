//! The message type, and what goes by it (RFC 2131 tables 3 to 5).

use std::ops::Range;

use wire::dhcp::message::{ACK as ACKNOWLEDGE, DECLINE, DISCOVER as LOOK, INFORM, NAK, name};
use wire::dhcp::message::{OFFER as PROPOSE, RELEASE, REQUEST as ASK};
use wire::dhcp::{BOOTREPLY, BOOTREQUEST, field, option};

use super::fields::expected_op;
use super::{
    ACK, Check, DISCOVER, Dhcp, Example, Fault, Level, Link, OFFER, Pdu, Protocol, Rule, complete,
    message,
};

/// The operation that goes with a message type; later RFCs leave it open for some of theirs.
pub(super) fn op_of(kind: u8) -> Option<u8> {
    match kind {
        LOOK | ASK | DECLINE | RELEASE | INFORM => Some(BOOTREQUEST),
        PROPOSE | ACKNOWLEDGE | NAK => Some(BOOTREPLY),
        _ => None,
    }
}

/// The message as far as it is here, with its type.
pub(super) fn typed<'p>(pdu: &Pdu<'p>) -> Option<(Dhcp<'p>, u8)> {
    let dhcp = Dhcp::new(pdu.bytes())?;
    Some((dhcp, dhcp.message_type()?))
}

/// The message as a whole, with its type and where that stands.
pub(super) fn whole<'p>(pdu: &Pdu<'p>) -> Option<(Dhcp<'p>, u8, Range<usize>)> {
    let dhcp = complete(pdu)?;
    Some((dhcp, dhcp.message_type()?, dhcp.option(option::MESSAGE_TYPE)?.range))
}

pub(super) fn called(kind: u8) -> &'static str {
    name(kind).unwrap_or("a message")
}

/// The fault of an option that messages of those types have not.
pub(super) fn unwanted(pdu: &Pdu, code: u8, what: &str, kinds: fn(u8) -> bool) -> Option<Fault> {
    let (dhcp, kind) = typed(pdu).filter(|(_, kind)| kinds(*kind))?;
    let found = dhcp.option(code)?;
    let message = format!("expected no {what} in {}, found one", called(kind));
    Some(Fault::new(found.range, message))
}

/// There is a message type.
pub(in crate::rules) const TYPE: Rule = Rule {
    id: "dhcp.type.missing",
    rfc: 2131,
    section: "3",
    level: Level::May,
    quote: "One particular option - the \"DHCP message type\" option - must be included in every DHCP message.",
    note: Some("Without it the message is one of BOOTP, which is legal."),
    check: Check::Pdu(Protocol::Dhcp, kind),
    pass: DISCOVER,
    fail: message!(
        "4500011000000000401179de00000000ffffffff0044004300fc1c5d010106003903f326000080000000000000000000000000000000000002000000000100000000000000000000",
        "638253630c0168ff"
    ),
};

fn kind(pdu: &Pdu) -> Option<Fault> {
    let dhcp = complete(pdu).filter(|dhcp| dhcp.option(option::MESSAGE_TYPE).is_none())?;
    // All zeros after the cookie are BOOTP's, without doubt.
    dhcp.options().next()?;
    Some(Fault::new(field::COOKIE, "expected a message type, found none (BOOTP)".to_owned()))
}

/// The message type is one in use.
pub(in crate::rules) const KNOWN: Rule = Rule {
    id: "dhcp.type",
    rfc: 2132,
    section: "9.6",
    level: Level::May,
    quote: "This option is used to convey the type of the DHCP message.",
    note: Some("In use are 1 to 8, and 9 to 18 by later RFCs (3203, 4388, 6926, 7724)."),
    check: Check::Pdu(Protocol::Dhcp, known),
    pass: DISCOVER,
    fail: message!(
        "4500011900000000401179d500000000ffffffff004400430105f109010106003903f326000080000000000000000000000000000000000002000000000100000000000000000000",
        "638253633501633d0701020000000001ff"
    ),
};

fn known(pdu: &Pdu) -> Option<Fault> {
    let (dhcp, found) = typed(pdu).filter(|(_, kind)| name(*kind).is_none())?;
    let range = dhcp.option(option::MESSAGE_TYPE)?.data_range();
    Some(Fault::new(range, format!("expected 1 to 18, found {found}")))
}

/// The operation goes by the message type.
pub(in crate::rules) const TYPE_OP: Rule = Rule {
    id: "dhcp.type.op",
    rfc: 2131,
    section: "3",
    level: Level::Must,
    quote: "The 'op' field of each DHCP message sent from a client to a server contains BOOTREQUEST. BOOTREPLY is used in \
            the 'op' field of each DHCP message sent from a server to a client.",
    note: Some("Who sends which message is in table 2."),
    check: Check::Pdu(Protocol::Dhcp, type_op),
    pass: OFFER,
    fail: message!(
        "4500012200000000401165c60a0000010a00000500430043010e12a5010106003903f32600008000000000000a000009000000000a00000502000000000100000000000000000000",
        "6382536335010236040a000001330400000e100104ffffff00ff"
    ),
};

fn type_op(pdu: &Pdu) -> Option<Fault> {
    let (dhcp, kind) = typed(pdu).filter(|(dhcp, _)| matches!(dhcp.op(), 1 | 2))?;
    let (expected, found) = (op_of(kind)?, dhcp.op());
    let message = || format!("expected {expected} in {}, found {found}", called(kind));
    let fault = || Fault::new(field::OP, message());
    let mended = || expected_op(pdu).map_or(fault(), |op| fault().mended_by(&[op]));
    (expected != found).then(mended)
}

/// A server has no wishes.
pub(in crate::rules) const WISHES: Rule = Rule {
    id: "dhcp.reply.wishes",
    rfc: 2131,
    section: "4.3.1",
    level: Level::MustNot,
    quote: "Parameter request list MUST NOT MUST NOT MUST NOT",
    note: Some("Table 3, which says so of the maximum message size too."),
    check: Check::Pdu(Protocol::Dhcp, wishes),
    pass: ACK,
    fail: message!(
        "450001210000000040116fcc0a000001ffffffff00430044010d2370020106003903f32600008000000000000a000009000000000000000002000000000100000000000000000000",
        "6382536335010536040a000001330400000e103703010306ff"
    ),
};

fn wishes(pdu: &Pdu) -> Option<Fault> {
    let servers = |kind| matches!(kind, PROPOSE | ACKNOWLEDGE | NAK);
    unwanted(pdu, option::PARAMETER_REQUEST_LIST, "parameter request list", servers)
        .or_else(|| unwanted(pdu, option::MAXIMUM_SIZE, "maximum message size", servers))
}
