//! A text that comes in pieces of any size, cut where a reader takes breath: at the ends of lines and of
//! sentences. What is cut off can be checked and shown while the rest is still to come.

/// Words whose full stop ends no sentence.
const ABBREVIATED: [&str; 12] =
    ["e.g", "i.e", "sec", "vs", "cf", "approx", "etc", "resp", "fig", "incl", "ca", "p"];

/// Cuts a text.
#[derive(Debug, Default)]
pub struct Pieces {
    rest: String,
    /// The octets of `rest` in which there is no end of a piece.
    searched: usize,
}

impl Pieces {
    /// Takes more of the text; the pieces that are complete now, with all their characters.
    pub fn push(&mut self, text: &str) -> Vec<String> {
        self.rest += text;
        let mut pieces = Vec::new();
        while let Some(end) = self.next_end() {
            let after = self.rest.split_off(end);
            pieces.push(std::mem::replace(&mut self.rest, after));
            self.searched = 0;
        }
        pieces
    }

    /// What is left at the end of the text, if anything.
    pub fn end(&mut self) -> Option<String> {
        self.searched = 0;
        Some(std::mem::take(&mut self.rest)).filter(|rest| !rest.is_empty())
    }

    /// Where the first piece ends, if that is known: behind a line's end, or behind the blank after a
    /// sentence.
    fn next_end(&mut self) -> Option<usize> {
        for (at, character) in self.rest[self.searched..].char_indices() {
            let at = self.searched + at;
            if character == '\n' || (character == ' ' && ends_sentence(&self.rest[..at])) {
                return Some(at + 1);
            }
        }
        self.searched = self.rest.len();
        None
    }
}

/// Whether a text ends with that of a sentence.
fn ends_sentence(text: &str) -> bool {
    let text = text.trim_end_matches(['"', '”', '’', ')', '*', '`', '_']);
    let Some(before) = text.strip_suffix(['.', '!', '?']) else { return false };
    let word = before.rsplit([' ', '(', '\n']).next().unwrap_or_default();
    let word = word.trim_start_matches(['*', '_']).to_lowercase();
    // "1." begins an item.
    let numbered = before.trim_start().bytes().all(|byte| byte.is_ascii_digit());
    !numbered && !ABBREVIATED.contains(&word.as_str())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cut(texts: &[&str]) -> Vec<String> {
        let mut pieces = Pieces::default();
        let mut all: Vec<String> = texts.iter().flat_map(|text| pieces.push(text)).collect();
        all.extend(pieces.end());
        all
    }

    #[test]
    fn ends_of_lines_and_sentences() {
        let text = "## What\n1. It is one. The TTL (e.g. 64) is 3.5. **No!** End";
        let expect =
            ["## What\n", "1. It is one. ", "The TTL (e.g. 64) is 3.5. ", "**No!** ", "End"];
        assert_eq!(cut(&[text]), expect);
        assert_eq!(cut(&["a. ", "b.", " c"]), ["a. ", "b. ", "c"]);
    }

    proptest! {
        #[test]
        fn cuts_of_the_stream_do_not_matter(parts in prop::collection::vec("[a1é.!? \n)]{0,9}", 0..9)) {
            let whole = parts.concat();
            let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
            prop_assert_eq!(cut(&parts), cut(&[&whole]));
            prop_assert_eq!(cut(&parts).concat(), whole);
        }
    }
}
