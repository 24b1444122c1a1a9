//! A host in a private network, with the stand-in for a model, and what the journal says of it.

use std::io::{self, Read};
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use provider::{Behaviour, Latency, Provider};
use softstack::config::{Config, Settings};
use softstack::journal::{Journal, Record, Sink, Statistics};
use softstack::link::{Addresses, Ipv6Addresses, Link};
use softstack::sandbox::{Device, Sandbox, SandboxConfig, SandboxError};
use softstack::stack::Stack;
use tokio_util::sync::CancellationToken;
use verify::Host;

use crate::program::{SOFTSTACK, misses, skip};

/// The name of the stand-in's model in every configuration here.
pub const MODEL: &str = "local/qwen3:4b";
/// A command that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(90);

/// What a host is started with.
#[derive(Clone)]
pub struct Plan {
    pub device: Device,
    pub ipv6: bool,
    /// How long the model thinks about each packet.
    pub latency: Duration,
    pub model: String,
    /// A folder of programs.
    pub programs: Option<PathBuf>,
    /// More lines of configuration.
    pub more: String,
}

impl Default for Plan {
    fn default() -> Plan {
        Plan {
            device: Device::Ethernet,
            ipv6: true,
            latency: Duration::ZERO,
            model: MODEL.into(),
            programs: None,
            more: String::new(),
        }
    }
}

impl Plan {
    /// The addresses of the link.
    pub fn addresses(&self) -> Addresses {
        let ipv6 = self.ipv6.then(Ipv6Addresses::default);
        Addresses { ipv6, ..Addresses::default() }
    }

    /// The stand-in.
    pub fn provider(&self) -> Provider {
        let latency = Latency { first_token: self.latency, ..Latency::default() };
        Provider::start(Behaviour { latency, ..Behaviour::default() })
    }

    /// The configuration that names the stand-in.
    pub fn config(&self, provider: &Provider, folder: &std::path::Path) -> Config {
        let text = format!(
            "{}\nrate = \"none\"\n[providers.local]\napi = \"openai\"\nbase_url = \"{}/v1\"\nkey = \"sk-none\"\nfree = true\n\
             in_flight = 32\n",
            self.more,
            provider.url()
        );
        let path = folder.join("config.toml");
        std::fs::write(&path, text).expect("a configuration can be written");
        let (model, programs) = (Some(self.model.clone()), self.programs.clone());
        let flags = Settings { model, programs, ..Settings::default() };
        Config::load(&flags, Some(&path)).expect("a configuration")
    }
}

/// A host that runs in a private network.
pub struct Running {
    sandbox: Option<Sandbox>,
    pub provider: Provider,
    records: Arc<Mutex<Vec<Record>>>,
    stop: Arc<AtomicBool>,
    stack: JoinHandle<io::Result<Statistics>>,
    folder: tempfile::TempDir,
}

/// What is left of a host.
pub struct Finished {
    pub statistics: Statistics,
    pub records: Vec<Record>,
    /// The journal as a capture.
    pub capture: PathBuf,
    _folder: tempfile::TempDir,
}

struct Tell(Arc<Mutex<Vec<Record>>>);

impl Sink for Tell {
    fn record(&mut self, record: &Record) -> io::Result<()> {
        self.0.lock().expect("no panic").push(record.clone());
        Ok(())
    }
}

impl Running {
    /// Starts a host; `None`, and the reason printed, where this machine allows no private network.
    pub fn start(plan: &Plan) -> Option<Running> {
        let (device, addresses) = (plan.device, plan.addresses());
        let config = SandboxConfig {
            program: SOFTSTACK.into(),
            device,
            addresses: addresses.clone(),
            ..SandboxConfig::default()
        };
        let sandbox = match Sandbox::start(config) {
            Ok(sandbox) => sandbox,
            Err(error @ (SandboxError::Denied { .. } | SandboxError::Device(_))) => {
                skip(&error.to_string());
                return None;
            }
            Err(error) => panic!("{error}"),
        };
        let folder = tempfile::tempdir().expect("a temporary folder");
        let provider = plan.provider();
        let config = plan.config(&provider, folder.path());
        let thinkers = config.thinkers(CancellationToken::new()).expect("a usable configuration");
        let (link, stop) = (sandbox.link(), Arc::new(AtomicBool::new(false)));
        let host = host(&addresses, &*link);
        let records = Arc::new(Mutex::new(Vec::new()));
        let (stopped, told) = (Arc::clone(&stop), Arc::clone(&records));
        let capture = folder.path().join("journal.pcapng");
        let stack = std::thread::spawn(move || {
            let mut journal = Journal::new();
            journal.add(Tell(told));
            journal.add_file(&capture).expect("a journal");
            Stack::new(link, thinkers, host, &journal).run(&stopped)
        });
        let sandbox = Some(sandbox);
        Some(Running { sandbox, provider, records, stop, stack, folder })
    }

