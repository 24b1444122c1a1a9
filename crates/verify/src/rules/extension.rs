//! Rules on the extension structure of an ICMP error, of either version (RFC 4884).
//!
//! Only a structure that a length attribute announces is looked for: one without, as routers sent before RFC
//! 4884, is part of the quoted datagram to all but a traceroute told to guess.

use wire::checksum::verifies;
use wire::extension::{self, HEADER_LEN, LEAST_QUOTED, objects, structure};
use wire::{Pdu, Protocol, icmp, icmpv6};

use super::checksum::wrong_checksum;
use super::ip;
use crate::rule::{Check, Example, Fault, Level, Rule};

/// 10.0.0.1 says that a TTL ran out, and with which MPLS label the datagram had come.
const FOUR: Example = ip(
    "450000a800000000400166530a0000010a0000020b00c1000020000045000020000000004011aeca0a000002c00002019c400007000cb8ba70696e670000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000002000da0d0008010103e80101",
);

/// The same in IPv6.
const SIX: Example = ip(
    "6000000000943a4020010db800000000000000000000000120010db800000000000000000000000203001f8d1000000060000000000c114020010db800000000000000000000000220010db80009000000000000000000019c400007000c294070696e67000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000002000da0d0008010103e80101",
);

/// Whether a length attribute announces a structure.
fn is_extended(pdu: &Pdu) -> bool {
    extension::start(pdu).is_some()
}

const fn pass(protocol: Protocol) -> Example {
    match protocol {
        Protocol::Icmp => FOUR,
        _ => SIX,
    }
}

/// The length attribute keeps to the message.
pub(super) const LENGTH: Rule = length(
    Protocol::Icmp,
    "icmp.extension.length",
    "4500009c000000004001665f0a0000010a0000020b00c0f80028000045000020000000004011aeca0a000002c00002019c400007000cb8ba70696e67000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
);
/// The same in IPv6.
pub(super) const LENGTH_V6: Rule = length(
    Protocol::Icmpv6,
    "icmpv6.extension.length",
    "6000000000883a4020010db800000000000000000000000120010db800000000000000000000000203001b991400000060000000000c114020010db800000000000000000000000220010db80009000000000000000000019c400007000c294070696e6700000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
);

const fn length(protocol: Protocol, id: &'static str, fail: &'static str) -> Rule {
    Rule {
        id,
        rfc: 4884,
        section: "4",
        level: Level::Must,
        quote: "The length attribute represents the length of the \"original datagram\" field.",
        note: Some("In words of 32 bits for ICMPv4, of 64 bits for ICMPv6."),
        check: Check::PduWhere(protocol, is_extended, long),
        pass: pass(protocol),
        fail: ip(fail),
    }
}

fn long(pdu: &Pdu) -> Option<Fault> {
    let start = extension::start(pdu).filter(|start| pdu.is_whole() && *start > pdu.length())?;
    let (most, found) = (pdu.length().checked_sub(8)?, start - 8);
    Some(Fault::new(attribute(pdu), format!("expected {most} bytes or fewer, found {found}")))
}

/// The octet that holds the length attribute.
fn attribute(pdu: &Pdu) -> std::ops::Range<usize> {
    match pdu.protocol() {
        Protocol::Icmp => icmp::field::ORIGINAL_DATAGRAM_LENGTH,
        _ => icmpv6::field::ORIGINAL_DATAGRAM_LENGTH,
    }
}

/// Before a structure 128 octets of the datagram are quoted.
pub(super) const QUOTED: Rule = quoted(
    Protocol::Icmp,
    "icmp.extension.quoted",
    "4500004800000000400166b30a0000010a0000020b00c1180008000045000020000000004011aeca0a000002c00002019c400007000cb8ba70696e672000da0d0008010103e80101",
);
/// The same in IPv6.
pub(super) const QUOTED_V6: Rule = quoted(
    Protocol::Icmpv6,
    "icmpv6.extension.quoted",
    "6000000000543a4020010db800000000000000000000000120010db8000000000000000000000002030027cd0800000060000000000c114020010db800000000000000000000000220010db80009000000000000000000019c400007000c294070696e670000000000000000000000002000da0d0008010103e80101",
);

const fn quoted(protocol: Protocol, id: &'static str, fail: &'static str) -> Rule {
    Rule {
        id,
        rfc: 4884,
        section: "4",
        level: Level::Must,
        quote: "In order to achieve backwards compatibility, when the ICMP Extension Structure is appended to \
                an ICMP message and that ICMP message contains an \"original datagram\" field, the \"original \
                datagram\" field MUST contain at least 128 octets.",
        note: None,
        check: Check::PduWhere(protocol, is_extended, few),
        pass: pass(protocol),
        fail: ip(fail),
    }
}

fn few(pdu: &Pdu) -> Option<Fault> {
    let found = structure(pdu)?.0 - 8;
    let message = || format!("expected {LEAST_QUOTED} bytes or more, found {found}");
    (found < LEAST_QUOTED).then(|| Fault::new(attribute(pdu), message()))
}

