//! Admission: who may spend a thought. Packets wait here between the link and the model, in a queue
//! of fixed length; when it is full the oldest goes, because its sender has waited longest and is the
//! likeliest to have given up.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::Duration;

use crate::mind::Event;

/// A bounded queue between the thread that receives and the one that thinks.
pub struct Queue {
    waiting: Mutex<Waiting>,
    arrived: Condvar,
    capacity: usize,
}

#[derive(Default)]
struct Waiting {
    events: VecDeque<Event>,
    dropped: u64,
    closed: bool,
}

impl Queue {
    /// A queue for at most `capacity` packets, at least 1.
    pub fn new(capacity: usize) -> Queue {
        Queue { waiting: Mutex::default(), arrived: Condvar::new(), capacity: capacity.max(1) }
    }

    /// Lets a packet wait; drops the oldest if there is no room.
    pub fn push(&self, event: Event) {
        let mut waiting = self.lock();
        if waiting.events.len() == self.capacity {
            waiting.events.pop_front();
            waiting.dropped += 1;
        }
        waiting.events.push_back(event);
        self.arrived.notify_one();
    }

    /// The oldest packet, waited for at most `timeout`; `None` in vain or when the queue is closed
    /// and empty.
    pub fn pop(&self, timeout: Duration) -> Option<Event> {
        let idle = |waiting: &mut Waiting| waiting.events.is_empty() && !waiting.closed;
        let waited = self.arrived.wait_timeout_while(self.lock(), timeout, idle);
        waited.expect("no thread panicked").0.events.pop_front()
    }

    /// Says that no packet comes any more.
    pub fn close(&self) {
        self.lock().closed = true;
        self.arrived.notify_all();
    }

    /// Whether no packet waits and none comes any more.
    pub fn is_finished(&self) -> bool {
        let waiting = self.lock();
        waiting.closed && waiting.events.is_empty()
    }

    /// Packets dropped for want of room so far.
    pub fn dropped(&self) -> u64 {
        self.lock().dropped
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().expect("no thread panicked")
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Instant, SystemTime};

    use super::*;

    fn event(number: u64) -> Event {
        let host = verify::Host { address: [10, 0, 0, 1].into(), broadcast: None };
        Event { host, number, packet: vec![], received: Instant::now(), time: SystemTime::now() }
    }

    #[test]
    fn a_full_queue_drops_the_oldest_and_counts() {
        let queue = Queue::new(3);
        (1..=10).for_each(|number| queue.push(event(number)));
        let left: Vec<_> =
            std::iter::from_fn(|| queue.pop(Duration::ZERO)).map(|e| e.number).collect();
        assert_eq!(left, [8, 9, 10]);
        assert_eq!(queue.dropped(), 7);
    }

    #[test]
    fn closing_wakes_who_waits() {
        let queue = Queue::new(1);
        std::thread::scope(|scope| {
            let waiter = scope.spawn(|| queue.pop(Duration::from_secs(60)).is_none());
            queue.close();
            assert!(waiter.join().unwrap());
        });
        assert!(queue.is_finished());
    }
}
