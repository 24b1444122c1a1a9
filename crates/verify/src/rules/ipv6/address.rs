//! Rules on the addresses of an IPv6 packet (RFC 4291 section 2, RFC 3879).

use wire::ipv6::field;
use wire::{Ipv6, Pdu, Protocol};

use super::{GOOD, ethernet, ip};
use crate::rule::{Check, Example, Fault, Level, Rule};

/// A UDP datagram in a frame.
const FRAMED: Example = ethernet(
    "02000000000102000000000286dd60000000000c114020010db800000000000000000000000220010db80000000000000000000000010fa00007000cb5e970696e67",
);

/// The source is not a group.
pub(in super::super) const SOURCE_MULTICAST: Rule = Rule {
    id: "ipv6.source.multicast",
    rfc: 4291,
    section: "2.7",
    level: Level::MustNot,
    quote: "Multicast addresses must not be used as source addresses in IPv6 packets or appear in any \
            Routing header.",
    note: None,
    check: Check::Pdu(Protocol::Ipv6, source_multicast),
    pass: GOOD,
    fail: ip(
        "60000000000c1140ff0e000000000000000000000000000120010db80000000000000000000000010fa00007000ce49470696e67",
    ),
};

fn source_multicast(pdu: &Pdu) -> Option<Fault> {
    let group = *pdu.bytes().get(field::SOURCE.start)? == 0xff;
    let source = Ipv6::new(pdu.bytes()).filter(|_| group)?.source();
    let message = format!("expected the address of a node, found {source} (multicast)");
    Some(Fault::new(field::SOURCE, message))
}

/// The source is not the loopback address, once outside its node.
pub(in super::super) const SOURCE_LOOPBACK: Rule = Rule {
    id: "ipv6.source.loopback",
    rfc: 4291,
    section: "2.5.3",
    level: Level::MustNot,
    quote: "The loopback address must not be used as the source address in IPv6 packets that are sent \
            outside of a single node.",
    note: Some("Judged on links that join nodes only."),
    check: Check::Pdu(Protocol::Ipv6, source_loopback),
    pass: FRAMED,
    fail: ethernet(
        "02000000000102000000000286dd60000000000c11400000000000000000000000000000000120010db80000000000000000000000010fa00007000ce3a370696e67",
    ),
};

fn source_loopback(pdu: &Pdu) -> Option<Fault> {
    let source = Ipv6::new(pdu.bytes())?.source();
    let message = || "expected the address of a node, found ::1 (loopback)".to_owned();
    (source.is_loopback() && leaves_node(pdu)).then(|| Fault::new(field::SOURCE, message()))
}

/// The destination is not the loopback address, once outside its node.
pub(in super::super) const DESTINATION_LOOPBACK: Rule = Rule {
    id: "ipv6.destination.loopback",
    rfc: 4291,
    section: "2.5.3",
    level: Level::MustNot,
    quote: "An IPv6 packet with a destination address of loopback must never be sent outside of a single \
            node and must never be forwarded by an IPv6 router.",
    note: Some("Judged on links that join nodes only."),
    check: Check::Pdu(Protocol::Ipv6, destination_loopback),
    pass: FRAMED,
    fail: ethernet(
        "02000000000102000000000286dd60000000000c114020010db8000000000000000000000002000000000000000000000000000000010fa00007000ce3a270696e67",
    ),
};

fn destination_loopback(pdu: &Pdu) -> Option<Fault> {
    let destination = Ipv6::new(pdu.bytes())?.destination();
    let message = || "expected the address of a node, found ::1 (loopback)".to_owned();
    (destination.is_loopback() && leaves_node(pdu))
        .then(|| Fault::new(field::DESTINATION, message()))
}

/// Whether the packet is on a link to other nodes. Ethernet frames of a loopback interface come from the
/// hardware address zero; of captures without hardware addresses nothing is known.
pub(super) fn leaves_node(pdu: &Pdu) -> bool {
    let mut around = pdu.around();
    while let Some(unit) = around {
        match unit.protocol() {
            Protocol::Ethernet => return unit.get(6..12).is_some_and(|source| source != [0; 6]),
            Protocol::Ppp | Protocol::Pppoe => return true,
            _ => around = unit.around(),
        }
    }
    false
}

