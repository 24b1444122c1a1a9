//! Who is right where witnesses disagree: `disagreements.toml`, with the reasons.

use std::cell::Cell;

use serde::Deserialize;

use super::kind::fits;
use crate::Failure;

/// Who alone makes a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Only {
    /// We say it, tshark does not.
    Us,
    /// tshark says it, we do not.
    Tshark,
    /// The generator broke it and we are silent, or left it right and we object.
    Label,
}

/// Who is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Right {
    /// softstack is.
    Us,
    /// The other is: a fault of ours, with the reason why it stays for now.
    Other,
    /// The RFCs leave it open.
    Either,
}

/// One row of the table.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    kind: String,
    only: Only,
    #[serde(default = "anything")]
    label: String,
    #[serde(default = "anything")]
    file: String,
    #[serde(default = "anything")]
    said: String,
    /// Not in every run: other seeds, or a few packets of a corpus.
    #[serde(default)]
    rare: bool,
    /// Who is right.
    pub right: Right,
    /// Why.
    pub reason: String,
    #[serde(skip)]
    used: Cell<bool>,
}

/// All of them.
#[derive(Deserialize)]
pub struct Verdicts {
    #[serde(rename = "disagreement", default)]
    all: Vec<Verdict>,
}

/// What a verdict is asked about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Class {
    /// Of `kinds.toml`, or a label's own.
    pub kind: String,
    /// Who says it.
    pub only: Only,
    /// What the generator knows of the packet, or `-`.
    pub label: String,
    /// What was said, numbers left out.
    pub said: String,
}

fn anything() -> String {
    "*".to_owned()
}

impl Verdicts {
    /// Those of the repository.
    pub fn load() -> Result<Verdicts, Failure> {
        Ok(toml::from_str(include_str!("../../yardstick/disagreements.toml"))?)
    }

    /// The first that fits.
    pub fn on(&self, class: &Class, file: &str) -> Option<&Verdict> {
        let found = self.all.iter().find(|verdict| verdict.covers(class, file))?;
        found.used.set(true);
        Some(found)
    }

    /// Those that nothing asked for: stale, and to be removed; the rare ones are not meant.
    pub fn unused(&self) -> impl Iterator<Item = String> {
        let unused = self.all.iter().filter(|verdict| !verdict.used.get() && !verdict.rare);
        unused.map(|v| format!("{} only {:?} label {} said {}", v.kind, v.only, v.label, v.said))
    }
}

impl Verdict {
    fn covers(&self, class: &Class, file: &str) -> bool {
        self.only == class.only
            && fits(&self.kind, &class.kind)
            && fits(&self.label, &class.label)
            && self.said.split(" | ").any(|said| fits(said, &class.said))
            && self.file.split(" | ").any(|pattern| fits(pattern, file))
    }
}

/// A message without its numbers, so that all of a kind are one class.
pub fn without_numbers(said: &str) -> String {
    let mut text = String::with_capacity(said.len());
    for word in said.split_inclusive([' ', ',', ';', '(', ')', '[', ']', '=']) {
        let core = word.trim_end_matches([' ', ',', ';', '(', ')', '[', ']', '=']);
        let is_number = core.starts_with(|c: char| c.is_ascii_digit());
        text += if is_number { "N" } else { core };
        text += &word[core.len()..];
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_reads_and_the_first_that_fits_counts() {
        Verdicts::load().unwrap();
        let verdicts: Verdicts = toml::from_str(
            r#"disagreement = [
                { kind = "udp.length", only = "us", label = "udp.*", right = "us", reason = "a" },
                { kind = "udp.*", only = "us", right = "either", reason = "b" },
                { kind = "*", only = "tshark", right = "other", reason = "c" },
            ]"#,
        )
        .unwrap();
        let class = |kind: &str, label: &str| Class {
            kind: kind.into(),
            only: Only::Us,
            label: label.into(),
            said: String::new(),
        };
        let reason = |class: &Class| verdicts.on(class, "f").map(|verdict| verdict.reason.as_str());
        assert_eq!(reason(&class("udp.length", "udp.length.zero")), Some("a"));
        assert_eq!(reason(&class("udp.length", "-")), Some("b"));
        assert_eq!(reason(&class("tcp.length", "-")), None);
        assert_eq!(verdicts.unused().count(), 1);
    }

    #[test]
    fn numbers_go() {
        assert_eq!(
            without_numbers("expected 0x98d2, found 12 [bytes=7]"),
            "expected N, found N [bytes=N]"
        );
    }
}
