//! Packets from a seed: pings, and pings with something wrong.

use std::net::Ipv4Addr;

use fastrand::Rng;
use verify::Host;
use wire::Echo;
use wire::checksum::checksum;

/// Whose packets they are.
pub const HOST: Host = Host::echo(Ipv4Addr::new(10, 0, 0, 1), None);

/// A ping as Linux sends it.
pub fn ping() -> Vec<u8> {
    Echo { sequence: 1, payload: &[7; 56], ..Echo::new(Ipv4Addr::new(10, 0, 0, 2), HOST.address) }
        .request()
}

/// Any packet: every second one a valid ping.
pub fn any(rng: &mut Rng) -> Vec<u8> {
    let mut packet = valid(rng);
    match rng.u8(0..24) {
        0..12 => {}
        12 => packet.truncate(rng.usize(..=packet.len())),
        13 => packet = (0..rng.usize(..60)).map(|_| rng.u8(..)).collect(),
        14 => packet.extend((0..rng.usize(1..40)).map(|_| rng.u8(..))),
        15 => flip(rng, &mut packet),
        16 => spoil(rng, &mut packet, 0, &[0x46, 0x65, 0x44, 0x4f]),
        17 => spoil(rng, &mut packet, 19, &[0, 2, 255]),
        18 => spoil(rng, &mut packet, 12, &[0, 127, 224, 255]),
        19 => spoil(rng, &mut packet, 6, &[0x20, 0x3f, 0x80, 0xa0, 0xc0]),
        20 => spoil(rng, &mut packet, 9, &[0, 6, 17]),
        21 => spoil(rng, &mut packet, 20, &[0, 3, 13]),
        22 => spoil(rng, &mut packet, 21, &[1, 9]),
        _ => {
            let length = rng.u16(..40).to_be_bytes();
            packet[2..4].copy_from_slice(&length);
            seal(&mut packet);
            packet.truncate(rng.usize(..=packet.len()));
        }
    }
    packet
}

fn valid(rng: &mut Rng) -> Vec<u8> {
    let payload: Vec<u8> = (0..rng.usize(..120)).map(|_| rng.u8(..)).collect();
    let source = Ipv4Addr::new(rng.u8(1..224), rng.u8(..), rng.u8(..), rng.u8(2..));
    let mut packet = Echo {
        identifier: rng.u16(..),
        sequence: rng.u16(..),
        ttl: rng.u8(..),
        identification: rng.u16(..),
        payload: &payload,
        ..Echo::new(source, HOST.address)
    }
    .request();
    match rng.u8(0..8) {
        // The one message whose checksum becomes ffff.
        0 => packet[24..].fill(0),
        // The reserved flag.
        1 => packet[6] |= 0x80,
        _ => {}
    }
    seal(&mut packet);
    match rng.u8(0..8) {
        // Both checksums in the other form of zero, which a receiver takes.
        0 => other_zero(&mut packet),
        1 => packet.extend([0; 6]),
        _ => {}
    }
    packet
}

fn flip(rng: &mut Rng, packet: &mut [u8]) {
    let offset = rng.usize(..packet.len());
    packet[offset] ^= 1 << rng.u8(..8);
}

/// Sets a byte and makes the checksums right again.
fn spoil(rng: &mut Rng, packet: &mut [u8], offset: usize, values: &[u8]) {
    packet[offset] = *rng.choice(values).unwrap();
    seal(packet);
}

/// Chooses identification and identifier so that both checksums are 0, and writes ffff.
fn other_zero(packet: &mut [u8]) {
    for (checksum, free) in [(10, 4), (22, 24)] {
        let sum = [packet[checksum], packet[checksum + 1]];
        let sum = u16::from_be_bytes(sum);
        let old = u16::from_be_bytes([packet[free], packet[free + 1]]);
        let new = wire::checksum::add16(sum, old);
        packet[free..free + 2].copy_from_slice(&new.to_be_bytes());
        packet[checksum..checksum + 2].fill(0xff);
    }
}

fn seal(packet: &mut [u8]) {
    let length = packet.len();
    for (range, at) in [(0..20, 10), (20..length, 22)] {
        packet[at..at + 2].fill(0);
        let sum = checksum(&packet[range]).to_be_bytes();
        packet[at..at + 2].copy_from_slice(&sum);
    }
}
