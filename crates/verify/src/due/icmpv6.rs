//! ICMPv6 (RFC 4443) and neighbour discovery (RFC 4861): which messages ask for one in return.

use super::{Outcome, Reason};
use crate::Host;
use crate::datagram::Datagram;

/// A message of ICMPv6.
pub(super) fn message(host: &Host, datagram: &Datagram) -> Outcome {
    let _ = (host, datagram);
    Err(Reason::Icmpv6Type)
}
