//! A packet as people read it: layers, and in them named fields with their byte ranges.
//!
//! The live view and `explain` print it for packets of every kind, so it never fails: it lists fields as
//! far as the bytes go and closes with a note where they stop. It states what is there and judges
//! nothing. What each protocol's fields are is in one file a family.

use std::fmt;
use std::net::IpAddr;
use std::ops::Range;

use etherparse::IpNumber;
use serde::{Serialize, Serializer};

use crate::ethernet::Mac;
use crate::{Packet, Pdu, Protocol};

mod application;
mod dhcp;
mod dns;
mod extension;
mod icmp;
mod icmpv6;
mod link;
mod multicast;
mod neighbor;
mod network;
mod options;
mod summary;
mod transport;

/// A packet taken apart. Ranges count octets from the start of the packet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Dissection {
    /// The layers in packet order.
    pub layers: Vec<Layer>,
    /// Why it stops early: where the bytes run out, or what a header lacks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Octets of the packet that are here.
    pub length: usize,
}

/// A stretch of the packet that one protocol owns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Layer {
    /// The protocol, as [`Protocol::name`] has it; `payload` is opaque, `padding` what lies after
    /// the end of the IP packet, `surplus` after the end of what is in it.
    pub name: &'static str,
    /// Whether it belongs to a packet that an ICMP error quotes.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub quoted: bool,
    /// Its octets.
    pub range: Range<usize>,
    /// Its fields in packet order.
    pub fields: Vec<Field>,
}

/// One named field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Field {
    /// Layer and field in the words of its RFC, as `ipv4.ttl`.
    pub name: &'static str,
    /// The octets it lies in; fields narrower than an octet share them.
    pub range: Range<usize>,
    /// What they say.
    pub value: Value,
}

/// What a field says. It displays as people write it, and serialises so too: numbers as numbers,
/// all else as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A plain number.
    Number(u32),
    /// A number with the name its registry gives it, as `1 (ICMP)`.
    Named(u32, &'static str),
    /// A word best read in hex, such as a checksum.
    Word(u16),
    /// An IP address.
    Address(IpAddr),
    /// A hardware address.
    Mac(Mac),
    /// The bits of a field, by the names of those that are set.
    Flags(u16, &'static [(u16, &'static str)]),
    /// Characters, such as a name in DNS. Anything that is not printable ASCII is escaped.
    Text(String),
    /// So many octets, not taken further apart.
    Bytes(usize),
}

/// Takes `packet`, an IP packet or anything else without a link header, apart. Never fails.
pub fn dissect(packet: &[u8]) -> Dissection {
    frame(&Packet::ip(packet))
}

/// Takes a frame apart. Never fails.
pub fn frame(packet: &Packet) -> Dissection {
    let mut layers = Vec::new();
    let mut note = packet.bytes().is_empty().then(|| "no bytes".to_owned());
    let mut end = 0;
    for pdu in packet.pdus() {
        let mut fields = Fields::new(pdu);
        match pdu.protocol() {
            Protocol::Payload => fields.rest("payload", 0),
            protocol if protocol <= Protocol::Arp => link::fields(&mut fields),
            protocol if protocol <= Protocol::Gre => network::fields(&mut fields),
            Protocol::Icmp => icmp::fields(&mut fields),
            Protocol::Icmpv6 => icmpv6::fields(&mut fields),
            Protocol::Igmp => multicast::igmp(&mut fields),
            Protocol::Udp | Protocol::Tcp => transport::fields(&mut fields),
            _ => application::fields(&mut fields),
        }
        // A quoted packet may end anywhere.
        note = note.or(fields.note.take().filter(|_| !pdu.is_quoted()));
        end = fields.end();
        layers.push(fields.layer());
    }
    let stated = packet.pdus().find(|pdu| pdu.protocol().is_network());
    let stated = stated.map_or(end, |network| network.start() + network.bytes().len()).max(end);
    if let Some(extension) = icmp::extension(packet) {
        layers.extend(opaque("surplus", end..extension.range.start));
        end = extension.range.end;
        layers.push(extension);
    }
    layers.extend(opaque("surplus", end..stated));
    layers.extend(opaque("padding", stated..packet.bytes().len()));
    let missing = packet.original_length() - packet.bytes().len();
    let cut = || {
        let (here, all) = (packet.bytes().len(), packet.original_length());
        format!("cut short: {here} of {all} bytes")
    };
    let note = note.or_else(|| (missing > 0).then(cut));
    Dissection { layers, note, length: packet.bytes().len() }
}

/// A layer of octets that belong to no unit inside; none where there are none.
fn opaque(name: &'static str, range: Range<usize>) -> Option<Layer> {
    let value = Value::Bytes(range.len());
    let fields = vec![Field { name, range: range.clone(), value }];
    (!range.is_empty()).then_some(Layer { name, quoted: false, range, fields })
}

impl Dissection {
    /// The first field of that name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields().find(|field| field.name == name)
    }

    /// All fields in packet order.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.layers.iter().flat_map(|layer| &layer.fields)
    }

    /// One line for a terminal of 80 columns:
    /// `10.0.0.2 > 10.0.0.1 ICMP echo request id 7 seq 1, 64 bytes`.
    /// The bytes of an ICMP message are those ping counts: the whole message.
    pub fn summary(&self) -> String {
        summary::line(self)
    }
}

