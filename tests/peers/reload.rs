//! A protocol of one's own, in Markdown: the host speaks it, an edit changes what it says at the next packet,
//! and a broken edit changes nothing but is told.

use std::fs;
use std::path::Path;

use softstack::journal::Record;
use softstack::sandbox::Device;

use crate::harness::{Plan, Running};
use crate::program::misses;

/// The program of a protocol that answers every datagram; how, says one sentence.
fn write(folder: &Path, sentence: &str) {
    let text = format!(
        "---\nname: shout\nversion: 1\nrfcs: [768]\nover: [udp]\nclaims:\n  - udp.destination_port: 4000\n\
         ---\n# Shout\n\n## When\n\nThe destination port is 4000.\n\n## Build\n\n{sentence}\n"
    );
    fs::write(folder.join("shout.md"), text).expect("a program can be written");
}

#[test]
fn one_sentence_changes_the_host() {
    if misses(&["nc"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "Reply with the data in capital letters.");
    let programs = Some(folder.path().to_owned());
    let plan = Plan { device: Device::Auto, ipv6: false, programs, ..Plan::default() };
    let Some(host) = Running::start(&plan) else { return };
    let say = "printf hello | nc -u -w 1 10.0.0.1 4000";
    host.expect(say, &["HELLO"]);
    write(folder.path(), "Reply with the data reversed.");
    host.expect(say, &["olleh"]);
    fs::write(folder.path().join("shout.md"), "---\nname: shout\nclaims: what\n---\n").unwrap();
    host.expect(say, &["olleh"]);
    write(folder.path(), "Reply with the data unchanged.");
    host.expect(say, &["hello"]);
    fs::remove_file(folder.path().join("shout.md")).unwrap();
    let (_, text) = host.run(say);
    assert!(!text.contains("hello"), "the port is closed again: {text}");
    let finished = host.finish();
    finished.assert_sound();
    let notices: Vec<&str> = finished.records.iter().filter_map(notice).collect();
    assert!(notices.iter().any(|text| text.contains("shout.md:")), "{notices:?}");
}

fn notice(record: &Record) -> Option<&str> {
    match record {
        Record::Notice { text } => Some(text),
        _ => None,
    }
}
