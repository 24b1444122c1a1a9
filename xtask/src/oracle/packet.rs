//! Packets to try a host with: sound ones in a few words, and ways to break exactly one thing in them.
//!
//! [`ip`] seals what it carries, so a field of a message is broken before that (the checksum is right and the
//! field is wrong), and a checksum after it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use wire::{Mac, checksum};

/// The host under test.
pub const HOST: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 1);
/// Who asks.
pub const PEER: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 2);
/// The host under test.
pub const HOST6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, 1);
/// Who asks.
pub const PEER6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, 2);
/// The host under test.
pub const HOST_MAC: Mac = Mac([2, 0, 0, 0, 0, 1]);
/// Who asks.
pub const PEER_MAC: Mac = Mac([2, 0, 0, 0, 0, 2]);
/// Protocol numbers (IANA "Protocol Numbers").
pub const ICMP: u8 = 1;
/// TCP.
pub const TCP: u8 = 6;
/// UDP.
pub const UDP: u8 = 17;
/// ICMPv6.
pub const ICMPV6: u8 = 58;
/// For experiments (RFC 3692): a protocol that no host speaks.
pub const UNKNOWN: u8 = 253;

/// From where a datagram comes and where it goes.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// Its source.
    pub from: IpAddr,
    /// Its destination.
    pub to: IpAddr,
}

/// The ordinary one, over IPv4.
pub const V4: Route = Route { from: IpAddr::V4(PEER), to: IpAddr::V4(HOST) };
/// The ordinary one, over IPv6.
pub const V6: Route = Route { from: IpAddr::V6(PEER6), to: IpAddr::V6(HOST6) };

impl Route {
    /// Another source; the text must be an address.
    pub fn from(self, address: &str) -> Route {
        Route { from: address.parse().expect("an address"), ..self }
    }

    /// Another destination.
    pub fn to(self, address: &str) -> Route {
        Route { to: address.parse().expect("an address"), ..self }
    }
}

/// Bytes in the making: a message, a datagram or a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet(pub Vec<u8>);

impl Packet {
    /// Writes over what is at `at`.
    pub fn set(mut self, at: usize, bytes: &[u8]) -> Packet {
        self.0[at..at + bytes.len()].copy_from_slice(bytes);
        self
    }

    /// Flips every bit of the octet at `at`.
    pub fn flipped(mut self, at: usize) -> Packet {
        self.0[at] ^= 0xff;
        self
    }

    /// Only the first `length` octets.
    pub fn cut(mut self, length: usize) -> Packet {
        self.0.truncate(length);
        self
    }

    /// `count` octets of zero more at the end.
    pub fn padded(mut self, count: usize) -> Packet {
        self.0.resize(self.0.len() + count, 0);
        self
    }

    /// With the checksum of an IPv4 header of twenty octets made right again.
    pub fn sealed(self) -> Packet {
        let sum = checksum::checksum(&self.clone().set(10, &[0, 0]).0[..20]);
        self.set(10, &sum.to_be_bytes())
    }

    /// In an Ethernet frame from the one who asks.
    pub fn framed(self, to: Mac) -> Packet {
        let kind: [u8; 2] = if self.0[0] >> 4 == 6 { [0x86, 0xdd] } else { [0x08, 0x00] };
        frame(to, kind, &self.0)
    }
}

/// An Ethernet frame from the one who asks.
pub fn frame(to: Mac, kind: [u8; 2], payload: &[u8]) -> Packet {
    Packet([&to.0[..], &PEER_MAC.0, &kind, payload].concat())
}

/// A datagram of either version, its message sealed.
pub fn ip(route: Route, protocol: u8, message: Packet) -> Packet {
    let message = seal(route, protocol, message);
    match (route.from, route.to) {
        (IpAddr::V4(from), IpAddr::V4(to)) => ipv4(from, to, protocol, &[], &message.0),
        (IpAddr::V6(from), IpAddr::V6(to)) => ipv6(from, to, protocol, &message.0),
        _ => panic!("no datagram has addresses of both versions"),
    }
}

/// An IPv4 datagram with options, a multiple of four octets.
pub fn with_options(options: &[u8], protocol: u8, message: Packet) -> Packet {
    ipv4(PEER, HOST, protocol, options, &seal(V4, protocol, message).0)
}

/// An IPv6 datagram with extension headers before its message: the first one's number, their octets (the last of
/// them names the protocol), and what they lead to.
pub fn extended(first: u8, headers: &[u8], protocol: u8, message: Packet) -> Packet {
    let message = seal(V6, protocol, message);
    ipv6(PEER6, HOST6, first, &[headers, &message.0].concat())
}

fn ipv4(from: Ipv4Addr, to: Ipv4Addr, protocol: u8, options: &[u8], payload: &[u8]) -> Packet {
    let header_len = 20 + options.len();
    let total = u16::try_from(header_len + payload.len()).expect("a datagram").to_be_bytes();
    let start =
        [0x40 | (header_len / 4) as u8, 0, total[0], total[1], 0x12, 0x34, 0, 0, 64, protocol];
    let mut header = [&start[..], &[0, 0], &from.octets(), &to.octets(), options].concat();
    let sum = checksum::checksum(&header).to_be_bytes();
    header[10..12].copy_from_slice(&sum);
    Packet([&header[..], payload].concat())
}

