//! The outcomes of one protocol, counted.

use serde::Serialize;

use crate::eval::{First, Outcome};
use crate::stack::quantile;

/// How it went with one protocol. The field names are an interface: scripts read them.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Tally {
    /// Packets that ask for a reply.
    pub sound: Sound,
    /// Packets that call for silence.
    pub faulty: Faulty,
    /// Tokens per packet, read and written, in all attempts.
    pub tokens_per_packet: f64,
    /// Seconds per packet, of first attempts.
    pub seconds_per_packet: f64,
    /// Median tokens of first attempts at packets that ask for a reply; nothing if none was measured.
    pub median_tokens: Option<f64>,
    /// Median milliseconds of the same.
    pub median_ms: Option<f64>,
    #[serde(skip)]
    each: Vec<(f64, f64)>,
    #[serde(skip)]
    tokens: u64,
    #[serde(skip)]
    seconds: f64,
}

/// Packets that ask for a reply, by their first attempts.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Sound {
    /// How many.
    pub n: u64,
    /// Admitted without any remark.
    pub exact: u64,
    /// Admitted with remarks.
    pub remarked: u64,
    /// Vetoed, undue silence included, or not decided about.
    pub vetoed: u64,
    /// Dropped where a reply is usual and not due.
    pub silent: u64,
    /// Not spoken of by the model.
    pub passed_on: u64,
    /// Of those vetoed, how many a later attempt set right.
    pub second: u64,
}

/// Packets that call for silence, by their first attempts.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Faulty {
    /// How many.
    pub n: u64,
    /// Dropped with the right reason.
    pub right: u64,
    /// Dropped for another reason, or not decided about.
    pub misnamed: u64,
    /// Answered, whether or not the judge held it back.
    pub answered: u64,
    /// Of those answered, how many the judge let past: its fault.
    pub passed: u64,
    /// Not spoken of by the model.
    pub passed_on: u64,
}

impl Tally {
    /// How many packets there are.
    pub fn packets(&self) -> u64 {
        self.sound.n + self.faulty.n
    }

    /// Counts an outcome of a model that could be asked.
    pub(super) fn add(&mut self, outcome: &Outcome) {
        self.tokens += outcome.tokens;
        self.seconds += outcome.seconds;
        match outcome.fault {
            None => {
                self.each.push((outcome.tokens as f64, outcome.seconds * 1e3));
                self.sound.add(outcome);
            }
            Some(_) => self.faulty.add(outcome.first),
        }
    }

    /// Computes what depends on all outcomes.
    pub(super) fn summarise(&mut self) {
        let packets = self.packets().max(1) as f64;
        self.tokens_per_packet = self.tokens as f64 / packets;
        self.seconds_per_packet = self.seconds / packets;
        let (mut tokens, mut ms): (Vec<_>, Vec<_>) = self.each.iter().copied().unzip();
        self.median_tokens = quantile(&mut tokens, 0.5);
        self.median_ms = quantile(&mut ms, 0.5);
    }

    /// This and another together.
    pub(super) fn with(&self, other: &Tally) -> Tally {
        let mut sum = Tally {
            sound: self.sound.with(&other.sound),
            faulty: self.faulty.with(&other.faulty),
            each: [&self.each[..], &other.each].concat(),
            tokens: self.tokens + other.tokens,
            seconds: self.seconds + other.seconds,
            ..Tally::default()
        };
        sum.summarise();
        sum
    }
}

impl Sound {
    fn add(&mut self, outcome: &Outcome) {
        self.n += 1;
        match outcome.first {
            First::Exact => self.exact += 1,
            First::Remarked => self.remarked += 1,
            First::Silent => self.silent += 1,
            First::PassedOn => self.passed_on += 1,
            _ => {
                self.vetoed += 1;
                self.second += u64::from(outcome.second);
            }
        }
    }

    fn with(&self, other: &Sound) -> Sound {
        Sound {
            n: self.n + other.n,
            exact: self.exact + other.exact,
            remarked: self.remarked + other.remarked,
            vetoed: self.vetoed + other.vetoed,
            silent: self.silent + other.silent,
            passed_on: self.passed_on + other.passed_on,
            second: self.second + other.second,
        }
    }
}

impl Faulty {
    fn add(&mut self, first: First) {
        self.n += 1;
        match first {
            First::RightDrop => self.right += 1,
            First::Answered => self.answered += 1,
            First::Passed => (self.answered, self.passed) = (self.answered + 1, self.passed + 1),
            First::PassedOn => self.passed_on += 1,
            _ => self.misnamed += 1,
        }
    }

    fn with(&self, other: &Faulty) -> Faulty {
        Faulty {
            n: self.n + other.n,
            right: self.right + other.right,
            misnamed: self.misnamed + other.misnamed,
            answered: self.answered + other.answered,
            passed: self.passed + other.passed,
            passed_on: self.passed_on + other.passed_on,
        }
    }
}
