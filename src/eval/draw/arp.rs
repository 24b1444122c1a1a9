//! ARP (RFC 826) and its probes (RFC 5227).

use std::net::Ipv4Addr;

use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use verify::Reason;
use wire::Mac;
use wire::arp::{REQUEST, field};
use wire::protocol::ethertype;

use super::Fault;
use super::draft::Draft;
use super::world::World;

/// Ethernet and IPv4: hardware, protocol, and the lengths of their addresses.
const ETHERNET_IPV4: [u8; 6] = [0, 1, 8, 0, 6, 4];

/// Its one fault, in its variants.
pub(super) const FAULTS: &[Fault] = &[(Reason::Arp, spoil)];

/// Who has the host's address? Asked of all, or of the host to hear whether it still has it; or a probe.
pub(super) fn request(rng: &mut StdRng, world: &World) -> Draft {
    let (mac, peer) = (world.peer.mac, world.peer.address);
    let sender = if rng.random_range(0..4) == 0 { Ipv4Addr::UNSPECIFIED } else { peer };
    let to = if rng.random_range(0..4) == 0 { world.mac } else { Mac::BROADCAST };
    let blank = *[[0; 6], world.mac.0, [0xff; 6]].choose(rng).expect("not empty");
    let ends = [&mac.0[..], &sender.octets(), &blank, &world.host.address.octets()].concat();
    let packet = [&ETHERNET_IPV4[..], &REQUEST.to_be_bytes(), &ends].concat();
    Draft::framed(world, to, ethertype::ARP, packet)
}

fn spoil(rng: &mut StdRng, world: &World, draft: &mut Draft) {
    let own = world.host.address;
    match rng.random_range(0..6) {
        0 => draft.cut(rng.random_range(draft.ip..draft.bytes.len())),
        1 => {
            // Another hardware or protocol, or another length of their addresses.
            let at = rng.random_range(0..ETHERNET_IPV4.len());
            draft.header(at..at + 1)[0] ^= 1 << rng.random_range(0..8);
        }
        2 => {
            let other = *[0, 2, 2, 3, 8, rng.random()].choose(rng).expect("not empty");
            draft.header(field::OPCODE).copy_from_slice(&u16::to_be_bytes(other));
        }
        3 => draft.header(field::SENDER_HARDWARE)[0] |= 1,
        4 => draft.header(field::SENDER_ADDRESS).copy_from_slice(&own.octets()),
        _ => {
            let near = u32::from(own) ^ 1 << rng.random_range(0..32);
            draft.header(field::TARGET_ADDRESS).copy_from_slice(&near.to_be_bytes());
        }
    }
}
