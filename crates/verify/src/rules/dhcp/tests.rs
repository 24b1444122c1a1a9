use std::net::Ipv4Addr;

use proptest::prelude::*;
use wire::dhcp::{COOKIE, field, message};
use wire::{Packet, hex};

use super::{ACK, DISCOVER, OFFER, REQUEST};
use crate::{Example, Finding, Severity, inspect};

/// A message in the making: `op`, the addresses that are not zero, options without their end.
#[derive(Clone, Default)]
struct Message {
    op: u8,
    client: [u8; 4],
    your: [u8; 4],
    relay: [u8; 4],
    options: Vec<u8>,
}

const CLIENT: [u8; 4] = [10, 0, 0, 9];
const SERVER: [u8; 6] = [54, 4, 10, 0, 0, 1];
const LEASE: [u8; 6] = [51, 4, 0, 0, 14, 16];
const WANTED: [u8; 6] = [50, 4, 10, 0, 0, 9];
const NONE: [&str; 0] = [];

/// A message of that type with those options.
fn typed(kind: u8, options: &[&[u8]]) -> Message {
    let request = matches!(
        kind,
        message::DISCOVER
            | message::REQUEST
            | message::DECLINE
            | message::RELEASE
            | message::INFORM
            | 10
    );
    let options = [&[&[53, 1, kind][..]], options].concat().concat();
    Message { op: if request { 1 } else { 2 }, options, ..Message::default() }
}

impl Message {
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![0; 236];
        bytes[..3].copy_from_slice(&[self.op, 1, 6]);
        bytes[field::CLIENT_ADDRESS].copy_from_slice(&self.client);
        bytes[field::YOUR_ADDRESS].copy_from_slice(&self.your);
        bytes[field::RELAY_ADDRESS].copy_from_slice(&self.relay);
        bytes.extend(COOKIE);
        bytes.extend(&self.options);
        bytes.push(255);
        bytes
    }

    /// By the ports of its operation, or those of relay agents.
    fn findings(&self) -> Vec<Finding> {
        let ports = match (self.relay, self.op) {
            ([0, 0, 0, 0], 1) => [68, 67],
            ([0, 0, 0, 0], _) => [67, 68],
            _ => [67, 67],
        };
        findings(ports, &self.bytes())
    }

    fn broken(&self) -> Vec<&'static str> {
        self.findings().iter().map(|finding| finding.rule.id).collect()
    }
}

/// The findings in a message over UDP without checksum.
fn findings(ports: [u16; 2], message: &[u8]) -> Vec<Finding> {
    let length = message.len() as u16 + 8;
    let mut packet = hex::parse("4500000000000000401100000a0000010a000009").unwrap();
    packet[2..4].copy_from_slice(&(length + 20).to_be_bytes());
    let sum = wire::checksum::sum(&packet);
    packet[10..12].copy_from_slice(&(!sum).to_be_bytes());
    packet.extend([ports[0], ports[1], length, 0].map(u16::to_be_bytes).as_flattened());
    packet.extend(message);
    inspect(&Packet::ip(&packet))
}

#[test]
fn what_is_legal_is_not_found() {
    let check = |message: Message| assert_eq!(message.broken(), NONE, "{:?}", message.options);
    // A boot server's offer and one of no address but IPv6 (RFC 8925): neither leases anything.
    check(typed(message::OFFER, &[&SERVER, &[60, 3, b'P', b'X', b'E']]));
    check(typed(message::OFFER, &[&SERVER, &[108, 4, 0, 0, 1, 44]]));
    // The answer to DHCPINFORM.
    check(Message { client: CLIENT, ..typed(message::ACK, &[&SERVER, &[1, 4, 255, 255, 255, 0]]) });
    // A request after a reboot, and of renewal.
    check(typed(message::REQUEST, &[&WANTED]));
    check(Message { client: CLIENT, ..typed(message::REQUEST, &[]) });
    check(typed(message::DECLINE, &[&WANTED, &SERVER]));
    check(Message { client: CLIENT, ..typed(message::RELEASE, &[&SERVER]) });
    check(Message { client: CLIENT, ..typed(message::INFORM, &[&[55, 1, 6]]) });
    // Through a relay agent both go to port 67.
    let relay = [10, 0, 0, 5];
    check(Message { relay, your: CLIENT, ..typed(message::OFFER, &[&SERVER, &LEASE]) });
    check(Message { relay, ..typed(message::DISCOVER, &[&[82, 4, 1, 2, 0, 1]]) });
    // A lease for ever, with times however long.
    let ever = [51, 4, 255, 255, 255, 255, 59, 4, 255, 255, 255, 255];
    check(Message { your: CLIENT, ..typed(message::ACK, &[&SERVER, &ever]) });
    // Types of later RFCs (RFC 3203, RFC 4388).
    check(typed(9, &[]));
    check(Message { client: CLIENT, ..typed(10, &[]) });
    check(Message { client: CLIENT, ..typed(13, &[&SERVER]) });
    // Sixty-five routers, in two parts (RFC 3396).
    let routers = [&[3, 255][..], &[1; 255], &[3, 5], &[1; 5]].concat();
    check(Message {
        your: CLIENT,
        ..typed(message::OFFER, &[&SERVER, &LEASE, &[1, 4, 255, 0, 0, 0], &routers])
    });
}

