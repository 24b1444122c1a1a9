//! IPv6 (RFC 8200): whether a packet is whole, for us and from one other host, and what follows its headers.

use std::net::Ipv6Addr;

use wire::ipv6::{HEADER_LEN, options};
use wire::{Ipv6, Mac, Packet, Pdu, Protocol, icmpv6 as message};

use super::ipv4::first;
use super::{Call, Due, Outcome, Reason, icmpv6, transport};
use crate::Host;
use crate::connection::Connections;
use crate::datagram::{Datagram, is_extension};

/// Every node on the link (RFC 4291 section 2.7.1).
pub(crate) const ALL_NODES: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1);
/// Next header of a packet in which nothing follows (RFC 8200 section 4.7).
const NO_NEXT_HEADER: u8 = 59;
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
    let extension = extensions(packet, unit)?;
    let datagram = Datagram::of(packet).ok_or(Reason::Ipv6)?;
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

/// Goes through the extension headers of a packet. Where there are some, the reason for which one who does
/// not read them, as the programs say, may drop it.
fn extensions(packet: &Packet, unit: &Pdu) -> Result<Option<Reason>, Reason> {
    let mut doubt = None;
    let inside = packet.pdus().skip_while(|pdu| pdu.start() <= unit.start());
    for header in inside.take_while(is_extension) {
        let found = extension(&header, unit)?;
        doubt = doubt.filter(|doubt| *doubt == Reason::Fragment).or(Some(found));
    }
    Ok(doubt)
}

/// An extension header: why a packet with it may be dropped, or must be.
fn extension(header: &Pdu, unit: &Pdu) -> Result<Reason, Reason> {
    let [_, units, rest @ ..] = header.bytes() else { return Err(Reason::Ipv6) };
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
        Protocol::Fragment => Err(Reason::Fragment),
        // Segments left, on a route of which we know no kind (RFC 8200 section 4.4).
        Protocol::Routing if rest.get(1) != Some(&0) => Err(Reason::Ipv6),
        Protocol::HopByHop if header.around().as_ref() != Some(unit) => Err(Reason::Ipv6),
        Protocol::HopByHop | Protocol::DestinationOptions if !are_known(header) => {
            Err(Reason::Ipv6)
        }
        _ => Ok(Reason::Protocol),
    }
}

/// Whether all options can be read, and those that cannot be understood may be skipped: the two highest bits
/// of their type are 0 (RFC 8200 section 4.2).
fn are_known(header: &Pdu) -> bool {
    options(header.bytes()).all(|option| option.is_ok_and(|option| option.kind >> 6 == 0))
}
