//! Ethernet frames (RFC 894, RFC 2464) and packets without link headers: both lead to the IP packet inside.

use std::net::Ipv6Addr;

use wire::ethernet::{HEADER_LEN, Mac};
use wire::protocol::ethertype;
use wire::{Edit, ipv4, ipv6};

use super::datagram::Datagram;
use super::mind::Mind;
use super::thoughts::Step;
use super::{arp, tcp};

/// A reply that is not yet an answer.
#[derive(Debug)]
pub(super) struct Draft {
    /// The packet.
    pub bytes: Vec<u8>,
    /// The edits that make it of what came, where there are better ones than the difference.
    pub edits: Option<Vec<Edit>>,
}

impl From<Vec<u8>> for Draft {
    fn from(bytes: Vec<u8>) -> Draft {
        Draft { bytes, edits: None }
    }
}

/// What the host answers to `packet`, which is a frame if it has an Ethernet address.
pub(super) fn answer(mind: &mut Mind, packet: &[u8]) -> Step<Draft> {
    let Some(mac) = mind.facts.mac else { return without_link(mind, packet) };
    let Some(header) = packet.first_chunk::<HEADER_LEN>() else {
        mind.thoughts.say(format!("Of the frame, {} bytes came.", packet.len()));
        return Err("ethernet");
    };
    let frame = Header::read(header);
    examine(mind, mac, &frame, &packet[HEADER_LEN..])?;
    let inside = &packet[HEADER_LEN..];
    let draft = match frame.kind {
        ethertype::ARP => {
            let (to, bytes) = arp::answer(mind, mac, inside)?;
            return Ok(enclose(mac, to, &frame, Draft::from(bytes)));
        }
        ethertype::IPV6 => super::ipv6::answer(mind, inside)?,
        _ => super::ipv4::answer(mind, inside)?,
    };
    let to = link_address(&draft.bytes).or(mind.asker).unwrap_or(frame.source);
    Ok(enclose(mac, to, &frame, draft))
}

/// What the host does when that timer went off, where `last` is the last packet of the flow, which it `sent`
/// or got.
pub(super) fn wake(mind: &mut Mind, timer: &str, sent: bool, last: &[u8]) -> Step<Draft> {
    mind.thoughts.say(format!("The timer {timer} went off."));
    let Some(mac) = mind.facts.mac else {
        let datagram = Datagram::known(last).ok_or("truncated")?;
        return tcp::wake(mind, timer, sent, &datagram).map(Draft::from);
    };
    let header = last.first_chunk::<HEADER_LEN>().ok_or("ethernet")?;
    let frame = Header::read(header);
    let datagram = Datagram::known(&last[HEADER_LEN..]).ok_or("truncated")?;
    let bytes = tcp::wake(mind, timer, sent, &datagram)?;
    let to = if sent { frame.destination } else { frame.source };
    Ok(enclose(mac, to, &frame, Draft::from(bytes)))
}

fn without_link(mind: &mut Mind, packet: &[u8]) -> Step<Draft> {
    match packet.first() {
        Some(first) if first >> 4 == 6 && mind.facts.ipv6.is_some() => {
            super::ipv6::answer(mind, packet)
        }
        _ => super::ipv4::answer(mind, packet),
    }
}

/// The header of a frame.
struct Header {
    destination: Mac,
    source: Mac,
    kind: u16,
}

impl Header {
    fn read(octets: &[u8; HEADER_LEN]) -> Header {
        let [d0, d1, d2, d3, d4, d5, s0, s1, s2, s3, s4, s5, high, low] = *octets;
        Header {
            destination: Mac([d0, d1, d2, d3, d4, d5]),
            source: Mac([s0, s1, s2, s3, s4, s5]),
            kind: u16::from_be_bytes([high, low]),
        }
    }
}

fn examine(mind: &mut Mind, mac: Mac, frame: &Header, inside: &[u8]) -> Step {
    let Header { destination, source, kind } = *frame;
    let groups = match (kind, mind.facts.ipv6) {
        (ethertype::IPV6, Some(address)) => groups(address),
        _ => Vec::new(),
    };
    let is_here = [mac, Mac::BROADCAST].contains(&destination) || groups.contains(&destination);
    let thoughts = &mut mind.thoughts;
    let said = format!("Bytes 0-5 are {destination}");
    thoughts.check("ethernet", is_here, said, ["which I take", "which is not for me"])?;
    let single = !source.is_group() && source != mac;
    let said = format!("Bytes 6-11 are {source}");
    thoughts.check("ethernet", single, said, ["another station", "not another station"])?;
    let is_known = [ethertype::IPV4, ethertype::ARP, ethertype::IPV6].contains(&kind);
    let said = format!("Bytes 12-13 are {kind:04x}");
    thoughts.check("ethernet", is_known, said, ["a type that I know", "no type that I know"])?;
    mind.to_group = destination.is_group();
    match kind == ethertype::IPV4 && mind.to_group {
        true => is_to_all(mind, inside),
        false => Ok(()),
    }
}

/// A datagram to one host has no business in a frame to all (RFC 1122 section 3.3.6).
fn is_to_all(mind: &mut Mind, datagram: &[u8]) -> Step {
    let own = mind.address.map(|address| address.octets());
    let to_me = own.is_some_and(|own| datagram.get(ipv4::field::DESTINATION) == Some(&own));
    let is = ["and so may be the datagram", "and the datagram is to me alone"];
    mind.thoughts.check("ethernet", !to_me, "The frame is to all", is)
}

/// The groups that a host with that address listens to: all nodes, and its solicited-node group (RFC 2464
/// section 7).
fn groups(address: Ipv6Addr) -> Vec<Mac> {
    let [.., a, b, c] = address.octets();
    vec![Mac([0x33, 0x33, 0, 0, 0, 1]), Mac([0x33, 0x33, 0xff, a, b, c])]
}

/// The Ethernet address that an IP packet to all, or to a group, goes to; `None` for one to a single host.
fn link_address(packet: &[u8]) -> Option<Mac> {
    match packet.first()? >> 4 {
        4 if packet.get(ipv4::field::DESTINATION)? == [0xff; 4] => Some(Mac::BROADCAST),
        6 => match *packet.get(ipv6::field::DESTINATION)? {
            [0xff, .., a, b, c, d] => Some(Mac([0x33, 0x33, a, b, c, d])),
            _ => None,
        },
        _ => None,
    }
}

/// The frame from `mac` to `to` in which the reply to `frame` goes.
fn enclose(mac: Mac, to: Mac, frame: &Header, draft: Draft) -> Draft {
    let mut bytes = Vec::with_capacity(HEADER_LEN + draft.bytes.len());
    bytes.extend(to.0);
    bytes.extend(mac.0);
    bytes.extend(frame.kind.to_be_bytes());
    bytes.extend(draft.bytes);
    let turns = to == frame.source && mac == frame.destination;
    let edits = draft.edits.filter(|_| turns).map(|edits| {
        let swap = Edit::Swap { a: 0, b: 6, length: 6 };
        let inside = edits.into_iter().map(|edit| edit.shifted(HEADER_LEN));
        std::iter::once(swap).chain(inside).collect()
    });
    Draft { bytes, edits }
}
