//! What the benchmark found: as JSON for scripts, as a table for people. Both are the same figures.

use std::fmt;

use serde::Serialize;
use softstack::stack::median;

use super::machine::Machine;
use super::round::{Answerer, Memory, Round};

/// The whole report. The field names are an interface: scripts read them.
#[derive(Serialize)]
pub struct Report {
    /// Where it was measured.
    pub machine: Machine,
    /// What carried the packets.
    pub link: String,
    /// Rounds of each host in each setting.
    pub rounds: u64,
    /// Hosts under ping.
    pub settings: Vec<Setting>,
    /// nano alone.
    pub forward: Vec<Length>,
}

/// How ping was run, and what each host made of it.
#[derive(Serialize)]
pub struct Setting {
    /// Bytes of data in each ping.
    pub payload: usize,
    /// Milliseconds between two pings; 0: back to back.
    pub interval_ms: f64,
    /// Pings in each round.
    pub count: u64,
    /// The hosts, all in this one run.
    pub hosts: Vec<Row>,
}

/// One host.
#[derive(Serialize)]
pub struct Row {
    /// Who answered.
    pub host: Answerer,
    /// Round-trip times measured, all rounds together, without the first ping of each.
    pub samples: usize,
    /// Pings without a reply.
    pub lost: u64,
    /// Median round-trip time.
    pub median_ms: f64,
    /// 99 of 100 round-trip times are at most this.
    pub p99_ms: f64,
    /// The median as a multiple of the responder's.
    pub ratio: f64,
    /// Tokens read and written per packet.
    pub tokens_per_ping: Option<f64>,
    /// Tokens per ping over the median round-trip time.
    pub tokens_per_second: Option<f64>,
    /// Memory of the host's process: the largest of all rounds, in KiB.
    pub memory_kib: Option<Memory>,
}

/// nano alone on packets of one length.
#[derive(Serialize)]
pub struct Length {
    /// Total length of the packet.
    pub bytes: usize,
    /// Thoughts measured.
    pub samples: usize,
    /// Tokens read and written.
    pub tokens: u64,
    /// Median time of a thought.
    pub median_ms: f64,
    /// Tokens per second at the median.
    pub tokens_per_second: f64,
}

impl Row {
    /// All rounds of one host in one setting; the ratio is to be filled in once the responder's
    /// median is known.
    pub fn new(host: Answerer, rounds: &[Round]) -> Row {
        // The first ping of a process finds everything cold.
        let warm = rounds.iter().flat_map(|round| round.milliseconds.iter().skip(1));
        let mut times: Vec<f64> = warm.copied().collect();
        times.sort_by(f64::total_cmp);
        let sent: u64 = rounds.iter().map(|round| round.sent).sum();
        let replies: usize = rounds.iter().map(|round| round.milliseconds.len()).sum();
        let median_ms = quantile(&times, 50);
        let tokens_per_ping = tokens_per_ping(rounds);
        Row {
            host,
            samples: times.len(),
            lost: sent - replies as u64,
            median_ms,
            p99_ms: quantile(&times, 99),
            ratio: 1.0,
            tokens_per_ping,
            tokens_per_second: tokens_per_ping.map(|tokens| tokens / median_ms * 1e3),
            memory_kib: rounds.iter().filter_map(|round| round.memory).reduce(larger),
        }
    }
}

impl Length {
    /// Thoughts of `tokens` tokens each about packets of `bytes` bytes.
    pub fn new(bytes: usize, tokens: u64, milliseconds: &mut [f64]) -> Length {
        let median_ms = median(milliseconds).unwrap_or(f64::NAN);
        let tokens_per_second = tokens as f64 / median_ms * 1e3;
        Length { bytes, samples: milliseconds.len(), tokens, median_ms, tokens_per_second }
    }
}

/// Of sorted values.
fn quantile(sorted: &[f64], percent: usize) -> f64 {
    sorted.get(sorted.len() * percent / 100).copied().unwrap_or(f64::NAN)
}

