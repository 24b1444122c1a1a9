//! The teacher and the judge agree on what nobody draws: every truncation, every bit, every length, and bytes that are
//! no packet at all.

use std::ops::Range;

use nano::registers::Registers;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use teacher::packets::{self, Arrival, Class};
use wire::Echo;

use judge::Outcomes;

#[path = "../../../crates/nano/tests/packets/mod.rs"]
mod golden;
mod judge;

/// Valid packets of each class over each link.
const PACKETS: u64 = 6;

const OWN: Registers = Registers {
    mac: None,
    ipv4: [10, 0, 0, 1],
    broadcast: Some([10, 0, 0, 255]),
    ipv6: Some([0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
    clock: 43_200_000,
};

#[test]
fn on_every_truncation() {
    let mut outcomes = Outcomes::default();
    each_valid(|class, valid, seed| {
        for length in 0..=valid.packet.len() {
            let packet = valid.packet[..length].to_vec();
            outcomes.agree(&Arrival { packet, ..valid.clone() }, class, seed);
        }
    });
    outcomes.assert_nothing_differs();
    // Each packet as it is, and some of them without padding that they had.
    assert!(outcomes.count("reply") >= Class::ALL.len() * PACKETS as usize);
    assert!(outcomes.count("ethernet") > 1_000 && outcomes.count("truncated") > 1_000);
}

#[test]
fn on_every_flipped_bit() {
    let mut outcomes = Outcomes::default();
    each_valid(|class, valid, seed| {
        let link = if valid.own.mac.is_some() { 14 } else { 0 };
        for bit in 0..8 * valid.packet.len() {
            let mut arrival = valid.clone();
            arrival.packet[bit / 8] ^= 1 << (bit % 8);
            outcomes.agree(&arrival, class, seed);
            packets::mend(class, &mut arrival.packet[link..]);
            outcomes.agree(&arrival, class, seed);
        }
    });
    outcomes.assert_nothing_differs();
    for outcome in ["reply", "ethernet", "header-checksum", "icmp-checksum", "tcp-checksum", "arp"]
    {
        assert!(outcomes.count(outcome) > 100, "{outcome}");
    }
}

/// Whichever of the total length and the wire ends a packet first, and wherever.
#[test]
fn on_every_total_length_and_length() {
    let mut outcomes = Outcomes::default();
    for (total, length) in (0..=90).flat_map(|total| (0..=90).map(move |length| (total, length))) {
        let mut packet = ping();
        packet.resize(length, 0xa5);
        packet.iter_mut().skip(3).take(1).for_each(|byte| *byte = total as u8);
        let mut agree = |packet: &[u8]| agree(&mut outcomes, packet, (100 * total + length) as u64);
        agree(&packet);
        close(&mut packet, 10, 0..20);
        agree(&packet);
        close(&mut packet, 22, 20..total);
        agree(&packet);
    }
    outcomes.assert_nothing_differs();
    // All that hold their total length, and the ping untouched but for padding, closed or not.
    let whole: usize = (28..=90).map(|total| 91 - total).sum();
    assert_eq!(outcomes.count("reply"), whole + 7 + 7);
}

#[test]
fn on_header_lengths_and_versions() {
    let mut outcomes = Outcomes::default();
    for first in 0..=255 {
        let mut packet = ping();
        packet[0] = first;
        close(&mut packet, 10, 0..20);
        agree(&mut outcomes, &packet, u64::from(first));
        // The same with as many options as it claims, all of them "no operation".
        let options = 4 * usize::from(first & 15).saturating_sub(5);
        packet.splice(20..20, vec![1; options]);
        packet[3] += options as u8;
        close(&mut packet, 10, 0..20 + options);
        agree(&mut outcomes, &packet, u64::from(first));
    }
    outcomes.assert_nothing_differs();
    // Without options, twice, and with each length of them.
    assert_eq!(outcomes.count("reply"), 2 + 10);
}

/// Of several faults both name the same one: every subset of ten.
#[test]
fn on_every_combination_of_faults() {
    let mut outcomes = Outcomes::default();
    for faults in 0..1 << 10 {
        let has = |fault: usize| faults >> fault & 1 == 1;
        let mut packet = ping();
        let mut set = |fault, at: usize, bytes: &[u8]| {
            if has(fault) {
                packet[at..at + bytes.len()].copy_from_slice(bytes);
            }
        };
        set(0, 0, &[0x55]);
        set(1, 2, &[0, 27]);
        set(2, 16, &[10, 0, 0, 3]);
        set(3, 12, &[0, 0, 0, 0]);
        set(4, 6, &[0x20]);
        set(5, 9, &[17]);
        set(6, 20, &[13]);
        close(&mut packet, 22, 20..84);
        close(&mut packet, 10, 0..20);
        packet[40] ^= u8::from(has(7));
        packet[10] ^= u8::from(has(8));
        packet.truncate(if has(9) { 83 } else { 84 });
        agree(&mut outcomes, &packet, faults);
    }
    outcomes.assert_nothing_differs();
    assert_eq!((outcomes.count("version"), outcomes.count("header-checksum")), (512, 256));
}

#[test]
fn on_the_longest_datagrams() {
    let mut outcomes = Outcomes::default();
    for (class, seed) in
        Class::ALL.into_iter().flat_map(|class| (0..4).map(move |seed| (class, seed)))
    {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let arrival =
            packets::arrival(&mut rng, class, seed.is_multiple_of(2), 65_535 - seed as usize, None);
        outcomes.agree(&arrival, class, seed);
    }
    outcomes.assert_nothing_differs();
    let routed = outcomes.count("source-route (either)");
    assert_eq!(outcomes.count("reply") + routed, 4 * Class::ALL.len());
}

/// What golden transcripts and benchmarks are made of.
#[test]
fn on_packets_of_other_software() {
    let mut outcomes = Outcomes::default();
    for class in Class::ALL {
        let (packet, own) = golden::packet(class.name());
        outcomes.agree(&Arrival { packet, own }, class, 0);
    }
    let (packet, own) = golden::packet("flipped");
    outcomes.agree(&Arrival { packet, own }, Class::Echo, 0);
    outcomes.assert_nothing_differs();
    assert_eq!(outcomes.count("reply"), golden::names().count());
    assert_eq!(outcomes.count("icmp-checksum"), 1);
}

#[test]
fn on_every_value_that_decides() {
    let mut outcomes = Outcomes::default();
    for question in packets::QUESTIONS {
        let step = if question.is_short() { 1 } else { 17 };
        for number in (0..question.count()).step_by(step) {
            let mut rng = ChaCha8Rng::seed_from_u64(number as u64);
            let arrival = question.arrival(&mut rng, number);
            outcomes.agree(&arrival, question.class, number as u64);
        }
    }
    outcomes.assert_nothing_differs();
}

#[test]
fn on_random_bytes() {
    let mut outcomes = Outcomes::default();
    for seed in 0..40_000 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut packet = vec![0; rng.random_range(0..=200)];
        rng.fill(&mut packet[..]);
        let mac = rng.random_bool(0.5).then_some([2, 0, 0, 0, 0, 1]);
        let kind = [[8, 0], [8, 6], [0x86, 0xdd]][rng.random_range(0..3)];
        let link = if mac.is_some() { 14 } else { 0 };
        if let (Some(mac), true) = (mac, packet.len() >= link) {
            packet[..6].copy_from_slice(&mac);
            packet[12..14].copy_from_slice(&kind);
        }
        if let (0..2, Some(first)) = (rng.random_range(0..3), packet.get_mut(link)) {
            *first = if rng.random_bool(0.5) { 0x45 } else { 0x60 };
        }
        outcomes.agree(&Arrival { packet, own: Registers { mac, ..OWN } }, Class::Echo, seed);
    }
    outcomes.assert_nothing_differs();
    for outcome in ["version", "truncated", "header-checksum", "ethernet", "ipv6", "arp"] {
        assert!(outcomes.count(outcome) > 50, "{outcome}");
    }
}

/// Small valid packets of each class, over both links.
fn each_valid(mut test: impl FnMut(Class, &Arrival, u64)) {
    for class in Class::ALL {
        for seed in 0..2 * PACKETS {
            let mut rng = ChaCha8Rng::seed_from_u64(1_000_000 + seed);
            let data = rng.random_range(0..=24);
            test(
                class,
                &packets::arrival(&mut rng, class, seed.is_multiple_of(2), data, None),
                seed,
            );
        }
    }
}

fn agree(outcomes: &mut Outcomes, packet: &[u8], seed: u64) {
    outcomes.agree(&Arrival { packet: packet.to_vec(), own: OWN }, Class::Echo, seed);
}

/// A valid request of 84 bytes.
fn ping() -> Vec<u8> {
    let payload: Vec<u8> = (0..56).collect();
    let echo =
        Echo { sequence: 1, payload: &payload, ..Echo::new([10, 0, 0, 2].into(), OWN.ipv4.into()) };
    echo.request()
}

/// Writes the checksum of those bytes at `at`, if the packet has them all.
fn close(packet: &mut [u8], at: usize, range: Range<usize>) {
    if range.start < range.end && range.end <= packet.len() && range.contains(&(at + 1)) {
        packet[at..at + 2].fill(0);
        let checksum = wire::checksum::checksum(&packet[range]);
        packet[at..at + 2].copy_from_slice(&checksum.to_be_bytes());
    }
}
