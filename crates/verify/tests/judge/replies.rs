//! Good exchanges over every protocol of the link, each reply changed one byte at a time to every other value:
//! only what a host is free to choose may differ.

use std::collections::BTreeMap;

use verify::Due::{Either, Reply, Silence};
use verify::{Host, admit, admit_silence, due, judge};

use crate::frames::*;
use crate::packets::{ping, pong, seal, seal_header};

/// A request, what answers it, and which bytes of that are free, with the values that must not be.
struct Good {
    name: &'static str,
    host: &'static Host,
    request: Vec<u8>,
    reply: Vec<u8>,
    free: fn(usize, u8) -> bool,
}

fn exchanges() -> Vec<Good> {
    let ping_frame = asked(0x0800, &ping());
    let pong_frame = answered(0x0800, &pong(&ping()));
    let ping_6_frame = asked(0x86dd, &ping_6());
    let pong_6_frame = answered(0x86dd, &pong_6(&ping_6()));
    let good =
        |name, host, request: Vec<u8>, reply, free| Good { name, host, request, reply, free };
    let (ip, link) = (&IP_HOST, &ETHERNET_HOST);
    let (request, reply) = (arp_request(), arp_reply(&arp_request()));
    vec![
        good("arp", link, request, reply, |_, _| false),
        good("ping", ip, ping(), pong(&ping()), free_ipv4),
        good("framed ping", link, ping_frame, pong_frame, |at, v| {
            at >= 14 && free_ipv4(at - 14, v)
        }),
        good("ping6", ip, ping_6(), pong_6(&ping_6()), free_ipv6),
        good("framed ping6", link, ping_6_frame, pong_6_frame, |at, v| {
            at >= 14 && free_ipv6(at - 14, v)
        }),
        good("solicitation", link, solicitation(), advertisement(&solicitation()), |at, v| {
            // Flags: solicited must be, override should, router and the rest must not.
            at >= 14 && at != 21 && free_ipv6(at - 14, v) || at == 58 && v == 0x40
        }),
        good("probe", link, probe(), advertisement(&probe()), |at, v| {
            at >= 14 && at != 21 && free_ipv6(at - 14, v) || at == 58 && v == 0
        }),
        good("timestamp", ip, timestamp(), timestamp_reply(&timestamp()), |at, v| {
            free_ipv4(at, v) || (32..40).contains(&at) && free_time(at, v)
        }),
    ]
}

/// Type of service, identification, DF, a TTL other than 0.
fn free_ipv4(at: usize, value: u8) -> bool {
    match at {
        1 | 4 | 5 => true,
        6 => value == 0x40 || value == 0,
        8 => value != 0,
        _ => false,
    }
}

/// Traffic class and flow label, hop limit.
fn free_ipv6(at: usize, value: u8) -> bool {
    matches!(at, 1..4 | 7) || at == 0 && value >> 4 == 6
}

/// The times are 80000000: any with the highest bit, or a time of the day, which ends at 05265c00.
fn free_time(at: usize, value: u8) -> bool {
    match at {
        32 | 36 => value >= 0x80 || value <= 0x05,
        _ => true,
    }
}

/// Recomputes whatever checksums a packet or frame has.
fn sealed(host: &Host, mut reply: Vec<u8>) -> Vec<u8> {
    let start = if host.mac.is_some() { 14 } else { 0 };
    match reply.get(start).map(|first| first >> 4) {
        Some(4) if reply.len() >= start + 20 => seal(&mut reply[start..]),
        Some(6) => seal_6(&mut reply[start..]),
        _ => {}
    }
    reply
}

#[test]
fn good_replies_go_through_as_they_are() {
    for Good { name, host, request, reply, .. } in exchanges() {
        let admitted =
            admit(host, &request, reply.clone()).unwrap_or_else(|veto| panic!("{name}: {veto}"));
        assert_eq!(admitted.as_bytes(), reply, "{name}");
        assert!(admitted.remarks().is_empty(), "{name}: {:?}", admitted.remarks());
    }
}

#[test]
fn silence_is_vetoed_where_a_reply_is_due() {
    for Good { name, host, request, .. } in exchanges() {
        let verdict = admit_silence(host, &request);
        match due(host, &request) {
            Reply => assert_eq!(verdict.unwrap_err().findings.len(), 1, "{name}"),
            Either(_) => assert!(verdict.is_ok(), "{name}"),
            Silence(reason) => panic!("{name}: {reason}"),
        }
    }
}

