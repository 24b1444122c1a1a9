//! Random packets to learn from, valid and bad, with the corners over-represented: addresses that
//! differ in one bit, sums that miss ffff by one nibble, long runs of zero words, odd lengths.

use rand::Rng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

/// A packet and the address of the host that receives it.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// The datagram.
    pub packet: Vec<u8>,
    /// The host's own address.
    pub own: [u8; 4],
}

/// What is wrong with a packet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the names are those of the drop labels")]
pub enum Fault {
    Version,
    Truncated,
    Short,
    HeaderChecksum,
    NotForMe,
    Source,
    Fragment,
    Protocol,
    IcmpChecksum,
    IcmpType,
}

/// Every fault, with how often it is drawn.
const FAULTS: [(Fault, u32); 10] = [
    (Fault::Version, 4),
    (Fault::Truncated, 8),
    (Fault::Short, 6),
    (Fault::HeaderChecksum, 16),
    (Fault::NotForMe, 26),
    (Fault::Source, 16),
    (Fault::Fragment, 10),
    (Fault::Protocol, 8),
    (Fault::IcmpChecksum, 16),
    (Fault::IcmpType, 14),
];

/// A fault, drawn by weight.
pub fn fault(rng: &mut ChaCha8Rng) -> Fault {
    FAULTS.choose_weighted(rng, |row| row.1).expect("weights are positive").0
}

/// An echo request with `data` bytes of payload (at most 65,507) and, if asked, one fault.
pub fn arrival(rng: &mut ChaCha8Rng, data: usize, fault: Option<Fault>) -> Arrival {
    let own = address(rng);
    let mut source = any_source(rng, own);
    let mut destination = own;
    let mut icmp_type = 0x0800;
    let mut flags = *[0, 0x4000, 0x4000, 0x8000, 0xc000].choose(rng).expect("not empty");
    let mut protocol = 1;
    let mut total_length = 28 + data as u16;
    match fault {
        Some(Fault::NotForMe) => destination = near_address(rng, own),
        Some(Fault::Source) => source = bad_source(rng, own),
        Some(Fault::Fragment) => flags |= fragment(rng),
        Some(Fault::Protocol) => protocol = near(rng, 1, 8) as u8,
        Some(Fault::IcmpType) => icmp_type = other_type(rng),
        Some(Fault::Short) => total_length = rng.random_range(0..28),
        _ => {}
    }
    let mut packet = vec![0; 28 + data];
    packet[0] = 0x45;
    packet[1] = byte(rng);
    put(&mut packet, 2, total_length);
    put(&mut packet, 4, word(rng));
    put(&mut packet, 6, flags);
    packet[8] = byte(rng);
    packet[9] = protocol;
    packet[12..16].copy_from_slice(&source);
    packet[16..20].copy_from_slice(&destination);
    put(&mut packet, 20, icmp_type);
    put(&mut packet, 24, word(rng));
    put(&mut packet, 26, word(rng));
    fill(rng, &mut packet[28..]);
    let icmp_error = (fault == Some(Fault::IcmpChecksum)).then(|| miss(rng));
    set_checksum(&mut packet, 22, 20, usize::MAX, icmp_error);
    let header_error = (fault == Some(Fault::HeaderChecksum)).then(|| miss(rng));
    set_checksum(&mut packet, 10, 0, 20, header_error);
    match fault {
        Some(Fault::Version) => packet[0] = near(rng, 0x45, 8) as u8,
        Some(Fault::Truncated) => truncate(rng, &mut packet),
        _ if rng.random_ratio(1, 6) => pad(rng, &mut packet),
        _ => {}
    }
    Arrival { packet, own }
}

/// A small request from 10.0.0.2 to 10.0.0.1 with something changed; its checksums are right again.
pub fn plain(change: impl FnOnce(&mut [u8])) -> Arrival {
    let mut packet = vec![0; 32];
    packet[..10].copy_from_slice(&[0x45, 0, 0, 32, 0, 1, 0x40, 0, 64, 1]);
    packet[12..20].copy_from_slice(&[10, 0, 0, 2, 10, 0, 0, 1]);
    packet[20..].copy_from_slice(&[8, 0, 0, 0, 0, 7, 0, 1, b'p', b'i', b'n', b'g']);
    change(&mut packet);
    set_checksum(&mut packet, 22, 20, usize::MAX, None);
    set_checksum(&mut packet, 10, 0, 20, None);
    Arrival { packet, own: [10, 0, 0, 1] }
}

