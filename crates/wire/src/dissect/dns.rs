//! Fields of a DNS message: the header bit by bit, then every question and record.

use std::fmt::Write;
use std::ops::Range;

use super::{Fields, Row, Value, address, bytes, named, number, plain, word};
use crate::dns::name::{Names, escape};
use crate::dns::{
    Breach, Broken, Entry, HEADER_LEN, Section, class, class_name, field, is_multicast, kind,
    kind_name, names_in, opcode_name, rcode_name,
};
use crate::{Dns, word as word_at};

const HEADER: [Row; 15] = [
    ("dns.id", field::ID, word),
    ("dns.response", field::FLAGS_HIGH, |b| bit(b, 7)),
    ("dns.opcode", field::FLAGS_HIGH, |b| named_part(b[0] >> 3 & 0x0f, opcode_name)),
    ("dns.authoritative", field::FLAGS_HIGH, |b| bit(b, 2)),
    ("dns.truncated", field::FLAGS_HIGH, |b| bit(b, 1)),
    ("dns.recursion_desired", field::FLAGS_HIGH, |b| bit(b, 0)),
    ("dns.recursion_available", field::FLAGS_LOW, |b| bit(b, 7)),
    ("dns.z", field::FLAGS_LOW, |b| bit(b, 6)),
    ("dns.authentic_data", field::FLAGS_LOW, |b| bit(b, 5)),
    ("dns.checking_disabled", field::FLAGS_LOW, |b| bit(b, 4)),
    ("dns.rcode", field::FLAGS_LOW, |b| named_part(b[0] & 0x0f, rcode_name)),
    ("dns.questions", field::QUESTIONS, plain),
    ("dns.answers", field::ANSWERS, plain),
    ("dns.authorities", field::AUTHORITIES, plain),
    ("dns.additionals", field::ADDITIONALS, plain),
];

/// The names of an entry's fields: name, type, multicast's bit of the class, class, time to live, length of
/// the data, data.
type Labels = [&'static str; 7];

const LABELS: [Labels; 4] = [
    [
        "dns.question.name",
        "dns.question.type",
        "dns.question.unicast_response",
        "dns.question.class",
        "",
        "",
        "",
    ],
    [
        "dns.answer.name",
        "dns.answer.type",
        "dns.answer.cache_flush",
        "dns.answer.class",
        "dns.answer.ttl",
        "dns.answer.data_length",
        "dns.answer.data",
    ],
    [
        "dns.authority.name",
        "dns.authority.type",
        "dns.authority.cache_flush",
        "dns.authority.class",
        "dns.authority.ttl",
        "dns.authority.data_length",
        "dns.authority.data",
    ],
    [
        "dns.additional.name",
        "dns.additional.type",
        "dns.additional.cache_flush",
        "dns.additional.class",
        "dns.additional.ttl",
        "dns.additional.data_length",
        "dns.additional.data",
    ],
];

/// The flags of EDNS (RFC 6891 section 6.1.4, RFC 9824 section 3.1).
const EDNS_FLAGS: &[(u16, &str)] = &[(0x8000, "DO"), (0x4000, "CO")];

fn bit(octets: &[u8], bit: u8) -> Value {
    Value::Number(number(octets) >> bit & 1)
}

fn named_part(part: u8, name: fn(u8) -> Option<&'static str>) -> Value {
    named(&[part], name(part))
}

/// Takes the message apart; whether it goes to its end.
pub(super) fn fields(fields: &mut Fields) -> bool {
    let (true, Some(dns)) = (fields.rows(&HEADER), Dns::new(fields.pdu.bytes())) else {
        return false;
    };
    let mut reader = Reader {
        message: dns.bytes(),
        names: Names::new(dns.bytes()),
        multicast: is_multicast(&fields.pdu),
    };
    let mut end = HEADER_LEN;
    for entry in dns.entries() {
        match entry {
            Ok(entry) => {
                end = entry.data.end;
                reader.entry(fields, &entry);
            }
            Err(broken) => {
                fields.note = Some(note(&broken));
                return false;
            }
        }
    }
    fields.rest("dns.trailing", end);
    true
}

fn note(broken: &Broken) -> String {
    let entry = format!("{} {}", broken.section.name(), u32::from(broken.before) + 1);
    match &broken.why {
        Breach::End => format!("the bytes end before the end of dns {entry}"),
        Breach::LabelType(at) => format!("dns {entry} has a label of no known type at {at}"),
        Breach::Data(_, left) => format!("dns {entry} states more data than the {left} bytes left"),
    }
}

/// What the fields of one message share.
struct Reader<'p> {
    message: &'p [u8],
    names: Names<'p>,
    multicast: bool,
}

