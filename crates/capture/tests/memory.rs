//! However long a capture is, it takes no more memory; however much it claims, no more than it has.

use std::hint::black_box;
use std::io::{self, Read};

use allocation_counter::measure;
use capture::{Reader, Rewriter};

/// A pcap file of any length without ever being in memory.
fn endless(records: u64) -> impl Read + Send {
    let header: &[u8] = b"\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\0\0\x04\0\x01\0\0\0";
    let mut record = [0_u8; 416];
    record[8..16].copy_from_slice([400_u32, 400].map(u32::to_le_bytes).as_flattened());
    header.chain(Repeated { record, at: 0 }.take(records * 416))
}

struct Repeated {
    record: [u8; 416],
    at: usize,
}

impl Read for Repeated {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        for octet in &mut *buffer {
            *octet = self.record[self.at];
            self.at = (self.at + 1) % self.record.len();
        }
        Ok(buffer.len())
    }
}

#[test]
fn nothing_is_allocated_per_frame() {
    let mut reader = Reader::new(endless(50_000), "endless").expect("a capture");
    let mut rewriter = Rewriter::new(io::sink());
    let mut next = || {
        let Some(block) = reader.next().expect("no fault") else { return false };
        let changes = block.frame.is_some_and(|frame| frame.number.is_multiple_of(2));
        let result =
            if changes { rewriter.change(&block, b"new", "why") } else { rewriter.copy(&block) };
        result.expect("a sink takes all");
        true
    };
    assert!((0..10).all(|_| next()));
    let measured = measure(|| while black_box(next()) {});
    assert_eq!(measured.count_total, 0);
    assert_eq!(reader.frames(), 50_000);
}

#[test]
fn what_a_file_claims_and_has_not_is_not_allocated() {
    let mut file = b"\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0".to_vec();
    file.extend([0, 0, 16_000_000_u32, 16_000_000].map(u32::to_le_bytes).as_flattened());
    file.extend(vec![0; 300_000]);
    let read = |file: Vec<u8>| {
        let measured = measure(|| {
            let mut reader = Reader::new(io::Cursor::new(file), "x").expect("a capture");
            while let Ok(Some(_)) = reader.next() {}
        });
        measured.bytes_max
    };
    assert!(read(file.clone()) < 2 << 20);
    // And where it has them, they are read; with a limit on everything.
    file.extend(vec![0; 16_000_000]);
    let most = read(file);
    assert!((16_000_000..26_000_000).contains(&most), "{most}");
}
