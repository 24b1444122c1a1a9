//! Rules on one ICMP message, whoever sent it (RFC 792): what holds for every type, and for messages that
//! ask and answer. What an error quotes, what its codes and fields may say is judged in the modules below.
//!
//! Lengths and checksums are judged in whole, unfragmented datagrams only: of a fragment nothing can
//! be said without the others. A datagram cut short is the IPv4 rules' affair.

use wire::icmp::{self, ADDRESS_MASK_REQUEST, ECHO_HEADER_LEN, SOURCE_QUENCH, TIMESTAMP};
use wire::{Icmp, Pdu, Protocol};

use super::checksum::wrong_checksum;
use super::{GOOD, answered, ip};
use crate::rule::{Check, Example, Fault, Level, Rule};

pub(super) mod code;
pub(super) mod error;
pub(super) mod field;
pub(super) mod router;

#[cfg(test)]
pub(super) mod tests;

/// Whether it is neither echo nor echo reply, as most messages are.
fn is_no_echo(pdu: &Pdu) -> bool {
    !matches!(*pdu.bytes(), [icmp::ECHO_REQUEST | icmp::ECHO_REPLY, ..])
}

/// The message has its eight octets.
pub(super) const LENGTH: Rule = Rule {
    id: "icmp.length",
    rfc: 792,
    section: "Message Formats",
    level: Level::Must,
    quote: "The first octet of the data portion of the datagram is a ICMP type field; the value of \
            this field determines the format of the remaining data.",
    note: Some("Every format of RFC 792 has eight octets or more."),
    check: Check::Pdu(Protocol::Icmp, length),
    pass: GOOD,
    fail: answered("4500001a00000000400166e10a0000010a0000020000ffff0000"),
};

fn length(pdu: &Pdu) -> Option<Fault> {
    let found = whole(pdu)?.len();
    let text = || format!("expected {ECHO_HEADER_LEN} bytes or more, found {found}");
    (found < ECHO_HEADER_LEN).then(|| Fault::new(0..found, text()))
}

/// The checksum is the one this message has.
pub(super) const CHECKSUM: Rule = Rule {
    id: "icmp.checksum",
    rfc: 792,
    section: "Echo or Echo Reply Message",
    level: Level::Must,
    quote: "The checksum is the 16-bit ones's complement of the one's complement sum of the ICMP \
            message starting with the ICMP Type.",
    note: Some("As for ipv4.checksum, of the two forms of zero only the sender's is right."),
    check: Check::Pdu(Protocol::Icmp, checksum),
    pass: GOOD,
    fail: answered("4500002000000000400166db0a0000010a000002000012340007000170696e67"),
};

fn checksum(pdu: &Pdu) -> Option<Fault> {
    wrong_checksum(whole(pdu)?, icmp::field::CHECKSUM.start)
}

/// The code of an echo message is 0.
pub(super) const CODE: Rule = Rule {
    id: "icmp.echo.code",
    rfc: 792,
    section: "Echo or Echo Reply Message",
    level: Level::Must,
    quote: "Code 0 may be received from a gateway or a host.",
    note: Some("The format gives an echo message no other code."),
    check: Check::Pdu(Protocol::Icmp, code),
    pass: GOOD,
    fail: answered("4500002000000000400166db0a0000010a000002000121260007000170696e67"),
};

fn code(pdu: &Pdu) -> Option<Fault> {
    let icmp = Icmp::new(pdu.bytes()).filter(Icmp::is_echo)?;
    Some(Fault::unless_equal(icmp::field::CODE, 0, icmp.code())?.mended_by(&[0]))
}

/// A timestamp message has its three timestamps.
pub(super) const TIMESTAMP_LENGTH: Rule = Rule {
    id: "icmp.timestamp.length",
    rfc: 792,
    section: "Timestamp or Timestamp Reply Message",
    level: Level::Must,
    quote: "The data received (a timestamp) in the message is returned in the reply together with an \
            additional timestamp. The timestamp is 32 bits of milliseconds since midnight UT.",
    note: Some("With three timestamps the format has 20 octets."),
    check: Check::PduWhere(Protocol::Icmp, is_no_echo, timestamp_length),
    pass: TIMES,
    fail: ip("4500002000000000400166db0a0000020a0000010d0096950007000102625a00"),
};

