use super::name::{Flaw, Names};
use super::*;
use crate::hex;
use proptest::prelude::*;

/// A response: `example.com A`, answered by an alias and an address.
const RESPONSE: &str = "1234 8180 0001 0002 0000 0000 07 6578616d706c65 03 636f6d 00 0001 0001 \
    c00c 0005 0001 0000003c 0006 03777777 c00c  c029 0001 0001 0000003c 0004 c0000201";

fn message(text: &str) -> Vec<u8> {
    hex::parse(text).unwrap()
}

#[test]
fn header_and_entries() {
    let bytes = message(RESPONSE);
    let dns = Dns::new(&bytes).unwrap();
    assert_eq!((dns.id(), dns.is_response(), dns.opcode(), dns.rcode()), (0x1234, true, 0, 0));
    let entries: Vec<_> = dns.entries().map(Result::unwrap).collect();
    assert_eq!(entries.len(), 3);
    assert_eq!((entries[0].name.clone(), entries[0].kind), (12..25, kind::A));
    assert_eq!(
        (entries[1].kind, entries[1].ttl, entries[1].data.clone()),
        (kind::CNAME, 60, 41..47)
    );
    assert_eq!(entries[2].data, 59..63);
    assert_eq!(names_in(&bytes, &entries[1]), Ok([Some(41..47), None]));
    let mut names = Names::new(&bytes);
    assert_eq!(names.text(41).unwrap(), "www.example.com");
    assert_eq!(names.same(47, 41), Some(true));
    assert_eq!(names.same(12, 41), Some(false));
    assert_eq!(names.same(12, 29), Some(true));
}

#[test]
fn entries_end_where_the_message_does() {
    let bytes = message(RESPONSE);
    for length in HEADER_LEN..bytes.len() {
        let last = Dns::new(&bytes[..length]).unwrap().entries().last().unwrap();
        let broken = last.unwrap_err();
        let data = (Section::Answer, 1, Breach::Data(57..59, length - 59.min(length)));
        let expect = match length {
            12..29 => (Section::Question, 0, Breach::End),
            41..47 => (Section::Answer, 0, Breach::Data(39..41, length - 41)),
            29..41 => (Section::Answer, 0, Breach::End),
            47..59 => (Section::Answer, 1, Breach::End),
            _ => data,
        };
        assert_eq!((broken.section, broken.before, broken.why), expect, "{length}");
    }
}

#[test]
fn names_that_lead_nowhere() {
    let check = |tail: &str| {
        let mut bytes = vec![0; HEADER_LEN];
        bytes.extend(message(tail));
        Names::new(&bytes).check(bytes.len() - message(tail).len())
    };
    assert_eq!(check("0161 00"), Ok(()));
    assert_eq!(check("c00c"), Err(Flaw::NotPrior(12..14, 12)));
    assert_eq!(check("0161 c00c"), Err(Flaw::NotPrior(14..16, 12)));
    assert_eq!(check("0161 c0ff"), Err(Flaw::NotPrior(14..16, 255)));
    assert_eq!(check("0161 c00b"), Err(Flaw::Header(14..16, 11)));
    assert_eq!(check("4161"), Err(Flaw::LabelType(12)));
    assert_eq!(check("80"), Err(Flaw::LabelType(12)));
    assert_eq!(check("0261"), Err(Flaw::End));
    assert_eq!(check("c0"), Err(Flaw::End));
    let at = |text: &str, offset| Names::new(&message(text)).check(offset);
    let header = "000000000000000000000000";
    assert_eq!(at(&format!("{header} 40 c00c"), 13), Err(Flaw::NoName(13..15, 12)));
}

#[test]
fn names_of_255_octets_and_more() {
    let mut bytes = vec![0; HEADER_LEN];
    for _ in 0..3 {
        bytes.push(63);
        bytes.extend([b'a'; 63]);
    }
    let long = [&bytes[..], &[61], &[b'b'; 61], &[0]].concat();
    assert_eq!(Names::new(&long).check(HEADER_LEN), Ok(()));
    let longer = [&bytes[..], &[62], &[b'b'; 62], &[0]].concat();
    assert_eq!(Names::new(&longer).check(HEADER_LEN), Err(Flaw::Long));
    // A label more in front, by a pointer.
    let pointed = [&long[..], &[0xc0, 12], &[1, b'c', 0xc0, 12]].concat();
    assert_eq!(Names::new(&pointed).check(long.len()), Ok(()));
    assert_eq!(Names::new(&pointed).check(long.len() + 2), Err(Flaw::Long));
}

#[test]
fn the_budget_bounds_chains_of_pointers() {
    let mut bytes = vec![0; HEADER_LEN + 1];
    let mut last = HEADER_LEN;
    while bytes.len() < 0x3ffe {
        let next = bytes.len();
        bytes.extend([0xc0 | (last >> 8) as u8, last as u8]);
        last = next;
    }
    let mut names = Names::new(&bytes);
    assert_eq!(names.check(last), Ok(()));
    assert_eq!(names.check(last), Err(Flaw::Unread));
}

#[test]
fn text_is_escaped() {
    let bytes = message("000000000000000000000000 05 612e5c0722 00");
    assert_eq!(Names::new(&bytes).text(12).unwrap(), "a\\.\\\\\\007\"");
    assert_eq!(Names::new(&bytes).text(18).unwrap(), ".");
}

#[test]
fn names_of_types() {
    assert_eq!(kind_name(257), Some("CAA"));
    assert_eq!(kind_name(1), Some("A"));
    assert_eq!(kind_name(40_000), None);
}

proptest! {
    #[test]
    fn entries_lie_in_order_and_names_end(
        counts in prop::array::uniform4(prop_oneof![0..4_u16, any::<u16>()]),
        body in prop::collection::vec(prop_oneof![Just(0xc0), Just(0), Just(12), any::<u8>()], 0..300),
    ) {
        let counts = counts.map(u16::to_be_bytes).concat();
        let bytes = [&[0; 4], &counts[..], &body].concat();
        let dns = Dns::new(&bytes).unwrap();
        let mut names = Names::new(&bytes);
        let mut end = HEADER_LEN;
        for entry in dns.entries() {
            match entry {
                Ok(entry) => {
                    prop_assert_eq!(entry.name.start, end);
                    prop_assert!(entry.data.end <= bytes.len() && entry.name.end < entry.data.start);
                    end = entry.data.end;
                    let _ = (names.text(entry.name.start), names_in(&bytes, &entry));
                }
                Err(broken) => prop_assert!(broken.start == end && end <= bytes.len()),
            }
        }
        for offset in 0..bytes.len() {
            let _ = (names.check(offset), names.same(offset, offset / 2));
        }
    }
}
