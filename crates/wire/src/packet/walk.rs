//! From header to header: how long each unit is, and what it contains.
//!
//! One function a protocol. Each is given the unit's captured bytes and the octets there are for it
//! on the wire, and says how many are its own and which unit begins where inside.

use super::{MAX_PDUS, Packet, Span, mark};
use crate::protocol::{Protocol, ethertype};
use crate::{Ipv4, Ipv6, Link, Udp, word};

/// A unit yet to be looked at: where it begins and how many octets there are for it.
#[derive(Clone, Copy)]
struct Next {
    protocol: Protocol,
    start: usize,
    room: usize,
    marks: u8,
}

/// What a header says of itself: octets of the whole unit, and what is inside, `start` counted from
/// its own first octet and `room` from there.
struct Header {
    length: usize,
    marks: u8,
    inside: Option<Next>,
}

/// Fills the packet's spans.
pub(super) fn walk(packet: &mut Packet) {
    let protocol = match (packet.link, packet.bytes.first()) {
        (Link::Ethernet, _) => Protocol::Ethernet,
        (Link::RawIp, Some(first)) if first >> 4 == 6 => Protocol::Ipv6,
        (Link::RawIp | Link::Ipv4, _) => Protocol::Ipv4,
        (Link::Ipv6, _) => Protocol::Ipv6,
        (Link::Loopback, _) => Protocol::Loopback,
        (Link::LinuxCooked, _) => Protocol::LinuxCooked,
        (Link::LinuxCooked2, _) => Protocol::LinuxCooked2,
        (Link::Ppp, _) => Protocol::Ppp,
        (Link::Pppoe, _) => Protocol::Pppoe,
    };
    let mut next = Some(Next { protocol, start: 0, room: packet.original_length, marks: 0 });
    let mut in_ipv6 = false;
    while let Some(unit) = next {
        let bytes = packet.bytes.get(unit.start..).unwrap_or_default();
        let bytes = &bytes[..bytes.len().min(unit.room)];
        // The last place is kept for the payload that remains.
        let last = packet.count + 1 == MAX_PDUS;
        let protocol = if last { Protocol::Payload } else { unit.protocol };
        if protocol.is_network() {
            in_ipv6 = protocol == Protocol::Ipv6;
        }
        let header = header(protocol, bytes, unit.room, in_ipv6);
        packet.push(Span {
            protocol,
            start: unit.start as u32,
            length: header.length.min(unit.room) as u32,
            room: unit.room as u32,
            marks: unit.marks,
        });
        // A header that promises a protocol and brings none of it is at fault there, not here.
        let exists = |inside: &Next| inside.room > 0 || inside.protocol <= Protocol::Tcp;
        next = header.inside.filter(exists).map(|inside| Next {
            start: unit.start + inside.start,
            marks: unit.marks | header.marks | inside.marks,
            ..inside
        });
    }
}

fn header(protocol: Protocol, bytes: &[u8], room: usize, in_ipv6: bool) -> Header {
    match protocol {
        Protocol::Ethernet => ethernet(bytes, room),
        Protocol::Vlan => typed(bytes, room, 2, 4),
        Protocol::Llc => llc(bytes, room),
        Protocol::LinuxCooked => cooked(bytes, room, 14, 16),
        Protocol::LinuxCooked2 => cooked(bytes, room, 0, 20),
        Protocol::Loopback => loopback(bytes, room),
        Protocol::Ppp => ppp(bytes, room),
        Protocol::Pppoe => pppoe(bytes, room),
        Protocol::Mpls => mpls(bytes, room),
        Protocol::Ipv4 => ipv4(bytes, room),
        Protocol::Ipv6 => ipv6(bytes, room),
        Protocol::HopByHop | Protocol::Routing | Protocol::DestinationOptions => {
            extension(bytes, room)
        }
        Protocol::Fragment => fragment(bytes, room),
        Protocol::Authentication => authentication(bytes, room, in_ipv6),
        Protocol::Gre => gre(bytes, room),
        Protocol::Icmp => icmp(bytes, room),
        Protocol::Icmpv6 => icmpv6(bytes, room),
        Protocol::Udp => udp(bytes, room),
        Protocol::Tcp => tcp(bytes, room),
        Protocol::Vxlan => Header::around(room, Protocol::Ethernet, 8),
        Protocol::Igmp | Protocol::Arp | Protocol::Dns | Protocol::Dhcp | Protocol::Payload => {
            Header::alone(room)
        }
    }
}

