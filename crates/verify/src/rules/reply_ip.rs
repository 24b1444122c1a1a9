//! Rules on the IP header of a reply beside that of its request, of either version (RFC 1122 section 3.2.1.3,
//! RFC 4443 section 2.2): for every kind of reply that has none of its own.

use std::net::IpAddr;

use wire::{Ipv4, Protocol, ipv4, ipv6};

use super::over_ip;
use super::reply_udp::is_dhcp;
use crate::Call;
use crate::datagram::Datagram;
use crate::exchange::Exchange;
use crate::rule::{Check, Example, Fault, Level, Rule};

/// A ping over IPv6.
pub(super) const PING_6: &str = "60000000000c3a40fd000000000000000000000000000002fd0000000000000000000000000000018000a6db0007000170696e67";
/// What we answer.
pub(super) const PONG_6: &str = "60000000000c3a40fd000000000000000000000000000001fd0000000000000000000000000000028100a5db0007000170696e67";
/// The ping answered.
pub(super) const GOOD: Example = answered(PONG_6);

/// The hop limit that hosts are advised to send.
const ADVISED_HOP_LIMIT: u8 = 64;

/// The reply comes from our address.
pub(super) const SOURCE: Rule = Rule {
    id: "reply.ip.source",
    rfc: 1122,
    section: "3.2.1.3",
    level: Level::Must,
    quote: "When a host sends any datagram, the IP source address MUST be one of its own IP \
            addresses (but not a broadcast or multicast address).",
    note: Some("This host has one of each version, so it is also the one that was asked."),
    check: Check::Exchange(|x| {
        let (_, reply) = general(x)?;
        let own = match reply.source {
            IpAddr::V4(_) => x.host.address.into(),
            IpAddr::V6(_) => x.host.ipv6?.into(),
        };
        Fault::unless_equal(source(&reply), own, reply.source)
    }),
    pass: GOOD,
    fail: answered(
        "60000000000c3a40fd000000000000000000000000000009fd0000000000000000000000000000028100a5d30007000170696e67",
    ),
};

/// The reply goes to whoever asked.
pub(super) const DESTINATION: Rule = Rule {
    id: "reply.ip.destination",
    rfc: 4443,
    section: "4.2",
    level: Level::Must,
    quote: "Copied from the Source Address field of the invoking Echo Request packet.",
    note: Some(
        "So for every kind of reply, of IPv4 too, but for DHCP. Who has no address yet is answered by a \
         neighbor advertisement to all.",
    ),
    check: Check::Exchange(|x| {
        let (request, reply) =
            general(x).filter(|(request, _)| !request.source.is_unspecified())?;
        let is_dhcp = x.calls_for(Call::Datagram) && is_dhcp(&request);
        let range = destination(&reply);
        Fault::unless_equal(range, request.source, reply.destination).filter(|_| !is_dhcp)
    }),
    pass: GOOD,
    fail: answered(
        "60000000000c3a40fd000000000000000000000000000001fd0000000000000000000000000000098100a5d40007000170696e67",
    ),
};

/// The reply is of the protocol that was spoken.
pub(super) const PROTOCOL: Rule = Rule {
    id: "reply.ip.protocol",
    rfc: 8200,
    section: "3",
    level: Level::Must,
    quote: "Identifies the type of header immediately following the IPv6 header.",
    note: Some(
        "In IPv4 it is the field protocol; behind extension headers the last of them says it.",
    ),
    check: Check::Exchange(|x| {
        let (_, reply) = general(x)?;
        let range = match reply.source {
            IpAddr::V4(_) => ipv4::field::PROTOCOL,
            IpAddr::V6(_) => ipv6::field::NEXT_HEADER,
        };
        Fault::unless_equal(range, protocol(x.call?, &reply), reply.protocol)
    }),
    pass: GOOD,
    fail: answered(
        "60000000000cfd40fd000000000000000000000000000001fd0000000000000000000000000000028100a5db0007000170696e67",
    ),
};

/// The reply is in one piece.
pub(super) const FRAGMENT: Rule = Rule {
    id: "reply.ip.fragment",
    rfc: 8200,
    section: "4.5",
    level: Level::Must,
    quote: "The Fragment header is used by an IPv6 source to send a packet larger than would fit in the \
            path MTU to its destination.",
    note: Some(
        "A reply is one packet here, of IPv4 too: of a fragment the other pieces are never sent.",
    ),
    check: Check::Exchange(fragment),
    pass: over_ip(
        "6000000000103a40fd000000000000000000000000000002fd0000000000000000000000000000018000c8060007000170696e6770696e67",
        Some(
            "6000000000103a40fd000000000000000000000000000001fd0000000000000000000000000000028100c7060007000170696e6770696e67",
        ),
    ),
    fail: over_ip(
        "6000000000103a40fd000000000000000000000000000002fd0000000000000000000000000000018000c8060007000170696e6770696e67",
        Some(
            "6000000000182c40fd000000000000000000000000000001fd0000000000000000000000000000023a000001000000018100c7060007000170696e6770696e67",
        ),
    ),
};

