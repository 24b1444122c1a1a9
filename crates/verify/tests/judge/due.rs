//! What a request calls for: the order of the reasons, and that no bytes are too strange.

use proptest::prelude::*;
use verify::Due::{self, Either, Reply, Silence};
use verify::{Reason, due};

use crate::packets::{HOST, ping, seal, seal_header};

/// Changes a valid ping, recomputes both checksums, and expects a verdict.
fn check(change: impl FnOnce(&mut Vec<u8>), expect: Due) {
    let mut packet = ping();
    change(&mut packet);
    seal(&mut packet);
    assert_eq!(due(&HOST, &packet), expect, "{packet:02x?}");
}

#[test]
fn valid_requests() {
    check(|_| {}, Reply);
    check(|p| p[1] = 0xb8, Reply);
    check(|p| p[6] = 0xc0, Reply); // the reserved flag
    check(|p| p[8] = 0, Reply);
    check(|p| p.extend([0; 18]), Reply);
    check(|p| p[3] = 28, Reply); // the rest is padding
    check(|p| p[3] = 29, Reply);
}

#[test]
fn one_fault_each() {
    check(|p| p[0] = 0x65, Silence(Reason::Version));
    check(|p| p[0] = 0x44, Silence(Reason::Version));
    check(|p| p[3] = 85, Silence(Reason::Truncated));
    check(|p| p[3] = 27, Silence(Reason::Short));
    check(|p| p[2..4].fill(0), Silence(Reason::Short));
    check(|p| p[19] = 3, Silence(Reason::NotForMe));
    check(|p| p[16..20].copy_from_slice(&[10, 0, 0, 255]), Silence(Reason::NotForMe));
    check(|p| p[16..20].fill(255), Silence(Reason::NotForMe));
    for source in [[10, 0, 0, 1], [0, 0, 0, 0], [0, 9, 9, 9], [224, 0, 0, 1], [239, 1, 2, 3]] {
        check(|p| p[12..16].copy_from_slice(&source), Silence(Reason::Source));
    }
    for source in [[240, 0, 0, 1], [255; 4], [10, 0, 0, 255]] {
        check(|p| p[12..16].copy_from_slice(&source), Silence(Reason::Source));
    }
    check(|p| p[6] = 0x20, Silence(Reason::Fragment));
    check(|p| p[7] = 1, Silence(Reason::Fragment));
    check(|p| p[9] = 17, Silence(Reason::Protocol));
    check(|p| p[20] = 0, Silence(Reason::IcmpType));
    check(|p| p[21] = 1, Silence(Reason::IcmpType));
}

#[test]
fn wrong_checksums() {
    let mut packet = ping();
    packet[50] ^= 1;
    assert_eq!(due(&HOST, &packet), Silence(Reason::IcmpChecksum));
    packet[8] ^= 1;
    assert_eq!(due(&HOST, &packet), Silence(Reason::HeaderChecksum));
}

/// From the last fault to the first: each one added is the one named.
#[test]
fn earlier_faults_come_first() {
    let mut packet = ping();
    packet[20] = 13;
    seal(&mut packet);
    let mut expect = |change: fn(&mut Vec<u8>), seal_after: bool, reason| {
        change(&mut packet);
        if seal_after {
            seal_header(&mut packet);
        }
        assert_eq!(due(&HOST, &packet), Silence(reason));
    };
    expect(|_| {}, true, Reason::IcmpType);
    expect(|p| p[40] ^= 4, true, Reason::IcmpChecksum);
    expect(|p| p.truncate(83), true, Reason::Truncated);
    expect(|p| p[3] = 27, true, Reason::Short);
    expect(|p| p[9] = 6, true, Reason::Protocol);
    expect(|p| p[6] = 0x20, true, Reason::Fragment);
    expect(|p| p[12] = 0, true, Reason::Source);
    expect(|p| p[19] = 7, true, Reason::NotForMe);
    expect(|p| p[10] ^= 1, false, Reason::HeaderChecksum);
    expect(|p| p[3] = 13, false, Reason::Short);
    expect(|p| p.truncate(13), false, Reason::Short);
    expect(|p| p[3] = 14, false, Reason::Truncated);
    expect(|p| p[0] = 0x55, false, Reason::Version);
    expect(|p| p.truncate(1), false, Reason::Truncated);
}

