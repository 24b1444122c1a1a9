//! The page: `docs/oracle.md`, written by `cargo xtask oracle --write`.

use std::collections::BTreeMap;
use std::fmt::Write;

use verify::Due;

use super::cases;
use super::compare::{Beside, Class, Party, Row};
use super::explanation::{Explanation, Right};
use super::meaning::Meaning;

const BEGIN: &str = "\
# The kernel as the oracle

Every packet here was written to a network device of a Linux kernel, alone in a fresh network namespace, and to the
judge and the reference host (`xtask/provider`) as hosts with the same addresses and ports. Those that are not about
an open TCP port went to nano, too, the embedded model: its host has the same addresses. Most have exactly one
fault. `cargo xtask oracle` does it again and fails on a difference that `xtask/oracle/differences.toml` does not
explain, and on an explanation that fits nothing any more; `--write` writes this page.

The host is 10.0.0.1, fd00::1 and, in frames, 02:00:00:00:00:01. A program at UDP port 7 sends everything back,
one at UDP port 53 and one at TCP port 80 say nothing; all other ports are closed. The kernel drops nothing for the
way it came (`rp_filter` is off) and limits no errors; it has a route back to every source.

What is due, as the judge says: a *reply*, *silence* with its reason, or *either*: a host would answer, and one
that does not wish to may stay silent, for that reason. Sequence numbers stand beside the segment that is answered,
whose own are SEG.SEQ and SEG.ACK. What an RFC leaves to a host, such as identification, TTL or window, is not
compared; addresses, ports, types, codes, options, data, pointers and quoted octets are.
";

const NANO: &str = "
## nano

The embedded model is a small host of its own: ARP, neighbour discovery, IPv4 (options are passed over; what its
source routes is dropped), IPv6 without extension headers, ICMP echo and timestamps, ICMPv6 echo, UDP's echo service
at port 7, an error or a reset for every other port, and an error for a protocol that it does not speak. It sees one
packet at a time. What it did is the first network's word, or the second's where the judge objects to that:
`nano would be vetoed` is where the judge would have held it back.
";

/// The page about these rows.
pub fn of(rows: &[Row], kernel: &str) -> String {
    let mut text = String::from(BEGIN);
    // Writing to a string cannot fail.
    let _ = figures(rows, kernel, &mut text)
        .and_then(|()| tables(rows, &mut text))
        .and_then(|()| explanations(rows, Party::Reference, &mut text))
        .and_then(|()| small_host(rows, &mut text));
    text
}

fn figures(rows: &[Row], kernel: &str, text: &mut String) -> std::fmt::Result {
    writeln!(
        text,
        "\n{} packets, {} of them sound; the kernel is {kernel}.",
        rows.len(),
        sound(rows)
    )?;
    writeln!(text, "In {} cases it does as we do. Elsewhere:\n", agreed(rows, Party::Reference))?;
    differences(rows, Party::Reference, text)
}

fn sound<'r>(rows: impl IntoIterator<Item = &'r Row<'r>>) -> usize {
    rows.into_iter().filter(|row| row.case.fault.starts_with("none")).count()
}

/// In how many cases one of us and the kernel do the same.
fn agreed(rows: &[Row], party: Party) -> usize {
    rows.iter().filter_map(|row| row.of(party)).filter(|beside| beside.agrees()).count()
}

/// How often they differ, and who is right.
fn differences(rows: &[Row], party: Party, text: &mut String) -> std::fmt::Result {
    writeln!(text, "| | cases | we are right | the kernel is | the RFC leaves it open |")?;
    writeln!(text, "|---|---:|---:|---:|---:|")?;
    let all = rows.iter().filter_map(|row| row.of(party)).flat_map(|beside| &beside.differences);
    for class in Class::ALL {
        let of = all.clone().filter(|(other, _)| *other == class);
        let rights: Vec<_> = of.map(|(_, why)| why.map(|why| why.right)).collect();
        let count = |right| rights.iter().filter(|other| **other == Some(right)).count();
        let [us, kernel, either] = [Right::Us, Right::Kernel, Right::Either].map(count);
        let (words, cases) = (class.words(party), rights.len());
        // Of the kernel's vetoes it is told beside the reference host.
        if party == Party::Reference || class != Class::KernelVetoed {
            writeln!(text, "| {words} | {cases} | {us} | {kernel} | {either} |")?;
        }
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
                "| packet | fault | kernel | it counts | due | reference host | agree | nano |"
            )?;
            writeln!(text, "|---|---|---|---|---|---|---|---|")?;
        }
        line(row, text)?;
    }
    Ok(())
}

