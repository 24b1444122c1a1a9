//! DNS messages (RFC 1035 section 4), as UDP carries them: the fixed header and the entries after it.
//!
//! Each question and resource record is an [`Entry`] with the octets where its parts lie. Entries are
//! found in one pass without following a pointer, so the work is linear in the message whatever its
//! counts claim; what names say, pointers followed, is in [`name`].

use std::ops::Range;

use crate::{Pdu, Protocol, Udp, word};

mod data;
mod entry;
pub mod name;
mod registry;

pub use data::{DataFlaw, names_in};
pub use entry::{Breach, Broken, Entries, Entry};
pub use registry::{class, class_name, kind, kind_name, opcode, opcode_name, rcode_name};

/// The octets of the header (RFC 1035 section 4.1.1).
pub const HEADER_LEN: usize = 12;

/// The byte range of each field of the header (RFC 1035 section 4.1.1).
pub mod field {
    use std::ops::Range;

    /// `id`.
    pub const ID: Range<usize> = 0..2;
    /// The flags, opcode and rcode.
    pub const FLAGS: Range<usize> = 2..4;
    /// QR, opcode, AA, TC, RD.
    pub const FLAGS_HIGH: Range<usize> = 2..3;
    /// RA, Z, AD, CD, rcode.
    pub const FLAGS_LOW: Range<usize> = 3..4;
    /// How many `questions` (QDCOUNT).
    pub const QUESTIONS: Range<usize> = 4..6;
    /// How many `answers` (ANCOUNT).
    pub const ANSWERS: Range<usize> = 6..8;
    /// How many `authorities` (NSCOUNT).
    pub const AUTHORITIES: Range<usize> = 8..10;
    /// How many `additionals` (ARCOUNT).
    pub const ADDITIONALS: Range<usize> = 10..12;
}

/// The flags, as bits of the word that holds them (RFC 1035 section 4.1.1, RFC 4035 section 3).
pub mod flag {
    /// QR: the message is a response.
    pub const RESPONSE: u16 = 0x8000;
    /// AA: the answer is authoritative.
    pub const AUTHORITATIVE: u16 = 0x0400;
    /// TC: the message was truncated.
    pub const TRUNCATED: u16 = 0x0200;
    /// RD: recursion is desired.
    pub const RECURSION_DESIRED: u16 = 0x0100;
    /// RA: recursion is available.
    pub const RECURSION_AVAILABLE: u16 = 0x0080;
    /// Z: reserved.
    pub const Z: u16 = 0x0040;
    /// AD: the data is authentic (RFC 4035 section 3.2.3).
    pub const AUTHENTIC_DATA: u16 = 0x0020;
    /// CD: the server is not to check (RFC 4035 section 3.2.2).
    pub const CHECKING_DISABLED: u16 = 0x0010;
}

/// The four lists that follow the header, in order (RFC 1035 section 4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    /// Questions.
    Question,
    /// Records that answer the question.
    Answer,
    /// Records that point toward an authority.
    Authority,
    /// Records with additional information.
    Additional,
}

impl Section {
    /// All of them, in order.
    pub const ALL: [Section; 4] =
        [Section::Question, Section::Answer, Section::Authority, Section::Additional];

    /// Its name: `question`, `answer`, `authority`, `additional`.
    pub fn name(self) -> &'static str {
        ["question", "answer", "authority", "additional"][self as usize]
    }

    /// Where the header counts its entries.
    pub fn count(self) -> Range<usize> {
        let start = field::QUESTIONS.start + 2 * self as usize;
        start..start + 2
    }
}

/// A view of bytes as a DNS message. Nothing is checked but that twelve octets are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dns<'a> {
    fixed: &'a [u8; HEADER_LEN],
    bytes: &'a [u8],
}

impl<'a> Dns<'a> {
    /// A view of `bytes`, or `None` where they are fewer than [`HEADER_LEN`].
    pub fn new(bytes: &'a [u8]) -> Option<Self> {
        Some(Self { fixed: bytes.first_chunk()?, bytes })
    }

    /// The message.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The identifier.
    pub fn id(&self) -> u16 {
        self.word(0)
    }

    /// The word of flags, opcode and rcode, see [`flag`].
    pub fn flags(&self) -> u16 {
        self.word(2)
    }

    /// Whether any of those flags is set.
    pub fn has(&self, flags: u16) -> bool {
        self.flags() & flags != 0
    }

    /// Whether it is a response, as QR says.
    pub fn is_response(&self) -> bool {
        self.has(flag::RESPONSE)
    }

    /// The opcode, see [`opcode`].
    pub fn opcode(&self) -> u8 {
        self.fixed[2] >> 3 & 0x0f
    }

    /// The response code, without the bits that an OPT record adds.
    pub fn rcode(&self) -> u8 {
        self.fixed[3] & 0x0f
    }

    /// How many entries the header states for that section.
    pub fn count(&self, section: Section) -> u16 {
        self.word(section.count().start)
    }

    /// The entries in order, as far as they can be told apart. At least five octets each, so their number
    /// is bounded by the message and not by its counts.
    pub fn entries(&self) -> Entries<'a> {
        Entries::new(self)
    }

    fn word(&self, offset: usize) -> u16 {
        word(self.fixed, offset).unwrap_or_default()
    }
}

/// Whether a DNS unit is of multicast DNS (RFC 6762): port 5353 on either side and 53 on neither.
pub fn is_multicast(pdu: &Pdu) -> bool {
    let udp = pdu.around().filter(|around| around.protocol() == Protocol::Udp);
    let Some(udp) = udp.and_then(|udp| Udp::new(udp.bytes())) else { return false };
    let ports = [udp.source_port(), udp.destination_port()];
    ports.contains(&5353) && !ports.contains(&53)
}

#[cfg(test)]
mod tests;
