//! Random packets, and sentences about them that are true by construction, or false by one number.

use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use wire::Value;

use super::*;

/// Sentences about a field: its name and its value are filled in.
const TEMPLATES: [&str; 16] = [
    "The NAME is VALUE.",
    "Its NAME is VALUE, as the bytes show.",
    "The NAME field holds VALUE.",
    "- **NAME**: VALUE",
    "This packet has a NAME of VALUE.",
    "NAME = VALUE",
    "| NAME | VALUE |",
    "The NAME (PLACE) is VALUE.",
    "PLACE (NAME): VALUE",
    "The NAME, at PLACE, is VALUE.",
    "Here the NAME says VALUE, which is what it is.",
    "A ping with the NAME set to VALUE.",
    "It should be noted; the NAME is VALUE.",
    "The NAME of this packet is VALUE.",
    "We expected more, but the NAME is VALUE.",
    "`LAYER.FIELD` is `VALUE`.",
];
/// Names of fields as people say them.
const NAMES: [(&str, &str); 26] = [
    ("ipv4.version", "IP version"),
    ("ipv4.total_length", "total length"),
    ("ipv4.identification", "identification"),
    ("ipv4.ttl", "TTL"),
    ("ipv4.ttl", "time to live"),
    ("ipv4.checksum", "header checksum"),
    ("ipv4.source", "source IP address"),
    ("ipv4.destination", "destination IP address"),
    ("icmp.code", "ICMP code"),
    ("icmp.checksum", "ICMP checksum"),
    ("icmp.identifier", "identifier"),
    ("icmp.sequence", "sequence number"),
    ("ethernet.source", "source MAC address"),
    ("ethernet.destination", "destination MAC"),
    ("ipv6.hop_limit", "hop limit"),
    ("ipv6.payload_length", "payload length"),
    ("ipv6.flow_label", "flow label"),
    ("ipv6.source", "source IPv6 address"),
    ("udp.source_port", "source port"),
    ("udp.destination_port", "UDP destination port"),
    ("udp.length", "UDP length"),
    ("udp.checksum", "UDP checksum"),
    ("tcp.destination_port", "destination port"),
    ("tcp.acknowledgment", "acknowledgment number"),
    ("tcp.window", "window size"),
    ("tcp.checksum", "TCP checksum"),
];

/// A frame of Ethernet with random fields: the headers' lengths and protocols are right.
fn random_frame(rng: &mut StdRng) -> Vec<u8> {
    let mut octets = |count: usize| (0..count).map(|_| rng.random()).collect::<Vec<u8>>();
    let (macs, mut ip, mut body) = (octets(12), octets(40), octets(30));
    let (kind, protocol) = [(4, 1), (4, 6), (4, 17), (6, 17), (6, 6)][rng.random_range(0..5)];
    let next = if kind == 4 { 9 } else { 6 };
    ip[next] = protocol;
    match kind {
        4 => {
            ip.truncate(20);
            (ip[0], ip[2], ip[3], ip[6], ip[7]) = (0x45, 0, 50, ip[6] & 0xc0, 0);
        }
        _ => (ip[0], ip[4], ip[5]) = (0x60, 0, 30),
    }
    match protocol {
        1 => (body[0], body[1]) = (8, rng.random_range(0..3)),
        6 => body[12] = 0x50,
        _ => (body[4], body[5]) = (0, 30),
    }
    // No port may lead to a protocol of its own.
    if protocol != 1 {
        (body[0], body[2]) = (0xc8, 0xd8);
    }
    let kind: [u8; 2] = if kind == 4 { [0x08, 0x00] } else { [0x86, 0xdd] };
    [macs, kind.to_vec(), ip, body].concat()
}

fn dissection_of(frame: &[u8]) -> wire::Dissection {
    wire::dissect::frame(&wire::Packet::new(wire::Link::Ethernet, frame, frame.len()))
}

fn facts_of(frame: &[u8]) -> Facts {
    let packet = wire::Packet::new(wire::Link::Ethernet, frame, frame.len());
    Facts::new(frame, &dissection_of(frame), &verify::inspect(&packet))
}

