//! TCP (RFC 9293 section 3.10.7): what a segment calls for, by the state of its connection as the judge
//! knows it.

use super::{Outcome, Reason};
use crate::Host;
use crate::connection::Connections;
use crate::datagram::Datagram;

/// A segment.
pub(super) fn segment(host: &Host, datagram: &Datagram, connections: &Connections) -> Outcome {
    let _ = (host, datagram, connections);
    Err(Reason::TcpSegment)
}
