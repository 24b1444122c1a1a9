//! Puts the witnesses beside each other, packet by packet and kind by kind.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::kind::Kinds;
use super::label::{self, Label, Labels};
use super::lint::{self, Testimony};
use super::verdict::{Class, Only, Verdicts, without_numbers};
use super::{tcpdump, tshark};
use crate::Failure;

/// Examples of a class that are worth reading.
const EXAMPLES: usize = 6;

/// How often each witness spoke of a kind.
#[derive(Default, Clone)]
pub struct Tally {
    /// Packets that the generator broke so.
    pub labelled: usize,
    /// Of these, those that we found.
    pub found: usize,
    /// Both tshark and we.
    pub both: usize,
    /// Only we.
    pub us: usize,
    /// Only tshark.
    pub tshark: usize,
    /// tshark objects to what a card still has to compute, and we do not.
    pub offload: usize,
}

/// What the generator's labels of one kind came to.
#[derive(Default)]
pub struct Caught {
    /// Packets.
    pub packets: usize,
    /// With a finding of ours, a note at least.
    pub us: usize,
    /// With a claim of tshark's of any kind we compare.
    pub tshark: usize,
    /// What we said first, to be read.
    pub said: String,
    /// Whether it is a fault.
    pub fault: bool,
}

/// Disagreements of one class.
#[derive(Default)]
pub struct Cases {
    /// Packets.
    pub count: usize,
    /// Those in which tcpdump says it too.
    pub tcpdump: usize,
    /// Files.
    pub files: BTreeSet<String>,
    /// The first of each of a few files: file and packet.
    pub examples: Vec<String>,
}

/// Everything heard so far.
pub struct Comparison<'a> {
    /// What is compared.
    pub kinds: &'a Kinds,
    /// By place of the kind.
    pub tallies: Vec<Tally>,
    /// By label.
    pub caught: BTreeMap<String, Caught>,
    /// By class and verdict's file pattern.
    pub classes: BTreeMap<Class, Cases>,
    /// The table of verdicts.
    pub verdicts: Verdicts,
    /// Disagreements that no verdict covers.
    pub open: BTreeSet<Class>,
    /// What fails without further ado.
    pub failures: Vec<String>,
    /// Captures that we cannot read, and why.
    pub unusable: BTreeMap<String, String>,
    /// Captures compared.
    pub files: usize,
}

impl<'a> Comparison<'a> {
    /// Nothing heard yet.
    pub fn new(kinds: &'a Kinds, verdicts: Verdicts) -> Self {
        Comparison {
            kinds,
            tallies: vec![Tally::default(); kinds.iter().count()],
            caught: BTreeMap::new(),
            classes: BTreeMap::new(),
            verdicts,
            open: BTreeSet::new(),
            failures: Vec::new(),
            unusable: BTreeMap::new(),
            files: 0,
        }
    }

    /// Compares a capture of the generator's; in a `clean` one, nothing above a note is deserved.
    pub fn labelled(&mut self, capture: &Path, program: &Path, clean: bool) -> Result<(), Failure> {
        let ours = lint::hear(program, capture, self.kinds)?;
        if let Some(reason) = &ours.unusable {
            return Err(format!("{}: {reason}", capture.display()).into());
        }
        if clean && let Some((packet, said)) = ours.above_note.first_key_value() {
            let (count, name) = (ours.above_note.len(), capture.display());
            self.failures.push(format!(
                "{name}: {count} correct packets with findings; packet {packet}: {said}"
            ));
        }
        self.compare(capture, &ours, &label::beside(capture)?)
    }

    /// Compares a capture whose packets nobody knows.
    pub fn unlabelled(&mut self, capture: &Path, program: &Path) -> Result<(), Failure> {
        match lint::hear(program, capture, self.kinds) {
            Err(error) => self.failures.push(error.to_string()),
            Ok(ours) => match &ours.unusable {
                Some(reason) => drop(self.unusable.insert(name(capture), reason.clone())),
                None => self.compare(capture, &ours, &Labels::new())?,
            },
        }
        Ok(())
    }

