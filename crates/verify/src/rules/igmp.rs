//! Rules on one IGMP message, whoever sent it (RFC 2236, RFC 3376).
//!
//! Types that others built on IGMP, such as DVMRP, are held to its length and checksum only.

use wire::igmp::{HEADER_LEN, LEAVE, PROTOCOL, QUERY, REPORT_V1, REPORT_V2, REPORT_V3, field};
use wire::{Ipv4, Pdu, Protocol, ipv4};

use super::checksum::wrong_checksum;
use super::ip;
use crate::rule::{Check, Example, Fault, Level, Rule};

/// 10.0.0.2 is a member of 224.0.0.251.
const REPORT: Example = ip("4600002000000000010239db0a000002e00000fb9404000016000904e00000fb");

/// The option number of a router alert (RFC 2113).
const ROUTER_ALERT: u8 = 148;

const SENT_WITH: &str = "All IGMP messages described in this document are sent with IP TTL 1, and contain the \
                         IP Router Alert option [RFC 2113] in their IP header.";

/// Whether an IPv4 datagram carries what should stay on the link: IGMP, or ICMP to a group.
pub(super) fn carries_local(pdu: &Pdu) -> bool {
    let Some(datagram) = Ipv4::new(pdu.bytes()) else { return false };
    match datagram.protocol() {
        PROTOCOL => true,
        ipv4::PROTOCOL_ICMP => datagram.destination().is_multicast(),
        _ => false,
    }
}

/// The message has its eight octets.
pub(super) const LENGTH: Rule = Rule {
    id: "igmp.length",
    rfc: 2236,
    section: "2.5",
    level: Level::Must,
    quote: "Note that IGMP messages may be longer than 8 octets, especially future backwards-compatible \
            versions of IGMP.",
    note: Some("No format has fewer."),
    check: Check::Pdu(Protocol::Igmp, length),
    pass: REPORT,
    fail: ip("4600001c00000000010239df0a000002e00000fb940400001600e9ff"),
};

fn length(pdu: &Pdu) -> Option<Fault> {
    let found = pdu.length();
    let message = || format!("expected {HEADER_LEN} bytes or more, found {found}");
    (pdu.is_whole() && found < HEADER_LEN).then(|| Fault::new(0..found, message()))
}

/// The checksum is the one this message has.
pub(super) const CHECKSUM: Rule = Rule {
    id: "igmp.checksum",
    rfc: 2236,
    section: "2.3",
    level: Level::Must,
    quote: "The checksum is the 16-bit one's complement of the one's complement sum of the whole IGMP message \
            (the entire IP payload).",
    note: None,
    check: Check::Pdu(Protocol::Igmp, checksum),
    pass: REPORT,
    fail: ip("4600002000000000010239db0a000002e00000fb9404000016001234e00000fb"),
};

fn checksum(pdu: &Pdu) -> Option<Fault> {
    pdu.is_whole().then(|| wrong_checksum(pdu.bytes(), field::CHECKSUM.start))?
}

/// It stays on the link.
pub(super) const TTL: Rule = Rule {
    id: "igmp.ttl",
    rfc: 2236,
    section: "2",
    level: Level::Must,
    quote: SENT_WITH,
    note: Some("Version 3 says the same in RFC 3376 section 4."),
    check: Check::PduWhere(Protocol::Ipv4, carries_local, ttl),
    pass: REPORT,
    fail: ip("46000020000000004002fada0a000002e00000fb9404000016000904e00000fb"),
};

fn ttl(pdu: &Pdu) -> Option<Fault> {
    let datagram =
        Ipv4::new(pdu.bytes()).filter(|ip| ip.protocol() == PROTOCOL && ip.ttl() != 1)?;
    kind(&pdu.inside()?).filter(|kind| is_membership(*kind))?;
    let message = format!("expected 1, found {}", datagram.ttl());
    Some(Fault::new(ipv4::field::TTL, message).mended_by(&[1]))
}

/// It asks routers to look at it.
pub(super) const ALERT: Rule = Rule {
    id: "igmp.router_alert",
    rfc: 2236,
    section: "2",
    level: Level::Must,
    quote: SENT_WITH,
    note: Some("Warned of only; version 1, which has none, is let be."),
    check: Check::PduWhere(Protocol::Ipv4, carries_local, alert),
    pass: REPORT,
    fail: ip("4500001c000000000102cee30a000002e00000fb16000904e00000fb"),
};

