//! Packets, and what is replied to them, both made with scapy: `cases.py` writes `cases.txt`.

use wire::hex;

use crate::world::World;

const CASES: &str = include_str!("cases.txt");

#[test]
fn replies_are_those_of_scapy() {
    let mut wrong = Vec::new();
    for line in CASES.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let [name, link, packet, word, expect] = words[..] else { panic!("{line}") };
        let mut world = if link == "ethernet" { World::ethernet() } else { World::ip() };
        world.origin = Some((0x1a2b, 0x5c6d_7e8f));
        let reply = world.receive(&hex::parse(packet).unwrap());
        let said = match &reply {
            Ok(reply) => format!("SEND {}", hex::encode(reply)),
            Err(reason) => format!("DROP {reason}"),
        };
        if said != format!("{word} {expect}") {
            wrong.push(format!(
                "{name}\n  packet {packet}\n  expect {word} {expect}\n  found  {said}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
}
