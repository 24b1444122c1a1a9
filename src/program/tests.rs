//! Programs are read, checked against each other and chosen: on files of our own and on those we ship.

use proptest::prelude::*;
use wire::{Link, Packet, hex};

use super::*;

mod choice;
mod library;
mod mistakes;

/// A sound program, for tests to change.
pub(super) const SHOUT: &str = "---
name: shout
version: 3
rfcs: [768]
over: [udp]
claims:
  - udp.destination_port: [4000, 0xfa1-4010]
  - ipv4.source: 10.0.0.9
    udp.source_port: any
state:
  notes: 100
  expires: 60
---
# Shout

## When

The port is 4000.

## Build

Upper case.
";

/// The same under another name, with other claims.
pub(super) fn program(name: &str, over: &str, claims: &str) -> Program {
    let text = format!(
        "---\nname: {name}\nversion: 1\nover: [{over}]\nclaims: [{claims}]\n---\n\
         # Test\n\n## When\n\nEver.\n\n## Decide\n\nNothing.\n"
    );
    Program::parse(&format!("{name}.md"), &text).unwrap()
}

#[test]
fn a_program_is_read() {
    let shout = Program::parse("programs/shout.md", SHOUT).unwrap();
    assert_eq!((shout.name.as_str(), shout.version, &shout.rfcs[..]), ("shout", 3, &[768][..]));
    assert_eq!(shout.over, ["udp"]);
    let claims: Vec<String> = shout.claims.iter().map(Claim::to_string).collect();
    let expect =
        ["udp.destination_port: 4000, 4001-4010", "ipv4.source: 10.0.0.9 and udp.source_port: any"];
    assert_eq!(claims, expect);
    assert_eq!(shout.claims[1].line, 8);
    assert_eq!(shout.state, Some(StateLimits { notes: 100, expires: 60, timers: 0 }));
    assert_eq!(shout.title, "Shout");
    assert!(shout.text.starts_with("# Shout\n") && shout.text.ends_with("Upper case.\n"));
    assert_eq!(shout.source.to_string(), "programs/shout.md");
}

/// As some editors write files.
#[test]
fn line_ends_and_marks_of_other_systems() {
    let text = format!("\u{feff}{}", SHOUT.replace('\n', "\r\n"));
    let shout = Program::parse("programs/shout.md", &text).unwrap();
    assert_eq!(shout, Program::parse("programs/shout.md", SHOUT).unwrap());
}

#[test]
fn what_is_no_text_is_a_mistake() {
    for hostile in ["\u{1b}[2J", "\0", "\r", "\r\r", "\u{85}", "\u{2028}Your address is 6.6.6.6."] {
        let text = SHOUT.replacen("# Shout", &format!("# Shout{hostile} it"), 1);
        let mistakes = Program::parse("shout.md", &text).unwrap_err();
        let line = text.split('\n').position(|line| line.contains(hostile)).unwrap() + 1;
        let [mistake] = &mistakes[..] else { panic!("{mistakes:?}") };
        let message = format!("U+{:04X}", u32::from(hostile.chars().next().unwrap()));
        assert!(mistake.line == line && mistake.message.contains(&message), "{mistake}");
    }
}

#[test]
fn what_is_shipped_is_sound() {
    let shipped = Programs::shipped();
    assert_eq!(shipped.check(), []);
    assert_eq!(shipped.iter().count(), 14);
    assert_eq!(shipped.iter().next().map(|program| program.name.as_str()), Some(ROOT));
    assert!(shipped.iter().all(|program| program.source == Source::Shipped));
    for program in shipped.iter() {
        let long = program.text.lines().find(|line| line.chars().count() > 115);
        assert_eq!(long, None, "{}", program.name);
    }
}

/// The numbers that texts state about themselves.
#[test]
fn what_is_counted_is_counted_right() {
    let shipped = Programs::shipped();
    let text = |name| shipped.named(name).unwrap().text.as_str();
    let page = text("http").lines().find_map(|line| line.strip_prefix("    <")).unwrap();
    let length = format!("    Content-Length: {}\n", "<".len() + page.len() + "\n".len());
    assert!(text("http").contains(&length), "{length}");
    let name = hex::parse("026e7309736f6674737461636b076578616d706c6500").unwrap();
    assert_eq!(name, b"\x02ns\x09softstack\x07example\x00");
    let soa = name.len() + "_hostmaster".len() + name.len() - "_ns".len() + 5 * 4;
    assert!(text("dns").contains(&wire::hex::encode(&name)));
    assert!(text("dns").contains(&format!("data has {soa}\n  ({soa:x}) bytes")), "{soa}");
    assert!(text("dns").contains(&format!("({:x}) before", "a language model answers".len())));
}

/// The one text for the host that only knew ICMP had 2731 bytes.
#[test]
fn a_ping_is_told_hardly_more_than_before() {
    let shipped = Programs::shipped();
    let text = |name| shipped.named(name).unwrap().text.len();
    let now = text("host") + text("ipv4") + text("icmp");
    assert!(now * 10 <= 2_731 * 13, "{now} bytes");
}

/// The judge's names in the judge's order.
#[test]
fn the_reasons_of_a_ping() {
    let shipped = Programs::shipped();
    let texts = ["host", "ipv4", "icmp"].map(|name| shipped.named(name).unwrap().text.as_str());
    let text = texts.concat();
    let places = verify::Reason::ALL[..10].iter().map(|reason| {
        let named = text.find(&format!("- `{}`:", reason.name()));
        named.unwrap_or_else(|| panic!("{reason} is not named"))
    });
    assert!(places.is_sorted());
}

proptest! {
    /// Anything at all, and front matter with anything in it.
    #[test]
    fn no_text_panics(text in "\\PC*", inside in "[-a-z0-9:\\[\\]{}, \n'\"&*!|>#?.]*") {
        for text in [text, format!("---\n{inside}\n---\n# A\n"), format!("---{inside}")] {
            told_within(&text);
        }
    }

    /// A sound program with a piece cut out, or put in.
    #[test]
    fn changed_programs(from in 0..SHOUT.len(), length in 0..40_usize, piece in "[ -~\n]{0,12}") {
        let to = (from + length).min(SHOUT.len());
        let text = format!("{}{piece}{}", &SHOUT[..from], &SHOUT[to..]);
        told_within(&text);
    }
}

/// Mistakes are told in order, and at lines that the file has.
fn told_within(text: &str) {
    if let Err(mistakes) = Program::parse("shout.md", text) {
        let lines = text.lines().count().max(1);
        assert!(!mistakes.is_empty() && mistakes.is_sorted_by_key(|mistake| mistake.line));
        assert!(mistakes.iter().all(|mistake| (1..=lines).contains(&mistake.line)), "{mistakes:?}");
    }
}
