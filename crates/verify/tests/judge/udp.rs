//! What UDP datagrams call for, and errors about those that cannot be delivered: decision tables from the RFCs.

use std::net::Ipv4Addr;

use verify::Due::{self, Either, Reply, Silence};
use verify::{Example, Host, Ports, Reason, admit, due};

use crate::datagrams::{
    FROM_US, FROM_US_6, HOST, Path, THEM, THEM_6, TO_US, TO_US_6, US, US_6, packet, seal, start,
    udp,
};
use crate::messages::{CLIENT, Dhcp, NAME, asks, dhcp_request, dns, inform, query, question};

fn check(what: &str, request: &[u8], expect: Due) {
    assert_eq!(due(&HOST, request), expect, "{what}: {request:02x?}");
}

/// The datagram with its message changed and sealed anew.
fn changed(mut packet: Vec<u8>, change: impl FnOnce(&mut [u8])) -> Vec<u8> {
    let start = start(&packet);
    change(&mut packet[start..]);
    packet
}

#[test]
fn ports_by_their_services() {
    for path in [TO_US, TO_US_6] {
        let to = |ports| udp(path, ports, b"ping");
        check("echo", &to((CLIENT, 7)), Reply);
        check("an echo service at both ends", &to((7, 7)), Either(Reason::UdpPort));
        check("a port of nobody's", &to((CLIENT, 4000)), Either(Reason::UdpPort));
        check("no port to answer", &to((0, 7)), Silence(Reason::UdpPort));
        check("a closed port", &to((CLIENT, 9)), Either(Reason::UdpPort));
        check("a closed port, from port 0", &to((0, 9)), Either(Reason::UdpPort));
        check("port 0", &to((CLIENT, 0)), Either(Reason::UdpPort));
        check("an empty datagram", &udp(path, (CLIENT, 7), b""), Reply);
    }
    check("DHCP is of IPv4", &udp(TO_US_6, (CLIENT, 67), b"ping"), Either(Reason::UdpPort));
}

/// What data are is for the service at our port to say, whatever port a client has.
#[test]
fn replies_to_any_port() {
    let data: Vec<u8> = (0..60).map(|i: u8| i.wrapping_mul(37) ^ 0xa5).collect();
    for (path, back) in [(TO_US, FROM_US), (TO_US_6, FROM_US_6)] {
        for port in [53, 67, 68, 4789, 5353] {
            let reply = udp(back, (7, port), &data);
            let admitted = admit(&HOST, &udp(path, (port, 7), &data), reply).unwrap();
            assert!(admitted.remarks().is_empty(), "{port}: {:?}", admitted.remarks());
            // Of our name server it is DNS all the same.
            let malformed = [&query()[..2], &[0x85, 0xff], &query()[4..]].concat();
            let asked = udp(path, (port, 53), &query());
            let veto = admit(&HOST, &asked, udp(back, (53, port), &malformed)).unwrap_err();
            assert!(veto.findings.iter().any(|f| f.rule.id == "dns.z"), "{port}: {veto:?}");
        }
    }
}

#[test]
fn lengths_and_checksums() {
    for path in [TO_US, TO_US_6] {
        let good = udp(path, (CLIENT, 7), b"ping");
        for length in [0, 7, 13, 99] {
            let request = changed(good.clone(), |udp| udp[5] = length);
            check("a length that cannot be", &request, Silence(Reason::UdpLength));
        }
        check(
            "a piece of a header",
            &packet(path, 17, &[0; 7]),
            Silence(match path {
                Path::Four(..) => Reason::UdpLength,
                Path::Six(..) => due(&HOST, &packet(path, 17, &[0; 7])).reason().unwrap(),
            }),
        );
        for at in [0, 3, 7, 8, 11] {
            let request = changed(good.clone(), |udp| udp[at] ^= 0x10);
            check("damaged", &request, Silence(Reason::UdpChecksum));
        }
        // The checksum covers what the length says; what comes after it is surplus.
        let mut surplus = [&good[..], &[1, 2, 3]].concat();
        let at = if start(&good) == 40 { 5 } else { 3 };
        surplus[at] += 3;
        if start(&good) == 20 {
            let checksum = [surplus[26], surplus[27]];
            seal(&mut surplus);
            surplus[26..28].copy_from_slice(&checksum);
        }
        check("surplus after the datagram", &surplus, Reply);
    }
    let none = |path| changed(udp(path, (CLIENT, 7), b"ping"), |udp| udp[6..8].fill(0));
    check("no checksum over IPv4", &none(TO_US), Reply);
    check("no checksum over IPv6", &none(TO_US_6), Silence(Reason::UdpChecksum));
}

