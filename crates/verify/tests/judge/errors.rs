//! ICMP errors, how many of them, messages of one's own, and what a timer may bring about.

use std::time::Duration;

use verify::{Occasion, Session, admit, admit_silence};

use crate::datagrams::{FROM_US, FROM_US_6, HOST, TO_US, TO_US_6, error, icmp, packet, udp};
use crate::messages::{CLIENT, response};
use crate::services::{bad, good};

#[test]
fn errors() {
    let closed = udp(TO_US, (CLIENT, 9), b"ping");
    good(&closed, &error(FROM_US, (3, 3), 0, &closed));
    good(&closed, &error(FROM_US, (3, 3), 0, &closed[..28]));
    bad(&closed, &error(FROM_US, (3, 3), 0, &closed[..27]), "icmp.error.quote");
    bad(&closed, &error(FROM_US, (11, 1), 0, &closed), "icmp.undeliverable.type");
    for code in [0, 1, 2, 13] {
        bad(&closed, &error(FROM_US, (3, code), 0, &closed), "icmp.undeliverable.code");
    }
    bad(&closed, &error(FROM_US, (3, 3), 1, &closed), "icmp.unused");
    bad(&closed, &error(FROM_US, (3, 3), 8 << 16, &closed), "icmp.undeliverable.length");
    let longer = [&closed[..], &[0; 4]].concat();
    bad(&closed, &error(FROM_US, (3, 3), 0, &longer), "icmp.undeliverable.quote");
    for at in [1, 5, 8, 10, 15, 22, 27, 31] {
        let mut quote = closed.clone();
        quote[at] ^= 1;
        bad(&closed, &error(FROM_US, (3, 3), 0, &quote), "icmp.undeliverable.quote");
    }
    let long = udp(TO_US, (CLIENT, 9), &[7; 600]);
    good(&long, &error(FROM_US, (3, 3), 0, &long[..548]));
    bad(&long, &error(FROM_US, (3, 3), 0, &long[..549]), "icmp.error.size");
    let unknown = packet(TO_US, 200, b"pingping");
    good(&unknown, &error(FROM_US, (3, 2), 0, &unknown));
    bad(&unknown, &error(FROM_US, (3, 3), 0, &unknown), "icmp.undeliverable.code");
    bad(&closed, &icmp(FROM_US, &[0, 0, 0, 0, 0, 0, 0, 0]), "icmp.undeliverable.type");
    assert!(admit_silence(&HOST, &closed).is_ok());
}

#[test]
fn errors_of_ipv6() {
    let closed = udp(TO_US_6, (CLIENT, 9), b"ping");
    good(&closed, &error(FROM_US_6, (1, 4), 0, &closed));
    bad(&closed, &error(FROM_US_6, (3, 0), 0, &closed), "icmpv6.undeliverable.type");
    bad(&closed, &error(FROM_US_6, (4, 1), 6, &closed), "icmpv6.undeliverable.type");
    for code in [0, 1, 3, 5] {
        bad(&closed, &error(FROM_US_6, (1, code), 0, &closed), "icmpv6.undeliverable.code");
    }
    bad(&closed, &error(FROM_US_6, (1, 4), 1, &closed), "icmpv6.unused");
    bad(&closed, &error(FROM_US_6, (1, 4), 0, &closed[..40]), "icmpv6.error.quote");
    for at in [1, 7, 20, 30, 41, 46, 51] {
        let mut quote = closed.clone();
        quote[at] ^= 1;
        bad(&closed, &error(FROM_US_6, (1, 4), 0, &quote), "icmpv6.undeliverable.quote");
    }
    let long = udp(TO_US_6, (CLIENT, 9), &[7; 1400]);
    good(&long, &error(FROM_US_6, (1, 4), 0, &long[..1232]));
    bad(&long, &error(FROM_US_6, (1, 4), 0, &long[..1233]), "icmpv6.error.size");
    bad(&long, &error(FROM_US_6, (1, 4), 0, &long[..1000]), "icmpv6.error.quote");
    let unknown = packet(TO_US_6, 200, b"pingping");
    good(&unknown, &error(FROM_US_6, (4, 1), 6, &unknown));
    bad(&unknown, &error(FROM_US_6, (4, 1), 40, &unknown), "icmpv6.undeliverable.pointer");
    bad(&unknown, &error(FROM_US_6, (4, 2), 6, &unknown), "icmpv6.undeliverable.code");
    bad(&unknown, &error(FROM_US_6, (1, 4), 0, &unknown), "icmpv6.undeliverable.type");
}

