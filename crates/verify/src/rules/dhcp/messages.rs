//! What a message of its type has and has not (RFC 2131 tables 3, 4 and 5).

use std::ops::Range;

use wire::dhcp::message::{ACK as ACKNOWLEDGE, DECLINE, DISCOVER as LOOK, INFORM, NAK, name};
use wire::dhcp::message::{OFFER as PROPOSE, RELEASE, REQUEST as ASK};
use wire::dhcp::{BOOTREPLY, BOOTREQUEST, field, option};

use super::fields::expected_op;
use super::{
    ACK, Check, DISCOVER, Dhcp, Example, Fault, Level, Link, OFFER, Pdu, Protocol, REQUEST, Rule,
    complete, message,
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
fn typed<'p>(pdu: &Pdu<'p>) -> Option<(Dhcp<'p>, u8)> {
    let dhcp = Dhcp::new(pdu.bytes())?;
    Some((dhcp, dhcp.message_type()?))
}

/// The message as a whole, with its type and where that stands.
fn whole<'p>(pdu: &Pdu<'p>) -> Option<(Dhcp<'p>, u8, Range<usize>)> {
    let dhcp = complete(pdu)?;
    Some((dhcp, dhcp.message_type()?, dhcp.option(option::MESSAGE_TYPE)?.range))
}

fn called(kind: u8) -> &'static str {
    name(kind).unwrap_or("a message")
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

/// An offer has a lease time.
pub(in crate::rules) const LEASE: Rule = Rule {
    id: "dhcp.lease_time.missing",
    rfc: 2131,
    section: "4.3.1",
    level: Level::Must,
    quote: "IP address lease time MUST MUST (DHCPREQUEST) MUST NOT",
    note: Some(
        "The columns of table 3 are DHCPOFFER, DHCPACK, DHCPNAK. Offers of no address, as for boot servers or with \
         RFC 8925, are let be; DHCPACK is only warned of, as it may answer DHCPINFORM.",
    ),
    check: Check::Pdu(Protocol::Dhcp, lease),
    pass: OFFER,
    fail: message!(
        "4500011c0000000040116fd10a000001ffffffff00430044010839fb020106003903f32600008000000000000a000009000000000000000002000000000100000000000000000000",
        "6382536335010236040a0000010104ffffff00ff"
    ),
};

fn lease(pdu: &Pdu) -> Option<Fault> {
    let (dhcp, kind, range) = whole(pdu)?;
    let due = matches!(kind, PROPOSE | ACKNOWLEDGE) && !dhcp.is_zero(field::YOUR_ADDRESS);
    if !due || dhcp.option(option::LEASE_TIME).is_some() {
        return None;
    }
    let fault = Fault::new(range, format!("expected a lease time in {}, found none", called(kind)));
    Some(if kind == ACKNOWLEDGE { fault.warned() } else { fault })
}

/// Who grants or wants no lease states no lease time.
pub(in crate::rules) const NO_LEASE: Rule = Rule {
    id: "dhcp.lease_time",
    rfc: 2131,
    section: "4.3.1",
    level: Level::MustNot,
    quote: "IP address lease time MUST MUST (DHCPREQUEST) MUST NOT",
    note: Some(
        "The last column is DHCPNAK; table 5 says so of DHCPDECLINE, DHCPRELEASE and DHCPINFORM.",
    ),
    check: Check::Pdu(Protocol::Dhcp, no_lease),
    pass: message!(
        "4500011a0000000040116fd30a000001ffffffff004300440106d361020106003903f326000080000000000000000000000000000000000002000000000100000000000000000000",
        "6382536335010636040a00000138026e6fff"
    ),
    fail: message!(
        "4500011c0000000040116fd10a000001ffffffff00430044010830c3020106003903f326000080000000000000000000000000000000000002000000000100000000000000000000",
        "6382536335010636040a000001330400000e10ff"
    ),
};

fn no_lease(pdu: &Pdu) -> Option<Fault> {
    unwanted(pdu, option::LEASE_TIME, "lease time", |kind| {
        matches!(kind, NAK | DECLINE | RELEASE | INFORM)
    })
}

/// The fault of an option that messages of those types have not.
fn unwanted(pdu: &Pdu, code: u8, what: &str, kinds: fn(u8) -> bool) -> Option<Fault> {
    let (dhcp, kind) = typed(pdu).filter(|(_, kind)| kinds(*kind))?;
    let found = dhcp.option(code)?;
    let message = format!("expected no {what} in {}, found one", called(kind));
    Some(Fault::new(found.range, message))
}

