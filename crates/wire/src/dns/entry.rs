//! Questions and resource records, one after the other (RFC 1035 sections 4.1.2 and 4.1.3).

use std::ops::Range;

use super::{Dns, HEADER_LEN, Section, name};
use crate::word;

/// A question or a resource record (RFC 1035 sections 4.1.2 and 4.1.3). Ranges count from the start of the
/// message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it stands.
    pub section: Section,
    /// The octets of its name as it stands, pointers not followed.
    pub name: Range<usize>,
    /// Its type, see [`kind`](super::kind).
    pub kind: u16,
    /// Its class, in multicast DNS with the bit [`TOP_BIT`](super::class::TOP_BIT).
    pub class: u16,
    /// How long a record may be cached, in seconds; 0 in a question.
    pub ttl: u32,
    /// The octets of a record's data; empty in a question, and where the entry ends.
    pub data: Range<usize>,
}

impl Entry {
    /// The octets of its type.
    pub fn kind_range(&self) -> Range<usize> {
        self.name.end..self.name.end + 2
    }

    /// The octets of its class.
    pub fn class_range(&self) -> Range<usize> {
        self.name.end + 2..self.name.end + 4
    }

    /// The octets of a record's time to live.
    pub fn ttl_range(&self) -> Range<usize> {
        self.name.end + 4..self.name.end + 8
    }

    /// The octets of a record's RDLENGTH.
    pub fn length_range(&self) -> Range<usize> {
        self.name.end + 8..self.name.end + 10
    }
}

/// An entry that leads nowhere: nothing after it can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Where it should stand.
    pub section: Section,
    /// How many entries of the section come before it.
    pub before: u16,
    /// Its first octet.
    pub start: usize,
    /// What is wrong.
    pub why: Breach,
}

/// Why an entry cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Breach {
    /// The message ends before it does.
    End,
    /// The label at this octet is of no known type (RFC 1035 section 4.1.4).
    LabelType(usize),
    /// The RDLENGTH at these octets leads past the end of the message: this many octets are left.
    Data(Range<usize>, usize),
}

/// See [`Dns::entries`].
#[derive(Clone, Debug)]
pub struct Entries<'a> {
    bytes: &'a [u8],
    offset: usize,
    left: [u16; 4],
    section: usize,
}

impl<'a> Entries<'a> {
    pub(super) fn new(dns: &Dns<'a>) -> Self {
        let left = Section::ALL.map(|section| dns.count(section));
        Entries { bytes: dns.bytes(), offset: HEADER_LEN, left, section: 0 }
    }

    /// Where the next entry begins, or after the last one what follows it.
    pub fn offset(&self) -> usize {
        self.offset
    }

    fn read(&self, section: Section) -> Result<Entry, Breach> {
        let name = self.offset..name::end(self.bytes, self.offset)?;
        let fixed = self.bytes.get(name.end..).unwrap_or_default();
        let Some([k1, k2, c1, c2]) = fixed.first_chunk() else { return Err(Breach::End) };
        let (kind, class) = (u16::from_be_bytes([*k1, *k2]), u16::from_be_bytes([*c1, *c2]));
        if section == Section::Question {
            let data = name.end + 4..name.end + 4;
            return Ok(Entry { section, name, kind, class, ttl: 0, data });
        }
        let Some([_, _, _, _, t1, t2, t3, t4, l1, l2]) = fixed.first_chunk() else {
            return Err(Breach::End);
        };
        let ttl = u32::from_be_bytes([*t1, *t2, *t3, *t4]);
        let (start, length) = (name.end + 10, usize::from(u16::from_be_bytes([*l1, *l2])));
        let left = self.bytes.len() - start;
        if length > left {
            return Err(Breach::Data(start - 2..start, left));
        }
        Ok(Entry { section, name, kind, class, ttl, data: start..start + length })
    }
}

impl Iterator for Entries<'_> {
    type Item = Result<Entry, Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        while *self.left.get(self.section)? == 0 {
            self.section += 1;
        }
        let section = Section::ALL[self.section];
        let entry = self.read(section);
        match &entry {
            Ok(entry) => {
                self.left[self.section] -= 1;
                self.offset = entry.data.end;
            }
            Err(_) => self.section = self.left.len(),
        }
        Some(entry.map_err(|why| {
            let stated = word(self.bytes, section.count().start).unwrap_or_default();
            let before = stated - self.left[section as usize];
            Broken { section, before, start: self.offset, why }
        }))
    }
}
