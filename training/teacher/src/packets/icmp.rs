//! ICMP (RFC 792): echo and timestamp requests.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::Fault;
use super::draft::Draft;
use super::draw::{fill, filled, near, once_in, put, shorten, until, word};
use super::sum::{Pseudo, seal_either, steer};

/// Type and code of an echo request and of a timestamp request.
const REQUESTS: [u16; 2] = [0x0800, 0x0d00];
/// Octets of a timestamp message.
const TIMESTAMP_LEN: usize = 20;

/// An echo request.
pub(super) fn echo(draft: &mut Draft) -> Vec<u8> {
    let mut message = vec![0; 8 + draft.data];
    put(&mut message, 4, word(draft.rng));
    put(&mut message, 6, word(draft.rng));
    fill(draft.rng, &mut message[8..]);
    closed(draft, message, REQUESTS[0])
}

/// A timestamp request.
pub(super) fn timestamp(draft: &mut Draft) -> Vec<u8> {
    let length = match draft.has(Fault::TimestampLength) {
        true => other_length(draft.rng),
        false => TIMESTAMP_LEN,
    };
    let mut message = filled(draft.rng, length);
    // Whoever asks leaves the times of receipt and of transmission 0.
    if length == TIMESTAMP_LEN && draft.rng.random_bool(0.5) {
        message[12..].fill(0);
    }
    closed(draft, message, REQUESTS[1])
}

fn other_length(rng: &mut ChaCha8Rng) -> usize {
    let mut draw = || match rng.random_range(0..3) {
        0 => rng.random_range(8..TIMESTAMP_LEN),
        1 => rng.random_range(TIMESTAMP_LEN - 2..TIMESTAMP_LEN + 5),
        _ => rng.random_range(TIMESTAMP_LEN + 1..80),
    };
    until(&mut draw, |length| *length != TIMESTAMP_LEN)
}

/// The message with its type, code and checksum.
fn closed(draft: &mut Draft, mut message: Vec<u8>, kind: u16) -> Vec<u8> {
    let is_other = draft.has(Fault::IcmpType);
    put(&mut message, 0, if is_other { other_type(draft.rng, kind) } else { kind });
    if draft.has(Fault::IcmpShort) {
        shorten(draft.rng, &mut message, 0..8);
    } else if once_in(draft.rng, 12) {
        let last = message.len() / 2 * 2 - 2;
        steer(&mut message, last, 2, Pseudo::NONE);
    }
    let error = draft.miss(Fault::IcmpChecksum);
    seal_either(draft.rng, &mut message, 2, Pseudo::NONE, error);
    message
}

/// Type and code of anything but a request: every type with code 0, every code of the right type.
fn other_type(rng: &mut ChaCha8Rng, kind: u16) -> u16 {
    let mut draw = || match rng.random_range(0..8) {
        0..3 => u16::from(rng.random::<u8>()) << 8,
        3 => rng.random_range(0..20) << 8,
        4 => rng.random_range(0..20) << 8 | rng.random_range(0..16),
        5 => kind | u16::from(rng.random::<u8>()),
        _ => near(rng, kind, 16),
    };
    until(&mut draw, |other| !REQUESTS.contains(other))
}