/// The packet goes somewhere.
pub(in super::super) const DESTINATION_UNSPECIFIED: Rule = Rule {
    id: "ipv6.destination.unspecified",
    rfc: 4291,
    section: "2.5.2",
    level: Level::MustNot,
    quote: "The unspecified address must not be used as the destination address of IPv6 packets or in \
            IPv6 Routing headers.",
    note: None,
    check: Check::Pdu(Protocol::Ipv6, destination_unspecified),
    pass: GOOD,
    fail: ip(
        "60000000000c114020010db8000000000000000000000002000000000000000000000000000000000fa00007000ce3a370696e67",
    ),
};

fn destination_unspecified(pdu: &Pdu) -> Option<Fault> {
    let destination = Ipv6::new(pdu.bytes())?.destination();
    let message = || "expected the address of a node or a group, found ::".to_owned();
    destination.is_unspecified().then(|| Fault::new(field::DESTINATION, message()))
}

/// No address stands for an IPv4 node.
pub(in super::super) const MAPPED: Rule = Rule {
    id: "ipv6.address.mapped",
    rfc: 4291,
    section: "2.5.5.2",
    level: Level::ShouldNot,
    quote: "This address type is used to represent the addresses of IPv4 nodes as IPv6 addresses.",
    note: Some(
        "Within a node, that is: IPv4 nodes are not reached by IPv6 packets, and RFC 6890 section 2.2.3 \
         lists the prefix as valid neither for source nor for destination.",
    ),
    check: Check::Pdu(Protocol::Ipv6, mapped),
    pass: GOOD,
    fail: ip(
        "60000000000c114000000000000000000000ffff0a00000220010db80000000000000000000000010fa00007000cd9a270696e67",
    ),
};

fn mapped(pdu: &Pdu) -> Option<Fault> {
    const PREFIX: [u8; 12] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];
    either(pdu, |octets| octets[..12] == PREFIX, "an IPv4-mapped address")
}

/// No address is of the kind that once led through IPv4.
pub(in super::super) const COMPATIBLE: Rule = Rule {
    id: "ipv6.address.compatible",
    rfc: 4291,
    section: "2.5.5.1",
    level: Level::May,
    quote: "The \"IPv4-Compatible IPv6 address\" is now deprecated because the current IPv6 transition \
            mechanisms no longer use these addresses.",
    note: None,
    check: Check::Pdu(Protocol::Ipv6, compatible),
    pass: GOOD,
    fail: ip(
        "60000000000c11400000000000000000000000000a00000220010db80000000000000000000000010fa00007000cd9a270696e67",
    ),
};

fn compatible(pdu: &Pdu) -> Option<Fault> {
    either(pdu, |octets| octets[..12] == [0; 12] && octets[12] != 0, "an IPv4-compatible address")
}

/// No address is site-local.
pub(in super::super) const SITE_LOCAL: Rule = Rule {
    id: "ipv6.address.site_local",
    rfc: 3879,
    section: "4",
    level: Level::May,
    quote: "This document formally deprecates the IPv6 site-local unicast prefix defined in [RFC3513], \
            i.e., 1111111011 binary or FEC0::/10.",
    note: Some("\"Existing implementations and deployments MAY continue to use this prefix.\""),
    check: Check::Pdu(Protocol::Ipv6, site_local),
    pass: GOOD,
    fail: ip(
        "60000000000c1140fec0000000000000000000000000000220010db80000000000000000000000010fa00007000ce4e170696e67",
    ),
};

fn site_local(pdu: &Pdu) -> Option<Fault> {
    either(pdu, |octets| octets[0] == 0xfe && octets[1] & 0xc0 == 0xc0, "a site-local address")
}

/// The fault of the first of the two addresses that is of a kind that should not be there.
fn either(pdu: &Pdu, is: impl Fn(&[u8; 16]) -> bool, what: &str) -> Option<Fault> {
    let addresses = pdu.get(field::SOURCE.start..field::DESTINATION.end)?;
    let (source, destination) = addresses.split_first_chunk::<16>()?;
    let destination = destination.first_chunk::<16>()?;
    let (range, found) = match (is(source), is(destination)) {
        (true, _) => (field::SOURCE, source),
        (_, true) => (field::DESTINATION, destination),
        _ => return None,
    };
    let found = std::net::Ipv6Addr::from(*found);
    Some(Fault::new(range, format!("expected another address, found {found} ({what})")))
}
