//! IPv4 (RFC 791): headers, options, and what is wrong with them.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::draft::Draft;
use super::draw::{
    beyond, byte, cut, fill, filled, near, near_address, once_in, one_of, put, until, word,
};
use super::sum::{Pseudo, seal, seal_either};
use super::{Class, Fault, ethernet, host, icmp, tcp, udp};

const HEADER_LEN: usize = 20;
/// The most octets a datagram has.
const MOST: usize = 65_535;

/// A datagram as it comes over the host's link.
pub(super) fn packet(draft: &mut Draft) -> Vec<u8> {
    let datagram = datagram(draft);
    let mac = draft.mac();
    // What is for all hosts comes to all stations.
    let is_to_all = draft.has(Fault::Broadcast) && draft.rng.random_bool(0.5);
    let to = if is_to_all { ethernet::BROADCAST } else { mac };
    ethernet::link(draft, to, ethernet::IPV4, datagram)
}

fn datagram(draft: &mut Draft) -> Vec<u8> {
    let (source, destination) = ends(draft);
    let protocol = protocol(draft);
    let message = message(draft, Pseudo::of(&source, &destination, protocol));
    let options = options(draft, message.len());
    let header = HEADER_LEN + options.len();
    let mut packet = [&[0; HEADER_LEN][..], &options, &message].concat();
    packet[0] = 0x40 | (header / 4) as u8;
    packet[1] = byte(draft.rng);
    put(&mut packet, 4, word(draft.rng));
    packet[8] = ttl(draft);
    packet[9] = protocol;
    packet[12..16].copy_from_slice(&source);
    packet[16..20].copy_from_slice(&destination);
    let (total, flags) = (total_length(draft, &packet, header), flags(draft));
    put(&mut packet, 2, total);
    put(&mut packet, 6, flags);
    let error = draft.miss(Fault::HeaderChecksum);
    seal_either(draft.rng, &mut packet[..header], 10, Pseudo::NONE, error);
    spoil(draft, &mut packet, header);
    packet
}

fn ends(draft: &mut Draft) -> ([u8; 4], [u8; 4]) {
    let own = draft.own;
    let source = match draft.has(Fault::Source) {
        true => host::bad_source(draft.rng, &own),
        false => host::any_source(draft.rng, &own),
    };
    let destination = match draft.fault {
        Some(Fault::NotForMe) => near_address(draft.rng, own.ipv4),
        Some(Fault::Broadcast) => host::group(draft.rng, &own),
        _ => own.ipv4,
    };
    (source, destination)
}

fn protocol(draft: &mut Draft) -> u8 {
    match draft.class {
        Class::Echo | Class::Timestamp => 1,
        Class::Tcp4 => 6,
        Class::UdpEcho4 | Class::UdpClosed4 => 17,
        _ => {
            let near_one = one_of(draft.rng, &[1, 6, 17]);
            let draw = || near(draft.rng, near_one, 8) as u8;
            until(draw, |protocol| ![1, 6, 17].contains(protocol))
        }
    }
}

fn message(draft: &mut Draft, pseudo: Pseudo) -> Vec<u8> {
    draft.data = draft.data.min(MOST - HEADER_LEN - 8);
    match draft.class {
        Class::Echo => icmp::echo(draft),
        Class::Timestamp => icmp::timestamp(draft),
        Class::UdpEcho4 | Class::UdpClosed4 => udp::datagram(draft, pseudo),
        Class::Tcp4 => tcp::segment(draft, pseudo),
        _ => filled(draft.rng, draft.data),
    }
}

fn ttl(draft: &mut Draft) -> u8 {
    match draft.rng.random_range(0..4) {
        0 => one_of(draft.rng, &[0, 1, 2, 63, 64, 128, 255]),
        _ => draft.rng.random(),
    }
}

fn flags(draft: &mut Draft) -> u16 {
    let flags = one_of(draft.rng, &[0, 0x4000, 0x4000, 0x8000, 0xc000]);
    if !draft.has(Fault::Fragment) {
        return flags;
    }
    // More Fragments, an offset, or both; the high or the low byte alone as often as both.
    flags
        | match draft.rng.random_range(0..4) {
            0 => draft.rng.random_range(1..0x100),
            1 => draft.rng.random_range(1..0x40) << 8,
            _ => near(draft.rng, 0, 14),
        }
}

fn total_length(draft: &mut Draft, packet: &[u8], header: usize) -> u16 {
    match draft.fault {
        Some(Fault::Short) => draft.rng.random_range(0..HEADER_LEN as u16),
        Some(Fault::Options) => draft.rng.random_range(HEADER_LEN..header) as u16,
        _ => packet.len() as u16,
    }
}

/// What is wrong with a whole datagram, its checksums left as they are or right again.
fn spoil(draft: &mut Draft, packet: &mut Vec<u8>, header: usize) {
    match draft.fault {
        Some(Fault::Version) => {
            let draw = || near(draft.rng, 0x45, 8) as u8;
            packet[0] = until(draw, |first| first >> 4 != 4);
        }
        Some(Fault::HeaderLength) => packet[0] = 0x40 | draft.rng.random_range(0..5),
        Some(Fault::Truncated) => match beyond(draft.rng, packet.len()) {
            Some(claimed) if draft.rng.random_bool(0.5) => {
                put(packet, 2, claimed);
                seal(&mut packet[..header], 10, Pseudo::NONE, None);
            }
            _ => cut(draft.rng, packet, 0),
        },
        _ => {}
    }
}

/// Options: in one of eight datagrams, and where they are to be at fault.
fn options(draft: &mut Draft, message: usize) -> Vec<u8> {
    let room = MOST - HEADER_LEN - message;
    let wanted = draft.has(Fault::Options) || once_in(draft.rng, 8);
    if !wanted || room < 40 {
        return Vec::new();
    }
    let length = 4 * if draft.rng.random_bool(0.5) { 1 } else { draft.rng.random_range(1..11) };
    let mut options = Vec::new();
    while options.len() < length {
        let option = option(draft);
        if options.len() + option.len() <= length {
            options.extend(option);
        }
    }
    if once_in(draft.rng, 6) {
        fill(draft.rng, &mut options);
    }
    options
}

fn option(draft: &mut Draft) -> Vec<u8> {
    let rng = &mut *draft.rng;
    match rng.random_range(0..11) {
        0..5 => vec![1],
        5 | 6 => vec![0],
        7 => vec![148, 4, 0, 0],
        10 => source_route(rng),
        // Record route, or a timestamp: a pointer, then room for what routers write.
        kind => {
            let words = rng.random_range(0..9);
            let mut option = if kind == 8 { vec![7, 0, 4] } else { vec![68, 0, 5, 0] };
            option.resize(option.len() + 4 * words, 0);
            option[1] = option.len() as u8;
            option
        }
    }
}

/// A loose or a strict source route that has further to go, or has not.
fn source_route(rng: &mut ChaCha8Rng) -> Vec<u8> {
    let words = rng.random_range(0..9);
    let mut option = vec![if rng.random() { 131 } else { 137 }, 3 + 4 * words, 4];
    option[2] += 4 * rng.random_range(0..=words);
    option.resize(usize::from(option[1]), 0);
    fill(rng, &mut option[3..]);
    option
}
