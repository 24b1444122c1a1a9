//! Datagrams of both IP versions by hand, and a host that speaks everything: as independent of `wire` as can be.

use std::net::{Ipv4Addr, Ipv6Addr};

use verify::{Example, Host};

/// Who is judged: 10.0.0.1, fd00::1; UDP ports 7, 53, 67 and 4000.
pub const HOST: Host = Example::IP_HOST;

pub const US: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 1);
pub const THEM: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 2);
pub const US_6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, 1);
pub const THEM_6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, 2);

/// From one to another; IPv4 or IPv6.
#[derive(Clone, Copy, Debug)]
pub enum Path {
    Four(Ipv4Addr, Ipv4Addr),
    Six(Ipv6Addr, Ipv6Addr),
}

pub const TO_US: Path = Path::Four(THEM, US);
pub const FROM_US: Path = Path::Four(US, THEM);
pub const TO_US_6: Path = Path::Six(THEM_6, US_6);
pub const FROM_US_6: Path = Path::Six(US_6, THEM_6);

/// A packet with that payload.
pub fn packet(path: Path, protocol: u8, payload: &[u8]) -> Vec<u8> {
    let length = payload.len() as u16;
    let mut header = match path {
        Path::Four(source, destination) => {
            let [high, low] = (length + 20).to_be_bytes();
            let mut header = vec![0x45, 0, high, low, 0, 0, 0, 0, 64, protocol, 0, 0];
            header.extend(source.octets().iter().chain(&destination.octets()));
            let sum = !sum(&header);
            header[10..12].copy_from_slice(&sum.to_be_bytes());
            header
        }
        Path::Six(source, destination) => {
            let [high, low] = length.to_be_bytes();
            let mut header = vec![0x60, 0, 0, 0, high, low, protocol, 64];
            header.extend(source.octets().iter().chain(&destination.octets()));
            header
        }
    };
    header.extend(payload);
    header
}

/// A UDP datagram from port to port, with its checksum.
pub fn udp(path: Path, ports: (u16, u16), data: &[u8]) -> Vec<u8> {
    let mut message = [ports.0, ports.1, data.len() as u16 + 8, 0].map(u16::to_be_bytes).concat();
    message.extend(data);
    let mut packet = packet(path, 17, &message);
    seal(&mut packet);
    packet
}

/// A message of ICMP or, over IPv6, ICMPv6.
pub fn icmp(path: Path, message: &[u8]) -> Vec<u8> {
    let protocol = if matches!(path, Path::Four(..)) { 1 } else { 58 };
    let mut packet = packet(path, protocol, message);
    seal(&mut packet);
    packet
}

/// An ICMP error of that type, code and second word about a packet, as much of it as given.
pub fn error(path: Path, (kind, code): (u8, u8), word: u32, quote: &[u8]) -> Vec<u8> {
    icmp(path, &[&[kind, code, 0, 0], &word.to_be_bytes()[..], quote].concat())
}

/// Octets of the IP header.
pub fn start(packet: &[u8]) -> usize {
    if packet[0] >> 4 == 6 { 40 } else { usize::from(packet[0] & 15) * 4 }
}

/// Recomputes the checksums of an IP header and of what follows it, as lengths and protocol stand.
pub fn seal(packet: &mut [u8]) {
    let start = start(packet);
    let six = start == 40;
    if !six {
        packet[10..12].fill(0);
        let sum = !sum(&packet[..start]);
        packet[10..12].copy_from_slice(&sum.to_be_bytes());
    }
    let protocol = packet[if six { 6 } else { 9 }];
    let at = start + if protocol == 17 { 6 } else { 2 };
    if packet.len() < at + 2 {
        return;
    }
    packet[at..at + 2].fill(0);
    let length = (packet.len() - start) as u16;
    let addresses = if six { &packet[8..40] } else { &packet[12..20] };
    let pseudo = [addresses, &length.to_be_bytes(), &[0, protocol]].concat();
    let covered = if protocol == 1 { Vec::new() } else { pseudo };
    let sum = !sum(&[&covered, &packet[start..]].concat());
    // Of UDP 0 would say that there is none (RFC 768).
    let sum = if protocol == 17 && sum == 0 { 0xffff } else { sum };
    packet[at..at + 2].copy_from_slice(&sum.to_be_bytes());
}

fn sum(bytes: &[u8]) -> u16 {
    let mut sum: u32 = 0;
    for (i, byte) in bytes.iter().enumerate() {
        sum += u32::from(*byte) << if i % 2 == 0 { 8 } else { 0 };
    }
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    sum as u16
}
