//! Where an IPv4 datagram comes from and where it goes (RFC 1122 section 3.2.1.3).

use std::net::Ipv4Addr;

use wire::ipv4::field;
use wire::{Ipv4, Link, Pdu, Protocol, Udp};

use crate::rule::{Check, Fault, Level, Rule};
use crate::rules::{GOOD, ethernet, ip};

/// Whether an address is of a special kind, or both are one: few are.
pub(super) fn are_special(pdu: &Pdu) -> bool {
    let Some(ip) = Ipv4::new(pdu.bytes()) else { return false };
    let kinds = [ip.source(), ip.destination()].map(|address| address.octets()[0]);
    matches!(kinds, [0 | 127 | 224.., _] | [_, 0 | 127 | 240..]) || ip.source() == ip.destination()
}

/// It goes to a host that is named.
pub(in crate::rules) const UNSPECIFIED: Rule = Rule {
    id: "ipv4.destination.unspecified",
    rfc: 1122,
    section: "3.2.1.3",
    level: Level::MustNot,
    quote: "This host on this network. MUST NOT be sent, except as a source address as part of an \
            initialization procedure by which the host learns its own IP address.",
    note: Some("0.0.0.0 is meant, which some hosts once took for a broadcast (section 3.3.6)."),
    check: Check::PduWhere(Protocol::Ipv4, are_special, unspecified),
    pass: GOOD,
    fail: ip("4500002000000000401170cc0a000002000000000fa00007000c075d70696e67"),
};

fn unspecified(pdu: &Pdu) -> Option<Fault> {
    Ipv4::new(pdu.bytes()).filter(|ip| ip.destination().is_unspecified())?;
    Some(Fault::new(field::DESTINATION, "expected the address of a host, found 0.0.0.0".to_owned()))
}

/// It names a network beside a host.
pub(in crate::rules) const THIS_NETWORK: Rule = Rule {
    id: "ipv4.this_network",
    rfc: 1122,
    section: "3.2.1.3",
    level: Level::MustNot,
    quote: "Specified host on this network. It MUST NOT be sent, except as a source address as part of an \
            initialization procedure by which the host learns its full IP address.",
    note: Some(
        "0.0.0.0/8 without 0.0.0.0 is meant. As a source it may be part of such a procedure, so it is no \
         more than warned of.",
    ),
    check: Check::PduWhere(Protocol::Ipv4, are_special, this_network),
    pass: GOOD,
    fail: ip("450000200000000040116ec80a000002000102030fa00007000c055970696e67"),
};

fn this_network(pdu: &Pdu) -> Option<Fault> {
    let ip = Ipv4::new(pdu.bytes())?;
    let is_partial = |address: Ipv4Addr| address.octets()[0] == 0 && !address.is_unspecified();
    let message = |address| format!("expected an address with a network, found {address}");
    if is_partial(ip.destination()) {
        return Some(Fault::new(field::DESTINATION, message(ip.destination())));
    }
    let fault = || Fault::new(field::SOURCE, message(ip.source())).warned();
    is_partial(ip.source()).then(fault)
}

/// Loopback addresses stay inside a host.
pub(in crate::rules) const LOOPBACK: Rule = Rule {
    id: "ipv4.loopback",
    rfc: 1122,
    section: "3.2.1.3",
    level: Level::MustNot,
    quote: "Internal host loopback address. Addresses of this form MUST NOT appear outside a host.",
    note: Some(
        "Looked at on Ethernet and PPP alone, as other captures may be of a host's inside. As a destination \
         it is meant to be there in MPLS and in what tests it, and in BFD (RFC 8029 section 4.3, RFC 5884).",
    ),
    check: Check::PduWhere(Protocol::Ipv4, are_special, loopback),
    pass: ethernet(
        "02000000000102000000000208004500002000000000401166cb0a0000020a0000010fa00007000cfd5b70696e670000000000000000000000000000",
    ),
    fail: ethernet(
        "020000000001020000000002080045000020000000004011f1ca0a0000027f0000010fa00007000c885b70696e670000000000000000000000000000",
    ),
};

