//! Rules on what an ICMPv6 error is about: the packet it quotes (RFC 4443 section 2.4).

use std::net::IpAddr;

use wire::icmpv6::{
    HEADER_LEN, MINIMUM_MTU, PACKET_TOO_BIG, PARAMETER_PROBLEM, REDIRECT, UNREACHABLE,
};
use wire::{Ipv6, Pdu, Protocol, extension, ipv6};

use super::super::ip;
use super::{carries_message, kind, message};
use crate::rule::{Check, Example, Fault, Level, Rule};

/// Where the quoted packet begins in the message.
const QUOTED: usize = HEADER_LEN;

/// 2001:db8::1 says that its port 7 is unreachable.
pub(super) const PORT_UNREACHABLE: Example = ip(
    "60000000003c3a4020010db800000000000000000000000120010db8000000000000000000000002010431e10000000060000000000c114020010db800000000000000000000000220010db80000000000000000000000019c400007000c294970696e67",
);

/// Whether it is an error that RFC 4443 defines, about a packet that it quotes.
pub(super) fn is_about_a_packet(pdu: &Pdu) -> bool {
    matches!(*pdu.bytes(), [UNREACHABLE..=PARAMETER_PROBLEM, ..])
}

/// The quoted unit of an error, and its header if that was captured.
pub(super) fn quoted<'p>(pdu: &Pdu<'p>) -> Option<(Pdu<'p>, Ipv6<'p>)> {
    let inside = quoted_unit(pdu)?;
    Some((inside, Ipv6::new(inside.bytes())?))
}

fn quoted_unit<'p>(pdu: &Pdu<'p>) -> Option<Pdu<'p>> {
    is_about_a_packet(pdu)
        .then(|| pdu.inside())?
        .filter(|inside| inside.protocol() == Protocol::Ipv6)
}

/// The octets that the quoted packet had; `None` for a jumbogram, which does not say.
pub(super) fn quoted_length(header: &Ipv6) -> Option<usize> {
    let payload = usize::from(header.payload_length());
    (payload > 0).then_some(ipv6::HEADER_LEN + payload)
}

const AS_MUCH: &str = "Every ICMPv6 error message (type < 128) MUST include as much of the IPv6 offending \
                       (invoking) packet (the packet that caused the error) as possible without making the \
                       error message packet exceed the minimum IPv6 MTU [IPv6].";

/// It quotes as much as it can.
pub(in crate::rules) const QUOTE: Rule = Rule {
    id: "icmpv6.error.quote",
    rfc: 4443,
    section: "2.4",
    level: Level::Must,
    quote: AS_MUCH,
    note: Some(
        "Less than could be quoted is warned of, less than the header is an error. Before an extension \
         structure 128 octets are enough (RFC 4884 section 5.3).",
    ),
    check: Check::PduWhere(Protocol::Icmpv6, is_about_a_packet, quote),
    pass: PORT_UNREACHABLE,
    fail: ip(
        "6000000000383a4020010db800000000000000000000000120010db8000000000000000000000002010410b60000000060000000000c114020010db800000000000000000000000220010db80000000000000000000000019c400007000c2949",
    ),
};

fn quote(pdu: &Pdu) -> Option<Fault> {
    let inside = quoted_unit(pdu).filter(|_| pdu.is_whole())?;
    let found = inside.room();
    let range = if found == 0 { 0..QUOTED } else { QUOTED..QUOTED + found };
    if found < ipv6::HEADER_LEN {
        let message = format!("expected {} bytes of the packet, found {found}", ipv6::HEADER_LEN);
        return Some(Fault::new(range, message));
    }
    let whole = quoted_length(&Ipv6::new(inside.bytes())?)?;
    let free = MINIMUM_MTU.saturating_sub(pdu.network()?.length());
    // Whoever counts in words of eight octets leaves up to seven.
    if whole <= found || free < 8 || extension::start(pdu).is_some() {
        return None;
    }
    let most = whole.min(found + free);
    Some(Fault::new(range, format!("expected {most} bytes of the packet, found {found}")).warned())
}

