//! Replies of open ports and errors: sound ones go through, and one wrong field at a time is vetoed by its rule.

use std::net::Ipv4Addr;
use std::time::Duration;

use proptest::prelude::*;
use verify::{Occasion, RULES, Session, admit, admit_silence, judge};

use crate::datagrams::{
    FROM_US, FROM_US_6, HOST, Path, THEM, TO_US, TO_US_6, US, error, icmp, packet, seal, start, udp,
};
use crate::messages::{
    CLIENT, Dhcp, LEASED, NAME, answers, asks, dhcp_request, dns, inform, query, question, record,
    response,
};
use crate::random::config;

/// Sound, without a remark.
fn good(request: &[u8], reply: &[u8]) {
    let findings = judge(&HOST, request, Some(reply));
    assert!(findings.is_empty(), "{findings:?}");
}

/// Vetoed, by that rule among others.
fn bad(request: &[u8], reply: &[u8], rule: &str) {
    let findings = judge(&HOST, request, Some(reply));
    let names: Vec<_> = findings.iter().map(|finding| finding.rule.id).collect();
    assert!(names.contains(&rule), "{rule}: {findings:?}");
    let row = RULES.iter().find(|row| row.id == rule).unwrap();
    assert_eq!(admit(&HOST, request, reply.to_vec()).is_err(), row.level.vetoes(), "{rule}");
}

/// The reply with one octet of what IP carries set, and sealed.
fn with(reply: &[u8], at: usize, value: u8) -> Vec<u8> {
    let mut reply = reply.to_vec();
    let start = start(&reply);
    reply[start + at] = value;
    seal(&mut reply);
    reply
}

#[test]
fn echoes() {
    for (there, back) in [(TO_US, FROM_US), (TO_US_6, FROM_US_6)] {
        for data in [&b""[..], b"ping", &[7; 1000]] {
            let request = udp(there, (CLIENT, 7), data);
            good(&request, &udp(back, (7, CLIENT), data));
            assert!(admit_silence(&HOST, &request).is_err());
            let silence = judge(&HOST, &request, None);
            assert_eq!(silence[0].rule.id, "udp.echo.unanswered");
        }
        let request = udp(there, (CLIENT, 7), b"ping");
        bad(&request, &udp(back, (8, CLIENT), b"ping"), "udp.reply.source_port");
        bad(&request, &udp(back, (7, CLIENT + 1), b"ping"), "udp.reply.destination_port");
        for data in [&b"pint"[..], b"pin", b"pings", b""] {
            bad(&request, &udp(back, (7, CLIENT), data), "udp.echo.data");
        }
        let mut none = udp(back, (7, CLIENT), b"ping");
        let at = start(&none) + 6;
        none[at..at + 2].fill(0);
        match there {
            Path::Four(..) => good(&request, &none),
            Path::Six(..) => bad(&request, &none, "udp.checksum.missing"),
        }
        good(&udp(there, (CLIENT, 4000), b"hello"), &udp(back, (4000, CLIENT), b"who is there?"));
    }
}