impl Value {
    /// The number that a field holds; `None` for addresses, text and octets.
    pub fn number(&self) -> Option<u32> {
        match *self {
            Value::Number(number) | Value::Named(number, _) => Some(number),
            Value::Word(word) | Value::Flags(word, _) => Some(u32::from(word)),
            Value::Address(_) | Value::Mac(_) | Value::Text(_) | Value::Bytes(_) => None,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Number(number) => write!(f, "{number}"),
            Value::Named(number, name) => write!(f, "{number} ({name})"),
            Value::Word(word) => write!(f, "0x{word:04x}"),
            Value::Address(address) => write!(f, "{address}"),
            Value::Mac(mac) => write!(f, "{mac}"),
            Value::Flags(bits, names) => f.write_str(&flags(*bits, names)),
            Value::Text(text) => f.write_str(text),
            Value::Bytes(1) => write!(f, "1 byte"),
            Value::Bytes(length) => write!(f, "{length} bytes"),
        }
    }
}

fn flags(bits: u16, names: &[(u16, &'static str)]) -> String {
    let set = names.iter().filter(|(bit, _)| bits & bit != 0).map(|(_, name)| *name);
    let set: Vec<_> = set.collect();
    if set.is_empty() { "none".to_owned() } else { set.join(" ") }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Number(number) => serializer.serialize_u32(*number),
            other => serializer.collect_str(other),
        }
    }
}

/// How a field is cut out of its unit: its name, its range there, what its octets say.
type Row = (&'static str, Range<usize>, fn(&[u8]) -> Value);

/// The name IANA gives a protocol number, as `ICMP`; `None` where it has none.
pub(crate) fn protocol_name(number: u8) -> Option<&'static str> {
    IpNumber(number).keyword_str()
}

fn number(octets: &[u8]) -> u32 {
    octets.iter().fold(0, |number, octet| number << 8 | u32::from(*octet))
}

fn plain(octets: &[u8]) -> Value {
    Value::Number(number(octets))
}

fn word(octets: &[u8]) -> Value {
    Value::Word(number(octets) as u16)
}

fn named(octets: &[u8], name: Option<&'static str>) -> Value {
    let number = number(octets);
    name.map_or(Value::Number(number), |name| Value::Named(number, name))
}

/// An IPv4 or an IPv6 address, by how many octets there are.
fn address(octets: &[u8]) -> Value {
    if let Ok(octets) = <[u8; 4]>::try_from(octets) {
        return Value::Address(IpAddr::from(octets));
    }
    let octets16 = <[u8; 16]>::try_from(octets);
    octets16.map_or(bytes(octets), |octets| Value::Address(IpAddr::from(octets)))
}

fn mac(octets: &[u8]) -> Value {
    Mac::new(octets).map_or(bytes(octets), Value::Mac)
}

fn bytes(octets: &[u8]) -> Value {
    Value::Bytes(octets.len())
}

/// Collects the fields of one unit. Ranges are given within the unit.
struct Fields<'p> {
    pdu: Pdu<'p>,
    list: Vec<Field>,
    note: Option<String>,
}

impl<'p> Fields<'p> {
    fn new(pdu: Pdu<'p>) -> Self {
        Fields { pdu, list: Vec::new(), note: None }
    }

    /// Cuts fields out by their rows, as far as the bytes go; whether they went all the way. The note
    /// names the field in which they end.
    fn rows(&mut self, rows: &[Row]) -> bool {
        self.rows_from(0, rows)
    }

    /// The same for fields that are placed from `start` of the unit on.
    fn rows_from(&mut self, start: usize, rows: &[Row]) -> bool {
        for (name, place, read) in rows {
            let place = start + place.start..start + place.end;
            match self.pdu.get(place.clone()) {
                Some(octets) => self.push(name, place, read(octets)),
                None => {
                    let note = format!("the bytes end before the end of {name}");
                    self.note.get_or_insert(note);
                    return false;
                }
            }
        }
        true
    }

    /// A field of its own making; one of no octets is left out.
    fn push(&mut self, name: &'static str, place: Range<usize>, value: Value) {
        if !place.is_empty() {
            let start = self.pdu.start();
            self.list.push(Field { name, range: start + place.start..start + place.end, value });
        }
    }

    /// Everything from `start` to where the next unit begins, or this one ends, as octets.
    fn rest(&mut self, name: &'static str, start: usize) {
        let end = self.end() - self.pdu.start();
        if start < end {
            self.push(name, start..end, Value::Bytes(end - start));
        }
    }

    /// Where in the frame the unit's own octets end: at the unit inside, or with its bytes.
    fn end(&self) -> usize {
        let last = self.pdu.start() + self.pdu.bytes().len();
        let inside = self.pdu.inside().map_or(last, |inside| inside.start());
        inside.min(last)
    }

    fn layer(mut self) -> Layer {
        let range = self.pdu.start().min(self.end())..self.end();
        // Octets too few for the field in which the bytes end are shown all the same.
        let told = self.list.iter().map(|field| field.range.end).max().unwrap_or(range.start);
        if told < range.end {
            let value = Value::Bytes(range.end - told);
            self.list.push(Field { name: "rest", range: told..range.end, value });
        }
        let name = self.pdu.protocol().name();
        Layer { name, quoted: self.pdu.is_quoted(), range, fields: self.list }
    }
}

#[cfg(test)]
mod tests;
