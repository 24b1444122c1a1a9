//! Who we are: the host whose replies are judged, its addresses, and what it has undertaken to speak.
//!
//! A host is judged by what it is: one that offers a service owes its answers, and one that knows nothing
//! but echo owes echo replies and silence. Nothing here changes while a packet is judged.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use wire::Link;
use wire::ethernet::Mac;

/// A host: its addresses and its protocols.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// Its one IPv4 address.
    pub address: Ipv4Addr,
    /// The directed broadcast address of its IPv4 network, where that has one.
    pub broadcast: Option<Ipv4Addr>,
    /// Its one IPv6 address; `None` where it speaks no IPv6.
    pub ipv6: Option<Ipv6Addr>,
    /// Its Ethernet address; `None` on a link without link headers. With one, packets are Ethernet frames.
    pub mac: Option<Mac>,
    /// What it speaks beside ICMP echo.
    pub speaks: Speaks,
}

/// The protocols of a host, beside ICMP echo, which every host speaks, and ARP and IPv6, which go with its
/// addresses.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Speaks {
    /// Whether it speaks of ICMP more than echo: timestamps, and errors about what it cannot deliver.
    pub icmp: bool,
    /// Its open UDP ports; `None` where it knows no UDP at all.
    pub udp: Option<Ports>,
    /// Its open TCP ports; `None` where it knows no TCP at all.
    pub tcp: Option<Ports>,
    /// ICMP types of protocols of its own, which no RFC describes.
    pub own_types: Cow<'static, [u8]>,
}

/// Port numbers, as ranges of which both ends belong to it.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Ports(pub Cow<'static, [(u16, u16)]>);

impl Host {
    /// A host on IPv4 alone that knows nothing but ICMP echo, as the embedded model does.
    pub const fn echo(address: Ipv4Addr, broadcast: Option<Ipv4Addr>) -> Host {
        let speaks = Speaks { icmp: false, udp: None, tcp: None, own_types: Cow::Borrowed(&[]) };
        Host { address, broadcast, ipv6: None, mac: None, speaks }
    }

    /// Whether it knows nothing but ICMP echo over IPv4.
    pub fn is_echo_only(&self) -> bool {
        let Speaks { icmp, udp, tcp, own_types } = &self.speaks;
        let more = *icmp || udp.is_some() || tcp.is_some() || !own_types.is_empty();
        !more && self.ipv6.is_none() && self.mac.is_none()
    }

    /// The kind of its link: Ethernet, or IP without link headers.
    pub fn link(&self) -> Link {
        if self.mac.is_some() { Link::Ethernet } else { Link::RawIp }
    }

    /// Whether an address is one of its own.
    pub fn owns(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(address) => address == self.address,
            IpAddr::V6(address) => Some(address) == self.ipv6,
        }
    }

    /// The solicited-node multicast address of its IPv6 address (RFC 4291 section 2.7.1).
    pub fn solicited_node(&self) -> Option<Ipv6Addr> {
        let [.., high, middle, low] = self.ipv6?.octets();
        let [middle, low] = [[0xff, high], [middle, low]].map(u16::from_be_bytes);
        Some(Ipv6Addr::new(0xff02, 0, 0, 0, 0, 1, middle, low))
    }
}

impl Ports {
    /// Whether a port is among them.
    pub fn contains(&self, port: u16) -> bool {
        self.0.iter().any(|(first, last)| (*first..=*last).contains(&port))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_solicited_node_address_ends_like_the_unicast_one() {
        let mut host = Host::echo([10, 0, 0, 1].into(), None);
        assert!(host.is_echo_only() && host.solicited_node().is_none());
        host.ipv6 = Some("fd00::12:3456".parse().unwrap());
        assert_eq!(host.solicited_node(), Some("ff02::1:ff12:3456".parse().unwrap()));
        assert!(!host.is_echo_only());
    }

    #[test]
    fn both_ends_of_a_range_are_in_it() {
        let ports = Ports(Cow::Borrowed(&[(7, 7), (4000, 4002)]));
        let inside = [6, 7, 8, 3999, 4000, 4002, 4003].map(|port| ports.contains(port));
        assert_eq!(inside, [false, true, false, false, true, true, false]);
    }
}
