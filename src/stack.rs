//! The stack: the one loop that takes a packet from the link, has a mind think about it, asks the
//! judge, and transmits what was admitted. `Stack::handle` is the whole story on one screen.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use verify::{Admitted, Finding, Host, Veto};

use crate::admission::Queue;
use crate::journal::{Act, Journal, Objection, Record, SCHEMA, Statistics, nanoseconds};
use crate::link::Link;
use crate::mind::{Action, Event, Mind, Thought};

/// Packets that may wait for the model. More would only be answered after their senders gave up.
pub const QUEUE: usize = 64;
/// How often a waiting thread looks whether it should stop.
const PULSE: Duration = Duration::from_millis(100);
/// Latencies kept for the median; later ones replace earlier ones in turn.
const LATENCIES: usize = 10_000;

/// A host: a link, a mind, a judge and a journal.
pub struct Stack<'a> {
    /// Where packets come from and go to.
    pub link: Arc<dyn Link>,
    /// What thinks.
    pub mind: Box<dyn Mind>,
    /// Who we are, for the judge.
    pub host: Host,
    /// Where every step is written down.
    pub journal: &'a Journal,
    statistics: Statistics,
    latencies: Vec<f64>,
}

impl<'a> Stack<'a> {
    /// A host that has not seen a packet yet. The journal's first record is written here: a pinger
    /// that starts before [`Stack::run`] gets going must not come before it.
    pub fn new(
        link: Arc<dyn Link>,
        mind: Box<dyn Mind>,
        host: Host,
        journal: &'a Journal,
    ) -> Stack<'a> {
        let (statistics, latencies) = (Statistics::default(), Vec::new());
        let stack = Stack { link, mind, host, journal, statistics, latencies };
        journal.record(&stack.start());
        stack
    }

    /// Answers packets until `stop` is set and all that were received before are answered.
    ///
    /// # Errors
    /// When the link fails; what came before is answered and recorded all the same.
    pub fn run(mut self, stop: &AtomicBool) -> io::Result<Statistics> {
        let queue = Queue::new(QUEUE);
        let (link, host) = (Arc::clone(&self.link), self.host);
        let (received, outcome) = std::thread::scope(|scope| {
            let receiver = scope.spawn(|| receive(&*link, host, &queue, stop));
            while !queue.is_finished() {
                if let Some(event) = queue.pop(PULSE) {
                    self.note_overflow(&queue);
                    self.handle(&event);
                }
            }
            receiver.join().expect("the receiving thread does not panic")
        });
        self.statistics.received = received;
        self.note_overflow(&queue);
        self.statistics.median_seconds = median(&mut self.latencies);
        self.journal.record(&Record::End { statistics: self.statistics.clone() });
        outcome.map(|()| self.statistics)
    }

    /// One packet: think, judge, think again if need be, transmit.
    fn handle(&mut self, event: &Event) {
        let packet = event.number;
        self.journal.record(&Record::Request {
            packet,
            time_ns: nanoseconds(event.time),
            bytes: wire::hex::encode(&event.packet),
        });
        let mut objections = Vec::new();
        for attempt in 1..=self.mind.attempts() {
            let thought = self.think(event, attempt, &objections);
            match self.judge(event, attempt, thought) {
                Ok(Outcome::Reply(admitted)) => return self.transmit(event, &admitted),
                Ok(Outcome::Silence(reason)) => {
                    self.statistics.silent += 1;
                    return self.stay_silent(event, reason);
                }
                Err(veto) => objections = veto.findings,
            }
        }
        self.statistics.unanswered += 1;
        self.stay_silent(event, "vetoed".into());
    }

    fn think(&mut self, event: &Event, attempt: u32, objections: &[Finding]) -> Thought {
        let (packet, journal) = (event.number, self.journal);
        let mut show =
            |text: &str| journal.record(&Record::Reasoning { packet, attempt, text: text.into() });
        let thought = self.mind.think(event, attempt, objections, &mut show);
        let (action, reason, bytes) = match &thought.action {
            Action::Send(bytes) => (Act::Send, None, Some(wire::hex::encode(bytes))),
            Action::Drop(reason) => (Act::Drop, Some(reason.clone()), None),
            Action::Fail(reason) => (Act::Fail, Some(reason.clone()), None),
        };
        self.statistics.tokens += thought.tokens;
        self.journal.record(&Record::Thought {
            packet,
            attempt,
            model: thought.model.clone(),
            action,
            reason,
            bytes,
            tokens: thought.tokens,
            seconds: thought.took.as_secs_f64(),
        });
        thought
    }

    fn judge(&mut self, event: &Event, attempt: u32, thought: Thought) -> Result<Outcome, Veto> {
        let outcome = match thought.action {
            Action::Send(bytes) => {
                verify::admit(&self.host, &event.packet, bytes).map(Outcome::Reply)
            }
            Action::Drop(reason) | Action::Fail(reason) => {
                verify::admit_silence(&self.host, &event.packet).map(|()| Outcome::Silence(reason))
            }
        };
        let findings = match &outcome {
            Ok(Outcome::Reply(admitted)) => admitted.remarks(),
            Ok(Outcome::Silence(_)) => &[],
            Err(veto) => &veto.findings,
        };
        self.statistics.vetoed += u64::from(outcome.is_err());
        self.journal.record(&Record::Verdict {
            packet: event.number,
            attempt,
            admitted: outcome.is_ok(),
            findings: findings.iter().map(Objection::from).collect(),
        });
        outcome
    }

    fn transmit(&mut self, event: &Event, admitted: &Admitted) {
        // Taken before the system call: what wakes up after it may keep this thread waiting.
        let seconds = event.received.elapsed().as_secs_f64();
        let transmitted = self.journal.record_after(|| {
            self.link.transmit(admitted)?;
            Ok(Record::Reply {
                packet: event.number,
                time_ns: nanoseconds(SystemTime::now()),
                bytes: wire::hex::encode(admitted),
                seconds,
            })
        });
        match transmitted {
            Ok(()) => {
                self.remember(seconds);
                self.statistics.replied += 1;
            }
            Err(error) => {
                // The peer is gone or its queue is full: a host loses such a packet, it does not die.
                self.statistics.unanswered += 1;
                self.stay_silent(event, format!("the link did not take the reply: {error}"));
            }
        }
    }

    fn stay_silent(&self, event: &Event, reason: String) {
        let seconds = event.received.elapsed().as_secs_f64();
        self.journal.record(&Record::Silence { packet: event.number, reason, seconds });
    }

    fn remember(&mut self, seconds: f64) {
        if self.latencies.len() < LATENCIES {
            self.latencies.push(seconds);
        } else {
            self.latencies[self.statistics.replied as usize % LATENCIES] = seconds;
        }
    }

    fn note_overflow(&mut self, queue: &Queue) {
        let dropped = queue.dropped();
        if dropped > self.statistics.overflowed {
            self.statistics.overflowed = dropped;
            self.journal.record(&Record::Overflow { dropped });
        }
    }

    fn start(&self) -> Record {
        Record::Start {
            schema: SCHEMA,
            program: format!("softstack {}", env!("CARGO_PKG_VERSION")),
            model: self.mind.name(),
            address: self.host.address.to_string(),
            link: self.link.description(),
            checksum_offload: false,
            time_ns: nanoseconds(SystemTime::now()),
        }
    }
}

/// What the judge let pass.
enum Outcome {
    Reply(Admitted),
    Silence(String),
}

/// The receiving thread: puts packets into the queue until `stop` is set or the link fails; how many
/// there were.
fn receive(link: &dyn Link, host: Host, queue: &Queue, stop: &AtomicBool) -> (u64, io::Result<()>) {
    let mut buffer = vec![0; wire::MAX_DATAGRAM];
    let mut number = 0;
    let outcome = loop {
        if stop.load(Ordering::Relaxed) {
            break Ok(());
        }
        match link.receive(&mut buffer, PULSE) {
            Ok(Some(length)) => {
                number += 1;
                queue.push(Event {
                    host,
                    number,
                    packet: buffer[..length].to_vec(),
                    received: Instant::now(),
                    time: SystemTime::now(),
                });
            }
            Ok(None) => {}
            Err(error) => break Err(error),
        }
    };
    queue.close();
    (number, outcome)
}

/// The median, which leaves the values partly sorted.
pub fn median(values: &mut [f64]) -> Option<f64> {
    let middle = values.len() / 2;
    (!values.is_empty()).then(|| *values.select_nth_unstable_by(middle, f64::total_cmp).1)
}
