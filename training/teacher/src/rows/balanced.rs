//! Windows in which every label is as frequent as any other. Which kinds of packets a label is said of is found
//! out once, by drawing some of each.

use std::sync::LazyLock;

use nano::protocol::Label;
use nano::vocabulary::Meaning;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{Window, data_length};
use crate::packets::{self, Arrival, Class, Fault};
use crate::trace;

/// Packets of each kind that are looked at.
const SAMPLES: u64 = 48;

/// Packets of a kind that are drawn until a label is said that is rare in it.
const TRIES: usize = 80;

/// How often noise is drawn for one packet with a certain fault.
const NOISE: u32 = 6;

/// One kind of packets.
#[derive(Clone, Copy)]
struct Kind {
    class: Class,
    framed: bool,
    flaw: Flaw,
}

/// What may be wrong with packets of a kind.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flaw {
    Nothing,
    Fault(Fault),
    Noise,
}

/// A label, and the kinds of packets that it was said of, with how many of them.
type Said = (Label, Vec<(Kind, u32)>);

/// Every label that was said.
static KINDS: LazyLock<Vec<Said>> = LazyLock::new(|| {
    let mut of_label = vec![Vec::new(); Label::COUNT];
    for (number, kind) in kinds().into_iter().enumerate() {
        for (label, count) in said_of(kind, number as u64).into_iter().enumerate() {
            if count > 0 {
                let weight = if kind.flaw == Flaw::Noise { NOISE } else { 1 };
                of_label[label].push((kind, weight * count));
            }
        }
    }
    let all = Label::ALL.into_iter().zip(of_label);
    all.filter(|(_, kinds)| !kinds.is_empty()).collect()
});

/// A window around a label that is drawn from all that are ever said.
pub(super) fn window(rng: &mut ChaCha8Rng) -> Window {
    loop {
        let (label, kinds) = KINDS.choose(rng).expect("something is said");
        for _ in 0..TRIES {
            let (kind, _) = kinds.choose_weighted(rng, |kind| kind.1).expect("counts are positive");
            let arrival = kind.arrival(rng);
            if let Some(window) = Window::around(rng, arrival, *label) {
                return window;
            }
        }
    }
}

fn kinds() -> Vec<Kind> {
    let mut kinds = Vec::new();
    for class in Class::ALL {
        let faults = class.faults().iter().map(|(fault, _)| Flaw::Fault(*fault));
        for flaw in [Flaw::Nothing, Flaw::Noise].into_iter().chain(faults) {
            let on_ethernet = matches!(flaw, Flaw::Fault(fault) if fault.is_on_ethernet_only());
            kinds.push(Kind { class, framed: true, flaw });
            if !on_ethernet && !class.is_on_ethernet_only() {
                kinds.push(Kind { class, framed: false, flaw });
            }
        }
    }
    kinds
}

/// In how many packets of a kind each label is said.
fn said_of(kind: Kind, number: u64) -> Vec<u32> {
    let mut counts = vec![0; Label::COUNT];
    for sample in 0..SAMPLES {
        let mut rng = ChaCha8Rng::seed_from_u64(number);
        rng.set_stream(sample);
        let Arrival { packet, own } = kind.arrival(&mut rng);
        let mut said = [false; Label::COUNT];
        for entry in trace(&packet, &own).0 {
            if let Meaning::Label(label) = entry.token.meaning() {
                said[label.number()] = true;
            }
        }
        counts.iter_mut().zip(said).for_each(|(count, said)| *count += u32::from(said));
    }
    counts
}

impl Kind {
    fn arrival(self, rng: &mut ChaCha8Rng) -> Arrival {
        let data = if rng.random_ratio(1, 6) { data_length(rng) } else { rng.random_range(0..12) };
        let fault = match self.flaw {
            Flaw::Noise => return packets::noise(rng, self.class, self.framed),
            Flaw::Fault(fault) => Some(fault),
            Flaw::Nothing => None,
        };
        packets::arrival(rng, self.class, self.framed, data, fault)
    }
}
