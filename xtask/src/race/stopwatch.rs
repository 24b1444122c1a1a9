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
    /// The exit code; none if a signal ended it.
    pub code: Option<i32>,
}

impl Stopwatch {
    /// Runs the command with its output thrown away, and prints what it cost as JSON.
    pub fn run(self) -> Result<(), Failure> {
        let [program, arguments @ ..] = &self.command[..] else {
            return Err("no command".into());
        };
        let began = Instant::now();
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let status = command.status().map_err(|e| format!("{}: {e}", program.to_string_lossy()))?;
        let seconds = began.elapsed().as_secs_f64();
        let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
        let time =
            |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
        let processor_seconds = time(usage.user_time()) + time(usage.system_time());
        let cost =
            Cost { seconds, processor_seconds, peak_kib: usage.max_rss(), code: status.code() };
        println!("{}", serde_json::to_string(&cost)?);
        Ok(())
    }
}
