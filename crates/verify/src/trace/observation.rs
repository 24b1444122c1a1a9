//! What of one packet bears on others: made without state, on any core.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::IpAddr;
use std::ops::Range;

use wire::{Flow, Icmp, Ipv4, Packet, Pdu, Protocol, checksum, icmp, icmpv6};

/// What a packet contributes to the picture. Keys are digests: two conversations in 2^32 share one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Observation {
    /// A fragment of a datagram.
    Fragment(Fragment),
    /// A request.
    Asked(Message),
    /// A reply.
    Answered(Message),
    /// Who says in ARP that an address is theirs.
    Claimed {
        /// The address.
        address: u64,
        /// Who.
        hardware: [u8; 6],
        /// Where the packet says so.
        range: Range<usize>,
    },
}

/// A fragment: its datagram, and its place in it in octets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fragment {
    pub(super) datagram: u64,
    pub(super) protocol: Protocol,
    pub(super) place: Range<u32>,
    pub(super) last: bool,
    /// Of its data, to tell a repetition from something else in the same place.
    pub(super) digest: u64,
    /// Of its data: with those of the others it makes the checksum of what is in the datagram.
    pub(super) sum: u16,
    /// What is in the datagram.
    pub(super) inside: Option<Inside>,
    /// The sum of its pseudo-header without a length, where the addresses in it are known.
    pub(super) pseudo: Option<u16>,
    /// The checksum that the first fragment states.
    pub(super) checksum: Option<u16>,
    /// Of the frame: where its offset stands.
    pub(super) range: Range<usize>,
}

/// What is in a datagram that came in pieces, as far as it has a checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inside {
    Icmp,
    Icmpv6,
    Udp,
    Tcp,
}

/// A request or a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub(super) kind: Kind,
    /// The same for a request and its reply.
    pub(super) exchange: u64,
    /// The same where the destination of the request was a group, whoever replies.
    pub(super) by_anyone: u64,
    /// Whether a request goes to a group of hosts.
    pub(super) to_group: bool,
    /// What a reply returns: how many octets, and their digest. `None` where they were not captured.
    pub(super) content: Option<(usize, u64)>,
    /// Who talks to whom.
    pub(super) flow: Option<Flow>,
    /// Of the whole packet, as long as it is the same one.
    pub(super) packet: u64,
    /// Of the frame: the message.
    pub(super) range: Range<usize>,
}

/// What kind of request it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Echo,
    Echo6,
    Dns,
}

impl Observation {
    /// What `packet` contributes. Most packets contribute nothing.
    pub fn of(packet: &Packet) -> impl Iterator<Item = Observation> {
        packet.pdus().take_while(|pdu| !pdu.is_quoted()).filter_map(|pdu| match pdu.protocol() {
            Protocol::Ipv4 => fragment4(&pdu).map(Observation::Fragment),
            Protocol::Fragment => fragment6(&pdu).map(Observation::Fragment),
            Protocol::Icmp if !pdu.is_fragment() => echo(&pdu, Kind::Echo),
            Protocol::Icmpv6 if !pdu.is_fragment() => echo(&pdu, Kind::Echo6),
            Protocol::Dns if !pdu.is_fragment() => dns(&pdu),
            Protocol::Arp => claim(&pdu),
            _ => None,
        })
    }
}

fn fragment4(pdu: &Pdu) -> Option<Fragment> {
    let ip = Ipv4::new(pdu.bytes()).filter(|ip| ip.is_fragment() && pdu.is_whole())?;
    let data = ip.payload()?;
    let start = u32::from(ip.fragment_offset()) * 8;
    let key = (ip.source(), ip.destination(), ip.identification(), ip.protocol());
    Some(Fragment {
        datagram: digest(key),
        protocol: Protocol::Ipv4,
        place: start..start + data.len() as u32,
        last: !ip.more_fragments(),
        digest: digest(data),
        sum: checksum::sum(data),
        inside: Inside::numbered(ip.protocol()),
        pseudo: pdu.pseudo_header_sum(ip.protocol(), 0),
        checksum: stated_checksum(ip.protocol(), start, data),
        range: shifted(pdu, wire::ipv4::field::FRAGMENT_OFFSET),
    })
}

fn fragment6(pdu: &Pdu) -> Option<Fragment> {
    let place = pdu.word(2).filter(|place| place & 0xfff9 != 0 && pdu.is_whole())?;
    let (next, data) = (*pdu.bytes().first()?, pdu.get(8..pdu.length())?);
    let start = u32::from(place & 0xfff8);
    Some(Fragment {
        datagram: digest((pdu.addresses()?, pdu.get(4..8)?)),
        protocol: Protocol::Ipv6,
        place: start..start + data.len() as u32,
        last: place & 1 == 0,
        digest: digest(data),
        sum: checksum::sum(data),
        inside: Inside::numbered(next),
        pseudo: pdu.pseudo_header_sum(next, 0),
        checksum: stated_checksum(next, start, data),
        range: shifted(pdu, 2..4),
    })
}

