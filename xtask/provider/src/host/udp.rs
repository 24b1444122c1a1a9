//! UDP (RFC 768): services on open ports, and the word that a port is closed (RFC 1122 section 4.1.3.1).

use std::net::IpAddr;

use wire::Udp;
use wire::udp::{HEADER_LEN, field};

use super::datagram::{Datagram, PROTOCOL_UDP};
use super::mind::Mind;
use super::thoughts::Step;
use super::{custom, dhcp, dns, icmp, icmpv6};

/// The echo service (RFC 862).
const ECHO: u16 = 7;
const DNS: u16 = 53;

/// What the host answers to a UDP datagram.
pub(super) fn answer(mind: &mut Mind, datagram: &Datagram) -> Step<Vec<u8>> {
    let (udp, data) = examine(mind, datagram)?;
    let (from, to) = (udp.source_port(), udp.destination_port());
    let is_usable = to != 0;
    let said = format!("It is from port {from} to port {to}");
    mind.thoughts.check("udp-port", is_usable, said, ["a port there can be", "no port"])?;
    if !mind.facts.udp.as_ref().is_some_and(|open| open.contains(to)) {
        return closed(mind, datagram, to);
    }
    if to == wire::dhcp::SERVER_PORT && !datagram.is_ipv6() {
        return dhcp::answer(mind, data);
    }
    let has_peer = from != 0 && (to != ECHO || from != ECHO);
    let is = ["that can be answered", "that cannot be answered"];
    mind.thoughts.check("udp-port", has_peer, format!("A datagram from port {from}"), is)?;
    let reply = service(mind, to, data)?;
    Ok(own(mind, datagram.source, (to, from), &reply))
}

/// The data that the service on an open port replies with.
fn service(mind: &mut Mind, port: u16, data: &[u8]) -> Step<Vec<u8>> {
    if let Some(reply) = custom::data(mind, port, data) {
        return Ok(reply);
    }
    match port {
        ECHO => {
            mind.thoughts.say("It is for the echo service, so its data go back.");
            Ok(data.to_vec())
        }
        DNS => dns::answer(mind, data),
        _ => {
            mind.thoughts.say(format!("No program says what port {port} does."));
            Err("udp-port")
        }
    }
}

/// A datagram of its own to `peer`, from and to these ports.
pub(super) fn own(mind: &Mind, peer: IpAddr, (from, to): (u16, u16), data: &[u8]) -> Vec<u8> {
    let length = (HEADER_LEN + data.len()) as u16;
    let mut message = Vec::with_capacity(HEADER_LEN + data.len());
    for word in [from, to, length, 0] {
        message.extend(word.to_be_bytes());
    }
    message.extend(data);
    mind.packet(peer, PROTOCOL_UDP, message, field::CHECKSUM.start)
}

/// Header and data, if length and checksum are in order.
fn examine<'p>(mind: &mut Mind, datagram: &Datagram<'p>) -> Step<(Udp<'p>, &'p [u8])> {
    let room = datagram.message.len();
    let udp = Udp::new(datagram.message).ok_or("udp-length")?;
    let length = usize::from(udp.length());
    let sound = (HEADER_LEN..=room).contains(&length);
    let said = format!("The UDP length is {length}, of {room} bytes there are");
    mind.thoughts.check("udp-length", sound, said, ["as it may be", "which cannot be"])?;
    let bytes = &datagram.message[..length];
    match udp.checksum() {
        0 if datagram.is_ipv6() => {
            mind.thoughts.say("There is no checksum, and over IPv6 there must be.");
            return Err("udp-checksum");
        }
        0 => mind.thoughts.say("There is no checksum, which over IPv4 is no fault."),
        _ => {
            let before = datagram.pseudo_sum(PROTOCOL_UDP, length);
            let covered = "Pseudo-header and datagram";
            mind.thoughts.verify("udp-checksum", covered, before, bytes)?;
        }
    }
    Ok((udp, &bytes[HEADER_LEN..]))
}

fn closed(mind: &mut Mind, datagram: &Datagram, port: u16) -> Step<Vec<u8>> {
    let to_me = mind.is_mine(datagram.destination);
    let said = format!("Port {port} is closed, and the packet came to {}", datagram.destination);
    mind.thoughts.check("error", to_me, said, ["which is me", "which is not me alone"])?;
    if mind.to_group {
        mind.thoughts.say("Its frame came to a group, and each of them would say so.");
        return Err("error");
    }
    Ok(match datagram.is_ipv6() {
        false => icmp::port_unreachable(mind, datagram),
        true => icmpv6::port_unreachable(mind, datagram),
    })
}
