//! IPv6 (RFC 8200): whether a packet is whole, for us and from one other host, and what follows its headers.

use std::net::Ipv6Addr;

use wire::ipv6::{HEADER_LEN, options};
use wire::{Ipv6, Mac, Packet, Pdu, Protocol, icmpv6 as message};

use super::ipv4::first;
use super::{Call, Due, Outcome, Reason, Unreachable, icmp, icmpv6, transport};
use crate::Host;
use crate::connection::Connections;
use crate::datagram::{Datagram, is_extension};

/// Every node on the link (RFC 4291 section 2.7.1).
pub(crate) const ALL_NODES: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1);
/// Next header of a packet in which nothing follows (RFC 8200 section 4.7).
const NO_NEXT_HEADER: u8 = 59;
/// Where a routing header names its type.
const ROUTING_TYPE: usize = 2;
/// Octets of the shortest header that may follow: of an extension, a UDP datagram, an ICMPv6 message.
const LEAST_PAYLOAD: usize = 8;

/// The groups that a node with our address is in (RFC 4291 section 2.8): all nodes, and those whose addresses
/// end like ours.
pub(super) fn groups(host: &Host) -> impl Iterator<Item = Ipv6Addr> {
    host.solicited_node().into_iter().flat_map(|group| [ALL_NODES, group])
}

/// What the packet `unit` in `packet` calls for.
pub(super) fn datagram(
    host: &Host,
    packet: &Packet,
    unit: &Pdu,
    connections: &Connections,
) -> Outcome {
    let address = host.ipv6.ok_or(Reason::Version)?;
    let header = header(unit)?;
    let is_to_group = groups(host).any(|group| group == header.destination());
    first(&[
        (header.destination() != address && !is_to_group, Reason::NotForMe),
        (!is_single_node(address, header.source()), Reason::Source),
    ])?;
    let datagram = Datagram::of(packet).ok_or(Reason::Ipv6);
    let extension = match extensions(packet, unit) {
        Err(Stop { reason, problem: Some(why) }) => {
            let called_for = icmp::unreachable(host, &datagram?, why);
            return called_for.map_err(|_| reason);
        }
        Err(Stop { reason, problem: None }) => return Err(reason),
        Ok(extension) => extension,
    };
    let datagram = datagram?;
    first(&[(is_from_nobody(&datagram), Reason::Source)])?;
    let (due, call) = carried(host, &datagram, connections)?;
    // Neighbour discovery comes to groups, and never with a fragment header (RFC 6980 section 5).
    let is_discovery = call == Call::Neighbor;
    first(&[(is_discovery && extension == Some(Reason::Fragment), Reason::Neighbor)])?;
    let doubts = [
        (is_to_group && !is_discovery).then_some(Reason::NotForMe),
        (!is_to_group && is_from_group(packet)).then_some(Reason::Ethernet),
        extension,
    ];
    Ok((doubts.into_iter().flatten().fold(due, |_, reason| Due::Either(reason)), call))
}

/// What follows the last header of a packet.
fn carried(host: &Host, datagram: &Datagram, connections: &Connections) -> Outcome {
    match datagram.protocol {
        message::NEXT_HEADER => icmpv6::message(host, datagram),
        NO_NEXT_HEADER => Err(Reason::Protocol),
        // A connection has one host at each end (RFC 9293 section 3.9.2.3).
        6 if datagram.destination.is_multicast() => Err(Reason::NotForMe),
        _ => transport(host, datagram, connections),
    }
}

/// The header of a packet that is all there. Payloads without a stated length (RFC 2675) are not for us.
fn header<'a>(unit: &Pdu<'a>) -> Result<Ipv6<'a>, Reason> {
    let header = Ipv6::new(unit.bytes()).filter(|header| header.version() == 6);
    let header = header.ok_or(Reason::Ipv6)?;
    let payload = usize::from(header.payload_length());
    let is_known = matches!(header.next_header(), 0 | 6 | 17 | 43 | 44 | 58 | 60);
    first(&[
        (payload < LEAST_PAYLOAD && is_known, Reason::Ipv6),
        (unit.bytes().len() < HEADER_LEN + payload, Reason::Ipv6),
    ])?;
    Ok(header)
}

