//! IPv6 (RFC 8200): headers, extension headers, and what is wrong with them.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::draft::Draft;
use super::draw::{beyond, byte, cut, filled, near, near_bytes, once_in, one_of, put, until};
use super::host::{ALL_NODES, solicited_node};
use super::sum::Pseudo;
use super::{Class, Fault, ethernet, host, icmpv6, neighbor, tcp, udp};

const HEADER_LEN: usize = 40;
/// The most octets of payload that are drawn: extension headers fit before them.
const MOST: usize = 65_535 - 80;
/// Next headers that mean something else than a protocol nobody speaks.
const KNOWN: [u8; 8] = [0, 6, 17, 43, 44, 58, 59, 60];
const FRAGMENT: u8 = 44;
const NO_NEXT_HEADER: u8 = 59;

/// A packet as it comes over the host's link.
pub(super) fn packet(draft: &mut Draft) -> Vec<u8> {
    let (source, destination) = ends(draft);
    let next = next_header(draft);
    let message = message(draft, &source, &destination, next);
    let (next, payload) = behind_extensions(draft, next, message);
    let mut packet = vec![0; HEADER_LEN];
    packet[0] = 0x60 | byte(draft.rng) & 15;
    packet[1..4].copy_from_slice(&[byte(draft.rng), byte(draft.rng), byte(draft.rng)]);
    packet[6] = next;
    packet[7] = hop_limit(draft);
    packet[8..24].copy_from_slice(&source);
    packet[24..].copy_from_slice(&destination);
    packet.extend(payload);
    let length = packet.len() - HEADER_LEN;
    let stated = payload_length(draft, length);
    put(&mut packet, 4, stated);
    spoil(draft, &mut packet);
    let to = station(draft, destination);
    ethernet::link(draft, to, ethernet::IPV6, packet)
}

fn ends(draft: &mut Draft) -> ([u8; 16], [u8; 16]) {
    let own = draft.ipv6();
    let is_discovery = draft.class == Class::Neighbor;
    let source = match draft.has(Fault::Source) {
        true => host::bad_source6(draft.rng, own, !is_discovery),
        false => host::any_source6(draft.rng, own),
    };
    let group = solicited_node(own);
    let any_group = one_of(draft.rng, &[ALL_NODES, group]);
    match draft.fault {
        Some(Fault::NotForMe) => (source, host::other_destination6(draft.rng, own)),
        Some(Fault::Group) => (source, any_group),
        Some(Fault::ProbeDestination) => ([0; 16], one_of(draft.rng, &[own, own, ALL_NODES])),
        Some(Fault::ProbeOption) => ([0; 16], group),
        // Whether it may come to a group is a question of its own.
        Some(Fault::GroupFrame | Fault::Misnamed) => (source, own),
        Some(Fault::NoNextHeader) => (source, own),
        Some(Fault::Source) if is_discovery => (source, one_of(draft.rng, &[own, group])),
        Some(Fault::Discovery | Fault::Icmpv6Type) if is_discovery => (source, group),
        _ if is_discovery => asking(draft, source),
        _ => (source, own),
    }
}

/// Who solicits whom: a probe comes from nobody to the group of the address.
fn asking(draft: &mut Draft, source: [u8; 16]) -> ([u8; 16], [u8; 16]) {
    let own = draft.ipv6();
    match draft.rng.random_range(0..12) {
        0..3 => ([0; 16], solicited_node(own)),
        3 => (source, ALL_NODES),
        4..7 => (source, own),
        _ => (source, solicited_node(own)),
    }
}

fn next_header(draft: &mut Draft) -> u8 {
    match draft.class {
        Class::Echo6 | Class::Neighbor => 58,
        Class::UdpEcho6 | Class::UdpClosed6 => 17,
        Class::Tcp6 => 6,
        _ => {
            let near_one = one_of(draft.rng, &KNOWN);
            let draw = || near(draft.rng, u16::from(near_one), 8) as u8;
            until(draw, |next| !KNOWN.contains(next))
        }
    }
}

fn message(draft: &mut Draft, source: &[u8; 16], destination: &[u8; 16], next: u8) -> Vec<u8> {
    draft.data = draft.data.min(MOST);
    let pseudo = Pseudo::of(source, destination, next);
    match draft.class {
        Class::Echo6 => icmpv6::echo(draft, pseudo),
        Class::Neighbor => neighbor::solicitation(draft, pseudo, *source == [0; 16]),
        Class::UdpEcho6 | Class::UdpClosed6 => udp::datagram(draft, pseudo),
        Class::Tcp6 => tcp::segment(draft, pseudo),
        _ => filled(draft.rng, draft.data),
    }
}

