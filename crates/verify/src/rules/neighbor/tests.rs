//! What the two examples of a rule do not show: boundaries, and what must not be found.

use wire::{Link, Packet};

use super::super::icmp::tests::{found, judged, patched};
use super::{advertisement, option, solicitation};
use crate::Severity;

/// Where the message begins, its target, and its options if it is a solicitation.
const MESSAGE: usize = 40;
const TARGET: usize = MESSAGE + 8;
const OPTIONS: usize = MESSAGE + 24;
/// The prefix information of the router advertisement, after the link-layer address.
const PREFIX: usize = MESSAGE + 16 + 8;

#[test]
fn reserved_fields_are_let_be() {
    assert_eq!(found(&super::HOP_LIMIT, &[(MESSAGE + 4, &[0xff; 4])]), []);
    assert_eq!(found(&advertisement::SOURCE, &[(MESSAGE + 5, &[0xff])]), []);
}

#[test]
fn options_of_unknown_types_are_let_be() {
    assert_eq!(found(&super::HOP_LIMIT, &[(OPTIONS, &[99])]), []);
}

#[test]
fn neighbors_are_asked_one_by_one() {
    let target = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2];
    assert_eq!(found(&super::HOP_LIMIT, &[(24, &target)]), []);
    // To another than the target.
    let mut other = target;
    other[15] = 9;
    let astray = [("icmpv6.neighbor_solicitation.destination", Severity::Warning)];
    assert_eq!(found(&super::HOP_LIMIT, &[(24, &other)]), astray);
    // Who registers an address asks the router.
    assert_eq!(found(&super::HOP_LIMIT, &[(24, &other), (OPTIONS, &[33])]), []);
}

#[test]
fn links_without_addresses_need_no_option() {
    let (link, frame) = patched(&solicitation::LINK_LAYER_MISSING, &[]);
    let (mut short, at) = (frame[..14 + OPTIONS].to_vec(), 14 + 4);
    short[at..at + 2].copy_from_slice(&[0, 24]);
    let missing = [("icmpv6.neighbor_solicitation.source_link_layer.missing", Severity::Error)];
    assert_eq!(judged(&Packet::new(link, &short, short.len())), missing);
    assert_eq!(judged(&Packet::new(Link::RawIp, &short[14..], short.len() - 14)), []);
    // From the unspecified address there is none.
    short[14 + 8..14 + 24].fill(0);
    assert_eq!(judged(&Packet::new(link, &short, short.len())), []);
}

#[test]
fn other_links_have_longer_addresses() {
    let (_, mut frame) = patched(&super::HOP_LIMIT, &[(4, &[0, 40]), (OPTIONS + 1, &[2])]);
    frame.extend([0; 8]);
    assert_eq!(judged(&Packet::ip(&frame)), []);
}

#[test]
fn a_prefix_with_the_routers_address() {
    let last = PREFIX + 31;
    let trailing = [("icmpv6.option.prefix", Severity::Error)];
    assert_eq!(found(&option::prefix::TRAILING, &[(last, &[1])]), trailing);
    assert_eq!(found(&option::prefix::TRAILING, &[(last, &[1]), (PREFIX + 3, &[0xe0])]), []);
    assert_eq!(found(&option::prefix::TRAILING, &[(last, &[1]), (PREFIX + 2, &[128])]), []);
}

#[test]
fn lifetimes_without_end() {
    assert_eq!(found(&option::prefix::LIFETIMES, &[(PREFIX + 4, &[0xff; 8])]), []);
    assert_eq!(found(&option::prefix::LIFETIMES, &[(PREFIX + 4, &[0; 8])]), []);
}

#[test]
fn advertisements_to_all_are_not_solicited() {
    let all = [0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    assert_eq!(found(&advertisement::SOLICITED, &[(24, &all), (MESSAGE + 4, &[0xa0])]), []);
}

#[test]
fn a_target_is_the_destination_or_a_router() {
    use super::redirect::TARGET as RULE;
    let (_, frame) = patched(&RULE, &[]);
    let destination = frame[TARGET + 16..TARGET + 32].to_vec();
    assert_eq!(found(&RULE, &[(TARGET, &destination)]), []);
}

#[test]
fn every_message_is_held_to_its_length_and_hop_limit() {
    let rules = [
        super::ROUTER_SOLICITATION_LENGTH,
        super::ROUTER_ADVERTISEMENT_LENGTH,
        super::NEIGHBOR_SOLICITATION_LENGTH,
        super::NEIGHBOR_ADVERTISEMENT_LENGTH,
        super::REDIRECT_LENGTH,
    ];
    for rule in rules {
        let forwarded = [("icmpv6.neighbor.hop_limit", Severity::Error)];
        assert_eq!(found(&rule, &[(7, &[254])]), forwarded, "{}", rule.id);
        let coded = [("icmpv6.neighbor.code", Severity::Error)];
        assert_eq!(found(&rule, &[(41, &[1])]), coded, "{}", rule.id);
    }
}
