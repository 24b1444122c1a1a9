//! A host in this process whose model is the stand-in's, and what it did with each packet.

use std::cell::RefCell;
use std::io;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use provider::Provider;
use softstack::config::{Config, Settings};
use softstack::journal::{Journal, Record, Sink, Statistics};
use softstack::link::memory::{MemoryLink, MemoryWire};
use softstack::stack::Stack;
use tokio_util::sync::CancellationToken;
use verify::{Host, admit};
use wire::{Echo, hex};

/// Who the model is, for the judge.
pub const HOST: Host = Host::echo(Ipv4Addr::new(10, 0, 0, 1), Some(Ipv4Addr::new(10, 0, 0, 255)));
pub const PEER: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 2);
/// The key that the stand-in wants.
pub const KEY: &str = "sk-test-7b1d5c";
/// Both APIs, under the names that [`configuration`] gives them.
pub const MODELS: [&str; 2] = ["claude/claude-haiku-5-5", "gpt/gpt-6-luna"];
/// No outcome after this long means that something hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// A configuration in which the stand-in is two providers.
pub fn configuration(provider: &Provider, more: &str) -> String {
    let url = provider.url();
    format!(
        "{more}\n[providers.claude]\napi = \"anthropic\"\nbase_url = \"{url}\"\nkey = \"{KEY}\"\n\
         structured = true\nbudget_thinking = [\"claude-haiku-4-5\"]\n\
         [providers.gpt]\napi = \"openai\"\nbase_url = \"{url}/v1\"\nkey = \"{KEY}\"\n\
         structured = true\noutput_limit = \"max_completion_tokens\"\n\
         [providers.local]\napi = \"openai\"\nbase_url = \"{url}/v1\"\nkey = \"{KEY}\"\nfree = true\n\
         [prices]\n\"claude/*\" = {{ input = 1.0, output = 5.0, cached = 0.1 }}\n\
         \"gpt/*\" = {{ input = 1.0, output = 5.0 }}\n"
    )
}

/// A host that runs.
pub struct Running {
    wire: MemoryWire,
    records: Receiver<Record>,
    /// Records of no packet that came while outcomes were waited for.
    asides: RefCell<Vec<Record>>,
    stop: Arc<AtomicBool>,
    stack: JoinHandle<io::Result<Statistics>>,
    _folder: tempfile::TempDir,
}

/// All that was recorded of one packet.
#[derive(Debug, Default)]
pub struct Told {
    pub packet: u64,
    pub records: Vec<Record>,
    /// The reply on the wire.
    pub sent: Option<Vec<u8>>,
    /// Why nothing was sent.
    pub reason: Option<String>,
}

struct Tell(Sender<Record>);

impl Sink for Tell {
    fn record(&mut self, record: &Record) -> io::Result<()> {
        self.0.send(record.clone()).map_err(io::Error::other)
    }
}

impl Running {
    /// Starts a host whose model is `model`, with `more` in its configuration.
    pub fn start(provider: &Provider, model: &str, more: &str) -> Running {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let more = format!("account = \"{}\"\n{more}", folder.path().join("account").display());
        let config = config(&configuration(provider, &more), model, folder.path());
        let thinkers = config.thinkers(CancellationToken::new()).expect("a usable configuration");
        let (link, wire) = MemoryLink::pair();
        let (sender, records) = channel();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let stack = std::thread::spawn(move || {
            let mut journal = Journal::new();
            journal.add(Tell(sender));
            Stack::new(Arc::new(link), thinkers, HOST, &journal).run(&stopped)
        });
        Running { wire, records, asides: RefCell::default(), stop, stack, _folder: folder }
    }

    pub fn send(&self, packet: &[u8]) {
        self.wire.send(packet.to_vec()).expect("the link has room");
    }

    /// Sends a packet and waits for what comes of it.
    pub fn ask(&self, packet: &[u8]) -> Told {
        self.send(packet);
        self.outcome()
    }

    /// What came of the next packet that is dealt with, whichever that is.
    pub fn outcome(&self) -> Told {
        self.outcomes(1).remove(0)
    }

    /// What came of the next `count` packets, in the order in which they were dealt with. Every reply is
    /// on the wire in that order, and right.
    pub fn outcomes(&self, count: usize) -> Vec<Told> {
        let (mut open, mut done) = (Vec::<Told>::new(), Vec::new());
        let end = Instant::now() + PATIENCE;
        while done.len() < count {
            let left = end.saturating_duration_since(Instant::now());
            let record = self.records.recv_timeout(left).expect("every packet has an outcome");
            let Some(packet) = number(&record) else {
                self.asides.borrow_mut().push(record);
                continue;
            };
            if !open.iter().any(|told| told.packet == packet) {
                open.push(Told { packet, ..Told::default() });
            }
            let at = open.iter().position(|told| told.packet == packet).expect("it was put there");
            let over = matches!(record, Record::Reply { .. } | Record::Silence { .. });
            open[at].records.push(record);
            if over {
                let mut told = open.swap_remove(at);
                self.finish_told(&mut told);
                done.push(told);
            }
        }
        assert!(open.is_empty() || count > 1, "{open:?}");
        done
    }

