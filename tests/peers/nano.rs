//! nano alone, a whole small host in a private network: programs of every day that nobody here wrote ask it all that
//! it speaks, in frames and in bare packets, and one thing each that it must not answer. What it says is judged,
//! and shown to tshark.

use std::collections::BTreeSet;

use softstack::journal::{Act, Record};
use softstack::sandbox::Device;

use crate::harness::{Finished, Plan, Running};
use crate::program::misses;

/// Both kinds of Ethernet: there the kernel's own ARP and neighbour discovery come first.
const ETHERNETS: [Device; 2] = [Device::Ethernet, Device::EthernetVeth];
/// An Ethernet, and a link of bare packets.
const LINKS: [Device; 2] = [Device::Ethernet, Device::Auto];
/// How often in one test the second network may have to correct the first: about one in a thousand of a kernel's SYN.
const SECOND_OPINIONS: usize = 1;
/// What of a capture the host sent.
const SENT: &str = "eth.src == 02:00:00:00:00:01 || ip.src == 10.0.0.1 || ipv6.src == fd00::1";

/// nano on each of these links in turn, where this machine has the tools.
fn on(links: [Device; 2], tools: &[&str]) -> impl Iterator<Item = Running> {
    let plan = |device| Plan { device, model: "nano".into(), ..Plan::default() };
    let links = if misses(tools) { Vec::new() } else { Vec::from(links) };
    links.into_iter().filter_map(move |device| Running::start(&plan(device)))
}

/// Ends a host that answered all that a reply was due to, nearly always at the first attempt, and had a reason wherever
/// it was silent. The reasons.
fn finish(host: Running) -> BTreeSet<String> {
    assert_eq!(host.provider.seen().len(), 0, "nobody else is asked");
    let finished = host.finish();
    assert_eq!(finished.statistics.unanswered, 0, "{:?}", finished.statistics);
    let vetoes = finished.vetoes();
    assert!(vetoes.len() <= SECOND_OPINIONS, "{vetoes:#?}");
    finished.assert_no_warnings(SENT);
    let undecided = |record: &&Record| matches!(record, Record::Thought { action, .. } if !matches!(action, Act::Send | Act::Drop));
    let undecided: Vec<_> = finished.records.iter().filter(undecided).collect();
    assert!(undecided.is_empty(), "{undecided:#?}");
    reasons(&finished)
}

/// Runs a program that waits for an answer no longer than a second, three times if need be: a busy machine may take longer.
fn within_a_second(host: &Running, line: &str, wanted: &[&str]) {
    let wrote = |text: &str| wanted.iter().all(|words| text.contains(words));
    if !(0..2).any(|_| wrote(&host.run(line).1)) {
        host.expect(line, wanted);
    }
}

fn reasons(finished: &Finished) -> BTreeSet<String> {
    let reason = |record: &Record| match record {
        Record::Silence { reason, .. } => Some(reason.clone()),
        _ => None,
    };
    finished.records.iter().filter_map(reason).collect()
}

#[test]
fn ping() {
    for host in on(LINKS, &["ping"]) {
        for size in [0, 1, 56, 1400, 1472] {
            // Until both are answered: a busy machine may take longer than ping likes to wait.
            let line = format!("ping -c 2 -i 0.2 -w 10 -s {size} 10.0.0.1");
            let reply = |n: u32| format!("{} bytes from 10.0.0.1: icmp_seq={n} ttl=64", size + 8);
            host.expect(&line, &[&reply(1), &reply(2), " received"]);
        }
        host.expect("ping -c 1 -w 10 -p ff -s 57 10.0.0.1", &["65 bytes from", " received"]);
        finish(host);
    }
}

#[test]
fn ping_6() {
    for host in on(LINKS, &["ping"]) {
        for size in [0, 1, 56, 1400, 1452] {
            let line = format!("ping -6 -c 2 -i 0.2 -w 10 -s {size} fd00::1");
            let reply = |n: u32| format!("{} bytes from fd00::1: icmp_seq={n} ttl=64", size + 8);
            host.expect(&line, &[&reply(1), &reply(2), " received"]);
        }
        host.expect("ping -6 -c 1 -w 10 -F 12345 fd00::1", &["64 bytes from", " received"]);
        finish(host);
    }
}

/// A header with options is passed over, and what is said in one is no business of the reply.
#[test]
fn ping_with_options() {
    for host in on(LINKS, &["ping"]) {
        for options in ["-T tsonly", "-T tsandaddr", "-R", "-R -s 0 -Q 0x20"] {
            host.expect(
                &format!("ping -c 1 -w 10 {options} 10.0.0.1"),
                &[" bytes from 10.0.0.1: icmp_seq=1 "],
            );
        }
        finish(host);
    }
}

