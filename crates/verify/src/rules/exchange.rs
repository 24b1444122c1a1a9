//! Rules on a reply beside its request: what makes it *the* echo reply (RFC 792, RFC 1122 section
//! 3.2.2.6).
//!
//! They speak only where a reply may be sent. None proposes an edit: taken together the edits would
//! be a responder, and only a model responds here.

use wire::icmp::{self, ECHO_HEADER_LEN, ECHO_REPLY};
use wire::ipv4::{self, PROTOCOL_ICMP};
use wire::{Ipv4, Link};

use super::{GOOD, PING, answered};
use crate::exchange::Exchange;
use crate::rule::{Check, Example, Fault, Level, Rule};
use crate::{Call, Due};

const ECHO: &str = "Echo or Echo Reply Message";

/// The TTL that hosts are advised to send.
const ADVISED_TTL: u8 = 64;

/// A valid request is answered.
pub(super) const UNANSWERED: Rule = Rule {
    id: "exchange.unanswered",
    rfc: 1122,
    section: "3.2.2.6",
    level: Level::Must,
    quote: "Every host MUST implement an ICMP Echo server function that receives Echo Requests and \
            sends corresponding Echo Replies.",
    note: None,
    check: Check::Exchange(|x| {
        let silence = x.reply.is_none() && x.due == Due::Reply && x.calls_for(Call::Echo);
        silence.then(|| Fault::new(0..0, "expected an echo reply, found silence".to_owned()))
    }),
    pass: GOOD,
    fail: Example::Exchange { request: PING, reply: None },
};

/// What is sent ends where the datagram does.
pub(super) const TRAILING: Rule = Rule {
    id: "exchange.trailing",
    rfc: 791,
    section: "3.1",
    level: Level::Must,
    quote: "Total Length is the length of the datagram, measured in octets, including internet \
            header and data.",
    note: Some(
        "Padding after a datagram is the link's to add, so captures may show it. In a frame of our own it is \
         another rule's affair.",
    ),
    check: Check::Exchange(|x| {
        let reply = Ipv4::new(x.answer().filter(|_| has_no_link_header(x))?)?;
        let (length, surplus) = (reply.bytes().len(), reply.padding().len());
        let message = || format!("expected {} bytes, found {length}", length - surplus);
        (surplus > 0).then(|| Fault::new(length - surplus..length, message()))
    }),
    pass: GOOD,
    fail: answered("4500002000000000400166db0a0000010a000002000021270007000170696e6700"),
};

/// Whether datagrams of IPv4 travel without anything around them.
fn has_no_link_header(x: &Exchange) -> bool {
    x.host.mac.is_none() && x.packet(x.request).link() == Link::Ipv4
}

/// The reply comes from an address of ours.
pub(super) const OWN_SOURCE: Rule = Rule {
    id: "exchange.source",
    rfc: 1122,
    section: "3.2.1.3",
    level: Level::Must,
    quote: "When a host sends any datagram, the IP source address MUST be one of its own IP \
            addresses (but not a broadcast or multicast address).",
    note: None,
    check: Check::Exchange(|x| {
        let (_, reply) = x.datagrams()?;
        Fault::unless_equal(ipv4::field::SOURCE, x.host.address, reply.source())
    }),
    pass: GOOD,
    fail: answered("4500002000000000400166d30a0000090a000002000021270007000170696e67"),
};

/// A request without options has a reply without options.
pub(super) const OPTIONS: Rule = Rule {
    id: "exchange.options",
    rfc: 792,
    section: ECHO,
    level: Level::Must,
    quote: "To form an echo reply message, the source and destination addresses are simply \
            reversed, the type code changed to 0, and the checksum recomputed.",
    note: Some("Options in the reply to a request that has some are not judged."),
    check: Check::Exchange(|x| {
        let (request, reply) = x.datagrams()?;
        let (expected, found) = (request.header_len(), reply.header_len());
        let message = || format!("expected a header of {expected} bytes, found {found}");
        (x.due == Due::Reply && expected != found)
            .then(|| Fault::new(ipv4::field::VERSION_IHL, message()))
    }),
    pass: GOOD,
    fail: answered("4600002400000000400163d60a0000010a00000201010100000021270007000170696e67"),
};