#[test]
fn bootp_is_let_be() {
    let mut bytes = vec![0; 300];
    bytes[..3].copy_from_slice(&[1, 1, 6]);
    assert!(findings([68, 67], &bytes).is_empty());
    bytes[236..240].copy_from_slice(b"CMU\0");
    assert!(findings([68, 67], &bytes).is_empty());
    bytes[236..240].copy_from_slice(&COOKIE);
    assert!(findings([68, 67], &bytes).is_empty());
    // With options it is worth a note, and without an end no more than that.
    bytes[240..300].fill(0);
    bytes[240..243].copy_from_slice(&[12, 1, b'a']);
    let found = findings([68, 67], &bytes);
    assert_eq!((found.len(), found[0].rule.id), (1, "dhcp.type.missing"));
    assert_eq!(found[0].severity, Severity::Note);
    // No more than the fixed fields.
    assert!(findings([68, 67], &bytes[..236]).is_empty());
}

#[test]
fn hardware_other_than_ethernet_has_other_lengths() {
    let mut bytes = typed(message::DISCOVER, &[]).bytes();
    // Over InfiniBand (RFC 4390).
    bytes[1..3].copy_from_slice(&[32, 0]);
    assert!(findings([68, 67], &bytes).is_empty());
    bytes[2] = 16;
    assert!(findings([68, 67], &bytes).is_empty());
    bytes[2] = 17;
    assert_eq!(findings([68, 67], &bytes)[0].rule.id, "dhcp.hlen.most");
}

#[test]
fn missing_options_matter_as_much_as_rfcs_agree() {
    let check = |message: Message, id: &str, severity| {
        let found = message.findings();
        let found: Vec<_> = found.iter().map(|one| (one.rule.id, one.severity)).collect();
        assert_eq!(found, [(id, severity)]);
    };
    let your = |message| Message { your: CLIENT, ..message };
    let (error, warning) = (Severity::Error, Severity::Warning);
    check(your(typed(message::OFFER, &[&SERVER])), "dhcp.lease_time.missing", error);
    check(your(typed(message::ACK, &[&SERVER])), "dhcp.lease_time.missing", warning);
    check(your(typed(message::OFFER, &[&LEASE])), "dhcp.server_identifier.missing", error);
    check(your(typed(message::ACK, &[&LEASE])), "dhcp.server_identifier.missing", warning);
    check(typed(message::NAK, &[]), "dhcp.server_identifier.missing", warning);
    check(typed(message::RELEASE, &[]), "dhcp.server_identifier.missing", error);
    check(typed(message::DECLINE, &[&SERVER]), "dhcp.requested_address.missing", error);
    check(typed(message::REQUEST, &[]), "dhcp.requested_address.missing", error);
}

#[test]
fn options_that_do_not_belong() {
    let check = |message: Message, expect: &[&str]| assert_eq!(message.broken(), expect);
    check(typed(message::NAK, &[&SERVER, &LEASE]), &["dhcp.lease_time"]);
    check(typed(message::RELEASE, &[&SERVER, &WANTED]), &["dhcp.requested_address"]);
    check(
        typed(message::INFORM, &[&WANTED, &LEASE]),
        &["dhcp.requested_address", "dhcp.lease_time"],
    );
    let your = |message| Message { your: CLIENT, ..message };
    check(your(typed(message::ACK, &[&SERVER, &LEASE, &[57, 2, 5, 0]])), &["dhcp.reply.wishes"]);
    check(your(typed(message::OFFER, &[&SERVER, &LEASE, &WANTED])), &["dhcp.requested_address"]);
}

#[test]
fn times_are_compared_as_far_as_they_are_there() {
    let check = |t1: u8, t2: u8, expect: &[&str]| {
        let mut options: Vec<&[u8]> = vec![&SERVER, &[51, 4, 0, 0, 0, 100]];
        let (one, two) = ([58, 4, 0, 0, 0, t1], [59, 4, 0, 0, 0, t2]);
        if t1 > 0 {
            options.push(&one);
        }
        if t2 > 0 {
            options.push(&two);
        }
        let message = Message { your: CLIENT, ..typed(message::ACK, &options) };
        assert_eq!(message.broken(), expect, "{t1} {t2}");
    };
    check(50, 99, &[]);
    check(50, 50, &["dhcp.times"]);
    check(50, 100, &["dhcp.times"]);
    check(100, 0, &["dhcp.times"]);
    check(0, 100, &["dhcp.times"]);
    check(99, 0, &[]);
}

