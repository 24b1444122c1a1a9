//! Rules on what an ICMP error is about: the datagram it quotes (RFC 792, RFC 1122 section 3.2.2).
//!
//! Routers on the way changed the quoted header, so neither its TTL nor its checksum is judged, but where the
//! datagram came from, where it went and what it was must allow an error in the first place.

use std::net::{IpAddr, Ipv4Addr};

use wire::icmp::{ECHO_HEADER_LEN, PARAMETER_PROBLEM, is_error};
use wire::{Ipv4, Pdu, Protocol, ipv4};

use super::super::ip;
use crate::rule::{Check, Example, Fault, Level, Rule};

/// Where the quoted header begins in the message.
const QUOTED: usize = ECHO_HEADER_LEN;

/// 10.0.0.1 says that its port 7 is unreachable.
pub(super) const PORT_UNREACHABLE: Example = ip(
    "4500003c00000000400166bf0a0000010a0000020303111d000000004500002000000000401166cb0a0000020a0000019c400007000c70bb70696e67",
);

/// Whether it is an error, about a datagram that it quotes.
fn is_about_a_datagram(pdu: &Pdu) -> bool {
    pdu.bytes().first().is_some_and(|kind| is_error(*kind))
}

/// The quoted unit of an error, and its header if that was captured.
pub(super) fn quoted<'p>(pdu: &Pdu<'p>) -> Option<(Pdu<'p>, Ipv4<'p>)> {
    let inside = quoted_unit(pdu)?;
    Some((inside, Ipv4::new(inside.bytes())?))
}

fn quoted_unit<'p>(pdu: &Pdu<'p>) -> Option<Pdu<'p>> {
    is_about_a_datagram(pdu)
        .then(|| pdu.inside())?
        .filter(|inside| inside.protocol() == Protocol::Ipv4)
}

/// It quotes the header and eight octets.
pub(in crate::rules) const QUOTE: Rule = Rule {
    id: "icmp.error.quote",
    rfc: 1122,
    section: "3.2.2",
    level: Level::Must,
    quote: "Every ICMP error message includes the Internet header and at least the first 8 data octets of \
            the datagram that triggered the error; more than 8 octets MAY be sent; this header and data MUST \
            be unchanged from the received datagram.",
    note: Some("A datagram of less data is quoted as far as it goes."),
    check: Check::PduWhere(Protocol::Icmp, is_about_a_datagram, quote),
    pass: PORT_UNREACHABLE,
    fail: ip(
        "4500003400000000400166c70a0000010a000002030360b5000000004500002000000000401166cb0a0000020a0000019c400007",
    ),
};

fn quote(pdu: &Pdu) -> Option<Fault> {
    let inside = quoted_unit(pdu).filter(|_| pdu.is_whole())?;
    let header = Ipv4::new(inside.bytes());
    let length = header.map_or(0, |ip| ip.header_len()).max(ipv4::MIN_HEADER_LEN);
    let total = header.map_or(usize::MAX, |ip| usize::from(ip.total_length()));
    // A total length that does not hold its own header says nothing.
    let least = if total < length { length + 8 } else { total.min(length + 8) };
    let found = inside.room();
    let range = if found == 0 { 0..QUOTED } else { QUOTED..QUOTED + found };
    let message = || format!("expected {least} bytes of the datagram or more, found {found}");
    (found < least).then(|| Fault::new(range, message()))
}

/// What it quotes is an IPv4 header.
pub(in crate::rules) const QUOTED_HEADER: Rule = Rule {
    id: "icmp.error.quoted_header",
    rfc: 1122,
    section: "3.2.2",
    level: Level::Must,
    quote: "Every ICMP error message includes the Internet header and at least the first 8 data octets of \
            the datagram that triggered the error; more than 8 octets MAY be sent; this header and data MUST \
            be unchanged from the received datagram.",
    note: Some("A parameter problem may be about this very octet."),
    check: Check::PduWhere(Protocol::Icmp, is_about_a_datagram, quoted_header),
    pass: PORT_UNREACHABLE,
    fail: ip(
        "4500003c00000000400166bf0a0000010a0000020303f11c000000006500002000000000401166cb0a0000020a0000019c400007000c70bb70696e67",
    ),
};

