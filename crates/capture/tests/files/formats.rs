//! Both formats in both byte orders, every clock, every kind of packet block; gzip.

use std::io::{self, Cursor, Write};
use std::process::{Command, Stdio};

use capture::{Format, Kind, Reader};

use crate::made::*;

const SECOND: u32 = 1_700_000_000;

#[test]
fn pcap_in_both_orders_and_clocks() {
    for order in ORDERS {
        for (magic, factor) in [(MICROSECONDS, 1000), (NANOSECONDS, 1), (MODIFIED, 1000)] {
            let mut file = Pcap::new(order, magic, 65_535, RAW);
            file.record(SECOND, 123_456, 3, b"abc");
            file.record(0, 0, 0, b"");
            file.record(u32::MAX, u32::MAX, 2000, b"cut");
            // More captured than there was, and more than the snap length: it happens, and is readable.
            file.record(SECOND, 0, 1, &[7; 100_000]);
            let frames = frames(&file.bytes);
            let bytes: Vec<&[u8]> = frames.iter().map(|frame| &frame.bytes[..]).collect();
            assert_eq!(bytes, [&b"abc"[..], b"", b"cut", &[7; 100_000]]);
            let originals: Vec<u32> = frames.iter().map(|frame| frame.original).collect();
            assert_eq!(originals, [3, 0, 2000, 1]);
            let second = u64::from(SECOND) * 1_000_000_000;
            let last = u64::from(u32::MAX) * (1_000_000_000 + factor);
            let times = [second + 123_456 * factor, 0, last, second].map(Some);
            assert_eq!(frames.iter().map(|frame| frame.time).collect::<Vec<_>>(), times);
            assert!(frames.iter().all(|frame| frame.link == RAW && frame.interface == 0));
            assert_eq!(kinds(&file.bytes)[..2], [Kind::FileHeader, Kind::Record]);
            assert_eq!(reader(&file.bytes).expect("a capture").format(), Format::Pcap);
        }
    }
}

#[test]
fn a_snap_length_of_zero_is_none() {
    let mut file = Pcap::new(Order::Little, MICROSECONDS, 0, RAW);
    file.record(0, 0, 300_000, &[1; 300_000]);
    assert_eq!(frames(&file.bytes)[0].bytes.len(), 300_000);
}

#[test]
fn a_pcap_header_tells_the_fcs_in_words() {
    let fcs = |network, captured: usize, original| {
        let mut file = Pcap::new(Order::Big, MICROSECONDS, 0, network);
        file.record(0, 0, original, &vec![0; captured]);
        let frame = frames(&file.bytes).remove(0);
        (frame.link, frame.fcs)
    };
    let four = 2 << 28 | 1 << 26 | ETHERNET;
    assert_eq!(fcs(four, 64, 64), (ETHERNET, 4));
    // What was cut off a frame was its end.
    assert_eq!(fcs(four, 61, 64), (ETHERNET, 1));
    assert_eq!(fcs(four, 60, 64), (ETHERNET, 0));
    assert_eq!(fcs(four, 2, 2), (ETHERNET, 2));
    // Without the bit that says so, the number means nothing; nor do reserved bits.
    assert_eq!(fcs(2 << 28 | 0x03ff << 16 | ETHERNET, 64, 64), (ETHERNET, 0));
}

#[test]
fn pcapng_with_every_kind_of_packet() {
    for order in ORDERS {
        let mut file = Pcapng::new(order);
        file.interface(ETHERNET, 4, &[]);
        file.interface(RAW, 0, &order.option(9, &[9]));
        file.block(4, b"names");
        file.enhanced(Enhanced { interface: 1, units: 5 << 32 | 6, original: 9 }, b"hello", &[]);
        file.simple(6, b"simp");
        file.simple(3, b"sim");
        file.obsolete(7, Enhanced { interface: 1, units: 8, original: 3 }, b"old", &[]);
        file.block(0x8000_0bad, b"own");
        file.enhanced(Enhanced { interface: 0, units: 1, original: 0 }, b"", &[]);
        let frame = |number, time, link, bytes: &[u8], original, interface| Read {
            number,
            time,
            link,
            bytes: bytes.to_vec(),
            original,
            fcs: 0,
            interface,
        };
        let expected = [
            frame(1, Some(5 << 32 | 6), RAW, b"hello", 9, 1),
            frame(2, None, ETHERNET, b"simp", 6, 0),
            frame(3, None, ETHERNET, b"sim", 3, 0),
            frame(4, Some(8), RAW, b"old", 3, 1),
            frame(5, Some(1000), ETHERNET, b"", 0, 0),
        ];
        assert_eq!(frames(&file.bytes), expected);
        let kinds = kinds(&file.bytes);
        assert_eq!(kinds[0], Kind::SectionHeader);
        assert_eq!(kinds[1], Kind::InterfaceDescription);
        assert_eq!(kinds[3], Kind::Other(4));
        assert_eq!(
            kinds[4..8],
            [Kind::EnhancedPacket, Kind::SimplePacket, Kind::SimplePacket, Kind::Packet]
        );
        assert_eq!(kinds[8], Kind::Other(0x8000_0bad));
        assert_eq!(reader(&file.bytes).expect("a capture").format(), Format::Pcapng);
    }
}

