//! TCP segments (RFC 9293 section 3.1), and what can be wrong with any of them.

use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use verify::Reason;
use wire::tcp::{MIN_HEADER_LEN, field, flag};

use super::Fault;
use super::draft::{Draft, Message};
use super::udp::source_port;
use super::world::World;

/// The number of TCP.
const PROTOCOL: u8 = 6;

/// A header that cannot be.
pub(super) const HEADER: Fault = (Reason::TcpHeader, malform);
/// A wrong checksum.
pub(super) const CHECKSUM: Fault = (Reason::TcpChecksum, corrupt);
/// A reset.
pub(super) const RESET: Fault = (Reason::TcpReset, reset);

/// A segment to that port: options are whole words.
pub(super) fn segment(
    rng: &mut StdRng,
    port: u16,
    flags: u8,
    options: &[u8],
    data: &[u8],
) -> Message {
    let ports = [source_port(rng), port].map(u16::to_be_bytes);
    let acknowledges = flags & flag::ACK != 0;
    let acknowledgment: u32 = if acknowledges { rng.random() } else { 0 };
    let numbers = [rng.random(), acknowledgment].map(u32::to_be_bytes);
    let words = ((MIN_HEADER_LEN + options.len()) / 4) as u8;
    let [high, low] = rng.random_range(1..=u16::MAX).to_be_bytes();
    let rest = [words << 4, flags, high, low, 0, 0, 0, 0];
    let parts = [ports.as_flattened(), numbers.as_flattened(), &rest, options, data];
    Message { protocol: PROTOCOL, bytes: parts.concat(), checksum: Some(field::CHECKSUM.start) }
}

/// Options as systems send them with a SYN: none, a maximum segment size, or all that Linux has.
pub(super) fn options(rng: &mut StdRng) -> Vec<u8> {
    let [high, low] = rng.random_range(536..=8960_u16).to_be_bytes();
    let [a, b, c, d] = rng.random();
    let full = [2, 4, high, low, 4, 2, 8, 10, a, b, c, d, 0, 0, 0, 0, 1, 3, 3, 7];
    match rng.random_range(0..4) {
        0 => Vec::new(),
        1 => full[..4].to_vec(),
        _ => full.to_vec(),
    }
}

/// A length of the header below five words, or beyond the segment.
fn malform(rng: &mut StdRng, _: &World, draft: &mut Draft) {
    let most = draft.message_len() / 4;
    let wrong = match rng.random() {
        true => rng.random_range(0..5),
        false => rng.random_range(most.min(15) as u8..=15),
    };
    let octet = &mut draft.field(field::DATA_OFFSET)[0];
    *octet = wrong << 4 | *octet & 0x0f;
    draft.seal();
}

fn corrupt(rng: &mut StdRng, _: &World, draft: &mut Draft) {
    draft.corrupt(rng);
}

fn reset(rng: &mut StdRng, _: &World, draft: &mut Draft) {
    let flags = *[flag::RST, flag::RST | flag::ACK].choose(rng).expect("not empty");
    draft.field(field::FLAGS)[0] = flags;
    draft.seal();
}
