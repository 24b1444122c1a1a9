//! Rules on a reply where there must be none: one for each reason to stay silent, and apart from
//! those, what one reason tells together: packets for others, for all, for a group, and errors.

use std::net::Ipv4Addr;

use wire::{Ipv4, Protocol};

use super::PONG;
use crate::exchange::Exchange;
use crate::rule::{Check, Example, Fault, Level, Rule};
use crate::{Due, Host, Reason};

/// No reply to what is not IPv4, or has options and another fault.
pub(super) const VERSION: Rule = Rule {
    id: "silence.version",
    rfc: 1122,
    section: "3.2.1.1",
    level: Level::Must,
    quote: "A datagram whose version number is not 4 MUST be silently discarded.",
    note: Some("A faulty header with options counts here, because the embedded model reads none."),
    check: Check::Exchange(|x| answered(x, Reason::Version)),
    pass: unanswered("6500002000000000400146db0a0000020a000001080019270007000170696e67"),
    fail: answer("6500002000000000400146db0a0000020a000001080019270007000170696e67"),
};

/// No reply to a packet that was cut short.
pub(super) const TRUNCATED: Rule = Rule {
    id: "silence.truncated",
    rfc: 791,
    section: "3.1",
    level: Level::Must,
    quote: "Total Length is the length of the datagram, measured in octets, including internet \
            header and data.",
    note: Some("The clause defines the length; that less is no datagram to answer follows."),
    check: Check::Exchange(|x| answered(x, Reason::Truncated)),
    pass: unanswered("4500002000000000400166db0a0000020a000001080019270007000170696e"),
    fail: answer("4500002000000000400166db0a0000020a000001080019270007000170696e"),
};

/// No reply to a packet too short to be a request.
pub(super) const SHORT: Rule = Rule {
    id: "silence.short",
    rfc: 791,
    section: "3.1",
    level: Level::Must,
    quote: "Total Length is the length of the datagram, measured in octets, including internet \
            header and data.",
    note: Some("The clause defines the length; that less is no datagram to answer follows."),
    check: Check::Exchange(|x| answered(x, Reason::Short)),
    pass: unanswered("4500001b00000000400166e00a0000020a000001080019270007000170696e67"),
    fail: answer("4500001b00000000400166e00a0000020a000001080019270007000170696e67"),
};

/// No reply to a header that was damaged.
pub(super) const HEADER_CHECKSUM: Rule = Rule {
    id: "silence.header_checksum",
    rfc: 1122,
    section: "3.2.1.2",
    level: Level::Must,
    quote: "A host MUST verify the IP header checksum on every received datagram and silently \
            discard every datagram that has a bad checksum.",
    note: None,
    check: Check::Exchange(|x| answered(x, Reason::HeaderChecksum)),
    pass: unanswered("4500002000000000400112340a0000020a000001080019270007000170696e67"),
    fail: answer("4500002000000000400112340a0000020a000001080019270007000170696e67"),
};

/// No reply to a packet for another host.
pub(super) const NOT_FOR_ME: Rule = Rule {
    id: "silence.not_for_me",
    rfc: 1122,
    section: "3.2.1.3",
    level: Level::Must,
    quote: "A host MUST silently discard an incoming datagram that is not destined for the host.",
    note: None,
    check: Check::Exchange(|x| {
        answered_to(x, |host, to| !is_broadcast(host, to) && !to.is_multicast())
    }),
    pass: unanswered("4500002000000000400166d30a0000020a000009080019270007000170696e67"),
    fail: answer("4500002000000000400166d30a0000020a000009080019270007000170696e67"),
};

/// No reply to a packet for every host.
pub(super) const BROADCAST: Rule = Rule {
    id: "silence.broadcast",
    rfc: 1122,
    section: "3.2.2.6",
    level: Level::Must,
    quote: "An ICMP Echo Request destined to an IP broadcast or IP multicast address MAY be \
            silently discarded.",
    note: Some("The clause permits silence; this host chooses it, lest one ping draw a storm."),
    check: Check::Exchange(|x| answered_to(x, is_broadcast)),
    pass: unanswered("4500002000000000400165dd0a0000020a0000ff080019270007000170696e67"),
    fail: answer("4500002000000000400165dd0a0000020a0000ff080019270007000170696e67"),
};

/// No reply to a packet for a group.
pub(super) const MULTICAST: Rule = Rule {
    id: "silence.multicast",
    rfc: 1122,
    section: "3.2.2.6",
    level: Level::Must,
    quote: "An ICMP Echo Request destined to an IP broadcast or IP multicast address MAY be \
            silently discarded.",
    note: Some("The clause permits silence; this host chooses it, lest one ping draw a storm."),
    check: Check::Exchange(|x| answered_to(x, |_, to| to.is_multicast())),
    pass: unanswered("4500002000000000400190da0a000002e0000001080019270007000170696e67"),
    fail: answer("4500002000000000400190da0a000002e0000001080019270007000170696e67"),
};

/// No reply to a source that is no single other host.
pub(super) const SOURCE: Rule = Rule {
    id: "silence.source",
    rfc: 1122,
    section: "3.2.1.3",
    level: Level::Must,
    quote: "A host MUST silently discard an incoming datagram containing an IP source address that \
            is invalid by the rules of this section.",
    note: Some("Our own address as source counts too: no packet of ours comes back by the link."),
    check: Check::Exchange(|x| answered_ipv4(x, Reason::Source)),
    pass: unanswered("4500002000000000400170dd000000000a000001080019270007000170696e67"),
    fail: answer("4500002000000000400170dd000000000a000001080019270007000170696e67"),
};

