//! What the two examples of a rule do not show: boundaries, and what must not be found.

use proptest::prelude::*;
use wire::checksum::{add16, sum};
use wire::{Link, Packet, Protocol, hex};

use crate::{Severity, inspect};

/// A segment from 10.0.0.2 to 10.0.0.1 with these flags, options and data, sequence number 1,
/// acknowledgment number 1 where ACK is set.
fn segment(flags: u8, options: &str, data: &[u8]) -> Vec<u8> {
    let options = hex::parse(options).unwrap();
    let total = 40 + options.len() + data.len();
    let mut bytes = hex::parse("4500000000000000400600000a0000020a0000019c40000700000001").unwrap();
    bytes[2..4].copy_from_slice(&(total as u16).to_be_bytes());
    let offset = (5 + options.len() as u8 / 4) << 4;
    bytes.extend([0, 0, 0, flags >> 4 & 1, offset, flags, 255, 255, 0, 0, 0, 0]);
    bytes.extend(options);
    bytes.extend(data);
    seal(&mut bytes);
    bytes
}

/// Puts both checksums right.
fn seal(bytes: &mut [u8]) {
    bytes[10..12].fill(0);
    let header = !sum(&bytes[..20]);
    bytes[10..12].copy_from_slice(&header.to_be_bytes());
    bytes[36..38].fill(0);
    let pseudo = add16(sum(&bytes[12..20]), 6 + bytes.len() as u16 - 20);
    let checksum = !add16(pseudo, sum(&bytes[20..]));
    bytes[36..38].copy_from_slice(&checksum.to_be_bytes());
}

fn found(bytes: &[u8]) -> Vec<(&'static str, Severity)> {
    cut(bytes, bytes.len())
}

/// The findings of a frame of which so many octets were captured.
fn cut(bytes: &[u8], captured: usize) -> Vec<(&'static str, Severity)> {
    let packet = Packet::new(Link::RawIp, &bytes[..captured], bytes.len());
    let findings = inspect(&packet);
    findings.iter().map(|finding| (finding.rule.id, finding.severity)).collect()
}

const MSS: &str = "020405b4";

#[test]
fn every_set_of_flags_is_judged_once() {
    use Severity::{Error, Note, Warning};
    for flags in 0..=0xff {
        let options = if flags & 2 != 0 { MSS } else { "" };
        let mut bytes = segment(flags, options, &[]);
        bytes[39] = flags >> 5 & 1;
        seal(&mut bytes);
        let expect = match flags & 0x3f {
            0 => Some(("tcp.flags.none", Error)),
            0x29 => Some(("tcp.flags.xmas", Error)),
            bits if bits & 0x16 == 0 && bits & 1 != 0 => Some(("tcp.flags.fin_without_ack", Error)),
            bits if bits & 0x16 == 0 => Some(("tcp.flags.ack_missing", Error)),
            bits if bits & 6 == 6 => Some(("tcp.flags.syn_rst", Warning)),
            bits if bits & 3 == 3 => Some(("tcp.flags.syn_fin", Warning)),
            bits if bits & 5 == 5 => Some(("tcp.flags.fin_rst", Note)),
            _ => None,
        };
        assert_eq!(found(&bytes), expect.into_iter().collect::<Vec<_>>(), "{flags:02x}");
    }
}

#[test]
fn what_hosts_send_has_no_finding() {
    let stamps = "0101080a0000000200000001";
    let sack = "0101050a0000000500000009";
    let handshake = "020405b40402080a00000002000000000103030e";
    let dss = "1e142004aabbccddeeff0011223344550007abcd";
    for (flags, options, data) in [
        (0x02, handshake, &[][..]),
        (0xc2, handshake, &[]),
        (0x12, "020405b40402080a000000020000000101030307", &[]),
        (0x52, "020405b4", &[]),
        (0xd2, "020405b4", &[]),
        (0x18, stamps, b"ping"),
        (0x11, stamps, b""),
        (0x14, "", b""),
        (0x04, "", b""),
        (0x10, &format!("{stamps}{sack}"), b""),
        // Of four blocks the second wraps, as sequence numbers do.
        (0x10, "0101051200000005 00000009 fffffff0 00000010", b""),
        (0x10, &format!("{dss}{dss}"), b"ping"),
        // Fast Open while it was an experiment, with its data.
        (0x02, "020405b4fe0cf9890102030405060708", b"ping"),
        (0x10, "fd04e2d4", b""),
        // A list that ends early, with padding.
        (0x10, "080a0000000200000001 0000", b""),
    ] {
        assert_eq!(found(&segment(flags, options, data)), [], "{flags:02x} {options}");
    }
}

#[test]
fn what_was_not_captured_is_not_missing() {
    let whole = segment(0x02, "020405b40402080a00000002000000000103030e", b"");
    for captured in 20..whole.len() {
        assert_eq!(cut(&whole, captured), [], "{captured}");
    }
    let mut short = segment(0x10, "", b"");
    short.truncate(32);
    short[3] = 32;
    short[10..12].fill(0);
    let header = !sum(&short[..20]);
    short[10..12].copy_from_slice(&header.to_be_bytes());
    assert_eq!(found(&short), [("tcp.header", Severity::Error)]);
}

#[test]
fn the_rest_of_a_header_may_be_in_the_next_fragment() {
    let mut first = segment(0x10, "0101080a0000000200000001 00000000", b"");
    first.truncate(44);
    first[2..4].copy_from_slice(&[0, 44]);
    first[6] = 0x20;
    first[10..12].fill(0);
    let header = !sum(&first[..20]);
    first[10..12].copy_from_slice(&header.to_be_bytes());
    assert_eq!(found(&first), []);
}