impl Header {
    /// A unit of that length with nothing dissected inside.
    fn alone(length: usize) -> Header {
        Header { length, marks: 0, inside: None }
    }

    /// A unit of that length, with a header of `start` octets, which may be more than there are.
    fn around(length: usize, protocol: Protocol, start: usize) -> Header {
        let Some(room) = length.checked_sub(start) else { return Header::alone(length) };
        Header { length, marks: 0, inside: Some(Next { protocol, start, room, marks: 0 }) }
    }

    fn marked(mut self, marks: u8) -> Header {
        self.marks |= marks;
        self
    }
}

fn ethernet(bytes: &[u8], room: usize) -> Header {
    let Some(kind) = word(bytes, 12) else { return Header::alone(room) };
    if kind >= ethertype::FIRST {
        return Header::around(room, Protocol::of_ethertype(kind), 14);
    }
    // IEEE 802.3: the field is the length of what follows, and padding may come after it.
    let length = match usize::from(kind) {
        stated if 14 + stated <= room => 14 + stated,
        _ => room,
    };
    let mut header = Header::around(length, Protocol::Llc, 14);
    header.length = room;
    header
}

/// A header of `length` octets with an EtherType at `offset`.
fn typed(bytes: &[u8], room: usize, offset: usize, length: usize) -> Header {
    match word(bytes, offset) {
        Some(kind) => Header::around(room, Protocol::of_ethertype(kind), length),
        None => Header::alone(room),
    }
}

fn llc(bytes: &[u8], room: usize) -> Header {
    match bytes {
        // SNAP with an EtherType (RFC 1042).
        [0xaa, 0xaa, 3, 0, 0, 0, ..] => typed(bytes, room, 6, 8),
        [_, _, _, ..] => Header::around(room, Protocol::Payload, 3),
        _ => Header::alone(room),
    }
}

fn cooked(bytes: &[u8], room: usize, offset: usize, length: usize) -> Header {
    match word(bytes, offset) {
        // Below the EtherTypes Linux counts frames of other kinds: 4 is IEEE 802.2.
        Some(4) => Header::around(room, Protocol::Llc, length),
        Some(_) => typed(bytes, room, offset, length),
        None => Header::alone(room),
    }
}

/// The address family stands in the byte order of whoever captured: only one octet is not zero.
fn loopback(bytes: &[u8], room: usize) -> Header {
    let protocol = match bytes {
        [2, 0, 0, 0, ..] | [0, 0, 0, 2, ..] => Protocol::Ipv4,
        // IPv6 has another number in each system: Linux 10, NetBSD 24, FreeBSD 28, macOS 30.
        [10 | 24 | 28 | 30, 0, 0, 0, ..] | [0, 0, 0, 10 | 24 | 28 | 30, ..] => Protocol::Ipv6,
        [_, _, _, _, ..] => Protocol::Payload,
        _ => return Header::alone(room),
    };
    Header::around(room, protocol, 4)
}

