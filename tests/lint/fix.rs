//! The repaired copy: what findings propose is done, everything else stays byte for byte.

use std::process::Command;

use capture::Reader;

use crate::capture_file::{Folder, PING, PONG, RAW, UDP, UDP_BAD, UDP_OFFLOADED, bytes, pcap};
use crate::program::{misses, run};
use crate::{json, lint, rules};

/// The frames of a capture.
fn frames(path: &std::path::Path) -> Vec<(Option<u64>, Vec<u8>)> {
    let mut reader = Reader::open(path).expect("it opens");
    let mut frames = Vec::new();
    while let Some(block) = reader.next().expect("it is whole") {
        frames.extend(block.frame.map(|frame| (frame.time, frame.bytes.to_vec())));
    }
    frames
}

#[test]
fn checksums_are_put_right_and_all_else_is_as_it_was() {
    let folder = Folder::new();
    let file = folder.capture("bad.pcap", &[PING, UDP_BAD, PONG, UDP_OFFLOADED]);
    let copy = folder.path("copy.pcapng");
    let finished = lint(&file, &format!("--fix {}", copy.display()));
    assert_eq!(finished.code, Some(1), "{finished:?}");
    assert!(finished.stderr.contains("2 packets repaired"), "{finished:?}");
    assert_eq!(json(&copy, ""), (vec![], Some(0)));
    let (before, after) = (frames(&file), frames(&copy));
    let times =
        |frames: &[(Option<u64>, Vec<u8>)]| frames.iter().map(|frame| frame.0).collect::<Vec<_>>();
    assert_eq!(times(&before), times(&after));
    let after: Vec<_> = after.into_iter().map(|frame| frame.1).collect();
    assert_eq!(after, [bytes(PING), bytes(UDP), bytes(PONG), bytes(UDP)]);
}

#[test]
fn a_length_that_is_put_right_takes_its_checksums_along() {
    let folder = Folder::new();
    let mut packet = bytes(UDP);
    packet[3] = 99;
    packet[25] = 200;
    let file = folder.file("long.pcap", &pcap(RAW, &[packet]));
    let copy = folder.path("copy.pcapng");
    lint(&file, &format!("--fix {} --rule ipv4.total_length,udp.length", copy.display()));
    assert_eq!(json(&copy, ""), (vec![], Some(0)));
    assert_eq!(frames(&copy)[0].1, bytes(UDP));
}

#[test]
fn only_what_is_chosen_is_changed() {
    let folder = Folder::new();
    let file = folder.capture("bad.pcap", &[UDP_BAD, UDP_BAD]);
    let copy = folder.path("copy.pcapng");
    lint(&file, &format!("--packets 2 --rule udp --fix {}", copy.display()));
    let (findings, _) = json(&copy, "");
    let (ip, udp) = ("ipv4.checksum".to_owned(), "udp.checksum".to_owned());
    assert_eq!(rules(&findings), [(1, ip.clone()), (1, udp), (2, ip)]);
}

#[test]
fn a_copy_of_a_copy_is_the_same_file() {
    let folder = Folder::new();
    let file = folder.capture("bad.pcap", &[PING, UDP_BAD, PONG]);
    let (one, two) = (folder.path("one.pcapng"), folder.path("two.pcapng"));
    lint(&file, &format!("--fix {}", one.display()));
    lint(&one, &format!("--fix {}", two.display()));
    assert_eq!(std::fs::read(one).unwrap(), std::fs::read(two).unwrap());
}

#[test]
fn the_capture_itself_is_never_written() {
    let folder = Folder::new();
    let file = folder.capture("bad.pcap", &[UDP_BAD]);
    let before = std::fs::read(&file).unwrap();
    let finished = lint(&file, &format!("--fix {}", file.display()));
    assert_eq!(finished.code, Some(2), "{finished:?}");
    assert!(finished.stderr.contains("is the capture itself"), "{finished:?}");
    assert_eq!(std::fs::read(&file).unwrap(), before);
    let finished = lint(&file, "--fix /no/such/folder/copy.pcapng");
    assert_eq!(finished.code, Some(2), "{finished:?}");
    assert!(finished.stderr.contains("cannot write"), "{finished:?}");
}

/// What a damaged capture has before the damage is in the copy.
#[test]
fn a_damaged_capture_is_copied_as_far_as_it_goes() {
    let folder = Folder::new();
    let mut whole = pcap(RAW, &[bytes(UDP_BAD), bytes(UDP_BAD)]);
    whole.pop();
    let copy = folder.path("copy.pcapng");
    let finished = lint(&folder.file("cut.pcap", &whole), &format!("--fix {}", copy.display()));
    assert_eq!(finished.code, Some(2), "{finished:?}");
    assert_eq!(frames(&copy).len(), 1);
    assert_eq!(json(&copy, ""), (vec![], Some(0)));
}

#[test]
fn wireshark_reads_the_copy_and_its_comments() {
    if misses(&["tshark"]) {
        return;
    }
    let folder = Folder::new();
    let file = folder.capture("bad.pcap", &[PING, UDP_BAD]);
    let copy = folder.path("copy.pcapng");
    lint(&file, &format!("--fix {}", copy.display()));
    let mut tshark = Command::new("tshark");
    let checks = ["-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"];
    let fields =
        ["-T", "fields", "-e", "frame.number", "-e", "frame.comment", "-e", "_ws.expert.message"];
    tshark.arg("-r").arg(&copy).args(checks).args(fields);
    let finished = run(tshark);
    let lines: Vec<&str> = finished.stdout.lines().collect();
    assert_eq!(lines.len(), 2, "{finished:?}");
    assert!(
        lines[1].contains("udp.checksum (RFC 768 Fields): expected 0xfd5b, found 0x1234"),
        "{lines:?}"
    );
    assert!(!finished.stdout.to_lowercase().contains("bad checksum"), "{finished:?}");
}
