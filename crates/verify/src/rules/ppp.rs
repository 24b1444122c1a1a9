//! Rules on PPP and on PPPoE (RFC 1661, RFC 2516).

use std::ops::Range;

use wire::{Link, Pdu, Protocol};

use super::ethernet as frame;
use super::ethernet::short;
use crate::rule::{Check, Example, Fault, Level, Rule};

/// A UDP datagram over a serial line.
const PPP: Example =
    ppp("ff0300214500002000000000401166cb0a0000020a0000010fa00007000cfd5b70696e67");
/// The same in session 1 of PPPoE.
const SESSION: Example = frame(
    "020000000001020000000002886411000001002200214500002000000000401166cb0a0000020a0000010fa00007000cfd5b70696e67",
);

const VERSION_TYPE: Range<usize> = 0..1;
const SESSION_ID: Range<usize> = 2..4;
const LENGTH: Range<usize> = 4..6;
/// The octets of a PPPoE header.
const HEADER_LEN: usize = 6;
/// The code of a PADI, by which a host looks for access concentrators.
const PADI: u8 = 9;

const fn ppp(frame: &'static str) -> Example {
    Example::Packet(Link::Ppp, frame)
}

/// There is a protocol number, and it is odd.
pub(super) const PROTOCOL: Rule = Rule {
    id: "ppp.protocol",
    rfc: 1661,
    section: "2",
    level: Level::Must,
    quote: "All Protocols MUST be odd; the least significant bit of the least significant octet MUST \
            equal \"1\".",
    note: None,
    check: Check::Pdu(Protocol::Ppp, protocol),
    pass: PPP,
    fail: ppp("ff0300224500002000000000401166cb0a0000020a0000010fa00007000cfd5b70696e67"),
};

fn protocol(pdu: &Pdu) -> Option<Fault> {
    let start = if pdu.bytes().starts_with(&[0xff, 3]) { 2 } else { 0 };
    let number = pdu.bytes().get(start..).unwrap_or_default();
    match *number {
        // One octet is the whole number where it is odd (section 6.5).
        [first, ..] if first & 1 == 1 => None,
        [_, second, ..] if second & 1 == 1 => None,
        [first, second, ..] => {
            let message = format!("expected an odd number, found 0x{first:02x}{second:02x}");
            Some(Fault::new(start..start + 2, message))
        }
        _ => short(pdu, start + 2),
    }
}

/// There is a whole header.
pub(super) const PPPOE_HEADER: Rule = Rule {
    id: "pppoe.header",
    rfc: 2516,
    section: "4",
    level: Level::Must,
    quote: "The VER field is four bits and MUST be set to 0x1 for this version of the PPPoE \
            specification.",
    note: Some("Version, type, code, session and length: six octets."),
    check: Check::Pdu(Protocol::Pppoe, |pdu| short(pdu, HEADER_LEN)),
    pass: SESSION,
    fail: frame("02000000000102000000000288641100000100"),
};

/// The version is 1.
pub(super) const PPPOE_VERSION: Rule = Rule {
    id: "pppoe.version",
    rfc: 2516,
    section: "4",
    level: Level::Must,
    quote: "The VER field is four bits and MUST be set to 0x1 for this version of the PPPoE \
            specification.",
    note: None,
    check: Check::Pdu(Protocol::Pppoe, version),
    pass: SESSION,
    fail: frame(
        "020000000001020000000002886421000001002200214500002000000000401166cb0a0000020a0000010fa00007000cfd5b70696e67",
    ),
};

fn version(pdu: &Pdu) -> Option<Fault> {
    let first = *pdu.bytes().first()?;
    let fault = Fault::unless_equal(VERSION_TYPE, 1, first >> 4)?;
    Some(fault.mended_by(&[0x10 | first & 0x0f]))
}

/// The type is 1.
pub(super) const PPPOE_TYPE: Rule = Rule {
    id: "pppoe.type",
    rfc: 2516,
    section: "4",
    level: Level::Must,
    quote: "The TYPE field is four bits and MUST be set to 0x1 for this version of the PPPoE \
            specification.",
    note: None,
    check: Check::Pdu(Protocol::Pppoe, kind),
    pass: SESSION,
    fail: frame(
        "020000000001020000000002886412000001002200214500002000000000401166cb0a0000020a0000010fa00007000cfd5b70696e67",
    ),
};

fn kind(pdu: &Pdu) -> Option<Fault> {
    let first = *pdu.bytes().first()?;
    let fault = Fault::unless_equal(VERSION_TYPE, 1, first & 0x0f)?;
    Some(fault.mended_by(&[first & 0xf0 | 1]))
}

/// The frame holds the length.
pub(super) const PPPOE_LENGTH: Rule = Rule {
    id: "pppoe.length",
    rfc: 2516,
    section: "4",
    level: Level::Must,
    quote: "The value, in network byte order, indicates the length of the PPPoE payload.",
    note: Some("Less than the frame holds is allowed: the rest is padding."),
    check: Check::Pdu(Protocol::Pppoe, length),
    pass: SESSION,
    fail: frame(
        "020000000001020000000002886411000001002800214500002000000000401166cb0a0000020a0000010fa00007000cfd5b70696e67",
    ),
};

fn length(pdu: &Pdu) -> Option<Fault> {
    let found = usize::from(pdu.word(LENGTH.start)?);
    let most = pdu.room().saturating_sub(HEADER_LEN);
    let message = || format!("expected {most} or less, found {found}");
    (found > most && !pdu.is_fragment()).then(|| Fault::new(LENGTH, message()))
}

/// The session is one that can be.
pub(super) const PPPOE_SESSION: Rule = Rule {
    id: "pppoe.session",
    rfc: 2516,
    section: "4",
    level: Level::MustNot,
    quote: "A value of 0xffff is reserved for future use and MUST NOT be used",
    note: None,
    check: Check::Pdu(Protocol::Pppoe, session),
    pass: SESSION,
    fail: frame(
        "02000000000102000000000288641100ffff002200214500002000000000401166cb0a0000020a0000010fa00007000cfd5b70696e67",
    ),
};

fn session(pdu: &Pdu) -> Option<Fault> {
    let reserved = pdu.word(SESSION_ID.start)? == 0xffff;
    let message = || "expected 0x0000 to 0xfffe, found 0xffff (reserved)".to_owned();
    reserved.then(|| Fault::new(SESSION_ID, message()))
}

/// Who looks for a session has none yet.
pub(super) const PPPOE_PADI: Rule = Rule {
    id: "pppoe.padi",
    rfc: 2516,
    section: "5.1",
    level: Level::Must,
    quote: "The CODE field is set to 0x09 and the SESSION_ID MUST be set to 0x0000.",
    note: None,
    check: Check::Pdu(Protocol::Pppoe, padi),
    pass: frame("ffffffffffff020000000002886311090000000401010000"),
    fail: frame("ffffffffffff020000000002886311090001000401010000"),
};

fn padi(pdu: &Pdu) -> Option<Fault> {
    if *pdu.bytes().get(1)? != PADI {
        return None;
    }
    let found = pdu.word(SESSION_ID.start).filter(|id| !matches!(id, 0 | 0xffff))?;
    let message = format!("expected 0x0000, found 0x{found:04x}");
    Some(Fault::new(SESSION_ID, message).mended_by(&[0, 0]))
}
