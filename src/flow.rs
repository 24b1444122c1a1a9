//! Flows: which packets make one conversation, and in which order its events are thought about and their
//! answers leave. A packet has its place from when it is taken out of admission to when its answer is out.

use std::net::{IpAddr, Ipv4Addr};

use wire::{Arp, Link, Packet, Protocol};

mod order;

pub use order::{Order, Turn};

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
        let Some(wire::Flow { source, destination, protocol, ports }) = packet.outer_flow() else {
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

#[cfg(test)]
mod tests {
    use super::*;
    use wire::Echo;

    fn flow(identifier: u16) -> Flow {
        let echo = Echo::new([10, 0, 0, 2].into(), [10, 0, 0, 1].into());
        Flow::of(Link::RawIp, &Echo { identifier, ..echo }.request())
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
        // What somebody sends through a tunnel that does not end here is of no other's flow.
        let mut tunnel = packet[..20].to_vec();
        (tunnel[3], tunnel[9], tunnel[15]) = (20 + packet.len() as u8, 4, 3);
        tunnel.extend(&packet);
        assert_eq!(Flow::of(Link::RawIp, &tunnel).source(), IpAddr::from([10, 0, 0, 3]));
    }
}
