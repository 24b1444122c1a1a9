//! Rules on Neighbor Discovery (RFC 4861): what holds for all five messages, whoever sent them. Each kind's own
//! rules and those on options are in the modules below.
//!
//! Reserved fields are not judged: newer RFCs have made flags of them.

use wire::icmpv6::{self, is_neighbor_discovery, options_start};
use wire::neighbor::{NeighborOption, options};
use wire::{Ipv6, Pdu, Protocol, ipv6};

use super::icmpv6::code::zero;
use super::icmpv6::{carries_message, kind, message};
use super::ip;
use crate::rule::{Check, Example, Fault, Level, Rule};

pub(super) mod advertisement;
pub(super) mod option;
pub(super) mod redirect;
pub(super) mod solicitation;

#[cfg(test)]
mod tests;

/// fe80::1 asks who has 2001:db8::2.
const SOLICITATION: Example = ip(
    "6000000000203afffe800000000000000000000000000001ff0200000000000000000001ff00000287004b5f0000000020010db80000000000000000000000020101020000000001",
);

/// Whether a message is one of Neighbor Discovery.
fn is_discovery(pdu: &Pdu) -> bool {
    kind(pdu).is_some_and(is_neighbor_discovery)
}

/// The Neighbor Discovery message in an IPv6 packet, with its type.
fn discovery<'p>(packet: &Pdu<'p>) -> Option<(Pdu<'p>, u8)> {
    let message = message(packet)?;
    let kind = kind(&message).filter(|kind| is_neighbor_discovery(*kind))?;
    Some((message, kind))
}

/// The first fault that `check` finds in the options of a message of type `wanted`. Ranges and edits of
/// the fault count from the option's first octet.
fn in_options(
    pdu: &Pdu,
    wanted: u8,
    check: impl Fn(&NeighborOption) -> Option<Fault>,
) -> Option<Fault> {
    kind(pdu).filter(|kind| *kind == wanted)?;
    let start = options_start(wanted)?;
    options(pdu.bytes(), start)
        .map_while(Result::ok)
        .find_map(|option| Some(check(&option)?.shifted(option.range.start)))
}

/// It never was forwarded.
pub(super) const HOP_LIMIT: Rule = Rule {
    id: "icmpv6.neighbor.hop_limit",
    rfc: 4861,
    section: "7.1.1",
    level: Level::Must,
    quote: "The IP Hop Limit field has a value of 255, i.e., the packet could not possibly have been \
            forwarded by a router.",
    note: Some("For the other messages sections 6.1.1, 6.1.2, 7.1.2 and 8.1 say the same."),
    check: Check::PduWhere(Protocol::Ipv6, carries_message, hop_limit),
    pass: SOLICITATION,
    fail: ip(
        "6000000000203a40fe800000000000000000000000000001ff0200000000000000000001ff00000287004b5f0000000020010db80000000000000000000000020101020000000001",
    ),
};

fn hop_limit(packet: &Pdu) -> Option<Fault> {
    let found = *packet.bytes().get(ipv6::field::HOP_LIMIT.start).filter(|limit| **limit != 255)?;
    discovery(packet)?;
    let message = format!("expected 255, found {found}");
    Some(Fault::new(ipv6::field::HOP_LIMIT, message).mended_by(&[255]))
}

/// Its code is 0.
pub(super) const CODE: Rule = Rule {
    id: "icmpv6.neighbor.code",
    rfc: 4861,
    section: "7.1.1",
    level: Level::Must,
    quote: "ICMP Code is 0.",
    note: Some("For the other messages sections 6.1.1, 6.1.2, 7.1.2 and 8.1 say the same."),
    check: Check::PduWhere(Protocol::Icmpv6, is_discovery, |pdu| {
        zero(pdu, icmpv6::ROUTER_SOLICITATION..=icmpv6::REDIRECT)
    }),
    pass: SOLICITATION,
    fail: ip(
        "6000000000203afffe800000000000000000000000000001ff0200000000000000000001ff00000287014b5e0000000020010db80000000000000000000000020101020000000001",
    ),
};

/// It is no fragment.
pub(super) const FRAGMENT: Rule = Rule {
    id: "icmpv6.neighbor.fragment",
    rfc: 6980,
    section: "5",
    level: Level::MustNot,
    quote: "Nodes MUST NOT employ IPv6 fragmentation for sending any of the following Neighbor Discovery and \
            SEcure Neighbor Discovery messages: o Neighbor Solicitation o Neighbor Advertisement o Router \
            Solicitation o Router Advertisement o Redirect",
    note: None,
    check: Check::Pdu(Protocol::Fragment, fragment),
    pass: SOLICITATION,
    fail: ip(
        "6000000000282cfffe800000000000000000000000000001ff0200000000000000000001ff0000023a0000010000000787004b5f0000000020010db80000000000000000000000020101020000000001",
    ),
};

fn fragment(pdu: &Pdu) -> Option<Fault> {
    let inside = pdu.inside().filter(|inside| inside.protocol() == Protocol::Icmpv6)?;
    let kind = kind(&inside).filter(|kind| is_neighbor_discovery(*kind))?;
    let name = icmpv6::type_name(kind).unwrap_or_default();
    Some(Fault::new(
        0..pdu.bytes().len().min(8),
        format!("expected no fragment header before a {name}"),
    ))
}

