//! `cargo xtask flood`: what a flood costs. In a network namespace of its own: a stand-in for a provider, a
//! softstack host whose model it is, a thousand sources that send ten times as often as they may, and one real
//! `ping` that keeps to its rate. Counted: the calls to the model, what they cost, the host's memory, and
//! whether the ping was answered.

use std::io::Read;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::AsRawFd;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;
use nix::sys::signal::{Signal, kill};
use nix::sys::socket::{
    AddressFamily, MsgFlags, SockFlag, SockProtocol, SockType, SockaddrIn, sendto, socket,
};
use nix::unistd::Pid;
use provider::{Behaviour, Latency, Provider};
use softstack::admission::Refusal;
use softstack::journal::{Record, Statistics};
use wire::Echo;

use crate::Failure;

const HOST: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 1);
/// Most that the host's memory may grow, in KiB: threads that come into use, buffers of connections.
const MOST_GROWTH: u64 = 32 * 1024;
/// The device behind which the host is.
const DEVICE: &str = "flood0";

/// Arguments of `cargo xtask flood`.
#[derive(Args, Clone)]
pub struct Flood {
    /// Seconds that it lasts.
    #[arg(long, default_value_t = 30)]
    seconds: u64,
    /// Packets a second, of all sources together.
    #[arg(long, default_value_t = 10_000)]
    rate: u64,
    /// Sources that send in turn.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(1..=60_000))]
    sources: u64,
    /// Seconds that the model takes for an answer.
    #[arg(long, default_value_t = 1.0)]
    latency: f64,
    /// Tokens that the run may use; fewer than the flood wants, and all ends when they are spent.
    #[arg(long, default_value_t = 5_000_000)]
    budget: u64,
    /// We are in the namespace already.
    #[arg(long, hide = true)]
    inside: bool,
}

impl Flood {
    /// Floods and prints what came of it; fails where a promise was broken.
    pub fn run(self) -> Result<(), Failure> {
        match self.inside {
            true => self.inside(),
            false => self.outside(),
        }
    }

    /// Starts this program again in a namespace where it is root.
    fn outside(&self) -> Result<(), Failure> {
        let mut command = Command::new("unshare");
        command.args(["-Urn"]).arg(std::env::current_exe()?).arg("flood").arg("--inside");
        for (name, value) in [
            ("seconds", self.seconds.to_string()),
            ("rate", self.rate.to_string()),
            ("sources", self.sources.to_string()),
            ("latency", self.latency.to_string()),
            ("budget", self.budget.to_string()),
        ] {
            command.arg(format!("--{name}={value}"));
        }
        match command.status()?.success() {
            true => Ok(()),
            false => Err("the flood did not go as it should".into()),
        }
    }

    fn inside(&self) -> Result<(), Failure> {
        shell("ip link set lo up")?;
        let first_token = Duration::try_from_secs_f64(self.latency)?;
        let latency = Latency { first_token, ..Latency::default() };
        let provider = Provider::start(Behaviour { latency, ..Behaviour::default() });
        let folder = tempfile::tempdir()?;
        let mut host = self.host(&provider, folder.path())?;
        wait_for_device()?;
        let before = resident(&host)?;
        let flood = self.clone();
        let sender = thread::spawn(move || flood.send());
        // Nobody has asked too often before the flood has.
        thread::sleep(Duration::from_secs(1));
        let ping = self.ping()?;
        let mut peak = before;
        let end = Instant::now() + Duration::from_secs(self.seconds);
        while Instant::now() < end {
            thread::sleep(Duration::from_millis(200));
            peak = peak.max(resident(&host)?);
        }
        let sent = sender.join().map_err(|_| "the sender panicked")??;
        let pinged = finish(ping)?;
        kill(Pid::from_raw(host.id() as i32), Signal::SIGTERM)?;
        host.wait()?;
        let statistics = statistics(&folder.path().join("journal.jsonl"))?;
        self.report(sent, &pinged, (before, peak), &provider, &statistics)
    }

    /// A host behind a TUN device, with the stand-in for a model and a budget that the flood would pass.
    fn host(&self, provider: &Provider, folder: &Path) -> Result<Child, Failure> {
        let config = folder.join("config.toml");
        std::fs::write(
            &config,
            format!(
                "[providers.stand-in]\napi = \"anthropic\"\nbase_url = \"{}\"\nkey = \"none\"\n\
                 [prices]\n\"stand-in/*\" = {{ input = 0.1, output = 0.5 }}\n",
                provider.url()
            ),
        )?;
        let softstack = std::env::current_exe()?.with_file_name("softstack");
        if !softstack.exists() {
            return Err("no softstack beside xtask: run `cargo build --release` first".into());
        }
        let mut command = Command::new(softstack);
        command.args(["run", "--tun", DEVICE, "--address", "10.0.0.1/8", "--peer", "10.0.0.2"]);
        command.arg("--config").arg(config).args(["--model", "stand-in/claude-haiku-5-5"]);
        command.args(["--rate", "1", "--burst", "5", "--max-tokens", "1000"]);
        command.args(["--run-tokens", &self.budget.to_string(), "--quiet"]);
        command.arg("--account").arg(folder.join("account"));
        command.arg("--journal").arg(folder.join("journal.jsonl"));
        Ok(command.stdout(Stdio::null()).spawn()?)
    }

