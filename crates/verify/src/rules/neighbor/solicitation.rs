//! Rules on router and neighbor solicitations (RFC 4861 sections 4.1, 4.3, 6.1.1, 7.1.1).

use std::net::Ipv6Addr;

use wire::icmpv6::{NEIGHBOR_SOLICITATION, ROUTER_SOLICITATION, field};
use wire::neighbor::{SOURCE_LINK_LAYER, options};
use wire::{Ipv6, Pdu, Protocol, icmp, ipv6};

use super::super::icmpv6::carries_message;
use super::super::{ethernet, ip};
use super::{SOLICITATION, address, discovery, in_options, is_discovery, multicast};
use crate::rule::{Check, Example, Fault, Level, Rule};

/// :: asks whether anyone has fe80::2.
const PROBE: Example = ip(
    "6000000000183aff00000000000000000000000000000000ff0200000000000000000001ff00000287007c2300000000fe800000000000000000000000000002",
);

/// `type` of the option by which a node registers an address (RFC 8505): its solicitation goes to the router.
const ADDRESS_REGISTRATION: u8 = 33;

/// Who has no address gives no link-layer address, of which a router would make a neighbor.
pub(in crate::rules) const ROUTER_UNSPECIFIED_OPTION: Rule = Rule {
    id: "icmpv6.router_solicitation.source_link_layer",
    rfc: 4861,
    section: "6.1.1",
    level: Level::Must,
    quote: "If the IP source address is the unspecified address, there is no source link-layer address option \
            in the message.",
    note: None,
    check: Check::PduWhere(Protocol::Icmpv6, is_discovery, |pdu| {
        unspecified_option(pdu, ROUTER_SOLICITATION)
    }),
    pass: ip(
        "6000000000103afffe800000000000000000000000000001ff02000000000000000000000000000285007a2c000000000101020000000001",
    ),
    fail: ip(
        "6000000000103aff00000000000000000000000000000000ff020000000000000000000000000002850078ae000000000101020000000001",
    ),
};

/// The same for neighbors.
pub(in crate::rules) const UNSPECIFIED_OPTION: Rule = Rule {
    id: "icmpv6.neighbor_solicitation.source_link_layer",
    rfc: 4861,
    section: "7.1.1",
    level: Level::Must,
    quote: "If the IP source address is the unspecified address, there is no source link-layer address option \
            in the message.",
    note: None,
    check: Check::PduWhere(Protocol::Icmpv6, is_discovery, |pdu| {
        unspecified_option(pdu, NEIGHBOR_SOLICITATION)
    }),
    pass: PROBE,
    fail: ip(
        "6000000000203aff00000000000000000000000000000000ff0200000000000000000001ff0000028700791900000000fe8000000000000000000000000000020101020000000001",
    ),
};

fn unspecified_option(pdu: &Pdu, kind: u8) -> Option<Fault> {
    in_options(pdu, kind, |option| {
        let (source, _) = pdu.addresses().filter(|_| option.kind == SOURCE_LINK_LAYER)?;
        let message =
            "expected no source link-layer address from the unspecified address".to_owned();
        source.is_unspecified().then(|| Fault::new(0..option.bytes.len(), message))
    })
}

/// The target is no multicast address.
pub(in crate::rules) const TARGET: Rule = Rule {
    id: "icmpv6.neighbor_solicitation.target",
    rfc: 4861,
    section: "7.1.1",
    level: Level::Must,
    quote: "Target Address is not a multicast address.",
    note: None,
    check: Check::PduWhere(Protocol::Icmpv6, is_discovery, |pdu| {
        multicast(pdu, NEIGHBOR_SOLICITATION, field::TARGET)
    }),
    pass: SOLICITATION,
    fail: ip(
        "6000000000203afffe800000000000000000000000000001ff0200000000000000000001ff0000028700791c00000000ff0200000000000000000000000000fb0101020000000001",
    ),
};

/// A probe for duplicates goes to the group of its target.
pub(in crate::rules) const UNSPECIFIED_DESTINATION: Rule = Rule {
    id: "icmpv6.neighbor_solicitation.unspecified",
    rfc: 4861,
    section: "7.1.1",
    level: Level::Must,
    quote: "If the IP source address is the unspecified address, the IP destination address is a \
            solicited-node multicast address.",
    note: None,
    check: Check::PduWhere(Protocol::Ipv6, carries_message, unspecified_destination),
    pass: PROBE,
    fail: ip(
        "6000000000183aff00000000000000000000000000000000ff02000000000000000000000000000187007b2600000000fe800000000000000000000000000002",
    ),
};

