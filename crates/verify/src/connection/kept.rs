//! Octets that were sent and not yet acknowledged, so that what is sent again can be held against them.

use std::collections::VecDeque;

use super::sequence::{before, distance};

/// Octets kept of one connection. More than that in flight is not compared.
pub(crate) const MOST: usize = 16_384;

/// A run of octets, numbered.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    /// The sequence number of the first.
    from: u32,
    octets: VecDeque<u8>,
}

impl Kept {
    /// None yet; the first will have that number.
    pub(crate) fn from(from: u32) -> Kept {
        Kept { from, octets: VecDeque::new() }
    }

    /// Keeps what is sent for the first time, as far as there is room; after what was left out there is none.
    pub(crate) fn send(&mut self, sequence: u32, text: &[u8]) {
        if self.octets.is_empty() {
            self.from = sequence;
        }
        let end = distance(self.from, sequence.wrapping_add(text_len(text)));
        let known = self.octets.len();
        let Some(new) = (end as usize).checked_sub(known).filter(|new| *new <= text.len()) else {
            return;
        };
        let room = MOST - known;
        self.octets.extend(text[text.len() - new..].iter().take(room));
    }

    /// Forgets what comes before `una`, which is acknowledged.
    pub(crate) fn acknowledge(&mut self, una: u32) {
        if before(self.from, una) {
            let count = (distance(self.from, una) as usize).min(self.octets.len());
            self.octets.drain(..count);
            self.octets.shrink_to(MOST / 8);
            self.from = una;
        }
    }

    /// Which octet of `text` is the first to be another than was sent under its number.
    pub(crate) fn differs(&self, sequence: u32, text: &[u8]) -> Option<usize> {
        let kept = |index: usize| {
            let number = sequence.wrapping_add(index as u32);
            let at = distance(self.from, number) as usize;
            self.octets.get(at).copied()
        };
        (0..text.len()).find(|index| kept(*index).is_some_and(|octet| octet != text[*index]))
    }

    /// How many there are.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.octets.len()
    }
}

fn text_len(text: &[u8]) -> u32 {
    u32::try_from(text.len()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_again_is_compared_until_it_is_acknowledged() {
        for start in [100, u32::MAX - 2] {
            let at = |offset: u32| start.wrapping_add(offset);
            let mut kept = Kept::from(at(0));
            kept.send(at(0), b"hello ");
            // The second half again, and more.
            kept.send(at(4), b"o world");
            assert_eq!(kept.differs(at(0), b"hello world, and more"), None);
            assert_eq!(kept.differs(at(2), b"llo worLd"), Some(7));
            kept.acknowledge(at(6));
            assert_eq!(kept.differs(at(0), b"HELLO world"), None);
            assert_eq!(kept.differs(at(6), b"worlD"), Some(4));
            assert_eq!(kept.len(), 5);
        }
    }

    #[test]
    fn memory_is_bounded_and_fills_again_once_acknowledged() {
        let mut kept = Kept::from(0);
        let mut sequence = 0;
        for _ in 0..100 {
            kept.send(sequence, &[7; 1000]);
            sequence += 1000;
        }
        assert_eq!(kept.len(), MOST);
        assert_eq!(kept.differs(0, &[8; 4]), Some(0));
        assert_eq!(kept.differs(50_000, &[8; 4]), None);
        kept.acknowledge(sequence);
        assert_eq!(kept.len(), 0);
        kept.send(sequence, b"new");
        assert_eq!(kept.differs(sequence, b"neW"), Some(2));
    }
}
