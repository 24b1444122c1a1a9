//! Flows: many packets are thought about at once, but the answers to one conversation leave in the
//! order in which its packets came. An answer that is ready early waits here for those before it.

use std::collections::{HashMap, VecDeque};
use std::net::Ipv4Addr;
use std::sync::{Mutex, MutexGuard};

/// What tells one conversation from another: both addresses, the protocol, and for ICMP the
/// identifier (RFC 792), which names one run of a pinger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Flow {
    source: Ipv4Addr,
    destination: Ipv4Addr,
    protocol: u8,
    identifier: u16,
}

impl Flow {
    /// The flow of an IPv4 datagram; all that is not one makes one flow.
    pub fn of(packet: &[u8]) -> Flow {
        let Some(ip) = wire::Ipv4::new(packet) else {
            let nowhere = Ipv4Addr::UNSPECIFIED;
            return Flow { source: nowhere, destination: nowhere, protocol: 0, identifier: 0 };
        };
        let icmp = ip.payload().filter(|_| ip.protocol() == wire::ipv4::PROTOCOL_ICMP);
        let identifier = icmp.and_then(wire::Icmp::new).and_then(|icmp| icmp.identifier());
        Flow {
            source: ip.source(),
            destination: ip.destination(),
            protocol: ip.protocol(),
            identifier: identifier.unwrap_or_default(),
        }
    }
}

/// Outcomes that wait for those before them in their flow.
pub struct Order<T> {
    flows: Mutex<HashMap<Flow, VecDeque<Place<T>>>>,
}

struct Place<T> {
    number: u64,
    outcome: Option<T>,
}

impl<T> Default for Order<T> {
    fn default() -> Order<T> {
        Order { flows: Mutex::default() }
    }
}

impl<T> Order<T> {
    /// Gives the packet of that number the last place in its flow.
    pub fn enter(&self, flow: Flow, number: u64) {
        self.lock().entry(flow).or_default().push_back(Place { number, outcome: None });
    }

    /// Takes the outcome of a packet that entered, and calls `release` with every outcome of the flow
    /// that need not wait any longer, in order. Nothing else of any flow is released meanwhile.
    pub fn settle(&self, flow: Flow, number: u64, outcome: T, mut release: impl FnMut(T)) {
        let mut flows = self.lock();
        let Some(places) = flows.get_mut(&flow) else { return release(outcome) };
        match places.iter_mut().find(|place| place.number == number) {
            Some(place) => place.outcome = Some(outcome),
            None => return release(outcome),
        }
        while places.front().is_some_and(|place| place.outcome.is_some()) {
            places.pop_front().and_then(|place| place.outcome).map(&mut release);
        }
        if places.is_empty() {
            flows.remove(&flow);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Flow, VecDeque<Place<T>>>> {
        self.flows.lock().expect("no thread panicked")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::Echo;

    fn flow(identifier: u16) -> Flow {
        let echo = Echo::new([10, 0, 0, 2].into(), [10, 0, 0, 1].into());
        Flow::of(&Echo { identifier, ..echo }.request())
    }

    #[test]
    fn one_flow_keeps_its_order_and_another_does_not_wait() {
        let order = Order::default();
        let (one, other) = (flow(1), flow(2));
        (1..=4).for_each(|number| order.enter(one, number));
        order.enter(other, 5);
        let mut released = Vec::new();
        for (flow, number) in [(one, 3), (one, 2), (other, 5), (one, 1), (one, 4)] {
            order.settle(flow, number, number, |outcome| released.push(outcome));
        }
        assert_eq!(released, [5, 1, 2, 3, 4]);
        assert!(order.lock().is_empty(), "what is over is forgotten");
    }

    #[test]
    fn flows_are_told_apart() {
        let packet = Echo::new([10, 0, 0, 2].into(), [10, 0, 0, 1].into()).request();
        let from = |last: u8| {
            let mut packet = packet.clone();
            packet[15] = last;
            Flow::of(&packet)
        };
        assert_eq!(from(2), Flow::of(&packet));
        assert_ne!(from(2), from(3));
        assert_ne!(flow(1), flow(2));
        assert_eq!(Flow::of(&[]), Flow::of(&[0x45]));
    }
}
