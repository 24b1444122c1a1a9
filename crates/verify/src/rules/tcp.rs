//! Rules on the fixed fields of one TCP segment, whoever sent it (RFC 9293 section 3.1).
//!
//! What the control bits may say together is in [`flags`], what a segment that opens or resets a connection
//! may carry in [`opening`], the list of options in [`options`], and single options in [`negotiation`] and
//! [`signals`].

use std::net::IpAddr;

use wire::tcp::{MIN_HEADER_LEN, field, flag};
use wire::{Pdu, Protocol, Tcp};

use super::checksum::wrong_transport_checksum;
use super::ip;
use crate::rule::{Check, Example, Fault, Level, Rule};

pub(super) mod flags;
pub(super) mod negotiation;
pub(super) mod opening;
pub(super) mod options;
pub(super) mod signals;

#[cfg(test)]
mod tests;

/// An acknowledgment, with neither options nor data.
const GOOD: Example =
    ip("4500002800000000400666ce0a0000020a0000019c40000700000001000000015010ffffff880000");

/// There is a whole header.
pub(super) const HEADER: Rule = Rule {
    id: "tcp.header",
    rfc: 9293,
    section: "3.7.1",
    level: Level::Must,
    quote: "This is 20 in the (rare) case that no options are present but may be larger if TCP Options \
            are to be sent.",
    note: Some("TCPhdrsize, the size of the header, is meant. A fragment may hold less of it."),
    check: Check::Pdu(Protocol::Tcp, header),
    pass: GOOD,
    fail: ip("4500002000000000400666d60a0000020a0000019c4000070000000100000001"),
};

fn header(pdu: &Pdu) -> Option<Fault> {
    let found = pdu.room();
    if found >= MIN_HEADER_LEN || pdu.is_fragment() {
        return None;
    }
    let message = format!("expected a header of {MIN_HEADER_LEN} bytes, found {found}");
    Some(Fault::new(0..pdu.bytes().len(), message))
}

/// No segment comes from port 0.
pub(super) const SOURCE_PORT: Rule = Rule {
    id: "tcp.source_port",
    rfc: 6335,
    section: "6",
    level: Level::ShouldNot,
    quote: "Reserved port numbers include values at the edges of each range, e.g., 0, 1023, 1024, etc., \
            which may be used to extend these ranges or the overall port number space in the future.",
    note: Some("Port 0 alone is looked at."),
    check: Check::Pdu(Protocol::Tcp, |pdu| port(pdu, field::SOURCE_PORT.start)),
    pass: GOOD,
    fail: ip("4500002800000000400666ce0a0000020a0000010000000700000001000000015010ffff9bc90000"),
};

/// No segment goes to port 0.
pub(super) const DESTINATION_PORT: Rule = Rule {
    id: "tcp.destination_port",
    check: Check::Pdu(Protocol::Tcp, |pdu| port(pdu, field::DESTINATION_PORT.start)),
    fail: ip("4500002800000000400666ce0a0000020a0000019c40000000000001000000015010ffffff8f0000"),
    ..SOURCE_PORT
};

fn port(pdu: &Pdu, at: usize) -> Option<Fault> {
    pdu.word(at).filter(|port| *port == 0)?;
    Some(Fault::new(at..at + 2, "expected a port, found 0, which is reserved".to_owned()))
}

/// It goes to one host.
pub(super) const DESTINATION: Rule = Rule {
    id: "tcp.destination",
    rfc: 9293,
    section: "3.9.2.3",
    level: Level::Must,
    quote: "A TCP implementation MUST silently discard an incoming SYN segment that is addressed to a \
            broadcast or multicast address",
    note: Some(
        "The section goes on to say that this holds for all segments. Broadcasts to one network, whose \
         mask no packet tells, pass.",
    ),
    check: Check::Pdu(Protocol::Tcp, destination),
    pass: GOOD,
    fail: ip(
        "4500002c00000000400690c10a000002e00000099c40000700000001000000006002ffff11d30000020405b4",
    ),
};

