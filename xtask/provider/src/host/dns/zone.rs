//! The zone: as the program DNS lists it in its last fenced block, a record a line (`name TYPE value`), or in
//! a table; and one of its own where there is no such program.

use std::net::{Ipv4Addr, Ipv6Addr};

use wire::dns::{class, kind};

use crate::host::programs::{Programs, blocks};

/// Seconds for which a record may be kept.
pub(super) const TTL: u32 = 300;
/// The zone of a host whose program lists none.
const BUILT_IN: &str = "\
softstack.example A 10.0.0.1
softstack.example AAAA fd00::1
softstack.example TXT a language model answers
softstack.example NS ns.softstack.example
softstack.example SOA ns.softstack.example hostmaster.softstack.example 1 3600 600 86400 300
ns.softstack.example A 10.0.0.1
ns.softstack.example AAAA fd00::1
www.softstack.example A 10.0.0.1
";

/// A zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Zone {
    /// Its name in lower case.
    pub apex: String,
    /// Its SOA record.
    pub start: Record,
    records: Vec<(String, Record)>,
}

/// A record without its owner.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Record {
    pub kind: u16,
    pub data: Vec<u8>,
    /// The name that an alias stands for, in lower case; else empty.
    pub target: String,
}

impl Zone {
    /// The zone that these programs list.
    pub fn of(programs: &Programs) -> Zone {
        let listed = programs.titled("DNS").and_then(|section| {
            let block = blocks(section).last().map(|block| Zone::read(block.text.lines()));
            let rows = section.lines().filter(|line| line.starts_with('|'));
            block.flatten().or_else(|| Zone::read(rows))
        });
        listed.or_else(|| Zone::read(BUILT_IN.lines())).unwrap_or_default()
    }

    /// Whether `name` is that of the zone, or below it.
    pub fn covers(&self, name: &str) -> bool {
        name.strip_suffix(&self.apex).is_some_and(ends_a_label)
    }

    /// Whether there is such a name, if only because there are names below it.
    pub fn has(&self, name: &str) -> bool {
        let is_above = |owner: &String| owner.strip_suffix(name).is_some_and(ends_a_label);
        self.records.iter().any(|(owner, _)| is_above(owner))
    }

    /// The records of `name` of that type, or its alias. Who asks for all gets those of one type (RFC 8482
    /// section 4.1).
    pub fn records(&self, name: &str, kind: u16) -> impl Iterator<Item = &Record> {
        let own =
            move |(owner, record): &'_ (String, Record)| (owner == name).then_some(record.kind);
        let first = self.records.iter().find_map(own);
        let wanted = if kind == class::ANY { first } else { Some(kind) };
        self.records.iter().filter_map(move |(owner, record)| {
            let is_wanted = Some(record.kind) == wanted || record.kind == kind::CNAME;
            (owner == name && is_wanted).then_some(record)
        })
    }

    /// The zone's name as a pointer into a question whose name of that many octets ends with it.
    pub fn pointer(&self, question_name: usize) -> [u8; 2] {
        let at = (12 + question_name).saturating_sub(encoded(&self.apex).len());
        (0xc000 | at as u16).to_be_bytes()
    }

    fn read<'l>(lines: impl Iterator<Item = &'l str>) -> Option<Zone> {
        let records: Vec<_> = lines.filter_map(record).collect();
        let is_start = |(_, record): &&(String, Record)| record.kind == kind::SOA;
        let start = records.iter().find(is_start).cloned();
        let (apex, start) = start.or_else(|| {
            let (apex, _) = records.first()?;
            let value = format!("ns.{apex} hostmaster.{apex} 1 3600 600 86400 300");
            record(&format!("{apex} SOA {value}"))
        })?;
        Some(Zone { apex, start, records })
    }
}

impl Default for Zone {
    fn default() -> Zone {
        Zone { apex: "invalid".into(), start: Record::default(), records: Vec::new() }
    }
}

/// Whether a name goes on with another label behind this: a dot with a backslash before it is part of one.
fn ends_a_label(name: &str) -> bool {
    name.is_empty() || name.ends_with('.') && !name.ends_with("\\.")
}

/// A name in the form of the wire, not compressed.
pub(super) fn encoded(name: &str) -> Vec<u8> {
    let labels = name.trim_end_matches('.').split('.').filter(|label| !label.is_empty());
    let mut octets = Vec::with_capacity(name.len() + 2);
    for label in labels {
        let label = &label.as_bytes()[..label.len().min(63)];
        octets.push(label.len() as u8);
        octets.extend(label);
    }
    octets.push(0);
    octets
}

/// `name TYPE value`, or `| name | TYPE (1) | value |`.
fn record(line: &str) -> Option<(String, Record)> {
    let (name, kind, value) = match line.trim().strip_prefix('|') {
        Some(row) => {
            let mut cells = row.trim_end_matches('|').split('|').map(str::trim);
            (cells.next()?, cells.next()?.split(' ').next()?, cells.next()?)
        }
        None => {
            let (name, rest) = line.trim().split_once(char::is_whitespace)?;
            let (kind, value) = rest.trim_start().split_once(char::is_whitespace)?;
            (name, kind, value.trim())
        }
    };
    let name = name.trim_matches('`').trim_end_matches('.').to_ascii_lowercase();
    let (kind, data) = data(kind, value.trim_matches('`'))?;
    let target = match kind {
        kind::CNAME => value.trim_matches('`').trim_end_matches('.').to_ascii_lowercase(),
        _ => String::new(),
    };
    Some((name, Record { kind, data, target }))
}

fn data(kind: &str, value: &str) -> Option<(u16, Vec<u8>)> {
    let mut words = value.split([' ', ',']).filter(|word| !word.is_empty());
    Some(match kind {
        "A" => (kind::A, value.parse::<Ipv4Addr>().ok()?.octets().to_vec()),
        "AAAA" => (kind::AAAA, value.parse::<Ipv6Addr>().ok()?.octets().to_vec()),
        "NS" => (kind::NS, encoded(value)),
        "CNAME" => (kind::CNAME, encoded(value)),
        "PTR" => (kind::PTR, encoded(value)),
        "TXT" => (kind::TXT, strings(value.trim_matches('"'))),
        "MX" => {
            let preference: u16 = words.next()?.parse().ok()?;
            (kind::MX, [&preference.to_be_bytes()[..], &encoded(words.next()?)].concat())
        }
        "SOA" => {
            let mut data = [encoded(words.next()?), encoded(words.next()?)].concat();
            for _ in 0..5 {
                data.extend(words.next()?.parse::<u32>().ok()?.to_be_bytes());
            }
            (kind::SOA, data)
        }
        _ => return None,
    })
}

/// Text in strings of 255 octets at most, each after its length.
fn strings(text: &str) -> Vec<u8> {
    let pieces = text.as_bytes().chunks(255);
    pieces.flat_map(|piece| [&[piece.len() as u8][..], piece].concat()).collect()
}
