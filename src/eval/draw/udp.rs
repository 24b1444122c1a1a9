//! UDP (RFC 768): the echo service (RFC 862), and what can be wrong with any datagram.

use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use verify::Reason;
use wire::udp::{HEADER_LEN, field};
use wire::{ipv4, ipv6};

use super::draft::{Draft, Message};
use super::world::{Version, World};
use super::{Fault, alone};

/// The number of UDP.
pub(super) const PROTOCOL: u8 = 17;
/// The port of the echo service.
const ECHO: u16 = 7;

/// Ports of services: DNS, DHCP's two, HTTP, multicast DNS, VXLAN.
const SERVICES: [u16; 6] = [53, 67, 68, 80, 5353, 4789];

/// Its faults.
pub(super) const FAULTS: &[Fault] = &[LENGTH, CHECKSUM, PORT];
/// A length that does not fit.
pub(super) const LENGTH: Fault = (Reason::UdpLength, misstate);
/// A wrong checksum.
pub(super) const CHECKSUM: Fault = (Reason::UdpChecksum, corrupt);
/// Nobody to answer.
pub(super) const PORT: Fault = (Reason::UdpPort, silence);

/// A datagram for the echo service, of that length in all.
pub(super) fn request(rng: &mut StdRng, world: &World, length: usize) -> Draft {
    let data = data(rng, world, length);
    let message = datagram(rng, world, ECHO, &data);
    Draft::datagram(rng, world, message)
}

/// Data that fill a packet of that length.
pub(super) fn data(rng: &mut StdRng, world: &World, length: usize) -> Vec<u8> {
    let header = match world.version {
        Version::V4 => ipv4::MIN_HEADER_LEN,
        Version::V6 => ipv6::HEADER_LEN,
    };
    alone::payload(rng, length.saturating_sub(header + HEADER_LEN))
}

/// A datagram to that port. Over IPv4 one in eight has no checksum.
pub(super) fn datagram(rng: &mut StdRng, world: &World, port: u16, data: &[u8]) -> Message {
    let length = (HEADER_LEN + data.len()) as u16;
    let words = [source_port(rng), port, length, 0].map(u16::to_be_bytes);
    let bytes = [words.as_flattened(), data].concat();
    let has_none = world.version == Version::V4 && rng.random_range(0..8) == 0;
    let checksum = (!has_none).then_some(field::CHECKSUM.start);
    Message { protocol: PROTOCOL, bytes, checksum }
}

/// A port that can be answered: mostly one that systems give to clients (RFC 6335 section 6), sometimes that of
/// a service, by which nobody should take the data for what they are not.
pub(super) fn source_port(rng: &mut StdRng) -> u16 {
    match rng.random_range(0..8) {
        0 => *SERVICES.choose(rng).expect("not empty"),
        1 => rng.random_range(8..=u16::MAX),
        _ => rng.random_range(49152..=u16::MAX),
    }
}

/// Less than a header, or more than there is.
fn misstate(rng: &mut StdRng, _: &World, draft: &mut Draft) {
    if draft.protocol == Some(PROTOCOL) {
        let there = draft.message_len() as u16;
        let wrong = [rng.random_range(0..8), there + 1, there + rng.random_range(1..100)];
        let wrong = *wrong.choose(rng).expect("not empty");
        draft.field(field::LENGTH).copy_from_slice(&wrong.to_be_bytes());
        draft.seal();
    }
}

/// Over IPv6, none is wrong too.
fn corrupt(rng: &mut StdRng, _: &World, draft: &mut Draft) {
    if draft.protocol != Some(PROTOCOL) {
        return;
    }
    match rng.random_range(0..4) {
        0 if draft.version == Some(Version::V6) => draft.field(field::CHECKSUM).fill(0),
        _ => draft.corrupt(rng),
    }
}

/// From port 0, which wants no answer.
fn silence(_: &mut StdRng, _: &World, draft: &mut Draft) {
    if draft.protocol == Some(PROTOCOL) {
        draft.field(field::SOURCE_PORT).fill(0);
        draft.seal();
    }
}
