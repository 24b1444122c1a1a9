//! Rules on tunnels: GRE (RFC 2784, RFC 2890) and VXLAN (RFC 7348).

use std::ops::Range;

use wire::{Pdu, Protocol};

use super::checksum::wrong_checksum;
use super::ethernet::short;
use super::ip;
use crate::rule::{Check, Example, Fault, Level, Rule};

/// A UDP datagram in GRE over IPv4.
const GOOD: Example = ip(
    "4500003800000000402f66950a0000020a000001000008004500002000000000401166cb0a0000020a0000010fa00007000cfd5b70696e67",
);
/// The same with a checksum.
const SUMMED: Example = ip(
    "4500003c00000000402f66910a0000020a000001800008008c1f00004500002000000000401166cb0a0000020a0000010fa00007000cfd5b70696e67",
);
/// A frame in VXLAN.
const VXLAN: Example = ip(
    "4500005200000000401166990a0000020a000001c35012b5003e1087080000000000050002000000000102000000000208004500002000000000401166cb0a0000020a0000010fa00007000cfd5b70696e67",
);

const FLAGS: Range<usize> = 0..2;
const CHECKSUM: Range<usize> = 4..6;
const RESERVED1: Range<usize> = 6..8;
/// The checksum, and a reserved word with it, is there.
const CHECKSUM_PRESENT: u16 = 0x8000;
/// A route is there, of no length that the header states (RFC 1701).
const ROUTING_PRESENT: u16 = 0x4000;
/// The checksum, the key and the sequence number, four octets each.
const OPTIONAL: u16 = 0xb000;
/// Bits 1 to 5 without the two that RFC 2890 gave a meaning again.
const DEPRECATED: u16 = 0x4c00;
/// Bits 6 to 12.
const RESERVED0: u16 = 0x03f8;
const VERSION: u16 = 7;
/// What version 1 carries: PPP, in PPTP (RFC 2637).
const PPTP: u16 = 0x880b;

fn flags(pdu: &Pdu) -> Option<u16> {
    pdu.word(FLAGS.start)
}

/// There is a whole header, with every field that its flags announce.
pub(super) const HEADER: Rule = Rule {
    id: "gre.header",
    rfc: 2784,
    section: "2.2",
    level: Level::Must,
    quote: "If the Checksum Present bit is set to one, then the Checksum and the Reserved1 fields are \
            present and the Checksum field contains valid information.",
    note: Some("The same holds of key and sequence number (RFC 2890 section 2)."),
    check: Check::Pdu(Protocol::Gre, header),
    pass: SUMMED,
    fail: ip("4500001a00000000402f66b30a0000020a000001200008000000"),
};

fn header(pdu: &Pdu) -> Option<Fault> {
    let flags = flags(pdu).filter(|flags| flags & (VERSION | ROUTING_PRESENT) == 0);
    let optional = flags.map_or(0, |flags| (flags & OPTIONAL).count_ones() as usize);
    short(pdu, 4 + optional * 4)
}

/// Reserved bits are zero.
pub(super) const RESERVED: Rule = Rule {
    id: "gre.reserved",
    rfc: 2784,
    section: "2.3",
    level: Level::Must,
    quote: "Bits 6-12 are reserved for future use. These bits MUST be sent as zero and MUST be ignored \
            on receipt.",
    note: Some("In version 1 they have a meaning (RFC 2637)."),
    check: Check::Pdu(Protocol::Gre, reserved),
    pass: GOOD,
    fail: ip(
        "4500003800000000402f66950a0000020a000001000808004500002000000000401166cb0a0000020a0000010fa00007000cfd5b70696e67",
    ),
};

fn reserved(pdu: &Pdu) -> Option<Fault> {
    let flags = flags(pdu).filter(|flags| flags & VERSION == 0 && flags & RESERVED0 != 0)?;
    let message = format!("expected bits 6 to 12 of 0, found 0x{flags:04x}");
    Some(Fault::new(FLAGS, message).mended_by(&(flags & !RESERVED0).to_be_bytes()))
}

/// What RFC 1701 had and nobody else has is not there.
pub(super) const DEPRECATED_BITS: Rule = Rule {
    id: "gre.deprecated",
    rfc: 2784,
    section: "2.3",
    level: Level::Must,
    quote: "A receiver MUST discard a packet where any of bits 1-5 are non-zero, unless that receiver \
            implements RFC 1701.",
    note: Some("Bits 2 and 3, key and sequence number, have their meaning from RFC 2890."),
    check: Check::Pdu(Protocol::Gre, deprecated),
    pass: GOOD,
    fail: ip(
        "4500003800000000402f66950a0000020a000001080008004500002000000000401166cb0a0000020a0000010fa00007000cfd5b70696e67",
    ),
};

fn deprecated(pdu: &Pdu) -> Option<Fault> {
    let flags = flags(pdu).filter(|flags| flags & VERSION == 0 && flags & DEPRECATED != 0)?;
    let message = format!("expected bits 1, 4 and 5 of 0, found 0x{flags:04x} (RFC 1701)");
    Some(Fault::new(FLAGS, message).warned())
}

/// The version is 0, or 1 in PPTP.
pub(super) const VERSION_NUMBER: Rule = Rule {
    id: "gre.version",
    rfc: 2784,
    section: "2.3.1",
    level: Level::Must,
    quote: "The Version Number field MUST contain the value zero.",
    note: Some("1 is PPTP's (section 7.1)."),
    check: Check::Pdu(Protocol::Gre, version),
    pass: GOOD,
    fail: ip(
        "4500003800000000402f66950a0000020a000001000208004500002000000000401166cb0a0000020a0000010fa00007000cfd5b70696e67",
    ),
};

