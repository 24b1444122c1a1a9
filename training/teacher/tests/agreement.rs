//! The teacher and the judge agree on every packet: where a reply is due the teacher writes one that
//! the judge admits without a remark, and where silence is due both name the same reason. What nano
//! learns is therefore what it is measured by; the tape that it learns on is the one it runs on.

use std::collections::HashSet;

use nano::tape::{Step, Tape};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use teacher::packets::{self, Arrival, Class};

use judge::Outcomes;

mod judge;

/// Draws of each class, valid and bad, over both links.
const DRAWS: u64 = 4_000;

#[test]
fn on_valid_packets() {
    let mut outcomes = Outcomes::default();
    each(DRAWS, |rng, class, framed, seed| {
        let data = data(rng, seed);
        let arrival = packets::arrival(rng, class, framed, data, None);
        outcomes.agree(&arrival, class, seed);
    });
    outcomes.assert_nothing_differs();
}

#[test]
fn on_bad_packets() {
    let mut outcomes = Outcomes::default();
    each(DRAWS, |rng, class, framed, seed| {
        let data = data(rng, seed);
        let fault = packets::fault(rng, class);
        let arrival = packets::arrival(rng, class, framed, data, Some(fault));
        outcomes.agree(&arrival, class, seed);
    });
    outcomes.assert_nothing_differs();
}

#[test]
fn on_noise() {
    let mut outcomes = Outcomes::default();
    each(DRAWS, |rng, class, framed, seed| {
        let arrival = packets::noise(rng, class, framed);
        outcomes.agree(&arrival, class, seed);
    });
    outcomes.assert_nothing_differs();
}

/// One grammar: what the teacher chose, said to a fresh tape, brings up the same tokens in the same
/// places, and the same end; and no two tokens lie in one place.
#[test]
fn a_trace_can_be_said_again() {
    each(300, |rng, class, framed, seed| {
        let fault = rng.random_bool(0.5).then(|| packets::fault(rng, class));
        let data = rng.random_range(0..=120);
        say_again(&packets::arrival(rng, class, framed, data, fault), seed);
    });
}

fn each(draws: u64, mut test: impl FnMut(&mut ChaCha8Rng, Class, bool, u64)) {
    for class in Class::ALL {
        for seed in 0..draws {
            let framed = class.is_on_ethernet_only() || seed.is_multiple_of(2);
            test(&mut ChaCha8Rng::seed_from_u64(seed), class, framed, seed);
        }
    }
}

fn data(rng: &mut ChaCha8Rng, seed: u64) -> usize {
    rng.random_range(0..=if seed.is_multiple_of(50) { 1_472 } else { 60 })
}

fn say_again(arrival: &Arrival, seed: u64) {
    let packet = wire::hex::encode(&arrival.packet);
    let (trace, ending) = teacher::trace(&arrival.packet, &arrival.own);
    let (mut tape, start) = Tape::new(&arrival.packet, &arrival.own);
    let mut said = start.tokens().to_vec();
    let mut chosen = trace.iter().filter(|entry| entry.chosen).map(|entry| entry.token);
    let end = loop {
        let token = chosen.next().unwrap_or_else(|| panic!("seed {seed}: no end, {packet}"));
        match tape.push(token) {
            Step::Think(chunk) => said.extend(chunk.tokens()),
            Step::End(end) => break end,
        }
    };
    let (_, on_tape) = trace.split_last().expect("the token that ends it");
    let on_tape: Vec<_> = on_tape.iter().map(|entry| (entry.token, entry.position)).collect();
    let places: HashSet<_> =
        on_tape.iter().map(|(_, place)| (place.address, place.writing)).collect();
    assert_eq!(places.len(), on_tape.len(), "seed {seed}: two tokens in one place, {packet}");
    assert_eq!((said, end), (on_tape, ending), "seed {seed}, {packet}");
    assert_eq!((tape.len(), chosen.next()), (trace.len() - 1, None), "seed {seed}, {packet}");
}