    /// Runs a command of the shell in the network: its exit code and all that it wrote.
    pub fn run(&self, line: &str) -> (Option<i32>, String) {
        let sandbox = self.sandbox.as_ref().expect("it runs");
        let mut running = sandbox.run(&["sh", "-c", line]).expect(line);
        let (stdout, stderr) = (running.stdout.take(), running.stderr.take());
        let read = |pipe: Option<io::PipeReader>| {
            std::thread::spawn(move || {
                let mut bytes = Vec::new();
                pipe.map(|mut pipe| pipe.read_to_end(&mut bytes));
                String::from_utf8_lossy(&bytes).into_owned()
            })
        };
        let (stdout, stderr) = (read(stdout), read(stderr));
        let status = running.wait_timeout(PATIENCE).expect(line);
        let status = status.unwrap_or_else(|| panic!("{line}: no end after {PATIENCE:?}"));
        let text = stdout.join().expect("it reads") + &stderr.join().expect("it reads");
        (status.code(), text)
    }

    /// Runs a command that must write all of these, in order.
    pub fn expect(&self, line: &str, wanted: &[&str]) -> String {
        let (code, text) = self.run(line);
        let mut rest = &text[..];
        for words in wanted {
            match rest.split_once(words) {
                Some((_, after)) => rest = after,
                None => panic!(
                    "{line} (exit {code:?}) did not write {words:?}:\n{text}\n{}",
                    self.story()
                ),
            }
        }
        text
    }

    /// What was recorded so far.
    pub fn records(&self) -> Vec<Record> {
        self.records.lock().expect("no panic").clone()
    }

    /// Whether it has begun to think about a packet and not decided yet.
    fn is_thinking(&self) -> bool {
        let records = self.records.lock().expect("no panic");
        let open = records.iter().map(|record| match record {
            Record::Request { .. } | Record::Timer { .. } => 1,
            Record::Reply { .. } | Record::Silence { .. } => -1,
            _ => 0,
        });
        open.sum::<i64>() > 0
    }

    /// What was vetoed, left unanswered or told, for whoever reads a failure.
    pub fn story(&self) -> String {
        let told = |record: &&Record| {
            let vetoed = matches!(record, Record::Verdict { admitted: false, .. });
            vetoed || matches!(record, Record::Notice { .. } | Record::Silence { .. })
        };
        let records = self.records();
        let lines = records.iter().filter(told).map(|record| format!("{record:?}"));
        lines.collect::<Vec<_>>().join("\n")
    }

    /// Stops the host, once it has said what it has to say: on a busy machine that takes a while.
    pub fn finish(mut self) -> Finished {
        let patience = Instant::now() + PATIENCE;
        while self.is_thinking() && Instant::now() < patience {
            std::thread::sleep(Duration::from_millis(50));
        }
        self.stop.store(true, Ordering::Relaxed);
        let statistics = self.stack.join().expect("no panic").expect("the link is there");
        self.sandbox.take();
        let records = std::mem::take(&mut *self.records.lock().expect("no panic"));
        let capture = self.folder.path().join("journal.pcapng");
        Finished { statistics, records, capture, _folder: self.folder }
    }
}

impl Finished {
    /// Every packet that a model answered was answered rightly at the first attempt.
    pub fn assert_sound(&self) {
        assert_eq!(self.vetoes(), [""; 0]);
        assert_eq!(self.statistics.unanswered, 0, "{:?}", self.statistics);
    }

    /// What the judge held back, and what it was to answer.
    pub fn vetoes(&self) -> Vec<String> {
        let request_of = |number: u64| {
            self.records.iter().find_map(|record| match record {
                Record::Request { packet, bytes, .. } if *packet == number => Some(bytes.as_str()),
                _ => None,
            })
        };
        let told = |record: &Record| match record {
            Record::Verdict { packet, admitted: false, findings, .. } => {
                Some(format!("{findings:?} for {:?}", request_of(*packet)))
            }
            _ => None,
        };
        self.records.iter().filter_map(told).collect()
    }

    /// Of the packets of the capture that this display filter shows, none is worse to tshark than a chat or a
    /// note, apart from resets, which are what a closed port answers.
    pub fn assert_no_warnings(&self, shown: &str) {
        if misses(&["tshark"]) {
            return;
        }
        let warns =
            "_ws.expert.severity >= \"Warning\" && !tcp.connection.rst && !icmp.resp_not_found";
        let text = self.tshark(&["-Y", &format!("({shown}) && {warns}"), "-V"]);
        assert!(text.trim().is_empty(), "tshark warns:\n{text}");
        assert!(!self.tshark(&["-Y", shown]).is_empty(), "there is something to warn of");
    }

    /// What tshark writes about the capture; it looks at the checksums, too.
    fn tshark(&self, arguments: &[&str]) -> String {
        let mut tshark = Command::new("tshark");
        for name in ["ip.check_checksum", "tcp.check_checksum", "udp.check_checksum"] {
            tshark.args(["-o", &format!("{name}:TRUE")]);
        }
        let output = tshark.arg("-r").arg(&self.capture).args(arguments).output();
        let output = output.expect("tshark runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

/// The host that the model is to be on a link with those addresses.
pub fn host(addresses: &Addresses, link: &dyn Link) -> Host {
    softstack::stack::host(addresses, link)
}
