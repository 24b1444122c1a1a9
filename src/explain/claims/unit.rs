//! What stands behind a number: a unit, or words that make it something else than a value.

use super::token::Token;
use super::words::SPOILING;

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unit {
    /// Whether it counts bytes.
    pub is_bytes: bool,
    /// How many tokens the unit is.
    pub tokens: usize,
}

/// What the number at `at` counts; `None` if it is no plain value.
pub(super) fn after(tokens: &[Token], at: usize) -> Option<Unit> {
    let is_bytes = tokens.get(at + 1).is_some_and(|token| {
        token.is_in(&["byte", "bytes", "octet", "octets"])
            // "TTL 64 at byte 8", "TTL 64, byte 8": the place comes next.
            && tokens.get(at + 2).is_none_or(|next| next.literal().is_none())
    });
    let is_words = tokens.get(at + 1).is_some_and(|token| token.is_in(&["word", "words"]));
    let count = usize::from(is_bytes || is_words);
    let behind = at + 1 + count;
    let next = tokens.get(behind);
    let spoils = next.is_some_and(|token| token.is_in(SPOILING));
    let joint = |token: &&Token| {
        ['-', '–', '/', '%', '+', '…', '±', '*', '×', '~'].iter().any(|m| token.is_mark(*m))
    };
    let joins = next.is_some_and(|token| joint(&token))
        && tokens
            .get(behind + 1)
            .is_none_or(|token| token.literal().is_some() || next.is_some_and(|n| n.is_mark('%')));
    // A list of values is that of several fields, or of something else.
    let lists = next.is_some_and(|token| token.is_mark(',') || token.is_in(&["and", "to"]))
        && tokens.get(behind + 1).is_some_and(|token| token.literal().is_some());
    (!spoils && !joins && !lists).then_some(Unit { is_bytes, tokens: count })
}
