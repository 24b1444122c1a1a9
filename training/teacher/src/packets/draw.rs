//! Random bytes, words, addresses and lengths, corners more often than chance would have it.

use std::ops::Range;

use rand::Rng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

/// Whether it happens, as it does once in `n` times.
pub(super) fn once_in(rng: &mut ChaCha8Rng, n: u32) -> bool {
    rng.random_ratio(1, n)
}

pub(super) fn byte(rng: &mut ChaCha8Rng) -> u8 {
    match rng.random_range(0..8) {
        0 => one_of(rng, &[0, 0, 0xff, 0x0f, 0xf0, 0x10, 0x45]),
        _ => rng.random(),
    }
}

pub(super) fn word(rng: &mut ChaCha8Rng) -> u16 {
    match rng.random_range(0..10) {
        0 => 0,
        1 => 0xffff,
        2 => rng.random_range(0..16) << (4 * rng.random_range(0..4)),
        3 => rng.random_range(0..256),
        _ => u16::from(byte(rng)) << 8 | u16::from(byte(rng)),
    }
}

/// Fills the payload in one of several manners.
pub(super) fn fill(rng: &mut ChaCha8Rng, data: &mut [u8]) {
    match rng.random_range(0..16) {
        0..7 => rng.fill(data),
        7..10 => fill_with(rng, data, word),
        10 => data.fill(0),
        11 => data.fill(0xff),
        12 => data.fill(byte(rng)),
        13 | 14 => count(rng, data),
        // Steer the running sum to ffff and 0000, where carries are born.
        _ => fill_with(rng, data, |rng| match rng.random_bool(0.5) {
            true => word(rng),
            false => 0xffff - word(rng),
        }),
    }
}

fn fill_with(rng: &mut ChaCha8Rng, data: &mut [u8], word: impl Fn(&mut ChaCha8Rng) -> u16) {
    for pair in data.chunks_mut(2) {
        pair.copy_from_slice(&word(rng).to_be_bytes()[..pair.len()]);
    }
}

/// As programs do that ping: a time, and octets that count.
fn count(rng: &mut ChaCha8Rng, data: &mut [u8]) {
    let first = if rng.random_bool(0.5) { 0 } else { byte(rng) };
    for (i, at) in data.iter_mut().enumerate() {
        *at = first.wrapping_add(i as u8);
    }
    let stamp = data.len().min(16);
    rng.fill(&mut data[..stamp]);
}

/// As many bytes, filled.
pub(super) fn filled(rng: &mut ChaCha8Rng, length: usize) -> Vec<u8> {
    let mut data = vec![0; length];
    fill(rng, &mut data);
    data
}

/// Another value of `bits` bits than `value`, often only one bit away.
pub(super) fn near(rng: &mut ChaCha8Rng, value: u16, bits: u32) -> u16 {
    let mask = u16::MAX >> (16 - bits);
    loop {
        let other = match rng.random_range(0..3) {
            0 => value ^ 1 << rng.random_range(0..bits),
            1 => rng.random_range(0..32) & mask,
            _ => rng.random::<u16>() & mask,
        };
        if other != value {
            return other;
        }
    }
}

/// The first value drawn that will do.
pub(super) fn until<T>(mut draw: impl FnMut() -> T, will_do: impl Fn(&T) -> bool) -> T {
    loop {
        let drawn = draw();
        if will_do(&drawn) {
            return drawn;
        }
    }
}

/// A sum that is not ffff: what the check will come to. Mostly one or two nibbles off.
pub(super) fn miss(rng: &mut ChaCha8Rng) -> u16 {
    loop {
        let mut sum = 0xffff;
        for _ in 0..rng.random_range(1..4) {
            let shift = 4 * rng.random_range(0..4);
            let any = rng.random_range(0..16);
            let nibble = one_of(rng, &[0, 0, 1, 7, 14, any]);
            sum = sum & !(15 << shift) | nibble << shift;
        }
        if once_in(rng, 4) {
            sum = rng.random();
        }
        if sum != 0xffff && sum != 0 {
            return sum;
        }
    }
}

