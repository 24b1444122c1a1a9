//! Flows: many packets are thought about at once, but the answers to one conversation leave in the
//! order in which its packets came. An answer that is ready early waits here for those before it.

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Mutex, MutexGuard};

use wire::{Arp, Link, Packet, Protocol};

/// What tells one conversation from another: both addresses, the protocol, both ports, and for ICMP the
/// identifier (RFC 792), which names one run of a pinger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Flow {
    source: IpAddr,
    destination: IpAddr,
    protocol: u8,
    /// Source and destination port, or the identifier twice.
    ends: (u16, u16),
}

impl Flow {
    /// The flow of a packet on that link; all ARP of one sender makes one flow, and all that is neither
    /// ARP nor IP another.
    pub fn of(link: Link, packet: &[u8]) -> Flow {
        let packet = Packet::new(link, packet, packet.len());
        let Some(wire::Flow { source, destination, protocol, ports }) = packet.flow() else {
            return Flow::without_network(&packet);
        };
        let ends = ports.or_else(|| identifier(&packet)).unwrap_or_default();
        Flow { source, destination, protocol, ends }
    }

    fn without_network(packet: &Packet) -> Flow {
        let nowhere = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        let arp = packet.pdu(Protocol::Arp);
        let sender = arp.and_then(|arp| Some(Arp::new(arp.bytes())?.ends()?.0.address));
        let source = sender.map_or(nowhere, IpAddr::V4);
        Flow { source, destination: nowhere, protocol: 0, ends: (0, 0) }
    }

    /// Who sends; 0.0.0.0 where a packet does not say.
    pub fn source(&self) -> IpAddr {
        self.source
    }
}

/// The identifier of a message of ICMP or ICMPv6 that has one, twice.
fn identifier(packet: &Packet) -> Option<(u16, u16)> {
    let message = packet.pdu(Protocol::Icmp).or_else(|| packet.pdu(Protocol::Icmpv6))?;
    let is_echo = matches!(message.bytes().first()?, 0 | 8 | 13 | 14 | 128 | 129);
    let identifier = message.word(4).filter(|_| is_echo)?;
    Some((identifier, identifier))
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
        Flow::of(Link::RawIp, &Echo { identifier, ..echo }.request())
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
            Flow::of(Link::RawIp, &packet)
        };
        assert_eq!(from(2), Flow::of(Link::RawIp, &packet));
        assert_ne!(from(2), from(3));
        assert_ne!(flow(1), flow(2));
        assert_eq!(Flow::of(Link::RawIp, &[]), Flow::of(Link::RawIp, &[0x45]));
        let segment = |port: u8| {
            let mut packet = packet.clone();
            (packet[9], packet[21]) = (6, port);
            Flow::of(Link::RawIp, &packet)
        };
        assert_ne!(segment(1), segment(2));
        assert_eq!(segment(1).source(), IpAddr::from([10, 0, 0, 2]));
    }
}
