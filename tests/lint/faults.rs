//! Input that is no capture, or a damaged one: one line that names file and place, exit code 2, and what was
//! read before is told.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::capture_file::{Folder, RAW, UDP_BAD, bytes, pcap};
use crate::program::{as_ordinary_user, run, softstack};
use crate::{json, lint};

/// One line of error that names the file and says this, and exit code 2.
fn refused(file: &Path, says: &str) {
    let finished = lint(file, "");
    assert_eq!(finished.code, Some(2), "{finished:?}");
    assert_eq!(finished.stderr.lines().count(), 1, "{finished:?}");
    let name = file.file_name().unwrap().to_str().unwrap();
    assert!(
        finished.stderr.contains(name) && finished.stderr.contains(says),
        "{says}: {finished:?}"
    );
}

#[test]
fn what_is_no_capture() {
    let folder = Folder::new();
    refused(&folder.path("missing.pcap"), "no such file");
    refused(&folder.file("empty.pcap", &[]), "byte 0: not a capture: the file is empty");
    refused(&folder.file("text.pcap", b"hello, world\n"), "looks like text");
    refused(&folder.file("magic.pcap", &[0xde, 0xad, 0xbe, 0xef, 0, 0, 0, 0]), "not a capture");
    let subfolder = folder.path("folder");
    fs::create_dir(&subfolder).unwrap();
    refused(&subfolder, "a directory");
}

#[test]
fn ten_gigabytes_of_zeros_are_refused_at_once() {
    let folder = Folder::new();
    let path = folder.path("zeros.pcap");
    File::create(&path).unwrap().set_len(10_000_000_000).unwrap();
    refused(&path, "zero");
}

#[test]
fn a_file_that_one_may_not_read() {
    let (mut command, program) = as_ordinary_user("lint");
    let path = program.path().join("secret.pcap");
    fs::write(&path, pcap(RAW, &[bytes(UDP_BAD)])).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    command.arg(&path);
    let finished = run(command);
    assert_eq!(finished.code, Some(2));
    assert!(finished.stderr.contains("permission denied"), "{finished:?}");
}

/// Every cut of a capture: what was read is told, and where it ends.
#[test]
fn a_capture_that_is_cut_off() {
    let folder = Folder::new();
    let whole = pcap(RAW, &[bytes(UDP_BAD), bytes(UDP_BAD)]);
    for length in [3, 23, 30, 40, 60, 80, whole.len() - 1] {
        let file = folder.file("cut.pcap", &whole[..length]);
        let (findings, code) = json(&file, "");
        let records = length.saturating_sub(24) / 48;
        assert_eq!((findings.len(), code), (records * 2, Some(2)), "{length}");
        refused(&file, ": byte ");
    }
}

#[test]
fn lengths_that_lie() {
    let folder = Folder::new();
    let mut file = pcap(RAW, &[bytes(UDP_BAD), bytes(UDP_BAD)]);
    file[24 + 48 + 8..24 + 48 + 12].copy_from_slice(&u32::MAX.to_le_bytes());
    let path = folder.file("lies.pcap", &file);
    let (findings, code) = json(&path, "");
    assert_eq!((findings.len(), code), (2, Some(2)));
    refused(&path, "4294967295");
}

#[test]
fn packets_of_no_octets_and_a_snap_length_of_none() {
    let folder = Folder::new();
    let mut file = pcap(RAW, &[vec![], bytes(UDP_BAD), vec![]]);
    file[16..20].fill(0);
    let (findings, code) = json(&folder.file("odd.pcap", &file), "--rule udp");
    assert_eq!((findings.len(), code), (1, Some(1)));
}

#[test]
fn a_link_that_is_not_dissected() {
    let folder = Folder::new();
    refused(&folder.file("radio.pcap", &pcap(105, &[bytes(UDP_BAD)])), "LINKTYPE 105");
}

/// The other captures are linted all the same.
#[test]
fn one_bad_file_of_several() {
    let folder = Folder::new();
    let good = folder.capture("good.pcap", &[UDP_BAD]);
    let (findings, code) = json(&folder.path("missing.pcap"), good.to_str().unwrap());
    assert_eq!((findings.len(), code), (2, Some(2)));
}

#[test]
fn wrong_arguments() {
    let folder = Folder::new();
    let file = folder.capture("good.pcap", &[UDP_BAD]);
    let name = file.to_str().unwrap();
    for (arguments, says) in [
        ("--rule udb", "there is no rule \"udb\""),
        ("--packets 0", "counted from 1"),
        ("--packets 9-3", "its first packet comes after its last"),
        ("--severity grave", "invalid value 'grave'"),
        ("--json --summary", "cannot be used with"),
        ("--jobs 0", "invalid value '0'"),
    ] {
        let finished = run(softstack(&format!("lint {name} {arguments}")));
        assert_eq!(finished.code, Some(2), "{arguments}: {finished:?}");
        assert!(finished.stderr.contains(says), "{arguments}: {finished:?}");
    }
}
