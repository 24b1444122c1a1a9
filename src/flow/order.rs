//! The order of each flow. Many packets are thought about at once, but the answers to one conversation leave in
//! the order in which its packets came: one that is ready early waits here for those before it. Where each
//! thought reads what the one before wrote, the packet itself waits, until those before it are settled.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard};

use super::Flow;

/// The events `E` and outcomes `T` that wait for those before them in their flow.
pub struct Order<E, T> {
    flows: Mutex<Flows<E, T>>,
    /// Events that may wait, in all flows.
    room: usize,
}

struct Flows<E, T> {
    places: HashMap<Flow, VecDeque<Place<E, T>>>,
    waiting: usize,
}

struct Place<E, T> {
    number: u64,
    stage: Stage<E, T>,
}

enum Stage<E, T> {
    /// Somebody sees to it.
    Attended,
    /// It waits to be thought about.
    Waiting(E),
    /// It waits to be released.
    Settled(T),
}

/// What becomes of an event that may only be thought about in its turn.
#[derive(Debug, PartialEq, Eq)]
pub enum Turn<E> {
    /// All before it in its flow are settled: it may be thought about.
    Now(E),
    /// It waits; [`Order::settle`] hands it out.
    Later,
    /// Too many wait: this one, the last of a flow that has most of them, is to be settled without a thought.
    Never(E),
}

impl<E, T> Order<E, T> {
    /// An order in which no more than `room` events wait for their turn.
    pub fn new(room: usize) -> Order<E, T> {
        Order { flows: Mutex::new(Flows { places: HashMap::new(), waiting: 0 }), room }
    }

    /// Gives the event of that number the last place in its flow.
    pub fn enter(&self, flow: Flow, number: u64) {
        let place = Place { number, stage: Stage::Attended };
        self.lock().places.entry(flow).or_default().push_back(place);
    }

    /// Begins the turn of an event that entered, or has it wait for those before it in its flow.
    pub fn begin(&self, flow: Flow, number: u64, event: E) -> Turn<E> {
        let mut flows = self.lock();
        let mut behind = flows.places.get_mut(&flow).into_iter().flatten().skip(1);
        let Some(place) = behind.find(|place| place.number == number) else {
            return Turn::Now(event);
        };
        place.stage = Stage::Waiting(event);
        flows.waiting += 1;
        let surplus = (flows.waiting > self.room).then(|| flows.crowd_out()).flatten();
        surplus.map_or(Turn::Later, Turn::Never)
    }

    /// Takes the outcome of an event that entered, and calls `release` with every outcome of the flow that
    /// need not wait any longer, in order. Nothing else of any flow is released meanwhile. The event of the
    /// flow whose turn has come, if one waits for it, is for the caller to see to.
    pub fn settle(
        &self,
        flow: Flow,
        number: u64,
        outcome: T,
        mut release: impl FnMut(T),
    ) -> Option<E> {
        let mut flows = self.lock();
        let places = flows.places.entry(flow).or_default();
        match places.iter_mut().find(|place| place.number == number) {
            Some(place) => place.stage = Stage::Settled(outcome),
            None => release(outcome),
        }
        while places.front().is_some_and(Place::is_settled) {
            places.pop_front().and_then(Place::outcome).map(&mut release);
        }
        let next = places.front_mut().and_then(Place::attend);
        if places.is_empty() {
            flows.places.remove(&flow);
        }
        flows.waiting -= usize::from(next.is_some());
        next
    }

    fn lock(&self) -> MutexGuard<'_, Flows<E, T>> {
        self.flows.lock().expect("no thread panicked")
    }
}

impl<E, T> Flows<E, T> {
    /// Takes the event that waits last in a flow in which most wait, so that one that is flooded crowds out
    /// its own; of several such flows, the event that came last.
    fn crowd_out(&mut self) -> Option<E> {
        let crowd = |places: &&mut VecDeque<Place<E, T>>| {
            let waiting = || places.iter().filter(|place| place.is_waiting());
            (waiting().count(), waiting().map(|place| place.number).max())
        };
        let places = self.places.values_mut().max_by_key(crowd)?;
        let event = places.iter_mut().rev().find_map(Place::attend)?;
        self.waiting -= 1;
        Some(event)
    }
}

