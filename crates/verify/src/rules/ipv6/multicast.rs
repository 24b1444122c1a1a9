//! Rules on the scope and the flags of the group an IPv6 packet goes to (RFC 4291 section 2.7).

use wire::ipv6::field;
use wire::{Pdu, Protocol};

use super::address::leaves_node;
use super::{ethernet, ip};
use crate::rule::{Check, Example, Fault, Level, Rule};

/// A UDP datagram to a group of global scope.
const GOOD: Example = ip(
    "60000000000c114020010db8000000000000000000000002ff0e00000000000000000000000100020fa00007000ce49170696e67",
);

/// The octet with the flags in its high and the scope in its low half.
const FLAGS_SCOPE: std::ops::Range<usize> =
    field::DESTINATION.start + 1..field::DESTINATION.start + 2;
/// The address has no permanent assignment.
const T: u8 = 0x10;
/// It holds a prefix of the network.
const P: u8 = 0x20;
/// It holds the address of the rendezvous point.
const R: u8 = 0x40;
const RESERVED: u8 = 0x80;

/// Flags and scope, where the packet goes to a group.
fn flags_scope(pdu: &Pdu) -> Option<u8> {
    let [0xff, octet] = *pdu.get(field::DESTINATION.start..FLAGS_SCOPE.end)? else { return None };
    Some(octet)
}

/// The scope is not 0.
pub(in super::super) const SCOPE: Rule = Rule {
    id: "ipv6.destination.scope",
    rfc: 4291,
    section: "2.7",
    level: Level::MustNot,
    quote: "Nodes must not originate a packet to a multicast address whose scop field contains the \
            reserved value 0; if such a packet is received, it must be silently dropped.",
    note: None,
    check: Check::Pdu(Protocol::Ipv6, scope),
    pass: GOOD,
    fail: ip(
        "60000000000c114020010db8000000000000000000000002ff0000000000000000000000000100020fa00007000ce49f70696e67",
    ),
};

fn scope(pdu: &Pdu) -> Option<Fault> {
    flags_scope(pdu).filter(|octet| octet & 0x0f == 0)?;
    Some(Fault::new(FLAGS_SCOPE, "expected a scope of 1 to 14, found 0 (reserved)".to_owned()))
}

/// The scope is not 15.
pub(in super::super) const SCOPE_RESERVED: Rule = Rule {
    id: "ipv6.destination.scope.reserved",
    rfc: 4291,
    section: "2.7",
    level: Level::ShouldNot,
    quote: "Nodes should not originate a packet to a multicast address whose scop field contains the \
            reserved value F; if such a packet is sent or received, it must be treated the same as \
            packets destined to a global (scop E) multicast address.",
    note: None,
    check: Check::Pdu(Protocol::Ipv6, scope_reserved),
    pass: GOOD,
    fail: ip(
        "60000000000c114020010db8000000000000000000000002ff0f00000000000000000000000100020fa00007000ce49070696e67",
    ),
};

fn scope_reserved(pdu: &Pdu) -> Option<Fault> {
    flags_scope(pdu).filter(|octet| octet & 0x0f == 0x0f)?;
    Some(Fault::new(FLAGS_SCOPE, "expected a scope of 1 to 14, found 15 (reserved)".to_owned()))
}

/// What is for one interface does not leave it.
pub(in super::super) const SCOPE_INTERFACE: Rule = Rule {
    id: "ipv6.destination.scope.interface",
    rfc: 4291,
    section: "2.7",
    level: Level::ShouldNot,
    quote: "Interface-Local scope spans only a single interface on a node and is useful only for loopback \
            transmission of multicast.",
    note: Some("Judged on links that join nodes only."),
    check: Check::Pdu(Protocol::Ipv6, scope_interface),
    pass: ethernet(
        "33330001000202000000000286dd60000000000c114020010db8000000000000000000000002ff0e00000000000000000000000100020fa00007000ce49170696e67",
    ),
    fail: ethernet(
        "33330001000202000000000286dd60000000000c114020010db8000000000000000000000002ff0100000000000000000000000100020fa00007000ce49e70696e67",
    ),
};

fn scope_interface(pdu: &Pdu) -> Option<Fault> {
    flags_scope(pdu).filter(|octet| octet & 0x0f == 1 && leaves_node(pdu))?;
    let message = "expected a scope of 2 or more, found 1 (interface-local)".to_owned();
    Some(Fault::new(FLAGS_SCOPE, message))
}

/// The reserved flag is clear.
pub(in super::super) const FLAG_RESERVED: Rule = Rule {
    id: "ipv6.destination.flags",
    rfc: 4291,
    section: "2.7",
    level: Level::Must,
    quote: "The high-order flag is reserved, and must be initialized to 0.",
    note: Some("RFC 7371 would have it given a meaning one day: a warning."),
    check: Check::Pdu(Protocol::Ipv6, flag_reserved),
    pass: GOOD,
    fail: ip(
        "60000000000c114020010db8000000000000000000000002ff8e00000000000000000000000100020fa00007000ce41170696e67",
    ),
};

fn flag_reserved(pdu: &Pdu) -> Option<Fault> {
    flags_scope(pdu).filter(|octet| octet & RESERVED != 0)?;
    let message = "expected a reserved flag of 0, found 1".to_owned();
    Some(Fault::new(FLAGS_SCOPE, message).warned())
}

/// A group with a prefix in it has no permanent assignment.
pub(in super::super) const FLAG_PREFIX: Rule = Rule {
    id: "ipv6.destination.flags.prefix",
    rfc: 3306,
    section: "4",
    level: Level::Must,
    quote: "If P = 1, T MUST be set to 1, otherwise the setting of the T bit is defined in Section 2.7 of \
            [ADDRARCH].",
    note: None,
    check: Check::Pdu(Protocol::Ipv6, flag_prefix),
    pass: GOOD,
    fail: ip(
        "60000000000c114020010db8000000000000000000000002ff2e00000000000000000000000100020fa00007000ce47170696e67",
    ),
};

fn flag_prefix(pdu: &Pdu) -> Option<Fault> {
    flags_scope(pdu).filter(|octet| octet & (P | T) == P)?;
    Some(Fault::new(FLAGS_SCOPE, "expected T with P, found P alone".to_owned()))
}

/// A group with a rendezvous point in it has the rest of it too.
pub(in super::super) const FLAG_RENDEZVOUS: Rule = Rule {
    id: "ipv6.destination.flags.rendezvous",
    rfc: 3956,
    section: "3",
    level: Level::Must,
    quote: "Then P MUST be set to 1, and consequently T MUST be set to 1, as specified in [RFC3306].",
    note: None,
    check: Check::Pdu(Protocol::Ipv6, flag_rendezvous),
    pass: GOOD,
    fail: ip(
        "60000000000c114020010db8000000000000000000000002ff5e00000000000000000000000100020fa00007000ce44170696e67",
    ),
};

fn flag_rendezvous(pdu: &Pdu) -> Option<Fault> {
    // With the reserved flag set, what R means is open.
    flags_scope(pdu).filter(|octet| octet & (RESERVED | R | P) == R)?;
    Some(Fault::new(FLAGS_SCOPE, "expected P and T with R, found no P".to_owned()))
}