    /// Sends at the rate, from each source in turn; how many packets were sent.
    fn send(&self) -> Result<u64, Failure> {
        // Of this protocol the kernel takes packets with their headers, whoever they say to be from.
        let (flags, raw) = (SockFlag::SOCK_CLOEXEC, SockProtocol::Raw);
        let socket = socket(AddressFamily::Inet, SockType::Raw, flags, raw)?;
        let to = SockaddrIn::from(SocketAddrV4::new(HOST, 0));
        let began = Instant::now();
        let mut sent = 0;
        while began.elapsed() < Duration::from_secs(self.seconds) {
            let due = (began.elapsed().as_secs_f64() * self.rate as f64) as u64;
            for number in sent..due {
                let source = Ipv4Addr::from(0x0a01_0000 + (number % self.sources) as u32);
                let echo = Echo {
                    sequence: number as u16,
                    payload: &[0x66; 56],
                    ..Echo::new(source, HOST)
                };
                // A full device loses packets, as a network does.
                let _ = sendto(socket.as_raw_fd(), &echo.request(), &to, MsgFlags::empty());
            }
            sent = due;
            thread::sleep(Duration::from_millis(1));
        }
        Ok(sent)
    }

    /// A ping that lasts as long as the flood does.
    fn ping(&self) -> Result<Child, Failure> {
        let count = (self.seconds.saturating_sub(4) / 2).max(1).to_string();
        let mut command = Command::new("ping");
        command.args(["-n", "-c", &count, "-i", "2", "-W", "10", "10.0.0.1"]);
        Ok(command.stdout(Stdio::piped()).spawn()?)
    }

    fn report(
        &self,
        sent: u64,
        pinged: &str,
        (before, peak): (u64, u64),
        provider: &Provider,
        statistics: &Statistics,
    ) -> Result<(), Failure> {
        let calls = provider.seen().len();
        let tokens = statistics.spending.map_or(0, |spending| spending.usage.total());
        let usd = statistics.spending.and_then(|spending| spending.usd).unwrap_or_default();
        let of_flood = pinged.lines().find(|line| line.contains("packets transmitted"));
        println!("{sent} packets sent in {} s by {} sources", self.seconds, self.sources);
        println!("{} received by the host", statistics.received);
        for (reason, packets) in &statistics.refused {
            println!("  {packets} refused: {}", reason.name());
        }
        println!("  {} dropped unread, {} replied", statistics.overflowed, statistics.replied);
        println!("{calls} calls to the model, {tokens} of {} tokens, ${usd:.4}", self.budget);
        println!("memory of the host: {before} KiB before, {peak} KiB at most");
        println!("ping within its rate: {}", of_flood.unwrap_or("no statistics"));
        let spent = statistics.refused.contains_key(&Refusal::Budget);
        if tokens > self.budget {
            return Err(format!("{tokens} tokens are more than {}", self.budget).into());
        }
        // Whose budget is spent answers nobody.
        if !spent && !of_flood.is_some_and(|line| line.contains(" 0% packet loss")) {
            return Err("the ping that kept to its rate lost packets".into());
        }
        match peak > before + MOST_GROWTH {
            true => Err(format!("the host grew by {} KiB", peak - before).into()),
            false => Ok(()),
        }
    }
}

fn shell(line: &str) -> Result<(), Failure> {
    match Command::new("sh").args(["-c", line]).status()?.success() {
        true => Ok(()),
        false => Err(format!("{line} failed").into()),
    }
}

fn wait_for_device() -> Result<(), Failure> {
    let end = Instant::now() + Duration::from_secs(10);
    while Instant::now() < end {
        let devices = std::fs::read_to_string("/proc/net/dev")?;
        if devices.contains(DEVICE) {
            // Its address and its being up follow at once.
            thread::sleep(Duration::from_millis(200));
            return Ok(());
        }
        thread::sleep(Duration::from_millis(20));
    }
    Err("the host made no device within 10 seconds".into())
}

/// Resident memory of a process in KiB.
fn resident(process: &Child) -> Result<u64, Failure> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.id()))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    number.ok_or_else(|| "the host is gone".into())
}

fn finish(mut ping: Child) -> Result<String, Failure> {
    let mut text = String::new();
    ping.stdout.take().ok_or("a pipe")?.read_to_string(&mut text)?;
    ping.wait()?;
    Ok(text)
}

/// The last record of a journal.
fn statistics(journal: &Path) -> Result<Statistics, Failure> {
    let text = std::fs::read_to_string(journal)?;
    let last = text.lines().last().ok_or("the journal is empty")?;
    match serde_json::from_str(last)? {
        Record::End { statistics } => Ok(statistics),
        _ => Err("the journal has no end".into()),
    }
}
