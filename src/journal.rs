//! The journal: every step of every packet, written down as it happens. The terminal, `replay`, the
//! benchmark and whatever comes later read only these records. Two forms: JSON Lines, one record a
//! line, and pcapng, where the reasoning and the verdict are comments of the packets.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::net::Ipv6Addr;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use thiserror::Error;

mod pcapng;

use crate::admission::Refusal;
use crate::backend::Spending;
use crate::memory::Timer;
use crate::mind::{Action, Thought};
use crate::prompt::Form;
use crate::view::tell;
use pcapng::Pcapng;

/// Version of the records' schema, in the first record of every journal.
pub const SCHEMA: u32 = 1;

/// One step. As JSON, an object whose `record` names the kind; see `docs/journal.md`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub enum Record {
    /// The first record: who listens where.
    Start {
        /// [`SCHEMA`].
        schema: u32,
        /// This program and its version.
        program: String,
        /// What thinks, as in `--model`.
        model: String,
        /// The host's IPv4 address.
        address: String,
        /// Its IPv6 address.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ipv6: Option<Ipv6Addr>,
        /// Its Ethernet address; with one, all packets are Ethernet frames, else IP packets.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mac: Option<String>,
        /// What a hosted model is told, as `name version`.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        programs: Vec<String>,
        /// What carries the packets.
        link: String,
        /// Whether the runtime computes checksums for the model. Always said, so that nobody wonders.
        checksum_offload: bool,
        /// The form in which a hosted model replies.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        form: Option<Form>,
        /// Nanoseconds since 1970.
        time_ns: u64,
    },
    /// A packet came in.
    Request {
        /// Its number, from 1.
        packet: u64,
        /// Nanoseconds since 1970.
        time_ns: u64,
        /// The packet in hex.
        bytes: String,
        /// The programs that claim it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        programs: Vec<String>,
        /// The model's own notes on its flow.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        notes: String,
    },
    /// A timer went off that a model set. It is numbered like a packet, and what follows from it is recorded
    /// like what follows from one.
    Timer {
        /// Its number, from 1.
        packet: u64,
        /// Nanoseconds since 1970.
        time_ns: u64,
        /// What the model called it.
        name: String,
        /// The last packet of its flow, in hex: sent, or if none was, received.
        bytes: String,
        /// The model's own notes on its flow.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        notes: String,
    },
    /// A line of reasoning.
    Reasoning {
        /// Number of the packet it is about.
        packet: u64,
        /// Which attempt, from 1.
        attempt: u32,
        /// The line.
        text: String,
    },
    /// What an attempt came to.
    Thought {
        /// Number of the packet it is about.
        packet: u64,
        /// Which attempt, from 1.
        attempt: u32,
        /// Who thought.
        model: String,
        /// `send`, `drop`, `pass`, `fail` or `unavailable`.
        action: Act,
        /// Why nothing is to be sent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// The reply in hex.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bytes: Option<String>,
        /// Tokens read and written.
        tokens: u64,
        /// Seconds it took.
        seconds: f64,
        /// What a hosted model's tokens were and cost.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        spending: Option<Spending>,
        /// What a hosted model answered, word for word.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        answer: Option<String>,
        /// What it notes on the flow, in place of its notes before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        /// The timers it sets, in place of those before.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        timers: Vec<Timer>,
    },
    /// What the judge said of it.
    Verdict {
        /// Number of the packet it is about.
        packet: u64,
        /// Which attempt, from 1.
        attempt: u32,
        /// Whether the action may be carried out.
        admitted: bool,
        /// Findings; with `admitted`, remarks.
        findings: Vec<Objection>,
    },
    /// A reply was transmitted.
    Reply {
        /// Number of the packet it answers.
        packet: u64,
        /// Nanoseconds since 1970.
        time_ns: u64,
        /// What went onto the wire, in hex.
        bytes: String,
        /// Seconds since the packet came in.
        seconds: f64,
    },
    /// Nothing was transmitted.
    Silence {
        /// Number of the packet that gets no answer.
        packet: u64,
        /// Why.
        reason: String,
        /// Seconds since the packet came in.
        seconds: f64,
    },
    /// A packet was dropped unread because too many waited.
    Overflow {
        /// Packets dropped so far.
        dropped: u64,
    },
    /// Packets were not let in.
    Refused {
        /// Why.
        reason: Refusal,
        /// How many so far.
        packets: u64,
    },
    /// Something that a person should know once.
    Notice {
        /// In words.
        text: String,
    },
    /// A line that the pinger printed.
    Pinger {
        /// The line.
        text: String,
    },
    /// The last record.
    End {
        /// What it came to.
        #[serde(flatten)]
        statistics: Statistics,
    },
}

