//! nano as a host behind the in-process link, one test at a time: each has nano, and the flood the process's memory,
//! to itself.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use softstack::admission::{CAPACITY, Policy};
use softstack::journal::{Act, Journal, Record, Sink, Statistics};
use softstack::link::Link;
use softstack::link::memory::{self, MemoryLink, MemoryWire};
use softstack::mind::nano::Nano;
use softstack::mind::{Action, Mind};
use softstack::stack::{Stack, Thinkers};
use verify::{Due, Host, due};
use wire::hex;

use crate::frames::Frames;
use crate::judged::{MISTAKES, judged};

/// Longer than the slowest thought on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// A host that runs.
pub struct Session {
    pub wire: MemoryWire,
    host: Host,
    outcomes: Receiver<Outcome>,
    /// How many packets were sent, and how many of them nano wanted to answer.
    asked: Cell<(u64, u64)>,
    mistakes: RefCell<Vec<String>>,
    stop: Arc<AtomicBool>,
    stack: JoinHandle<io::Result<Statistics>>,
    _turn: MutexGuard<'static, ()>,
}

/// What became of one packet.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Its number, from 1.
    pub packet: u64,
    /// What the first attempt came to.
    pub proposal: Proposal,
    pub vetoes: u32,
    pub sent: Option<Vec<u8>>,
}

/// What nano wants to do.
#[derive(Debug, Default)]
pub enum Proposal {
    Send(Vec<u8>),
    Drop(String),
    /// No decision came out.
    Fail(#[allow(dead_code, reason = "whoever reads a failure reads it")] String),
    /// It was not asked.
    #[default]
    Nothing,
}

impl From<Action> for Proposal {
    fn from(action: Action) -> Proposal {
        match action {
            Action::Send(bytes) => Proposal::Send(bytes),
            Action::Drop(reason) => Proposal::Drop(reason),
            Action::Pass(why) | Action::Fail(why) | Action::Unavailable(why) => Proposal::Fail(why),
        }
    }
}

/// What became of many packets.
#[derive(Debug, Default)]
pub struct Tally {
    pub statistics: Statistics,
    /// How often which reason for silence was given.
    pub reasons: BTreeMap<String, usize>,
    mistakes: Vec<String>,
}

impl Session {
    /// The host as it is, where few packets wait.
    pub fn start(host: &Host) -> Session {
        Session::with_room(host, CAPACITY)
    }

    fn with_room(host: &Host, capacity: usize) -> Session {
        static TURN: Mutex<()> = Mutex::new(());
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let (link, wire) = MemoryLink::pair();
        let link: Arc<dyn Link> = match host.link() {
            wire::Link::Ethernet => Arc::new(Frames(link)),
            _ => Arc::new(link),
        };
        let (sender, outcomes) = channel();
        let stop = Arc::new(AtomicBool::new(false));
        let (stopped, known) = (Arc::clone(&stop), host.clone());
        let stack = std::thread::spawn(move || {
            let mut journal = Journal::new();
            journal.add(Tell { outcome: Outcome::default(), sender });
            let nano: Box<dyn Mind> = Box::new(Nano::new());
            let policy = Policy { capacity, ..Policy::default() };
            let thinkers = Thinkers { policy, ..Thinkers::from(nano) };
            Stack::new(link, thinkers, known, &journal).run(&stopped)
        });
        let (host, asked, mistakes) = (host.clone(), Cell::default(), RefCell::default());
        Session { wire, host, outcomes, asked, mistakes, stop, stack, _turn: turn }
    }

    /// Puts all these packets to a host as fast as its link takes them, and looks at what became of each.
    pub fn all(host: &Host, packets: &[Vec<u8>]) -> Tally {
        let session = Session::with_room(host, 1 << 20);
        packets.iter().for_each(|packet| session.send(packet));
        // Room on the link for as many more says that all have been read.
        (0..memory::CAPACITY).for_each(|_| session.send(&[]));
        session.stop.store(true, Ordering::Relaxed);
        while !session.stack.is_finished() {
            session.drain();
        }
        let statistics = session.stack.join().expect("no panic").expect("the link is there");
        let mut outcomes: BTreeMap<u64, Outcome> =
            session.outcomes.iter().map(|outcome| (outcome.packet, outcome)).collect();
        let mut tally = Tally { statistics, ..Tally::default() };
        for (number, packet) in (1..).zip(packets) {
            tally.add(host, packet, outcomes.remove(&number));
        }
        tally
    }

    /// Sends a packet and compares what comes of it with what the judge says is due.
    pub fn check(&self, packet: &[u8]) {
        let outcome = self.ask(packet);
        if let Err(mistake) = judged(&self.host, packet, &outcome) {
            self.mistakes.borrow_mut().push(told(&mistake, packet));
        }
    }

