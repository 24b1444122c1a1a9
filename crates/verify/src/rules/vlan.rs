//! Rules on what may stand between an Ethernet header and the protocol that it carries: VLAN tags
//! (RFC 7042, RFC 6325) and the LLC header of an IEEE 802.3 frame (RFC 1042).

use wire::{Pdu, Protocol};

use super::ethernet as frame;
use super::ethernet::short;
use crate::rule::{Check, Example, Fault, Level, Rule};

/// A UDP datagram in VLAN 5.
const GOOD: Example = frame(
    "0200000000010200000000028100000508004500002000000000401166cb0a0000020a0000010fa00007000cfd5b70696e67",
);

/// The control information, in which the last twelve bits are the VLAN.
const TAG: std::ops::Range<usize> = 0..2;

/// There is a whole tag.
pub(super) const HEADER: Rule = Rule {
    id: "vlan.header",
    rfc: 7042,
    section: "3",
    level: Level::Must,
    quote: "A tag in this sense is a prefix whose type is identified by an Ethertype that is then \
            followed by either another tag, an Ethertype, or an LSAP (Link-Layer Service Access Point) \
            protocol indicator for the \"main\" body of the frame, as described below.",
    note: Some("Two octets of control information and the two of what follows."),
    check: Check::Pdu(Protocol::Vlan, |pdu| short(pdu, 4)),
    pass: GOOD,
    fail: frame("0200000000010200000000028100000508"),
};

/// The VLAN is one that may be used.
pub(super) const ID: Rule = Rule {
    id: "vlan.id",
    rfc: 6325,
    section: "4.1.1",
    level: Level::MustNot,
    quote: "VLAN ID zero is the null VLAN identifier and indicates that no VLAN is specified while VLAN \
            ID 0xFFF is reserved.",
    note: Some(
        "So IEEE 802.1Q has it; the next sentence is \"The VLAN ID 0xFFF MUST NOT be used.\"",
    ),
    check: Check::Pdu(Protocol::Vlan, id),
    pass: GOOD,
    fail: frame(
        "02000000000102000000000281000fff08004500002000000000401166cb0a0000020a0000010fa00007000cfd5b70696e67",
    ),
};

fn id(pdu: &Pdu) -> Option<Fault> {
    let id = pdu.word(TAG.start)? & 0x0fff;
    let message = || "expected 0 to 4094, found 4095 (reserved)".to_owned();
    (id == 0x0fff).then(|| Fault::new(TAG, message()))
}

/// There is a whole LLC header, and behind it a whole SNAP header where it announces one.
pub(super) const LLC: Rule = Rule {
    id: "llc.header",
    rfc: 1042,
    section: "Header Format",
    level: Level::Must,
    quote: "The total length of the LLC Header and the SNAP header is 8-octets, making the 802.2 protocol \
            overhead come out on an nice boundary.",
    note: Some("Three octets for LLC alone."),
    check: Check::Pdu(Protocol::Llc, llc),
    pass: frame(
        "0200000000010200000000020028aaaa0300000008004500002000000000401166cb0a0000020a0000010fa00007000cfd5b70696e67",
    ),
    fail: frame("0200000000010200000000020007aaaa0300000008"),
};

fn llc(pdu: &Pdu) -> Option<Fault> {
    let snap = pdu.bytes().starts_with(&[0xaa, 0xaa]);
    short(pdu, if snap { 8 } else { 3 })
}