fn ppp(bytes: &[u8], room: usize) -> Header {
    let start = if bytes.starts_with(&[0xff, 3]) { 2 } else { 0 };
    // An odd first octet is the whole number, compressed (RFC 1661 section 6.5).
    let (number, length) = match bytes.get(start..) {
        Some([short, ..]) if short & 1 == 1 => (u16::from(*short), 1),
        Some([high, low, ..]) => (u16::from_be_bytes([*high, *low]), 2),
        _ => return Header::alone(room),
    };
    let protocol = match number {
        0x0021 => Protocol::Ipv4,
        0x0057 => Protocol::Ipv6,
        0x0281 | 0x0283 => Protocol::Mpls,
        _ => Protocol::Payload,
    };
    Header::around(room, protocol, start + length)
}

fn pppoe(bytes: &[u8], room: usize) -> Header {
    let (Some(length), Some(code)) = (word(bytes, 4), bytes.get(1)) else {
        return Header::alone(room);
    };
    let stated = 6 + usize::from(length);
    let protocol = if *code == 0 { Protocol::Ppp } else { Protocol::Payload };
    match stated <= room {
        true => Header::around(stated, protocol, 6),
        false => Header::around(room, protocol, 6).marked(mark::LENGTH_UNSURE),
    }
}

/// One label; after the bottom of the stack the first nibble tells IPv4 from IPv6.
fn mpls(bytes: &[u8], room: usize) -> Header {
    let Some([_, _, third, _]) = bytes.first_chunk() else { return Header::alone(room) };
    let protocol = match (third & 1, bytes.get(4).map(|first| first >> 4)) {
        (0, _) => Protocol::Mpls,
        (_, Some(4)) => Protocol::Ipv4,
        (_, Some(6)) => Protocol::Ipv6,
        _ => Protocol::Payload,
    };
    Header::around(room, protocol, 4)
}

fn ipv4(bytes: &[u8], room: usize) -> Header {
    let Some(ip) = Ipv4::new(bytes) else { return Header::alone(room) };
    let (start, stated) = (ip.header_len(), usize::from(ip.total_length()));
    if start < 20 || start > room {
        return Header::alone(room);
    }
    let inner = match ip.fragment_offset() {
        0 => Protocol::of_number(ip.protocol(), false),
        _ => Protocol::Payload,
    };
    let fragment = if ip.is_fragment() { mark::FRAGMENT } else { 0 };
    match stated {
        // Left to the network card, which cuts the segment up (segmentation offload).
        0 if inner == Protocol::Tcp => Header::around(room, inner, start),
        _ if stated < start => Header::alone(room),
        _ if stated <= room => Header::around(stated, inner, start),
        _ => Header::around(room, inner, start).marked(mark::LENGTH_UNSURE),
    }
    .marked(fragment)
}

fn ipv6(bytes: &[u8], room: usize) -> Header {
    let Some(ip) = Ipv6::new(bytes) else { return Header::alone(room) };
    let inner = Protocol::of_number(ip.next_header(), true);
    let stated = 40 + usize::from(ip.payload_length());
    match ip.payload_length() {
        // A jumbogram (RFC 2675), or left to the network card as in IPv4.
        0 if matches!(inner, Protocol::HopByHop | Protocol::Tcp) => Header::around(room, inner, 40),
        _ if stated <= room => Header::around(stated, inner, 40),
        _ => Header::around(room, inner, 40).marked(mark::LENGTH_UNSURE),
    }
}

/// An extension header that states its length in units of eight octets, not counting the first.
fn extension(bytes: &[u8], room: usize) -> Header {
    let [next, units, ..] = *bytes else { return Header::alone(room) };
    let start = 8 + usize::from(units) * 8;
    Header::around(room, Protocol::of_number(next, true), start)
}

fn fragment(bytes: &[u8], room: usize) -> Header {
    let (Some(next), Some(place)) = (bytes.first(), word(bytes, 2)) else {
        return Header::alone(room);
    };
    let inner = match place >> 3 {
        0 => Protocol::of_number(*next, true),
        _ => Protocol::Payload,
    };
    // Offset 0 and no more to come is the whole packet (RFC 6946).
    let part = if place & 0xfff9 != 0 { mark::FRAGMENT } else { 0 };
    Header::around(room, inner, 8).marked(part)
}

