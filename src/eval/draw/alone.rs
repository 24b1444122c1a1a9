//! Echo requests, and what is none, for a host that knows nothing but ICMP echo: what the embedded model is
//! asked. Apart from those that it was trained on.

use std::net::Ipv4Addr;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use verify::{Host, Reason, due};

use super::super::Plan;
use super::mixed;

/// The packet of that number, from 1, and its host: odd ones are valid requests, even ones have the faults in
/// turn.
pub(super) fn case(plan: &Plan, number: u64) -> (Host, Vec<u8>) {
    let mut rng = StdRng::seed_from_u64(mixed(plan.seed, number));
    let reasons = Reason::ECHO;
    let fault = number.is_multiple_of(2).then(|| {
        let turn = (number / 2 - 1) % reasons.len() as u64;
        reasons[turn as usize]
    });
    draw(&mut rng, plan.lengths, fault)
}

/// A random host and a packet for it with the given fault, drawn until the judge agrees that this is
/// what is wrong with it (a flipped checksum may happen to be right).
fn draw(rng: &mut StdRng, lengths: (usize, usize), fault: Option<Reason>) -> (Host, Vec<u8>) {
    loop {
        let host = Host::echo(unicast(rng), None);
        let length = rng.random_range(lengths.0.max(28)..=lengths.1.max(28));
        let mut packet = request(rng, host.address, length);
        if let Some(reason) = fault {
            spoil(rng, &mut packet, host.address, reason);
        }
        if due(&host, &packet).reason() == fault {
            return (host, packet);
        }
    }
}

/// An address that one host can have.
pub(super) fn unicast(rng: &mut StdRng) -> Ipv4Addr {
    // 127 no host on a link has (RFC 1122 section 3.2.1.3).
    let first = match rng.random_range(1..=222_u8) {
        first @ 127.. => first + 1,
        first => first,
    };
    Ipv4Addr::from([first, rng.random(), rng.random(), rng.random()])
}

fn request(rng: &mut StdRng, host: Ipv4Addr, length: usize) -> Vec<u8> {
    let source = match rng.random_range(0..3) {
        0 => Ipv4Addr::from(u32::from(host) ^ 1 << rng.random_range(0..24)),
        _ => unicast(rng),
    };
    let payload = payload(rng, length - 28);
    let mut packet = wire::Echo {
        source,
        destination: host,
        identifier: rng.random(),
        sequence: rng.random(),
        ttl: rng.random(),
        identification: rng.random(),
        tos: rng.random(),
        payload: &payload,
    }
    .request();
    packet[6] = *[0x00, 0x40].choose(rng).expect("not empty");
    seal_header(&mut packet);
    packet
}

/// Random bytes, what `ping` sends, or one byte over and over.
pub(super) fn payload(rng: &mut StdRng, length: usize) -> Vec<u8> {
    let mut data: Vec<u8> = (0..length).map(|i| i as u8).collect();
    match rng.random_range(0..4) {
        0 => rng.fill(&mut data[..length.min(16)]),
        1 => data.fill(*[0x00, 0xff, rng.random()].choose(rng).expect("not empty")),
        _ => rng.fill(&mut data[..]),
    }
    data
}

/// Makes one thing wrong, and all checksums before it right again.
fn spoil(rng: &mut StdRng, packet: &mut Vec<u8>, host: Ipv4Addr, reason: Reason) {
    let bit = |rng: &mut StdRng| 1u8 << rng.random_range(0..8);
    match reason {
        Reason::Version => {
            packet[0] = *[packet[0] ^ bit(rng), rng.random()].choose(rng).expect("not empty")
        }
        Reason::Truncated => packet.truncate(rng.random_range(0..packet.len())),
        Reason::Short => {
            packet[2..4].copy_from_slice(&rng.random_range(0..28u16).to_be_bytes());
        }
        Reason::HeaderChecksum => {
            packet[rng.random_range(1..20)] ^= bit(rng);
            return;
        }
        Reason::NotForMe => {
            let other = match rng.random_range(0..4) {
                0 => rng.random(),
                1 => {
                    *[u32::MAX, 0xe000_0001, u32::from(host) | 0xff].choose(rng).expect("not empty")
                }
                _ => u32::from(host) ^ 1 << rng.random_range(0..32),
            };
            packet[16..20].copy_from_slice(&other.to_be_bytes());
        }
        Reason::Source => {
            let first = *[0, rng.random_range(224..=255)].choose(rng).expect("not empty");
            let strange = [first, rng.random(), rng.random(), rng.random()];
            let source = [host.octets(), [0; 4], [255; 4], strange];
            packet[12..16].copy_from_slice(source.choose(rng).expect("not empty"));
        }
        Reason::Fragment => {
            let word = u16::from_be_bytes([packet[6], packet[7]]) | 1 << rng.random_range(0..14);
            packet[6..8].copy_from_slice(&word.to_be_bytes());
        }
        Reason::Protocol => {
            packet[9] = *[packet[9] ^ bit(rng), rng.random()].choose(rng).expect("not empty")
        }
        Reason::IcmpChecksum => {
            let at = rng.random_range(20..packet.len());
            packet[at] ^= bit(rng);
            return;
        }
        Reason::IcmpType => {
            packet[20] = *[8, 0, 3, 5, 11, 13, rng.random()].choose(rng).expect("not empty");
            packet[21] = *[0, 0, 1, rng.random()].choose(rng).expect("not empty");
            packet[22..24].fill(0);
            let checksum = wire::checksum::checksum(&packet[20..]);
            packet[22..24].copy_from_slice(&checksum.to_be_bytes());
        }
        other => unreachable!("{other} is no reason of a host that knows only echo"),
    }
    if packet.len() >= 20 {
        seal_header(packet);
    }
}

fn seal_header(packet: &mut [u8]) {
    packet[10..12].fill(0);
    let checksum = wire::checksum::checksum(&packet[..20]);
    packet[10..12].copy_from_slice(&checksum.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::super::super::Protocol;
    use super::*;

    #[test]
    fn a_number_has_its_packet_and_every_fault_its_turn() {
        let plan = Plan { protocols: vec![Protocol::Echo], count: 20, seed: 7, lengths: (28, 128), is_small: false };
        for number in 1..=40 {
            let (case, again) = (plan.case(number), plan.case(number));
            assert_eq!((&case.packet, &case.host), (&again.packet, &again.host));
            assert_ne!(case.packet, Plan { seed: 8, ..plan.clone() }.case(number).packet);
            let reason = due(&case.host, &case.packet).reason();
            let turn = Reason::ECHO[(number as usize / 2 + 9) % 10];
            assert_eq!(reason, number.is_multiple_of(2).then_some(turn));
        }
    }

    /// What this measured before there were other protocols, it measures still.
    #[test]
    fn the_packets_of_a_seed_never_change() {
        let plan =
            Plan { protocols: vec![Protocol::Echo], count: 100, seed: 7, lengths: (28, 128), is_small: false };
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for number in 1..=200 {
            let case = plan.case(number);
            assert!(case.host.is_echo_only());
            for octet in case.host.address.octets().iter().chain(&case.packet) {
                hash = (hash ^ u64::from(*octet)).wrapping_mul(0x100_0000_01b3);
            }
        }
        assert_eq!(hash, 16_047_679_611_087_191_654);
    }
}
