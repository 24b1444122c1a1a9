//! Rules on one entry of an MPLS label stack (RFC 3032).

use std::ops::Range;

use wire::{Pdu, Protocol};

use super::ethernet as frame;
use super::ethernet::short;
use crate::rule::{Check, Example, Fault, Level, Rule};

/// A UDP datagram under two labels.
const GOOD: Example = frame(
    "020000000001020000000002884700064040000c81404500002000000000401166cb0a0000020a0000010fa00007000cfd5b70696e67",
);

const LABEL: Range<usize> = 0..3;
const BOTTOM_BIT: Range<usize> = 2..3;
const TTL: Range<usize> = 3..4;
/// A router is to look at the packet.
const ROUTER_ALERT: u32 = 1;
/// "Pop the label", said in signalling.
const IMPLICIT_NULL: u32 = 3;

/// There is a whole entry.
pub(super) const HEADER: Rule = Rule {
    id: "mpls.header",
    rfc: 3032,
    section: "2.1",
    level: Level::Must,
    quote: "The label stack is represented as a sequence of \"label stack entries\". Each label stack entry is represented by 4 octets.",
    note: None,
    check: Check::Pdu(Protocol::Mpls, |pdu| short(pdu, 4).filter(|_| pdu.room() > 0)),
    pass: GOOD,
    fail: frame("0200000000010200000000028847000640400000"),
};

/// An entry that is not the last has another under it.
pub(super) const BOTTOM: Rule = Rule {
    id: "mpls.bottom",
    rfc: 3032,
    section: "2.1",
    level: Level::Must,
    quote: "This bit is set to one for the last entry in the label stack (i.e., for the bottom of the \
            stack), and zero for all other label stack entries.",
    note: None,
    check: Check::Pdu(Protocol::Mpls, bottom),
    pass: GOOD,
    fail: frame("020000000001020000000002884700064040"),
};

fn bottom(pdu: &Pdu) -> Option<Fault> {
    let third = pdu.bytes().get(BOTTOM_BIT.start).filter(|third| **third & 1 == 0)?;
    let message = || "expected the bit of the bottom of the stack, found none".to_owned();
    (pdu.room() == 4).then(|| Fault::new(BOTTOM_BIT, message()).mended_by(&[third | 1]))
}

/// The label that is not written is not there.
pub(super) const NULL: Rule = Rule {
    id: "mpls.implicit_null",
    rfc: 3032,
    section: "2.1",
    level: Level::MustNot,
    quote: "This is a label that an LSR may assign and distribute, but which never actually appears in \
            the encapsulation.",
    note: None,
    check: Check::Pdu(Protocol::Mpls, implicit_null),
    pass: GOOD,
    fail: frame(
        "0200000000010200000000028847000031404500002000000000401166cb0a0000020a0000010fa00007000cfd5b70696e67",
    ),
};

fn implicit_null(pdu: &Pdu) -> Option<Fault> {
    let message = || "expected another label, found 3 (implicit null)".to_owned();
    (label(pdu)? == IMPLICIT_NULL).then(|| Fault::new(LABEL, message()))
}

/// A router alert has a label under it.
pub(super) const ALERT: Rule = Rule {
    id: "mpls.router_alert",
    rfc: 3032,
    section: "2.1",
    level: Level::MustNot,
    quote: "This label value is legal anywhere in the label stack except at the bottom.",
    note: None,
    check: Check::Pdu(Protocol::Mpls, router_alert),
    pass: GOOD,
    fail: frame(
        "0200000000010200000000028847000011404500002000000000401166cb0a0000020a0000010fa00007000cfd5b70696e67",
    ),
};

fn router_alert(pdu: &Pdu) -> Option<Fault> {
    let bottom = pdu.bytes().get(BOTTOM_BIT.start)? & 1 == 1;
    let message = || "expected a label under 1 (router alert), found the bottom".to_owned();
    (bottom && label(pdu)? == ROUTER_ALERT).then(|| Fault::new(LABEL, message()))
}

/// What has no time to live left is not forwarded.
pub(super) const OUTLIVED: Rule = Rule {
    id: "mpls.ttl",
    rfc: 3032,
    section: "2.4.2",
    level: Level::MustNot,
    quote: "If the outgoing TTL of a labeled packet is 0, then the labeled packet MUST NOT be further \
            forwarded; nor may the label stack be stripped off and the packet forwarded as an unlabeled \
            packet.",
    note: Some("Only that of the topmost entry counts (section 2.4.2)."),
    check: Check::Pdu(Protocol::Mpls, ttl),
    pass: GOOD,
    fail: frame(
        "0200000000010200000000028847000641004500002000000000401166cb0a0000020a0000010fa00007000cfd5b70696e67",
    ),
};

fn ttl(pdu: &Pdu) -> Option<Fault> {
    let outlived = *pdu.bytes().get(TTL.start)? == 0;
    let top = || pdu.around().is_none_or(|around| around.protocol() != Protocol::Mpls);
    let message = || "expected 1 or more, found 0".to_owned();
    (outlived && top()).then(|| Fault::new(TTL, message()))
}

fn label(pdu: &Pdu) -> Option<u32> {
    let [a, b, c, _] = *pdu.bytes().first_chunk()?;
    Some(u32::from_be_bytes([0, a, b, c]) >> 4)
}