/// What UDP says of itself is right whatever octet of it changes.
#[test]
fn every_changed_octet_of_an_echo_is_vetoed() {
    for (there, back) in [(TO_US, FROM_US), (TO_US_6, FROM_US_6)] {
        let (request, reply) = (udp(there, (CLIENT, 7), b"ping"), udp(back, (7, CLIENT), b"ping"));
        for at in (0..6).chain(8..12) {
            for bit in 0..8 {
                let original = reply[start(&reply) + at];
                let mutant = with(&reply, at, original ^ 1 << bit);
                assert!(admit(&HOST, &request, mutant).is_err(), "octet {at}, bit {bit}");
            }
        }
    }
}

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
fn responses() {
    let request = asks(&query());
    let one = question(NAME, 1, 1);
    let address = record(&[0xc0, 12], 1, 1, &[192, 0, 2, 1]);
    let of = |flags, list: &[&[u8]]| answers(&dns(0x1234, flags, [&[&one], list, &[]]));
    assert_eq!(judge(&HOST, &request, None)[0].rule.id, "dns.response.unanswered");
    good(&request, &answers(&response()));
    for rcode in 0..=10 {
        good(&request, &of(0x8100 | rcode, &[]));
    }
    for rcode in 12..=15 {
        bad(&request, &of(0x8100 | rcode, &[]), "dns.response.rcode");
    }
    for rcode in 1..=5 {
        bad(&request, &of(0x8100 | rcode, &[&address]), "dns.response.error");
    }
    good(&request, &of(0x8503, &[&record(&[0xc0, 12], 5, 1, b"\x03www\xc0\x0c")]));
    let uncounted = dns(0x1234, 0x8500, [&[&one], &[], &[]]);
    bad(&request, &answers(&[&uncounted[..], &address].concat()), "dns.response.counts");
    bad(&request, &of(0x0100, &[]), "dns.response.qr");
    bad(&request, &of(0x8000, &[]), "dns.response.rd");
    bad(&request, &of(0x8140, &[]), "dns.z");
    bad(&request, &of(0x9100, &[]), "dns.response.opcode");
    bad(&request, &of(0x8505, &[]), "dns.response.aa");
    bad(&request, &of(0x8700, &[&address]), "dns.response.truncated");
    good(&request, &of(0x8700, &[]));
    let other = dns(0x1235, 0x8500, [&[&one], &[&address], &[]]);
    bad(&request, &answers(&other), "dns.response.id");
    bad(&request, &answers(&dns(0x1234, 0x8500, [&[], &[], &[]])), "dns.response.question");
    good(&request, &answers(&dns(0x1234, 0x8101, [&[], &[], &[]])));
    for name in [&b"\x07exampla\x03com\0"[..], b"\x07Example\x03com\0", b"\0"] {
        let asked = question(name, 1, 1);
        let reply = answers(&dns(0x1234, 0x8500, [&[&asked], &[], &[]]));
        bad(&request, &reply, "dns.response.question");
    }
    for asked in [question(NAME, 28, 1), question(NAME, 1, 3)] {
        let reply = answers(&dns(0x1234, 0x8500, [&[&asked], &[], &[]]));
        bad(&request, &reply, "dns.response.question");
    }
    for length in 1..12 {
        bad(&request, &answers(&response()[..length]), "dns.header");
    }
    bad(&request, &answers(&[]), "dns.response.header");
}

#[test]
fn records() {
    let request = asks(&query());
    let one = question(NAME, 1, 1);
    let of = |list: &[&[u8]]| answers(&dns(0x1234, 0x8500, [&[&one], list, &[]]));
    let octets = [192, 0, 2, 1];
    let here = [0xc0, 12];
    let (plain, spelt) = (record(&here, 1, 1, &octets), record(NAME, 1, 1, &octets));
    good(&request, &of(&[&plain, &spelt]));
    let upper = record(b"\x07EXAMPLE\xc0\x14", 1, 1, &octets);
    good(&request, &of(&[&upper]));
    for other in [&b"\x03www\xc0\x0c"[..], &[0xc0, 20], b"\0"] {
        let reply = of(&[&plain, &record(other, 1, 1, &octets)]);
        bad(&request, &reply, "dns.response.owner");
    }
    // The alias is at 29, its target at 41.
    let alias = record(&here, 5, 1, b"\x03www\xc0\x0c");
    let target = record(&[0xc0, 41], 1, 1, &octets);
    good(&request, &of(&[&alias]));
    good(&request, &of(&[&alias, &target]));
    let second = record(&[0xc0, 41], 5, 1, b"\x03ftp\xc0\x0c");
    good(&request, &of(&[&alias, &second, &record(b"\x03ftp\xc0\x0c", 1, 1, &octets)]));
    bad(&request, &of(&[&alias, &record(b"\x03ftp\xc0\x0c", 1, 1, &octets)]), "dns.response.owner");
    bad(&request, &of(&[&record(&here, 28, 1, &[1; 16])]), "dns.response.type");
    bad(&request, &of(&[&record(&here, 1, 3, &octets)]), "dns.response.class");
    let any = question(NAME, 255, 255);
    let everything = answers(&dns(0x1234, 0x8500, [&[&any], &[&plain], &[]]));
    good(&asks(&dns(0x1234, 0x0100, [&[&any], &[], &[]])), &everything);
}

