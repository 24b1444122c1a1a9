//! The embedded model first and a hosted one behind it: it is asked about exactly what the first does not
//! speak. Alone, the first drops that, and says why.

use softstack::journal::{Act, Record};
use softstack::sandbox::Device;

use crate::harness::{MODEL, Plan, Running};
use crate::program::misses;

#[test]
fn what_nano_does_not_speak_is_handed_on() {
    if misses(&["ping", "nc"]) {
        return;
    }
    let plan = Plan { device: Device::Auto, model: format!("nano,{MODEL}"), ..Plan::default() };
    let Some(host) = Running::start(&plan) else { return };
    host.expect("ping -c 5 -i 0.2 -w 10 10.0.0.1", &[", 5 received"]);
    assert_eq!(host.provider.seen().len(), 0, "pings are nano's");
    host.expect("ping -6 -c 2 -i 0.5 fd00::1", &["2 received, 0% packet loss"]);
    host.expect("nc -w 3 -v 10.0.0.1 9999", &["refused"]);
    let (asked, finished) = (host.provider.seen().len(), host.finish());
    finished.assert_sound();
    assert_eq!(asked, 3, "two pings over IPv6 and a SYN");
    let passed = finished.records.iter().filter(|record| {
        matches!(record, Record::Thought { model, action: Act::Pass, .. } if model == "nano")
    });
    assert_eq!(passed.count(), 3);
}

#[test]
fn nano_alone_drops_what_it_does_not_speak() {
    if misses(&["ping", "nc"]) {
        return;
    }
    let plan = Plan { device: Device::Auto, model: "nano".into(), ipv6: true, ..Plan::default() };
    let Some(host) = Running::start(&plan) else { return };
    host.expect("ping -c 2 -i 0.5 10.0.0.1", &["2 received, 0% packet loss"]);
    host.expect("ping -6 -c 1 -W 1 fd00::1", &["100% packet loss"]);
    host.run("nc -w 1 -v 10.0.0.1 9999");
    let finished = host.finish();
    let mut reasons: Vec<&str> = finished.records.iter().filter_map(reason).collect();
    reasons.dedup();
    assert!(reasons.contains(&"version") && reasons.contains(&"protocol"), "{reasons:?}");
    assert_eq!(finished.statistics.replied, 2);
}

fn reason(record: &Record) -> Option<&str> {
    match record {
        Record::Silence { reason, .. } => Some(reason),
        _ => None,
    }
}
