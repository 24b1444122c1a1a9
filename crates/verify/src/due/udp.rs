//! UDP (RFC 768, RFC 1122 section 4.1): which datagrams are undamaged, whether anybody listens, and what they
//! are asked.

use wire::udp::HEADER_LEN;
use wire::{Udp, dhcp::SERVER_PORT};

use super::ipv4::first;
use super::{Call, Due, Outcome, Reason, Unreachable, dhcp, dns, icmp};
use crate::Host;
use crate::datagram::Datagram;

/// The number of UDP (RFC 768).
pub(crate) const PROTOCOL_UDP: u8 = 17;
/// The port of the echo service (RFC 862).
pub(crate) const ECHO_PORT: u16 = 7;
/// The port of name servers (RFC 1035 section 4.2.1).
pub(crate) const DNS_PORT: u16 = 53;

/// A datagram of UDP.
pub(super) fn datagram(host: &Host, datagram: &Datagram) -> Outcome {
    let udp = Udp::new(datagram.message).ok_or(Reason::UdpLength)?;
    let stated = datagram.message.get(..usize::from(udp.length()));
    let message = stated.filter(|stated| stated.len() >= HEADER_LEN).ok_or(Reason::UdpLength)?;
    let datagram = Datagram { message, ..*datagram };
    first(&[(!is_undamaged(&datagram, &udp), Reason::UdpChecksum)])?;
    let open = host.speaks.udp.as_ref();
    if !open.is_some_and(|ports| ports.contains(udp.destination_port())) {
        return icmp::unreachable(host, &datagram, Unreachable::Port);
    }
    // Port 0 says that no answer is expected, and there is none to send it to.
    first(&[(udp.source_port() == 0, Reason::UdpPort)])?;
    Ok((asked(host, &datagram, &udp)?, Call::Datagram))
}

/// Over IPv4 there need be no checksum (RFC 768), over IPv6 there must (RFC 8200 section 8.1).
fn is_undamaged(datagram: &Datagram, udp: &Udp) -> bool {
    match udp.checksum() {
        0 => datagram.source.is_ipv4(),
        _ => datagram.verifies(),
    }
}

/// What the service at an open port owes. A port whose protocol no RFC describes owes nothing, and two echo
/// services would never let each other rest.
fn asked(host: &Host, datagram: &Datagram, udp: &Udp) -> Result<Due, Reason> {
    let data = &datagram.message[HEADER_LEN..];
    match udp.destination_port() {
        ECHO_PORT if udp.source_port() != ECHO_PORT => Ok(Due::Reply),
        DNS_PORT => dns::query(data),
        SERVER_PORT if datagram.source.is_ipv4() => dhcp::message(host, data),
        _ => Ok(Due::Either(Reason::UdpPort)),
    }
}