fn hop_limit(draft: &mut Draft) -> u8 {
    let rng = &mut *draft.rng;
    let discovers = draft.class == Class::Neighbor || draft.fault == Some(Fault::Discovery);
    match (draft.fault, rng.random_range(0..4)) {
        (Some(Fault::HopLimit), 0) => one_of(rng, &[254, 0, 64, 127]),
        (Some(Fault::HopLimit), _) => near(rng, 255, 8) as u8,
        _ if discovers => 255,
        (_, 0) => one_of(rng, &[0, 1, 2, 64, 128, 254, 255]),
        _ => rng.random(),
    }
}

fn payload_length(draft: &mut Draft, length: usize) -> u16 {
    match draft.fault {
        Some(Fault::PayloadLength) => beyond(draft.rng, length).expect("there is room"),
        Some(Fault::ShortPayload) => draft.rng.random_range(0..8),
        _ => length as u16,
    }
}

/// What is wrong with a whole packet.
fn spoil(draft: &mut Draft, packet: &mut Vec<u8>) {
    match draft.fault {
        Some(Fault::Version) => {
            let low = u16::from(packet[0] & 15);
            // An IPv4 header of whatever length would be another fault.
            let draw = || near(draft.rng, 6, 4) << 4 | low;
            packet[0] = until(draw, |first| first & 0xf0 != 0x40 || low < 5) as u8;
        }
        Some(Fault::Truncated6) => cut(draft.rng, packet, 0),
        Some(Fault::ShortPayload) if draft.rng.random_bool(0.5) => {
            let stated = usize::from(packet[5]);
            packet.truncate(HEADER_LEN + stated);
        }
        _ => {}
    }
}

/// The station or stations to which the frame goes.
fn station(draft: &mut Draft, destination: [u8; 16]) -> [u8; 6] {
    let (mac, own) = (draft.mac(), draft.ipv6());
    if draft.has(Fault::NoIpv6) {
        return mac;
    }
    // Others are found at our station by mistake, or in a frame for all.
    let is_ours = [ALL_NODES, solicited_node(own)].contains(&destination);
    match (destination[0], draft.rng.random_range(0..16)) {
        (0xff, 0) => mac,
        (0xff, 1) => ethernet::BROADCAST,
        (0xff, _) if is_ours => ethernet::of_group(destination),
        _ => mac,
    }
}

/// The payload with extension headers before the message, and the number of the first.
fn behind_extensions(draft: &mut Draft, next: u8, message: Vec<u8>) -> (u8, Vec<u8>) {
    let rng = &mut *draft.rng;
    match draft.fault {
        Some(Fault::NoNextHeader) => (NO_NEXT_HEADER, message),
        Some(Fault::Fragment) => (FRAGMENT, [fragment(rng, next), message].concat()),
        Some(Fault::Extension) => {
            let first = one_of(rng, &[0, 43, 60]);
            if !once_in(rng, 4) {
                return (first, [extension(rng, first, next), message].concat());
            }
            let second = one_of(rng, &[43, 60]);
            let headers = [extension(rng, first, second), extension(rng, second, next)];
            (first, [headers.concat(), message].concat())
        }
        _ => (next, message),
    }
}

/// A fragment header: of a whole packet in one of four (RFC 6946).
fn fragment(rng: &mut ChaCha8Rng, next: u8) -> Vec<u8> {
    let place = if once_in(rng, 4) { [0, 0] } else { near_bytes(rng, [0, 0]) };
    [vec![next, 0], place.to_vec(), filled(rng, 4)].concat()
}

/// An extension header that may be passed over, and now and then one that may not.
fn extension(rng: &mut ChaCha8Rng, kind: u8, next: u8) -> Vec<u8> {
    let mut header = match (kind, rng.random_range(0..3)) {
        (43, _) => vec![next, 0, byte(rng), 0, 0, 0, 0, 0],
        (0, 0) => vec![next, 0, 5, 2, 0, 0, 1, 0],
        (_, 1) => [&[next, 1, 1, 12][..], &[0; 12]].concat(),
        _ => vec![next, 0, 1, 4, 0, 0, 0, 0],
    };
    if once_in(rng, 6) {
        rng.fill(&mut header[2..]);
    }
    header
}
