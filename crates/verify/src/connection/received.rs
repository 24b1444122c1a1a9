//! What came on a connection, as sequence numbers: all up to one, then pieces after gaps.

use super::sequence::{at_most, before, earlier, later};

/// Pieces after gaps that are remembered. What comes when there is no place is forgotten: the peer, to whom it
/// was not acknowledged, sends it again.
const PIECES: usize = 8;

/// The sequence numbers that came.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Received {
    /// All before this one came.
    next: u32,
    /// The sequence number of the FIN, once it came.
    fin: Option<u32>,
    pieces: [Option<(u32, u32)>; PIECES],
}

impl Received {
    /// All that came is before `next`.
    pub(crate) fn until(next: u32) -> Received {
        Received { next, fin: None, pieces: [None; PIECES] }
    }

    /// The first number that did not come: the most that may be acknowledged.
    pub(crate) fn next(&self) -> u32 {
        self.next
    }

    /// Whether everything came, up to and with the FIN.
    pub(crate) fn is_ended(&self) -> bool {
        self.fin.is_some_and(|fin| before(fin, self.next))
    }

    /// Takes in text.
    pub(crate) fn take(&mut self, from: u32, to: u32) {
        let mut piece = (from, self.fin.map_or(to, |fin| earlier(fin, to)));
        if !before(piece.0, piece.1) {
            return;
        }
        for place in &mut self.pieces {
            // What touches is one piece with it.
            if place.is_some_and(|(start, end)| at_most(start, piece.1) && at_most(piece.0, end)) {
                let (start, end) = place.take().unwrap_or(piece);
                piece = (earlier(start, piece.0), later(end, piece.1));
            }
        }
        if at_most(piece.0, self.next) {
            self.advance(piece.1);
        } else if let Some(place) = self.pieces.iter_mut().find(|place| place.is_none()) {
            *place = Some(piece);
        }
    }

    /// Takes in a FIN, the first of which counts.
    pub(crate) fn end(&mut self, fin: u32) {
        self.fin = self.fin.or(Some(fin).filter(|fin| at_most(self.next, *fin)));
        self.advance(self.next);
    }

    fn advance(&mut self, to: u32) {
        self.next = later(self.next, to);
        for place in &mut self.pieces {
            if place.is_some_and(|(_, end)| at_most(end, self.next)) {
                *place = None;
            }
        }
        if self.fin == Some(self.next) {
            self.next = self.next.wrapping_add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_close_in_any_order() {
        for start in [1000, u32::MAX - 4] {
            let at = |offset: u32| start.wrapping_add(offset);
            let mut received = Received::until(start);
            received.take(at(6), at(8));
            received.take(at(2), at(4));
            received.end(at(8));
            assert_eq!(received.next(), start);
            received.take(at(0), at(2));
            assert_eq!(received.next(), at(4));
            assert!(!received.is_ended());
            received.take(at(3), at(7));
            assert_eq!(received.next(), at(9));
            assert!(received.is_ended());
        }
    }

    #[test]
    fn nothing_comes_after_the_end() {
        let mut received = Received::until(10);
        received.end(12);
        received.take(10, 20);
        assert_eq!((received.next(), received.is_ended()), (13, true));
        received.end(15);
        received.take(13, 15);
        assert_eq!(received.next(), 13);
    }

    #[test]
    fn pieces_that_touch_are_one() {
        let mut received = Received::until(0);
        for start in 10..50 {
            received.take(start, start + 2);
        }
        received.take(90, 100);
        received.take(0, 10);
        received.take(51, 90);
        assert_eq!(received.next(), 100);
    }

    #[test]
    fn pieces_are_bounded_and_what_is_forgotten_may_come_again() {
        let mut received = Received::until(0);
        for piece in 1..=20 {
            received.take(piece * 10, piece * 10 + 5);
        }
        received.take(0, 10);
        assert_eq!(received.next(), 15);
        received.take(15, 100);
        assert_eq!(received.next(), 100);
    }
}
