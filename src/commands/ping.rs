//! `softstack ping`: a private network, the system's real `ping`, and a model that answers it.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use signal_hook::consts::{SIGINT, SIGTERM};
use softstack::admission::Refusal;
use softstack::journal::{Journal, Record, Sink};
use softstack::link::Addresses;
use softstack::link::memory::MemoryLink;
use softstack::pinger::{self, Options};
use softstack::sandbox::{Device, Sandbox, SandboxConfig};
use softstack::stack::Thinkers;
use softstack::view::tell;

use super::alongside::{Finish, alongside, exit_code, stack};
use super::{Model, Outcome, Output};

/// How long ping waits for a last reply where no deadline says how long a model may think.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long ping may take to hear of the last reply, once that is on the wire.
const HEARING: Duration = Duration::from_secs(2);
/// How often a waiting thread looks whether it should stop.
const PULSE: Duration = Duration::from_millis(100);

/// Arguments of `softstack ping`.
#[derive(Args)]
pub struct Ping {
    /// Number of echo requests to send.
    #[arg(short, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..))]
    count: u64,
    /// Bytes of data in each request.
    #[arg(short, value_name = "SIZE", default_value_t = 56, value_parser = clap::value_parser!(u32).range(0..=65_507))]
    size: u32,
    /// Seconds between two requests.
    #[arg(short, value_name = "SECONDS", default_value = "1", value_parser = seconds)]
    interval: Duration,
    /// What carries the packets. `memory` needs no namespaces: the same packets, inside this process.
    #[arg(long, value_name = "WIRE", default_value = "auto")]
    wire: Wire,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    model: Model,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Wire {
    /// A TUN device in a private network, or a veth pair where TUN may not be opened.
    Auto,
    /// A TUN device in a private network.
    Tun,
    /// A veth pair in a private network, read through a packet socket.
    Veth,
    /// A raw socket on the loopback device of a private network, as `run --raw` has on a real one.
    Raw,
    /// No network at all.
    Memory,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number of seconds".to_owned())?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(duration) if seconds <= 3600.0 => Ok(duration),
        _ => Err("must be between 0 and 3600 seconds".into()),
    }
}

impl Ping {
    /// Runs the subcommand; its exit code is ping's.
    pub fn run(self) -> Outcome {
        // Before the journal is begun: a model that cannot be asked shall not cost an old one.
        let thinkers = self.model.thinkers()?;
        let mut journal = self.output.journal()?;
        let settled = Settled::watch(&mut journal, self.count);
        match self.wire {
            Wire::Memory => self.over_memory(thinkers, &journal, settled),
            Wire::Auto => self.over_network(thinkers, &journal, settled, Device::Auto),
            Wire::Tun => self.over_network(thinkers, &journal, settled, Device::Tun),
            Wire::Veth => self.over_network(thinkers, &journal, settled, Device::Veth),
            Wire::Raw => self.over_network(thinkers, &journal, settled, Device::Raw),
        }
    }

    fn over_network(
        &self,
        thinkers: Thinkers,
        journal: &Journal,
        settled: Receiver<()>,
        device: Device,
    ) -> Outcome {
        let sandbox = Sandbox::start(SandboxConfig { device, ..SandboxConfig::default() })?;
        if let Some(reason) = sandbox.fallback() {
            tell(&format!("softstack: a veth pair instead of a TUN device: {reason}"));
        }
        let addresses = sandbox.addresses();
        let options = self.options(addresses, &thinkers);
        let stack = stack(addresses, sandbox.link(), thinkers, journal);
        alongside(stack, || ping(&sandbox, &options, journal, settled))
    }

    fn over_memory(&self, thinkers: Thinkers, journal: &Journal, settled: Receiver<()>) -> Outcome {
        let addresses = Addresses::default();
        let (link, wire) = MemoryLink::pair();
        let interrupted = super::interrupted()?;
        let options = self.options(&addresses, &thinkers);
        let stack = stack(&addresses, Arc::new(link), thinkers, journal);
        alongside(stack, || {
            let over = AtomicBool::new(false);
            thread::scope(|scope| {
                let _finished = Finish(&over);
                let (in_vain, over) = (&interrupted, &over);
                scope.spawn(move || {
                    after(&settled, over, || in_vain.store(true, Ordering::Relaxed))
                });
                let mut out = Lines { journal, unread: &interrupted, line: Vec::new() };
                let tally = pinger::over_memory(&wire, &options, &interrupted, &mut out)?;
                Ok(ExitCode::from(tally.exit_code()))
            })
        })
    }

