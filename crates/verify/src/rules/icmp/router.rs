//! Rules on ICMP router discovery (RFC 1256), which hosts with DHCP have little use for.

use wire::icmp::{ROUTER_ADVERTISEMENT, ROUTER_SOLICITATION, field};
use wire::{Icmp, Ipv4, Pdu, Protocol, ipv4};

use super::super::igmp::carries_local;
use super::super::ip;
use super::is_no_echo;
use crate::rule::{Check, Example, Fault, Level, Rule};

/// 10.0.0.1 advertises itself.
const ADVERTISEMENT: Example =
    ip("45000024000000000101cfd70a000001e00000010900e4f4010207080a00000100000000");

/// It advertises a router at least.
pub(in crate::rules) const COUNT: Rule = Rule {
    id: "icmp.router.num_addrs",
    rfc: 1256,
    section: "5.2",
    level: Level::Must,
    quote: "ICMP Num Addrs is greater than or equal to 1.",
    note: Some(
        "A mobility agent may advertise none, and says so in what follows (RFC 5944 section 2.1).",
    ),
    check: Check::PduWhere(Protocol::Icmp, is_no_echo, count),
    pass: ADVERTISEMENT,
    fail: ip("4500001c000000000101cfdf0a000001e00000010900eff500020708"),
};

fn count(pdu: &Pdu) -> Option<Fault> {
    let [ROUTER_ADVERTISEMENT, _, _, _, 0, ..] = *pdu.bytes() else { return None };
    let message = "expected 1 or more, found 0".to_owned();
    (pdu.length() == 8).then(|| Fault::new(field::ADDRESS_COUNT, message))
}

/// An entry holds an address and how preferable it is.
pub(in crate::rules) const ENTRY: Rule = Rule {
    id: "icmp.router.addr_entry_size",
    rfc: 1256,
    section: "5.2",
    level: Level::Must,
    quote: "ICMP Addr Entry Size is greater than or equal to 2.",
    note: None,
    check: Check::PduWhere(Protocol::Icmp, is_no_echo, entry),
    pass: ADVERTISEMENT,
    fail: ip("45000020000000000101cfdb0a000001e00000010900e4f5010107080a000001"),
};

fn entry(pdu: &Pdu) -> Option<Fault> {
    let [ROUTER_ADVERTISEMENT, _, _, _, _, words @ 0..2, ..] = *pdu.bytes() else { return None };
    let message = format!("expected 2 or more, found {words}");
    Some(Fault::new(field::ADDRESS_ENTRY_SIZE, message))
}

/// It is as long as its entries.
pub(in crate::rules) const LENGTH: Rule = Rule {
    id: "icmp.router.length",
    rfc: 1256,
    section: "5.2",
    level: Level::Must,
    quote: "ICMP length (derived from the IP length) is greater than or equal to 8 + (Num Addrs * Addr \
            Entry Size * 4) octets.",
    note: None,
    check: Check::PduWhere(Protocol::Icmp, is_no_echo, length),
    pass: ADVERTISEMENT,
    fail: ip("45000024000000000101cfd70a000001e00000010900e3f4020207080a00000100000000"),
};

fn length(pdu: &Pdu) -> Option<Fault> {
    let [ROUTER_ADVERTISEMENT, _, _, _, count, words, ..] = *pdu.bytes() else { return None };
    let (least, found) = (8 + usize::from(count) * usize::from(words) * 4, pdu.length());
    let message = || format!("expected {least} bytes or more, found {found}");
    let short = pdu.is_whole() && found >= 8 && found < least;
    short.then(|| Fault::new(field::ADDRESS_COUNT.start..found, message()))
}

/// What goes to a group stays on the link.
pub(in crate::rules) const TTL: Rule = Rule {
    id: "icmp.router.ttl",
    rfc: 1256,
    section: "3",
    level: Level::Must,
    quote: "1 if the Destination Address is an IP multicast address; at least 1 otherwise.",
    note: None,
    check: Check::PduWhere(Protocol::Ipv4, carries_local, ttl),
    pass: ADVERTISEMENT,
    fail: ip("4500002400000000400190d70a000001e00000010900e4f4010207080a00000100000000"),
};

fn ttl(pdu: &Pdu) -> Option<Fault> {
    let datagram = Ipv4::new(pdu.bytes())?;
    if datagram.protocol() != ipv4::PROTOCOL_ICMP || !datagram.destination().is_multicast() {
        return None;
    }
    let inside = pdu.inside().filter(|inside| inside.protocol() == Protocol::Icmp)?;
    let kind = Icmp::new(inside.bytes())?.kind();
    let routers = matches!(kind, ROUTER_ADVERTISEMENT | ROUTER_SOLICITATION);
    let fault = routers.then(|| Fault::unless_equal(ipv4::field::TTL, 1, datagram.ttl()))??;
    Some(fault.mended_by(&[1]))
}
