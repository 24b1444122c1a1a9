//! The check against sentences as people and models write them, true and false, and against random packets.

use wire::{dissect, hex};

use super::*;

mod prose;
mod random;
mod sentences;

/// A ping whose TTL was lowered by a router that left the checksum alone.
pub(super) const PACKET: &str = "45000054000040003f0126a70a0000020a0000010800d9d900070001";

pub(super) fn packet() -> Vec<u8> {
    let mut packet = hex::parse(PACKET).unwrap();
    packet.resize(84, 0xa5);
    packet
}

pub(super) fn facts(packet: &[u8]) -> Facts {
    Facts::new(packet, &dissect(packet), &verify::judge_packet(packet))
}

/// What a text says of the packet that is wrong.
pub(super) fn wrong(text: &str, facts: Facts) -> Vec<String> {
    let claims = claims(text, facts);
    let wrong = claims.into_iter().filter(|claim| claim.verdict == Verdict::Contradicted);
    wrong.map(|claim| claim.stated).collect()
}

fn right(text: &str, facts: Facts) -> usize {
    claims(text, facts).iter().filter(|claim| claim.verdict == Verdict::Confirmed).count()
}

#[test]
fn the_packet_of_the_sentences() {
    let findings = verify::judge_packet(&packet());
    let said: Vec<String> = findings.iter().map(ToString::to_string).collect();
    let expect = "ipv4.checksum (RFC 791 3.1, MUST) bytes 10–11: expected 0x27a7, found 0x26a7";
    assert_eq!(said, [expect]);
}

#[test]
fn a_claim_says_where_and_what() {
    let text = "It is a ping. Its TTL is 64, from 10.0.0.2.";
    let claims = claims(text, facts(&packet()));
    let [ttl, address] = claims.as_slice() else { panic!("{claims:?}") };
    assert_eq!(&text[ttl.range.clone()], "TTL is 64");
    let said = (ttl.field.as_str(), ttl.stated.as_str(), ttl.actual.as_str());
    assert_eq!(said, ("ipv4.ttl", "64", "the packet says 63"));
    assert_eq!(ttl.verdict, Verdict::Contradicted);
    assert_eq!(&text[address.range.clone()], "10.0.0.2");
    assert_eq!(address.verdict, Verdict::Confirmed);
}

#[test]
fn sentences_that_go_over_several_lines() {
    let text = "- The header checksum was computed as if\n  the TTL were 64,\n  and the total\n  length is 85\n";
    assert_eq!(wrong(text, facts(&packet())), [""; 0]);
    assert_eq!(wrong("The total\nlength is 85\n", facts(&packet())), ["85"]);
    assert_eq!(wrong("The sender should have\nset a TTL of 64.\n", facts(&packet())), [""; 0]);
    // Each statement once, however many lines there are.
    let text = "The total\nlength is 85\nand the TTL is 63\nand the code 0\n";
    assert_eq!(wrong(text, facts(&packet())), ["85"]);
    assert_eq!(right(text, facts(&packet())), 2);
    // A new item is a new sentence.
    assert_eq!(wrong("- It should\n- The TTL is 64\n", facts(&packet())), ["64"]);
}

#[test]
fn what_is_to_be_changed_is_not_held_against_the_packet() {
    for heading in ["## Change in the sender\n", "**Change in the sender:** ", "4. **Fix**\n"] {
        let text = format!("{heading}With a TTL of 64 the header checksum 0x27a7 is right.");
        assert_eq!(wrong(&text, facts(&packet())), [""; 0], "{text}");
    }
    let text = "## What it is\nThe TTL is 64.\n\n## Change in the sender\nTTL 64.\n";
    assert_eq!(wrong(text, facts(&packet())), ["64"]);
}

#[test]
fn no_text_panics() {
    let hostile = [
        "",
        "TTL",
        "TTL (",
        "TTL is (",
        "bytes 1-",
        "offset",
        "byte 18446744073709551615 (TTL)",
        "RFC",
        "RFC 791 (",
        "ipv4.",
        "DF is",
        "the packet is",
        "type 8 (",
        "flags (",
        "::",
        "TTL (((((((((",
    ];
    for text in hostile {
        claims(text, facts(&packet()));
    }
}

proptest::proptest! {
    #[test]
    fn no_words_panic(words in proptest::collection::vec(word(), 0..30), bytes: Vec<u8>) {
        let text = words.join(" ");
        for claim in claims(&text, facts(&bytes)) {
            assert!(text.is_char_boundary(claim.range.start) && text.is_char_boundary(claim.range.end));
        }
    }
}

fn word() -> impl proptest::strategy::Strategy<Value = &'static str> {
    proptest::sample::select(
        &[
            "the",
            "TTL",
            "is",
            "64",
            "(",
            ")",
            ",",
            "bytes",
            "10-11",
            "offset",
            "flags",
            "DF",
            "set",
            "not",
            "type",
            "8",
            "echo request",
            "RFC",
            "791",
            "§3.1",
            "ipv4.ttl",
            "10.0.0.1",
            "packet",
            "source",
            "address",
            "\n",
            ".",
            "if",
            "should",
            "be",
            "0x1c46",
            "to",
            "of",
            "–",
            "é",
        ][..],
    )
}
