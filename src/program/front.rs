//! Front matter: when a program is chosen and what its flows may remember, key by key.

use super::ROOT;
use super::claim::Claim;
use super::mistake::{Mistakes, did_you_mean};
use super::yaml::{self, Content, Node};
use crate::lint::nearest::nearest;
use crate::memory::{MOST_NOTES, MOST_TIMERS};

/// The octets that front matter may have.
const MAX_FRONT: usize = 4_000;
/// The characters that a name may have.
const MAX_NAME: usize = 32;
const KEYS: [&str; 6] = ["name", "version", "rfcs", "over", "claims", "state"];
const STATE_KEYS: [&str; 3] = ["notes", "expires", "timers"];

/// What the memory of a flow may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct StateLimits {
    /// The octets that the model may note, 2000 at most.
    pub notes: u32,
    /// The seconds without a packet after which all is forgotten, a day at most.
    pub expires: u32,
    /// The timers that may run at once, 4 at most.
    pub timers: u32,
}

/// What the front matter says.
pub(super) struct Front {
    pub name: String,
    pub name_line: usize,
    pub version: u32,
    pub rfcs: Vec<u16>,
    pub over: Vec<String>,
    pub over_line: usize,
    pub claims: Vec<Claim>,
    pub state: Option<StateLimits>,
}

impl Front {
    /// Reads it; `None` if something is wrong that leaves no program.
    pub fn read(text: &str, mistakes: &mut Mistakes) -> Option<Front> {
        if text.len() > MAX_FRONT {
            mistakes.at(2, format!("the front matter is longer than {MAX_FRONT} bytes"));
            return None;
        }
        let node = match yaml::parse(text, 2) {
            Ok(node) => node,
            Err((line, message)) => {
                mistakes.at(line, message);
                return None;
            }
        };
        let map = keys(&node, "the front matter", &KEYS, mistakes)?;
        map.front(mistakes)
    }
}

/// The keys of a map and their values, none twice.
struct Keys<'n> {
    map: &'n [(Node, Node)],
    line: usize,
}

fn keys<'n>(node: &'n Node, of: &str, known: &[&str], mistakes: &mut Mistakes) -> Option<Keys<'n>> {
    let Content::Map(map) = &node.content else {
        mistakes.at(node.line, format!("{of} has keys and values: {}", known.join(", ")));
        return None;
    };
    for (index, (key, _)) in map.iter().enumerate() {
        let name = key.scalar().unwrap_or_default();
        if !known.contains(&name) {
            let near = did_you_mean(&nearest(name, known.iter().copied()));
            let all = known.join(", ");
            mistakes.at(key.line, format!("{of} has no key {name:?}{near}: there are {all}"));
        } else if map[..index].iter().any(|(before, _)| before.scalar() == Some(name)) {
            mistakes.at(key.line, format!("the key {name} stands here twice"));
        }
    }
    Some(Keys { map, line: node.line })
}

