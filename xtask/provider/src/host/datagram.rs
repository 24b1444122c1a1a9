//! An IP packet as the protocols above see it, whichever version carries it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use wire::checksum::{add16, sum};
use wire::{ipv4, ipv6};

/// The number of TCP (IANA "Protocol Numbers").
pub(super) const PROTOCOL_TCP: u8 = 6;
/// The number of UDP.
pub(super) const PROTOCOL_UDP: u8 = 17;

/// An IP packet without padding.
#[derive(Clone, Copy, Debug)]
pub(super) struct Datagram<'p> {
    /// All of it, from its IP header on.
    pub whole: &'p [u8],
    /// Who sent it.
    pub source: IpAddr,
    /// To whom.
    pub destination: IpAddr,
    /// What its headers carry.
    pub message: &'p [u8],
}

impl<'p> Datagram<'p> {
    /// That of an IPv4 datagram with a header of twenty octets.
    pub fn ipv4(whole: &'p [u8]) -> Datagram<'p> {
        let address = |at: usize| {
            Ipv4Addr::new(whole[at], whole[at + 1], whole[at + 2], whole[at + 3]).into()
        };
        let (source, destination) =
            (address(ipv4::field::SOURCE.start), address(ipv4::field::DESTINATION.start));
        Datagram { whole, source, destination, message: &whole[ipv4::MIN_HEADER_LEN..] }
    }

    /// That of an IPv6 packet whose message begins at `start`.
    pub fn ipv6(whole: &'p [u8], start: usize) -> Datagram<'p> {
        let address = |at: usize| {
            let octets = whole[at..].first_chunk::<16>().copied().unwrap_or_default();
            Ipv6Addr::from(octets).into()
        };
        let (source, destination) =
            (address(ipv6::field::SOURCE.start), address(ipv6::field::DESTINATION.start));
        Datagram { whole, source, destination, message: &whole[start..] }
    }

    /// That of `packet`, which this host once took or sent; `None` where it is neither version.
    pub fn known(packet: &'p [u8]) -> Option<Datagram<'p>> {
        match packet.first()? >> 4 {
            4 => {
                let length = usize::from(u16::from_be_bytes([*packet.get(2)?, *packet.get(3)?]));
                let whole = packet.get(..length).filter(|whole| whole.len() >= 20)?;
                Some(Datagram::ipv4(whole))
            }
            6 => {
                let length = usize::from(u16::from_be_bytes([*packet.get(4)?, *packet.get(5)?]));
                Some(Datagram::ipv6(packet.get(..40 + length)?, 40))
            }
            _ => None,
        }
    }

    /// The sum of the pseudo-header of `length` octets of that protocol.
    pub fn pseudo_sum(&self, protocol: u8, length: usize) -> u16 {
        pseudo_sum(self.source, self.destination, protocol, length)
    }

    /// Whether it is IPv6.
    pub fn is_ipv6(&self) -> bool {
        self.source.is_ipv6()
    }
}

/// The ones'-complement sum of a pseudo-header (RFC 768, RFC 9293 section 3.1, RFC 8200 section 8.1).
pub(super) fn pseudo_sum(source: IpAddr, destination: IpAddr, protocol: u8, length: usize) -> u16 {
    let addresses = add16(address_sum(source), address_sum(destination));
    let length = add16((length >> 16) as u16, length as u16);
    add16(addresses, add16(length, u16::from(protocol)))
}

fn address_sum(address: IpAddr) -> u16 {
    match address {
        IpAddr::V4(address) => sum(&address.octets()),
        IpAddr::V6(address) => sum(&address.octets()),
    }
}
