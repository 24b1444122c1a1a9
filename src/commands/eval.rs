//! `softstack eval`: how often a model is right, and what it costs, on fresh random packets.

use std::io::{ErrorKind, IsTerminal, Write};
use std::process::ExitCode;
use std::thread;

use clap::Args;
use softstack::eval::{self, Failure, Plan, Report};
use softstack::view::tell;

use super::{Model, Outcome};

/// Arguments of `softstack eval`.
#[derive(Args)]
pub struct Eval {
    /// Number of valid requests, and again as many bad packets.
    #[arg(short, value_name = "N", default_value_t = 1000)]
    n: u64,
    /// Seed of the packets.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Total length of the packets in bytes, smallest and largest.
    #[arg(long, value_name = "MIN-MAX", default_value = "28-128", value_parser = lengths)]
    lengths: (usize, usize),
    /// Threads; each draws its own packets, so the packets depend on this too.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=256))]
    jobs: u64,
    /// End with one JSON object instead of a table.
    #[arg(long)]
    json: bool,
    /// Print every packet whose first attempt was not right.
    #[arg(long)]
    failures: bool,
    #[command(flatten)]
    model: Model,
}

fn lengths(text: &str) -> Result<(usize, usize), String> {
    let wrong = || "lengths look like 28-128, between 28 and 1500".to_owned();
    let (min, max) = text.split_once('-').ok_or_else(wrong)?;
    match (min.parse(), max.parse()) {
        (Ok(min), Ok(max)) if 28 <= min && min <= max && max <= 1500 => Ok((min, max)),
        _ => Err(wrong()),
    }
}

impl Eval {
    /// Runs the subcommand; exit code 1 if a wrong packet got past the judge.
    pub fn run(self) -> Outcome {
        let eval = &self;
        let reports = thread::scope(|scope| {
            let workers: Vec<_> =
                (0..self.jobs).map(|job| scope.spawn(move || eval.part(job))).collect();
            workers.into_iter().map(|worker| worker.join().expect("no panic")).collect::<Vec<_>>()
        });
        let mut total = Report::new(self.seed);
        reports.into_iter().for_each(|report| total.add(report));
        let text = if self.json { serde_json::to_string(&total)? + "\n" } else { table(&total) };
        match std::io::stdout().write_all(text.as_bytes()) {
            // The reader has gone away: the exit code still tells it.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
            written => written?,
        }
        Ok(ExitCode::from(u8::from(total.bad.passed > 0)))
    }

    /// One thread's share of the packets.
    fn part(&self, job: u64) -> Report {
        let count = self.n / self.jobs + u64::from(job < self.n % self.jobs);
        // Seeds far apart, so that `--seed 1 --jobs 2` and `--seed 2` share no packets.
        let seed = self.seed.wrapping_add(job.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let plan = Plan { count, seed, lengths: self.lengths };
        eval::run(
            &plan,
            &mut *self.model.mind(),
            |failure| self.show(&failure),
            |done| progress(job, done, 2 * count),
        )
    }

    fn show(&self, failure: &Failure) {
        if self.failures {
            let Failure { number, host, packet, due, action } = failure;
            tell(&format!("packet {number} for {host}: {}", wire::hex::encode(packet)));
            tell(&format!("  due: {due:?}, thought: {action:02x?}"));
        }
    }
}

/// A percentage that writes over itself, on a terminal, from one of the threads.
fn progress(job: u64, done: u64, all: u64) {
    let due = done == all || done.is_multiple_of((all / 100).max(1));
    if job == 0 && due && std::io::stderr().is_terminal() {
        let end = if done == all { "\r      \r" } else { "" };
        // A closed terminal is no reason to end the measurement.
        let _ = write!(std::io::stderr(), "\r{:3} %{end}", 100 * done / all);
    }
}

fn table(report: &Report) -> String {
    use std::fmt::Write;
    let mut text = String::new();
    let rate = |right: u64, n: u64| 100.0 * right as f64 / n.max(1) as f64;
    let (valid, bad) = (&report.valid, &report.bad);
    let _ = writeln!(text, "seed {}", report.seed);
    let _ = writeln!(
        text,
        "valid requests     {:>9}  exact at first try {:>9} ({:.4} %), vetoed {}, right after a veto {}, unanswered {}",
        valid.n,
        valid.exact,
        rate(valid.exact, valid.n),
        valid.vetoed,
        valid.second,
        valid.unanswered
    );
    let _ = writeln!(
        text,
        "bad packets        {:>9}  right drop         {:>9} ({:.4} %), answered {}, past the judge {}",
        bad.n,
        bad.right,
        rate(bad.right, bad.n),
        bad.answered,
        bad.passed
    );
    for (name, class) in &report.classes {
        let right = rate(class.right, class.n);
        let _ = writeln!(
            text,
            "  {name:<16} {:>9}  right drop         {:>9} ({right:.4} %)",
            class.n, class.right
        );
    }
    for (length, class) in &report.lengths {
        let exact = rate(class.exact, class.n);
        let _ = writeln!(
            text,
            "  up to {length:>4} bytes  {:>9}  exact              {:>9} ({exact:.4} %)",
            class.n, class.exact
        );
    }
    let _ = writeln!(
        text,
        "{:.1} tokens per packet, median {:.3} ms per valid request",
        report.tokens_per_packet, report.median_ms
    );
    text
}
