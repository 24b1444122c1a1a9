//! ICMP timestamps (RFC 792).

use rand::Rng;
use rand::rngs::StdRng;
use verify::Reason;
use wire::icmp::TIMESTAMP;

use super::Fault;
use super::draft::Draft;
use super::echo;
use super::world::World;

/// Milliseconds of a day.
const DAY: u32 = 86_400_000;
/// The octets of a message, and the least that has an identifier.
const LENGTH: usize = 20;
const LEAST: usize = 8;

/// Its faults.
pub(super) const FAULTS: &[Fault] =
    &[(Reason::IcmpChecksum, echo::corrupt), (Reason::IcmpType, mistake)];

/// A request, with the time of day.
pub(super) fn request(rng: &mut StdRng, world: &World) -> Draft {
    let [a, b, c, d] = rng.random();
    let asked = rng.random_range(0..DAY).to_be_bytes();
    let bytes = [&[TIMESTAMP, 0, 0, 0, a, b, c, d][..], &asked, &[0; 8]].concat();
    Draft::datagram(rng, world, echo::message(bytes))
}

/// Another type or code, or no room for the times.
fn mistake(rng: &mut StdRng, world: &World, draft: &mut Draft) {
    if rng.random_range(0..3) > 0 {
        return echo::mistype(rng, world, draft);
    }
    let message = draft.bytes[draft.message..][..rng.random_range(LEAST..LENGTH)].to_vec();
    draft.replace(echo::message(message));
}