#[test]
fn lengths_at_their_bounds() {
    use Severity::{Error, Note, Warning};
    let mss = |value| format!("0204{value:04x}");
    let expect = |options: &str, expect: &[(&str, Severity)]| {
        assert_eq!(found(&segment(0x02, options, b"")), expect, "{options}");
    };
    expect(&mss(28), &[]);
    expect(&mss(27), &[("tcp.option.mss.value", Warning)]);
    expect("", &[("tcp.option.mss.missing", Note)]);
    expect("020405b402000000", &[("tcp.option.length", Error)]);
    expect("020405b4010101fd", &[("tcp.option.length", Error)]);
    // After a length that leads nowhere an MSS may have been meant.
    expect("05090000", &[("tcp.option.length", Error)]);
    for (length, wrong) in
        [(2, false), (3, true), (4, true), (5, true), (6, false), (18, false), (20, true)]
    {
        let mut option = vec![0x22, length];
        option.resize(usize::from(length).next_multiple_of(4), 0);
        let bytes = segment(0x02, &format!("{MSS}{}", hex::encode(&option)), b"");
        let names: Vec<_> = found(&bytes).iter().map(|found| found.0).collect();
        assert_eq!(names.contains(&"tcp.option.fast_open.length"), wrong, "{length}");
    }
    let echo = |options| found(&segment(0x04, options, b""));
    assert_eq!(echo("0101080a0000000200000000"), []);
    assert_eq!(echo("0101080a0000000200000001"), [("tcp.option.timestamps.echo", Warning)]);
}

#[test]
fn sack_without_blocks_or_with_an_empty_one_is_a_remark() {
    let note = |name| vec![(name, Severity::Note)];
    let judged = |options| found(&segment(0x10, options, b""));
    assert_eq!(judged("01010502"), note("tcp.option.sack.length"));
    assert_eq!(judged("0101050a0000000500000005"), note("tcp.option.sack.block"));
    let block = "tcp.option.sack.block";
    assert_eq!(judged("0101051200000005000000090000000700000006"), [(block, Severity::Error)]);
}

#[test]
fn a_wrong_sum_in_what_the_card_put_together_is_a_remark() {
    for (length, severity) in [(1460, Severity::Error), (1461, Severity::Note)] {
        let mut bytes = segment(0x10, "", &vec![7; length]);
        bytes[36] ^= 0x55;
        assert_eq!(found(&bytes), [("tcp.checksum", severity)]);
    }
}

#[test]
fn over_ipv6() {
    let six = |destination: &str, mss: &str| {
        let header = "6000000000180640 20010db8000000000000000000000002";
        let tcp = "9c40000700000001000000006002ffff00000000";
        let mut bytes = hex::parse(&format!("{header}{destination}{tcp}0204{mss}")).unwrap();
        let checksum = !add16(sum(&bytes[8..]), 6 + 24);
        bytes[56..58].copy_from_slice(&checksum.to_be_bytes());
        found(&bytes)
    };
    let host = "20010db8000000000000000000000001";
    assert_eq!(six(host, "04c4"), []);
    assert_eq!(six(host, "04c3"), [("tcp.option.mss.value", Severity::Note)]);
    assert_eq!(six(host, "001c"), [("tcp.option.mss.value", Severity::Note)]);
    assert_eq!(six(host, "001b"), [("tcp.option.mss.value", Severity::Warning)]);
    let group = six("ff020000000000000000000000000001", "04c4");
    assert!(group.contains(&("tcp.destination", Severity::Error)), "{group:?}");
}

#[test]
fn what_is_mended_has_no_finding_left() {
    for options in ["0000000700000000", "020405b40103030f", "020405b40402080a0000000200000001"] {
        let mut bytes = segment(0x02, options, b"");
        let packet = Packet::ip(&bytes);
        let edits: Vec<_> =
            inspect(&packet).into_iter().flat_map(|finding| finding.edits).collect();
        assert!(!edits.is_empty(), "{options}");
        bytes = wire::apply(&edits, &bytes).unwrap();
        seal(&mut bytes);
        assert!(found(&bytes).iter().all(|found| found.1 == Severity::Note), "{options}");
    }
}

proptest! {
    /// No options panic, lead outside the header, or are judged where they cannot be.
    #[test]
    fn any_options(flags: u8, words in 0..11_usize, bytes in prop::collection::vec(any::<u8>(), 40), few: bool) {
        let kinds = [0, 1, 2, 3, 4, 5, 8, 10, 18, 19, 29, 34, 253, 4];
        let bytes: Vec<_> = bytes.iter().map(|byte| if few { kinds[usize::from(byte % 14)] } else { *byte }).collect();
        let whole = segment(flags, &hex::encode(&bytes[..words * 4]), b"data");
        for captured in 0..=whole.len() {
            let packet = Packet::new(Link::RawIp, &whole[..captured], whole.len());
            for finding in inspect(&packet) {
                prop_assert!(finding.offset + finding.length <= captured, "{finding}");
                let on_options = finding.rule.id.starts_with("tcp.option.") && finding.offset >= 40;
                prop_assert!(!on_options || finding.offset + finding.length <= 40 + words * 4, "{finding}");
            }
        }
        let tcp = Packet::ip(&whole);
        prop_assert!(tcp.pdu(Protocol::Tcp).is_some());
    }
}
