//! The contexts of the adder that the network learned: whatever it is to add, it has met before, or it has not.

use nano::vocabulary::{Meaning, Token};
use teacher::Entry;

/// Contexts of an adder cell: 4 nibbles × 256 octets × 16 nibbles so far × carry.
pub const CONTEXTS: usize = 4 * 256 * 16 * 2;

/// Which contexts were met, where a word was added and where one was subtracted.
pub struct Contexts {
    added: Vec<bool>,
    subtracted: Vec<bool>,
}

/// Four nibbles of a sum, each with the carry out of it.
type Sum = [(u8, bool); 4];

impl Contexts {
    /// None yet.
    pub fn new() -> Contexts {
        Contexts { added: vec![false; CONTEXTS], subtracted: vec![false; CONTEXTS] }
    }

    /// Notes those of a trace: of each line with a sum that follows from the sum of the line said before it.
    pub fn note(&mut self, trace: &[Entry]) {
        let lines =
            trace.chunk_by(|a, b| a.line() == b.line() && a.position.writing == b.position.writing);
        let mut before = None;
        for line in lines {
            let sum = sum(line);
            if let (Some(before), Some(after)) = (before, sum) {
                let word = [line[2].token, line[2].token, line[1].token, line[1].token];
                self.note_line(before, word, after);
            }
            before = sum;
        }
    }

    fn note_line(&mut self, before: Sum, word: [Token; 4], after: Sum) {
        let Some(octets) = octets(word) else { return };
        for (complement, seen) in [(0, &mut self.added), (15, &mut self.subtracted)] {
            let mut carry = before[3].1;
            let contexts: [_; 4] = std::array::from_fn(|cell| {
                let nibble = octets[cell] >> (4 * (cell & 1)) & 15 ^ complement;
                let total = before[cell].0 + nibble + u8::from(carry);
                let place =
                    (cell * 256 + usize::from(octets[cell])) * 16 + usize::from(before[cell].0);
                let context = 2 * place + usize::from(carry);
                carry = total > 15;
                (context, (total & 15, carry))
            });
            if contexts.map(|(_, nibble)| nibble) == after {
                contexts.iter().for_each(|(context, _)| seen[*context] = true);
            }
        }
    }

    /// Takes over what others met.
    pub fn merge(&mut self, other: &Contexts) {
        let both = [(&mut self.added, &other.added), (&mut self.subtracted, &other.subtracted)];
        for (mine, theirs) in both {
            mine.iter_mut().zip(theirs).for_each(|(mine, theirs)| *mine |= theirs);
        }
    }

    /// How many were met where words were added, and where they were subtracted.
    pub fn counts(&self) -> [usize; 2] {
        [&self.added, &self.subtracted].map(|seen| seen.iter().filter(|seen| **seen).count())
    }
}

/// The sum at the end of a line.
fn sum(line: &[Entry]) -> Option<Sum> {
    let [_, _, _, nibbles @ ..] = line else { return None };
    let nibbles: [Entry; 4] = nibbles.try_into().ok()?;
    let mut sum = [(0, false); 4];
    for (nibble, entry) in sum.iter_mut().zip(nibbles) {
        let Meaning::Nibble { value, carry } = entry.token.meaning() else { return None };
        *nibble = (value, carry);
    }
    Some(sum)
}

fn octets(word: [Token; 4]) -> Option<[u8; 4]> {
    let mut octets = [0; 4];
    for (octet, token) in octets.iter_mut().zip(word) {
        let Meaning::Byte(byte) = token.meaning() else { return None };
        *octet = byte;
    }
    Some(octets)
}
