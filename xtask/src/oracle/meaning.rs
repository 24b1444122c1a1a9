//! What a reply says, without the numbers that each host chooses for itself: so that two replies to one packet
//! can be held beside each other.

use std::fmt;
use std::net::IpAddr;
use std::time::{SystemTime, UNIX_EPOCH};

use wire::options::options;
use wire::tcp::flag;
use wire::{Arp, Ipv4, Link, Mac, Packet, Pdu, Protocol, Tcp, icmp, ipv4};

/// Where the options of a neighbour advertisement begin (RFC 4861 section 4.4).
const ADVERTISED: usize = 24;
/// The type of service without its precedence (RFC 1349 section 3).
const TYPE_OF_SERVICE: u8 = 0x1e;
/// Milliseconds of a day, and of what is a moment ago: the kernel is asked about every packet first.
const DAY: u128 = 86_400_000;
const MOMENT: u128 = 600_000;
/// What is no time of day (RFC 792): the highest bit is set.
const NO_TIME: u32 = 1 << 31;
/// A type of ICMP (RFC 792).
const TIMESTAMP_REPLY: u8 = 14;
/// Types of ICMPv6 (RFC 4443 section 4.2, RFC 4861 section 4.4).
const ECHO_REPLY_6: u8 = 129;
const ADVERTISEMENT: u8 = 136;

/// What a reply says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// What it is: `echo reply`, `ICMP error 3/3`, `TCP RST ACK`.
    pub kind: String,
    /// What else matters of it, in its order.
    pub details: Vec<String>,
}

impl Meaning {
    /// What `reply` says to `request`.
    pub fn of(link: Link, request: &[u8], reply: &[u8]) -> Meaning {
        let request = Packet::new(link, request, request.len());
        let reply = Packet::new(link, reply, reply.len());
        let Some(unit) = message(&reply) else {
            let kind = format!("{} octets that say nothing", reply.bytes().len());
            return Meaning { kind, details: Vec::new() };
        };
        let mut meaning = match unit.protocol() {
            Protocol::Arp => arp(&unit),
            Protocol::Icmp => icmpv4(&request, &unit),
            Protocol::Icmpv6 => icmpv6(&request, &unit),
            Protocol::Tcp => tcp(&request, &unit),
            _ => udp(&request, &unit),
        };
        meaning.details.extend(elsewhere(&request, &reply));
        meaning.details.extend(header(&request, &reply));
        meaning
    }
}

impl fmt::Display for Meaning {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.kind)?;
        match self.details.is_empty() {
            true => Ok(()),
            false => write!(f, ": {}", self.details.join(", ")),
        }
    }
}

/// What a packet is about.
fn message<'p>(packet: &'p Packet<'p>) -> Option<Pdu<'p>> {
    let kinds = [Protocol::Arp, Protocol::Icmp, Protocol::Icmpv6, Protocol::Tcp, Protocol::Udp];
    kinds.into_iter().find_map(|kind| packet.pdu(kind))
}

fn arp(unit: &Pdu) -> Meaning {
    let Some((arp, (sender, target))) =
        Arp::new(unit.bytes()).and_then(|arp| Some((arp, arp.ends()?)))
    else {
        return Meaning { kind: "ARP, broken".into(), details: Vec::new() };
    };
    let kind = match arp.opcode() {
        2 => "ARP reply".into(),
        other => format!("ARP operation {other}"),
    };
    let of = |end: wire::arp::End| format!("{} at {}", end.address, end.hardware);
    Meaning { kind, details: vec![of(sender), format!("to {}", of(target))] }
}

fn icmpv4(request: &Packet, unit: &Pdu) -> Meaning {
    let bytes = unit.bytes();
    let (kind, code) = (octet(bytes, 0), octet(bytes, 1));
    match kind {
        icmp::ECHO_REPLY => repeats("echo reply", code, request, bytes),
        TIMESTAMP_REPLY => timestamp(code, request, bytes),
        _ => error("ICMP", request, bytes, if kind == 12 { Some(4..5) } else { None }),
    }
}

