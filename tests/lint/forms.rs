//! The forms in which findings are written down.

use std::process::Stdio;

use serde_json::Value;

use crate::capture_file::{Folder, PING, UDP_BAD};
use crate::lint;
use crate::program::{SOFTSTACK, finish, run, softstack};

#[test]
fn text_shows_octets_clause_and_fix() {
    let folder = Folder::new();
    let text = lint(&folder.capture("bad.pcap", &[UDP_BAD, UDP_BAD]), "").stdout;
    for line in [
        "#1 2023-11-14T22:13:20.000000Z 10.0.0.2:4000 > 10.0.0.1:7 UDP, 12 bytes",
        "  error udp.checksum bytes 26\u{2013}27: expected 0xfd5b, found 0x1234",
        "    0010  0a 00 00 01 0f a0 00 07 00 0c[12 34]70 69 6e 67",
        "    RFC 768, Fields (MUST)",
        "    fix: set 26 fd5b",
        "4 errors in 2 packets; 2 packets judged",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
    // A clause is quoted once.
    assert_eq!(text.matches("Checksum is the 16-bit one's complement").count(), 1, "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 96), "{text}");
}

#[test]
fn summary_counts_by_rule() {
    let folder = Folder::new();
    let file = folder.capture("bad.pcap", &[PING, UDP_BAD, UDP_BAD]);
    let text = lint(&file, "--summary").stdout;
    let row =
        |rule: &str| text.lines().find(|line| line.contains(rule)).unwrap_or_default().to_owned();
    let words: Vec<String> = row("udp.checksum").split_whitespace().map(str::to_owned).collect();
    assert_eq!(words[..5], ["2", "2", "#2", "error", "udp.checksum"], "{text}");
    assert!(row("exchange.unanswered").contains("note"), "{text}");
}

#[test]
fn sarif_names_rules_and_places() {
    let folder = Folder::new();
    let file = folder.capture("bad.pcap", &[PING, UDP_BAD]);
    let finished = lint(&file, "--format sarif");
    assert_eq!(finished.code, Some(1));
    let log: Value = serde_json::from_str(&finished.stdout).expect("one JSON object");
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let results = run["results"].as_array().expect("results");
    assert_eq!(results.len(), 3);
    let udp = results.iter().find(|result| result["ruleId"] == "udp.checksum").expect("its result");
    assert_eq!((&udp["level"], &udp["properties"]["packet"]), (&"error".into(), &2.into()));
    // File header, two record headers, the first packet, and the offset in the second.
    let place = &udp["locations"][0]["physicalLocation"];
    assert_eq!(place["region"]["byteOffset"], 24 + 16 + 32 + 16 + 26);
    assert_eq!(place["artifactLocation"]["uri"], file.to_str().unwrap());
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    let described = |result: &Value| rules.iter().any(|rule| rule["id"] == result["ruleId"]);
    assert!(results.iter().all(described), "{run:#}");
}

#[test]
fn sarif_of_a_clean_capture_is_whole() {
    let folder = Folder::new();
    let finished = lint(&folder.capture("clean.pcap", &[]), "--format sarif");
    let log: Value = serde_json::from_str(&finished.stdout).expect("one JSON object");
    assert_eq!(log["runs"][0]["results"], serde_json::json!([]));
    assert_eq!(finished.code, Some(0));
}

/// `softstack lint … | head` ends quietly.
#[test]
fn a_reader_that_goes_away() {
    let folder = Folder::new();
    let file = folder.capture("bad.pcap", &[UDP_BAD; 5000]);
    let mut command = std::process::Command::new("sh");
    let script = format!("{SOFTSTACK} lint {} | head -1", file.display());
    command.args(["-c", &script]);
    let finished = run(command);
    assert_eq!((finished.stdout.lines().count(), finished.stderr.as_str()), (1, ""));
}

#[test]
fn standard_input() {
    let folder = Folder::new();
    let file = std::fs::File::open(folder.capture("bad.pcap", &[UDP_BAD])).expect("it opens");
    let mut command = softstack("lint - --json");
    let child = command.stdin(file).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let finished = finish(child.expect("it starts"));
    assert_eq!((finished.stdout.lines().count(), finished.code), (2, Some(1)));
}
