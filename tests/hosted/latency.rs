//! The original experiment's latency, ten seconds a packet, with a real `ping`: none is lost, and many
//! at once take as long as one.

use std::time::{Duration, Instant};

use provider::{Behaviour, Fault, Latency, Provider};
use softstack::journal::Record;

use crate::host::{KEY, MODELS, Running, configuration, ping};
use crate::program::{Finished, misses, run, skip, softstack};

const FIRST_TOKEN: Duration = Duration::from_secs(10);

fn slow(first_token: Duration) -> Provider {
    let latency = Latency { first_token, ..Latency::default() };
    Provider::start(Behaviour { key: Some(KEY.into()), latency, ..Behaviour::default() })
}

/// The program with a model that takes ten seconds.
fn pinged(arguments: &str) -> Option<(Finished, Duration)> {
    if misses(&["ping"]) {
        return None;
    }
    let provider = slow(FIRST_TOKEN);
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.toml");
    let more = format!("account = \"{}\"", folder.path().display());
    std::fs::write(&config, configuration(&provider, &more)).unwrap();
    let began = Instant::now();
    let model = MODELS[0];
    let command = format!("{arguments} --model {model} --config {}", config.display());
    let finished = run(softstack(&command));
    if finished.code == Some(2) && finished.stderr.contains("--wire memory") {
        skip(&finished.stderr);
        return None;
    }
    Some((finished, began.elapsed()))
}

#[test]
fn three_of_three_at_ten_seconds() {
    let Some((finished, _)) = pinged("ping -c 3") else { return };
    let expect = "3 packets transmitted, 3 received, 0% packet loss";
    assert!(finished.stdout.contains(expect), "{finished:?}");
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""), "{finished:?}");
    assert!(!finished.stdout.contains("DUP!"), "{finished:?}");
    // A thought is shown as it comes: there is reasoning for each of the three.
    assert!(finished.stdout.matches("   │ ").count() >= 3, "{finished:?}");
}

#[test]
fn twenty_at_once_take_as_long_as_one() {
    let Some((finished, took)) = pinged("ping -c 20 -i 0.01 --quiet") else { return };
    let expect = "20 packets transmitted, 20 received, 0% packet loss";
    assert!(finished.stdout.contains(expect), "{finished:?}");
    assert!(took >= FIRST_TOKEN && took < 2 * FIRST_TOKEN, "{took:?}");
}

/// Once every request is decided, ping need not wait for what will not come.
#[test]
fn ping_does_not_wait_in_vain() {
    let provider =
        Provider::start(Behaviour { key: Some("another".into()), ..Behaviour::default() });
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.toml");
    let more = format!("account = \"{}\"", folder.path().display());
    std::fs::write(&config, configuration(&provider, &more)).unwrap();
    for wire in ["memory", "auto"] {
        if wire == "auto" && misses(&["ping"]) {
            continue;
        }
        let began = Instant::now();
        let arguments = format!("ping -c 2 -i 0.2 --quiet --wire {wire} --model {}", MODELS[0]);
        let finished = run(softstack(&format!("{arguments} --config {}", config.display())));
        if finished.code == Some(2) && finished.stderr.contains("--wire memory") {
            skip(&finished.stderr);
            continue;
        }
        assert_eq!(finished.code, Some(1), "{finished:?}");
        assert!(finished.stdout.contains("2 packets transmitted, 0 received"), "{finished:?}");
        assert!(finished.stdout.contains("HTTP 401"), "the reason is told: {finished:?}");
        assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    }
}

/// Replies leave in the order of the requests, although the later ones are ready first.
#[test]
fn one_flow_stays_in_order() {
    let provider = slow(Duration::from_millis(300));
    let host = Running::start(&provider, MODELS[1], "rate = \"none\"\nin_flight = 16\n");
    (1..=16).for_each(|sequence| host.send(&ping(sequence)));
    let told = host.outcomes(16);
    let numbers: Vec<u64> = told.iter().map(|told| told.packet).collect();
    assert_eq!(numbers, (1..=16).collect::<Vec<_>>());
    assert!(told.iter().all(|told| told.sent.is_some()), "{told:?}");
    host.finish();
}

/// A reply that nobody waits for any more is not sent.
#[test]
fn what_comes_too_late_is_not_sent() {
    let provider = slow(Duration::from_secs(2));
    let host = Running::start(&provider, MODELS[0], "deadline = 1\n");
    let told = host.ask(&ping(1));
    assert!(told.sent.is_none(), "{told:?}");
    let seconds = told.records.iter().find_map(|record| match record {
        Record::Silence { seconds, .. } => Some(*seconds),
        _ => None,
    });
    assert!(seconds.is_some_and(|seconds| (1.0..1.9).contains(&seconds)), "{told:?}");
    host.finish();
}

/// An answer that is ready waits for those before it in its flow, but not for ever: a packet that is
/// given up makes way.
#[test]
fn what_is_given_up_makes_way() {
    let provider = slow(Duration::from_millis(100));
    provider.set(Fault::TimeoutBeforeFirstByte);
    let host = Running::start(&provider, MODELS[0], "deadline = 2\nrate = \"none\"\n");
    host.send(&ping(1));
    while provider.seen().is_empty() {
        std::thread::sleep(Duration::from_millis(5));
    }
    provider.set(Fault::None);
    std::thread::sleep(Duration::from_millis(700));
    host.send(&ping(2));
    let told = host.outcomes(2);
    assert_eq!(told.iter().map(|told| told.packet).collect::<Vec<_>>(), [1, 2]);
    assert!(told[0].sent.is_none() && told[1].sent.is_some(), "{told:?}");
    host.finish();
}

/// The same packet again, while it is thought about, is left to the one answer.
#[test]
fn a_copy_in_flight_is_not_paid_for() {
    let provider = slow(Duration::from_millis(500));
    let host = Running::start(&provider, MODELS[0], "rate = \"none\"\n");
    (0..5).for_each(|_| host.send(&ping(1)));
    assert!(host.outcome().sent.is_some());
    std::thread::sleep(Duration::from_millis(50));
    assert!(host.ask(&ping(1)).sent.is_some(), "afterwards it is a request like any other");
    assert_eq!(provider.seen().len(), 2);
    let statistics = host.finish();
    assert_eq!(statistics.refused.values().sum::<u64>(), 4, "{statistics:?}");
}
