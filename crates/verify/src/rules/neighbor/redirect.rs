//! Rules on redirects of Neighbor Discovery (RFC 4861 section 8.1).

use wire::icmpv6::{REDIRECT, field};
use wire::{Pdu, Protocol};

use super::super::icmpv6::carries_message;
use super::super::ip;
use super::{address, is_discovery, multicast, source_not_link_local};
use crate::rule::{Check, Example, Fault, Level, Rule};

/// fe80::1 says that 2001:db8::9 is reached by way of fe80::3.
const REDIRECTED: Example = ip(
    "6000000000283afffe80000000000000000000000000000120010db800000000000000000000000289001e1900000000fe80000000000000000000000000000320010db8000900000000000000000001",
);

/// A router redirects from its link-local address.
pub(in crate::rules) const SOURCE: Rule = Rule {
    id: "icmpv6.redirect.source",
    rfc: 4861,
    section: "8.1",
    level: Level::Must,
    quote: "IP Source Address is a link-local address. Routers must use their link-local address as the \
            source for Router Advertisement and Redirect messages so that hosts can uniquely identify routers.",
    note: None,
    check: Check::PduWhere(Protocol::Ipv6, carries_message, |packet| {
        source_not_link_local(packet, REDIRECT)
    }),
    pass: REDIRECTED,
    fail: ip(
        "6000000000283aff20010db800000000000000000000000120010db80000000000000000000000028900eee000000000fe80000000000000000000000000000320010db8000900000000000000000001",
    ),
};

/// Groups are not redirected.
pub(in crate::rules) const DESTINATION: Rule = Rule {
    id: "icmpv6.redirect.destination",
    rfc: 4861,
    section: "8.1",
    level: Level::Must,
    quote: "The ICMP Destination Address field in the redirect message does not contain a multicast address.",
    note: None,
    check: Check::PduWhere(Protocol::Icmpv6, is_discovery, |pdu| {
        multicast(pdu, REDIRECT, field::DESTINATION)
    }),
    pass: REDIRECTED,
    fail: ip(
        "6000000000283afffe80000000000000000000000000000120010db800000000000000000000000289004cc400000000fe800000000000000000000000000003ff0e0000000000000000000000000009",
    ),
};

/// The target is a router's link-local address or the destination.
pub(in crate::rules) const TARGET: Rule = Rule {
    id: "icmpv6.redirect.target",
    rfc: 4861,
    section: "8.1",
    level: Level::Must,
    quote: "The ICMP Target Address is either a link-local address (when redirected to a router) or the same \
            as the ICMP Destination Address (when redirected to the on-link destination).",
    note: None,
    check: Check::PduWhere(Protocol::Icmpv6, is_discovery, target),
    pass: REDIRECTED,
    fail: ip(
        "6000000000283afffe80000000000000000000000000000120010db80000000000000000000000028900eee00000000020010db800000000000000000000000320010db8000900000000000000000001",
    ),
};

fn target(pdu: &Pdu) -> Option<Fault> {
    let found = address(pdu, REDIRECT, field::TARGET)?;
    let destination = address(pdu, REDIRECT, field::DESTINATION)?;
    let message = || format!("expected a link-local address or {destination}, found {found}");
    let sound = found == destination || found.is_unicast_link_local();
    (!sound).then(|| Fault::new(field::TARGET, message()))
}