/// An IPv4 address that differs from `own`, mostly by very little.
pub(super) fn near_address(rng: &mut ChaCha8Rng, own: [u8; 4]) -> [u8; 4] {
    let own = u32::from_be_bytes(own);
    let mut other = own;
    while other == own {
        other = match rng.random_range(0..12) {
            0..3 => own ^ 1 << rng.random_range(0..32),
            3..6 => replace_nibble(rng, own),
            6 | 7 => {
                let once = replace_nibble(rng, own);
                replace_nibble(rng, once)
            }
            8 => own.wrapping_add(1 << (4 * rng.random_range(0..8))),
            9 => own.wrapping_sub(1 << (4 * rng.random_range(0..8))),
            10 => one_of(rng, &[u32::MAX, own | 0xff, own & !0xff, 0xe000_0001]),
            _ => rng.random(),
        };
    }
    other.to_be_bytes()
}

pub(super) fn replace_nibble(rng: &mut ChaCha8Rng, value: u32) -> u32 {
    let shift = 4 * rng.random_range(0..8);
    value & !(15 << shift) | rng.random_range(0..16u32) << shift
}

/// An address of any length that differs from `own`, mostly in one bit or nibble.
pub(super) fn near_bytes<const N: usize>(rng: &mut ChaCha8Rng, own: [u8; N]) -> [u8; N] {
    let mut other = own;
    while other == own {
        let at = rng.random_range(0..N);
        match rng.random_range(0..12) {
            0..4 => other[at] ^= 1 << rng.random_range(0..8),
            4..6 => other[at] = other[at] & 0xf0 | rng.random_range(0..16),
            6..8 => other[at] = other[at] & 0x0f | rng.random_range(0..16) << 4,
            8 => other[at] = byte(rng),
            // Two halves that swapped places, a piece that is not there, or anything.
            9 => other.rotate_left(rng.random_range(1..N)),
            10 => other[at..].fill(0),
            _ => rng.fill(&mut other[..]),
        }
        // One more change, now and then; it may undo the first.
        if once_in(rng, 8) {
            other[rng.random_range(0..N)] ^= 1 << rng.random_range(0..8);
        }
    }
    other
}

/// Cuts a packet short anywhere: in its headers and at its last bytes more often.
pub(super) fn cut(rng: &mut ChaCha8Rng, packet: &mut Vec<u8>, from: usize) {
    let length = packet.len();
    let keep = match rng.random_range(0..3) {
        0 => rng.random_range(from..length),
        1 => rng.random_range(from..length.min(from + 44)),
        _ => rng.random_range(length.saturating_sub(4).max(from)..length),
    };
    packet.truncate(keep);
}

/// A length beyond `length` that 16 bits can state, often by little; `None` where there is none.
pub(super) fn beyond(rng: &mut ChaCha8Rng, length: usize) -> Option<u16> {
    let least = length.checked_add(1).filter(|least| *least <= 0xffff)?;
    let most = if rng.random_bool(0.5) { (length + 8).min(0xffff) } else { 0xffff };
    Some(rng.random_range(least..=most) as u16)
}

/// A shorter message: as many bytes as `lengths`, if it has them.
pub(super) fn shorten(rng: &mut ChaCha8Rng, message: &mut Vec<u8>, lengths: Range<usize>) {
    message.truncate(rng.random_range(lengths));
}

pub(super) fn one_of<T: Copy>(rng: &mut ChaCha8Rng, choice: &[T]) -> T {
    *choice.choose(rng).expect("not empty")
}

pub(super) fn put(packet: &mut [u8], at: usize, word: u16) {
    packet[at..at + 2].copy_from_slice(&word.to_be_bytes());
}
