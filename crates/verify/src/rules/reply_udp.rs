//! Rules on what an open UDP port sends beside the datagram that came: from port to port, and what the echo
//! service returns (RFC 768, RFC 862).
//!
//! Ports whose protocols no RFC describes are held to the rows on ports and length alone.

use std::ops::Range;

use wire::dhcp::SERVER_PORT;
use wire::udp::{HEADER_LEN, field};

use super::IP_HOST;
use crate::datagram::Datagram;
use crate::due::udp::{ECHO_PORT, PROTOCOL_UDP};
use crate::exchange::Exchange;
use crate::rule::{Check, Example, Fault, Level, Rule};
use crate::{Call, Due};

/// Four octets to the echo port, from port 40000.
const ASKED: &str = "4500002000000000401166cb0a0000020a0000019c400007000c70bb70696e67";

/// What comes back.
const GOOD: Example = answered("4500002000000000401166cb0a0000010a00000200079c40000c70bb70696e67");

/// The datagram to the echo port answered by this.
const fn answered(reply: &'static str) -> Example {
    exchange(ASKED, Some(reply))
}

/// An exchange of the host that speaks everything.
pub(super) const fn exchange(request: &'static str, reply: Option<&'static str>) -> Example {
    Example::Session { host: &IP_HOST, before: &[], request, reply }
}

/// The request as a datagram, where one from an open port may be sent.
fn asked<'a>(x: &Exchange<'a>) -> Option<Datagram<'a>> {
    if !x.calls_for(Call::Datagram) {
        return None;
    }
    x.asked
}

/// The datagram that came to an open port and the one that answers it, both of UDP.
pub(super) fn pair<'a>(x: &Exchange<'a>) -> Option<(Datagram<'a>, Datagram<'a>)> {
    if !x.calls_for(Call::Datagram) {
        return None;
    }
    x.pair().filter(|(_, reply)| reply.protocol == PROTOCOL_UDP)
}

/// The data of both, each as a message of its own, where the request went to that port.
pub(super) fn at_port<'a>(x: &Exchange<'a>, port: u16) -> Option<(Datagram<'a>, Datagram<'a>)> {
    let (asked, reply) = pair(x).filter(|(asked, _)| is_to(asked, port))?;
    Some((data(asked)?, data(reply)?))
}

/// Whether the request went to that port, and is not answered although it must be.
pub(super) fn is_unanswered(x: &Exchange, port: u16) -> bool {
    let silent = x.due == Due::Reply && x.reply.is_none();
    silent && asked(x).is_some_and(|asked| is_to(&asked, port))
}

/// Whether a datagram is for the DHCP server: DHCP has ways of its own to find the client.
pub(super) fn is_dhcp(asked: &Datagram) -> bool {
    asked.source.is_ipv4() && is_to(asked, SERVER_PORT)
}

fn is_to(asked: &Datagram, port: u16) -> bool {
    asked.word(field::DESTINATION_PORT.start) == Some(port)
}

fn data(udp: Datagram) -> Option<Datagram> {
    let length = usize::from(udp.word(field::LENGTH.start)?);
    let message = udp.message.get(HEADER_LEN..length.min(udp.message.len()))?;
    Some(Datagram { message, start: udp.start + HEADER_LEN, ..udp })
}

/// The fault of an answer without any data, where the protocol at that port has a message in it. What there is
/// of one is judged by itself.
pub(super) fn if_empty(reply: &Datagram, what: &str) -> Option<Fault> {
    let header = reply.start - HEADER_LEN..reply.start;
    let message = || format!("expected {what}, found an empty datagram");
    reply.message.is_empty().then(|| Fault::new(header, message()))
}

/// The fault of octets that should be those and are not: the first to the last that differ, or their number.
pub(super) fn unless_same(expected: &[u8], found: &[u8], at: usize) -> Option<Fault> {
    if expected.len() != found.len() {
        let message = format!("expected {} bytes, found {}", expected.len(), found.len());
        return Some(Fault::new(at..at + found.len(), message));
    }
    let differing = || expected.iter().zip(found).map(|(one, other)| one != other);
    let first = differing().position(|differs| differs)?;
    let last = differing().rposition(|differs| differs)?;
    let message = format!("expected 0x{:02x} first, found 0x{:02x}", expected[first], found[first]);
    Some(Fault::new(at + first..at + last + 1, message))
}

