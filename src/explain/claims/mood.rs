//! Whether a value is stated of this packet as it is, or as what should, could or used to be, or of some
//! other packet. Only the former can contradict the bytes, so in doubt it is the latter.

use std::ops::Range;

use super::facts::Facts;
use super::flag;
use super::token::Token;
use super::words::{AFTERWARDS, CONDITIONS, CONTRASTS, MODAL, STATES, WISHES};

/// How a value is stated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mood {
    /// As what the packet says.
    Fact,
    /// As what it does not.
    Denial,
    /// As what should be, might be, or is elsewhere.
    Other,
}

/// How the value at `value` is stated of what is named at `name`.
pub(super) fn mood(tokens: &[Token], name: Range<usize>, value: usize, facts: &Facts) -> Mood {
    let before = &tokens[..value];
    let within = &before[name.end.min(value)..];
    let asides = asides(before);
    let outside = before.iter().zip(&asides).filter(|(_, aside)| !**aside).map(|(token, _)| token);
    let conditional =
        outside.clone().any(|token| token.is_in(CONDITIONS) || of_another(token, facts));
    let contrast = before[..name.start].iter().rposition(is_contrast).map_or(0, |at| at + 1);
    let main = &before[..name.start];
    let wished = (contrast..name.start)
        .any(|at| !asides[at] && (is_wish(main, at) || is_order(main, at)))
        || within.iter().any(|token| token.is_in(MODAL));
    let denied = within.iter().any(|token| token.is_in(&["not", "isn't", "never"]));
    let set = |token: &Token| token.is_in(&["is", "was", "set", "=", "equal", "equals"]);
    let directed = within.iter().position(|token| token.is("to"));
    let directed = directed.is_some_and(|at| !within[..at].iter().any(set));
    match () {
        () if conditional || wished || directed => Mood::Other,
        () if follows(&tokens[value + 1..]) => Mood::Other,
        () if denied => Mood::Denial,
        () => Mood::Fact,
    }
}

/// A word of [`WISHES`]; "is right" only judges, "as it must be" says that it is, and a "not" reaches no
/// further than a few words.
fn is_wish(tokens: &[Token], at: usize) -> bool {
    const NEAR: usize = 4;
    let (token, before) = (&tokens[at], &tokens[at.saturating_sub(2)..at]);
    let judges = token.is_in(&["correct", "right", "proper", "valid", "legal", "allowed"])
        && before.last().is_some_and(|token| token.is_in(&["is", "are", "was", "looks"]));
    let agrees = before.iter().any(|token| token.is("as"));
    let behind = &tokens[at + 1..];
    let far = token.is_in(&["not", "no", "never", "without"])
        && (behind.len() > NEAR
            || behind.iter().any(|token| token.word().is_none())
            || behind.first().is_some_and(|token| token.is_in(&["set", "clear"])));
    token.is_in(WISHES) && !judges && !agrees && !far
}

/// "Set its TTL to 64"; a flag that is set is no order.
fn is_order(tokens: &[Token], at: usize) -> bool {
    let before = at.checked_sub(1).map(|before| &tokens[before]);
    let state = before.is_some_and(|token| token.is_in(STATES) || flag::is_short(token));
    tokens[at].is("set") && !state
}

/// Which tokens stand in brackets that are closed again.
fn asides(tokens: &[Token]) -> Vec<bool> {
    let mut asides = vec![false; tokens.len()];
    let mut open = None;
    for (at, token) in tokens.iter().enumerate() {
        if token.is_mark('(') {
            open = Some(at);
        } else if token.is_mark(')')
            && let Some(open) = open.take()
        {
            asides[open..=at].fill(true);
        }
    }
    asides
}

/// A mark or word behind which a sentence takes up the packet again.
fn is_contrast(token: &Token) -> bool {
    token.is_in(CONTRASTS) || token.is_mark(';')
}

/// Whether what follows a value says that it should or would be: up to the end of its clause, or, as in
/// "with a TTL of 64 it would be right", up to a contrast.
fn follows(after: &[Token]) -> bool {
    let unreal = ["would", "wouldn't", "could", "couldn't"];
    if after.iter().take_while(|token| !is_contrast(token)).any(|token| token.is_in(&unreal)) {
        return true;
    }
    let inside = after.first().is_some_and(|token| token.is_mark('('));
    let after = if inside { &after[1..] } else { after };
    let clause = after.iter().take_while(|token| token.word().is_some());
    let words: Vec<&Token> = clause.take(if inside { 1 } else { 4 }).collect();
    let first = words.iter().position(|token| token.is_in(AFTERWARDS));
    match first {
        // "63 instead of 64": what stands before it is what is.
        Some(at) if words[at].is("instead") => words.get(at + 1).is_none_or(|next| !next.is("of")),
        // "0x1234 is what should be": not said like this; "is 63 and should be 64" is.
        Some(at) => {
            !words[..at].iter().any(|token| token.is_in(&["and", "which", "while", "where", "as"]))
        }
        None => false,
    }
}

/// A reply is another packet unless this is one.
fn of_another(token: &Token, facts: &Facts) -> bool {
    let Some(word) = token.word() else { return false };
    let stem = word.trim_end_matches("'s");
    let this_replies =
        ["reply", "response", "answer"].iter().any(|word| facts.summary.contains(word));
    match stem {
        "reply" | "answer" | "response" => !this_replies,
        "request" => this_replies,
        _ => false,
    }
}
