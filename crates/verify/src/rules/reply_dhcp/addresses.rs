//! Addresses in what a DHCP server sends, and where it sends that (RFC 2131 sections 4.1 and 4.3.1).

use std::net::{IpAddr, Ipv4Addr};

use wire::dhcp::message::{ACK, INFORM, NAK, REQUEST};
use wire::dhcp::{BROADCAST, CLIENT_PORT, SERVER_PORT, field, option};
use wire::{ipv4, udp};

use super::{GRANTED, LOOKS, OFFERED, Pair, TRANSACTION, exchange, octets};
use crate::exchange::Exchange;
use crate::rule::{Check, Fault, Level, Rule};
use crate::rules::reply_udp::{is_dhcp, pair as datagrams};

/// An offer and a grant are of an address, and a grant is of the one that was asked for.
pub(in crate::rules) const ADDRESS: Rule = Rule {
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
        Some(octets!(
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

/// The address that the client has is the one it stated.
pub(in crate::rules) const CLIENT_ADDRESS: Rule = Rule {
    id: "dhcp.reply.ciaddr",
    quote: "'ciaddr' 0 'ciaddr' from 0",
    note: Some("Table 3, and of DHCPACK \"DHCPREQUEST or 0\"."),
    check: Check::Exchange(|x| {
        let Pair { asked, answer, reply, .. } = Pair::of(x)?;
        let found = Pair::address(&answer, field::CLIENT_ADDRESS);
        let stated = Pair::address(&asked, field::CLIENT_ADDRESS);
        let acknowledged = answer.message_type() == Some(ACK);
        let fits = found.is_unspecified() || acknowledged && found == stated;
        let expected = if acknowledged { stated } else { Ipv4Addr::UNSPECIFIED };
        let message = || format!("expected {expected}, found {found}");
        (!fits).then(|| Fault::new(reply.range(field::CLIENT_ADDRESS), message()))
    }),
    fail: exchange(
        LOOKS,
        Some(octets!(
            "450001220000000040116fcb0a000001ffffffff00430044010e1ba4020106003903f326000080000a0000090a000009000000000000000002000000000200000000000000000000",
            "6382536335010236040a000001330400000e100104ffffff00ff"
        )),
    ),
    ..TRANSACTION
};

const RETURNS: &str = "If the 'giaddr' field in a DHCP message from a client is non-zero, the server sends any \
                       return messages to the 'DHCP server' port on the BOOTP relay agent whose address appears in \
                       'giaddr'.";

/// The message goes to where the client can hear it.
pub(in crate::rules) const DESTINATION: Rule = Rule {
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
        Some(octets!(
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
pub(in crate::rules) const PORT: Rule = Rule {
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
        Some(octets!(
            "450001220000000040116fcb0a000001ffffffff00430043010e25ae020106003903f32600008000000000000a000009000000000000000002000000000200000000000000000000",
            "6382536335010236040a000001330400000e100104ffffff00ff"
        )),
    ),
};
