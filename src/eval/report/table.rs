//! Reports side by side: a row a model, or a row for each protocol and model.

use std::collections::BTreeSet;

use super::text::{foot, head};
use super::{Report, Tally};

/// Several reports side by side: a row a model, in Markdown, which is readable on a terminal too.
pub fn table(reports: &[Report]) -> String {
    let heads = [
        "model",
        "form",
        "exact",
        "admitted",
        "after veto",
        "right drops",
        "answered",
        "past judge",
        "tokens in",
        "tokens out",
        "median s",
        "p95 s",
        "USD",
    ];
    let rows = reports.iter().map(|report| row(report).to_vec()).collect::<Vec<_>>();
    markdown(&heads, &rows)
}

/// Reports by protocol, for people: what they are, a row for each protocol and model, and what is to be said of
/// all. Several models have letters in the table.
pub fn text_by_protocol(reports: &[Report]) -> String {
    let is_one = reports.len() == 1;
    let named = |index: usize, text: String| match is_one {
        true => text,
        false => text.lines().map(|line| format!("{}: {line}\n", letter(index))).collect(),
    };
    let mut text: String = (0..).zip(reports).map(|(i, report)| named(i, head(report))).collect();
    let mut heads = vec![
        "protocol", "", "exact", "rem.", "veto", "silent", "right", "other", "answ.", "pass",
        "tok.", "ms",
    ];
    let mut rows = by_protocol(reports, |index, _| letter(index));
    if is_one {
        heads.remove(1);
        rows.iter_mut().for_each(|row| drop(row.remove(1)));
    }
    text += &format!("\n{}\n", aligned(&heads, &rows));
    text.extend((0..).zip(reports).map(|(index, report)| named(index, foot(report))));
    text
}

/// Reports by protocol in Markdown: a row for each protocol and model.
pub fn markdown_by_protocol(reports: &[Report]) -> String {
    let heads = [
        "protocol",
        "model",
        "exact",
        "remarked",
        "vetoed",
        "silent",
        "right drops",
        "other reason",
        "answered",
        "passed on",
        "tokens",
        "ms",
    ];
    markdown(&heads, &by_protocol(reports, |_, report| report.model.clone()))
}

/// The name of a model in a table that has no room for names.
fn letter(index: usize) -> String {
    match index {
        0..26 => char::from(b'A' + index as u8).into(),
        _ => (index + 1).to_string(),
    }
}

/// The rows of a table by protocol, with one for all protocols of each model.
fn by_protocol(reports: &[Report], name: impl Fn(usize, &Report) -> String) -> Vec<Vec<String>> {
    let protocols: BTreeSet<_> =
        reports.iter().flat_map(|report| report.protocols.keys().copied()).collect();
    let mut rows = Vec::new();
    let mut add = |protocol: &str, tally: &dyn Fn(&Report) -> Option<Tally>| {
        for (index, report) in reports.iter().enumerate() {
            let cells = tally(report).map(|tally| cells(&tally));
            let first = [protocol.to_owned(), name(index, report)];
            rows.extend(cells.map(|cells| [&first[..], &cells].concat()));
        }
    };
    for protocol in protocols {
        add(protocol.name(), &|report| report.protocols.get(&protocol).cloned());
    }
    add("all", &|report| report.protocols.values().cloned().reduce(|sum, tally| sum.with(&tally)));
    rows
}

fn cells(
    Tally { sound, faulty, median_tokens, median_ms, .. }: &Tally,
) -> [String; 10] {
    [
        of(sound.exact, sound.n),
        sound.remarked.to_string(),
        sound.vetoed.to_string(),
        sound.silent.to_string(),
        of(faulty.right, faulty.n),
        faulty.misnamed.to_string(),
        faulty.answered.to_string(),
        (sound.passed_on + faulty.passed_on).to_string(),
        median_tokens.map_or("-".into(), |tokens| format!("{tokens:.0}")),
        median_ms.map_or("-".into(), |ms| format!("{ms:.2}")),
    ]
}

fn row(report: &Report) -> [String; 13] {
    let (valid, bad) = (&report.valid, &report.bad);
    let packets = (valid.n + bad.n).max(1) as f64;
    let tokens = |total: u64| format!("{:.0}", total as f64 / packets);
    let seconds = |ms: f64| format!("{:.3}", ms / 1e3);
    let usage = report.spending.map(|spending| spending.usage);
    let read = usage.map(|usage| usage.total() - usage.output);
    let offload = if report.checksum_offload { " + checksum offload" } else { "" };
    let unfinished = if report.complete { "" } else { " (not complete)" };
    [
        format!("{}{unfinished}", report.model),
        format!("{}{offload}", report.form.unwrap_or("bytes")),
        of(valid.exact, valid.n),
        of(valid.admitted, valid.n),
        of(valid.admitted + valid.second, valid.n),
        of(bad.right, bad.n),
        bad.answered.to_string(),
        bad.passed.to_string(),
        read.map_or("-".into(), tokens),
        usage.map_or("-".into(), |usage| tokens(usage.output)),
        report.median_ms.map_or("-".into(), seconds),
        report.p95_ms.map_or("-".into(), seconds),
        report.spending.and_then(|s| s.usd).map_or("-".into(), |usd| format!("{usd:.4}")),
    ]
}

fn of(part: u64, n: u64) -> String {
    format!("{part}/{n}")
}

/// A table in Markdown.
fn markdown(heads: &[&str], rows: &[Vec<String>]) -> String {
    let widths = widths(heads, rows);
    let line = |cells: &[String]| {
        let cells = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "))
    };
    let heads: Vec<String> = heads.iter().map(|head| (*head).to_owned()).collect();
    let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
    let mut text = line(&heads) + &line(&rule);
    rows.iter().for_each(|row| text += &line(row));
    text
}

/// A table for terminals: as narrow as it can be, figures to the right.
fn aligned(heads: &[&str], rows: &[Vec<String>]) -> String {
    let widths = widths(heads, rows);
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let cells = cells.zip(&widths).enumerate().map(|(column, (cell, width))| match column {
            0 => format!("{cell:<width$}"),
            _ => format!("{cell:>width$}"),
        });
        cells.collect::<Vec<_>>().join(" ") + "\n"
    };
    let mut text = line(&mut heads.iter().copied());
    rows.iter().for_each(|row| text += &line(&mut row.iter().map(String::as_str)));
    text
}

fn widths(heads: &[&str], rows: &[Vec<String>]) -> Vec<usize> {
    let width = |(column, head): (usize, &&str)| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([head.len()]).max().unwrap_or_default()
    };
    heads.iter().enumerate().map(width).collect()
}