    fn compare(
        &mut self,
        capture: &Path,
        ours: &Testimony,
        labels: &Labels,
    ) -> Result<(), Failure> {
        self.files += 1;
        let theirs = tshark::hear(capture, self.kinds)?;
        let mut disputed: Vec<(u32, Class, usize)> = Vec::new();
        let keys: BTreeSet<_> = ours.claims.keys().chain(theirs.keys()).copied().collect();
        for (packet, place) in keys {
            let claims = (ours.claims.get(&(packet, place)), theirs.get(&(packet, place)));
            // A remark of ours agrees with an objection of theirs.
            let noted = ours.notes.get(&(packet, place)).filter(|_| claims.1.is_some());
            let label = labels.get(&packet);
            if let Some(class) = self.weigh(place, (claims.0.or(noted), claims.1), label) {
                disputed.push((packet, class, place));
            }
        }
        for (packet, label) in labels {
            let missed = self.check_label(*packet, label, ours, &theirs);
            let is_known =
                |place| disputed.iter().any(|(n, _, known)| n == packet && *known == place);
            disputed.extend(missed.filter(|(_, _, place)| !is_known(*place)));
        }
        self.file(capture, disputed)
    }

    /// Counts one packet's claims of one kind; the class of a disagreement.
    fn weigh(
        &mut self,
        place: usize,
        claims: (Option<&String>, Option<&String>),
        label: Option<&Label>,
    ) -> Option<Class> {
        let (kind, tally) = (self.kinds.at(place), &mut self.tallies[place]);
        let (only, said) = match claims {
            (Some(_), Some(_)) => {
                tally.both += 1;
                return None;
            }
            (Some(said), None) => {
                tally.us += 1;
                (Only::Us, said)
            }
            (None, Some(said)) => {
                *(if said.starts_with("offload") {
                    &mut tally.offload
                } else {
                    &mut tally.tshark
                }) += 1;
                (Only::Tshark, said)
            }
            (None, None) => return None,
        };
        if kind.one_way && only == Only::Us {
            return None;
        }
        let label = label.map_or_else(|| "-".to_owned(), |label| label.kind.clone());
        Some(Class { kind: kind.name.clone(), only, label, said: without_numbers(said) })
    }

    /// Whether we found what the generator broke, and nothing where it broke nothing.
    fn check_label(
        &mut self,
        packet: u32,
        label: &Label,
        ours: &Testimony,
        theirs: &lint::Claims,
    ) -> Option<(u32, Class, usize)> {
        let place = self.kinds.of_label(&label.kind);
        let found = match place {
            Some(place) => {
                [&ours.claims, &ours.notes].iter().any(|c| c.contains_key(&(packet, place)))
            }
            None => ours.any.contains(&packet),
        };
        if let (Some(place), true) = (place, label.fault) {
            self.tallies[place].labelled += 1;
            self.tallies[place].found += usize::from(found);
        }
        let caught = self.caught.entry(label.kind.clone()).or_default();
        caught.fault = label.fault;
        caught.packets += 1;
        caught.us += usize::from(found);
        caught.tshark +=
            usize::from(theirs.range((packet, 0)..=(packet, usize::MAX)).next().is_some());
        let objection = ours.above_note.get(&packet).cloned().unwrap_or_default();
        if caught.said.is_empty() {
            caught.said = objection.clone();
        }
        let wrong = if label.fault { !found } else { !objection.is_empty() };
        let said = without_numbers(&objection);
        let class =
            Class { kind: label.kind.clone(), only: Only::Label, label: label.kind.clone(), said };
        wrong.then_some((packet, class, place.unwrap_or(usize::MAX)))
    }