/// A timestamp message from 10.0.0.2.
const TIMES: Example =
    ip("4500002800000000400166d30a0000020a0000010d0096950007000102625a000000000000000000");

fn timestamp_length(pdu: &Pdu) -> Option<Fault> {
    shorter(pdu, TIMESTAMP, 20)
}

/// An address mask message has its mask.
pub(super) const MASK_LENGTH: Rule = Rule {
    id: "icmp.address_mask.length",
    rfc: 950,
    section: "Appendix I",
    level: Level::Must,
    quote: "A 32-bit mask.",
    note: Some("With the mask the format has 12 octets."),
    check: Check::PduWhere(Protocol::Icmp, is_no_echo, mask_length),
    pass: GOOD,
    fail: ip("4500001c00000000400166df0a0000020a0000011100eef700070001"),
};

fn mask_length(pdu: &Pdu) -> Option<Fault> {
    shorter(pdu, ADDRESS_MASK_REQUEST, 12)
}

/// A query of that type or its reply, of fewer than `least` octets.
fn shorter(pdu: &Pdu, request: u8, least: usize) -> Option<Fault> {
    let kind = *pdu.bytes().first()?;
    if kind != request && kind != request + 1 {
        return None;
    }
    let found = whole(pdu)?.len();
    let text = || format!("expected {least} bytes or more, found {found}");
    (ECHO_HEADER_LEN..least).contains(&found).then(|| Fault::new(0..found, text()))
}

/// Nobody sends a source quench.
pub(super) const QUENCH: Rule = Rule {
    id: "icmp.source_quench",
    rfc: 6633,
    section: "3",
    level: Level::MustNot,
    quote: "A host MUST NOT send ICMP Source Quench messages.",
    note: Some(
        "A router SHOULD NOT (RFC 1812 section 4.3.3.3), and a packet does not tell which sent it.",
    ),
    check: Check::PduWhere(Protocol::Icmp, is_no_echo, quench),
    pass: GOOD,
    fail: ip(
        "4500003c00000000400166bf0a0000010a00000204001020000000004500002000000000401166cb0a0000020a0000019c400007000c70bb70696e67",
    ),
};

fn quench(pdu: &Pdu) -> Option<Fault> {
    pdu.bytes().first().filter(|kind| **kind == SOURCE_QUENCH)?;
    Some(Fault::new(icmp::field::TYPE, "found a source quench (4)".to_owned()).warned())
}

/// Types that have had their day.
pub(super) const DEPRECATED: Rule = Rule {
    id: "icmp.type.deprecated",
    rfc: 6918,
    section: "3",
    level: Level::May,
    quote: "This document formally deprecates the following ICMP message Types and requests IANA to mark \
            them as such in the corresponding registry",
    note: None,
    check: Check::PduWhere(Protocol::Icmp, is_no_echo, deprecated),
    pass: GOOD,
    fail: ip("4500002000000000400166db0a0000020a0000011100eef70007000100000000"),
};

fn deprecated(pdu: &Pdu) -> Option<Fault> {
    let kind = *pdu.bytes().first()?;
    if !matches!(kind, 6 | 15..=18 | 30..=39) {
        return None;
    }
    let name = icmp::type_name(kind).unwrap_or_default();
    Some(Fault::new(icmp::field::TYPE, format!("found {kind} ({name}), which is deprecated")))
}

/// Types that nobody knows.
pub(super) const UNKNOWN: Rule = Rule {
    id: "icmp.type.unknown",
    rfc: 1122,
    section: "3.2.2",
    level: Level::May,
    quote: "If an ICMP message of unknown type is received, it MUST be silently discarded.",
    note: Some("Whoever sent it may know it: no more than a remark."),
    check: Check::PduWhere(Protocol::Icmp, is_no_echo, unknown),
    pass: GOOD,
    fail: ip("4500001c00000000400166df0a0000010a0000022c00d3ff00000000"),
};

fn unknown(pdu: &Pdu) -> Option<Fault> {
    let kind = *pdu.bytes().first()?;
    icmp::type_name(kind).is_none().then(|| {
        Fault::new(icmp::field::TYPE, format!("found {kind}, which is assigned to no message"))
    })
}

/// The octets of the message, where all are here.
fn whole<'p>(pdu: &Pdu<'p>) -> Option<&'p [u8]> {
    pdu.is_whole().then(|| pdu.bytes())
}
