//! Replies of open ports and errors: sound ones go through, and one wrong field at a time is vetoed by its rule.

use std::net::Ipv4Addr;

use verify::{RULES, admit, admit_silence, judge};

use crate::datagrams::{
    FROM_US, FROM_US_6, HOST, Path, THEM, TO_US, TO_US_6, US, seal, start, udp,
};
use crate::messages::{
    CLIENT, Dhcp, LEASED, NAME, answers, asks, dhcp_request, dns, inform, query, question, record,
    response,
};

/// Sound, without a remark.
pub fn good(request: &[u8], reply: &[u8]) {
    let findings = judge(&HOST, request, Some(reply));
    assert!(findings.is_empty(), "{findings:?}");
}

/// Vetoed, by that rule among others.
pub fn bad(request: &[u8], reply: &[u8], rule: &str) {
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
