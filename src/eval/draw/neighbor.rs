//! Neighbour solicitations (RFC 4861 section 4.3): who resolves the host's address, who asks whether it is still
//! there, and who tries the address out (RFC 4862 section 5.4.2).

use std::net::Ipv6Addr;

use rand::Rng;
use rand::rngs::StdRng;
use verify::Reason;
use wire::Mac;
use wire::icmpv6::{NEIGHBOR_SOLICITATION, field};
use wire::ipv6;
use wire::neighbor::SOURCE_LINK_LAYER;

use super::Fault;
use super::draft::Draft;
use super::echo6::{self, message};
use super::world::World;

/// The hop limit of what no router has passed on.
const NEVER_FORWARDED: u8 = 255;
/// Octets before the options.
const FIXED: usize = 24;

/// Its faults.
pub(super) const FAULTS: &[Fault] = &[
    (Reason::HopLimit, forward),
    (Reason::Icmpv6Checksum, echo6::corrupt),
    (Reason::Neighbor, spoil),
];

/// A solicitation.
pub(super) fn solicitation(rng: &mut StdRng, world: &World) -> Draft {
    match rng.random_range(0..4) {
        0 => still_there(rng, world),
        1 => probe(rng, world),
        _ => resolution(rng, world),
    }
}

/// To the group of the address, with one's own Ethernet address.
fn resolution(rng: &mut StdRng, world: &World) -> Draft {
    let mut draft = asked(rng, world, Some(world.peer.mac));
    draft.address_group(group(world));
    draft
}

/// To the host itself, which may go without.
fn still_there(rng: &mut StdRng, world: &World) -> Draft {
    let option = rng.random::<bool>().then_some(world.peer.mac);
    asked(rng, world, option)
}

/// From nobody yet.
fn probe(rng: &mut StdRng, world: &World) -> Draft {
    let mut draft = asked(rng, world, None);
    draft.header(ipv6::field::SOURCE).fill(0);
    draft.address_group(group(world));
    draft
}

fn asked(rng: &mut StdRng, world: &World, option: Option<Mac>) -> Draft {
    let start = [NEIGHBOR_SOLICITATION, 0, 0, 0, 0, 0, 0, 0];
    let mut bytes = [&start[..], &world.ipv6.octets()].concat();
    if let Some(mac) = option {
        bytes.extend([SOURCE_LINK_LAYER, 1]);
        bytes.extend(mac.0);
    }
    let mut draft = Draft::datagram(rng, world, message(bytes));
    draft.header(ipv6::field::HOP_LIMIT)[0] = NEVER_FORWARDED;
    draft
}

fn group(world: &World) -> Ipv6Addr {
    world.host.solicited_node().unwrap_or(Ipv6Addr::UNSPECIFIED)
}

/// It may have come through a router.
fn forward(rng: &mut StdRng, _: &World, draft: &mut Draft) {
    let limit = if rng.random() { 64 } else { rng.random_range(0..NEVER_FORWARDED) };
    draft.header(ipv6::field::HOP_LIMIT)[0] = limit;
}

/// Of another address, or not valid (RFC 4861 section 7.1.1).
fn spoil(rng: &mut StdRng, world: &World, draft: &mut Draft) {
    match rng.random_range(0..5) {
        0 => draft.field(1..2)[0] = rng.random_range(1..=255),
        1 if draft.message_len() > FIXED => draft.field(FIXED + 1..FIXED + 2)[0] = 0,
        2 => *draft = from_nobody(rng, world),
        3 => shorten(rng, draft),
        _ => {
            let near = u128::from(world.ipv6) ^ 1 << rng.random_range(0..128);
            draft.field(field::TARGET).copy_from_slice(&near.to_be_bytes());
        }
    }
    draft.seal();
}

/// From nobody, and yet with an Ethernet address, or to the host itself.
fn from_nobody(rng: &mut StdRng, world: &World) -> Draft {
    let to_host: bool = rng.random();
    let mut draft = asked(rng, world, (!to_host).then_some(world.peer.mac));
    draft.header(ipv6::field::SOURCE).fill(0);
    if !to_host {
        draft.address_group(group(world));
    }
    draft
}

/// No room for the address that is asked for.
fn shorten(rng: &mut StdRng, draft: &mut Draft) {
    let length = rng.random_range(8..FIXED);
    let bytes = draft.bytes[draft.message..][..length].to_vec();
    draft.replace(message(bytes));
}
