//! Pings that are not quite right, noise, and what else is no request, to a host of IPv4 alone.

use std::net::Ipv4Addr;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use softstack::mind::nano::{Nano, speaks};
use softstack::mind::{Event, Mind};
use verify::{Due, Host, Reason, due};
use wire::{Echo, MAX_DATAGRAM, checksum};

use crate::judged::{MISTAKES, judged};
use crate::session::{Outcome, Session};

const OWN: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 1);
pub const PEER: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 2);
const BROADCAST: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 255);
/// nano without IPv6.
pub const HOST: Host =
    Host { address: OWN, broadcast: Some(BROADCAST), ipv6: None, mac: None, speaks: speaks() };

#[test]
fn every_single_bit_flip() {
    let nano = Session::start(&HOST);
    for bit in 0..672 {
        let mut packet = ping(56);
        packet[bit / 8] ^= 0x80 >> (bit % 8);
        nano.check(&packet);
    }
    nano.finish(0);
}

/// Where the checksums are right again, many a flip leaves a valid request.
#[test]
fn every_single_bit_flip_with_right_checksums() {
    let nano = Session::start(&HOST);
    for bit in 0..672 {
        let mut packet = ping(56);
        packet[bit / 8] ^= 0x80 >> (bit % 8);
        seal(&mut packet);
        nano.check(&packet);
    }
    // All but those of version, total length, fragment, destination, type and code; and UDP has a length.
    nano.finish(672 - 8 - 16 - 14 - 32 - 16 - 1);
}

#[test]
fn every_truncation() {
    let nano = Session::start(&HOST);
    for size in [0, 1, 56] {
        let packet = ping(size);
        for length in 0..packet.len() {
            nano.check(&packet[..length]);
        }
    }
    nano.finish(0);
}

#[test]
fn random_bytes_through_the_stack() {
    let nano = Session::start(&HOST);
    let noise = noise(1);
    let sample = (2_049..MAX_DATAGRAM).step_by(61);
    for length in (0..=2_048).chain(sample).chain([MAX_DATAGRAM]) {
        nano.check(&noise[length..2 * length]);
    }
    nano.finish(0);
}

/// Without the stack, which writes each packet down in hex: that is most of the time.
#[test]
fn random_bytes_of_every_length() {
    let (noise, mut nano, mut mistakes) = (noise(4), Nano::new(), Vec::new());
    for length in 0..=MAX_DATAGRAM {
        let event = Event::new(HOST, 1, noise[length..2 * length].to_vec());
        let thought = nano.think(&event, 1, &[], &mut |_| {}).expect("a first attempt");
        assert!(due(&HOST, &event.packet).reason().is_some(), "seed 4, {length} bytes");
        let outcome = Outcome { proposal: thought.action.into(), ..Outcome::default() };
        mistakes.extend(judged(&HOST, &event.packet, &outcome).err());
    }
    assert!(mistakes.len() <= MISTAKES, "{mistakes:#?}");
}

/// What begins like a packet for this host and goes on at random is read to the end.
#[test]
fn random_bytes_behind_a_right_header() {
    let nano = Session::start(&HOST);
    let noise = noise(2);
    let begun = |length: usize| {
        let mut packet = noise[length..2 * length].to_vec();
        packet[..20].copy_from_slice(&ping(0)[..20]);
        packet[2..4].copy_from_slice(&(length as u16).to_be_bytes());
        seal_header(&mut packet);
        packet
    };
    for length in (20..=300).chain((301..=2_048).step_by(41)).chain([4_000]) {
        nano.check(&begun(length));
    }
    // nano's tape ends before it has read these: no reason comes out, and no reply.
    for length in [20_000, MAX_DATAGRAM] {
        assert_eq!(nano.ask(&begun(length)).sent, None, "{length} bytes");
    }
    nano.finish(0);
}

/// Room after the datagram is the link's padding, however much.
#[test]
fn padding_is_ignored() {
    let nano = Session::start(&HOST);
    let noise = noise(3);
    for padding in (1..64).chain([1_000, 65_000, MAX_DATAGRAM - 84]) {
        nano.check(&[&ping(56), &noise[..padding]].concat());
    }
    nano.finish(66);
}

/// nano's tape ends before such a packet does: it is silent, and the judge notes that it should not.
#[test]
fn a_request_too_long_for_the_tape() {
    let nano = Session::start(&HOST);
    let answer = nano.ask(&ping(wire::echo::MAX_PAYLOAD));
    assert_eq!((answer.sent, answer.vetoes), (None, 2));
    nano.check(&ping(56));
    let statistics = nano.statistics();
    assert_eq!((statistics.replied, statistics.unanswered, statistics.vetoed), (1, 1, 2));
}

