//! What a request calls for: a reply, silence, or either; and what kind of reply.
//!
//! This is the judge's own reading of the packet that came, made once, before any rule looks at the
//! reply. It reads the fields in one fixed order, so that of several faults the same one is always
//! named; the embedded model is trained to name the same. One file a protocol.

use serde::{Deserialize, Serialize};
use wire::{Packet, Protocol};

use crate::connection::Connections;
use crate::datagram::Datagram;
use crate::{Host, Segment};

mod arp;
mod dhcp;
pub(crate) mod dns;
mod icmp;
mod icmpv6;
mod ipv4;
mod ipv6;
mod reason;
mod tcp;
pub(crate) mod udp;

pub(crate) use ipv6::ALL_NODES;
pub use reason::Reason;

/// What a request calls for. As JSON: `"reply"`, `{"silence":"fragment"}`, `{"either":"version"}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Due {
    /// A reply, such as an echo reply (RFC 1122 section 3.2.2.6).
    Reply,
    /// No reply.
    Silence(Reason),
    /// A host would answer, and one that does not speak of such packets, or does not wish to, may stay
    /// silent.
    Either(Reason),
}

/// What kind of reply a request calls for: against which rules a reply is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// An ICMP echo reply (RFC 792).
    Echo,
    /// An ICMPv6 echo reply (RFC 4443 section 4.2).
    Echo6,
    /// An ICMP timestamp reply (RFC 792).
    Timestamp,
    /// An ARP reply (RFC 826).
    Arp,
    /// A neighbour advertisement (RFC 4861 section 4.4).
    Neighbor,
    /// An ICMP or ICMPv6 error about the request.
    Unreachable(Unreachable),
    /// A datagram from an open UDP port (RFC 768).
    Datagram,
    /// A TCP segment (RFC 9293).
    Segment(Segment),
    /// A message of a protocol that no RFC describes.
    Own,
}

/// Why a datagram cannot be delivered, or not even read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreachable {
    /// No program of ours listens at the UDP port.
    Port,
    /// The host does not speak the protocol.
    Protocol,
    /// An IPv6 header has a value that is not understood and may not be passed over (RFC 4443 section 3.4).
    Parameter {
        /// The code of the parameter problem.
        code: u8,
        /// The octet of the packet, counted from its first, that holds the value.
        pointer: u16,
    },
}

/// What is due, and of which kind.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Assessment {
    pub(crate) due: Due,
    /// The kind of reply, where one may be sent.
    pub(crate) call: Option<Call>,
}

/// The kind of reply and how much it is called for, or why there must be none.
type Outcome = Result<(Due, Call), Reason>;

/// What `request` calls for from `host`, of which no connection is known.
///
/// Bytes past `total_length` are the link's padding and ignored, and so are the reserved flag and a
/// TTL of 0: "a host MUST NOT discard a datagram just because it was received with TTL less than 2"
/// (RFC 1122 section 3.2.1.7).
pub fn due(host: &Host, request: &[u8]) -> Due {
    Assessment::of(host, request, &Connections::default()).due
}

impl Due {
    /// Why no reply is due, or need be.
    pub fn reason(self) -> Option<Reason> {
        match self {
            Due::Reply => None,
            Due::Silence(reason) | Due::Either(reason) => Some(reason),
        }
    }
}

impl Assessment {
    /// Reads `request` as `host` must, in the light of its `connections`.
    pub(crate) fn of(host: &Host, request: &[u8], connections: &Connections) -> Assessment {
        if host.is_echo_only() {
            let due = ipv4::echo_only(host, request);
            let call = (!matches!(due, Due::Silence(_))).then_some(Call::Echo);
            return Assessment { due, call };
        }
        let packet = Packet::new(host.link(), request, request.len());
        match frame(host, &packet, connections) {
            Ok((due, call)) => Assessment { due, call: Some(call) },
            Err(reason) => Assessment { due: Due::Silence(reason), call: None },
        }
    }
}

/// A frame: for us by its link, and of a protocol that we speak.
fn frame(host: &Host, packet: &Packet, connections: &Connections) -> Outcome {
    if let Some(mac) = host.mac {
        arp::is_for(host, mac, packet)?;
    }
    let over_link = |protocol| matches!(protocol, Protocol::Arp | Protocol::Ipv4 | Protocol::Ipv6);
    let unit = packet.pdus().find(|pdu| over_link(pdu.protocol()));
    match unit.map(|unit| (unit.protocol(), unit)) {
        Some((Protocol::Arp, unit)) => arp::request(host, &unit),
        Some((Protocol::Ipv4, unit)) => ipv4::datagram(host, packet, &unit, connections),
        Some((_, unit)) => ipv6::datagram(host, packet, &unit, connections),
        None if host.mac.is_some() => Err(Reason::Ethernet),
        None if packet.bytes().len() < 2 => Err(Reason::Truncated),
        None => Err(Reason::Version),
    }
}

/// What a datagram that was found to be whole and for us carries.
fn transport(host: &Host, datagram: &Datagram, connections: &Connections) -> Outcome {
    match datagram.protocol {
        6 if host.speaks.tcp.is_some() => tcp::segment(host, datagram, connections),
        udp::PROTOCOL_UDP if host.speaks.udp.is_some() => udp::datagram(host, datagram),
        _ if host.speaks.icmp => icmp::unreachable(host, datagram, Unreachable::Protocol),
        _ => Err(Reason::Protocol),
    }
}
