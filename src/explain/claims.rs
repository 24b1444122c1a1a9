//! The check of an explanation: what a model states of a packet is compared with the packet. A statement is
//! a field's name with a value behind it, a place, a flag, an address, a rule or a clause; each is confirmed
//! or contradicted by the bytes, or left alone. It errs towards leaving alone: only what is stated plainly,
//! of this packet, as a fact, can be contradicted. No model takes part.

use std::ops::Range;

use serde::Serialize;

use token::{Literal, Token, tokens};

mod citation;
mod facts;
mod flag;
mod found;
mod length;
mod mood;
mod name;
mod pieces;
mod position;
mod statement;
mod token;
mod unit;
mod value;
mod words;

pub use facts::Facts;
pub use pieces::Pieces;

/// Longest sentence that goes over several lines, in bytes.
const LONGEST_SENTENCE: usize = 2_000;

/// One statement, compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Claim {
    /// The octets of the text in which it stands; a mark goes behind them.
    pub range: Range<usize>,
    /// What it is about: `layer.field`, `byte 8`, `packet`, `address`, `rule` or `clause`.
    pub field: String,
    /// What it says of that, as written.
    pub stated: String,
    /// What the packet says, in words; empty where there is nothing to add.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub actual: String,
    /// How the two compare.
    pub verdict: Verdict,
}

/// How a statement compares with the packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The bytes, or the findings, say the same.
    Confirmed,
    /// They say otherwise.
    Contradicted,
    /// There is no telling: it may be about another packet, or about what should be.
    Unverifiable,
}

impl Verdict {
    /// A contradiction only if there is no doubt.
    fn unless(self, doubt: bool) -> Verdict {
        match self {
            Verdict::Contradicted if doubt => Verdict::Unverifiable,
            verdict => verdict,
        }
    }
}

/// The statements in a whole text, in order.
pub fn claims(text: &str, facts: Facts) -> Vec<Claim> {
    let (mut checker, mut pieces) = (Checker::new(facts), Pieces::default());
    let mut claims = Vec::new();
    for piece in pieces.push(text).into_iter().chain(pieces.end()) {
        claims.extend(checker.piece(&piece));
    }
    claims
}

/// Checks a text piece by piece, as [`Pieces`] cuts it.
#[derive(Debug)]
pub struct Checker {
    facts: Facts,
    /// The sentence so far, where it goes over several lines.
    before: String,
    /// The octets of the text before that.
    at: usize,
    /// Whether this part of the text is about what to change: no value there is one of this packet.
    corrective: bool,
}

impl Checker {
    /// For a text about the packet of these facts.
    pub fn new(facts: Facts) -> Checker {
        Checker { facts, before: String::new(), at: 0, corrective: false }
    }

    /// The statements that end in the next piece of the text; their ranges are those of the whole text.
    pub fn piece(&mut self, piece: &str) -> Vec<Claim> {
        if starts_afresh(piece) || self.before.len() > LONGEST_SENTENCE {
            self.finish();
        }
        if let Some(heading) = heading(piece) {
            let changes = ["change", "fix", "remedy", "repair", "sender", "solution", "correction"];
            self.corrective = changes.iter().any(|word| heading.contains(word));
        }
        let known = self.before.len();
        self.before += piece;
        let sentence = Sentence::new(&self.before, self.corrective);
        let mut claims = sentence.claims(&self.facts);
        claims.retain(|claim| claim.range.end > known);
        for claim in &mut claims {
            claim.range = claim.range.start + self.at..claim.range.end + self.at;
        }
        let end = piece.trim_end_matches(|c: char| c.is_whitespace() || "*`\"”’)_".contains(c));
        if end.is_empty() || end.ends_with(['.', '!', '?', ':']) || heading(piece).is_some() {
            self.finish();
        }
        claims
    }

    fn finish(&mut self) {
        self.at += self.before.len();
        self.before.clear();
    }
}