    fn finish_told(&self, told: &mut Told) {
        match told.records.last() {
            Some(Record::Reply { bytes, .. }) => {
                let left = self.wire.receive(Duration::from_secs(5)).expect("the stack is there");
                assert_eq!(left.as_deref().map(hex::encode).as_ref(), Some(bytes));
                told.sent = left;
                assert_right(&told.request(), told.sent.as_ref().expect("a reply"));
            }
            Some(Record::Silence { reason, .. }) => told.reason = Some(reason.clone()),
            _ => unreachable!("it is over"),
        }
    }

    /// Stops the host; nothing may be left on the wire.
    pub fn finish(self) -> Statistics {
        self.stop.store(true, Ordering::Relaxed);
        let statistics = self.stack.join().expect("no panic").expect("the link is there");
        assert_eq!(self.wire.receive(Duration::ZERO).ok().flatten(), None, "a stray packet");
        let Statistics { received, replied, silent, unanswered, overflowed, late, .. } = statistics;
        let refused: u64 = statistics.refused.values().sum();
        let accounted = replied + silent + unanswered + overflowed + late + refused;
        assert_eq!(received, accounted, "{statistics:?}");
        statistics
    }

    /// Stops the host and lets lie on the wire what is there.
    pub fn finish_unread(self) -> Statistics {
        while let Ok(Some(_)) = self.wire.receive(Duration::ZERO) {}
        self.stop.store(true, Ordering::Relaxed);
        self.stack.join().expect("no panic").expect("the link is there")
    }

    /// Sends a packet if there is room for it, as a network does.
    pub fn push(&self, packet: &[u8]) {
        let _ = self.wire.send(packet.to_vec());
    }

    /// Sends a packet as soon as there is room for it.
    pub fn insist(&self, packet: &[u8]) {
        while self.wire.send(packet.to_vec()).is_err() {
            std::thread::yield_now();
        }
    }

    /// Takes what is on the wire; how many replies went to such destinations.
    pub fn replies_to(&self, destination: impl Fn(Ipv4Addr) -> bool) -> usize {
        let taken = std::iter::from_fn(|| self.wire.receive(Duration::ZERO).ok().flatten());
        taken
            .filter_map(|reply| wire::Ipv4::new(&reply).map(|ip| ip.destination()))
            .filter(|address| destination(*address))
            .count()
    }

    /// What was recorded and nobody has heard yet.
    pub fn told(&self) -> Vec<Record> {
        self.asides.take().into_iter().chain(self.records.try_iter()).collect()
    }

    /// The notices that nobody has heard yet.
    pub fn notices(&self) -> Vec<String> {
        let notice = |record| match record {
            Record::Notice { text } => Some(text),
            _ => None,
        };
        self.told().into_iter().filter_map(notice).collect()
    }
}

impl Told {
    pub fn request(&self) -> Vec<u8> {
        let bytes = self.records.iter().find_map(|record| match record {
            Record::Request { bytes, .. } => Some(bytes),
            _ => None,
        });
        hex::parse(bytes.expect("a request")).expect("hex")
    }

    /// Who thought at each attempt.
    pub fn models(&self) -> Vec<&str> {
        self.records.iter().filter_map(thinker).collect()
    }

    /// The lines of reasoning.
    pub fn reasoning(&self) -> Vec<&str> {
        self.records.iter().filter_map(line).collect()
    }

    pub fn vetoes(&self) -> usize {
        let vetoed = |record: &&Record| matches!(record, Record::Verdict { admitted: false, .. });
        self.records.iter().filter(vetoed).count()
    }
}

/// The last word on what left: the judge's, asked again from outside.
pub fn assert_right(request: &[u8], reply: &[u8]) {
    if let Err(veto) = admit(&HOST, request, reply.to_vec()) {
        panic!("WRONG PACKET SENT: {} for {}: {veto}", hex::encode(reply), hex::encode(request));
    }
}

pub fn config(text: &str, model: &str, folder: &Path) -> Config {
    let path = folder.join("config.toml");
    std::fs::write(&path, text).expect("a configuration can be written");
    let flags = Settings { model: Some(model.to_owned()), ..Settings::default() };
    Config::load(&flags, Some(&path)).expect("a configuration")
}

/// A valid ping with that sequence number and payload.
pub fn ping_with(sequence: u16, payload: &[u8]) -> Vec<u8> {
    Echo { identifier: 0x2f1a, sequence, payload, ..Echo::new(PEER, HOST.address) }.request()
}

pub fn ping(sequence: u16) -> Vec<u8> {
    let payload: Vec<u8> = (0x10..0x48).collect();
    ping_with(sequence, &payload)
}

fn thinker(record: &Record) -> Option<&str> {
    match record {
        Record::Thought { model, .. } => Some(model),
        _ => None,
    }
}

fn line(record: &Record) -> Option<&str> {
    match record {
        Record::Reasoning { text, .. } => Some(text),
        _ => None,
    }
}

fn number(record: &Record) -> Option<u64> {
    match record {
        Record::Request { packet, .. }
        | Record::Reasoning { packet, .. }
        | Record::Thought { packet, .. }
        | Record::Verdict { packet, .. }
        | Record::Reply { packet, .. }
        | Record::Silence { packet, .. } => Some(*packet),
        _ => None,
    }
}
