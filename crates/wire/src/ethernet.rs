//! The Ethernet header (RFC 894, IEEE 802.3) and the hardware addresses in it.

use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;

/// The octets of the header.
pub const HEADER_LEN: usize = 14;

/// The byte range of each field, from the start of the frame (RFC 894).
pub mod field {
    use std::ops::Range;

    /// `destination` hardware address.
    pub const DESTINATION: Range<usize> = 0..6;
    /// `source` hardware address.
    pub const SOURCE: Range<usize> = 6..12;
    /// `type`, or the length of an IEEE 802.3 frame.
    pub const TYPE: Range<usize> = 12..14;
}

/// A 48-bit hardware address (RFC 9542 section 2.1), in the order of the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mac(pub [u8; 6]);

impl Mac {
    /// The address of every station.
    pub const BROADCAST: Mac = Mac([0xff; 6]);

    /// The address in the first six octets of `bytes`.
    pub fn new(bytes: &[u8]) -> Option<Mac> {
        bytes.first_chunk().map(|octets| Mac(*octets))
    }

    /// The group of stations that a group of IPv6 nodes is mapped to (RFC 2464 section 7).
    pub fn of_group(group: Ipv6Addr) -> Mac {
        let [.., a, b, c, d] = group.octets();
        Mac([0x33, 0x33, a, b, c, d])
    }

    /// Whether it names a group of stations, or all: the lowest bit of the first octet (RFC 9542
    /// section 2.1).
    pub fn is_group(self) -> bool {
        self.0[0] & 1 != 0
    }
}

/// `02:00:5e:10:00:01`
impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

/// The notation of [`Display`](fmt::Display): six octets in hexadecimal with colons between.
impl FromStr for Mac {
    type Err = String;

    fn from_str(text: &str) -> Result<Mac, String> {
        let octet = |word: &str| match word.len() {
            1 | 2 if word.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                u8::from_str_radix(word, 16).ok()
            }
            _ => None,
        };
        let octets: Option<Vec<u8>> = text.split(':').map(octet).collect();
        octets.and_then(|octets| octets.try_into().ok()).map(Mac).ok_or_else(|| {
            format!("{text:?} is no Ethernet address; one looks like 02:00:00:00:00:01")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_it_is_written() {
        let mac = Mac([0x02, 0, 0x5e, 0x10, 0xff, 1]);
        assert_eq!(mac.to_string().parse(), Ok(mac));
        for text in
            ["", "02:00:5e:10:00", "02:00:5e:10:00:01:02", "02:00:5e:10:00:+1", "1::2:3:4:5"]
        {
            assert!(text.parse::<Mac>().unwrap_err().contains("02:00:00:00:00:01"), "{text}");
        }
    }
}