/// The reply is in one piece.
pub(super) const FRAGMENT: Rule = Rule {
    id: "icmp.echo.fragment",
    rfc: 1122,
    section: "3.2.2.6",
    level: Level::Must,
    quote: "Data received in an ICMP Echo Request MUST be entirely included in the resulting Echo \
            Reply.",
    note: Some("A reply is one packet here: of a fragment the other pieces are never sent."),
    check: Check::Exchange(|x| {
        let (_, reply) = x.datagrams().filter(|(_, reply)| reply.is_fragment())?;
        let (more, offset) = (reply.more_fragments(), reply.fragment_offset());
        let message = format!("expected no fragment, found MF {} offset {offset}", u8::from(more));
        Some(Fault::new(ipv4::field::FRAGMENT_OFFSET, message))
    }),
    pass: GOOD,
    fail: answered("4500002000002000400146db0a0000010a000002000021270007000170696e67"),
};

/// The reply is ICMP.
pub(super) const PROTOCOL: Rule = Rule {
    id: "icmp.echo.protocol",
    rfc: 792,
    section: "Message Formats",
    level: Level::Must,
    quote: "ICMP = 1",
    note: None,
    check: Check::Exchange(|x| {
        let (_, reply) = x.datagrams()?;
        Fault::unless_equal(ipv4::field::PROTOCOL, PROTOCOL_ICMP, reply.protocol())
    }),
    pass: GOOD,
    fail: answered("4500002000000000401166cb0a0000010a000002000021270007000170696e67"),
};

/// The reply comes from the address that was asked.
pub(super) const SOURCE: Rule = Rule {
    id: "icmp.echo.source",
    rfc: 1122,
    section: "3.2.2.6",
    level: Level::Must,
    quote: "The IP source address in an ICMP Echo Reply MUST be the same as the \
            specific-destination address (defined in Section 3.2.1.3) of the corresponding ICMP \
            Echo Request message.",
    note: None,
    check: Check::Exchange(|x| {
        let (request, reply) = x.datagrams()?;
        Fault::unless_equal(ipv4::field::SOURCE, request.destination(), reply.source())
    }),
    pass: GOOD,
    fail: answered("4500002000000000400166d30a0000090a000002000021270007000170696e67"),
};

/// The reply goes to whoever asked.
pub(super) const DESTINATION: Rule = Rule {
    id: "icmp.echo.destination",
    rfc: 792,
    section: ECHO,
    level: Level::Must,
    quote: "The address of the source in an echo message will be the destination of the echo reply \
            message.",
    note: None,
    check: Check::Exchange(|x| {
        let (request, reply) = x.datagrams()?;
        Fault::unless_equal(ipv4::field::DESTINATION, request.source(), reply.destination())
    }),
    pass: GOOD,
    fail: answered("4500002000000000400166d40a0000010a000009000021270007000170696e67"),
};

/// The reply is an echo reply.
pub(super) const TYPE: Rule = Rule {
    id: "icmp.echo.type",
    rfc: 792,
    section: ECHO,
    level: Level::Must,
    quote: "To form an echo reply message, the source and destination addresses are simply \
            reversed, the type code changed to 0, and the checksum recomputed.",
    note: None,
    check: Check::Exchange(|x| {
        let (_, reply) = x.messages()?;
        Fault::unless_equal(reply.range(icmp::field::TYPE), ECHO_REPLY, reply.icmp.kind())
    }),
    pass: GOOD,
    fail: answered("4500002000000000400166db0a0000010a000002080019270007000170696e67"),
};

/// The identifier comes back.
pub(super) const IDENTIFIER: Rule = Rule {
    id: "icmp.echo.identifier",
    rfc: 792,
    section: ECHO,
    level: Level::Must,
    quote: "The echoer returns these same values in the echo reply.",
    note: None,
    check: Check::Exchange(|x| {
        let (request, reply) = x.messages()?;
        let (expected, found) = (request.icmp.identifier()?, reply.icmp.identifier()?);
        Fault::unless_equal(reply.range(icmp::field::IDENTIFIER), expected, found)
    }),
    pass: GOOD,
    fail: answered("4500002000000000400166db0a0000010a000002000021260008000170696e67"),
};