/// What Linux 6 replies to a datagram at a closed port and to one of an unknown protocol, over IPv4 and IPv6,
/// recorded.
const LINUX: [(&str, &str); 4] = [
    (
        "4500002082a540004011a4250a0000020a000001e68e0009000c144b78787878",
        "45c0003c2e340000400137cb0a0000010a0000020303111d000000004500002082a540004011a4250a0000020a000001e68e0009000c144b78787878",
    ),
    (
        "4500002c617b400040c8c48c0a0000020a00000170696e6770696e6770696e6770696e6770696e6770696e67",
        "45c00048304e0000400135a50a0000010a0000020302c418000000004500002c617b400040c8c48c0a0000020a00000170696e6770696e6770696e6770696e6770696e6770696e67",
    ),
    (
        "600b0f29000c1140fd000000000000000000000000000002fd000000000000000000000000000001b9750009000c5b6278787878",
        "6008dcdc003c3a40fd000000000000000000000000000001fd0000000000000000000000000000020104841d00000000600b0f29000c1140fd000000000000000000000000000002fd000000000000000000000000000001b9750009000c5b6278787878",
    ),
    (
        "600b41e50018c840fd000000000000000000000000000002fd00000000000000000000000000000170696e6770696e6770696e6770696e6770696e6770696e67",
        "6002f50700483a40fd000000000000000000000000000001fd0000000000000000000000000000020401643e00000006600b41e50018c840fd000000000000000000000000000002fd00000000000000000000000000000170696e6770696e6770696e6770696e6770696e6770696e67",
    ),
];

#[test]
fn errors_of_another_stack() {
    let octets = |text: &str| -> Vec<u8> {
        let digits = text.as_bytes().chunks(2).map(|two| std::str::from_utf8(two).unwrap());
        digits.map(|two| u8::from_str_radix(two, 16).unwrap()).collect()
    };
    for (request, reply) in LINUX {
        good(&octets(request), &octets(reply));
    }
}

