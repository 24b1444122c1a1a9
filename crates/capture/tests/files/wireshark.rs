//! What Wireshark's tools say of the same captures, and of our copies. Without them the tests are
//! skipped and the reason is printed; under `SOFTSTACK_REQUIRE_TOOLS=1`, as in CI, they fail.

use std::path::{Path, PathBuf};
use std::process::Command;

use capture::{Reader, Rewriter};
use tempfile::TempDir;

use crate::made::*;

/// Number, time, captured and original length, comments: a line of tshark's.
const FIELDS: [&str; 5] =
    ["frame.number", "frame.time_epoch", "frame.cap_len", "frame.len", "frame.comment"];

/// Whether a tool is missing, which skips the test.
fn misses(tools: &[&str]) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let exists = |tool: &str| std::env::split_paths(&path).any(|folder| folder.join(tool).exists());
    let missing = tools.iter().find(|tool| !exists(tool));
    let required = std::env::var_os("SOFTSTACK_REQUIRE_TOOLS").is_some_and(|value| value == "1");
    missing
        .inspect(|tool| {
            assert!(!required, "SOFTSTACK_REQUIRE_TOOLS is set, but {tool} is not installed");
            println!("skipped: {tool} is not installed");
        })
        .is_some()
}

#[track_caller]
fn output(command: &mut Command) -> String {
    let output = command.output().expect("the tool runs");
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {complaints}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[track_caller]
fn tshark(file: &Path) -> Vec<String> {
    let mut command = Command::new("tshark");
    command.arg("-r").arg(file).args(["-T", "fields"]);
    command.args(FIELDS.iter().flat_map(|field| ["-e", field]));
    output(&mut command).lines().map(str::to_owned).collect()
}

/// What tshark should say of a capture that we read, given the comments of its frames.
#[track_caller]
fn expected(file: &Path, comment: impl Fn(u64) -> String) -> Vec<String> {
    let mut reader = Reader::open(file).expect("a capture");
    let mut lines = Vec::new();
    while let Some(block) = reader.next().expect("no fault") {
        let Some(frame) = block.frame else { continue };
        let time =
            frame.time.map(|time| format!("{}.{:09}", time / 1_000_000_000, time % 1_000_000_000));
        lines.push(format!(
            "{}\t{}\t{}\t{}\t{}",
            frame.number,
            time.unwrap_or_default(),
            frame.bytes.len(),
            frame.original_length,
            comment(frame.number)
        ));
    }
    lines
}

/// A copy in which each third frame begins with 02 and has a comment.
fn mended(file: &Path) -> PathBuf {
    let copy = file.with_extension("mended.pcapng");
    let mut reader = Reader::open(file).expect("a capture");
    let mut rewriter = Rewriter::to_file(std::fs::File::create(&copy).expect("a file"));
    while let Some(block) = reader.next().expect("no fault") {
        match block.frame {
            Some(frame) if frame.number.is_multiple_of(3) => {
                let bytes = [&[2], frame.bytes.get(1..).unwrap_or_default(), b"more"].concat();
                rewriter.change(&block, &bytes, &comment(frame.number)).expect("room");
            }
            _ => rewriter.copy(&block).expect("room"),
        }
    }
    rewriter.finish().expect("room");
    copy
}

fn comment(number: u64) -> String {
    if number.is_multiple_of(3) { format!("mended \u{2260} {number}") } else { String::new() }
}

/// Whether tshark sees the same frames as we do, in the file and in a changed copy of it.
#[track_caller]
fn agrees(file: &Path) {
    assert_eq!(tshark(file), expected(file, |_| String::new()), "{}", file.display());
    let copy = mended(file);
    let seen = tshark(&copy);
    assert_eq!(seen, expected(&copy, comment), "{}", copy.display());
    let times = |lines: &[String]| -> Vec<String> {
        lines.iter().map(|line| line.split('\t').nth(1).unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(times(&seen), times(&tshark(file)), "{}", copy.display());
    output(Command::new("capinfos").arg(&copy));
}

/// Random packets of a protocol, as randpkt writes them.
fn random(folder: &TempDir, protocol: &str) -> PathBuf {
    let file = folder.path().join(format!("{protocol}.pcapng"));
    output(Command::new("randpkt").args(["-b", "300", "-c", "100", "-t", protocol]).arg(&file));
    file
}

#[test]
fn random_packets_in_every_format() {
    if misses(&["tshark", "editcap", "capinfos", "randpkt"]) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    for protocol in ["tcp", "eth"] {
        let file = random(&folder, protocol);
        agrees(&file);
        for format in ["pcap", "nsecpcap", "modpcap", "pcapng"] {
            let converted = folder.path().join(format!("{protocol}.{format}"));
            // Cut to 70 octets, so that lengths differ, and moved by some nanoseconds.
            let mut editcap = Command::new("editcap");
            editcap.args(["-F", format, "-s", "70", "-t", "1600000000.123456789"]);
            output(editcap.args([&file, &converted]));
            agrees(&converted);
        }
        let (copy, again) = (mended(&file), folder.path().join("again.pcapng"));
        output(Command::new("editcap").args([&copy, &again]));
        assert_eq!(tshark(&again), tshark(&copy));
    }
}

#[test]
fn an_unchanged_copy_is_the_file() {
    if misses(&["editcap", "randpkt"]) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let file = random(&folder, "udp");
    let commented = folder.path().join("commented.pcapng");
    let mut editcap = Command::new("editcap");
    editcap.args(["-a", "2:a comment", "-a", "7:another", "--capture-comment", "of all"]);
    output(editcap.args([&file, &commented]));
    let bytes = std::fs::read(&commented).expect("a file");
    let mut rewriter = Rewriter::new(Vec::new());
    each(&bytes, |block| rewriter.copy(block).expect("memory")).expect("no fault");
    assert_eq!(rewriter.finish().expect("memory"), bytes);
}

/// What was there stays, and what is added comes after it.
#[test]
fn comments_add_up() {
    if misses(&["tshark", "editcap", "randpkt"]) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let file = random(&folder, "udp");
    let commented = folder.path().join("commented.pcapng");
    output(Command::new("editcap").args(["-a", "3:first"]).args([&file, &commented]));
    let lines = tshark(&mended(&commented));
    assert!(lines[2].ends_with("\tfirst,mended \u{2260} 3"), "{}", lines[2]);
}

#[test]
fn clocks_orders_and_kinds_of_blocks() {
    if misses(&["tshark", "capinfos"]) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    for order in ORDERS {
        let mut file = Pcapng::new(order);
        let clocks = [
            (6, 0),
            (9, 0),
            (3, 0),
            (0, 0),
            (0x80 | 20, 0),
            (0x80 | 32, 0),
            (6, 3600),
            (9, -60_i64),
        ];
        for (resolution, offset) in clocks {
            let offset = order.option(14, &order.u64(offset as u64));
            file.interface(ETHERNET, 0, &[order.option(9, &[resolution]), offset].concat());
        }
        for (interface, (resolution, _)) in clocks.iter().enumerate() {
            let second = if *resolution < 0x80 {
                10_u64.pow((*resolution).into())
            } else {
                1 << (resolution & 0x7f)
            };
            let units = 1_600_000_000 * second + second / 3;
            let numbers = Enhanced { interface: interface as u32, units, original: 60 };
            file.enhanced(numbers, &[7; 60], &[]);
            file.obsolete(0, numbers, &[8; 50], &[]);
        }
        let path = folder.path().join(format!("{order:?}.pcapng"));
        std::fs::write(&path, &file.bytes).expect("a file");
        agrees(&path);
        for magic in [MICROSECONDS, NANOSECONDS, MODIFIED] {
            let mut file = Pcap::new(order, magic, 0, ETHERNET | 2 << 28 | 1 << 26);
            (0..6).for_each(|number| file.record(number, 999_999, 64, &[9; 64]));
            let path = folder.path().join(format!("{order:?}-{magic:x}.pcap"));
            std::fs::write(&path, &file.bytes).expect("a file");
            agrees(&path);
        }
    }
}
