//! A frame taken apart into protocol data units, in place and without allocating: the view that rules
//! and dissection share.
//!
//! Each header becomes one [`Pdu`], from its first octet to the end of what it says it contains. What
//! headers claim is believed only as far as the packet goes, so no bytes can lead outside them, and
//! what makes captures hard to judge is kept beside each unit: whether it was cut short, lies in a
//! fragment, is quoted in an ICMP error, or is larger than the wire allows (segmentation offload).

use std::net::IpAddr;
use std::ops::Range;

use crate::checksum::pseudo_header;
use crate::options::options;
use crate::protocol::Protocol;
use crate::{Ipv4, Ipv6, Link, ipv4, word};

mod flow;
mod walk;

pub use flow::Flow;

/// The most units a packet is taken apart into; whatever lies deeper is payload.
pub const MAX_PDUS: usize = 20;

/// A frame and the protocol data units in it.
#[derive(Clone, Copy, Debug)]
pub struct Packet<'a> {
    link: Link,
    bytes: &'a [u8],
    original_length: usize,
    spans: [Span; MAX_PDUS],
    count: usize,
}

/// Where a unit lies.
#[derive(Clone, Copy, Debug)]
struct Span {
    protocol: Protocol,
    start: u32,
    /// Octets it has on the wire, captured or not.
    length: u32,
    /// Octets that the unit around it has for it.
    room: u32,
    marks: u8,
}

/// Marks of a unit.
mod mark {
    /// It lies in one fragment of a datagram.
    pub const FRAGMENT: u8 = 1;
    /// It lies in a packet that an ICMP error quotes.
    pub const QUOTED: u8 = 2;
    /// A header around it states a length that is not so: where it ends is a guess.
    pub const LENGTH_UNSURE: u8 = 4;
}

impl<'a> Packet<'a> {
    /// Takes the captured `bytes` of a frame apart that had `original_length` octets on the wire. A
    /// smaller original length than there are bytes is taken for theirs.
    pub fn new(link: Link, bytes: &'a [u8], original_length: usize) -> Self {
        let none = Span { protocol: Protocol::Payload, start: 0, length: 0, room: 0, marks: 0 };
        let original_length = original_length.max(bytes.len()).min(u32::MAX as usize);
        let mut packet = Packet { link, bytes, original_length, spans: [none; MAX_PDUS], count: 0 };
        walk::walk(&mut packet);
        packet
    }

    /// An IPv4 datagram without link headers, whatever its version field says.
    pub fn ipv4(bytes: &'a [u8]) -> Self {
        Packet::new(Link::Ipv4, bytes, bytes.len())
    }

    /// An IP packet of either version, without link headers.
    pub fn ip(bytes: &'a [u8]) -> Self {
        Packet::new(Link::RawIp, bytes, bytes.len())
    }

    /// The kind of link.
    pub fn link(&self) -> Link {
        self.link
    }

    /// The captured bytes.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Octets on the wire.
    pub fn original_length(&self) -> usize {
        self.original_length
    }

    /// The units, outermost first.
    pub fn pdus(&self) -> impl DoubleEndedIterator<Item = Pdu<'_>> {
        (0..self.count).map(|index| Pdu { packet: self, index })
    }

    /// The first unit of that protocol that is not quoted in an ICMP error.
    pub fn pdu(&self, protocol: Protocol) -> Option<Pdu<'_>> {
        self.pdus().find(|pdu| pdu.protocol() == protocol && !pdu.is_quoted())
    }

    /// Who talks to whom, as the innermost network header says that is not quoted in an ICMP error.
    pub fn flow(&self) -> Option<Flow> {
        let pdus = self.pdus().filter(|pdu| !pdu.is_quoted());
        let network = pdus.rev().find(|pdu| pdu.protocol().is_network())?;
        Flow::of(self, network)
    }

    /// Who talks to whom to the host that the packet reaches: as the outermost network header says, whatever it
    /// carries in a tunnel.
    pub fn outer_flow(&self) -> Option<Flow> {
        let network = self.pdus().find(|pdu| pdu.protocol().is_network())?;
        Flow::of(self, network)
    }

    fn push(&mut self, span: Span) {
        if let Some(slot) = self.spans.get_mut(self.count) {
            *slot = span;
            self.count += 1;
        }
    }
}

/// One protocol data unit of a packet: a header and what it contains.
#[derive(Clone, Copy, Debug)]
pub struct Pdu<'p> {
    packet: &'p Packet<'p>,
    index: usize,
}

impl<'p> Pdu<'p> {
    /// Its protocol.
    pub fn protocol(&self) -> Protocol {
        self.span().protocol
    }

    /// The packet it is part of.
    pub fn packet(&self) -> &'p Packet<'p> {
        self.packet
    }

    /// Its offset in the frame.
    pub fn start(&self) -> usize {
        self.span().start as usize
    }

