//! Rules on what a DHCP server sends beside the message of the client (RFC 2131 section 4.3): that it answers this
//! client and this message. What any such message has to say is judged in the message itself.

use std::net::Ipv4Addr;
use std::ops::Range;

use wire::Dhcp;
use wire::dhcp::message::{ACK, DISCOVER, INFORM, NAK, OFFER, REQUEST, name};
use wire::dhcp::{BROADCAST, SERVER_PORT, field, option};

use super::dhcp::octets;
use super::reply_udp::{at_port, exchange, if_empty, unless_same};
use crate::datagram::Datagram;
use crate::exchange::Exchange;
use crate::rule::{Check, Example, Fault, Level, Rule};

pub(super) mod addresses;

/// A client without an address looks for servers.
const LOOKS: &str = octets!(
    "4500011e00000000401179d000000000ffffffff00440043010a12fa010106003903f326000080000000000000000000000000000000000002000000000200000000000000000000",
    "638253633501013d07010200000000023703010306ff"
);

/// A relay agent, 10.0.0.5, passes that on.
const RELAYED: &str = octets!(
    "4500011e00000000401165ca0a0000050a00000100430043010af4ee010106013903f326000080000000000000000000000000000a00000502000000000200000000000000000000",
    "638253633501013d07010200000000023703010306ff"
);

/// The client takes an offer of 10.0.0.9.
const ASKS: &str = octets!(
    "4500012500000000401179c900000000ffffffff004400430111d4dd010106003903f326000080000000000000000000000000000000000002000000000200000000000000000000",
    "638253633501033d070102000000000232040a00000936040a000001ff"
);

/// 10.0.0.9, which has an address, asks what else there is.
const WONDERS: &str = octets!(
    "4500011e00000000401165c60a0000090a00000100440043010a6de7010106003903f326000000000a00000900000000000000000000000002000000000200000000000000000000",
    "638253633501083d07010200000000023703010306ff"
);

/// A client looks for servers, and is offered 10.0.0.9.
const OFFERED: Example = exchange(
    LOOKS,
    Some(octets!(
        "450001220000000040116fcb0a000001ffffffff00430044010e25ad020106003903f32600008000000000000a000009000000000000000002000000000200000000000000000000",
        "6382536335010236040a000001330400000e100104ffffff00ff"
    )),
);

/// It takes the offer, and gets the address.
const GRANTED: Example = exchange(
    ASKS,
    Some(octets!(
        "450001220000000040116fcb0a000001ffffffff00430044010e22ad020106003903f32600008000000000000a000009000000000000000002000000000200000000000000000000",
        "6382536335010536040a000001330400000e100104ffffff00ff"
    )),
);

/// A message of a client and what the server says to it.
struct Pair<'a> {
    asked: Dhcp<'a>,
    /// The type of the client's message.
    wish: u8,
    answer: Dhcp<'a>,
    reply: Datagram<'a>,
}

