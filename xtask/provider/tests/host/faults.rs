//! Brains and faults that spoil a reply, whatever protocol it is of.

use ::provider::answer::answer;
use ::provider::{Brain, Fault, Turn};
use wire::hex;

use crate::world::{BYTES, World};

const CASES: &str = include_str!("cases.txt");

/// What is answered to the packet of a case, in hex, under that brain and fault.
fn said(name: &str, brain: &Brain, fault: &Fault) -> String {
    let line = CASES.lines().find(|line| line.starts_with(&format!("{name} "))).unwrap();
    let words: Vec<&str> = line.split(' ').collect();
    let mut world = if words[1] == "ethernet" { World::ethernet() } else { World::ip() };
    world.origin = Some((0x1a2b, 0x5c6d_7e8f));
    let packet = hex::parse(words[2]).unwrap();
    let text = world.turn(None, "This packet of some bytes came:", &packet);
    answer(brain, fault, &Turn::read("m", BYTES, &text, None)).text
}

fn sent(name: &str, fault: &Fault) -> Vec<u8> {
    let text = said(name, &Brain::Correct, fault);
    let line = text.lines().last().unwrap();
    hex::parse(line.strip_prefix("SEND ").unwrap()).unwrap()
}

#[test]
fn replies_to_the_wrong_address_are_right_but_for_that() {
    for (name, address, checksums) in [
        ("ping", 19, &[10][..]),
        ("udp-echo", 19, &[10, 26]),
        ("udp-echo6", 39, &[46]),
        ("ping6", 39, &[42]),
        ("syn", 19, &[10, 36]),
        ("syn-on-ethernet", 33, &[24, 50]),
        ("syn6", 39, &[56]),
        ("arp", 41, &[]),
        ("neighbor", 53, &[56]),
    ] {
        let (right, wrong) = (sent(name, &Fault::None), sent(name, &Fault::WrongDestination));
        let mut expect = right.clone();
        expect[address] ^= 1;
        for at in checksums {
            let word = |at: usize| u16::from_be_bytes([right[at], right[at + 1]]);
            let old = word(address - 1);
            let sum = wire::checksum::update(word(*at), old, old ^ 1);
            expect[*at..at + 2].copy_from_slice(&sum.to_be_bytes());
        }
        assert_eq!(hex::encode(&wrong), hex::encode(&expect), "{name}");
    }
}

#[test]
fn faults_of_replies() {
    let right = sent("syn", &Fault::None);
    assert_eq!(sent("syn", &Fault::ShortHex), right[..right.len() - 2]);
    let two = said("syn", &Brain::Correct, &Fault::TwoPackets);
    let lines: Vec<&str> = two.lines().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(lines, ["NOTE", "TIMER", "SEND", "SEND"]);
    let whole = said("syn", &Brain::Correct, &Fault::None);
    let odd = said("syn", &Brain::Correct, &Fault::OddHex);
    assert_eq!(odd, whole[..whole.len() - 1]);
    let text = said("neighbor", &Brain::AlwaysWrong, &Fault::None);
    assert_ne!(text, format!("SEND {}", hex::encode(&sent("neighbor", &Fault::None))));
    let text = said("frame-other", &Brain::AlwaysWrong, &Fault::None);
    assert!(text.starts_with("SEND 0200"), "{text}");
}