    fn options(&self, addresses: &Addresses, thinkers: &Thinkers) -> Options {
        // Where both addresses are the kernel's it might choose the wrong one, or there is no kernel.
        let source = matches!(self.wire, Wire::Raw | Wire::Memory).then_some(addresses.kernel);
        Options {
            source,
            count: Some(self.count),
            size: self.size as usize,
            interval: self.interval,
            timeout: thinkers.policy.deadline.unwrap_or(PATIENCE).max(PATIENCE),
            ..Options::new(addresses.model)
        }
    }
}

/// Runs ping in a private network; its lines become records.
fn ping(sandbox: &Sandbox, options: &Options, journal: &Journal, settled: Receiver<()>) -> Outcome {
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let _finished = Finish(&over);
        let (mut running, _) = pinger::start(sandbox, options)?;
        let (interrupter, unread) = (running.interrupter(), running.interrupter());
        let (in_vain, over) = (running.interrupter(), &over);
        scope.spawn(move || {
            after(&settled, over, || {
                let _ = in_vain.interrupt();
            });
        });
        let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM])?;
        let _listening = Listening(signals.handle());
        scope.spawn(move || {
            for _ in signals.forever() {
                // Ping ends with its statistics; if it has ended already, all is well too.
                let _ = interrupter.interrupt();
            }
        });
        let (stdout, stderr) = (running.stdout.take(), running.stderr.take());
        scope.spawn(move || lines(stderr, tell));
        lines(stdout, |text| {
            journal.record(&Record::Pinger { text: text.into() });
            if journal.is_unread() {
                let _ = unread.interrupt();
            }
        });
        Ok(exit_code(running.wait()?))
    })
}

/// Waits until every request is settled, and then for the last reply to be heard; then ping waits in
/// vain, and `interrupt` has it print its statistics. Ends with ping.
fn after(settled: &Receiver<()>, over: &AtomicBool, interrupt: impl FnOnce()) {
    while !over.load(Ordering::Relaxed) {
        match settled.recv_timeout(PULSE) {
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
            Ok(()) => {
                let end = Instant::now() + HEARING;
                while !over.load(Ordering::Relaxed) {
                    if Instant::now() >= end {
                        return interrupt();
                    }
                    thread::sleep(Duration::from_millis(20));
                }
            }
        }
    }
}

/// Counts what became of requests, and tells when that is known of as many as there are to be.
struct Settled {
    requests: u64,
    decided: u64,
    refused: BTreeMap<Refusal, u64>,
    tell: Sender<()>,
}

impl Settled {
    fn watch(journal: &mut Journal, requests: u64) -> Receiver<()> {
        let (tell, settled) = channel();
        journal.add_watcher(Settled { requests, decided: 0, refused: BTreeMap::new(), tell });
        settled
    }
}

impl Sink for Settled {
    fn record(&mut self, record: &Record) -> io::Result<()> {
        match record {
            Record::Reply { .. } | Record::Silence { .. } => self.decided += 1,
            Record::Overflow { dropped } => {
                self.refused.insert(Refusal::Queue, *dropped);
            }
            Record::Refused { reason, packets } => {
                self.refused.insert(*reason, *packets);
            }
            _ => return Ok(()),
        }
        if self.decided + self.refused.values().sum::<u64>() >= self.requests {
            // Nobody listens any more if ping has ended by itself.
            let _ = self.tell.send(());
        }
        Ok(())
    }
}

/// Ends the thread that listens for signals when dropped: it must not outlive its scope.
struct Listening(signal_hook::iterator::Handle);

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Calls `each` with every line, whatever its encoding.
fn lines(pipe: Option<impl Read>, mut each: impl FnMut(&str)) {
    let lines = pipe.into_iter().flat_map(|pipe| BufReader::new(pipe).split(b'\n'));
    lines.map_while(Result::ok).for_each(|line| each(&String::from_utf8_lossy(&line)));
}

/// A writer whose lines become records; it says when nobody reads them.
struct Lines<'a> {
    journal: &'a Journal,
    unread: &'a AtomicBool,
    line: Vec<u8>,
}

impl Write for Lines<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        for &byte in bytes {
            match byte {
                b'\n' => {
                    let text = String::from_utf8_lossy(&self.line).into_owned();
                    self.journal.record(&Record::Pinger { text });
                    self.unread.fetch_or(self.journal.is_unread(), Ordering::Relaxed);
                    self.line.clear();
                }
                byte => self.line.push(byte),
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