/// The structure is of version 2.
pub(super) const VERSION: Rule = version(
    Protocol::Icmp,
    "icmp.extension.version",
    "450000a800000000400166530a0000010a0000020b00c1000020000045000020000000004011aeca0a000002c00002019c400007000cb8ba70696e670000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000001000ea0d0008010103e80101",
);
/// The same in IPv6.
pub(super) const VERSION_V6: Rule = version(
    Protocol::Icmpv6,
    "icmpv6.extension.version",
    "6000000000943a4020010db800000000000000000000000120010db800000000000000000000000203001f8d1000000060000000000c114020010db800000000000000000000000220010db80009000000000000000000019c400007000c294070696e67000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000001000ea0d0008010103e80101",
);

const fn version(protocol: Protocol, id: &'static str, fail: &'static str) -> Rule {
    Rule {
        id,
        rfc: 4884,
        section: "7",
        level: Level::Must,
        quote: "ICMP extension version number. This is version 2.",
        note: None,
        check: Check::PduWhere(protocol, is_extended, other_version),
        pass: pass(protocol),
        fail: ip(fail),
    }
}

fn other_version(pdu: &Pdu) -> Option<Fault> {
    let (start, structure) = structure(pdu)?;
    let first = *structure.first()?;
    let fault = Fault::unless_equal(start..start + 1, extension::VERSION, first >> 4)?;
    Some(fault.mended_by(&[extension::VERSION << 4 | first & 0x0f]))
}

/// Its checksum is right.
pub(super) const CHECKSUM: Rule = checksum(
    Protocol::Icmp,
    "icmp.extension.checksum",
    "450000a800000000400166530a0000010a0000020b0088da0020000045000020000000004011aeca0a000002c00002019c400007000cb8ba70696e67000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000200012340008010103e80101",
);
/// The same in IPv6.
pub(super) const CHECKSUM_V6: Rule = checksum(
    Protocol::Icmpv6,
    "icmpv6.extension.checksum",
    "6000000000943a4020010db800000000000000000000000120010db80000000000000000000000020300e7661000000060000000000c114020010db800000000000000000000000220010db80009000000000000000000019c400007000c294070696e6700000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000200012340008010103e80101",
);

const fn checksum(protocol: Protocol, id: &'static str, fail: &'static str) -> Rule {
    Rule {
        id,
        rfc: 4884,
        section: "7",
        level: Level::Must,
        quote: "The one's complement of the one's complement sum of the data structure, with the checksum \
                field replaced by zero for the purpose of computing the checksum. An all-zero value means that \
                no checksum was transmitted.",
        note: None,
        check: Check::PduWhere(protocol, is_extended, wrong),
        pass: pass(protocol),
        fail: ip(fail),
    }
}

fn wrong(pdu: &Pdu) -> Option<Fault> {
    let (start, structure) = structure(pdu).filter(|_| pdu.is_whole())?;
    let sent = structure.get(2..4).is_some_and(|checksum| checksum != [0, 0]);
    let judged = sent && !verifies(structure);
    judged.then(|| wrong_checksum(structure, 2))?.map(|fault| fault.shifted(start))
}

/// Its objects have lengths that hold.
pub(super) const OBJECT: Rule = object(
    Protocol::Icmp,
    "icmp.extension.object",
    "450000a800000000400166530a0000010a0000020b00c1000020000045000020000000004011aeca0a000002c00002019c400007000cb8ba70696e670000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000002000da09000c010103e80101",
);
/// The same in IPv6.
pub(super) const OBJECT_V6: Rule = object(
    Protocol::Icmpv6,
    "icmpv6.extension.object",
    "6000000000943a4020010db800000000000000000000000120010db800000000000000000000000203001f8d1000000060000000000c114020010db800000000000000000000000220010db80009000000000000000000019c400007000c294070696e67000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000002000da09000c010103e80101",
);

const fn object(protocol: Protocol, id: &'static str, fail: &'static str) -> Rule {
    Rule {
        id,
        rfc: 4884,
        section: "8",
        level: Level::Must,
        quote: "Length of the object, measured in octets, including the object header and object payload.",
        note: Some("Objects are whole words of four octets."),
        check: Check::PduWhere(protocol, is_extended, unsound),
        pass: pass(protocol),
        fail: ip(fail),
    }
}

fn unsound(pdu: &Pdu) -> Option<Fault> {
    let (start, structure) = structure(pdu).filter(|_| pdu.is_whole())?;
    if structure.len() < HEADER_LEN {
        let message = format!("expected a header of {HEADER_LEN} bytes, found {}", structure.len());
        return Some(Fault::new(start..start + structure.len(), message));
    }
    let at = objects(structure).find_map(Result::err)?;
    let (left, end) = (structure.len() - at, (at + 2).min(structure.len()));
    let stated =
        structure.get(at..at + 2).map_or(0, |octets| u16::from_be_bytes([octets[0], octets[1]]));
    let message = format!("expected whole words in the {left} bytes that are left, found {stated}");
    Some(Fault::new(start + at..start + end, message))
}
