//! Rows of training tokens. Attention is local on the tape, so a long trace is learned from windows
//! of it; several windows are packed into a row of fixed length and told apart by a sample number.

use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use nano::protocol::Label;
use nano::vocabulary::{Meaning, Token};

use crate::packets::{self, Arrival, Class};
use crate::{Entry, trace};

mod balanced;

/// One token of a row as the learner reads it: ten bytes, little-endian.
#[derive(Clone, Copy, Default)]
pub struct Cell {
    /// Token number.
    pub token: u16,
    /// Number of the token that follows it on the tape.
    pub target: u16,
    /// Tape address.
    pub address: u32,
    /// Track, whether the next token is to be learned, and whether that one is a label.
    pub flags: u8,
    /// Which sample of the row this belongs to; 0 is padding.
    pub sample: u8,
}

/// The token lies on the writing track.
pub const WRITING: u8 = 1;
/// The network has to choose the next token.
pub const LEARN: u8 = 2;
/// The next token is a label.
pub const LABEL: u8 = 4;

/// Least room in a row for another window.
const LEAST: usize = 24;
/// Lines at the start of a window that are context only, and write lines at its end that lack theirs: a token
/// sees as far.
const CONTEXT: u32 = 2;

impl Cell {
    /// The ten bytes that go over the pipe.
    pub fn bytes(&self) -> [u8; 10] {
        let [t0, t1] = self.token.to_le_bytes();
        let [n0, n1] = self.target.to_le_bytes();
        let [a0, a1, a2, a3] = self.address.to_le_bytes();
        [t0, t1, n0, n1, a0, a1, a2, a3, self.flags, self.sample]
    }
}

/// What a row is drawn from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mixture {
    /// Windows of everything, for learning.
    Learn,
    /// Whole traces of valid packets with up to 32 bytes of data, packed, for evaluation.
    Valid,
    /// Whole traces of bad packets, packed, for evaluation.
    Bad,
}

/// The row with this number of the stream with this seed.
pub fn row(mixture: Mixture, seed: u64, number: u64, length: usize) -> Vec<Cell> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(number);
    let mut row = Vec::with_capacity(length);
    let mut sample = 1;
    while row.len() + LEAST < length && sample < 255 {
        let Some(window) = window(mixture, &mut rng, length - row.len()) else { break };
        window.append(&mut row, sample);
        sample += 1;
    }
    row.resize(length, Cell::default());
    row
}

fn window(mixture: Mixture, rng: &mut ChaCha8Rng, room: usize) -> Option<Window> {
    for _ in 0..8 {
        let window = match mixture {
            Mixture::Learn => learning_window(rng, room),
            Mixture::Valid => Window::whole(small(rng, 32, false)),
            Mixture::Bad => Window::whole(small(rng, 32, true)),
        };
        if window.length() <= room {
            return Some(window);
        }
    }
    None
}

/// A packet of any class with little data.
fn small(rng: &mut ChaCha8Rng, most: usize, bad: bool) -> Arrival {
    let data = rng.random_range(0..=most);
    arrival(rng, data, bad)
}

fn arrival(rng: &mut ChaCha8Rng, data: usize, bad: bool) -> Arrival {
    let class = class(rng);
    let framed = class.is_on_ethernet_only() || rng.random_ratio(1, 3);
    let fault = bad.then(|| packets::fault(rng, class));
    packets::arrival(rng, class, framed, data, fault)
}

/// Every class as often; echo, whose header has lines of its own, twice as often.
fn class(rng: &mut ChaCha8Rng) -> Class {
    match rng.random_ratio(1, 14) {
        true => Class::Echo,
        false => *Class::ALL.choose(rng).expect("there are classes"),
    }
}

fn learning_window(rng: &mut ChaCha8Rng, room: usize) -> Window {
    match rng.random_range(0..100) {
        // Whole small packets, as far as they fit.
        0..6 => Window::whole(small(rng, 6, false)),
        6..12 => Window::whole(small(rng, 6, true)),
        // Where a label follows another than itself.
        12..18 => {
            let data = data_length(rng);
            let bad = rng.random_ratio(1, 4);
            let arrival = arrival(rng, data, bad);
            Window::around_a_turn(rng, arrival)
        }
        // Anywhere.
        18..20 => {
            let arrival = small(rng, 48, false);
            Window::anywhere(rng, arrival)
        }
        // The end of a bad packet, where the decision is.
        20..26 => Window::end(small(rng, 24, true), room.min(120)),
        26..36 => {
            let class = class(rng);
            let framed = class.is_on_ethernet_only() || rng.random_ratio(1, 3);
            Window::end(packets::noise(rng, class, framed), room.min(160))
        }
        // Each label as often as any other, however rare packets are that it is said of.
        _ => balanced::window(rng),
    }
}

