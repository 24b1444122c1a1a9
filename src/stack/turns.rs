//! Turns: a flow that is remembered is thought about one event at a time, for each thought reads what the
//! one before wrote. Meanwhile its next packets wait here, in order; other flows do not.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard};

use crate::flow::Flow;
use crate::mind::Event;

/// Whose turn it is in each flow that is being thought about.
pub(super) struct Turns {
    flows: Mutex<Waiting>,
    /// Events that may wait, in all flows.
    capacity: usize,
}

#[derive(Default)]
struct Waiting {
    places: HashMap<Flow, VecDeque<Place>>,
    /// Events that wait.
    count: usize,
}

/// An event's place in its flow; with the event, once that waits for its turn.
struct Place {
    number: u64,
    event: Option<Event>,
}

/// What becomes of an event that entered.
pub(super) enum Turn {
    /// It may be thought about at once.
    Now(Event),
    /// It waits; who leaves the place before it will have it.
    Later,
    /// There is no room for it.
    Never(Event),
}

impl Turns {
    pub(super) fn new(capacity: usize) -> Turns {
        Turns { flows: Mutex::default(), capacity }
    }

    /// Gives the event of that number the last place in its flow.
    pub(super) fn enter(&self, flow: Flow, number: u64) {
        let place = Place { number, event: None };
        self.lock().places.entry(flow).or_default().push_back(place);
    }

    /// Begins the turn of an event that entered, or has it wait for those before it in its flow.
    pub(super) fn begin(&self, flow: Flow, event: Event) -> Turn {
        let mut waiting = self.lock();
        let Waiting { places, count } = &mut *waiting;
        let mut before = places.get_mut(&flow).into_iter().flatten().enumerate();
        match before.find(|(_, place)| place.number == event.number) {
            Some((0, _)) | None => Turn::Now(event),
            Some(_) if *count >= self.capacity => Turn::Never(event),
            Some((_, place)) => {
                place.event = Some(event);
                *count += 1;
                Turn::Later
            }
        }
    }

    /// Gives up the place of that number. If it was the first and the next one's event waits, that one's turn
    /// begins.
    pub(super) fn leave(&self, flow: Flow, number: u64) -> Option<Event> {
        let mut waiting = self.lock();
        let Waiting { places, count } = &mut *waiting;
        let queue = places.get_mut(&flow)?;
        queue.retain(|place| place.number != number);
        let next = queue.front_mut().and_then(|place| place.event.take());
        *count -= usize::from(next.is_some());
        if queue.is_empty() {
            places.remove(&flow);
        }
        next
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.flows.lock().expect("no thread panicked")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(number: u64, from: u8) -> Event {
        let host = verify::Host::echo([10, 0, 0, 1].into(), None);
        let echo = wire::Echo::new([10, 0, 0, from].into(), [10, 0, 0, 1].into());
        Event::new(host, number, echo.request())
    }

    fn flow(from: u8) -> Flow {
        Flow::of(wire::Link::RawIp, &event(0, from).packet)
    }

    fn begin(turns: &Turns, number: u64, from: u8) -> &'static str {
        match turns.begin(flow(from), event(number, from)) {
            Turn::Now(_) => "now",
            Turn::Later => "later",
            Turn::Never(_) => "never",
        }
    }

    #[test]
    fn a_flow_takes_turns_and_another_does_not_wait() {
        let turns = Turns::new(2);
        let came = [(1, 2), (2, 2), (3, 3), (4, 2), (5, 3), (6, 4)];
        came.iter().for_each(|(number, from)| turns.enter(flow(*from), *number));
        let begun = came.map(|(number, from)| begin(&turns, number, from));
        assert_eq!(begun, ["now", "later", "now", "later", "never", "now"]);
        let leave = |number, from| turns.leave(flow(from), number).map(|event| event.number);
        assert_eq!([leave(5, 3), leave(3, 3)], [None, None]);
        assert_eq!([leave(1, 2), leave(2, 2), leave(4, 2)], [Some(2), Some(4), None]);
        assert_eq!(leave(6, 4), None);
        assert!(turns.lock().places.is_empty() && turns.lock().count == 0);
    }

    /// Places are taken in the order in which packets came, whoever of those that think is the quicker.
    #[test]
    fn who_entered_first_goes_first() {
        let turns = Turns::new(2);
        (1..=2).for_each(|number| turns.enter(flow(2), number));
        assert_eq!([begin(&turns, 2, 2), begin(&turns, 1, 2)], ["later", "now"]);
        assert_eq!(turns.leave(flow(2), 1).map(|event| event.number), Some(2));
        // One that needs no turn leaves its place before its time.
        turns.enter(flow(2), 3);
        assert!(turns.leave(flow(2), 3).is_none() && turns.leave(flow(2), 2).is_none());
    }
}
