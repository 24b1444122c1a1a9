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
    events: HashMap<Flow, VecDeque<Event>>,
    count: usize,
}

/// What becomes of an event that was taken.
pub(super) enum Turn {
    /// It may be thought about at once. [`Turns::next`] ends its turn.
    Now(Box<Event>),
    /// It waits, and whoever thinks about its flow will take it.
    Later,
    /// There is no room for it.
    Never(Box<Event>),
}

impl Turns {
    pub(super) fn new(capacity: usize) -> Turns {
        Turns { flows: Mutex::default(), capacity }
    }

    /// Begins the turn of an event, or has it wait for those before it in its flow.
    pub(super) fn begin(&self, flow: Flow, event: Event) -> Turn {
        let mut waiting = self.lock();
        let full = waiting.count >= self.capacity;
        match waiting.events.get_mut(&flow) {
            None => {
                waiting.events.insert(flow, VecDeque::new());
                Turn::Now(Box::new(event))
            }
            Some(_) if full => Turn::Never(Box::new(event)),
            Some(events) => {
                events.push_back(event);
                waiting.count += 1;
                Turn::Later
            }
        }
    }

    /// Ends a turn, and begins that of the next event of the flow.
    pub(super) fn next(&self, flow: Flow) -> Option<Event> {
        let mut waiting = self.lock();
        match waiting.events.get_mut(&flow)?.pop_front() {
            Some(event) => {
                waiting.count -= 1;
                Some(event)
            }
            None => {
                waiting.events.remove(&flow);
                None
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.flows.lock().expect("no thread panicked")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flow_takes_turns_and_another_does_not_wait() {
        let turns = Turns::new(2);
        let host = verify::Host::echo([10, 0, 0, 1].into(), None);
        let event = |number, from: u8| {
            let echo = wire::Echo::new([10, 0, 0, from].into(), [10, 0, 0, 1].into());
            Event::new(host.clone(), number, echo.request())
        };
        let flow = |from| Flow::of(wire::Link::RawIp, &event(0, from).packet);
        let begin = |number, from| match turns.begin(flow(from), event(number, from)) {
            Turn::Now(_) => "now",
            Turn::Later => "later",
            Turn::Never(_) => "never",
        };
        let begun = [begin(1, 2), begin(2, 2), begin(3, 3), begin(4, 2), begin(5, 3), begin(6, 4)];
        assert_eq!(begun, ["now", "later", "now", "later", "never", "now"]);
        let next = |from| turns.next(flow(from)).map(|event| event.number);
        assert_eq!([next(2), next(2), next(2), next(3)], [Some(2), Some(4), None, None]);
        assert_eq!(begin(7, 2), "now");
    }
}
