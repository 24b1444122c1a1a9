//! ICMPv6 (RFC 4443) and neighbour discovery (RFC 4861): which messages ask for one in return.

use wire::icmpv6::{
    ECHO_REQUEST, HEADER_LEN, NEIGHBOR_SOLICITATION, field, is_neighbor_discovery, options_start,
};
use wire::ipv6;
use wire::neighbor::{SOURCE_LINK_LAYER, options};

use super::ipv4::first;
use super::{Call, Due, Outcome, Reason};
use crate::Host;
use crate::datagram::Datagram;

/// A message of ICMPv6.
pub(super) fn message(host: &Host, datagram: &Datagram) -> Outcome {
    let message = datagram.message;
    first(&[
        (message.len() < HEADER_LEN, Reason::Ipv6),
        (!datagram.verifies(), Reason::Icmpv6Checksum),
    ])?;
    match (message[0], message[1]) {
        (ECHO_REQUEST, 0) => Ok((Due::Reply, Call::Echo6)),
        (kind, _) if is_neighbor_discovery(kind) => neighbor(host, datagram),
        // Errors and what nobody knows are not answered (RFC 4443 section 2.4).
        _ => Err(Reason::Icmpv6Type),
    }
}

/// A message of neighbour discovery.
fn neighbor(host: &Host, datagram: &Datagram) -> Outcome {
    let hop_limit = datagram.bytes.get(ipv6::field::HOP_LIMIT.start);
    first(&[
        (hop_limit != Some(&255), Reason::HopLimit),
        (!is_solicitation(host, datagram), Reason::Neighbor),
    ])?;
    // Where stations have no addresses, nobody needs to ask for one.
    let due = if host.mac.is_some() { Due::Reply } else { Due::Either(Reason::Neighbor) };
    Ok((due, Call::Neighbor))
}

/// Whether the message is a valid solicitation of our address (RFC 4861 section 7.1.1).
fn is_solicitation(host: &Host, datagram: &Datagram) -> bool {
    let message = datagram.message;
    let target = message.get(field::TARGET).and_then(|octets| octets.first_chunk::<16>());
    let is_ours = target.is_some_and(|target| host.ipv6 == Some((*target).into()));
    let [NEIGHBOR_SOLICITATION, 0, ..] = *message else { return false };
    is_ours
        && options_are_sound(message)
        && (!datagram.source.is_unspecified() || is_probe(host, datagram))
}

/// No option has the length 0, or one that leads past the end.
fn options_are_sound(message: &[u8]) -> bool {
    let start = options_start(NEIGHBOR_SOLICITATION).unwrap_or_default();
    options(message, start).all(|option| option.is_ok())
}

/// Whether a solicitation from :: came to our group and says nothing of a station.
fn is_probe(host: &Host, datagram: &Datagram) -> bool {
    let group = host.solicited_node().map(std::net::IpAddr::from);
    let start = options_start(NEIGHBOR_SOLICITATION).unwrap_or_default();
    let mut list = options(datagram.message, start).filter_map(Result::ok);
    group == Some(datagram.destination) && !list.any(|option| option.kind == SOURCE_LINK_LAYER)
}
