//! `softstack rules`: every rule has its page, from which one can learn why it is one; programs get the same
//! as JSON.

use serde_json::Value;
use verify::{Example, RULES, Rule, Scope};

#[allow(dead_code, reason = "each test file uses its own part")]
mod program;

use program::{Finished, run, softstack};

fn rules(arguments: &str) -> String {
    let finished = run(softstack(&format!("rules {arguments}")));
    assert_eq!(
        (finished.code, finished.stderr.as_str()),
        (Some(0), ""),
        "{arguments}: {finished:?}"
    );
    finished.stdout
}

/// Lines may be longer than a terminal's where a word is.
fn assert_fits(text: &str) {
    let wide = |line: &&str| line.chars().count() > 80 && line.trim().contains(' ');
    assert_eq!(text.lines().find(wide), None);
    assert!(!text.contains('\x1b'), "colour where nobody sees it");
}

/// Whether octets are marked in a dump.
fn is_marked(text: &str) -> bool {
    text.lines().any(|line| line.starts_with("      0") && line.contains(['[', ']']))
}

#[test]
fn the_list_has_every_rule_in_a_line() {
    let list = rules("");
    assert_fits(&list);
    for Rule { id, rfc, level, quote, .. } in RULES {
        let lines = list.lines().filter(|line| line.split_whitespace().next() == Some(id));
        let lines: Vec<&str> = lines.filter(|line| line.starts_with("  ")).collect();
        let [line] = lines[..] else { panic!("{id}: {lines:?}") };
        assert!(line.contains(&format!("RFC {rfc}")), "{line}");
        // A long name leaves no room for all of it.
        let begins: String = format!("  {quote}").chars().take(6).collect();
        for part in [format!("  {level}"), begins] {
            assert!(line.contains(&part) || line.ends_with('\u{2026}'), "{part}: {line}");
        }
    }
    let protocols: Vec<&str> = list
        .lines()
        .filter(|line| RULES.iter().any(|rule| rule.id.split('.').next() == Some(line)))
        .collect();
    let mut once = protocols.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), protocols.len(), "{protocols:?}");
    assert!(list.contains(&format!("\n{} rules. `softstack rules NAME`", RULES.len())), "{list}");
}

/// Each page has the clause, both examples, and what is found in the failing one.
#[test]
fn every_page_teaches_its_rule() {
    // All at once, because a process for each rule takes its time.
    let names: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    let text = rules(&names.join(" "));
    assert_fits(&text);
    let pages: Vec<&str> = text.split("\n\n\n").collect();
    assert_eq!(pages.len(), RULES.len());
    for (rule, page) in RULES.iter().zip(pages) {
        assert!(page.starts_with(&format!("{}\n", rule.id)), "{page}");
        let (clause, examples) = page.split_once("  Keeps it").expect(page);
        let (passing, failing) = examples.split_once("  Breaks it").expect(page);
        let words = clause.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(&format!("“{}”", rule.quote)), "{page}");
        assert!(words.contains(rule.note.unwrap_or_default()), "{page}");
        assert!(words.contains(&format!("RFC {}, section {}", rule.rfc, rule.section)), "{page}");
        assert!(!passing.contains(['✗', '✓']) && !is_marked(passing), "{page}");
        assert!(failing.contains("    ✗ "), "{page}");
        let silent = matches!(
            rule.fail,
            Example::Exchange { reply: None, .. } | Example::Session { reply: None, .. }
        );
        assert_eq!(failing.contains("reply: none"), silent, "{page}");
        assert!(silent || is_marked(failing), "what is at fault is marked: {page}");
    }
}

#[test]
fn the_octets_at_fault_are_marked_and_mended() {
    let page = rules("udp.length");
    let rows = "      0010  0a 00 00 01 0f a0 00 07 [00 63]fd 04 70 69 6e 67\n    \
                ✗ octets 24 to 25: expected 12, found 99\n    ✓ fix: set 24 000c\n";
    assert!(page.ends_with(rows), "{page}");
    let page = rules("icmp.echo.payload");
    assert!(page.contains(" 6e[74]\n    ✗ octet 31: expected 0x67 first, found 0x74\n"), "{page}");
    assert!(!page.contains("fix"), "an exchange proposes no edits: {page}");
}