fn fragment(x: &Exchange) -> Option<Fault> {
    let (_, reply) = general(x)?;
    let message = || "expected no fragment, found one".to_owned();
    if let Some(ip) = Ipv4::new(reply.bytes).filter(|_| reply.source.is_ipv4()) {
        return ip.is_fragment().then(|| Fault::new(ipv4::field::FRAGMENT_OFFSET, message()));
    }
    let packet = x.packet(x.reply?);
    let header = packet.pdus().find(|pdu| pdu.protocol() == Protocol::Fragment)?;
    let start = header.start() - x.link_header();
    (header.word(2)? & 0xfff9 != 0).then(|| Fault::new(start..start + 8, message()))
}

/// The hop limit takes the reply across the Internet.
pub(super) const HOP_LIMIT: Rule = Rule {
    id: "reply.ip.hop_limit",
    rfc: 4861,
    section: "6.3.2",
    level: Level::Should,
    quote: "Default: The value specified in the \"Assigned Numbers\" [ASSIGNED] that was in effect at the \
            time of implementation.",
    note: Some("That is 64 (RFC 1700, IP TIME TO LIVE PARAMETER). More is no fault."),
    check: Check::Exchange(|x| {
        let (_, reply) = general(x).filter(|(_, reply)| reply.source.is_ipv6())?;
        let found = *reply.bytes.get(ipv6::field::HOP_LIMIT.start)?;
        let message = || format!("expected {ADVISED_HOP_LIMIT} or more, found {found}");
        (found < ADVISED_HOP_LIMIT).then(|| Fault::new(ipv6::field::HOP_LIMIT, message()))
    }),
    pass: GOOD,
    fail: answered(
        "60000000000c3a01fd000000000000000000000000000001fd0000000000000000000000000000028100a5db0007000170696e67",
    ),
};

/// What is sent ends where the packet does.
pub(super) const TRAILING: Rule = Rule {
    id: "reply.ip.trailing",
    rfc: 8200,
    section: "3",
    level: Level::Must,
    quote: "Length of the IPv6 payload, i.e., the rest of the packet following this IPv6 header, in \
            octets.",
    note: Some("On Ethernet padding may follow, which is another rule's affair."),
    check: Check::Exchange(|x| {
        let (_, reply) = x.pair().filter(|(_, reply)| reply.source.is_ipv6())?;
        let length = x.answer().filter(|_| x.host.mac.is_none())?.len();
        let end = reply.bytes.len();
        let message = || format!("expected {end} bytes, found {length}");
        (end < length).then(|| Fault::new(end..length, message()))
    }),
    pass: GOOD,
    fail: answered(
        "60000000000c3a40fd000000000000000000000000000001fd0000000000000000000000000000028100a5db0007000170696e6700",
    ),
};

/// The ping answered by this.
pub(super) const fn answered(reply: &'static str) -> Example {
    over_ip(PING_6, Some(reply))
}

/// Request and reply of a kind that has not its own rules on their header: all but the echo of IPv4.
fn general<'a>(x: &Exchange<'a>) -> Option<(Datagram<'a>, Datagram<'a>)> {
    x.pair().filter(|_| !x.calls_for(Call::Echo))
}

/// The messages of request and reply, where that kind of reply is called for and the reply is of its
/// protocol.
pub(super) fn messages<'a>(x: &Exchange<'a>, call: Call) -> Option<(Datagram<'a>, Datagram<'a>)> {
    let (request, reply) = x.pair().filter(|_| x.calls_for(call))?;
    (reply.protocol == protocol(call, &reply)).then_some((request, reply))
}

/// The protocol of such a reply (IANA "Protocol Numbers").
fn protocol(call: Call, reply: &Datagram) -> u8 {
    match (call, reply.source) {
        (Call::Segment(_), _) => 6,
        (Call::Datagram, _) => 17,
        (_, IpAddr::V4(_)) => ipv4::PROTOCOL_ICMP,
        (_, IpAddr::V6(_)) => wire::icmpv6::NEXT_HEADER,
    }
}

/// Where the source is in a datagram.
fn source(datagram: &Datagram) -> std::ops::Range<usize> {
    if datagram.source.is_ipv4() { ipv4::field::SOURCE } else { ipv6::field::SOURCE }
}

/// Where the destination is in a datagram.
pub(super) fn destination(datagram: &Datagram) -> std::ops::Range<usize> {
    if datagram.source.is_ipv4() { ipv4::field::DESTINATION } else { ipv6::field::DESTINATION }
}
