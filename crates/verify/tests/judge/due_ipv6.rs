//! What IPv6 packets call for, one line a case (RFC 8200, RFC 4443, RFC 4861 section 7.1.1, RFC 6946, RFC 6980).

use verify::Due::{self, Either, Reply, Silence};
use verify::{Example, Host, Reason, due};

use crate::frames::*;

/// Changes a ping, mends its checksum, and says what is due.
fn ping_with(change: impl FnOnce(&mut Vec<u8>)) -> Due {
    let mut packet = ping_6();
    change(&mut packet);
    seal_6(&mut packet);
    due(&IP_HOST, &packet)
}

#[test]
fn headers() {
    assert_eq!(ping_with(|_| {}), Reply);
    assert_eq!(ping_with(|p| p[..4].copy_from_slice(&[0x6f, 0xff, 0xff, 0xff])), Reply);
    for hops in [0, 1, 255] {
        assert_eq!(ping_with(|p| p[7] = hops), Reply);
    }
    assert_eq!(ping_with(|p| p.extend([7; 9])), Reply);
    assert_eq!(ping_with(|p| p[5] = 8), Reply); // the rest is padding
    for length in [0, 1, 7, 18, 255] {
        assert_eq!(ping_with(|p| p[5] = length), Silence(Reason::Ipv6), "{length}");
    }
    let whole = ping_6();
    for length in 1..whole.len() {
        assert_eq!(due(&IP_HOST, &whole[..length]), Silence(Reason::Ipv6), "{length}");
    }
    // Ethernet says that it is IPv6, the packet that it is not.
    let mut other = ping_6();
    other[0] = 0x40;
    assert_eq!(due(&ETHERNET_HOST, &asked(0x86dd, &other)), Silence(Reason::Ipv6));
    let only_ipv4 = Host { ipv6: None, ..Example::IP_HOST };
    assert_eq!(due(&only_ipv4, &ping_6()), Silence(Reason::Version));
}

/// Of lengths that leave to somebody else where the packet ends, none is for us.
#[test]
fn payloads_without_a_length() {
    for next in [0, 6] {
        let payload = [&[58, 0, 1, 4, 0, 0, 0, 0][..], &ping_6()[40..]].concat();
        let mut packet = ipv6(next, 64, THEIR_6, OUR_6, &payload);
        seal_message(&mut packet, 48);
        packet[4..6].fill(0);
        assert_eq!(due(&IP_HOST, &packet), Silence(Reason::Ipv6), "next header {next}");
    }
    // Behind an extension header too, a message has eight bytes.
    let short = ipv6(60, 64, THEIR_6, OUR_6, &[58, 0, 1, 4, 0, 0, 0, 0, 128, 0, 0x82, 0x43]);
    assert_eq!(due(&IP_HOST, &short), Silence(Reason::Ipv6));
    // A header that is longer than the packet, before a protocol that nobody knows.
    let cut = ipv6(60, 64, THEIR_6, OUR_6, &[253, 1, 1, 4, 0, 0, 0, 0]);
    assert_eq!(due(&IP_HOST, &cut), Silence(Reason::Ipv6));
}

#[test]
fn destinations() {
    for group in [ALL_NODES, OUR_GROUP] {
        let to_group = ping_with(|p| p[24..40].copy_from_slice(&group));
        assert_eq!(to_group, Either(Reason::NotForMe), "{group:02x?}");
    }
    let mut other_group = OUR_GROUP;
    other_group[13] = 9;
    let others = [
        of_net(0xfd, 0, 9),
        of_net(0xfe, 0x80, 1),
        of_net(0xff, 2, 2),
        of_net(0xff, 1, 1),
        of_net(0xff, 5, 1),
        of_net(0xff, 2, 0xfb),
        other_group,
        NOBODY,
        of_net(0, 0, 1),
    ];
    for other in others {
        let expect = Silence(Reason::NotForMe);
        assert_eq!(ping_with(|p| p[24..40].copy_from_slice(&other)), expect, "{other:02x?}");
    }
}

#[test]
fn sources() {
    for source in [of_net(0x20, 1, 9), of_net(0xfe, 0x80, 2), of_net(0xfd, 0, 0)] {
        assert_eq!(ping_with(|p| p[8..24].copy_from_slice(&source)), Reply, "{source:02x?}");
    }
    for source in [OUR_6, NOBODY, of_net(0, 0, 1), ALL_NODES, of_net(0xff, 0x0e, 9)] {
        let expect = Silence(Reason::Source);
        assert_eq!(ping_with(|p| p[8..24].copy_from_slice(&source)), expect, "{source:02x?}");
    }
}

#[test]
fn messages() {
    assert_eq!(ping_with(|p| p[41] = 1), Silence(Reason::Icmpv6Type));
    // Errors, replies, listener queries and reports, what nobody knows.
    for kind in [0, 1, 2, 3, 4, 100, 127, 129, 130, 131, 132, 143, 200, 255] {
        assert_eq!(ping_with(|p| p[40] = kind), Silence(Reason::Icmpv6Type), "type {kind}");
    }
    for bit in 40 * 8..57 * 8 {
        let mut packet = ping_6();
        packet[bit / 8] ^= 0x80 >> (bit % 8);
        assert_eq!(due(&IP_HOST, &packet), Silence(Reason::Icmpv6Checksum), "bit {bit}");
    }
    // The pseudo-header counts too.
    let mut packet = ping_6();
    packet[23] ^= 8;
    assert_eq!(due(&IP_HOST, &packet), Silence(Reason::Icmpv6Checksum));
}