impl<'n> Keys<'n> {
    fn value(&self, name: &str) -> Option<&'n Node> {
        self.map.iter().find(|(key, _)| key.scalar() == Some(name)).map(|(_, value)| value)
    }

    /// The value of a key that every program has.
    fn needed(&self, key: &str, example: &str, mistakes: &mut Mistakes) -> Option<&'n Node> {
        let value = self.value(key);
        if value.is_none() {
            mistakes.at(self.line, format!("{key} is missing: write {example}"));
        }
        value
    }

    fn front(&self, mistakes: &mut Mistakes) -> Option<Front> {
        let name_node = self.needed("name", "`name: shout`, as the file is called", mistakes);
        let name = name_node.and_then(|node| name(node, mistakes));
        let version = self.needed("version", "`version: 1`", mistakes);
        let version = version.and_then(|node| number(node, "version", 1, u32::MAX, mistakes));
        let rfcs = self.value("rfcs").map_or(Some(Vec::new()), |node| rfcs(node, mistakes));
        let state = self.value("state").map(|node| state(node, mistakes));
        let is_root = name.as_deref() == Some(ROOT);
        let (over, claims) = match is_root {
            true => self.root(mistakes),
            false => (self.over(mistakes), self.claims(mistakes)),
        };
        Some(Front {
            name: name?,
            name_line: name_node?.line,
            version: version?,
            rfcs: rfcs?,
            over: over?,
            over_line: self.value("over").map_or(self.line, |node| node.line),
            claims: claims?,
            state: state.map_or(Some(None), |state| state.map(Some))?,
        })
    }

    /// The root stands on nothing and is always chosen.
    fn root(&self, mistakes: &mut Mistakes) -> (Option<Vec<String>>, Option<Vec<Claim>>) {
        for key in ["over", "claims"] {
            if let Some(node) = self.value(key) {
                let message = format!("{ROOT} is the root and always chosen: it has no {key}");
                mistakes.at(node.line, message);
            }
        }
        (Some(Vec::new()), Some(Vec::new()))
    }

    fn over(&self, mistakes: &mut Mistakes) -> Option<Vec<String>> {
        let node =
            self.needed("over", "the programs under this one, such as `over: [udp]`", mistakes)?;
        let list = node.several().filter(|list| !list.is_empty());
        let names = list.and_then(|list| list.iter().map(Node::scalar).collect::<Option<Vec<_>>>());
        let Some(names) = names else {
            mistakes.at(node.line, "over is a list of programs, such as `over: [udp]`");
            return None;
        };
        Some(names.into_iter().map(str::to_owned).collect())
    }

    fn claims(&self, mistakes: &mut Mistakes) -> Option<Vec<Claim>> {
        let example = "the packets it is for, such as `claims: [{udp.destination_port: 7}]`";
        let node = self.needed("claims", example, mistakes)?;
        let Content::List(list) = &node.content else {
            let message = "claims is a list of alternatives: put `- ` before each";
            mistakes.at(node.line, message);
            return None;
        };
        if list.is_empty() {
            mistakes.at(node.line, format!("claims is empty: write {example}"));
        }
        // All of them are read, so that all mistakes are told.
        let claims: Vec<_> = list.iter().map(|claim| Claim::read(claim, mistakes)).collect();
        claims.into_iter().collect()
    }
}

fn name(node: &Node, mistakes: &mut Mistakes) -> Option<String> {
    let name = node.scalar().unwrap_or_default();
    if !is_name(name) {
        let message = format!(
            "{name:?} is no name: lower-case letters, digits and dashes, a letter first, \
             {MAX_NAME} at most"
        );
        mistakes.at(node.line, message);
        return None;
    }
    Some(name.to_owned())
}

/// Whether a program can be called so.
pub(super) fn is_name(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(allowed)
        && name.len() <= MAX_NAME
}

fn number(node: &Node, key: &str, low: u32, high: u32, mistakes: &mut Mistakes) -> Option<u32> {
    let number = node.scalar().and_then(|text| text.parse().ok());
    let number = number.filter(|number| (low..=high).contains(number));
    if number.is_none() {
        let to = if high == u32::MAX { "on".to_owned() } else { format!("to {high}") };
        mistakes.at(node.line, format!("{key} is a whole number from {low} {to}"));
    }
    number
}

fn rfcs(node: &Node, mistakes: &mut Mistakes) -> Option<Vec<u16>> {
    let number = |node: &Node| node.scalar().and_then(|text| text.parse().ok());
    let rfcs = node.several().and_then(|list| list.iter().map(number).collect());
    if rfcs.is_none() {
        mistakes.at(node.line, "rfcs is a list of numbers, such as `rfcs: [768, 1122]`");
    }
    rfcs
}

fn state(node: &Node, mistakes: &mut Mistakes) -> Option<StateLimits> {
    let keys = keys(node, "state", &STATE_KEYS, mistakes)?;
    let mut bound = |key: &str, usual, low, high| match keys.value(key) {
        Some(node) => number(node, key, low, high, mistakes),
        None => Some(usual),
    };
    let notes = bound("notes", 400, 0, MOST_NOTES);
    let expires = bound("expires", 120, 1, 86_400);
    let timers = bound("timers", 0, 0, MOST_TIMERS);
    Some(StateLimits { notes: notes?, expires: expires?, timers: timers? })
}
