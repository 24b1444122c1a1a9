//! What the two examples of a rule do not show: boundaries, and what must not be found.

use proptest::prelude::*;
use wire::checksum::sum;
use wire::{Link, Packet, hex};

use crate::{Severity, inspect};

/// A UDP datagram of eight octets without checksum, over IPv4 with these options.
fn datagram(options: &str) -> Vec<u8> {
    let options = hex::parse(options).unwrap();
    let mut bytes = hex::parse("4500001c0000000040110000 0a000002 0a000001").unwrap();
    bytes[0] += options.len() as u8 / 4;
    bytes[3] += options.len() as u8;
    bytes.extend(options);
    bytes.extend([0x0f, 0xa0, 0, 7, 0, 8, 0, 0]);
    sealed(bytes)
}

fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let end = usize::from(bytes[0] & 15) * 4;
    bytes[10..12].fill(0);
    let header = !sum(&bytes[..end]);
    bytes[10..12].copy_from_slice(&header.to_be_bytes());
    bytes
}

fn on(link: Link, bytes: &[u8]) -> Vec<(&'static str, Severity)> {
    let findings = inspect(&Packet::new(link, bytes, bytes.len()));
    findings.iter().map(|finding| (finding.rule.id, finding.severity)).collect()
}

fn with_options(options: &str) -> Vec<(&'static str, Severity)> {
    on(Link::RawIp, &datagram(options))
}

/// A fragment: its flags and offset as a word, so many octets of data, its protocol.
fn fragment(place: u16, length: usize, protocol: u8) -> Vec<(&'static str, Severity)> {
    let mut bytes = datagram("");
    bytes.truncate(20);
    bytes.resize(20 + length, 0x50);
    bytes[2..4].copy_from_slice(&(20 + length as u16).to_be_bytes());
    bytes[6..8].copy_from_slice(&place.to_be_bytes());
    bytes[9] = protocol;
    on(Link::RawIp, &sealed(bytes))
}

#[test]
fn options_at_their_bounds() {
    use Severity::{Error, Warning};
    for options in [
        // Record route, as full as it gets and as empty.
        &format!("0727{:02x}{}00", 40, "0a000001".repeat(9)),
        "07030400",
        "07030800",
        // Timestamps alone, nine of them; with addresses, four; prespecified, half way.
        &format!("442805f0{}", "00".repeat(36)),
        &format!("44240501{}", "00".repeat(32)),
        &format!("44140d03{}", "0a00000200000001".repeat(2)),
        "44080900ffffffff",
        // Commercial security, quick-start, an experiment, one nobody knows.
        "860a00000001010400010000",
        "1908000000000000",
        "9e040000",
        "4d040000",
        "0101010000000000",
    ] {
        assert_eq!(with_options(options), [], "{options}");
    }
    for (options, rule, severity) in [
        ("07070500000000 00", "ipv4.option.route.pointer", Error),
        ("07070000000000 00", "ipv4.option.route.pointer", Error),
        ("07070600000000 00", "ipv4.option.route.pointer", Error),
        ("07070700000000 00", "ipv4.option.route.pointer", Error),
        ("0702 0000", "ipv4.option.route.length", Error),
        ("83060400 00000000", "ipv4.option.route.length", Error),
        ("44080600 00000000", "ipv4.option.timestamp.pointer", Error),
        ("440c0901 0000000000000000", "ipv4.option.timestamp.pointer", Error),
        ("440c0903 0000000000000000", "ipv4.option.timestamp.pointer", Error),
        ("44080501 00000000", "ipv4.option.timestamp.length", Warning),
        ("44020000", "ipv4.option.timestamp.length", Error),
        ("01010144", "ipv4.option.length", Error),
        ("07010000", "ipv4.option.length", Error),
        ("8307040a0000098307040a0000080000", "ipv4.option.source_routes", Error),
        ("94040000 94040000", "", Error),
    ] {
        let expect = if rule.is_empty() { vec![] } else { vec![(rule, severity)] };
        assert_eq!(with_options(options), expect, "{options}");
    }
}

#[test]
fn fragments_at_their_bounds() {
    use Severity::{Error, Note, Warning};
    assert_eq!(fragment(0x0002, 13, 17), []);
    assert_eq!(fragment(0x2002, 8, 17), []);
    assert_eq!(fragment(0x2002, 7, 17), [("ipv4.fragment.length", Error)]);
    assert_eq!(fragment(0x2002, 12, 17), [("ipv4.fragment.length", Error)]);
    assert_eq!(fragment(0x2002, 0, 17), [("ipv4.fragment.empty", Error)]);
    assert_eq!(fragment(0x0002, 0, 17), [("ipv4.fragment.empty", Warning)]);
    assert_eq!(fragment(0x4002, 16, 17), [("ipv4.fragment.dont_fragment", Note)]);
    assert_eq!(fragment(0x4000, 0, 59), []);
    // 65,515 octets of data are the most that fit behind a header of 20.
    assert_eq!(fragment(0x1ffd, 3, 17), []);
    assert_eq!(fragment(0x1ffd, 4, 17), [("ipv4.fragment.too_long", Error)]);
    assert_eq!(fragment(0x0001, 16, 17), []);
    assert_eq!(fragment(0x2001, 16, 6), [("ipv4.fragment.offset_one", Warning)]);
}

