//! The reader over any bytes, and the rewriter over what it gives: nothing panics, blocks and frames are
//! where they are said to be, and a copy can be read to its end and holds the same.

#![no_main]

use std::io::Cursor;

use capture::{Error, Format, Frame, Kind, Reader, Rewriter};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((copy, frames)) = copied(bytes) else { return };
    let mut reader = read(&copy).expect("a copy is a capture");
    let mut left = frames.iter();
    while let Some(block) = reader.next().expect("a copy has no fault") {
        let Some(frame) = block.frame else { continue };
        let old = left.next().expect("no frame was added");
        let bytes = if changes(frame.number) { b"new" } else { &old.bytes[..] };
        assert_eq!(frame.bytes, bytes);
        assert_eq!((frame.link, frame.interface), (old.link, old.interface));
        assert!(frame.time == old.time || changes(frame.number) && old.time.is_none());
    }
    assert!(left.next().is_none(), "no frame was lost");
});

/// What is to be found again in a copy.
struct Seen {
    bytes: Vec<u8>,
    time: Option<u64>,
    link: u32,
    interface: u32,
}

impl From<&Frame<'_>> for Seen {
    fn from(frame: &Frame) -> Seen {
        let Frame { bytes, time, link, interface, .. } = *frame;
        Seen { bytes: bytes.to_vec(), time, link, interface }
    }
}

fn read(bytes: &[u8]) -> Result<Reader, Error> {
    Reader::new(Cursor::new(bytes.to_vec()), "fuzz")
}

fn changes(number: u64) -> bool {
    number.is_multiple_of(2)
}

/// Reads as far as possible; a copy with changes and the frames as they were, if it is a capture.
fn copied(bytes: &[u8]) -> Option<(Vec<u8>, Vec<Seen>)> {
    let mut reader = read(bytes).inspect_err(one_line).ok()?;
    let plain = !bytes.starts_with(&[0x1f, 0x8b]);
    let mut rewriter = Rewriter::to_file(Cursor::new(Vec::new()));
    let mut unchanged = Rewriter::to_file(Cursor::new(Vec::new()));
    let (mut frames, mut at) = (Vec::new(), 0);
    loop {
        let block = match reader.next() {
            Ok(Some(block)) => block,
            Ok(None) => break,
            Err(error) => {
                one_line(&error);
                break;
            }
        };
        assert_eq!(block.offset, at);
        at += block.raw.len() as u64;
        assert!(!plain || bytes[block.offset as usize..].starts_with(block.raw));
        unchanged.copy(&block).expect("memory");
        match &block.frame {
            Some(frame) => {
                frames.push(Seen::from(frame));
                assert_eq!(frame.number, frames.len() as u64);
                assert!(!plain || bytes[frame.offset as usize..].starts_with(frame.bytes));
                assert!(usize::from(frame.fcs) <= frame.bytes.len());
                if changes(frame.number) {
                    rewriter.change(&block, b"new", "why").expect("memory");
                } else {
                    rewriter.copy(&block).expect("memory");
                }
            }
            None => rewriter.copy(&block).expect("memory"),
        }
        if block.kind == Kind::FileHeader {
            assert_eq!(block.offset, 0);
        }
    }
    let same = unchanged.finish().expect("memory").into_inner();
    assert!(!plain || reader.format() == Format::Pcap || bytes.starts_with(&same));
    // Cut in its first block, it has nothing that could be copied.
    (at > 0).then(|| (rewriter.finish().expect("memory").into_inner(), frames))
}

fn one_line(error: &Error) {
    let message = error.to_string();
    assert!(!message.contains(|c: char| c.is_control()), "{message:?}");
}
