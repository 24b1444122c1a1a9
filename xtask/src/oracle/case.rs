//! One row of the comparison: the packets that set the scene, and the one that is tried.
//!
//! What a segment on a connection must hold depends on the numbers that its other end chose, so a script is
//! played with each host anew.

use serde::{Deserialize, Serialize};
use wire::tcp::flag::{ACK, FIN, SYN};
use wire::{Link, Tcp};

use super::packet::{Packet, Route, TCP, V4, V6, ip, tcp};
use crate::Failure;

/// The first sequence number that we use on a connection.
pub const FIRST: u32 = 1_000_000;
/// A packet that is tried, and what comes before.
#[derive(Clone, Debug)]
pub struct Case {
    /// Unique: `ipv4.checksum`.
    pub name: &'static str,
    /// What is wrong with it, in English.
    pub fault: &'static str,
    /// What packets begin with.
    pub link: Link,
    /// What sets the scene.
    pub before: Vec<Step>,
    /// What is tried.
    pub tried: Step,
}

/// A packet to send.
#[derive(Clone, Debug)]
pub enum Step {
    /// These bytes.
    Bytes(Vec<u8>),
    /// A segment on the connection.
    Segment(Segment),
}

/// A segment beside the numbers of its connection.
#[derive(Clone, Copy, Debug)]
pub struct Segment {
    route: Route,
    flags: u8,
    /// Octets that its sequence number lies past the next one due.
    ahead: i32,
    /// Octets that its acknowledgment lies past the next one that the host will send.
    acked: i32,
    data: &'static [u8],
    corrupt: bool,
}

/// What was sent and what came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// What was sent.
    pub request: Vec<u8>,
    /// What came back, in order.
    pub replies: Vec<Vec<u8>>,
}

/// A host that can be spoken to.
pub trait Answers {
    /// Sends it a packet; what it sends back.
    fn exchange(&mut self, packet: &[u8]) -> Result<Vec<Vec<u8>>, Failure>;
}

/// A case of a packet without link header.
pub fn case(name: &'static str, fault: &'static str, packet: Packet) -> Case {
    Case { name, fault, link: Link::RawIp, before: Vec::new(), tried: Step::Bytes(packet.0) }
}

/// A case of a frame.
pub fn frame_case(name: &'static str, fault: &'static str, frame: Packet) -> Case {
    Case { link: Link::Ethernet, ..case(name, fault, frame) }
}

/// A case of a segment after others.
pub fn segment_case(
    name: &'static str,
    fault: &'static str,
    before: &[Segment],
    tried: Segment,
) -> Case {
    let before = before.iter().copied().map(Step::Segment).collect();
    Case { name, fault, link: Link::RawIp, before, tried: Step::Segment(tried) }
}

/// A case of a segment on an open connection.
pub fn open_case(name: &'static str, fault: &'static str, tried: Segment) -> Case {
    segment_case(name, fault, &tried.handshake(), tried)
}

impl Case {
    /// With more packets before it.
    pub fn after(mut self, steps: impl IntoIterator<Item = Step>) -> Case {
        self.before.extend(steps);
        self
    }

    /// Plays it with a host; the last exchange is the one that counts.
    pub fn play(&self, host: &mut impl Answers) -> Result<Vec<Exchange>, Failure> {
        let mut numbers = Numbers { ours: FIRST, theirs: 0 };
        let mut played = Vec::new();
        for step in self.before.iter().chain([&self.tried]) {
            let request = numbers.packet(step);
            let replies = host.exchange(&request)?;
            replies.iter().for_each(|reply| numbers.hear(reply));
            played.push(Exchange { request, replies });
        }
        Ok(played)
    }
}

impl From<Packet> for Step {
    fn from(packet: Packet) -> Step {
        Step::Bytes(packet.0)
    }
}

impl Segment {
    /// The next one due, over IPv4.
    pub fn new(flags: u8) -> Segment {
        Segment { route: V4, flags, ahead: 0, acked: 0, data: &[], corrupt: false }
    }

    /// Over IPv6.
    pub fn over_ipv6(self) -> Segment {
        Segment { route: V6, ..self }
    }

    /// With data.
    pub fn data(self, data: &'static [u8]) -> Segment {
        Segment { data, ..self }
    }

    /// With another sequence number.
    pub fn ahead(self, ahead: i32) -> Segment {
        Segment { ahead, ..self }
    }

    /// With another acknowledgment.
    pub fn acked(self, acked: i32) -> Segment {
        Segment { acked, ..self }
    }

    /// With a wrong checksum.
    pub fn corrupt(self) -> Segment {
        Segment { corrupt: true, ..self }
    }

    /// What opens the connection.
    fn handshake(self) -> [Segment; 2] {
        let Segment { route, .. } = self;
        [SYN, ACK].map(|flags| Segment { route, ..Segment::new(flags) })
    }

    /// How far it moves the sequence number.
    fn length(&self) -> u32 {
        let controls = u32::from(self.flags & SYN != 0) + u32::from(self.flags & FIN != 0);
        self.data.len() as u32 + controls
    }
}

/// The next sequence numbers of both ends.
struct Numbers {
    ours: u32,
    theirs: u32,
}

impl Numbers {
    fn packet(&mut self, step: &Step) -> Vec<u8> {
        let segment = match step {
            Step::Bytes(bytes) => return bytes.clone(),
            Step::Segment(segment) => segment,
        };
        let sequence = self.ours.wrapping_add_signed(segment.ahead);
        let acknowledgment = match segment.flags & ACK {
            0 => 0,
            _ => self.theirs.wrapping_add_signed(segment.acked),
        };
        if segment.ahead == 0 && !segment.corrupt {
            self.ours = self.ours.wrapping_add(segment.length());
        }
        let message = tcp(80, segment.flags, sequence, acknowledgment, segment.data);
        let packet = ip(segment.route, TCP, message);
        let last = packet.0.len() - 1;
        if segment.corrupt { packet.flipped(last).0 } else { packet.0 }
    }

    /// The host's first number is in the segment with which it accepts.
    fn hear(&mut self, reply: &[u8]) {
        let packet = wire::Packet::ip(reply);
        let unit = packet.pdus().find(|unit| unit.protocol() == wire::Protocol::Tcp);
        if let Some(tcp) = unit.and_then(|unit| Tcp::new(unit.bytes()))
            && tcp.flags() & (SYN | ACK) == SYN | ACK
        {
            self.theirs = tcp.sequence().wrapping_add(1);
        }
    }
}
