//! What can be said of a packet and be right: its fields as the dissection shows them, its lengths, and
//! what the findings found and expected. Fields are known by name, place and the text they display, so that
//! a protocol that the dissection learns can be talked about the same day.

use std::net::IpAddr;
use std::ops::Range;

use verify::Finding;
use wire::Dissection;

use super::found::{Found, same};
use super::token::{Kind, Literal, Number, mac, tokens};

/// A packet as far as statements about it can be checked.
#[derive(Debug)]
pub struct Facts {
    pub(super) bytes: Vec<u8>,
    pub(super) fields: Vec<Fact>,
    /// Name and octets of each layer.
    pub(super) layers: Vec<(String, Range<usize>)>,
    pub(super) findings: Vec<Found>,
    /// Lengths that a packet or datagram in it can be said to have, in octets.
    pub(super) lengths: Vec<u64>,
    /// The summary, in lower case: whether this is a reply, say.
    pub(super) summary: String,
}

/// One field.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fact {
    /// `layer.field`.
    pub name: String,
    /// Its octets.
    pub range: Range<usize>,
    /// Where its layer begins.
    pub base: usize,
    /// As the dissection shows it.
    pub shown: String,
    /// What that is.
    pub says: Says,
}

/// What a field says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Says {
    /// A number, and the name that its registry gives it, in lower case.
    Number(u64, Option<String>),
    /// An address of IPv4 or IPv6.
    Address(IpAddr),
    /// An address of Ethernet.
    Mac([u8; 6]),
    /// The flags that are set, in lower case.
    Flags(Vec<String>),
    /// So many octets.
    Length(u64),
    /// Something else.
    Text,
}

impl Facts {
    /// What can be said of `bytes`, which the dissection takes apart and the findings are about.
    pub fn new(bytes: &[u8], dissection: &Dissection, findings: &[Finding]) -> Facts {
        let mut fields = Vec::new();
        for layer in &dissection.layers {
            for field in &layer.fields {
                let shown = field.value.to_string();
                let (range, base) = (field.range.clone(), layer.range.start);
                fields.push(Fact::new(field.name, range, base, &shown));
            }
        }
        let layers: Vec<_> = dissection
            .layers
            .iter()
            .map(|layer| (layer.name.to_string(), layer.range.clone()))
            .collect();
        Facts {
            lengths: lengths(bytes, &fields, &layers),
            findings: findings.iter().map(Found::new).collect(),
            summary: dissection.summary().to_lowercase(),
            bytes: bytes.to_vec(),
            fields,
            layers,
        }
    }

    /// Whether the packet, or a finding, has this address anywhere.
    pub(super) fn knows(&self, address: &Literal) -> bool {
        let octets = match address {
            Literal::Address(IpAddr::V4(v4)) => v4.octets().to_vec(),
            Literal::Address(IpAddr::V6(v6)) => v6.octets().to_vec(),
            Literal::Mac(mac) => mac.to_vec(),
            _ => return true,
        };
        let in_bytes = self.bytes.windows(octets.len()).any(|window| window == octets);
        let said = |text: &str| tokens(text).iter().any(|token| token.literal() == Some(*address));
        in_bytes
            || self.fields.iter().any(|fact| said(&fact.shown))
            || self.findings.iter().any(|found| said(&found.text))
    }

    /// Whether a finding expects that value of that field.
    pub(super) fn expects(&self, fact: &Fact, stated: Literal) -> bool {
        let about = |found: &&Found| {
            found.range.start < fact.range.end && fact.range.start < found.range.end
        };
        self.findings.iter().filter(about).any(|found| {
            found.expected.iter().any(|expected| match (*expected, stated) {
                (Literal::Number(expected), Literal::Number(stated)) => {
                    let spelt_in_hex = Number { is_hex: true, ..stated };
                    let in_hex = fact.shown.contains("0x") && same(expected, spelt_in_hex);
                    same(expected, stated) || in_hex
                }
                (expected, stated) => expected == stated,
            })
        })
    }

    /// The layer that goes by that word in English.
    pub(super) fn layers_called(
        &self,
        word: &str,
    ) -> impl Iterator<Item = &(String, Range<usize>)> {
        let named = move |name: &str| layer_words(name).contains(&word) || name == word;
        self.layers.iter().filter(move |(name, _)| named(name))
    }
}

/// The words by which people call a layer.
pub(super) fn layer_words(layer: &str) -> &'static [&'static str] {
    match layer {
        "ipv4" => &["ip", "ipv4"],
        "ipv6" => &["ip", "ipv6"],
        "icmp" => &["icmp", "icmpv4", "ping"],
        "icmpv6" => &["icmp", "icmpv6", "ping"],
        "ethernet" => &["ethernet", "mac", "ethernet's"],
        "vlan" => &["vlan", "802.1q", "dot1q"],
        "dhcp" => &["dhcp", "bootp"],
        "arp" => &["arp"],
        "udp" => &["udp"],
        "tcp" => &["tcp"],
        "dns" => &["dns"],
        _ => &[],
    }
}

impl Fact {
    /// The field of that name, in a layer that begins at `base`, as it is shown.
    pub fn new(name: &str, range: Range<usize>, base: usize, shown: &str) -> Fact {
        Fact {
            name: name.to_owned(),
            range,
            base,
            shown: shown.to_owned(),
            says: says(name, shown),
        }
    }