fn loopback(pdu: &Pdu) -> Option<Fault> {
    let ip = Ipv4::new(pdu.bytes())?;
    let (source, destination) = (ip.source(), ip.destination());
    let message = |address| format!("expected an address outside a host, found {address}");
    if source.is_loopback() && leaves_a_host(pdu) {
        return Some(Fault::new(field::SOURCE, message(source)));
    }
    if !destination.is_loopback() || !leaves_a_host(pdu) || tests_a_path(pdu) {
        return None;
    }
    Some(Fault::new(field::DESTINATION, message(destination)))
}

/// Whether the frame was on its way between hosts. Linux gives the frames of its loopback the form of
/// Ethernet, with addresses of zero.
fn leaves_a_host(pdu: &Pdu) -> bool {
    let packet = pdu.packet();
    match packet.link() {
        Link::Ethernet => packet.bytes().get(..12).is_some_and(|macs| *macs != [0; 12]),
        Link::Ppp | Link::Pppoe => true,
        _ => false,
    }
}

/// UDP ports of what is sent to 127.0.0.0/8 so that no router forwards it: LSP ping (RFC 8029) and BFD (RFC
/// 5881, RFC 5883, RFC 7130, RFC 7881).
const PATH_TESTS: [u16; 5] = [3503, 3784, 4784, 6784, 7784];

fn tests_a_path(pdu: &Pdu) -> bool {
    let labelled = pdu.packet().pdus().any(|pdu| pdu.protocol() == Protocol::Mpls);
    let inside = pdu.inside().filter(|inside| inside.protocol() == Protocol::Udp);
    let udp = inside.and_then(|inside| Udp::new(inside.bytes()));
    labelled || udp.is_some_and(|udp| PATH_TESTS.contains(&udp.destination_port()))
}

/// It goes to an address that is in use.
pub(in crate::rules) const RESERVED: Rule = Rule {
    id: "ipv4.destination.reserved",
    rfc: 1112,
    section: "4",
    level: Level::ShouldNot,
    quote: "Class E IP addresses, i.e., those with \"1111\" as their high-order four bits, are reserved for \
            future addressing modes.",
    note: Some(
        "The limited broadcast, 255.255.255.255, passes. Some networks use the others inside.",
    ),
    check: Check::PduWhere(Protocol::Ipv4, are_special, reserved),
    pass: ip("4500002000000000401170cc0a000002ffffffff0fa00007000c075d70696e67"),
    fail: ip("4500002000000000401180ca0a000002f00000010fa00007000c175b70696e67"),
};

fn reserved(pdu: &Pdu) -> Option<Fault> {
    let destination = Ipv4::new(pdu.bytes())?.destination();
    if destination.octets()[0] < 240 || destination.is_broadcast() {
        return None;
    }
    let message = format!("expected an address in use, found {destination}, which is reserved");
    Some(Fault::new(field::DESTINATION, message))
}

/// It goes to another host than it comes from.
pub(in crate::rules) const SAME: Rule = Rule {
    id: "ipv4.destination.source",
    rfc: 1122,
    section: "3.2.1.3",
    level: Level::May,
    quote: "When a host sends any datagram, the IP source address MUST be one of its own IP addresses",
    note: Some(
        "What a host sends to itself stays inside it: on Ethernet or PPP the source is forged (a land \
         attack), was translated, or wants the packet back, as the echo of BFD does (RFC 5881).",
    ),
    check: Check::PduWhere(Protocol::Ipv4, are_special, same),
    pass: ethernet(
        "02000000000102000000000208004500002000000000401166cb0a0000020a0000010fa00007000cfd5b70696e670000000000000000000000000000",
    ),
    fail: ethernet(
        "02000000000102000000000208004500002000000000401166ca0a0000020a0000020fa00007000cfd5a70696e670000000000000000000000000000",
    ),
};

/// The UDP port of BFD's echo (RFC 5881 section 4).
const BFD_ECHO: u16 = 3785;

fn same(pdu: &Pdu) -> Option<Fault> {
    let ip = Ipv4::new(pdu.bytes()).filter(|ip| ip.source() == ip.destination())?;
    let inside = pdu.inside().and_then(|inside| inside.word(2));
    let elsewhere = ip.source().is_unspecified() || ip.source().is_loopback();
    if elsewhere || inside == Some(BFD_ECHO) || !leaves_a_host(pdu) {
        return None;
    }
    let message = format!("expected another address than the source, found {}", ip.destination());
    Some(Fault::new(field::DESTINATION, message))
}
