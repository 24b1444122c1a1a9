//! A repaired copy of a capture: what findings propose is done, everything else stays as it was.
//!
//! A packet is mended one finding at a time and judged again after each, because a right length makes
//! a checksum wrong, and because only a packet without the finding is mended.

use verify::{Finding, Rule};
use wire::{Packet, apply};

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
            let edits: Vec<String> = finding.edits.iter().map(ToString::to_string).collect();
            format!("{id} (RFC {rfc} {section}): {}; {}", finding.message, edits.join("; "))
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
    let mut mended = Mended { bytes: packet.bytes().to_vec(), done: Vec::new() };
    let mut hopeless: Vec<(&Rule, usize)> = Vec::new();
    for _ in 0..ATTEMPTS {
        let missing = packet.original_length() - packet.bytes().len();
        let now = Packet::new(packet.link(), &mended.bytes, mended.bytes.len() + missing);
        let findings = verify::inspect(&now).into_iter().filter(|finding| {
            let untried = !hopeless.contains(&(finding.rule, finding.offset));
            !finding.edits.is_empty() && untried && wanted(finding)
        });
        let Some(finding) = next(findings) else { break };
        // An edit of the same place a second time has not helped the first time.
        hopeless.push((finding.rule, finding.offset));
        if let Ok(bytes) = apply(&finding.edits, &mended.bytes)
            && bytes != mended.bytes
        {
            mended.bytes = bytes;
            mended.done.push(finding);
        }
    }
    (!mended.done.is_empty()).then_some(mended)
}

/// What to mend first: not checksums, since they cover the rest; of those the innermost, since those around
/// it cover it.
fn next(findings: impl Iterator<Item = Finding>) -> Option<Finding> {
    let (checksums, others): (Vec<_>, Vec<_>) =
        findings.partition(|finding| finding.rule.id.ends_with("checksum"));
    others.into_iter().next().or_else(|| checksums.into_iter().next_back())
}
