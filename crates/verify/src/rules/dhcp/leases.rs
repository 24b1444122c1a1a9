//! Lease times and server identifiers: who states them (RFC 2131 tables 3 and 5).

use wire::dhcp::message::{ACK as ACKNOWLEDGE, DECLINE, DISCOVER as LOOK, INFORM, NAK};
use wire::dhcp::message::{OFFER as PROPOSE, RELEASE};
use wire::dhcp::{field, option};

use super::messages::{called, typed, unwanted, whole};
use super::{
    ACK, Check, DISCOVER, Example, Fault, Level, Link, OFFER, Pdu, Protocol, Rule, message,
};

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