    /// Its captured bytes, from its first octet to the last that belongs to it.
    pub fn bytes(&self) -> &'p [u8] {
        let span = self.span();
        let (start, end) = (span.start as usize, span.start as usize + span.length as usize);
        let all = self.packet.bytes;
        &all[start.min(all.len())..end.min(all.len())]
    }

    /// The bytes at `range` of the unit, if they were captured.
    pub fn get(&self, range: Range<usize>) -> Option<&'p [u8]> {
        self.bytes().get(range)
    }

    /// The big-endian word at `offset` of the unit, if it was captured.
    pub fn word(&self, offset: usize) -> Option<u16> {
        word(self.bytes(), offset)
    }

    /// Octets it has on the wire, captured or not.
    pub fn length(&self) -> usize {
        self.span().length as usize
    }

    /// Octets that the unit around it, or the frame, has for it on the wire: more than its own length
    /// where padding follows.
    pub fn room(&self) -> usize {
        self.span().room as usize
    }

    /// Whether not all of it was captured.
    pub fn is_cut(&self) -> bool {
        self.bytes().len() < self.length()
    }

    /// Whether it lies in one fragment of a datagram, and the rest elsewhere.
    pub fn is_fragment(&self) -> bool {
        self.span().marks & mark::FRAGMENT != 0
    }

    /// Whether it lies in a packet that an ICMP error quotes: routers on the way have changed it, and it
    /// may end anywhere.
    pub fn is_quoted(&self) -> bool {
        self.span().marks & mark::QUOTED != 0
    }

    /// Whether all its octets are here and can be told from what follows, so that a length or a
    /// checksum over them can be judged.
    pub fn is_whole(&self) -> bool {
        self.span().marks == 0 && !self.is_cut()
    }

    /// Whether the lengths that the headers around it state hold, so that [`length`](Self::length) and
    /// [`room`](Self::room) are those of the wire, captured or not.
    pub fn is_bounded(&self) -> bool {
        self.span().marks & mark::LENGTH_UNSURE == 0
    }

    /// The unit around it.
    pub fn around(&self) -> Option<Pdu<'p>> {
        Some(Pdu { packet: self.packet, index: self.index.checked_sub(1)? })
    }

    /// The unit inside it.
    pub fn inside(&self) -> Option<Pdu<'p>> {
        let index = self.index + 1;
        (index < self.packet.count).then_some(Pdu { packet: self.packet, index })
    }

    /// The IPv4 or IPv6 unit nearest around it.
    pub fn network(&self) -> Option<Pdu<'p>> {
        (0..self.index)
            .rev()
            .map(|index| Pdu { packet: self.packet, index })
            .find(|pdu| pdu.protocol().is_network())
    }

    /// The addresses of the network header nearest around it (or of itself, if it is one): source and
    /// destination, as they stand there.
    pub fn addresses(&self) -> Option<(IpAddr, IpAddr)> {
        let network = self.nearest_network()?;
        match network.protocol() {
            Protocol::Ipv4 => {
                let ip = Ipv4::new(network.bytes())?;
                Some((ip.source().into(), ip.destination().into()))
            }
            _ => {
                let ip = Ipv6::new(network.bytes())?;
                Some((ip.source().into(), ip.destination().into()))
            }
        }
    }

    /// The ones'-complement sum of the pseudo-header of a transport unit of `length` octets: addresses,
    /// protocol, length (RFC 768, RFC 9293 section 3.1, RFC 8200 section 8.1). `None` where the
    /// addresses cannot be read, or a routing header leaves the final destination unknown.
    pub fn pseudo_header_sum(&self, protocol: u8, length: usize) -> Option<u16> {
        let network = self.nearest_network()?;
        let (source, destination) = match network.protocol() {
            Protocol::Ipv4 => (network.get(12..16)?, source_routed(network.bytes())?),
            _ => (network.get(8..24)?, self.final_destination(&network)?),
        };
        let length = u32::try_from(length).ok()?;
        Some(pseudo_header(source, destination, protocol, length))
    }

    /// The sixteen octets of the destination that an IPv6 packet's checksum covers: the last stop of a
    /// routing header that has stops left (RFC 8200 section 8.1).
    fn final_destination(&self, network: &Pdu<'p>) -> Option<&'p [u8]> {
        let routing = (network.index + 1..self.index)
            .map(|index| Pdu { packet: self.packet, index })
            .find(|pdu| pdu.protocol() == Protocol::Routing);
        let Some(routing) = routing else { return network.get(24..40) };
        let [_, words, kind, left, ..] = *routing.bytes() else { return None };
        let end = 8 + usize::from(words) * 8;
        match (kind, left) {
            (_, 0) => network.get(24..40),
            (0 | 2, _) => routing.get(end.checked_sub(16).filter(|start| *start >= 8)?..end),
            // The segment list of RFC 8754 is in reverse: the last stop stands first.
            (4, _) if end >= 24 => routing.get(8..24),
            _ => None,
        }
    }

    /// Itself, if it is IPv4 or IPv6, or the one nearest around it.
    fn nearest_network(&self) -> Option<Pdu<'p>> {
        if self.protocol().is_network() { Some(*self) } else { self.network() }
    }

    fn span(&self) -> &Span {
        &self.packet.spans[self.index]
    }
}

impl PartialEq for Pdu<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.index == other.index && std::ptr::eq(self.packet, other.packet)
    }
}

/// The four octets of the destination that an IPv4 datagram's checksums cover: the last stop of a source
/// route that has stops left (RFC 791 section 3.1), of which the destination field holds the next.
fn source_routed(datagram: &[u8]) -> Option<&[u8]> {
    use ipv4::option::{LOOSE_SOURCE_ROUTE, STRICT_SOURCE_ROUTE};
    let destination = datagram.get(ipv4::field::DESTINATION)?;
    if datagram[0] & 0x0f <= 5 {
        return Some(destination);
    }
    let mut list = options(Ipv4::new(datagram)?.options()?).filter_map(Result::ok);
    let route = list.find(|option| matches!(option.kind, LOOSE_SOURCE_ROUTE | STRICT_SOURCE_ROUTE));
    match route.map(|route| (route.data, route.range.len())) {
        Some(([pointer, stops @ ..], length)) if usize::from(*pointer) <= length => {
            stops.last_chunk::<4>().map(|last| &last[..])
        }
        _ => Some(destination),
    }
}

#[cfg(test)]
mod tests;
