//! Rules on the IPv6 header (RFC 8200 section 3); on its addresses and on extension headers in files of
//! their own.

use wire::ipv6::options::{kind, options};
use wire::ipv6::{HEADER_LEN, field};
use wire::{Pdu, Protocol};

use super::ethernet::short;
use super::{ethernet, ip};
use crate::rule::{Check, Example, Fault, Level, Rule};

pub(super) mod address;
pub(super) mod authentication;
pub(super) mod extension;
pub(super) mod fragment;
pub(super) mod jumbo;
pub(super) mod multicast;
pub(super) mod option;
pub(super) mod padding;
pub(super) mod routing;

#[cfg(test)]
mod tests;

/// A UDP datagram.
const GOOD: Example = ip(
    "60000000000c114020010db800000000000000000000000220010db80000000000000000000000010fa00007000cb5e970696e67",
);

/// There is a whole header.
pub(super) const HEADER: Rule = Rule {
    id: "ipv6.header",
    rfc: 8200,
    section: "3",
    level: Level::Must,
    quote: "128-bit address of the intended recipient of the packet (possibly not the ultimate recipient, \
            if a Routing header is present).",
    note: Some("With this field the header ends, after forty octets."),
    check: Check::Pdu(Protocol::Ipv6, |pdu| short(pdu, HEADER_LEN)),
    pass: GOOD,
    fail: ip("60000000000c114020010db800000000000000000000000220010db80000000000000000000000"),
};

/// The version is 6.
pub(super) const VERSION: Rule = Rule {
    id: "ipv6.version",
    rfc: 8200,
    section: "3",
    level: Level::Must,
    quote: "4-bit Internet Protocol version number = 6.",
    note: None,
    check: Check::Pdu(Protocol::Ipv6, version),
    pass: ethernet(
        "02000000000102000000000286dd60000000000c114020010db800000000000000000000000220010db80000000000000000000000010fa00007000cb5e970696e67",
    ),
    fail: ethernet(
        "02000000000102000000000286dd50000000000c114020010db800000000000000000000000220010db80000000000000000000000010fa00007000cb5e970696e67",
    ),
};

fn version(pdu: &Pdu) -> Option<Fault> {
    let first = *pdu.bytes().first()?;
    let fault = Fault::unless_equal(field::VERSION, 6, first >> 4)?;
    Some(fault.mended_by(&[0x60 | first & 0x0f]))
}

/// The payload length is no more than there is, and 0 only where there is nothing, or too much.
pub(super) const PAYLOAD_LENGTH: Rule = Rule {
    id: "ipv6.payload_length",
    rfc: 8200,
    section: "3",
    level: Level::Must,
    quote: "Length of the IPv6 payload, i.e., the rest of the packet following this IPv6 header, in \
            octets.",
    note: Some("Less than there is is allowed: the rest is padding of the link."),
    check: Check::Pdu(Protocol::Ipv6, payload_length),
    pass: GOOD,
    fail: ip(
        "60000000000d114020010db800000000000000000000000220010db80000000000000000000000010fa00007000cb5e970696e67",
    ),
};

fn payload_length(pdu: &Pdu) -> Option<Fault> {
    let found = usize::from(pdu.word(field::PAYLOAD_LENGTH.start)?);
    let most = pdu.room().checked_sub(HEADER_LEN)?;
    if found == 0 {
        let segment = pdu.inside().filter(|inside| inside.protocol() == Protocol::Tcp)?;
        let message =
            "found 0: a segment that the network card is to cut up (segmentation offload)";
        let fault = Fault::new(field::PAYLOAD_LENGTH, message.to_owned()).noted();
        return (segment.length() > 0).then_some(fault);
    }
    if found <= most || pdu.is_fragment() {
        return None;
    }
    let fault = Fault::new(field::PAYLOAD_LENGTH, format!("expected {most}, found {found}"));
    // It fits: it is less than what the field says now.
    Some(fault.mended_by(&(most as u16).to_be_bytes()))
}

/// Without a payload length there is a jumbo payload option to say it.
pub(super) const JUMBO: Rule = Rule {
    id: "ipv6.payload_length.jumbo",
    rfc: 2675,
    section: "3",
    level: Level::Must,
    quote: "error: IPv6 Payload Length = 0 and IPv6 Next Header = Hop-by-Hop Options and Jumbo Payload \
            option not present",
    note: None,
    check: Check::Pdu(Protocol::Ipv6, jumbo),
    pass: ip(
        "600000000014004020010db800000000000000000000000220010db800000000000000000000000111000502000201000fa00007000cb5e970696e67",
    ),
    fail: ip(
        "600000000000004020010db800000000000000000000000220010db800000000000000000000000111000502000201000fa00007000cb5e970696e67",
    ),
};

fn jumbo(pdu: &Pdu) -> Option<Fault> {
    if pdu.word(field::PAYLOAD_LENGTH.start)? != 0 {
        return None;
    }
    let header = pdu.inside().filter(|inside| inside.protocol() == Protocol::HopByHop)?;
    let jumbo = options(header.bytes()).any(|option| {
        option.map_or_else(|past| past.kind, |option| option.kind) == kind::JUMBO_PAYLOAD
    });
    if jumbo || header.is_cut() || header.room() == 0 {
        return None;
    }
    let fault = Fault::new(field::PAYLOAD_LENGTH, format!("expected {}, found 0", header.room()));
    let length = u16::try_from(header.room()).ok();
    Some(length.map_or(fault.clone(), |length| fault.mended_by(&length.to_be_bytes())))
}

/// Nobody forwards what has no hop left.
pub(super) const HOP_LIMIT: Rule = Rule {
    id: "ipv6.hop_limit",
    rfc: 8200,
    section: "3",
    level: Level::May,
    quote: "When forwarding, the packet is discarded if Hop Limit was zero when received or is decremented \
            to zero.",
    note: Some(
        "So only its sender can have put 0 there, which the destination should bear: a remark.",
    ),
    check: Check::Pdu(Protocol::Ipv6, hop_limit),
    pass: GOOD,
    fail: ip(
        "60000000000c110020010db800000000000000000000000220010db80000000000000000000000010fa00007000cb5e970696e67",
    ),
};

fn hop_limit(pdu: &Pdu) -> Option<Fault> {
    let found = *pdu.bytes().get(field::HOP_LIMIT.start)?;
    let message = || "expected 1 or more, found 0".to_owned();
    (found == 0).then(|| Fault::new(field::HOP_LIMIT, message()))
}
