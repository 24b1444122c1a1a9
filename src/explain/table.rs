//! A packet's fields and findings as text: the exact part of an explanation, the same for people and for
//! models. What a packet spells cannot forge a line of it.

use std::fmt::Write;
use std::ops::Range;

use verify::Finding;
use wire::{Dissection, edit};

use crate::view::printable;

/// The fields: a line a layer and, below, a line a field, with its bytes, name and value.
pub fn fields(dissection: &Dissection) -> String {
    let fields = dissection.fields();
    let width = fields.map(|field| field.name.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for layer in &dissection.layers {
        let _ = writeln!(text, "{}, {}", layer.name, bytes(&layer.range));
        for field in &layer.fields {
            let (place, value) = (place(&field.range), field.value.to_string());
            let _ = writeln!(text, "  {place:<9} {:<width$}  {}", field.name, printable(&value));
        }
    }
    if let Some(note) = &dissection.note {
        let _ = writeln!(text, "({})", printable(note));
    }
    text
}

/// The findings: each with its clause and what would put it right.
pub fn findings(findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        let _ = writeln!(text, "- {}", printable(&finding.to_string()));
        let _ = writeln!(text, "  clause: “{}”", finding.rule.quote);
        if let Some(note) = finding.rule.note {
            let _ = writeln!(text, "  note: {note}");
        }
        if !finding.edits.is_empty() {
            let _ = writeln!(text, "  fix: {}", edit::text(&finding.edits));
        }
    }
    text
}

/// `8`, or `10–11`.
fn place(range: &Range<usize>) -> String {
    match range.len() {
        0 | 1 => range.start.to_string(),
        _ => format!("{}–{}", range.start, range.end - 1),
    }
}

fn bytes(range: &Range<usize>) -> String {
    let plural = if range.len() > 1 { "s" } else { "" };
    format!("byte{plural} {}", place(range))
}
