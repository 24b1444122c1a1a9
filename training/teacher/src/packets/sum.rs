//! Checksums (RFC 1071), right and wrong.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::draw::put;

/// The ones'-complement sum of RFC 1071.
pub fn sum(bytes: &[u8]) -> u16 {
    let word = |pair: &[u8]| u32::from(pair[0]) << 8 | u32::from(*pair.get(1).unwrap_or(&0));
    bytes.chunks(2).map(word).fold(0, |sum, word| fold(u32::from(sum) + word))
}

fn fold(sum: u32) -> u16 {
    (sum & 0xffff) as u16 + (sum >> 16) as u16
}

/// What a checksum covers beside the message.
#[derive(Clone, Copy)]
pub(super) struct Pseudo {
    /// The sum of addresses and protocol; `None` where nothing else is covered.
    fixed: Option<u16>,
}

impl Pseudo {
    pub const NONE: Pseudo = Pseudo { fixed: None };

    pub fn of(source: &[u8], destination: &[u8], protocol: u8) -> Pseudo {
        let ends = u32::from(sum(source)) + u32::from(sum(destination));
        Pseudo { fixed: Some(fold(u32::from(fold(ends)) + u32::from(protocol))) }
    }

    fn sum(self, message: &[u8]) -> u16 {
        let before = self.fixed.map_or(0, |fixed| u32::from(fixed) + message.len() as u32);
        fold(u32::from(fold(before)) + u32::from(sum(message)))
    }
}

/// Sets the checksum at `at`, if the message has one, so that the check comes to `target`, or to ffff;
/// never to 0, which would mean in UDP that there is none.
pub(super) fn seal(message: &mut [u8], at: usize, pseudo: Pseudo, target: Option<u16>) {
    if message.len() < at + 2 {
        return;
    }
    put(message, at, 0);
    let sum = pseudo.sum(message);
    let right = if sum == 0xffff { 0xffff } else { !sum };
    let checksum = target.map_or(right, |target| fold(u32::from(target) + u32::from(!sum)));
    put(message, at, checksum);
}

/// The same where 0 is as good as ffff: either.
pub(super) fn seal_either(
    rng: &mut ChaCha8Rng,
    message: &mut [u8],
    at: usize,
    pseudo: Pseudo,
    target: Option<u16>,
) {
    seal(message, at, pseudo, target);
    if message.get(at..at + 2) == Some(&[0xff; 2]) && rng.random_bool(0.5) {
        put(message, at, 0);
    }
}

/// Sets the word at `word` so that all but the checksum at `at` sums up to ffff.
pub(super) fn steer(message: &mut [u8], word: usize, at: usize, pseudo: Pseudo) {
    put(message, at, 0);
    put(message, word, 0);
    let sum = pseudo.sum(message);
    put(message, word, !sum);
}
