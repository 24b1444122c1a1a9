//! What is counted while the stack runs, and what of it is told meanwhile.

use std::sync::MutexGuard;
use std::time::Instant;

use super::{NEWS, Shared};
use crate::admission::{Admission, Refusal};
use crate::journal::{Record, Statistics};

/// Latencies kept for the median; later ones replace earlier ones in turn.
const LATENCIES: usize = 10_000;

/// What is counted.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) statistics: Statistics,
    latencies: Vec<f64>,
    told: Option<Instant>,
}

impl Tally {
    /// Counts a reply, and how long after its packet it left.
    pub(super) fn reply(&mut self, seconds: f64) {
        if self.latencies.len() < LATENCIES {
            self.latencies.push(seconds);
        } else {
            self.latencies[self.statistics.replied as usize % LATENCIES] = seconds;
        }
        self.statistics.replied += 1;
    }

    /// What it came to.
    pub(super) fn statistics(mut self) -> Statistics {
        let median_seconds = median(&mut self.latencies);
        Statistics { median_seconds, ..self.statistics }
    }

    /// Takes in how many packets were refused so far; what is to be told of it.
    fn refused(&mut self, refusal: Refusal, packets: u64) -> Option<Record> {
        let known = match refusal {
            Refusal::Queue => &mut self.statistics.overflowed,
            _ => self.statistics.refused.entry(refusal).or_default(),
        };
        (packets > std::mem::replace(known, packets)).then_some(match refusal {
            Refusal::Queue => Record::Overflow { dropped: packets },
            reason => Record::Refused { reason, packets },
        })
    }
}

impl Shared<'_> {
    /// Tells what was refused since the last time, but not more often than a person wants to hear it:
    /// a flood must not fill the journal.
    pub(super) fn tell_news(&self, admission: &Admission, at_last: bool) {
        self.tell_notices();
        // Before the tally is locked: who takes a packet from admission locks flows under it, who
        // releases a flow locks the tally under that, and so this must not wait for admission.
        let refused = admission.refused();
        let mut tally = self.tally();
        if !at_last && tally.told.is_some_and(|told| told.elapsed() < NEWS) {
            return;
        }
        for (refusal, packets) in refused {
            if let Some(record) = tally.refused(refusal, packets) {
                tally.told = Some(Instant::now());
                self.journal.record(&record);
            }
        }
    }

    pub(super) fn tell_notices(&self) {
        for text in self.notices.take() {
            self.journal.record(&Record::Notice { text });
        }
    }

    pub(super) fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().expect("no thread panicked")
    }
}

/// The median, which leaves the values partly sorted.
pub fn median(values: &mut [f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// The value below which that part of the values lies, 0 to 1; leaves them partly sorted.
pub fn quantile(values: &mut [f64], part: f64) -> Option<f64> {
    let at = ((values.len() as f64 * part) as usize).min(values.len().saturating_sub(1));
    (!values.is_empty()).then(|| *values.select_nth_unstable_by(at, f64::total_cmp).1)
}
