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
/// How long after a timer went off in vain it goes off again; twice as long the next time.
const AGAIN: Duration = Duration::from_secs(2);
/// How often.
const REPEATS: u32 = 2;

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
pub struct Memory(Mutex<Flows>);

#[derive(Debug, Default)]
struct Flows {
    entries: HashMap<Flow, Entry>,
    /// No timer goes off before; `None`: there is none. Asked at every packet, and the entries are many.
    next: Option<Instant>,
}

#[derive(Debug)]
struct Entry {
    notes: String,
    sent: Option<Vec<u8>>,
    received: Vec<u8>,
    timers: Vec<Armed>,
    /// Timers that went off and have not been answered yet.
    ringing: Vec<Armed>,
    /// Events of it so far: a flow with one may be anybody's.
    events: u32,
    touched: Instant,
    expires: Instant,
}

/// A timer that is set.
#[derive(Debug)]
struct Armed {
    name: String,
    due: Instant,
    /// How often it went off in vain.
    missed: u32,
}

impl Memory {
    /// What is known of a flow.
    pub fn recall(&self, flow: Flow, now: Instant) -> Recollection {
        let flows = self.lock();
        let entry = flows.entries.get(&flow).filter(|entry| entry.expires > now);
        entry.map_or_else(Recollection::default, |entry| Recollection {
            notes: entry.notes.clone(),
            sent: entry.sent.clone(),
        })
    }

    /// Remembers what was thought and done about an event of a flow: the packet that came, if it says
    /// anything, and the one that was sent, if any was. A flow without notes and timers is forgotten, and one
    /// of which no packet said anything is none.
    pub fn settle(
        &self,
        flow: Flow,
        remember: &Remember,
        (received, sent): (Option<&[u8]>, Option<&[u8]>),
        limits: Limits,
        now: Instant,
    ) {
        let mut flows = self.lock();
        let known = flows.entries.remove(&flow).filter(|entry| entry.expires > now);
        let Some(mut entry) = known.or_else(|| Some(Entry::new(received?, now))) else { return };
        entry.take(remember, limits, now);
        if entry.notes.is_empty() && entry.timers.is_empty() {
            return;
        }
        if let Some(received) = received {
            entry.received = received.to_vec();
        }
        entry.sent = sent.map(<[u8]>::to_vec).or(entry.sent);
        (entry.touched, entry.expires) = (now, now + limits.expires);
        flows.insert(flow, entry, now);
    }

    /// The earliest at which a timer may go off.
    pub fn next_alarm(&self) -> Option<Instant> {
        self.lock().next
    }

    /// The timers that have gone off by `now`; each goes off once.
    pub fn alarms(&self, now: Instant) -> Vec<Alarm> {
        let mut flows = self.lock();
        if flows.next.is_none_or(|next| next > now) {
            return Vec::new();
        }
        flows.entries.retain(|_, entry| entry.expires > now);
        let alarms = flows.entries.values_mut().flat_map(|entry| entry.ring(now)).collect();
        flows.next = flows.entries.values().filter_map(Entry::next_alarm).min();
        alarms
    }

    /// Whether a timer that went off still wants an answer: none was given to its flow since.
    pub fn rings(&self, flow: Flow, name: &str) -> bool {
        self.lock().entries.get(&flow).is_some_and(|entry| entry.rings(name).is_some())
    }

    /// Says that a timer went off in vain: nobody could answer it. It goes off again after a pause, a few times;
    /// unlike a packet, nobody else repeats it.
    pub fn missed(&self, flow: Flow, name: &str, now: Instant) {
        let mut flows = self.lock();
        let Some(entry) = flows.entries.get_mut(&flow) else { return };
        if let Some(due) = entry.ring_again(name, now) {
            flows.expect(due);
        }
    }

    /// Flows that are remembered.
    pub fn len(&self) -> usize {
        self.lock().entries.len()
    }

    /// Whether nothing is remembered.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn lock(&self) -> MutexGuard<'_, Flows> {
        self.0.lock().expect("no thread panicked")
    }
}

impl Flows {
    fn insert(&mut self, flow: Flow, entry: Entry, now: Instant) {
        if self.entries.len() >= FLOWS {
            self.entries.retain(|_, entry| entry.expires > now);
        }
        if self.entries.len() >= FLOWS {
            self.evict();
        }
        entry.next_alarm().into_iter().for_each(|due| self.expect(due));
        self.entries.insert(flow, entry);
    }

    /// Makes room: of the flows of which one event is all that came goes the oldest, else of all. So a flood of
    /// made-up senders pushes out its own.
    fn evict(&mut self) {
        let age = |(_, entry): &(&Flow, &Entry)| (entry.events > 1, entry.touched);
        if let Some(flow) = self.entries.iter().min_by_key(age).map(|(flow, _)| *flow) {
            self.entries.remove(&flow);
        }
    }

