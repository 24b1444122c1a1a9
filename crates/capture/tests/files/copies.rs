//! What a copy keeps and what it changes.

use std::io::{self, Cursor, Seek, SeekFrom, Write};

use capture::{Block, Kind, Rewriter};

use crate::made::*;

/// A copy in which these frames have other bytes and a comment.
fn copy(file: &[u8], changes: &[(u64, &[u8], &str)]) -> Vec<u8> {
    let mut rewriter = Rewriter::new(Vec::new());
    rewrite(&mut rewriter, file, changes);
    rewriter.finish().expect("memory")
}

fn rewrite<W: Write>(rewriter: &mut Rewriter<W>, file: &[u8], changes: &[(u64, &[u8], &str)]) {
    let write = |block: &Block| {
        let number = block.frame.map(|frame| frame.number);
        match changes.iter().find(|change| Some(change.0) == number) {
            Some((_, bytes, comment)) => rewriter.change(block, bytes, comment).expect("memory"),
            None => rewriter.copy(block).expect("memory"),
        }
    };
    each(file, write).expect("no fault");
}

/// Blocks of every kind, with options, in sections of both orders.
fn everything() -> Vec<u8> {
    let mut file = Pcapng { order: Order::Big, bytes: Vec::new() };
    for order in ORDERS {
        file.section(order, u64::MAX, &order.option(4, b"maker"));
        file.interface(ETHERNET, 96, &[order.option(2, b"eth0"), order.option(9, &[9])].concat());
        file.interface(RAW, 0, &order.option(14, &order.u64(5)));
        file.block(0x0bad, b"unknown");
        let options =
            [order.option(1, b"first"), order.option(2, &order.u32(1)), order.option(0, b"")];
        let numbers = Enhanced { interface: 1, units: 7 << 32 | 9, original: 50 };
        file.enhanced(numbers, b"hello", &options.concat());
        file.enhanced(numbers, b"bare", &[]);
        file.simple(6, b"simple");
        file.obsolete(3, numbers, b"old", &order.option(1, b"second"));
        file.obsolete(0xffff, numbers, b"older", &[]);
        file.block(5, &[0; 12]);
    }
    file.bytes
}

#[test]
fn what_is_not_changed_is_the_same_to_the_octet() {
    let file = everything();
    assert_eq!(copy(&file, &[]), file);
    // Damage where nobody looks is copied as well: garbage in padding and options.
    let mut file = Pcapng::ethernet(Order::Little);
    let numbers = Enhanced { interface: 0, units: 1, original: 1 };
    file.enhanced(numbers, b"a", &[0xff; 12]);
    let length = file.bytes.len();
    file.bytes[length - 18..length - 16].fill(0xdd);
    assert_eq!(copy(&file.bytes, &[]), file.bytes);
}

#[test]
fn a_changed_frame_keeps_the_rest() {
    let made = |bytes: &[u8], comment: Option<&str>| {
        let mut file = Pcapng { order: Order::Big, bytes: Vec::new() };
        for order in ORDERS {
            file.section(order, u64::MAX, &[]);
            file.interface(ETHERNET, 0, &[]);
            let old =
                [order.option(1, b"old"), order.option(4, &[1; 8]), order.option(0x8bad, b"own")];
            let mut options = old.concat();
            options.extend(comment.iter().flat_map(|comment| order.option(1, comment.as_bytes())));
            options.extend(order.option(0, b""));
            let original = 1000 + bytes.len() as u32;
            file.enhanced(Enhanced { interface: 0, units: 3 << 33, original }, bytes, &options);
        }
        file.bytes
    };
    for bytes in [&b"hello"[..], b"", b"h", b"hello, hello"] {
        let changes = [(1, bytes, "new"), (2, bytes, "new")];
        assert_eq!(copy(&made(b"hello", None), &changes), made(bytes, Some("new")));
    }
}

