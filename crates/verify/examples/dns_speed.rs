//! How long the rules take for each passing example of a protocol, and for messages of DNS made to cost
//! much: `cargo run --release -p verify --example dns_speed [PROTOCOL]`.

use std::hint::black_box;
use std::time::Instant;

use verify::{Example, RULES, inspect};
use wire::{Link, Packet, hex};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let prefix = std::env::args().nth(1).unwrap_or_else(|| "dns.".to_owned());
    let mut seen = Vec::new();
    for rule in RULES.iter().filter(|rule| rule.id.starts_with(&prefix)) {
        let Example::Packet(link, text) = rule.pass else { continue };
        if !seen.contains(&text) {
            seen.push(text);
            report(rule.id, link, &hex::parse(text)?, 300_000);
        }
    }
    report("5-octet questions", Link::Ipv4, &crafted(0, 0xffff, &[0, 0, 1, 0, 1]), 200);
    let record = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 1, 2, 3, 4];
    report("records", Link::Ipv4, &crafted(1, 0xffff, &record), 200);
    let chained = [0, 0, 99, 0, 1, 0, 0, 0, 1, 0, 0];
    report("root records", Link::Ipv4, &crafted(1, 0xffff, &chained), 200);
    let alias = [1, b'a', 0, 0, 5, 0, 1, 0, 0, 0, 1, 0, 1, 0];
    report("aliases", Link::Ipv4, &crafted(1, 0xffff, &alias), 200);
    report("chains", Link::Ipv4, &chains(), 200);
    Ok(())
}

fn report(name: &str, link: Link, frame: &[u8], rounds: u32) {
    let start = Instant::now();
    let mut found = 0;
    for _ in 0..rounds {
        found = inspect(&Packet::new(link, black_box(frame), frame.len())).len();
    }
    let nanoseconds = start.elapsed().as_nanos() / u128::from(rounds);
    println!("{name}: {} bytes, {found} findings, {nanoseconds} ns", frame.len());
}

/// A response of UDP's greatest length, filled with one entry in section `section`.
fn crafted(section: usize, count: u16, entry: &[u8]) -> Vec<u8> {
    let mut counts = [0_u16; 4];
    counts[section] = count;
    if section > 0 {
        counts[0] = 1;
    }
    let mut message = [0x1234, 0x8180, counts[0], counts[1], counts[2], counts[3]]
        .map(u16::to_be_bytes)
        .as_flattened()
        .to_vec();
    message.extend([1, b'a', 0, 0, 1, 0, 1]);
    while message.len() + entry.len() <= 65_507 {
        message.extend(entry);
    }
    datagram(&message)
}

/// A pointer to a pointer to a pointer, in the name of each record.
fn chains() -> Vec<u8> {
    let mut message: Vec<u8> =
        [0x1234, 0x8180, 1, 0xffff, 0, 0].map(u16::to_be_bytes).as_flattened().to_vec();
    message.extend([1, b'a', 0, 0, 1, 0, 1]);
    let mut last = 12_usize;
    while message.len() + 12 <= 65_507 {
        let at = message.len();
        message.extend([0xc0 | (last >> 8) as u8, last as u8, 0, 99, 0, 1, 0, 0, 0, 1, 0, 0]);
        if at < 0x3fff {
            last = at;
        }
    }
    datagram(&message)
}

fn datagram(message: &[u8]) -> Vec<u8> {
    let length = message.len() as u16;
    let mut packet = vec![0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2];
    packet[2..4].copy_from_slice(&(length + 28).to_be_bytes());
    let sum = wire::checksum::sum(&packet);
    packet[10..12].copy_from_slice(&(!sum).to_be_bytes());
    packet.extend([53, 40_000, length + 8, 0].map(u16::to_be_bytes).as_flattened());
    packet.extend(message);
    packet
}
