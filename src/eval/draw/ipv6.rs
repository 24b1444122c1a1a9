//! What can be wrong with an IPv6 header and its extensions (RFC 8200), whatever they carry.

use std::net::Ipv6Addr;

use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use verify::Reason;
use wire::ipv6::{HEADER_LEN, field};

use super::draft::Draft;
use super::world::World;
use super::{Fault, Version};

/// Numbers of extension headers (RFC 8200 section 4).
const HOP_BY_HOP: u8 = 0;
const ROUTING: u8 = 43;
const FRAGMENT: u8 = 44;
const DESTINATION_OPTIONS: u8 = 60;

/// Its faults.
pub(super) const FAULTS: &[Fault] = &[
    (Reason::Ipv6, malform),
    (Reason::NotForMe, misdirect),
    (Reason::Source, obscure),
    (Reason::Fragment, fragment),
];

fn is_ipv6(draft: &Draft) -> bool {
    draft.version == Some(Version::V6)
}

/// Whether it is sent by somebody. From :: neighbor solicitations come alone, and behind an extension header
/// nobody need look for one: that might be the fault as well.
fn has_source(draft: &mut Draft) -> bool {
    is_ipv6(draft) && draft.header(field::SOURCE).iter().any(|octet| *octet != 0)
}

/// Cut, of a length that cannot be, or with an extension for which it is to be discarded.
fn malform(rng: &mut StdRng, _: &World, draft: &mut Draft) {
    if is_ipv6(draft) {
        match rng.random_range(0..4) {
            0 => draft.cut(rng.random_range(draft.ip + 1..draft.bytes.len())),
            1 => misstate(rng, draft),
            2 if has_source(draft) => draft.extend(ROUTING, routing(rng)),
            3 if has_source(draft) => discard(rng, draft),
            _ => {}
        }
    }
}

/// A payload length of more than there is, or of less than any message.
fn misstate(rng: &mut StdRng, draft: &mut Draft) {
    let there = (draft.bytes.len() - draft.ip - HEADER_LEN) as u16;
    let stated = match rng.random() {
        true => there + rng.random_range(1..64),
        false => rng.random_range(0..8),
    };
    draft.header(field::PAYLOAD_LENGTH).copy_from_slice(&stated.to_be_bytes());
}

/// A route of an unknown kind that goes on to one more node.
fn routing(rng: &mut StdRng) -> Vec<u8> {
    let address: [u8; 16] = rng.random();
    [&[0, 2, rng.random_range(5..250), 1, 0, 0, 0, 0][..], &address].concat()
}

/// An option that nobody knows and for which the packet is to be discarded (RFC 8200 section 4.2).
fn discard(rng: &mut StdRng, draft: &mut Draft) {
    let number = *[HOP_BY_HOP, DESTINATION_OPTIONS].choose(rng).expect("not empty");
    let kind = *[0x5e, 0x9e, 0xde].choose(rng).expect("not empty");
    let [a, b, c, d] = rng.random();
    draft.extend(number, vec![0, 0, kind, 4, a, b, c, d]);
}

/// To another node, mostly one bit off, or to a group in which the host is not.
fn misdirect(rng: &mut StdRng, world: &World, draft: &mut Draft) {
    if is_ipv6(draft) {
        let own = u128::from(world.ipv6);
        let other = match rng.random_range(0..4) {
            0 => rng.random(),
            1 => 0xff02_u128 << 112 | rng.random_range(2..256),
            _ => own ^ 1 << rng.random_range(0..128),
        };
        draft.header(field::DESTINATION).copy_from_slice(&other.to_be_bytes());
        draft.seal();
    }
}

/// From nobody, from a group, or from the host itself.
fn obscure(rng: &mut StdRng, world: &World, draft: &mut Draft) {
    if is_ipv6(draft) {
        let group = Ipv6Addr::from(0xff02_u128 << 112 | rng.random_range(1..256));
        let sources = [world.ipv6, Ipv6Addr::LOCALHOST, Ipv6Addr::UNSPECIFIED, group];
        let source = sources.choose(rng).expect("not empty");
        draft.header(field::SOURCE).copy_from_slice(&source.octets());
        draft.seal();
    }
}

/// A piece of a packet: more follow, or some came before.
fn fragment(rng: &mut StdRng, _: &World, draft: &mut Draft) {
    if has_source(draft) {
        let place = *[1, 8 << rng.random_range(0..13)].choose(rng).expect("not empty");
        let [high, low] = u16::to_be_bytes(place);
        let [a, b, c, d] = rng.random();
        draft.extend(FRAGMENT, vec![0, 0, high, low, a, b, c, d]);
    }
}