/// RFC 6891 sections 6.2.3 and 7.
#[test]
fn extensions_of_dns() {
    let (text, here) = (question(NAME, 16, 1), [0xc0, 12]);
    let opt = |size| [&[0][..], &question(&[], 41, size), &[0; 6]].concat();
    let edns = |size: u16| asks(&dns(0x1234, 0x0100, [&[&text], &[], &[&opt(size)]]));
    let plain = asks(&dns(0x1234, 0x0100, [&[&text], &[], &[]]));
    let words = |count: usize| {
        let strings = [&[249][..], &[b'x'; 249]].concat();
        (0..count).map(|_| record(&here, 16, 1, &strings)).collect::<Vec<_>>()
    };
    let reply = |count: usize, additional: &[&[u8]]| {
        let list = words(count);
        let list: Vec<&[u8]> = list.iter().map(Vec::as_slice).collect();
        answers(&dns(0x1234, 0x8500, [&[&text], &list, additional]))
    };
    good(&plain, &reply(1, &[]));
    bad(&plain, &reply(1, &[&opt(1232)]), "dns.response.opt");
    bad(&plain, &reply(2, &[]), "dns.response.size");
    good(&edns(1232), &reply(1, &[&opt(1232)]));
    good(&edns(1232), &reply(4, &[&opt(1232)]));
    bad(&edns(1232), &reply(5, &[&opt(1232)]), "dns.response.size");
    bad(&edns(512), &reply(2, &[&opt(1232)]), "dns.response.size");
    bad(&edns(100), &reply(2, &[&opt(1232)]), "dns.response.size");
    good(&edns(100), &reply(1, &[&opt(1232)]));
}

/// Of what cannot be read, a server says that, or nothing.
#[test]
fn queries_that_cannot_be_read() {
    let one = question(NAME, 1, 1);
    let two = dns(0x1234, 0x0100, [&[&one, &one], &[], &[]]);
    let circle = dns(0x1234, 0x0100, [&[&question(&[0xc0, 12], 1, 1)], &[], &[]]);
    for query in [&two[..], &circle, &query()[..20]] {
        let request = asks(query);
        assert!(admit_silence(&HOST, &request).is_ok());
        good(&request, &answers(&dns(0x1234, 0x8101, [&[], &[], &[]])));
        for rcode in [0, 2, 3, 4, 5] {
            let reply = answers(&dns(0x1234, 0x8100 | rcode, [&[], &[], &[]]));
            bad(&request, &reply, "dns.response.format_error");
        }
    }
    let update = asks(&dns(0x1234, 5 << 11, [&[&one], &[], &[]]));
    good(&update, &answers(&dns(0x1234, 0x8004 | 5 << 11, [&[], &[], &[]])));
}

#[test]
fn offers() {
    let all = Ipv4Addr::BROADCAST;
    let looks = Dhcp::client(1).broadcast();
    let offer = Dhcp::server(2);
    good(&looks, &offer.to(all, 68));
    bad(&looks, &Dhcp::server(5).to(all, 68), "dhcp.reply.type");
    bad(&looks, &Dhcp::server(6).without(51).to(all, 68), "dhcp.reply.type");
    bad(&looks, &offer.clone().without(53).to(all, 68), "dhcp.reply.type");
    bad(&looks, &offer.clone().without(51).to(all, 68), "dhcp.lease_time.missing");
    bad(&looks, &offer.clone().without(54).to(all, 68), "dhcp.reply.server_identifier");
    let other = offer.clone().without(54).with(54, &[10, 0, 0, 3]);
    bad(&looks, &other.to(all, 68), "dhcp.reply.server_identifier");
    for yours in [Ipv4Addr::UNSPECIFIED, US, all, Ipv4Addr::new(224, 0, 0, 1)] {
        bad(&looks, &Dhcp { yours, ..offer.clone() }.to(all, 68), "dhcp.reply.yiaddr");
    }
    bad(&looks, &Dhcp { flags: 0, ..offer.clone() }.to(all, 68), "dhcp.reply.flags");
    bad(&looks, &Dhcp { client: LEASED, ..offer.clone() }.to(all, 68), "dhcp.reply.ciaddr");
    bad(&looks, &Dhcp { relay: THEM, ..offer.clone() }.to(all, 68), "dhcp.reply.giaddr");
    bad(&looks, &Dhcp { op: 1, ..offer.clone() }.to(all, 68), "dhcp.type.op");
    bad(&looks, &offer.to(all, 67), "dhcp.reply.port");
    bad(&looks, &offer.to(LEASED, 68), "dhcp.reply.destination");
    for (at, rule) in [(12, "dhcp.reply.xid"), (36, "dhcp.reply.chaddr"), (41, "dhcp.reply.chaddr")]
    {
        bad(&looks, &with(&offer.to(all, 68), at, 9), rule);
    }
    let to_all = Path::Four(US, all);
    for length in 1..236 {
        bad(&looks, &udp(to_all, (67, 68), &offer.octets()[..length]), "dhcp.header");
    }
    bad(&looks, &udp(to_all, (67, 68), &[]), "dhcp.reply.header");
    let rapid = [Dhcp::client(1).with(80, &[]), Dhcp::server(5).with(80, &[])];
    good(&rapid[0].broadcast(), &rapid[1].to(all, 68));
}

