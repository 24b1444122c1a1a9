//! The tutorials, followed to the letter: a protocol of one's own in Markdown, which the host speaks; an edit
//! changes what it says at the next packet, and a broken edit changes nothing but is told.

use std::fs;

use softstack::journal::Record;
use softstack::sandbox::Device;
use wire::checksum::checksum;
use wire::hex;

use crate::harness::{Plan, Running};
use crate::program::misses;
use crate::tutorial::Tutorial;

/// The host of who follows a tutorial, where this machine has these tools.
fn running(tutorial: &Tutorial, tools: &[&str]) -> Option<Running> {
    if misses(tools) {
        return None;
    }
    let programs = Some(tutorial.folder().to_owned());
    Running::start(&Plan { device: Device::Auto, ipv6: false, programs, ..Plan::default() })
}

#[test]
fn a_protocol_of_ones_own() {
    let tutorial = Tutorial::begin("own-protocol", "shout");
    let Some(host) = running(&tutorial, &["nc"]) else { return };
    let say = "echo hello | nc -u -w 1 10.0.0.1 4000";
    tutorial.shows("nc -u 10.0.0.1 4000\nhello\nHELLO\n");
    host.expect(say, &["HELLO\n"]);
    tutorial.shows("\nhello\nolleh\n");
    tutorial.change_a_sentence();
    host.expect(say, &["olleh\n"]);
    fs::write(tutorial.program(), "---\nname: shout\nclaims: what\n---\n").unwrap();
    host.expect(say, &["olleh\n"]);
    fs::remove_file(tutorial.program()).unwrap();
    let (_, text) = host.run(say);
    assert!(!text.contains("olleh"), "the port is closed again: {text}");
    let finished = host.finish();
    finished.assert_sound();
    let notices: Vec<&str> = finished.records.iter().filter_map(notice).collect();
    tutorial.shows("`shout.md changed, in force from here on`");
    for told in ["shout.md changed, in force from here on", "shout.md:"] {
        assert!(notices.iter().any(|text| text.contains(told)), "{told}: {notices:?}");
    }
}

#[test]
fn a_message_that_no_kernel_has() {
    let tutorial = Tutorial::begin("icmp-extension", "mirror");
    let Some(host) = running(&tutorial, &["python3"]) else { return };
    let ask = format!("python3 {} 10.0.0.1 hello", tutorial.save("python", "ask.py").display());
    tutorial.shows("python3 ask.py 10.0.0.1 hello\nolleh\n");
    host.expect(&ask, &["olleh\n"]);
    tutorial.shows("the next answer is HELLO.");
    tutorial.change_a_sentence();
    host.expect(&ask, &["HELLO\n"]);
    let finished = host.finish();
    finished.assert_sound();
    let messages: Vec<Vec<u8>> = finished.records.iter().filter_map(message).collect();
    // Type and code; what is between is the checksum; identifier 7, sequence number 1.
    let expect = |data: &[u8]| [&[0xfe, 0], &[0, 7, 0, 1][..], data].concat();
    let said = |message: &Vec<u8>| [&message[..2], &message[4..]].concat();
    let said: Vec<Vec<u8>> = messages.iter().map(said).collect();
    assert_eq!(said, [expect(b"olleh"), expect(b"HELLO")]);
    assert!(messages.iter().all(|message| checksum(message) == 0), "{messages:02x?}");
}

/// What an IPv4 packet that was sent carries behind a header without options.
fn message(record: &Record) -> Option<Vec<u8>> {
    let Record::Reply { bytes, .. } = record else { return None };
    Some(hex::parse(bytes).ok()?.split_off(20))
}

fn notice(record: &Record) -> Option<&str> {
    match record {
        Record::Notice { text } => Some(text),
        _ => None,
    }
}