#[test]
fn names_and_beginnings_of_names() {
    let count = |arguments: &str| rules(arguments).matches("Keeps it").count();
    let begin = |start: &str| RULES.iter().filter(|rule| rule.id.starts_with(start)).count();
    assert_eq!(count("udp"), begin("udp."));
    assert_eq!(count("icmp.echo"), begin("icmp.echo."));
    assert_eq!(count("icmp.echo.*"), begin("icmp.echo."));
    assert_eq!(count("UDP. silence.source"), begin("udp.") + 1);
    // The name of a rule is that rule, though others begin with it.
    assert_eq!((count("ipv4.ttl"), count("ipv4.ttl.*")), (1, begin("ipv4.ttl.")));
}

#[test]
fn json_has_everything() {
    let text = rules("--json");
    assert_eq!(text.lines().count(), RULES.len());
    for (rule, line) in RULES.iter().zip(text.lines()) {
        let row: Value =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert_eq!((&row["id"], &row["quote"]), (&rule.id.into(), &rule.quote.into()));
        assert_eq!((&row["rfc"], &row["section"]), (&rule.rfc.into(), &rule.section.into()));
        assert_eq!(row["level"], rule.level.name());
        assert_eq!(row["severity"], rule.level.severity().name());
        assert_eq!(row["note"], rule.note.map_or(Value::Null, Value::from));
        let scope = ["packet", "exchange", "trace"][rule.scope() as usize];
        assert_eq!(row["scope"], scope);
        assert_eq!(frames(&row["pass"]), expected(&rule.pass), "{line}");
        assert_eq!(frames(&row["fail"]), expected(&rule.fail), "{line}");
        assert_eq!(row["pass"]["findings"], Value::Array(Vec::new()), "{line}");
        let findings = row["fail"]["findings"].as_array().unwrap();
        let own = findings.iter().find(|finding| finding["rule"] == rule.id);
        let own = own.unwrap_or_else(|| panic!("{line}"));
        let packet = own["packet"].as_u64().unwrap() as usize;
        assert!((1..=frames(&row["fail"]).len()).contains(&packet), "{line}");
        assert!(rule.scope() != Scope::Exchange || own.get("edits").is_none(), "{line}");
    }
    assert_eq!(rules("--json udp.length").lines().count(), 1);
}

fn frames(case: &Value) -> Vec<String> {
    let frames = case["frames"].as_array().expect("frames").iter();
    frames.map(|frame| frame.as_str().expect("hex").to_owned()).collect()
}

fn expected(example: &Example) -> Vec<String> {
    let frames: Vec<&str> = match *example {
        Example::Packet(_, frame) => vec![frame],
        Example::Exchange { request, reply } => [request].into_iter().chain(reply).collect(),
        Example::Session { before, request, reply, .. } => {
            let last = [request].into_iter().chain(reply);
            let pair = |(request, reply): &(&'static str, Option<&'static str>)| {
                [*request].into_iter().chain(*reply)
            };
            before.iter().flat_map(pair).chain(last).collect()
        }
        Example::Timer { before, reply, .. } => {
            let pair = |(request, reply): &(&'static str, Option<&'static str>)| {
                [*request].into_iter().chain(*reply)
            };
            before.iter().flat_map(pair).chain(reply).collect()
        }
        Example::Trace(_, frames) => frames.to_vec(),
    };
    frames.iter().map(|frame| frame.replace(' ', "").to_lowercase()).collect()
}

#[test]
fn names_that_no_rule_has() {
    for (name, expect) in [
        ("ipv4.chksum", "no rule is called \"ipv4.chksum\": near it are ipv4.checksum"),
        ("udp.length.x", "no rule is called \"udp.length.x\": near it are udp.length"),
        ("ipv4 upd", "no rule is called \"upd\": near it are udp"),
        ("ipv", "no rule is called \"ipv\": near it are ipv4"),
        ("quic9.stream", "no rule is called \"quic9.stream\"; `softstack rules` lists all"),
    ] {
        for json in ["", "--json"] {
            let Finished { code, stdout, stderr } = run(softstack(&format!("rules {json} {name}")));
            assert_eq!((code, stdout.as_str()), (Some(2), ""), "{stderr}");
            assert!(stderr.starts_with(&format!("softstack: {expect}")), "{stderr}");
            assert!(stderr.ends_with("`softstack rules` lists all\n"), "{stderr}");
            assert_eq!(stderr.lines().count(), 1, "{stderr}");
        }
    }
}
