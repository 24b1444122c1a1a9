//! A DHCP server (RFC 2131) that has one address to give away.

use std::net::Ipv4Addr;

use wire::Dhcp;
use wire::dhcp::{self, CLIENT_PORT, COOKIE, FIXED_LEN, SERVER_PORT, field, message, option};

use super::mind::Mind;
use super::thoughts::Step;
use super::udp;

/// The last octet of the address that it gives away; one more if that is its own.
const LAST_OCTET: u8 = 200;
/// Seconds for which it is given away.
const LEASE: u32 = 3_600;
/// The octets of a message at least (RFC 1542 section 2.1).
const LEAST_LENGTH: usize = 300;

/// What a client asks.
struct Asked<'p> {
    message: Dhcp<'p>,
    bytes: &'p [u8],
    kind: u8,
    /// Its own address, if it has one.
    client: Ipv4Addr,
    /// The relay it asks through.
    relay: Ipv4Addr,
}

/// The datagram that answers a message to the server's port.
pub(super) fn answer(mind: &mut Mind, data: &[u8]) -> Step<Vec<u8>> {
    let mine = mind.address.ok_or("dhcp")?;
    let asked = examine(mind, mine, data)?;
    let offered = offered(mine);
    let kind = kind(mind, &asked, offered)?;
    let given = (kind != message::NAK && asked.kind != message::INFORM).then_some(offered);
    let reply = written(mine, &asked, kind, given);
    let is_broadcast = asked.message.flags() & dhcp::BROADCAST != 0;
    let to = match given {
        _ if !asked.relay.is_unspecified() => asked.relay,
        _ if kind == message::NAK => Ipv4Addr::BROADCAST,
        _ if !asked.client.is_unspecified() => asked.client,
        Some(given) if !is_broadcast => given,
        _ => Ipv4Addr::BROADCAST,
    };
    let port = if to == asked.relay { SERVER_PORT } else { CLIENT_PORT };
    let name = message::name(kind).unwrap_or_default();
    mind.thoughts.say(format!("So I send a {name} to {to}, port {port}."));
    Ok(udp::own(mind, to.into(), (SERVER_PORT, port), &reply))
}

/// The address that is given away.
fn offered(mine: Ipv4Addr) -> Ipv4Addr {
    let [a, b, c, own] = mine.octets();
    let last = if own == LAST_OCTET { LAST_OCTET + 1 } else { LAST_OCTET };
    Ipv4Addr::new(a, b, c, last)
}

fn examine<'p>(mind: &mut Mind, mine: Ipv4Addr, data: &'p [u8]) -> Step<Asked<'p>> {
    let found = Dhcp::new(data).filter(Dhcp::has_cookie).and_then(|message| {
        let is_request = data[..3] == [dhcp::BOOTREQUEST, dhcp::ETHERNET, 6];
        is_request.then_some((message, message.message_type()?))
    });
    let Some((message, kind)) = found else {
        mind.thoughts.say("It is no request of a DHCP client on Ethernet.");
        return Err("dhcp");
    };
    let server = message.value::<4>(option::SERVER_IDENTIFIER).map(Ipv4Addr::from);
    let said = format!("It means the server {}", server.unwrap_or(mine));
    let is_mine = server.is_none_or(|server| server == mine);
    mind.thoughts.check("dhcp", is_mine, said, ["which may be me", "which is not me"])?;
    let address = |range: std::ops::Range<usize>| {
        let octets: [u8; 4] = data[range].try_into().unwrap_or_default();
        Ipv4Addr::from(octets)
    };
    let (client, relay) = (address(field::CLIENT_ADDRESS), address(field::RELAY_ADDRESS));
    Ok(Asked { message, bytes: data, kind, client, relay })
}

/// The kind of message that answers it.
fn kind(mind: &mut Mind, asked: &Asked, offered: Ipv4Addr) -> Step<u8> {
    let name = message::name(asked.kind).unwrap_or("message of an unknown kind");
    mind.thoughts.say(format!("It is a {name}."));
    match asked.kind {
        message::DISCOVER => Ok(message::OFFER),
        message::REQUEST => {
            let wanted = asked.message.value::<4>(option::REQUESTED_ADDRESS).map(Ipv4Addr::from);
            let wanted = wanted.unwrap_or(asked.client);
            mind.thoughts.say(format!("It wants {wanted}, and I have {offered} to give away."));
            Ok(if wanted == offered { message::ACK } else { message::NAK })
        }
        message::INFORM if !asked.client.is_unspecified() => Ok(message::ACK),
        _ => Err("dhcp"),
    }
}

/// The message (RFC 2131 section 4.3.1, table 3).
fn written(mine: Ipv4Addr, asked: &Asked, kind: u8, given: Option<Ipv4Addr>) -> Vec<u8> {
    let mut reply = vec![0; FIXED_LEN];
    reply[..3].copy_from_slice(&[dhcp::BOOTREPLY, dhcp::ETHERNET, 6]);
    for copied in [field::TRANSACTION, field::FLAGS, field::RELAY_ADDRESS, field::HARDWARE_ADDRESS]
    {
        reply[copied.clone()].copy_from_slice(&asked.bytes[copied]);
    }
    if kind == message::ACK {
        reply[field::CLIENT_ADDRESS].copy_from_slice(&asked.client.octets());
    }
    if let Some(given) = given {
        reply[field::YOUR_ADDRESS].copy_from_slice(&given.octets());
    }
    if kind == message::NAK && !asked.relay.is_unspecified() {
        // So that the relay does not send it to an address that the client must not use.
        reply[field::FLAGS.start] |= (dhcp::BROADCAST >> 8) as u8;
    }
    reply.extend(COOKIE);
    reply.extend(options(mine, kind, given));
    reply.resize(reply.len().max(LEAST_LENGTH), option::PAD);
    reply
}

fn options(mine: Ipv4Addr, kind: u8, given: Option<Ipv4Addr>) -> Vec<u8> {
    let mut options = vec![option::MESSAGE_TYPE, 1, kind, option::SERVER_IDENTIFIER, 4];
    options.extend(mine.octets());
    if given.is_some() {
        options.extend([option::LEASE_TIME, 4]);
        options.extend(LEASE.to_be_bytes());
    }
    if kind != message::NAK {
        options.extend([option::SUBNET_MASK, 4, 255, 255, 255, 0]);
    }
    options.push(option::END);
    options
}