/// Anything at all: the teacher knows what to say to noise too.
pub fn noise(rng: &mut ChaCha8Rng) -> Arrival {
    let mut arrival = arrival(rng, 8, None);
    for _ in 0..rng.random_range(1..4) {
        let at = rng.random_range(0..arrival.packet.len());
        arrival.packet[at] ^= 1 << rng.random_range(0..8);
    }
    arrival
}

fn address(rng: &mut ChaCha8Rng) -> [u8; 4] {
    if rng.random_ratio(1, 6) {
        let home = [[10, 0, 0, 1], [192, 168, 1, 2], [172, 16, 0, 9], [10, 1, 2, 3]];
        return *home.choose(rng).expect("not empty");
    }
    [rng.random_range(1..224), byte(rng), byte(rng), byte(rng)]
}

fn any_source(rng: &mut ChaCha8Rng, own: [u8; 4]) -> [u8; 4] {
    loop {
        let source = match rng.random_range(0..5) {
            0 => near_address(rng, own),
            1 => [own[0], own[1], byte(rng), byte(rng)],
            2 => [rng.random_range(1..224), byte(rng), own[2], own[3]],
            3 => [
                *[1, 2, 127, 128, 192, 222, 223].choose(rng).expect("not empty"),
                byte(rng),
                byte(rng),
                byte(rng),
            ],
            _ => address(rng),
        };
        if source != own && (1..224).contains(&source[0]) {
            return source;
        }
    }
}

fn bad_source(rng: &mut ChaCha8Rng, own: [u8; 4]) -> [u8; 4] {
    let rest = [byte(rng), byte(rng), byte(rng)];
    let behind = |first: u8, rest: [u8; 3]| [first, rest[0], rest[1], rest[2]];
    match rng.random_range(0..10) {
        0..4 => own,
        4 => *[[0; 4], [255; 4], [224, 0, 0, 1]].choose(rng).expect("not empty"),
        5 => behind(0, rest),
        6 => behind(*[224, 239, 240, 255].choose(rng).expect("not empty"), rest),
        7 => behind(rng.random_range(224..=255), [0, 0, rest[2]]),
        _ => behind(rng.random_range(224..=255), rest),
    }
}

/// Type and code of anything but an echo request: every type with code 0, every code of type 8.
fn other_type(rng: &mut ChaCha8Rng) -> u16 {
    loop {
        let other = match rng.random_range(0..8) {
            0..3 => u16::from(rng.random::<u8>()) << 8,
            3 => rng.random_range(0..20) << 8,
            4 => rng.random_range(0..20) << 8 | rng.random_range(0..16),
            5 => 0x0800 | u16::from(rng.random::<u8>()),
            _ => near(rng, 0x0800, 16),
        };
        if other != 0x0800 {
            return other;
        }
    }
}

/// More Fragments, an offset, or both; the high or the low byte alone as often as both.
fn fragment(rng: &mut ChaCha8Rng) -> u16 {
    match rng.random_range(0..4) {
        0 => rng.random_range(1..0x100),
        1 => rng.random_range(1..0x40) << 8,
        _ => near(rng, 0, 14),
    }
}

/// An address that differs from `own`, mostly by very little.
fn near_address(rng: &mut ChaCha8Rng, own: [u8; 4]) -> [u8; 4] {
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
            10 => *[u32::MAX, own | 0xff, own & !0xff, 0xe000_0001].choose(rng).expect("not empty"),
            _ => rng.random(),
        };
    }
    other.to_be_bytes()
}

fn replace_nibble(rng: &mut ChaCha8Rng, value: u32) -> u32 {
    let shift = 4 * rng.random_range(0..8);
    value & !(15 << shift) | rng.random_range(0..16u32) << shift
}

