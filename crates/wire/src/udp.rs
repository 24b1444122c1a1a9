//! The UDP header (RFC 768).

use crate::word;

/// The octets of the header, the least that `length` can say (RFC 768).
pub const HEADER_LEN: usize = 8;

/// The byte range of each field, from the start of the datagram (RFC 768).
pub mod field {
    use std::ops::Range;

    /// `source_port`.
    pub const SOURCE_PORT: Range<usize> = 0..2;
    /// `destination_port`.
    pub const DESTINATION_PORT: Range<usize> = 2..4;
    /// `length`: octets of header and data.
    pub const LENGTH: Range<usize> = 4..6;
    /// `checksum` of pseudo-header, header and data; 0 is none.
    pub const CHECKSUM: Range<usize> = 6..8;
}

/// A view of bytes as a UDP datagram. Nothing is checked but that eight octets are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Udp<'a> {
    fixed: &'a [u8; HEADER_LEN],
}

impl<'a> Udp<'a> {
    /// A view of `bytes`, or `None` where they are fewer than [`HEADER_LEN`].
    pub fn new(bytes: &'a [u8]) -> Option<Self> {
        Some(Self { fixed: bytes.first_chunk()? })
    }

    /// The source port; 0 where no answer is expected.
    pub fn source_port(&self) -> u16 {
        self.word(0)
    }

    /// The destination port.
    pub fn destination_port(&self) -> u16 {
        self.word(2)
    }

    /// The stated octets of header and data.
    pub fn length(&self) -> u16 {
        self.word(4)
    }

    /// The checksum as it stands; 0 is none.
    pub fn checksum(&self) -> u16 {
        self.word(6)
    }

    fn word(&self, offset: usize) -> u16 {
        word(self.fixed, offset).unwrap_or_default()
    }
}
