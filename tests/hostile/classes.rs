//! A sound packet of each class that nano speaks of, whole and with one bit the other way round, on both kinds of link.

use wire::Link;
use wire::checksum::checksum;

use crate::flipped::{case, flips, sealed};
use crate::judged::host;
use crate::session::{Session, Tally};

/// Of what is called for by each: a reply, or one that need not be.
const CLASSES: [&str; 12] = [
    "ping",
    "timestamp",
    "udp-echo",
    "closed-5",
    "igmp",
    "syn",
    "no-notes-A",
    "ping6",
    "udp-echo6",
    "closed6-5",
    "ipv6-protocol",
    "syn6",
];
/// What only frames carry.
const FRAMES: [&str; 3] = ["arp", "neighbor", "neighbor-tries"];
/// Octets of an Ethernet header.
const HEADER: usize = 14;

#[test]
fn sound_packets_are_answered() {
    for link in [Link::RawIp, Link::Ethernet] {
        let sound = sound(link);
        let tally = Session::all(&host(link), &sound);
        tally.assert_few_mistakes();
        assert_eq!(tally.statistics.replied, sound.len() as u64, "{tally:?}");
        assert_eq!(tally.statistics.vetoed, 0, "{tally:?}");
    }
}

#[test]
fn every_bit_of_a_datagram() {
    let tally = flipped(Link::RawIp);
    assert!(tally.reasons.len() > 15, "{tally:?}");
}

#[test]
fn every_bit_of_a_frame() {
    let tally = flipped(Link::Ethernet);
    assert!(tally.reasons.len() > 7, "{tally:?}");
}

/// Each bit of sound packets the other way round; of a datagram in a frame those of the frame's header, since what is in
/// it is flipped without one.
fn flipped(link: Link) -> Tally {
    let only_in_frames = FRAMES.map(case);
    let flipped = |packet: &Vec<u8>| {
        let is_datagram = link == Link::Ethernet && !only_in_frames.contains(packet);
        let octets = if is_datagram { HEADER } else { packet.len() };
        // Two of each bit: with the checksums as they were, and put right.
        flips(link, packet).into_iter().take(2 * 8 * octets)
    };
    let packets: Vec<_> = sound(link).iter().flat_map(flipped).collect();
    let tally = Session::all(&host(link), &packets);
    tally.assert_few_mistakes();
    assert!(tally.statistics.replied > 1_000 && tally.statistics.silent > 2_000, "{tally:?}");
    tally
}

/// One of each class.
fn sound(link: Link) -> Vec<Vec<u8>> {
    let datagrams = CLASSES.iter().map(|name| case(name)).chain([with_options()]);
    match link {
        Link::Ethernet => {
            datagrams.map(|datagram| frame(&datagram)).chain(FRAMES.map(case)).collect()
        }
        _ => datagrams.collect(),
    }
}

/// A ping with room for a timestamp, and the end of the options behind it.
fn with_options() -> Vec<u8> {
    let mut ping = case("ping");
    (ping[0], ping[3]) = (0x48, ping[3] + 12);
    ping.splice(20..20, [68, 8, 5, 0, 0, 0, 0, 0, 1, 0, 0, 0]);
    ping[10..12].fill(0);
    let sum = checksum(&ping[..32]);
    ping[10..12].copy_from_slice(&sum.to_be_bytes());
    assert_eq!(ping, sealed(Link::RawIp, &ping));
    ping
}

/// From the peer's station to the host's.
fn frame(datagram: &[u8]) -> Vec<u8> {
    let kind = if datagram[0] >> 4 == 6 { [0x86, 0xdd] } else { [8, 0] };
    [&[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2], &kind[..], datagram].concat()
}
