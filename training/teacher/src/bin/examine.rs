//! Examines weights: every token they choose on fresh packets against the teacher's, and every
//! context of the one adder they learned, counted until none is left unseen.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use nano::Seen;
use nano::tape::Ending;
use nano::transformer::{Context, Transformer};
use nano::vocabulary::{Label, Meaning, Token};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use teacher::packets::{self, Arrival};
use teacher::{Entry, trace};

/// Contexts of an adder cell: 4 nibbles × 256 bytes × 16 nibbles so far × carry.
const CONTEXTS: usize = 4 * 256 * 16 * 2;

#[derive(Parser)]
#[command(about = "Compare a network with its teacher, token for token")]
struct Arguments {
    /// Weights in the format that training/train.py writes.
    weights: PathBuf,
    /// Number of valid packets, and again as many with a fault.
    #[arg(short, default_value_t = 10_000)]
    n: u64,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Bytes of data in a packet: at least …
    #[arg(long, default_value_t = 0)]
    min: usize,
    /// … and at most.
    #[arg(long, default_value_t = 100)]
    max: usize,
    /// Also show every type and code, every first octet of a source, every protocol, every flags word
    /// and every version byte: 131,840 packets.
    #[arg(long)]
    exhaustive: bool,
    /// Show each packet on which they part.
    #[arg(long)]
    show: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let network = std::fs::read(&arguments.weights)
        .map_err(|error| error.to_string())
        .and_then(|bytes| Transformer::from_safetensors(&bytes).map_err(|error| error.to_string()));
    let network = match network {
        Ok(network) => network,
        Err(error) => {
            eprintln!("examine: {}: {error}", arguments.weights.display());
            return ExitCode::from(2);
        }
    };
    let mut examiner = Examiner::new(network, arguments.show);
    let mut rng = ChaCha8Rng::seed_from_u64(arguments.seed);
    for number in 0..2 * arguments.n {
        let data = rng.random_range(arguments.min..=arguments.max);
        let fault = (number >= arguments.n).then(|| packets::fault(&mut rng));
        let name = fault.map_or("valid".to_owned(), |fault| format!("{fault:?}"));
        examiner.examine(&name, &packets::arrival(&mut rng, data, fault));
    }
    if arguments.exhaustive {
        examiner.examine_every_decision();
    }
    examiner.report();
    ExitCode::from(u8::from(examiner.wrong > 0))
}

struct Examiner {
    network: Transformer,
    context: Context,
    show: bool,
    wrong: u64,
    /// By kind of packet: how many, and how many went as the teacher's.
    kinds: BTreeMap<String, (u64, u64)>,
    /// By the label after which they parted.
    parted: BTreeMap<String, u64>,
    seen: Vec<bool>,
}

impl Examiner {
    fn new(network: Transformer, show: bool) -> Examiner {
        Examiner {
            network,
            context: Context::default(),
            show,
            wrong: 0,
            kinds: BTreeMap::new(),
            parted: BTreeMap::new(),
            seen: vec![false; CONTEXTS],
        }
    }

    fn examine(&mut self, kind: &str, arrival: &Arrival) {
        let (lesson, right) = trace(&arrival.packet, arrival.own);
        let (said, ending) = self.think(arrival, lesson.len());
        self.cover(&lesson);
        let entry = self.kinds.entry(kind.to_owned()).or_default();
        entry.0 += 1;
        if said.iter().eq(lesson.iter().map(|entry| &entry.token)) && ending == Some(right) {
            entry.1 += 1;
            return;
        }
        self.wrong += 1;
        let at =
            said.iter().zip(&lesson).take_while(|(said, lesson)| **said == lesson.token).count();
        let place = last_label(&lesson[..at.min(lesson.len())]);
        *self.parted.entry(place.to_owned()).or_default() += 1;
        if self.show {
            println!("{kind} {:02x?} for {:?}", arrival.packet, arrival.own);
            println!(
                "  token {at} after {place}: {:?}, not {:?}",
                said.get(at),
                lesson.get(at).map(|e| e.token)
            );
        }
    }

    /// The decisions that look at one word, on every value of what they look at.
    fn examine_every_decision(&mut self) {
        for word in 0..=u16::MAX {
            let [high, low] = word.to_be_bytes();
            self.examine(
                "every type",
                &packets::plain(|packet| packet[20..22].copy_from_slice(&[high, low])),
            );
            self.examine(
                "every flags",
                &packets::plain(|packet| packet[6..8].copy_from_slice(&[high, low])),
            );
        }
        for byte in 0..=u8::MAX {
            self.examine("every source", &packets::plain(|packet| packet[12] = byte));
            self.examine("every protocol", &packets::plain(|packet| packet[9] = byte));
            self.examine("every version", &packets::plain(|packet| packet[0] = byte));
        }
    }

    fn think(&mut self, arrival: &Arrival, length: usize) -> (Vec<Token>, Option<Ending>) {
        let mut said = Vec::with_capacity(length);
        let ending =
            nano::think(&self.network, &mut self.context, &arrival.packet, arrival.own, |seen| {
                match seen {
                    Seen::Chunk(chunk) => {
                        said.extend(chunk.tokens().iter().map(|&(token, _)| token))
                    }
                    Seen::Last(token) => said.push(token),
                }
                said.len() <= length + 3
            });
        (said, ending)
    }

    /// Notes the adder contexts of the lines that add a word to the sum of the line before.
    fn cover(&mut self, lesson: &[Entry]) {
        let lines: Vec<&[Entry]> = lesson.chunk_by(|a, b| a.line() == b.line()).collect();
        for pair in lines.windows(2) {
            let ([_, _, _, before @ ..], [label, high, low, after @ ..]) = (pair[0], pair[1])
            else {
                continue;
            };
            if label.token != Token::label(Label::Data) || before.len() < 4 || after.len() < 4 {
                continue;
            }
            let mut carry =
                matches!(before[3].token.meaning(), Meaning::Nibble { carry: true, .. });
            for cell in 0..4 {
                let byte = if cell < 2 { low.token.0 } else { high.token.0 };
                let Meaning::Nibble { value, .. } = before[cell].token.meaning() else { break };
                if byte < 256 {
                    let at = ((cell * 256 + usize::from(byte)) * 16 + usize::from(value)) * 2;
                    self.seen[at + usize::from(carry)] = true;
                }
                carry = matches!(after[cell].token.meaning(), Meaning::Nibble { carry: true, .. });
            }
        }
    }

    fn report(&self) {
        for (kind, (count, right)) in &self.kinds {
            println!(
                "{kind:<16} {count:>8}  right {right:>8}  ({:.4} %)",
                100.0 * *right as f64 / *count as f64
            );
        }
        for (label, count) in &self.parted {
            println!("parted after {label}: {count}");
        }
        let seen = self.seen.iter().filter(|seen| **seen).count();
        println!("adder contexts seen: {seen} of {CONTEXTS}");
    }
}

fn last_label(entries: &[Entry]) -> &'static str {
    let labels = entries.iter().rev().map(|entry| entry.token.meaning());
    labels
        .filter_map(|meaning| match meaning {
            Meaning::Label(label) => Some(label.name()),
            _ => None,
        })
        .next()
        .unwrap_or("the start")
}
