//! What fields are compared with. A value such as `10` or `0a:0b` can be read in several ways; which one
//! counts is for the field to say, and one that the field cannot be compared with is an error.

use std::cmp::Ordering;
use std::net::IpAddr;

use wire::{Mac, Value};

use super::evaluate::Datum;
use super::name::{Flags, Kind, Operand};

/// A value, in every way that it can be read.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Literal {
    number: Option<u64>,
    truth: Option<bool>,
    network: Option<Network>,
    mac: Option<Mac>,
    octets: Option<Vec<u8>>,
    text: Option<String>,
}

/// An address, or the addresses that have a prefix in common.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Literal {
    /// A value that stands there without quotes.
    pub fn word(word: &str) -> Literal {
        Literal {
            number: number(word),
            truth: word.parse().ok(),
            network: Network::new(word),
            mac: octets(word).and_then(|octets| Some(Mac(octets.try_into().ok()?))),
            octets: octets(word),
            text: None,
        }
    }

    /// A value in quotes.
    pub fn quoted(text: &[u8]) -> Literal {
        let octets = Some(text.to_vec());
        Literal { octets, text: String::from_utf8(text.to_vec()).ok(), ..Literal::default() }
    }

    /// The value as a number, if it is one.
    pub fn number(&self) -> Option<u64> {
        self.number
    }

    /// Fits the value to the field it is compared with: truth and the names of flags become numbers.
    ///
    /// # Errors
    /// In words, where the two cannot be compared.
    pub fn fit(self, operand: &Operand) -> Result<Literal, String> {
        let literal = self.numbered(operand)?;
        match operand.kinds.iter().any(|kind| literal.reads_as(kind)) {
            true => Ok(literal),
            false => Err(mismatch(operand)),
        }
    }

    /// Fits the value to the field that is searched for it.
    ///
    /// # Errors
    /// In words, where there is nothing to search, or this cannot be in it.
    pub fn fit_content(self, operand: &Operand) -> Result<Literal, String> {
        let literal = self.numbered(operand)?;
        let name = &operand.name;
        let has = |kind: &Kind| match kind {
            Kind::Text => Some(literal.text.is_some()),
            Kind::Flags(_) => Some(literal.number.is_some()),
            Kind::Octets | Kind::Mac => Some(literal.octets.is_some()),
            _ => None,
        };
        let unit = operand.is_unit().then_some(literal.octets.is_some());
        let fits: Vec<bool> = operand.kinds.iter().filter_map(has).chain(unit).collect();
        match (fits.is_empty(), fits.contains(&true)) {
            (true, _) => {
                Err(format!("{name} has no parts: `contains` goes with text, octets and flags"))
            }
            (_, false) if operand.kinds == [Kind::Text] => Err(mismatch(operand)),
            (_, false) => {
                Err(format!("{name} can contain octets such as 0a:0b, or text in quotes"))
            }
            (_, true) => Ok(literal),
        }
    }

    /// Turns truth and the names of flags into the number they are in the operand.
    fn numbered(mut self, operand: &Operand) -> Result<Literal, String> {
        for kind in &operand.kinds {
            match (kind, self.number, &self.text) {
                (Kind::Bit, None, _) => self.number = self.truth.map(u64::from),
                (Kind::Flags(flags), None, Some(text)) => {
                    self.number = Some(bits(text, flags, &operand.name)?);
                }
                _ => {}
            }
        }
        Ok(self)
    }

    fn reads_as(&self, kind: &Kind) -> bool {
        let version = self.network.map(|network| network.address.is_ipv4());
        match kind {
            Kind::Number | Kind::Bit | Kind::Flags(_) => self.number.is_some(),
            Kind::Named => self.number.is_some() || self.text.is_some(),
            Kind::Ipv4 => version == Some(true),
            Kind::Ipv6 => version == Some(false),
            Kind::Address => version.is_some(),
            Kind::Mac => self.mac.is_some(),
            Kind::Text => self.text.is_some(),
            // Text in quotes is for fields of text, and for `contains`.
            Kind::Octets => self.octets.is_some() && self.text.is_none(),
        }
    }

    /// Whether values of the operand can be smaller or greater than it.
    pub fn has_order(&self, operand: &Operand) -> bool {
        operand.kinds.iter().any(|kind| match kind {
            Kind::Number | Kind::Named | Kind::Flags(_) => self.number.is_some(),
            Kind::Ipv4 | Kind::Ipv6 | Kind::Address => {
                self.network.is_some_and(|network| network.is_host())
            }
            Kind::Mac => self.mac.is_some(),
            Kind::Bit | Kind::Text | Kind::Octets => false,
        })
    }

    /// Whether it is greater than the other, or not to be compared with it.
    pub fn is_beyond(&self, other: &Literal) -> bool {
        let numbers = self.number.zip(other.number).map(|(a, b)| a > b);
        let macs = self.mac.zip(other.mac).map(|(a, b)| a > b);
        let networks = self.network.zip(other.network);
        let networks = networks
            .map(|(a, b)| a.address.is_ipv4() != b.address.is_ipv4() || a.address > b.address);
        networks.or(macs).or(numbers).unwrap_or(true)
    }

    /// Whether the field says that.
    pub fn equals(&self, datum: &Datum) -> bool {
        match datum {
            Datum::Number(number) => self.number == Some(*number),
            Datum::Octets(octets) => self.octets.as_deref() == Some(octets),
            Datum::Field(value, octets) => match value {
                Value::Number(number) => self.number == Some(u64::from(*number)),
                Value::Word(word) | Value::Flags(word, _) => self.number == Some(u64::from(*word)),
                Value::Named(number, name) => {
                    let named = |text: &String| text.eq_ignore_ascii_case(name);
                    self.number == Some(u64::from(*number)) || self.text.as_ref().is_some_and(named)
                }
                Value::Address(address) => self.network.is_some_and(|net| net.holds(*address)),
                Value::Mac(mac) => self.mac == Some(*mac),
                Value::Text(text) => self.text.as_ref() == Some(text),
                Value::Bytes(_) => self.octets.as_deref() == Some(octets),
            },
        }
    }

    /// How what the field says stands to it; `None` where there is no order between the two.
    pub fn order(&self, datum: &Datum) -> Option<Ordering> {
        let value = match datum {
            Datum::Number(number) => return Some(number.cmp(&self.number?)),
            Datum::Octets(_) => return None,
            Datum::Field(value, _) => value,
        };
        match value {
            Value::Address(address) => {
                let own = self.network?.address;
                (own.is_ipv4() == address.is_ipv4()).then(|| address.cmp(&own))
            }
            Value::Mac(mac) => Some(mac.cmp(&self.mac?)),
            value => Some(u64::from(value.number()?).cmp(&self.number?)),
        }
    }

    /// Whether the field holds it somewhere, or has all these flags.
    pub fn is_in(&self, datum: &Datum) -> bool {
        match datum {
            Datum::Number(_) => false,
            Datum::Field(Value::Flags(bits, _), _) => {
                self.number.is_some_and(|flags| u64::from(*bits) & flags == flags)
            }
            Datum::Field(Value::Text(text), _) => {
                self.text.as_deref().is_some_and(|own| text.contains(own))
            }
            Datum::Octets(octets) | Datum::Field(_, octets) => {
                self.octets.as_deref().is_some_and(|own| holds(octets, own))
            }
        }
    }
}

