//! Rules on the Authentication Header (RFC 4302), which IPv4 packets may have as well. Whether its value
//! is right only who has the key can say.

use std::ops::Range;

use wire::{Pdu, Protocol};

use super::extension::ends_inside;
use super::ip;
use crate::rule::{Check, Example, Fault, Level, Rule};

/// A datagram with an authentication value of twelve octets.
const GOOD: Example = ip(
    "600000000024334020010db800000000000000000000000220010db80000000000000000000000011104000000000100000000010000000000000000000000000fa00007000cb5e970696e67",
);

const LENGTH: Range<usize> = 1..2;
const RESERVED: Range<usize> = 2..4;
const SPI: Range<usize> = 4..8;
/// The octets before the authentication value.
const FIXED_LEN: usize = 12;

/// The octets that the header states for itself.
fn stated(pdu: &Pdu) -> Option<usize> {
    pdu.bytes().get(LENGTH.start).map(|words| (usize::from(*words) + 2) * 4)
}

/// The header holds its fields, and the packet the header.
pub(in super::super) const HEADER: Rule = Rule {
    id: "ah.length",
    rfc: 4302,
    section: "2.2",
    level: Level::Must,
    quote: "This 8-bit field specifies the length of AH in 32-bit words (4-byte units), minus \"2\".",
    note: None,
    check: Check::Pdu(Protocol::Authentication, length),
    pass: GOOD,
    fail: ip(
        "600000000024334020010db800000000000000000000000220010db80000000000000000000000011120000000000100000000010000000000000000000000000fa00007000cb5e970696e67",
    ),
};

fn length(pdu: &Pdu) -> Option<Fault> {
    let stated = stated(pdu).unwrap_or(FIXED_LEN);
    if stated < FIXED_LEN {
        let message = format!("expected {FIXED_LEN} octets or more, found {stated}");
        return Some(Fault::new(LENGTH, message));
    }
    ends_inside(pdu, stated)
}

/// In IPv6 the header keeps what follows aligned.
pub(in super::super) const ALIGNED: Rule = Rule {
    id: "ah.length.multiple",
    rfc: 4302,
    section: "2.2",
    level: Level::Must,
    quote: "For IPv6, the total length of the header must be a multiple of 8-octet units.",
    note: None,
    check: Check::Pdu(Protocol::Authentication, aligned),
    pass: GOOD,
    fail: ip(
        "600000000020334020010db800000000000000000000000220010db800000000000000000000000111030000000001000000000100000000000000000fa00007000cb5e970696e67",
    ),
};

fn aligned(pdu: &Pdu) -> Option<Fault> {
    let found = stated(pdu).filter(|octets| octets % 8 != 0)?;
    let six = pdu.network()?.protocol() == Protocol::Ipv6;
    let message = || format!("expected a multiple of 8 octets, found {found}");
    six.then(|| Fault::new(LENGTH, message()))
}

/// What is reserved is zero.
pub(in super::super) const RESERVED_ZERO: Rule = Rule {
    id: "ah.reserved",
    rfc: 4302,
    section: "2.3",
    level: Level::Must,
    quote: "It MUST be set to \"zero\" by the sender, and it SHOULD be ignored by the recipient.",
    note: Some("No edit: the authentication value covers it."),
    check: Check::Pdu(Protocol::Authentication, reserved),
    pass: GOOD,
    fail: ip(
        "600000000024334020010db800000000000000000000000220010db80000000000000000000000011104000100000100000000010000000000000000000000000fa00007000cb5e970696e67",
    ),
};

fn reserved(pdu: &Pdu) -> Option<Fault> {
    let found = pdu.word(RESERVED.start)?;
    Fault::unless_equal(RESERVED, 0, found)
}

/// The security association is one that can be.
pub(in super::super) const ASSOCIATION: Rule = Rule {
    id: "ah.spi",
    rfc: 4302,
    section: "2.4",
    level: Level::MustNot,
    quote: "The SPI value of zero (0) is reserved for local, implementation-specific use and MUST NOT be \
            sent on the wire.",
    note: None,
    check: Check::Pdu(Protocol::Authentication, association),
    pass: GOOD,
    fail: ip(
        "600000000024334020010db800000000000000000000000220010db80000000000000000000000011104000000000000000000010000000000000000000000000fa00007000cb5e970696e67",
    ),
};

fn association(pdu: &Pdu) -> Option<Fault> {
    let zero = pdu.get(SPI)? == [0; 4];
    zero.then(|| Fault::new(SPI, "expected 1 or more, found 0".to_owned()))
}