#[test]
fn other_packet_blocks_become_enhanced_ones() {
    let file = everything();
    let changes: Vec<(u64, &[u8], &str)> =
        (1..=10).map(|number| (number, &b"new"[..], "why")).collect();
    let copy = copy(&file, &changes);
    for (old, new) in frames(&file).iter().zip(frames(&copy)) {
        let time = old.time.or(Some(0));
        let original = old.original + 3 - old.bytes.len() as u32;
        assert_eq!(new, Read { time, original, bytes: b"new".to_vec(), ..old.clone() });
    }
    let kept = kinds(&file).into_iter().map(|kind| match kind {
        Kind::SimplePacket | Kind::Packet => Kind::EnhancedPacket,
        other => other,
    });
    assert_eq!(kinds(&copy), kept.collect::<Vec<_>>());
    // The obsolete block's drops are an option now, unless nobody counted.
    for order in ORDERS {
        let count = |value: u64| {
            let option = [order.option(4, &order.u64(value)), order.option(1, b"why")].concat();
            copy.windows(option.len()).filter(|window| *window == option).count()
        };
        assert_eq!((count(3), count(0xffff)), (1, 0));
    }
}

#[test]
fn pcap_becomes_pcapng() {
    for order in ORDERS {
        for (magic, units) in
            [(MICROSECONDS, 1_000_000), (NANOSECONDS, 1_000_000_000), (MODIFIED, 1_000_000)]
        {
            let mut file = Pcap::new(order, magic, 96, 2 << 28 | 1 << 26 | ETHERNET);
            file.record(1_700_000_000, 999_999, 1500, b"hello");
            file.record(u32::MAX, 0, 0, b"");
            let mut expected = Pcapng::new(order);
            let resolution = if magic == NANOSECONDS { 9 } else { 6 };
            let options =
                [order.option(9, &[resolution]), order.option(13, &[4]), order.option(0, b"")];
            expected.interface(ETHERNET, 96, &options.concat());
            let numbers =
                Enhanced { interface: 0, units: 1_700_000_000 * units + 999_999, original: 1500 };
            expected.enhanced(numbers, b"hello", &[]);
            let numbers =
                Enhanced { interface: 0, units: u64::from(u32::MAX) * units, original: 3 };
            let comment =
                [order.option(1, "it was \u{2205}".as_bytes()), order.option(0, b"")].concat();
            expected.enhanced(numbers, b"new", &comment);
            let copy = copy(&file.bytes, &[(2, b"new", "it was \u{2205}")]);
            assert_eq!(copy, expected.bytes);
            assert_eq!(frames(&copy)[0], frames(&file.bytes)[0]);
        }
    }
}

#[test]
fn the_fcs_option_is_left_out_where_there_is_none() {
    let file = Pcap::new(Order::Little, MICROSECONDS, 0, RAW);
    let mut expected = Pcapng::new(Order::Little);
    let options = [Order::Little.option(9, &[6]), Order::Little.option(0, b"")].concat();
    expected.interface(RAW, 0, &options);
    assert_eq!(copy(&file.bytes, &[]), expected.bytes);
}

#[test]
fn lengths_that_cannot_be() {
    // More captured than there was: 5 fewer octets leave less than none, and a frame cannot be longer
    // than its length has bits.
    let mut file = Pcap::new(Order::Little, MICROSECONDS, 0, RAW);
    file.record(0, 0, 1, b"hello");
    file.record(0, 0, u32::MAX, b"a");
    let copy = copy(&file.bytes, &[(1, b"", ""), (2, b"abc", "")]);
    let originals: Vec<u32> = frames(&copy).iter().map(|frame| frame.original).collect();
    assert_eq!(originals, [0, u32::MAX]);
}

