//! TCP (RFC 9293): segments of connections that do not exist.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::Fault;
use super::draft::Draft;
use super::draw::{byte, fill, filled, once_in, one_of, put, shorten, word};
use super::sum::{Pseudo, seal_either, steer};

const HEADER_LEN: usize = 20;
/// The most octets of header.
const MOST_HEADER: usize = 60;
const FIN: u8 = 1;
const SYN: u8 = 2;
const RST: u8 = 4;
const ACK: u8 = 16;

/// A segment.
pub(super) fn segment(draft: &mut Draft, pseudo: Pseudo) -> Vec<u8> {
    let options = options(draft);
    let data = data_length(draft);
    let mut message = [vec![0; HEADER_LEN], options, filled(draft.rng, data)].concat();
    let header = message.len() - data;
    put(&mut message, 0, word(draft.rng));
    put(&mut message, 2, word(draft.rng));
    let flags = flags(draft);
    let length = data + usize::from(flags & SYN != 0) + usize::from(flags & FIN != 0);
    message[4..8].copy_from_slice(&sequence(draft.rng, length).to_be_bytes());
    message[8..12].copy_from_slice(&number(draft.rng).to_be_bytes());
    message[12] = offset(draft, header, message.len()) << 4 | reserved(draft.rng);
    message[13] = flags;
    put(&mut message, 14, word(draft.rng));
    put(&mut message, 18, if once_in(draft.rng, 4) { word(draft.rng) } else { 0 });
    close(draft, &mut message, pseudo);
    message
}

fn close(draft: &mut Draft, message: &mut Vec<u8>, pseudo: Pseudo) {
    if draft.has(Fault::TcpShort) {
        // Less than eight octets would be at fault in IPv6 already.
        let least = if draft.class.is_over_ipv6() { 8 } else { 0 };
        shorten(draft.rng, message, least..HEADER_LEN);
    } else if once_in(draft.rng, 12) {
        steer(message, one_of(draft.rng, &[0, 2, 14]), 16, pseudo);
    }
    let error = draft.miss(Fault::TcpChecksum);
    seal_either(draft.rng, message, 16, pseudo, error);
}

fn data_length(draft: &mut Draft) -> usize {
    let most = match draft.has(Fault::TcpBeyond) {
        true => MOST_HEADER - HEADER_LEN - 4,
        false => 65_535 - 2 * MOST_HEADER,
    };
    let has_some = !once_in(draft.rng, 3);
    if has_some { draft.data.min(most) } else { 0 }
}

/// Every combination without RST, and those that are seen on links more often.
fn flags(draft: &mut Draft) -> u8 {
    let rng = &mut *draft.rng;
    let flags = match rng.random_range(0..4) {
        0 => one_of(rng, &[SYN, SYN, ACK, ACK | 8, FIN | ACK, SYN | ACK, 0xc2, 0]),
        1 => rng.random::<u8>() & (FIN | SYN | ACK),
        _ => rng.random::<u8>(),
    };
    if draft.has(Fault::TcpReset) { flags | RST } else { flags & !RST }
}

fn reserved(rng: &mut ChaCha8Rng) -> u8 {
    if once_in(rng, 4) { rng.random_range(0..16) } else { 0 }
}

/// The data offset, in words.
fn offset(draft: &mut Draft, header: usize, length: usize) -> u8 {
    match draft.fault {
        Some(Fault::TcpOffset) => draft.rng.random_range(0..5),
        Some(Fault::TcpBeyond) if draft.rng.random_bool(0.5) => (length / 4 + 1) as u8,
        Some(Fault::TcpBeyond) => draft.rng.random_range(length / 4 + 1..16) as u8,
        _ => (header / 4) as u8,
    }
}

/// A sequence number of which the end is to be found: carries out of every nibble and word.
fn sequence(rng: &mut ChaCha8Rng, length: usize) -> u32 {
    let short_of = rng.random_range(0..=length as u32 + 1);
    match rng.random_range(0..5) {
        0 => 0u32.wrapping_sub(short_of),
        1 => (u32::from(word(rng)) << 16).wrapping_sub(short_of),
        2 => {
            // All ones below a nibble, at or around the end.
            let ones = (1u64 << (4 * rng.random_range(1..9))) - 1;
            (number(rng) | ones as u32).wrapping_sub(if rng.random_bool(0.5) {
                short_of
            } else {
                0
            })
        }
        _ => number(rng),
    }
}

fn number(rng: &mut ChaCha8Rng) -> u32 {
    match rng.random_range(0..6) {
        0 => one_of(rng, &[0, 1, u32::MAX, 0xffff, 0x1_0000, 0xffff_0000, 0x7fff_ffff, 1 << 31]),
        1 => u32::from(word(rng)),
        2 => u32::from(word(rng)) << 16,
        3 => rng.random(),
        _ => u32::from(word(rng)) << 16 | u32::from(word(rng)),
    }
}

fn options(draft: &mut Draft) -> Vec<u8> {
    if draft.has(Fault::TcpOffset) || draft.has(Fault::TcpBeyond) || once_in(draft.rng, 2) {
        return Vec::new();
    }
    let rng = &mut *draft.rng;
    let length = 4 * rng.random_range(1..11);
    let mut options = Vec::new();
    while options.len() < length {
        let option = option(rng);
        if options.len() + option.len() <= length {
            options.extend(option);
        }
    }
    if once_in(rng, 4) {
        fill(rng, &mut options);
    }
    options
}

fn option(rng: &mut ChaCha8Rng) -> Vec<u8> {
    match rng.random_range(0..8) {
        0 => [&[2, 4][..], &word(rng).to_be_bytes()].concat(),
        1 => vec![3, 3, rng.random_range(0..15)],
        2 => vec![4, 2],
        3 => [&[8, 10][..], &number(rng).to_be_bytes(), &number(rng).to_be_bytes()].concat(),
        4 => vec![0],
        5 => vec![byte(rng) | 0x40, 4, byte(rng), byte(rng)],
        _ => vec![1],
    }
}