fn destination(pdu: &Pdu) -> Option<Fault> {
    // Groups and broadcasts begin with 224 or more in IPv4, with ff in IPv6.
    let network = pdu.network()?;
    let (at, least) = if network.protocol() == Protocol::Ipv4 { (16, 224) } else { (24, 0xff) };
    network.bytes().get(at).filter(|first| **first >= least)?;
    let (_, destination) = network.addresses()?;
    let broadcast = matches!(destination, IpAddr::V4(address) if address.is_broadcast());
    if !broadcast && !destination.is_multicast() {
        return None;
    }
    let message = format!("expected a segment to one host, found one to {destination}");
    Some(Fault::new(field::DESTINATION_PORT, message))
}

/// An acknowledgment number that means nothing is not there.
pub(super) const ACKNOWLEDGMENT: Rule = Rule {
    id: "tcp.acknowledgment",
    rfc: 9293,
    section: "3.1",
    level: Level::May,
    quote: "If the ACK control bit is set, this field contains the value of the next sequence number the \
            sender of the segment is expecting to receive.",
    note: Some("Without ACK no value is asked for; one other than 0 is a remark."),
    check: Check::Pdu(Protocol::Tcp, acknowledgment),
    pass: ip(
        "4500002c00000000400666ca0a0000020a0000019c40000700000001000000006002ffffe7db0000020405b4",
    ),
    fail: ip(
        "4500002c00000000400666ca0a0000020a0000019c40000700000001123456786002ffff7f2f0000020405b4",
    ),
};

fn acknowledgment(pdu: &Pdu) -> Option<Fault> {
    let tcp = Tcp::new(pdu.bytes()).filter(|tcp| !tcp.has(flag::ACK))?;
    let found = Some(tcp.acknowledgment()).filter(|number| *number != 0)?;
    Some(Fault::new(field::ACKNOWLEDGMENT, format!("expected 0, as ACK is not set, found {found}")))
}

/// The data offset leads past the fixed fields and not past the segment.
pub(super) const DATA_OFFSET: Rule = Rule {
    id: "tcp.data_offset",
    rfc: 9293,
    section: "3.1",
    level: Level::Must,
    quote: "The number of 32-bit words in the TCP header. This indicates where the data begins.",
    note: Some("In a fragment it may lead past the end."),
    check: Check::Pdu(Protocol::Tcp, data_offset),
    pass: GOOD,
    fail: ip("4500002800000000400666ce0a0000020a0000019c40000700000001000000014010ffff0f890000"),
};

fn data_offset(pdu: &Pdu) -> Option<Fault> {
    let (found, room) = (Tcp::new(pdu.bytes())?.header_len(), pdu.room());
    if found >= MIN_HEADER_LEN && (found <= room || pdu.is_fragment()) {
        return None;
    }
    let (most, found) = ((room / 4).min(15), found / 4);
    Some(Fault::new(field::DATA_OFFSET, format!("expected 5 to {most} words, found {found}")))
}

/// The reserved bits are clear.
pub(super) const RESERVED: Rule = Rule {
    id: "tcp.reserved",
    rfc: 9293,
    section: "3.1",
    level: Level::Must,
    quote: "Must be zero in generated segments and must be ignored in received segments if the \
            corresponding future features are not implemented by the sending or receiving host.",
    note: Some(
        "The last of the four, once the nonce of RFC 3540, is a flag of accurate ECN today (RFC 9768): \
         it passes.",
    ),
    check: Check::Pdu(Protocol::Tcp, reserved),
    pass: ip("4500002800000000400666ce0a0000020a0000019c40000700000001000000015110fffffe880000"),
    fail: ip("4500002800000000400666ce0a0000020a0000019c40000700000001000000015410fffffb880000"),
};

