//! One round of one host: a sandbox, whoever answers in it, and one run of the real `ping`. It has a
//! process of its own so that the memory it reports is that host's alone; the result goes to standard
//! output as JSON.

use std::io::{BufRead, BufReader, Read};
use std::net::Ipv4Addr;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};
use softstack::journal::{Journal, Statistics};
use softstack::link::Link;
use softstack::mind::Mind;
use softstack::mind::nano::Nano;
use softstack::pinger::{self, Options, Pinger};
use softstack::sandbox::{Device, Sandbox, SandboxConfig};
use softstack::stack::Stack;
use verify::Host;

use crate::{Failure, responder};

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Answerer {
    /// The kernel, on the sandbox's loopback address.
    Kernel,
    /// The minimal deterministic responder.
    Responder,
    /// nano in the real stack, with a journal that nobody reads.
    Nano,
}

/// What to do in one round.
#[derive(Debug, Clone, Args)]
pub struct Plan {
    /// Who answers.
    #[arg(long)]
    pub answerer: Answerer,
    /// A veth pair even where a TUN device may be opened.
    #[arg(long)]
    pub veth: bool,
    /// Number of pings.
    #[arg(long)]
    pub count: u64,
    /// Bytes of data in each ping.
    #[arg(long)]
    pub payload: usize,
    /// Microseconds between two pings; 0: as soon as the reply to the last is there.
    #[arg(long)]
    pub interval: u64,
}

/// How a round went.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Round {
    /// What carried the packets.
    pub link: String,
    /// Pings sent.
    pub sent: u64,
    /// Round-trip times in milliseconds as ping printed them, in order.
    pub milliseconds: Vec<f64>,
    /// What the stack counted; only nano runs in one.
    pub statistics: Option<Statistics>,
    /// Of this process; the kernel has none.
    pub memory: Option<Memory>,
}

/// Memory of a process in KiB.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Memory {
    /// Resident at the end of the round (VmRSS).
    pub resident: u64,
    /// The most that was ever resident (VmHWM).
    pub peak: u64,
}

impl Plan {
    /// Runs the round in a fresh process of this program.
    pub fn run_apart(&self) -> Result<Round, Failure> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("__round").args(self.to_arguments());
        let output = command.output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).trim_end().into());
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    fn to_arguments(&self) -> Vec<String> {
        let answerer = self.answerer.to_possible_value().expect("no answerer is hidden");
        let mut words = vec![format!("--answerer={}", answerer.get_name())];
        words.push(format!("--count={}", self.count));
        words.push(format!("--payload={}", self.payload));
        words.push(format!("--interval={}", self.interval));
        words.extend(self.veth.then(|| "--veth".to_owned()));
        words
    }

    /// Runs the round in this process and prints the result.
    pub fn run(self) -> Result<(), Failure> {
        let device = if self.veth { Device::Veth } else { Device::Auto };
        let sandbox = Sandbox::start(SandboxConfig { device, ..SandboxConfig::default() })?;
        let model = sandbox.addresses().model;
        let stop = AtomicBool::new(false);
        let (milliseconds, memory, statistics) = thread::scope(|scope| {
            let host = scope.spawn(|| self.answer(sandbox.link(), model, &stop));
            let pinged = self.ping(&sandbox, model);
            // While the host still has all that it needs.
            let memory = memory();
            stop.store(true, Ordering::Relaxed);
            let statistics = host.join().expect("the host does not panic")?;
            Ok::<_, Failure>((pinged?, memory?, statistics))
        })?;
        let memory = (self.answerer != Answerer::Kernel).then_some(memory);
        let link = sandbox.link().description();
        let round = Round { link, sent: self.count, milliseconds, statistics, memory };
        println!("{}", serde_json::to_string(&round)?);
        Ok(())
    }

    fn answer(
        &self,
        link: Arc<dyn Link>,
        address: Ipv4Addr,
        stop: &AtomicBool,
    ) -> Result<Option<Statistics>, Failure> {
        let host = Host::echo(address, None);
        match self.answerer {
            Answerer::Kernel => Ok(None),
            Answerer::Responder => {
                responder::serve(&*link, &host, stop)?;
                Ok(None)
            }
            Answerer::Nano => {
                let journal = Journal::new();
                let nano: Box<dyn Mind> = Box::new(Nano::new());
                Ok(Some(Stack::new(link, nano, host, &journal).run(stop)?))
            }
        }
    }

    fn ping(&self, sandbox: &Sandbox, model: Ipv4Addr) -> Result<Vec<f64>, Failure> {
        let target = if self.answerer == Answerer::Kernel { Ipv4Addr::LOCALHOST } else { model };
        let options = Options {
            count: Some(self.count),
            size: self.payload,
            interval: Duration::from_micros(self.interval),
            ..Options::new(target)
        };
        let (mut running, whose) = pinger::start(sandbox, &options)?;
        if whose == Pinger::Own {
            return Err("the benchmark needs the real ping, and none is installed".into());
        }
        let lines = BufReader::new(running.stdout.take().expect("a pipe")).lines();
        let times = lines.map_while(Result::ok).filter_map(|line| time(&line)).collect();
        let mut complaints = String::new();
        running.stderr.take().expect("a pipe").read_to_string(&mut complaints)?;
        match running.wait()?.code() {
            // 1: no reply at all; the table will show the losses.
            Some(0 | 1) => Ok(times),
            code => Err(format!("ping ended with {code:?}: {complaints}").into()),
        }
    }
}

/// The round-trip time in a line of ping.
fn time(line: &str) -> Option<f64> {
    line.split_once("time=")?.1.split(' ').next()?.parse().ok()
}

/// The memory of this process.
fn memory() -> Result<Memory, Failure> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let read = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|line| line.split_whitespace().next()?.parse().ok())
    };
    let missing = "/proc/self/status does not tell the memory";
    Ok(Memory { resident: read("VmRSS:").ok_or(missing)?, peak: read("VmHWM:").ok_or(missing)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_from_ping() {
        let line = "64 bytes from 10.0.0.1: icmp_seq=1 ttl=64 time=0.049 ms";
        assert_eq!(time(line), Some(0.049));
        assert_eq!(time("2 packets transmitted, 2 received, 0% packet loss, time 1001ms"), None);
    }

    #[test]
    fn a_process_knows_its_memory() {
        let memory = memory().unwrap();
        assert!(memory.peak >= memory.resident && memory.resident > 100);
    }
}
