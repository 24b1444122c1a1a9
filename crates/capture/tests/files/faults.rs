//! One fault after the other, each with its exact words.

use std::io::{self, Write};
use std::path::Path;

use capture::{Problem, Reader};

use crate::made::*;

/// Reads until the fault; what was wrong, and how many frames came before.
#[track_caller]
fn fault(bytes: &[u8]) -> (String, u64) {
    let mut frames = 0;
    let error =
        each(bytes, |block| frames += u64::from(block.frame.is_some())).expect_err("a fault");
    (error.to_string(), frames)
}

#[track_caller]
fn check(bytes: &[u8], frames: u64, message: &str) {
    assert_eq!(fault(bytes), (format!("x.pcap: {message}"), frames));
}

/// A pcap file of two frames: header 24, records of 21 and 21 octets.
fn pcap() -> Pcap {
    let mut file = Pcap::new(Order::Little, MICROSECONDS, 65_535, RAW);
    file.record(1, 2, 5, b"hello");
    file.record(1, 3, 5, b"world");
    file
}

/// A pcapng file of one frame: section 28, interface 20, packet 40 octets.
fn pcapng(order: Order) -> Pcapng {
    let mut file = Pcapng::ethernet(order);
    file.enhanced(Enhanced { interface: 0, units: 1, original: 5 }, b"hello", &[]);
    file
}

#[test]
fn not_a_capture() {
    check(b"", 0, "byte 0: not a capture: the file is empty");
    check(
        &[0; 100],
        0,
        "byte 0: not a capture: it begins with 100 octets of zero, as a file that was never written does",
    );
    check(
        "No. Time Source\t\u{20ac}\r\n1 0.0".as_bytes(),
        0,
        "byte 0: not a capture: this looks like text (\"No. Time Source\\t\u{20ac}\\r\\n1 0.0\")",
    );
    check(
        b"\x01\x02\xfe\xffxyz",
        0,
        "byte 0: not a capture: it begins with 01 02 fe ff, and neither pcap nor pcapng does",
    );
    check(
        b"\x28\xb5\x2f\xfd1234",
        0,
        "byte 0: not a capture in pcap or pcapng: this looks like Zstandard: decompress it first (zstd -d)",
    );
    check(
        b"snoop\0\0\0\0\0\0\x02",
        0,
        "byte 0: not a capture in pcap or pcapng: this looks like a capture by snoop: convert it \
         (editcap IN OUT)",
    );
    check(b"a", 0, "byte 0: not a capture: this looks like text (\"a\")");
    // Half a character and nothing else.
    let message = "byte 0: not a capture: it begins with e2 82, and neither pcap nor pcapng does";
    check(b"\xe2\x82", 0, message);
}

/// A character at the edge of what is looked at is no reason to say that a text is none.
#[test]
fn text_is_known_by_its_beginning() {
    let text = format!("{}\u{20ac}\u{20ac}", "x".repeat(62));
    let message = format!("byte 0: not a capture: this looks like text ({:?})", "x".repeat(24));
    check(text.as_bytes(), 0, &message);
}

#[test]
fn cannot_be_opened() {
    let message = |path: &Path| Reader::open(path).map(drop).expect_err("a fault").to_string();
    let folder = tempfile::tempdir().expect("a folder");
    let missing = folder.path().join("mis\nsing");
    assert_eq!(
        message(&missing),
        format!("{}/mis?sing: there is no such file", folder.path().display())
    );
    let directory = format!("{}: this is a directory, not a capture", folder.path().display());
    assert_eq!(message(folder.path()), directory);
    let denied = io::Error::from(io::ErrorKind::PermissionDenied);
    assert_eq!(
        failing(b"", denied),
        "y.pcap: byte 0: permission denied: you may not read this file"
    );
}