/// A ping behind those extension headers, the first of which has that number; the last must say 58.
fn behind(first: u8, headers: &[u8]) -> Due {
    behind_to(OUR_6, first, headers)
}

fn behind_to(to: [u8; 16], first: u8, headers: &[u8]) -> Due {
    let payload = [headers, &ping_6()[40..]].concat();
    let mut packet = ipv6(first, 64, THEIR_6, to, &payload);
    seal_message(&mut packet, 40 + headers.len());
    due(&IP_HOST, &packet)
}

const MALFORMED: Due = Silence(Reason::Ipv6);
/// A host that reads extension headers answers; one that does not, drops.
const LET_BE: Due = Either(Reason::Protocol);

#[test]
fn options_headers() {
    for header in [0, 60] {
        assert_eq!(behind(header, &[58, 0, 1, 4, 0, 0, 0, 0]), LET_BE, "padding");
        assert_eq!(behind(header, &[58, 0, 0, 0, 0, 0, 0, 0]), LET_BE, "padding octets");
        assert_eq!(behind(header, &[58, 0, 5, 2, 0, 0, 1, 0]), LET_BE, "router alert");
        assert_eq!(
            behind(header, &[58, 1, 0x1e, 12, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
            LET_BE
        );
        // The highest bits of an unknown option say what to do: 01 discards, 10 and 11 say so as well.
        assert_eq!(behind(header, &[58, 0, 0x5e, 4, 0, 0, 0, 0]), MALFORMED);
        for kind in [0x9e, 0xde, 0xc2, 0xc9] {
            let due = behind(header, &[58, 0, kind, 4, 0, 0, 0, 0]);
            assert_eq!(due, Either(Reason::Ipv6), "option {kind:02x}");
        }
        assert_eq!(behind(header, &[58, 0, 1, 5, 0, 0, 0, 0]), MALFORMED, "past the end");
        assert_eq!(behind(header, &[58, 9, 1, 4, 0, 0, 0, 0]), MALFORMED, "longer than the packet");
    }
    let both = [60, 0, 1, 4, 0, 0, 0, 0, 58, 0, 1, 4, 0, 0, 0, 0];
    assert_eq!(behind(0, &both), LET_BE);
    // Hop-by-hop options anywhere but first.
    let late = [0, 0, 1, 4, 0, 0, 0, 0, 58, 0, 1, 4, 0, 0, 0, 0];
    assert_eq!(behind(60, &late), Either(Reason::Ipv6));
    // Nothing is said to a group.
    let to_all = behind_to(ALL_NODES, 60, &[58, 0, 0xde, 4, 0, 0, 0, 0]);
    assert_eq!(to_all, MALFORMED);
}

/// What cannot be read is told of with its place, and no other.
#[test]
fn parameter_problems() {
    let late = [0, 0, 1, 4, 0, 0, 0, 0, 58, 0, 1, 4, 0, 0, 0, 0];
    let route = [&[58, 2, 253, 1, 0, 0, 0, 0][..], &THEIR_6].concat();
    for (first, headers, code, pointer) in [
        (60, &[58, 0, 1, 0, 0xde, 2, 0, 0][..], 2, 44),
        (0, &[58, 0, 0x9e, 4, 0, 0, 0, 0], 2, 42),
        (60, &late, 1, 40),
        (43, &route, 0, 42),
    ] {
        let payload = [headers, &ping_6()[40..]].concat();
        let mut request = ipv6(first, 64, THEIR_6, OUR_6, &payload);
        seal_message(&mut request, 40 + headers.len());
        let told = |code: u8, pointer: u32| {
            let message = [&[4, code, 0, 0][..], &pointer.to_be_bytes(), &request].concat();
            let mut reply = ipv6(58, 64, OUR_6, THEIR_6, &message);
            seal_message(&mut reply, 40);
            let judged = verify::judge(&IP_HOST, &request, Some(&reply));
            judged.iter().map(|finding| finding.rule.id).collect::<Vec<_>>()
        };
        assert!(told(code, pointer).is_empty(), "{:?}", told(code, pointer));
        assert_eq!(told(code, pointer + 1), ["icmpv6.undeliverable.pointer"]);
        assert_eq!(told((code + 1) % 3, pointer), ["icmpv6.undeliverable.code"]);
    }
}

#[test]
fn routing_headers() {
    for kind in [0, 2, 3, 4, 253] {
        let route = |left| [&[58, 2, kind, left, 0, 0, 0, 0][..], &THEIR_6].concat();
        assert_eq!(behind(43, &route(0)), LET_BE, "type {kind}");
        assert_eq!(behind(43, &route(1)), Either(Reason::Ipv6), "type {kind}");
    }
}

#[test]
fn fragments() {
    assert_eq!(
        behind(44, &[58, 0, 0, 0, 0, 0, 0, 9]),
        Either(Reason::Fragment),
        "the whole packet"
    );
    assert_eq!(behind(44, &[58, 7, 0, 6, 0, 0, 0, 9]), Either(Reason::Fragment), "reserved bits");
    for place in [[0, 1], [0, 8], [0, 9], [0xff, 0xf8]] {
        let header = [58, 0, place[0], place[1], 0, 0, 0, 9];
        assert_eq!(behind(44, &header), Silence(Reason::Fragment), "{place:?}");
    }
    let routed = [44, 0, 1, 4, 0, 0, 0, 0, 58, 0, 0, 0, 0, 0, 0, 9];
    assert_eq!(behind(60, &routed), Either(Reason::Fragment));
    // Neighbour discovery has none, not even of the whole packet.
    let payload = [&[58, 0, 0, 0, 0, 0, 0, 9][..], &soliciting(&[])].concat();
    let mut packet = ipv6(44, 255, THEIR_6, OUR_6, &payload);
    seal_message(&mut packet, 48);
    assert_eq!(due(&ETHERNET_HOST, &asked(0x86dd, &packet)), Silence(Reason::Neighbor));
}

#[test]
fn other_protocols() {
    let other = |next, to| due(&IP_HOST, &ipv6(next, 64, THEIR_6, to, &[0; 24]));
    assert_eq!(other(59, OUR_6), Silence(Reason::Protocol));
    assert_eq!(other(6, ALL_NODES), Silence(Reason::NotForMe));
    let deaf = Host::echo([10, 0, 0, 1].into(), None);
    let deaf = Host { ipv6: Example::IP_HOST.ipv6, ..deaf };
    for next in [6, 17, 1, 253] {
        let packet = ipv6(next, 64, THEIR_6, OUR_6, &[0; 24]);
        assert_eq!(due(&deaf, &packet), Silence(Reason::Protocol), "{next}");
    }
    assert_eq!(due(&deaf, &ping_6()), Reply);
}

/// Changes a solicitation and says what is due.
fn solicited(change: impl FnOnce(&mut Vec<u8>)) -> Due {
    changed(&solicitation(), change)
}

fn changed(frame: &[u8], change: impl FnOnce(&mut Vec<u8>)) -> Due {
    let mut packet = frame[14..].to_vec();
    change(&mut packet);
    seal_6(&mut packet);
    due(&ETHERNET_HOST, &[&frame[..14], &packet].concat())
}

const INVALID: Due = Silence(Reason::Neighbor);

#[test]
fn solicitations() {
    assert_eq!(solicited(|_| {}), Reply);
    assert_eq!(solicited(|p| p[24..40].copy_from_slice(&ALL_NODES)), Reply);
    assert_eq!(solicited(|p| p[24..40].copy_from_slice(&OUR_6)), Either(Reason::Ethernet));
    assert_eq!(solicited(|p| p[44..48].fill(0xff)), Reply, "reserved");
    assert_eq!(solicited(|p| p[64] = 99), Reply, "an unknown option");
    let alone = ipv6(58, 255, THEIR_6, OUR_6, &soliciting(&[]));
    assert_eq!(due(&ETHERNET_HOST, &asked(0x86dd, &alone)), Reply);
    // Where there are no stations, nobody needs to be asked.
    assert_eq!(due(&IP_HOST, &alone), Either(Reason::Neighbor));
}

#[test]
fn solicitations_with_a_fault() {
    for hops in [0, 64, 254] {
        assert_eq!(solicited(|p| p[7] = hops), Silence(Reason::HopLimit));
    }
    assert_eq!(solicited(|p| p[41] = 1), INVALID, "code");
    assert_eq!(solicited(|p| p[63] = 9), INVALID, "of somebody else");
    assert_eq!(solicited(|p| p[48..64].copy_from_slice(&OUR_GROUP)), INVALID, "of a group");
    assert_eq!(solicited(|p| p[65] = 0), INVALID, "an option without length");
    assert_eq!(solicited(|p| p[65] = 2), INVALID, "an option past the end");
    for length in 8..24 {
        assert_eq!(solicited(|p| p[5] = length), INVALID, "{length}");
    }
    assert_eq!(solicited(|p| p[5] = 24), Reply);
    assert_eq!(solicited(|p| p[8..24].copy_from_slice(&OUR_6)), Silence(Reason::Source));
    for kind in [133, 134, 136, 137] {
        assert_eq!(solicited(|p| p[40] = kind), INVALID, "type {kind}");
    }
}

#[test]
fn probes_for_duplicates() {
    assert_eq!(changed(&probe(), |_| {}), Reply);
    assert_eq!(changed(&probe(), |p| p[24..40].copy_from_slice(&ALL_NODES)), INVALID);
    assert_eq!(changed(&probe(), |p| p[24..40].copy_from_slice(&OUR_6)), INVALID);
    // From nobody, but with an address of a station.
    assert_eq!(solicited(|p| p[8..24].fill(0)), INVALID);
    assert_eq!(changed(&probe(), |p| p[63] = 9), INVALID);
}