impl Reader<'_> {
    fn entry(&mut self, fields: &mut Fields, entry: &Entry) {
        if entry.kind == kind::OPT && entry.section != Section::Question {
            self.opt(fields, entry);
            return;
        }
        let [name, kind, top, class, ttl, length, data] = LABELS[entry.section as usize];
        self.name(fields, name, entry);
        fields.push(kind, entry.kind_range(), self.named(entry.kind_range(), kind_name));
        let place = entry.class_range();
        let mut value = entry.class;
        if self.multicast {
            fields.push(top, place.start..place.start + 1, Value::Number(u32::from(value >> 15)));
            value &= !class::TOP_BIT;
        }
        fields.push(class, place, named(&value.to_be_bytes(), class_name(value)));
        if entry.section == Section::Question {
            return;
        }
        fields.push(ttl, entry.ttl_range(), Value::Number(entry.ttl));
        fields.push(length, entry.length_range(), Value::Number(entry.data.len() as u32));
        fields.push(data, entry.data.clone(), self.data(entry, value));
    }

    /// The record of EDNS, whose class and time to live are something else (RFC 6891 section 6.1.2).
    fn opt(&mut self, fields: &mut Fields, entry: &Entry) {
        self.name(fields, "dns.opt.name", entry);
        fields.push("dns.opt.type", entry.kind_range(), self.named(entry.kind_range(), kind_name));
        let size = Value::Number(u32::from(entry.class));
        fields.push("dns.opt.payload_size", entry.class_range(), size);
        let start = entry.ttl_range().start;
        let octet = |shift: u32| Value::Number(entry.ttl >> shift & 0xff);
        fields.push("dns.opt.extended_rcode", start..start + 1, octet(24));
        fields.push("dns.opt.version", start + 1..start + 2, octet(16));
        let flags = Value::Flags(entry.ttl as u16, EDNS_FLAGS);
        fields.push("dns.opt.flags", start + 2..start + 4, flags);
        let length = Value::Number(entry.data.len() as u32);
        fields.push("dns.opt.data_length", entry.length_range(), length);
        let mut at = entry.data.start;
        while let (true, Some(code), Some(length)) = (
            at + 4 <= entry.data.end,
            word_at(self.message, at),
            word_at(self.message, at + 2).map(usize::from),
        ) {
            let end = (at + 4 + length).min(entry.data.end);
            fields.push("dns.opt.option.code", at..at + 2, Value::Number(u32::from(code)));
            fields.push("dns.opt.option.length", at + 2..at + 4, Value::Number(length as u32));
            fields.push("dns.opt.option.data", at + 4..end, Value::Bytes(end - at - 4));
            at = end;
        }
        let left = entry.data.end - at;
        fields.push("dns.opt.option.rest", at..entry.data.end, Value::Bytes(left));
    }

    fn name(&mut self, fields: &mut Fields, label: &'static str, entry: &Entry) {
        let value = self
            .names
            .text(entry.name.start)
            .map_or_else(|_| Value::Bytes(entry.name.len()), Value::Text);
        fields.push(label, entry.name.clone(), value);
    }

    fn named(&self, range: Range<usize>, name: fn(u16) -> Option<&'static str>) -> Value {
        let octets = &self.message[range];
        named(octets, name(number(octets) as u16))
    }

    /// A record's data as master files have it, where its type is known; its octets otherwise.
    fn data(&mut self, entry: &Entry, class: u16) -> Value {
        let octets = &self.message[entry.data.clone()];
        match (entry.kind, octets.len()) {
            (kind::A, 4) | (kind::AAAA, 16) if class == class::IN => address(octets),
            (kind::TXT | kind::SPF | kind::HINFO, 1..) => {
                strings(octets).map_or(bytes(octets), Value::Text)
            }
            _ => self.data_with_names(entry).map_or(bytes(octets), Value::Text),
        }
    }

    fn data_with_names(&mut self, entry: &Entry) -> Option<String> {
        let names = names_in(self.message, entry).ok()?;
        let first = names[0].clone().filter(|_| !matches!(entry.kind, kind::RRSIG | kind::NSEC))?;
        let mut text = String::new();
        for at in (entry.data.start..first.start).step_by(2) {
            write!(text, "{} ", word_at(self.message, at)?).ok()?;
        }
        text += &self.names.text(first.start).ok()?;
        if let Some(second) = &names[1] {
            write!(text, " {}", self.names.text(second.start).ok()?).ok()?;
            for time in self.message[second.end..entry.data.end].chunks(4) {
                write!(text, " {}", number(time)).ok()?;
            }
        }
        Some(text)
    }
}

/// Character strings in quotes (RFC 1035 sections 3.3 and 5.1); `None` where they do not fill the octets.
fn strings(mut octets: &[u8]) -> Option<String> {
    let mut text = String::new();
    while let [length, rest @ ..] = octets {
        let (string, rest) = rest.split_at_checked(usize::from(*length))?;
        text += if text.is_empty() { "\"" } else { " \"" };
        string.iter().for_each(|octet| escape(&mut text, *octet, b'"'));
        text.push('"');
        octets = rest;
    }
    Some(text)
}
