//! The shipped weights against their teacher, on packets that no test before has seen: the seed is printed, and
//! `SEED` chooses another. `examine` does the same for millions.

use std::ops::RangeInclusive;

use nano::tape::Ending;
use nano::transformer::Context;
use nano::vocabulary::Token;
use nano::{Network, Seen};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use teacher::packets::{self, Arrival, Class, QUESTIONS};

#[test]
fn first_network_does_what_the_teacher_does() {
    check(Network::First, 400, 0..=100);
}

#[test]
fn second_network_too() {
    check(Network::Second, 400, 0..=100);
}

#[test]
fn long_packets_too() {
    check(Network::First, 8, 1_000..=1_472);
}

/// Every value of the octets that decide, and some of the words.
#[test]
fn every_decision() {
    for network in [Network::First, Network::Second] {
        let mut context = Context::default();
        for question in QUESTIONS {
            let step = if question.is_short() { 1 } else { 251 };
            for number in (0..question.count()).step_by(step) {
                let mut rng = ChaCha8Rng::seed_from_u64(seed() + number as u64);
                let arrival = question.arrival(&mut rng, number);
                let name = format!("{} {} {number}", question.class.name(), question.name);
                compare(network, &mut context, &arrival, &name);
            }
        }
    }
}

/// So many packets of each class, every other one with a fault.
fn check(network: Network, count: u32, data: RangeInclusive<usize>) {
    let mut context = Context::default();
    for class in Class::ALL {
        let mut rng = ChaCha8Rng::seed_from_u64(seed());
        for number in 0..count {
            let framed = class.is_on_ethernet_only() || number % 4 < 2;
            let fault = (number % 2 == 1).then(|| packets::fault(&mut rng, class));
            let length = rng.random_range(data.clone());
            let arrival = packets::arrival(&mut rng, class, framed, length, fault);
            let name = format!("{}, packet {number}, {fault:?}", class.name());
            compare(network, &mut context, &arrival, &name);
        }
    }
}

fn seed() -> u64 {
    std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_127)
}

/// It sends the same octets, or is silent for the same reason.
fn compare(network: Network, context: &mut Context, arrival: &Arrival, name: &str) {
    let (lesson, right) = teacher::trace(&arrival.packet, &arrival.own);
    let (said, ending) = think(network, context, arrival);
    let lesson: Vec<Token> = lesson.iter().map(|entry| entry.token).collect();
    let at = said.iter().zip(&lesson).take_while(|(said, lesson)| said == lesson).count();
    assert!(
        ending == Some(right),
        "{}, seed {}, {name}: token {at} is {:?}, not {:?}\n{:02x?} for {:02x?}",
        network.name(),
        seed(),
        said.get(at),
        lesson.get(at),
        arrival.packet,
        arrival.own
    );
}

fn think(
    network: Network,
    context: &mut Context,
    arrival: &Arrival,
) -> (Vec<Token>, Option<Ending>) {
    let mut said = Vec::new();
    let ending = nano::think(network.load(), context, &arrival.packet, &arrival.own, |seen| {
        match seen {
            Seen::Chunk(chunk) => said.extend(chunk.tokens().iter().map(|&(token, _)| token)),
            Seen::Last(token) => said.push(token),
        }
        said.len() < 40_000
    });
    (said, ending)
}
