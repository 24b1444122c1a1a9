//! What the two examples of a rule do not show: boundaries, and what must not be found.

use wire::Packet;

use super::super::icmp::tests::{found, judged, patched};
use super::{error, field};
use crate::Severity;

/// Where the message begins, and the quoted packet's destination.
const MESSAGE: usize = 40;
const QUOTED_DESTINATION: usize = MESSAGE + 8 + 24;

#[test]
fn errors_about_a_multicast() {
    let about = |kind: u8, code: u8, second: u32| {
        let second = second.to_be_bytes();
        let patches: [(usize, &[u8]); 3] =
            [(MESSAGE, &[kind, code]), (MESSAGE + 4, &second), (QUOTED_DESTINATION, &[0xff])];
        found(&error::ABOUT_MULTICAST, &patches)
    };
    // The quoted packet of 52 octets is smaller than any MTU.
    assert_eq!(about(2, 0, 1280), [("icmpv6.mtu.quoted", Severity::Warning)]);
    assert_eq!(about(4, 2, 42), []);
    assert_eq!(about(4, 1, 6), [("icmpv6.error.about_multicast", Severity::Error)]);
    assert_eq!(about(1, 4, 0), [("icmpv6.error.about_multicast", Severity::Error)]);
}

#[test]
fn codes_of_newer_rfcs() {
    for code in 0..=9 {
        assert_eq!(found(&error::QUOTE, &[(MESSAGE + 1, &[code])]), []);
    }
    for code in 0..=10 {
        assert_eq!(found(&field::POINTER, &[(MESSAGE + 1, &[code])]), []);
    }
}

#[test]
fn mtus() {
    let mtu = |mtu: u32| found(&field::MTU, &[(MESSAGE + 4, &mtu.to_be_bytes())]);
    assert_eq!(mtu(1279), [("icmpv6.mtu", Severity::Error)]);
    assert_eq!((mtu(1280), mtu(1447)), (vec![], vec![]));
    assert_eq!(mtu(1448), [("icmpv6.mtu.quoted", Severity::Warning)]);
}

#[test]
fn a_pointer_may_point_past_what_is_quoted() {
    let problem = |pointer: u32| {
        let patches: [(usize, &[u8]); 2] =
            [(MESSAGE, &[4, 0]), (MESSAGE + 4, &pointer.to_be_bytes())];
        found(&field::MTU, &patches)
    };
    assert_eq!(problem(1447), []);
    assert_eq!(problem(1448), [("icmpv6.pointer", Severity::Error)]);
}

/// The most that can be quoted, less what a count in words of eight octets leaves over.
#[test]
fn as_much_as_possible() {
    let quoting = |octets: usize| {
        let payload = (8 + octets) as u16;
        let (_, frame) = patched(&field::MTU, &[(4, &payload.to_be_bytes())]);
        judged(&Packet::ip(&frame[..48 + octets]))
    };
    assert_eq!((quoting(1232), quoting(1225)), (vec![], vec![]));
    assert_eq!(quoting(1224), [("icmpv6.error.quote", Severity::Warning)]);
    assert_eq!(quoting(39), [("icmpv6.error.quote", Severity::Error)]);
}

#[test]
fn types_without_eight_octets() {
    let (_, frame) = patched(&super::CHECKSUM, &[(4, &[0, 4]), (MESSAGE, &[155, 0])]);
    assert_eq!(judged(&Packet::ip(&frame[..44])), []);
}
