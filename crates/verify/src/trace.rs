//! What only several packets of a capture show together: overlapping fragments, replies that do not
//! mirror their request, requests without a reply; and which remarks were made before.
//!
//! A capture's packets pass here in order, after [`inspect`](crate::inspect) has seen each alone.
//! [`Observation`]s are made without any state, so that cores can share that work; [`Trace`] takes them one
//! after the other. Its memory is bounded, whatever the capture: what is oldest is forgotten first.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use wire::{Flow, Packet};

use crate::{Finding, Severity, rule};

mod exchanges;
mod fragments;
mod observation;
mod recent;

pub use observation::Observation;

use exchanges::Exchanges;
use fragments::Fragments;
use recent::Recent;

/// Remarks and conversations that are remembered.
const REMEMBERED: usize = 65_536;

/// The packets of a capture so far, as far as they bear on those to come.
#[derive(Debug, Default)]
pub struct Trace {
    fragments: Fragments,
    exchanges: Exchanges,
    claims: Recent<[u8; 6]>,
    remarks: HashSet<u64>,
}

/// A finding and the number of the packet it is on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// The packet's number in its capture, from 1.
    pub packet: u64,
    /// Who talked to whom in it.
    pub flow: Option<Flow>,
    /// What is wrong with it.
    pub finding: Finding,
}

impl Trace {
    /// No packets yet.
    pub fn new() -> Trace {
        Trace::default()
    }

    /// Takes in packet `number`, which is the next one of those that bear on others, and tells what is
    /// wrong with it beside them.
    pub fn take(&mut self, number: u64, observation: &Observation) -> Vec<Finding> {
        match observation {
            Observation::Fragment(fragment) => self.fragments.take(number, fragment),
            Observation::Asked(message) => self.exchanges.ask(number, message),
            Observation::Answered(message) => self.exchanges.answer(message),
            Observation::Claimed { address, hardware, range } => {
                let before = self.claims.insert(*address, *hardware);
                let other = before.filter(|before| before != hardware).map(wire::Mac);
                let message = |other| format!("{other} claimed the same address before");
                let finding = other.map(|other| (range.clone(), message(other)));
                finding
                    .and_then(|(range, message)| found("arp.conflict", range, message))
                    .into_iter()
                    .collect()
            }
        }
    }

    /// Takes in all of packet `number` that bears on others, as [`take`](Trace::take) does each.
    pub fn beside(&mut self, number: u64, packet: &Packet) -> Vec<Finding> {
        Observation::of(packet).flat_map(|observation| self.take(number, &observation)).collect()
    }

    /// Whether a finding is worth telling: all are, but remarks once for each rule and flow only.
    pub fn is_news(&mut self, finding: &Finding, flow: Option<&Flow>) -> bool {
        if finding.severity > Severity::Note {
            return true;
        }
        if self.remarks.len() >= REMEMBERED {
            self.remarks.clear();
        }
        let mut hasher = DefaultHasher::new();
        (finding.rule.id, flow).hash(&mut hasher);
        self.remarks.insert(hasher.finish())
    }

    /// What is still open when the capture ends: requests that nobody answered.
    pub fn end(&mut self) -> Vec<Located> {
        self.exchanges.end()
    }
}

/// Lints packets one after the other: [`inspect`](crate::inspect), and what they show together.
///
/// ```
/// # use wire::{Link, hex};
/// let mut linter = verify::Linter::new();
/// let ping = hex::parse("4500001c00000000400166df0a0000020a0000010800f7f600010008").unwrap();
/// assert!(linter.packet(&wire::Packet::new(Link::RawIp, &ping, ping.len())).is_empty());
/// let open = linter.end();
/// assert_eq!((open[0].packet, open[0].finding.rule.id), (1, "exchange.unanswered"));
/// ```
#[derive(Debug, Default)]
pub struct Linter {
    trace: Trace,
    number: u64,
}

impl Linter {
    /// No packets yet.
    pub fn new() -> Linter {
        Linter::default()
    }

    /// What is wrong with the next packet, by itself and beside those before; remarks once a flow.
    pub fn packet(&mut self, packet: &Packet) -> Vec<Finding> {
        self.number += 1;
        let mut findings = crate::inspect(packet);
        findings.extend(self.trace.beside(self.number, packet));
        if !findings.is_empty() {
            let flow = packet.flow();
            findings.retain(|finding| self.trace.is_news(finding, flow.as_ref()));
        }
        findings
    }

    /// What is still open when there are no more packets.
    pub fn end(&mut self) -> Vec<Located> {
        self.trace.end()
    }
}

/// The finding of the rule of that name, which is in the table.
fn found(id: &str, range: std::ops::Range<usize>, message: String) -> Option<Finding> {
    let rule = rule(id)?;
    Some(Finding::new(rule, crate::Fault::new(range, message)))
}

/// The same, no more than a remark.
fn noted(id: &str, range: std::ops::Range<usize>, message: String) -> Option<Finding> {
    found(id, range, message).map(|finding| Finding { severity: Severity::Note, ..finding })
}

#[cfg(test)]
mod tests;
