//! ICMP echo (RFC 792) of a whole host, and what can be wrong with any message of ICMP.

use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use verify::Reason;
use wire::icmp::{ECHO_HEADER_LEN, ECHO_REQUEST, field};
use wire::ipv4::{MIN_HEADER_LEN, PROTOCOL_ICMP};

use super::draft::{Draft, Message};
use super::world::World;
use super::{Fault, alone};

/// Its faults.
pub(super) const FAULTS: &[Fault] = &[(Reason::IcmpChecksum, corrupt), (Reason::IcmpType, mistype)];

/// An echo request of that length in all.
pub(super) fn request(rng: &mut StdRng, world: &World, length: usize) -> Draft {
    let [a, b, c, d] = rng.random();
    let data = alone::payload(rng, length.saturating_sub(MIN_HEADER_LEN + ECHO_HEADER_LEN));
    let bytes = [&[ECHO_REQUEST, 0, 0, 0, a, b, c, d][..], &data].concat();
    Draft::datagram(rng, world, message(bytes))
}

/// A message of ICMP.
pub(super) fn message(bytes: Vec<u8>) -> Message {
    Message { protocol: PROTOCOL_ICMP, bytes, checksum: Some(field::CHECKSUM.start) }
}

/// A wrong checksum.
pub(super) fn corrupt(rng: &mut StdRng, _: &World, draft: &mut Draft) {
    draft.corrupt(rng);
}

/// Another type, or another code: a reply, an error, or nothing that anybody knows.
pub(super) fn mistype(rng: &mut StdRng, _: &World, draft: &mut Draft) {
    match rng.random() {
        true => {
            let kinds = [0, 3, 4, 5, 11, 12, 14, 15, 17, rng.random()];
            draft.field(field::TYPE)[0] = *kinds.choose(rng).expect("not empty");
        }
        false => draft.field(field::CODE)[0] = rng.random_range(1..=255),
    }
    draft.seal();
}