#[test]
fn names() {
    let one = question(NAME, 1, 1);
    let of = |flags, questions: &[&[u8]]| dns(7, flags, [questions, &[], &[]]);
    let maybe = Either(Reason::Dns);
    check("a query", &asks(&query()), Reply);
    check("of any type", &asks(&of(0, &[&question(NAME, 65_000, 1)])), Reply);
    check("of any class", &asks(&of(0, &[&question(NAME, 1, 77)])), Reply);
    check("about the root", &asks(&of(0, &[&question(b"\0", 2, 1)])), Reply);
    check("a response", &asks(&of(0x8000, &[&one])), Silence(Reason::Dns));
    for length in 0..12 {
        check("no header", &asks(&query()[..length]), Silence(Reason::Dns));
    }
    for length in 12..query().len() {
        check("cut", &asks(&query()[..length]), maybe);
    }
    check("octets after it", &asks(&[&query()[..], &[0]].concat()), maybe);
    for opcode in 1..16 {
        check("no standard query", &asks(&of(opcode << 11, &[&one])), maybe);
    }
    check("no question", &asks(&of(0, &[])), maybe);
    check("two questions", &asks(&of(0, &[&one, &one])), maybe);
    check("its own answer", &asks(&dns(7, 0, [&[&one], &[&one], &[]])), maybe);
    let pointer = |to: u8| of(0, &[&question(&[0xc0, to], 1, 1)]);
    for to in [0, 11, 12, 13, 16, 200] {
        check("a name in a circle, or nowhere", &asks(&pointer(to)), maybe);
    }
    let mutual = of(0, &[&question(b"\x01a\xc0\x0c", 1, 1)]);
    check("a name that leads into itself", &asks(&mutual), maybe);
    let long: Vec<u8> = [1, b'a'].repeat(128).into_iter().chain([0]).collect();
    check("a name of 257 octets", &asks(&of(0, &[&question(&long, 1, 1)])), maybe);
    check("a label of 64 octets", &asks(&of(0, &[&question(&[64, 0], 1, 1)])), maybe);
}

#[test]
fn leases() {
    let maybe = Either(Reason::Dhcp);
    let never = Silence(Reason::Dhcp);
    check("a client looks", &Dhcp::client(1).broadcast(), maybe);
    check("it asks us", &dhcp_request().broadcast(), maybe);
    let other = dhcp_request().without(54).with(54, &[10, 0, 0, 3]);
    check("it asks another", &other.broadcast(), never);
    let renewing = Dhcp { client: THEM, ..Dhcp::client(3) };
    check("it renews", &renewing.unicast(), maybe);
    check("it wonders", &inform().unicast(), maybe);
    for kind in [2, 4, 5, 6, 7, 9, 99] {
        check("nothing to answer", &Dhcp::client(kind).broadcast(), never);
    }
    check("a reply", &Dhcp::server(2).broadcast(), never);
    check("BOOTP", &Dhcp::client(1).without(53).broadcast(), never);
    check("no DHCP", &udp(TO_US, (68, 67), &[0; 300]), never);
    check("too short", &udp(TO_US, (68, 67), &Dhcp::client(1).octets()[..235]), never);
}