/// Reads what begins like this and then fails.
fn failing(start: &[u8], error: io::Error) -> String {
    struct Failing(Option<io::Error>);
    impl io::Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(self.0.take().unwrap_or_else(|| io::ErrorKind::Other.into()))
        }
    }
    let inner = io::Read::chain(io::Cursor::new(start.to_vec()), Failing(Some(error)));
    let mut reader = match Reader::new(inner, "y.pcap") {
        Ok(reader) => reader,
        Err(error) => return error.to_string(),
    };
    loop {
        match reader.next() {
            Ok(block) => assert!(block.is_some()),
            Err(error) => return error.to_string(),
        }
    }
}

#[test]
fn reading_fails_in_the_middle() {
    let error = io::Error::other("the disk is on fire");
    assert_eq!(
        failing(&pcap().bytes[..50], error),
        "y.pcap: byte 50: cannot be read: the disk is on fire"
    );
}

#[test]
fn cut_off() {
    let file = pcap().bytes;
    check(
        &file[..10],
        0,
        "byte 0: the capture was cut off: only 10 of 24 octets of the file's header are there; no frame was \
         read before it",
    );
    check(
        &file[..30],
        0,
        "byte 24: the capture was cut off: only 6 of 16 octets of a record are there; no frame was read \
         before it",
    );
    check(
        &file[..file.len() - 1],
        1,
        "byte 45: the capture was cut off: only 20 of 21 octets of a record are there; 1 frame was read \
         before it",
    );
    let file = [pcapng(Order::Big).bytes, pcapng(Order::Big).bytes, vec![0, 0, 0]].concat();
    check(
        &file,
        2,
        "byte 176: the capture was cut off: only 3 of 12 octets of a block are there; 2 frames were read \
         before it",
    );
    check(
        &file[..20],
        0,
        "byte 0: the capture was cut off: only 20 of 28 octets of a block are there; no frame was read \
         before it",
    );
    // Every cut but those between blocks is told, and never are there more frames than were whole.
    for (length, whole) in
        (1..176).map(|length| (length, [0, 28, 48, 88, 116, 136, 176].contains(&length)))
    {
        let mut frames = 0;
        let result = each(&file[..length], |block| frames += u64::from(block.frame.is_some()));
        assert_eq!(result.is_ok(), whole, "{length} octets");
        assert_eq!(frames, u64::from(length >= 88), "{length} octets");
    }
}

#[test]
fn a_record_that_lies() {
    for order in ORDERS {
        let mut file = Pcap::new(order, MICROSECONDS, 1500, RAW);
        file.record(1, 2, 5, b"hello");
        file.header(0, 0, u32::MAX, 5);
        check(
            &file.bytes,
            1,
            "byte 53: frame 2 claims 4294967295 captured octets, with a snap length of 1500: its record \
             is damaged, and what follows cannot be found",
        );
    }
    // Without a snap length, or with a useless one, nothing over 16 MiB is believed.
    for snap in [0, u32::MAX] {
        let mut file = Pcap::new(Order::Little, MICROSECONDS, snap, RAW);
        file.header(0, 0, (16 << 20) - 15, 0);
        let message = format!(
            "byte 32: frame 1 claims 16777201 captured octets, with a snap length of {snap}: its record is \
             damaged, and what follows cannot be found"
        );
        check(&file.bytes, 0, &message);
    }
    // What every tool would have believed is.
    let mut file = Pcap::new(Order::Little, MICROSECONDS, 1500, RAW);
    file.header(0, 0, 262_144, 262_144);
    assert!(fault(&file.bytes).0.contains("cut off"));
    file.header(0, 0, 0, 0);
    file.bytes[32..36].copy_from_slice(&262_145_u32.to_le_bytes());
    assert!(fault(&file.bytes).0.contains("claims 262145 captured octets"));
}

