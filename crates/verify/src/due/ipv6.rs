//! IPv6 (RFC 8200): whether a packet is whole, for us and from one other host, and what follows its headers.

use wire::{Packet, Pdu};

use super::{Outcome, Reason, icmpv6, transport};
use crate::Host;
use crate::connection::Connections;
use crate::datagram::Datagram;

/// What the packet `unit` in `packet` calls for.
pub(super) fn datagram(
    host: &Host,
    packet: &Packet,
    unit: &Pdu,
    connections: &Connections,
) -> Outcome {
    let _ = unit;
    if host.ipv6.is_none() {
        return Err(Reason::Version);
    }
    let datagram = Datagram::of(packet).ok_or(Reason::Ipv6)?;
    match datagram.protocol {
        58 => icmpv6::message(host, &datagram),
        _ => transport(host, &datagram, connections),
    }
}
