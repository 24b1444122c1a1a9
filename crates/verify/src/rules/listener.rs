//! Rules on Multicast Listener Discovery (RFC 2710, RFC 3810), whoever sent it.

use wire::icmpv6::{
    LISTENER_DONE, LISTENER_QUERY, LISTENER_REPORT, LISTENER_REPORT_V2, field,
    is_listener_discovery,
};
use wire::{Ipv6, Pdu, Protocol, ipv6};

use super::icmpv6::{carries_message, kind, message};
use super::ip;
use crate::rule::{Check, Example, Fault, Level, Rule};

/// fe80::2 listens to ff02::1:ff00:2.
const REPORT: Example = ip(
    "6000000000200001fe800000000000000000000000000002ff0200000000000000000001ff0000023a000502000001008300821c00000000ff0200000000000000000001ff000002",
);

/// fe80::2 says so in the words of version 2.
const REPORT_V2: Example = ip(
    "6000000000240001fe800000000000000000000000000002ff0200000000000000000000000000163a000502000001008f0071050000000104000000ff0200000000000000000001ff000002",
);

/// fe80::1 asks who listens to what.
const QUERY: Example = ip(
    "6000000000240001fe800000000000000000000000000001ff0200000000000000000000000000013a00050200000100820056962710000000000000000000000000000000000000027d0000",
);

/// The Option Type of a router alert (RFC 2711).
const ROUTER_ALERT: u8 = 5;

const SENT_WITH: &str = "All MLD messages described in this document are sent with a link-local IPv6 Source \
                         Address, an IPv6 Hop Limit of 1, and an IPv6 Router Alert option [RTR-ALERT] in a \
                         Hop-by-Hop Options header.";

/// Whether a message is one of Multicast Listener Discovery.
fn is_discovery(pdu: &Pdu) -> bool {
    kind(pdu).is_some_and(is_listener_discovery)
}

/// The message of Multicast Listener Discovery in an IPv6 packet, with its type.
fn discovery<'p>(packet: &Pdu<'p>) -> Option<(Pdu<'p>, u8)> {
    let message = message(packet)?;
    let kind = kind(&message).filter(|kind| is_listener_discovery(*kind))?;
    Some((message, kind))
}

/// It stays on the link.
pub(super) const HOP_LIMIT: Rule = Rule {
    id: "icmpv6.listener.hop_limit",
    rfc: 2710,
    section: "3",
    level: Level::Must,
    quote: SENT_WITH,
    note: Some("For version 2 RFC 3810 section 5 says the same, with a MUST."),
    check: Check::PduWhere(Protocol::Ipv6, carries_message, hop_limit),
    pass: REPORT,
    fail: ip(
        "6000000000200040fe800000000000000000000000000002ff0200000000000000000001ff0000023a000502000001008300821c00000000ff0200000000000000000001ff000002",
    ),
};

fn hop_limit(packet: &Pdu) -> Option<Fault> {
    let found = *packet.bytes().get(ipv6::field::HOP_LIMIT.start).filter(|limit| **limit != 1)?;
    discovery(packet)?;
    let message = format!("expected 1, found {found}");
    Some(Fault::new(ipv6::field::HOP_LIMIT, message).mended_by(&[1]))
}

/// It asks routers to look at it.
pub(super) const ALERT: Rule = Rule {
    id: "icmpv6.listener.router_alert",
    rfc: 2710,
    section: "3",
    level: Level::Must,
    quote: SENT_WITH,
    note: Some("For version 2 RFC 3810 section 5 says the same, with a MUST."),
    check: Check::PduWhere(Protocol::Icmpv6, is_discovery, alert),
    pass: REPORT,
    fail: ip(
        "6000000000200001fe800000000000000000000000000002ff0200000000000000000001ff0000023a000104000000008300821c00000000ff0200000000000000000001ff000002",
    ),
};

fn alert(pdu: &Pdu) -> Option<Fault> {
    kind(pdu).filter(|kind| is_listener_discovery(*kind))?;
    let network = pdu.network()?;
    let first = network.inside().filter(|first| first.protocol() == Protocol::HopByHop);
    let alerted = first.is_some_and(|header| has_router_alert(header.bytes()));
    let message = "expected a router alert in a hop-by-hop options header, found none".to_owned();
    (!alerted).then(|| Fault::new(wire::icmp::field::TYPE, message))
}