#[test]
fn sections_have_interfaces_and_an_order_of_their_own() {
    let mut file = Pcapng::ethernet(Order::Little);
    let numbers = Enhanced { interface: 0, units: 1, original: 1 };
    file.enhanced(numbers, b"a", &[]);
    file.section(Order::Big, 1234, &[]);
    file.interface(RAW, 0, &Order::Big.option(9, &[0]));
    file.enhanced(numbers, b"b", &[]);
    file.section(Order::Little, u64::MAX, &[]);
    let read = frames(&file.bytes);
    assert_eq!(read.iter().map(|frame| frame.link).collect::<Vec<_>>(), [ETHERNET, RAW]);
    let times: Vec<_> = read.iter().map(|frame| frame.time).collect();
    assert_eq!(times, [Some(1000), Some(1_000_000_000)]);
    assert_eq!(read[1].number, 2);
}

/// The time of a packet of an interface with these options.
fn time(order: Order, options: &[u8], units: u64) -> Option<u64> {
    let mut file = Pcapng::new(order);
    file.interface(ETHERNET, 0, options);
    file.enhanced(Enhanced { interface: 0, units, original: 0 }, b"", &[]);
    frames(&file.bytes)[0].time
}

#[test]
fn clocks_of_interfaces() {
    for order in ORDERS {
        let resolution = |value| order.option(9, &[value]);
        let offset = |seconds: i64| order.option(14, &order.u64(seconds as u64));
        assert_eq!(time(order, &[], 1_000_001), Some(1_000_001_000));
        assert_eq!(time(order, &resolution(3), 5), Some(5_000_000));
        assert_eq!(time(order, &resolution(12), 5_000_999), Some(5_000));
        assert_eq!(time(order, &resolution(0x80 | 10), 1536), Some(1_500_000_000));
        assert_eq!(time(order, &resolution(0x80 | 32), 1 << 33 | 1 << 31), Some(2_500_000_000));
        assert_eq!(time(order, &offset(10), 1), Some(10_000_001_000));
        let both = [resolution(0), offset(-4)].concat();
        assert_eq!(time(order, &both, 6), Some(2_000_000_000));
        assert_eq!(time(order, &both, 3), None);
        // What follows the end of the options, or is cut, is none.
        let ended = [order.option(0, &[]), resolution(9)].concat();
        assert_eq!(time(order, &ended, 1), Some(1000));
        assert_eq!(time(order, &order.option(9, &[9])[..4], 1), Some(1000));
        assert_eq!(time(order, &order.option(9, &[9, 9]), 1), Some(1000));
    }
}