/// What it quotes is an IPv6 header.
pub(in crate::rules) const QUOTED_HEADER: Rule = Rule {
    id: "icmpv6.error.quoted_header",
    rfc: 4443,
    section: "2.4",
    level: Level::Must,
    quote: AS_MUCH,
    note: Some("A parameter problem may be about this very octet."),
    check: Check::PduWhere(Protocol::Icmpv6, is_about_a_packet, quoted_header),
    pass: PORT_UNREACHABLE,
    fail: ip(
        "60000000003c3a4020010db800000000000000000000000120010db8000000000000000000000002010421e10000000070000000000c114020010db800000000000000000000000220010db80000000000000000000000019c400007000c294970696e67",
    ),
};

fn quoted_header(pdu: &Pdu) -> Option<Fault> {
    let (_, header) = quoted(pdu).filter(|_| kind(pdu) != Some(PARAMETER_PROBLEM))?;
    Fault::unless_equal(QUOTED..QUOTED + 1, 6, header.version())
}

/// It keeps to the least MTU.
pub(in crate::rules) const SIZE: Rule = Rule {
    id: "icmpv6.error.size",
    rfc: 4443,
    section: "2.4",
    level: Level::Must,
    quote: AS_MUCH,
    note: None,
    check: Check::PduWhere(Protocol::Ipv6, carries_message, size),
    pass: PORT_UNREACHABLE,
    fail: ip(
        "60000000051c3a4020010db800000000000000000000000120010db80000000000000000000000020104ffd300000000600000000580114020010db800000000000000000000000220010db80000000000000000000000019c400007058093c878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878",
    ),
};

fn size(packet: &Pdu) -> Option<Fault> {
    let found = packet.length();
    if found <= MINIMUM_MTU {
        return None;
    }
    message(packet).and_then(|error| kind(&error)).filter(|kind| *kind < 128)?;
    let message = format!("expected a packet of {MINIMUM_MTU} bytes or fewer, found {found}");
    Some(Fault::new(ipv6::field::PAYLOAD_LENGTH, message))
}

/// It is not about an ICMPv6 error.
pub(in crate::rules) const ABOUT_ERROR: Rule = Rule {
    id: "icmpv6.error.about_error",
    rfc: 4443,
    section: "2.4",
    level: Level::MustNot,
    quote: "An ICMPv6 error message MUST NOT be originated as a result of receiving the following: (e.1) An \
            ICMPv6 error message.",
    note: None,
    check: Check::PduWhere(Protocol::Icmpv6, is_about_a_packet, about_error),
    pass: PORT_UNREACHABLE,
    fail: ip(
        "60000000006c3a4020010db800000000000000000000000120010db8000000000000000000000002010308db0000000060000000003c3a4020010db800000000000000000000000220010db8000900000000000000000001010431d80000000060000000000c114020010db800090000000000000000000120010db80000000000000000000000029c400007000c294070696e67",
    ),
};

fn about_error(pdu: &Pdu) -> Option<Fault> {
    let (inner, found) = quoted_message(pdu)?;
    let at = inner.start() - pdu.start();
    (found < 128).then(|| Fault::new(at..at + 1, format!("about an ICMPv6 error (type {found})")))
}

/// It is not about a redirect.
pub(in crate::rules) const ABOUT_REDIRECT: Rule = Rule {
    id: "icmpv6.error.about_redirect",
    rfc: 4443,
    section: "2.4",
    level: Level::MustNot,
    quote: "(e.2) An ICMPv6 redirect message [IPv6-DISC].",
    note: None,
    check: Check::PduWhere(Protocol::Icmpv6, is_about_a_packet, about_redirect),
    pass: PORT_UNREACHABLE,
    fail: ip(
        "6000000000583a4020010db800000000000000000000000120010db80000000000000000000000020104082f000000006000000000283aff20010db800000000000000000000000220010db80000000000000000000000018900bfa30000000020010db800000000000000000000000920010db8000000000000000000000009",
    ),
};

fn about_redirect(pdu: &Pdu) -> Option<Fault> {
    let (inner, found) = quoted_message(pdu)?;
    let at = inner.start() - pdu.start();
    (found == REDIRECT).then(|| Fault::new(at..at + 1, "about a redirect".to_owned()))
}

/// The ICMPv6 message in the quoted packet, with its type.
fn quoted_message<'p>(pdu: &Pdu<'p>) -> Option<(Pdu<'p>, u8)> {
    let inner = message(&quoted(pdu)?.0)?;
    Some((inner, kind(&inner)?))
}