/// Only clients of DHCP may speak to all, or have no address.
#[test]
fn who_has_no_address_yet() {
    let (nobody, all) = (Ipv4Addr::UNSPECIFIED, Ipv4Addr::BROADCAST);
    let octets = Dhcp::client(1).octets();
    let from = |source, destination, ports| udp(Path::Four(source, destination), ports, &octets);
    let maybe = Either(Reason::Dhcp);
    check("as clients do", &from(nobody, all, (68, 67)), maybe);
    check("rebinding", &from(THEM, all, (68, 67)), maybe);
    check("to the network", &from(nobody, Ipv4Addr::new(10, 0, 0, 255), (68, 67)), maybe);
    check("to another port", &from(nobody, all, (68, 7)), Silence(Reason::NotForMe));
    check("to us alone", &from(nobody, US, (68, 67)), Silence(Reason::Source));
    check("of ourselves", &from(US, all, (68, 67)), Silence(Reason::Source));
    let echo = packet(Path::Four(THEM, all), 1, &[8, 0, 0xf7, 0xff, 0, 0, 0, 0]);
    check("another protocol", &echo, Silence(Reason::NotForMe));
    let mut deaf = HOST;
    deaf.speaks.udp = Some(Ports(vec![(7, 7)].into()));
    assert_eq!(due(&deaf, &from(nobody, all, (68, 67))), Silence(Reason::NotForMe));
}

/// RFC 1122 section 3.2.2, RFC 4443 section 2.4 (e).
#[test]
fn what_errors_may_be_about() {
    let unknown = |path| packet(path, 200, b"ping");
    check("an unknown protocol", &unknown(TO_US), Either(Reason::Protocol));
    check("an unknown next header", &unknown(TO_US_6), Either(Reason::Protocol));
    check("no next header", &packet(TO_US_6, 59, b"ping"), Silence(Reason::Protocol));
    for source in [Ipv4Addr::LOCALHOST, Ipv4Addr::new(127, 1, 2, 3)] {
        let path = Path::Four(source, US);
        check("from loopback", &udp(path, (CLIENT, 9), b""), Silence(Reason::Source));
        check("from loopback", &unknown(path), Silence(Reason::Source));
    }
    for source in ["::", "::1", "ff02::1"] {
        let path = Path::Six(source.parse().unwrap(), US_6);
        for request in [udp(path, (CLIENT, 9), b""), unknown(path)] {
            assert!(matches!(due(&HOST, &request), Silence(_)), "{source}");
        }
    }
    let group = Path::Six(THEM_6, "ff02::1".parse().unwrap());
    assert!(matches!(due(&HOST, &udp(group, (CLIENT, 9), b"")), Silence(_)), "to all nodes");
}

#[test]
fn frames_to_all_stations() {
    let host = Example::ETHERNET_HOST;
    let framed = |to: [u8; 6], packet: &[u8]| [&to[..], &[2, 0, 0, 0, 0, 2, 8, 0], packet].concat();
    let (ours, all) = ([2, 0, 0, 0, 0, 1], [0xff; 6]);
    let closed = udp(TO_US, (CLIENT, 9), b"ping");
    assert_eq!(due(&host, &framed(ours, &closed)), Either(Reason::UdpPort));
    assert!(matches!(due(&host, &framed(all, &closed)), Silence(_)));
    assert!(matches!(due(&host, &framed([1, 0, 0x5e, 0, 0, 1], &closed)), Silence(_)));
    let looks = Dhcp::client(1).broadcast();
    assert_eq!(due(&host, &framed(all, &looks)), Either(Reason::Dhcp));
}

/// A host that sends no errors says nothing.
#[test]
fn hosts_that_speak_less() {
    let closed = udp(TO_US, (CLIENT, 9), b"ping");
    let unknown = packet(TO_US, 200, b"ping");
    let mut quiet: Host = HOST;
    quiet.speaks.icmp = false;
    assert_eq!(due(&quiet, &closed), Silence(Reason::UdpPort));
    assert_eq!(due(&quiet, &unknown), Silence(Reason::Protocol));
    let mut deaf: Host = HOST;
    deaf.speaks.udp = None;
    assert_eq!(due(&deaf, &closed), Either(Reason::Protocol));
}
