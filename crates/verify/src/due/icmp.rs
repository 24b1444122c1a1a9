//! ICMP (RFC 792, RFC 1122 section 3.2.2): which messages ask for one in return, and about which datagrams
//! an error may be sent.

use std::net::IpAddr;

use wire::icmp::ECHO_REQUEST;

use super::ipv4::first;
use super::{Call, Due, Outcome, Reason, Unreachable};
use crate::Host;
use crate::datagram::Datagram;

/// Type of a timestamp request (RFC 792).
const TIMESTAMP: u8 = 13;
/// Octets of a timestamp message.
const TIMESTAMP_LEN: usize = 20;
/// The next header of an IPv6 packet after which nothing comes (RFC 8200 section 4.7).
const NO_NEXT_HEADER: u8 = 59;

/// A message whose checksum is right.
pub(super) fn message(host: &Host, datagram: &Datagram) -> Outcome {
    let [kind, code, ..] = *datagram.message else { return Err(Reason::Truncated) };
    let is_own = host.speaks.own_types.contains(&kind);
    match (kind, code) {
        (ECHO_REQUEST, 0) => Ok((Due::Reply, Call::Echo)),
        (TIMESTAMP, 0) if host.speaks.icmp && datagram.message.len() >= TIMESTAMP_LEN => {
            Ok((Due::Either(Reason::IcmpType), Call::Timestamp))
        }
        _ if is_own => Ok((Due::Either(Reason::IcmpType), Call::Own)),
        _ => Err(Reason::IcmpType),
    }
}

/// A datagram that was for us and cannot be delivered: an error is called for, but a host need not send it
/// (RFC 1122 section 3.2.2.1: SHOULD), and about some datagrams none may be sent.
pub(super) fn unreachable(host: &Host, datagram: &Datagram, why: Unreachable) -> Outcome {
    let reason = match why {
        Unreachable::Port => Reason::UdpPort,
        Unreachable::Protocol => Reason::Protocol,
        Unreachable::Parameter { .. } => Reason::Ipv6,
    };
    let is_read = !matches!(why, Unreachable::Parameter { .. });
    let ends_here = is_read && datagram.source.is_ipv6() && datagram.protocol == NO_NEXT_HEADER;
    first(&[
        (!host.speaks.icmp || ends_here, reason),
        (!may_be_about(host, datagram), Reason::Error),
    ])?;
    Ok((Due::Either(reason), Call::Unreachable(why)))
}

/// Whether an error may be about that datagram (RFC 1122 section 3.2.2, RFC 4443 section 2.4 (e)): it was for
/// us alone, in a frame for us alone, from a single host, and is no error itself.
fn may_be_about(host: &Host, datagram: &Datagram) -> bool {
    let single = match datagram.source {
        IpAddr::V4(source) => !source.is_loopback() && !source.is_unspecified(),
        IpAddr::V6(source) => {
            !source.is_loopback() && !source.is_unspecified() && !source.is_multicast()
        }
    };
    single && host.owns(datagram.destination) && !datagram.to_group && !datagram.is_error()
}