#[test]
fn a_block_that_lies() {
    for order in ORDERS {
        let claims = |length: u32, reason: &str| {
            let mut file = pcapng(order);
            file.bytes.extend([order.u32(6), order.u32(length), [0; 4]].concat());
            let message = format!(
                "byte 92: a block claims a length of {length} octets, which is {reason}: it is damaged, and \
                 what follows cannot be found"
            );
            check(&file.bytes, 1, &message);
        };
        claims(0, "less than the 12 that every block has");
        claims(8, "less than the 12 that every block has");
        claims(33, "no multiple of 4");
        claims(u32::MAX, "no multiple of 4");
        claims((16 << 20) + 4, "more than the 16 MiB that are read as one block");
        claims(u32::MAX - 3, "more than the 16 MiB that are read as one block");
        let mut file = pcapng(order);
        let end = file.bytes.len() - 4;
        file.bytes[end..].copy_from_slice(&order.u32(44));
        check(
            &file.bytes,
            0,
            "byte 84: a block of 40 octets says at its end that it has 44: one of them is damaged, and what \
             follows cannot be found",
        );
    }
}

#[test]
fn blocks_too_short_for_their_type() {
    for (kind, length, least) in
        [(1, 16, 20), (2, 28, 32), (3, 12, 16), (6, 28, 32), (0x0a0d_0d0a, 16, 28)]
    {
        let mut file = pcapng(Order::Little);
        let mut body = 0x1a2b_3c4d_u32.to_le_bytes().to_vec();
        body.resize(length - 12, 0);
        file.block(kind, &body);
        let message = format!(
            "byte 92: a block of type {kind} is {length} octets long, and the shortest has {least}: it is \
             damaged"
        );
        check(&file.bytes, 1, &message);
    }
}

#[test]
fn more_bytes_than_the_block_has() {
    for order in ORDERS {
        let mut file = pcapng(order);
        file.bytes[68..72].copy_from_slice(&order.u32(9));
        let message = "byte 68: frame 1 claims 9 captured octets in a block with room for 8";
        check(&file.bytes, 0, message);
        file.bytes[68..72].copy_from_slice(&order.u32(u32::MAX));
        let message =
            "byte 68: frame 1 claims 4294967295 captured octets in a block with room for 8";
        check(&file.bytes, 0, message);
        let mut file = Pcapng::ethernet(order);
        file.simple(9, b"simple");
        let message = "byte 56: frame 1 claims 9 captured octets in a block with room for 8";
        check(&file.bytes, 0, message);
    }
}

#[test]
fn an_interface_never_described() {
    let message = |at, interface, described| {
        format!(
            "byte {at}: frame 1 is of interface {interface}, but its section has described {described} so \
             far, counted from 0: what its bytes begin with cannot be known"
        )
    };
    let numbers = Enhanced { interface: 1, units: 1, original: 0 };
    let mut file = Pcapng::ethernet(Order::Big);
    file.enhanced(numbers, b"", &[]);
    check(&file.bytes, 0, &message(56, 1, 1));
    let mut file = Pcapng::ethernet(Order::Big);
    file.obsolete(0, numbers, b"", &[]);
    check(&file.bytes, 0, &message(56, 1, 1));
    let mut file = Pcapng::new(Order::Big);
    file.simple(0, b"");
    check(&file.bytes, 0, &message(36, 0, 0));
    // A section does not inherit.
    let mut file = Pcapng::ethernet(Order::Big);
    file.section(Order::Big, u64::MAX, &[]);
    file.simple(0, b"");
    check(&file.bytes, 0, &message(84, 0, 0));
}

#[test]
fn too_many_interfaces() {
    let mut file = Pcapng::new(Order::Little);
    for _ in 0..65_537 {
        file.interface(ETHERNET, 0, &[]);
    }
    check(
        &file.bytes,
        0,
        "byte 1310748: a section describes more than 65536 interfaces: it is damaged or made to fill memory",
    );
}