fn quoted_header(pdu: &Pdu) -> Option<Fault> {
    let (_, ip) = quoted(pdu)?;
    if ip.version() == 4 && ip.header_len() >= ipv4::MIN_HEADER_LEN {
        return None;
    }
    let (version, words) = (ip.version(), ip.header_len() / 4);
    let message = format!("expected version 4 and 5 words or more, found {version} and {words}");
    let judged = pdu.bytes().first() != Some(&PARAMETER_PROBLEM);
    judged.then(|| Fault::new(QUOTED..QUOTED + 1, message))
}

/// It is not about an ICMP error.
pub(in crate::rules) const ABOUT_ERROR: Rule = Rule {
    id: "icmp.error.about_error",
    rfc: 1122,
    section: "3.2.2",
    level: Level::MustNot,
    quote: "An ICMP error message MUST NOT be sent as the result of receiving: * an ICMP error message",
    note: None,
    check: Check::PduWhere(Protocol::Icmp, is_about_a_datagram, about_error),
    pass: PORT_UNREACHABLE,
    fail: ip(
        "4500005800000000400166a30a0000010a0000020301fcfe000000004500003c000000004001aebe0a000002c00002010303c91d0000000045000020000000004011aecac00002010a0000029c400007000cb8ba70696e67",
    ),
};

fn about_error(pdu: &Pdu) -> Option<Fault> {
    let (inside, _) = quoted(pdu)?;
    let inner = inside.inside().filter(|inner| inner.protocol() == Protocol::Icmp)?;
    let kind = *inner.bytes().first().filter(|kind| is_error(**kind))?;
    let at = inner.start() - pdu.start();
    Some(Fault::new(at..at + 1, format!("about an ICMP error (type {kind})")))
}

/// It is not about a broadcast or multicast.
pub(in crate::rules) const ABOUT_MULTICAST: Rule = Rule {
    id: "icmp.error.about_multicast",
    rfc: 1122,
    section: "3.2.2",
    level: Level::MustNot,
    quote: "a datagram destined to an IP broadcast or IP multicast address",
    note: Some("Which addresses are directed broadcasts the packet does not tell."),
    check: Check::PduWhere(Protocol::Icmp, is_about_a_datagram, about_multicast),
    pass: PORT_UNREACHABLE,
    fail: ip(
        "4500003c00000000400166bf0a0000010a0000020303e81700000000450000200000000040118fd00a000002e00000fb9c400007000c99c070696e67",
    ),
};

fn about_multicast(pdu: &Pdu) -> Option<Fault> {
    let destination = quoted(pdu)?.1.destination();
    let range = within(ipv4::field::DESTINATION);
    let message = || format!("about a datagram to {destination}, which is no single host");
    let shared = destination.is_multicast() || destination.is_broadcast();
    shared.then(|| Fault::new(range, message()))
}

/// It is not about a fragment other than the first.
pub(in crate::rules) const ABOUT_FRAGMENT: Rule = Rule {
    id: "icmp.error.about_fragment",
    rfc: 1122,
    section: "3.2.2",
    level: Level::MustNot,
    quote: "a non-initial fragment",
    note: None,
    check: Check::PduWhere(Protocol::Icmp, is_about_a_datagram, about_fragment),
    pass: PORT_UNREACHABLE,
    fail: ip(
        "4500003c00000000400166bf0a0000010a0000020b00c1200000000045000020000000b94011ae110a000002c00002019c400007000cb8ba70696e67",
    ),
};

fn about_fragment(pdu: &Pdu) -> Option<Fault> {
    let offset = usize::from(quoted(pdu)?.1.fragment_offset()) * 8;
    let range = within(ipv4::field::FRAGMENT_OFFSET);
    (offset != 0).then(|| Fault::new(range, format!("about the fragment at {offset}")))
}

