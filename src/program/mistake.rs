//! What is wrong with a program, where, and what to do about it.

use std::fmt;

use serde::Serialize;

/// One mistake. It displays as `shout.md:4: …`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Mistake {
    /// The file, as it was named.
    pub file: String,
    /// The line, from 1; 0 where it is the file as a whole.
    pub line: usize,
    /// What is wrong, and what to write instead.
    pub message: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.message),
            line => write!(f, "{}:{line}: {}", self.file, self.message),
        }
    }
}

/// Mistakes in one line, as a notice tells them.
pub fn report(mistakes: &[Mistake]) -> String {
    mistakes.iter().map(Mistake::to_string).collect::<Vec<_>>().join("; ")
}

/// Collects the mistakes of one file.
pub(super) struct Mistakes {
    file: String,
    lines: usize,
    list: Vec<Mistake>,
}

impl Mistakes {
    pub fn new(file: &str, text: &str) -> Mistakes {
        Mistakes { file: file.to_owned(), lines: text.lines().count().max(1), list: Vec::new() }
    }

    /// Adds one. What is missing at the end of the file is told at its last line.
    pub fn at(&mut self, line: usize, message: impl Into<String>) {
        let (file, line) = (self.file.clone(), line.clamp(1, self.lines));
        self.list.push(Mistake { file, line, message: message.into() });
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub fn into_sorted(mut self) -> Vec<Mistake> {
        self.list.sort_by_key(|mistake| mistake.line);
        self.list
    }
}

/// ` (did you mean `a` or `b`?)`, or nothing.
pub(super) fn did_you_mean(near: &[&str]) -> String {
    match near {
        [] => String::new(),
        near => format!(" (did you mean {}?)", near.join(" or ")),
    }
}
