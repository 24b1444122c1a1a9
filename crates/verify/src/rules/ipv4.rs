//! Rules on one IPv4 datagram, whoever sent it (RFC 791, RFC 1122 section 3.2.1).
//!
//! They hold for any packet of a capture as for a model's reply, and propose the edit that would put
//! a field right where one value is. Here are those on the fixed fields; those on where it goes are in
//! [`addresses`], on pieces of a datagram in [`fragments`], on its options in [`options`] and [`routes`].

use wire::ipv4::{MIN_HEADER_LEN, field};
use wire::{Ipv4, Pdu, Protocol};

use super::checksum::{is_offloaded, wrong_checksum};
use super::{GOOD, answered, ip};
use crate::rule::{Check, Fault, Level, Rule};

pub(super) mod addresses;
pub(super) mod fragments;
pub(super) mod options;
pub(super) mod routes;

#[cfg(test)]
mod tests;

/// The version is 4.
pub(super) const VERSION: Rule = Rule {
    id: "ipv4.version",
    rfc: 1122,
    section: "3.2.1.1",
    level: Level::Must,
    quote: "A datagram whose version number is not 4 MUST be silently discarded.",
    note: None,
    check: Check::Pdu(Protocol::Ipv4, version),
    pass: GOOD,
    fail: answered("6500002000000000400146db0a0000010a000002000021270007000170696e67"),
};

fn version(pdu: &Pdu) -> Option<Fault> {
    let first = *pdu.bytes().first()?;
    let fault = Fault::unless_equal(field::VERSION_IHL, 4, first >> 4)?;
    Some(fault.mended_by(&[0x40 | first & 0x0f]))
}

/// There is a whole header, of at least five words.
pub(super) const IHL: Rule = Rule {
    id: "ipv4.ihl",
    rfc: 791,
    section: "3.1",
    level: Level::Must,
    quote: "Note that the minimum value for a correct header is 5.",
    note: None,
    check: Check::Pdu(Protocol::Ipv4, ihl),
    pass: GOOD,
    fail: answered("4400002000000000400167db0a0000010a000002000021270007000170696e67"),
};

fn ihl(pdu: &Pdu) -> Option<Fault> {
    let room = pdu.room();
    if room < MIN_HEADER_LEN {
        let message = format!("expected a header of {MIN_HEADER_LEN} bytes, found {room}");
        return Some(Fault::new(0..pdu.bytes().len(), message));
    }
    let words = usize::from(pdu.bytes().first()? & 0x0f);
    let most = (room / 4).min(15);
    let message = || format!("expected 5 to {most} words, found {words}");
    (!(5..=most).contains(&words)).then(|| Fault::new(field::VERSION_IHL, message()))
}

/// The total length holds the header, and the bytes hold the total length.
pub(super) const TOTAL_LENGTH: Rule = Rule {
    id: "ipv4.total_length",
    rfc: 791,
    section: "3.1",
    level: Level::Must,
    quote: "Total Length is the length of the datagram, measured in octets, including internet \
            header and data.",
    note: None,
    check: Check::Pdu(Protocol::Ipv4, total_length),
    pass: GOOD,
    fail: answered("4500002100000000400166da0a0000010a000002000021270007000170696e67"),
};

fn total_length(pdu: &Pdu) -> Option<Fault> {
    let ip = Ipv4::new(pdu.bytes())?;
    let (least, most) = (ip.header_len().max(MIN_HEADER_LEN), pdu.room());
    let found = usize::from(ip.total_length());
    if (least..=most).contains(&found) || most < least {
        return None;
    }
    if found == 0 && pdu.inside().is_some() {
        let message =
            "found 0: a segment that the network card is to cut up (segmentation offload)";
        return Some(Fault::new(field::TOTAL_LENGTH, message.to_owned()).noted());
    }
    let fault = Fault::new(field::TOTAL_LENGTH, format!("expected {most}, found {found}"));
    Some(match u16::try_from(most) {
        Ok(length) => fault.mended_by(&length.to_be_bytes()),
        Err(_) => fault,
    })
}

/// The reserved flag is clear.
pub(super) const RESERVED_FLAG: Rule = Rule {
    id: "ipv4.reserved_flag",
    rfc: 791,
    section: "3.1",
    level: Level::Must,
    quote: "Bit 0: reserved, must be zero",
    note: None,
    check: Check::Pdu(Protocol::Ipv4, reserved_flag),
    pass: GOOD,
    fail: answered("45000020000080004001e6da0a0000010a000002000021270007000170696e67"),
};

