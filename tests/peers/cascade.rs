//! The embedded model first and a hosted one behind it: the first answers all that it speaks, and the second is asked
//! about exactly the rest, which is what the programs offer.

use softstack::journal::{Act, Record};
use softstack::sandbox::Device;

use crate::harness::{Finished, MODEL, Plan, Running};
use crate::program::misses;

/// A cascade on an Ethernet, then on bare IP, where this machine has the tools.
fn cascades(tools: &[&str]) -> impl Iterator<Item = Running> {
    let plan = |device| Plan { device, model: format!("nano,{MODEL}"), ..Plan::default() };
    let devices = [Device::Ethernet, Device::Auto].into_iter().filter(|_| !misses(tools));
    devices.filter_map(move |device| Running::start(&plan(device)))
}

/// Why nano passed packets on.
fn passed(finished: &Finished) -> Vec<&str> {
    finished.records.iter().filter_map(why_passed).collect()
}

fn why_passed(record: &Record) -> Option<&str> {
    match record {
        Record::Thought { model, action: Act::Pass, reason, .. } => {
            assert_eq!(model, "nano");
            reason.as_deref()
        }
        _ => None,
    }
}

#[test]
fn what_nano_speaks_it_answers_itself() {
    for host in cascades(&["ping", "nc", "traceroute"]) {
        host.expect("ping -c 5 -i 0.2 -w 10 10.0.0.1", &["icmp_seq=5", " received"]);
        host.expect("ping -6 -c 2 -i 0.2 -w 10 fd00::1", &["icmp_seq=2", " received"]);
        host.expect("echo hello | nc -u -w 3 10.0.0.1 7", &["hello\n"]);
        host.expect("nc -w 5 -v 10.0.0.1 9999", &["refused"]);
        host.expect("nc -6 -w 5 -v fd00::1 9999", &["refused"]);
        host.expect("traceroute -n -w 5,0,0 -q 1 -m 4 10.0.0.1", &[" 1  10.0.0.1  "]);
        assert_eq!(host.provider.seen().len(), 0, "nobody else is asked");
        let finished = host.finish();
        finished.assert_sound();
        assert_eq!(passed(&finished), [""; 0]);
    }
}

#[test]
fn what_the_programs_offer_is_handed_on() {
    for host in cascades(&["curl", "dig"]) {
        host.expect("dig +tries=1 +short @10.0.0.1 softstack.example A", &["10.0.0.1"]);
        assert_eq!(host.provider.seen().len(), 1, "one question");
        host.expect("curl -sS -i --max-time 20 http://10.0.0.1/", &["200 OK", "<h1>"]);
        host.expect("curl -sS -i -g --max-time 20 http://[fd00::1]/", &["200 OK", "<h1>"]);
        host.expect("ping -c 1 -w 10 10.0.0.1", &["icmp_seq=1", " received"]);
        let finished = host.finish();
        finished.assert_sound();
        let passed = passed(&finished);
        // A query; and of each connection the SYN, its acknowledgment, the request and the end.
        assert!(passed.len() > 6, "{passed:?}");
        assert!(passed.iter().all(|why| ["service", "timer"].contains(why)), "{passed:?}");
    }
}

/// A client without an address asks everybody, from nowhere.
#[test]
fn an_address_is_given_on_an_ethernet() {
    for host in cascades(&["nmap"]).take(1) {
        let discover = "nmap -n --script broadcast-dhcp-discover -e softstack0";
        host.expect(discover, &["DHCPOFFER", "Server Identifier: 10.0.0.1"]);
        assert_eq!(host.provider.seen().len(), 1, "one question");
        let finished = host.finish();
        finished.assert_sound();
        assert_eq!(passed(&finished).len(), 1);
    }
}
