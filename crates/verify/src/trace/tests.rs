use wire::{Link, Packet, hex};

use super::*;
use crate::{Check, Example, RULES};

/// What a linter finds in these frames, by packet and rule.
fn lint(link: Link, frames: &[&str]) -> Vec<(u64, &'static str, Severity)> {
    let mut linter = Linter::new();
    let mut found = Vec::new();
    for (index, frame) in frames.iter().enumerate() {
        let frame = hex::parse(frame).unwrap();
        let findings = linter.packet(&Packet::new(link, &frame, frame.len()));
        let number = index as u64 + 1;
        found.extend(findings.iter().map(|finding| (number, finding.rule.id, finding.severity)));
    }
    let open = linter.end().into_iter();
    found.extend(open.map(|at| (at.packet, at.finding.rule.id, at.finding.severity)));
    found
}

#[test]
fn examples_of_traces_keep_and_break_their_rule() {
    let mut count = 0;
    for rule in RULES.iter().filter(|rule| matches!(rule.check, Check::Trace)) {
        let (Example::Trace(link, pass), Example::Trace(_, fail)) = (rule.pass, rule.fail) else {
            panic!("{}: its examples are no traces", rule.id);
        };
        assert_eq!(lint(link, pass), [], "{}", rule.id);
        let found = lint(link, fail);
        assert!(found.iter().any(|found| found.1 == rule.id), "{}: {found:?}", rule.id);
        assert!(found.iter().all(|found| found.1 == rule.id), "{}: {found:?}", rule.id);
        count += 1;
    }
    assert_eq!(count, 11);
}

const PING: &str = "4500002000000000400166db0a0000020a000001080019270007000170696e67";
const PONG: &str = "4500002000000000400166db0a0000010a000002000021270007000170696e67";

#[test]
fn a_packet_that_was_captured_twice_is_a_remark() {
    let found = lint(Link::RawIp, &[PING, PONG, PONG]);
    assert_eq!(found, [(3, "exchange.duplicate", Severity::Note)]);
}

#[test]
fn two_requests_may_have_two_replies() {
    assert_eq!(lint(Link::RawIp, &[PING, PING, PONG, PONG]), []);
}

#[test]
fn a_reply_without_its_request_is_let_be() {
    assert_eq!(lint(Link::RawIp, &[PONG, PONG]), []);
}

#[test]
fn a_reply_that_does_not_return_the_data() {
    let other = "4500002000000000400166db0a0000010a0000020000211a0007000170696e74";
    assert_eq!(lint(Link::RawIp, &[PING, other]), [(2, "icmp.echo.payload", Severity::Error)]);
    let short = "4500001f00000000400166dc0a0000010a0000020000218e0007000170696e";
    assert_eq!(lint(Link::RawIp, &[PING, short]), [(2, "icmp.echo.length", Severity::Error)]);
}

#[test]
fn a_request_to_a_group_may_have_many_replies() {
    let all = "4500002000000000400170da0a000002ffffffff080019270007000170696e67";
    let frames = [all, PONG, "4500002000000000400166d20a00000a0a000002000021270007000170696e67"];
    let found = lint(Link::RawIp, &frames);
    let remark = |packet| (packet, "silence.broadcast", Severity::Note);
    assert!(found.contains(&remark(2)) && found.contains(&remark(3)), "{found:?}");
    assert!(found.iter().all(|found| found.2 == Severity::Note || found.0 == 1), "{found:?}");
}

#[test]
fn offload_is_told_once_a_flow() {
    // The checksum field holds the sum of addresses, protocol and length.
    let offloaded = "4500002000000000401166cb0a0000020a0000010fa00007000c142070696e67";
    let back = "4500002000000000401166cb0a0000010a00000200070fa0000c142070696e67";
    let found = lint(Link::RawIp, &[offloaded, offloaded, back, offloaded, back]);
    let note = |packet| (packet, "udp.checksum", Severity::Note);
    assert_eq!(found, [note(1), note(3)]);
}

