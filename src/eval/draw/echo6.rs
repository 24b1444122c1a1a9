//! ICMPv6 echo (RFC 4443 section 4.1), and what can be wrong with any message of ICMPv6.

use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use verify::Reason;
use wire::icmp::field;
use wire::icmpv6::{ECHO_REPLY, ECHO_REQUEST, HEADER_LEN, NEXT_HEADER};
use wire::ipv6;

use super::draft::{Draft, Message};
use super::world::World;
use super::{Fault, alone};

/// Its faults.
pub(super) const FAULTS: &[Fault] =
    &[(Reason::Icmpv6Checksum, corrupt), (Reason::Icmpv6Type, mistype)];

/// An echo request of that length in all.
pub(super) fn request(rng: &mut StdRng, world: &World, length: usize) -> Draft {
    let [a, b, c, d] = rng.random();
    let data = alone::payload(rng, length.saturating_sub(ipv6::HEADER_LEN + HEADER_LEN));
    let bytes = [&[ECHO_REQUEST, 0, 0, 0, a, b, c, d][..], &data].concat();
    Draft::datagram(rng, world, message(bytes))
}

/// A message of ICMPv6, whose checksum is where that of ICMP is.
pub(super) fn message(bytes: Vec<u8>) -> Message {
    Message { protocol: NEXT_HEADER, bytes, checksum: Some(field::CHECKSUM.start) }
}

/// A wrong checksum, or none.
pub(super) fn corrupt(rng: &mut StdRng, _: &World, draft: &mut Draft) {
    match rng.random_range(0..4) {
        0 => draft.field(field::CHECKSUM).fill(0),
        _ => draft.corrupt(rng),
    }
}

/// Another type, or another code: a reply, an error, or nothing that anybody knows.
pub(super) fn mistype(rng: &mut StdRng, _: &World, draft: &mut Draft) {
    match rng.random() {
        true => {
            let kinds = [ECHO_REPLY, 1, 2, 3, 4, 100, 130, 139, 200, rng.random()];
            draft.field(field::TYPE)[0] = *kinds.choose(rng).expect("not empty");
        }
        false => draft.field(field::CODE)[0] = rng.random_range(1..=255),
    }
    draft.seal();
}
