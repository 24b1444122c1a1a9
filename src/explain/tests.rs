use super::*;
use crate::explain::marks::{marked, tally};

fn case() -> Case {
    let bytes =
        wire::hex::parse("4500001c000040003f0126df0a0000020a0000010800f7f700070001").unwrap();
    Case::new(3, Link::RawIp, bytes, 28)
}

/// All that a text is shown as, without colours.
fn shown(text: &str) -> String {
    let (case, mut out) = (case(), String::new());
    let mut reader = Reader::new(&case);
    let mut show = |shown: Shown| {
        if let Shown::Words { text, start, claims } = shown {
            out += &marked(text, start, claims);
        }
    };
    reader.hear(Delta::Text(text), &mut show);
    reader.end(&mut show);
    anstream::adapter::strip_str(&out).to_string() + "\n" + &tally(&reader.claims)
}

#[test]
fn the_prompt_shows_table_bytes_and_findings() {
    let prompt = case().prompt(&Style::explainer());
    for line in [
        "Packet 3 of the capture, link raw, 28 bytes: 10.0.0.2 > 10.0.0.1 ICMP echo request",
        "  8         ipv4.ttl              63\n",
        "  10–11     ipv4.checksum         0x26df\n",
        "0x0010: 0a00 0001 0800 f7f7 0007 0001\n",
        "- ipv4.checksum (RFC 791 3.1, MUST) bytes 10–11: expected 0x27df, found 0x26df\n",
        "  clause: “The checksum field is the 16 bit",
        "  fix: set 10 27df\n",
    ] {
        assert!(prompt.turn.contains(line), "{line:?} is not in\n{}", prompt.turn);
    }
    assert!(!prompt.can_be_structured());
    assert_eq!(prompt.system(true), prompt.system(false));
    assert_eq!(prompt.system(false).matches("\n## ").count(), 4, "{}", prompt.system(false));
    let long = Case { bytes: vec![0; 600], ..case() }.prompt(&Style::explainer()).turn;
    assert!(long.contains("0x01f0:") && !long.contains("0x0200:"), "{long}");
    assert!(long.contains("… and 88 bytes more"), "{long}");
}

#[test]
fn marks_stand_behind_what_contradicts_the_bytes() {
    assert_eq!(
        shown("The **TTL** is `64`, the code is 1.\n"),
        "The **TTL** is `64` [✗ the packet says 63], the code is 1 [✗ the packet says 0].\n\n\
         2 statements checked, 0 agree with the bytes, 2 contradict them"
    );
    assert_eq!(
        shown("The TTL (byte 8) is 63.\nIt comes from 10.0.0.9"),
        "The TTL (byte 8) is 63.\nIt comes from 10.0.0.9 [✗ not in the packet]\n\
         3 statements checked, 2 agree with the bytes, 1 contradicts them"
    );
    let all = "The TTL is 63.";
    let expect = "1 statement checked, 1 agrees with the bytes, none contradicts them";
    assert_eq!(shown(all), format!("{all}\n{expect}"));
    assert!(shown("Well.").ends_with("no statement in it could be checked against the bytes"));
}

#[test]
fn words_do_nothing_to_a_terminal() {
    assert_eq!(shown("a\x1b[31mb\x07\r\n\tc").lines().next(), Some("a\u{fffd}[31mb\u{fffd}"));
}

#[test]
fn a_call_that_is_repeated_begins_anew() {
    let (case, mut again) = (case(), 0);
    let mut reader = Reader::new(&case);
    let mut show = |shown: Shown| again += usize::from(matches!(shown, Shown::Again));
    reader.hear(Delta::Again, &mut show);
    reader.hear(Delta::Text("The TTL is 64. The"), &mut show);
    reader.hear(Delta::Again, &mut show);
    reader.hear(Delta::Text("The TTL is 63."), &mut show);
    reader.end(&mut show);
    assert_eq!((again, reader.text.as_str(), reader.claims.len()), (1, "The TTL is 63.", 1));
}
