//! UDP (RFC 768, RFC 1122 section 4.1): which datagrams are undamaged, and whether anybody listens.

use super::{Call, Due, Outcome, Reason, Unreachable, icmp};
use crate::Host;
use crate::datagram::Datagram;

/// A datagram of UDP.
pub(super) fn datagram(host: &Host, datagram: &Datagram) -> Outcome {
    let port = datagram.word(2).ok_or(Reason::UdpLength)?;
    let open = host.speaks.udp.as_ref().is_some_and(|ports| ports.contains(port));
    match open {
        true => Ok((Due::Either(Reason::UdpPort), Call::Datagram)),
        false => icmp::unreachable(host, datagram, Unreachable::Port),
    }
}
