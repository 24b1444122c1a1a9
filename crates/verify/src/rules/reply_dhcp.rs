//! Rules on what a DHCP server sends beside the message of the client (RFC 2131 section 4.3): that it answers this
//! client and this message. What any such message has to say is judged in the message itself.

use std::net::{IpAddr, Ipv4Addr};
use std::ops::Range;

use wire::dhcp::message::{ACK, DISCOVER, INFORM, NAK, OFFER, REQUEST, name};
use wire::dhcp::{BROADCAST, CLIENT_PORT, SERVER_PORT, field, option};
use wire::{Dhcp, ipv4, udp};

use super::reply_udp::{at_port, exchange, is_dhcp, pair as datagrams, unless_same};
use crate::datagram::Datagram;
use crate::exchange::Exchange;
use crate::rule::{Check, Example, Fault, Level, Rule};

/// A message of IPv4 in hex: the headers of IP and UDP with the first 44 octets of the message; `sname` and
/// `file`, which are empty; cookie and options.
macro_rules! message {
    ($start:literal, $options:literal) => {
        concat!(
            $start,
            "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
            "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
            "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
            "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
            $options
        )
    };
}

/// A client without an address looks for servers.
const LOOKS: &str = message!(
    "4500011e00000000401179d000000000ffffffff00440043010a12fa010106003903f326000080000000000000000000000000000000000002000000000200000000000000000000",
    "638253633501013d07010200000000023703010306ff"
);

/// A relay agent, 10.0.0.5, passes that on.
const RELAYED: &str = message!(
    "4500011e00000000401165ca0a0000050a00000100430043010af4ee010106013903f326000080000000000000000000000000000a00000502000000000200000000000000000000",
    "638253633501013d07010200000000023703010306ff"
);

/// The client takes an offer of 10.0.0.9.
const ASKS: &str = message!(
    "4500012500000000401179c900000000ffffffff004400430111d4dd010106003903f326000080000000000000000000000000000000000002000000000200000000000000000000",
    "638253633501033d070102000000000232040a00000936040a000001ff"
);

/// 10.0.0.9, which has an address, asks what else there is.
const WONDERS: &str = message!(
    "4500011e00000000401165c60a0000090a00000100440043010a6de7010106003903f326000000000a00000900000000000000000000000002000000000200000000000000000000",
    "638253633501083d07010200000000023703010306ff"
);

/// A client looks for servers, and is offered 10.0.0.9.
const OFFERED: Example = exchange(
    LOOKS,
    Some(message!(
        "450001220000000040116fcb0a000001ffffffff00430044010e25ad020106003903f32600008000000000000a000009000000000000000002000000000200000000000000000000",
        "6382536335010236040a000001330400000e100104ffffff00ff"
    )),
);

