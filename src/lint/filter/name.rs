//! The names in filters: those of the dissection, and Wireshark's for the common fields.
//!
//! What the dissection can give is learnt from the packets in the table of rules, so that a field is
//! known here as soon as there is a rule with an example that has it; for those that no example has
//! there are a few frames more.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::LazyLock;

use verify::{Example, RULES};
use wire::{Link, Packet, Value, dissect, hex};

use crate::lint::nearest::nearest;

use super::table::{ALIASES, RARE, SAMPLES};

/// The flags of a field: their bits and names.
pub(crate) type Flags = &'static [(u16, &'static str)];

/// What a name leads to.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Operand {
    /// The name as it was written.
    pub name: String,
    /// Where its values are; any of them counts.
    pub sources: Vec<Source>,
    /// What its values can be; nothing for a protocol.
    pub kinds: Vec<Kind>,
    /// The bits of its values that count; all, if none is given.
    pub mask: Option<u64>,
}

/// A place where values are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Source {
    /// Fields of that name of the dissection.
    Field(&'static str, Read),
    /// The whole frame, as far as it was captured.
    Frame,
    /// The number of the frame in its capture.
    Number,
    /// The octets of the frame on the wire.
    Length,
    /// The octets of the frame that were captured.
    Captured,
    /// The octets of data in a TCP segment.
    Segment,
}

/// How a field's number is read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Read {
    /// As it is.
    Whole,
    /// These bits, moved to the low end.
    Bits(u32),
    /// In units of so many.
    Times(u32),
}

/// What a field can say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    Number,
    /// A number that has a name, sometimes.
    Named,
    Flags(Flags),
    /// One flag.
    Bit,
    Ipv4,
    Ipv6,
    /// An address of either version.
    Address,
    Mac,
    Text,
    Octets,
}

/// All names of the dissection.
#[derive(Debug, Default)]
struct Known {
    fields: BTreeMap<&'static str, Vec<Kind>>,
    /// Protocols and other beginnings of fields' names.
    groups: BTreeSet<&'static str>,
}

static KNOWN: LazyLock<Known> = LazyLock::new(Known::learn);

impl Operand {
    /// What that name leads to, whatever its case; `None` if there is no such name.
    pub fn named(word: &str) -> Option<Operand> {
        let name = word.to_ascii_lowercase();
        let alias = ALIASES.iter().find(|(alias, _)| *alias == name);
        let sources: Vec<Source> = match alias {
            Some((_, sources)) => sources.to_vec(),
            None => vec![Source::Field(KNOWN.name(&name)?, Read::Whole)],
        };
        let mut kinds = Vec::new();
        for kind in sources.iter().flat_map(Source::kinds) {
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        Some(Operand { name, sources, kinds, mask: None })
    }

    /// Whether its values are numbers, of which a mask can leave some bits.
    pub fn has_bits(&self) -> bool {
        let numbers =
            |kind: &Kind| matches!(kind, Kind::Number | Kind::Named | Kind::Flags(_) | Kind::Bit);
        self.kinds.iter().any(numbers)
    }

    /// Whether it is a protocol, or the frame.
    pub fn is_unit(&self) -> bool {
        self.kinds.is_empty() || self.sources == [Source::Frame]
    }
}

/// Every name that a filter can have.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    let aliases = ALIASES.iter().map(|(alias, _)| *alias);
    aliases.chain(KNOWN.fields.keys().copied()).chain(KNOWN.groups.iter().copied())
}

/// The field that the dissection calls so, and what it can say; no protocol, and no name of Wireshark's.
pub(crate) fn field(name: &str) -> Option<(&'static str, &'static [Kind])> {
    KNOWN.fields.get_key_value(name).map(|(field, kinds)| (*field, kinds.as_slice()))
}

/// The fields that somebody may mean who wrote `name`, which is none, the likeliest first: the one that
/// Wireshark calls so, else those with a name near it.
pub(crate) fn fields_like(name: &str) -> Vec<&'static str> {
    let alias = ALIASES.iter().find(|(alias, _)| *alias == name);
    match alias {
        Some((_, [Source::Field(field, Read::Whole)])) if KNOWN.fields.contains_key(field) => {
            vec![field]
        }
        _ => nearest(name, KNOWN.fields.keys().copied()),
    }
}

