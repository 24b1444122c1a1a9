//! Why the kernel and we differ: `xtask/oracle/differences.toml`.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde::Deserialize;

use super::compare::{Class, Party};
use crate::Failure;
use crate::agree::fits;

/// Who is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Right {
    /// We are: the kernel takes a liberty.
    Us,
    /// The kernel is: we fall short, and the reason says why that stays for now.
    Kernel,
    /// The clause leaves it open.
    Either,
}

/// Why some cases differ in one way.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Explanation {
    /// Who of us differs.
    #[serde(default = "reference")]
    parties: Vec<Party>,
    /// Names; `*` stands for anything.
    cases: Vec<String>,
    class: Class,
    /// Not of every kernel.
    #[serde(default)]
    rare: bool,
    /// Who is right.
    pub right: Right,
    /// The RFC and section that decides it, or leaves it open.
    pub clause: String,
    /// What the clause says of it, and why we or the kernel do otherwise.
    pub why: String,
    /// The names that fitted a difference, and whose it was.
    #[serde(skip)]
    used: RefCell<BTreeSet<(Party, usize)>>,
}

fn reference() -> Vec<Party> {
    vec![Party::Reference]
}

/// All of them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Explanations {
    #[serde(rename = "difference", default)]
    all: Vec<Explanation>,
}

impl Explanations {
    /// Those of the repository.
    pub fn load() -> Result<Explanations, Failure> {
        Ok(toml::from_str(include_str!("../../oracle/differences.toml"))?)
    }

    /// The first that fits.
    pub fn on(&self, party: Party, case: &str, class: Class) -> Option<&Explanation> {
        let is_of = |explanation: &&Explanation| {
            explanation.class == class && explanation.parties.contains(&party)
        };
        self.all.iter().filter(is_of).find(|explanation| {
            let place = explanation.cases.iter().position(|name| fits(name, case));
            place.is_some_and(|place| {
                explanation.used.borrow_mut().insert((party, place));
                true
            })
        })
    }

    /// Names that fitted no difference: stale, and to be removed; the rare ones are not meant.
    pub fn unused(&self) -> Vec<String> {
        let mut unused = Vec::new();
        for explanation in self.all.iter().filter(|explanation| !explanation.rare) {
            for party in &explanation.parties {
                let words = explanation.class.words(*party);
                let names = explanation.unused(*party);
                unused.extend(names.iter().map(|name| format!("{name}: {words}")));
            }
        }
        unused
    }
}

impl Explanation {
    fn unused(&self, party: Party) -> Vec<&str> {
        let used = self.used.borrow();
        let names = self.cases.iter().enumerate().filter(|(at, _)| !used.contains(&(party, *at)));
        names.map(|(_, name)| name.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_that_fits_counts_and_what_fits_nothing_is_named() {
        let explanations: Explanations = toml::from_str(
            r#"difference = [
                { cases = ["a.*", "b"], class = "kernel_silent", right = "us", clause = "1", why = "x" },
                { cases = ["a.c"], class = "kernel_silent", right = "us", clause = "2", why = "x" },
                { parties = ["nano"], cases = ["a.c"], class = "ours_vetoed", right = "us", clause = "3", why = "x" },
            ]"#,
        )
        .unwrap();
        let of = |party, case, class| {
            explanations.on(party, case, class).map(|found| found.clause.as_str())
        };
        let on = |case, class| of(Party::Reference, case, class);
        assert_eq!(on("a.c", Class::KernelSilent), Some("1"));
        assert_eq!(on("a.c", Class::KernelReplies), None);
        assert_eq!(on("d", Class::KernelSilent), None);
        assert_eq!(of(Party::Nano, "a.c", Class::KernelSilent), None);
        let mut unused = explanations.unused();
        let nano = unused.pop();
        assert_eq!(unused, ["b: the kernel is silent", "a.c: the kernel is silent"]);
        assert_eq!(nano.as_deref(), Some("a.c: nano would be vetoed"));
        assert_eq!(of(Party::Nano, "a.c", Class::OursVetoed), Some("3"));
    }

    #[test]
    fn every_explanation_names_a_clause() {
        for explanation in Explanations::load().unwrap().all {
            let known = ["RFC ", "IEEE "].iter().any(|by| explanation.clause.starts_with(by));
            assert!(known && !explanation.why.is_empty(), "{explanation:?}");
        }
    }
}
