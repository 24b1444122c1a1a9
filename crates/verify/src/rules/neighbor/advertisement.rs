//! Rules on router and neighbor advertisements (RFC 4861 sections 4.2, 4.4, 6.1.2, 6.2.1, 7.1.2).

use wire::icmpv6::{NEIGHBOR_ADVERTISEMENT, ROUTER_ADVERTISEMENT, field};
use wire::{Pdu, Protocol};

use super::super::icmpv6::carries_message;
use super::super::ip;
use super::{is_discovery, kind, multicast, source_not_link_local};
use crate::rule::{Check, Example, Fault, Level, Rule};

/// fe80::1 advertises itself as router for 2001:db8::/64.
const ROUTER: Example = ip(
    "6000000000883afffe800000000000000000000000000001ff02000000000000000000000000000186006e874000070800000000000000000101020000000001030440c000015180000038400000000020010db800000000000000000000000005010000000005dc180230000000070820010db800080000190300000000070820010db80000000000000000000000011f04000000000708076578616d706c6503636f6d000000000000000000000000",
);

/// fe80::2 says that 2001:db8::2 is there.
const NEIGHBOR: Example = ip(
    "6000000000203afffe800000000000000000000000000002fe8000000000000000000000000000018800e8e16000000020010db80000000000000000000000020201020000000002",
);

/// A router advertises itself from its link-local address.
pub(in crate::rules) const SOURCE: Rule = Rule {
    id: "icmpv6.router_advertisement.source",
    rfc: 4861,
    section: "6.1.2",
    level: Level::Must,
    quote: "IP Source Address is a link-local address. Routers must use their link-local address as the \
            source for Router Advertisement and Redirect messages so that hosts can uniquely identify routers.",
    note: None,
    check: Check::PduWhere(Protocol::Ipv6, carries_message, |packet| {
        source_not_link_local(packet, ROUTER_ADVERTISEMENT)
    }),
    pass: ROUTER,
    fail: ip(
        "6000000000183aff20010db8000000000000000000000001ff020000000000000000000000000001860002e54000070800000000000000000101020000000001",
    ),
};

/// Nobody is held reachable for longer than an hour.
pub(in crate::rules) const REACHABLE_TIME: Rule = Rule {
    id: "icmpv6.router_advertisement.reachable_time",
    rfc: 4861,
    section: "6.2.1",
    level: Level::Must,
    quote: "The value to be placed in the Reachable Time field in the Router Advertisement messages sent by \
            the router. The value zero means unspecified (by this router). MUST be no greater than 3,600,000 \
            milliseconds (1 hour).",
    note: None,
    check: Check::PduWhere(Protocol::Icmpv6, is_discovery, reachable_time),
    pass: ROUTER,
    fail: ip(
        "6000000000183afffe800000000000000000000000000001ff02000000000000000000000000000186004365400007080036ee81000000000101020000000001",
    ),
};

fn reachable_time(pdu: &Pdu) -> Option<Fault> {
    kind(pdu).filter(|kind| *kind == ROUTER_ADVERTISEMENT)?;
    let found = u32::from_be_bytes(*pdu.get(field::REACHABLE_TIME)?.first_chunk()?);
    let message = || format!("expected 3600000 ms or less, found {found}");
    (found > 3_600_000).then(|| Fault::new(field::REACHABLE_TIME, message()))
}

/// The target is no multicast address.
pub(in crate::rules) const TARGET: Rule = Rule {
    id: "icmpv6.neighbor_advertisement.target",
    rfc: 4861,
    section: "7.1.2",
    level: Level::Must,
    quote: "Target Address is not a multicast address.",
    note: None,
    check: Check::PduWhere(Protocol::Icmpv6, is_discovery, |pdu| {
        multicast(pdu, NEIGHBOR_ADVERTISEMENT, field::TARGET)
    }),
    pass: NEIGHBOR,
    fail: ip(
        "6000000000203afffe800000000000000000000000000002fe8000000000000000000000000000018800169f60000000ff0200000000000000000000000000fb0201020000000002",
    ),
};

/// What goes to all answers no one.
pub(in crate::rules) const SOLICITED: Rule = Rule {
    id: "icmpv6.neighbor_advertisement.solicited",
    rfc: 4861,
    section: "7.1.2",
    level: Level::Must,
    quote: "If the IP Destination Address is a multicast address the Solicited flag is zero.",
    note: None,
    check: Check::PduWhere(Protocol::Icmpv6, is_discovery, solicited),
    pass: NEIGHBOR,
    fail: ip(
        "6000000000203afffe800000000000000000000000000002ff0200000000000000000000000000018800e85f6000000020010db80000000000000000000000020201020000000002",
    ),
};

fn solicited(pdu: &Pdu) -> Option<Fault> {
    let [NEIGHBOR_ADVERTISEMENT, _, _, _, flags, ..] = *pdu.bytes() else { return None };
    let (_, destination) = pdu.addresses().filter(|_| flags & 0x40 != 0)?;
    let message =
        || format!("expected a solicited flag of 0 in what goes to {destination}, found 1");
    let fault = destination.is_multicast().then(|| Fault::new(field::FLAGS, message()))?;
    Some(fault.mended_by(&[flags & !0x40]))
}
