//! Rules on the chain of IPv6 extension headers: that each ends inside the packet, and their order
//! (RFC 8200 section 4).

use wire::ipv6::options::{kind, options};
use wire::{Pdu, Protocol};

use super::{GOOD, ip};
use crate::rule::{Check, Fault, Level, Rule};

const LENGTH: std::ops::Range<usize> = 1..2;

/// The Hop-by-Hop Options header ends inside the packet.
pub(in super::super) const HOP_BY_HOP_LENGTH: Rule = Rule {
    id: "ipv6.hop_by_hop.length",
    rfc: 8200,
    section: "4.3",
    level: Level::Must,
    quote: "Length of the Hop-by-Hop Options header in 8-octet units, not including the first 8 octets.",
    note: None,
    check: Check::Pdu(Protocol::HopByHop, length),
    pass: ip(
        "600000000014004020010db800000000000000000000000220010db800000000000000000000000111000502000201000fa00007000cb5e970696e67",
    ),
    fail: ip(
        "600000000014004020010db800000000000000000000000220010db800000000000000000000000111050502000201000fa00007000cb5e970696e67",
    ),
};

/// A Destination Options header ends inside the packet.
pub(in super::super) const DESTINATION_LENGTH: Rule = Rule {
    id: "ipv6.destination_options.length",
    rfc: 8200,
    section: "4.6",
    level: Level::Must,
    quote: "Length of the Destination Options header in 8-octet units, not including the first 8 octets.",
    note: Some("One that goes on in the next fragment is another rule's affair."),
    check: Check::Pdu(Protocol::DestinationOptions, length),
    pass: ip(
        "6000000000143c4020010db800000000000000000000000220010db800000000000000000000000111000104000000000fa00007000cb5e970696e67",
    ),
    fail: ip(
        "6000000000143c4020010db800000000000000000000000220010db800000000000000000000000111050104000000000fa00007000cb5e970696e67",
    ),
};

/// A Routing header ends inside the packet.
pub(in super::super) const ROUTING_LENGTH: Rule = Rule {
    id: "ipv6.routing.length",
    rfc: 8200,
    section: "4.4",
    level: Level::Must,
    quote: "Length of the Routing header in 8-octet units, not including the first 8 octets.",
    note: None,
    check: Check::Pdu(Protocol::Routing, length),
    pass: ip(
        "6000000000142b4020010db800000000000000000000000220010db80000000000000000000000011100fd00000000000fa00007000cb5e970696e67",
    ),
    fail: ip(
        "6000000000142b4020010db800000000000000000000000220010db80000000000000000000000011105fd00000000000fa00007000cb5e970696e67",
    ),
};

fn length(pdu: &Pdu) -> Option<Fault> {
    let stated = pdu.bytes().get(LENGTH.start).map_or(8, |units| 8 + usize::from(*units) * 8);
    ends_inside(pdu, stated)
}

/// The fault of an extension header of `stated` octets that has no room for them. What goes on in
/// another fragment cannot be judged.
pub(super) fn ends_inside(pdu: &Pdu, stated: usize) -> Option<Fault> {
    let room = pdu.room();
    if stated <= room || pdu.is_fragment() {
        return None;
    }
    let range = if pdu.bytes().len() > LENGTH.start { LENGTH } else { 0..pdu.bytes().len() };
    Some(Fault::new(range, format!("expected {room} octets or less, found {stated}")))
}

/// Hop-by-hop options come first.
pub(in super::super) const HOP_BY_HOP_FIRST: Rule = Rule {
    id: "ipv6.hop_by_hop.first",
    rfc: 8200,
    section: "4",
    level: Level::Must,
    quote: "The Hop-by-Hop Options header, when present, must immediately follow the IPv6 header.",
    note: None,
    check: Check::Pdu(Protocol::HopByHop, first),
    pass: ip(
        "600000000014004020010db800000000000000000000000220010db800000000000000000000000111000502000201000fa00007000cb5e970696e67",
    ),
    fail: ip(
        "60000000001c3c4020010db800000000000000000000000220010db8000000000000000000000001000001040000000011000502000201000fa00007000cb5e970696e67",
    ),
};

fn first(pdu: &Pdu) -> Option<Fault> {
    let before = pdu.around().filter(|around| around.protocol() != Protocol::Ipv6)?;
    let message =
        format!("expected right after the IPv6 header, found after {}", before.protocol().name());
    Some(Fault::new(0..pdu.bytes().len().min(2), message))
}

