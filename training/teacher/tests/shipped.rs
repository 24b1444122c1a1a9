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

/// Of a thousand packets, many of them corners, so many may end otherwise; `examine` counts them by the million.
const MOST_WRONG: usize = 2;

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
        let mut exam = Exam::new(network);
        for question in QUESTIONS {
            let step = if question.is_short() { 1 } else { 251 };
            for number in (0..question.count()).step_by(step) {
                let mut rng = ChaCha8Rng::seed_from_u64(seed() + number as u64);
                let arrival = question.arrival(&mut rng, number);
                let name = format!("{} {} {number}", question.class.name(), question.name);
                exam.compare(&arrival, &name);
            }
        }
        exam.end();
    }
}

/// So many packets of each class, every other one with a fault.
fn check(network: Network, count: u32, data: RangeInclusive<usize>) {
    let mut exam = Exam::new(network);
    for class in Class::ALL {
        let mut rng = ChaCha8Rng::seed_from_u64(seed());
        for number in 0..count {
            let framed = class.is_on_ethernet_only() || number % 4 < 2;
            let fault = (number % 2 == 1).then(|| packets::fault(&mut rng, class));
            let length = rng.random_range(data.clone());
            let arrival = packets::arrival(&mut rng, class, framed, length, fault);
            let name = format!("{}, packet {number}, {fault:?}", class.name());
            exam.compare(&arrival, &name);
        }
    }
    exam.end();
}

fn seed() -> u64 {
    std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_127)
}

/// A network before its teacher.
struct Exam {
    network: Network,
    context: Context,
    packets: usize,
    wrong: Vec<String>,
}

impl Exam {
    fn new(network: Network) -> Exam {
        Exam { network, context: Context::default(), packets: 0, wrong: Vec::new() }
    }

    /// It sends the same octets, or is silent for the same reason.
    fn compare(&mut self, arrival: &Arrival, name: &str) {
        let (lesson, right) = teacher::trace(&arrival.packet, &arrival.own);
        let (said, ending) = think(self.network, &mut self.context, arrival);
        self.packets += 1;
        if ending == Some(right) {
            return;
        }
        let lesson: Vec<Token> = lesson.iter().map(|entry| entry.token).collect();
        let at = said.iter().zip(&lesson).take_while(|(said, lesson)| said == lesson).count();
        self.wrong.push(format!(
            "{}, seed {}, {name}: token {at} is {:?}, not {:?}\n{:02x?} for {:02x?}",
            self.network.name(),
            seed(),
            said.get(at),
            lesson.get(at),
            arrival.packet,
            arrival.own
        ));
    }

    fn end(self) {
        let (wrong, packets) = (self.wrong.len(), self.packets);
        let text = self.wrong.join("\n");
        assert!(wrong * 1_000 <= packets * MOST_WRONG, "{wrong} of {packets} are wrong:\n{text}");
    }
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
