//! What a host remembers of its flows between two packets: the notes that the model itself wrote and reads
//! again, the last packets, and the timers it set. Bounded in flows, bytes and time; nothing here decides
//! anything, and the judge keeps a memory of its own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::flow::Flow;
use crate::program::Program;

/// Flows that are remembered.
const FLOWS: usize = 1_024;
/// The longest time after which a timer may go off.
pub const LONGEST_TIMER: Duration = Duration::from_secs(3_600);
/// The shortest: a model that always asks for none would think of nothing else.
const SHORTEST_TIMER: Duration = Duration::from_millis(100);
/// The bytes of notes that a program can grant at most.
pub const MOST_NOTES: u32 = 2_000;
/// The timers at once that a program can grant at most.
pub const MOST_TIMERS: u32 = 4;

/// What a flow's memory may hold, as its programs say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of notes.
    pub notes: usize,
    /// How long a flow is remembered after its last packet.
    pub expires: Duration,
    /// Timers at once.
    pub timers: usize,
}

impl Limits {
    /// The most that any of a packet's programs grants; `None` if none of them remembers anything.
    pub fn of(programs: &[Arc<Program>]) -> Option<Limits> {
        let states = programs.iter().filter_map(|program| program.state.as_ref());
        states.fold(None, |limits: Option<Limits>, state| {
            let before = limits.unwrap_or(Limits { notes: 0, expires: Duration::ZERO, timers: 0 });
            Some(Limits {
                notes: before.notes.max(state.notes as usize),
                expires: before.expires.max(Duration::from_secs(state.expires.into())),
                timers: before.timers.max(state.timers as usize),
            })
        })
    }
}

/// A timer that a model sets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Timer {
    /// What the model calls it.
    pub name: String,
    /// Seconds from now.
    pub seconds: f64,
}

/// What a thought wants remembered.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Remember {
    /// Notes in place of those before; empty: none any more. `None` leaves them as they are.
    pub note: Option<String>,
    /// Timers in place of those before.
    pub timers: Vec<Timer>,
}

/// What is remembered of a flow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recollection {
    /// The model's notes.
    pub notes: String,
    /// The last packet that was sent.
    pub sent: Option<Vec<u8>>,
}

/// A timer that went off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// Its name.
    pub name: String,
    /// The last packet that came on its flow.
    pub received: Vec<u8>,
}

/// The memory of a host.
#[derive(Debug, Default)]
pub struct Memory(Mutex<HashMap<Flow, Entry>>);

#[derive(Debug)]
struct Entry {
    notes: String,
    sent: Option<Vec<u8>>,
    received: Vec<u8>,
    /// Names and times.
    timers: Vec<(String, Instant)>,
    /// Names of timers that went off and have not been answered yet.
    ringing: Vec<String>,
    /// Events of it so far: a flow with one may be anybody's.
    events: u32,
    touched: Instant,
    expires: Instant,
}

impl Memory {
    /// What is known of a flow.
    pub fn recall(&self, flow: Flow, now: Instant) -> Recollection {
        let mut flows = self.lock();
        flows.retain(|_, entry| entry.expires > now);
        let entry = flows.get(&flow);
        entry.map_or_else(Recollection::default, |entry| Recollection {
            notes: entry.notes.clone(),
            sent: entry.sent.clone(),
        })
    }

    /// Remembers what was thought and done about an event of a flow: the packet that came, if it says
    /// anything, and the one that was sent, if any was. A flow without notes and timers is forgotten.
    pub fn settle(
        &self,
        flow: Flow,
        remember: &Remember,
        (received, sent): (Option<&[u8]>, Option<&[u8]>),
        limits: Limits,
        now: Instant,
    ) {
        let mut flows = self.lock();
        let mut entry = flows.remove(&flow).unwrap_or_else(|| Entry::new(now));
        entry.take(remember, limits, now);
        if entry.notes.is_empty() && entry.timers.is_empty() {
            return;
        }
        if let Some(received) = received {
            entry.received = received.to_vec();
        }
        entry.sent = sent.map(<[u8]>::to_vec).or(entry.sent);
        (entry.touched, entry.expires) = (now, now + limits.expires);
        if flows.len() >= FLOWS {
            evict(&mut flows);
        }
        flows.insert(flow, entry);
    }

    /// When the next timer goes off.
    pub fn next_alarm(&self) -> Option<Instant> {
        let flows = self.lock();
        flows.values().flat_map(|entry| &entry.timers).map(|timer| timer.1).min()
    }

    /// The timers that have gone off by `now`; each goes off once.
    pub fn alarms(&self, now: Instant) -> Vec<Alarm> {
        let mut alarms = Vec::new();
        for entry in self.lock().values_mut() {
            let due = entry.timers.extract_if(.., |(_, due)| *due <= now);
            for (name, _) in due {
                entry.ringing.push(name.clone());
                alarms.push(Alarm { name, received: entry.received.clone() });
            }
        }
        alarms
    }

    /// Whether a timer that went off still wants an answer: none was given to its flow since.
    pub fn rings(&self, flow: Flow, name: &str) -> bool {
        self.lock().get(&flow).is_some_and(|entry| entry.ringing.iter().any(|other| other == name))
    }