/// It is not about a datagram that no single host sent.
pub(in crate::rules) const ABOUT_SOURCE: Rule = Rule {
    id: "icmp.error.about_source",
    rfc: 1122,
    section: "3.2.2",
    level: Level::MustNot,
    quote: "a datagram whose source address does not define a single host -- e.g., a zero address, a \
            loopback address, a broadcast address, a multicast address, or a Class E address.",
    note: Some("Inside a host errors do go from loopback address to loopback address."),
    check: Check::PduWhere(Protocol::Icmp, is_about_a_datagram, about_source),
    pass: PORT_UNREACHABLE,
    fail: ip(
        "4500003c00000000400166bf0a0000010a0000020303071b000000004500002000000000401170cd000000000a0000019c400007000c7abd70696e67",
    ),
};

fn about_source(pdu: &Pdu) -> Option<Fault> {
    let source = quoted(pdu)?.1.source();
    if is_single_host(source) {
        return None;
    }
    let inside_a_host = source.is_loopback() && pdu.addresses()?.1.is_loopback();
    let message = format!("about a datagram from {source}, which is no single host");
    (!inside_a_host).then(|| Fault::new(within(ipv4::field::SOURCE), message))
}

fn is_single_host(source: Ipv4Addr) -> bool {
    !source.is_unspecified() && !source.is_loopback() && source.octets()[0] < 224
}

/// It goes to where the datagram came from.
pub(in crate::rules) const DESTINATION: Rule = Rule {
    id: "icmp.error.destination",
    rfc: 792,
    section: "Destination Unreachable Message",
    level: Level::Must,
    quote: "The source network and address from the original datagram's data.",
    note: Some(
        "Warned of only: a translator that left the quoted header alone looks the same (RFC 5508 section \
         4.2). With options the destination may be a stop on the way.",
    ),
    check: Check::PduWhere(Protocol::Icmp, is_about_a_datagram, destination),
    pass: PORT_UNREACHABLE,
    fail: ip(
        "4500003c00000000400166bf0a0000010a0000020303111e000000004500002000000000401166ca0a0000030a0000019c400007000c70ba70696e67",
    ),
};

fn destination(pdu: &Pdu) -> Option<Fault> {
    let source = quoted(pdu)?.1.source();
    let (_, destination) = pdu.addresses()?;
    if destination == IpAddr::V4(source) || !is_single_host(source) {
        return None;
    }
    let outer = Ipv4::new(pdu.network()?.bytes())?;
    let message = format!("expected {destination}, to which this error goes, found {source}");
    let direct = outer.header_len() == ipv4::MIN_HEADER_LEN;
    direct.then(|| Fault::new(within(ipv4::field::SOURCE), message).warned())
}

/// It keeps to 576 octets.
pub(in crate::rules) const SIZE: Rule = Rule {
    id: "icmp.error.size",
    rfc: 1812,
    section: "4.3.2.3",
    level: Level::Should,
    quote: "Therefore, the ICMP datagram SHOULD contain as much of the original datagram as possible without \
            the length of the ICMP datagram exceeding 576 bytes.",
    note: Some("A remark: for hosts there is no such limit (RFC 1122 section 3.2.2)."),
    check: Check::PduWhere(Protocol::Icmp, is_about_a_datagram, size),
    pass: PORT_UNREACHABLE,
    fail: ip(
        "4500026800000000400164930a0000010a00000203031349000000004500024c000000004011649f0a0000020a0000019c400007023887707878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878",
    ),
};

fn size(pdu: &Pdu) -> Option<Fault> {
    let found = pdu.network()?.length();
    let message = || format!("expected a datagram of 576 bytes or fewer, found {found}");
    (found > 576).then(|| Fault::new(0..pdu.bytes().len(), message()).noted())
}

/// A field of the quoted header, within the message.
fn within(field: std::ops::Range<usize>) -> std::ops::Range<usize> {
    QUOTED + field.start..QUOTED + field.end
}
