//! Statements about places: that a field lies in some bytes, and what some bytes are. Offsets count from 0,
//! from the start of the packet or, as people also count, from that of the field's own layer.

use std::ops::Range;

use super::facts::{Fact, Facts, number_of};
use super::mood::{Mood, mood};
use super::name::{name_at, restrict};
use super::token::{Literal, Number, Token};
use super::words::{BETWEEN, LAYER_WORDS};
use super::{Claim, Sentence, Verdict, unit};

/// A place in a sentence.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Place {
    /// The octets.
    pub range: Range<usize>,
    /// How many tokens it is.
    pub tokens: usize,
}

/// The place that `tokens` begin with: `byte 8`, `bytes 10-11`, `offset 0x0a`.
pub(super) fn place_at(tokens: &[Token]) -> Option<Place> {
    let first = tokens.first()?;
    let is_offset = first.is_in(&["offset", "offsets"]);
    if !is_offset && !first.is_in(&["byte", "bytes", "octet", "octets"]) {
        return None;
    }
    let index = |token: &Token| match token.literal()? {
        Literal::Number(Number { decimal: Some(index), is_hex: false, .. }) => Some(index),
        Literal::Number(Number { decimal: Some(0), .. }) => Some(0),
        Literal::Number(number) if is_offset => number.hex,
        _ => None,
    };
    let start = usize::try_from(index(tokens.get(1)?)?).ok()?;
    let is_range = |token: &Token| {
        token.is_mark('-') || token.is_mark('–') || token.is_in(&["to", "and", "through"])
    };
    let last = tokens.get(2).filter(|token| is_range(token)).and(tokens.get(3));
    let last = last.and_then(index).and_then(|last| usize::try_from(last).ok());
    let whole = |last: usize| Some(Place { range: start..last.checked_add(1)?, tokens: 4 });
    match last.filter(|last| *last > start && !first.is_in(&["byte", "octet", "offset"])) {
        Some(last) => whole(last),
        None => Some(Place { range: start..start.checked_add(1)?, tokens: 2 }),
    }
}

/// Whether one of the fields lies there. What holds more than the field is left undecided.
pub(super) fn verdict(fields: &[&Fact], stated: &Range<usize>) -> Verdict {
    let within = |range: &Range<usize>| range.start <= stated.start && stated.end <= range.end;
    let begins = |range: &Range<usize>| range.contains(&stated.start);
    let holds = |range: &Range<usize>| stated.start <= range.start && range.end <= stated.end;
    let any = |test: &dyn Fn(&Range<usize>) -> bool| {
        fields.iter().any(|fact| {
            let relative = fact.range.start - fact.base.min(fact.range.start);
            test(&fact.range) || test(&(relative..relative + fact.range.len()))
        })
    };
    match () {
        () if any(&within) => Verdict::Confirmed,
        () if any(&begins) || any(&holds) => Verdict::Unverifiable,
        () => Verdict::Contradicted,
    }
}

/// `byte 8`, `bytes 10–11`.
pub(super) fn shown(range: &Range<usize>) -> String {
    match range.len() {
        0 | 1 => format!("byte {}", range.start),
        _ => format!("bytes {}–{}", range.start, range.end - 1),
    }
}

/// The statement that begins with a place at `at`, if it is one, and the token from which to read on.
pub(super) fn statement(
    sentence: &Sentence,
    at: usize,
    facts: &Facts,
) -> Option<(Vec<Claim>, usize)> {
    let tokens = &sentence.tokens;
    let place = place_at(&tokens[at..])?;
    let behind = at + place.tokens;
    let connects = |token: &&Token| {
        token.is_in(BETWEEN)
            || token.is_in(LAYER_WORDS)
            || ['(', ',', ':', '=', '|'].iter().any(|mark| token.is_mark(*mark))
    };
    let between = tokens[behind..].iter().take(7).take_while(connects).count();
    let next = behind + between;
    if next == behind || next >= tokens.len() {
        return Some((Vec::new(), behind));
    }
    if let Some(mut name) = name_at(&tokens[next..], facts) {
        let layer = tokens[next - 1].word().unwrap_or_default();
        restrict(&mut name.facts, layer.trim_end_matches("'s"), facts);
        let verdict = verdict(&name.facts, &place.range);
        let Some(fact) = name.facts.first() else { return Some((Vec::new(), next)) };
        // "Bytes 0-1 of the source address" are a part of it.
        let part = tokens[behind..next].iter().rev().find(|token| !token.is_in(&["the", "its"]));
        if part.is_some_and(|token| token.is("of")) {
            return Some((Vec::new(), next));
        }
        let certain = mood(tokens, at..behind, next, facts) == Mood::Fact;
        let claim = Claim {
            range: sentence.span(at..next + name.tokens),
            field: fact.name.clone(),
            stated: sentence.text_of(at..behind),
            actual: format!("{} is at {}", fact.name, shown(&fact.range)),
            verdict: verdict.unless(!certain),
        };
        return Some((vec![claim], next));
    }
    let claim = content(sentence, at, next, &place.range, facts);
    let end = if claim.is_some() { next + 1 } else { behind };
    Some((claim.into_iter().collect(), end))
}

/// The statement that the bytes at a place are the number at `value`.
fn content(
    sentence: &Sentence,
    at: usize,
    value: usize,
    range: &Range<usize>,
    facts: &Facts,
) -> Option<Claim> {
    let tokens = &sentence.tokens;
    let Literal::Number(number) = tokens[value].literal()? else { return None };
    let unit = unit::after(tokens, value).filter(|unit| !unit.is_bytes)?;
    let octets = facts.bytes.get(range.clone())?;
    let length = octets.len();
    let here = number_of(octets)?;
    let relative = facts.layers.iter().filter_map(|(_, layer)| {
        let start = layer.start + range.start;
        number_of(facts.bytes.get(start..start + length)?)
    });
    let whole: Vec<u64> = [here].into_iter().chain(relative).collect();
    let says = |readings: &[u64]| {
        [number.decimal, number.hex].into_iter().flatten().any(|stated| readings.contains(&stated))
    };
    // A part of an octet, or the first octet alone.
    let parts =
        [here >> 4, here & 0x0f, here >> 13, here & 0x1fff, here >> 8, here & 0xff, here >> 5];
    let certain = mood(tokens, at..at + 1, value, facts) == Mood::Fact
        && !tokens[at..value].iter().any(|token| token.is("of"))
        && tokens.get(value + 1).is_none_or(|next| next.literal().is_none());
    let verdict = match () {
        () if says(&whole) => Verdict::Confirmed,
        () if says(&parts) => Verdict::Unverifiable,
        () => Verdict::Contradicted.unless(!certain),
    };
    Some(Claim {
        range: sentence.span(at..value + 1 + unit.tokens),
        field: shown(range),
        stated: sentence.text_of(value..value + 1 + unit.tokens),
        actual: format!("the packet says {}", wire::hex::encode(octets)),
        verdict,
    })
}
