//! ICMPv6 (RFC 4443): echo requests, and types that nobody answers.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::draft::Draft;
use super::draw::{fill, near, once_in, put, until, word};
use super::sum::{Pseudo, seal_either, steer};
use super::{Fault, neighbor};

/// Type and code of an echo request.
const ECHO: u16 = 0x8000;
/// The types of neighbour discovery (RFC 4861 section 4).
pub(super) const DISCOVERY: std::ops::RangeInclusive<u8> = 133..=137;

/// An echo request.
pub(super) fn echo(draft: &mut Draft, pseudo: Pseudo) -> Vec<u8> {
    let mut message = vec![0; 8 + draft.data];
    put(&mut message, 4, word(draft.rng));
    put(&mut message, 6, word(draft.rng));
    fill(draft.rng, &mut message[8..]);
    closed(draft, message, ECHO, pseudo)
}

/// The message with its type, code and checksum.
pub(super) fn closed(
    draft: &mut Draft,
    mut message: Vec<u8>,
    kind: u16,
    pseudo: Pseudo,
) -> Vec<u8> {
    let kind = match draft.fault {
        Some(Fault::Icmpv6Type) => other_type(draft.rng, kind),
        Some(Fault::Discovery) => neighbor::other_discovery(draft.rng),
        _ => kind,
    };
    put(&mut message, 0, kind);
    if draft.class == super::Class::Echo6 && once_in(draft.rng, 12) {
        let last = message.len() / 2 * 2 - 2;
        steer(&mut message, last, 2, pseudo);
    }
    let error = draft.miss(Fault::Icmpv6Checksum);
    seal_either(draft.rng, &mut message, 2, pseudo, error);
    message
}

/// Type and code of what is no echo request and not of neighbour discovery.
fn other_type(rng: &mut ChaCha8Rng, kind: u16) -> u16 {
    let mut draw = || match rng.random_range(0..8) {
        0..2 => u16::from(rng.random::<u8>()) << 8,
        // Errors, the replies, and those of multicast listeners.
        2 => rng.random_range(1..5) << 8 | rng.random_range(0..8),
        3 => rng.random_range(126..134) << 8,
        4 => [0x8100, 0x8f00, 0x0800, 0x0000, 0x0d00][rng.random_range(0..5)],
        5 => ECHO | u16::from(rng.random::<u8>()),
        _ => near(rng, kind, 16),
    };
    until(&mut draw, |other| *other != ECHO && !DISCOVERY.contains(&((other >> 8) as u8)))
}