#[test]
fn sections_that_cannot_be_read() {
    let mut file = pcapng(Order::Little).bytes;
    file[12..14].copy_from_slice(&[2, 0]);
    check(&file, 0, "byte 12: a section of pcapng version 2.0, and only version 1 can be read");
    file[8] = 0;
    check(
        &file,
        0,
        "byte 8: a section header without the byte-order magic 1a2b3c4d: its numbers cannot be read",
    );
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

/// What a reader says of a compressed capture.
fn compressed(bytes: Vec<u8>) -> (String, u64) {
    let mut reader = match Reader::new(io::Cursor::new(bytes), "x.gz") {
        Ok(reader) => reader,
        Err(error) => return (error.to_string(), 0),
    };
    loop {
        match reader.next() {
            Ok(Some(_)) => {}
            Ok(None) => return (String::new(), reader.frames()),
            Err(error) => {
                assert!(matches!(error.problem, Problem::Gzip { .. }), "{error}");
                return (error.to_string(), reader.frames());
            }
        }
    }
}

#[test]
fn damaged_gzip() {
    let whole = gzip(&pcap().bytes);
    // Cut in the second record: 15 octets of gzip and deflate headers, then as they are.
    let (message, frames) = compressed(whole[..15 + 50].to_vec());
    let expected = "x.gz: byte 50: the gzip data is damaged or cut off here (incomplete deflate stream); \
                    1 frame was read before it";
    assert_eq!((message.as_str(), frames), (expected, 1));
    // A wrong checksum: all was handed out by then.
    let mut wrong = whole.clone();
    let crc = wrong.len() - 8;
    wrong[crc] ^= 1;
    let expected = "x.gz: byte 66: the gzip data is damaged or cut off here (corrupt gzip stream does not \
                    have a matching checksum); 2 frames were read before it";
    assert_eq!(compressed(wrong), (expected.to_owned(), 2));
    // Garbage after the end.
    let expected = "x.gz: byte 66: the gzip data is damaged or cut off here (invalid gzip header); 2 frames \
                    were read before it";
    assert_eq!(compressed([whole, vec![b'x'; 20]].concat()), (expected.to_owned(), 2));
    let expected = "x.gz: byte 0: the gzip data is damaged or cut off here (invalid gzip header); no frame \
                    was read before it";
    assert_eq!(compressed(b"\x1f\x8bxxxxxxxxxxxx".to_vec()), (expected.to_owned(), 0));
}

#[test]
fn gzip_of_something_else() {
    let (message, _) = compressed(gzip(b""));
    assert_eq!(message, "x.gz: byte 0: not a capture: the file is empty");
    let (message, _) = compressed(gzip(&gzip(&pcap().bytes)));
    let expected = "x.gz: byte 0: not a capture in pcap or pcapng: this looks like gzip inside gzip: \
                    decompress it once";
    assert_eq!(message, expected);
}

/// The decompressor gives nothing of a piece with damage in it; a piece is 4 KiB.
#[test]
fn what_came_before_gzip_damage_is_handed_out() {
    let mut file = Pcap::new(Order::Little, MICROSECONDS, 0, RAW);
    for number in 0..20_000 {
        file.record(number, 0, 100, &[number as u8; 100]);
    }
    let whole = gzip(&file.bytes);
    let record = 116;
    // After ten octets of header: blocks as they are, each behind its length and its complement.
    let (mut at, mut plain) = (10, 0);
    for _ in 0..20 {
        let length = usize::from(u16::from_le_bytes([whole[at + 1], whole[at + 2]]));
        let mut damaged = whole.clone();
        damaged[at + 3] ^= 1;
        let (message, frames) = compressed(damaged);
        assert!(message.contains("(corrupt deflate stream)"), "{message}");
        let (frames, before) = (frames as usize, plain / record);
        assert!(frames <= before && frames + 4096 / record + 2 > before, "{frames} of {before}");
        (at, plain) = (at + 5 + length, plain + length);
    }
    assert_eq!(compressed(whole).1, 20_000);
}