/// The kinds of action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Send a reply.
    Send,
    /// Send nothing, on purpose.
    Drop,
    /// Send nothing: this model does not speak of such packets.
    Pass,
    /// Send nothing, because no decision came out.
    Fail,
    /// Send nothing, because the model could not be asked.
    Unavailable,
}

impl From<&Action> for Act {
    fn from(action: &Action) -> Act {
        match action {
            Action::Send(_) => Act::Send,
            Action::Drop(_) => Act::Drop,
            Action::Pass(_) => Act::Pass,
            Action::Fail(_) => Act::Fail,
            Action::Unavailable(_) => Act::Unavailable,
        }
    }
}

impl Record {
    /// What an attempt at that packet came to.
    pub(crate) fn of_thought(packet: u64, attempt: u32, thought: &Thought) -> Record {
        let bytes = match &thought.action {
            Action::Send(bytes) => Some(wire::hex::encode(bytes)),
            _ => None,
        };
        Record::Thought {
            packet,
            attempt,
            model: thought.model.clone(),
            action: Act::from(&thought.action),
            reason: thought.action.reason().map(str::to_owned),
            bytes,
            tokens: thought.tokens,
            seconds: thought.took.as_secs_f64(),
            spending: thought.spending,
            answer: thought.answer.clone(),
            note: thought.remember.note.clone(),
            timers: thought.remember.timers.clone(),
        }
    }
}

/// A finding of the judge, in a form that can be read back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objection {
    /// Name of the rule.
    pub rule: String,
    /// `MUST`, `MUST NOT`, `SHOULD` …
    pub level: String,
    /// Number of the RFC.
    pub rfc: u16,
    /// Section of the RFC.
    pub section: String,
    /// First byte of the reply that is meant.
    pub offset: usize,
    /// Number of bytes.
    pub length: usize,
    /// What was expected and what was found.
    pub message: String,
}

impl From<&verify::Finding> for Objection {
    fn from(finding: &verify::Finding) -> Objection {
        Objection {
            rule: finding.rule.id.into(),
            level: finding.rule.level.name().into(),
            rfc: finding.rule.rfc,
            section: finding.rule.section.into(),
            offset: finding.offset,
            length: finding.length,
            message: finding.message.clone(),
        }
    }
}

/// Counts over a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Statistics {
    /// Packets received.
    pub received: u64,
    /// Timers that went off.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub timers: u64,
    /// Replies transmitted.
    pub replied: u64,
    /// Packets met with silence where that was right.
    pub silent: u64,
    /// Attempts that the judge vetoed.
    pub vetoed: u64,
    /// Packets for which no attempt was admitted, or whose reply the link did not take.
    pub unanswered: u64,
    /// Packets dropped unread because too many waited.
    pub overflowed: u64,
    /// Packets that were not let in, by reason, those dropped for want of room apart.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub refused: BTreeMap<Refusal, u64>,
    /// Replies that were ready when nobody waited for them any more.
    #[serde(default)]
    pub late: u64,
    /// Tokens read and written.
    pub tokens: u64,
    /// The hosted models' tokens by kind, and what they cost; absent without such.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spending: Option<Spending>,
    /// Median seconds from receiving a packet to transmitting its reply; absent without a reply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub median_seconds: Option<f64>,
}

impl Statistics {
    /// Counts what a thought used.
    pub(crate) fn spend(&mut self, thought: &Thought) {
        self.tokens += thought.tokens;
        if let Some(spending) = &thought.spending {
            self.spending.get_or_insert_default().add(spending);
        }
    }
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// Something that takes records.
pub trait Sink: Send {
    /// Writes a record down; it must be readable from outside before this returns.
    fn record(&mut self, record: &Record) -> io::Result<()>;

