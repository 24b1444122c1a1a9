//! Random packets, and sentences about them that are true by construction, or false by one number.

use std::fmt::Write;

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
const NAMES: [(&str, &str); 12] = [
    ("ipv4.version", "IP version"),
    ("ipv4.total_length", "total length"),
    ("ipv4.identification", "identification"),
    ("ipv4.ttl", "TTL"),
    ("ipv4.ttl", "time to live"),
    ("ipv4.checksum", "header checksum"),
    ("ipv4.source", "source address"),
    ("ipv4.destination", "destination IP address"),
    ("icmp.code", "ICMP code"),
    ("icmp.checksum", "ICMP checksum"),
    ("icmp.identifier", "identifier"),
    ("icmp.sequence", "sequence number"),
];

fn random_packet(rng: &mut StdRng) -> Vec<u8> {
    let payload: Vec<u8> = (0..rng.random_range(0..100)).map(|_| rng.random()).collect();
    let (source, destination): ([u8; 4], [u8; 4]) = (rng.random(), rng.random());
    let mut packet = Echo {
        identifier: rng.random(),
        sequence: rng.random(),
        ttl: rng.random(),
        payload: &payload,
        ..Echo::new(source.into(), destination.into())
    }
    .request();
    packet[4..6].copy_from_slice(&rng.random::<[u8; 2]>());
    packet[21] = rng.random_range(0..3);
    if rng.random_bool(0.5) {
        packet[10..12].copy_from_slice(&rng.random::<[u8; 2]>());
    }
    packet
}

/// Another value of the same kind.
fn perturbed(value: &Value, rng: &mut StdRng) -> Value {
    let other = |number: u16, rng: &mut StdRng| number.wrapping_add(rng.random_range(1..=9_000));
    match value {
        Value::Number(number) | Value::Named(number, _) => Value::Number(other(*number, rng)),
        Value::Word(word) => Value::Word(other(*word, rng)),
        Value::Address(address) => {
            let [a, b, c, d] = address.octets();
            Value::Address([a, b, c ^ rng.random_range(1..=254), d].into())
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
    let mut rng = StdRng::seed_from_u64(seed);
    for number in 0..400 {
        let packet = random_packet(&mut rng);
        let dissection = dissect(&packet);
        for (name, words) in NAMES {
            let field = dissection.field(name).unwrap();
            let template = TEMPLATES[rng.random_range(0..TEMPLATES.len())];
            let text = sentence(template, words, field, &shown(&field.value));
            let about = || format!("seed {seed}, packet {number} {}: {text}", hex::encode(&packet));
            assert_eq!(wrong(&text, facts(&packet)), [""; 0], "{}", about());
            assert!(right(&text, facts(&packet)) >= 1, "{}", about());
            let other = shown(&perturbed(&field.value, &mut rng));
            let text = sentence(template, words, field, &other);
            assert_eq!(wrong(&text, facts(&packet)), [other], "{text}: {}", about());
        }
    }
}

#[test]
fn places_stand_and_wrong_ones_do_not() {
    let seed = 5;
    let mut rng = StdRng::seed_from_u64(seed);
    for _ in 0..200 {
        let packet = random_packet(&mut rng);
        let dissection = dissect(&packet);
        for (name, words) in NAMES {
            let field = dissection.field(name).unwrap();
            let at = |start: usize| match field.range.len() {
                1 => format!("The {words} is at byte {start}."),
                length => format!("The {words} lies at bytes {start}-{}.", start + length - 1),
            };
            let text = at(field.range.start);
            assert_eq!(wrong(&text, facts(&packet)), [""; 0], "seed {seed}: {text}");
            let text = at(field.range.start + rng.random_range(40..100));
            assert_eq!(wrong(&text, facts(&packet)).len(), 1, "seed {seed}: {text}");
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
        let packet = random_packet(&mut rng);
        let dissection = dissect(&packet);
        for (name, words) in NAMES {
            let field = dissection.field(name).unwrap();
            let other = shown(&perturbed(&field.value, &mut rng));
            let template = wishes[rng.random_range(0..wishes.len())];
            let text = sentence(template, words, field, &other);
            assert_eq!(wrong(&text, facts(&packet)), [""; 0], "seed {seed}: {text}");
        }
    }
}