fn icmpv6(request: &Packet, unit: &Pdu) -> Meaning {
    let bytes = unit.bytes();
    let (kind, code) = (octet(bytes, 0), octet(bytes, 1));
    match kind {
        ECHO_REPLY_6 => repeats("echo reply", code, request, bytes),
        ADVERTISEMENT => advertisement(bytes),
        _ => error("ICMPv6", request, bytes, if kind == 4 { Some(4..8) } else { None }),
    }
}

/// A reply that gives back what is behind the checksum.
fn repeats(kind: &str, code: u8, request: &Packet, bytes: &[u8]) -> Meaning {
    let mut details = coded(code);
    let asked = message(request).map_or(&[][..], |unit| unit.bytes());
    if asked.get(4..) != bytes.get(4..) {
        details.push("other data".into());
    }
    Meaning { kind: kind.into(), details }
}

/// Identifier, sequence number and the originate timestamp are given back (RFC 792); the other two are the
/// host's own.
fn timestamp(code: u8, request: &Packet, bytes: &[u8]) -> Meaning {
    let mut details = coded(code);
    let asked = message(request).map_or(&[][..], |unit| unit.bytes());
    if bytes.get(4..12).is_none() || asked.get(4..12) != bytes.get(4..12) {
        details.push("of another request".into());
    }
    let stamps = bytes.get(12..20).and_then(|stamps| stamps.split_first_chunk());
    match stamps.map(|(received, sent)| (u32::from_be_bytes(*received), sent)) {
        Some((received, sent)) if sent == received.to_be_bytes() && is_now(received) => {}
        Some((received, _)) if received >= NO_TIME => details.push("no time".into()),
        _ => details.push("another time".into()),
    }
    details.extend((bytes.len() != 20).then(|| format!("{} octets", bytes.len())));
    Meaning { kind: "timestamp reply".into(), details }
}

/// Whether that many milliseconds since midnight UT were a moment ago.
fn is_now(stamp: u32) -> bool {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let passed = (now % DAY + DAY - u128::from(stamp) % DAY) % DAY;
    passed < MOMENT
}

fn coded(code: u8) -> Vec<String> {
    if code == 0 { Vec::new() } else { vec![format!("code {code}")] }
}

fn error(
    protocol: &str,
    request: &Packet,
    bytes: &[u8],
    pointer: Option<std::ops::Range<usize>>,
) -> Meaning {
    let kind = format!("{protocol} error {}/{}", octet(bytes, 0), octet(bytes, 1));
    let mut details = Vec::new();
    if let Some(pointed) = pointer.and_then(|range| bytes.get(range)) {
        let number = pointed.iter().fold(0, |number, octet| number << 8 | u32::from(*octet));
        details.push(format!("points at {number}"));
    }
    let quoted = bytes.get(8..).unwrap_or_default();
    details.push(format!("quotes {} octets", quoted.len()));
    let datagram = request.pdus().find(|unit| unit.protocol().is_network());
    if !datagram.is_some_and(|unit| unit.bytes().starts_with(quoted)) {
        details.push("quotes other octets".into());
    }
    Meaning { kind, details }
}

fn advertisement(bytes: &[u8]) -> Meaning {
    let flags = octet(bytes, 4);
    let named = [(0x80, "R"), (0x40, "S"), (0x20, "O")];
    let set = named.iter().filter(|(bit, _)| flags & bit != 0).map(|(_, name)| *name);
    let mut details = vec![format!("flags {}", set.collect::<String>())];
    match bytes.get(ADVERTISED..) {
        Some([2, 1, mac @ ..]) if mac.len() >= 6 => {
            details.extend(Mac::new(mac).map(|mac| format!("at {mac}")));
        }
        _ => details.push("at no address".into()),
    }
    Meaning { kind: "neighbour advertisement".into(), details }
}

