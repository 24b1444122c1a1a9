//! The ICMP message (RFC 792): what an echo request carries after its IPv4 header.
//!
//! [`Icmp`] is a lax view over a datagram's payload: four octets suffice, and what lies beyond them
//! is given as far as it exists. Offsets count octets from the start of the message.

use crate::word;

/// The octets of an echo message before its data (RFC 792, Echo or Echo Reply Message).
pub const ECHO_HEADER_LEN: usize = 8;

/// `type` of an echo reply (RFC 792).
pub const ECHO_REPLY: u8 = 0;

/// `type` of an echo request, which RFC 792 calls an echo message.
pub const ECHO_REQUEST: u8 = 8;

/// `type` of a destination unreachable message (RFC 792).
pub const UNREACHABLE: u8 = 3;

/// `type` of a source quench message (RFC 792), which nobody is to send any more (RFC 6633).
pub const SOURCE_QUENCH: u8 = 4;

/// `type` of a redirect message (RFC 792).
pub const REDIRECT: u8 = 5;

/// `type` of a router advertisement (RFC 1256).
pub const ROUTER_ADVERTISEMENT: u8 = 9;

/// `type` of a router solicitation (RFC 1256).
pub const ROUTER_SOLICITATION: u8 = 10;

/// `type` of a time exceeded message (RFC 792).
pub const TIME_EXCEEDED: u8 = 11;

/// `type` of a parameter problem message (RFC 792).
pub const PARAMETER_PROBLEM: u8 = 12;

/// `type` of a timestamp message (RFC 792); its reply has the next number.
pub const TIMESTAMP: u8 = 13;

/// `type` of an information request (RFC 792), deprecated; its reply has the next number.
pub const INFORMATION_REQUEST: u8 = 15;

/// `type` of an address mask request (RFC 950), deprecated; its reply has the next number.
pub const ADDRESS_MASK_REQUEST: u8 = 17;

/// `type` of an extended echo request (RFC 8335); its reply has the next number.
pub const EXTENDED_ECHO_REQUEST: u8 = 42;

/// The byte range of each field, from the start of the message (RFC 792).
pub mod field {
    use std::ops::Range;

    /// `type`.
    pub const TYPE: Range<usize> = 0..1;
    /// `code`.
    pub const CODE: Range<usize> = 1..2;
    /// `checksum` of the whole message.
    pub const CHECKSUM: Range<usize> = 2..4;
    /// `identifier` of an echo message.
    pub const IDENTIFIER: Range<usize> = 4..6;
    /// `sequence` number of an echo message.
    pub const SEQUENCE: Range<usize> = 6..8;
    /// `pointer` of a parameter problem: the octet of the quoted header that is at fault.
    pub const POINTER: Range<usize> = 4..5;
    /// `gateway` address of a redirect.
    pub const GATEWAY: Range<usize> = 4..8;
    /// Words of four octets that the quoted datagram takes up, before extensions (RFC 4884 section 4).
    pub const ORIGINAL_DATAGRAM_LENGTH: Range<usize> = 5..6;
    /// Next-hop `mtu` in octets, where fragmentation is needed (RFC 1191 section 4).
    pub const MTU: Range<usize> = 6..8;
    /// `num_addrs` of a router advertisement (RFC 1256 section 3).
    pub const ADDRESS_COUNT: Range<usize> = 4..5;
    /// `addr_entry_size` of a router advertisement, in words of four octets.
    pub const ADDRESS_ENTRY_SIZE: Range<usize> = 5..6;
}

/// A view of bytes as an ICMP message. Nothing is checked but that four octets are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Icmp<'a> {
    fixed: &'a [u8; 4],
    bytes: &'a [u8],
}

impl<'a> Icmp<'a> {
    /// A view of `bytes`, a datagram's payload, or `None` where they are fewer than four.
    pub fn new(bytes: &'a [u8]) -> Option<Self> {
        let fixed = bytes.first_chunk()?;
        Some(Self { fixed, bytes })
    }

    /// The `type`.
    pub fn kind(&self) -> u8 {
        self.fixed[0]
    }

    /// The `code`.
    pub fn code(&self) -> u8 {
        self.fixed[1]
    }