fn ipv6(from: Ipv6Addr, to: Ipv6Addr, next: u8, payload: &[u8]) -> Packet {
    let length = u16::try_from(payload.len()).expect("a datagram").to_be_bytes();
    // Neighbour discovery wants a hop limit of 255, and nothing else minds.
    let start = [0x60, 0, 0, 0, length[0], length[1], next, 255];
    Packet([&start[..], &from.octets(), &to.octets(), payload].concat())
}

/// Computes the checksum of a message that has one and is long enough for it.
fn seal(route: Route, protocol: u8, message: Packet) -> Packet {
    let at = match protocol {
        ICMP | ICMPV6 => 2,
        TCP => 16,
        UDP => 6,
        _ => return message,
    };
    if message.0.len() < at + 2 {
        return message;
    }
    let blank = message.set(at, &[0, 0]);
    let pseudo =
        if protocol == ICMP { Vec::new() } else { pseudo_header(route, protocol, &blank.0) };
    let sum = checksum::checksum(&[&pseudo[..], &blank.0].concat());
    blank.set(at, &sum.to_be_bytes())
}

/// Either version's sums up to the same.
fn pseudo_header(route: Route, protocol: u8, message: &[u8]) -> Vec<u8> {
    let octets = |address| match address {
        IpAddr::V4(address) => Ipv4Addr::octets(&address).to_vec(),
        IpAddr::V6(address) => Ipv6Addr::octets(&address).to_vec(),
    };
    let length = (message.len() as u16).to_be_bytes();
    [&octets(route.from)[..], &octets(route.to), &length, &[0, protocol]].concat()
}

/// Octets from `from` of the payload of an IPv4 datagram without options, up to `to`, as a fragment; both are
/// multiples of eight, or the end.
pub fn fragment(whole: &Packet, from: usize, to: usize) -> Packet {
    let payload = &whole.0[20..];
    let more = if to < payload.len() { 0x2000 } else { 0 };
    let piece = Packet([&whole.0[..20], &payload[from..to.min(payload.len())]].concat());
    let total = (piece.0.len() as u16).to_be_bytes();
    piece.set(2, &total).set(6, &(more | (from / 8) as u16).to_be_bytes()).sealed()
}

/// The same of an IPv6 datagram without extension headers.
pub fn fragment6(whole: &Packet, from: usize, to: usize) -> Packet {
    let (next, payload) = (whole.0[6], &whole.0[40..]);
    let more = u16::from(to < payload.len());
    let place = (from as u16 | more).to_be_bytes();
    let piece = &payload[from..to.min(payload.len())];
    let length = (8 + piece.len() as u16).to_be_bytes();
    let header = [next, 0, place[0], place[1], 0x12, 0x34, 0x56, 0x78];
    Packet([&whole.0[..40], &header, piece].concat()).set(4, &length).set(6, &[44])
}

/// A message of ICMP or ICMPv6: type, code and what is behind the checksum.
pub fn icmp(kind: u8, code: u8, rest: &[u8]) -> Packet {
    Packet([&[kind, code, 0, 0], rest].concat())
}

/// The message of an echo request, for ICMP (type 8) or ICMPv6 (type 128), with 24 octets of data.
pub fn echo(kind: u8) -> Packet {
    icmp(kind, 0, &[&[0x12, 0x34, 0, 1][..], b"the kernel as the oracle"].concat())
}

/// A datagram of UDP.
pub fn udp(port: u16, data: &[u8]) -> Packet {
    let length = (8 + data.len() as u16).to_be_bytes();
    let to = port.to_be_bytes();
    let header = [40_000_u16.to_be_bytes(), to, length, [0, 0]].concat();
    Packet([&header[..], data].concat())
}

/// A segment of TCP without options, from port 40000.
pub fn tcp(port: u16, flags: u8, sequence: u32, acknowledgment: u32, data: &[u8]) -> Packet {
    let header = [
        &40_000_u16.to_be_bytes()[..],
        &port.to_be_bytes(),
        &sequence.to_be_bytes(),
        &acknowledgment.to_be_bytes(),
        &[0x50, flags, 0xff, 0xff, 0, 0, 0, 0],
    ];
    Packet([&header.concat()[..], data].concat())
}

/// An ARP packet over Ethernet: operation, sender's and target's addresses.
pub fn arp(operation: u16, sender: (Mac, Ipv4Addr), target: (Mac, Ipv4Addr)) -> Packet {
    let start = [0, 1, 8, 0, 6, 4];
    let (sender_ip, target_ip) = (sender.1.octets(), target.1.octets());
    let operation = operation.to_be_bytes();
    Packet([&start[..], &operation, &sender.0.0, &sender_ip, &target.0.0, &target_ip].concat())
}