#[test]
fn grants() {
    let all = Ipv4Addr::BROADCAST;
    let (asks, grant) = (dhcp_request().broadcast(), Dhcp::server(5));
    good(&asks, &grant.to(all, 68));
    let refusal = Dhcp { yours: Ipv4Addr::UNSPECIFIED, ..Dhcp::server(6).without(51) };
    good(&asks, &refusal.to(all, 68));
    bad(&asks, &Dhcp { yours: LEASED, ..refusal.clone() }.to(all, 68), "dhcp.reply.yiaddr");
    bad(&asks, &Dhcp::server(2).to(all, 68), "dhcp.reply.type");
    bad(&asks, &Dhcp { yours: THEM, ..grant.clone() }.to(all, 68), "dhcp.reply.yiaddr");
    let renewing = Dhcp { client: THEM, flags: 0, ..Dhcp::client(3) };
    let renewed = Dhcp { client: THEM, yours: THEM, flags: 0, ..grant.clone() };
    good(&renewing.unicast(), &renewed.to(THEM, 68));
    bad(&renewing.unicast(), &renewed.to(all, 68), "dhcp.reply.destination");
    good(&renewing.unicast(), &Dhcp { flags: 0, ..refusal }.to(all, 68));
    let told = Dhcp { client: THEM, yours: Ipv4Addr::UNSPECIFIED, flags: 0, ..grant };
    good(&inform().unicast(), &told.clone().without(51).to(THEM, 68));
    bad(&inform().unicast(), &told.to(THEM, 68), "dhcp.reply.inform");
}

/// RFC 2131 section 4.1.
#[test]
fn where_the_client_can_hear_it() {
    let all = Ipv4Addr::BROADCAST;
    let hears = Dhcp { flags: 0, ..Dhcp::client(1) }.broadcast();
    let offer = Dhcp { flags: 0, ..Dhcp::server(2) };
    good(&hears, &offer.to(LEASED, 68));
    good(&hears, &offer.to(all, 68));
    bad(&hears, &offer.to(THEM, 68), "dhcp.reply.destination");
    let relay = Ipv4Addr::new(10, 0, 0, 5);
    let relayed = Dhcp { relay, ..Dhcp::client(1) };
    let relayed = udp(Path::Four(relay, US), (67, 67), &relayed.octets());
    let back = Dhcp { relay, ..Dhcp::server(2) };
    good(&relayed, &back.to(relay, 67));
    bad(&relayed, &back.to(relay, 68), "dhcp.reply.port");
    bad(&relayed, &back.to(all, 67), "dhcp.reply.destination");
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

/// Requests of every kind with what a sound host says.
fn exchanges() -> Vec<(Vec<u8>, Vec<u8>)> {
    let closed = [udp(TO_US, (CLIENT, 9), b"ping"), udp(TO_US_6, (CLIENT, 9), b"ping")];
    let unknown = packet(TO_US_6, 200, b"pingping");
    let all = Ipv4Addr::BROADCAST;
    vec![
        (udp(TO_US, (CLIENT, 7), b"ping"), udp(FROM_US, (7, CLIENT), b"ping")),
        (udp(TO_US_6, (CLIENT, 7), b"ping"), udp(FROM_US_6, (7, CLIENT), b"ping")),
        (asks(&query()), answers(&response())),
        (Dhcp::client(1).broadcast(), Dhcp::server(2).to(all, 68)),
        (dhcp_request().broadcast(), Dhcp::server(5).to(all, 68)),
        (closed[0].clone(), error(FROM_US, (3, 3), 0, &closed[0])),
        (closed[1].clone(), error(FROM_US_6, (1, 4), 0, &closed[1])),
        (unknown.clone(), error(FROM_US_6, (4, 1), 6, &unknown)),
        (icmp(TO_US, &[253, 0, 0, 0, 0, 0, 0, 0]), icmp(FROM_US, &[253, 0, 0, 0, 0, 0, 0, 0])),
    ]
}

#[derive(Clone, Debug)]
struct Damage {
    which: usize,
    octets: Vec<(prop::sample::Index, u8)>,
    length: Option<prop::sample::Index>,
    sealed: bool,
}

fn damage() -> impl Strategy<Value = Damage> {
    let octets = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4);
    let length = prop::option::weighted(0.2, any::<prop::sample::Index>());
    let fields = (0..exchanges().len(), octets, length, any::<bool>());
    fields.prop_map(|(which, octets, length, sealed)| Damage { which, octets, length, sealed })
}

