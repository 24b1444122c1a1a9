//! What the two examples of a rule do not show: boundaries, and what must not be found.

use proptest::prelude::*;
use wire::{Link, Packet, hex};

use super::super::{extension, icmpv6, igmp, listener, neighbor};
use super::{error, router};
use crate::{Example, RULES, Rule, Severity, inspect};

/// A frame of an example, with other bytes at these offsets.
pub(in crate::rules) fn patched(rule: &Rule, patches: &[(usize, &[u8])]) -> (Link, Vec<u8>) {
    let Example::Packet(link, text) = rule.pass else { panic!("{}: no packet", rule.id) };
    let mut frame = hex::parse(text).unwrap();
    for (offset, bytes) in patches {
        frame[*offset..offset + bytes.len()].copy_from_slice(bytes);
    }
    (link, frame)
}

/// What is found in the passing example of `rule` with other bytes at these offsets, checksums left aside.
pub(in crate::rules) fn found(
    rule: &Rule,
    patches: &[(usize, &[u8])],
) -> Vec<(&'static str, Severity)> {
    let (link, frame) = patched(rule, patches);
    judged(&Packet::new(link, &frame, frame.len()))
}

/// What is found in a packet, checksums left aside.
pub(in crate::rules) fn judged(packet: &Packet) -> Vec<(&'static str, Severity)> {
    let findings = inspect(packet);
    let findings = findings.iter().filter(|finding| !finding.rule.id.ends_with(".checksum"));
    findings.map(|finding| (finding.rule.id, finding.severity)).collect()
}

/// Whose examples are tried: the rules of this family.
fn family() -> impl Iterator<Item = (Link, Vec<u8>, &'static Rule)> {
    RULES.iter().filter_map(|rule| match rule.pass {
        Example::Packet(link, text) if is_family(rule) => {
            Some((link, hex::parse(text).unwrap(), rule))
        }
        _ => None,
    })
}

fn is_family(rule: &Rule) -> bool {
    ["icmp.", "icmpv6.", "igmp."].iter().any(|prefix| rule.id.starts_with(prefix))
}

#[test]
fn a_snap_length_is_no_fault() {
    for (link, frame, rule) in family() {
        for length in 0..frame.len() {
            let findings = inspect(&Packet::new(link, &frame[..length], frame.len()));
            assert!(findings.is_empty(), "{} at {length}: {findings:?}", rule.id);
        }
    }
}

#[test]
fn codes_up_to_the_last() {
    for code in 0..=15 {
        // Where fragmentation is needed, an MTU is missing here.
        let expect: &[_] = if code == 4 { &[("icmp.mtu", Severity::Warning)] } else { &[] };
        assert_eq!(found(&error::QUOTE, &[(21, &[code])]), expect, "{code}");
    }
    let beyond = found(&error::QUOTE, &[(21, &[16])]);
    assert_eq!(beyond, [("icmp.unreachable.code", Severity::Warning)]);
}

#[test]
fn a_datagram_of_less_data_is_quoted_as_far_as_it_goes() {
    let (_, mut frame) = patched(&error::QUOTE, &[(30, &[0, 24])]);
    frame.truncate(52);
    frame[3] = 52;
    assert_eq!(judged(&Packet::ip(&frame)), []);
    frame[31] = 25;
    assert_eq!(judged(&Packet::ip(&frame)), [("icmp.error.quote", Severity::Error)]);
}

#[test]
fn a_fragment_of_an_error_may_quote_less() {
    let (_, mut frame) = patched(&error::QUOTE, &[(6, &[0x20, 0])]);
    frame.truncate(44);
    frame[3] = 44;
    assert_eq!(judged(&Packet::ip(&frame)), []);
}

#[test]
fn a_host_tells_itself_of_errors() {
    let host = [127, 0, 0, 1];
    let to_itself: [(usize, &[u8]); 4] = [(12, &host), (16, &host), (40, &host), (44, &host)];
    assert_eq!(found(&error::QUOTE, &to_itself), []);
    let from_itself = found(&error::QUOTE, &[(40, &host)]);
    assert_eq!(from_itself, [("icmp.error.about_source", Severity::Error)]);
}

#[test]
fn a_parameter_problem_may_be_about_the_version() {
    let problem: [(usize, &[u8]); 3] = [(20, &[12, 0]), (24, &[0]), (28, &[0x65])];
    assert_eq!(found(&error::QUOTE, &problem), []);
    assert_eq!(found(&super::field::POINTER, &[(24, &[19])]), []);
    assert_eq!(found(&super::field::POINTER, &[(24, &[20])]), [("icmp.pointer", Severity::Error)]);
}

#[test]
fn mtus() {
    let mtu = |mtu: u16| found(&super::field::MTU, &[(26, &mtu.to_be_bytes())]);
    assert_eq!(mtu(0), [("icmp.mtu", Severity::Warning)]);
    assert_eq!(mtu(67), [("icmp.mtu", Severity::Error)]);
    assert_eq!((mtu(68), mtu(1499)), (vec![], vec![]));
    assert_eq!(mtu(1500), [("icmp.mtu.quoted", Severity::Warning)]);
}

#[test]
fn mobility_agents_advertise_themselves() {
    assert_eq!(found(&router::COUNT, &[(21, &[16])]), []);
    // No address, but more to follow.
    assert_eq!(found(&router::COUNT, &[(24, &[0])]), []);
    assert_eq!(found(&router::TTL, &[(8, &[64]), (16, &[10, 0, 0, 2])]), []);
}

#[test]
fn a_length_attribute_needs_no_structure() {
    let (_, frame) = patched(&extension::LENGTH, &[(2, &[0, 156])]);
    assert_eq!(judged(&Packet::ip(&frame[..156])), []);
    // A structure without a checksum.
    assert!(
        inspect(&Packet::ip(&patched(&extension::LENGTH, &[(158, &[0, 0])]).1))
            .iter()
            .all(|finding| finding.rule.id == "icmp.checksum")
    );
}

proptest! {
    #[test]
    fn no_bytes_panic(
        index in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let all: Vec<_> = family().collect();
        let (link, mut frame, _) = all[index.index(all.len())].clone();
        for (place, value) in changes {
            let place = place.index(frame.len());
            frame[place] = value;
        }
        let here = cut.index(frame.len() + 1);
        for length in [here, frame.len()] {
            for finding in inspect(&Packet::new(link, &frame[..here], length)) {
                prop_assert!(finding.offset + finding.length <= here, "{here}: {finding}");
            }
            let _ = wire::dissect::frame(&Packet::new(link, &frame[..here], length));
        }
    }
}

/// Every module of the family has rows in the table.
#[test]
fn rows_are_in_the_table() {
    let rows = [
        &icmpv6::CHECKSUM,
        &neighbor::HOP_LIMIT,
        &listener::HOP_LIMIT,
        &igmp::CHECKSUM,
        &extension::OBJECT_V6,
    ];
    assert!(rows.iter().all(|row| RULES.contains(row)));
}
