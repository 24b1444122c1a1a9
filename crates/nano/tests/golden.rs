//! Golden transcripts: what the shipped weights say to three packets, token for token. The same bits
//! come out on every processor, so any difference is a change of the weights, the tape or the
//! arithmetic. `UPDATE_GOLDEN=1 cargo test -p nano --test golden` writes them anew.

use std::fmt::Write;
use std::path::PathBuf;

use nano::tape::Ending;
use nano::transformer::Context;
use nano::vocabulary::{Meaning, Token};
use nano::{Network, Seen};

const OWN: [u8; 4] = [10, 0, 0, 1];

/// An 84-byte request as iputils-ping sends it.
const PING: &str = "45000054c571400040016135 0a0000020a0000010800a290a87c0001233f046b00000000bf7407000000\
    0000101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637";
/// A request of 33 bytes: an odd payload.
const ODD: &str = "452e0021000080008001 0fd8 370d9e95 370d9e26 08001832 0e271365 332f8b12 00";
/// The 84-byte request with one bit of its payload flipped.
const FLIPPED: &str = "45000054c571400040016135 0a0000020a0000010800a290a87c0001233f046b00000000bf7407000000\
    0000101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353636";

#[test]
fn ping() {
    let ending = check("ping", PING, OWN);
    assert!(matches!(ending, Ending::Reply(reply) if reply.len() == 84));
}

#[test]
fn odd_payload() {
    let ending = check("odd", ODD, [55, 13, 158, 38]);
    assert!(matches!(ending, Ending::Reply(reply) if reply.len() == 33));
}

#[test]
fn flipped_bit() {
    let ending = check("flipped", FLIPPED, OWN);
    assert!(matches!(ending, Ending::Drop(label) if label.name() == "icmp-checksum"));
}

fn check(name: &str, packet: &str, own: [u8; 4]) -> Ending {
    let (transcript, ending) = transcript(&bytes(packet), own);
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/{name}.txt"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &transcript).expect("the golden transcript can be written");
    }
    let golden = std::fs::read_to_string(&path).expect("the golden transcript can be read");
    for (number, (said, expected)) in transcript.lines().zip(golden.lines()).enumerate() {
        assert_eq!(said, expected, "{}, line {}", path.display(), number + 1);
    }
    assert_eq!(transcript.len(), golden.len(), "{}", path.display());
    ending
}

/// Every token with its place: a line for each label.
fn transcript(packet: &[u8], own: [u8; 4]) -> (String, Ending) {
    let mut text = String::new();
    let mut context = Context::default();
    let ending = nano::think(Network::First.load(), &mut context, packet, own, |seen| {
        match seen {
            Seen::Chunk(chunk) => chunk.tokens().iter().for_each(|&(token, position)| {
                let track = if position.writing { 'w' } else { 'r' };
                say(&mut text, &format!("{track}{}", position.address), token);
            }),
            Seen::Last(token) => say(&mut text, "end", token),
        }
        true
    });
    text.push('\n');
    (text, ending.expect("nothing stops it"))
}

fn say(text: &mut String, place: &str, token: Token) {
    let _ = match token.meaning() {
        Meaning::Label(_) => write!(text, "\n{place} {token:?}"),
        _ => write!(text, " {token:?}"),
    };
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u32> = hex.chars().filter_map(|digit| digit.to_digit(16)).collect();
    digits.chunks(2).map(|pair| (pair[0] << 4 | pair[1]) as u8).collect()
}
