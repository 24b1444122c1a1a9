//! A good exchange, changed one byte at a time to every other value.

use std::collections::BTreeSet;

use verify::{Example, RULES, Rule, Scope, admit, admit_silence, judge};

use crate::packets::{HOST, ping, pong, seal, seal_header};

/// Every way to set one byte of `packet` to another value, with where and what.
fn mutations(packet: &[u8]) -> impl Iterator<Item = (usize, u8, Vec<u8>)> {
    let values = |offset| (0..=255u8).map(move |value| (offset, value));
    (0..packet.len()).flat_map(values).filter(|(offset, value)| packet[*offset] != *value).map(
        |(offset, value)| {
            let mut mutant = packet.to_vec();
            mutant[offset] = value;
            (offset, value, mutant)
        },
    )
}

#[test]
fn the_good_reply_goes_through_as_it_is() {
    let (request, reply) = (ping(), pong(&ping()));
    let admitted = admit(&HOST, &request, reply.clone()).unwrap();
    assert_eq!(admitted.as_bytes(), reply);
    assert!(admitted.remarks().is_empty());
}

#[test]
fn every_changed_byte_is_vetoed() {
    let (request, reply) = (ping(), pong(&ping()));
    for (offset, value, mutant) in mutations(&reply) {
        let veto = admit(&HOST, &request, mutant.clone()).expect_err("a checksum is wrong");
        assert_eq!(veto.reply, Some(mutant), "byte {offset} = {value}");
        assert!(veto.findings.iter().any(|finding| finding.rule.level.vetoes()));
    }
}

/// With both checksums recomputed only what a host is free to choose may differ: identification,
/// DF, a TTL other than 0, and, with a remark, TOS.
#[test]
fn every_changed_byte_that_matters_is_vetoed_with_fresh_checksums() {
    let (request, reply) = (ping(), pong(&ping()));
    let mut admitted = BTreeSet::new();
    for (offset, value, mut mutant) in mutations(&reply) {
        seal(&mut mutant);
        if mutant == reply {
            assert!(matches!(offset, 10 | 11 | 22 | 23), "byte {offset} is a checksum");
            continue;
        }
        let verdict = admit(&HOST, &request, mutant);
        let free = match offset {
            1 | 4 | 5 => true,
            6 => value == 0x40,
            8 => value != 0,
            _ => false,
        };
        assert_eq!(verdict.is_ok(), free, "byte {offset} = {value}: {verdict:?}");
        if let Ok(packet) = verdict {
            let remarks: Vec<_> = packet.remarks().iter().map(|remark| remark.rule.id).collect();
            let expect: &[&str] = match (offset, value) {
                (1, _) => &["ipv4.tos"],
                (8, ..64) => &["ipv4.ttl.advised"],
                _ => &[],
            };
            assert_eq!(remarks, expect, "byte {offset} = {value}");
            admitted.insert(offset);
        }
    }
    assert_eq!(admitted, BTreeSet::from([1, 4, 5, 6, 8]));
}

#[test]
fn every_other_length_is_vetoed() {
    let (request, reply) = (ping(), pong(&ping()));
    for length in (0..reply.len()).chain(reply.len() + 1..200) {
        let mut mutant = reply.clone();
        mutant.resize(length, 0);
        assert!(admit(&HOST, &request, mutant.clone()).is_err(), "{length} bytes");
        if length >= 20 {
            mutant[2..4].copy_from_slice(&(length as u16).to_be_bytes());
            seal(&mut mutant);
            assert!(admit(&HOST, &request, mutant).is_err(), "{length} bytes, sealed");
        }
    }
}

/// The request in place of the reply, and the reply to another ping.
#[test]
fn other_packets_are_vetoed() {
    let (request, reply) = (ping(), pong(&ping()));
    assert!(admit(&HOST, &request, request.clone()).is_err());
    assert!(admit(&HOST, &reply, reply.clone()).is_err());
    let mut other = ping();
    other[27] = 10;
    seal(&mut other);
    assert!(admit(&HOST, &request, pong(&other)).is_err());
}