    /// Flows that are remembered.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether nothing is remembered.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Flow, Entry>> {
        self.0.lock().expect("no thread panicked")
    }
}

impl Entry {
    fn new(now: Instant) -> Entry {
        Entry {
            notes: String::new(),
            sent: None,
            received: Vec::new(),
            timers: Vec::new(),
            ringing: Vec::new(),
            events: 0,
            touched: now,
            expires: now,
        }
    }

    fn take(&mut self, remember: &Remember, limits: Limits, now: Instant) {
        self.events = self.events.saturating_add(1);
        if let Some(note) = &remember.note {
            self.notes = note[..note.floor_char_boundary(limits.notes)].to_owned();
        }
        let due = |timer: &Timer| {
            let after = Duration::try_from_secs_f64(timer.seconds).unwrap_or(LONGEST_TIMER);
            (timer.name.clone(), now + after.clamp(SHORTEST_TIMER, LONGEST_TIMER))
        };
        self.timers = remember.timers.iter().take(limits.timers).map(due).collect();
        self.ringing.clear();
    }
}

/// Makes room: of the flows of which one event is all that came goes the oldest, else of all. So a flood of
/// made-up senders pushes out its own.
fn evict(flows: &mut HashMap<Flow, Entry>) {
    let age = |(_, entry): &(&Flow, &Entry)| (entry.events > 1, entry.touched);
    if let Some(flow) = flows.iter().min_by_key(age).map(|(flow, _)| *flow) {
        flows.remove(&flow);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { notes: 10, expires: Duration::from_secs(60), timers: 1 };

    fn flow(number: u16) -> Flow {
        let [high, low] = number.to_be_bytes();
        let echo = wire::Echo::new([10, 1, high, low].into(), [10, 0, 0, 1].into());
        Flow::of(wire::Link::RawIp, &echo.request())
    }

    fn note(text: &str) -> Remember {
        Remember { note: Some(text.into()), timers: Vec::new() }
    }

    #[test]
    fn notes_last_until_they_are_replaced_forgotten_or_expire() {
        let (memory, now) = (Memory::default(), Instant::now());
        let settle = |remember: &Remember, sent: Option<&[u8]>| {
            memory.settle(flow(1), remember, (Some(b"came"), sent), LIMITS, now);
            memory.recall(flow(1), now)
        };
        let first = settle(&note("0123456789x"), Some(b"reply"));
        let expect = Recollection { notes: "0123456789".into(), sent: Some(b"reply".to_vec()) };
        assert_eq!(first, expect, "cut to what is allowed");
        assert_eq!(settle(&Remember::default(), None), expect, "silence leaves all as it is");
        assert_eq!(settle(&note("two"), None).notes, "two");
        assert_eq!(memory.recall(flow(2), now), Recollection::default());
        assert_eq!(memory.recall(flow(1), now + LIMITS.expires), Recollection::default());
        assert!(memory.is_empty());
        settle(&note("again"), None);
        assert_eq!(settle(&note(""), None), Recollection::default());
        assert!(memory.is_empty());
    }

    #[test]
    fn a_timer_goes_off_once_and_the_next_answer_clears_it() {
        let (memory, now) = (Memory::default(), Instant::now());
        let timer = |name: &str, seconds| Timer { name: name.into(), seconds };
        let set = |timers: &[Timer]| {
            let remember = Remember { note: Some("x".into()), timers: timers.to_vec() };
            memory.settle(flow(1), &remember, (Some(b"came"), None), LIMITS, now);
        };
        set(&[timer("retransmit", 3.0), timer("too many", 1.0)]);
        let due = now + Duration::from_secs(3);
        assert_eq!(memory.next_alarm(), Some(due));
        assert!(memory.alarms(due - Duration::from_millis(1)).is_empty());
        let alarm = Alarm { name: "retransmit".into(), received: b"came".to_vec() };
        assert!(!memory.rings(flow(1), "retransmit"));
        assert_eq!(memory.alarms(due), [alarm]);
        assert!(memory.rings(flow(1), "retransmit"));
        assert_eq!((memory.alarms(due), memory.next_alarm()), (vec![], None));
        set(&[timer("retransmit", f64::INFINITY)]);
        assert!(!memory.rings(flow(1), "retransmit"), "an answer ends it");
        assert_eq!(memory.next_alarm(), Some(now + LONGEST_TIMER));
        set(&[timer("retransmit", 0.0)]);
        assert_eq!(memory.next_alarm(), Some(now + SHORTEST_TIMER));
        set(&[]);
        assert_eq!(memory.next_alarm(), None);
    }

    #[test]
    fn a_flood_pushes_out_its_own() {
        let (memory, now) = (Memory::default(), Instant::now());
        let settle = |number, at| {
            memory.settle(flow(number), &note("x"), (Some(b""), None), LIMITS, at);
        };
        settle(0, now);
        settle(0, now);
        (1..10_000).for_each(|number| settle(number, now + Duration::from_micros(number.into())));
        assert_eq!(memory.len(), FLOWS);
        assert_eq!(memory.recall(flow(0), now).notes, "x");
        assert_eq!(memory.recall(flow(1), now).notes, "");
        assert_eq!(memory.recall(flow(9_999), now).notes, "x");
    }
}
