//! How fast frames are read and copied, from memory as from the page cache: `cargo bench -p capture`.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use capture::{Reader, Rewriter};
use divan::Bencher;
use divan::counter::ItemsCount;

/// Frames of 400 octets: 208 MB, which no processor's cache holds.
const FRAMES: u32 = 500_000;
const LENGTH: usize = 400;

fn main() {
    divan::main();
}

#[divan::bench]
fn read_pcap(bencher: Bencher) {
    read(bencher, "frames.pcap", pcap);
}

#[divan::bench]
fn read_pcapng(bencher: Bencher) {
    read(bencher, "frames.pcapng", pcapng);
}

#[divan::bench]
fn read_pcap_gzip(bencher: Bencher) {
    read(bencher, "frames.pcap.gz", gzip);
}

/// From pcapng, which copies block by block.
#[divan::bench]
fn copy_pcapng(bencher: Bencher) {
    let (_folder, path) = file("frames.pcapng", pcapng);
    bencher.counter(ItemsCount::new(FRAMES)).bench_local(|| copy(&path));
}

/// From pcap, which makes a block of each record.
#[divan::bench]
fn copy_pcap(bencher: Bencher) {
    let (_folder, path) = file("frames.pcap", pcap);
    bencher.counter(ItemsCount::new(FRAMES)).bench_local(|| copy(&path));
}

fn read(bencher: Bencher, name: &str, write: fn(&mut dyn Write)) {
    let (_folder, path) = file(name, write);
    bencher.counter(ItemsCount::new(FRAMES)).bench_local(|| {
        let mut reader = Reader::open(&path).expect("a capture");
        let mut octets = 0;
        while let Some(block) = reader.next().expect("no fault") {
            octets += block.frame.map_or(0, |frame| frame.bytes.len());
        }
        assert_eq!(octets, FRAMES as usize * LENGTH);
    });
}

fn copy(path: &Path) {
    let mut reader = Reader::open(path).expect("a capture");
    let mut rewriter = Rewriter::new(io::sink());
    while let Some(block) = reader.next().expect("no fault") {
        rewriter.copy(&block).expect("a sink takes all");
    }
    rewriter.finish().expect("a sink takes all");
}

fn file(name: &str, write: fn(&mut dyn Write)) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join(name);
    let mut out = io::BufWriter::new(File::create(&path).expect("a file"));
    write(&mut out);
    out.flush().expect("room on the disk");
    (folder, path)
}

fn pcap(out: &mut dyn Write) {
    let mut put = |bytes: &[u8]| out.write_all(bytes).expect("room on the disk");
    put(b"\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\0\0\x04\0\x01\0\0\0");
    for number in 0..FRAMES {
        put([number, 0, LENGTH as u32, LENGTH as u32].map(u32::to_le_bytes).as_flattened());
        put(&frame(number));
    }
}

fn pcapng(out: &mut dyn Write) {
    let mut plain = Vec::new();
    pcap(&mut plain);
    let mut reader = Reader::new(io::Cursor::new(plain), "made here").expect("a capture");
    let mut rewriter = Rewriter::new(out);
    while let Some(block) = reader.next().expect("no fault") {
        rewriter.copy(&block).expect("room on the disk");
    }
    rewriter.finish().expect("room on the disk");
}

fn gzip(out: &mut dyn Write) {
    let mut encoder = flate2::write::GzEncoder::new(out, flate2::Compression::default());
    pcap(&mut encoder);
    encoder.finish().expect("room on the disk");
}

/// Neither constant nor random: half of it compresses.
fn frame(number: u32) -> [u8; LENGTH] {
    let mut state = u64::from(number) + 1;
    std::array::from_fn(|at| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        if at % 2 == 0 { (state >> 56) as u8 } else { at as u8 }
    })
}
