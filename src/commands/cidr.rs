//! An address with the length of its network's prefix, as people write it: `10.0.0.1/24`, `fd00::1/64`.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::RangeInclusive;
use std::str::FromStr;

/// An address, of IPv4 unless it is said otherwise, and perhaps its network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cidr<A = Ipv4Addr> {
    /// The address.
    pub address: A,
    /// Bits that the whole network shares, 0 to all of the address, where it was said.
    pub prefix: Option<u8>,
}

/// An address of a version of IP.
pub trait Address: FromStr + fmt::Display {
    /// Its length.
    const BITS: u8;
    /// One with a prefix, to show how it is written.
    const EXAMPLE: &str;
}

impl Address for Ipv4Addr {
    const BITS: u8 = 32;
    const EXAMPLE: &str = "10.0.0.1/24";
}

impl Address for Ipv6Addr {
    const BITS: u8 = 128;
    const EXAMPLE: &str = "fd00::1/64";
}

impl<A: Address> FromStr for Cidr<A> {
    type Err = String;

    fn from_str(text: &str) -> Result<Cidr<A>, String> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let expected = |_| format!("expected an address such as {}", A::EXAMPLE);
        let address = address.parse().map_err(expected)?;
        let prefix = prefix.map(bits::<A>).transpose()?;
        Ok(Cidr { address, prefix })
    }
}

impl<A: Address> fmt::Display for Cidr<A> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}", self.address)?;
        self.prefix.map_or(Ok(()), |prefix| write!(f, "/{prefix}"))
    }
}

fn bits<A: Address>(text: &str) -> Result<u8, String> {
    let bits = text.parse().ok().filter(|bits| *bits <= A::BITS);
    bits.ok_or_else(|| format!("a prefix has 0 to {} bits, not {text:?}", A::BITS))
}

/// The addresses of a network that hosts can have, lowest first, as numbers. Neither the network's
/// own nor its broadcast address is one (RFC 1122 3.2.1.3), save where there are only two (RFC 3021).
pub fn hosts(address: Ipv4Addr, prefix: u8) -> RangeInclusive<u32> {
    let host_bits = u32::MAX.checked_shr(u32::from(prefix)).unwrap_or(0);
    let network = u32::from(address) & !host_bits;
    let reserved = u32::from(prefix < 31);
    network + reserved..=(network | host_bits) - reserved
}

/// The same of IPv6: the lowest address is that of any router (RFC 4291 2.6.1), save where there are only
/// two (RFC 6164).
pub fn hosts_6(address: Ipv6Addr, prefix: u8) -> RangeInclusive<u128> {
    let host_bits = u128::MAX.checked_shr(u32::from(prefix)).unwrap_or(0);
    let network = u128::from(address) & !host_bits;
    network + u128::from(prefix < 127)..=network | host_bits
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
        for text in ["fd00::1/64", "fd00::1", "::/0", "fd00::1/128"] {
            assert_eq!(text.parse::<Cidr<Ipv6Addr>>().unwrap().to_string(), text);
        }
        for text in ["", "10.0.0.1/24", "fd00::1/129", "fd00::/"] {
            assert!(text.parse::<Cidr<Ipv6Addr>>().is_err(), "{text:?}");
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
        let own: Ipv6Addr = "fd00::6".parse().unwrap();
        for (prefix, first, last) in [
            (64, "fd00::1", "fd00::ffff:ffff:ffff:ffff"),
            (126, "fd00::5", "fd00::7"),
            (127, "fd00::6", "fd00::7"),
            (128, "fd00::6", "fd00::6"),
        ] {
            let address = |text: &str| u128::from(text.parse::<Ipv6Addr>().unwrap());
            assert_eq!(hosts_6(own, prefix), address(first)..=address(last), "{prefix}");
        }
    }
}
