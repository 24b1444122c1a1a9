//! Rules on jumbograms (RFC 2675): packets of more than 65,535 octets, whose length is in an option.

use wire::ipv6::options::{OptionField, kind};
use wire::ipv6::{HEADER_LEN, field};
use wire::{Pdu, Protocol};

use super::extension::chain;
use super::ip;
use super::option::{length, of_kind};
use crate::rule::{Check, Example, Fault, Level, Rule};

/// A datagram with hop-by-hop options of another kind: a jumbogram is too long for an example.
const GOOD: Example = ip(
    "600000000014004020010db800000000000000000000000220010db800000000000000000000000111000502000201000fa00007000cb5e970696e67",
);

/// The option has its four octets.
pub(in super::super) const LENGTH: Rule = Rule {
    id: "ipv6.option.jumbo_payload.length",
    rfc: 2675,
    section: "2",
    level: Level::Must,
    quote: "Opt Data Len 8-bit value 4.",
    note: None,
    check: Check::Pdu(Protocol::HopByHop, |pdu| length(pdu, kind::JUMBO_PAYLOAD, 4)),
    pass: GOOD,
    fail: ip(
        "600000000000004020010db800000000000000000000000220010db80000000000000000000000011100c203010000000fa00007000cb5e970696e67",
    ),
};

/// The header leaves it to the option to state the length.
pub(in super::super) const PAYLOAD_LENGTH: Rule = Rule {
    id: "ipv6.option.jumbo_payload.zero",
    rfc: 2675,
    section: "3",
    level: Level::Must,
    quote: "The Payload Length field in the IPv6 header must be set to zero in every packet that carries \
            the Jumbo Payload option.",
    note: None,
    check: Check::Pdu(Protocol::HopByHop, payload_length),
    pass: GOOD,
    fail: ip(
        "600000000014004020010db800000000000000000000000220010db80000000000000000000000011100c204000100000fa00007000cb5e970696e67",
    ),
};

fn payload_length(pdu: &Pdu) -> Option<Fault> {
    let option = of_kind(pdu, kind::JUMBO_PAYLOAD).next()?;
    let found = stated(pdu).filter(|length| *length != 0)?;
    let message = format!("expected a payload length of 0 with this option, found {found}");
    Some(Fault::new(option.range, message))
}

/// The payload is a jumbo's.
pub(in super::super) const LEAST: Rule = Rule {
    id: "ipv6.option.jumbo_payload.least",
    rfc: 2675,
    section: "2",
    level: Level::Must,
    quote: "Must be greater than 65,535.",
    note: None,
    check: Check::Pdu(Protocol::HopByHop, least),
    pass: GOOD,
    fail: ip(
        "600000000000004020010db800000000000000000000000220010db80000000000000000000000011100c204000000100fa00007000cb5e970696e67",
    ),
};

fn least(pdu: &Pdu) -> Option<Fault> {
    let (option, found) = jumbo(pdu).filter(|(_, length)| *length <= usize::from(u16::MAX))?;
    let message = format!("expected 65536 or more, found {found}");
    Some(Fault::new(option.range.start + 2..option.range.end, message))
}

/// The payload is no more than there is.
pub(in super::super) const MOST: Rule = Rule {
    id: "ipv6.option.jumbo_payload",
    rfc: 2675,
    section: "2",
    level: Level::Must,
    quote: "Length of the IPv6 packet in octets, excluding the IPv6 header but including the Hop-by-Hop \
            Options header and any other extension headers present.",
    note: None,
    check: Check::Pdu(Protocol::HopByHop, most),
    pass: GOOD,
    fail: ip(
        "600000000000004020010db800000000000000000000000220010db80000000000000000000000011100c204000100000fa00007000cb5e970696e67",
    ),
};

fn most(pdu: &Pdu) -> Option<Fault> {
    let (option, found) = jumbo(pdu).filter(|_| stated(pdu) == Some(0) && !pdu.is_fragment())?;
    let most = pdu.around()?.room().checked_sub(HEADER_LEN)?;
    let message = || format!("expected {most} or less, found {found}");
    (found > most).then(|| Fault::new(option.range.start + 2..option.range.end, message()))
}

/// A jumbogram is not in fragments.
pub(in super::super) const FRAGMENT: Rule = Rule {
    id: "ipv6.option.jumbo_payload.fragment",
    rfc: 2675,
    section: "3",
    level: Level::MustNot,
    quote: "The Jumbo Payload option must not be used in a packet that carries a Fragment header.",
    note: None,
    check: Check::Pdu(Protocol::HopByHop, fragment),
    pass: GOOD,
    fail: ip(
        "600000000000004020010db800000000000000000000000220010db80000000000000000000000012c00c2040000001011000008000000010fa00007000cb5e970696e67",
    ),
};

fn fragment(pdu: &Pdu) -> Option<Fault> {
    let option = of_kind(pdu, kind::JUMBO_PAYLOAD).next()?;
    let carried = chain(pdu).any(|header| header.protocol() == Protocol::Fragment);
    let message = || "expected no fragment header with this option, found one".to_owned();
    carried.then(|| Fault::new(option.range.clone(), message()))
}

/// The option, if it is sound, and the length it states.
fn jumbo<'p>(pdu: &Pdu<'p>) -> Option<(OptionField<'p>, usize)> {
    let option = of_kind(pdu, kind::JUMBO_PAYLOAD).next()?;
    let octets = <[u8; 4]>::try_from(option.data).ok()?;
    Some((option, u32::from_be_bytes(octets) as usize))
}

/// The payload length that the IPv6 header states.
fn stated(pdu: &Pdu) -> Option<u16> {
    let header = pdu.around().filter(|around| around.protocol() == Protocol::Ipv6)?;
    header.word(field::PAYLOAD_LENGTH.start)
}
