//! The page: `docs/oracle.md`, written by `cargo xtask oracle --write`.

use std::collections::BTreeMap;
use std::fmt::Write;

use verify::Due;

use super::cases;
use super::compare::{Class, Row};
use super::explanation::{Explanation, Right};

const BEGIN: &str = "\
# The kernel as the oracle

Every packet here was written to a network device of a Linux kernel, alone in a fresh network namespace, and to the
judge and the reference host (`xtask/provider`) as hosts with the same addresses and ports. Most have exactly one
fault. `cargo xtask oracle` does it again and fails on a difference that `xtask/oracle/differences.toml` does not
explain, and on an explanation that fits nothing any more; `--write` writes this page.

The host is 10.0.0.1, fd00::1 and, in frames, 02:00:00:00:00:01. A program at UDP port 7 sends everything back,
one at UDP port 53 and one at TCP port 80 say nothing; all other ports are closed. The kernel drops nothing for the
way it came (`rp_filter` is off) and limits no errors; it has a route back to every source.

What is due, as the judge says: a *reply*, *silence* with its reason, or *either*: a host would answer, and one
that does not wish to may stay silent, for that reason. Sequence numbers stand beside the segment that is answered,
whose own are SEG.SEQ and SEG.ACK.
";

/// The page about these rows.
pub fn of(rows: &[Row], kernel: &str) -> String {
    let mut text = String::from(BEGIN);
    // Writing to a string cannot fail.
    let _ = figures(rows, kernel, &mut text)
        .and_then(|()| tables(rows, &mut text))
        .and_then(|()| explanations(rows, &mut text));
    text
}

fn figures(rows: &[Row], kernel: &str, text: &mut String) -> std::fmt::Result {
    let sound = rows.iter().filter(|row| row.case.fault.starts_with("none")).count();
    let agree = rows.iter().filter(|row| row.differences.is_empty()).count();
    writeln!(text, "\n{} packets, {sound} of them sound; the kernel is {kernel}.", rows.len())?;
    writeln!(text, "In {agree} cases it does as we do. Elsewhere:\n")?;
    writeln!(text, "| | cases | we are right | the kernel is | the RFC leaves it open |")?;
    writeln!(text, "|---|---:|---:|---:|---:|")?;
    for class in Class::ALL {
        let of = rows.iter().flat_map(|row| &row.differences).filter(|(other, _)| *other == class);
        let rights: Vec<_> = of.map(|(_, why)| why.map(|why| why.right)).collect();
        let count = |right| rights.iter().filter(|other| **other == Some(right)).count();
        let [us, kernel, either] = [Right::Us, Right::Kernel, Right::Either].map(count);
        writeln!(text, "| {} | {} | {us} | {kernel} | {either} |", class.words(), rights.len())?;
    }
    Ok(())
}

fn tables(rows: &[Row], text: &mut String) -> std::fmt::Result {
    let mut group = "";
    for row in rows {
        if cases::group(row.case) != group {
            group = cases::group(row.case);
            writeln!(text, "\n## {group}\n")?;
            writeln!(
                text,
                "| packet | fault | kernel | it counts | due | reference host | agree |"
            )?;
            writeln!(text, "|---|---|---|---|---|---|---|")?;
        }
        line(row, text)?;
    }
    Ok(())
}

fn line(row: &Row, text: &mut String) -> std::fmt::Result {
    let said = |meaning: &Option<super::meaning::Meaning>| {
        meaning.as_ref().map_or_else(|| "—".to_owned(), ToString::to_string)
    };
    let agree = match row.differences.is_empty() {
        true => "yes".to_owned(),
        false => row.differences.iter().map(clause).collect::<Vec<_>>().join("; "),
    };
    writeln!(
        text,
        "| `{}` | {} | {} | {} | {} | {} | {agree} |",
        row.case.name,
        row.case.fault,
        said(&row.kernel),
        row.counters.join(", "),
        due(row.judgement.due),
        said(&row.reference)
    )
}

fn due(due: Due) -> String {
    match due {
        Due::Reply => "reply".to_owned(),
        Due::Silence(reason) => format!("silence: {reason}"),
        Due::Either(reason) => format!("either: {reason}"),
    }
}

fn clause((class, explanation): &(Class, Option<&Explanation>)) -> String {
    match explanation {
        Some(explanation) => format!("**{}**: {}", class.words(), explanation.clause),
        None => format!("**{}**: NOT EXPLAINED", class.words()),
    }
}

/// Each explanation once, with the cases that it is of.
fn explanations(rows: &[Row], text: &mut String) -> std::fmt::Result {
    let mut places: BTreeMap<*const Explanation, usize> = BTreeMap::new();
    let mut found: Vec<(&Explanation, Class, Vec<String>)> = Vec::new();
    for row in rows {
        for (class, explanation) in &row.differences {
            let Some(explanation) = *explanation else { continue };
            let place = *places.entry(explanation).or_insert_with(|| {
                found.push((explanation, *class, Vec::new()));
                found.len() - 1
            });
            found[place].2.push(named(row, *class));
        }
    }
    for right in [Right::Us, Right::Kernel, Right::Either] {
        writeln!(text, "\n## {}\n", heading(right))?;
        for (explanation, class, names) in found.iter().filter(|(why, ..)| why.right == right) {
            let Explanation { clause, why, .. } = explanation;
            writeln!(text, "- **{clause}**, where {}. {why}", class.words())?;
            writeln!(text, "  {}", names.join(", "))?;
        }
    }
    Ok(())
}

/// A case, and the rules that bear on how it differs.
fn named(row: &Row, class: Class) -> String {
    match row.rules(class) {
        [] => format!("`{}`", row.case.name),
        rules => format!("`{}` ({})", row.case.name, rules.join(", ")),
    }
}

fn heading(right: Right) -> &'static str {
    match right {
        Right::Us => "Where we are right",
        Right::Kernel => "Where the kernel is right",
        Right::Either => "Where the RFCs leave it open",
    }
}