fn version(pdu: &Pdu) -> Option<Fault> {
    let flags = flags(pdu).filter(|flags| flags & VERSION != 0)?;
    let found = flags & VERSION;
    let pptp = found == 1 && pdu.word(2)? == PPTP;
    let fault = Fault::new(FLAGS, format!("expected 0, found {found}"));
    (!pptp).then(|| fault.mended_by(&(flags & !VERSION).to_be_bytes()))
}

/// The checksum is the one this packet has.
pub(super) const SUM: Rule = Rule {
    id: "gre.checksum",
    rfc: 2784,
    section: "2.5",
    level: Level::Must,
    quote: "The Checksum field contains the IP (one's complement) checksum sum of the all the 16 bit \
            words in the GRE header and the payload packet.",
    note: None,
    check: Check::Pdu(Protocol::Gre, checksum),
    pass: SUMMED,
    fail: ip(
        "4500003c00000000402f66910a0000020a00000180000800123400004500002000000000401166cb0a0000020a0000010fa00007000cfd5b70696e67",
    ),
};

fn checksum(pdu: &Pdu) -> Option<Fault> {
    flags(pdu).filter(|flags| flags & (CHECKSUM_PRESENT | VERSION) == CHECKSUM_PRESENT)?;
    pdu.is_whole().then(|| wrong_checksum(pdu.bytes(), CHECKSUM.start))?
}

/// The word after the checksum is zero.
pub(super) const RESERVED_WORD: Rule = Rule {
    id: "gre.reserved1",
    rfc: 2784,
    section: "2.6",
    level: Level::Must,
    quote: "The Reserved1 field is reserved for future use, and if present, MUST be transmitted as zero.",
    note: Some("With bit 1 it is the offset of RFC 1701."),
    check: Check::Pdu(Protocol::Gre, reserved1),
    pass: SUMMED,
    fail: ip(
        "4500003c00000000402f66910a0000020a000001800008008c1e00014500002000000000401166cb0a0000020a0000010fa00007000cfd5b70696e67",
    ),
};

fn reserved1(pdu: &Pdu) -> Option<Fault> {
    let bits = CHECKSUM_PRESENT | ROUTING_PRESENT | VERSION;
    flags(pdu).filter(|flags| flags & bits == CHECKSUM_PRESENT)?;
    let found = pdu.word(RESERVED1.start).filter(|word| *word != 0)?;
    Some(Fault::new(RESERVED1, format!("expected 0, found 0x{found:04x}")).mended_by(&[0, 0]))
}

/// There is a whole VXLAN header.
pub(super) const VXLAN_HEADER: Rule = Rule {
    id: "vxlan.header",
    rfc: 7348,
    section: "5",
    level: Level::Must,
    quote: "VXLAN Header: This is an 8-byte field that has:",
    note: None,
    check: Check::Pdu(Protocol::Vxlan, |pdu| short(pdu, 8)),
    pass: VXLAN,
    fail: ip("4500002300000000401166c80a0000020a000001c35012b5000f08c808000000000005"),
};

/// The network identifier is said to be one.
pub(super) const VXLAN_FLAG: Rule = Rule {
    id: "vxlan.flag",
    rfc: 7348,
    section: "5",
    level: Level::Must,
    quote: "where the I flag MUST be set to 1 for a valid VXLAN Network ID (VNI).",
    note: None,
    check: Check::Pdu(Protocol::Vxlan, vxlan_flag),
    pass: VXLAN,
    fail: ip(
        "4500005200000000401166990a0000020a000001c35012b5003e1887000000000000050002000000000102000000000208004500002000000000401166cb0a0000020a0000010fa00007000cfd5b70696e67",
    ),
};

fn vxlan_flag(pdu: &Pdu) -> Option<Fault> {
    let flags = pdu.bytes().first().filter(|flags| **flags & 8 == 0)?;
    let message = "expected the flag I, found none".to_owned();
    Some(Fault::new(0..1, message).mended_by(&[flags | 8]))
}

/// Reserved bits and octets are zero.
pub(super) const VXLAN_RESERVED: Rule = Rule {
    id: "vxlan.reserved",
    rfc: 7348,
    section: "5",
    level: Level::Must,
    quote: "MUST be set to zero on transmission and ignored on receipt.",
    note: Some(
        "No more than a remark: group policy and the generic protocol extension, never published as \
         RFCs, put something there.",
    ),
    check: Check::Pdu(Protocol::Vxlan, vxlan_reserved),
    pass: VXLAN,
    fail: ip(
        "4500005200000000401166990a0000020a000001c35012b5003e1086080000000000050102000000000102000000000208004500002000000000401166cb0a0000020a0000010fa00007000cfd5b70696e67",
    ),
};

fn vxlan_reserved(pdu: &Pdu) -> Option<Fault> {
    let [flags, a, b, c, .., last] = *pdu.bytes().first_chunk::<8>()?;
    let range = match (flags & !8, [a, b, c], last) {
        (0, [0, 0, 0], 0) => return None,
        (0, [0, 0, 0], _) => 7..8,
        (0, ..) => 1..4,
        _ => 0..1,
    };
    Some(Fault::new(range, "expected 0 in reserved bits, found something else".to_owned()).noted())
}