/// It is not about a multicast.
pub(in crate::rules) const ABOUT_MULTICAST: Rule = Rule {
    id: "icmpv6.error.about_multicast",
    rfc: 4443,
    section: "2.4",
    level: Level::MustNot,
    quote: "(e.3) A packet destined to an IPv6 multicast address. (There are two exceptions to this rule: (1) \
            the Packet Too Big Message (Section 3.2) to allow Path MTU discovery to work for IPv6 multicast, \
            and (2) the Parameter Problem Message, Code 2 (Section 3.4) reporting an unrecognized IPv6 option \
            (see Section 4.2 of [IPv6]) that has the Option Type highest-order two bits set to 10).",
    note: None,
    check: Check::PduWhere(Protocol::Icmpv6, is_about_a_packet, about_multicast),
    pass: PORT_UNREACHABLE,
    fail: ip(
        "60000000003c3a4020010db800000000000000000000000120010db8000000000000000000000002010431e10000000060000000000c114020010db8000000000000000000000002ff0200000000000000000000000000fb9c400007000c570570696e67",
    ),
};

fn about_multicast(pdu: &Pdu) -> Option<Fault> {
    if matches!(*pdu.bytes(), [PACKET_TOO_BIG, ..] | [PARAMETER_PROBLEM, 2, ..]) {
        return None;
    }
    let destination = quoted(pdu)?.1.destination();
    let message = || format!("about a packet to {destination}, a multicast address");
    let range = within(ipv6::field::DESTINATION);
    destination.is_multicast().then(|| Fault::new(range, message()))
}

/// It is not about a packet that no single node sent.
pub(in crate::rules) const ABOUT_SOURCE: Rule = Rule {
    id: "icmpv6.error.about_source",
    rfc: 4443,
    section: "2.4",
    level: Level::MustNot,
    quote: "(e.6) A packet whose source address does not uniquely identify a single node -- e.g., the IPv6 \
            Unspecified Address, an IPv6 multicast address, or an address known by the ICMP message \
            originator to be an IPv6 anycast address.",
    note: None,
    check: Check::PduWhere(Protocol::Icmpv6, is_about_a_packet, about_source),
    pass: PORT_UNREACHABLE,
    fail: ip(
        "60000000003c3a4020010db800000000000000000000000120010db8000000000000000000000002010431e10000000060000000000c11400000000000000000000000000000000020010db80000000000000000000000019c400007000c570470696e67",
    ),
};

fn about_source(pdu: &Pdu) -> Option<Fault> {
    let source = quoted(pdu)?.1.source();
    let message = || format!("about a packet from {source}, which is no single node");
    let none = source.is_unspecified() || source.is_multicast();
    none.then(|| Fault::new(within(ipv6::field::SOURCE), message()))
}

/// It goes to where the packet came from.
pub(in crate::rules) const DESTINATION: Rule = Rule {
    id: "icmpv6.error.destination",
    rfc: 4443,
    section: "3.1",
    level: Level::Must,
    quote: "Copied from the Source Address field of the invoking packet.",
    note: Some("Warned of only: a translator that left the quoted header alone looks the same."),
    check: Check::PduWhere(Protocol::Icmpv6, is_about_a_packet, destination),
    pass: PORT_UNREACHABLE,
    fail: ip(
        "60000000003c3a4020010db800000000000000000000000120010db8000000000000000000000002010431e10000000060000000000c114020010db800000000000000000000000320010db80000000000000000000000019c400007000c294870696e67",
    ),
};

fn destination(pdu: &Pdu) -> Option<Fault> {
    let source = quoted(pdu)?.1.source();
    let (_, destination) = pdu.addresses()?;
    let nobody = source.is_unspecified() || source.is_multicast();
    // With a routing header the destination may be a stop on the way.
    let direct = pdu.around()?.protocol() == Protocol::Ipv6;
    if destination == IpAddr::V6(source) || nobody || !direct {
        return None;
    }
    let message = format!("expected {destination}, to which this error goes, found {source}");
    Some(Fault::new(within(ipv6::field::SOURCE), message).warned())
}

/// A field of the quoted header, within the message.
fn within(field: std::ops::Range<usize>) -> std::ops::Range<usize> {
    QUOTED + field.start..QUOTED + field.end
}
