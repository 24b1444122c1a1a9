//! Long captures: the same findings on any number of threads, in order, and in little memory.

use std::io::Write;

use crate::capture_file::{Folder, PING, PONG, RAW, UDP, UDP_BAD, UDP_OFFLOADED, bytes, pcap};
use crate::program::{SOFTSTACK, run};
use crate::{json, lint, rules};

#[test]
fn any_number_of_threads_finds_the_same() {
    let folder = Folder::new();
    let kinds = [PING, UDP, UDP_BAD, PONG, UDP_OFFLOADED].map(bytes);
    let packets: Vec<Vec<u8>> = (0..20_000_u32)
        .map(|index| {
            let mut packet = kinds[index as usize % 5].clone();
            // Pings with an identifier of their own, so that each looks for its reply.
            if packet[9] == 1 {
                packet[24..26].copy_from_slice(&((index / 5) as u16).to_be_bytes());
            }
            packet
        })
        .collect();
    let file = folder.file("long.pcap", &pcap(RAW, &packets));
    let one = lint(&file, "--json --jobs 1");
    assert_eq!(one.code, Some(1));
    for jobs in [2, 3, 8] {
        let many = lint(&file, &format!("--json --jobs {jobs}"));
        assert!(one.stdout == many.stdout, "{jobs} threads find something else");
    }
    let (findings, _) = json(&file, "--jobs 4");
    let numbers: Vec<u64> = rules(&findings).into_iter().map(|(packet, _)| packet).collect();
    assert!(numbers.is_sorted());
}

/// Peak memory of linting so many megabytes, in kilobytes.
fn peak(folder: &Folder, megabytes: usize) -> u64 {
    let path = folder.path("large.pcap");
    let mut file =
        std::io::BufWriter::new(std::fs::File::create(&path).expect("it can be written"));
    let packets = vec![bytes(UDP); 10_000];
    let capture = pcap(RAW, &packets);
    file.write_all(&capture[..24]).expect("it can be written");
    for _ in 0..megabytes * 1_000_000 / capture.len() {
        file.write_all(&capture[24..]).expect("it can be written");
    }
    file.into_inner().expect("it can be written");
    let script = "\"$0\" lint --summary \"$1\" >/dev/null & pid=$!; peak=0; \
        while kill -0 $pid 2>/dev/null; do \
        now=$(grep VmHWM /proc/$pid/status 2>/dev/null | tr -dc 0-9); [ -n \"$now\" ] && peak=$now; done; \
        wait $pid; echo $peak";
    let mut command = std::process::Command::new("sh");
    command.args(["-c", script]).arg(SOFTSTACK).arg(&path);
    let finished = run(command);
    finished.stdout.trim().parse().unwrap_or_else(|_| panic!("{finished:?}"))
}

#[test]
fn memory_does_not_grow_with_the_capture() {
    let folder = Folder::new();
    let (small, large) = (peak(&folder, 10), peak(&folder, 100));
    assert!(large < 64_000, "{large} kB");
    assert!(large < small + 8_000, "{small} kB and {large} kB");
}