impl<E, T> Place<E, T> {
    fn is_waiting(&self) -> bool {
        matches!(self.stage, Stage::Waiting(_))
    }

    fn is_settled(&self) -> bool {
        matches!(self.stage, Stage::Settled(_))
    }

    fn outcome(self) -> Option<T> {
        match self.stage {
            Stage::Settled(outcome) => Some(outcome),
            _ => None,
        }
    }

    /// Takes the event that waits, for somebody to see to.
    fn attend(&mut self) -> Option<E> {
        match std::mem::replace(&mut self.stage, Stage::Attended) {
            Stage::Waiting(event) => Some(event),
            other => {
                self.stage = other;
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use wire::{Echo, Link};

    use super::*;

    fn flow(identifier: u16) -> Flow {
        let echo = Echo::new([10, 0, 0, 2].into(), [10, 0, 0, 1].into());
        Flow::of(Link::RawIp, &Echo { identifier, ..echo }.request())
    }

    #[test]
    fn one_flow_keeps_its_order_and_another_does_not_wait() {
        let order: Order<(), u64> = Order::new(0);
        let (one, other) = (flow(1), flow(2));
        (1..=4).for_each(|number| order.enter(one, number));
        order.enter(other, 5);
        let mut released = Vec::new();
        for (flow, number) in [(one, 3), (one, 2), (other, 5), (one, 1), (one, 4), (one, 6)] {
            order.settle(flow, number, number, |outcome| released.push(outcome));
        }
        assert_eq!(released, [5, 1, 2, 3, 4, 6]);
        assert!(order.lock().places.is_empty(), "what is over is forgotten");
    }

    #[test]
    fn events_of_a_flow_take_turns_whoever_asks_first() {
        let order: Order<u64, u64> = Order::new(9);
        let (one, other) = (flow(1), flow(2));
        [(one, 1), (one, 2), (other, 3), (one, 4)].iter().for_each(|at| order.enter(at.0, at.1));
        let begin = |flow, number| order.begin(flow, number, number);
        assert_eq!([begin(one, 4), begin(one, 2)], [Turn::Later, Turn::Later]);
        assert_eq!([begin(other, 3), begin(one, 1)], [Turn::Now(3), Turn::Now(1)]);
        let settle = |flow, number| order.settle(flow, number, number, |_| {});
        assert_eq!([1, 2, 4].map(|number| settle(one, number)), [Some(2), Some(4), None]);
        assert_eq!(settle(other, 3), None);
        let flows = order.lock();
        assert!(flows.places.is_empty() && flows.waiting == 0);
    }

    #[test]
    fn a_flow_that_is_flooded_crowds_out_its_own() {
        let order: Order<u64, u64> = Order::new(2);
        let (one, other) = (flow(1), flow(2));
        let begin = |flow, number| {
            order.enter(flow, number);
            order.begin(flow, number, number)
        };
        let begun = [(one, 1), (one, 2), (one, 3), (one, 4), (other, 5), (other, 6), (one, 7)];
        let expect =
            [Turn::Now(1), Turn::Later, Turn::Later, Turn::Never(4), Turn::Now(5), Turn::Never(3)];
        let begun = begun.map(|(flow, number)| begin(flow, number));
        assert_eq!(begun[..6], expect);
        assert_eq!(begun[6], Turn::Never(7));
        let mut released = Vec::new();
        let mut settle =
            |flow, number| order.settle(flow, number, number, |number| released.push(number));
        assert_eq!([3, 4, 7].map(|number| settle(one, number)), [None; 3]);
        assert_eq!([1, 2].map(|number| settle(one, number)), [Some(2), None]);
        assert_eq!([5, 6].map(|number| settle(other, number)), [Some(6), None]);
        assert_eq!(released, [1, 2, 3, 4, 7, 5, 6]);
    }
}