fn reserved(pdu: &Pdu) -> Option<Fault> {
    let octet = *pdu.bytes().get(field::DATA_OFFSET.start).filter(|octet| **octet & 0x0e != 0)?;
    let message = format!("expected reserved bits of 0, found {:03b}", octet >> 1 & 7);
    Some(Fault::new(field::DATA_OFFSET, message).mended_by(&[octet & 0xf1]))
}

/// The checksum is the one this segment has.
pub(super) const CHECKSUM: Rule = Rule {
    id: "tcp.checksum",
    rfc: 9293,
    section: "3.1",
    level: Level::Must,
    quote: "The checksum field is the 16-bit ones' complement of the ones' complement sum of all 16-bit \
            words in the header and text.",
    note: Some(
        "What a host leaves to its network card is a remark (checksum offload), and so is a wrong sum in a \
         packet of more than 1,500 bytes, which the card may have put together from several (LRO).",
    ),
    check: Check::Pdu(Protocol::Tcp, checksum),
    pass: ip(
        "4500002d00000000400666c90a0000020a0000019c40000700000001000000015018ffffffaa000070696e6721",
    ),
    fail: ip(
        "4500002d00000000400666c90a0000020a0000019c40000700000001000000015018ffff1234000070696e6721",
    ),
};

fn checksum(pdu: &Pdu) -> Option<Fault> {
    let fault = wrong_transport_checksum(pdu, field::CHECKSUM.start)?;
    let packet = pdu.network().map_or(0, |network| network.length());
    Some(if packet > 1500 { fault.noted() } else { fault })
}

/// An urgent pointer that means nothing is not there.
pub(super) const URGENT_POINTER: Rule = Rule {
    id: "tcp.urgent_pointer",
    rfc: 9293,
    section: "3.1",
    level: Level::May,
    quote: "This field is only to be interpreted in segments with the URG control bit set.",
    note: Some("Without URG no value is asked for; one other than 0 is a remark."),
    check: Check::Pdu(Protocol::Tcp, urgent_pointer),
    pass: ip(
        "4500002c00000000400666ca0a0000020a0000019c40000700000001000000015038ffff2088000470696e67",
    ),
    fail: ip(
        "4500002c00000000400666ca0a0000020a0000019c40000700000001000000015018ffff20a8000470696e67",
    ),
};

fn urgent_pointer(pdu: &Pdu) -> Option<Fault> {
    let tcp = Tcp::new(pdu.bytes()).filter(|tcp| !tcp.has(flag::URG))?;
    let found = Some(tcp.urgent_pointer()).filter(|pointer| *pointer != 0)?;
    Some(Fault::new(field::URGENT_POINTER, format!("expected 0, as URG is not set, found {found}")))
}

/// Urgent data ends after the segment's first octet.
pub(super) const URGENT_NOTHING: Rule = Rule {
    id: "tcp.urgent_pointer.zero",
    rfc: 9293,
    section: "3.1",
    level: Level::May,
    quote: "This field communicates the current value of the urgent pointer as a positive offset from the \
            sequence number in this segment.",
    note: Some(
        "Many hosts count to the last urgent octet instead of the one after it (RFC 6093 section 3.1), so \
         0 is a remark.",
    ),
    check: Check::Pdu(Protocol::Tcp, urgent_nothing),
    pass: ip(
        "4500002c00000000400666ca0a0000020a0000019c40000700000001000000015038ffff2088000470696e67",
    ),
    fail: ip(
        "4500002c00000000400666ca0a0000020a0000019c40000700000001000000015038ffff208c000070696e67",
    ),
};

fn urgent_nothing(pdu: &Pdu) -> Option<Fault> {
    Tcp::new(pdu.bytes()).filter(|tcp| tcp.has(flag::URG) && tcp.urgent_pointer() == 0)?;
    Some(Fault::new(field::URGENT_POINTER, "expected 1 or more, as URG is set, found 0".to_owned()))
}
