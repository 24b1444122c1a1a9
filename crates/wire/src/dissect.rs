//! A packet as people read it: layers, and in them named fields with their byte ranges.
//!
//! The live view prints it for packets of every kind, so it never fails:
//! it lists fields as far as the bytes go and closes with a note where they stop. It states what is
//! there and judges nothing.

use std::fmt;
use std::net::Ipv4Addr;
use std::ops::Range;

use etherparse::IpNumber;
use serde::{Serialize, Serializer};

use crate::icmp::{self, ECHO_HEADER_LEN, Icmp};
use crate::ipv4::{self, Ipv4, MIN_HEADER_LEN, PROTOCOL_ICMP};

mod summary;

/// A packet taken apart. Ranges count octets from the start of the packet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Dissection {
    /// The layers in packet order.
    pub layers: Vec<Layer>,
    /// Why it stops early: where the bytes run out, or what is not IPv4.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Octets of the packet.
    pub length: usize,
}

/// A stretch of the packet that one protocol owns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Layer {
    /// `ipv4`, `icmp`, `payload` (opaque) or `padding` (after `total_length`).
    pub name: &'static str,
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
    Number(u16),
    /// A number with the name its registry gives it, as `1 (ICMP)`.
    Named(u16, &'static str),
    /// A word best read in hex, such as a checksum.
    Word(u16),
    /// An address.
    Address(Ipv4Addr),
    /// The flags of IPv4: reserved, DF, MF, in the top three bits.
    Flags(u8),
    /// So many octets, not taken further apart.
    Bytes(usize),
}

/// Takes `packet`, an IPv4 datagram or anything else, apart. Never fails.
pub fn dissect(packet: &[u8]) -> Dissection {
    let mut cursor = Cursor { packet, layers: Vec::new() };
    let note = cursor.datagram().err();
    Dissection { layers: cursor.layers, note, length: packet.len() }
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

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Value::Number(number) => write!(f, "{number}"),
            Value::Named(number, name) => write!(f, "{number} ({name})"),
            Value::Word(word) => write!(f, "0x{word:04x}"),
            Value::Address(address) => write!(f, "{address}"),
            Value::Flags(octet) => f.write_str(&flags(octet)),
            Value::Bytes(1) => write!(f, "1 byte"),
            Value::Bytes(length) => write!(f, "{length} bytes"),
        }
    }
}

fn flags(octet: u8) -> String {
    let names: Vec<_> = [(0x80, "reserved"), (0x40, "DF"), (0x20, "MF")]
        .into_iter()
        .filter_map(|(bit, name)| (octet & bit != 0).then_some(name))
        .collect();
    if names.is_empty() { "none".to_owned() } else { names.join(" ") }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Number(number) => serializer.serialize_u16(*number),
            other => serializer.collect_str(other),
        }
    }
}

/// How a field is cut out of its layer: its name, its range there, what its octets say.
type Row = (&'static str, Range<usize>, fn(&[u8]) -> Value);

const IPV4: [Row; 12] = [
    ("ipv4.version", ipv4::field::VERSION_IHL, |b| Value::Number(number(b) >> 4)),
    ("ipv4.ihl", ipv4::field::VERSION_IHL, |b| Value::Number(number(b) & 0x0f)),
    ("ipv4.tos", ipv4::field::TOS, plain),
    ("ipv4.total_length", ipv4::field::TOTAL_LENGTH, plain),
    ("ipv4.identification", ipv4::field::IDENTIFICATION, plain),
    ("ipv4.flags", ipv4::field::FLAGS, |b| Value::Flags(b[0] & 0xe0)),
    ("ipv4.fragment_offset", ipv4::field::FRAGMENT_OFFSET, |b| Value::Number(number(b) & 0x1fff)),
    ("ipv4.ttl", ipv4::field::TTL, plain),
    ("ipv4.protocol", ipv4::field::PROTOCOL, |b| named(b, protocol_name(b[0]))),
    ("ipv4.checksum", ipv4::field::CHECKSUM, |b| Value::Word(number(b))),
    ("ipv4.source", ipv4::field::SOURCE, address),
    ("ipv4.destination", ipv4::field::DESTINATION, address),
];

const ICMP: [Row; 3] = [
    ("icmp.type", icmp::field::TYPE, |b| named(b, icmp::type_name(b[0]))),
    ("icmp.code", icmp::field::CODE, plain),
    ("icmp.checksum", icmp::field::CHECKSUM, |b| Value::Word(number(b))),
];

const ECHO: [Row; 2] = [
    ("icmp.identifier", icmp::field::IDENTIFIER, plain),
    ("icmp.sequence", icmp::field::SEQUENCE, plain),
];

/// The second word of every other message: its meaning goes by type.
const OTHER: [Row; 1] = [("icmp.rest", 4..ECHO_HEADER_LEN, bytes)];

/// The name IANA gives a protocol number, as `ICMP`; `None` where it has none.
pub(crate) fn protocol_name(number: u8) -> Option<&'static str> {
    IpNumber(number).keyword_str()
}

