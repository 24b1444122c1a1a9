//! Packets that are nearly right: whatever comes, the host answers, the same in every form.

use fastrand::Rng;
use wire::checksum::{add16, sum};
use wire::hex;

use crate::world::World;

const CASES: &str = include_str!("cases.txt");

#[test]
fn whatever_comes_has_an_answer() {
    let cases: Vec<(bool, Vec<u8>)> = CASES
        .lines()
        .map(|line| {
            let words: Vec<&str> = line.split(' ').collect();
            (words[1] == "ethernet", hex::parse(words[2]).unwrap())
        })
        .collect();
    let mut rng = Rng::with_seed(1);
    let (mut replies, mut drops) = (0, 0);
    let mut worlds = [World::ip(), World::ethernet()];
    for _ in 0..6_000 {
        let (is_frame, packet) = rng.choice(&cases).unwrap().clone();
        let packet = changed(&mut rng, packet, if is_frame { 14 } else { 0 });
        let world = &mut worlds[usize::from(is_frame)];
        match world.receive(&packet) {
            Ok(_) => replies += 1,
            Err(_) => drops += 1,
        }
        world.now += rng.u64(..2_000);
        world.wake();
    }
    assert!(replies > 1_000 && drops > 1_000, "{replies} replies, {drops} drops");
}

#[test]
fn whatever_the_notes_are() {
    let mut rng = Rng::with_seed(2);
    let words =
        ["ESTABLISHED", "LAST-ACK", "snd", "una", "0000002b", "says", "page", "line", "asks", "é"];
    for _ in 0..500 {
        let notes: Vec<&str> = (0..rng.usize(..9)).map(|_| *rng.choice(&words).unwrap()).collect();
        let mut world = World::ip();
        world.facts += &format!("Your notes on this flow: {}\n", notes.join(" "));
        let line = CASES.lines().find(|line| line.starts_with("no-notes-PA")).unwrap();
        let _ = world.receive(&hex::parse(line.split(' ').nth(2).unwrap()).unwrap());
    }
}

/// A packet with a few octets changed, most often with its checksums put right again.
fn changed(rng: &mut Rng, mut packet: Vec<u8>, ip: usize) -> Vec<u8> {
    for _ in 0..rng.usize(..3) {
        let at = rng.usize(..packet.len());
        packet[at] = if rng.bool() { rng.u8(..) } else { packet[at] ^ (1 << rng.u8(..8)) };
    }
    if rng.u8(..10) == 0 {
        packet.truncate(rng.usize(..=packet.len()));
    }
    if rng.u8(..5) > 0 {
        seal(&mut packet, ip);
    }
    packet
}

/// Puts the checksums right of an IP packet that begins at `ip`.
fn seal(packet: &mut [u8], ip: usize) {
    let Some(packet) = packet.get_mut(ip..) else { return };
    let (protocol, addresses, start) = match packet.first().map(|first| first >> 4) {
        Some(4) if packet.len() > 28 => (packet[9], 12..20, 20),
        Some(6) if packet.len() > 48 => (packet[6], 8..40, 40),
        _ => return,
    };
    if start == 20 {
        put(packet, 10, 0, 0..20);
    }
    let length = packet.len() - start;
    let pseudo = add16(sum(&packet[addresses]), u16::from(protocol) + length as u16);
    match protocol {
        1 => put(packet, start + 2, 0, start..start + length),
        58 => put(packet, start + 2, pseudo, start..start + length),
        17 => put(packet, start + 6, pseudo, start..start + length),
        6 if length > 20 => put(packet, start + 16, pseudo, start..start + length),
        _ => {}
    }
}

fn put(packet: &mut [u8], at: usize, before: u16, covered: std::ops::Range<usize>) {
    packet[at..at + 2].fill(0);
    let total = !add16(before, sum(&packet[covered]));
    packet[at..at + 2].copy_from_slice(&total.to_be_bytes());
}