#[test]
fn every_changed_byte_that_matters_is_vetoed() {
    for Good { name, host, request, reply, free } in exchanges() {
        for at in 0..reply.len() {
            for value in (0..=255).filter(|value| *value != reply[at]) {
                let mut mutant = reply.clone();
                mutant[at] = value;
                let mutant = sealed(host, mutant);
                if mutant == reply {
                    continue; // a checksum
                }
                let verdict = admit(host, &request, mutant);
                assert_eq!(
                    verdict.is_ok(),
                    free(at, value),
                    "{name}, byte {at} = {value}: {verdict:?}"
                );
            }
        }
    }
}

#[test]
fn every_changed_byte_is_vetoed_without_fresh_checksums() {
    for Good { name, host, request, reply, .. } in exchanges() {
        let link = if host.mac.is_some() { 14 } else { 0 };
        for at in link..reply.len() {
            let mut mutant = reply.clone();
            mutant[at] ^= 0x11;
            // No checksum covers what IPv6 has before its addresses.
            if reply[link] >> 4 != 6 || !matches!(at - link, 0..4 | 7) {
                assert!(admit(host, &request, mutant).is_err(), "{name}, byte {at}");
            }
        }
    }
}

#[test]
fn every_other_length_is_vetoed_but_padding() {
    for Good { name, host, request, reply, .. } in exchanges() {
        for length in (0..reply.len()).chain(reply.len() + 1..reply.len() + 90) {
            let mut mutant = reply.clone();
            mutant.resize(length, 0);
            let is_padding = host.mac.is_some() && (reply.len()..=60).contains(&length);
            let verdict = admit(host, &request, mutant);
            assert_eq!(verdict.is_ok(), is_padding, "{name}, {length} bytes: {verdict:?}");
        }
    }
    let request = arp_request();
    let mut reply = arp_reply(&request);
    reply.resize(60, 0);
    assert!(admit(&ETHERNET_HOST, &request, reply.clone()).is_ok());
    reply[59] = 1;
    assert!(admit(&ETHERNET_HOST, &request, reply).is_err());
}

/// Every reply is the reply to its own request alone.
#[test]
fn other_replies_are_vetoed() {
    let all = exchanges();
    for one in &all {
        for other in all.iter().filter(|other| other.name != one.name) {
            let verdict = admit(one.host, &one.request, other.reply.clone());
            assert!(verdict.is_err(), "{} answered as {}: {verdict:?}", one.name, other.name);
        }
        assert!(admit(one.host, &one.request, one.request.clone()).is_err(), "{}", one.name);
    }
}

/// What a fault in a reply is called; each is one finding.
#[test]
fn faults_by_name() {
    let named: BTreeMap<&str, Vec<(usize, u8, &str)>> = BTreeMap::from([
        (
            "arp",
            vec![
                (5, 9, "reply.frame.destination"),
                (21, 1, "reply.arp.opcode"),
                (41, 9, "reply.arp.target_address"),
            ],
        ),
        (
            "framed ping",
            vec![
                (5, 9, "reply.frame.destination"),
                (11, 9, "reply.frame.source"),
                (34, 8, "icmp.echo.type"),
            ],
        ),
        (
            "ping6",
            vec![
                (23, 9, "reply.ip.source"),
                (39, 9, "reply.ip.destination"),
                (47, 8, "reply.echo6.sequence"),
            ],
        ),
        (
            "solicitation",
            vec![
                (21, 64, "icmpv6.neighbor.hop_limit"),
                (58, 0xe0, "reply.neighbor.router"),
                (58, 0x20, "reply.neighbor.solicited"),
                (85, 9, "reply.neighbor.target_link_layer"),
            ],
        ),
        (
            "probe",
            vec![
                (58, 0x60, "icmpv6.neighbor_advertisement.solicited"),
                (77, 9, "reply.neighbor.target"),
            ],
        ),
        (
            "timestamp",
            vec![
                (20, 13, "reply.timestamp.type"),
                (25, 8, "reply.timestamp.identifier"),
                (31, 1, "reply.timestamp.originate"),
                (36, 0x7f, "reply.timestamp.time"),
            ],
        ),
    ]);
    for Good { name, host, request, reply, .. } in exchanges() {
        for (at, value, rule) in named.get(name).into_iter().flatten() {
            let mut mutant = reply.clone();
            mutant[*at] = *value;
            let findings = judge(host, &request, Some(&sealed(host, mutant)));
            let found: Vec<&str> = findings.iter().map(|finding| finding.rule.id).collect();
            assert_eq!(found, [*rule], "{name}, byte {at} = {value}");
            let range = findings[0].range();
            assert!(range.contains(at), "{name}: {}", findings[0]);
        }
    }
}