/// No reply to a piece of a request.
pub(super) const FRAGMENT: Rule = Rule {
    id: "silence.fragment",
    rfc: 1122,
    section: "3.3.2",
    level: Level::Must,
    quote: "The IP layer MUST implement reassembly of IP datagrams.",
    note: Some("This host does not reassemble yet; to answer one piece would be wrong either way."),
    check: Check::Exchange(|x| answered_ipv4(x, Reason::Fragment)),
    pass: unanswered("4500002000002000400146db0a0000020a000001080019270007000170696e67"),
    fail: answer("4500002000002000400146db0a0000020a000001080019270007000170696e67"),
};

/// No reply to another protocol.
pub(super) const PROTOCOL: Rule = Rule {
    id: "silence.protocol",
    rfc: 1122,
    section: "3.2.2.6",
    level: Level::Must,
    quote: "Every host MUST implement an ICMP Echo server function that receives Echo Requests and \
            sends corresponding Echo Replies.",
    note: Some(
        "Only echo requests have echo replies. A host SHOULD send Destination Unreachable \
         (section 3.2.2.1); this one does not speak it yet.",
    ),
    check: Check::Exchange(|x| answered_ipv4(x, Reason::Protocol)),
    pass: unanswered("4500002000000000401166cb0a0000020a000001080019270007000170696e67"),
    fail: answer("4500002000000000401166cb0a0000020a000001080019270007000170696e67"),
};

/// No reply to a message that was damaged.
pub(super) const ICMP_CHECKSUM: Rule = Rule {
    id: "silence.icmp_checksum",
    rfc: 792,
    section: "Echo or Echo Reply Message",
    level: Level::Must,
    quote: "The checksum is the 16-bit ones's complement of the one's complement sum of the ICMP \
            message starting with the ICMP Type.",
    note: Some("That a receiver tests it is implied; RFC 1071 section 1 says how."),
    check: Check::Exchange(|x| answered(x, Reason::IcmpChecksum)),
    pass: unanswered("4500002000000000400166db0a0000020a000001080012340007000170696e67"),
    fail: answer("4500002000000000400166db0a0000020a000001080012340007000170696e67"),
};

/// No reply to a message that does not ask for an echo.
pub(super) const ICMP_TYPE: Rule = Rule {
    id: "silence.icmp_type",
    rfc: 1122,
    section: "3.2.2",
    level: Level::Must,
    quote: "If an ICMP message of unknown type is received, it MUST be silently discarded.",
    note: Some("To this host every type but the echo request is unknown, and every code but 0."),
    check: Check::Exchange(|x| answered(x, Reason::IcmpType).filter(|_| !is_error(x))),
    pass: unanswered("4500002000000000400166db0a0000020a0000010d0014270007000170696e67"),
    fail: answer("4500002000000000400166db0a0000020a0000010d0014270007000170696e67"),
};

/// No reply to an error.
pub(super) const ICMP_ERROR: Rule = Rule {
    id: "silence.icmp_error",
    rfc: 792,
    section: "Introduction",
    level: Level::Must,
    quote: "To avoid the infinite regress of messages about messages etc., no ICMP messages are \
            sent about ICMP messages.",
    note: None,
    check: Check::Exchange(|x| answered(x, Reason::IcmpType).filter(|_| is_error(x))),
    pass: unanswered("4500002000000000400166db0a0000020a00000103011e260007000170696e67"),
    fail: answer("4500002000000000400166db0a0000020a00000103011e260007000170696e67"),
};

/// That request met with silence.
const fn unanswered(request: &'static str) -> Example {
    Example::Exchange { request, reply: None }
}

/// That request answered, as the sound ping of the examples would be.
const fn answer(request: &'static str) -> Example {
    Example::Exchange { request, reply: Some(PONG) }
}

/// The fault of any reply where silence is due for that reason.
pub(super) fn answered(x: &Exchange, reason: Reason) -> Option<Fault> {
    let reply = x.reply.filter(|_| x.due == Due::Silence(reason))?;
    let (why, length) = (reason.describe(), reply.len());
    let message = format!("expected silence ({why}), found a reply of {length} bytes");
    Some(Fault::new(0..length, message))
}

/// The same of a packet of IPv4: IPv6 has clauses of its own.
fn answered_ipv4(x: &Exchange, reason: Reason) -> Option<Fault> {
    answered(x, reason).filter(|_| !is_ipv6(x))
}

/// Whether a packet of IPv6 came.
pub(super) fn is_ipv6(x: &Exchange) -> bool {
    let packet = x.packet(x.request);
    let network = packet.pdus().map(|pdu| pdu.protocol()).find(|protocol| protocol.is_network());
    network == Some(Protocol::Ipv6)
}

/// The same for a datagram that is not for us, told apart by its destination.
fn answered_to(x: &Exchange, to: impl Fn(&Host, Ipv4Addr) -> bool) -> Option<Fault> {
    let fault = answered_ipv4(x, Reason::NotForMe)?;
    let destination = Ipv4::new(x.request.get(x.link_header()..)?)?.destination();
    to(x.host, destination).then_some(fault)
}

fn is_broadcast(host: &Host, address: Ipv4Addr) -> bool {
    address.is_broadcast() || Some(address) == host.broadcast
}

/// Whether the request is an ICMP error message (RFC 1122 section 3.2.2).
fn is_error(x: &Exchange) -> bool {
    let datagram = x.request.get(x.link_header()..).and_then(Ipv4::new);
    let icmp = datagram.and_then(|ip| ip.payload());
    matches!(icmp, Some([3 | 4 | 5 | 11 | 12, ..]))
}
