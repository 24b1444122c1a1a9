//! One rule in full: its clause, and its two examples as dumps in which the octets at fault are marked.

use std::fmt::Write;
use std::ops::Range;

use anstyle::{AnsiColor, Style};
use softstack::view::{marked, printable, wrapped};
use verify::{Located, Rule, Scope};
use wire::{Packet, dissect, edit};

use super::case::Case;

/// Columns that a page keeps to.
pub const WIDTH: usize = 80;
/// Of headings.
pub const TITLE: Style = Style::new().bold();
const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();
/// Octets in a row of a dump.
const ROW: usize = 16;
/// Packets of an example that are shown even if they are alike.
const MANY: u64 = 8;

/// The page of a rule.
pub fn page(rule: &'static Rule) -> String {
    let mut text = format!("{TITLE}{}{TITLE:#}\n", rule.id);
    let Rule { rfc, section, level, quote, note, .. } = rule;
    let (severity, scope) = (level.severity(), scope(rule));
    wrap(
        &mut text,
        "  ",
        &format!("{level}, so breaking it is {}; {scope}", article(severity.name())),
    );
    wrap(&mut text, "  ", &format!("RFC {rfc}, section {section}: {}", address(*rfc, section)));
    text.push('\n');
    wrap(&mut text, "    ", &format!("“{quote}”"));
    if let Some(note) = note {
        text.push('\n');
        wrap(&mut text, "  ", &format!("Note: {note}"));
    }
    let _ = write!(text, "\n  {GOOD}Keeps it{GOOD:#}");
    example(&mut text, rule, &Case::new(rule, &rule.pass));
    let _ = write!(text, "\n  {BAD}Breaks it{BAD:#}");
    example(&mut text, rule, &Case::new(rule, &rule.fail));
    text
}

fn scope(rule: &Rule) -> &'static str {
    match rule.scope() {
        Scope::Packet => "seen in one packet, whoever sent it",
        Scope::Exchange => "seen in a request and what was replied",
        Scope::Trace => "seen in several packets of a capture",
    }
}

fn article(severity: &str) -> String {
    let article = if severity.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
    format!("{article} {severity}")
}

/// Where the clause can be read. RFCs whose sections have titles have no marks to lead to.
fn address(rfc: u16, section: &str) -> String {
    let is_number = section.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let mark = if is_number { format!("#section-{section}") } else { String::new() };
    format!("https://www.rfc-editor.org/rfc/rfc{rfc}{mark}")
}

/// The frames of an example, and under each what is wrong with it.
fn example(text: &mut String, rule: &Rule, case: &Case) {
    match &case.host {
        None => text.push_str(":\n"),
        Some(host) => _ = writeln!(text, ", where the host is {}:", host.address),
    }
    let repeated = repeated(case);
    for (number, frame) in (1..).zip(&case.frames) {
        if number == repeated.start {
            let _ = writeln!(text, "    and {} packets like these two", repeated.clone().count());
        }
        if repeated.contains(&number) {
            continue;
        }
        let here = || case.findings.iter().filter(|found| found.packet == number);
        let packet = Packet::new(case.link, frame, frame.len());
        let is_reply = case.replies.get(number as usize - 1);
        let role = match (is_reply, case.frames.len()) {
            (None, 1) => String::new(),
            (None, _) => format!("{number}. "),
            (Some(false), _) => "request: ".to_owned(),
            (Some(true), _) => "reply: ".to_owned(),
        };
        wrap(text, "    ", &format!("{role}{}", dissect::frame(&packet).summary()));
        let its = here().filter(|found| found.finding.rule == rule);
        let faulty: Vec<_> = its.map(|found| found.finding.range()).collect();
        dump(text, frame, &faulty);
        if number as usize == case.frames.len() && is_reply == Some(&false) {
            text.push_str("    reply: none\n");
        }
        here().for_each(|found| finding(text, rule, found));
    }
}

/// The numbers of those packets that say no more than the two before them, where they are many.
fn repeated(case: &Case) -> Range<u64> {
    let (first, rest) = case.frames.split_at(case.frames.len().min(2));
    let alike = rest.chunks(2).take_while(|pair| *pair == first).count() * 2;
    // The last two are what the example is about.
    let end = (alike + 2).min(case.frames.len().saturating_sub(2)) as u64;
    if end > MANY { 3..end + 1 } else { 0..0 }
}

fn finding(text: &mut String, rule: &Rule, Located { finding, .. }: &Located) {
    let place = match finding.length {
        0 => String::new(),
        1 => format!("octet {}: ", finding.offset),
        length => format!("octets {} to {}: ", finding.offset, finding.offset + length - 1),
    };
    let mark = if finding.rule == rule { "✗" } else { "✗ and it breaks" };
    let other = if finding.rule == rule { String::new() } else { format!(" {}:", finding.rule.id) };
    let remark = match finding.severity == finding.rule.level.severity() {
        true => String::new(),
        false => format!(" (here no more than {})", article(finding.severity.name())),
    };
    let line = format!("{mark}{other} {place}{}{remark}", finding.message);
    styled(text, BAD, &line);
    if !finding.edits.is_empty() && finding.rule == rule {
        styled(text, GOOD, &format!("✓ fix: {}", edit::text(&finding.edits)));
    }
}

fn styled(text: &mut String, style: Style, line: &str) {
    let _ = write!(text, "{style}");
    wrap(text, "    ", line);
    let _ = write!(text, "{style:#}");
}

/// The octets in rows of sixteen, each led by its offset; those at fault are marked.
fn dump(text: &mut String, octets: &[u8], faulty: &[Range<usize>]) {
    for (row, chunk) in octets.chunks(ROW).enumerate() {
        let start = row * ROW;
        let is_faulty = |at: usize| faulty.iter().any(|range| range.contains(&(start + at)));
        let _ = writeln!(text, "      {start:04x} {}", marked(chunk, is_faulty, " ", BAD));
    }
}

/// Adds a paragraph, broken between words.
fn wrap(text: &mut String, indent: &str, paragraph: &str) {
    text.push_str(&wrapped(indent, indent, WIDTH, &printable(paragraph)));
    text.push('\n');
}