/// The pointer leads to the header before what is not known.
#[test]
fn the_pointer_behind_extension_headers() {
    let options = [200, 0, 1, 4, 0, 0, 0, 0];
    let one = packet(TO_US_6, 60, &[&options[..], b"pingping"].concat());
    good(&one, &error(FROM_US_6, (4, 1), 40, &one));
    bad(&one, &error(FROM_US_6, (4, 1), 6, &one), "icmpv6.undeliverable.pointer");
    let longer = [60, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let two = packet(TO_US_6, 0, &[&longer[..], &options, b"pingping"].concat());
    good(&two, &error(FROM_US_6, (4, 1), 56, &two));
    bad(&two, &error(FROM_US_6, (4, 1), 40, &two), "icmpv6.undeliverable.pointer");
}

#[test]
fn protocols_of_ones_own() {
    let request = icmp(TO_US, &[253, 0, 0, 0, 1, 2, 3, 4]);
    for kind in [253, 254, 44, 200] {
        let reply = icmp(FROM_US, &[kind, 3, 0, 0, 5, 6, 7, 8, 9]);
        assert!(admit(&HOST, &request, reply).is_ok(), "{kind}");
    }
    for kind in [0, 3, 4, 5, 8, 11, 12, 13, 14, 42] {
        bad(&request, &icmp(FROM_US, &[kind, 0, 0, 0, 5, 6, 7, 8]), "icmp.own.type");
    }
    let mut damaged = icmp(FROM_US, &[253, 0, 0, 0, 5, 6, 7, 8]);
    damaged[22] ^= 1;
    bad(&request, &damaged, "icmp.checksum");
    assert!(admit_silence(&HOST, &request).is_ok());
}

/// Fifty at once, then ten a second.
#[test]
fn errors_are_few() {
    let closed = [udp(TO_US, (CLIENT, 9), b"ping"), udp(TO_US_6, (CLIENT, 9), b"ping")];
    let errors = [error(FROM_US, (3, 3), 0, &closed[0]), error(FROM_US_6, (1, 4), 0, &closed[1])];
    let mut session = Session::new(HOST);
    let mut now = Duration::from_secs(100);
    for turn in 0..50 {
        let (request, reply) = (&closed[turn % 2], &errors[turn % 2]);
        let occasion = Occasion::Packet(request);
        assert!(session.judge(now, occasion, Some(reply)).is_empty(), "{turn}");
        session.settle(now, occasion, Some(reply));
    }
    let rules = |session: &Session, now| {
        [0, 1].map(|i| {
            let found = session.judge(now, Occasion::Packet(&closed[i]), Some(&errors[i]));
            found.first().map(|finding| finding.rule.id)
        })
    };
    assert_eq!(rules(&session, now), [Some("icmp.error.rate"), Some("icmpv6.error.rate")]);
    let (six, error) = (Occasion::Packet(&closed[1]), &errors[1]);
    assert!(session.admit(now, six, error.clone()).is_err(), "a MUST of RFC 4443");
    assert!(session.admit(now, Occasion::Packet(&closed[0]), errors[0].clone()).is_ok());
    assert!(session.admit_silence(now, six).is_ok());
    now += Duration::from_millis(99);
    assert!(rules(&session, now).iter().all(Option::is_some));
    now += Duration::from_millis(1);
    assert_eq!(rules(&session, now), [None, None]);
    // Silence and replies of other kinds cost nothing.
    session.settle(now, six, None);
    let echo = udp(TO_US, (CLIENT, 7), b"ping");
    session.settle(now, Occasion::Packet(&echo), Some(&udp(FROM_US, (7, CLIENT), b"ping")));
    assert_eq!(rules(&session, now), [None, None]);
    session.settle(now, six, Some(error));
    assert!(rules(&session, now).iter().all(Option::is_some));
}

/// Only those protocols speak again that have something to say by themselves.
#[test]
fn timers() {
    let session = Session::new(HOST);
    let now = Duration::from_secs(1);
    let go = |request: &[u8], reply: &[u8]| {
        session.admit(now, Occasion::Timer(request), reply.to_vec()).is_ok()
    };
    let clock = udp(TO_US, (CLIENT, 4000), b"every second");
    assert!(go(&clock, &udp(FROM_US, (4000, CLIENT), b"tick")));
    assert!(!go(&clock, &udp(FROM_US, (4000, CLIENT + 1), b"tick")));
    let own = icmp(TO_US, &[253, 0, 0, 0, 1, 2, 3, 4]);
    assert!(go(&own, &icmp(FROM_US, &[253, 0, 0, 0, 4, 3, 2, 1])));
    let closed = udp(TO_US, (CLIENT, 9), b"ping");
    assert!(!go(&closed, &error(FROM_US, (3, 3), 0, &closed)));
    let ping = icmp(TO_US, &[8, 0, 0, 0, 0, 1, 0, 1]);
    assert!(!go(&ping, &icmp(FROM_US, &[0, 0, 0, 0, 0, 1, 0, 1])));
    let response = udp(TO_US, (CLIENT, 53), &response());
    assert!(!go(&response, &udp(FROM_US, (53, CLIENT), b"tick")));
    for request in [&clock, &own, &closed, &ping] {
        assert!(session.admit_silence(now, Occasion::Timer(request)).is_ok());
    }
}