/// The extension headers of an IPv6 packet, up to what is none or was not captured.
pub(super) fn chain<'p>(pdu: &Pdu<'p>) -> impl Iterator<Item = Pdu<'p>> + use<'p> {
    std::iter::successors(pdu.inside(), Pdu::inside)
        .take_while(|unit| is_extension(unit.protocol()) && !unit.bytes().is_empty())
}

/// Whether it is an extension header.
pub(super) fn is_extension(protocol: Protocol) -> bool {
    (Protocol::HopByHop..=Protocol::Authentication).contains(&protocol)
}

/// The other headers come in the order that is advised.
pub(in super::super) const ORDER: Rule = Rule {
    id: "ipv6.extension.order",
    rfc: 8200,
    section: "4.1",
    level: Level::Should,
    quote: "When more than one extension header is used in the same packet, it is recommended that those \
            headers appear in the following order:",
    note: Some(
        "Hop-by-hop options, destination options, routing, fragment, authentication, destination options. \
         A home address stands between routing and fragment (RFC 6275 section 6.3).",
    ),
    check: Check::Pdu(Protocol::Ipv6, order),
    pass: ip(
        "600000000044004020010db800000000000000000000000220010db80000000000000000000000013c000502000201002b000104000000003300fd00000000003c040000000001000000000100000000000000000000000011000104000000000fa00007000cb5e970696e67",
    ),
    fail: ip(
        "60000000002c334020010db800000000000000000000000220010db80000000000000000000000012b04000000000100000000010000000000000000000000001100fd00000000000fa00007000cb5e970696e67",
    ),
};

fn order(pdu: &Pdu) -> Option<Fault> {
    let mut latest: Option<Pdu> = None;
    let mut for_the_last: Option<Pdu> = None;
    for header in chain(pdu) {
        let protocol = header.protocol();
        match protocol {
            // Not first, it breaks a rule of its own.
            Protocol::HopByHop => continue,
            Protocol::DestinationOptions => {
                let routed = latest.is_some_and(|latest| latest.protocol() == Protocol::Routing);
                for_the_last = Some(header).filter(|_| routed && !has_home_address(&header));
                continue;
            }
            _ => {}
        }
        // The protocols are declared in the order that is advised.
        let early = latest.filter(|latest| latest.protocol() > protocol);
        if let Some(before) = early.or(for_the_last) {
            let (found, before) = (protocol.name(), before.protocol().name());
            let start = header.start() - pdu.start();
            let message = format!("expected {found} before {before}, found it after");
            return Some(Fault::new(start..start + header.bytes().len().min(8), message));
        }
        latest = Some(header);
    }
    None
}

fn has_home_address(pdu: &Pdu) -> bool {
    options(pdu.bytes()).any(|option| option.is_ok_and(|option| option.kind == kind::HOME_ADDRESS))
}

/// Each header comes once.
pub(in super::super) const REPEATED: Rule = Rule {
    id: "ipv6.extension.repeated",
    rfc: 8200,
    section: "4.1",
    level: Level::Should,
    quote: "Each extension header should occur at most once, except for the Destination Options header, \
            which should occur at most twice (once before a Routing header and once before the upper-layer \
            header).",
    note: Some("Destination options with a home address (RFC 6275) are not counted."),
    check: Check::Pdu(Protocol::Ipv6, repeated),
    pass: GOOD,
    fail: ip(
        "60000000001c2b4020010db800000000000000000000000220010db80000000000000000000000012b00fd00000000001100fd00000000000fa00007000cb5e970696e67",
    ),
};

fn repeated(pdu: &Pdu) -> Option<Fault> {
    let mut counts = [0_u8; Protocol::COUNT];
    // Hop-by-hop options a second time are not first.
    let counted = |header: &Pdu| match header.protocol() {
        Protocol::HopByHop => false,
        Protocol::DestinationOptions => !has_home_address(header),
        _ => true,
    };
    let mut headers = chain(pdu).filter(counted).filter(|header| {
        let count = &mut counts[header.protocol() as usize];
        *count += 1;
        *count > if header.protocol() == Protocol::DestinationOptions { 2 } else { 1 }
    });
    let header = headers.next()?;
    let start = header.start() - pdu.start();
    let message = format!("expected one {}, found another", header.protocol().name());
    Some(Fault::new(start..start + header.bytes().len().min(8), message))
}
