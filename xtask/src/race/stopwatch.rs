//! A process that starts one command, waits for it, and says how long that took and how much memory its
//! largest process had: the kernel keeps the peak of all children together, so each needs a parent of its own.

use std::ffi::OsString;
use std::process::{Command, Stdio};
use std::time::Instant;

use clap::Args;
use nix::sys::resource::{UsageWho, getrusage};
use serde::{Deserialize, Serialize};

use crate::Failure;

/// Arguments of `cargo xtask __lap`.
#[derive(Args)]
pub struct Stopwatch {
    /// Program and arguments.
    #[arg(trailing_var_arg = true, required = true, allow_hyphen_values = true)]
    command: Vec<OsString>,
}

/// What one run cost.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Cost {
    /// From start to end.
    pub seconds: f64,
    /// Processor time of all its threads.
    pub processor_seconds: f64,
    /// Resident at most, in KiB.
    pub peak_kib: i64,
    /// The share of the machine, from 0 to 1, that other processes took meanwhile.
    pub others: f64,
    /// The exit code; none if a signal ended it.
    pub code: Option<i32>,
}

impl Stopwatch {
    /// Runs the command with its output thrown away, and prints what it cost as JSON.
    pub fn run(self) -> Result<(), Failure> {
        let [program, arguments @ ..] = &self.command[..] else {
            return Err("no command".into());
        };
        let (before, began) = (Ticks::now()?, Instant::now());
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let status = command.status().map_err(|e| format!("{}: {e}", program.to_string_lossy()))?;
        let seconds = began.elapsed().as_secs_f64();
        let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
        let time =
            |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
        let processor_seconds = time(usage.user_time()) + time(usage.system_time());
        let cost = Cost {
            seconds,
            processor_seconds,
            peak_kib: usage.max_rss(),
            others: before.taken_by_others(&Ticks::now()?, processor_seconds / seconds),
            code: status.code(),
        };
        println!("{}", serde_json::to_string(&cost)?);
        Ok(())
    }
}

/// What all processors did since the machine started, in clock ticks.
struct Ticks {
    total: u64,
    idle: u64,
    processors: usize,
}

impl Ticks {
    fn now() -> Result<Ticks, Failure> {
        Ticks::parse(&std::fs::read_to_string("/proc/stat")?)
            .ok_or_else(|| "/proc/stat is not as proc(5) describes it".into())
    }

    /// The first line is of all processors: user, nice, system, idle, iowait, irq, softirq, steal.
    fn parse(text: &str) -> Option<Ticks> {
        let all = text.lines().next()?.strip_prefix("cpu ")?;
        let ticks: Vec<u64> =
            all.split_whitespace().take(8).map_while(|ticks| ticks.parse().ok()).collect();
        let idle = ticks.get(3)? + ticks.get(4)?;
        let processors = text.lines().skip(1).take_while(|line| line.starts_with("cpu")).count();
        Some(Ticks { total: ticks.iter().sum(), idle, processors })
    }

    /// The share of the machine that was busy until `now`, less that of one who kept `own` processors busy.
    fn taken_by_others(&self, now: &Ticks, own: f64) -> f64 {
        let total = now.total.saturating_sub(self.total).max(1) as f64;
        let idle = now.idle.saturating_sub(self.idle) as f64;
        (1.0 - idle / total - own / self.processors.max(1) as f64).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_are_who_is_busy_and_not_we() {
        let stat = |busy: u64, idle: u64| {
            let text = format!("cpu  {busy} 0 0 {idle} 5 0 0 0 999 999\ncpu0 1\ncpu1 1\nintr 5\n");
            Ticks::parse(&text).unwrap()
        };
        let before = stat(100, 100);
        assert_eq!((before.total, before.idle, before.processors), (205, 105, 2));
        assert!((before.taken_by_others(&stat(200, 200), 0.5) - 0.25).abs() < 1e-9);
        assert!(before.taken_by_others(&stat(200, 200), 1.0).abs() < 1e-9);
        assert!(Ticks::parse("cpu  10 20").is_none());
    }
}
