//! How many ICMP errors a host may send: a token bucket, as RFC 4443 section 2.4 (f) recommends.
//!
//! A burst takes a traceroute or a scan of a few ports; after it the average is what counts.

use std::time::Duration;

/// Errors at once.
pub(crate) const BURST: u32 = 50;
/// The time in which one more may be sent: ten a second.
pub(crate) const INTERVAL: Duration = Duration::from_millis(100);

/// The bucket: full at first. Times are those of the session.
#[derive(Debug, Default)]
pub(crate) struct Rate {
    /// When it will be full again.
    full_at: Duration,
}

impl Rate {
    /// Whether one more error may be sent.
    pub(crate) fn allows(&self, now: Duration) -> bool {
        self.full_at <= now + INTERVAL * (BURST - 1)
    }

    /// Says that one was sent.
    pub(crate) fn count(&mut self, now: Duration) {
        self.full_at = self.full_at.max(now) + INTERVAL;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends errors as long as they are allowed; their number.
    fn drain(rate: &mut Rate, now: Duration) -> u32 {
        let mut sent = 0;
        while rate.allows(now) {
            rate.count(now);
            sent += 1;
        }
        sent
    }

    #[test]
    fn a_burst_and_then_one_in_each_interval() {
        let mut rate = Rate::default();
        let start = Duration::from_secs(1000);
        assert_eq!(drain(&mut rate, start), BURST);
        let nearly = start + INTERVAL - Duration::from_nanos(1);
        assert!(!rate.allows(nearly) && rate.allows(start + INTERVAL));
        rate.count(start + INTERVAL);
        assert!(!rate.allows(start + INTERVAL) && rate.allows(start + INTERVAL * 2));
    }

    #[test]
    fn rest_fills_it_to_a_burst_and_no_further() {
        let mut rate = Rate::default();
        assert_eq!(drain(&mut rate, Duration::ZERO), BURST);
        assert_eq!(drain(&mut rate, Duration::from_secs(3600)), BURST);
    }
}