/// Whether `name` is the name of a field, or of the protocol or group that it belongs to. Options stand in
/// fields of their own, so `tcp.options` are all of `tcp.option.mss` and so on.
pub(super) fn covers(name: &str, field: &str) -> bool {
    let belongs = |group: &str| {
        field.strip_prefix(group).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    belongs(name)
        || name.strip_suffix('s').filter(|one| one.ends_with(".option")).is_some_and(belongs)
}

impl Source {
    fn kinds(&self) -> Vec<Kind> {
        match self {
            Source::Frame => vec![Kind::Octets],
            Source::Field(name, Read::Whole) => KNOWN.fields.get(name).cloned().unwrap_or_default(),
            Source::Field(_, Read::Bits(bits)) if bits.count_ones() == 1 => vec![Kind::Bit],
            _ => vec![Kind::Number],
        }
    }
}

impl Read {
    /// The number that is read where the field has this one.
    pub fn of(self, number: u32) -> u64 {
        match self {
            Read::Whole => u64::from(number),
            Read::Bits(bits) => u64::from((number & bits) >> bits.trailing_zeros()),
            Read::Times(unit) => u64::from(number) * u64::from(unit),
        }
    }
}

impl Kind {
    fn of(field: &str, value: &Value) -> Kind {
        match value {
            Value::Number(_) | Value::Word(_) => Kind::Number,
            Value::Named(..) => Kind::Named,
            Value::Flags(_, flags) => Kind::Flags(flags),
            Value::Address(IpAddr::V4(_)) if field.starts_with("ipv4.") => Kind::Ipv4,
            Value::Address(IpAddr::V6(_)) if field.starts_with("ipv6.") => Kind::Ipv6,
            Value::Address(_) => Kind::Address,
            Value::Mac(_) => Kind::Mac,
            Value::Text(_) => Kind::Text,
            Value::Bytes(_) => Kind::Octets,
        }
    }

    /// What such a field is compared with, in words.
    pub fn example(&self) -> &'static str {
        match self {
            Kind::Number => "a number such as 64 or 0x40",
            Kind::Named => "a number such as 64 or 0x40, or its name in quotes",
            Kind::Flags(_) => "a number such as 0x12, or flags in quotes such as \"SYN ACK\"",
            Kind::Bit => "0, 1, true or false",
            Kind::Ipv4 => "an address such as 10.0.0.1 or a prefix such as 10.0.0.0/8",
            Kind::Ipv6 => "an address such as fe80::1 or a prefix such as 2001:db8::/32",
            Kind::Address => {
                "an address such as 10.0.0.1 or fe80::1, or a prefix such as 10.0.0.0/8"
            }
            Kind::Mac => "a hardware address such as 02:00:5e:10:00:01",
            Kind::Text => "text in quotes such as \"example.com\"",
            Kind::Octets => "octets such as 0a:0b:0c",
        }
    }
}

impl Known {
    fn learn() -> Known {
        let mut known = Known::default();
        for rule in RULES {
            for example in [&rule.pass, &rule.fail] {
                frames(example, &mut |link, frame| known.frame(link, frame));
            }
        }
        for (link, frame) in SAMPLES {
            frames(&Example::Packet(*link, frame), &mut |link, frame| known.frame(link, frame));
        }
        for (field, kind) in RARE {
            known.field(field, *kind);
        }
        known
    }

    fn frame(&mut self, link: Link, frame: &[u8]) {
        let dissection = dissect::frame(&Packet::new(link, frame, frame.len()));
        self.groups.extend(dissection.layers.iter().map(|layer| layer.name));
        for field in dissection.fields() {
            self.field(field.name, Kind::of(field.name, &field.value));
        }
    }

    fn field(&mut self, name: &'static str, kind: Kind) {
        let kinds = self.fields.entry(name).or_default();
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
        self.groups.extend(name.match_indices('.').map(|(at, _)| &name[..at]));
    }

    /// The name as the dissection has it.
    fn name(&self, name: &str) -> Option<&'static str> {
        let field = self.fields.get_key_value(name).map(|(field, _)| *field);
        field.or_else(|| self.groups.get(name).copied())
    }
}

/// Hands on every frame of an example.
fn frames(example: &Example, hand_on: &mut dyn FnMut(Link, &[u8])) {
    let (link, frames) = match *example {
        Example::Packet(link, frame) => (link, vec![frame]),
        Example::Exchange { request, reply } => {
            (Link::Ipv4, [request].into_iter().chain(reply).collect())
        }
        Example::Session { host, request, reply, .. } => {
            (host.link(), [request].into_iter().chain(reply).collect())
        }
        Example::Timer { host, reply, .. } => (host.link(), reply.into_iter().collect()),
        Example::Trace(link, frames) => (link, frames.to_vec()),
    };
    frames.into_iter().filter_map(|frame| hex::parse(frame).ok()).for_each(|f| hand_on(link, &f));
}