#[test]
fn packets_for_others_broadcast_and_multicast() {
    let nano = Session::start(&HOST);
    let one_bit_off = (0..32).map(|bit| Ipv4Addr::from(u32::from(OWN) ^ 1 << bit));
    let named = ["10.0.0.0", "10.0.0.255", "255.255.255.255", "224.0.0.1", "239.255.255.250"];
    let others = ["0.0.0.0", "127.0.0.1", "10.0.0.2", "192.0.2.1", "240.0.0.1", "1.0.0.10"];
    let named = named.into_iter().chain(others).map(|address| address.parse().unwrap());
    for destination in one_bit_off.chain(named) {
        let packet = Echo::new(PEER, destination).request();
        assert_eq!(due(&HOST, &packet), Due::Silence(Reason::NotForMe));
        nano.check(&packet);
    }
    nano.finish(0);
}

#[test]
fn other_messages_of_icmp() {
    let nano = Session::start(&HOST);
    for (kind, code) in (0..=18).flat_map(|kind| [(kind, 0), (kind, 1)]).chain([(255, 255)]) {
        // As an error would be: it quotes the packet that it is about.
        let mut packet = [&ping(0), &Echo::new(OWN, PEER).request()[..]].concat();
        packet[3] = 56;
        packet[20] = kind;
        packet[21] = code;
        packet[24..28].fill(0);
        seal(&mut packet);
        let expect = match (kind, code) {
            (8, 0) => Due::Reply,
            (13, 0) => Due::Either(Reason::IcmpType),
            _ => silence(Reason::IcmpType),
        };
        assert_eq!(due(&HOST, &packet), expect);
        nano.check(&packet);
    }
    // The timestamp request is longer than one is, and nano leaves it.
    nano.finish(1);
}

#[test]
fn other_protocols_and_fragments() {
    let nano = Session::start(&HOST);
    for protocol in 0..=255 {
        let mut packet = ping(8);
        packet[9] = protocol;
        seal(&mut packet);
        nano.check(&packet);
    }
    for bit in 0..14 {
        let mut packet = ping(8);
        packet[6..8].copy_from_slice(&(1u16 << bit).to_be_bytes());
        seal(&mut packet);
        assert_eq!(due(&HOST, &packet), silence(Reason::Fragment));
        nano.check(&packet);
    }
    // An error about each protocol but ICMP, TCP and UDP, however many of them may leave at once.
    nano.finish(256 - 2);
}

/// Two hosts that echoed each other's replies would never stop.
#[test]
fn our_own_reply_echoed_back() {
    let nano = Session::start(&HOST);
    let reply = nano.ask(&ping(56)).sent.expect("a reply");
    let mut returned = reply.clone();
    returned[12..16].copy_from_slice(&PEER.octets());
    returned[16..20].copy_from_slice(&OWN.octets());
    seal(&mut returned);
    for (packet, reason) in [(reply, Reason::NotForMe), (returned, Reason::IcmpType)] {
        assert_eq!(due(&HOST, &packet), silence(reason));
        nano.check(&packet);
    }
    nano.finish(1);
}

#[test]
fn sources_that_are_no_single_other_host() {
    let nano = Session::start(&HOST);
    let sources = ["10.0.0.1", "0.0.0.0", "0.1.2.3", "255.255.255.255", "224.0.0.1", "239.1.2.3"];
    let named = ["240.0.0.1", "254.255.255.255", "127.0.0.1", "127.255.0.2", "10.0.0.255"];
    for source in sources.into_iter().chain(named) {
        let packet = Echo::new(source.parse().unwrap(), OWN).request();
        assert_eq!(due(&HOST, &packet), silence(Reason::Source), "{source}");
        nano.check(&packet);
    }
    // The neighbours of those are hosts like any other.
    for source in ["10.0.0.0", "10.0.0.3", "1.0.0.0", "223.255.255.255", "9.0.0.1", "10.0.0.17"] {
        let packet = Echo::new(source.parse().unwrap(), OWN).request();
        assert_eq!(due(&HOST, &packet), Due::Reply, "{source}");
        nano.check(&packet);
    }
    nano.finish(6);
}

fn silence(reason: Reason) -> Due {
    Due::Silence(reason)
}

/// A valid request with that much payload.
fn ping(size: usize) -> Vec<u8> {
    let payload: Vec<u8> = (0..size).map(|i| i as u8).collect();
    let echo = Echo { identifier: 0xa87c, sequence: 1, payload: &payload, ..Echo::new(PEER, OWN) };
    echo.request()
}

/// Random bytes, twice as many as a datagram can hold.
fn noise(seed: u64) -> Vec<u8> {
    let mut bytes = vec![0; 2 * MAX_DATAGRAM];
    StdRng::seed_from_u64(seed).fill(&mut bytes[..]);
    bytes
}

/// Makes both checksums right.
fn seal(packet: &mut [u8]) {
    seal_header(packet);
    packet[22..24].fill(0);
    let sum = checksum::checksum(&packet[20..]);
    packet[22..24].copy_from_slice(&sum.to_be_bytes());
}

fn seal_header(packet: &mut [u8]) {
    packet[10..12].fill(0);
    let sum = checksum::checksum(&packet[..20]);
    packet[10..12].copy_from_slice(&sum.to_be_bytes());
}
