//! Pings and pongs by hand, as independent of `wire` as can be.

use std::net::Ipv4Addr;

use verify::Host;

pub const HOST: Host = Host::echo(Ipv4Addr::new(10, 0, 0, 1), Some(Ipv4Addr::new(10, 0, 0, 255)));

/// A valid ping of 84 bytes from 10.0.0.2, as Linux sends it but for the data.
pub fn ping() -> Vec<u8> {
    let mut packet =
        vec![0x45, 0, 0, 84, 0xbe, 0xef, 0x40, 0, 63, 1, 0, 0, 10, 0, 0, 2, 10, 0, 0, 1];
    packet.extend([8, 0, 0, 0, 0x12, 0x34, 0, 9]);
    packet.extend((0..56u8).map(|i| i.wrapping_mul(37)));
    seal(&mut packet);
    packet
}

/// The tiny responder: what is due to a valid ping without options.
pub fn pong(ping: &[u8]) -> Vec<u8> {
    let length = usize::from(ping[2]) << 8 | usize::from(ping[3]);
    let mut packet = ping[..length].to_vec();
    packet[4..9].copy_from_slice(&[0, 0, 0, 0, 64]);
    packet[12..16].copy_from_slice(&ping[16..20]);
    packet[16..20].copy_from_slice(&ping[12..16]);
    packet[20] = 0;
    seal(&mut packet);
    packet
}

/// Recomputes the header checksum.
pub fn seal_header(packet: &mut [u8]) {
    let header = usize::from(packet[0] & 15) * 4;
    let header = header.clamp(20, packet.len());
    put(&mut packet[..header], 10);
}

/// Recomputes both checksums.
pub fn seal(packet: &mut [u8]) {
    seal_header(packet);
    let header = (usize::from(packet[0] & 15) * 4).max(20);
    let length = usize::from(packet[2]) << 8 | usize::from(packet[3]);
    let end = length.clamp(header, packet.len().max(header));
    if let Some(message) = packet.get_mut(header..end).filter(|message| message.len() >= 4) {
        put(message, 2);
    }
}

fn put(bytes: &mut [u8], at: usize) {
    bytes[at..at + 2].fill(0);
    let mut sum: u32 = 0;
    for (i, byte) in bytes.iter().enumerate() {
        sum += u32::from(*byte) << if i % 2 == 0 { 8 } else { 0 };
    }
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    bytes[at..at + 2].copy_from_slice(&(!(sum as u16)).to_be_bytes());
}
