//! TCP (RFC 9293, RFC 5961): connections to open ports, one segment at a time, and resets for all others.
//!
//! What a connection has come to stands in the notes of its flow, and nowhere else: without them there is no
//! connection.

use super::datagram::Datagram;
use super::mind::Mind;
use super::thoughts::Step;

mod connection;
mod output;
mod segment;
mod timer;

use connection::{Connection, State, Talk};
use output::{acknowledge, reset, speak, synchronize};
use segment::{ACK, FIN, RST, SYN, Segment};

pub(super) use timer::{keep_timers, wake};

/// The farthest behind that an acknowledgment may be, which is the largest window there is (RFC 5961
/// section 5.2).
const OLDEST: u32 = 65_535;

/// What the host answers to a TCP segment.
pub(super) fn answer(mind: &mut Mind, datagram: &Datagram) -> Step<Vec<u8>> {
    let to_me = mind.is_mine(datagram.destination);
    let said = format!("It is for {}", datagram.destination);
    mind.thoughts.check("not-for-me", to_me, said, ["which is me", "which is not me alone"])?;
    let segment = Segment::examine(mind, datagram)?;
    match mind.facts.notes.as_deref().and_then(Connection::read) {
        None => without_connection(mind, &segment),
        Some(connection) => Conversation { mind, segment: &segment, connection }.answer(),
    }
}

/// RFC 9293 sections 3.10.7.1 and 3.10.7.2.
fn without_connection(mind: &mut Mind, segment: &Segment) -> Step<Vec<u8>> {
    let is = ["no reset", "a reset, which is never answered"];
    let said = "There is no connection, and the segment is";
    mind.thoughts.check("tcp-reset", !segment.has(RST), said, is)?;
    let port = segment.ends.own_port;
    let is_open = mind.facts.tcp.as_ref().is_some_and(|open| open.contains(port));
    if segment.has(ACK) || !is_open {
        let why = if is_open { "acknowledges what I never sent" } else { "is for a closed port" };
        mind.thoughts.say(format!("It {why}, so I reset."));
        return Ok(reset(mind, segment));
    }
    let said = format!("Port {port} is open");
    let is = ["and it is a SYN", "but it is no SYN"];
    mind.thoughts.check("tcp-segment", segment.has(SYN), said, is)?;
    let connection = Connection::begun(segment, mind.facts.origin.initial_sequence);
    connection.note(mind);
    Ok(synchronize(mind, segment.ends, &connection))
}

/// A segment on a connection.
struct Conversation<'m, 't, 'p> {
    mind: &'m mut Mind<'t>,
    segment: &'p Segment<'p>,
    connection: Connection,
}

/// Whether a segment is dealt with.
enum Stage {
    /// That is the answer.
    Done(Vec<u8>),
    /// It is to be looked at further.
    On,
}

impl Conversation<'_, '_, '_> {
    /// RFC 9293 section 3.10.7.4, in its order.
    fn answer(mut self) -> Step<Vec<u8>> {
        let said = format!("The connection is in {}", self.connection.state.name());
        self.mind.thoughts.say(format!("{said}, and I expect {:08x}.", self.connection.rcv));
        for step in [Self::sequence, Self::controls, Self::acknowledgment] {
            if let Stage::Done(reply) = step(&mut self)? {
                self.connection.note(self.mind);
                return Ok(reply);
            }
        }
        let came = self.text();
        let answered = speak(self.mind, self.segment.ends, &mut self.connection);
        self.connection.note(self.mind);
        match answered {
            Some(reply) => Ok(reply),
            None if came => Ok(self.acknowledge("What came I acknowledge")),
            None => {
                self.mind.thoughts.say("It brings nothing that is to be answered.");
                Err("tcp-segment")
            }
        }
    }

    /// First, the sequence number.
    fn sequence(&mut self) -> Step<Stage> {
        let (segment, connection) = (self.segment, &self.connection);
        if connection.accepts(segment) {
            return Ok(Stage::On);
        }
        if segment.has(RST) {
            self.mind.thoughts.say("It is a reset from outside of the window.");
            return Err("tcp-reset");
        }
        let is_syn = segment.has(SYN) && !segment.has(ACK);
        let again = is_syn && segment.sequence.wrapping_add(1) == connection.rcv;
        if connection.state == State::SynReceived && again {
            self.mind.thoughts.say("The SYN came again, so my answer to it was lost.");
            return Ok(Stage::Done(synchronize(self.mind, segment.ends, connection)));
        }
        Ok(Stage::Done(self.acknowledge("It lies outside of the window")))
    }

    /// Then RST, and SYN.
    fn controls(&mut self) -> Step<Stage> {
        let segment = self.segment;
        if segment.has(RST) && segment.sequence == self.connection.rcv {
            self.mind.thoughts.say("It is a reset, just where I expect the next octet.");
            self.mind.note = Some("-".to_owned());
            return Err("tcp-reset");
        }
        if segment.has(RST | SYN) {
            return Ok(Stage::Done(self.acknowledge("I challenge a RST or SYN like that")));
        }
        Ok(Stage::On)
    }

    /// Then what it acknowledges.
    fn acknowledgment(&mut self) -> Step<Stage> {
        let (segment, connection) = (self.segment, &mut self.connection);
        if !segment.has(ACK) {
            self.mind.thoughts.say("It acknowledges nothing.");
            connection.note(self.mind);
            return Err("tcp-segment");
        }
        let ahead = segment.acknowledgment.wrapping_sub(connection.una);
        let in_flight = connection.snd.wrapping_sub(connection.una);
        if connection.state == State::SynReceived {
            if ahead == 0 || ahead > in_flight {
                self.mind.thoughts.say("It acknowledges what I did not send.");
                return Ok(Stage::Done(reset(self.mind, segment)));
            }
            connection.state = State::Established;
        }
        if ahead <= in_flight {
            connection.acknowledged(segment);
        } else if connection.una.wrapping_sub(segment.acknowledgment) > OLDEST {
            return Ok(Stage::Done(self.acknowledge("It acknowledges what I did not send")));
        }
        match self.connection.state {
            State::LastAck if self.connection.is_all_acknowledged() => {
                self.mind.thoughts.say("My FIN is acknowledged, and that was the last.");
                self.mind.note = Some("-".to_owned());
                Err("tcp-segment")
            }
            _ => Ok(Stage::On),
        }
    }

    /// Then data, and FIN: whether there was any to be acknowledged.
    fn text(&mut self) -> bool {
        let (segment, connection) = (self.segment, &mut self.connection);
        let behind = connection.rcv.wrapping_sub(segment.sequence) as i32;
        let has_any = segment.length() > 0;
        let takes = connection.state.takes_data();
        // What comes before its turn is not kept.
        let Some(data) = usize::try_from(behind).ok().and_then(|behind| segment.data.get(behind..))
        else {
            return has_any;
        };
        if !takes {
            return has_any;
        }
        connection.rcv = connection.rcv.wrapping_add(data.len() as u32);
        if let (Talk::Request(request), true) = (&mut connection.talk, segment.is_http()) {
            *request = std::mem::take(request).with(data);
        }
        if segment.has(FIN) {
            connection.rcv = connection.rcv.wrapping_add(1);
            connection.state = connection.state.after_their_fin();
        }
        has_any
    }

    fn acknowledge(&mut self, why: &str) -> Vec<u8> {
        self.mind.thoughts.say(format!("{why}: an ACK of {:08x}.", self.connection.rcv));
        acknowledge(self.mind, self.segment.ends, &self.connection)
    }
}