    /// Puts disagreements to their class, with tcpdump's word on them.
    fn file(&mut self, capture: &Path, disputed: Vec<(u32, Class, usize)>) -> Result<(), Failure> {
        if disputed.is_empty() {
            return Ok(());
        }
        let third = tcpdump::hear(capture, self.kinds)?;
        let name = name(capture);
        for (packet, class, place) in disputed {
            if self.verdicts.on(&class, &name).is_none() {
                self.open.insert(class.clone());
            }
            let cases = self.classes.entry(class).or_default();
            cases.count += 1;
            cases.tcpdump += usize::from(third.contains(&(packet, place)));
            if cases.files.insert(name.clone()) && cases.examples.len() < EXAMPLES {
                cases.examples.push(format!("{name} #{packet}"));
            }
        }
        Ok(())
    }

    /// The end: an error if anything is open; `whole` says that stale verdicts are to be named too.
    pub fn judge(&self, whole: bool) -> Result<(), Failure> {
        let mut faults = self.failures.clone();
        if !self.open.is_empty() {
            let count = self.open.len();
            faults.push(format!("{count} classes of disagreement without a verdict in xtask/yardstick/disagreements.toml"));
        }
        if whole {
            faults.extend(
                self.verdicts.unused().map(|verdict| format!("a verdict on nothing: {verdict}")),
            );
        }
        match faults.is_empty() {
            true => Ok(()),
            false => Err(faults.join("\n       ").into()),
        }
    }
}

fn name(capture: &Path) -> String {
    let mut parts = capture.iter().rev().take(2).map(|part| part.to_string_lossy());
    let (file, directory) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    format!("{directory}/{file}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(kind: &str, fault: bool) -> Label {
        Label { kind: kind.into(), fault }
    }

    #[test]
    fn who_speaks_alone_disagrees() {
        let kinds = Kinds::load().unwrap();
        let mut comparison = Comparison::new(&kinds, Verdicts::load().unwrap());
        let place = kinds.of_label("udp.length.zero").unwrap();
        let one_way = kinds.of_label("tcp.options.length_0").unwrap();
        let said = "found 12".to_owned();
        assert_eq!(comparison.weigh(place, (Some(&said), Some(&said)), None), None);
        assert_eq!(comparison.weigh(one_way, (Some(&said), None), None), None);
        let class = comparison.weigh(place, (Some(&said), None), None).unwrap();
        assert_eq!(
            (class.only, class.label.as_str(), class.said.as_str()),
            (Only::Us, "-", "found N")
        );
        let class =
            comparison.weigh(one_way, (None, Some(&said)), Some(&label("x", true))).unwrap();
        assert_eq!((class.only, class.label.as_str()), (Only::Tshark, "x"));
        let tally = &comparison.tallies[place];
        assert_eq!((tally.both, tally.us, tally.tshark), (1, 1, 0));
    }

    #[test]
    fn labels_are_kept_to() {
        let kinds = Kinds::load().unwrap();
        let mut comparison = Comparison::new(&kinds, Verdicts::load().unwrap());
        let place = kinds.of_label("udp.length.zero").unwrap();
        let (silent, mut found) = (Testimony::default(), Testimony::default());
        found.claims.insert((1, place), "m".into());
        found.above_note.insert(1, "m".into());
        let mut check = |label: &Label, ours: &Testimony| {
            comparison.check_label(1, label, ours, &lint::Claims::new()).is_some()
        };
        let (fault, legal) = (label("udp.length.zero", true), label("udp.length.shorter", false));
        assert!(check(&fault, &silent) && check(&legal, &found));
        assert!(!check(&fault, &found) && !check(&legal, &silent));
        assert!(check(&label("arp.nothing", true), &silent));
    }

    #[test]
    fn what_has_no_verdict_is_an_error() {
        let kinds = Kinds::load().unwrap();
        let mut comparison = Comparison::new(&kinds, toml::from_str("").unwrap());
        assert!(comparison.judge(true).is_ok());
        let class = Class { kind: "k".into(), only: Only::Us, label: "-".into(), said: "s".into() };
        comparison.open.insert(class);
        assert!(comparison.judge(false).is_err());
    }
}