/// Where the header itself is cut, the first word that is not whole names the reason: a promised
/// byte that is missing is worse than one that was never promised.
#[test]
fn truncated_or_short_at_each_word() {
    for total in 0..=84u8 {
        for length in 2..=84 {
            let mut packet = ping();
            packet[3] = total;
            packet.truncate(length);
            if length >= 20 {
                seal_header(&mut packet);
            }
            let (total, cut) = (usize::from(total), length);
            let word =
                [12, 14, 16, 18, 24, 26].into_iter().find(|at| at + 2 > total || at + 2 > cut);
            let expect = match word {
                _ if cut < 4 => Silence(Reason::Truncated),
                Some(at) if (at..at + 2).any(|o| cut <= o && o < total) => {
                    Silence(Reason::Truncated)
                }
                Some(_) => Silence(Reason::Short),
                None if total > cut => Silence(Reason::Truncated),
                None if total < 84 => Silence(Reason::IcmpChecksum),
                None => Reply,
            };
            assert_eq!(due(&HOST, &packet), expect, "total length {total}, {cut} bytes");
        }
    }
}

#[test]
fn every_single_bit_flip() {
    for bit in 0..672 {
        let mut packet = ping();
        packet[bit / 8] ^= 0x80 >> (bit % 8);
        let expect = match bit / 8 {
            0 => Reason::Version,
            1..20 => Reason::HeaderChecksum,
            _ => Reason::IcmpChecksum,
        };
        assert_eq!(due(&HOST, &packet), Silence(expect), "bit {bit}");
    }
}

#[test]
fn every_truncation() {
    for length in 0..84 {
        let verdict = due(&HOST, &ping()[..length]);
        assert_eq!(verdict, Silence(Reason::Truncated), "{length} bytes");
    }
}

#[test]
fn every_length_of_zeros_and_of_a_ping_with_room() {
    for length in 0..=65_535 {
        let expect = if length < 2 { Reason::Truncated } else { Reason::Version };
        assert_eq!(due(&HOST, &ZEROS[..length]), Silence(expect));
    }
}

static ZEROS: [u8; 65_535] = [0; 65_535];

#[test]
fn options_may_be_answered_when_all_else_is_well() {
    let mut packet = ping();
    packet.splice(20..20, [7, 7, 4, 0, 0, 0, 0, 0]);
    packet[0] = 0x47;
    packet[3] += 8;
    seal(&mut packet);
    assert_eq!(due(&HOST, &packet), Either(Reason::Version));
    for offset in 1..packet.len() {
        let mut faulty = packet.clone();
        faulty[offset] ^= 0x10;
        assert_eq!(due(&HOST, &faulty), Silence(Reason::Version), "byte {offset}");
        assert_eq!(due(&HOST, &packet[..offset.max(2)]), Silence(Reason::Version));
    }
}

#[test]
fn names_and_clauses() {
    for reason in Reason::ALL {
        assert_eq!(Reason::named(reason.name()), Some(reason));
        let json = serde_json::to_string(&reason).unwrap();
        assert_eq!(json, format!("\"{reason}\""));
        assert!(reason.clause().0 >= 768 && !reason.describe().is_empty());
    }
    assert_eq!(Reason::named("ttl"), None);
    let json = serde_json::to_string(&[Reply, Silence(Reason::NotForMe)]).unwrap();
    assert_eq!(json, r#"["reply",{"silence":"not-for-me"}]"#);
}

proptest! {
    #![proptest_config(crate::random::config(4096))]

    #[test]
    fn no_bytes_panic(
        first in prop_oneof![Just(0x45), 0x40..0x50u8, any::<u8>()],
        rest in prop::collection::vec(any::<u8>(), 0..200),
        sealed: bool,
    ) {
        let mut packet = [&[first], &rest[..]].concat();
        if sealed && packet.len() >= 20 {
            let length = packet.len() as u16;
            packet[2..4].copy_from_slice(&length.to_be_bytes());
            packet[16..20].copy_from_slice(&[10, 0, 0, 1]);
            seal(&mut packet);
        }
        let _ = due(&HOST, &packet);
    }
}