/// Lengths over the whole range, so that no value of a length byte is a stranger.
fn data_length(rng: &mut ChaCha8Rng) -> usize {
    match rng.random_range(0..40) {
        0..24 => rng.random_range(0..20),
        24..32 => rng.random_range(0..128),
        32..37 => rng.random_range(0..1473),
        37..39 => rng.random_range(400..1300),
        _ => rng.random_range(0..8192),
    }
}

/// Part of a trace: the lines `first..=last` of both tracks.
struct Window {
    trace: Vec<Entry>,
    first: u32,
    last: u32,
}

impl Window {
    fn whole(arrival: Arrival) -> Window {
        Window { trace: trace(&arrival.packet, &arrival.own).0, first: 0, last: u32::MAX }
    }

    fn anywhere(rng: &mut ChaCha8Rng, arrival: Arrival) -> Window {
        let mut window = Window::whole(arrival);
        let line = rng.random_range(0..=window.lines());
        window.narrow(rng, line);
        window
    }

    fn around_a_turn(rng: &mut ChaCha8Rng, arrival: Arrival) -> Window {
        let mut window = Window::whole(arrival);
        let line = *window.turns().choose(rng).expect("a trace has lines");
        window.narrow(rng, line);
        window
    }

    /// The end of a trace: lines that hold so many tokens at most, those of earlier lines that were written late
    /// left out.
    fn end(arrival: Arrival, room: usize) -> Window {
        let mut window = Window::whole(arrival);
        let lines = window.lines();
        window.first = lines.saturating_sub(room as u32 / 9);
        window
    }

    /// Around a place where that label is said, or before it is; `None` if it is not.
    fn around(rng: &mut ChaCha8Rng, arrival: Arrival, label: Label) -> Option<Window> {
        let mut window = Window::whole(arrival);
        let said =
            (1..window.trace.len()).filter(|at| window.trace[*at].token == Token::label(label));
        let at = *said.collect::<Vec<_>>().choose(rng)?;
        let line = window.trace[at - rng.random_range(0..=1)].line();
        window.first = line.saturating_sub(rng.random_range(2..5));
        window.last = line + rng.random_range(2..8);
        Some(window)
    }

    fn narrow(&mut self, rng: &mut ChaCha8Rng, line: u32) {
        self.first = line.saturating_sub(rng.random_range(2..6));
        self.last = self.first + rng.random_range(6..26);
    }

    /// The number of the last line.
    fn lines(&self) -> u32 {
        self.trace.iter().map(Entry::line).max().unwrap_or(0)
    }

    /// Lines whose label is not that of the line before in time.
    fn turns(&self) -> Vec<u32> {
        let labels = self.trace.iter().filter(|e| matches!(e.token.meaning(), Meaning::Label(_)));
        let labels: Vec<(Token, u32)> = labels.map(|e| (e.token, e.line())).collect();
        let turns = labels.windows(2).filter(|pair| pair[0].0 != pair[1].0);
        std::iter::once(0).chain(turns.map(|pair| pair[0].1)).collect()
    }

    fn holds(&self, entry: &Entry) -> bool {
        (self.first..=self.last).contains(&entry.line())
    }

    fn length(&self) -> usize {
        self.trace.iter().filter(|entry| self.holds(entry)).count()
    }

    fn append(&self, row: &mut Vec<Cell>, sample: u8) {
        let lines = self.lines();
        for (i, entry) in self.trace.iter().enumerate().filter(|(_, entry)| self.holds(entry)) {
            let next = self.trace.get(i + 1).filter(|_| self.is_understood(entry, lines));
            row.push(Cell {
                token: entry.token.0,
                target: next.map_or(0, |next| next.token.0),
                address: entry.position.address,
                flags: next.map_or(0, lesson) | if entry.position.writing { WRITING } else { 0 },
                sample,
            });
        }
    }

    /// Whether all that a token sees of the trace is in the window.
    fn is_understood(&self, entry: &Entry, lines: u32) -> bool {
        let from = if self.first == 0 { 0 } else { self.first + CONTEXT };
        let ahead = if entry.position.writing { CONTEXT } else { 0 };
        entry.line() >= from && entry.line().saturating_add(ahead).min(lines) <= self.last
    }
}

/// The flags of a token that `next` follows.
fn lesson(next: &Entry) -> u8 {
    match (next.chosen, next.token.meaning()) {
        (false, _) => 0,
        (true, Meaning::Label(_)) => LEARN | LABEL,
        (true, _) => LEARN,
    }
}
