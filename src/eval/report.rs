//! The report: outcomes counted. It can be made from a record of a measurement as well as from the
//! measurement itself.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{First, Outcome, Protocol};
use crate::backend::Spending;
use crate::stack::quantile;

mod table;
mod tally;
mod text;

pub use table::{markdown_by_protocol, table, text_by_protocol};
pub use tally::{Faulty, Sound, Tally};
pub use text::lines;

/// How it went. The field names are an interface: scripts read them.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// Who was measured.
    pub model: String,
    /// The form of its replies, of a hosted model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<&'static str>,
    /// Whether the runtime computed its checksums.
    pub checksum_offload: bool,
    /// Packets that ask for a reply.
    pub valid: Valid,
    /// Packets that call for silence.
    pub bad: Bad,
    /// All of them by protocol.
    pub protocols: BTreeMap<Protocol, Tally>,
    /// The bad ones by the reason that is right.
    pub classes: BTreeMap<String, Class>,
    /// The valid ones by total length in bytes, in classes of doubling size.
    pub lengths: BTreeMap<usize, Length>,
    /// Packets about which the model could not be asked; counted nowhere else.
    pub unavailable: u64,
    /// Tokens per packet, read and written, over all packets.
    pub tokens_per_packet: f64,
    /// Hosted models: the tokens of all packets by kind, and what they cost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spending: Option<Spending>,
    /// Median milliseconds of a first attempt at a valid request; nothing if none was measured.
    pub median_ms: Option<f64>,
    /// The milliseconds within which 95 of 100 first attempts at a valid request ended.
    pub p95_ms: Option<f64>,
    /// The seed.
    pub seed: u64,
    /// Whether every packet of the plan was measured.
    pub complete: bool,
    #[serde(skip)]
    tokens: u64,
    #[serde(skip)]
    milliseconds: Vec<f64>,
}

/// Valid requests.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Valid {
    /// How many.
    pub n: u64,
    /// First attempt admitted without any remark: byte-exact in all that an RFC settles.
    pub exact: u64,
    /// First attempt admitted, with remarks or without.
    pub admitted: u64,
    /// First attempts that the judge vetoed, silence included, or that came to no decision.
    pub vetoed: u64,
    /// Dropped at the first attempt where a reply is usual and not due.
    pub silent: u64,
    /// Not spoken of by the model.
    pub passed_on: u64,
    /// Answered rightly after a veto.
    pub second: u64,
    /// No attempt was admitted.
    pub unanswered: u64,
}

/// Bad packets.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Bad {
    /// How many.
    pub n: u64,
    /// Silence at the first attempt, with the right reason.
    pub right: u64,
    /// Wrongly answered at the first attempt, whether or not the judge held it back.
    pub answered: u64,
    /// Wrong packets that the judge let past. Anything but 0 is a fault of the judge.
    pub passed: u64,
    /// Silent for a wrong reason, or without a decision.
    pub misnamed: u64,
    /// Not spoken of by the model.
    pub passed_on: u64,
}

/// One class of bad packets.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Class {
    /// How many.
    pub n: u64,
    /// Silence with this reason at the first attempt.
    pub right: u64,
    /// Answered at the first attempt.
    pub answered: u64,
}

/// Valid requests of about one length.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Length {
    /// How many.
    pub n: u64,
    /// First attempt admitted without any remark.
    pub exact: u64,
}

impl Report {
    /// Nothing measured yet of that model.
    pub fn new(model: &str, seed: u64) -> Report {
        Report { model: model.to_owned(), seed, ..Report::default() }
    }

    /// Counts an outcome.
    pub fn add(&mut self, outcome: &Outcome) {
        self.spend(outcome);
        match (outcome.first, &outcome.fault) {
            (First::Unavailable, _) => self.unavailable += 1,
            (_, None) => self.valid(outcome),
            (_, Some(fault)) => self.bad(outcome, fault),
        }
        if outcome.first != First::Unavailable {
            self.protocols.entry(outcome.protocol).or_default().add(outcome);
        }
    }

    /// Counts what an outcome used and cost, and nothing else of it.
    pub fn spend(&mut self, outcome: &Outcome) {
        self.tokens += outcome.tokens;
        if let Some(spending) = &outcome.spending {
            self.spending.get_or_insert_default().add(spending);
        }
    }

    fn valid(&mut self, outcome: &Outcome) {
        self.milliseconds.push(outcome.seconds * 1e3);
        let length = self.lengths.entry(outcome.length.next_power_of_two()).or_default();
        let exact = u64::from(outcome.first == First::Exact);
        let vetoed = outcome.first == First::Vetoed;
        (length.n, length.exact) = (length.n + 1, length.exact + exact);
        self.valid.n += 1;
        self.valid.exact += exact;
        self.valid.admitted += exact + u64::from(outcome.first == First::Remarked);
        self.valid.vetoed += u64::from(vetoed);
        self.valid.silent += u64::from(outcome.first == First::Silent);
        self.valid.passed_on += u64::from(outcome.first == First::PassedOn);
        self.valid.second += u64::from(vetoed && outcome.second);
        self.valid.unanswered += u64::from(vetoed && !outcome.second);
    }

    fn bad(&mut self, outcome: &Outcome, fault: &str) {
        let class = self.classes.entry(fault.to_owned()).or_default();
        let right = u64::from(outcome.first == First::RightDrop);
        let answered = u64::from(matches!(outcome.first, First::Answered | First::Passed));
        (class.n, class.right) = (class.n + 1, class.right + right);
        class.answered += answered;
        self.bad.n += 1;
        self.bad.right += right;
        self.bad.answered += answered;
        self.bad.passed += u64::from(outcome.first == First::Passed);
        self.bad.misnamed += u64::from(outcome.first == First::Misnamed);
        self.bad.passed_on += u64::from(outcome.first == First::PassedOn);
    }

    /// Computes what depends on all outcomes.
    pub fn summarise(&mut self) {
        let packets = self.valid.n + self.bad.n + self.unavailable;
        self.tokens_per_packet = self.tokens as f64 / packets.max(1) as f64;
        self.median_ms = quantile(&mut self.milliseconds, 0.5);
        self.p95_ms = quantile(&mut self.milliseconds, 0.95);
        self.protocols.values_mut().for_each(Tally::summarise);
    }
}