#[test]
fn a_comment_is_cut_at_a_character() {
    let mut file = Pcap::new(Order::Little, MICROSECONDS, 0, RAW);
    file.record(0, 0, 1, b"a");
    let long = format!("{}\u{20ac}x", "c".repeat(65_533));
    let copied = copy(&file.bytes, &[(1, b"a", &long)]);
    let option = Order::Little.option(1, "c".repeat(65_533).as_bytes());
    let last = copied.len() - 8 - option.len();
    assert_eq!(copied[last..copied.len() - 8], option);
    let fits = "c".repeat(65_535);
    let copied = copy(&file.bytes, &[(1, b"a", &fits)]);
    let option = Order::Little.option(1, fits.as_bytes());
    assert!(copied.windows(option.len()).any(|window| window == option));
    assert_eq!(frames(&copied).len(), 1);
}

/// A section that does not say how long it is, and two that do.
fn measured(first: &[u8], second: &[u8]) -> Vec<u8> {
    let mut file = Pcapng::new(Order::Big);
    for (order, bytes) in [(Order::Little, first), (Order::Big, second)] {
        let mut section = Pcapng { order, bytes: Vec::new() };
        section.interface(ETHERNET, 0, &[]);
        let numbers = Enhanced { interface: 0, units: 1, original: bytes.len() as u32 };
        let comment = [order.option(1, b"c"), order.option(0, b"")].concat();
        section.enhanced(numbers, bytes, if bytes == b"changed" { &comment } else { &[] });
        file.section(order, section.bytes.len() as u64, &order.option(4, b"maker"));
        file.bytes.extend(section.bytes);
    }
    file.bytes
}

#[test]
fn the_length_of_a_section_stays_right() {
    // In a file that begins somewhere.
    let rewritten = |changes: &[(u64, &[u8], &str)]| {
        let mut out = Cursor::new(b"before".to_vec());
        out.seek(SeekFrom::End(0)).expect("memory");
        let mut rewriter = Rewriter::to_file(out);
        rewrite(&mut rewriter, &measured(b"a", b"b"), changes);
        rewriter.finish().expect("memory").into_inner().split_off(6)
    };
    let changes: [(u64, &[u8], &str); 2] = [(1, b"changed", "c"), (2, b"changed", "c")];
    assert_eq!(rewritten(&[]), measured(b"a", b"b"));
    assert_eq!(rewritten(&changes[..1]), measured(b"changed", b"b"));
    assert_eq!(rewritten(&changes[1..]), measured(b"a", b"changed"));
    assert_eq!(rewritten(&changes), measured(b"changed", b"changed"));
    // Where nothing can be corrected, nothing wrong is said.
    let mut unknown = measured(b"changed", b"b");
    let first = 28;
    let second = unknown.len() - 36 - 20 - 40;
    for section in [first, second] {
        unknown[section + 16..section + 24].fill(0xff);
    }
    assert_eq!(copy(&measured(b"a", b"b"), &changes[..1]), unknown);
}

#[test]
fn what_cannot_be_written_is_an_error() {
    let mut file = Pcap::new(Order::Little, MICROSECONDS, 0, RAW);
    file.record(0, 0, 1, b"a");
    let huge = vec![0; 16 << 20];
    let mut rewriter = Rewriter::new(Vec::new());
    each(&file.bytes, |block| {
        let (result, expected) = match block.kind {
            Kind::FileHeader => {
                (rewriter.change(block, b"", ""), "a block without a frame has no bytes to change")
            }
            _ => (rewriter.copy(block), "a pcap record before the file's header"),
        };
        assert_eq!(result.expect_err("a fault").to_string(), expected);
    })
    .expect("no fault");
    let mut rewriter = Rewriter::new(Vec::new());
    each(&file.bytes, |block| match block.kind {
        Kind::FileHeader => rewriter.copy(block).expect("memory"),
        _ => {
            let error = rewriter.change(block, &huge, "").expect_err("it is too large");
            assert_eq!(error.to_string(), "a frame that does not fit into a block of 16 MiB");
        }
    })
    .expect("no fault");
}

/// Room for so many octets.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_disk_is_noticed_at_the_end() {
    let mut rewriter = Rewriter::new(Full(100));
    rewrite(&mut rewriter, &everything(), &[]);
    let error = rewriter.finish().map(drop).expect_err("no room");
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
}