impl Damage {
    fn done_to(&self, packet: &[u8]) -> Vec<u8> {
        let mut packet = packet.to_vec();
        for (index, value) in &self.octets {
            let at = index.index(packet.len());
            packet[at] = *value;
        }
        if let Some(length) = self.length {
            packet.truncate(length.index(packet.len()));
        }
        let room = packet.first().is_some_and(|_| packet.len() > start(&packet).max(20));
        if self.sealed && room {
            seal(&mut packet);
        }
        packet
    }
}

/// Nothing is out of place, and a veto is a veto both ways.
fn is_in_order(session: &Session, request: &[u8], reply: &[u8]) -> Result<(), TestCaseError> {
    for occasion in [Occasion::Packet(request), Occasion::Timer(request)] {
        let findings = session.judge(Duration::ZERO, occasion, Some(reply));
        for finding in &findings {
            prop_assert!(finding.offset + finding.length <= reply.len(), "{finding}");
            prop_assert!(finding.edits.is_empty());
        }
        let silence = session.admit_silence(Duration::ZERO, occasion);
        prop_assert_eq!(
            silence.is_err(),
            session.due(Duration::ZERO, occasion) == verify::Due::Reply
        );
        if let Err(veto) = silence {
            prop_assert!(!veto.findings.is_empty());
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(config(4096))]

    #[test]
    fn damaged_requests_and_replies(request in damage(), reply in damage()) {
        let session = Session::new(HOST);
        let (asked, _) = &exchanges()[request.which];
        let (_, answer) = &exchanges()[reply.which];
        is_in_order(&session, &request.done_to(asked), &reply.done_to(answer))?;
        let (asked, answer) = &exchanges()[request.which];
        is_in_order(&session, &request.done_to(asked), &reply.done_to(answer))?;
        is_in_order(&session, asked, &reply.done_to(answer))?;
    }

    #[test]
    fn random_messages(
        six in any::<bool>(),
        port in prop_oneof![Just(7), Just(53), Just(67), Just(4000), Just(9)],
        request in prop::collection::vec(any::<u8>(), 0..300),
        reply in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let (there, back) = if six { (TO_US_6, FROM_US_6) } else { (TO_US, FROM_US) };
        let session = Session::new(HOST);
        let (request, reply) = (udp(there, (68, port), &request), udp(back, (port, 68), &reply));
        is_in_order(&session, &request, &reply)?;
    }

    #[test]
    fn settling_anything(request in damage(), sent in damage()) {
        let mut session = Session::new(HOST);
        let (asked, answer) = &exchanges()[request.which];
        let (asked, answer) = (request.done_to(asked), sent.done_to(answer));
        session.settle(Duration::ZERO, Occasion::Packet(&asked), Some(&answer));
        session.settle(Duration::MAX / 2, Occasion::Timer(&asked), Some(&answer));
        session.settle(Duration::ZERO, Occasion::Packet(&answer), None);
    }
}
