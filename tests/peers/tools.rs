//! Programs of every day against a host on an Ethernet: the kernel finds it by its ARP and neighbour discovery,
//! and nothing that it sends surprises tshark.

use crate::harness::{Finished, Plan, Running};
use crate::program::misses;

/// A host on an Ethernet with both versions of IP, where this machine has these tools.
fn running(tools: &[&str]) -> Option<Running> {
    if misses(tools) {
        return None;
    }
    Running::start(&Plan::default())
}

fn finish(host: Running) -> Finished {
    let finished = host.finish();
    finished.assert_sound();
    finished.assert_no_warnings("frame");
    finished
}

#[test]
fn ping() {
    let Some(host) = running(&["ping"]) else { return };
    for size in [0, 1, 56, 1400] {
        // Until both are answered: a busy machine may take longer than ping likes to wait.
        let line = format!("ping -c 2 -i 0.2 -w 10 -s {size} 10.0.0.1");
        let reply = |n: u32| format!("{} bytes from 10.0.0.1: icmp_seq={n} ", size + 8);
        host.expect(&line, &[&reply(1), &reply(2), " received"]);
    }
    finish(host);
}

#[test]
fn ping_6() {
    let Some(host) = running(&["ping"]) else { return };
    for size in [0, 1, 56, 1400] {
        let line = format!("ping -6 -c 2 -i 0.2 -w 10 -s {size} fd00::1");
        let reply = |n: u32| format!("{} bytes from fd00::1: icmp_seq={n} ", size + 8);
        host.expect(&line, &[&reply(1), &reply(2), " received"]);
    }
    host.expect("ip -6 neigh show fd00::1", &["lladdr 02:00:00:00:00:01"]);
    finish(host);
}

#[test]
fn arping() {
    let Some(host) = running(&["arping"]) else { return };
    let reply = "Unicast reply from 10.0.0.1 [02:00:00:00:00:01]";
    host.expect("arping -c 3 -w 5 10.0.0.1", &[reply, reply, reply, "Received 3 response(s)"]);
    // Nobody has that address.
    host.expect("arping -c 1 -w 1 10.0.0.9", &["Received 0 response(s)"]);
    // And the kernel learns where to send.
    host.expect("ping -c 1 10.0.0.1; ip neigh show 10.0.0.1", &["lladdr 02:00:00:00:00:01"]);
    finish(host);
}

#[test]
fn traceroute() {
    let Some(host) = running(&["traceroute"]) else { return };
    host.expect("traceroute -w 5,0,0 -n -q 2 -m 4 10.0.0.1", &[" 1  10.0.0.1  ", "ms"]);
    host.expect("traceroute -w 5,0,0 -n -I -q 2 -m 4 10.0.0.1", &[" 1  10.0.0.1  ", "ms"]);
    host.expect("traceroute -w 5,0,0 -n -T -p 443 -q 2 -m 4 10.0.0.1", &[" 1  10.0.0.1  ", "ms"]);
    host.expect("traceroute -6 -w 5,0,0 -n -q 2 -m 4 fd00::1", &[" 1  fd00::1  ", "ms"]);
    finish(host);
}

#[test]
fn nmap() {
    let Some(host) = running(&["nmap"]) else { return };
    host.expect("nmap -n -sn 10.0.0.1", &["Host is up"]);
    host.expect(
        "nmap -n -Pn -sT -p 22,80,443 10.0.0.1",
        &["22/tcp  closed", "80/tcp  open", "443/tcp closed"],
    );
    host.expect("nmap -n -6 -Pn -sT -p 22,80 fd00::1", &["22/tcp closed", "80/tcp open"]);
    finish(host);
}

#[test]
fn hping3() {
    let Some(host) = running(&["hping3"]) else { return };
    host.expect(
        "hping3 -c 2 -i u200000 -S -p 81 10.0.0.1",
        &["flags=RA", "flags=RA", "0% packet loss"],
    );
    host.expect("hping3 -c 2 -i u200000 -S -p 80 10.0.0.1", &["flags=SA", "0% packet loss"]);
    finish(host);
}

#[test]
fn refused() {
    let Some(host) = running(&["nc", "curl"]) else { return };
    let (code, text) = host.run("echo hello | nc -u -w 3 -v 10.0.0.1 9999");
    let story = host.story();
    assert!(code == Some(1) || text.contains("refused"), "{code:?} {text}\n{story}");
    host.expect("echo hello | nc -6 -u -w 3 -v fd00::1 9999; echo $?", &["1"]);
    host.expect("nc -w 3 -v 10.0.0.1 9999", &["refused"]);
    // At once, not after a while.
    let (code, text) = host.run("curl -sS --max-time 3 http://10.0.0.1:81/");
    assert_eq!(code, Some(7), "refused, not given up: {text}");
    finish(host);
}

#[test]
fn curl() {
    let Some(host) = running(&["curl"]) else { return };
    for url in ["http://10.0.0.1/", "http://[fd00::1]/index.html"] {
        let text =
            host.expect(&format!("curl -sS -i -g --max-time 20 '{url}'"), &["200 OK", "<h1>"]);
        assert!(text.contains("Content-Length:"), "{text}");
    }
    host.expect("curl -sS -i --max-time 20 http://10.0.0.1/elsewhere", &["404"]);
    let replies = finish(host).statistics.replied;
    assert!(replies >= 9, "three handshakes, pages and ends: {replies}");
}

#[test]
fn dig() {
    let Some(host) = running(&["dig"]) else { return };
    let (a, aaaa) = (
        host.expect("dig +tries=1 +short @10.0.0.1 softstack.example A", &["10.0.0.1"]),
        host.expect("dig +tries=1 +short @fd00::1 softstack.example AAAA", &["fd00::1"]),
    );
    assert_eq!((a.trim(), aaaa.trim()), ("10.0.0.1", "fd00::1"));
    host.expect("dig +tries=1 @10.0.0.1 nothing.softstack.example", &["status: NXDOMAIN"]);
    host.expect("dig +tries=1 @10.0.0.1 example.org", &["status: REFUSED"]);
    finish(host);
}
