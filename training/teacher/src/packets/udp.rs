//! UDP (RFC 768): to the echo service, and to ports at which nobody listens.

use rand::Rng;

use super::draft::Draft;
use super::draw::{beyond, fill, filled, near, once_in, one_of, put, shorten, until, word};
use super::sum::{Pseudo, seal, steer};
use super::{Class, Fault};

const HEADER_LEN: usize = 8;
/// The port of the echo service (RFC 862).
const ECHO_PORT: u16 = 7;

/// A datagram, perhaps with bytes behind it that are not its own.
pub(super) fn datagram(draft: &mut Draft, pseudo: Pseudo) -> Vec<u8> {
    let (source, destination) = ports(draft);
    let mut message = vec![0; HEADER_LEN + draft.data];
    put(&mut message, 0, source);
    put(&mut message, 2, destination);
    fill(draft.rng, &mut message[HEADER_LEN..]);
    let length = stated_length(draft, message.len());
    put(&mut message, 4, length);
    close(draft, &mut message, pseudo);
    match draft.fault {
        Some(Fault::UdpShort) => shorten(draft.rng, &mut message, 0..HEADER_LEN),
        Some(Fault::UdpLength) => {}
        _ => trail(draft, &mut message),
    }
    message
}

fn ports(draft: &mut Draft) -> (u16, u16) {
    let is_echo = matches!(draft.class, Class::UdpEcho4 | Class::UdpEcho6);
    let bad_source = draft.has(Fault::UdpPort);
    let rng = &mut *draft.rng;
    let source = match (is_echo, bad_source) {
        (true, true) => one_of(rng, &[0, ECHO_PORT]),
        (true, false) => {
            let mut draw = || if once_in(rng, 4) { near(rng, ECHO_PORT, 16) } else { word(rng) };
            until(&mut draw, |port| ![0, ECHO_PORT].contains(port))
        }
        (false, _) if once_in(rng, 6) => ECHO_PORT,
        (false, _) => word(rng),
    };
    (source, if is_echo { ECHO_PORT } else { closed_port(draft) })
}

fn closed_port(draft: &mut Draft) -> u16 {
    let mut draw = || match draft.rng.random_range(0..4) {
        0 => near(draft.rng, ECHO_PORT, 16),
        1 => one_of(draft.rng, &[0x0700, 0x0707, 53, 67, 123, 137, 1900, 5353, 33_434]),
        _ => word(draft.rng),
    };
    until(&mut draw, |port| *port != ECHO_PORT)
}

fn stated_length(draft: &mut Draft, length: usize) -> u16 {
    let too_long = beyond(draft.rng, length).filter(|_| draft.rng.random_bool(0.6));
    match draft.has(Fault::UdpLength) {
        true => too_long.unwrap_or_else(|| draft.rng.random_range(0..HEADER_LEN as u16)),
        false => length as u16,
    }
}

fn close(draft: &mut Draft, message: &mut [u8], pseudo: Pseudo) {
    if message.len() > HEADER_LEN + 1 && once_in(draft.rng, 8) {
        // A sum of 0 is sent as ffff.
        let last = message.len() / 2 * 2 - 2;
        steer(message, last, 6, pseudo);
    }
    let error = draft.miss(Fault::UdpChecksum);
    let needs_one = draft.class.is_over_ipv6() || draft.fault.is_some();
    if draft.has(Fault::UdpNoChecksum) || (!needs_one && once_in(draft.rng, 8)) {
        return put(message, 6, 0);
    }
    seal(message, 6, pseudo, error);
}

/// Bytes that the length does not count, in one of twelve.
fn trail(draft: &mut Draft, message: &mut Vec<u8>) {
    if message.len() < 60_000 && once_in(draft.rng, 12) {
        let count = draft.rng.random_range(1..10);
        message.extend(filled(draft.rng, count));
    }
}