    /// Shows a piece of a line of reasoning that is still to come whole, as [`Record::Reasoning`]. Who
    /// only keeps what stands need not listen.
    fn piece(&mut self, packet: u64, attempt: u32, text: &str) -> io::Result<()> {
        let _ = (packet, attempt, text);
        Ok(())
    }
}

/// Why a journal could not be opened.
#[derive(Debug, Error)]
#[error("cannot write the journal {}: {source}", path.display())]
pub struct JournalError {
    /// The file.
    pub path: PathBuf,
    /// Why not.
    pub source: io::Error,
}

/// All sinks of a run. Shared between threads: a record goes to every sink before the next.
#[derive(Default)]
pub struct Journal {
    sinks: Mutex<Vec<Box<dyn Sink>>>,
    watchers: Mutex<Vec<Box<dyn Sink>>>,
}

impl Journal {
    /// A journal that goes nowhere yet.
    pub fn new() -> Journal {
        Journal::default()
    }

    /// Adds a sink.
    pub fn add(&mut self, sink: impl Sink + 'static) {
        self.sinks.get_mut().expect("no thread panicked").push(Box::new(sink));
    }

    /// Adds a sink that reads for this program's own sake: a journal that nobody else reads is unread.
    pub fn add_watcher(&mut self, watcher: impl Sink + 'static) {
        self.watchers.get_mut().expect("no thread panicked").push(Box::new(watcher));
    }

    /// Adds a file: pcapng if its name ends in `.pcapng`, else JSON Lines.
    ///
    /// # Errors
    /// When the file cannot be created.
    pub fn add_file(&mut self, path: &Path) -> Result<(), JournalError> {
        let failed = |source| JournalError { path: path.into(), source };
        let file = File::create(path).map_err(failed)?;
        if path.extension().is_some_and(|extension| extension == "pcapng") {
            self.add(Pcapng::new(file).map_err(failed)?);
        } else {
            self.add(JsonLines(file));
        }
        Ok(())
    }

    /// Hands a record to every sink. One that fails (a full disk) is told of once and then left out:
    /// what it holds stays, and the host goes on. Of a reader that has gone away nothing is told.
    pub fn record(&self, record: &Record) {
        give(&mut self.lock(), |sink| sink.record(record));
        give(&mut self.watchers(), |watcher| watcher.record(record));
    }

    /// Shows a piece of reasoning to whoever likes to see it come.
    pub fn piece(&self, packet: u64, attempt: u32, text: &str) {
        give(&mut self.lock(), |sink| sink.piece(packet, attempt, text));
    }

    /// Does something and records it before anything that follows from it can be recorded: a reply
    /// comes before the pinger's line about it.
    ///
    /// # Errors
    /// Those of `act`; then nothing is recorded.
    pub fn record_after(&self, act: impl FnOnce() -> io::Result<Record>) -> io::Result<()> {
        let mut sinks = self.lock();
        let record = act()?;
        give(&mut sinks, |sink| sink.record(&record));
        drop(sinks);
        give(&mut self.watchers(), |watcher| watcher.record(&record));
        Ok(())
    }

    /// Whether no sink is left: nobody will know what happens from now on.
    pub fn is_unread(&self) -> bool {
        self.lock().is_empty()
    }

    fn watchers(&self) -> MutexGuard<'_, Vec<Box<dyn Sink>>> {
        self.watchers.lock().expect("no thread panicked")
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Box<dyn Sink>>> {
        self.sinks.lock().expect("no thread panicked")
    }
}

fn give(sinks: &mut Vec<Box<dyn Sink>>, to: impl Fn(&mut dyn Sink) -> io::Result<()>) {
    sinks.retain_mut(|sink| match to(&mut **sink) {
        Ok(()) => true,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => false,
        Err(error) => {
            tell(&format!("softstack: writing the journal failed, going on without it: {error}"));
            false
        }
    });
}

/// JSON Lines to any writer. Each line is one write, so that a reader never sees half a record that
/// the system has taken.
pub struct JsonLines<W>(pub W);

impl<W: Write + Send> Sink for JsonLines<W> {
    fn record(&mut self, record: &Record) -> io::Result<()> {
        let mut line = serde_json::to_vec(record)?;
        line.push(b'\n');
        self.0.write_all(&line)?;
        self.0.flush()
    }
}

/// Nanoseconds since 1970, as records carry them.
pub fn nanoseconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_nanos() as u64
}
