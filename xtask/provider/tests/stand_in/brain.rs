//! The brain against the judge.

use std::fmt::Write;

use ::provider::answer::answer;
use ::provider::{Behaviour, Brain, Fault, Model, Provider, Turn};
use serde_json::{Value, json};
use verify::{Due, due};

use crate::client::{self, Api};
use crate::packets::{self, HOST, ping};

pub const BYTES: &str = "You are an IPv4 host.\n\n    SEND 4500001c\n\n    DROP not-for-me\n";
pub const EDITS: &str =
    "You are an IPv4 host.\n\n    EDIT swap 12 16 4; set 20 00; add16 22 0800\n";

/// The turn for a packet, as softstack words it.
pub fn question(packet: &[u8]) -> String {
    let length = packet.len();
    let mut text =
        format!("Your address is 10.0.0.1 (0a000001). This packet of {length} bytes came:\n\n");
    for (row, bytes) in packet.chunks(16).enumerate() {
        let words: Vec<_> = bytes.chunks(2).map(wire::hex::encode).collect();
        let _ = writeln!(text, "0x{:04x}: {}", row * 16, words.join(" "));
    }
    text
}

/// The schema of an answer in that property.
pub fn schema(property: &str) -> Value {
    json!({
        "type": "object",
        "properties": {
            "action": {"type": "string", "enum": ["send", "drop"]},
            "reason": {"type": "string"},
            property: {"type": "string"},
        },
        "required": ["action", "reason", property],
        "additionalProperties": false,
    })
}

/// What an answer says: the reply, or the reason to drop.
pub fn read(text: &str, request: &[u8]) -> Result<Vec<u8>, String> {
    let edited = |edits: &str| wire::apply(&wire::edit::parse(edits).unwrap(), request).unwrap();
    if let Ok(value) = serde_json::from_str::<Value>(text) {
        return match value["action"].as_str() {
            Some("drop") => Err(value["reason"].as_str().unwrap().to_owned()),
            _ => Ok(match value["edits"].as_str() {
                Some(edits) => edited(edits),
                None => wire::hex::parse(value["packet"].as_str().unwrap()).unwrap(),
            }),
        };
    }
    match text.lines().last().unwrap().split_once(' ').unwrap() {
        ("SEND", hex) => Ok(wire::hex::parse(hex).unwrap()),
        ("EDIT", edits) => Ok(edited(edits)),
        ("DROP", reason) => Err(reason.to_owned()),
        _ => panic!("{text}"),
    }
}

fn judge(text: &str, packet: &[u8]) {
    let reason = due(&HOST, packet).reason().map(|reason| reason.name().to_owned());
    match (read(text, packet), due(&HOST, packet)) {
        (Ok(reply), Due::Reply) => {
            let admitted = verify::admit(&HOST, packet, reply);
            let remarks =
                admitted.unwrap_or_else(|veto| panic!("{veto}\n{packet:02x?}")).remarks().len();
            assert_eq!(remarks, 0, "{packet:02x?}");
        }
        (answer, _) => assert_eq!(answer.err(), reason, "{packet:02x?}"),
    }
}

#[test]
fn two_thousand_packets_in_every_form() {
    let seed = 1;
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut replies = 0;
    for number in 0..2_000 {
        let packet = packets::any(&mut rng);
        replies += usize::from(due(&HOST, &packet) == Due::Reply);
        for (system, property) in [(BYTES, "packet"), (EDITS, "edits")] {
            for schema in [None, Some(schema(property))] {
                let turn = Turn::read("m", system, &question(&packet), schema.as_ref());
                let said = answer(&Brain::Correct, &Fault::None, &turn);
                assert!(!said.thoughts.is_empty(), "packet {number} of seed {seed}");
                judge(&said.text, &packet);
            }
        }
    }
    assert!((800..1_400).contains(&replies), "{replies}");
}

#[test]
fn packets_over_http() {
    let provider = Provider::start(Behaviour::default());
    let mut rng = fastrand::Rng::with_seed(2);
    for _ in 0..40 {
        let packet = packets::any(&mut rng);
        for (api, model) in [(Api::Anthropic, "claude-haiku-5-5"), (Api::OpenAi, "gpt-6-luna")] {
            for system in [BYTES, EDITS] {
                let answer = client::ask(&provider, api, model, system, &question(&packet));
                judge(&answer.text, &packet);
            }
        }
    }
}

