//! The value that was found behind a field's name, compared with what the field says.

use std::ops::Range;

use super::facts::{Fact, Says};
use super::mood::{Mood, mood};
use super::position::{self, Place};
use super::statement::Search;
use super::token::{Literal, Token};
use super::words::KINDS;
use super::{Claim, Verdict, flag, unit};

impl<'a> Search<'a> {
    /// Adds the statement that the field lies at a place.
    pub(super) fn place(&mut self, at: usize, place: &Place) {
        let fact = self.found[0];
        let actual = format!("{} is at {}", fact.name, position::shown(&fact.range));
        let verdict = position::verdict(&self.found, &place.range);
        let doubt = mood(&self.sentence.tokens, self.name.clone(), at, self.facts) != Mood::Fact;
        self.add(at..at + place.tokens, actual, verdict.unless(doubt));
    }

    /// Adds the statement that the field has that value; the token from which to read on. `None` if it is
    /// no such statement.
    pub(super) fn value(&mut self, at: usize, literal: Literal) -> Option<usize> {
        let unit = unit::after(&self.sentence.tokens, at)?;
        let compared = self
            .found
            .iter()
            .filter_map(|fact| Some((*fact, fact.agrees(literal, unit.is_bytes, self.facts)?)));
        let compared: Vec<(&Fact, bool)> = compared.collect();
        let (fact, agrees) =
            *compared.iter().find(|(_, agrees)| *agrees).or_else(|| compared.first())?;
        let mood = self.sentence.mood(self.name.clone(), at, self.facts);
        let expected = compared.iter().any(|(fact, _)| self.facts.expects(fact, literal));
        let verdict = match (agrees, mood) {
            (true, Mood::Denial) => Verdict::Unverifiable,
            (true, _) | (false, Mood::Denial) => Verdict::Confirmed,
            (false, Mood::Other) if expected => Verdict::Confirmed,
            (false, Mood::Other) => Verdict::Unverifiable,
            (false, Mood::Fact) => Verdict::Contradicted.unless(self.is_general(at, fact)),
        };
        let end = at + 1 + unit.tokens;
        let facts: Vec<&Fact> = compared.iter().map(|(fact, _)| *fact).take(3).collect();
        self.add(at..end, actual(&facts), verdict);
        Some(self.behind(end, fact))
    }

    /// "Protocol 17 is UDP" is said of all packets.
    fn is_general(&self, at: usize, fact: &Fact) -> bool {
        let next = self.sentence.tokens.get(at + 1);
        matches!(fact.says, Says::Number(_, Some(_)))
            && next.is_some_and(|token| token.is_in(&["is", "for"]) || token.is_mark('='))
    }

    /// Behind a value, mostly in brackets: its name, the same in other digits, its place.
    fn behind(&mut self, at: usize, fact: &'a Fact) -> usize {
        let (tokens, inner) = (&self.sentence.tokens, at + 1);
        let leads = |token: &Token| token.is_mark('(') || token.is_in(&["at", "in"]);
        if !tokens.get(at).is_some_and(leads) || inner >= tokens.len() {
            return at;
        }
        if let Some(place) = position::place_at(&tokens[inner..]) {
            self.place(inner, &place);
            return inner + place.tokens;
        }
        if let Some(count) = self.kind(inner) {
            return self.named(inner, count);
        }
        let closes = tokens.get(inner + 1).is_some_and(|token| token.is_mark(')'));
        let literal = tokens[inner].literal().filter(|_| closes);
        let agrees = literal.and_then(|literal| fact.agrees(literal, false, self.facts));
        // Other digits in brackets may be anything, but 0x says what they are.
        let spelt = tokens[inner].text.starts_with("0x") && matches!(fact.says, Says::Number(..));
        let verdict = match agrees {
            Some(true) => Verdict::Confirmed,
            Some(false) if spelt => Verdict::Contradicted
                .unless(self.sentence.mood(self.name.clone(), at - 1, self.facts) != Mood::Fact),
            _ => return at,
        };
        self.add(inner..inner + 1, actual(&[fact]), verdict);
        inner + 1
    }

    /// The name of a registry at `at`, where a field has one: how many tokens.
    pub(super) fn kind(&self, at: usize) -> Option<usize> {
        self.named_fact()?;
        let tokens = self.sentence.tokens.get(at..)?;
        let words: Vec<&str> = tokens.iter().take(3).map_while(Token::word).collect();
        (1..=words.len()).rev().find(|count| {
            let phrase = words[..*count].join(" ");
            KINDS.contains(&phrase.as_str()) || self.is_called(&phrase)
        })
    }

    /// A field whose number has a name.
    fn named_fact(&self) -> Option<&'a Fact> {
        let named = |fact: &&&Fact| matches!(fact.says, Says::Number(_, Some(_)));
        self.found.iter().find(named).copied()
    }

    fn is_called(&self, phrase: &str) -> bool {
        let own =
            |fact: &&Fact| matches!(&fact.says, Says::Number(_, Some(name)) if name == phrase);
        self.found.iter().any(own)
    }

    /// Adds the statement that the field's number has that name; the token from which to read on.
    pub(super) fn named(&mut self, at: usize, count: usize) -> usize {
        let (tokens, end) = (&self.sentence.tokens, at + count);
        let words: Vec<&str> = tokens[at..end].iter().filter_map(Token::word).collect();
        let agrees = self.is_called(&words.join(" "));
        // "Type: echo requests are answered" says nothing of this packet.
        let ends = tokens
            .get(end)
            .is_none_or(|next| next.word().is_none() || next.is_in(&["and", "with", "in"]));
        let verdict = match (agrees, self.sentence.mood(self.name.clone(), end - 1, self.facts)) {
            (true, Mood::Denial) | (false, Mood::Other) => Verdict::Unverifiable,
            (true, _) | (false, Mood::Denial) => Verdict::Confirmed,
            (false, Mood::Fact) => Verdict::Contradicted.unless(!ends),
        };
        let facts: Vec<&Fact> = self.named_fact().into_iter().collect();
        self.add(at..end, actual(&facts), verdict);
        end
    }

    /// Adds the statement that these flags are set; the token from which to read on.
    pub(super) fn flags(&mut self, at: usize, list: &flag::List) -> usize {
        let end = at + list.tokens;
        let mood = self.sentence.mood(self.name.clone(), end - 1, self.facts);
        let verdict = match (list.agrees, mood) {
            (true, Mood::Fact | Mood::Other) => Verdict::Confirmed,
            (false, Mood::Fact) => Verdict::Contradicted,
            _ => Verdict::Unverifiable,
        };
        self.add(at..end, format!("the packet says {}", list.shown), verdict);
        let fact = self.found.iter().find(|fact| matches!(fact.says, Says::Flags(_))).copied();
        fact.map_or(end, |fact| self.behind(end, fact))
    }

    /// Adds a statement about the field; it is no contradiction where another packet's may be meant.
    fn add(&mut self, value: Range<usize>, actual: String, verdict: Verdict) {
        self.claims.push(Claim {
            range: self.sentence.span(self.name.start..value.end),
            field: self.found[0].name.clone(),
            stated: self.sentence.text_of(value),
            actual,
            verdict: verdict.unless(!self.is_sure),
        });
    }
}

/// What the packet says, in words.
fn actual(facts: &[&Fact]) -> String {
    match facts {
        [fact] => format!("the packet says {}", fact.shown),
        facts => {
            let each = facts.iter().map(|fact| format!("{} {}", fact.name, fact.shown));
            format!("the packet says {}", each.collect::<Vec<_>>().join(", "))
        }
    }
}