#[test]
fn a_repeated_fragment_and_the_next_datagram_of_its_name_are_fine() {
    let first = "4500002400072000401146c00a0000020a0000010fa00007001800000102030405060708";
    let last = "4500001c00070002401166c60a0000020a0000011111111111111111";
    let longer = "4500002400070002401166be0a0000020a00000122222222222222222222222222222222";
    assert_eq!(lint(Link::RawIp, &[first, first, last, last]), []);
    assert_eq!(lint(Link::RawIp, &[last, first, first, longer]), []);
}

/// 44 octets of UDP in two pieces, the checksum over both.
#[test]
fn the_checksum_of_a_datagram_in_pieces() {
    let datagram = |checksum: u16, reverse: bool| {
        let mut udp = hex::parse("0fa000070030").unwrap();
        udp.extend(checksum.to_be_bytes());
        udp.extend((0..40).map(|octet: u8| octet.wrapping_mul(37)));
        let piece = |place: std::ops::Range<usize>, flags: u16| {
            let mut ip = hex::parse("450000000009000040110000 0a0000020a000001").unwrap();
            ip[3] = 20 + place.len() as u8;
            ip[6..8].copy_from_slice(&(flags | (place.start as u16 / 8)).to_be_bytes());
            let sum = wire::checksum::checksum(&ip);
            ip[10..12].copy_from_slice(&sum.to_be_bytes());
            hex::encode(&[&ip[..], &udp[place]].concat())
        };
        let mut pieces = [piece(0..24, 0x2000), piece(24..40, 0x2000), piece(40..48, 0)];
        if reverse {
            pieces.reverse();
        }
        let frames: Vec<&str> = pieces.iter().map(String::as_str).collect();
        lint(Link::RawIp, &frames)
    };
    let wrong = |packet| vec![(packet, "udp.checksum", Severity::Error)];
    // From another implementation: scapy's.
    const RIGHT: u16 = 0xe70b;
    assert_eq!((datagram(RIGHT, false), datagram(RIGHT, true)), (vec![], vec![]));
    assert_eq!((datagram(0xe70c, false), datagram(1, true)), (wrong(3), wrong(3)));
    assert_eq!(datagram(0, false), []);
}

/// The same under a source route, whose last stop is the destination that the checksum covers.
#[test]
fn the_checksum_of_a_datagram_in_pieces_under_a_source_route() {
    let datagram = |stop: [u8; 4]| {
        // The sum of source, last stop, protocol and length, and of 24 octets with these ports and length.
        let mut udp = hex::parse("0fa0000700180000 000102030405060708090a0b0c0d0e0f").unwrap();
        let pseudo = [&[10, 0, 0, 2, 10, 9, 9, 9, 0, 17, 0, 24], &udp[..]].concat();
        udp[6..8].copy_from_slice(&wire::checksum::checksum(&pseudo).to_be_bytes());
        let piece = |data: &[u8], place: [u8; 2]| {
            let mut ip =
                hex::parse("470000000009000040110000 0a0000020a000001 83070400000000 00").unwrap();
            ip[3] = 28 + data.len() as u8;
            ip[6..8].copy_from_slice(&place);
            ip[23..27].copy_from_slice(&stop);
            let sum = wire::checksum::checksum(&ip);
            ip[10..12].copy_from_slice(&sum.to_be_bytes());
            hex::encode(&[&ip[..], data].concat())
        };
        let pieces = [piece(&udp[..16], [0x20, 0]), piece(&udp[16..], [0, 2])];
        let found = lint(Link::RawIp, &[&pieces[0], &pieces[1]]);
        found.into_iter().filter(|found| found.1 == "udp.checksum").count()
    };
    assert_eq!((datagram([10, 9, 9, 9]), datagram([10, 9, 9, 8])), (0, 1));
}

#[test]
fn memory_is_bounded() {
    let mut linter = Linter::new();
    let mut ping = hex::parse(PING).unwrap();
    for number in 0..200_000_u32 {
        ping[12..16].copy_from_slice(&number.to_be_bytes());
        linter.packet(&Packet::ip(&ping));
    }
    assert_eq!(linter.end().len(), REMEMBERED);
    assert!(linter.trace.remarks.len() <= REMEMBERED);
}
