//! Statements about fields: a name, a few words that only connect, a value. Whatever stands between that is
//! not known to connect ends the search, since what is not understood is not judged.

use std::ops::Range;

use super::facts::{Fact, Facts, Says};
use super::name::{Name, name_at, restrict};
use super::position::{Place, place_at};
use super::token::Token;
use super::words::{CONNECTING, LAYER_WORDS, MODAL, PRECEDING};
use super::{Claim, Sentence, flag};

/// Most tokens between a name and its value.
const FAR: usize = 14;

/// A name whose value is being looked for.
pub(super) struct Search<'a> {
    pub(super) sentence: &'a Sentence<'a>,
    pub(super) facts: &'a Facts,
    /// The tokens of the name.
    pub(super) name: Range<usize>,
    /// The fields that it may mean.
    pub(super) found: Vec<&'a Fact>,
    /// Whether only this packet's field can be meant.
    pub(super) is_sure: bool,
    pub(super) claims: Vec<Claim>,
}

/// The statements about the field named at `start`, and the token from which to read on.
pub(super) fn statements(
    sentence: &Sentence,
    start: usize,
    facts: &Facts,
) -> Option<(Vec<Claim>, usize)> {
    let Name { tokens: count, facts: found, is_exact } = name_at(&sentence.tokens[start..], facts)?;
    let end = start + count;
    let (name, claims) = (start..end, Vec::new());
    let mut search = Search { sentence, facts, name, found, is_sure: is_exact, claims };
    if !search.look_back() || search.found.is_empty() {
        return Some((Vec::new(), end));
    }
    let next = search.follow(end);
    Some((search.claims, next))
}

impl<'a> Search<'a> {
    fn token(&self, at: usize) -> Option<&'a Token<'a>> {
        self.sentence.tokens.get(at)
    }

    /// Takes in the words before the name: a layer's word says which field is meant, an unknown one may
    /// make it another packet's. `false` if this packet has no such field.
    fn look_back(&mut self) -> bool {
        let before = self.name.start.checked_sub(1).and_then(|at| self.token(at));
        let Some(word) = before.and_then(Token::word) else {
            self.is_sure = true;
            return true;
        };
        let layer = word.trim_end_matches("'s");
        // "The TCP header's checksum".
        let further = self.name.start.checked_sub(2).and_then(|at| self.token(at)?.word());
        let layer = further.filter(|_| layer == "header").unwrap_or(layer);
        let of_layer = LAYER_WORDS.contains(&layer);
        self.is_sure |= of_layer || PRECEDING.contains(&word);
        !of_layer || restrict(&mut self.found, layer, self.facts)
    }

    /// Goes on from behind the name; the token from which to read on.
    fn follow(&mut self, end: usize) -> usize {
        let (mut at, mut open) = (end, self.is_in_brackets());
        while let Some(token) = self.token(at).filter(|_| at < end + FAR) {
            if let Some(place) = self.place_at(at) {
                self.place(at, &place);
                at += place.tokens;
            } else if let Some(literal) = token.literal() {
                return self.value(at, literal).unwrap_or(end);
            } else if let Some(list) = flag::list(&self.sentence.tokens, at, &self.found) {
                return self.flags(at, &list);
            } else if let Some(count) = self.kind(at) {
                return self.named(at, count);
            } else if token.is_mark('(') || token.is_mark('[') {
                match self.alias(at) {
                    Some(count) => at += count,
                    None => (at, open) = (at + 1, true),
                }
            } else if open && token.is_mark(')') {
                (at, open) = (at + 1, false);
            } else if self.connects(at) {
                at += 1;
            } else {
                break;
            }
        }
        end
    }

    /// Whether the name itself stands in brackets, as in `byte 8 (TTL) is 64`.
    fn is_in_brackets(&self) -> bool {
        let before = &self.sentence.tokens[..self.name.start];
        let open = before.iter().rposition(|token| token.is_mark('('));
        open.is_some_and(|open| !before[open..].iter().any(|token| token.is_mark(')')))
    }

    /// Whether the token only connects; a layer's word restricts what is meant.
    fn connects(&mut self, at: usize) -> bool {
        let token = &self.sentence.tokens[at];
        let Some(word) = token.word() else {
            let begins = (at + 1..at + 3).any(|at| self.place_at(at).is_some());
            let aside = token.is_mark(',') && (begins || self.ends_aside(at));
            return aside || [':', '=', '|'].iter().any(|mark| token.is_mark(*mark));
        };
        let word = word.trim_end_matches("'s");
        if LAYER_WORDS.contains(&word) {
            return restrict(&mut self.found, word, self.facts);
        }
        // "Are" is said of several fields, whose values come in a list.
        let is_plural = |fact: &&Fact| matches!(fact.says, Says::Flags(_));
        let plural = word == "are" && (self.is_in_brackets() || self.found.iter().all(is_plural));
        plural || CONNECTING.contains(&word) || MODAL.contains(&word)
    }

    /// Whether a comma ends an aside: the place of the field, between commas.
    fn ends_aside(&self, at: usize) -> bool {
        let end = |claim: &Claim| claim.range.end == self.sentence.tokens[at - 1].range.end;
        self.claims.last().is_some_and(end)
    }

    /// A place in the packet at `at`, if the words before it say that the field lies there.
    fn place_at(&self, at: usize) -> Option<Place> {
        const BARRED: &[&str] =
            &["of", "over", "to", "from", "with", "and", "has", "have", "not", "contains"];
        let before = self.token(at.checked_sub(1)?)?;
        let tokens = self.sentence.tokens.get(at..)?;
        place_at(tokens).filter(|_| !before.is_in(BARRED))
    }

    /// Abbreviations and names in brackets: "time to live (TTL)", "(`ipv4.ttl`)": how many tokens.
    fn alias(&self, at: usize) -> Option<usize> {
        let tokens = &self.sentence.tokens;
        let inside = tokens[at + 1..].iter().take_while(|token| token.word().is_some()).count();
        let closes = self.token(at + 1 + inside).is_some_and(|token| token.is_mark(')'));
        if !closes || !(1..=4).contains(&inside) {
            return None;
        }
        let says = self.kind(at + 1).is_some() || flag::list(tokens, at + 1, &self.found).is_some();
        (!says).then_some(inside + 2)
    }
}