/// The sequence number comes back.
pub(super) const SEQUENCE: Rule = Rule {
    id: "icmp.echo.sequence",
    rfc: 792,
    section: ECHO,
    level: Level::Must,
    quote: "The echoer returns these same values in the echo reply.",
    note: None,
    check: Check::Exchange(|x| {
        let (request, reply) = x.messages()?;
        let (expected, found) = (request.icmp.sequence()?, reply.icmp.sequence()?);
        Fault::unless_equal(reply.range(icmp::field::SEQUENCE), expected, found)
    }),
    pass: GOOD,
    fail: answered("4500002000000000400166db0a0000010a000002000021260007000270696e67"),
};

/// As much data comes back as was sent.
pub(super) const LENGTH: Rule = Rule {
    id: "icmp.echo.length",
    rfc: 1122,
    section: "3.2.2.6",
    level: Level::Must,
    quote: "Data received in an ICMP Echo Request MUST be entirely included in the resulting Echo \
            Reply.",
    note: None,
    check: Check::Exchange(|x| {
        let (request, reply) = x.messages()?;
        let (expected, found) = (request.icmp.data().len(), reply.icmp.data().len());
        let range = reply.range(ECHO_HEADER_LEN..ECHO_HEADER_LEN + found);
        let message = || format!("expected {expected} bytes of data, found {found}");
        (expected != found).then(|| Fault::new(range, message()))
    }),
    pass: GOOD,
    fail: answered("4500001f00000000400166dc0a0000010a0000020000218e0007000170696e"),
};

/// The data comes back unchanged.
pub(super) const PAYLOAD: Rule = Rule {
    id: "icmp.echo.payload",
    rfc: 792,
    section: ECHO,
    level: Level::Must,
    quote: "The data received in the echo message must be returned in the echo reply message.",
    note: None,
    check: Check::Exchange(payload),
    pass: GOOD,
    fail: answered("4500002000000000400166db0a0000010a0000020000211a0007000170696e74"),
};

/// Compares as far as both go; a difference in length is another rule's.
fn payload(x: &Exchange) -> Option<Fault> {
    let (request, reply) = x.messages()?;
    let (asked, given) = (request.icmp.data(), reply.icmp.data());
    let shared = asked.len().min(given.len());
    if asked[..shared] == given[..shared] {
        return None;
    }
    let differs = |i: &usize| asked[*i] != given[*i];
    let first = (0..shared).find(differs)?;
    let last = (0..shared).rfind(differs)?;
    let (expected, found) = (asked[first], given[first]);
    let message = format!("expected 0x{expected:02x} first, found 0x{found:02x}");
    Some(Fault::new(reply.range(ECHO_HEADER_LEN + first..ECHO_HEADER_LEN + last + 1), message))
}

/// The type of service comes back.
pub(super) const TOS: Rule = Rule {
    id: "ipv4.tos",
    rfc: 1349,
    section: "5.1",
    level: Level::Should,
    quote: "An ICMP reply message is sent with the same value in the TOS field as was used in the \
            corresponding ICMP request message.",
    note: Some(
        "A remark only: RFC 2474 made RFC 1349 obsolete and lets a host mark its packets as it \
         sees fit.",
    ),
    check: Check::Exchange(|x| {
        let (request, reply) = x.datagrams()?;
        Fault::unless_equal(ipv4::field::TOS, request.tos(), reply.tos())
    }),
    pass: GOOD,
    fail: answered("4508002000000000400166d30a0000010a000002000021270007000170696e67"),
};

/// The TTL takes the reply across the Internet.
pub(super) const TTL: Rule = Rule {
    id: "ipv4.ttl.advised",
    rfc: 1700,
    section: "IP TIME TO LIVE PARAMETER",
    level: Level::Should,
    quote: "The current recommended default time to live (TTL) for the Internet Protocol (IP) \
            [45,105] is 64.",
    note: Some("More is no fault: some hosts send 128 or 255."),
    check: Check::Exchange(|x| {
        let (_, reply) = x.datagrams()?;
        let found = reply.ttl();
        let message = || format!("expected {ADVISED_TTL} or more, found {found}");
        (found < ADVISED_TTL).then(|| Fault::new(ipv4::field::TTL, message()))
    }),
    pass: GOOD,
    fail: answered("45000020000000000101a5db0a0000010a000002000021270007000170696e67"),
};