/// Its length counts words of four octets, less two (RFC 4302 section 2.2).
fn authentication(bytes: &[u8], room: usize, in_ipv6: bool) -> Header {
    let [next, words, ..] = *bytes else { return Header::alone(room) };
    let start = (usize::from(words) + 2) * 4;
    // What ends inside its fixed part does not say where anything else begins.
    if start < 12 {
        return Header::alone(room);
    }
    Header::around(room, Protocol::of_number(next, in_ipv6), start)
}

fn gre(bytes: &[u8], room: usize) -> Header {
    let (Some(flags), Some(kind)) = (word(bytes, 0), word(bytes, 2)) else {
        return Header::alone(room);
    };
    // Checksum, key and sequence number are there if their bit is set (RFC 2784, RFC 2890); bit 1 and
    // version 1 are of RFC 1701 and PPTP.
    if flags & 0x4007 != 0 {
        return Header::around(room, Protocol::Payload, 4);
    }
    let words = (flags >> 15) + (flags >> 13 & 1) + (flags >> 12 & 1);
    let protocol = match kind {
        0x6558 => Protocol::Ethernet,
        _ => Protocol::of_ethertype(kind),
    };
    Header::around(room, protocol, 4 + usize::from(words) * 4)
}

/// An error quotes the packet it is about (RFC 792); with RFC 4884 it says for how many words.
fn icmp(bytes: &[u8], room: usize) -> Header {
    let quoted = match bytes {
        [3 | 11 | 12, _, _, _, _, 0, ..] | [4 | 5, ..] => room,
        [3 | 11 | 12, _, _, _, _, words, ..] => (8 + usize::from(*words) * 4).min(room),
        _ => return Header::alone(room),
    };
    Header::quoting(room, quoted, Protocol::Ipv4)
}

/// Errors are the types under 128 (RFC 4443 section 2.1).
fn icmpv6(bytes: &[u8], room: usize) -> Header {
    let quoted = match bytes {
        [1 | 3, _, _, _, 0, ..] | [2 | 4, ..] => room,
        [1 | 3, _, _, _, words, ..] => (8 + usize::from(*words) * 8).min(room),
        _ => return Header::alone(room),
    };
    Header::quoting(room, quoted, Protocol::Ipv6)
}

impl Header {
    /// An ICMP error of `length` octets that quotes a packet in octets 8 to `end`.
    fn quoting(length: usize, end: usize, protocol: Protocol) -> Header {
        let mut header = Header::around(end, protocol, 8).marked(mark::QUOTED);
        header.length = length;
        header
    }
}

fn udp(bytes: &[u8], room: usize) -> Header {
    let Some(stated) = word(bytes, 4).map(usize::from) else { return Header::alone(room) };
    let ports = Udp::new(bytes).map(|udp| (udp.source_port(), udp.destination_port()));
    let inner = match ports {
        Some((53 | 5353, _) | (_, 53 | 5353)) => Protocol::Dns,
        Some((67 | 68, 67 | 68)) => Protocol::Dhcp,
        Some((_, 4789)) => Protocol::Vxlan,
        _ => Protocol::Payload,
    };
    match stated {
        // More than UDP can say (RFC 2675 section 4), or left to the network card.
        0 => Header::around(room, inner, 8),
        8.. if stated <= room => Header::around(stated, inner, 8),
        8.. => Header::around(room, inner, 8).marked(mark::LENGTH_UNSURE),
        _ => Header::alone(room),
    }
}

fn tcp(bytes: &[u8], room: usize) -> Header {
    let Some(offset) = bytes.get(12) else { return Header::alone(room) };
    let start = usize::from(offset >> 4) * 4;
    match start {
        20.. if start < room => Header::around(room, Protocol::Payload, start),
        _ => Header::alone(room),
    }
}
