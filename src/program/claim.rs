//! Claims: what a packet must be for a program to be chosen, in fields by the names that `wire::dissect`
//! gives them.

use std::fmt;
use std::net::IpAddr;

use wire::dissect::Layer;
use wire::{Dissection, Mac, Value};

use super::mistake::{Mistakes, did_you_mean};
use super::yaml::{Content, Node};
use crate::lint::filter::{Kind, field, fields_like};

/// Fields that must all have one of their values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The fields, in the order of the file.
    pub fields: Vec<(&'static str, Values)>,
    /// Its line in the file.
    pub line: usize,
}

/// What a field may say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Values {
    /// Anything: that the field is there is enough.
    Any,
    /// One of these.
    OneOf(Vec<Wanted>),
}

/// One value, or the numbers of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The numbers from the first to the second, both included.
    Numbers(u32, u32),
    /// An IP address.
    Address(IpAddr),
    /// A hardware address.
    Mac(Mac),
}

impl Claim {
    /// Whether it holds for a packet. What an ICMP error quotes does not count, nor what is in a tunnel: the
    /// host is at the end of none.
    pub fn holds(&self, packet: &Dissection) -> bool {
        let is_network = |layer: &Layer| matches!(layer.name, "ipv4" | "ipv6");
        let networks = packet.layers.iter().enumerate().filter(|(_, layer)| is_network(layer));
        let end = networks.map(|(index, _)| index).nth(1).unwrap_or(packet.layers.len());
        let has = |(name, values): &(&str, Values)| {
            let layers = packet.layers[..end].iter().filter(|layer| !layer.quoted);
            let mut fields = layers.flat_map(|layer| &layer.fields);
            fields.any(|field| field.name == *name && values.hold(&field.value))
        };
        self.fields.iter().all(has)
    }

    /// Whether one packet can be claimed by both for the same field: there is one that both name, and none
    /// whose values are disjoint.
    pub fn meets(&self, other: &Claim) -> bool {
        let in_other = |name: &str| other.fields.iter().find(|row| row.0 == name);
        let common = self.fields.iter().filter_map(|(name, ours)| Some((ours, &in_other(name)?.1)));
        let common: Vec<_> = common.collect();
        !common.is_empty() && common.iter().all(|(ours, theirs)| ours.meet(theirs))
    }

    /// The numbers that it claims for a field, as ranges.
    pub(super) fn ranges(&self, name: &str, most: u32) -> Vec<(u32, u32)> {
        let of = |values: &Values| match values {
            Values::Any => vec![(0, most)],
            Values::OneOf(list) => list.iter().filter_map(|wanted| wanted.range(most)).collect(),
        };
        self.fields.iter().filter(|row| row.0 == name).flat_map(|(_, values)| of(values)).collect()
    }

    /// As front matter has it, in one line that may follow a dash.
    pub(super) fn line(&self) -> String {
        let fields = self.fields.iter().map(|(name, values)| format!("{name}: [{values}]"));
        let fields = fields.collect::<Vec<_>>().join(", ").replace("[any]", "any");
        format!("{{{fields}}}")
    }

    /// One alternative as front matter has it; `None` if something is wrong with it.
    pub(super) fn read(node: &Node, mistakes: &mut Mistakes) -> Option<Claim> {
        let Content::Map(map) = &node.content else {
            mistakes
                .at(node.line, "a claim is `- field: value`, such as `- udp.destination_port: 7`");
            return None;
        };
        let mut fields: Vec<(&'static str, Values)> = Vec::new();
        for (key, value) in map {
            let (name, values) = one(key, value, mistakes)?;
            if fields.iter().any(|row| row.0 == name) {
                mistakes.at(key.line, format!("{name} stands in this claim already: make a list"));
            }
            fields.push((name, values));
        }
        Some(Claim { fields, line: node.line })
    }
}

fn one(key: &Node, value: &Node, mistakes: &mut Mistakes) -> Option<(&'static str, Values)> {
    let name = key.scalar().unwrap_or_default();
    let Some((name, kinds)) = field(name) else {
        let near = did_you_mean(&fields_like(name));
        mistakes.at(key.line, format!("no packet has a field {name:?}{near}"));
        return None;
    };
    match Values::read(name, kinds, value) {
        Ok(values) => Some((name, values)),
        Err((line, message)) => {
            mistakes.at(line, message);
            None
        }
    }
}

impl Values {
    fn hold(&self, value: &Value) -> bool {
        match self {
            Values::Any => true,
            Values::OneOf(list) => list.iter().any(|wanted| wanted.holds(value)),
        }
    }

    fn meet(&self, other: &Values) -> bool {
        match (self, other) {
            (Values::OneOf(ours), Values::OneOf(theirs)) => {
                ours.iter().any(|our| theirs.iter().any(|their| our.meets(their)))
            }
            _ => true,
        }
    }