#[test]
fn edits_are_as_few_as_can_be() {
    let mut packet = ping();
    let edits = |packet: &[u8]| {
        let turn = Turn::read("m", EDITS, &question(packet), None);
        answer(&Brain::Correct, &Fault::None, &turn).text
    };
    assert_eq!(edits(&packet), "EDIT swap 12 16 4; set 20 00; add16 22 0800");
    packet[8] = 1;
    packet[10..12].fill(0);
    let sum = wire::checksum::checksum(&packet[..20]).to_be_bytes();
    packet[10..12].copy_from_slice(&sum);
    packet.push(0);
    let expect =
        "EDIT swap 12 16 4; set 8 40; add16 10 c0ff; set 20 00; add16 22 0800; truncate 84";
    assert_eq!(edits(&packet), expect);
}

#[test]
fn thoughts_are_of_this_packet() {
    let mut packet = ping();
    let thoughts = |packet: &[u8]| {
        let turn = Turn::read("m", BYTES, &question(packet), None);
        answer(&Brain::Correct, &Fault::None, &turn).thoughts.join(" ")
    };
    let said = thoughts(&packet);
    assert!(
        said.contains("total length of 84") && said.contains("12-15 are 10.0.0.2, another host"),
        "{said}"
    );
    packet[19] = 9;
    assert!(
        thoughts(&packet).ends_with("add up to 0008, not to ffff. So I drop it: header-checksum.")
    );
}

#[test]
fn offload_leaves_both_checksums() {
    let system = format!("{EDITS}\n## Checksum offload\n");
    let turn = Turn::read("m", &system, &question(&ping()), None);
    let text = answer(&Brain::Correct, &Fault::None, &turn).text;
    let reply = read(&text, &ping()).unwrap();
    assert_eq!((&reply[10..12], &reply[22..24]), (&[0; 2][..], &[0; 2][..]), "{text}");
}

#[test]
fn a_wrong_byte_until_there_is_an_objection() {
    let packet = ping();
    let right = wrong(&Brain::Correct, BYTES, &question(&packet), &packet);
    for system in [BYTES, EDITS] {
        let reply = wrong(&Brain::WrongAt(30), system, &question(&packet), &packet);
        let differing: Vec<_> = (0..reply.len()).filter(|i| reply[*i] != right[*i]).collect();
        assert_eq!(differing, [30]);
        assert!(verify::admit(&HOST, &packet, reply).is_err());
        let again = question(&packet) + "\nThe checker held that back:\n\n- something\n";
        assert_eq!(wrong(&Brain::WrongAt(30), system, &again, &packet), right);
        let reply = wrong(&Brain::AlwaysWrong, system, &again, &packet);
        assert!(verify::admit(&HOST, &packet, reply).is_err());
    }
    // Not even silence is right.
    let mut dropped = packet.clone();
    dropped[19] = 9;
    let reply = wrong(&Brain::AlwaysWrong, EDITS, &question(&dropped), &dropped);
    assert!(verify::admit(&HOST, &dropped, reply).is_err());
}

fn wrong(brain: &Brain, system: &str, text: &str, packet: &[u8]) -> Vec<u8> {
    let turn = Turn::read("m", system, text, None);
    read(&answer(brain, &Fault::None, &turn).text, packet).unwrap()
}

#[test]
fn brains_that_speak() {
    let provider = Provider::start(Behaviour {
        brain: Brain::Text("Hello, world.".into()),
        models: vec![Model::claude_haiku_5_5()],
        ..Behaviour::default()
    });
    let ask =
        |text: &str| client::ask(&provider, Api::Anthropic, "claude-haiku-5-5", BYTES, text).text;
    assert_eq!(ask("Hello"), "Hello, world.");
    provider.set_brain(Brain::Closure(std::sync::Arc::new(|turn: &Turn| {
        format!("{} bytes for {:?}", turn.packet.len(), turn.address.unwrap())
    })));
    assert_eq!(ask(&question(&ping())), "84 bytes for 10.0.0.1");
    provider.set_brain(Brain::Correct);
    assert_eq!(ask("Hello"), "I see no packet in this message.");
}
