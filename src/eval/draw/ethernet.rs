//! What can be wrong with an Ethernet frame (RFC 894, RFC 2464): it is for another station, from none, or of a
//! type that the host does not know.

use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use verify::Reason;
use wire::Mac;
use wire::ethernet::field;

use super::draft::Draft;
use super::world::{World, station};
use super::{Fault, Version};

/// Its one fault, in its variants.
pub(super) const FAULTS: &[Fault] = &[(Reason::Ethernet, spoil)];

fn spoil(rng: &mut StdRng, world: &World, draft: &mut Draft) {
    if draft.ip == 0 {
        return;
    }
    match rng.random_range(0..4) {
        0 => draft.address_frame(elsewhere(rng, world, draft.version)),
        1 => draft.bytes[field::SOURCE].copy_from_slice(&nobody(rng, world).0),
        2 => draft.bytes[field::TYPE].copy_from_slice(&unknown(rng).to_be_bytes()),
        _ => draft.address_frame(flipped(rng, world.mac)),
    }
}

/// Another station, or a group in which the host is not for such packets.
fn elsewhere(rng: &mut StdRng, world: &World, version: Option<Version>) -> Mac {
    let [a, b, c, d, e, f] = rng.random();
    let groups = [Mac([0x33, 0x33, c, d, e, f]), Mac([0x01, 0x00, 0x5e, a & 0x7f, b, c])];
    match (rng.random_range(0..3), version) {
        (0, Some(Version::V4)) => Mac::BROADCAST,
        (0 | 1, _) => *groups.choose(rng).expect("not empty"),
        _ if rng.random() => world.peer.mac,
        _ => station(rng),
    }
}

/// No address of another station.
fn nobody(rng: &mut StdRng, world: &World) -> Mac {
    let mut group = world.peer.mac;
    group.0[0] |= 1;
    *[world.mac, group, Mac::BROADCAST].choose(rng).expect("not empty")
}

/// A type that is none of IPv4, ARP and IPv6: some of them well known.
fn unknown(rng: &mut StdRng) -> u16 {
    *[0x88b5, 0x88cc, 0x8847, 0x0842, 0x8863, rng.random()].choose(rng).expect("not empty")
}

fn flipped(rng: &mut StdRng, Mac(mut octets): Mac) -> Mac {
    octets[rng.random_range(0..6)] ^= 1 << rng.random_range(0..8);
    Mac(octets)
}
