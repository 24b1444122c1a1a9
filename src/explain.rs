//! Explanations: a captured packet, what the checker found in it, and a model's words about both. The exact
//! part, table and findings, needs no model; what a model says of them is held against the bytes, statement
//! by statement, and marked where it contradicts them.

use std::fmt::Write;
use std::time::Instant;

use serde::{Serialize, Serializer};
use verify::Finding;
use wire::{Dissection, Link, Packet, dissect};

use crate::backend::{Completion, Delta, Spending, Stop};
use crate::call::Caller;
use crate::prompt::{self, Prompt, Style};
use claims::{Checker, Claim, Facts, Pieces};

pub mod claims;
pub mod hexdump;
pub mod marks;
pub mod table;

/// Most octets of a packet that a model is shown as they are.
const MOST_DUMPED: usize = 512;

/// A packet and all that is known of it without a model.
#[derive(Debug, Clone, Serialize)]
pub struct Case {
    /// Its number in the capture, from 1.
    pub number: u64,
    /// The kind of link that it was captured on.
    #[serde(serialize_with = "name")]
    pub link: Link,
    /// Its octets, from the link's header on.
    #[serde(skip)]
    pub bytes: Vec<u8>,
    /// Its layers and fields.
    pub dissection: Dissection,
    /// What is wrong with it.
    pub findings: Vec<Finding>,
}

fn name<S: Serializer>(link: &Link, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(link.name())
}

impl Case {
    /// The case of a frame of which `bytes` were captured, of `original_length` octets on the link.
    pub fn new(number: u64, link: Link, bytes: Vec<u8>, original_length: usize) -> Case {
        let packet = Packet::new(link, &bytes, original_length);
        let (dissection, findings) = (dissect::frame(&packet), verify::inspect(&packet));
        Case { number, link, bytes, dissection, findings }
    }

    /// The same with what the packets before it in its capture show.
    pub fn beside(mut self, findings: Vec<Finding>) -> Case {
        self.findings.extend(findings);
        self
    }

    /// What can be said of it and be right.
    pub fn facts(&self) -> Facts {
        Facts::new(&self.bytes, &self.dissection, &self.findings)
    }

    /// One line about it.
    pub fn summary(&self) -> String {
        format!("#{} {}", self.number, self.dissection.summary())
    }

    /// The names of the rules that it breaks, in order: packets with the same have the same explanation.
    pub fn rules(&self) -> Vec<&'static str> {
        let mut rules: Vec<&str> = self.findings.iter().map(|finding| finding.rule.id).collect();
        rules.sort_unstable();
        rules.dedup();
        rules
    }

    /// What a model is told of it.
    pub fn prompt(&self, style: &Style) -> Prompt {
        let (number, link, length) = (self.number, self.link, self.bytes.len());
        let mut turn = format!(
            "Packet {number} of the capture, link {link}, {length} bytes: {}\n\nIts fields:\n\n{}",
            self.dissection.summary(),
            table::fields(&self.dissection)
        );
        let shown = &self.bytes[..length.min(MOST_DUMPED)];
        let _ = write!(turn, "\nThe packet:\n\n{}", prompt::dump(shown));
        if shown.len() < length {
            let _ = writeln!(turn, "… and {} bytes more", length - shown.len());
        }
        turn += match self.findings.is_empty() {
            true => "\nThe checker found nothing wrong.\n",
            false => "\nThe checker found:\n\n",
        };
        turn += &table::findings(&self.findings);
        Prompt::about(style, self.bytes.clone(), turn)
    }
}

/// What a model said of a packet.
#[derive(Debug, Clone, Serialize)]
pub struct Explanation {
    /// Who.
    pub model: String,
    /// Its words.
    pub text: String,
    /// What they state, compared with the bytes.
    pub claims: Vec<Claim>,
    /// Why they end early, if they do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cut: Option<String>,
    /// What they cost.
    pub spending: Spending,
}

/// A stretch of an explanation as it is shown.
#[derive(Debug, Clone, Copy)]
pub enum Shown<'a> {
    /// The next words, and what they state; ranges are those of the whole explanation, of which the words
    /// begin at `start`.
    Words {
        /// The words, as written.
        text: &'a str,
        /// Their first octet in the explanation.
        start: usize,
        /// What is stated in them.
        claims: &'a [Claim],
    },
    /// The model begins anew: what was shown of this explanation is void.
    Again,
}

/// Takes an explanation as it comes and checks it.
struct Reader<'a> {
    case: &'a Case,
    pieces: Pieces,
    checker: Checker,
    text: String,
    claims: Vec<Claim>,
}

impl<'a> Reader<'a> {
    fn new(case: &'a Case) -> Reader<'a> {
        let checker = Checker::new(case.facts());
        Reader { case, pieces: Pieces::default(), checker, text: String::new(), claims: Vec::new() }
    }

    fn hear(&mut self, delta: Delta, show: &mut dyn FnMut(Shown)) {
        match delta {
            Delta::Thinking(_) => {}
            Delta::Text(text) => {
                let pieces = self.pieces.push(text);
                pieces.iter().for_each(|piece| self.take(piece, show));
            }
            Delta::Again => {
                if !self.text.is_empty() {
                    show(Shown::Again);
                }
                *self = Reader::new(self.case);
            }
        }
    }

    fn take(&mut self, piece: &str, show: &mut dyn FnMut(Shown)) {
        let (start, claims) = (self.text.len(), self.checker.piece(piece));
        show(Shown::Words { text: piece, start, claims: &claims });
        self.text += piece;
        self.claims.extend(claims);
    }

    /// Shows what is left.
    fn end(&mut self, show: &mut dyn FnMut(Shown)) {
        if let Some(piece) = self.pieces.end() {
            self.take(&piece, show);
        }
    }
}

/// Has a model explain the case, `until` then at most; `show` is called with its words as they come.
///
/// # Errors
/// In words: why there is no explanation.
pub fn explain(
    caller: &Caller,
    style: &Style,
    case: &Case,
    until: Instant,
    show: &mut dyn FnMut(Shown),
) -> Result<Explanation, String> {
    let prompt = case.prompt(style);
    let mut reader = Reader::new(case);
    let mut spending = Spending::default();
    let completed =
        caller.complete(&prompt, until, &mut spending, &mut |delta| reader.hear(delta, show));
    reader.end(show);
    let most = caller.backend().most_output();
    let cut = cut(&completed?, most)?;
    let Reader { text, claims, .. } = reader;
    Ok(Explanation { model: caller.name().to_owned(), text, claims, cut, spending })
}

/// An explanation that came whole, as from a batch.
///
/// # Errors
/// In words: why it is none.
pub fn explained(
    caller: &Caller,
    case: &Case,
    completion: &Completion,
    spending: Spending,
    show: &mut dyn FnMut(Shown),
) -> Result<Explanation, String> {
    let cut = cut(completion, caller.backend().most_output())?;
    let mut reader = Reader::new(case);
    reader.hear(Delta::Text(&completion.text), show);
    reader.end(show);
    let Reader { text, claims, .. } = reader;
    Ok(Explanation { model: caller.name().to_owned(), text, claims, cut, spending })
}

/// Why a completion ends early, if it does; an error if it is none at all.
fn cut(completion: &Completion, most: u64) -> Result<Option<String>, String> {
    match (completion.complaint(most), &completion.stop) {
        (Some(why), Stop::Length) if !completion.text.trim().is_empty() => Ok(Some(why)),
        (Some(why), _) => Err(why),
        (None, _) => Ok(None),
    }
}

#[cfg(test)]
mod tests;
