//! A session of the judge: what it knows of the packets before this one, and judges it by. One for each host;
//! the stack asks it about each packet and tells it what was carried out.

use std::time::Duration;

use wire::Packet;

use crate::connection::Connections;
use crate::datagram::Datagram;
use crate::rate::Rate;
use crate::{Admitted, Due, Exchange, Finding, Host, Veto, admit};

/// What a reply is given on the occasion of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion<'a> {
    /// A packet that came.
    Packet(&'a [u8]),
    /// A timer went off; this is the last packet that came on its flow.
    Timer(&'a [u8]),
}

impl<'a> Occasion<'a> {
    /// The packet that is, or was last, answered.
    pub fn packet(self) -> &'a [u8] {
        match self {
            Occasion::Packet(packet) | Occasion::Timer(packet) => packet,
        }
    }
}

/// The judge of one host, with what it remembers. Times are since any fixed moment.
#[derive(Debug)]
pub struct Session {
    host: Host,
    connections: Connections,
    /// The ICMP errors that were sent.
    errors: Rate,
}

impl Session {
    /// A judge who has seen nothing yet.
    pub fn new(host: Host) -> Session {
        Session { host, connections: Connections::default(), errors: Rate::default() }
    }

    /// Who is judged.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// Says that the host is another from now on: it has other ports open, for instance. Connections stay.
    pub fn set_host(&mut self, host: Host) {
        self.host = host;
    }

    /// What `occasion` calls for. Of a timer that is a reply or silence, as the model likes, where the
    /// protocol may speak up by itself.
    pub fn due(&self, now: Duration, occasion: Occasion) -> Due {
        Exchange::within(self, occasion, None, now).due
    }

    /// What is to be said of `reply`, or of silence: see [`judge`](crate::judge()).
    pub fn judge(&self, now: Duration, occasion: Occasion, reply: Option<&[u8]>) -> Vec<Finding> {
        Exchange::within(self, occasion, reply, now).judge()
    }

    /// Lets `reply` through unless it breaks a MUST.
    ///
    /// # Errors
    /// The veto gives the bytes back with what is wrong with them.
    pub fn admit(
        &self,
        now: Duration,
        occasion: Occasion,
        reply: Vec<u8>,
    ) -> Result<Admitted, Veto> {
        let findings = self.judge(now, occasion, Some(&reply));
        admit::gate(reply, findings)
    }

    /// Lets silence through unless a reply is due.
    ///
    /// # Errors
    /// The veto says which clause calls for a reply.
    pub fn admit_silence(&self, now: Duration, occasion: Occasion) -> Result<(), Veto> {
        let exchange = Exchange::within(self, occasion, None, now);
        match exchange.due {
            Due::Silence(_) | Due::Either(_) => Ok(()),
            Due::Reply => Err(Veto { findings: exchange.judge(), reply: None }),
        }
    }

    /// Takes in what was done: `sent` is what went onto the wire, if anything did.
    pub fn settle(&mut self, now: Duration, occasion: Occasion, sent: Option<&[u8]>) {
        if sent.is_some_and(|sent| self.is_error(sent)) {
            self.errors.count(now);
        }
        self.connections.settle(&self.host, now, occasion, sent);
    }

    /// Says that the host has given up the connection that `packet` came on: to it there is none any more
    /// (RFC 9293 section 3.6, "delete the TCB").
    pub fn forget(&mut self, packet: &[u8]) {
        self.connections.forget(self.host.link(), packet);
    }

    fn is_error(&self, sent: &[u8]) -> bool {
        let packet = Packet::new(self.host.link(), sent, sent.len());
        Datagram::of(&packet).is_some_and(|datagram| datagram.is_error())
    }

    /// Whether the host may send one more ICMP error.
    pub(crate) fn allows_error(&self, now: Duration) -> bool {
        self.errors.allows(now)
    }

    pub(crate) fn connections(&self) -> &Connections {
        &self.connections
    }
}
