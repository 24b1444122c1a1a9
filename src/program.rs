//! Programs: what a hosted model is told of a protocol, in Markdown files that anybody can edit.
//!
//! After the packet has come and before the prompt is made, the programs that claim it are chosen, from the
//! root `host` upwards ([`Programs::choose`]). A file is read in two parts: front matter in YAML says when
//! the program is chosen ([`Claim`]) and what a flow may remember ([`StateLimits`]); the body, under fixed
//! headings, is what the model reads. What is wrong with either is a [`Mistake`] with its line.
//! `programs/README.md` is the grammar.

use std::fmt;
use std::path::{Path, PathBuf};

mod body;
mod check;
mod claim;
mod folder;
mod front;
mod library;
mod mistake;
mod set;
mod template;
mod yaml;

pub use claim::{Claim, Values};
pub use folder::Text;
pub use front::StateLimits;
pub use library::{Library, LibraryError};
pub use mistake::{Mistake, report};
pub use set::Programs;
pub use template::template;

use front::Front;
use mistake::Mistakes;

/// The name of the program that has no other under it and is chosen for every packet.
pub const ROOT: &str = "host";
/// The octets that a body may have: all that is chosen is read for every packet.
pub const MAX_BODY: usize = 6_000;

/// One program: a file of Markdown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// Its name, which is that of its file.
    pub name: String,
    /// The version that its author gave it, from 1.
    pub version: u32,
    /// The RFCs that it is written from.
    pub rfcs: Vec<u16>,
    /// The programs of which one must have been chosen for this one to be; none for the root.
    pub over: Vec<String>,
    /// The packets it is for: those of which one claim holds; none for the root.
    pub claims: Vec<Claim>,
    /// What a flow of it may remember; `None` if nothing.
    pub state: Option<StateLimits>,
    /// The body's first line, without its mark.
    pub title: String,
    /// The body, title and all: what the model reads.
    pub text: String,
    /// Where it came from.
    pub source: Source,
    file: String,
    over_line: usize,
    whole: String,
}

/// Where a program came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// It is part of softstack.
    Shipped,
    /// A file.
    File(PathBuf),
}

impl Program {
    /// Reads a program. `file` is the path or name of its file: mistakes are told with it, and the program
    /// must have its name.
    ///
    /// # Errors
    /// Every mistake in it, in the order of their lines.
    pub fn parse(file: &str, text: &str) -> Result<Program, Vec<Mistake>> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
        let mut mistakes = Mistakes::new(file, &text);
        plain(&text, &mut mistakes);
        // What else is wrong is told in words of the file, which are to be text.
        let program = mistakes.is_empty().then(|| read(file, &text, &mut mistakes)).flatten();
        let mistakes = mistakes.into_sorted();
        program.filter(|_| mistakes.is_empty()).ok_or(mistakes)
    }

    /// The whole file, front matter and all.
    pub fn markdown(&self) -> &str {
        &self.whole
    }
}

fn read(file: &str, whole: &str, mistakes: &mut Mistakes) -> Option<Program> {
    let (matter, body, body_line) = split(whole, mistakes)?;
    let front = Front::read(matter, mistakes);
    let title = body::check(body, body_line, mistakes);
    let front = front?;
    if Path::new(file).file_stem().and_then(|stem| stem.to_str()) != Some(&front.name) {
        let name = &front.name;
        mistakes.at(front.name_line, format!("the program {name} belongs into a file {name}.md"));
    }
    let Front { name, version, rfcs, over, claims, state, over_line, .. } = front;
    let (source, file) = (Source::File(file.into()), file.to_owned());
    let (title, text) = (title?, body.trim().to_owned() + "\n");
    Some(Program {
        name,
        version,
        rfcs,
        over,
        claims,
        state,
        title,
        text,
        source,
        file,
        over_line,
        whole: whole.to_owned(),
    })
}

/// Models read it, and terminals print it: nothing in it may be more than text, or end a line for some alone.
fn plain(text: &str, mistakes: &mut Mistakes) {
    let is_more = |c: &char| c.is_control() && *c != '\t' || ['\u{2028}', '\u{2029}'].contains(c);
    for (index, line) in text.split('\n').enumerate() {
        if let Some(found) = line.chars().find(is_more) {
            let message =
                format!("the character U+{:04X} is no text: leave it out", u32::from(found));
            mistakes.at(index + 1, message);
        }
    }
}

/// Front matter and body, and the line at which the body begins. The first begins at line 2.
fn split<'t>(text: &'t str, mistakes: &mut Mistakes) -> Option<(&'t str, &'t str, usize)> {
    let is_mark = |line: &str| line.trim_end() == "---";
    let first = text.split_inclusive('\n').next().unwrap_or_default();
    if !is_mark(first) {
        mistakes.at(1, "the first line must be --- and the front matter follow it");
        return None;
    }
    let mut end = first.len();
    for (index, line) in text[first.len()..].split_inclusive('\n').enumerate() {
        if is_mark(line) {
            return Some((&text[first.len()..end], &text[end + line.len()..], index + 3));
        }
        end += line.len();
    }
    mistakes.at(1, "the front matter does not end: put a line --- after it");
    None
}

/// `shipped`, or the path.
impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Shipped => f.write_str("shipped"),
            Source::File(path) => path.display().fmt(f),
        }
    }
}

#[cfg(test)]
mod tests;
