//! Findings for people: the packet, its octets at fault, what is wrong, the clause, the fix.

use std::collections::HashSet;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use indicatif::HumanCount;
use verify::{Finding, Severity};
use wire::{dissect, edit};

use super::{Output, Report, time};
use crate::lint::{Counts, Ended, Judged};
use crate::view::{marked, printable, wrapped};

const TITLE: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const BAD: Style = AnsiColor::Red.on_default().bold();
const ODD: Style = AnsiColor::Yellow.on_default();
const REMARK: Style = AnsiColor::Cyan.on_default();
/// Octets in a row.
const ROW: usize = 16;

/// Writes for a terminal.
pub struct TextReport {
    out: Output,
    /// Rules whose clause was quoted: once is enough.
    quoted: HashSet<&'static str>,
}

impl TextReport {
    /// Writes to `out`.
    pub fn new(out: Output) -> TextReport {
        TextReport { out, quoted: HashSet::new() }
    }

    fn finding(&mut self, judged: &Judged, finding: &Finding) -> io::Result<()> {
        let style = style(finding.severity);
        let (severity, rule) = (finding.severity, finding.rule);
        let place = match finding.place() {
            place if place.is_empty() => place,
            place => format!(" {place}:"),
        };
        let message = printable(&finding.message);
        writeln!(
            self.out,
            "  {style}{severity}{style:#} {TITLE}{}{TITLE:#}{place} {message}",
            rule.id
        )?;
        if let Some(packet) = judged.packet {
            self.octets(packet.bytes(), finding)?;
        }
        write!(self.out, "    {DIM}RFC {}, {} ({}){DIM:#}", rule.rfc, rule.section, rule.level)?;
        match self.quoted.insert(rule.id) {
            true => writeln!(self.out, "\n{DIM}{}{DIM:#}", quotation(rule.quote))?,
            false => writeln!(self.out)?,
        }
        if !finding.edits.is_empty() {
            writeln!(self.out, "    fix: {}", edit::text(&finding.edits))?;
        }
        Ok(())
    }

    /// The row in which the octets at fault begin, and the next if they go on there.
    fn octets(&mut self, bytes: &[u8], finding: &Finding) -> io::Result<()> {
        let faulty = finding.range();
        let first = faulty.start / ROW;
        for start in [first * ROW, (first + 1) * ROW].into_iter().filter(|row| *row < faulty.end) {
            let octets = bytes.get(start..).unwrap_or_default();
            let Some(octets) = octets.chunks(ROW).next() else { break };
            let row = marked(octets, |at| faulty.contains(&(start + at)), "", Style::new());
            writeln!(self.out, "    {DIM}{start:04x}{DIM:#} {row}")?;
        }
        Ok(())
    }
}

impl Report for TextReport {
    fn begin(&mut self, file: &str) -> io::Result<()> {
        writeln!(self.out, "{TITLE}{}{TITLE:#}", printable(file))
    }

    fn packet(&mut self, judged: &Judged) -> io::Result<()> {
        let time = judged.time.map_or_else(String::new, |at| format!(" {}", time(at)));
        let what = match (judged.packet, judged.flow) {
            (Some(packet), _) => dissect::frame(packet).summary(),
            (None, Some(flow)) => flow.to_string(),
            (None, None) => String::new(),
        };
        writeln!(self.out, "{TITLE}#{}{TITLE:#}{time} {}", judged.number, printable(&what))?;
        for finding in judged.findings {
            self.finding(judged, finding)?;
        }
        Ok(())
    }

    fn end(&mut self, ended: &Ended, seconds: f64) -> io::Result<()> {
        writeln!(self.out, "{}", totals(ended, seconds))
    }

    fn close(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn style(severity: Severity) -> Style {
    match severity {
        Severity::Error => BAD,
        Severity::Warning => ODD,
        Severity::Note => REMARK,
    }
}

/// The clause in quotation marks.
fn quotation(quote: &str) -> String {
    wrapped("    \u{201c}", "     ", 77, quote) + "\u{201d}"
}

/// What a capture came to, in one line.
pub(super) fn totals(ended: &Ended, seconds: f64) -> String {
    let Counts { packets, octets, faulty, .. } = ended.counts;
    let many = |count: u64, what: &str| match count {
        1 => format!("1 {what}"),
        count => format!("{} {what}s", grouped(count)),
    };
    let found = [Severity::Error, Severity::Warning, Severity::Note]
        .map(|severity| (ended.counts.of(severity), severity.name()));
    let found: Vec<String> = found
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| many(*count, name))
        .collect();
    let verdict = match found.is_empty() {
        true => "nothing found".to_owned(),
        false => format!("{} in {}", found.join(", "), many(faulty, "packet")),
    };
    let speed = match seconds > 0.01 {
        true => format!(
            ", {:.0} MB in {seconds:.2} s, {} packets/s",
            octets as f64 / 1e6,
            grouped((packets as f64 / seconds) as u64)
        ),
        false => String::new(),
    };
    format!("{verdict}; {} judged{speed}", many(packets, "packet"))
}

/// Digits in groups of three.
fn grouped(number: u64) -> String {
    HumanCount(number).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_in_groups() {
        let numbers = [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")];
        for (number, text) in numbers {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn a_clause_is_wrapped_and_whole() {
        for rule in verify::RULES {
            let text = quotation(rule.quote);
            assert!(text.lines().all(|line| line.chars().count() <= 78), "{text}");
            let words: Vec<_> = text.split_whitespace().collect();
            let whole = words.join(" ");
            assert_eq!(whole.trim_matches(['\u{201c}', '\u{201d}']), rule.quote);
        }
    }
}