fn tokens_per_ping(rounds: &[Round]) -> Option<f64> {
    let statistics = || rounds.iter().filter_map(|round| round.statistics.as_ref());
    let packets: u64 = statistics().map(|s| s.replied + s.silent + s.unanswered).sum();
    let tokens: u64 = statistics().map(|s| s.tokens).sum();
    (packets > 0).then(|| tokens as f64 / packets as f64)
}

fn larger(a: Memory, b: Memory) -> Memory {
    Memory { resident: a.resident.max(b.resident), peak: a.peak.max(b.peak) }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\nrounds: {}, over {}", self.machine, self.rounds, self.link)?;
        for setting in &self.settings {
            write!(f, "\n{setting}")?;
        }
        writeln!(f, "\nnano alone, no link: one thought")?;
        writeln!(
            f,
            "{:>11}{:>9}{:>12}{:>12}{:>12}",
            "bytes", "tokens", "median ms", "tokens/s", "µs/byte"
        )?;
        self.forward.iter().try_for_each(|length| write!(f, "{length}"))
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pace = match self.interval_ms {
            0.0 => "back to back".to_owned(),
            interval => format!("every {interval} ms"),
        };
        writeln!(f, "{} bytes of data, {pace}, {} pings a round", self.payload, self.count)?;
        writeln!(
            f,
            "  {:<9}{:>10}{:>9}{:>8}{:>6}{:>9}{:>10}{:>8}{:>9}",
            "host", "median ms", "p99 ms", "ratio", "lost", "tokens", "tokens/s", "MB", "peak MB"
        )?;
        self.hosts.iter().try_for_each(|row| write!(f, "{row}"))
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Row { median_ms, p99_ms, ratio, lost, .. } = self;
        let name = format!("{:?}", self.host).to_lowercase();
        write!(f, "  {name:<9}{median_ms:>10.3}{p99_ms:>9.3}{ratio:>8.1}{lost:>6}")?;
        write!(f, "{:>9}{:>10}", whole(self.tokens_per_ping), whole(self.tokens_per_second))?;
        let megabytes = |kib: fn(&Memory) -> u64| {
            self.memory_kib
                .as_ref()
                .map_or(String::new(), |m| format!("{:.1}", kib(m) as f64 * 1.024e-3))
        };
        writeln!(f, "{:>8}{:>9}", megabytes(|m| m.resident), megabytes(|m| m.peak))
    }
}

fn whole(figure: Option<f64>) -> String {
    figure.map_or(String::new(), |figure| format!("{figure:.0}"))
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Length { bytes, tokens, median_ms, tokens_per_second, .. } = self;
        let each = median_ms * 1e3 / *bytes as f64;
        writeln!(f, "{bytes:>11}{tokens:>9}{median_ms:>12.3}{tokens_per_second:>12.0}{each:>12.1}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(milliseconds: &[f64], resident: u64) -> Round {
        Round {
            link: "tun".into(),
            sent: 102,
            milliseconds: milliseconds.to_vec(),
            statistics: None,
            memory: Some(Memory { resident, peak: 100 }),
        }
    }

    #[test]
    fn a_row_leaves_first_pings_out_and_counts_losses() {
        let times: Vec<f64> = (0..=100).map(f64::from).collect();
        let row = Row::new(Answerer::Responder, &[round(&times, 50), round(&times, 60)]);
        assert_eq!((row.samples, row.lost), (200, 2));
        assert_eq!((row.median_ms, row.p99_ms), (51.0, 100.0));
        let memory = row.memory_kib.unwrap();
        assert_eq!((memory.resident, memory.peak), (60, 100));
        assert_eq!(row.tokens_per_ping, None);
    }

    #[test]
    fn no_reply_at_all_is_no_figure() {
        assert!(Row::new(Answerer::Nano, &[round(&[], 1)]).median_ms.is_nan());
    }
}