impl Network {
    fn new(word: &str) -> Option<Network> {
        let (address, prefix) = match word.split_once('/') {
            None => (word, None),
            Some((address, prefix)) => (address, Some(u8::try_from(number(prefix)?).ok()?)),
        };
        let address: IpAddr = address.parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.unwrap_or(most);
        (prefix <= most).then_some(Network { address, prefix })
    }

    fn is_host(&self) -> bool {
        self.prefix == if self.address.is_ipv4() { 32 } else { 128 }
    }

    fn holds(&self, address: IpAddr) -> bool {
        let differ = match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                (own.to_bits() ^ other.to_bits()).leading_zeros()
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                (own.to_bits() ^ other.to_bits()).leading_zeros()
            }
            _ => return false,
        };
        differ >= u32::from(self.prefix)
    }
}

/// A number, decimal or with `0x`.
fn number(word: &str) -> Option<u64> {
    // The parser of numbers would take a sign.
    let digits = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    match word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")) {
        Some(hex) => digits(hex).then(|| u64::from_str_radix(hex, 16).ok())?,
        None => digits(word).then(|| word.parse().ok())?,
    }
}

/// Octets as pairs of digits, with `:`, `-`, `.` or nothing between them.
fn octets(word: &str) -> Option<Vec<u8>> {
    let separator = word.chars().nth(2).filter(|c| ":-.".contains(*c));
    let octets = match separator {
        None => wire::hex::parse(word).ok()?,
        Some(separator) => {
            let pair = |pair| wire::hex::parse(pair).ok().filter(|octets| octets.len() == 1);
            word.split(separator).map(pair).collect::<Option<Vec<_>>>()?.concat()
        }
    };
    (!octets.is_empty()).then_some(octets)
}

/// The bits of flags by their names, separated by spaces, commas or `|`.
fn bits(text: &str, flags: Flags, field: &str) -> Result<u64, String> {
    let names = text.split([' ', ',', '|']).filter(|name| !name.is_empty() && *name != "none");
    names
        .map(|name| {
            let flag = flags.iter().find(|(_, flag)| flag.eq_ignore_ascii_case(name));
            flag.map(|(bit, _)| u64::from(*bit)).ok_or_else(|| {
                let known: Vec<_> = flags.iter().map(|(_, flag)| *flag).collect();
                format!("{field} has no flag {name}: there are {}", known.join(", "))
            })
        })
        .try_fold(0, |bits, bit| Ok(bits | bit?))
}

/// Whether `part` is somewhere in `octets`; nothing is everywhere.
fn holds(octets: &[u8], part: &[u8]) -> bool {
    part.is_empty() || octets.windows(part.len()).any(|window| window == part)
}

fn mismatch(operand: &Operand) -> String {
    let examples = operand.kinds.iter().map(|kind| kind.example());
    // What is a number, and sometimes one with a name, is both.
    let named = operand.kinds.contains(&Kind::Named);
    let wanted: Vec<_> =
        examples.filter(|example| !named || *example != Kind::Number.example()).collect();
    match wanted[..] {
        [] => format!("{} is a protocol, no field: only `contains` goes with it", operand.name),
        _ => format!("{} can be compared with {}", operand.name, wanted.join(", or ")),
    }
}
