//! Which packets are examined: each has a number, and a stream of random numbers of its own, so that it is the same
//! packet whatever is examined beside it.

use std::ops::RangeInclusive;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use teacher::packets::{self, Arrival, Class, Fault, QUESTIONS, Question};

/// A row of the report: packets of one kind.
pub struct Block {
    /// The name of the kind.
    pub name: String,
    /// How many there are.
    pub count: usize,
    class: Class,
    kind: Kind,
    seed: u64,
    /// Number of the first stream.
    first: u64,
}

enum Kind {
    /// `valid` packets without a fault, then others.
    Drawn { valid: usize, lengths: RangeInclusive<usize> },
    /// Every so manieth value of a word that decides.
    Asked { question: &'static Question, every: usize },
}

/// A packet to examine.
pub struct Case {
    pub arrival: Arrival,
    pub class: Class,
    pub fault: Option<Fault>,
    /// Which of all streams of the seed it was drawn from.
    pub stream: u64,
}

impl Block {
    /// Drawn packets of the class: `n` valid ones, then `n` with a fault.
    pub fn drawn(class: Class, n: usize, seed: u64, lengths: RangeInclusive<usize>) -> Block {
        let place = Class::ALL.iter().position(|other| *other == class);
        let kind = Kind::Drawn { valid: n, lengths };
        let first = stream(place.expect("every class is in ALL"));
        Block { name: class.name().into(), count: 2 * n, class, kind, seed, first }
    }

    /// Every so manieth value of the word, or all of the octet, with that number in [`QUESTIONS`].
    pub fn asked(number: usize, seed: u64, every: usize) -> Block {
        let question = &QUESTIONS[number];
        let every = if question.is_short() { 1 } else { every };
        Block {
            name: format!("{} {}", question.class.name(), question.name),
            count: question.count().div_ceil(every),
            class: question.class,
            kind: Kind::Asked { question, every },
            seed,
            first: stream(Class::ALL.len() + number),
        }
    }

    /// The packet with that number.
    pub fn case(&self, number: usize) -> Case {
        let stream = self.first + number as u64;
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(stream);
        let (arrival, fault) = match &self.kind {
            Kind::Drawn { valid, lengths } => {
                let data = rng.random_range(lengths.clone());
                let fault = (number >= *valid).then(|| packets::fault(&mut rng, self.class));
                let framed = self.class.is_on_ethernet_only() || number.is_multiple_of(2);
                (packets::arrival(&mut rng, self.class, framed, data, fault), fault)
            }
            Kind::Asked { question, every } => (question.arrival(&mut rng, number * every), None),
        };
        Case { arrival, class: self.class, fault, stream }
    }
}

/// Blocks have streams far apart, the same ones whatever else is examined.
fn stream(block: usize) -> u64 {
    (block as u64) << 32
}