#[test]
fn lengths_at_their_limits() {
    let check = |option: &[u8], expect: &[&str]| {
        assert_eq!(typed(message::DISCOVER, &[option]).broken(), expect, "{option:?}");
    };
    check(&[80, 0], &[]);
    check(&[80, 1, 0], &["dhcp.option.length.constant"]);
    check(&[57, 2, 2, 64], &[]);
    check(&[57, 2, 2, 63], &["dhcp.option.maximum_size"]);
    check(&[57, 1, 2], &["dhcp.option.length.constant"]);
    check(&[61, 2, 0, 1], &[]);
    check(&[61, 1, 0], &["dhcp.option.length.least"]);
    check(&[6, 0], &["dhcp.option.length.addresses"]);
    check(&[33, 4, 1, 2, 3, 4], &["dhcp.option.length.addresses"]);
    check(&[68, 0], &[]);
    check(&[82, 3, 1, 0, 9], &["dhcp.option.relay_agent"]);
    check(&[82, 2, 1, 0], &[]);
    check(&[200, 0], &[]);
    check(&[12, 250, 1], &["dhcp.option.length"]);
}

#[test]
fn options_in_file_and_sname_are_options() {
    let mut bytes = Message { your: CLIENT, ..typed(message::OFFER, &[&[52, 1, 3]]) }.bytes();
    bytes[108..114].copy_from_slice(&SERVER);
    bytes[114] = 255;
    bytes[44..50].copy_from_slice(&LEASE);
    bytes[50] = 255;
    assert!(findings([67, 68], &bytes).is_empty());
    bytes[50] = 0;
    assert_eq!(findings([67, 68], &bytes)[0].rule.id, "dhcp.option.end");
    bytes[50..52].copy_from_slice(&[12, 90]);
    let found = findings([67, 68], &bytes);
    assert_eq!((found[0].rule.id, found[0].offset), ("dhcp.option.length", 28 + 51));
}

#[test]
fn the_operation_is_mended_where_ports_and_type_agree() {
    let mut bytes = typed(message::DISCOVER, &[]).bytes();
    bytes[0] = 2;
    let found = findings([68, 67], &bytes);
    let found: Vec<_> = found.iter().map(|one| (one.rule.id, one.edits.len())).collect();
    assert_eq!(found, [("dhcp.op.port", 1), ("dhcp.type.op", 1)]);
    // Here the ports could be wrong as well.
    let found = findings([67, 68], &bytes);
    let found: Vec<_> = found.iter().map(|one| (one.rule.id, one.edits.len())).collect();
    assert_eq!(found, [("dhcp.type.op", 0)]);
    bytes[0] = 0;
    assert_eq!(findings([67, 68], &bytes)[0].edits.len(), 0);
    assert_eq!(findings([68, 67], &bytes)[0].edits.len(), 1);
}

/// What the snap length cuts off is not missing.
#[test]
fn what_is_not_here_is_not_missing() {
    for example in [DISCOVER, OFFER, REQUEST, ACK] {
        let Example::Packet(link, text) = example else { panic!("{example:?}") };
        let bytes = hex::parse(text).unwrap();
        for length in 20..bytes.len() {
            let found = inspect(&Packet::new(link, &bytes[..length], bytes.len()));
            assert!(found.is_empty(), "{length}: {found:?}");
        }
    }
}

proptest! {
    #[test]
    fn any_message_is_judged(
        start in any::<[u8; 12]>(),
        address in any::<[u8; 4]>(),
        cookie in prop_oneof![Just(COOKIE), any::<[u8; 4]>()],
        options in prop::collection::vec(
            prop_oneof![Just(53_u8), Just(1), Just(52), Just(82), Just(255), 0..9_u8, any::<u8>()],
            0..90,
        ),
        cut in 0..300_usize,
    ) {
        let mut bytes = vec![0; 236];
        bytes[..12].copy_from_slice(&start);
        bytes[16..20].copy_from_slice(&Ipv4Addr::from(address).octets());
        bytes.extend(cookie);
        bytes.extend(options);
        bytes.truncate(cut.max(1));
        for finding in findings([68, 67], &bytes) {
            prop_assert!(finding.offset + finding.length <= bytes.len() + 28, "{finding}");
            prop_assert!(finding.length > 0, "{finding}");
        }
    }
}