/// The reply to a group comes from our own address, and to a probe in the clear goes to who solicits.
#[test]
fn replies_to_groups_and_stations() {
    let to_group = ipv6(58, 64, THEIR_6, ALL_NODES, &ping_6()[40..]);
    let mut reply = pong_6(&to_group);
    assert!(admit(&IP_HOST, &to_group, reply.clone()).is_ok());
    reply[8..24].copy_from_slice(&ALL_NODES);
    assert!(admit(&IP_HOST, &to_group, sealed(&IP_HOST, reply)).is_err());
    // Another station than the one that sent the frame asks.
    let (mut asked, mut solicited) = (arp_request(), solicitation());
    asked[27] = 7;
    assert!(admit(&ETHERNET_HOST, &asked, arp_reply(&asked)).is_ok());
    solicited[14 + 71] = 7;
    seal_6(&mut solicited[14..]);
    let mut advertised = advertisement(&solicited);
    assert!(admit(&ETHERNET_HOST, &solicited, advertised.clone()).is_err());
    advertised[5] = 7;
    assert!(admit(&ETHERNET_HOST, &solicited, advertised).is_ok());
}

/// To who asks us alone, the option may be left out, and then the override flag should be.
#[test]
fn an_advertisement_to_who_knows_us() {
    let request = asked(0x86dd, &ipv6(58, 255, THEIR_6, OUR_6, &soliciting(&[])));
    let bare = |flags| {
        let message = [&[136, 0, 0, 0, flags, 0, 0, 0][..], &OUR_6].concat();
        answered(0x86dd, &ipv6(58, 255, OUR_6, THEIR_6, &message))
    };
    let remarks = |flags| admit(&ETHERNET_HOST, &request, bare(flags)).unwrap().remarks().len();
    assert_eq!((remarks(0x40), remarks(0x60)), (0, 1));
    assert!(admit(&ETHERNET_HOST, &solicitation(), bare(0x40)).is_err());
}

/// Clocks: before and after, around midnight, and marked as another kind.
#[test]
fn times() {
    let told = |received: u32, sent: u32| {
        let mut reply = timestamp_reply(&timestamp());
        reply[32..36].copy_from_slice(&received.to_be_bytes());
        reply[36..40].copy_from_slice(&sent.to_be_bytes());
        seal(&mut reply);
        admit(&IP_HOST, &timestamp(), reply).is_ok()
    };
    for (received, sent) in
        [(0, 0), (5, 6), (86_399_999, 0), (86_399_990, 86_399_999), (7, 1 << 31)]
    {
        assert!(told(received, sent), "{received} {sent}");
    }
    for (received, sent) in
        [(6, 5), (86_400_000, 86_400_000), (0, 86_400_000), (40_000_000, 39_000_000)]
    {
        assert!(!told(received, sent), "{received} {sent}");
    }
}

/// A fragment is no reply, and a header alone is none.
#[test]
fn fragments_are_no_replies() {
    let mut reply = timestamp_reply(&timestamp());
    for place in [[0x20, 0], [0, 1]] {
        reply[6..8].copy_from_slice(&place);
        seal_header(&mut reply);
        assert!(admit(&IP_HOST, &timestamp(), reply.clone()).is_err());
    }
    let payload = |place| [&[58, 0, 0, place, 0, 0, 0, 1][..], &pong_6(&ping_6())[40..]].concat();
    let mut whole = ipv6(44, 64, OUR_6, THEIR_6, &payload(1));
    seal_message(&mut whole, 48);
    let found = judge(&IP_HOST, &ping_6(), Some(&whole));
    assert!(found.iter().any(|finding| finding.rule.id == "reply.ip.fragment"), "{found:?}");
}