/// Whether the source can be one other node; :: is that of a node that has yet to get its address.
fn is_single_node(address: Ipv6Addr, source: Ipv6Addr) -> bool {
    source != address && !source.is_multicast() && !source.is_loopback()
}

/// Whether nobody could be answered: only a node that tries out an address sends from ::.
fn is_from_nobody(datagram: &Datagram) -> bool {
    let solicits = datagram.protocol == message::NEXT_HEADER
        && datagram.message.first() == Some(&message::NEIGHBOR_SOLICITATION);
    datagram.source.is_unspecified() && !solicits
}

/// Whether the frame around the packet went to a group of stations.
fn is_from_group(packet: &Packet) -> bool {
    let is_framed = packet.link() == wire::Link::Ethernet;
    is_framed && Mac::new(packet.bytes()).is_some_and(Mac::is_group)
}

/// Why the headers of a packet are not read to their end.
struct Stop {
    reason: Reason,
    /// What may be said of it.
    problem: Option<Unreachable>,
}

impl From<Reason> for Stop {
    fn from(reason: Reason) -> Stop {
        Stop { reason, problem: None }
    }
}

impl Stop {
    /// A parameter problem of that code at an octet of the packet `unit`.
    fn at(unit: &Pdu, code: u8, octet: usize) -> Stop {
        let pointer = (octet - unit.start()) as u16;
        Stop { reason: Reason::Ipv6, problem: Some(Unreachable::Parameter { code, pointer }) }
    }
}

/// Goes through the extension headers of a packet. Where there are some, the reason for which one who does
/// not read them, as the programs say, may drop it.
fn extensions(packet: &Packet, unit: &Pdu) -> Result<Option<Reason>, Stop> {
    let mut doubt = None;
    let inside = packet.pdus().skip_while(|pdu| pdu.start() <= unit.start());
    for header in inside.take_while(is_extension) {
        let found = extension(&header, unit)?;
        doubt = doubt.filter(|doubt| *doubt == Reason::Fragment).or(Some(found));
    }
    Ok(doubt)
}

/// An extension header: why a packet with it may be dropped, or must be.
fn extension(header: &Pdu, unit: &Pdu) -> Result<Reason, Stop> {
    let [_, units, rest @ ..] = header.bytes() else { return Err(Reason::Ipv6.into()) };
    let length = match header.protocol() {
        Protocol::Fragment => LEAST_PAYLOAD,
        _ => LEAST_PAYLOAD * (usize::from(*units) + 1),
    };
    first(&[(header.bytes().len() < length, Reason::Ipv6)])?;
    match header.protocol() {
        // The whole packet, though it says that it is a fragment (RFC 6946).
        Protocol::Fragment if header.word(2).is_some_and(|place| place & 0xfff9 == 0) => {
            Ok(Reason::Fragment)
        }
        Protocol::Fragment => Err(Reason::Fragment.into()),
        // Segments left, on a route of which we know no kind (RFC 8200 section 4.4).
        Protocol::Routing if rest.get(1) != Some(&0) => {
            Err(Stop::at(unit, 0, header.start() + ROUTING_TYPE))
        }
        // Its number is restricted to be first (RFC 8200 section 4).
        Protocol::HopByHop if header.around().as_ref() != Some(unit) => {
            let names_it = header.around().map_or(unit.start(), |around| around.start());
            Err(Stop::at(unit, 1, names_it))
        }
        Protocol::HopByHop | Protocol::DestinationOptions => options_of(header, unit),
        _ => Ok(Reason::Protocol),
    }
}

/// The options of a header. What cannot be understood the two highest bits of its type say how to treat: to
/// pass it over, to drop the packet, or to drop it and to say so (RFC 8200 section 4.2).
fn options_of(header: &Pdu, unit: &Pdu) -> Result<Reason, Stop> {
    for option in options(header.bytes()) {
        let option = option.map_err(|_| Reason::Ipv6)?;
        match option.kind >> 6 {
            0 => {}
            1 => return Err(Reason::Ipv6.into()),
            _ => return Err(Stop::at(unit, 2, header.start() + option.range.start)),
        }
    }
    Ok(Reason::Protocol)
}
