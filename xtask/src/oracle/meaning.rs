//! What a reply says, without the numbers that each host chooses for itself: so that two replies to one packet
//! can be held beside each other.

use std::fmt;
use std::net::IpAddr;

use wire::tcp::flag;
use wire::{Arp, Link, Mac, Packet, Pdu, Protocol, Tcp, icmp};

/// Where the options of a neighbour advertisement begin (RFC 4861 section 4.4).
const ADVERTISED: usize = 24;
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
        14 => Meaning { kind: "timestamp reply".into(), details: coded(code) },
        _ => error("ICMP", bytes, if kind == 12 { Some(4..5) } else { None }),
    }
}

fn icmpv6(request: &Packet, unit: &Pdu) -> Meaning {
    let bytes = unit.bytes();
    let (kind, code) = (octet(bytes, 0), octet(bytes, 1));
    match kind {
        ECHO_REPLY_6 => repeats("echo reply", code, request, bytes),
        ADVERTISEMENT => advertisement(bytes),
        _ => error("ICMPv6", bytes, if kind == 4 { Some(4..8) } else { None }),
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

fn coded(code: u8) -> Vec<String> {
    if code == 0 { Vec::new() } else { vec![format!("code {code}")] }
}

fn error(protocol: &str, bytes: &[u8], pointer: Option<std::ops::Range<usize>>) -> Meaning {
    let kind = format!("{protocol} error {}/{}", octet(bytes, 0), octet(bytes, 1));
    let mut details = Vec::new();
    if let Some(pointed) = pointer.and_then(|range| bytes.get(range)) {
        let number = pointed.iter().fold(0, |number, octet| number << 8 | u32::from(*octet));
        details.push(format!("points at {number}"));
    }
    details.push(format!("quotes {} octets", bytes.len().saturating_sub(8)));
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
        let asked = ip(V4, TCP, packet::tcp(81, flag::ACK, 7, 9, b"ab"));
        let reset = ip(back.from("10.0.0.3"), TCP, packet::tcp(40000, flag::RST, 9, 0, b""));
        assert_eq!(of(&asked, reset), "TCP RST: seq = SEG.ACK, from 10.0.0.3");
    }
}
