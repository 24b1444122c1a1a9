//! Connections as the judge sees them (a conntrack): what was said on each, taken from the packets that came and
//! those that were sent. The judge keeps this for itself; no model is ever told of it.
//!
//! Memory is bounded. Connections that are half open, as whoever floods with SYNs leaves them, have places of
//! their own: they push out each other, the oldest first, and never one that is open.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use wire::tcp::flag::{ACK, RST, SYN};
use wire::{Link, Mac, Packet};

use crate::datagram::Datagram;
use crate::due::Assessment;
use crate::{Due, Host, Occasion, Reason};

pub(crate) mod kept;
pub(crate) mod progress;
mod received;
pub(crate) mod said;
pub(crate) mod sequence;

#[cfg(test)]
mod tests;

use kept::Kept;
use progress::{Answer, Offer, Phase, Progress};
use said::Said;

/// TCP's protocol number.
pub(crate) const TCP: u8 = 6;
/// Connections that are half open.
const MOST_HALF_OPEN: usize = 256;
/// Connections that are open, or are being closed: as many as the flows of which a host keeps notes.
const MOST_OPEN: usize = 1_024;
/// How long nothing may be heard on an open connection before it is forgotten (RFC 5382 section 5, REQ-5: at
/// least 2 hours 4 minutes).
const OPEN: Duration = Duration::from_secs(124 * 60);
/// The same for one that is being opened or closed: twice the maximum segment lifetime (RFC 9293 section 3.6.1).
const TRANSITORY: Duration = Duration::from_secs(4 * 60);

/// All connections of a host, in bounded memory.
#[derive(Debug, Default)]
pub(crate) struct Connections {
    known: HashMap<Flow, Connection>,
    /// How many segments were heard, which tells connections by age.
    turn: u64,
}

/// What a segment calls for, beside the segments before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Segment {
    /// A reset (RFC 9293 section 3.5.2).
    Reset,
    /// A SYN-ACK (RFC 9293 section 3.10.7.2).
    SynAck,
    /// A segment of the connection, with an acknowledgment at least (RFC 9293 section 3.10.7.4).
    Acknowledgment,
    /// The same or a SYN-ACK, as a SYN came again, or one that may reopen the connection (RFC 9293 section
    /// 3.6.1).
    SynAckOrAcknowledgment,
}

/// One connection.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    pub(crate) progress: Progress,
    pub(crate) kept: Kept,
    /// The station that our last segment went to, on Ethernet.
    station: Option<Mac>,
    /// When a segment of the peer came last, and which one of all that was.
    heard: Duration,
    turn: u64,
}

/// The two sockets of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Flow {
    peer: SocketAddr,
    own: SocketAddr,
}

impl Flow {
    /// The connection that a segment belongs to which came.
    pub(crate) fn heard(datagram: &Datagram, said: &Said) -> Flow {
        let peer = SocketAddr::new(datagram.source, said.source_port);
        Flow { peer, own: SocketAddr::new(datagram.destination, said.destination_port) }
    }

    /// The connection that a segment of ours belongs to.
    fn said(datagram: &Datagram, said: &Said) -> Flow {
        let Flow { peer, own } = Flow::heard(datagram, said);
        Flow { peer: own, own: peer }
    }
}

/// A segment and its datagram.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Heard<'a> {
    pub(crate) datagram: Datagram<'a>,
    pub(crate) said: Said<'a>,
}

