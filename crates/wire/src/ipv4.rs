//! The IPv4 header (RFC 791 section 3.1): the first thing read of every packet.
//!
//! [`Ipv4`] is a lax view: twenty octets suffice, whatever they say, because here faulty packets are
//! the point. Offsets count octets from the start of the packet; fields are read big-endian.

use std::net::Ipv4Addr;

use crate::word;

/// The octets of a header without options, the least there can be (RFC 791 section 3.1, IHL).
pub const MIN_HEADER_LEN: usize = 20;

/// The `protocol` number of ICMP (RFC 792).
pub const PROTOCOL_ICMP: u8 = 1;

/// The byte range of each field (RFC 791 section 3.1). Fields that share octets share ranges.
pub mod field {
    use std::ops::Range;

    /// `version` (high nibble) and `ihl` (low nibble).
    pub const VERSION_IHL: Range<usize> = 0..1;
    /// `tos`: type of service, today the DSCP and ECN (RFC 2474, RFC 3168).
    pub const TOS: Range<usize> = 1..2;
    /// `total_length`: octets of header and data.
    pub const TOTAL_LENGTH: Range<usize> = 2..4;
    /// `identification`: ties fragments together.
    pub const IDENTIFICATION: Range<usize> = 4..6;
    /// The three flags, in the top bits of this octet.
    pub const FLAGS: Range<usize> = 6..7;
    /// `fragment_offset`: the low 13 bits of these octets, in units of 8 octets.
    pub const FRAGMENT_OFFSET: Range<usize> = 6..8;
    /// `ttl`.
    pub const TTL: Range<usize> = 8..9;
    /// `protocol`.
    pub const PROTOCOL: Range<usize> = 9..10;
    /// `checksum` of the header alone.
    pub const CHECKSUM: Range<usize> = 10..12;
    /// `source` address.
    pub const SOURCE: Range<usize> = 12..16;
    /// `destination` address.
    pub const DESTINATION: Range<usize> = 16..20;
}

/// The types of options (IANA "IP Option Numbers"); 0 and 1 are in [`options`](crate::options).
pub mod option {
    /// The bit of a type that says that every fragment has the option (RFC 791 section 3.1).
    pub const COPIED: u8 = 0x80;
    /// Record route.
    pub const RECORD_ROUTE: u8 = 7;
    /// Internet timestamp.
    pub const TIMESTAMP: u8 = 68;
    /// Traceroute (RFC 1393, deprecated by RFC 6814).
    pub const TRACEROUTE: u8 = 82;
    /// Basic security (RFC 1108).
    pub const SECURITY: u8 = 130;
    /// Loose source and record route.
    pub const LOOSE_SOURCE_ROUTE: u8 = 131;
    /// Stream identifier (obsolete: RFC 1122 section 3.2.1.8).
    pub const STREAM_IDENTIFIER: u8 = 136;
    /// Strict source and record route.
    pub const STRICT_SOURCE_ROUTE: u8 = 137;
    /// Router alert (RFC 2113).
    pub const ROUTER_ALERT: u8 = 148;

    /// What it is, in the registry's words; `None` where it has no entry worth telling.
    pub fn name(kind: u8) -> Option<&'static str> {
        Some(match kind {
            0 => "end of list",
            1 => "no operation",
            RECORD_ROUTE => "record route",
            25 => "quick-start",
            TIMESTAMP => "timestamp",
            TRACEROUTE => "traceroute",
            SECURITY => "security",
            LOOSE_SOURCE_ROUTE => "loose source route",
            133 => "extended security",
            134 => "commercial security",
            STREAM_IDENTIFIER => "stream identifier",
            STRICT_SOURCE_ROUTE => "strict source route",
            ROUTER_ALERT => "router alert",
            30 | 94 | 158 | 222 => "experiment",
            _ => return None,
        })
    }
}

/// A view of bytes as an IPv4 datagram. Nothing is checked but that twenty octets are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ipv4<'a> {
    fixed: &'a [u8; MIN_HEADER_LEN],
    bytes: &'a [u8],
}

impl<'a> Ipv4<'a> {
    /// A view of `bytes`, or `None` where they are fewer than [`MIN_HEADER_LEN`].
    pub fn new(bytes: &'a [u8]) -> Option<Self> {
        let fixed = bytes.first_chunk()?;
        Some(Self { fixed, bytes })
    }

    /// The `version`, 4 in an IPv4 header.
    pub fn version(&self) -> u8 {
        self.fixed[0] >> 4
    }

    /// The header's length in octets as `ihl` states it: 0 to 60, whether or not the bytes exist.
    pub fn header_len(&self) -> usize {
        usize::from(self.fixed[0] & 0x0f) * 4
    }

    /// The type of service octet.
    pub fn tos(&self) -> u8 {
        self.fixed[1]
    }

    /// The stated length of header and data in octets.
    pub fn total_length(&self) -> u16 {
        self.word(2)
    }

    /// The `identification`.
    pub fn identification(&self) -> u16 {
        self.word(4)
    }

    /// The reserved flag, bit 0, "must be zero".
    pub fn reserved_flag(&self) -> bool {
        self.fixed[6] & 0x80 != 0
    }

