//! Anything at all: valid packets in which bits have flipped.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::sum::{Pseudo, seal};
use super::{Arrival, Class, arrival};

/// A valid packet of the class in which a bit is flipped anywhere, or up to four, mostly with its
/// checksums made right again. It may be valid still.
pub fn noise(rng: &mut ChaCha8Rng, class: Class, framed: bool) -> Arrival {
    let data = rng.random_range(0..10);
    let mut arrival = arrival(rng, class, framed, data, None);
    let flips = if rng.random_bool(0.6) { 1 } else { rng.random_range(2..=4) };
    for _ in 0..flips {
        let at = rng.random_range(0..arrival.packet.len());
        arrival.packet[at] ^= 1 << rng.random_range(0..8);
    }
    if class != Class::Arp && rng.random_bool(0.75) {
        let link = if arrival.own.mac.is_some() { 14 } else { 0 };
        mend(class, &mut arrival.packet[link..]);
    }
    arrival
}

/// Makes the checksums of a datagram of the class right, as far as its lengths can be believed. ARP has none.
pub fn mend(class: Class, datagram: &mut [u8]) {
    let header = match class.is_over_ipv6() {
        _ if class == Class::Arp || datagram.is_empty() => return,
        true => 40,
        false => 4 * usize::from(datagram[0] & 15),
    };
    if !(20..=datagram.len()).contains(&header) {
        return;
    }
    if !class.is_over_ipv6() {
        seal(&mut datagram[..header], 10, Pseudo::NONE, None);
    }
    let (front, message) = datagram.split_at_mut(header);
    let Some(at) = class.checksum_at() else { return };
    let length = length(class, front, message);
    seal(&mut message[..length], at, pseudo(class, front), None);
}

/// Octets of the message that its checksum covers.
fn length(class: Class, front: &[u8], message: &[u8]) -> usize {
    let word =
        |bytes: &[u8], at: usize| usize::from(u16::from_be_bytes([bytes[at], bytes[at + 1]]));
    let stated = match class.is_over_ipv6() {
        true => word(front, 4),
        false => word(front, 2).saturating_sub(front.len()),
    };
    let length = stated.min(message.len());
    if class.is_udp() && length >= 6 { length.min(word(message, 4)) } else { length }
}

fn pseudo(class: Class, front: &[u8]) -> Pseudo {
    match (class, class.is_over_ipv6()) {
        (Class::Echo | Class::Timestamp, _) => Pseudo::NONE,
        (_, true) => Pseudo::of(&front[8..24], &front[24..40], front[6]),
        (_, false) => Pseudo::of(&front[12..16], &front[16..20], front[9]),
    }
}