/// A server says which it is, and a client which it means.
pub(in crate::rules) const SERVER: Rule = Rule {
    id: "dhcp.server_identifier.missing",
    rfc: 2131,
    section: "4.3.1",
    level: Level::Must,
    quote: "Server identifier MUST MUST MUST",
    note: Some(
        "Table 3: DHCPOFFER, DHCPACK, DHCPNAK; table 5 says so of DHCPDECLINE and DHCPRELEASE. For DHCPACK and DHCPNAK \
         RFC 2132 section 9.7 makes it optional: they are only warned of.",
    ),
    check: Check::Pdu(Protocol::Dhcp, server),
    pass: OFFER,
    fail: message!(
        "4500011c0000000040116fd10a000001ffffffff0043004401082afa020106003903f32600008000000000000a000009000000000000000002000000000100000000000000000000",
        "63825363350102330400000e100104ffffff00ff"
    ),
};

fn server(pdu: &Pdu) -> Option<Fault> {
    let (dhcp, kind, range) = whole(pdu)?;
    let due = matches!(kind, PROPOSE | ACKNOWLEDGE | NAK | DECLINE | RELEASE);
    if !due || dhcp.option(option::SERVER_IDENTIFIER).is_some() {
        return None;
    }
    let message = format!("expected a server identifier in {}, found none", called(kind));
    let fault = Fault::new(range, message);
    Some(if matches!(kind, ACKNOWLEDGE | NAK) { fault.warned() } else { fault })
}

/// Who looks for servers means none.
pub(in crate::rules) const NO_SERVER: Rule = Rule {
    id: "dhcp.server_identifier",
    rfc: 2131,
    section: "4.4.1",
    level: Level::MustNot,
    quote: "Server identifier MUST NOT",
    note: Some("The first column of table 5: DHCPDISCOVER, DHCPINFORM."),
    check: Check::Pdu(Protocol::Dhcp, no_server),
    pass: DISCOVER,
    fail: message!(
        "4500011f00000000401179cf00000000ffffffff00440043010b12f9010106003903f326000080000000000000000000000000000000000002000000000100000000000000000000",
        "638253633501013d070102000000000136040a000001ff"
    ),
};

fn no_server(pdu: &Pdu) -> Option<Fault> {
    unwanted(pdu, option::SERVER_IDENTIFIER, "server identifier", |kind| {
        matches!(kind, LOOK | INFORM)
    })
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

/// T1 is before T2, and T2 before the end of the lease.
pub(in crate::rules) const TIMES: Rule = Rule {
    id: "dhcp.times",
    rfc: 2131,
    section: "4.4.5",
    level: Level::Must,
    quote: "T1 MUST be earlier than T2, which, in turn, MUST be earlier than the time at which the client's lease will \
            expire.",
    note: Some("Said of the client, which goes by its own times where these cannot be: a warning."),
    check: Check::Pdu(Protocol::Dhcp, times),
    pass: ACK,
    fail: message!(
        "450001280000000040116fc50a000001ffffffff0043004401146721020106003903f32600008000000000000a000009000000000000000002000000000100000000000000000000",
        "6382536335010536040a000001330400000e103a04000007083b04000004b0ff"
    ),
};

fn times(pdu: &Pdu) -> Option<Fault> {
    let (dhcp, _) = typed(pdu).filter(|(_, kind)| matches!(*kind, PROPOSE | ACKNOWLEDGE))?;
    let time = |code| dhcp.value(code).map(u32::from_be_bytes);
    let (lease, t1) = (time(option::LEASE_TIME), time(option::RENEWAL_TIME));
    let t2 = time(option::REBINDING_TIME);
    let wrong = |code, what: &str, found: u32, end: u32| {
        let range = dhcp.option(code)?.data_range();
        let message = format!("expected less than {what} {end}, found {found}");
        Some(Fault::new(range, message).warned())
    };
    match (t1, t2, lease) {
        (Some(t1), Some(t2), _) if t1 >= t2 => wrong(option::RENEWAL_TIME, "T2", t1, t2),
        (_, Some(t2), Some(lease)) if t2 >= lease && lease != u32::MAX => {
            wrong(option::REBINDING_TIME, "the lease time", t2, lease)
        }
        (Some(t1), None, Some(lease)) if t1 >= lease && lease != u32::MAX => {
            wrong(option::RENEWAL_TIME, "the lease time", t1, lease)
        }
        _ => None,
    }
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