/// It takes the offer, and gets the address.
const GRANTED: Example = exchange(
    ASKS,
    Some(message!(
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
        Some(message!(
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
        Some(message!(
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
        Some(message!(
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
        let expected = pair.asked.flags() & BROADCAST;
        let found = pair.answer.flags() & BROADCAST;
        let message = || format!("expected 0x{expected:04x}, found 0x{found:04x}");
        (expected != found).then(|| Fault::new(pair.reply.range(field::FLAGS), message()))
    }),
    note: Some("Table 3, for all messages of servers. The first flag alone has a meaning."),
    fail: exchange(
        LOOKS,
        Some(message!(
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
        Some(message!(
            "4500012200000000401165c60a0000010a00000500430043010e11a4020106003903f32600008000000000000a000009000000000a00000502000000000200000000000000000000",
            "6382536335010236040a000001330400000e100104ffffff00ff"
        )),
    ),
    fail: exchange(
        RELAYED,
        Some(message!(
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
        Some(message!(
            "450001220000000040116fcb0a000001ffffffff00430044010e20ad020106003903f32600008000000000000a000009000000000000000002000000000200000000000000000000",
            "6382536335010536040a000003330400000e100104ffffff00ff"
        )),
    ),
};

/// An offer and a grant are of an address, and a grant is of the one that was asked for.
pub(super) const ADDRESS: Rule = Rule {
    id: "dhcp.reply.yiaddr",
    rfc: 2131,
    section: "4.3.1",
    level: Level::Must,
    quote: "'yiaddr' IP address offered IP address 0",
    note: Some(
        "Table 3, and of DHCPACK \"assigned to client\": what it asked for, or has. No host can get the address of \
         the server.",
    ),
    check: Check::Exchange(|x| address(x, &Pair::of(x)?)),
    pass: GRANTED,
    fail: exchange(
        LOOKS,
        Some(message!(
            "450001220000000040116fcb0a000001ffffffff00430044010e2fb6020106003903f326000080000000000000000000000000000000000002000000000200000000000000000000",
            "6382536335010236040a000001330400000e100104ffffff00ff"
        )),
    ),
};

fn address(x: &Exchange, Pair { asked, wish, answer, reply }: &Pair) -> Option<Fault> {
    let found = Pair::address(answer, field::YOUR_ADDRESS);
    let requested = asked.value(option::REQUESTED_ADDRESS).map(Ipv4Addr::from);
    let known = requested.unwrap_or_else(|| Pair::address(asked, field::CLIENT_ADDRESS));
    let of_a_host = !found.is_unspecified() && found != x.host.address && found.octets()[0] < 224;
    let (fits, expected) = match (*wish, answer.message_type()?) {
        (_, NAK) => (found.is_unspecified(), "0.0.0.0".to_owned()),
        (INFORM, _) => return None,
        (REQUEST, ACK) => (found == known && of_a_host, known.to_string()),
        _ => (of_a_host, "the address of a host".to_owned()),
    };
    let range = reply.range(field::YOUR_ADDRESS);
    (!fits).then(|| Fault::new(range, format!("expected {expected}, found {found}")))
}

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
        Some(message!(
            "4500011c00000000401165c80a0000010a000009004300440108acf1020106003903f326000000000a00000900000000000000000000000002000000000200000000000000000000",
            "6382536335010536040a0000010104ffffff00ff"
        )),
    ),
    fail: exchange(
        WONDERS,
        Some(message!(
            "4500012200000000401165c20a0000010a00000900430044010e98a4020106003903f326000000000a00000900000000000000000000000002000000000200000000000000000000",
            "6382536335010536040a000001330400000e100104ffffff00ff"
        )),
    ),
};

const RETURNS: &str = "If the 'giaddr' field in a DHCP message from a client is non-zero, the server sends any \
                       return messages to the 'DHCP server' port on the BOOTP relay agent whose address appears in \
                       'giaddr'.";

/// The message goes to where the client can hear it.
pub(super) const DESTINATION: Rule = Rule {
    id: "dhcp.reply.destination",
    rfc: 2131,
    section: "4.1",
    level: Level::Must,
    quote: RETURNS,
    note: Some(
        "The section goes on: to ciaddr; by broadcast, where the flag asks for it or the message is a DHCPNAK; or \
         to yiaddr, in place of which a broadcast will do.",
    ),
    check: Check::Exchange(|x| destination(&Pair::of(x)?)),
    pass: OFFERED,
    fail: exchange(
        LOOKS,
        Some(message!(
            "4500012200000000401165c20a0000010a00000900430044010e1ba4020106003903f32600008000000000000a000009000000000000000002000000000200000000000000000000",
            "6382536335010236040a000001330400000e100104ffffff00ff"
        )),
    ),
};

fn destination(Pair { asked, answer, reply, .. }: &Pair) -> Option<Fault> {
    let IpAddr::V4(found) = reply.destination else { return None };
    let of = |range| Some(Pair::address(asked, range)).filter(|address| !address.is_unspecified());
    let all = Ipv4Addr::BROADCAST;
    let expected = match (of(field::RELAY_ADDRESS), of(field::CLIENT_ADDRESS)) {
        (Some(relay), _) => relay,
        (None, _) if answer.message_type() == Some(NAK) => all,
        (None, Some(client)) => client,
        (None, None) if asked.flags() & BROADCAST != 0 => all,
        (None, None) if found == all => return None,
        (None, None) => Pair::address(answer, field::YOUR_ADDRESS),
    };
    Fault::unless_equal(ipv4::field::DESTINATION, expected, found)
}

/// It goes to the port of clients, or to that of the relay agent.
pub(super) const PORT: Rule = Rule {
    id: "dhcp.reply.port",
    rfc: 2131,
    section: "4.1",
    level: Level::Must,
    quote: "DHCP messages from a client to a server are sent to the 'DHCP server' port (67), and DHCP messages from \
            a server to a client are sent to the 'DHCP client' port (68).",
    note: Some("A relay agent listens at the port of servers."),
    check: Check::Exchange(|x| {
        let relayed = !Pair::of(x)?.asked.is_zero(field::RELAY_ADDRESS);
        let (_, reply) = datagrams(x).filter(|(asked, _)| is_dhcp(asked))?;
        let found = reply.word(udp::field::DESTINATION_PORT.start)?;
        let expected = if relayed { SERVER_PORT } else { CLIENT_PORT };
        Fault::unless_equal(reply.range(udp::field::DESTINATION_PORT), expected, found)
    }),
    pass: OFFERED,
    fail: exchange(
        LOOKS,
        Some(message!(
            "450001220000000040116fcb0a000001ffffffff00430043010e25ae020106003903f32600008000000000000a000009000000000000000002000000000200000000000000000000",
            "6382536335010236040a000001330400000e100104ffffff00ff"
        )),
    ),
};