/// A request that was changed gets no reply, unless it still is a valid request: then it gets the
/// reply it now calls for, and no other.
#[test]
fn changed_requests_are_answered_or_met_with_silence() {
    let (request, reply) = (ping(), pong(&ping()));
    for (offset, value, mut mutant) in mutations(&request) {
        assert!(admit(&HOST, &mutant, reply.clone()).is_err(), "byte {offset} = {value}");
        assert!(admit_silence(&HOST, &mutant).is_ok(), "byte {offset} = {value}");
        seal(&mut mutant);
        match admit_silence(&HOST, &mutant) {
            Ok(()) => assert!(admit(&HOST, &mutant, reply.clone()).is_err()),
            Err(veto) => {
                assert_eq!(veto.findings[0].rule.id, "exchange.unanswered");
                assert!(admit(&HOST, &mutant, pong(&mutant)).is_ok(), "byte {offset} = {value}");
            }
        }
    }
}

/// A ping with options may be answered, with options or without, or met with silence; what is
/// answered is judged like any reply.
#[test]
fn a_ping_with_options() {
    let mut request = ping();
    request.splice(20..20, [7, 7, 4, 0, 0, 0, 0, 0]);
    request[0] = 0x47;
    request[3] += 8;
    seal(&mut request);
    let plain = pong(&ping());
    let mut recorded = plain.clone();
    recorded.splice(20..20, [7, 7, 8, 10, 0, 0, 1, 0]);
    recorded[0] = 0x47;
    recorded[3] += 8;
    seal(&mut recorded);
    assert!(admit_silence(&HOST, &request).is_ok());
    for reply in [plain, recorded] {
        assert!(admit(&HOST, &request, reply.clone()).is_ok());
        let start = usize::from(reply[0] & 15) * 4;
        for offset in start..reply.len() {
            let mut mutant = reply.clone();
            mutant[offset] ^= 0x10;
            seal(&mut mutant);
            let verdict = admit(&HOST, &request, mutant.clone());
            assert!(verdict.is_err() || mutant == reply, "byte {offset}");
        }
    }
}

/// What any packet is held to that is an echo reply or was one before the mutation.
const ON_THE_REPLY: [&str; 10] = [
    "ipv4.version",
    "ipv4.ihl",
    "ipv4.total_length",
    "ipv4.reserved_flag",
    "ipv4.ttl",
    "ipv4.checksum",
    "ipv4.source",
    "icmp.length",
    "icmp.checksum",
    "icmp.echo.code",
];

#[test]
fn mutations_break_every_rule_that_a_ping_can() {
    let (request, reply) = (ping(), pong(&ping()));
    let mut broken = BTreeSet::new();
    let mut note = |request: &[u8], reply: Option<&[u8]>| {
        broken.extend(judge(&HOST, request, reply).iter().map(|finding| finding.rule.id));
    };
    note(&request, None);
    note(&request[..50], Some(&reply));
    note(&request, Some(&[&reply[..], &[0]].concat()));
    for (_, _, mut mutant) in mutations(&reply) {
        note(&request, Some(&mutant));
        seal(&mut mutant);
        note(&request, Some(&mutant));
    }
    for (_, _, mut mutant) in mutations(&request) {
        note(&mutant, Some(&reply));
        seal_header(&mut mutant);
        note(&mutant, Some(&reply));
        seal(&mut mutant);
        note(&mutant, Some(&reply));
    }
    // The examples of others are of hosts that speak more.
    let is_on_pings = |rule: &&Rule| matches!(rule.fail, Example::Exchange { .. });
    let on_exchanges =
        RULES.iter().filter(|rule| rule.scope() == Scope::Exchange && is_on_pings(rule));
    let mut every: BTreeSet<_> = on_exchanges.map(|rule| rule.id).collect();
    every.extend(ON_THE_REPLY);
    let missed: Vec<_> = every.difference(&broken).collect();
    assert!(missed.is_empty(), "{missed:?}");
}
