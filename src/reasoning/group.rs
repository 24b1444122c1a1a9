//! Words of a stretch that share a rendered line.

use super::place::Place;

/// Words in a line.
const WORDS: usize = 4;
/// Columns of that many words with their sums.
const COLUMNS: usize = 41;

/// Words that wait to share a rendered line.
#[derive(Default)]
pub(super) struct Group {
    place: Place,
    english: &'static str,
    words: Vec<String>,
}

impl Group {
    /// Adds a word that was read or written there.
    pub(super) fn add(
        &mut self,
        place: Place,
        english: &'static str,
        word: String,
        show: &mut dyn FnMut(&str),
    ) {
        match self.words.is_empty() {
            true => *self = Group { place, english, ..Group::default() },
            false => self.place.bytes += place.bytes,
        }
        self.words.push(word);
        if self.words.len() == WORDS {
            self.show(show);
        }
    }

    /// Shows what waits.
    pub(super) fn show(&mut self, show: &mut dyn FnMut(&str)) {
        if !self.words.is_empty() {
            let (place, words) = (self.place.text(), self.words.join(" "));
            let line = format!("{place:<14}{words:<COLUMNS$}{}", self.english);
            show(line.trim_end());
            *self = Group::default();
        }
    }
}
