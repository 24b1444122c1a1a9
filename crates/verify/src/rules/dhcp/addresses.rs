//! Addresses of clients: who states which, in a field or an option (RFC 2131 tables 4 and 5).

use std::ops::Range;

use wire::dhcp::message::{ACK as ACKNOWLEDGE, DECLINE, DISCOVER as LOOK, INFORM, NAK};
use wire::dhcp::message::{OFFER as PROPOSE, RELEASE, REQUEST as ASK};
use wire::dhcp::{BOOTREQUEST, field, option};

use super::messages::{called, op_of, typed, unwanted, whole};
use super::{Check, DISCOVER, Example, Fault, Level, Link, Pdu, Protocol, REQUEST, Rule, message};

/// A client gives out no addresses.
pub(in crate::rules) const YOUR_ADDRESS: Rule = Rule {
    id: "dhcp.yiaddr",
    rfc: 2131,
    section: "4.4.1",
    level: Level::Must,
    quote: "'yiaddr' 0 0 0",
    note: Some("Table 5, for all messages of clients."),
    check: Check::Pdu(Protocol::Dhcp, your_address),
    pass: REQUEST,
    fail: message!(
        "4500012500000000401179c900000000ffffffff004400430111cad6010106003903f32600008000000000000a000009000000000000000002000000000100000000000000000000",
        "638253633501033d070102000000000132040a00000936040a000001ff"
    ),
};

fn your_address(pdu: &Pdu) -> Option<Fault> {
    let (dhcp, kind) = typed(pdu)?;
    let client = op_of(kind) == Some(BOOTREQUEST);
    zero(pdu, field::YOUR_ADDRESS, kind).filter(|_| client && dhcp.op() == BOOTREQUEST)
}

/// The fault of an address that should be zero.
fn zero(pdu: &Pdu, range: Range<usize>, kind: u8) -> Option<Fault> {
    let found = pdu.get(range.clone()).filter(|found| **found != [0; 4])?;
    let [a, b, c, d] = *found else { return None };
    let message = format!("expected 0.0.0.0 in {}, found {a}.{b}.{c}.{d}", called(kind));
    Some(Fault::new(range, message).mended_by(&[0; 4]))
}

/// Who takes an offer has no address yet.
pub(in crate::rules) const CLIENT_ADDRESS: Rule = Rule {
    id: "dhcp.ciaddr",
    rfc: 2131,
    section: "4.3.2",
    level: Level::Must,
    quote: "Client inserts the address of the selected server in 'server identifier', 'ciaddr' MUST be zero, 'requested IP \
            address' MUST be filled in with the yiaddr value from the chosen DHCPOFFER.",
    note: Some("It takes an offer where there is a server identifier."),
    check: Check::Pdu(Protocol::Dhcp, client_address),
    pass: REQUEST,
    fail: message!(
        "4500012500000000401179c900000000ffffffff004400430111cad6010106003903f326000080000a00000900000000000000000000000002000000000100000000000000000000",
        "638253633501033d070102000000000132040a00000936040a000001ff"
    ),
};

fn client_address(pdu: &Pdu) -> Option<Fault> {
    let (dhcp, kind) = typed(pdu).filter(|(_, kind)| *kind == ASK)?;
    dhcp.option(option::SERVER_IDENTIFIER)?;
    let fault = zero(pdu, field::CLIENT_ADDRESS, kind)?;
    // It may be the server identifier that is too much.
    Some(Fault { edits: Vec::new(), ..fault })
}

/// Who looks for servers has no address yet.
pub(in crate::rules) const DISCOVER_ADDRESS: Rule = Rule {
    id: "dhcp.discover.ciaddr",
    rfc: 2131,
    section: "4.4.1",
    level: Level::Must,
    quote: "The client sets 'ciaddr' to 0x00000000.",
    note: None,
    check: Check::Pdu(Protocol::Dhcp, discover_address),
    pass: DISCOVER,
    fail: message!(
        "4500011900000000401179d500000000ffffffff0044004301054901010106003903f326000080000a00000900000000000000000000000002000000000100000000000000000000",
        "638253633501013d0701020000000001ff"
    ),
};

fn discover_address(pdu: &Pdu) -> Option<Fault> {
    let (_, kind) = typed(pdu).filter(|(_, kind)| *kind == LOOK)?;
    zero(pdu, field::CLIENT_ADDRESS, kind)
}

/// Who takes an offer, or wants its old address back, says which.
pub(in crate::rules) const ADDRESS: Rule = Rule {
    id: "dhcp.requested_address.missing",
    rfc: 2131,
    section: "4.3.2",
    level: Level::Must,
    quote: "Client inserts the address of the selected server in 'server identifier', 'ciaddr' MUST be zero, 'requested IP \
            address' MUST be filled in with the yiaddr value from the chosen DHCPOFFER.",
    note: Some(
        "In state INIT-REBOOT, without server identifier, it must be filled in too; table 5 has it in DHCPDECLINE.",
    ),
    check: Check::Pdu(Protocol::Dhcp, address),
    pass: REQUEST,
    fail: message!(
        "4500012400000000401179ca00000000ffffffff004400430110d0ea010106003903f326000080000000000000000000000000000000000002000000000100000000000000000000",
        "638253633501033d070102000000000136040a0000013703010306ff"
    ),
};

fn address(pdu: &Pdu) -> Option<Fault> {
    let (dhcp, kind, range) = whole(pdu)?;
    let selecting = dhcp.option(option::SERVER_IDENTIFIER).is_some();
    let due = match kind {
        ASK => selecting || dhcp.is_zero(field::CLIENT_ADDRESS),
        DECLINE => true,
        _ => false,
    };
    let missing = due && dhcp.option(option::REQUESTED_ADDRESS).is_none();
    let message = || format!("expected a requested address in {}, found none", called(kind));
    missing.then(|| Fault::new(range, message()))
}

/// Who has an address asks for no other, and servers ask for none.
pub(in crate::rules) const NO_ADDRESS: Rule = Rule {
    id: "dhcp.requested_address",
    rfc: 2131,
    section: "4.3.2",
    level: Level::MustNot,
    quote: "'server identifier' MUST NOT be filled in, 'requested IP address' option MUST NOT be filled in, 'ciaddr' MUST be \
            filled in with client's IP address.",
    note: Some(
        "Known by its ciaddr. Tables 3 and 5 say so of DHCPOFFER, DHCPACK, DHCPNAK, DHCPINFORM and DHCPRELEASE.",
    ),
    check: Check::Pdu(Protocol::Dhcp, no_address),
    pass: message!(
        "4500011e00000000401165c60a0000090a00000100440043010a72e9010106003903f326000000000a00000900000000000000000000000002000000000100000000000000000000",
        "638253633501033d07010200000000013703010306ff"
    ),
    fail: message!(
        "4500012400000000401165c00a0000090a00000100440043011036d0010106003903f326000000000a00000900000000000000000000000002000000000100000000000000000000",
        "638253633501033d070102000000000132040a0000093703010306ff"
    ),
};

fn no_address(pdu: &Pdu) -> Option<Fault> {
    let (dhcp, kind) = typed(pdu)?;
    let renewing = kind == ASK
        && !dhcp.is_zero(field::CLIENT_ADDRESS)
        && dhcp.option(option::SERVER_IDENTIFIER).is_none();
    let without = matches!(kind, PROPOSE | ACKNOWLEDGE | NAK | INFORM | RELEASE);
    // What is cut off may hold the server identifier.
    if !(renewing && pdu.is_whole() || without) {
        return None;
    }
    unwanted(pdu, option::REQUESTED_ADDRESS, "requested address", |_| true)
}
