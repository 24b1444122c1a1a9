//! IPv4 (RFC 791, RFC 1122 section 3.2.1): whether a datagram is whole, for us and from one other host, before
//! what it carries is looked at. This is also all that the embedded model reads.

use wire::dhcp::SERVER_PORT;
use wire::icmp::{ECHO_HEADER_LEN, ECHO_REQUEST};
use wire::ipv4::{MIN_HEADER_LEN, PROTOCOL_ICMP};
use wire::{Icmp, Ipv4, Packet, Pdu, Udp, checksum};

use super::udp::PROTOCOL_UDP;
use super::{Due, Outcome, Reason, icmp, transport};
use crate::Host;
use crate::connection::Connections;
use crate::datagram::Datagram;

/// What `request` calls for from a host that knows nothing but echo over IPv4.
pub(super) fn echo_only(host: &Host, request: &[u8]) -> Due {
    let outcome = match request {
        [] | [_] => Err(Reason::Truncated),
        [0x45, ..] => echo(host, request, MIN_HEADER_LEN),
        [0x46..=0x4f, ..] => return with_options(host, request),
        _ => Err(Reason::Version),
    };
    outcome.map_or_else(Due::Silence, |()| Due::Reply)
}

/// A host answers a ping with options (RFC 1122 section 3.2.2.6); the embedded model reads none and
/// drops it. Anything else that is wrong with such a packet goes unnamed: it has options.
fn with_options(host: &Host, request: &[u8]) -> Due {
    let header_len = usize::from(request[0] & 0x0f) * 4;
    match echo(host, request, header_len) {
        Ok(()) => Due::Either(Reason::Version),
        Err(_) => Due::Silence(Reason::Version),
    }
}

/// Reads an echo request in order; the error is the first fault.
fn echo(host: &Host, request: &[u8], header_len: usize) -> Result<(), Reason> {
    let (total, ip) = header(host, request, header_len)?;
    first(&[(ip.protocol() != PROTOCOL_ICMP, Reason::Protocol)])?;
    message(request, total, header_len)
}

/// What the datagram `unit` in `packet` calls for from a host that speaks more.
pub(super) fn datagram(
    host: &Host,
    packet: &Packet,
    unit: &Pdu,
    connections: &Connections,
) -> Outcome {
    let request = &packet.bytes()[unit.start().min(packet.bytes().len())..];
    let header_len = match request {
        [] | [_] => return Err(Reason::Truncated),
        [first @ 0x45..=0x4f, ..] => usize::from(first & 0x0f) * 4,
        _ => return Err(Reason::Version),
    };
    let outcome = carried(host, packet, request, header_len, connections);
    if header_len == MIN_HEADER_LEN {
        return outcome;
    }
    // Who reads no options, as the programs say, may drop what has some; other faults then go unnamed.
    outcome.map_or(Err(Reason::Version), |(_, call)| Ok((Due::Either(Reason::Version), call)))
}

/// What a datagram with a header of that length calls for.
fn carried(
    host: &Host,
    packet: &Packet,
    request: &[u8],
    header_len: usize,
    connections: &Connections,
) -> Outcome {
    let (total, ip) = header(host, request, header_len)?;
    let datagram = Datagram::of(packet).ok_or(Reason::Truncated)?;
    match ip.protocol() {
        PROTOCOL_ICMP => {
            checked_message(request, total, header_len)?;
            icmp::message(host, &datagram)
        }
        _ if request.len() < total => Err(Reason::Truncated),
        _ => transport(host, &datagram, connections),
    }
}

/// Reads the header; its total length.
fn header<'a>(
    host: &Host,
    request: &'a [u8],
    header_len: usize,
) -> Result<(usize, Ipv4<'a>), Reason> {
    let total = total_length(request)?;
    for offset in (12..header_len).step_by(2) {
        word_exists(request, total, offset)?;
    }
    let ip = Ipv4::new(request).ok_or(Reason::Truncated)?;
    let sum = ip.header().map(checksum::verifies);
    let for_all = is_for_all_servers(host, &ip);
    let nobody_yet = for_all && ip.source().is_unspecified();
    first(&[
        (sum != Some(true), Reason::HeaderChecksum),
        (ip.destination() != host.address && !for_all, Reason::NotForMe),
        (!is_single_host(host, &ip) && !nobody_yet, Reason::Source),
        (ip.is_fragment(), Reason::Fragment),
    ])?;
    Ok((total, ip))
}

fn total_length(request: &[u8]) -> Result<usize, Reason> {
    match request {
        [_, _, high, low, ..] => Ok(usize::from(u16::from_be_bytes([*high, *low]))),
        _ => Err(Reason::Truncated),
    }
}

/// That a word can be read: a byte that `total_length` promises and the wire did not bring is the
/// worse fault.
fn word_exists(request: &[u8], total: usize, offset: usize) -> Result<(), Reason> {
    let end = offset + 2;
    match request.len().max(offset) < end.min(total) {
        true => Err(Reason::Truncated),
        false if end > total => Err(Reason::Short),
        false => Ok(()),
    }
}

/// Whether the source can be one other host: not ourselves, not of 0.0.0.0/8, not multicast, class E
/// or a broadcast. Nor is 127.0.0.0/8 one on Ethernet, which is outside of hosts.
fn is_single_host(host: &Host, ip: &Ipv4) -> bool {
    let source = ip.source();
    let class = source.octets()[0];
    let is_inside = source.is_loopback() && !host.is_echo_only();
    let is_ours = source == host.address || Some(source) == host.broadcast;
    !is_inside && !is_ours && class != 0 && class < 224
}

/// Whether it is for every DHCP server, of which this is one: a client that has no address yet broadcasts, and
/// has 0.0.0.0 for a source (RFC 1122 section 3.2.1.3 (a), RFC 2131 section 4.1).
fn is_for_all_servers(host: &Host, ip: &Ipv4) -> bool {
    let destination = ip.destination();
    let to_all = destination.is_broadcast() || Some(destination) == host.broadcast;
    let serves = || host.speaks.udp.as_ref().is_some_and(|ports| ports.contains(SERVER_PORT));
    let port = || ip.payload().and_then(Udp::new).map(|udp| udp.destination_port());
    ip.protocol() == PROTOCOL_UDP && to_all && serves() && port() == Some(SERVER_PORT)
}

/// Reads the message of an echo request.
fn message(request: &[u8], total: usize, start: usize) -> Result<(), Reason> {
    let message = checked_message(request, total, start)?;
    let icmp = Icmp::new(message).ok_or(Reason::Truncated)?;
    first(&[((icmp.kind(), icmp.code()) != (ECHO_REQUEST, 0), Reason::IcmpType)])
}

/// A message of ICMP that is all there and undamaged.
fn checked_message(request: &[u8], total: usize, start: usize) -> Result<&[u8], Reason> {
    // Identifier and sequence; type, code and checksum before them then exist too.
    word_exists(request, total, start + 4)?;
    word_exists(request, total, start + ECHO_HEADER_LEN - 2)?;
    let message = request.get(start..total).ok_or(Reason::Truncated)?;
    first(&[(!checksum::verifies(message), Reason::IcmpChecksum)])?;
    Ok(message)
}

/// The first reason that holds.
pub(super) fn first(faults: &[(bool, Reason)]) -> Result<(), Reason> {
    match faults.iter().find(|(fault, _)| *fault) {
        Some((_, reason)) => Err(*reason),
        None => Ok(()),
    }
}