fn alert(pdu: &Pdu) -> Option<Fault> {
    let datagram = Ipv4::new(pdu.bytes()).filter(|ip| ip.protocol() == PROTOCOL)?;
    let inside = pdu.inside()?;
    let kind = kind(&inside).filter(|kind| is_membership(*kind))?;
    // A query of version 1 leaves the response time zero (RFC 2236 section 4).
    let old = kind == REPORT_V1 || kind == QUERY && inside.bytes().get(1) == Some(&0);
    let mut options = wire::options::options(datagram.options()?).map_while(Result::ok);
    if old || options.any(|option| option.kind == ROUTER_ALERT) {
        return None;
    }
    let message = "expected a router alert among the options, found none".to_owned();
    Some(Fault::new(ipv4::field::VERSION_IHL, message).warned())
}

/// What is reported is a group.
pub(super) const GROUP: Rule = Rule {
    id: "igmp.group_address",
    rfc: 2236,
    section: "2.4",
    level: Level::Must,
    quote: "In a Membership Report or Leave Group message, the group address field holds the IP multicast group \
            address of the group being reported or left.",
    note: None,
    check: Check::Pdu(Protocol::Igmp, group),
    pass: REPORT,
    fail: ip("4600002000000000010239db0a000002e00000fb940400001600dff60a000009"),
};

fn group(pdu: &Pdu) -> Option<Fault> {
    kind(pdu).filter(|kind| matches!(*kind, REPORT_V1 | REPORT_V2 | LEAVE))?;
    let found = std::net::Ipv4Addr::from(*pdu.get(field::GROUP_ADDRESS)?.first_chunk::<4>()?);
    let message = || format!("expected a multicast address, found {found}");
    (!found.is_multicast()).then(|| Fault::new(field::GROUP_ADDRESS, message()))
}

/// A report of version 3 is as long as its records.
pub(super) const RECORDS: Rule = Rule {
    id: "igmp.report_v3.length",
    rfc: 3376,
    section: "4.2.11",
    level: Level::MustNot,
    quote: "When sending a Report, an IGMPv3 implementation MUST NOT include additional octets beyond the last \
            Group Record.",
    note: Some("Nor can it do with fewer octets than its records have."),
    check: Check::Pdu(Protocol::Igmp, record_lengths),
    pass: ip("460000280000000001023ab80a000002e0000016940400002200f9020000000104000000e00000fb"),
    fail: ip(
        "4600002c0000000001023ab40a000002e0000016940400002200f9020000000104000000e00000fb00000000",
    ),
};

fn record_lengths(pdu: &Pdu) -> Option<Fault> {
    kind(pdu).filter(|kind| *kind == REPORT_V3 && pdu.is_whole() && pdu.length() >= HEADER_LEN)?;
    super::multicast::wrong_records(pdu.bytes(), 4)
}

fn kind(pdu: &Pdu) -> Option<u8> {
    pdu.bytes().first().copied().filter(|_| pdu.protocol() == Protocol::Igmp)
}

/// Whether it is a message of IGMP itself.
fn is_membership(kind: u8) -> bool {
    matches!(kind, QUERY | REPORT_V1 | REPORT_V2 | LEAVE | REPORT_V3)
}

#[cfg(test)]
mod tests {
    use super::super::icmp::tests::{found, judged, patched};
    use super::*;
    use crate::Severity;
    use wire::Packet;

    #[test]
    fn version_1_asks_without_an_alert() {
        let (_, mut frame) = patched(&ALERT, &[(24, &[QUERY, 0]), (0, &[0x45]), (3, &[28])]);
        frame.drain(20..24);
        assert_eq!(judged(&Packet::ip(&frame)), []);
        frame[21] = 100;
        assert_eq!(judged(&Packet::ip(&frame)), [("igmp.router_alert", Severity::Warning)]);
    }

    #[test]
    fn others_on_igmp_go_their_way() {
        assert_eq!(found(&TTL, &[(8, &[64]), (24, &[0x13])]), []);
    }
}