fn unspecified_destination(packet: &Pdu) -> Option<Fault> {
    let header = Ipv6::new(packet.bytes())?;
    let found = header.destination();
    if !header.source().is_unspecified() || is_solicited_node(found) {
        return None;
    }
    discovery(packet).filter(|(_, kind)| *kind == NEIGHBOR_SOLICITATION)?;
    let message = format!("expected a solicited-node multicast address, found {found}");
    Some(Fault::new(ipv6::field::DESTINATION, message))
}

fn is_solicited_node(address: Ipv6Addr) -> bool {
    address.octets().starts_with(&Ipv6Addr::new(0xff02, 0, 0, 0, 0, 1, 0xff00, 0).octets()[..13])
}

/// The group in which the owner of `target` listens (RFC 4291 section 2.7.1).
fn solicited_node(target: Ipv6Addr) -> Ipv6Addr {
    let [.., high, low] = target.segments();
    Ipv6Addr::new(0xff02, 0, 0, 0, 0, 1, 0xff00 | high & 0xff, low)
}

/// It goes to its target or to the target's group.
pub(in crate::rules) const DESTINATION: Rule = Rule {
    id: "icmpv6.neighbor_solicitation.destination",
    rfc: 4861,
    section: "4.3",
    level: Level::Must,
    quote: "Either the solicited-node multicast address corresponding to the target address, or the target \
            address.",
    note: Some(
        "Warned of only, for it may be found all the same. Registrations go to the router (RFC 8505).",
    ),
    check: Check::PduWhere(Protocol::Icmpv6, is_discovery, destination),
    pass: SOLICITATION,
    fail: ip(
        "6000000000203afffe800000000000000000000000000001ff0200000000000000000001ff00000387004b5e0000000020010db80000000000000000000000020101020000000001",
    ),
};

fn destination(pdu: &Pdu) -> Option<Fault> {
    let target = address(pdu, NEIGHBOR_SOLICITATION, field::TARGET)?;
    let header = Ipv6::new(pdu.network()?.bytes())?;
    let (found, group) = (header.destination(), solicited_node(target));
    if found == target || found == group || target.is_multicast() {
        return None;
    }
    // The worse fault of a probe is another rule's.
    let probe = header.source().is_unspecified() && !is_solicited_node(found);
    if probe || has_option(pdu, ADDRESS_REGISTRATION) {
        return None;
    }
    let message =
        format!("{found}, to which this goes, is neither the target nor its group {group}");
    Some(Fault::new(field::TARGET, message).warned())
}

/// Who asks all gives the address to answer to.
pub(in crate::rules) const LINK_LAYER_MISSING: Rule = Rule {
    id: "icmpv6.neighbor_solicitation.source_link_layer.missing",
    rfc: 4861,
    section: "4.3",
    level: Level::Must,
    quote: "Otherwise, on link layers that have addresses this option MUST be included in multicast \
            solicitations and SHOULD be included in unicast solicitations.",
    note: Some("Judged where the packet came over Ethernet."),
    check: Check::PduWhere(Protocol::Icmpv6, is_discovery, link_layer_missing),
    pass: ethernet(
        "3333ff00000202000000000186dd6000000000203afffe800000000000000000000000000001ff0200000000000000000001ff00000287004b5f0000000020010db80000000000000000000000020101020000000001",
    ),
    fail: ethernet(
        "3333ff00000202000000000186dd6000000000183afffe800000000000000000000000000001ff0200000000000000000001ff00000287004e690000000020010db8000000000000000000000002",
    ),
};

fn link_layer_missing(pdu: &Pdu) -> Option<Fault> {
    address(pdu, NEIGHBOR_SOLICITATION, field::TARGET).filter(|_| pdu.is_whole())?;
    let header = Ipv6::new(pdu.network()?.bytes())?;
    let asks_all = header.destination().is_multicast() && !header.source().is_unspecified();
    if !asks_all || !is_over_ethernet(pdu) || has_option(pdu, SOURCE_LINK_LAYER) {
        return None;
    }
    let message = "expected a source link-layer address among the options, found none".to_owned();
    Some(Fault::new(icmp::field::TYPE, message))
}

/// Whether the unit's packet lies right in an Ethernet frame.
pub(super) fn is_over_ethernet(pdu: &Pdu) -> bool {
    let around = pdu.network().and_then(|network| network.around());
    around.is_some_and(|link| matches!(link.protocol(), Protocol::Ethernet | Protocol::Vlan))
}

fn has_option(pdu: &Pdu, kind: u8) -> bool {
    options(pdu.bytes(), 24).map_while(Result::ok).any(|option| option.kind == kind)
}
