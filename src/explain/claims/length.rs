//! Statements about how long the packet is.

use super::facts::Facts;
use super::token::Token;
use super::{Claim, Sentence, Verdict, mood, unit};

/// The statement at `at` that the packet has so many bytes, and the token behind it.
pub(super) fn statement(sentence: &Sentence, at: usize, facts: &Facts) -> Option<(Claim, usize)> {
    let tokens = &sentence.tokens;
    let subject = tokens[at].is_in(&["packet", "datagram", "frame", "capture"]);
    let whole =
        at > 0 && tokens[at - 1].is_in(&["this", "the", "whole", "entire", "captured", "ip"]);
    if !subject || !whole {
        return None;
    }
    let connects = |token: &&Token| {
        token.is_in(&[
            "is", "of", "a", "total", "length", "size", "totals", "has", "measures", "the",
            "itself",
        ]) || token.is_mark(':')
            || token.is_mark('=')
    };
    let value = at + 1 + tokens[at + 1..].iter().take(7).take_while(connects).count();
    let length = tokens.get(value)?.decimal().filter(|_| value > at + 1)?;
    let unit = unit::after(tokens, value).filter(|unit| unit.is_bytes)?;
    let end = value + 1 + unit.tokens;
    let known = facts.lengths.contains(&length);
    // "Is 20 bytes of header", "is 56 bytes in front of".
    let ends = tokens.get(end).is_none_or(|next| {
        next.word().is_none() || next.is_in(&["long", "and", "in", "with", "from"])
    });
    let certain = ends && sentence.mood(at..at + 1, value, facts) == mood::Mood::Fact;
    let verdict = if known { Verdict::Confirmed } else { Verdict::Contradicted };
    let claim = Claim {
        range: sentence.span(at..end),
        field: "packet".to_owned(),
        stated: sentence.text_of(value..end),
        actual: format!("the packet is {} bytes", facts.bytes.len()),
        verdict: verdict.unless(!certain),
    };
    Some((claim, end))
}
