//! Admission: who may spend a thought. Packets wait here between the link and the model, each source
//! in a line of its own; what came too often, is too large, came twice or waited too long goes no
//! further and is counted. Sources that keep to their rate are served before those that do not.

use std::collections::{BTreeMap, HashSet};
use std::net::IpAddr;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::budget::Budget;
use crate::flow::Flow;
use crate::mind::Event;
use likeness::likeness;
use sources::Sources;

mod bucket;
mod likeness;
mod sources;
mod station;

pub use bucket::Rate;

/// What may pass. The default lets everything pass that finds room to wait.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Packets that may wait, at least 1. More would only be answered after their senders gave up.
    pub capacity: usize,
    /// How often one source may ask.
    pub rate: Option<Rate>,
    /// Longest packet that is looked at, in bytes.
    pub largest: Option<usize>,
    /// Whether IPv6 packets, which a kernel sends of its own accord to any device, are passed over for a
    /// host that speaks no IPv6.
    pub only_ipv4: bool,
    /// How long after a packet came an answer is worth sending.
    pub deadline: Option<Duration>,
    /// Whether a copy of a packet that waits or is thought about, such as a retransmission, is left to that
    /// one's answer.
    pub deduplicate: bool,
    /// Money or tokens without which no packet can be thought about.
    pub budget: Option<Arc<Budget>>,
}

/// Packets that may wait for the model unless a policy says otherwise.
pub const CAPACITY: usize = 64;

impl Default for Policy {
    fn default() -> Policy {
        Policy {
            capacity: CAPACITY,
            rate: None,
            largest: None,
            only_ipv4: false,
            deadline: None,
            deduplicate: false,
            budget: None,
        }
    }
}

/// Why a packet was not thought about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// Too many packets waited.
    Queue,
    /// Its source had asked too often.
    Rate,
    /// It was longer than packets may be.
    Size,
    /// It was IPv6, and the host is not.
    Ipv6,
    /// It was for another station, or for a group that the host is not in.
    Station,
    /// The same packet was waiting or being thought about.
    Duplicate,
    /// It waited until an answer was worthless.
    Late,
    /// The budget was spent.
    Budget,
}

impl Refusal {
    /// In a word, as in the journal.
    pub fn name(self) -> &'static str {
        match self {
            Refusal::Queue => "queue",
            Refusal::Rate => "rate",
            Refusal::Size => "size",
            Refusal::Ipv6 => "ipv6",
            Refusal::Station => "station",
            Refusal::Duplicate => "duplicate",
            Refusal::Late => "late",
            Refusal::Budget => "budget",
        }
    }
}

/// The waiting room between the thread that receives and those that think.
pub struct Admission {
    policy: Policy,
    room: Mutex<Room>,
    arrived: Condvar,
}

struct Room {
    sources: Sources,
    /// Packets that wait or are thought about, where duplicates are not wanted.
    known: HashSet<Vec<u8>>,
    refused: BTreeMap<Refusal, u64>,
    closed: bool,
}

impl Admission {
    /// An empty waiting room.
    pub fn new(policy: Policy) -> Admission {
        let room = Room {
            sources: Sources::new(policy.rate),
            known: HashSet::new(),
            refused: BTreeMap::new(),
            closed: false,
        };
        Admission { policy, room: Mutex::new(room), arrived: Condvar::new() }
    }

    /// Lets a packet wait, or counts why not. Where there is no room the oldest packet of whoever has
    /// most of them waiting goes, those first who ask too often: its sender has waited longest and
    /// is the likeliest to have given up. That one is handed back.
    pub fn offer(&self, mut event: Event) -> Option<Event> {
        let policy = &self.policy;
        event.expires = policy.deadline.and_then(|deadline| event.received.checked_add(deadline));
        let key = policy.deduplicate.then(|| key(&event));
        let mut room = self.lock();
        // A timer was set by a thought that was allowed.
        if event.timer.is_none()
            && let Err(refusal) = room.examine(&event, key.as_deref(), policy)
        {
            room.refuse(refusal);
            return None;
        }
        let is_full = room.sources.waiting() >= policy.capacity.max(1);
        let evicted = is_full.then(|| room.evict()).flatten();
        room.known.extend(key);
        room.sources.push(source(&event), event);
        drop(room);
        self.arrived.notify_one();
        evicted
    }

