//! Timers of a connection: what was not acknowledged is sent again (RFC 6298 section 5), and in the end the
//! connection is forgotten.

use super::connection::{Connection, LAST_TIMEOUT};
use super::output::{again, probe};
use super::segment::Ends;
use crate::host::datagram::Datagram;
use crate::host::mind::Mind;
use crate::host::thoughts::Step;

/// What is sent when that timer of a connection went off, where `last` is its last packet.
pub(in crate::host) fn wake(
    mind: &mut Mind,
    timer: &str,
    sent: bool,
    last: &Datagram,
) -> Step<Vec<u8>> {
    let connection = mind.facts.notes.as_deref().and_then(Connection::read);
    let found = connection.zip(Ends::of(last, sent));
    let Some((mut connection, ends)) = found else {
        mind.thoughts.say("I have no notes of a connection.");
        return Err("tcp-segment");
    };
    if timer != "retransmit" || connection.rto >= LAST_TIMEOUT {
        mind.thoughts.say("So I forget the connection.");
        mind.note = Some("-".to_owned());
        return Err("tcp-segment");
    }
    connection.rto *= 2;
    let reply = match (connection.is_all_acknowledged(), connection.has_more(mind)) {
        (false, _) => again(mind, ends, &connection),
        (true, true) => probe(mind, ends, &mut connection),
        (true, false) => {
            mind.thoughts.say("All that I sent is acknowledged.");
            return Err("tcp-segment");
        }
    };
    connection.note(mind);
    Ok(reply)
}

/// Sets the timers again that the connection in the notes needs: an answer that sets none clears them.
pub(in crate::host) fn keep_timers(mind: &mut Mind) {
    if let Some(connection) = mind.facts.notes.as_deref().and_then(Connection::read) {
        connection.set_timers(mind);
    }
}
