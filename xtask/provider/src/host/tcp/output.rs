//! The segments that this host sends. Of an answer one segment is under way at a time: one packet answers one
//! packet, so its acknowledgment brings the next.

use super::connection::{Connection, State, Talk};
use super::segment::{ACK, Ends, FIN, Header, PSH, RST, SYN, Segment, WINDOW};
use crate::host::http::Request;
use crate::host::mind::Mind;
use wire::tcp::option;

/// The segment size that this host takes, over IPv4 and over IPv6: what Ethernet carries.
const MSS: [u16; 2] = [1_460, 1_440];

/// A SYN that acknowledges a SYN.
pub(super) fn synchronize(mind: &mut Mind, ends: Ends, connection: &Connection) -> Vec<u8> {
    let Connection { una: sequence, rcv: acknowledgment, .. } = *connection;
    mind.thoughts.say(format!("So I answer SYN and ACK, with {sequence:08x} as my first number."));
    let [high, low] = most(ends).to_be_bytes();
    let header = Header { sequence, acknowledgment, flags: SYN | ACK, window: WINDOW };
    header.packet(mind, ends, &[option::MSS, 4, high, low], &[])
}

/// A reset (RFC 9293 section 3.10.7.1).
pub(super) fn reset(mind: &Mind, segment: &Segment) -> Vec<u8> {
    let header = match segment.has(ACK) {
        true => {
            let sequence = segment.acknowledgment;
            Header { sequence, acknowledgment: 0, flags: RST, window: 0 }
        }
        false => {
            let acknowledgment = segment.sequence.wrapping_add(segment.length());
            Header { sequence: 0, acknowledgment, flags: RST | ACK, window: 0 }
        }
    };
    header.packet(mind, segment.ends, &[], &[])
}

/// An acknowledgment of all that came.
pub(super) fn acknowledge(mind: &Mind, ends: Ends, connection: &Connection) -> Vec<u8> {
    send(mind, ends, connection, connection.snd, ACK, &[])
}

/// The next segment that there is to send, and what becomes of the connection with it; `None` if there is
/// none, or it must wait.
pub(super) fn speak(mind: &mut Mind, ends: Ends, connection: &mut Connection) -> Option<Vec<u8>> {
    begin_answer(connection);
    if !connection.is_all_acknowledged() || !connection.state.may_send() {
        return None;
    }
    let rest = connection.rest(mind);
    let room = usize::from(connection.mss.min(most(ends)).min(connection.window));
    let is_over = rest.len() <= room;
    let must_close =
        matches!(connection.talk, Talk::Answer(..)) || connection.state == State::CloseWait;
    match (rest.is_empty(), room) {
        (true, _) if !must_close => return None,
        (false, 0) => return None,
        _ => {}
    }
    let data = &rest[..rest.len().min(room)];
    Some(sent(mind, ends, connection, data, is_over))
}

/// A segment of the answer whatever the window is, so that the peer says how large it is now (RFC 9293
/// section 3.8.6.1).
pub(super) fn probe(mind: &mut Mind, ends: Ends, connection: &mut Connection) -> Vec<u8> {
    let rest = connection.rest(mind);
    let data = &rest[..rest.len().min(1)];
    sent(mind, ends, connection, data, rest.len() == 1)
}

/// What is under way, once more.
pub(super) fn again(mind: &mut Mind, ends: Ends, connection: &Connection) -> Vec<u8> {
    mind.thoughts.say(format!("{:08x} is not acknowledged.", connection.una));
    if connection.state == State::SynReceived {
        return synchronize(mind, ends, connection);
    }
    let mut data = connection.answer_from(connection.una, mind);
    data.truncate(connection.snd.wrapping_sub(connection.una) as usize);
    let has_fin = !connection.state.may_send();
    let flags = ACK | if data.is_empty() { 0 } else { PSH } | if has_fin { FIN } else { 0 };
    send(mind, ends, connection, connection.una, flags, &data)
}

/// Begins to answer a request that is whole, or of which no more comes.
fn begin_answer(connection: &mut Connection) {
    let Talk::Request(request) = &connection.talk else { return };
    let has_ended = connection.state == State::CloseWait && *request != Request::default();
    if matches!(request, Request::Whole(_)) || has_ended {
        connection.talk = Talk::Answer(request.ended(), connection.snd);
    }
}

fn sent(
    mind: &mut Mind,
    ends: Ends,
    connection: &mut Connection,
    data: &[u8],
    is_over: bool,
) -> Vec<u8> {
    let end = if is_over { " and FIN" } else { "" };
    mind.thoughts.say(format!("So I send {} bytes{end}.", data.len()));
    let flags = ACK | if data.is_empty() { 0 } else { PSH } | if is_over { FIN } else { 0 };
    let reply = send(mind, ends, connection, connection.snd, flags, data);
    let length = data.len() as u32 + u32::from(is_over);
    connection.snd = connection.snd.wrapping_add(length);
    if is_over {
        connection.state = connection.state.after_my_fin();
    }
    reply
}

fn send(
    mind: &Mind,
    ends: Ends,
    connection: &Connection,
    sequence: u32,
    flags: u8,
    data: &[u8],
) -> Vec<u8> {
    let header = Header { sequence, acknowledgment: connection.rcv, flags, window: WINDOW };
    header.packet(mind, ends, &[], data)
}

fn most(ends: Ends) -> u16 {
    MSS[usize::from(ends.peer.is_ipv6())]
}