fn line(row: &Row, text: &mut String) -> std::fmt::Result {
    let agree = match row.reference.agrees() {
        true => "yes".to_owned(),
        false => clauses(&row.reference),
    };
    writeln!(
        text,
        "| `{}` | {} | {} | {} | {} | {} | {agree} | {} |",
        row.case.name,
        row.case.fault,
        said(&row.kernel),
        row.counters.join(", "),
        due(row.judgement.due),
        said(&row.reference.said),
        row.nano.as_ref().map(nano).unwrap_or_default()
    )
}

fn said(meaning: &Option<Meaning>) -> String {
    meaning.as_ref().map_or_else(|| "—".to_owned(), ToString::to_string)
}

/// What nano did, where it is not what the kernel did.
fn nano(beside: &Beside) -> String {
    match (&beside.lost, beside.agrees()) {
        (Some(lost), _) => lost.clone(),
        (None, true) => "as the kernel".to_owned(),
        (None, false) => format!("{}; {}", said(&beside.said), clauses(beside)),
    }
}

fn due(due: Due) -> String {
    match due {
        Due::Reply => "reply".to_owned(),
        Due::Silence(reason) => format!("silence: {reason}"),
        Due::Either(reason) => format!("either: {reason}"),
    }
}

fn clauses(beside: &Beside) -> String {
    let clauses = beside.differences.iter().map(|(class, explanation)| {
        let clause = explanation.map_or("NOT EXPLAINED", |explanation| &explanation.clause);
        format!("**{}**: {clause}", class.words(beside.party))
    });
    clauses.collect::<Vec<_>>().join("; ")
}

/// nano's figures, and how it differs.
fn small_host(rows: &[Row], text: &mut String) -> std::fmt::Result {
    let tried = || rows.iter().filter(|row| row.nano.is_some());
    let (count, sound) = (tried().count(), sound(tried()));
    let replies = tried().filter(|row| row.kernel.is_some()).count();
    writeln!(text, "{NANO}")?;
    writeln!(
        text,
        "{count} packets, {sound} of them sound and {} with a fault; the kernel replies to {replies}.",
        count - sound
    )?;
    writeln!(text, "In {} cases nano does as the kernel. Elsewhere:\n", agreed(rows, Party::Nano))?;
    differences(rows, Party::Nano, text)?;
    explanations(rows, Party::Nano, text)
}

/// Each explanation once, with the cases that it is of.
fn explanations(rows: &[Row], party: Party, text: &mut String) -> std::fmt::Result {
    let found = explained(rows, party);
    let level = if party == Party::Nano { "###" } else { "##" };
    for right in [Right::Us, Right::Kernel, Right::Either] {
        writeln!(text, "\n{level} {}\n", heading(party, right))?;
        for (explanation, class, names) in found.iter().filter(|(why, ..)| why.right == right) {
            let Explanation { clause, why, .. } = explanation;
            writeln!(text, "- **{clause}**, where {}. {why}", class.words(party))?;
            writeln!(text, "  {}", names.join(", "))?;
        }
    }
    Ok(())
}

fn explained<'r>(rows: &'r [Row], party: Party) -> Vec<(&'r Explanation, Class, Vec<String>)> {
    let mut places: BTreeMap<*const Explanation, usize> = BTreeMap::new();
    let mut found: Vec<(&Explanation, Class, Vec<String>)> = Vec::new();
    for (row, beside) in rows.iter().filter_map(|row| Some((row, row.of(party)?))) {
        for (class, explanation) in &beside.differences {
            let Some(explanation) = *explanation else { continue };
            let place = *places.entry(explanation).or_insert_with(|| {
                found.push((explanation, *class, Vec::new()));
                found.len() - 1
            });
            found[place].2.push(named(row, beside, *class));
        }
    }
    found
}

/// A case, and the rules that bear on how it differs.
fn named(row: &Row, beside: &Beside, class: Class) -> String {
    match row.rules(beside, class) {
        [] => format!("`{}`", row.case.name),
        rules => format!("`{}` ({})", row.case.name, rules.join(", ")),
    }
}

fn heading(party: Party, right: Right) -> &'static str {
    match (party, right) {
        (Party::Nano, Right::Us) => "Where nano is right",
        (_, Right::Us) => "Where we are right",
        (_, Right::Kernel) => "Where the kernel is right",
        (_, Right::Either) => "Where the RFCs leave it open",
    }
}