    fn expect(&mut self, due: Instant) {
        self.next = Some(self.next.map_or(due, |next| next.min(due)));
    }
}

impl Entry {
    fn new(received: &[u8], now: Instant) -> Entry {
        Entry {
            notes: String::new(),
            sent: None,
            received: received.to_vec(),
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
        let armed = |timer: &Timer| {
            let after = Duration::try_from_secs_f64(timer.seconds).unwrap_or(LONGEST_TIMER);
            let due = now + after.clamp(SHORTEST_TIMER, LONGEST_TIMER);
            Armed { name: timer.name.clone(), due, missed: 0 }
        };
        self.timers = remember.timers.iter().take(limits.timers).map(armed).collect();
        self.ringing.clear();
    }

    fn next_alarm(&self) -> Option<Instant> {
        self.timers.iter().map(|timer| timer.due).min()
    }

    fn ring(&mut self, now: Instant) -> Vec<Alarm> {
        let due: Vec<Armed> = self.timers.extract_if(.., |timer| timer.due <= now).collect();
        let alarm = |timer: &Armed| {
            let (name, received) = (timer.name.clone(), self.received.clone());
            Alarm { name, received }
        };
        let alarms = due.iter().map(alarm).collect();
        self.ringing.extend(due);
        alarms
    }

    /// The place among those that ring of the timer of that name.
    fn rings(&self, name: &str) -> Option<usize> {
        self.ringing.iter().position(|timer| timer.name == name)
    }

    /// Sets a timer that rings again, unless it has been often enough; when it is due.
    fn ring_again(&mut self, name: &str, now: Instant) -> Option<Instant> {
        let Armed { name, missed, .. } = self.ringing.swap_remove(self.rings(name)?);
        let due = now + AGAIN * 2_u32.pow(missed);
        if missed < REPEATS {
            self.timers.push(Armed { name, due, missed: missed + 1 });
        }
        (missed < REPEATS).then_some(due)
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
        let late = now + LIMITS.expires;
        memory.settle(flow(1), &Remember::default(), (Some(b"came"), None), LIMITS, late);
        assert!(memory.is_empty(), "what has expired is not revived");
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
        assert_eq!(memory.alarms(now + LONGEST_TIMER), []);
        assert_eq!(memory.next_alarm(), None);
    }

    #[test]
    fn a_timer_that_goes_off_in_vain_goes_off_again_but_not_for_ever() {
        let (memory, now) = (Memory::default(), Instant::now());
        let timers = vec![Timer { name: "retransmit".into(), seconds: 1.0 }];
        let remember = Remember { note: Some("x".into()), timers };
        let set = |at| memory.settle(flow(1), &remember, (Some(b"came"), None), LIMITS, at);
        let missed = |at| {
            let rang = memory.alarms(at).len();
            memory.missed(flow(1), "retransmit", at);
            memory.missed(flow(1), "another", at);
            (rang, memory.next_alarm().map(|next| next - at))
        };
        set(now);
        let due = now + Duration::from_secs(1);
        assert_eq!(missed(due), (1, Some(AGAIN)));
        assert_eq!(missed(due), (0, Some(AGAIN)), "one that does not ring is not missed");
        assert_eq!(missed(due + AGAIN), (1, Some(2 * AGAIN)));
        assert_eq!(missed(due + 3 * AGAIN), (1, None));
        set(now);
        assert_eq!(
            memory.alarms(now + LIMITS.expires),
            [],
            "a flow that is forgotten does not ring"
        );
        assert!(memory.is_empty() && memory.next_alarm().is_none());
        memory.settle(flow(1), &remember, (None, None), LIMITS, now);
        assert!(memory.is_empty(), "nothing came that says anything");
    }

    /// Asked at each of many packets, it does not look at each of many flows.
    #[test]
    fn no_alarm_is_known_at_a_glance() {
        let (memory, now) = (Memory::default(), Instant::now());
        let timers = vec![Timer { name: "retransmit".into(), seconds: 30.0 }];
        let remember = Remember { note: Some("x".into()), timers };
        for number in 0..FLOWS as u16 {
            memory.settle(flow(number), &remember, (Some(b"came"), None), LIMITS, now);
        }
        let began = Instant::now();
        for _ in 0..100_000 {
            assert!(memory.alarms(now).is_empty() && memory.next_alarm().is_some());
            assert_eq!(memory.recall(flow(1), now).notes, "x");
        }
        let took = began.elapsed();
        assert!(took < Duration::from_secs(5), "{took:?} for ten seconds of 10,000 packets each");
        assert_eq!(memory.alarms(now + Duration::from_secs(30)).len(), FLOWS);
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