    fn read(name: &str, kinds: &[Kind], node: &Node) -> Result<Values, (usize, String)> {
        let list = node.several().unwrap_or_default();
        let texts = list.iter().map(|value| (value.line, value.scalar().unwrap_or_default()));
        if let [(_, "any")] = texts.clone().collect::<Vec<_>>()[..] {
            return Ok(Values::Any);
        }
        let read = |(line, text)| {
            Wanted::read(name, kinds, text).map_err(|why| (line, format!("{name}: {why}")))
        };
        let wanted = texts.map(read).collect::<Result<Vec<_>, _>>()?;
        match wanted.is_empty() {
            true => Err((node.line, format!("{name} needs a value, a list of values, or `any`"))),
            false => Ok(Values::OneOf(wanted)),
        }
    }
}

impl Wanted {
    fn holds(&self, value: &Value) -> bool {
        match (*self, value) {
            (Wanted::Address(wanted), Value::Address(address)) => wanted == *address,
            (Wanted::Mac(wanted), Value::Mac(mac)) => wanted == *mac,
            (Wanted::Numbers(low, high), value) => {
                value.number().is_some_and(|number| (low..=high).contains(&number))
            }
            _ => false,
        }
    }

    fn meets(&self, other: &Wanted) -> bool {
        match (*self, *other) {
            (Wanted::Numbers(low, high), Wanted::Numbers(from, to)) => low <= to && from <= high,
            (ours, theirs) => ours == theirs,
        }
    }

    fn range(&self, most: u32) -> Option<(u32, u32)> {
        match *self {
            Wanted::Numbers(low, high) => Some((low, high.min(most))),
            _ => None,
        }
    }

    fn read(name: &str, kinds: &[Kind], text: &str) -> Result<Wanted, String> {
        let shown = format!("{text:?} is no value that it can have");
        let wanted = range(text)
            .map(|(low, high)| Wanted::Numbers(low, high))
            .or_else(|| text.parse().ok().map(Wanted::Address))
            .or_else(|| mac(text).map(Wanted::Mac))
            .filter(|wanted| kinds.iter().any(|kind| wanted.suits(kind)));
        match wanted {
            None if text == "any" => Err("`any` stands alone, not in a list".into()),
            None => Err(format!("{shown}; write {}", example(kinds))),
            Some(Wanted::Numbers(low, high)) if low > high => {
                Err(format!("the range {low}-{high} is empty: write the smaller number first"))
            }
            Some(Wanted::Numbers(_, 65_536..)) if name.ends_with("_port") => {
                Err(format!("{shown}; ports end at 65535"))
            }
            Some(wanted) => Ok(wanted),
        }
    }

    fn suits(&self, kind: &Kind) -> bool {
        match self {
            Wanted::Numbers(..) => {
                matches!(kind, Kind::Number | Kind::Named | Kind::Flags(_) | Kind::Bit)
            }
            Wanted::Address(address) => match kind {
                Kind::Ipv4 => address.is_ipv4(),
                Kind::Ipv6 => address.is_ipv6(),
                kind => *kind == Kind::Address,
            },
            Wanted::Mac(_) => *kind == Kind::Mac,
        }
    }
}

fn example(kinds: &[Kind]) -> &'static str {
    match kinds.first() {
        Some(Kind::Number | Kind::Named | Kind::Flags(_) | Kind::Bit) => {
            "a number such as 53 or 0x35, a range such as 53-60, a list of those, or `any`"
        }
        Some(Kind::Ipv4) => "an address such as 10.0.0.1, a list of those, or `any`",
        Some(Kind::Ipv6) => "an address such as fd00::1, a list of those, or `any`",
        Some(Kind::Address) => "an address such as 10.0.0.1 or fd00::1, a list of those, or `any`",
        Some(Kind::Mac) => "an address such as 02:00:00:00:00:01, a list of those, or `any`",
        _ => "`any`, which only asks that the field is there",
    }
}

/// A number, or two with a dash between.
fn range(text: &str) -> Option<(u32, u32)> {
    let number = |text: &str| match text.trim().strip_prefix("0x") {
        Some(hex) if hex.starts_with(|c: char| c.is_ascii_hexdigit()) => {
            u32::from_str_radix(hex, 16).ok()
        }
        Some(_) => None,
        None => text.trim().parse().ok(),
    };
    match text.split_once('-') {
        Some((low, high)) => Some((number(low)?, number(high)?)),
        None => number(text).map(|number| (number, number)),
    }
}

fn mac(text: &str) -> Option<Mac> {
    let octets: Option<Vec<u8>> = text
        .split(':')
        .map(|octet| u8::from_str_radix(octet, 16).ok().filter(|_| octet.len() == 2))
        .collect();
    Some(Mac(octets?.try_into().ok()?))
}

/// `udp.destination_port: 53 and ipv4.ttl: 1-64`
impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (name, values)) in self.fields.iter().enumerate() {
            let and = if index > 0 { " and " } else { "" };
            write!(f, "{and}{name}: {values}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Values::Any => f.write_str("any"),
            Values::OneOf(list) => {
                let list: Vec<String> = list.iter().map(Wanted::to_string).collect();
                f.write_str(&list.join(", "))
            }
        }
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Wanted::Numbers(low, high) if low == high => low.fmt(f),
            Wanted::Numbers(low, high) => write!(f, "{low}-{high}"),
            Wanted::Address(address) => address.fmt(f),
            Wanted::Mac(mac) => mac.fmt(f),
        }
    }
}