/// Sequence and acknowledgment beside what they must be made of (RFC 9293 section 3.10.7).
fn tcp(request: &Packet, unit: &Pdu) -> Meaning {
    let asked = request.pdu(Protocol::Tcp);
    let asked = asked.as_ref().and_then(|unit| Tcp::new(unit.bytes()));
    let (Some(tcp), Some(asked)) = (Tcp::new(unit.bytes()), asked) else {
        return Meaning { kind: "TCP, broken".into(), details: Vec::new() };
    };
    let flags = tcp.flags();
    let all = [
        (flag::SYN, " SYN"),
        (flag::FIN, " FIN"),
        (flag::RST, " RST"),
        (flag::ACK, " ACK"),
        (flag::ECE, " ECE"),
    ];
    let set = all.iter().filter(|(bit, _)| flags & bit != 0).map(|(_, name)| *name);
    let mut details = Vec::new();
    if asked.flags() & flag::ACK != 0 {
        let past = tcp.sequence().wrapping_sub(asked.acknowledgment()).cast_signed();
        details.push(format!("seq = SEG.ACK{}", offset(past)));
    } else if flags & flag::SYN == 0 && tcp.sequence() == 0 {
        details.push("seq = 0".into());
    }
    if flags & flag::ACK != 0 {
        let past = tcp.acknowledgment().wrapping_sub(asked.sequence()).cast_signed();
        details.push(format!("ack = SEG.SEQ{}", offset(past)));
    }
    let data = unit.bytes().len().saturating_sub(tcp.header_len());
    details.extend((data > 0).then(|| format!("{data} octets of data")));
    Meaning { kind: format!("TCP{}", set.collect::<String>()), details }
}

fn offset(past: i32) -> String {
    match past {
        0 => String::new(),
        1.. => format!(" + {past}"),
        _ => format!(" - {}", -i64::from(past)),
    }
}

fn udp(request: &Packet, unit: &Pdu) -> Meaning {
    let data = |unit: &Pdu| {
        let length = unit.word(4).map_or(0, usize::from);
        unit.bytes().get(8..length).map(<[u8]>::to_vec)
    };
    let same = message(request).is_some_and(|asked| data(&asked) == data(unit));
    let details = if same { Vec::new() } else { vec!["other data".into()] };
    Meaning { kind: "datagram".into(), details }
}

/// Addresses that are not simply those of the request, turned round.
fn elsewhere(request: &Packet, reply: &Packet) -> Vec<String> {
    let ends =
        |packet: &Packet| packet.pdus().find(|unit| unit.protocol().is_network())?.addresses();
    let Some((source, destination)) = ends(reply) else { return Vec::new() };
    let differs =
        |mine: IpAddr, theirs: Option<IpAddr>| theirs.is_some_and(|theirs| theirs != mine);
    let asked = ends(request);
    let mut details = Vec::new();
    if differs(source, asked.map(|ends| ends.1)) {
        details.push(format!("from {source}"));
    }
    if differs(destination, asked.map(|ends| ends.0)) {
        details.push(format!("to {destination}"));
    }
    details.extend(station(request, reply));
    details
}

/// What is said of a reply's IPv4 header: its options, and for ICMP the type of service, which is that of the
/// request, or of an error 0 whatever its precedence (RFC 1122 section 3.2.2).
fn header(request: &Packet, reply: &Packet) -> Vec<String> {
    let (Some(asked), Some(ip)) = (request.pdu(Protocol::Ipv4), reply.pdu(Protocol::Ipv4)) else {
        return Vec::new();
    };
    let (Some(asked), Some(ip)) = (Ipv4::new(asked.bytes()), Ipv4::new(ip.bytes())) else {
        return Vec::new();
    };
    let mut details = Vec::new();
    for option in options(ip.options().unwrap_or_default()) {
        let name = option.ok().and_then(|option| ipv4::option::name(option.kind));
        details.push(format!("with {}", name.unwrap_or("another option")));
    }
    let kind = reply.pdu(Protocol::Icmp).map(|unit| octet(unit.bytes(), 0));
    let due = match kind {
        None => return details,
        Some(icmp::ECHO_REPLY | TIMESTAMP_REPLY) => asked.tos(),
        Some(_) => 0,
    };
    let differs = (ip.tos() ^ due) & TYPE_OF_SERVICE != 0;
    details.extend(differs.then(|| format!("type of service {:#04x}", ip.tos())));
    details
}

