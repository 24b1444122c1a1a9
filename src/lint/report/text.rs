//! Findings for people: the packet, its octets at fault, what is wrong, the clause, the fix.

use std::collections::HashSet;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use verify::{Finding, Severity};
use wire::dissect;

use super::{Output, Report, time};
use crate::lint::{Counts, Ended, Judged};
use crate::view::printable;

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
    captures: u32,
}

impl TextReport {
    /// Writes to `out`.
    pub fn new(out: Output) -> TextReport {
        TextReport { out, quoted: HashSet::new(), captures: 0 }
    }

    fn finding(&mut self, judged: &Judged, finding: &Finding) -> io::Result<()> {
        let style = style(finding.severity);
        let (severity, rule) = (finding.severity, finding.rule);
        let place = match (finding.offset, finding.length) {
            (_, 0) => String::new(),
            (offset, 1) => format!(" byte {offset}:"),
            (offset, length) => format!(" bytes {offset}\u{2013}{}:", offset + length - 1),
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
            let edits: Vec<String> = finding.edits.iter().map(ToString::to_string).collect();
            writeln!(self.out, "    fix: {}", edits.join("; "))?;
        }
        Ok(())
    }

    /// The row in which the octets at fault begin, and the next if they go on there.
    fn octets(&mut self, bytes: &[u8], finding: &Finding) -> io::Result<()> {
        let faulty = finding.offset..finding.offset + finding.length;
        let first = finding.offset / ROW;
        for row in (first..first + 2).filter(|row| row * ROW < faulty.end) {
            let Some(octets) = bytes.get(row * ROW..).filter(|octets| !octets.is_empty()) else {
                break;
            };
            write!(self.out, "    {DIM}{:04x}{DIM:#} ", row * ROW)?;
            for (column, octet) in octets.iter().take(ROW).enumerate() {
                let at = row * ROW + column;
                let mark = match (
                    faulty.contains(&at),
                    at.checked_sub(1).is_some_and(|before| faulty.contains(&before) && column > 0),
                ) {
                    (true, false) => "[",
                    (false, true) => "]",
                    _ => " ",
                };
                write!(self.out, "{mark}{octet:02x}")?;
            }
            let end = (row * ROW + octets.len().min(ROW)).saturating_sub(1);
            writeln!(self.out, "{}", if faulty.contains(&end) { "]" } else { "" })?;
        }
        Ok(())
    }
}

impl Report for TextReport {
    fn begin(&mut self, file: &str) -> io::Result<()> {
        self.captures += 1;
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

/// The clause, in lines of 76 columns.
fn quotation(quote: &str) -> String {
    let mut lines = vec!["    \u{201c}".to_owned()];
    for word in quote.split(' ') {
        let last = lines.len() - 1;
        if lines[last].chars().count() + word.chars().count() > 76 {
            lines.push("     ".to_owned());
        } else if !lines[last].ends_with(['\u{201c}', ' ']) {
            lines[last].push(' ');
        }
        let last = lines.len() - 1;
        lines[last] += word;
    }
    lines.join("\n") + "\u{201d}"
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
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
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