    /// The next packet, waited for at most `timeout`; `None` in vain or when nothing comes any more.
    /// `taken` is called with it before anybody else can take the next, so that what it does happens
    /// in the order in which one source's packets came.
    pub fn take(&self, timeout: Duration, taken: impl FnOnce(&Event)) -> Option<Event> {
        let until = Instant::now() + timeout;
        let mut room = self.lock();
        loop {
            while let Some(event) = room.sources.pop() {
                match self.refusal(&event) {
                    None => {
                        taken(&event);
                        return Some(event);
                    }
                    Some(refusal) => {
                        room.forget(&event);
                        room.refuse(refusal);
                    }
                }
            }
            let left = until.saturating_duration_since(Instant::now());
            if room.closed || left.is_zero() {
                return None;
            }
            room = self.arrived.wait_timeout(room, left).expect("no thread panicked").0;
        }
    }

    /// Says that a packet that was taken has been dealt with, to its reply: the same one may come again.
    pub fn finish(&self, event: &Event) {
        if self.policy.deduplicate {
            self.lock().forget(event);
        }
    }

    /// Says that no packet comes any more.
    pub fn close(&self) {
        self.lock().closed = true;
        self.arrived.notify_all();
    }

    /// Whether no packet waits and none comes any more.
    pub fn is_finished(&self) -> bool {
        let room = self.lock();
        room.closed && room.sources.waiting() == 0
    }

    /// How many packets were refused so far, and why.
    pub fn refused(&self) -> BTreeMap<Refusal, u64> {
        self.lock().refused.clone()
    }

    /// Why a packet that has waited need no longer be thought about. A timer is not passed over: nobody
    /// repeats it, and who takes it will know what to do.
    fn refusal(&self, event: &Event) -> Option<Refusal> {
        if event.timer.is_some() {
            return None;
        }
        if event.is_expired() {
            return Some(Refusal::Late);
        }
        let spent = self.policy.budget.as_ref().is_some_and(|budget| budget.is_exhausted());
        spent.then_some(Refusal::Budget)
    }

    fn lock(&self) -> MutexGuard<'_, Room> {
        self.room.lock().expect("no thread panicked")
    }
}

impl Room {
    fn examine(
        &mut self,
        event: &Event,
        key: Option<&[u8]>,
        policy: &Policy,
    ) -> Result<(), Refusal> {
        if policy.largest.is_some_and(|largest| event.packet.len() > largest) {
            return Err(Refusal::Size);
        }
        let is_ipv6 = event.packet.first().is_some_and(|first| first >> 4 == 6);
        let host = &event.host;
        if policy.only_ipv4 && host.mac.is_none() && host.ipv6.is_none() && is_ipv6 {
            return Err(Refusal::Ipv6);
        }
        if !station::takes(host, &event.packet) {
            return Err(Refusal::Station);
        }
        if key.is_some_and(|key| self.known.contains(key)) {
            return Err(Refusal::Duplicate);
        }
        if policy.budget.as_ref().is_some_and(|budget| budget.is_exhausted()) {
            return Err(Refusal::Budget);
        }
        match self.sources.may_ask(source(event), event.received) {
            true => Ok(()),
            false => Err(Refusal::Rate),
        }
    }

    fn evict(&mut self) -> Option<Event> {
        let oldest = self.sources.evict()?;
        self.forget(&oldest);
        self.refuse(Refusal::Queue);
        Some(oldest)
    }

    fn refuse(&mut self, refusal: Refusal) {
        *self.refused.entry(refusal).or_default() += 1;
    }

    fn forget(&mut self, event: &Event) {
        if self.known.is_empty() {
            return;
        }
        self.known.remove(&key(event));
    }
}

/// Who sent a packet; whatever has no source address shares the line of 0.0.0.0.
fn source(event: &Event) -> IpAddr {
    Flow::of(event.host.link(), &event.packet).source()
}

/// What an event has in common with its copies: a packet's likeness, a timer's name.
fn key(event: &Event) -> Vec<u8> {
    let mut key = likeness(event.host.link(), &event.packet);
    key.extend(event.timer.iter().flat_map(|name| [b" timer ", name.as_bytes()].concat()));
    key
}

#[cfg(test)]
mod tests;
