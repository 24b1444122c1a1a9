//! Rules on one UDP datagram, whoever sent it (RFC 768, RFC 8200 section 8.1).

use wire::udp::{HEADER_LEN, field};
use wire::{Pdu, Protocol, Udp};

use super::checksum::wrong_transport_checksum;
use super::ip;
use crate::rule::{Check, Example, Fault, Level, Rule};

/// A datagram of four octets to the echo port.
const GOOD: Example = ip("4500002000000000401166cb0a0000020a0000010fa00007000cfd5b70696e67");

/// There is a whole header.
pub(super) const HEADER: Rule = Rule {
    id: "udp.header",
    rfc: 768,
    section: "Fields",
    level: Level::Must,
    quote: "Length is the length in octets of this user datagram including this header and the \
            data. (This means the minimum value of the length is eight.)",
    note: None,
    check: Check::Pdu(Protocol::Udp, header),
    pass: GOOD,
    fail: ip("4500001a00000000401166d10a0000020a0000010fa000070008"),
};

fn header(pdu: &Pdu) -> Option<Fault> {
    let found = pdu.room();
    let message = || format!("expected a header of {HEADER_LEN} bytes, found {found}");
    (found < HEADER_LEN && !pdu.is_fragment()).then(|| Fault::new(0..pdu.bytes().len(), message()))
}

/// A datagram from port 0 expects no answer.
pub(super) const SOURCE_PORT: Rule = Rule {
    id: "udp.source_port",
    rfc: 768,
    section: "Fields",
    level: Level::May,
    quote: "If not used, a value of zero is inserted.",
    note: Some("Legal, but rare enough to be an oversight more often than not."),
    check: Check::Pdu(Protocol::Udp, |pdu| {
        let message = "expected a port, found 0, to which there is no answer";
        port(pdu, field::SOURCE_PORT.start, message)
    }),
    pass: GOOD,
    fail: ip("4500002000000000401166cb0a0000020a00000100000fa0000cfd6270696e67"),
};

/// No datagram goes to port 0.
pub(super) const DESTINATION_PORT: Rule = Rule {
    id: "udp.destination_port",
    rfc: 6335,
    section: "6",
    level: Level::ShouldNot,
    quote: "Reserved port numbers include values at the edges of each range, e.g., 0, 1023, 1024, etc., \
            which may be used to extend these ranges or the overall port number space in the future.",
    note: Some("Port 0 alone is looked at."),
    check: Check::Pdu(Protocol::Udp, |pdu| {
        let message = "expected a port, found 0, which is reserved";
        port(pdu, field::DESTINATION_PORT.start, message)
    }),
    pass: GOOD,
    fail: ip("4500002000000000401166cb0a0000020a0000019c400000000c70c270696e67"),
};

fn port(pdu: &Pdu, at: usize, message: &str) -> Option<Fault> {
    pdu.word(at).filter(|port| *port == 0)?;
    Some(Fault::new(at..at + 2, message.to_owned()))
}

/// The length holds the header, and the IP packet holds the length.
pub(super) const LENGTH: Rule = Rule {
    id: "udp.length",
    rfc: 768,
    section: "Fields",
    level: Level::Must,
    quote: "Length is the length in octets of this user datagram including this header and the \
            data. (This means the minimum value of the length is eight.)",
    note: Some(
        "Less than the IP packet holds is allowed: the rest is surplus (RFC 9868). 0 stands in jumbograms \
         (RFC 2675 section 4) and where the network card is to cut the datagram up.",
    ),
    check: Check::Pdu(Protocol::Udp, length),
    pass: GOOD,
    fail: ip("4500002000000000401166cb0a0000020a0000010fa000070063fd0470696e67"),
};

fn length(pdu: &Pdu) -> Option<Fault> {
    let found = usize::from(Udp::new(pdu.bytes())?.length());
    let most = pdu.room();
    let jumbo = found == 0 && most > usize::from(u16::MAX);
    if jumbo || (HEADER_LEN..=most).contains(&found) || found > most && pdu.is_fragment() {
        return None;
    }
    let fault = Fault::new(field::LENGTH, format!("expected {most}, found {found}"));
    let known = u16::try_from(most).ok().filter(|_| pdu.is_whole());
    Some(known.map_or(fault.clone(), |length| fault.mended_by(&length.to_be_bytes())))
}

/// The checksum is the one this datagram has.
pub(super) const CHECKSUM: Rule = Rule {
    id: "udp.checksum",
    rfc: 768,
    section: "Fields",
    level: Level::Must,
    quote: "Checksum is the 16-bit one's complement of the one's complement sum of a pseudo header of \
            information from the IP header, the UDP header, and the data, padded with zero octets at \
            the end (if necessary) to make a multiple of two octets.",
    note: Some("0 says that there is none, which over IPv6 is another rule's affair."),
    check: Check::Pdu(Protocol::Udp, checksum),
    pass: GOOD,
    fail: ip("4500002000000000401166cb0a0000020a0000010fa00007000c123470696e67"),
};

fn checksum(pdu: &Pdu) -> Option<Fault> {
    let udp = Udp::new(pdu.bytes()).filter(|udp| udp.checksum() != 0)?;
    // A length that is wrong makes the sum meaningless, and is a finding of its own.
    let stated = usize::from(udp.length());
    (stated == pdu.length() || stated == 0)
        .then(|| wrong_transport_checksum(pdu, field::CHECKSUM.start))?
}

/// Over IPv6 there is a checksum.
pub(super) const NO_CHECKSUM: Rule = Rule {
    id: "udp.checksum.missing",
    rfc: 8200,
    section: "8.1",
    level: Level::Must,
    quote: "Unlike IPv4, the default behavior when UDP packets are originated by an IPv6 node is that \
            the UDP checksum is not optional.",
    note: Some("Tunnels may send none (RFC 6935, RFC 6936), so ports of tunnels are let be."),
    check: Check::Pdu(Protocol::Udp, no_checksum),
    pass: ip(
        "60000000000c114020010db800000000000000000000000220010db80000000000000000000000010fa00007000cb5e970696e67",
    ),
    fail: ip(
        "60000000000c114020010db800000000000000000000000220010db80000000000000000000000010fa00007000c000070696e67",
    ),
};

/// UDP ports of encapsulations that RFC 6935 had in mind: LISP, GENEVE, VXLAN, VXLAN-GPE, MPLS, GUE, GRE,
/// AMT, teredo.
const TUNNELS: [u16; 10] = [4341, 4342, 4754, 4789, 4790, 6080, 6081, 6635, 2268, 3544];

fn no_checksum(pdu: &Pdu) -> Option<Fault> {
    let udp = Udp::new(pdu.bytes()).filter(|udp| udp.checksum() == 0)?;
    let six = pdu.network()?.protocol() == Protocol::Ipv6;
    let tunnel = TUNNELS.contains(&udp.destination_port()) || TUNNELS.contains(&udp.source_port());
    let fault = || Fault::new(field::CHECKSUM, "expected a checksum, found none (0)".to_owned());
    if !six || tunnel {
        return None;
    }
    let mended = wrong_transport_checksum(pdu, field::CHECKSUM.start).map(|wrong| wrong.edits);
    Some(Fault { edits: mended.unwrap_or_default(), ..fault() })
}
