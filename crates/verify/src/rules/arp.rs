//! Rules on one ARP packet (RFC 826, RFC 5227, RFC 5494, RFC 1812 section 3.3.2).
//!
//! Announcements and replies nobody asked for are as good as any other: RFC 826 has receivers look at
//! the sender before they look at the operation.

use wire::arp::{End, REQUEST, field};
use wire::protocol::ethertype;
use wire::{Arp, Mac, Pdu, Protocol};

use super::ethernet as frame;
use crate::rule::{Check, Example, Fault, Level, Rule};

pub(super) mod reply;

/// Who has 10.0.0.1? Padded.
const ASKED: Example = frame(
    "ffffffffffff020000000002080600010800060400010200000000020a0000020000000000000a000001000000000000000000000000000000000000",
);
/// 10.0.0.2 is here.
const ANSWERED: Example =
    frame("020000000001020000000002080600010800060400020200000000020a0000020200000000010a000001");

/// Ethernet, among the kinds of hardware.
const ETHERNET: u16 = 1;
/// ATM, whose packets have another form (RFC 2225 section 8.3).
const ATM: u16 = 19;
/// The highest operation assigned (RFC 5494 section 3).
const LAST_OPCODE: u16 = 25;

/// Every address is there.
pub(super) const LENGTH: Rule = Rule {
    id: "arp.length",
    rfc: 826,
    section: "Network monitoring and debugging",
    level: Level::Must,
    quote: "The length fields should also give enough information to enable it to \"parse\" a protocol \
            addresses, although it has no knowledge of what the protocol addresses mean.",
    note: Some(
        "Eight octets, two hardware addresses and two protocol addresses. Padding may follow.",
    ),
    check: Check::Pdu(Protocol::Arp, length),
    pass: ASKED,
    fail: frame(
        "ffffffffffff020000000002080600010800060400010200000000020a0000020000000000000a0000",
    ),
};

fn length(pdu: &Pdu) -> Option<Fault> {
    let found = pdu.room();
    let arp = Arp::new(pdu.bytes()).filter(|arp| arp.hardware_type() != ATM);
    let expected = arp.map_or(wire::arp::FIXED_LEN, |arp| arp.length());
    let message = || format!("expected {expected} bytes, found {found}");
    (found < expected).then(|| Fault::new(0..pdu.bytes().len(), message()))
}

/// The kind of hardware is one that can be.
pub(super) const HARDWARE_TYPE: Rule = Rule {
    id: "arp.hardware_type",
    rfc: 5494,
    section: "3",
    level: Level::ShouldNot,
    quote: "In addition, for both ar$hrd and ar$op, the values 0 and 65535 are marked as reserved.",
    note: None,
    check: Check::Pdu(Protocol::Arp, hardware_type),
    pass: ASKED,
    fail: frame(
        "ffffffffffff020000000002080600000800060400010200000000020a0000020000000000000a000001",
    ),
};

fn hardware_type(pdu: &Pdu) -> Option<Fault> {
    let found = Arp::new(pdu.bytes())?.hardware_type();
    let message = || format!("expected 1 to 65534, found {found} (reserved)");
    matches!(found, 0 | 0xffff).then(|| Fault::new(field::HARDWARE_TYPE, message()))
}

/// Addresses of Ethernet have six octets.
pub(super) const HARDWARE_LENGTH: Rule = Rule {
    id: "arp.hardware_length",
    rfc: 826,
    section: "Packet Reception",
    level: Level::Must,
    quote: "For the 10Mbit Ethernet <ar$hrd, ar$hln> takes on the value <1, 6>.",
    note: None,
    check: Check::Pdu(Protocol::Arp, hardware_length),
    pass: ASKED,
    fail: frame(
        "ffffffffffff020000000002080600010800050400010200000000020a0000020000000000000a000000",
    ),
};

fn hardware_length(pdu: &Pdu) -> Option<Fault> {
    let arp = Arp::new(pdu.bytes()).filter(|arp| arp.hardware_type() == ETHERNET)?;
    let fault = Fault::unless_equal(field::HARDWARE_LENGTH, 6, arp.hardware_length())?;
    Some(fault.mended_by(&[6]))
}

/// Addresses of IPv4 have four octets.
pub(super) const PROTOCOL_LENGTH: Rule = Rule {
    id: "arp.protocol_length",
    rfc: 826,
    section: "Packet Generation",
    level: Level::Must,
    quote: "ar$hln to 6 (the number of bytes in a 48.bit Ethernet address), ar$pln to the length of an \
            address in that protocol",
    note: Some("0 is fine in inverse ARP over links without addresses, and passes."),
    check: Check::Pdu(Protocol::Arp, protocol_length),
    pass: ASKED,
    fail: frame(
        "ffffffffffff020000000002080600010800061000010200000000020a0000020000000000000a000001000000000000000000000000000000000000000000000000",
    ),
};

fn protocol_length(pdu: &Pdu) -> Option<Fault> {
    let arp = Arp::new(pdu.bytes()).filter(|arp| arp.protocol_type() == ethertype::IPV4)?;
    let (kind, found) = (arp.hardware_type(), arp.protocol_length());
    if kind == ATM || found == 0 {
        return None;
    }
    Some(Fault::unless_equal(field::PROTOCOL_LENGTH, 4, found)?.mended_by(&[4]))
}

/// The operation is one that can be.
pub(super) const OPCODE: Rule = Rule {
    id: "arp.opcode",
    rfc: 5494,
    section: "3",
    level: Level::ShouldNot,
    quote: "In addition, for both ar$hrd and ar$op, the values 0 and 65535 are marked as reserved.",
    note: Some("Others beyond the last one assigned, 25, are a remark."),
    check: Check::Pdu(Protocol::Arp, opcode),
    pass: ASKED,
    fail: frame(
        "ffffffffffff020000000002080600010800060400000200000000020a0000020000000000000a000001",
    ),
};

