//! The IPv6 header (RFC 8200 section 3).
//!
//! [`Ipv6`] is a lax view like [`Ipv4`](crate::Ipv4): forty octets suffice, whatever they say. Extension
//! headers are units of their own, see [`Protocol`](crate::Protocol).

use std::net::Ipv6Addr;

use crate::word;

pub mod options;

pub use options::{OptionField, PastEnd, options};

/// The octets of the header (RFC 8200 section 3).
pub const HEADER_LEN: usize = 40;

/// The byte range of each field (RFC 8200 section 3). Fields that share octets share ranges.
pub mod field {
    use std::ops::Range;

    /// `version`: the high nibble.
    pub const VERSION: Range<usize> = 0..1;
    /// `traffic_class`: the eight bits after the version.
    pub const TRAFFIC_CLASS: Range<usize> = 0..2;
    /// `flow_label`: the low twenty bits.
    pub const FLOW_LABEL: Range<usize> = 1..4;
    /// `payload_length`: octets after this header.
    pub const PAYLOAD_LENGTH: Range<usize> = 4..6;
    /// `next_header`.
    pub const NEXT_HEADER: Range<usize> = 6..7;
    /// `hop_limit`.
    pub const HOP_LIMIT: Range<usize> = 7..8;
    /// `source` address.
    pub const SOURCE: Range<usize> = 8..24;
    /// `destination` address.
    pub const DESTINATION: Range<usize> = 24..40;
}

/// A view of bytes as an IPv6 packet. Nothing is checked but that forty octets are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ipv6<'a> {
    fixed: &'a [u8; HEADER_LEN],
}

impl<'a> Ipv6<'a> {
    /// A view of `bytes`, or `None` where they are fewer than [`HEADER_LEN`].
    pub fn new(bytes: &'a [u8]) -> Option<Self> {
        Some(Self { fixed: bytes.first_chunk()? })
    }

    /// The `version`, 6 in an IPv6 header.
    pub fn version(&self) -> u8 {
        self.fixed[0] >> 4
    }

    /// The traffic class: DSCP and ECN.
    pub fn traffic_class(&self) -> u8 {
        self.fixed[0] << 4 | self.fixed[1] >> 4
    }

    /// The flow label (RFC 6437).
    pub fn flow_label(&self) -> u32 {
        u32::from_be_bytes([0, self.fixed[1] & 0x0f, self.fixed[2], self.fixed[3]])
    }

    /// The stated octets after this header; 0 in a jumbogram (RFC 2675).
    pub fn payload_length(&self) -> u16 {
        word(self.fixed, 4).unwrap_or_default()
    }

    /// What follows: a protocol, or an extension header.
    pub fn next_header(&self) -> u8 {
        self.fixed[6]
    }

    /// The hop limit.
    pub fn hop_limit(&self) -> u8 {
        self.fixed[7]
    }

    /// The source address.
    pub fn source(&self) -> Ipv6Addr {
        self.address(8)
    }

    /// The destination address.
    pub fn destination(&self) -> Ipv6Addr {
        self.address(24)
    }

    fn address(&self, offset: usize) -> Ipv6Addr {
        let octets = self.fixed[offset..].first_chunk::<16>();
        octets.map_or(Ipv6Addr::UNSPECIFIED, |octets| (*octets).into())
    }
}
