//! Each mistake: its line, and that the message says what to do.

use super::*;

/// The mistakes in a program where `from` is `to` instead.
fn mistakes(from: &str, to: &str) -> Vec<String> {
    assert!(SHOUT.contains(from), "{from}");
    let text = SHOUT.replace(from, to);
    let mistakes = Program::parse("shout.md", &text).unwrap_err();
    mistakes.iter().map(Mistake::to_string).collect()
}

#[test]
fn in_front_matter() {
    for (from, to, expect) in [
        ("---\nname", "name", "1: the first line must be ---"),
        ("---\n# Shout", "# Shout", "1: the front matter does not end"),
        ("name: shout", "name: Shout", "2: \"Shout\" is no name: lower-case letters"),
        ("name: shout", "name: whisper", "2: the program whisper belongs into a file whisper.md"),
        ("name: shout\n", "", "2: name is missing: write `name: shout`"),
        ("version: 3", "version: 0", "3: version is a whole number from 1 on"),
        ("version: 3", "version: three", "3: version is a whole number from 1 on"),
        (
            "version: 3",
            "vresion: 3",
            "3: the front matter has no key \"vresion\" (did you mean version?)",
        ),
        ("version: 3", "version: 3\nname: shout", "4: the key name stands here twice"),
        ("rfcs: [768]", "rfcs: [RFC 768]", "4: rfcs is a list of numbers"),
        ("over: [udp]", "over: {udp: 1}", "5: over is a list of programs"),
        ("over: [udp]\n", "", "2: over is missing: write the programs under this one"),
        (
            "  - udp",
            "  - upd",
            "7: no packet has a field \"upd.destination_port\" (did you mean udp.",
        ),
        (
            "udp.destination_port",
            "udp.dstport",
            "7: no packet has a field \"udp.dstport\" (did you mean udp.destination_port?)",
        ),
        (
            "[4000,",
            "[70000,",
            "7: udp.destination_port: \"70000\" is no value that it can have; ports end",
        ),
        (
            "[4000,",
            "[4000-,",
            "7: udp.destination_port: \"4000-\" is no value that it can have; write a number",
        ),
        ("[4000,", "[any,", "7: udp.destination_port: `any` stands alone"),
        ("0xfa1-4010", "4010-4001", "7: udp.destination_port: the range 4010-4001 is empty"),
        ("[4000, 0xfa1-4010]", "", "7: udp.destination_port needs a value"),
        (
            "10.0.0.9",
            "fd00::9",
            "8: ipv4.source: \"fd00::9\" is no value that it can have; write an address such as 10",
        ),
        (
            "    udp.source_port: any",
            "    ipv4.source: any",
            "9: ipv4.source stands in this claim already",
        ),
        ("notes: 100", "notes: 2001", "11: notes is a whole number from 0 to 2000"),
        ("expires: 60", "expires: 0", "12: expires is a whole number from 1 to 86400"),
        ("expires: 60", "timers: 5", "12: timers is a whole number from 0 to 4"),
        (
            "  expires: 60",
            "  expire: 60",
            "12: state has no key \"expire\" (did you mean expires?)",
        ),
        ("name: shout", "name: *shout", "2: this is no YAML"),
        ("name: shout", "name: &a shout", "2: write the value out"),
        ("version: 3", "version: [3", "this is no YAML"),
        ("rfcs: [768]", "rfcs: [[[[[[[[768]]]]]]]]", "4: nothing in front matter lies as deep"),
    ] {
        let told = mistakes(from, to);
        assert!(told.iter().any(|told| told.contains(expect)), "{to:?}: {told:#?}");
        assert!(told[0].starts_with("shout.md:"), "{told:?}");
    }
}

#[test]
fn in_the_body() {
    for (from, to, expect) in [
        ("# Shout\n", "Shout\n", "14: a title must follow the front matter"),
        ("## When\n", "## Wehn\n", "16: there is no heading \"Wehn\" (did you mean When?)"),
        ("## When\n", "### When\n", "14: the heading `## When` is missing"),
        ("## Build\n", "## Reply\n", "14: neither `## Decide` nor `## Build` is there"),
        ("Upper case.\n", "", "20: nothing stands under Build"),
        ("Upper case.\n", "U.\n\n## Read\n\nR.\n", "24: the heading Read belongs before Build"),
        ("Upper case.\n", "U.\n\n## Build\n\nR.\n", "24: the heading Build stands here twice"),
    ] {
        let told = mistakes(from, to);
        assert!(told.iter().any(|told| told.contains(expect)), "{to:?}: {told:#?}");
    }
    let long = mistakes("Upper case.", &"Upper case. ".repeat(600));
    assert!(long[0].starts_with("shout.md:14: the text has 7"), "{long:?}");
}

/// `## ` in code is no heading.
#[test]
fn headings_in_code() {
    let text = SHOUT.replace("Upper case.", "```\n## Anything\n```");
    assert!(Program::parse("shout.md", &text).is_ok());
}

/// Every mistake is told, not only the first.
#[test]
fn all_at_once() {
    let text = SHOUT.replace("version: 3", "version: 0").replace("4000", "x");
    let text = text.replace("## Build", "## Built");
    let lines: Vec<usize> =
        Program::parse("shout.md", &text).unwrap_err().iter().map(|told| told.line).collect();
    assert_eq!(lines, [3, 7, 14, 20]);
}

/// What the root alone may and must not have.
#[test]
fn the_root() {
    let root = include_str!("../../../programs/host.md");
    let more = root.replace("version: 1", "version: 1\nover: [udp]");
    let told = Program::parse("host.md", &more).unwrap_err();
    assert_eq!((told.len(), told[0].line), (1, 4), "{told:?}");
    assert!(told[0].message.contains("it has no over"));
}

/// The names of all that is wrong with these beside the shipped ones, as `file:line`.
fn among(programs: impl IntoIterator<Item = Program>) -> Vec<String> {
    Programs::shipped().with(programs).check().iter().map(Mistake::to_string).collect()
}

#[test]
fn among_programs() {
    let told = among([program("shout", "upd", "udp.destination_port: 4000")]);
    assert_eq!(told, ["shout.md:4: over: no program is called \"upd\" (did you mean udp?)"]);
    let circle = [program("a", "b", "udp.length: 8"), program("b", "a", "udp.length: 9")];
    let told = among(circle);
    assert!(told.len() == 2 && told[0].starts_with("a.md:4: over: a stands on itself"), "{told:?}");
}

#[test]
fn overlaps() {
    let overlap = |claims: &str| among([program("shout", "udp", claims)]);
    let told = overlap("{udp.destination_port: 50-60}");
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("shout.md:5: `udp.destination_port: 50-60` and"), "{told:?}");
    assert!(told[0].contains("of dns (shipped) claim"), "{told:?}");
    assert_eq!(overlap("{udp.destination_port: any}").len(), 3);
    // One field apart is apart; none in common is no overlap.
    assert_eq!(overlap("{udp.destination_port: 4000, udp.source_port: 53}"), [""; 0]);
    assert_eq!(overlap("{udp.length: 9}"), [""; 0]);
    // Nor is what stands on the other, or elsewhere.
    assert_eq!(among([program("version", "dns", "{udp.destination_port: 53}")]), [""; 0]);
    assert_eq!(among([program("raw", "ipv4", "{udp.destination_port: 53}")]), [""; 0]);
}