fn opcode(pdu: &Pdu) -> Option<Fault> {
    let arp = Arp::new(pdu.bytes())?;
    match arp.opcode() {
        1..=LAST_OPCODE => None,
        found @ (0 | 0xffff) => {
            let message = format!("expected 1 to {LAST_OPCODE}, found {found} (reserved)");
            Some(Fault::new(field::OPCODE, message))
        }
        // In ATM's packets the operation stands elsewhere.
        _ if arp.hardware_type() == ATM => None,
        found => {
            let message = format!("expected 1 to {LAST_OPCODE}, found {found}");
            Some(Fault::new(field::OPCODE, message).noted())
        }
    }
}

/// The hardware address that is told is one station's.
pub(super) const SENDER_HARDWARE: Rule = Rule {
    id: "arp.sender_hardware",
    rfc: 1812,
    section: "3.3.2",
    level: Level::MustNot,
    quote: "A router MUST not believe any ARP reply that claims that the Link Layer address of another \
            host or router is a broadcast or multicast address.",
    note: Some("Clusters of hosts that share a group address do it all the same: a warning."),
    check: Check::Pdu(Protocol::Arp, sender_hardware),
    pass: ANSWERED,
    fail: frame(
        "020000000001020000000002080600010800060400020300000000020a0000020200000000010a000001",
    ),
};

fn sender_hardware(pdu: &Pdu) -> Option<Fault> {
    let (sender, _) = ends(pdu).filter(|(sender, _)| sender.hardware.is_group())?;
    let message = format!("expected the address of a station, found {}", sender.hardware);
    Some(Fault::new(field::SENDER_HARDWARE, message).warned())
}

/// The frame comes from who says that it sends it.
pub(super) const ETHERNET_SOURCE: Rule = Rule {
    id: "arp.ethernet_source",
    rfc: 826,
    section: "Packet Generation",
    level: Level::Should,
    quote: "ar$sha with the 48.bit ethernet address of itself, ar$spa with the protocol address of \
            itself",
    note: Some(
        "Who answers for another, shares a virtual address or bridges a radio link differs; so does who \
         wants to be taken for another.",
    ),
    check: Check::Pdu(Protocol::Arp, ethernet_source),
    pass: ASKED,
    fail: frame(
        "ffffffffffff020000000002080600010800060400010200000000030a0000020000000000000a000001",
    ),
};

fn ethernet_source(pdu: &Pdu) -> Option<Fault> {
    let (sender, _) = ends(pdu)?;
    let mut around = pdu.around()?;
    while around.protocol() == Protocol::Vlan {
        around = around.around()?;
    }
    let frame = Some(around).filter(|around| around.protocol() == Protocol::Ethernet)?;
    let (found, expected) = (sender.hardware, Mac::new(frame.get(6..12)?)?);
    // A group address is a finding of its own.
    let message = || format!("expected {expected} as the frame has it, found {found}");
    (found != expected && !found.is_group())
        .then(|| Fault::new(field::SENDER_HARDWARE, message()).noted())
}

/// Who speaks has an address of its own.
pub(super) const SENDER_ADDRESS: Rule = Rule {
    id: "arp.sender_address",
    rfc: 826,
    section: "Packet Generation",
    level: Level::Must,
    quote: "ar$sha with the 48.bit ethernet address of itself, ar$spa with the protocol address of \
            itself",
    note: Some("0.0.0.0 is a host that is yet to have one (RFC 5227 section 1.1)."),
    check: Check::Pdu(Protocol::Arp, sender_address),
    pass: ASKED,
    fail: frame(
        "ffffffffffff02000000000208060001080006040001020000000002e00000010000000000000a000001",
    ),
};

fn sender_address(pdu: &Pdu) -> Option<Fault> {
    let (sender, _) = ends(pdu).filter(|(sender, _)| is_group(sender))?;
    let message = format!("expected the address of a host, found {}", sender.address);
    Some(Fault::new(field::SENDER_ADDRESS, message))
}

/// Groups are mapped, not asked for.
pub(super) const TARGET_ADDRESS: Rule = Rule {
    id: "arp.target_address",
    rfc: 826,
    section: "Packet Generation",
    level: Level::Should,
    quote: "and ar$tpa with the protocol address of the machine that is trying to be accessed.",
    note: Some(
        "A group of hosts is no machine: its hardware address follows from its own (RFC 1112).",
    ),
    check: Check::Pdu(Protocol::Arp, target_address),
    pass: ASKED,
    fail: frame(
        "ffffffffffff020000000002080600010800060400010200000000020a000002000000000000e0000001",
    ),
};

fn target_address(pdu: &Pdu) -> Option<Fault> {
    let (_, target) = ends_of(pdu, REQUEST).filter(|(_, target)| is_group(target))?;
    let message = format!("expected the address of a host, found {}", target.address);
    Some(Fault::new(field::TARGET_ADDRESS, message))
}

fn ends(pdu: &Pdu) -> Option<(End, End)> {
    Arp::new(pdu.bytes())?.ends()
}

fn ends_of(pdu: &Pdu, opcode: u16) -> Option<(End, End)> {
    Arp::new(pdu.bytes()).filter(|arp| arp.opcode() == opcode)?.ends()
}

/// Whether it is a group of hosts, or all.
fn is_group(end: &End) -> bool {
    end.address.is_multicast() || end.address.is_broadcast()
}
