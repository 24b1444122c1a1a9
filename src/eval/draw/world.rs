//! A whole host on a link, and who asks it: addresses drawn at random, as the ends of real links have them.

use std::net::{Ipv4Addr, Ipv6Addr};

use rand::Rng;
use rand::rngs::StdRng;
use verify::{Host, Ports};
use wire::Mac;

use super::super::Protocol;
use super::{WHOLE, alone};

/// Versions of IP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    V4,
    V6,
}

/// A host, and the other end.
pub(super) struct World {
    pub host: Host,
    /// The Ethernet address of the host, whether or not its link has such.
    pub mac: Mac,
    pub ipv6: Ipv6Addr,
    /// Over which version of IP the other end asks.
    pub version: Version,
    pub peer: Peer,
}

/// Who asks.
pub(super) struct Peer {
    pub address: Ipv4Addr,
    pub ipv6: Ipv6Addr,
    pub mac: Mac,
}

impl World {
    /// A world in which that protocol is spoken.
    pub fn draw(rng: &mut StdRng, protocol: Protocol) -> World {
        let version = match protocol {
            Protocol::Udp | Protocol::Syn | Protocol::Dns if rng.random() => Version::V4,
            Protocol::Udp | Protocol::Syn | Protocol::Dns => Version::V6,
            Protocol::Neighbor | Protocol::Echo6 => Version::V6,
            Protocol::Unreachable6 | Protocol::Reset6 => Version::V6,
            _ => Version::V4,
        };
        let is_framed = matches!(protocol, Protocol::Arp | Protocol::Neighbor) || rng.random();
        let (address, broadcast) = network(rng);
        let (ipv6, mac) = (global(rng), station(rng));
        let host = Host {
            address,
            broadcast: Some(broadcast),
            ipv6: Some(ipv6),
            mac: is_framed.then_some(mac),
            speaks: WHOLE.1.clone(),
        };
        let peer = Peer::draw(rng, address, ipv6);
        World { host, mac, ipv6, version, peer }
    }

    /// Whether packets are Ethernet frames.
    pub fn is_framed(&self) -> bool {
        self.host.mac.is_some()
    }
}

impl Peer {
    /// Most often a neighbour.
    fn draw(rng: &mut StdRng, address: Ipv4Addr, ipv6: Ipv6Addr) -> Peer {
        let near = u32::from(address) ^ rng.random_range(1..256_u32);
        let near6 = u128::from(ipv6) & !u128::from(u64::MAX) | u128::from(rng.random::<u64>());
        let is_near = rng.random_range(0..3) > 0;
        Peer {
            address: if is_near { near.into() } else { alone::unicast(rng) },
            ipv6: if is_near { near6.into() } else { global(rng) },
            mac: station(rng),
        }
    }
}

/// An address and the broadcast address of its network.
fn network(rng: &mut StdRng) -> (Ipv4Addr, Ipv4Addr) {
    loop {
        let address = alone::unicast(rng);
        let inside = u32::MAX >> rng.random_range(8..=30);
        let number = u32::from(address) & inside;
        if number != 0 && number != inside {
            return (address, (u32::from(address) | inside).into());
        }
    }
}

/// An address of one node: link-local, local, or for documentation.
fn global(rng: &mut StdRng) -> Ipv6Addr {
    let (prefix, fixed) = match rng.random_range(0..3) {
        0 => (0xfe80_u128 << 112, 64),
        1 => (0xfd_u128 << 120, 8),
        _ => (0x2001_0db8_u128 << 96, 32),
    };
    let rest = u128::MAX >> fixed;
    (prefix | rng.random::<u128>() & rest).into()
}

/// An Ethernet address of one station.
pub(super) fn station(rng: &mut StdRng) -> Mac {
    let mut octets: [u8; 6] = rng.random();
    octets[0] &= 0xfe;
    Mac(octets)
}

/// A port that is not among the open ones, as often a system's as any.
pub(super) fn closed_port(rng: &mut StdRng, open: Option<&Ports>) -> u16 {
    loop {
        let most = if rng.random() { 1023 } else { u16::MAX };
        let port = rng.random_range(1..=most);
        if !open.is_some_and(|open| open.contains(port)) {
            return port;
        }
    }
}