/// Another value of the same kind.
fn perturbed(value: &Value, rng: &mut StdRng) -> String {
    let delta = rng.random_range(1..=9_000_u32);
    match value {
        Value::Word(word) => format!("0x{:04x}", word.wrapping_add(delta as u16)),
        Value::Number(number) | Value::Named(number, _) => number.wrapping_add(delta).to_string(),
        Value::Address(IpAddr::V4(v4)) => Ipv4Addr::from(u32::from(*v4) ^ delta << 8).to_string(),
        Value::Address(IpAddr::V6(v6)) => {
            Ipv6Addr::from(u128::from(*v6) ^ u128::from(delta) << 40).to_string()
        }
        Value::Mac(mac) => {
            let shown = mac.to_string();
            let last = u8::from_str_radix(&shown[15..], 16).unwrap() ^ (delta % 255 + 1) as u8;
            format!("{}{last:02x}", &shown[..15])
        }
        other => panic!("no sentence is about {other:?}"),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Named(number, _) => number.to_string(),
        value => value.to_string(),
    }
}

/// The fields of a frame of which there are names.
fn named(dissection: &wire::Dissection) -> impl Iterator<Item = (&wire::Field, &'static str)> {
    NAMES.iter().filter_map(|(name, words)| Some((dissection.field(name)?, *words)))
}

fn sentence(template: &str, name: &str, field: &wire::Field, value: &str) -> String {
    let mut place = String::new();
    let (start, end) = (field.range.start, field.range.end);
    let _ = match end - start {
        1 => write!(place, "byte {start}"),
        _ => write!(place, "bytes {start}-{}", end - 1),
    };
    template
        .replace("LAYER.FIELD", field.name)
        .replace("NAME", name)
        .replace("PLACE", &place)
        .replace("VALUE", value)
}

#[test]
fn true_sentences_stand_and_a_wrong_number_does_not() {
    let seed = 4;
    let (mut rng, mut sentences) = (StdRng::seed_from_u64(seed), 0);
    for number in 0..300 {
        let frame = random_frame(&mut rng);
        for (field, words) in named(&dissection_of(&frame)) {
            let about =
                |text: &str| format!("seed {seed}, frame {number} {}: {text}", hex::encode(&frame));
            let template = TEMPLATES[rng.random_range(0..TEMPLATES.len())];
            let text = sentence(template, words, field, &shown(&field.value));
            assert_eq!(wrong(&text, facts_of(&frame)), [""; 0], "{}", about(&text));
            assert!(right(&text, facts_of(&frame)) >= 1, "{}", about(&text));
            let other = perturbed(&field.value, &mut rng);
            let text = sentence(template, words, field, &other);
            assert_eq!(wrong(&text, facts_of(&frame)), [other], "{}", about(&text));
            sentences += 1;
        }
    }
    assert!(sentences > 2_000, "{sentences}");
}

#[test]
fn places_stand_and_wrong_ones_do_not() {
    let seed = 5;
    let mut rng = StdRng::seed_from_u64(seed);
    for _ in 0..200 {
        let frame = random_frame(&mut rng);
        for (field, words) in named(&dissection_of(&frame)) {
            let at = |start: usize| match field.range.len() {
                1 => format!("The {words} is at byte {start}."),
                length => format!("The {words} lies at bytes {start}-{}.", start + length - 1),
            };
            let text = at(field.range.start);
            assert_eq!(wrong(&text, facts_of(&frame)), [""; 0], "seed {seed}: {text}");
            let text = at(field.range.start + rng.random_range(40..100));
            assert_eq!(wrong(&text, facts_of(&frame)).len(), 1, "seed {seed}: {text}");
        }
    }
}

/// What should be is no contradiction, whatever it is.
#[test]
fn wishes_stand() {
    let seed = 6;
    let mut rng = StdRng::seed_from_u64(seed);
    let wishes = [
        "The NAME should be VALUE.",
        "The NAME would be VALUE if it were right.",
        "Set the NAME to VALUE.",
        "The packet needs a NAME of VALUE.",
        "If the NAME is VALUE, all is well.",
        "A NAME of VALUE was expected.",
        "The NAME must be VALUE instead.",
        "It was computed as if the NAME were VALUE.",
        "Perhaps the NAME was VALUE.",
        "Another host's NAME is VALUE.",
    ];
    for _ in 0..200 {
        let frame = random_frame(&mut rng);
        for (field, words) in named(&dissection_of(&frame)) {
            let other = perturbed(&field.value, &mut rng);
            let template = wishes[rng.random_range(0..wishes.len())];
            let text = sentence(template, words, field, &other);
            assert_eq!(wrong(&text, facts_of(&frame)), [""; 0], "seed {seed}: {text}");
        }
    }
}