const SOURCE: &str = "Source Port is an optional field, when meaningful, it indicates the port of the sending \
                      process, and may be assumed to be the port to which a reply should be addressed in the \
                      absence of any other information.";

/// The answer comes from the port that was asked.
pub(super) const SOURCE_PORT: Rule = Rule {
    id: "udp.reply.source_port",
    rfc: 768,
    section: "Fields",
    level: Level::Must,
    quote: SOURCE,
    note: Some(
        "The sending process is the one that was asked; for DNS RFC 2181 section 4.2 says so.",
    ),
    check: Check::Exchange(|x| unless_port(x, field::DESTINATION_PORT, field::SOURCE_PORT)),
    pass: GOOD,
    fail: answered("4500002000000000401166cb0a0000010a00000200089c40000c70ba70696e67"),
};

/// The answer goes to the port that asked.
pub(super) const DESTINATION_PORT: Rule = Rule {
    id: "udp.reply.destination_port",
    rfc: 768,
    section: "Fields",
    level: Level::Must,
    quote: SOURCE,
    note: Some("In DHCP there is other information: RFC 2131 section 4.1."),
    check: Check::Exchange(|x| {
        pair(x).filter(|(asked, _)| !is_dhcp(asked))?;
        unless_port(x, field::SOURCE_PORT, field::DESTINATION_PORT)
    }),
    pass: GOOD,
    fail: answered("4500002000000000401166cb0a0000010a00000200079c41000c70ba70696e67"),
};

fn unless_port(x: &Exchange, theirs: Range<usize>, ours: Range<usize>) -> Option<Fault> {
    let (asked, reply) = pair(x)?;
    let (expected, found) = (asked.word(theirs.start)?, reply.word(ours.start)?);
    Fault::unless_equal(reply.range(ours), expected, found)
}

/// The datagram ends with the packet.
pub(super) const LENGTH: Rule = Rule {
    id: "udp.reply.length",
    rfc: 768,
    section: "Fields",
    level: Level::Must,
    quote: "Length is the length in octets of this user datagram including this header and the \
            data. (This means the minimum value of the length is eight.)",
    note: Some("A host that sends no options of UDP (RFC 9868) leaves no surplus after it."),
    check: Check::Exchange(|x| {
        let (_, reply) = pair(x)?;
        let (whole, found) = (reply.message.len(), reply.word(field::LENGTH.start)?);
        let message = || format!("expected {whole}, found {found}");
        let less = usize::from(found) < whole;
        less.then(|| Fault::new(reply.range(field::LENGTH), message()))
    }),
    pass: GOOD,
    fail: answered("4500002200000000401166c90a0000010a00000200079c40000c70bb70696e670000"),
};

/// Whoever asks for an echo gets one.
pub(super) const UNANSWERED: Rule = Rule {
    id: "udp.echo.unanswered",
    rfc: 862,
    section: "UDP Based Echo Service",
    level: Level::Must,
    quote: BACK,
    note: Some("What another echo service sends may be left unanswered, lest the two never end."),
    check: Check::Exchange(|x| {
        let message = || "expected an answering datagram, found silence".to_owned();
        is_unanswered(x, ECHO_PORT).then(|| Fault::new(0..0, message()))
    }),
    pass: GOOD,
    fail: exchange(ASKED, None),
};

const BACK: &str =
    "When a datagram is received, the data from it is sent back in an answering datagram.";

/// An echo is what was sent.
pub(super) const DATA: Rule = Rule {
    id: "udp.echo.data",
    rfc: 862,
    section: "UDP Based Echo Service",
    level: Level::Must,
    quote: BACK,
    note: None,
    check: Check::Exchange(|x| {
        let (asked, reply) = at_port(x, ECHO_PORT)?;
        unless_same(asked.message, reply.message, reply.start)
    }),
    pass: GOOD,
    fail: answered("4500002000000000401166cb0a0000010a00000200079c40000c70ae70696e74"),
};
