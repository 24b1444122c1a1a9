//! Random exchanges, from a fixed seed.

use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, RngSeed};
use verify::{Due, admit, due, judge, judge_packet};

use crate::packets::{HOST, ping, pong, seal};

/// So many cases from a seed that stays: a failure here is a failure everywhere.
pub fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        rng_algorithm: RngAlgorithm::ChaCha,
        rng_seed: RngSeed::Fixed(2),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// A valid ping with random fields and data.
pub fn pings() -> impl Strategy<Value = Vec<u8>> {
    let source = (1..224u8, any::<[u8; 3]>()).prop_map(|(a, [b, c, d])| [a, b, c, d]);
    let fields = (any::<u8>(), any::<[u8; 2]>(), any::<u8>(), any::<[u8; 4]>());
    let data = prop::collection::vec(any::<u8>(), 0..300);
    (source, fields, data).prop_filter_map("no single host", |(source, fields, data)| {
        let (tos, identification, ttl, echo) = fields;
        let mut packet = ping();
        packet.truncate(28);
        packet.extend(data);
        let length = (packet.len() as u16).to_be_bytes();
        packet[1] = tos;
        packet[2..4].copy_from_slice(&length);
        packet[4..6].copy_from_slice(&identification);
        packet[8] = ttl;
        packet[12..16].copy_from_slice(&source);
        packet[24..28].copy_from_slice(&echo);
        seal(&mut packet);
        (due(&HOST, &packet) == Due::Reply).then_some(packet)
    })
}

/// Edits that a confused responder might make: some bytes, a length, fresh checksums or not.
fn confused() -> impl Strategy<Value = (Vec<(prop::sample::Index, u8)>, i8, bool)> {
    let bytes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4);
    let growth = prop_oneof![4 => Just(0), 1 => -8..8i8];
    (bytes, growth, any::<bool>())
}

/// What of a reply is not for its host to choose.
fn fixed(reply: &[u8]) -> Option<(u8, Vec<u8>, u8, Vec<u8>)> {
    let rest = reply.get(12..)?.to_vec();
    Some((reply[0], reply[2..4].to_vec(), reply[9], rest))
}

proptest! {
    #![proptest_config(config(4096))]

    #[test]
    fn the_reply_to_any_ping_is_admitted_and_silence_is_not(request in pings()) {
        let reply = pong(&request);
        let admitted = admit(&HOST, &request, reply.clone()).unwrap();
        prop_assert_eq!(&*admitted, &reply[..]);
        prop_assert!(admitted.remarks().is_empty());
        prop_assert!(verify::admit_silence(&HOST, &request).is_err());
    }

    #[test]
    fn replies_are_admitted_only_if_all_that_matters_is_right(
        request in pings(),
        (bytes, growth, sealed) in confused(),
    ) {
        let good = pong(&request);
        let mut reply = good.clone();
        reply.resize(reply.len().saturating_add_signed(isize::from(growth)), 0);
        for (index, value) in &bytes {
            let offset = index.index(reply.len());
            reply[offset] = *value;
        }
        if sealed && reply.len() >= 28 {
            seal(&mut reply);
        }
        let verdict = admit(&HOST, &request, reply.clone());
        if verdict.is_ok() {
            prop_assert_eq!(fixed(&reply), fixed(&good));
            prop_assert!(reply[6] & !0x40 == 0 && reply[7] == 0 && reply[8] != 0);
            let mut sealed = reply.clone();
            seal(&mut sealed);
            prop_assert_eq!(sealed, reply);
        }
    }

    #[test]
    fn random_bytes_are_never_admitted(
        request in pings(),
        reply in prop::collection::vec(any::<u8>(), 0..120),
    ) {
        prop_assert!(admit(&HOST, &request, reply).is_err());
    }

    #[test]
    fn nothing_is_admitted_where_silence_is_due(
        request in prop::collection::vec(any::<u8>(), 0..120),
        reply in prop::collection::vec(any::<u8>(), 0..120),
    ) {
        prop_assume!(matches!(due(&HOST, &request), Due::Silence(_)));
        prop_assert!(verify::admit_silence(&HOST, &request).is_ok());
        let findings = judge(&HOST, &request, Some(&reply));
        prop_assert!(findings.iter().any(|finding| finding.rule.id.starts_with("silence.")));
        for finding in findings {
            prop_assert!(finding.offset + finding.length <= reply.len(), "{finding}");
        }
    }

    #[test]
    fn findings_lie_within_the_packet(
        header in prop_oneof![Just(0x45), 0x40..0x50u8, any::<u8>()],
        rest in prop::collection::vec(any::<u8>(), 0..120),
    ) {
        let packet = [&[header], &rest[..]].concat();
        for finding in judge_packet(&packet).into_iter().chain(judge(&HOST, &ping(), Some(&packet))) {
            prop_assert!(finding.offset + finding.length <= packet.len(), "{finding}");
            prop_assert!(!finding.to_string().is_empty());
        }
    }
}

/// The all-zero message: the one whose checksum is ffff, where RFC 1624's shortcut says 0000.
#[test]
fn the_all_zero_reply() {
    let mut request = ping();
    request[24..].fill(0);
    seal(&mut request);
    let mut reply = pong(&request);
    assert_eq!(reply[22..24], [0xff, 0xff]);
    assert!(admit(&HOST, &request, reply.clone()).is_ok());
    reply[22..24].fill(0);
    let veto = admit(&HOST, &request, reply).unwrap_err();
    assert_eq!(veto.to_string().lines().count(), 1);
    assert_eq!(veto.findings[0].message, "expected 0xffff, found 0x0000");
}

/// The other zero: a receiver would take ffff for 0000, but no sender computes it.
#[test]
fn the_negative_zero() {
    let request = ping();
    let mut reply = pong(&request);
    // Choose the identification so that the header's checksum is 0000.
    let checksum = [reply[10], reply[11]];
    reply[4..6].copy_from_slice(&checksum);
    seal(&mut reply);
    assert_eq!(reply[10..12], [0, 0]);
    assert!(admit(&HOST, &request, reply.clone()).is_ok());
    reply[10..12].fill(0xff);
    let veto = admit(&HOST, &request, reply).unwrap_err();
    assert_eq!(veto.findings[0].rule.id, "ipv4.checksum");
}
