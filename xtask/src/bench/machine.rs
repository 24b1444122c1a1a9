//! Where a figure was measured: without this it says nothing.

use std::fmt;
use std::fs;

use nano::transformer::Path;
use serde::Serialize;

/// The machine, as far as it matters for latency.
#[derive(Serialize)]
pub struct Machine {
    /// Model of the processor.
    pub processor: String,
    /// Processors this process may use.
    pub cores: usize,
    /// Release of the kernel.
    pub kernel: String,
    /// Load average of the last minute before we began: above 0, others were at work too.
    pub load: f64,
    /// Which instructions the network runs on.
    pub instructions: &'static str,
}

impl Machine {
    /// This machine.
    pub fn here() -> Machine {
        let read = |file: &str| fs::read_to_string(file).unwrap_or_default();
        let processor = read("/proc/cpuinfo")
            .lines()
            .find_map(|line| Some(line.strip_prefix("model name")?.split_once(": ")?.1.to_owned()));
        let load = read("/proc/loadavg").split(' ').next().and_then(|load| load.parse().ok());
        Machine {
            processor: processor.unwrap_or_else(|| std::env::consts::ARCH.into()),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            kernel: read("/proc/sys/kernel/osrelease").trim_end().into(),
            load: load.unwrap_or(f64::NAN),
            instructions: Path::best().name(),
        }
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Machine { processor, cores, kernel, load, instructions } = self;
        write!(f, "{processor}, {cores} cores, Linux {kernel}, load {load}; nano on {instructions}")
    }
}
