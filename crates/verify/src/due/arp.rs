//! Ethernet and ARP (RFC 894, RFC 826): which frames are for this station, and which requests ask for its
//! address.

use std::net::Ipv4Addr;

use wire::arp::REQUEST;
use wire::ethernet::{HEADER_LEN, field};
use wire::protocol::ethertype;
use wire::{Arp, Ipv4, Mac, Packet, Pdu};

use super::ipv4::first;
use super::{Call, Due, Outcome, Reason, ipv6};
use crate::Host;

/// Whether a frame is for the station `mac`, for all, or for a group that it is in; and from one station,
/// without a tag (we are on the untagged link), of a type that we speak.
pub(super) fn is_for(host: &Host, mac: Mac, packet: &Packet) -> Result<(), Reason> {
    let bytes = packet.bytes();
    let header = bytes.get(..HEADER_LEN).ok_or(Reason::Ethernet)?;
    let address = |range| Mac::new(&header[range]).ok_or(Reason::Ethernet);
    let (destination, source) = (address(field::DESTINATION)?, address(field::SOURCE)?);
    let kind = u16::from_be_bytes([header[12], header[13]]);
    let is_our_group = match kind {
        ethertype::IPV4 => destination == Mac::BROADCAST && !is_for_one(host, &bytes[HEADER_LEN..]),
        ethertype::IPV6 => destination == Mac::BROADCAST || is_group_of(host, destination),
        ethertype::ARP => destination == Mac::BROADCAST,
        _ => return Err(Reason::Ethernet),
    };
    first(&[
        (destination != mac && !is_our_group, Reason::Ethernet),
        (source.is_group() || source == mac, Reason::Ethernet),
    ])
}

/// Whether the group of stations is that of a group of nodes in which the host is.
fn is_group_of(host: &Host, destination: Mac) -> bool {
    ipv6::groups(host).any(|group| Mac::of_group(group) == destination)
}

/// Whether an IPv4 datagram is for one host: what came to all stations is then no business of ours (RFC
/// 1122 section 3.3.6).
fn is_for_one(host: &Host, datagram: &[u8]) -> bool {
    let destination = Ipv4::new(datagram).map(|ip| ip.destination());
    destination.is_some_and(|to| !is_group(host, to))
}

fn is_group(host: &Host, address: Ipv4Addr) -> bool {
    address.is_multicast() || address.is_broadcast() || Some(address) == host.broadcast
}

/// An ARP packet: a request for our address is answered, a probe of it (RFC 5227) too, whoever asks. Who
/// claims the address for itself gets no answer: it is no request of another host.
pub(super) fn request(host: &Host, unit: &Pdu) -> Outcome {
    let arp = Arp::new(unit.bytes()).filter(|arp| arp.opcode() == REQUEST).ok_or(Reason::Arp)?;
    let (sender, target) = arp.ends().ok_or(Reason::Arp)?;
    first(&[
        (target.address != host.address || sender.address == host.address, Reason::Arp),
        (sender.hardware.is_group(), Reason::Arp),
    ])?;
    // RFC 826 asks for no more of a sender, but no host has the address of a group.
    match is_group(host, sender.address) {
        true => Ok((Due::Either(Reason::Arp), Call::Arp)),
        false => Ok((Due::Reply, Call::Arp)),
    }
}
