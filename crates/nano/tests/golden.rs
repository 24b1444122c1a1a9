//! Golden transcripts: what the shipped weights say to a packet of each kind, token for token. The same bits
//! come out on every processor, so any difference is a change of the weights, the tape or the
//! arithmetic. `UPDATE_GOLDEN=1 cargo test -p nano --test golden` writes them anew, once there are new weights.

use std::fmt::Write;
use std::path::PathBuf;

use nano::tape::Ending;
use nano::transformer::Context;
use nano::vocabulary::{Meaning, Token};
use nano::{Network, Seen};

mod packets;

#[test]
fn ping() {
    check_reply("echo", 84);
}

#[test]
fn flipped_bit() {
    let is_dropped =
        |ending: &Ending| matches!(ending, Ending::Drop(label) if label.name() == "icmp-checksum");
    check("flipped", is_dropped);
}

#[test]
fn arp() {
    check_reply("arp", 14 + 28);
}

#[test]
fn neighbor_solicitation() {
    check_reply("neighbor", 14 + 40 + 32);
}

#[test]
fn ping6() {
    check_reply("echo6", 104);
}

#[test]
fn closed_tcp_port() {
    check_reply("tcp4", 20 + 20);
}

/// All of the datagram is quoted.
#[test]
fn closed_udp_port() {
    check_reply("udp-closed4", 28 + 33);
}

fn check_reply(name: &str, length: usize) {
    check(name, |ending| matches!(ending, Ending::Reply(reply) if reply.len() == length));
}

/// Nothing that ends wrong becomes golden.
fn check(name: &str, is_right: impl Fn(&Ending) -> bool) {
    let (transcript, ending) = transcript(name);
    assert!(is_right(&ending), "{name}: {ending:?}");
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/{name}.txt"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        let folder = path.parent().expect("it is in a folder");
        std::fs::create_dir_all(folder).expect("the folder can be made");
        std::fs::write(&path, &transcript).expect("the golden transcript can be written");
    }
    let golden = std::fs::read_to_string(&path).expect("the golden transcript can be read");
    for (number, (said, expected)) in transcript.lines().zip(golden.lines()).enumerate() {
        assert_eq!(said, expected, "{}, line {}", path.display(), number + 1);
    }
    assert_eq!(transcript.len(), golden.len(), "{}", path.display());
}

/// Every token with its place: a line for each label.
fn transcript(name: &str) -> (String, Ending) {
    let (packet, own) = packets::packet(name);
    let mut text = String::new();
    let mut context = Context::default();
    let ending = nano::think(Network::First.load(), &mut context, &packet, &own, |seen| {
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