/// Its fixed fields are all there: 6.1.1.
pub(super) const ROUTER_SOLICITATION_LENGTH: Rule = length(
    "icmpv6.router_solicitation.length",
    "6.1.1",
    "ICMP length (derived from the IP length) is 8 or more octets.",
    [
        "6000000000103afffe800000000000000000000000000001ff02000000000000000000000000000285007a2c000000000101020000000001",
        "6000000000043afffe800000000000000000000000000001ff02000000000000000000000000000285007d3a",
    ],
    |pdu| short(pdu, icmpv6::ROUTER_SOLICITATION),
);
/// Its fixed fields are all there: 6.1.2.
pub(super) const ROUTER_ADVERTISEMENT_LENGTH: Rule = length(
    "icmpv6.router_advertisement.length",
    "6.1.2",
    "ICMP length (derived from the IP length) is 16 or more octets.",
    [
        "6000000000883afffe800000000000000000000000000001ff02000000000000000000000000000186006e874000070800000000000000000101020000000001030440c000015180000038400000000020010db800000000000000000000000005010000000005dc180230000000070820010db800080000190300000000070820010db80000000000000000000000011f04000000000708076578616d706c6503636f6d000000000000000000000000",
        "60000000000c3afffe800000000000000000000000000001ff0200000000000000000000000000018600352b4000070800000000",
    ],
    |pdu| short(pdu, icmpv6::ROUTER_ADVERTISEMENT),
);
/// Its fixed fields are all there: 7.1.1.
pub(super) const NEIGHBOR_SOLICITATION_LENGTH: Rule = length(
    "icmpv6.neighbor_solicitation.length",
    "7.1.1",
    "ICMP length (derived from the IP length) is 24 or more octets.",
    [
        "6000000000203afffe800000000000000000000000000001ff0200000000000000000001ff00000287004b5f0000000020010db80000000000000000000000020101020000000001",
        "6000000000143afffe800000000000000000000000000001ff0200000000000000000001ff00000287004e6f0000000020010db80000000000000000",
    ],
    |pdu| short(pdu, icmpv6::NEIGHBOR_SOLICITATION),
);
/// Its fixed fields are all there: 7.1.2.
pub(super) const NEIGHBOR_ADVERTISEMENT_LENGTH: Rule = length(
    "icmpv6.neighbor_advertisement.length",
    "7.1.2",
    "ICMP length (derived from the IP length) is 24 or more octets.",
    [
        "6000000000203afffe800000000000000000000000000002fe8000000000000000000000000000018800e8e16000000020010db80000000000000000000000020201020000000002",
        "6000000000143afffe800000000000000000000000000002fe8000000000000000000000000000018800ecf26000000020010db80000000000000000",
    ],
    |pdu| short(pdu, icmpv6::NEIGHBOR_ADVERTISEMENT),
);
/// Its fixed fields are all there: 8.1.
pub(super) const REDIRECT_LENGTH: Rule = length(
    "icmpv6.redirect.length",
    "8.1",
    "ICMP length (derived from the IP length) is 40 or more octets.",
    [
        "6000000000283afffe80000000000000000000000000000120010db800000000000000000000000289001e1900000000fe80000000000000000000000000000320010db8000900000000000000000001",
        "6000000000203afffe80000000000000000000000000000120010db800000000000000000000000289001e2200000000fe80000000000000000000000000000320010db800090000",
    ],
    |pdu| short(pdu, icmpv6::REDIRECT),
);

const fn length(
    id: &'static str,
    section: &'static str,
    quote: &'static str,
    [pass, fail]: [&'static str; 2],
    check: fn(&Pdu) -> Option<Fault>,
) -> Rule {
    Rule {
        id,
        rfc: 4861,
        section,
        level: Level::Must,
        quote,
        note: None,
        check: Check::PduWhere(Protocol::Icmpv6, is_discovery, check),
        pass: ip(pass),
        fail: ip(fail),
    }
}

fn short(pdu: &Pdu, wanted: u8) -> Option<Fault> {
    kind(pdu).filter(|kind| *kind == wanted)?;
    let (least, found) = (options_start(wanted)?, pdu.length());
    let message = || format!("expected {least} bytes or more, found {found}");
    (pdu.is_whole() && found < least).then(|| Fault::new(0..found, message()))
}

/// The source of a packet; `None` where it has no whole header.
fn source(packet: &Pdu) -> Option<std::net::Ipv6Addr> {
    Some(Ipv6::new(packet.bytes())?.source())
}

/// The fault of a source that should be link-local, in messages of that type.
fn source_not_link_local(packet: &Pdu, wanted: u8) -> Option<Fault> {
    let source = source(packet).filter(|source| !source.is_unicast_link_local())?;
    let found = discovery(packet).is_some_and(|(_, kind)| kind == wanted);
    let message = || format!("expected a link-local address, found {source}");
    found.then(|| Fault::new(ipv6::field::SOURCE, message()))
}

/// The address at `field` of a message of that type.
fn address(pdu: &Pdu, wanted: u8, field: std::ops::Range<usize>) -> Option<std::net::Ipv6Addr> {
    kind(pdu).filter(|kind| *kind == wanted)?;
    Some((*pdu.get(field)?.first_chunk::<16>()?).into())
}

/// The fault of an address at `field` that should not be multicast, in messages of that type.
fn multicast(pdu: &Pdu, wanted: u8, field: std::ops::Range<usize>) -> Option<Fault> {
    let found = address(pdu, wanted, field.clone()).filter(|address| address.is_multicast())?;
    Some(Fault::new(field, format!("expected no multicast address, found {found}")))
}
