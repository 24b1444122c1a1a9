//! What is wrong with a filter, and where in its text: shown with the place underlined.

use std::fmt;
use std::ops::Range;

use crate::view::printable;

/// Columns of the text that are shown.
const SHOWN: usize = 72;
/// Columns that are shown before the fault, where not all fits.
const BEFORE: usize = 30;

/// A text that is no filter. It displays as three lines: what is wrong, the text, and a line that
/// marks the place:
///
/// ```text
/// no field or protocol is called ip.tll: near it are ip.ttl, ipv4.ttl
///   tcp and ip.tll < 5
///           ^^^^^^
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterError {
    /// What is wrong, and what could be written instead.
    pub message: String,
    /// The octets of the text at fault; none, at its end, where something is missing there.
    pub range: Range<usize>,
    /// The whole text.
    pub text: String,
}

impl FilterError {
    pub(super) fn new(message: impl Into<String>, range: Range<usize>, text: &str) -> Self {
        FilterError { message: message.into(), range, text: text.to_owned() }
    }
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = |end: usize| self.text.get(..end).map_or(0, |text| text.chars().count());
        let (from, to) = (columns(self.range.start), columns(self.range.end));
        let skipped =
            if columns(self.text.len()) > SHOWN { from.saturating_sub(BEFORE) } else { 0 };
        // Line ends and tabs would put the mark elsewhere.
        let text = self.text.chars().skip(skipped).take(SHOWN);
        let text: String = text.map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
        let (blank, marks) = (from - skipped, (to.max(from + 1) - from).min(SHOWN));
        let marks = marks.min(SHOWN + 1 - blank.min(SHOWN));
        writeln!(f, "{}", printable(&self.message))?;
        writeln!(f, "  {}", printable(&text).trim_end())?;
        write!(f, "  {:blank$}{}", "", "^".repeat(marks))
    }
}

impl std::error::Error for FilterError {}