    /// The layer's part of its name.
    pub fn layer(&self) -> &str {
        self.name.split_once('.').map_or("", |(layer, _)| layer)
    }

    /// The field's part of its name.
    pub fn leaf(&self) -> &str {
        self.name.split_once('.').map_or(&self.name, |(_, leaf)| leaf)
    }

    /// Its octets as one number, where they are few.
    fn raw(&self, bytes: &[u8]) -> Option<u64> {
        number_of(bytes.get(self.range.clone())?)
    }

    /// Whether the field says that; `None` where the two cannot be compared. `in_bytes` if the number
    /// stands before the word bytes.
    pub fn agrees(&self, stated: Literal, in_bytes: bool, facts: &Facts) -> Option<bool> {
        let bytes = &facts.bytes;
        match (&self.says, stated) {
            (Says::Number(value, _), Literal::Number(number)) => {
                Some(self.is_number(*value, number, bytes))
            }
            (Says::Address(address), Literal::Address(other)) => Some(*address == other),
            (Says::Address(IpAddr::V4(v4)), Literal::Number(number)) => {
                (number.hex == Some(u32::from(*v4).into())).then_some(true)
            }
            (Says::Mac(mac), Literal::Mac(other)) => Some(*mac == other),
            (Says::Flags(_), Literal::Number(number)) => {
                self.is_flags(number, bytes).then_some(true)
            }
            (Says::Length(length), Literal::Number(number)) => {
                let equal = number.decimal == Some(*length);
                // Payloads have payloads: another part's length may be meant.
                let other = number.decimal.is_some_and(|stated| facts.lengths.contains(&stated));
                (equal || (in_bytes && !other)).then_some(equal)
            }
            _ => None,
        }
    }

    fn is_number(&self, value: u64, stated: Number, bytes: &[u8]) -> bool {
        // Fields in words, of which people often say how many bytes that is.
        let unit = match self.leaf() {
            "ihl" | "data_offset" => 4,
            "fragment_offset" => 8,
            _ => 1,
        };
        let read_in_hex = stated.is_hex || self.shown.contains("0x");
        let hex = stated.hex.filter(|_| read_in_hex);
        let narrow = stated.is_hex && hex == self.raw(bytes);
        [value, value * unit].map(Some).contains(&stated.decimal) || hex == Some(value) || narrow
    }

    /// Flags as a number: in place, or as narrow as they are.
    fn is_flags(&self, stated: Number, bytes: &[u8]) -> bool {
        let start = self.range.start;
        let word = bytes.get(start..start + 2).and_then(number_of).unwrap_or_default();
        let before = bytes.get(start.saturating_sub(1)..=start).and_then(number_of);
        let octet = word >> 8;
        let readings = [word, word & 0x0fff, word & 0x01ff, word >> 13, octet, octet & 0x3f];
        let readings = readings.into_iter().chain([octet & 0xe0, octet >> 5]);
        let readings = readings.chain(before.map(|word| word & 0x0fff)).collect::<Vec<_>>();
        [stated.hex.filter(|_| stated.is_hex), stated.decimal]
            .into_iter()
            .flatten()
            .any(|stated| readings.contains(&stated))
    }
}

/// Octets as one number, most significant first; `None` for none or more than eight.
pub(super) fn number_of(octets: &[u8]) -> Option<u64> {
    let fits = (1..=8).contains(&octets.len());
    fits.then(|| octets.iter().fold(0, |number, octet| number << 8 | u64::from(*octet)))
}

/// What a field says, by what it shows: a number, perhaps with a name behind it, an address, flags.
fn says(name: &str, shown: &str) -> Says {
    if name.ends_with("flags") && shown.starts_with(|c: char| c.is_alphabetic()) {
        let words = shown.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase);
        return Says::Flags(words.filter(|word| !word.is_empty() && word != "none").collect());
    }
    if let Ok(address) = shown.parse() {
        return Says::Address(address);
    }
    if let Some(mac) = mac(shown) {
        return Says::Mac(mac);
    }
    let (first, rest) = shown.split_once(' ').unwrap_or((shown, ""));
    let number = match tokens(first).as_slice() {
        [token] => match &token.kind {
            Kind::Literal(Literal::Number(number)) if first.starts_with("0x") => number.hex,
            Kind::Literal(Literal::Number(number)) => number.decimal,
            _ => None,
        },
        _ => None,
    };
    let named = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    match (number, rest) {
        (Some(length), "byte" | "bytes") => Says::Length(length),
        (Some(number), _) => Says::Number(number, named.map(str::to_lowercase)),
        (None, _) => Says::Text,
    }
}

/// What the packet, or a datagram in it, can be said to be long.
fn lengths(bytes: &[u8], fields: &[Fact], layers: &[(String, Range<usize>)]) -> Vec<u64> {
    let mut lengths = vec![bytes.len()];
    let end = layers.last().map_or(bytes.len(), |(_, range)| range.end);
    for (_, range) in layers {
        lengths.extend([range.len(), end.saturating_sub(range.start)]);
        lengths.push(bytes.len().saturating_sub(range.start));
    }
    let mut lengths: Vec<u64> = lengths.into_iter().map(|length| length as u64).collect();
    for fact in fields {
        match fact.says {
            Says::Length(length) => lengths.push(length),
            Says::Number(number, _) if fact.leaf().contains("length") => {
                // A length of what follows the header is said of the whole too.
                lengths.extend([number, number + 40]);
            }
            _ => {}
        }
    }
    lengths
}
