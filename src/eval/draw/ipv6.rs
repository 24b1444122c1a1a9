//! What can be wrong with an IPv6 header (RFC 8200), whatever it carries. Of extension headers there is the one of
//! fragments: others the shipped programs do not read, and may name another reason to drop what has some.

use std::net::Ipv6Addr;

use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use verify::Reason;
use wire::ipv6::{HEADER_LEN, field};

use super::draft::Draft;
use super::world::World;
use super::{Fault, Version};

/// The number of a fragment header (RFC 8200 section 4.5).
const FRAGMENT: u8 = 44;

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

/// Cut, or of a length that cannot be.
fn malform(rng: &mut StdRng, _: &World, draft: &mut Draft) {
    if is_ipv6(draft) {
        match rng.random() {
            true => draft.cut(rng.random_range(draft.ip + 1..draft.bytes.len())),
            false => misstate(rng, draft),
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

/// A piece of a packet: more follow, or some came before. From :: neighbor solicitations come alone, and in a piece
/// nobody need look for one, so that the source might be the fault as well.
fn fragment(rng: &mut StdRng, _: &World, draft: &mut Draft) {
    if is_ipv6(draft) && draft.header(field::SOURCE).iter().any(|octet| *octet != 0) {
        let place = *[1, 8 << rng.random_range(0..13)].choose(rng).expect("not empty");
        let [high, low] = u16::to_be_bytes(place);
        let [a, b, c, d] = rng.random();
        draft.extend(FRAGMENT, vec![0, 0, high, low, a, b, c, d]);
    }
}