    /// Sends a packet and waits for what becomes of it.
    pub fn ask(&self, packet: &[u8]) -> Outcome {
        self.wire.send(packet.to_vec()).expect("the link has room");
        let outcome = self.outcome();
        let sent = self.wire.receive(Duration::ZERO).expect("the stack is there");
        assert_eq!(sent, outcome.sent, "the journal tells what was sent");
        let (asked, answered) = self.asked.get();
        let answers = matches!(outcome.proposal, Proposal::Send(_));
        self.asked.set((asked + 1, answered + u64::from(answers)));
        outcome
    }

    /// Sends a packet as soon as the link takes it, and collects replies, lest they fill the link.
    pub fn push(&self, packet: &[u8], replies: &mut Vec<Vec<u8>>) {
        while let Err(error) = self.wire.send(packet.to_vec()) {
            assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
            replies.extend(self.wire.receive(Duration::ZERO).expect("the stack is there"));
            std::thread::yield_now();
        }
    }

    /// The numbers of the packets that were thought about, up to that one.
    pub fn until(&self, last: u64) -> Vec<u64> {
        let mut numbers = Vec::new();
        while numbers.last() != Some(&last) {
            numbers.push(self.outcome().packet);
        }
        numbers
    }

    /// nano wanted to answer so many of the packets, but for few mistakes.
    pub fn finish(self, due: u64) {
        let (mistakes, (asked, answered)) = (self.mistakes.take(), self.asked.get());
        let statistics = self.statistics();
        assert_few(&mistakes);
        assert_eq!((statistics.received, statistics.overflowed), (asked, 0), "{statistics:?}");
        let unlike = answered.abs_diff(due);
        assert!(unlike <= mistakes.len() as u64, "{due} were to be answered, {answered} were");
    }

    /// What was counted; nothing may be left on the wire.
    pub fn statistics(self) -> Statistics {
        assert_eq!(self.wire.receive(Duration::ZERO).expect("the stack is there"), None);
        self.stop.store(true, Ordering::Relaxed);
        let end = self.stack.join().expect("the stack does not panic").expect("the link is there");
        let Statistics { received, replied, silent, unanswered, overflowed, .. } = end;
        assert_eq!(received, replied + silent + unanswered + overflowed, "{end:?}");
        end
    }

    fn send(&self, packet: &[u8]) {
        let mut replies = Vec::new();
        self.push(packet, &mut replies);
        self.drain();
    }

    fn drain(&self) {
        while self.wire.receive(Duration::ZERO).is_ok_and(|packet| packet.is_some()) {}
    }

    fn outcome(&self) -> Outcome {
        self.outcomes.recv_timeout(PATIENCE).expect("every packet has an outcome")
    }
}

impl Tally {
    fn add(&mut self, host: &Host, packet: &[u8], outcome: Option<Outcome>) {
        // What a network card would not take in is not thought about.
        let Some(outcome) = outcome else {
            let due = due(host, packet);
            return assert!(matches!(due, Due::Silence(_)), "{due:?}: {}", hex::encode(packet));
        };
        if let Proposal::Drop(reason) = &outcome.proposal {
            *self.reasons.entry(reason.clone()).or_default() += 1;
        }
        if let Err(mistake) = judged(host, packet, &outcome) {
            self.mistakes.push(told(&mistake, packet));
        }
    }

    /// Nano was wrong about few of them.
    pub fn assert_few_mistakes(&self) {
        println!("{:?}\n{:?}", self.reasons, self.statistics);
        assert_few(&self.mistakes);
    }
}

fn told(mistake: &str, packet: &[u8]) -> String {
    format!("{mistake}: {}", hex::encode(&packet[..packet.len().min(2_000)]))
}

fn assert_few(mistakes: &[String]) {
    mistakes.iter().for_each(|mistake| println!("mistake: {mistake}"));
    assert!(mistakes.len() <= MISTAKES, "{} mistakes", mistakes.len());
}

/// A sink that tells what became of each packet.
struct Tell {
    outcome: Outcome,
    sender: Sender<Outcome>,
}

impl Sink for Tell {
    fn record(&mut self, record: &Record) -> io::Result<()> {
        let outcome = &mut self.outcome;
        match record {
            Record::Request { packet, .. } => outcome.packet = *packet,
            Record::Thought { attempt: 1, action, reason, bytes, .. } => {
                let reason = reason.clone().unwrap_or_default();
                outcome.proposal = match (action, bytes) {
                    (Act::Send, Some(bytes)) => Proposal::Send(hex::parse(bytes).expect("hex")),
                    (Act::Drop, _) => Proposal::Drop(reason),
                    _ => Proposal::Fail(reason),
                };
            }
            Record::Verdict { admitted: false, .. } => outcome.vetoes += 1,
            Record::Reply { bytes, .. } => outcome.sent = hex::parse(bytes).ok(),
            _ => {}
        }
        if matches!(record, Record::Reply { .. } | Record::Silence { .. }) {
            self.sender.send(std::mem::take(outcome)).map_err(io::Error::other)?;
        }
        Ok(())
    }
}