/// Whether a line is no continuation of the one before: a heading, an item, a row.
fn starts_afresh(piece: &str) -> bool {
    let line = piece.trim_start();
    let numbered = line.split_once(". ").is_some_and(|(number, _)| number.parse::<u8>().is_ok());
    numbered || ["#", "- ", "* ", "|", "**", "> "].iter().any(|mark| line.starts_with(mark))
}

/// The heading that a line is, or begins with in bold, in lower case.
fn heading(piece: &str) -> Option<String> {
    let line = piece.trim_start().trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let line = line.trim_start();
    let text = match line.strip_prefix("**") {
        Some(bold) => bold.split_once("**")?.0,
        None => line.strip_prefix('#')?,
    };
    (text.split_whitespace().count() <= 8).then(|| text.to_lowercase())
}

/// A sentence, or as much of it as there is.
#[derive(Debug)]
struct Sentence<'t> {
    text: &'t str,
    tokens: Vec<Token<'t>>,
    corrective: bool,
}

impl<'t> Sentence<'t> {
    fn new(text: &'t str, corrective: bool) -> Sentence<'t> {
        Sentence { text, tokens: tokens(text), corrective }
    }

    /// The octets of some tokens.
    fn span(&self, tokens: Range<usize>) -> Range<usize> {
        self.tokens[tokens.start].range.start..self.tokens[tokens.end - 1].range.end
    }

    /// The text of some tokens, as written.
    fn text_of(&self, tokens: Range<usize>) -> String {
        self.text[self.span(tokens)].to_owned()
    }

    /// How the value at `value` is stated of what is named at `name`.
    fn mood(&self, name: Range<usize>, value: usize, facts: &Facts) -> mood::Mood {
        match self.corrective {
            true => mood::Mood::Other,
            false => mood::mood(&self.tokens, name, value, facts),
        }
    }

    /// All its statements, in order.
    fn claims(&self, facts: &Facts) -> Vec<Claim> {
        let (mut claims, mut at) = (Vec::new(), 0);
        while at < self.tokens.len() {
            let (found, next) = self.claims_at(at, facts);
            claims.extend(found);
            at = next.max(at + 1);
        }
        claims
    }

    /// The statements that begin at a token, and the token from which to read on.
    fn claims_at(&self, at: usize, facts: &Facts) -> (Vec<Claim>, usize) {
        let one = |(claim, next)| (vec![claim], next);
        if let Some(found) = citation::clause(self, at, facts) {
            return one(found);
        }
        if let Some(found) = position::statement(self, at, facts) {
            return found;
        }
        let plain = flag::statement(self, at, facts)
            .or_else(|| length::statement(self, at, facts))
            .or_else(|| citation::found(self, at, facts));
        if let Some(found) = plain {
            return one(found);
        }
        let (mut found, next) =
            statement::statements(self, at, facts).unwrap_or((Vec::new(), at + 1));
        if found.is_empty() {
            found.extend(citation::rule(self, at, facts).or_else(|| self.address(at, facts)));
        }
        (found, next)
    }

    /// An address that is nobody's value: whether the packet has it at all.
    fn address(&self, at: usize, facts: &Facts) -> Option<Claim> {
        let literal = self.tokens[at].literal()?;
        let proverbial = match literal {
            Literal::Address(address) => token::is_proverbial(address),
            Literal::Mac(_) => false,
            _ => return None,
        };
        let known = facts.knows(&literal);
        let doubt = proverbial
            || citation::is_numbered(&self.tokens, at)
            || self.mood(at..at, at, facts) != mood::Mood::Fact;
        let verdict = if known { Verdict::Confirmed } else { Verdict::Contradicted };
        Some(Claim {
            range: self.span(at..at + 1),
            field: "address".to_owned(),
            stated: self.text_of(at..at + 1),
            actual: if known { String::new() } else { "not in the packet".to_owned() },
            verdict: verdict.unless(doubt),
        })
    }
}

#[cfg(test)]
mod tests;