/// The checksum that the unit in a datagram states, if this is its beginning.
fn stated_checksum(protocol: u8, start: u32, data: &[u8]) -> Option<u16> {
    let at = Inside::numbered(protocol).filter(|_| start == 0)?.checksum_at();
    data.get(at..at + 2).map(|field| u16::from_be_bytes([field[0], field[1]]))
}

impl Inside {
    fn numbered(protocol: u8) -> Option<Inside> {
        Some(match protocol {
            1 => Inside::Icmp,
            6 => Inside::Tcp,
            17 => Inside::Udp,
            icmpv6::NEXT_HEADER => Inside::Icmpv6,
            _ => return None,
        })
    }

    fn checksum_at(self) -> usize {
        match self {
            Inside::Icmp | Inside::Icmpv6 => icmp::field::CHECKSUM.start,
            Inside::Udp => wire::udp::field::CHECKSUM.start,
            Inside::Tcp => wire::tcp::field::CHECKSUM.start,
        }
    }

    /// The rule on its checksum.
    pub(super) fn rule(self) -> &'static str {
        match self {
            Inside::Icmp => "icmp.checksum",
            Inside::Icmpv6 => "icmpv6.checksum",
            Inside::Udp => "udp.checksum",
            Inside::Tcp => "tcp.checksum",
        }
    }
}

fn echo(pdu: &Pdu, kind: Kind) -> Option<Observation> {
    let icmp = Icmp::new(pdu.bytes())?;
    let asks = match (kind, icmp.kind()) {
        (Kind::Echo, icmp::ECHO_REQUEST) | (Kind::Echo6, icmpv6::ECHO_REQUEST) => true,
        (Kind::Echo, icmp::ECHO_REPLY) | (Kind::Echo6, icmpv6::ECHO_REPLY) => false,
        _ => return None,
    };
    let which = (icmp.identifier()?, icmp.sequence()?);
    let content = pdu.is_whole().then(|| (icmp.data().len(), digest(icmp.data())));
    let message = message(pdu, kind, asks, which, content)?;
    Some(if asks { Observation::Asked(message) } else { Observation::Answered(message) })
}

/// By identifier and ports; what is returned is the question.
fn dns(pdu: &Pdu) -> Option<Observation> {
    let udp = pdu.around()?;
    let (source, destination) = (udp.word(0)?, udp.word(2)?);
    let asks = pdu.word(2)? & 0x8000 == 0;
    // In multicast DNS anyone may say anything (RFC 6762 section 6).
    let client = match (source, destination, asks) {
        (client, 53, true) | (53, client, false) => client,
        _ => return None,
    };
    let question = question(pdu).filter(|_| pdu.word(4) == Some(1));
    // Resolvers may write a name in any case of letters, and the reply mirrors it (RFC 4343, 0x20 bits).
    let content = question.map(|question| (question.len(), digest(question.to_ascii_lowercase())));
    let message = message(pdu, Kind::Dns, asks, (pdu.word(0)?, client), content)?;
    Some(if asks { Observation::Asked(message) } else { Observation::Answered(message) })
}

/// The octets of the first question, where they are plain labels.
fn question<'p>(pdu: &Pdu<'p>) -> Option<&'p [u8]> {
    let mut end = 12;
    loop {
        match *pdu.bytes().get(end)? {
            0 => return pdu.get(12..end + 5),
            length @ 1..64 => end += 1 + usize::from(length),
            _ => return None,
        }
    }
}

fn message(
    pdu: &Pdu,
    kind: Kind,
    asks: bool,
    which: (u16, u16),
    content: Option<(usize, u64)>,
) -> Option<Message> {
    let (source, destination) = pdu.addresses()?;
    let (client, server) = if asks { (source, destination) } else { (destination, source) };
    Some(Message {
        kind,
        exchange: digest((kind, client, server, which)),
        by_anyone: digest((kind, client, which)),
        to_group: asks && is_group(destination),
        content,
        flow: pdu.packet().flow(),
        packet: digest(pdu.network()?.bytes()),
        range: shifted(pdu, 0..pdu.bytes().len()),
    })
}

fn is_group(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_broadcast() || address.is_multicast(),
        IpAddr::V6(address) => address.is_multicast(),
    }
}

/// Probes and requests claim nothing for a sender of 0.0.0.0 (RFC 5227 section 1.1).
fn claim(pdu: &Pdu) -> Option<Observation> {
    let address = pdu.get(14..18).filter(|address| **address != [0; 4])?;
    pdu.get(2..6).filter(|sizes| **sizes == [8, 0, 6, 4])?;
    let hardware = *pdu.get(8..14)?.first_chunk()?;
    Some(Observation::Claimed { address: digest(address), hardware, range: shifted(pdu, 8..18) })
}

fn shifted(pdu: &Pdu, range: Range<usize>) -> Range<usize> {
    pdu.start() + range.start..pdu.start() + range.end
}

/// The same for the same content in every run.
fn digest(content: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    hasher.finish()
}
