//! A repaired copy of a capture: what findings propose is done, everything else stays as it was.
//!
//! A packet is mended one finding at a time and judged again after each, because a right length makes
//! a checksum wrong, and because only a packet without the finding is mended.

use verify::{Finding, Rule};
use wire::{Packet, apply, edit};

/// Findings that are tried on one packet.
const ATTEMPTS: usize = 64;

/// A packet that was mended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mended {
    /// Its bytes now.
    pub bytes: Vec<u8>,
    /// What was done, in order.
    pub done: Vec<Finding>,
}

impl Mended {
    /// What was changed and why, a line for each change, as a comment of the packet.
    pub fn comment(&self) -> String {
        let line = |finding: &Finding| {
            let Rule { id, rfc, section, .. } = finding.rule;
            let edits = edit::text(&finding.edits);
            format!("{id} (RFC {rfc} {section}): {}; {edits}", finding.message)
        };
        let lines: Vec<String> = self.done.iter().map(line).collect();
        format!("mended by softstack lint --fix\n{}", lines.join("\n"))
    }
}

/// Mends what `chosen` chooses of a packet's findings; `None` where nothing can be done. What follows
/// from a change, such as a checksum over a new length, is put right as well.
pub fn mend(packet: &Packet, chosen: &dyn Fn(&Finding) -> bool) -> Option<Mended> {
    let before = verify::inspect(packet);
    let wanted = |finding: &Finding| {
        let known = |old: &&Finding| old.rule == finding.rule && old.offset == finding.offset;
        before.iter().find(known).is_none_or(chosen)
    };
    let missing = packet.original_length() - packet.bytes().len();
    let mut mended = Mended { bytes: packet.bytes().to_vec(), done: Vec::new() };
    let (mut findings, mut tried) = (before.clone(), Vec::new());
    while tried.len() < ATTEMPTS {
        // An edit of the same place a second time has not helped the first time.
        let untried = |finding: &Finding| !tried.contains(&(finding.rule, finding.offset));
        let open = findings.iter().filter(|finding| !finding.edits.is_empty());
        let open = open.filter(|finding| untried(finding) && wanted(finding));
        let Some(finding) = next(open).cloned() else { break };
        tried.push((finding.rule, finding.offset));
        if let Ok(bytes) = apply(&finding.edits, &mended.bytes)
            && bytes != mended.bytes
        {
            let now = Packet::new(packet.link(), &bytes, bytes.len() + missing);
            findings = verify::inspect(&now);
            mended.bytes = bytes;
            mended.done.push(finding);
        }
    }
    (!mended.done.is_empty()).then_some(mended)
}

/// What to mend first: not checksums, since they cover the rest; of those the innermost, since those around
/// it cover it.
fn next<'f>(findings: impl Iterator<Item = &'f Finding>) -> Option<&'f Finding> {
    let (checksums, others): (Vec<_>, Vec<_>) =
        findings.partition(|finding| finding.rule.id.ends_with("checksum"));
    others.first().or(checksums.last()).copied()
}