impl<'a> Heard<'a> {
    /// The segment in a packet.
    pub(crate) fn of(packet: &Packet<'a>) -> Option<Heard<'a>> {
        Heard::in_datagram(Datagram::of(packet)?)
    }

    /// The segment in a datagram.
    pub(crate) fn in_datagram(datagram: Datagram<'a>) -> Option<Heard<'a>> {
        let said = Said::of(&datagram).filter(|_| datagram.protocol == TCP)?;
        Some(Heard { datagram, said })
    }

    fn on(link: Link, bytes: &'a [u8]) -> Option<Heard<'a>> {
        Heard::of(&Packet::new(link, bytes, bytes.len()))
    }

    /// What the SYN that it is offers, with the segment size that is assumed without the option (RFC 9293
    /// section 3.7.1).
    pub(crate) fn offer(&self) -> Offer {
        let default = if matches!(self.datagram.source, IpAddr::V4(_)) { 536 } else { 1220 };
        Offer::of(&self.said, default)
    }
}

impl Connections {
    /// What is known of a connection.
    pub(crate) fn of(&self, flow: &Flow) -> Option<&Connection> {
        self.known.get(flow)
    }

    /// Whether the connection of this packet was silent for so long that it is one no more.
    pub(crate) fn is_forgotten(&self, link: Link, packet: &[u8], now: Duration) -> bool {
        if self.known.is_empty() {
            return false;
        }
        let flow = Heard::on(link, packet).map(|heard| Flow::heard(&heard.datagram, &heard.said));
        flow.and_then(|flow| self.of(&flow)).is_some_and(|connection| connection.is_over(now))
    }

    /// What may be sent on the connection of this packet, the last that came on it, when a timer goes off.
    pub(crate) fn speaks_up(&self, link: Link, packet: &[u8]) -> Option<Segment> {
        let heard = Heard::on(link, packet)?;
        let known = self.of(&Flow::heard(&heard.datagram, &heard.said))?;
        let half_open = known.is_half_open();
        Some(if half_open { Segment::SynAckOrAcknowledgment } else { Segment::Acknowledgment })
    }

    /// The station to which the host spoke last on the connection of this packet.
    pub(crate) fn station(&self, link: Link, packet: &[u8]) -> Option<Mac> {
        let heard = Heard::on(link, packet)?;
        self.of(&Flow::heard(&heard.datagram, &heard.said))?.station
    }

    /// Takes in what came and what was sent.
    pub(crate) fn settle(
        &mut self,
        host: &Host,
        now: Duration,
        occasion: Occasion,
        sent: Option<&[u8]>,
    ) {
        let Some(heard) = Heard::on(host.link(), occasion.packet()) else { return };
        self.known.retain(|_, connection| !connection.is_over(now));
        let answer = match occasion {
            Occasion::Packet(packet) if !is_sound(host, packet, self) => return,
            Occasion::Packet(_) => self.hear(&heard, now),
            Occasion::Timer(_) => None,
        };
        let station = sent.filter(|_| host.mac.is_some()).and_then(Mac::new);
        match sent.and_then(|sent| Heard::on(host.link(), sent)) {
            Some(sent) => self.say(&heard, &sent, answer, (now, station)),
            None if answer == Some(Answer::Relisten) => {
                self.known.remove(&Flow::heard(&heard.datagram, &heard.said));
            }
            None => {}
        }
        self.stay_within_bounds();
    }

    /// Forgets the connection of this packet.
    pub(crate) fn forget(&mut self, link: Link, packet: &[u8]) {
        if let Some(heard) = Heard::on(link, packet) {
            self.known.remove(&Flow::heard(&heard.datagram, &heard.said));
        }
    }

    /// Takes in a segment that came.
    fn hear(&mut self, heard: &Heard, now: Duration) -> Option<Answer> {
        let flow = Flow::heard(&heard.datagram, &heard.said);
        self.turn += 1;
        let connection = self.known.get_mut(&flow)?;
        let answer = connection.progress.hear(&heard.said);
        connection.kept.acknowledge(connection.progress.una);
        (connection.heard, connection.turn) = (now, self.turn);
        if matches!(answer, Answer::Gone(_)) {
            self.known.remove(&flow);
        }
        Some(answer)
    }

    /// Takes in a segment that was sent.
    fn say(
        &mut self,
        heard: &Heard,
        sent: &Heard,
        answer: Option<Answer>,
        (now, station): (Duration, Option<Mac>),
    ) {
        let (flow, said) = (Flow::said(&sent.datagram, &sent.said), &sent.said);
        let known = self.known.get_mut(&flow);
        let opens = heard.said.has(SYN) && said.has(SYN | ACK) && !said.has(RST);
        match known {
            // The reset of a segment that is none of the connection's leaves the connection alone.
            Some(_) if said.has(RST) && answer == Some(Answer::Reset) => {}
            Some(_) if said.has(RST) => drop(self.known.remove(&flow)),
            Some(connection) if !opens || connection.progress.iss == said.sequence => {
                connection.say(said);
            }
            _ if opens => {
                let progress = Progress::opened(&heard.said, said, heard.offer());
                let kept = Kept::from(progress.nxt);
                let turn = self.turn;
                let connection = Connection { progress, kept, station, heard: now, turn };
                self.known.insert(flow, connection);
            }
            _ => {}
        }
        if let Some(connection) = self.known.get_mut(&flow) {
            connection.station = station;
        }
    }

    fn stay_within_bounds(&mut self) {
        if self.known.len() > MOST_HALF_OPEN {
            self.forget_oldest(MOST_HALF_OPEN, Connection::is_half_open);
            self.forget_oldest(MOST_OPEN, |connection| !connection.is_half_open());
        }
    }

    /// Forgets the connections of a kind that were heard of longest ago, until so many are left; those first of
    /// which nothing but a duplicate can come.
    fn forget_oldest(&mut self, most: usize, is_of_kind: impl Fn(&Connection) -> bool) {
        loop {
            let of_kind = || self.known.iter().filter(|(_, connection)| is_of_kind(connection));
            if of_kind().count() <= most {
                return;
            }
            let age = |connection: &Connection| {
                (connection.progress.phase() != Phase::TimeWait, connection.turn)
            };
            let oldest = of_kind().min_by_key(|(_, connection)| age(connection));
            let Some(flow) = oldest.map(|(flow, _)| *flow) else { return };
            self.known.remove(&flow);
        }
    }

    /// How many are known.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.known.len()
    }
}

impl Connection {
    fn say(&mut self, said: &Said) {
        if self.progress.fin.is_none() {
            self.kept.send(said.text_numbers().0, said.text);
        }
        self.progress.say(said);
    }

    fn is_half_open(&self) -> bool {
        self.progress.phase() == Phase::SynReceived
    }

    fn is_over(&self, now: Duration) -> bool {
        let lasts = match self.progress.phase() {
            Phase::Established | Phase::CloseWait | Phase::FinWait2 => OPEN,
            _ => TRANSITORY,
        };
        now.saturating_sub(self.heard) > lasts
    }
}

/// Whether a packet says anything to its connection: one that is damaged, or for others, does not.
fn is_sound(host: &Host, packet: &[u8], connections: &Connections) -> bool {
    let due = Assessment::of(host, packet, connections).due;
    let settled = [Reason::TcpReset, Reason::TcpSegment].map(Due::Silence);
    !matches!(due, Due::Silence(_)) || settled.contains(&due)
}
