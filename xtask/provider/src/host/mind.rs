//! One question being thought about: what the host knows, what it has found so far, and how it builds packets
//! of its own.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use wire::checksum::{add16, checksum};
use wire::ipv4::PROTOCOL_ICMP;
use wire::{Mac, dhcp, icmpv6};

use super::datagram::{PROTOCOL_TCP, PROTOCOL_UDP, pseudo_sum};
use super::difference::difference_in_edits;
use super::frame::Draft;
use super::programs::Programs;
use super::thoughts::{Step, Thoughts};
use super::{Decision, Outcome, Reply, tcp};
use crate::turn::{Facts, Turn};

/// What the host knows, and what it has found so far.
pub(super) struct Mind<'t> {
    /// Its IPv4 address.
    pub address: Option<Ipv4Addr>,
    /// What else it was told of itself.
    pub facts: &'t Facts,
    /// What its programs say.
    pub programs: Programs<'t>,
    /// Whether the link computes checksums.
    pub offload: bool,
    /// Whether the frame came to a group of stations.
    pub to_group: bool,
    /// The station that asks, where the packet says so itself.
    pub asker: Option<Mac>,
    /// The sentences so far.
    pub thoughts: Thoughts,
    /// What it notes on the flow.
    pub note: Option<String>,
    /// The timers that it sets.
    pub timers: Vec<(&'static str, u32)>,
}

impl<'t> Mind<'t> {
    /// The mind of who is asked by `turn`, and told `facts` of itself.
    pub fn new(turn: &'t Turn, facts: &'t Facts) -> Mind<'t> {
        Mind {
            address: turn.address,
            facts,
            programs: Programs::new(&turn.system),
            offload: turn.offload,
            to_group: false,
            asker: None,
            thoughts: Thoughts::default(),
            note: None,
            timers: Vec::new(),
        }
    }

    /// The decision, where `found` came of `packet`.
    pub fn decision(mut self, found: Step<Draft>, packet: &[u8]) -> Decision {
        // The timers that an answer does not set again are cleared, whatever the answer is.
        if self.note.is_none() && self.timers.is_empty() {
            tcp::keep_timers(&mut self);
        }
        let outcome = match found {
            Err(reason) => {
                self.thoughts.say(format!("So I drop it: {reason}."));
                Outcome::Drop(reason)
            }
            Ok(Draft { bytes, edits }) => {
                let edits = edits.unwrap_or_else(|| difference_in_edits(packet, &bytes));
                Outcome::Reply(Reply { bytes, edits })
            }
        };
        let Mind { thoughts, note, timers, .. } = self;
        Decision { thoughts: thoughts.into(), outcome, note, timers }
    }

    /// The protocols that it takes over IPv4.
    pub fn ipv4_protocols(&self) -> Vec<u8> {
        let transports = self.transports();
        [PROTOCOL_ICMP].into_iter().chain(transports).collect()
    }

    /// The protocols that it takes over IPv6.
    pub fn ipv6_protocols(&self) -> Vec<u8> {
        let transports = self.transports();
        [icmpv6::NEXT_HEADER].into_iter().chain(transports).collect()
    }

    fn transports(&self) -> impl Iterator<Item = u8> + use<> {
        let tcp = self.facts.tcp.as_ref().map(|_| PROTOCOL_TCP);
        let udp = self.facts.udp.as_ref().map(|_| PROTOCOL_UDP);
        tcp.into_iter().chain(udp)
    }

    /// Whether it gives addresses away.
    pub fn serves_dhcp(&self) -> bool {
        self.facts.udp.as_ref().is_some_and(|ports| ports.contains(dhcp::SERVER_PORT))
    }

    /// Whether `address` is its own.
    pub fn is_mine(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(address) => self.address == Some(address),
            IpAddr::V6(address) => self.facts.ipv6 == Some(address),
        }
    }

    /// Its own address of the version of `peer`.
    pub fn own(&self, peer: IpAddr) -> IpAddr {
        match peer {
            IpAddr::V4(_) => self.address.unwrap_or(Ipv4Addr::UNSPECIFIED).into(),
            IpAddr::V6(_) => self.facts.ipv6.unwrap_or(Ipv6Addr::UNSPECIFIED).into(),
        }
    }

    /// A packet of its own to `to`, with the usual hop limit. The checksum of `message`, which is now 0, is
    /// at `checksum_at`.
    pub fn packet(
        &self,
        to: IpAddr,
        protocol: u8,
        message: Vec<u8>,
        checksum_at: usize,
    ) -> Vec<u8> {
        self.packet_with_limit(self.facts.origin.ttl, to, protocol, message, checksum_at)
    }

    /// The same with a time to live, or hop limit, of `limit`.
    pub fn packet_with_limit(
        &self,
        limit: u8,
        to: IpAddr,
        protocol: u8,
        mut message: Vec<u8>,
        checksum_at: usize,
    ) -> Vec<u8> {
        let from = self.own(to);
        if !self.offload {
            let sum = message_checksum(from, to, protocol, &message);
            message[checksum_at..checksum_at + 2].copy_from_slice(&sum.to_be_bytes());
        }
        let mut packet = match (from, to) {
            (IpAddr::V4(from), IpAddr::V4(to)) => {
                self.ipv4_header(limit, from, to, protocol, message.len())
            }
            (IpAddr::V6(from), IpAddr::V6(to)) => {
                ipv6_header(limit, from, to, protocol, message.len())
            }
            _ => unreachable!("one's own address is of the other's version"),
        };
        packet.append(&mut message);
        packet
    }

    /// An IPv4 header without options (RFC 791 section 3.1). Datagrams may be fragmented, so that the
    /// identification counts.
    fn ipv4_header(
        &self,
        ttl: u8,
        from: Ipv4Addr,
        to: Ipv4Addr,
        protocol: u8,
        length: usize,
    ) -> Vec<u8> {
        let total = (20 + length) as u16;
        let mut header = vec![0x45, 0];
        header.extend(total.to_be_bytes());
        header.extend(self.facts.origin.identification.to_be_bytes());
        header.extend([0, 0, ttl, protocol, 0, 0]);
        header.extend(from.octets());
        header.extend(to.octets());
        if !self.offload {
            let sum = checksum(&header).to_be_bytes();
            header[10..12].copy_from_slice(&sum);
        }
        header
    }
}

/// An IPv6 header (RFC 8200 section 3) without traffic class and flow label.
fn ipv6_header(limit: u8, from: Ipv6Addr, to: Ipv6Addr, next: u8, length: usize) -> Vec<u8> {
    let mut header = vec![0x60, 0, 0, 0];
    header.extend((length as u16).to_be_bytes());
    header.extend([next, limit]);
    header.extend(from.octets());
    header.extend(to.octets());
    header
}

/// The checksum of a message whose field is 0. ICMP over IPv4 alone knows no pseudo-header; and UDP alone
/// writes the other form of zero, since 0 says there that there is no checksum (RFC 768).
fn message_checksum(from: IpAddr, to: IpAddr, protocol: u8, message: &[u8]) -> u16 {
    let pseudo = match protocol {
        PROTOCOL_ICMP => 0,
        _ => pseudo_sum(from, to, protocol, message.len()),
    };
    match !add16(pseudo, wire::checksum::sum(message)) {
        0 if protocol == PROTOCOL_UDP => 0xffff,
        sum => sum,
    }
}
