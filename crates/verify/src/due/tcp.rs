//! TCP (RFC 9293 section 3.10.7): what a segment calls for, by the state of its connection as the judge
//! knows it.

use wire::tcp::flag::{ACK, RST, SYN};

use super::ipv4::first;
use super::{Call, Due, Outcome, Reason};
use crate::connection::progress::{Answer, Progress};
use crate::connection::said::Said;
use crate::connection::{Connections, Flow, Segment};
use crate::datagram::Datagram;
use crate::{Host, Ports};

/// A segment.
pub(super) fn segment(host: &Host, datagram: &Datagram, connections: &Connections) -> Outcome {
    let said = Said::of(datagram).ok_or(Reason::TcpHeader)?;
    first(&[(!datagram.verifies(), Reason::TcpChecksum)])?;
    let listens = |ports: &Ports| ports.contains(said.destination_port);
    match connections.of(&Flow::heard(datagram, &said)) {
        Some(connection) => connected(connection.progress, &said),
        None if host.speaks.tcp.as_ref().is_some_and(listens) => listening(&said),
        None => closed(&said),
    }
}

/// Without a connection, and nobody listens (section 3.10.7.1).
fn closed(said: &Said) -> Outcome {
    first(&[(said.has(RST), Reason::TcpReset)])?;
    Ok((Due::Reply, Call::Segment(Segment::Reset)))
}

/// LISTEN (section 3.10.7.2).
fn listening(said: &Said) -> Outcome {
    first(&[
        (said.has(RST), Reason::TcpReset),
        (!said.has(ACK) && !said.has(SYN), Reason::TcpSegment),
    ])?;
    let segment = if said.has(ACK) { Segment::Reset } else { Segment::SynAck };
    Ok((Due::Reply, Call::Segment(segment)))
}

/// In a connection (section 3.10.7.4).
fn connected(mut progress: Progress, said: &Said) -> Outcome {
    let (due, segment) = match progress.hear(said) {
        Answer::Nothing(reason) | Answer::Gone(reason) => return Err(reason),
        Answer::Anything | Answer::Relisten => {
            (Due::Either(Reason::TcpSegment), Segment::Acknowledgment)
        }
        Answer::Acknowledgment(_) => (Due::Reply, Segment::Acknowledgment),
        Answer::SynAck => (Due::Reply, Segment::SynAckOrAcknowledgment),
        Answer::Reset => (Due::Reply, Segment::Reset),
    };
    Ok((due, Call::Segment(segment)))
}