    /// The checksum as it stands.
    pub fn checksum(&self) -> u16 {
        u16::from_be_bytes([self.fixed[2], self.fixed[3]])
    }

    /// The `identifier` of an echo message; `None` where the bytes run out.
    pub fn identifier(&self) -> Option<u16> {
        word(self.bytes, field::IDENTIFIER.start)
    }

    /// The `sequence` number of an echo message; `None` where the bytes run out.
    pub fn sequence(&self) -> Option<u16> {
        word(self.bytes, field::SEQUENCE.start)
    }

    /// The data of an echo message; empty where there is none or the bytes run out.
    pub fn data(&self) -> &'a [u8] {
        self.bytes.get(ECHO_HEADER_LEN..).unwrap_or_default()
    }

    /// Whether this is an echo request or an echo reply.
    pub fn is_echo(&self) -> bool {
        matches!(self.kind(), ECHO_REQUEST | ECHO_REPLY)
    }

    /// All the bytes the view was made of.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }
}

/// Whether messages of that type are errors, which quote the datagram they are about (RFC 1122
/// section 3.2.2).
pub fn is_error(kind: u8) -> bool {
    matches!(kind, UNREACHABLE | SOURCE_QUENCH | REDIRECT | TIME_EXCEEDED | PARAMETER_PROBLEM)
}

/// The name of an ICMP type in the words of the IANA registry, lower case; `None` where it has none.
pub fn type_name(kind: u8) -> Option<&'static str> {
    Some(match kind {
        0 => "echo reply",
        3 => "destination unreachable",
        4 => "source quench",
        5 => "redirect",
        6 => "alternate host address",
        8 => "echo request",
        9 => "router advertisement",
        10 => "router solicitation",
        11 => "time exceeded",
        12 => "parameter problem",
        13 => "timestamp",
        14 => "timestamp reply",
        15 => "information request",
        16 => "information reply",
        17 => "address mask request",
        18 => "address mask reply",
        30 => "traceroute",
        31 => "datagram conversion error",
        32 => "mobile host redirect",
        33 => "where are you",
        34 => "I am here",
        35 => "mobile registration request",
        36 => "mobile registration reply",
        37 => "domain name request",
        38 => "domain name reply",
        39 => "SKIP",
        40 => "Photuris",
        41 => "experimental mobility",
        42 => "extended echo request",
        43 => "extended echo reply",
        253 | 254 => "experiment",
        _ => return None,
    })
}

/// The name of the code of a message of that type in the words of the IANA registry, lower case;
/// `None` where it has none.
pub fn code_name(kind: u8, code: u8) -> Option<&'static str> {
    let names: &[&'static str] = match kind {
        UNREACHABLE => &[
            "net unreachable",
            "host unreachable",
            "protocol unreachable",
            "port unreachable",
            "fragmentation needed",
            "source route failed",
            "destination network unknown",
            "destination host unknown",
            "source host isolated",
            "network prohibited",
            "host prohibited",
            "network unreachable for TOS",
            "host unreachable for TOS",
            "administratively prohibited",
            "host precedence violation",
            "precedence cutoff",
        ],
        REDIRECT => &["network", "host", "TOS and network", "TOS and host"],
        TIME_EXCEEDED => &["in transit", "reassembly"],
        PARAMETER_PROBLEM => &["pointer indicates the error", "missing option", "bad length"],
        _ => &[],
    };
    names.get(usize::from(code)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_an_echo() {
        let icmp = Icmp::new(&[8, 0, 0xf7, 0xf6, 0, 7, 0, 2, 0xaa]).unwrap();
        assert_eq!((icmp.kind(), icmp.code(), icmp.checksum()), (8, 0, 0xf7f6));
        assert_eq!((icmp.identifier(), icmp.sequence()), (Some(7), Some(2)));
        assert_eq!(icmp.data(), [0xaa]);
        assert!(icmp.is_echo());
    }

    #[test]
    fn fields_as_far_as_they_exist() {
        let bytes = [8, 0, 1, 2, 0, 7, 0];
        assert_eq!(Icmp::new(&bytes[..3]), None);
        let icmp = Icmp::new(&bytes).unwrap();
        assert_eq!((icmp.identifier(), icmp.sequence()), (Some(7), None));
        assert!(icmp.data().is_empty());
    }
}
