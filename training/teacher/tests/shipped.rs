//! The shipped weights against their teacher, token for token, on packets that no test before has
//! seen: the seed is printed, and `SEED` chooses another.

use nano::tape::Ending;
use nano::transformer::Context;
use nano::vocabulary::Token;
use nano::{Network, Seen};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use teacher::packets::{self, Arrival};

#[test]
fn first_network_says_what_the_teacher_says() {
    check(Network::First, 400, 0..=100);
}

#[test]
fn second_network_says_what_the_teacher_says() {
    check(Network::Second, 400, 0..=100);
}

#[test]
fn long_packets_too() {
    check(Network::First, 10, 1000..=1472);
}

/// Every type with code 0, every code of type 8, and every value of the other bytes that decide.
#[test]
fn every_decision() {
    for network in [Network::First, Network::Second] {
        for byte in 0..=u8::MAX {
            for (name, arrival) in [
                ("type", packets::plain(|packet| packet[20] = byte)),
                ("code", packets::plain(|packet| packet[21] = byte)),
                ("source", packets::plain(|packet| packet[12] = byte)),
                ("protocol", packets::plain(|packet| packet[9] = byte)),
                ("version", packets::plain(|packet| packet[0] = byte)),
                ("flags", packets::plain(|packet| packet[6] = byte)),
                ("offset", packets::plain(|packet| packet[7] = byte)),
            ] {
                let (_, right) = teacher::trace(&arrival.packet, arrival.own);
                let (_, ending) = think(network, &arrival);
                assert_eq!(ending, right, "{}, {name} {byte:#04x}", network.name());
            }
        }
    }
}

fn check(network: Network, count: u32, data: std::ops::RangeInclusive<usize>) {
    let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_123);
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    for number in 0..count {
        let fault = (number % 2 == 1).then(|| packets::fault(&mut rng));
        let length = rng.random_range(data.clone());
        let arrival = packets::arrival(&mut rng, length, fault);
        let (lesson, right) = teacher::trace(&arrival.packet, arrival.own);
        let (said, ending) = think(network, &arrival);
        let lesson: Vec<Token> = lesson.iter().map(|entry| entry.token).collect();
        let at = said.iter().zip(&lesson).take_while(|(said, lesson)| said == lesson).count();
        assert!(
            said == lesson && ending == right,
            "seed {seed}, packet {number}, {fault:?}: token {at} is {:?}, not {:?}\n{:02x?} for {:?}",
            said.get(at),
            lesson.get(at),
            arrival.packet,
            arrival.own
        );
    }
}

fn think(network: Network, arrival: &Arrival) -> (Vec<Token>, Ending) {
    let mut said = Vec::new();
    let mut context = Context::default();
    let ending = nano::think(network.load(), &mut context, &arrival.packet, arrival.own, |seen| {
        match seen {
            Seen::Chunk(chunk) => said.extend(chunk.tokens().iter().map(|&(token, _)| token)),
            Seen::Last(token) => said.push(token),
        }
        said.len() < 20_000
    });
    (said, ending.unwrap_or(Ending::Reply(Vec::new())))
}