fn reserved_flag(pdu: &Pdu) -> Option<Fault> {
    let flags = pdu.bytes().get(field::FLAGS.start).filter(|flags| **flags & 0x80 != 0)?;
    let message = "expected a reserved flag of 0, found 1".to_owned();
    Some(Fault::new(field::FLAGS, message).mended_by(&[flags & 0x7f]))
}

/// The TTL is not zero.
pub(super) const TTL: Rule = Rule {
    id: "ipv4.ttl",
    rfc: 1122,
    section: "3.2.1.7",
    level: Level::MustNot,
    quote: "A host MUST NOT send a datagram with a Time-to-Live (TTL) value of zero.",
    note: None,
    check: Check::Pdu(Protocol::Ipv4, ttl),
    pass: GOOD,
    fail: answered("45000020000000000001a6db0a0000010a000002000021270007000170696e67"),
};

fn ttl(pdu: &Pdu) -> Option<Fault> {
    Ipv4::new(pdu.bytes()).filter(|ip| ip.ttl() == 0)?;
    Some(Fault::new(field::TTL, "expected 1 or more, found 0".to_owned()))
}

/// The header checksum is the one this header has.
pub(super) const CHECKSUM: Rule = Rule {
    id: "ipv4.checksum",
    rfc: 791,
    section: "3.1",
    level: Level::Must,
    quote: "The checksum field is the 16 bit one's complement of the one's complement sum of all \
            16 bit words in the header.",
    note: Some(
        "A receiver takes ffff for 0000, a sender never has cause to write it (RFC 1624 section 3): \
         this row judges the sender.",
    ),
    check: Check::Pdu(Protocol::Ipv4, checksum),
    pass: GOOD,
    fail: answered("4500002000000000400112340a0000010a000002000021270007000170696e67"),
};

fn checksum(pdu: &Pdu) -> Option<Fault> {
    let ip = Ipv4::new(pdu.bytes())?;
    let fault = wrong_checksum(ip.header()?, field::CHECKSUM.start)?;
    // A card that is to compute the transport's checksum may be left this one as well.
    let offloaded = ip.checksum() == 0 && pdu.inside().is_some_and(|inside| is_offloaded(&inside));
    Some(if offloaded { fault.noted() } else { fault })
}

/// The protocol is one that can be assigned.
pub(super) const PROTOCOL: Rule = Rule {
    id: "ipv4.protocol",
    rfc: 791,
    section: "3.1",
    level: Level::May,
    quote: "This field indicates the next level protocol used in the data portion of the internet \
            datagram. The values for various protocols are specified in \"Assigned Numbers\" [9].",
    note: Some("The registry that followed reserves 255: it is nobody's."),
    check: Check::Pdu(Protocol::Ipv4, protocol),
    pass: GOOD,
    fail: ip("4500001c0000000040ff65e10a0000020a0000010001020304050607"),
};

fn protocol(pdu: &Pdu) -> Option<Fault> {
    Ipv4::new(pdu.bytes()).filter(|ip| ip.protocol() == 255)?;
    Some(Fault::new(
        field::PROTOCOL,
        "expected a protocol, found 255, which is reserved".to_owned(),
    ))
}

/// The source can be a host.
pub(super) const SOURCE: Rule = Rule {
    id: "ipv4.source",
    rfc: 1122,
    section: "3.2.1.3",
    level: Level::Must,
    quote: "When a host sends any datagram, the IP source address MUST be one of its own IP \
            addresses (but not a broadcast or multicast address).",
    note: Some(
        "0.0.0.0 passes: a host that is yet to learn its address may send from it. Class E does \
         not: it defines no single host (section 3.2.2).",
    ),
    check: Check::PduWhere(Protocol::Ipv4, addresses::are_special, source),
    pass: GOOD,
    fail: answered("4500002000000000400190dae00000010a000002000021270007000170696e67"),
};

fn source(pdu: &Pdu) -> Option<Fault> {
    let source = Ipv4::new(pdu.bytes())?.source();
    let message = || format!("expected the address of a host, found {source}");
    (source.octets()[0] >= 224).then(|| Fault::new(field::SOURCE, message()))
}