/// Another value of `bits` bits than `value`, often only one bit away.
fn near(rng: &mut ChaCha8Rng, value: u16, bits: u32) -> u16 {
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

/// A sum that is not ffff: what the check will come to. Mostly one or two nibbles off.
fn miss(rng: &mut ChaCha8Rng) -> u16 {
    loop {
        let mut sum = 0xffff;
        for _ in 0..rng.random_range(1..4) {
            let shift = 4 * rng.random_range(0..4);
            let nibble = *[0, 0, 1, 7, 14, rng.random_range(0..16)].choose(rng).expect("not empty");
            sum = sum & !(15 << shift) | nibble << shift;
        }
        if rng.random_ratio(1, 4) {
            sum = rng.random();
        }
        if sum != 0xffff && sum != 0 {
            return sum;
        }
    }
}

/// Sets the checksum at `at` over `from..to` so that the check comes to `target`, or to ffff.
fn set_checksum(packet: &mut [u8], at: usize, from: usize, to: usize, target: Option<u16>) {
    let to = to.min(packet.len());
    put(packet, at, 0);
    let sum = sum(&packet[from..to]);
    put(packet, at, fold(u32::from(target.unwrap_or(0xffff)) + u32::from(!sum)));
    if target.is_none() && sum != 0xffff {
        put(packet, at, !sum);
    }
}

/// The ones'-complement sum of RFC 1071.
pub fn sum(bytes: &[u8]) -> u16 {
    let word = |pair: &[u8]| u32::from(pair[0]) << 8 | u32::from(*pair.get(1).unwrap_or(&0));
    bytes.chunks(2).map(word).fold(0, |sum, word| fold(u32::from(sum) + word))
}

fn fold(sum: u32) -> u16 {
    (sum & 0xffff) as u16 + (sum >> 16) as u16
}

fn truncate(rng: &mut ChaCha8Rng, packet: &mut Vec<u8>) {
    if rng.random_bool(0.5) {
        let keep = rng.random_range(0..packet.len());
        packet.truncate(keep);
    } else {
        // The total length claims more; the header checksum must still be right.
        let claimed = rng.random_range(packet.len() + 1..=65_535) as u16;
        put(packet, 2, claimed);
        set_checksum(packet, 10, 0, 20, None);
    }
}

fn pad(rng: &mut ChaCha8Rng, packet: &mut Vec<u8>) {
    for _ in 0..rng.random_range(1..20) {
        packet.push(byte(rng));
    }
}

fn put(packet: &mut [u8], at: usize, word: u16) {
    packet[at..at + 2].copy_from_slice(&word.to_be_bytes());
}

fn byte(rng: &mut ChaCha8Rng) -> u8 {
    match rng.random_range(0..8) {
        0 => *[0, 0, 0xff, 0x0f, 0xf0, 0x10, 0x45].choose(rng).expect("not empty"),
        _ => rng.random(),
    }
}

fn word(rng: &mut ChaCha8Rng) -> u16 {
    match rng.random_range(0..10) {
        0 => 0,
        1 => 0xffff,
        2 => rng.random_range(0..16) << (4 * rng.random_range(0..4)),
        3 => rng.random_range(0..256),
        _ => u16::from(byte(rng)) << 8 | u16::from(byte(rng)),
    }
}

/// Fills the payload in one of several manners.
fn fill(rng: &mut ChaCha8Rng, data: &mut [u8]) {
    match rng.random_range(0..16) {
        0..7 => rng.fill(data),
        7..10 => {
            for pair in data.chunks_mut(2) {
                pair.copy_from_slice(&word(rng).to_be_bytes()[..pair.len()]);
            }
        }
        10 => data.fill(0),
        11 => data.fill(0xff),
        12 => data.fill(byte(rng)),
        13 | 14 => {
            let first = if rng.random_bool(0.5) { 0 } else { byte(rng) };
            for (i, at) in data.iter_mut().enumerate() {
                *at = first.wrapping_add(i as u8);
            }
            let stamp = data.len().min(16);
            rng.fill(&mut data[..stamp]);
        }
        _ => {
            // Steer the running sum to ffff and 0000, where carries are born.
            for pair in data.chunks_mut(2) {
                let word = if rng.random_bool(0.5) { word(rng) } else { 0xffff - word(rng) };
                pair.copy_from_slice(&word.to_be_bytes()[..pair.len()]);
            }
        }
    }
}
