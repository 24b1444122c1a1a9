//! A segment as it came (RFC 9293 section 3.1), and as this host sends one.

use std::net::IpAddr;

use wire::tcp::{MIN_HEADER_LEN, field, flag, option};
use wire::{Tcp, options};

use crate::host::datagram::{Datagram, PROTOCOL_TCP};
use crate::host::mind::Mind;
use crate::host::thoughts::Step;

pub(super) const FIN: u8 = flag::FIN;
pub(super) const SYN: u8 = flag::SYN;
pub(super) const RST: u8 = flag::RST;
pub(super) const PSH: u8 = flag::PSH;
pub(super) const ACK: u8 = flag::ACK;

/// The window of this host, never scaled.
pub(super) const WINDOW: u16 = 29_200;
/// The port of the page.
const HTTP: u16 = 80;

/// Between whom a segment goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ends {
    pub peer: IpAddr,
    pub peer_port: u16,
    pub own_port: u16,
}

/// A segment that came.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment<'p> {
    pub ends: Ends,
    pub sequence: u32,
    pub acknowledgment: u32,
    flags: u8,
    pub window: u16,
    pub data: &'p [u8],
    /// The maximum segment size that it states.
    pub mss: Option<u16>,
}

/// The numbers and flags of a segment to be sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    pub sequence: u32,
    pub acknowledgment: u32,
    pub flags: u8,
    pub window: u16,
}

impl Ends {
    /// Those of a packet that was `sent`, or came.
    pub fn of(datagram: &Datagram, sent: bool) -> Option<Ends> {
        let tcp = Tcp::new(datagram.message)?;
        let (source, destination) = (tcp.source_port(), tcp.destination_port());
        Some(match sent {
            true => Ends { peer: datagram.destination, peer_port: destination, own_port: source },
            false => Ends { peer: datagram.source, peer_port: source, own_port: destination },
        })
    }
}

impl<'p> Segment<'p> {
    /// Reads a segment, if header and checksum are in order.
    pub fn examine(mind: &mut Mind, datagram: &Datagram<'p>) -> Step<Segment<'p>> {
        let message = datagram.message;
        let found = Tcp::new(message).zip(Ends::of(datagram, false));
        let found =
            found.filter(|(tcp, _)| (MIN_HEADER_LEN..=message.len()).contains(&tcp.header_len()));
        let Some((tcp, ends)) = found else {
            mind.thoughts.say("The TCP header is longer than what came, or too short.");
            return Err("tcp-header");
        };
        let before = datagram.pseudo_sum(PROTOCOL_TCP, message.len());
        mind.thoughts.verify("tcp-checksum", "Pseudo-header and segment", before, message)?;
        let segment = Segment {
            ends,
            sequence: tcp.sequence(),
            acknowledgment: tcp.acknowledgment(),
            flags: tcp.flags(),
            window: tcp.window(),
            data: &message[tcp.header_len()..],
            mss: tcp.options().and_then(mss),
        };
        mind.thoughts.say(segment.sentence());
        Ok(segment)
    }

    /// Whether any of `flags` is set.
    pub fn has(&self, flags: u8) -> bool {
        self.flags & flags != 0
    }

    /// Its length in sequence space.
    pub fn length(&self) -> u32 {
        let controls = u32::from(self.has(SYN)) + u32::from(self.has(FIN));
        self.data.len() as u32 + controls
    }

    /// Whether it is for the port of the page.
    pub fn is_http(&self) -> bool {
        self.ends.own_port == HTTP
    }

    fn sentence(&self) -> String {
        let Segment { ends, sequence, acknowledgment, flags, data, .. } = self;
        format!(
            "From port {} to {}: SEQ {sequence:08x}, ACK {acknowledgment:08x}, flags {flags:02x}, {} bytes.",
            ends.peer_port,
            ends.own_port,
            data.len()
        )
    }
}

impl Header {
    /// The packet that this header and `data` are, with `options` in whole words.
    pub fn packet(self, mind: &Mind, ends: Ends, options: &[u8], data: &[u8]) -> Vec<u8> {
        let words = (MIN_HEADER_LEN + options.len()) / 4;
        let mut message = Vec::with_capacity(MIN_HEADER_LEN + options.len() + data.len());
        message.extend(ends.own_port.to_be_bytes());
        message.extend(ends.peer_port.to_be_bytes());
        message.extend(self.sequence.to_be_bytes());
        message.extend(self.acknowledgment.to_be_bytes());
        message.extend([(words << 4) as u8, self.flags]);
        message.extend(self.window.to_be_bytes());
        message.extend([0; 4]);
        message.extend(options);
        message.extend(data);
        mind.packet(ends.peer, PROTOCOL_TCP, message, field::CHECKSUM.start)
    }
}

/// The maximum segment size that options state.
fn mss(bytes: &[u8]) -> Option<u16> {
    let mut list = options::options(bytes).filter_map(Result::ok);
    let stated = list.find(|option| option.kind == option::MSS)?;
    stated.data.try_into().ok().map(u16::from_be_bytes)
}
