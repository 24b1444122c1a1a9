//! What frames and ARP packets call for, one line a case (RFC 894, RFC 826, RFC 5227, RFC 1122 section 3.3.6).

use verify::Due::{self, Either, Reply, Silence};
use verify::{Reason, due};

use crate::frames::*;
use crate::packets::{ping, seal};

/// A frame with that ping and those addresses.
fn ping_to(station: [u8; 6], host: [u8; 4]) -> Due {
    let mut packet = ping();
    packet[16..20].copy_from_slice(&host);
    seal(&mut packet);
    due(&ETHERNET_HOST, &ether(station, THEIRS, 0x0800, &packet))
}

fn ping_6_to(station: [u8; 6], node: [u8; 16]) -> Due {
    let mut packet = ping_6();
    packet[24..40].copy_from_slice(&node);
    seal_6(&mut packet);
    due(&ETHERNET_HOST, &ether(station, THEIRS, 0x86dd, &packet))
}

const ETHERNET: Due = Silence(Reason::Ethernet);

#[test]
fn frames_for_us_and_for_others() {
    assert_eq!(ping_to(OURS, [10, 0, 0, 1]), Reply);
    assert_eq!(ping_to(OURS, [10, 0, 0, 9]), Silence(Reason::NotForMe));
    for other in [[2, 0, 0, 0, 0, 9], [0; 6], [2, 0, 0, 0, 1, 1], [1, 0, 0x5e, 0, 0, 1]] {
        assert_eq!(ping_to(other, [10, 0, 0, 1]), ETHERNET, "{other:02x?}");
    }
    // What goes to all stations goes to all hosts, which ping in vain.
    assert_eq!(ping_to(ALL, [10, 0, 0, 1]), ETHERNET);
    assert_eq!(ping_to(ALL, [10, 0, 0, 9]), ETHERNET);
    for host in [[255; 4], [10, 0, 0, 255], [224, 0, 0, 1]] {
        assert_eq!(ping_to(ALL, host), Silence(Reason::NotForMe), "{host:?}");
    }
    assert_eq!(ping_to([1, 0, 0x5e, 0, 0, 1], [224, 0, 0, 1]), ETHERNET);
    assert_eq!(ping_to([0x33, 0x33, 0, 0, 0, 1], [10, 0, 0, 1]), ETHERNET);
}

#[test]
fn groups_of_stations_that_we_are_in() {
    let (all, group) = ([0x33, 0x33, 0, 0, 0, 1], [0x33, 0x33, 0xff, 0, 0, 1]);
    for (station, node) in [(all, ALL_NODES), (group, OUR_GROUP), (OURS, ALL_NODES)] {
        assert_eq!(ping_6_to(station, node), Either(Reason::NotForMe), "{station:02x?}");
    }
    assert_eq!(ping_6_to(OURS, OUR_6), Reply);
    // No clause of IPv6 forbids to answer what went to more stations than one.
    assert_eq!(ping_6_to(group, OUR_6), Either(Reason::Ethernet));
    assert_eq!(ping_6_to(ALL, OUR_6), Either(Reason::Ethernet));
    for other in
        [[0x33, 0x33, 0, 0, 0, 2], [0x33, 0x33, 0xff, 0, 0, 2], [0x33, 0x33, 0, 0, 0, 0xfb]]
    {
        assert_eq!(ping_6_to(other, ALL_NODES), ETHERNET, "{other:02x?}");
    }
}

#[test]
fn types_sources_and_lengths() {
    let frame = |source, kind| due(&ETHERNET_HOST, &ether(OURS, source, kind, &ping()));
    assert_eq!(frame(THEIRS, 0x0800), Reply);
    // A VLAN tag, a service tag, LLDP, a length, MPLS.
    for kind in [0x8100, 0x88a8, 0x88cc, 84, 0x8847, 0] {
        assert_eq!(frame(THEIRS, kind), ETHERNET, "{kind:04x}");
    }
    let tagged = [&[0, 1, 8, 0][..], &ping()].concat();
    assert_eq!(due(&ETHERNET_HOST, &asked(0x8100, &tagged)), ETHERNET);
    let snap = [&[0xaa, 0xaa, 3, 0, 0, 0, 8, 0][..], &ping()].concat();
    assert_eq!(due(&ETHERNET_HOST, &asked(92, &snap)), ETHERNET);
    for source in [OURS, ALL, [3, 0, 0, 0, 0, 2], [1, 0, 0x5e, 0, 0, 1]] {
        assert_eq!(frame(source, 0x0800), ETHERNET, "{source:02x?}");
    }
    assert_eq!(frame([0; 6], 0x0800), Reply);
    let whole = asked(0x0800, &ping());
    for length in 0..whole.len() {
        let expect = if length < 14 { Reason::Ethernet } else { Reason::Truncated };
        assert_eq!(due(&ETHERNET_HOST, &whole[..length]), Silence(expect), "{length}");
    }
    assert_eq!(due(&ETHERNET_HOST, &[&whole[..], &[7; 30]].concat()), Reply);
}

/// Changes a request for our address.
fn arp(change: impl FnOnce(&mut Vec<u8>)) -> Due {
    let mut frame = arp_request();
    change(&mut frame);
    due(&ETHERNET_HOST, &frame)
}

const ARP: Due = Silence(Reason::Arp);

#[test]
fn requests_for_our_address() {
    assert_eq!(arp(|_| {}), Reply);
    // A probe; a request to us alone; what stands in the field that is asked for; padding.
    assert_eq!(arp(|f| f[28..32].fill(0)), Reply);
    assert_eq!(arp(|f| f[..6].copy_from_slice(&OURS)), Reply);
    assert_eq!(arp(|f| f[32..38].fill(0xff)), Reply);
    assert_eq!(arp(|f| f.extend([0; 18])), Reply);
    // Who asks need not be the station that sends.
    assert_eq!(arp(|f| f[27] = 9), Reply);
    assert_eq!(arp(|f| f[31] = 9), Reply);
    for sender in [[224, 0, 0, 1], [255; 4], [10, 0, 0, 255]] {
        assert_eq!(arp(|f| f[28..32].copy_from_slice(&sender)), Either(Reason::Arp), "{sender:?}");
    }
}

#[test]
fn no_requests_for_our_address() {
    // For somebody else, or an announcement of theirs.
    assert_eq!(arp(|f| f[41] = 9), ARP);
    assert_eq!(arp(|f| f[41] = 2), ARP);
    // Who claims our address asks for nothing: a conflict, an announcement of it.
    assert_eq!(arp(|f| f[31] = 1), ARP);
    assert_eq!(arp(|f| f[22] = 3), ARP); // a group of stations
    for (offset, values) in [(14, [1, 0xff]), (15, [0, 6]), (16, [0, 0x86]), (17, [6, 0xdd])] {
        for value in values {
            assert_eq!(arp(|f| f[offset] = value), ARP, "byte {offset} = {value}");
        }
    }
    for (offset, values) in [(18, [0, 8]), (19, [0, 16]), (20, [1, 2]), (21, [0, 2])] {
        for value in values {
            assert_eq!(arp(|f| f[offset] = value), ARP, "byte {offset} = {value}");
        }
    }
    for length in 14..42 {
        assert_eq!(arp(|f| f.truncate(length)), ARP, "{length}");
    }
    assert_eq!(arp(|f| f[..6].copy_from_slice(&[0x33, 0x33, 0, 0, 0, 1])), ETHERNET);
    assert_eq!(due(&IP_HOST, &arp_request()), Silence(Reason::Version));
}