#[test]
fn a_length_that_lies_says_nothing_of_the_data() {
    let mut bytes = datagram("");
    bytes[6] = 0x20;
    bytes[3] += 5;
    assert_eq!(on(Link::RawIp, &sealed(bytes)), [("ipv4.total_length", Severity::Error)]);
}

#[test]
fn what_was_not_captured_is_not_missing() {
    let whole = datagram("44140d010a000002000000010000000000000000");
    for captured in 0..whole.len() {
        let findings = inspect(&Packet::new(Link::RawIp, &whole[..captured], whole.len()));
        assert!(findings.is_empty(), "{captured}: {findings:?}");
    }
}

/// A datagram from and to these addresses, to a port, behind a header of the link.
fn between(header: &str, source: [u8; 4], destination: [u8; 4], port: u16) -> Vec<u8> {
    let mut bytes = datagram("");
    bytes[12..16].copy_from_slice(&source);
    bytes[16..20].copy_from_slice(&destination);
    bytes[22..24].copy_from_slice(&port.to_be_bytes());
    [hex::parse(header).unwrap(), sealed(bytes)].concat()
}

#[test]
fn loopback_addresses_are_judged_outside_a_host_alone() {
    let (host, inside) = ([10, 0, 0, 2], [127, 0, 0, 1]);
    let ethernet = "020000000001 020000000002 0800";
    let is_found = |link, header: &str, source, destination, port| {
        let frame = between(header, source, destination, port);
        on(link, &frame).contains(&("ipv4.loopback", Severity::Error))
    };
    assert!(is_found(Link::Ethernet, ethernet, inside, host, 7));
    assert!(is_found(Link::Ethernet, ethernet, host, inside, 7));
    assert!(is_found(Link::Ppp, "0021", host, inside, 7));
    // The loopback of Linux, of BSD, a device of any kind.
    assert!(!is_found(Link::Ethernet, "000000000000 000000000000 0800", inside, inside, 7));
    assert!(!is_found(Link::Loopback, "02000000", inside, inside, 7));
    assert!(!is_found(Link::RawIp, "", inside, inside, 7));
    // LSP ping and BFD go there on purpose, and whatever has a label may.
    assert!(!is_found(Link::Ethernet, ethernet, host, inside, 3503));
    assert!(!is_found(Link::Ethernet, ethernet, host, inside, 3784));
    assert!(!is_found(Link::Ethernet, "020000000001 020000000002 8847 00010140", host, inside, 7));
    assert!(is_found(Link::Ethernet, ethernet, inside, host, 3503));
}

#[test]
fn addresses_that_are_odd_and_legal() {
    let ethernet = "020000000001 020000000002 0800";
    let found = |source, destination, port| {
        let findings = on(Link::Ethernet, &between(ethernet, source, destination, port));
        findings.into_iter().filter(|found| found.0.starts_with("ipv4.")).collect::<Vec<_>>()
    };
    let host = [10, 0, 0, 2];
    assert_eq!(found([0; 4], [255; 4], 7), []);
    assert_eq!(found([0, 0, 0, 5], [255; 4], 7), [("ipv4.this_network", Severity::Warning)]);
    assert_eq!(found(host, [224, 0, 0, 1], 7), []);
    assert_eq!(found(host, [239, 255, 255, 255], 7), []);
    let reserved = "ipv4.destination.reserved";
    assert_eq!(found(host, [255, 255, 255, 254], 7), [(reserved, Severity::Warning)]);
    assert_eq!(found(host, host, 7), [("ipv4.destination.source", Severity::Note)]);
    assert_eq!(found(host, host, 3785), []);
    let alone = on(Link::RawIp, &between("", host, host, 7));
    assert_eq!(alone, []);
}

proptest! {
    /// No options panic, lead outside the header, or are judged where they cannot be.
    #[test]
    fn any_options(words in 0..11_usize, bytes in prop::collection::vec(any::<u8>(), 40), few: bool) {
        let kinds = [0, 1, 3, 4, 5, 7, 8, 11, 68, 130, 131, 136, 137, 148];
        let bytes: Vec<_> = bytes.iter().map(|byte| if few { kinds[usize::from(byte % 14)] } else { *byte }).collect();
        let whole = datagram(&hex::encode(&bytes[..words * 4]));
        for captured in 0..=whole.len() {
            for finding in inspect(&Packet::new(Link::RawIp, &whole[..captured], whole.len())) {
                prop_assert!(finding.offset + finding.length <= captured, "{finding}");
                prop_assert!(captured >= 20 + words * 4, "{captured}: {finding}");
            }
        }
    }
}
