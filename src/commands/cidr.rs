//! An address with the length of its network's prefix, as people write it: `10.0.0.1/24`.

use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

/// An IPv4 address and perhaps its network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cidr {
    /// The address.
    pub address: Ipv4Addr,
    /// Bits that the whole network shares, 0 to 32, where it was said.
    pub prefix: Option<u8>,
}

impl FromStr for Cidr {
    type Err = String;

    fn from_str(text: &str) -> Result<Cidr, String> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address = address.parse().map_err(|_| "expected an address such as 10.0.0.1/24")?;
        let prefix = prefix.map(bits).transpose()?;
        Ok(Cidr { address, prefix })
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}", self.address)?;
        self.prefix.map_or(Ok(()), |prefix| write!(f, "/{prefix}"))
    }
}

fn bits(text: &str) -> Result<u8, String> {
    let bits = text.parse().ok().filter(|bits| *bits <= 32);
    bits.ok_or_else(|| format!("a prefix has 0 to 32 bits, not {text:?}"))
}

/// The addresses of a network that hosts can have, lowest first, as numbers. Neither the network's
/// own nor its broadcast address is one (RFC 1122 3.2.1.3), save where there are only two (RFC 3021).
pub fn hosts(address: Ipv4Addr, prefix: u8) -> std::ops::RangeInclusive<u32> {
    let host_bits = u32::MAX.checked_shr(u32::from(prefix)).unwrap_or(0);
    let network = u32::from(address) & !host_bits;
    let reserved = u32::from(prefix < 31);
    network + reserved..=(network | host_bits) - reserved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for text in ["10.0.0.1/24", "10.0.0.1", "0.0.0.0/0", "255.255.255.255/32"] {
            assert_eq!(text.parse::<Cidr>().unwrap().to_string(), text);
        }
        for text in ["", "/24", "10.0.0/24", "10.0.0.1/", "10.0.0.1/33", "10.0.0.1/-1", "::1/64"] {
            assert!(text.parse::<Cidr>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn hosts_of_networks_of_any_size() {
        for (prefix, first, last) in [
            (0, [0, 0, 0, 1], [255, 255, 255, 254]),
            (24, [10, 0, 7, 1], [10, 0, 7, 254]),
            (30, [10, 0, 7, 5], [10, 0, 7, 6]),
            (31, [10, 0, 7, 6], [10, 0, 7, 7]),
            (32, [10, 0, 7, 6], [10, 0, 7, 6]),
        ] {
            let expect = Ipv4Addr::from(first).into()..=Ipv4Addr::from(last).into();
            assert_eq!(hosts(Ipv4Addr::new(10, 0, 7, 6), prefix), expect, "{prefix}");
        }
    }
}