/// Whether a Hop-by-Hop Options header has a router alert among its options (RFC 8200 section 4.2).
fn has_router_alert(header: &[u8]) -> bool {
    let end = header.get(1).map_or(0, |units| 8 + usize::from(*units) * 8);
    let mut options = header.get(2..end.min(header.len())).unwrap_or_default();
    loop {
        options = match options {
            [ROUTER_ALERT, ..] => return true,
            // One octet of padding, which states no length.
            [0, rest @ ..] => rest,
            [_, length, rest @ ..] => rest.get(usize::from(*length)..).unwrap_or_default(),
            _ => return false,
        }
    }
}

/// A query has a link-local source.
pub(super) const QUERY_SOURCE: Rule = Rule {
    id: "icmpv6.listener.query.source",
    rfc: 3590,
    section: "4",
    level: Level::Must,
    quote: "MLD Query messages MUST be sent with a valid link-local address as the IPv6 source address.",
    note: None,
    check: Check::PduWhere(Protocol::Ipv6, carries_message, |packet| source(packet, true)),
    pass: QUERY,
    fail: ip(
        "600000000024000120010db8000000000000000000000001ff0200000000000000000000000000013a000502000001008200275e2710000000000000000000000000000000000000027d0000",
    ),
};

/// A report has a link-local source, or none yet.
pub(super) const REPORT_SOURCE: Rule = Rule {
    id: "icmpv6.listener.report.source",
    rfc: 3590,
    section: "4",
    level: Level::Must,
    quote: "MLD Report and Done messages are sent with a link-local address as the IPv6 source address, if a \
            valid address is available on the interface. If a valid link-local address is not available \
            (e.g., one has not been configured), the message is sent with the unspecified address (::) as the \
            IPv6 source address.",
    note: Some("For version 2 RFC 3810 section 5.2.13 says the same, with a MUST."),
    check: Check::PduWhere(Protocol::Ipv6, carries_message, |packet| source(packet, false)),
    pass: REPORT,
    fail: ip(
        "600000000020000120010db8000000000000000000000002ff0200000000000000000001ff0000023a00050200000100830052e400000000ff0200000000000000000001ff000002",
    ),
};

fn source(packet: &Pdu, query: bool) -> Option<Fault> {
    let found = Ipv6::new(packet.bytes())?.source();
    if found.is_unicast_link_local() || found.is_unspecified() && !query {
        return None;
    }
    let judged = discovery(packet).is_some_and(|(_, kind)| (kind == LISTENER_QUERY) == query);
    let message = || format!("expected a link-local address, found {found}");
    judged.then(|| Fault::new(ipv6::field::SOURCE, message()))
}

/// A query has the length of its version.
pub(super) const QUERY_LENGTH: Rule = Rule {
    id: "icmpv6.listener.query.length",
    rfc: 3810,
    section: "8.1",
    level: Level::Must,
    quote: "Query messages that do not match any of the above conditions (e.g., a Query of length 26 octets) \
            MUST be silently ignored.",
    note: Some("24 octets in version 1; in version 2 28, and 16 for each source (section 5.1.12)."),
    check: Check::PduWhere(Protocol::Icmpv6, is_discovery, query_length),
    pass: QUERY,
    fail: ip(
        "6000000000220001fe800000000000000000000000000001ff0200000000000000000000000000013a00050200000100820056982710000000000000000000000000000000000000027d",
    ),
};

fn query_length(pdu: &Pdu) -> Option<Fault> {
    kind(pdu).filter(|kind| *kind == LISTENER_QUERY && pdu.is_whole())?;
    let found = pdu.length();
    let sources = pdu.word(field::SOURCE_COUNT.start).map_or(0, usize::from);
    let expected = if found < 28 { 24 } else { 28 + sources * 16 };
    let fault = Fault::unless_equal(0..found, expected, found)?;
    Some(Fault { message: fault.message + " bytes", ..fault })
}

/// A report of version 1 has no more and no less than its fields.
pub(super) const REPORT_LENGTH: Rule = Rule {
    id: "icmpv6.listener.report.length",
    rfc: 2710,
    section: "3.7",
    level: Level::MustNot,
    quote: "An implementation of the version of MLD specified in this document MUST NOT send an MLD message \
            longer than 24 octets and MUST ignore anything past the first 24 octets of a received MLD message.",
    note: Some("The format has no fewer either."),
    check: Check::PduWhere(Protocol::Icmpv6, is_discovery, report_length),
    pass: REPORT,
    fail: ip(
        "6000000000240001fe800000000000000000000000000002ff0200000000000000000001ff0000023a000502000001008300821800000000ff0200000000000000000001ff00000200000000",
    ),
};

