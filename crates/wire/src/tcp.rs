//! The TCP header (RFC 9293 section 3.1).

use crate::word;

/// The octets of a header without options, the least there can be (RFC 9293 section 3.1).
pub const MIN_HEADER_LEN: usize = 20;

/// The byte range of each field, from the start of the segment (RFC 9293 section 3.1).
pub mod field {
    use std::ops::Range;

    /// `source_port`.
    pub const SOURCE_PORT: Range<usize> = 0..2;
    /// `destination_port`.
    pub const DESTINATION_PORT: Range<usize> = 2..4;
    /// `sequence` number of the first octet of data.
    pub const SEQUENCE: Range<usize> = 4..8;
    /// `acknowledgment` number: the next octet expected.
    pub const ACKNOWLEDGMENT: Range<usize> = 8..12;
    /// `data_offset` (high nibble) in words of four octets, and the reserved bits.
    pub const DATA_OFFSET: Range<usize> = 12..13;
    /// The `flags` CWR, ECE, URG, ACK, PSH, RST, SYN, FIN.
    pub const FLAGS: Range<usize> = 13..14;
    /// `window`.
    pub const WINDOW: Range<usize> = 14..16;
    /// `checksum` of pseudo-header, header and data.
    pub const CHECKSUM: Range<usize> = 16..18;
    /// `urgent_pointer`.
    pub const URGENT_POINTER: Range<usize> = 18..20;
}

/// The control bits (RFC 9293 section 3.1, RFC 3168).
pub mod flag {
    /// No more data from the sender.
    pub const FIN: u8 = 0x01;
    /// Synchronise sequence numbers.
    pub const SYN: u8 = 0x02;
    /// Reset the connection.
    pub const RST: u8 = 0x04;
    /// Push.
    pub const PSH: u8 = 0x08;
    /// The acknowledgment number is significant.
    pub const ACK: u8 = 0x10;
    /// The urgent pointer is significant.
    pub const URG: u8 = 0x20;
    /// ECN echo.
    pub const ECE: u8 = 0x40;
    /// Congestion window reduced.
    pub const CWR: u8 = 0x80;
}

/// The kinds of options (IANA "TCP Option Kind Numbers"); 0 and 1 are in [`options`](crate::options).
pub mod option {
    /// Maximum segment size (RFC 9293 section 3.2).
    pub const MSS: u8 = 2;
    /// Window scale (RFC 7323 section 2.2).
    pub const WINDOW_SCALE: u8 = 3;
    /// SACK permitted (RFC 2018 section 2).
    pub const SACK_PERMITTED: u8 = 4;
    /// SACK (RFC 2018 section 3).
    pub const SACK: u8 = 5;
    /// Timestamps (RFC 7323 section 3.2).
    pub const TIMESTAMPS: u8 = 8;
    /// MD5 signature (RFC 2385).
    pub const MD5: u8 = 19;
    /// Authentication, TCP-AO (RFC 5925 section 2.2).
    pub const AUTHENTICATION: u8 = 29;
    /// Multipath TCP (RFC 8684).
    pub const MULTIPATH: u8 = 30;
    /// Fast Open cookie (RFC 7413 section 4.1.1).
    pub const FAST_OPEN: u8 = 34;
    /// For experiments, the first of two (RFC 6994).
    pub const EXPERIMENT: u8 = 253;
    /// For experiments, the second of two (RFC 6994).
    pub const EXPERIMENT_2: u8 = 254;

    /// What it is, in the registry's words; `None` where it has no entry worth telling.
    pub fn name(kind: u8) -> Option<&'static str> {
        Some(match kind {
            0 => "end of list",
            1 => "no operation",
            MSS => "maximum segment size",
            WINDOW_SCALE => "window scale",
            SACK_PERMITTED => "SACK permitted",
            SACK => "SACK",
            TIMESTAMPS => "timestamps",
            MD5 => "MD5 signature",
            27 => "quick-start response",
            28 => "user timeout",
            AUTHENTICATION => "TCP-AO",
            MULTIPATH => "multipath TCP",
            FAST_OPEN => "fast open",
            69 => "encryption negotiation",
            172 | 174 => "accurate ECN",
            EXPERIMENT | EXPERIMENT_2 => "experiment",
            _ => return None,
        })
    }
}

/// A view of bytes as a TCP segment. Nothing is checked but that twenty octets are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tcp<'a> {
    fixed: &'a [u8; MIN_HEADER_LEN],
    bytes: &'a [u8],
}

impl<'a> Tcp<'a> {
    /// A view of `bytes`, or `None` where they are fewer than [`MIN_HEADER_LEN`].
    pub fn new(bytes: &'a [u8]) -> Option<Self> {
        Some(Self { fixed: bytes.first_chunk()?, bytes })
    }

    /// The source port.
    pub fn source_port(&self) -> u16 {
        self.word(0)
    }

    /// The destination port.
    pub fn destination_port(&self) -> u16 {
        self.word(2)
    }

    /// The sequence number.
    pub fn sequence(&self) -> u32 {
        u32::from(self.word(4)) << 16 | u32::from(self.word(6))
    }

    /// The acknowledgment number, whether or not ACK is set.
    pub fn acknowledgment(&self) -> u32 {
        u32::from(self.word(8)) << 16 | u32::from(self.word(10))
    }

    /// The header's length in octets as the data offset states it: 0 to 60, whether or not the bytes
    /// exist.
    pub fn header_len(&self) -> usize {
        usize::from(self.fixed[12] >> 4) * 4
    }

    /// The four bits after the data offset, reserved.
    pub fn reserved(&self) -> u8 {
        self.fixed[12] & 0x0f
    }

    /// The control bits, see [`flag`].
    pub fn flags(&self) -> u8 {
        self.fixed[13]
    }

    /// Whether all of those control bits are set.
    pub fn has(&self, flags: u8) -> bool {
        self.flags() & flags == flags
    }

    /// The window, not scaled.
    pub fn window(&self) -> u16 {
        self.word(14)
    }

    /// The checksum as it stands.
    pub fn checksum(&self) -> u16 {
        self.word(16)
    }

    /// The urgent pointer, whether or not URG is set.
    pub fn urgent_pointer(&self) -> u16 {
        self.word(18)
    }

    /// The options; `None` where the data offset is under 5 or the bytes run out.
    pub fn options(&self) -> Option<&'a [u8]> {
        self.bytes.get(MIN_HEADER_LEN..self.header_len())
    }

    fn word(&self, offset: usize) -> u16 {
        word(self.fixed, offset).unwrap_or_default()
    }
}