#[test]
fn the_fcs_of_interfaces_and_packets() {
    for order in ORDERS {
        let fcs = |interface: &[u8], packet: &[u8]| {
            let mut file = Pcapng::new(order);
            file.interface(ETHERNET, 0, interface);
            file.enhanced(Enhanced { interface: 0, units: 0, original: 64 }, &[0; 64], packet);
            frames(&file.bytes)[0].fcs
        };
        let length = |value| order.option(13, &[value]);
        let flags = |octets: u32| order.option(2, &order.u32(octets << 5 | 1));
        assert_eq!(fcs(&[], &[]), 0);
        assert_eq!(fcs(&length(4), &[]), 4);
        assert_eq!(fcs(&length(32), &[]), 4, "in bits, as the draft says");
        assert_eq!(fcs(&length(4), &flags(2)), 2);
        assert_eq!(fcs(&length(4), &flags(0)), 4, "it says nothing");
        assert_eq!(fcs(&length(4), &[order.option(1, b"comment"), flags(8)].concat()), 8);
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

#[test]
fn gzip_of_one_or_many_members() {
    let mut file = Pcap::new(Order::Little, MICROSECONDS, 0, RAW);
    file.record(1, 2, 5, b"hello");
    file.record(1, 3, 5, b"world");
    let plain = frames(&file.bytes);
    let (first, second) = file.bytes.split_at(45);
    let members = [gzip(first), gzip(b""), gzip(second)].concat();
    for compressed in [gzip(&file.bytes), members] {
        let size = compressed.len() as u64;
        let mut reader = Reader::new(Cursor::new(compressed), "x").expect("a capture");
        let mut read = Vec::new();
        while let Some(block) = reader.next().expect("no fault") {
            read.extend(block.frame.map(Read::from));
        }
        assert_eq!(read, plain);
        assert_eq!(reader.position(), size);
    }
}

/// Gives one octet at a time, and is interrupted now and then.
struct Drop(Cursor<Vec<u8>>, bool);

impl io::Read for Drop {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.1 = !self.1;
        if self.1 {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let length = buffer.len().min(1);
        self.0.read(&mut buffer[..length])
    }
}

#[test]
fn what_arrives_octet_by_octet_is_the_same() {
    let mut file = Pcapng::ethernet(Order::Big);
    file.enhanced(Enhanced { interface: 0, units: 1, original: 5 }, b"hello", &[]);
    for bytes in [file.bytes.clone(), gzip(&file.bytes)] {
        let mut reader = Reader::new(Drop(Cursor::new(bytes), false), "x").expect("a capture");
        let mut raw: Vec<u8> = Vec::new();
        while let Some(block) = reader.next().expect("no fault") {
            raw.extend(block.raw);
        }
        assert_eq!(raw, file.bytes);
    }
}

/// What is on its way is not waited for: a packet is handed out when it is there.
#[test]
fn a_frame_of_a_pipe_is_read_at_once() {
    let mut file = Pcap::new(Order::Little, MICROSECONDS, 0, RAW);
    file.record(1, 2, 5, b"hello");
    let (pipe, mut out) = io::pipe().expect("a pipe");
    out.write_all(&file.bytes).expect("an open pipe");
    let mut reader = Reader::new(pipe, "pipe").expect("a capture");
    reader.next().expect("no fault").expect("the header");
    let block = reader.next().expect("no fault").expect("the record");
    assert_eq!(block.frame.map(|frame| frame.bytes), Some(&b"hello"[..]));
    drop(out);
    assert!(reader.next().expect("no fault").is_none());
}

#[test]
fn a_file_has_a_size() {
    let mut file = Pcap::new(Order::Little, MICROSECONDS, 0, RAW);
    file.record(1, 2, 5, b"hello");
    let folder = tempfile::tempdir().expect("a folder");
    for bytes in [file.bytes.clone(), gzip(&file.bytes)] {
        let path = folder.path().join("file");
        std::fs::write(&path, &bytes).expect("a file");
        let mut reader = Reader::open(&path).expect("a capture");
        assert_eq!(reader.size(), Some(bytes.len() as u64));
        while reader.next().expect("no fault").is_some() {}
        assert_eq!((reader.position(), reader.frames()), (bytes.len() as u64, 1));
    }
}

/// Set for the process that reads its standard input.
const CHILD: &str = "CAPTURE_TEST_CHILD";

/// In the child: reads, and says what.
fn read_standard_input() {
    let mut reader = Reader::open("-".as_ref()).expect("a capture");
    while reader.next().expect("no fault").is_some() {}
    let (name, size) = (reader.name(), reader.size());
    println!("<{name}: {} frames, {:?} of {size:?}>", reader.frames(), reader.position());
}

#[test]
fn standard_input() {
    if std::env::var_os(CHILD).is_some() {
        return read_standard_input();
    }
    let mut file = Pcap::new(Order::Little, MICROSECONDS, 0, RAW);
    file.record(1, 2, 5, b"hello");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("file");
    std::fs::write(&path, &file.bytes).expect("a file");
    let child = |input: Stdio| {
        let mut command = Command::new(std::env::current_exe().expect("this test"));
        command.args(["--exact", "formats::standard_input", "--nocapture"]).env(CHILD, "1");
        let output = command.stdin(input).output().expect("the test runs itself");
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let opened = std::fs::File::open(&path).expect("a file");
    let said = child(opened.into());
    assert!(said.contains("<standard input: 1 frames, 45 of Some(45)>"), "{said}");
    let (pipe, mut out) = io::pipe().expect("a pipe");
    out.write_all(&file.bytes).expect("an open pipe");
    drop(out);
    let said = child(pipe.into());
    assert!(said.contains("<standard input: 1 frames, 45 of None>"), "{said}");
}

#[test]
fn frames_across_the_windows_edges() {
    // Lengths around everything that is a power of two somewhere; 2.6 MB and a window of 256 KiB.
    let mut file = Pcapng::ethernet(Order::Little);
    let lengths =
        (0..1500).map(|number| number * 7 % 3500).chain([0, 1 << 18, (1 << 18) + 1, 5 << 20]);
    for (number, length) in lengths.clone().enumerate() {
        let numbers = Enhanced { interface: 0, units: number as u64, original: length as u32 };
        file.enhanced(numbers, &vec![number as u8; length], &[]);
    }
    let read = frames(&file.bytes);
    for ((number, length), frame) in lengths.enumerate().zip(&read) {
        assert_eq!(frame.bytes.len(), length);
        assert!(frame.bytes.iter().all(|&byte| byte == number as u8));
    }
    assert_eq!(read.len(), 1504);
}