#[test]
fn who_has_an_address() {
    for host in on(ETHERNETS, &["arping", "ndisc6", "ping", "ip"]) {
        let reply = "Unicast reply from 10.0.0.1 [02:00:00:00:00:01]";
        host.expect("arping -c 2 -w 5 10.0.0.1", &[reply, reply, "Received 2 response(s)"]);
        host.expect("arping -D -c 1 -w 5 10.0.0.1", &[reply]);
        host.expect("arping -c 1 -w 1 10.0.0.9", &["Received 0 response(s)"]);
        let station = "Target link-layer address: 02:00:00:00:00:01";
        host.expect("ndisc6 fd00::1 softstack0", &[station, "from fd00::1"]);
        host.expect("ndisc6 -w 1000 -r 1 fd00::9 softstack0; echo code $?", &["code 2"]);
        // And the kernel learns where to send.
        host.expect(
            "ping -c 1 -w 10 10.0.0.1; ip neigh show 10.0.0.1",
            &["lladdr 02:00:00:00:00:01"],
        );
        host.expect(
            "ping -c 1 -w 10 fd00::1; ip neigh show fd00::1",
            &["lladdr 02:00:00:00:00:01"],
        );
        assert_eq!(finish(host), BTreeSet::from(["arp".to_owned()]));
    }
}

#[test]
fn traceroute() {
    for host in on(LINKS, &["traceroute", "tracepath"]) {
        let brief = "-n -w 5,0,0 -q 2 -m 4";
        for how in ["", "-I", "-T -p 443", "-U -p 53"] {
            let line = format!("traceroute {how} {brief} 10.0.0.1");
            host.expect(&line, &[" 1  10.0.0.1  ", " ms  ", " ms"]);
            let line = format!("traceroute -6 {how} {brief} fd00::1");
            host.expect(&line, &[" 1  fd00::1  ", " ms  ", " ms"]);
        }
        // The protocol is what cannot be reached.
        host.expect(&format!("traceroute -P 99 {brief} 10.0.0.1"), &[" 1  10.0.0.1  ", "!P"]);
        for (how, host_there) in [("", "10.0.0.1"), ("-6", "fd00::1")] {
            let line = format!("tracepath {how} -n -m 4 {host_there}");
            host.expect(&line, &[&format!(" 1:  {host_there} "), "reached", "pmtu 1500 hops 1"]);
        }
        finish(host);
    }
}

#[test]
fn mtr() {
    for host in on(LINKS, &["mtr"]) {
        let brief = "-n -r -c 3 -i 0.2 -G 4 -m 4";
        for (how, to) in
            [("", "10.0.0.1"), ("-u", "10.0.0.1"), ("-T", "10.0.0.1"), ("-6", "fd00::1")]
        {
            host.expect(
                &format!("mtr {how} {brief} {to}"),
                &[&format!("1.|-- {to} "), " 0.0% ", " 3 "],
            );
        }
        finish(host);
    }
}

#[test]
fn fping() {
    for host in on(LINKS, &["fping"]) {
        for to in ["10.0.0.1", "fd00::1"] {
            host.expect(&format!("fping -c 3 -p 200 -t 5000 {to}"), &["xmt/rcv/%loss = 3/3/0%"]);
        }
        finish(host);
    }
}

#[test]
fn nping() {
    for host in on(LINKS, &["nping"]) {
        for (how, answer) in [
            ("--icmp", "Echo reply (type=0/code=0)"),
            ("--icmp --ip-options R", "Echo reply (type=0/code=0)"),
            ("--icmp --icmp-type timestamp", "Timestamp reply (type=14/code=0)"),
            ("--udp -p 9", "unreachable (type=3/code=3)"),
            ("--udp -p 9 --ip-options T", "unreachable (type=3/code=3)"),
            (
                "--udp -p 9 --data-length 1400",
                "unreachable (type=3/code=3) ] IP [ttl=64 id=0 iplen=576",
            ),
            ("--udp -p 7 --data-string hello", "UDP 10.0.0.1:7 > 10.0.0.2:53 ttl=64 id=0 iplen=33"),
            ("--tcp -p 80", "TCP 10.0.0.1:80 > 10.0.0.2:"),
            ("--tcp -p 80 --flags ack", " R ttl=64 id=0 iplen=40 "),
        ] {
            within_a_second(&host, &format!("nping -c 1 {how} 10.0.0.1"), &["RCVD", answer]);
        }
        host.expect("nping -6 --tcp-connect -c 1 -p 80 fd00::1", &["Connection refused"]);
        for how in ["--tcp -p 80 --badsum", "--udp -p 9 --badsum", "--icmp --icmp-type mask"] {
            host.expect(&format!("nping -c 1 {how} 10.0.0.1"), &["SENT", "Rcvd: 0"]);
        }
        let reasons = finish(host);
        for reason in ["tcp-checksum", "udp-checksum", "icmp-type"] {
            assert!(reasons.contains(reason), "{reason}: {reasons:?}");
        }
    }
}

