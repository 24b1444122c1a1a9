//! A token bucket (RFC 2697 describes one for meters): so many packets a second, and so many at once.

use std::time::{Duration, Instant};

/// How often something may happen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// In the long run, times a second; more than 0.
    pub per_second: f64,
    /// At once, after a pause; at least 1.
    pub burst: u32,
}

/// What one source has left.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bucket {
    level: f64,
    filled: Instant,
}

impl Bucket {
    /// A full bucket.
    pub(super) fn full(rate: Rate, now: Instant) -> Bucket {
        Bucket { level: f64::from(rate.burst.max(1)), filled: now }
    }

    /// Takes one, if there is one.
    pub(super) fn take(&mut self, rate: Rate, now: Instant) -> bool {
        self.fill(rate, now);
        let enough = self.level >= 1.0;
        if enough {
            self.level -= 1.0;
        }
        enough
    }

    /// Whether nothing has been taken for so long that it is full again.
    pub(super) fn is_full(&mut self, rate: Rate, now: Instant) -> bool {
        self.fill(rate, now);
        self.level >= f64::from(rate.burst.max(1))
    }

    fn fill(&mut self, rate: Rate, now: Instant) {
        let passed: Duration = now.saturating_duration_since(self.filled);
        let most = f64::from(rate.burst.max(1));
        self.level = (self.level + passed.as_secs_f64() * rate.per_second).min(most);
        self.filled = self.filled.max(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_and_then_the_rate() {
        let rate = Rate { per_second: 2.0, burst: 3 };
        let start = Instant::now();
        let mut bucket = Bucket::full(rate, start);
        let mut taken = |after: f64| bucket.take(rate, start + Duration::from_secs_f64(after));
        let answers = [0.0, 0.0, 0.0, 0.0, 0.4, 0.6, 0.7].map(&mut taken);
        assert_eq!(answers, [true, true, true, false, false, true, false]);
        // However long it rests, no more than the burst.
        let answers = [100.0; 4].map(taken);
        assert_eq!(answers, [true, true, true, false]);
    }
}