fn report_length(pdu: &Pdu) -> Option<Fault> {
    let old = matches!(kind(pdu), Some(LISTENER_REPORT | LISTENER_DONE));
    let found = pdu.length();
    let message = || format!("expected 24 bytes, found {found}");
    (old && pdu.is_whole() && found != 24).then(|| Fault::new(0..found, message()))
}

/// What is listened to is a group.
pub(super) const GROUP: Rule = Rule {
    id: "icmpv6.listener.report.multicast_address",
    rfc: 2710,
    section: "3.6",
    level: Level::Must,
    quote: "In a Report or Done message, the Multicast Address field holds a specific IPv6 multicast address to \
            which the message sender is listening or is ceasing to listen, respectively.",
    note: None,
    check: Check::PduWhere(Protocol::Icmpv6, is_discovery, group),
    pass: REPORT,
    fail: ip(
        "6000000000200001fe800000000000000000000000000002ff0200000000000000000001ff0000023a00050200000100830052680000000020010db8000000000000000000000002",
    ),
};

fn group(pdu: &Pdu) -> Option<Fault> {
    kind(pdu).filter(|kind| matches!(*kind, LISTENER_REPORT | LISTENER_DONE))?;
    let octets = *pdu.get(field::MULTICAST_ADDRESS)?.first_chunk::<16>()?;
    let found = std::net::Ipv6Addr::from(octets);
    let message = || format!("expected a multicast address, found {found}");
    (!found.is_multicast()).then(|| Fault::new(field::MULTICAST_ADDRESS, message()))
}

/// A report of version 2 is as long as its records.
pub(super) const RECORDS: Rule = Rule {
    id: "icmpv6.listener.report_v2.length",
    rfc: 3810,
    section: "5.2.11",
    level: Level::MustNot,
    quote: "When sending a Report, an MLDv2 implementation MUST NOT include additional octets beyond the last \
            Multicast Address Record.",
    note: Some("Nor can it do with fewer octets than its records have."),
    check: Check::PduWhere(Protocol::Icmpv6, is_discovery, record_lengths),
    pass: REPORT_V2,
    fail: ip(
        "6000000000280001fe800000000000000000000000000002ff0200000000000000000000000000163a000502000001008f0071010000000104000000ff0200000000000000000001ff00000200000000",
    ),
};

fn record_lengths(pdu: &Pdu) -> Option<Fault> {
    kind(pdu).filter(|kind| *kind == LISTENER_REPORT_V2 && pdu.is_whole())?;
    super::multicast::wrong_records(pdu.bytes(), 16)
}

#[cfg(test)]
mod tests {
    use super::super::icmp::tests::{found, judged, patched};
    use super::*;
    use wire::Packet;

    #[test]
    fn who_has_no_address_yet_reports_from_none() {
        assert_eq!(found(&REPORT_SOURCE, &[(8, &[0; 16])]), []);
    }

    #[test]
    fn queries_of_both_versions_with_and_without_sources() {
        let sized = |length: usize, sources: u8| {
            let total = [0, (length + 8) as u8];
            let (_, mut frame) = patched(&QUERY_LENGTH, &[(4, &total), (75, &[sources])]);
            frame.resize(48 + length, 0);
            judged(&Packet::ip(&frame)).len()
        };
        assert_eq!((sized(24, 0), sized(28, 0), sized(60, 2)), (0, 0, 0));
        assert_eq!((sized(25, 0), sized(32, 0), sized(44, 2)), (1, 1, 1));
    }

    #[test]
    fn an_alert_among_other_options() {
        for (header, alerted) in [
            (&[58, 0, 1, 0, 5, 2, 0, 0][..], true),
            (&[58, 0, 0, 0, 5, 2, 0, 0], true),
            (&[58, 0, 1, 4, 5, 2, 0, 0], false),
            (&[58, 0, 1, 9, 5, 2, 0, 0], false),
            (&[58, 0, 0, 0, 0, 0, 0, 7], false),
            (&[58], false),
        ] {
            assert_eq!(has_router_alert(header), alerted, "{header:?}");
        }
    }
}
