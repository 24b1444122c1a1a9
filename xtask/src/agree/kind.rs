//! Kinds of findings that two witnesses can both have, as `kinds.toml` lists them.

use serde::Deserialize;

use crate::Failure;

/// All kinds; a claim names one by its place here.
#[derive(Deserialize)]
pub struct Kinds {
    #[serde(rename = "kind")]
    all: Vec<Kind>,
}

/// One row of `kinds.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kind {
    /// As in the tables.
    pub name: String,
    /// Patterns of our rules.
    pub lint: Vec<String>,
    /// Filter names of Wireshark's expert information.
    pub tshark: Vec<String>,
    /// Pieces of tcpdump's lines.
    #[serde(default)]
    pub tcpdump: Vec<String>,
    /// Patterns of the generator's labels.
    pub labels: Vec<String>,
    /// Wireshark names only some of the faults: what we alone say is no disagreement.
    #[serde(default)]
    pub one_way: bool,
    /// The checksum field that a host may have left to its card.
    pub offload: Option<String>,
}

impl Kinds {
    /// Those of the repository.
    pub fn load() -> Result<Kinds, Failure> {
        Ok(toml::from_str(include_str!("../../yardstick/kinds.toml"))?)
    }

    /// Each with its place.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &Kind)> {
        self.all.iter().enumerate()
    }

    /// The kind at that place.
    pub fn at(&self, place: usize) -> &Kind {
        &self.all[place]
    }

    /// The places of the kinds that a rule of ours belongs to.
    pub fn of_rule(&self, rule: &str) -> impl Iterator<Item = usize> {
        self.iter()
            .filter(move |(_, kind)| kind.lint.iter().any(|pattern| fits(pattern, rule)))
            .map(|(place, _)| place)
    }

    /// The place of the kind that a label belongs to.
    pub fn of_label(&self, label: &str) -> Option<usize> {
        self.iter().find(|(_, kind)| kind.labels.iter().any(|p| fits(p, label))).map(|(n, _)| n)
    }
}

/// Whether a text fits a pattern in which `*` stands for any number of characters.
pub fn fits(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut pieces = pieces.peekable();
    if pieces.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() {
            return rest.ends_with(piece);
        }
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, text) in
            [("a", "a"), ("a*", "abc"), ("*c", "abc"), ("a*c*e", "abcde"), ("*", "")]
        {
            assert!(fits(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in
            [("a", "ab"), ("a*", "ba"), ("*c", "abcd"), ("a*c*e", "acd"), ("ab*b", "ab")]
        {
            assert!(!fits(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn kinds_of_the_repository() {
        let kinds = Kinds::load().unwrap();
        let names = |places: Vec<usize>| -> Vec<String> {
            places.into_iter().map(|place| kinds.at(place).name.clone()).collect()
        };
        assert!(
            names(kinds.of_rule("udp.checksum").collect()).contains(&"udp.checksum".to_owned())
        );
        assert_eq!(
            kinds.of_label("tcp.checksum.bit").map(|n| &*kinds.at(n).name),
            Some("tcp.checksum")
        );
        assert_eq!(kinds.of_label("arp.operation"), None);
    }
}
