//! Which programs a packet chooses, and which ports are open.

use super::*;

const ETHERNET: &str = "020000000001020000000002";

fn chosen(programs: &Programs, link: Link, frame: &str) -> String {
    let frame = hex::parse(frame).unwrap();
    let packet = Packet::new(link, &frame, frame.len());
    let names: Vec<_> =
        programs.choose(&packet).iter().map(|program| program.name.clone()).collect();
    names.join(" ")
}

fn datagram(protocol: &str, rest: &str) -> String {
    let length = 20 + rest.len() / 2;
    format!("4500{length:04x}0000000040{protocol}00000a0000020a000001{rest}")
}

#[test]
fn from_the_root_upwards() {
    let shipped = Programs::shipped();
    let udp = |port: u16| datagram("11", &format!("9c40{port:04x}0008000061"));
    let tcp = datagram("06", "9c4000500000000100000000500220000000000000");
    let frame = |kind: &str, rest: &str| format!("{ETHERNET}{kind}{rest}");
    let v6 = |next: &str, rest: &str| {
        format!(
            "60000000{:04x}{next}ff{}{}{rest}",
            rest.len() / 2,
            "00".repeat(16),
            "00".repeat(16)
        )
    };
    let solicitation = v6("3a", &format!("8700000000000000{}", "00".repeat(16)));
    for (link, packet, expect) in [
        (Link::Ethernet, frame("0800", &udp(53)), "host ethernet ipv4 udp dns"),
        (Link::Ethernet, frame("0800", &udp(67)), "host ethernet ipv4 udp dhcp"),
        (Link::RawIp, udp(7), "host ipv4 udp echo"),
        (Link::RawIp, udp(9), "host ipv4 udp"),
        (Link::RawIp, tcp, "host ipv4 tcp http"),
        (Link::RawIp, datagram("01", "0800f7ff00000000"), "host ipv4 icmp"),
        (Link::RawIp, datagram("63", "0000"), "host ipv4"),
        (Link::RawIp, v6("11", "9c400035000800000000"), "host ipv6 udp dns"),
        (Link::Ethernet, frame("86dd", &solicitation), "host ethernet ipv6 icmpv6 neighbor"),
        (Link::Ethernet, frame("0806", "0001080006040001"), "host ethernet arp"),
        (Link::Ethernet, frame("88cc", "0000"), "host ethernet"),
        (Link::RawIp, "".into(), "host"),
        // Not IPv4, as the program says then.
        (Link::RawIp, "f0".into(), "host ipv4"),
    ] {
        assert_eq!(chosen(&shipped, link, &packet), expect, "{packet}");
    }
}

#[test]
fn the_longest_chain() {
    let names = |programs: &Programs| {
        let chain = programs.longest_chain();
        chain.iter().map(|program| program.name.clone()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(names(&Programs::shipped()), "host ethernet ipv6 tcp http");
    assert_eq!(names(&Programs::new([])), "");
}

/// What an error quotes is not in the packet.
#[test]
fn quoted_fields_do_not_count() {
    let quote = datagram("11", "9c4000350008000061");
    let error = datagram("01", &format!("0303000000000000{quote}"));
    assert_eq!(chosen(&Programs::shipped(), Link::RawIp, &error), "host ipv4 icmp");
    let tunnel = datagram("04", &quote);
    assert_eq!(chosen(&Programs::shipped(), Link::RawIp, &tunnel), "host ipv4");
}

/// All fields of one alternative, any of the alternatives.
#[test]
fn alternatives() {
    let shout = Program::parse("shout.md", SHOUT).unwrap();
    let programs = Programs::shipped().with([shout]);
    assert_eq!(programs.check(), []);
    let from = |last: &str, port: &str| {
        format!("4500001c0000000040110000{last}0a0000019c40{port}00080000")
    };
    for (packet, is_shout) in [
        (from("0a000002", "0fa0"), true),
        (from("0a000002", "0faa"), true),
        (from("0a000002", "0fab"), false),
        (from("0a000009", "0fab"), true),
    ] {
        let names = chosen(&programs, Link::RawIp, &packet);
        assert_eq!(names.ends_with("udp shout"), is_shout, "{packet}: {names}");
    }
}

#[test]
fn replaced_by_name() {
    let echo = program("echo", "udp", "{udp.destination_port: 8}");
    let programs = Programs::shipped().with([echo]);
    assert_eq!(programs.iter().count(), 14);
    assert_eq!(programs.named("echo").unwrap().title, "Test");
    assert_eq!(programs.udp_ports(), [(8, 8), (53, 53), (67, 67)]);
}

#[test]
fn ports_and_types() {
    let shipped = Programs::shipped();
    assert_eq!(shipped.tcp_ports(), [(80, 80)]);
    assert_eq!(shipped.udp_ports(), [(7, 7), (53, 53), (67, 67)]);
    assert_eq!(shipped.icmp_types(), []);
    let more = shipped.with([
        Program::parse("shout.md", SHOUT).unwrap(),
        program("next", "udp", "{udp.destination_port: [6-9, 4011]}"),
        program("probe", "icmp", "{icmp.type: 253-999}"),
        program("other", "udp", "{icmp.type: 9}"),
    ]);
    assert_eq!(more.udp_ports(), [(6, 9), (53, 53), (67, 67), (4000, 4011)]);
    assert_eq!(more.icmp_types(), [(253, 255)]);
    let all = shipped.with([program("all", "tcp", "{tcp.destination_port: any}")]);
    assert_eq!(all.tcp_ports(), [(0, 65_535)]);
    assert!(all.has("all") && !all.has("none"));
}