#[test]
fn nmap() {
    for host in on(LINKS, &["nmap"]) {
        host.expect("nmap -n -sn 10.0.0.1", &["Host is up"]);
        host.expect("nmap -n -sn -PE -PP --send-ip 10.0.0.1", &["Host is up"]);
        for how in ["-sS", "-sT", "-sF", "-sX"] {
            host.expect(
                &format!("nmap -n {how} -p 22,80 10.0.0.1"),
                &["22/tcp closed", "80/tcp closed"],
            );
        }
        host.expect("nmap -n -sA -p 80 10.0.0.1", &["80/tcp unfiltered"]);
        host.expect(
            "nmap -n -sU -p 7,9,53 10.0.0.1",
            &["7/udp  open ", "9/udp  closed", "53/udp closed"],
        );
        let protocols = [
            "1        open",
            "2        closed",
            "6        open",
            "17       open",
            "132      closed",
        ];
        host.expect("nmap -n -sO -p 1,2,6,17,132 10.0.0.1", &protocols);
        finish(host);
    }
}

#[test]
fn nmap_6() {
    for host in on(LINKS, &["nmap"]) {
        for how in ["-sS", "-sT"] {
            let line = format!("nmap -n -6 {how} -p 22,80 fd00::1");
            host.expect(&line, &["22/tcp closed", "80/tcp closed"]);
        }
        host.expect("nmap -n -6 -sU -p 9,53 fd00::1", &["9/udp  closed", "53/udp closed"]);
        let protocols = ["6        open", "17       open", "132      closed"];
        host.expect("nmap -n -6 -sO -p 6,17,132 fd00::1", &protocols);
        finish(host);
    }
}

#[test]
fn hping3() {
    for host in on(LINKS, &["hping3"]) {
        let twice = "-c 2 -i u200000";
        within_a_second(
            &host,
            &format!("hping3 {twice} -S -p 81 10.0.0.1"),
            &["flags=RA", "flags=RA", "seq=1"],
        );
        within_a_second(&host, "hping3 -c 1 -F -p 81 10.0.0.1", &["flags=RA seq=0 win=0"]);
        within_a_second(&host, "hping3 -c 1 -A -p 81 -d 99 10.0.0.1", &["flags=R seq=0 win=0"]);
        within_a_second(
            &host,
            "hping3 -c 1 --icmp-ts 10.0.0.1",
            &["ICMP timestamp: Originate=", "tsrtt="],
        );
        within_a_second(
            &host,
            "hping3 -c 1 -2 -p 81 10.0.0.1",
            &["ICMP Port Unreachable from ip=10.0.0.1"],
        );
        within_a_second(
            &host,
            "hping3 -c 1 -0 -H 99 10.0.0.1",
            &["ICMP Protocol Unreachable from ip=10.0.0.1"],
        );
        for how in ["--icmp --icmp-cksum 0x1234", "-S -b -p 81", "-S -f -p 81", "-R -p 81"] {
            host.expect(&format!("hping3 -c 1 {how} 10.0.0.1"), &[" 0 packets received"]);
        }
        let reasons = finish(host);
        for reason in ["icmp-checksum", "tcp-checksum", "fragment", "tcp-reset"] {
            assert!(reasons.contains(reason), "{reason}: {reasons:?}");
        }
    }
}

#[test]
fn refused() {
    for host in on(LINKS, &["nc", "curl", "dig"]) {
        for (version, to) in [("-4", "10.0.0.1"), ("-6", "fd00::1")] {
            host.expect(&format!("nc {version} -w 5 -v {to} 9999"), &["refused"]);
            host.expect(
                &format!("echo hello | nc {version} -u -w 5 -v {to} 9999; echo code $?"),
                &["code 1"],
            );
        }
        // At once, not after a while.
        for url in ["http://10.0.0.1/", "http://[fd00::1]/"] {
            let (code, text) = host.run(&format!("curl -sS -g --max-time 5 '{url}'"));
            assert_eq!(code, Some(7), "refused, not given up: {text}\n{}", host.story());
        }
        host.expect("dig +tries=1 +time=5 @10.0.0.1 example.org", &["connection refused"]);
        finish(host);
    }
}

#[test]
fn what_is_said_to_port_7_comes_back() {
    for host in on(LINKS, &["nc"]) {
        for (version, to) in [("-4", "10.0.0.1"), ("-6", "fd00::1")] {
            let say = format!("echo hello | nc {version} -u -w 3 {to} 7");
            host.expect(&say, &["hello\n"]);
            let say = format!("head -c 1400 /dev/zero | nc {version} -u -w 3 {to} 7 | wc -c");
            host.expect(&say, &["1400"]);
        }
        finish(host);
    }
}
