//! What can be wrong with an IPv4 header (RFC 791, RFC 1122 section 3.2.1), whatever it carries.

use std::net::Ipv4Addr;

use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use verify::Reason;
use wire::ipv4::{MIN_HEADER_LEN, field};

use super::draft::Draft;
use super::world::World;
use super::{Fault, Version};

/// Its faults.
pub(super) const FAULTS: &[Fault] = &[
    (Reason::Version, version),
    (Reason::Truncated, truncate),
    (Reason::Short, shorten),
    (Reason::HeaderChecksum, corrupt),
    (Reason::NotForMe, misdirect),
    (Reason::Source, obscure),
    (Reason::Fragment, fragment),
];

fn is_ipv4(draft: &Draft) -> bool {
    draft.version == Some(Version::V4)
}

/// Another version, or a header of fewer than five words.
fn version(rng: &mut StdRng, _: &World, draft: &mut Draft) {
    if is_ipv4(draft) {
        let first = [0x05 | rng.random::<u8>() & 0xf0, 0x40 | rng.random_range(0..5)];
        draft.header(field::VERSION_IHL)[0] = *first.choose(rng).expect("not empty");
        draft.seal();
    }
}

fn truncate(rng: &mut StdRng, _: &World, draft: &mut Draft) {
    if is_ipv4(draft) {
        draft.cut(rng.random_range(draft.ip + 1..draft.bytes.len()));
    }
}

/// A total length with no room for the headers.
fn shorten(rng: &mut StdRng, _: &World, draft: &mut Draft) {
    if is_ipv4(draft) {
        let total = rng.random_range(0..28_u16);
        draft.header(field::TOTAL_LENGTH).copy_from_slice(&total.to_be_bytes());
        draft.seal();
    }
}

/// One bit of the header flipped, though not of the total length: of a wrong one it may be said that the datagram
/// is cut.
fn corrupt(rng: &mut StdRng, _: &World, draft: &mut Draft) {
    if is_ipv4(draft) {
        let at = *[1, rng.random_range(4..MIN_HEADER_LEN)].choose(rng).expect("not empty");
        draft.header(at..at + 1)[0] ^= 1 << rng.random_range(0..8);
    }
}

/// To another host, mostly one bit off, or to many.
fn misdirect(rng: &mut StdRng, world: &World, draft: &mut Draft) {
    if is_ipv4(draft) {
        let (own, all) = (u32::from(world.host.address), world.host.broadcast);
        let many = [u32::MAX, 0xe000_0001, all.map_or(u32::MAX, u32::from)];
        let other = match rng.random_range(0..4) {
            0 => rng.random(),
            1 => *many.choose(rng).expect("not empty"),
            _ => own ^ 1 << rng.random_range(0..32),
        };
        draft.header(field::DESTINATION).copy_from_slice(&other.to_be_bytes());
        draft.seal();
    }
}

/// From nobody, from many, or from the host itself.
fn obscure(rng: &mut StdRng, world: &World, draft: &mut Draft) {
    if is_ipv4(draft) {
        let first = *[0, 127, rng.random_range(224..=255)].choose(rng).expect("not empty");
        let strange = Ipv4Addr::from([first, rng.random(), rng.random(), rng.random()]);
        let host = &world.host;
        let many = host.broadcast.unwrap_or(Ipv4Addr::BROADCAST);
        let sources = [host.address, many, Ipv4Addr::UNSPECIFIED, Ipv4Addr::BROADCAST, strange];
        let source = sources.choose(rng).expect("not empty");
        draft.header(field::SOURCE).copy_from_slice(&source.octets());
        draft.seal();
    }
}

/// A piece of a datagram: more follow, or some came before.
fn fragment(rng: &mut StdRng, _: &World, draft: &mut Draft) {
    if is_ipv4(draft) {
        draft.header(field::FLAGS)[0] &= 0xbf;
        let bit = 1_u16 << rng.random_range(0..14);
        for (octet, bits) in draft.header(field::FRAGMENT_OFFSET).iter_mut().zip(bit.to_be_bytes())
        {
            *octet |= bits;
        }
        draft.seal();
    }
}
