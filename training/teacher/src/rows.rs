//! Rows of training tokens. Attention is local on the tape, so a long trace is learned from windows
//! of it; several windows are packed into a row of fixed length and told apart by a sample number.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use nano::vocabulary::Meaning;

use crate::packets::{self, Arrival, Fault};
use crate::{Entry, trace};

/// One token of a row as the learner reads it: eight bytes, little-endian.
#[derive(Clone, Copy, Default)]
pub struct Cell {
    /// Token number.
    pub token: u16,
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

impl Cell {
    /// The eight bytes that go over the pipe.
    pub fn bytes(&self) -> [u8; 8] {
        let [t0, t1] = self.token.to_le_bytes();
        let [a0, a1, a2, a3] = self.address.to_le_bytes();
        [t0, t1, a0, a1, a2, a3, self.flags, self.sample]
    }
}

/// What a row is drawn from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mixture {
    /// Windows of everything, for learning.
    Learn,
    /// Whole traces of valid requests of 28 to 84 bytes, one a row, for evaluation.
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
    while row.len() + 24 < length && sample < 255 {
        let Some(window) = window(mixture, &mut rng, length - row.len()) else { break };
        append(&mut row, &window, sample);
        sample += 1;
    }
    row.resize(length, Cell::default());
    row
}

/// Part of a trace, with the first line from which on it is to be learned.
struct Window {
    /// Tokens with their number in the trace, so that a gap shows.
    entries: Vec<(usize, Entry)>,
    from_line: u32,
}

impl Window {
    fn new(arrival: &Arrival, from_line: u32, keep: impl Fn(&Entry) -> bool) -> Window {
        let entries = trace(&arrival.packet, arrival.own).0;
        let entries = entries.into_iter().enumerate().filter(|(_, entry)| keep(entry)).collect();
        Window { entries, from_line }
    }
}

fn window(mixture: Mixture, rng: &mut ChaCha8Rng, room: usize) -> Option<Window> {
    for _ in 0..8 {
        let window = match mixture {
            Mixture::Learn => learning_window(rng),
            Mixture::Valid => {
                let data = rng.random_range(0..=56);
                whole(packets::arrival(rng, data, None))
            }
            Mixture::Bad => {
                let data = rng.random_range(0..=16);
                let fault = packets::fault(rng);
                whole(packets::arrival(rng, data, Some(fault)))
            }
        };
        if window.entries.len() <= room {
            return Some(window);
        }
    }
    None
}

fn whole(arrival: Arrival) -> Window {
    Window::new(&arrival, 0, |_| true)
}

fn learning_window(rng: &mut ChaCha8Rng) -> Window {
    match rng.random_range(0..100) {
        // Whole small packets.
        0..14 => {
            let data = rng.random_range(0..4);
            whole(packets::arrival(rng, data, None))
        }
        // The header and what is written opposite to it, of longer packets.
        14..28 => {
            let (data, fault) = (data_length(rng), None);
            let arrival = packets::arrival(rng, data, fault);
            let last = header_lines(&arrival) + 3;
            cut(arrival, 0, last)
        }
        // The end of the data and of the reply.
        28..42 => {
            let data = rng.random_range(4..24);
            let arrival = packets::arrival(rng, data, None);
            cut_tail(arrival, 8)
        }
        // The middle of the data, read and written.
        42..62 => {
            let data = rng.random_range(16..80);
            let arrival = packets::arrival(rng, data, None);
            let first = header_lines(&arrival) + rng.random_range(1..(data as u32 / 2 - 4));
            cut(arrival, first, first + rng.random_range(5..9))
        }
        // Bad packets whole, and only their ends, where the decision is.
        62..74 => {
            let fault = packets::fault(rng);
            let data = rng.random_range(0..6);
            whole(packets::arrival(rng, data, Some(fault)))
        }
        74..96 => {
            let fault = packets::fault(rng);
            let data =
                if fault == Fault::Short { data_length(rng) } else { rng.random_range(0..24) };
            cut_tail(packets::arrival(rng, data, Some(fault)), 5)
        }
        _ => cut_tail(packets::noise(rng), 12),
    }
}

/// Lengths over the whole range, so that no value of a length byte is a stranger.
fn data_length(rng: &mut ChaCha8Rng) -> usize {
    match rng.random_range(0..20) {
        0..11 => rng.random_range(0..128),
        11..17 => rng.random_range(0..1473),
        17..19 => rng.random_range(0..8192),
        _ => rng.random_range(0..65_508),
    }
}

/// The line on which the identifier is read.
fn header_lines(arrival: &Arrival) -> u32 {
    // 11 lines of header, 4 or 6 or 8 of addresses, 3 looks, and the empty line before the first.
    let same_low_half = arrival.packet[14..16] == arrival.own[2..4];
    if same_low_half { 23 } else { 21 }
}

/// The lines `first..=last` of both tracks; the first two lines are context only.
fn cut(arrival: Arrival, first: u32, last: u32) -> Window {
    Window::new(&arrival, context(first), |entry| (first..=last).contains(&entry.line()))
}

/// The last `lines` lines that were read, and what is written opposite to them.
fn cut_tail(arrival: Arrival, lines: u32) -> Window {
    let entries = trace(&arrival.packet, arrival.own).0;
    let read = entries.iter().filter(|entry| !entry.position.writing);
    let first = read.map(Entry::line).max().unwrap_or(0).saturating_sub(lines);
    Window::new(&arrival, context(first), |entry| entry.line() >= first)
}

/// The first line to learn from, where the window begins at line `first`.
fn context(first: u32) -> u32 {
    if first == 0 { 0 } else { first + 2 }
}

fn append(row: &mut Vec<Cell>, window: &Window, sample: u8) {
    for (i, (number, entry)) in window.entries.iter().enumerate() {
        let next = window.entries.get(i + 1).filter(|(next, _)| *next == number + 1);
        row.push(Cell {
            token: entry.token.0,
            address: entry.position.address,
            flags: next.map_or(0, |(_, next)| lesson(next, window.from_line))
                | if entry.position.writing { WRITING } else { 0 },
            sample,
        });
    }
}

/// The flags of a token that `next` follows.
fn lesson(next: &Entry, from_line: u32) -> u8 {
    if !next.chosen || next.line() < from_line {
        return 0;
    }
    match next.token.meaning() {
        Meaning::Label(_) => LEARN | LABEL,
        _ => LEARN,
    }
}
