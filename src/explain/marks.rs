//! An explanation as a reader sees it: the model's words as written, a mark behind each statement that
//! contradicts the bytes, and in the end how many were checked.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};

use super::claims::{Claim, Verdict};
use crate::view::printable;

const WRONG: Style = AnsiColor::Red.on_default().bold();

/// The words that begin at `start` of an explanation, with marks behind what contradicts the bytes.
pub fn marked(text: &str, start: usize, claims: &[Claim]) -> String {
    let (mut out, mut done) = (String::with_capacity(text.len()), 0);
    let mut wrong: Vec<&Claim> =
        claims.iter().filter(|claim| claim.verdict == Verdict::Contradicted).collect();
    wrong.sort_by_key(|claim| claim.range.end);
    for claim in wrong {
        let at = claim.range.end.saturating_sub(start).clamp(done, text.len());
        // What is quoted or in bold ends before the mark does.
        let closing = text[at..].find(|c| !matches!(c, '`' | '*' | '"' | '”'));
        let at = at + closing.unwrap_or(text.len() - at);
        shown(&text[done..at], &mut out);
        let _ = write!(out, " {WRONG}[✗ {}]{WRONG:#}", printable(&claim.actual));
        done = at;
    }
    shown(&text[done..], &mut out);
    out
}

/// Words without anything that could do more to a terminal than words do.
fn shown(text: &str, out: &mut String) {
    for piece in text.split_inclusive('\n') {
        let (line, end) = piece.strip_suffix('\n').map_or((piece, ""), |line| (line, "\n"));
        let line = line.trim_end_matches('\r').replace('\t', "    ");
        *out += &printable(&line);
        *out += end;
    }
}

/// How many statements were checked, and how they did.
pub fn tally(claims: &[Claim]) -> String {
    let count = |verdict| claims.iter().filter(|claim| claim.verdict == verdict).count();
    let (right, wrong) = (count(Verdict::Confirmed), count(Verdict::Contradicted));
    let statements = match right + wrong {
        0 => return "no statement in it could be checked against the bytes".to_owned(),
        1 => "1 statement checked".to_owned(),
        several => format!("{several} statements checked"),
    };
    let agree = if right == 1 { "agrees" } else { "agree" };
    match wrong {
        0 => format!("{statements}, {right} {agree} with the bytes, none contradicts them"),
        1 => format!("{statements}, {right} {agree} with the bytes, 1 contradicts them"),
        _ => format!("{statements}, {right} {agree} with the bytes, {wrong} contradict them"),
    }
}
