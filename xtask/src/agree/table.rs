//! The report of a comparison, as text.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::compare::Comparison;
use super::verdict::Class;

/// All of it: kinds, labels, disagreements with verdicts, and captures that nobody could read.
pub fn of(comparison: &Comparison) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = kinds(comparison, &mut text)
        .and_then(|()| labels(comparison, &mut text))
        .and_then(|()| disagreements(comparison, &mut text))
        .and_then(|()| unusable(comparison, &mut text));
    text
}

fn kinds(comparison: &Comparison, text: &mut String) -> std::fmt::Result {
    writeln!(text, "\n{} captures; packets in which a kind of fault was found", comparison.files)?;
    let heads = ["labelled", "found", "both", "only us", "tshark", "offload"];
    writeln!(text, "{:<26}{}", "kind", heads.map(|head| format!("{head:>10}")).concat())?;
    for (kind, tally) in comparison.kinds.iter().map(|(n, kind)| (kind, &comparison.tallies[n])) {
        let counts =
            [tally.labelled, tally.found, tally.both, tally.us, tally.tshark, tally.offload];
        if counts.iter().any(|count| *count > 0) {
            let mark = if kind.one_way { " >" } else { "" };
            let counts = counts.map(|count| format!("{count:>10}")).concat();
            writeln!(text, "{:<26}{counts}", format!("{}{mark}", kind.name))?;
        }
    }
    writeln!(
        text,
        "(> tshark names only some faults of this kind: what only we say is no disagreement)"
    )
}

fn labels(comparison: &Comparison, text: &mut String) -> std::fmt::Result {
    if comparison.caught.is_empty() {
        return Ok(());
    }
    writeln!(
        text,
        "\n{:<36}{:>8}{:>8}{:>8}  what we say first",
        "label", "packets", "us", "tshark"
    )?;
    for (kind, caught) in &comparison.caught {
        let mark = if caught.fault { "" } else { " (legal)" };
        let (packets, us, tshark) = (caught.packets, caught.us, caught.tshark);
        let said: String = caught.said.chars().take(90).collect();
        writeln!(text, "{:<36}{packets:>8}{us:>8}{tshark:>8}  {said}", format!("{kind}{mark}"))?;
    }
    Ok(())
}

fn disagreements(comparison: &Comparison, text: &mut String) -> std::fmt::Result {
    writeln!(text, "\n{} classes of disagreement", comparison.classes.len())?;
    for (class, cases) in &comparison.classes {
        let Class { kind, only, label, said } = class;
        let (count, files, tcpdump) = (cases.count, cases.files.len(), cases.tcpdump);
        write!(text, "- {kind}, only {only:?}: {count} packets in {files} files, label {label}")?;
        writeln!(text, ", tcpdump says it in {tcpdump}")?;
        writeln!(text, "    {}", said.chars().take(160).collect::<String>())?;
        writeln!(text, "    {}", cases.examples.join(", "))?;
        let open = comparison.open.contains(class);
        let file = cases.files.first().map_or("", String::as_str);
        match comparison.verdicts.on(class, file).filter(|_| !open) {
            Some(verdict) => writeln!(text, "    right: {:?}. {}", verdict.right, verdict.reason)?,
            None => writeln!(text, "    NO VERDICT")?,
        }
    }
    Ok(())
}

/// Captures that we cannot read, by reason.
fn unusable(comparison: &Comparison, text: &mut String) -> std::fmt::Result {
    if comparison.unusable.is_empty() {
        return Ok(());
    }
    let count = comparison.unusable.len();
    writeln!(text, "\n{count} captures that softstack cannot read (to the end)")?;
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (file, reason) in &comparison.unusable {
        // The file is named before, how many packets there are matters to nobody.
        let reason = reason.rsplit_once(": ").map_or(reason.as_str(), |(_, reason)| reason);
        let reason = reason.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
        reasons.entry(reason).or_default().push(file);
    }
    for (reason, files) in reasons {
        writeln!(text, "{:>6} {reason}: {} …", files.len(), files[0])?;
    }
    Ok(())
}
