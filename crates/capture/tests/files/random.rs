//! No bytes make the reader or the rewriter panic, and what they make of good files is right: captures of
//! any shape, damaged anywhere. Proptest prints the seed of what fails.

use capture::{Block, Kind, Rewriter};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::made::*;

/// One block of a capture.
#[derive(Clone, Debug)]
enum Piece {
    Section(Order),
    Interface(u16, u32, Vec<u8>),
    Enhanced(u32, u64, u32, Vec<u8>, Vec<u8>),
    Obsolete(u16, u64, u32, Vec<u8>, Vec<u8>),
    Simple(Vec<u8>),
    Other(u32, Vec<u8>),
}

fn order() -> impl Strategy<Value = Order> {
    select(&ORDERS[..])
}

fn piece() -> impl Strategy<Value = Piece> {
    let bytes = || vec(any::<u8>(), 0..40);
    // Often a code that means something.
    let options = || vec(prop_oneof![Just(0), Just(1), 0..16_u8, any::<u8>()], 0..24);
    prop_oneof![
        1 => order().prop_map(Piece::Section),
        2 => (any::<u16>(), 0..100_u32, options()).prop_map(|(a, b, c)| Piece::Interface(a, b, c)),
        4 => (0..3_u32, any::<u64>(), any::<u32>(), bytes(), options())
            .prop_map(|(a, b, c, d, e)| Piece::Enhanced(a, b, c, d, e)),
        1 => (0..3_u16, any::<u64>(), any::<u32>(), bytes(), options())
            .prop_map(|(a, b, c, d, e)| Piece::Obsolete(a, b, c, d, e)),
        1 => bytes().prop_map(Piece::Simple),
        1 => (7..20_u32, bytes()).prop_map(|(a, b)| Piece::Other(a, b)),
    ]
}

fn pcapng() -> impl Strategy<Value = Vec<u8>> {
    (order(), vec(piece(), 0..12)).prop_map(|(order, pieces)| {
        let mut file = Pcapng::ethernet(order);
        for piece in &pieces {
            put(&mut file, piece);
        }
        file.bytes
    })
}

fn put(file: &mut Pcapng, piece: &Piece) {
    match piece {
        Piece::Section(order) => file.section(*order, u64::MAX, &[]),
        Piece::Interface(link, snap, options) => file.interface((*link).into(), *snap, options),
        Piece::Enhanced(interface, units, original, bytes, options) => {
            let numbers = Enhanced { interface: *interface, units: *units, original: *original };
            file.enhanced(numbers, bytes, options);
        }
        Piece::Obsolete(interface, units, original, bytes, options) => {
            let interface = (*interface).into();
            let numbers = Enhanced { interface, units: *units, original: *original };
            file.obsolete(0, numbers, bytes, options);
        }
        Piece::Simple(bytes) => file.simple(bytes.len() as u32, bytes),
        Piece::Other(kind, bytes) => file.block(*kind, bytes),
    }
}

fn pcap() -> impl Strategy<Value = Vec<u8>> {
    let record = (any::<u32>(), any::<u32>(), any::<u32>(), vec(any::<u8>(), 0..40));
    let magic = select(vec![MICROSECONDS, NANOSECONDS, MODIFIED]);
    let header = (order(), magic, any::<u32>(), any::<u32>());
    (header, vec(record, 0..8)).prop_map(|((order, magic, snap, network), records)| {
        let mut file = Pcap::new(order, magic, snap, network);
        for (second, fraction, original, bytes) in records {
            file.record(second, fraction, original, &bytes);
        }
        file.bytes
    })
}

/// Reads and copies as far as possible, the frames whose number divides by `every` changed.
fn copied(file: &[u8], every: u64) -> Vec<u8> {
    let mut rewriter = Rewriter::new(Vec::new());
    let copy = |block: &Block| {
        let changes = block.frame.is_some_and(|frame| frame.number.is_multiple_of(every));
        let result =
            if changes { rewriter.change(block, b"new", "why") } else { rewriter.copy(block) };
        result.expect("memory");
    };
    let _fault = each(file, copy);
    rewriter.finish().expect("memory")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_bytes(bytes in vec(any::<u8>(), 0..200)) {
        copied(&bytes, 1);
    }

    #[test]
    fn any_bytes_after_a_header(which in 0..8_usize, bytes in vec(any::<u8>(), 0..200)) {
        let order = ORDERS[which % 2];
        let mut file = match which / 2 {
            0 => Pcapng::ethernet(order).bytes,
            1 => Pcap::new(order, MICROSECONDS, 100, ETHERNET).bytes,
            2 => Pcap::new(order, MODIFIED, 0, ETHERNET).bytes,
            _ => vec![0x1f, 0x8b, 8, 0],
        };
        file.extend(bytes);
        copied(&file, 2);
    }

    #[test]
    fn damaged_captures(
        file in prop_oneof![pcapng(), pcap()],
        damage in vec((any::<Index>(), any::<u8>()), 1..6),
        cut in any::<Index>(),
    ) {
        let mut file = file;
        for (at, value) in damage {
            let at = at.index(file.len());
            file[at] = value;
        }
        let cut = cut.index(2 * file.len());
        file.truncate(cut);
        // A copy of what could be read can be read to its end.
        let copy = copied(&file, 2);
        prop_assert!(copy.is_empty() || each(&copy, |_| ()).is_ok());
    }

    #[test]
    fn an_unchanged_pcapng_file_is_copied_to_the_octet(file in pcapng()) {
        let mut whole = 0;
        let _fault = each(&file, |block| whole += block.raw.len());
        prop_assert_eq!(copied(&file, u64::MAX), &file[..whole]);
    }

    #[test]
    fn frames_stay_what_they_were(file in prop_oneof![pcapng(), pcap()], every in 1..4_u64) {
        let mut old = Vec::new();
        let _fault = each(&file, |block| {
            let simple = block.kind == Kind::SimplePacket;
            old.extend(block.frame.map(|frame| (Read::from(frame), simple)));
        });
        let new = frames(&copied(&file, every));
        prop_assert_eq!(old.len(), new.len());
        for ((old, simple), new) in old.into_iter().zip(new) {
            if !old.number.is_multiple_of(every) {
                prop_assert_eq!(&old, &new);
                continue;
            }
            prop_assert_eq!(&new.bytes, b"new");
            let grown = 3 - old.bytes.len() as i64;
            let original = (i64::from(old.original) + grown).clamp(0, u32::MAX.into());
            prop_assert_eq!(i64::from(new.original), original);
            prop_assert!(simple || new.time == old.time);
            prop_assert_eq!((new.link, new.interface), (old.link, old.interface));
        }
    }
}
