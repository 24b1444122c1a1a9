//! Packets that are not quite right, to the reference host before the judge: where one of them holds the other
//! back, one of them is wrong.

use std::fmt::Write;
use std::io::Cursor;
use std::time::Duration;

use verify::{Example, Veto};
use wire::{Link, Packet, apply, hex};

use crate::judged::{Answer, Judged};

const CASES: &str = include_str!("cases.txt");
/// Frames that scapy made up: `fuzzed.py` writes it.
const FUZZED: &[u8] = include_bytes!("fuzzed.pcap.gz");
/// What fuzzing found, each with what was wrong with the answer.
const FOUND: &[&str] = &[
    // An OPT record among the answers of a query says nothing of who asks.
    "4500004a000700004011669a0a0000020a000001138800350036259e00090100000100010000000009736f9f74737461636b\
     076578616d706c6500000100010000291000000080010000",
    // The name of a record that a server has no use for leads nowhere: the judge asked for a format error.
    "45000049000700004011669b0a0000020a00000113880035003572670009010000010000000100000000010280013cff00003c000f40\
     00400600000a0009736f9f74737461636b0002",
];
/// Octets of an Ethernet header.
const HEADER: usize = 14;
/// Long enough for one more error (RFC 4443 section 2.4 (f)).
const STEP: Duration = Duration::from_millis(100);

/// What became of packets.
#[derive(Default)]
struct Count {
    sent: usize,
    silent: usize,
    /// What was asked, and what the judge said of the answer.
    vetoed: Vec<String>,
}

impl Count {
    fn take(&mut self, packet: &[u8], answer: Result<Answer, Veto>) {
        match answer {
            Ok(Ok(_)) => self.sent += 1,
            Ok(Err(_)) => self.silent += 1,
            Err(veto) => self.vetoed.push(format!("{}: {veto}", hex::encode(packet))),
        }
    }

    fn assert_none_vetoed(&self) {
        let mut told = String::new();
        self.vetoed.iter().take(20).for_each(|veto| writeln!(told, "{veto}").expect("a string"));
        assert!(self.vetoed.is_empty(), "{} of them:\n{told}", self.vetoed.len());
    }
}

fn host(link: Link) -> Judged {
    Judged::new(if link == Link::Ethernet { Example::ETHERNET_HOST } else { Example::IP_HOST })
}

#[test]
fn what_scapy_makes_up() {
    let mut reader = capture::Reader::new(Cursor::new(FUZZED), "fuzzed.pcap.gz").unwrap();
    let mut count = Count::default();
    let mut hosts = [host(Link::Ethernet), host(Link::RawIp)];
    while let Some(block) = reader.next().unwrap() {
        let Some(frame) = block.frame else { continue };
        for (from, known) in [0, HEADER].into_iter().zip(&mut hosts) {
            let packet = &frame.bytes[from..];
            known.pass(STEP).unwrap();
            count.take(packet, known.receive(packet));
            let link = if from == 0 { Link::Ethernet } else { Link::RawIp };
            count.take(packet, host(link).receive(packet));
        }
    }
    count.assert_none_vetoed();
    assert!(count.sent > 600 && count.silent > 3_000, "{} {}", count.sent, count.silent);
}

/// One packet of each kind, every bit of it the other way round: as the wire might, and as an enemy would, with
/// checksums that are right again.
#[test]
fn every_bit_of_a_sound_packet() {
    let mut count = Count::default();
    for name in
        ["ping", "ping6", "arp", "neighbor", "udp-echo", "udp-echo6", "closed-5", "closed6-5"]
    {
        flip(&mut count, name);
    }
    for name in ["syn", "syn6", "syn-closed", "syn-closed6", "ping-on-ethernet", "syn-on-ethernet"]
    {
        flip(&mut count, name);
    }
    count.assert_none_vetoed();
    assert!(count.sent > 1_000 && count.silent > 1_000, "{} {}", count.sent, count.silent);
}

#[test]
fn what_was_found_once() {
    let mut count = Count::default();
    for packet in FOUND {
        let packet = hex::parse(packet).unwrap();
        count.take(&packet, host(Link::RawIp).receive(&packet));
    }
    count.assert_none_vetoed();
}

/// Segments of one connection from two stations: what is sent again goes where it went before.
#[test]
fn a_peer_that_moves() {
    let mut known = host(Link::Ethernet);
    let syn = case("syn-on-ethernet");
    let answer = known.receive(&syn).unwrap().unwrap();
    let mut elsewhere = syn.clone();
    elsewhere[11] = 3;
    // The next number, and no flag at all: nothing to be answered.
    (elsewhere[41], elsewhere[47]) = (elsewhere[41] + 1, 0);
    assert_eq!(known.receive(&sealed(Link::Ethernet, &elsewhere)).unwrap(), Err("tcp-segment"));
    assert_eq!(sent_again(&mut known), [&answer[..6]]);
    // What acknowledges what was never sent is answered with a reset, and that went elsewhere.
    (elsewhere[11], elsewhere[47]) = (4, 0x10);
    let reset = known.receive(&sealed(Link::Ethernet, &elsewhere)).unwrap().unwrap();
    assert_eq!((reset[5], reset[47]), (4, 0x04));
    (elsewhere[11], elsewhere[47]) = (3, 0);
    assert_eq!(known.receive(&sealed(Link::Ethernet, &elsewhere)).unwrap(), Err("tcp-segment"));
    assert_eq!(sent_again(&mut known), [&reset[..6]]);
}

/// The station to which a timer sends that goes off next.
fn sent_again(known: &mut Judged) -> Vec<[u8; 6]> {
    let answers = known.pass(Duration::from_secs(6)).unwrap();
    let stations = answers.iter().flatten().filter_map(|frame| frame.first_chunk().copied());
    stations.take(1).collect()
}

fn flip(count: &mut Count, name: &str) {
    let packet = case(name);
    let is_frame = name.ends_with("-on-ethernet") || ["arp", "neighbor"].contains(&name);
    let link = if is_frame { Link::Ethernet } else { Link::RawIp };
    let mut lasting = host(link);
    for flipped in flips(&packet).flat_map(|flipped| [sealed(link, &flipped), flipped]) {
        count.take(&flipped, host(link).receive(&flipped));
        // One that heard all those before, too.
        lasting.pass(STEP).unwrap();
        count.take(&flipped, lasting.receive(&flipped));
    }
}

fn case(name: &str) -> Vec<u8> {
    let line = CASES.lines().find(|line| line.starts_with(&format!("{name} "))).expect(name);
    hex::parse(line.split(' ').nth(2).unwrap()).unwrap()
}

fn flips(packet: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    (0..8 * packet.len()).map(|bit| {
        let mut flipped = packet.to_vec();
        flipped[bit / 8] ^= 0x80 >> (bit % 8);
        flipped
    })
}

/// With the checksums that the rules propose.
fn sealed(link: Link, bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for rule in
        ["ipv4.checksum", "icmp.checksum", "icmpv6.checksum", "udp.checksum", "tcp.checksum"]
    {
        let findings = verify::inspect(&Packet::new(link, &bytes, bytes.len()));
        let Some(finding) = findings.iter().find(|finding| finding.rule.id == rule) else {
            continue;
        };
        bytes = apply(&finding.edits, &bytes).unwrap();
    }
    bytes
}
