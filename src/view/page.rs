//! A page: lines for a terminal of 80 columns, with their colours, before they are printed.

use std::borrow::Cow;
use std::fmt::Write;

use anstyle::Style;

/// Columns that lines keep to, where their words allow it.
pub(super) const WIDTH: usize = 80;

/// Lines that were written and not printed yet.
#[derive(Debug, Default)]
pub(super) struct Page(pub(super) String);

impl Page {
    /// A line.
    pub(super) fn line(&mut self, text: &str) {
        self.0 += &printable(text);
        self.0.push('\n');
    }

    /// A line in colour.
    pub(super) fn styled(&mut self, style: Style, text: &str) {
        let _ = writeln!(self.0, "{style}{}{style:#}", printable(text));
    }

    /// Words separated by commas, as many lines as they need, each but the first indented.
    pub(super) fn list(&mut self, style: Style, first: &str, words: impl Iterator<Item = String>) {
        let mut line = first.to_owned();
        let indent = " ".repeat(first.chars().count());
        for (i, word) in words.enumerate() {
            if i > 0 {
                line.push(',');
            }
            if line.chars().count() + word.chars().count() + 2 > WIDTH && i > 0 {
                self.styled(style, &line);
                line.clone_from(&indent);
            } else if i > 0 {
                line.push(' ');
            }
            line += &word;
        }
        self.styled(style, &line);
    }
}

/// A text that does to a terminal what text does, and stays where it is put: what comes from a model or its
/// endpoint may hold control characters, which could do anything, and characters that end a line or write the
/// rest of it backwards.
pub fn printable(text: &str) -> Cow<'_, str> {
    match text.contains(is_unruly) {
        false => Cow::Borrowed(text),
        true => Cow::Owned(text.replace(is_unruly, "\u{fffd}")),
    }
}

fn is_unruly(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A paragraph broken between words, so that lines keep to so many columns where words allow it; the first line
/// and the others begin as told.
pub fn wrapped(first: &str, rest: &str, columns: usize, paragraph: &str) -> String {
    let (mut text, mut column) = (first.to_owned(), first.chars().count());
    for (index, word) in paragraph.split(' ').enumerate() {
        let width = word.chars().count();
        if index > 0 && column + 1 + width > columns {
            text = text + "\n" + rest;
            column = rest.chars().count();
        } else if index > 0 {
            text.push(' ');
            column += 1;
        }
        text += word;
        column += width;
    }
    text
}

/// A row of octets in hex with a blank before each. Around those at fault, by their place in the row, brackets
/// in that style take the place of blanks; `middle` stands before the ninth.
pub fn marked(row: &[u8], is_faulty: impl Fn(usize) -> bool, middle: &str, style: Style) -> String {
    let mut text = String::new();
    for (at, octet) in row.iter().enumerate() {
        let gap = if at == 8 { middle } else { "" };
        let _ = match (at > 0 && is_faulty(at - 1), is_faulty(at)) {
            (false, true) => write!(text, "{gap}{style}[{octet:02x}"),
            (true, false) => write!(text, "]{style:#}{gap}{octet:02x}"),
            _ => write!(text, "{gap} {octet:02x}"),
        };
    }
    if row.len().checked_sub(1).is_some_and(is_faulty) {
        let _ = write!(text, "]{style:#}");
    }
    text
}

/// Running text behind a mark, broken between words; it may come in pieces.
#[derive(Debug, Default)]
pub(super) struct Prose {
    /// Where the next word would stand; 0 before a row is begun.
    column: usize,
    /// Blanks that the next word has before it, if it stands in the same row.
    blanks: usize,
    /// The text of the line under way that is printed, in bytes.
    printed: usize,
}

impl Prose {
    /// Prints what `text`, the line so far, has beyond what is printed; to the last blank, or to its end
    /// if the line `ends`.
    pub(super) fn go_on(&mut self, page: &mut Page, mark: &str, text: &str, ends: bool) {
        let rest = text.get(self.printed..).unwrap_or_default();
        let whole = if ends { rest.len() } else { rest.rfind(' ').map_or(0, |at| at + 1) };
        for word in rest[..whole].split_inclusive(' ') {
            self.word(page, mark, word);
        }
        self.printed += whole;
        if !ends {
            return;
        }
        if self.printed == 0 {
            self.begin(page, mark);
        }
        self.interrupt(page);
        *self = Prose::default();
    }

    /// Ends the row under way, if there is one: something else comes between.
    pub(super) fn interrupt(&mut self, page: &mut Page) {
        if self.column > 0 {
            page.0.push('\n');
        }
        (self.column, self.blanks) = (0, 0);
    }

    fn begin(&mut self, page: &mut Page, mark: &str) {
        let _ = write!(page.0, "   {mark}");
        // Those that the line begins with are kept.
        (self.column, self.blanks) = (4, self.blanks + 1);
    }

    /// Prints a word; the blanks behind it wait for the next.
    fn word(&mut self, page: &mut Page, mark: &str, word: &str) {
        let (mut word, blanks) = match word.strip_suffix(' ') {
            Some(word) => (word, 1),
            None => (word, 0),
        };
        while !word.is_empty() {
            let columns = word.chars().count();
            if self.column == 0 {
                self.begin(page, mark);
            } else if self.column + self.blanks + columns > WIDTH && self.column > 4 {
                self.interrupt(page);
                self.begin(page, mark);
            }
            page.0.extend(std::iter::repeat_n(' ', self.blanks));
            self.column += std::mem::take(&mut self.blanks);
            // What is longer than a row, a packet in hex say, is cut where the row ends.
            let room = WIDTH - self.column;
            let cut = word.char_indices().nth(room).map_or(word.len(), |(at, _)| at);
            page.0 += &printable(&word[..cut]);
            self.column += columns.min(room);
            word = &word[cut..];
        }
        self.blanks += blanks;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn whole(text: &str) -> String {
        let mut page = Page::default();
        Prose::default().go_on(&mut page, "│", text, true);
        page.0
    }

    #[test]
    fn control_characters_are_shown_as_none() {
        let hostile = "a\x1b[31mb\x07\x0cc\r\n";
        let mut page = Page::default();
        page.line(hostile);
        page.list(Style::new(), hostile, [hostile.to_owned()].into_iter());
        Prose::default().go_on(&mut page, "│", hostile, true);
        assert_eq!(page.0.matches(char::is_control).count(), 3, "the ends of lines: {:?}", page.0);
        assert_eq!(printable("é│ \u{fffd}"), "é│ \u{fffd}");
    }

    #[test]
    fn lines_are_broken_between_words() {
        assert_eq!(whole("  short  line "), "   │   short  line\n");
        assert_eq!(whole(""), "   │\n");
        let text = "word ".repeat(16);
        let first = format!("   │ {}\n", "word ".repeat(15).trim_end());
        assert_eq!(whole(&text), format!("{first}   │ word\n"));
        let long = whole(&format!("hex {}", "4".repeat(200)));
        assert!(long.lines().all(|line| line.chars().count() <= WIDTH), "{long}");
        assert_eq!(long.matches('4').count(), 200);
    }

    proptest! {
        #[test]
        fn pieces_make_the_same_lines(pieces in prop::collection::vec("[a-zé ]{0,30}", 0..20)) {
            let text = pieces.concat();
            let (mut page, mut prose, mut line) = (Page::default(), Prose::default(), String::new());
            for piece in &pieces {
                line += piece;
                prose.go_on(&mut page, "│", &line, false);
            }
            prose.go_on(&mut page, "│", &text, true);
            prop_assert_eq!(page.0, whole(&text));
        }
    }
}