impl<'a> Pair<'a> {
    fn of(x: &Exchange<'a>) -> Option<Pair<'a>> {
        let (asked, reply) = at_port(x, SERVER_PORT).filter(|(asked, _)| asked.source.is_ipv4())?;
        let (asked, answer) = (Dhcp::new(asked.message)?, Dhcp::new(reply.message)?);
        Some(Pair { asked, wish: asked.message_type()?, answer, reply })
    }

    /// The fault of a field that is not as the client sent it.
    fn unless_copied(&self, range: Range<usize>) -> Option<Fault> {
        let expected = self.asked.bytes().get(range.clone())?;
        unless_same(
            expected,
            self.answer.bytes().get(range.clone())?,
            self.reply.start + range.start,
        )
    }

    fn address(dhcp: &Dhcp, range: Range<usize>) -> Ipv4Addr {
        let octets = dhcp.bytes().get(range).and_then(|octets| octets.first_chunk::<4>());
        octets.map_or(Ipv4Addr::UNSPECIFIED, |octets| (*octets).into())
    }
}

/// There is a message.
pub(super) const HEADER: Rule = Rule {
    id: "dhcp.reply.header",
    rfc: 2131,
    section: "4.3.1",
    level: Level::Must,
    quote: "When a server receives a DHCPDISCOVER message from a client, the server chooses a network address for \
            the requesting client.",
    note: Some("Of a message that is cut `dhcp.header` speaks."),
    check: Check::Exchange(|x| {
        let (_, reply) = at_port(x, SERVER_PORT).filter(|(asked, _)| asked.source.is_ipv4())?;
        if_empty(&reply, "a DHCP message")
    }),
    pass: OFFERED,
    fail: exchange(LOOKS, Some("4500001c00000000401170d10a000001ffffffff004300440008f556")),
};

/// An offer for a look, a grant or a refusal for a request.
pub(super) const TYPE: Rule = Rule {
    id: "dhcp.reply.type",
    rfc: 2131,
    section: "3.1",
    level: Level::Must,
    quote: "Each server may respond with a DHCPOFFER message that includes an available network address in the \
            'yiaddr' field (and other configuration parameters in DHCP options).",
    note: Some(
        "DHCPACK or DHCPNAK answers DHCPREQUEST, DHCPACK answers DHCPINFORM, and DHCPDISCOVER too where both sides \
         have the rapid commit option (RFC 4039).",
    ),
    check: Check::Exchange(|x| kind(&Pair::of(x)?)),
    pass: GRANTED,
    fail: exchange(
        LOOKS,
        Some(octets!(
            "450001220000000040116fcb0a000001ffffffff00430044010e22ad020106003903f32600008000000000000a000009000000000000000002000000000200000000000000000000",
            "6382536335010536040a000001330400000e100104ffffff00ff"
        )),
    ),
};

/// The rapid commit option (RFC 4039).
const RAPID_COMMIT: u8 = 80;

fn kind(Pair { asked, wish, answer, reply }: &Pair) -> Option<Fault> {
    let rapid = || [asked, answer].iter().all(|dhcp| dhcp.option(RAPID_COMMIT).is_some());
    let found = answer.message_type();
    let (fits, expected) = match *wish {
        DISCOVER => (found == Some(OFFER) || found == Some(ACK) && rapid(), "DHCPOFFER"),
        REQUEST => (matches!(found, Some(ACK | NAK)), "DHCPACK or DHCPNAK"),
        INFORM => (found == Some(ACK), "DHCPACK"),
        _ => return None,
    };
    let found = found.and_then(name).unwrap_or("none");
    let stated = answer.option(option::MESSAGE_TYPE).map(|option| option.range);
    let range = reply.range(stated.unwrap_or(field::OP));
    (!fits).then(|| Fault::new(range, format!("expected {expected}, found {found}")))
}

/// The transaction comes back.
pub(super) const TRANSACTION: Rule = Rule {
    id: "dhcp.reply.xid",
    rfc: 2131,
    section: "4.3.1",
    level: Level::Must,
    quote: "'xid' 'xid' from client 'xid' from client 'xid' from client",
    note: Some("Table 3, for all messages of servers."),
    check: Check::Exchange(|x| Pair::of(x)?.unless_copied(field::TRANSACTION)),
    pass: OFFERED,
    fail: exchange(
        LOOKS,
        Some(octets!(
            "450001220000000040116fcb0a000001ffffffff00430044010e25ac020106003903f32700008000000000000a000009000000000000000002000000000200000000000000000000",
            "6382536335010236040a000001330400000e100104ffffff00ff"
        )),
    ),
};

/// The hardware address comes back.
pub(super) const HARDWARE_ADDRESS: Rule = Rule {
    id: "dhcp.reply.chaddr",
    quote: "'chaddr' 'chaddr' from 'chaddr' from 'chaddr' from",
    note: Some("Table 3, for all messages of servers; with its type and length."),
    check: Check::Exchange(|x| {
        let pair = Pair::of(x)?;
        let kind = field::HARDWARE_TYPE.start..field::HARDWARE_LENGTH.end;
        let fault = pair.unless_copied(field::HARDWARE_ADDRESS);
        fault.or_else(|| pair.unless_copied(kind))
    }),
    fail: exchange(
        LOOKS,
        Some(octets!(
            "450001220000000040116fcb0a000001ffffffff00430044010e25ac020106003903f32600008000000000000a000009000000000000000002000000000300000000000000000000",
            "6382536335010236040a000001330400000e100104ffffff00ff"
        )),
    ),
    ..TRANSACTION
};

/// The flags come back.
pub(super) const FLAGS: Rule = Rule {
    id: "dhcp.reply.flags",
    quote: "'flags' 'flags' from 'flags' from 'flags' from",
    check: Check::Exchange(|x| {
        let pair = Pair::of(x)?;
        let relayed = Pair::address(&pair.answer, field::RELAY_ADDRESS) != Ipv4Addr::UNSPECIFIED;
        let expected = match pair.answer.message_type() {
            // "the server MUST set the broadcast bit in the DHCPNAK" to a relay agent (section 4.3.2).
            Some(NAK) if relayed => BROADCAST,
            _ => pair.asked.flags() & BROADCAST,
        };
        let found = pair.answer.flags() & BROADCAST;
        let message = || format!("expected 0x{expected:04x}, found 0x{found:04x}");
        (expected != found).then(|| Fault::new(pair.reply.range(field::FLAGS), message()))
    }),
    note: Some("Table 3, for all messages of servers. The first flag alone has a meaning."),
    fail: exchange(
        LOOKS,
        Some(octets!(
            "450001220000000040116fcb0a000001ffffffff00430044010ea5ad020106003903f32600000000000000000a000009000000000000000002000000000200000000000000000000",
            "6382536335010236040a000001330400000e100104ffffff00ff"
        )),
    ),
    ..TRANSACTION
};

/// The relay agent comes back.
pub(super) const RELAY: Rule = Rule {
    id: "dhcp.reply.giaddr",
    quote: "'giaddr' 'giaddr' from 'giaddr' from 'giaddr' from",
    check: Check::Exchange(|x| Pair::of(x)?.unless_copied(field::RELAY_ADDRESS)),
    pass: exchange(
        RELAYED,
        Some(octets!(
            "4500012200000000401165c60a0000010a00000500430043010e11a4020106003903f32600008000000000000a000009000000000a00000502000000000200000000000000000000",
            "6382536335010236040a000001330400000e100104ffffff00ff"
        )),
    ),
    fail: exchange(
        RELAYED,
        Some(octets!(
            "4500012200000000401165c60a0000010a00000500430043010e1ba9020106003903f32600008000000000000a000009000000000000000002000000000200000000000000000000",
            "6382536335010236040a000001330400000e100104ffffff00ff"
        )),
    ),
    ..TRANSACTION
};

/// The server says who it is.
pub(super) const SERVER: Rule = Rule {
    id: "dhcp.reply.server_identifier",
    rfc: 2131,
    section: "4.3.1",
    level: Level::Must,
    quote: "Server identifier MUST MUST MUST",
    note: Some("Table 3. It is the address of this host, its only one."),
    check: Check::Exchange(|x| {
        let Pair { answer, reply, .. } = Pair::of(x)?;
        answer.message_type()?;
        let stated = answer.option(option::SERVER_IDENTIFIER);
        let found = stated.as_ref().map_or(&[][..], |option| option.data);
        let range = stated.as_ref().map_or(field::OP, |option| option.range.clone());
        let message = || format!("expected {} (54), found {found:?}", x.host.address);
        (found != x.host.address.octets()).then(|| Fault::new(reply.range(range), message()))
    }),
    pass: GRANTED,
    fail: exchange(
        ASKS,
        Some(octets!(
            "450001220000000040116fcb0a000001ffffffff00430044010e20ad020106003903f32600008000000000000a000009000000000000000002000000000200000000000000000000",
            "6382536335010536040a000003330400000e100104ffffff00ff"
        )),
    ),
};

/// Who has an address gets no lease.
pub(super) const INFORMED: Rule = Rule {
    id: "dhcp.reply.inform",
    rfc: 2131,
    section: "4.3.5",
    level: Level::MustNot,
    quote: "The server MUST NOT send a lease expiration time to the client and SHOULD NOT fill in 'yiaddr'.",
    note: None,
    check: Check::Exchange(|x| {
        let Pair { wish, answer, reply, .. } = Pair::of(x)?;
        let found = answer.option(option::LEASE_TIME).filter(|_| wish == INFORM)?;
        let message = "expected no lease time for who has an address, found one".to_owned();
        Some(Fault::new(reply.range(found.range), message))
    }),
    pass: exchange(
        WONDERS,
        Some(octets!(
            "4500011c00000000401165c80a0000010a000009004300440108acf1020106003903f326000000000a00000900000000000000000000000002000000000200000000000000000000",
            "6382536335010536040a0000010104ffffff00ff"
        )),
    ),
    fail: exchange(
        WONDERS,
        Some(octets!(
            "4500012200000000401165c20a0000010a00000900430044010e98a4020106003903f326000000000a00000900000000000000000000000002000000000200000000000000000000",
            "6382536335010536040a000001330400000e100104ffffff00ff"
        )),
    ),
};