    /// The flag DF.
    pub fn dont_fragment(&self) -> bool {
        self.fixed[6] & 0x40 != 0
    }

    /// The flag MF.
    pub fn more_fragments(&self) -> bool {
        self.fixed[6] & 0x20 != 0
    }

    /// The place of this fragment in the whole datagram, in units of 8 octets.
    pub fn fragment_offset(&self) -> u16 {
        self.word(6) & 0x1fff
    }

    /// Whether this is a piece of a datagram: MF is set or the offset is not zero.
    pub fn is_fragment(&self) -> bool {
        self.word(6) & 0x3fff != 0
    }

    /// The time to live.
    pub fn ttl(&self) -> u8 {
        self.fixed[8]
    }

    /// The protocol number of the payload.
    pub fn protocol(&self) -> u8 {
        self.fixed[9]
    }

    /// The header checksum as it stands.
    pub fn checksum(&self) -> u16 {
        self.word(10)
    }

    /// The source address.
    pub fn source(&self) -> Ipv4Addr {
        let [.., a, b, c, d, _, _, _, _] = *self.fixed;
        Ipv4Addr::new(a, b, c, d)
    }

    /// The destination address.
    pub fn destination(&self) -> Ipv4Addr {
        let [.., a, b, c, d] = *self.fixed;
        Ipv4Addr::new(a, b, c, d)
    }

    /// The whole header, options included; `None` where `ihl` is under 5 or the bytes run out.
    pub fn header(&self) -> Option<&'a [u8]> {
        let header = self.bytes.get(..self.header_len())?;
        (header.len() >= MIN_HEADER_LEN).then_some(header)
    }

    /// The options, empty in most packets; `None` where there is no whole [`header`](Self::header).
    pub fn options(&self) -> Option<&'a [u8]> {
        self.header()?.get(MIN_HEADER_LEN..)
    }

    /// The data after the header, bounded by `total_length` and by the bytes there are; `None` where
    /// there is no whole header or `total_length` ends inside it.
    pub fn payload(&self) -> Option<&'a [u8]> {
        self.header()?;
        self.bytes.get(self.header_len()..self.end())
    }

    /// The bytes past `total_length`: padding of the link, or a trailer.
    pub fn padding(&self) -> &'a [u8] {
        self.bytes.get(self.end()..).unwrap_or_default()
    }

    /// Whether the bytes end before `total_length` says.
    pub fn is_truncated(&self) -> bool {
        self.bytes.len() < usize::from(self.total_length())
    }

    /// All the bytes the view was made of.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Where the datagram ends within the bytes.
    fn end(&self) -> usize {
        usize::from(self.total_length()).min(self.bytes.len())
    }

    fn word(&self, offset: usize) -> u16 {
        word(self.fixed, offset).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hex;
    use proptest::prelude::*;

    const PING: &str = "4500001c abcd4000 4001 bb11 0a000002 0a000001 0800 f7f6 0007 0002";

    #[test]
    fn fields_of_a_ping() {
        let bytes = hex::parse(PING).unwrap();
        let ip = Ipv4::new(&bytes).unwrap();
        assert_eq!((ip.version(), ip.header_len(), ip.tos()), (4, 20, 0));
        assert_eq!((ip.total_length(), ip.identification()), (28, 0xabcd));
        assert!(ip.dont_fragment() && !ip.more_fragments() && !ip.reserved_flag());
        assert_eq!((ip.ttl(), ip.protocol(), ip.checksum()), (64, 1, 0xbb11));
        assert_eq!(ip.source(), Ipv4Addr::new(10, 0, 0, 2));
        assert_eq!(ip.destination(), Ipv4Addr::new(10, 0, 0, 1));
        assert_eq!(ip.payload().unwrap().len(), 8);
        assert_eq!(ip.options(), Some(&[][..]));
        assert!(ip.padding().is_empty() && !ip.is_truncated());
    }

    #[test]
    fn payload_stops_at_total_length() {
        let mut bytes = hex::parse(PING).unwrap();
        bytes.extend([0; 18]);
        let ip = Ipv4::new(&bytes).unwrap();
        assert_eq!(ip.payload().unwrap().len(), 8);
        assert_eq!(ip.padding().len(), 18);
    }

    #[test]
    fn no_payload_where_total_length_ends_in_the_header() {
        let mut bytes = hex::parse(PING).unwrap();
        bytes[3] = 19;
        assert_eq!(Ipv4::new(&bytes).unwrap().payload(), None);
        assert_eq!(Ipv4::new(&bytes).unwrap().padding().len(), 9);
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let Some(ip) = Ipv4::new(&bytes) else {
                prop_assert!(bytes.len() < MIN_HEADER_LEN);
                return Ok(());
            };
            let payload = ip.payload().map_or(0, <[u8]>::len);
            prop_assert!(payload + ip.padding().len() <= bytes.len());
            prop_assert_eq!(ip.options().is_some(), ip.header().is_some());
            prop_assert_eq!(ip.is_fragment(), ip.more_fragments() || ip.fragment_offset() != 0);
        }
    }
}
