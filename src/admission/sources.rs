//! One line of waiting packets for each source, and whose turn it is. Who asked too often lately
//! comes after those who did not; among equals the turn goes round. Within one source packets keep
//! their order.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::time::{Duration, Instant};

use super::bucket::{Bucket, Rate};
use crate::mind::Event;

/// Sources that are remembered. More cannot be told from one another: a flood from made-up addresses
/// must not fill the memory. Those that are new then share one bucket.
const REMEMBERED: usize = 16_384;
/// How long a source that asked too often comes after the others.
const PENANCE: Duration = Duration::from_secs(10);
/// How often at most the sources are gone through for idle ones.
const SWEEP: Duration = Duration::from_secs(1);

/// Every source that has packets waiting or asked lately.
pub(super) struct Sources {
    rate: Option<Rate>,
    known: HashMap<IpAddr, Source>,
    /// The one bucket of those for whom there is no place among the known.
    strangers: Option<Bucket>,
    /// Who has packets waiting, next turn first: those that keep to their rate, and those that do not.
    turns: [VecDeque<IpAddr>; 2],
    waiting: usize,
    /// When the idle were last forgotten.
    swept: Option<Instant>,
}

#[derive(Default)]
struct Source {
    bucket: Option<Bucket>,
    /// When it last asked too often.
    excess: Option<Instant>,
    packets: VecDeque<Event>,
}

impl Source {
    /// Which of the two rows of turns it belongs into: 1 if it asks too often.
    fn standing(&self, now: Instant) -> usize {
        usize::from(self.excess.is_some_and(|at| now.saturating_duration_since(at) < PENANCE))
    }
}

impl Sources {
    pub(super) fn new(rate: Option<Rate>) -> Sources {
        let turns = Default::default();
        Sources { rate, known: HashMap::new(), strangers: None, turns, waiting: 0, swept: None }
    }

    /// Packets that wait.
    pub(super) fn waiting(&self) -> usize {
        self.waiting
    }

    /// Whether `address` has not asked too often; this counts as asking.
    pub(super) fn may_ask(&mut self, address: IpAddr, now: Instant) -> bool {
        let Some(rate) = self.rate else { return true };
        if !self.known.contains_key(&address) && self.known.len() >= REMEMBERED {
            self.forget_the_idle(rate, now);
        }
        if !self.known.contains_key(&address) && self.known.len() >= REMEMBERED {
            return self.strangers.get_or_insert(Bucket::full(rate, now)).take(rate, now);
        }
        let source = self.known.entry(address).or_default();
        let allowed = source.bucket.get_or_insert(Bucket::full(rate, now)).take(rate, now);
        if !allowed {
            source.excess = Some(now);
        }
        allowed
    }

    /// Puts a packet at the end of its source's line.
    pub(super) fn push(&mut self, address: IpAddr, event: Event) {
        let source = self.known.entry(address).or_default();
        if source.packets.is_empty() {
            self.turns[source.standing(event.received)].push_back(address);
        }
        source.packets.push_back(event);
        self.waiting += 1;
    }

    /// The packet whose turn it is.
    pub(super) fn pop(&mut self) -> Option<Event> {
        let now = Instant::now();
        loop {
            let row = usize::from(self.turns[0].is_empty());
            let address = self.turns[row].pop_front()?;
            // Since it took its place it may have asked too often; then it has to stand behind.
            let standing = self.known.get(&address).map_or(row, |source| source.standing(now));
            if standing > row {
                self.turns[standing].push_back(address);
                continue;
            }
            let event = self.take_first(address)?;
            if self.known.get(&address).is_some_and(|source| !source.packets.is_empty()) {
                self.turns[standing].push_back(address);
            }
            return Some(event);
        }
    }

    /// Takes away the oldest packet of the source that has most of them waiting, of those that ask
    /// too often if there are any.
    pub(super) fn evict(&mut self) -> Option<Event> {
        let row = usize::from(!self.turns[1].is_empty());
        let known = &self.known;
        let place = |address: &&IpAddr| {
            let packets = known.get(*address).map(|source| &source.packets);
            let oldest = packets.and_then(|packets| packets.front()).map(|event| event.number);
            (packets.map_or(0, VecDeque::len), std::cmp::Reverse(oldest))
        };
        let address = *self.turns[row].iter().max_by_key(place)?;
        let event = self.take_first(address)?;
        if self.known.get(&address).is_none_or(|source| source.packets.is_empty()) {
            self.turns[row].retain(|other| *other != address);
        }
        Some(event)
    }

    fn take_first(&mut self, address: IpAddr) -> Option<Event> {
        let source = self.known.get_mut(&address)?;
        let event = source.packets.pop_front()?;
        self.waiting -= 1;
        // Without a bucket there is nothing to remember of a source with no packets.
        if source.packets.is_empty() && source.bucket.is_none() {
            self.known.remove(&address);
        }
        Some(event)
    }

    /// Forgets who is as good as new: no packets, a full bucket.
    fn forget_the_idle(&mut self, rate: Rate, now: Instant) {
        if self.swept.is_some_and(|at| now.saturating_duration_since(at) < SWEEP) {
            return;
        }
        self.swept = Some(now);
        self.known.retain(|_, source| {
            let full = source.bucket.as_mut().is_none_or(|bucket| bucket.is_full(rate, now));
            !source.packets.is_empty() || !full
        });
    }
}
