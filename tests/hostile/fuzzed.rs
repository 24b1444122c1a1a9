//! What others make up: scapy's `fuzz()`, whose fields are random under headers that bring them to the host, and
//! Wireshark's `randpkt`, which goes on at random behind the first headers.

use std::io::Cursor;
use std::process::Command;

use capture::Reader;
use wire::Link;

use crate::flipped::sealed;
use crate::judged::host;
use crate::program::misses;
use crate::session::{Session, Tally};

/// 300 frames each of ARP, ICMP, IP, IPv6, TCP and UDP; `fuzzed.py` beside it writes them.
const FUZZED: &[u8] = include_bytes!("../../xtask/provider/tests/host/fuzzed.pcap.gz");
/// The kinds of packets that randpkt and nano know, and what of them is behind a link header.
const KINDS: [&str; 6] = ["arp", "icmp", "ip", "ipv6", "tcp", "udp"];
/// Packets of each kind.
const EACH: &str = "500";
/// Octets of an Ethernet header.
const HEADER: usize = 14;

#[test]
fn what_scapy_makes_up() {
    let frames = frames(Reader::new(Cursor::new(FUZZED), "fuzzed.pcap.gz").expect("a capture"));
    assert_eq!(frames.len(), 1_800);
    let tally = tried(Link::Ethernet, &frames);
    assert!(tally.statistics.replied > 150 && tally.statistics.silent > 1_000, "{tally:?}");
    let datagrams: Vec<_> = frames.iter().map(|frame| frame[HEADER..].to_vec()).collect();
    tried(Link::RawIp, &datagrams);
}

/// Another time, other packets: they are written down where nano is wrong about one.
#[test]
fn what_randpkt_makes_up() {
    if misses(&["randpkt"]) {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    for kind in KINDS {
        let path = folder.path().join(kind);
        let mut randpkt = Command::new("randpkt");
        randpkt.args(["-b", "200", "-c", EACH, "-t", kind]).arg(&path);
        let made = randpkt.output().expect("randpkt runs");
        assert!(made.status.success(), "{made:?}");
        let frames = frames(Reader::open(&path).expect("a capture"));
        let frames: Vec<_> = (0..).zip(frames).map(brought_to_the_host).collect();
        tried(Link::Ethernet, &frames);
        let datagrams = frames.iter().filter_map(|frame| frame.get(HEADER..)).map(Vec::from);
        tried(Link::RawIp, &datagrams.collect::<Vec<_>>());
    }
}

/// Puts packets to nano, which is alive afterwards, sent nothing that is not admitted, and had a reason each time.
fn tried(link: Link, packets: &[Vec<u8>]) -> Tally {
    let tally = Session::all(&host(link), packets);
    tally.assert_few_mistakes();
    tally
}

fn frames(mut reader: Reader) -> Vec<Vec<u8>> {
    let mut frames = Vec::new();
    while let Some(block) = reader.next().expect("a sound capture") {
        frames.extend(block.frame.map(|frame| frame.bytes.to_vec()));
    }
    frames
}

/// Every second packet for the host, from its peer, with lengths and checksums that let it come further.
fn brought_to_the_host((number, mut frame): (usize, Vec<u8>)) -> Vec<u8> {
    let length = frame.len().saturating_sub(HEADER);
    if number % 2 == 0 || length == 0 {
        return frame;
    }
    frame[..12].copy_from_slice(&[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2]);
    let peer_and_host = |network: &[u8]| [network, &[2], network, &[1]].concat();
    let packet = &mut frame[HEADER..];
    match packet.len() {
        20.. if packet[0] >> 4 == 4 => {
            (packet[0], packet[6]) = (0x45, packet[6] & 0x40);
            packet[2..4].copy_from_slice(&(length as u16).to_be_bytes());
            packet[7] = 0;
            packet[12..20].copy_from_slice(&peer_and_host(&[10, 0, 0]));
        }
        40.. if packet[0] >> 4 == 6 => {
            packet[4..6].copy_from_slice(&(length as u16 - 40).to_be_bytes());
            let network = [&[0xfd], &[0; 14][..]].concat();
            packet[8..40].copy_from_slice(&peer_and_host(&network));
        }
        28.. => packet[24..28].copy_from_slice(&[10, 0, 0, 1]),
        _ => {}
    }
    sealed(Link::Ethernet, &frame)
}