fn number(octets: &[u8]) -> u16 {
    octets.iter().fold(0, |number, octet| number << 8 | u16::from(*octet))
}

fn plain(octets: &[u8]) -> Value {
    Value::Number(number(octets))
}

fn named(octets: &[u8], name: Option<&'static str>) -> Value {
    let number = number(octets);
    name.map_or(Value::Number(number), |name| Value::Named(number, name))
}

fn address(octets: &[u8]) -> Value {
    octets.first_chunk::<4>().map_or(bytes(octets), |octets| Value::Address((*octets).into()))
}

fn bytes(octets: &[u8]) -> Value {
    Value::Bytes(octets.len())
}

/// Walks the packet and collects layers. Its errors are the note on which a dissection ends.
struct Cursor<'a> {
    packet: &'a [u8],
    layers: Vec<Layer>,
}

impl Cursor<'_> {
    fn datagram(&mut self) -> Result<(), String> {
        let Some(first) = self.packet.first() else {
            return Err("no bytes".to_owned());
        };
        if first >> 4 != 4 {
            self.opaque("payload", 0..self.packet.len());
            return Err(format!("version {}, not IPv4", first >> 4));
        }
        self.layer("ipv4", 0..self.packet.len().min(MIN_HEADER_LEN), &IPV4)?;
        Ipv4::new(self.packet).map_or(Ok(()), |ip| self.content(&ip))
    }

    /// What follows the fixed header: options, data, padding.
    fn content(&mut self, ip: &Ipv4) -> Result<(), String> {
        let (header_len, total) = (ip.header_len(), usize::from(ip.total_length()));
        if header_len < MIN_HEADER_LEN {
            return Err(format!("ihl {} is under 5", header_len / 4));
        }
        let Some(options) = ip.options() else {
            return Err("the bytes end inside ipv4.options".to_owned());
        };
        self.options(options.len());
        let data = self.data(ip, header_len);
        self.opaque("padding", self.packet.len() - ip.padding().len()..self.packet.len());
        match ip.is_truncated() {
            true => Err(format!("cut short: {} of {total} bytes", self.packet.len())),
            false => data,
        }
    }

    fn options(&mut self, length: usize) {
        if let (Some(layer), 1..) = (self.layers.last_mut(), length) {
            layer.range.end += length;
            let range = MIN_HEADER_LEN..MIN_HEADER_LEN + length;
            let value = Value::Bytes(length);
            layer.fields.push(Field { name: "ipv4.options", range, value });
        }
    }

    fn data(&mut self, ip: &Ipv4, start: usize) -> Result<(), String> {
        let Some(payload) = ip.payload() else {
            return Err(format!("total length {} ends inside the header", ip.total_length()));
        };
        let range = start..start + payload.len();
        if ip.protocol() != PROTOCOL_ICMP || ip.fragment_offset() != 0 {
            self.opaque("payload", range);
            return Ok(());
        }
        let echo = Icmp::new(payload).is_some_and(|icmp| icmp.is_echo());
        let second: &[Row] = if echo { &ECHO } else { &OTHER };
        let data = ("icmp.data", ECHO_HEADER_LEN..payload.len().max(ECHO_HEADER_LEN), bytes as _);
        self.layer("icmp", range, &[&ICMP, second, &[data]].concat())
    }

    fn opaque(&mut self, name: &'static str, range: Range<usize>) {
        if !range.is_empty() {
            let value = Value::Bytes(range.len());
            let fields = vec![Field { name, range: range.clone(), value }];
            self.layers.push(Layer { name, range, fields });
        }
    }

    /// Cuts a layer by its rows; the error names the field in which its bytes end.
    fn layer(
        &mut self,
        name: &'static str,
        range: Range<usize>,
        rows: &[Row],
    ) -> Result<(), String> {
        let octets = &self.packet[range.clone()];
        let mut fields = Vec::with_capacity(rows.len() + 1);
        let mut result = Ok(());
        for (name, place, read) in rows {
            let Some(field) = octets.get(place.clone()) else {
                result = Err(format!("the bytes end before the end of {name}"));
                break;
            };
            let place = place.start + range.start..place.end + range.start;
            fields.push(Field { name, range: place, value: read(field) });
        }
        fields.retain(|field| !field.range.is_empty());
        self.layers.push(Layer { name, range, fields });
        result
    }
}

#[cfg(test)]
mod tests;