/// The station that a frame goes to, where it is not the one that asked.
fn station(request: &Packet, reply: &Packet) -> Option<String> {
    if reply.link() != Link::Ethernet {
        return None;
    }
    let (to, asked) = (Mac::new(reply.bytes())?, Mac::new(request.bytes().get(6..)?)?);
    (to != asked).then(|| format!("to station {to}"))
}

fn octet(bytes: &[u8], at: usize) -> u8 {
    bytes.get(at).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::packet::{self, ICMP, TCP, UDP, V4, ip};

    #[test]
    fn replies_are_told_by_what_they_mean() {
        let back = V4.from("10.0.0.1").to("10.0.0.2");
        let of = |request: &packet::Packet, reply: packet::Packet| {
            Meaning::of(Link::RawIp, &request.0, &reply.0).to_string()
        };
        let ping = ip(V4, ICMP, packet::echo(8));
        assert_eq!(of(&ping, ip(back, ICMP, packet::echo(0))), "echo reply");
        let other = ip(back, ICMP, packet::echo(0).set(9, b"x"));
        assert_eq!(of(&ping, other), "echo reply: other data");
        let asked = ip(V4, UDP, packet::udp(9, b"x"));
        let error = packet::icmp(3, 3, &[&[0; 4][..], &asked.0[..28]].concat());
        assert_eq!(of(&asked, ip(back, ICMP, error)), "ICMP error 3/3: quotes 28 octets");
        let error = packet::icmp(3, 3, &[&[0; 4][..], &asked.0[..20], &[0; 8]].concat());
        assert_eq!(
            of(&asked, ip(back, ICMP, error).set(1, &[0xd0]).sealed()),
            "ICMP error 3/3: quotes 28 octets, quotes other octets, type of service 0xd0"
        );
        let asked = ip(V4, TCP, packet::tcp(81, flag::ACK, 7, 9, b"ab"));
        let reset = ip(back.from("10.0.0.3"), TCP, packet::tcp(40000, flag::RST, 9, 0, b""));
        assert_eq!(of(&asked, reset), "TCP RST: seq = SEG.ACK, from 10.0.0.3");
    }
    #[test]
    fn a_time_is_of_now_and_of_this_request() {
        let asked = ip(V4, ICMP, packet::icmp(13, 0, &[7; 16]));
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() % DAY;
        let reply = |first: u8, stamp: u32| {
            let stamp = stamp.to_be_bytes();
            let rest = [&[first][..], &[7; 7], &stamp, &stamp].concat();
            let reply = ip(V4.from("10.0.0.1").to("10.0.0.2"), ICMP, packet::icmp(14, 0, &rest));
            Meaning::of(Link::RawIp, &asked.0, &reply.0).to_string()
        };
        assert_eq!(reply(7, now as u32), "timestamp reply");
        assert_eq!(reply(8, now as u32), "timestamp reply: of another request");
        let wrong = (now + DAY / 2) % DAY;
        assert_eq!(reply(7, wrong as u32), "timestamp reply: another time");
        assert_eq!(reply(7, NO_TIME), "timestamp reply: no time");
    }

    #[test]
    fn options_of_a_reply_are_named() {
        let asked = packet::with_options(&[7, 7, 4, 0, 0, 0, 0, 0], ICMP, packet::echo(8));
        let reply = packet::with_options(&[7, 7, 8, 10, 0, 0, 1, 0], ICMP, packet::echo(0));
        let said =
            Meaning::of(Link::RawIp, &asked.0, &reply.set(12, &[10, 0, 0, 1, 10, 0, 0, 2]).0);
        assert_eq!(said.to_string(), "echo reply: with record route");
    }
}
