//! Batches of both APIs: answers in any order, entries that fail, and what becomes of one that is left.

use std::io::Read;
use std::process::Stdio;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use provider::{Behaviour, Brain, Fault};
use serde_json::Value;

use crate::desk::{Desk, KEY, MODELS, capture, damaged, ping, stale};
use crate::program::{Finished, finish};

/// Two kinds of findings: packets 2 and 5 have one, packet 4 the other.
fn desk(behaviour: Behaviour) -> (Desk, String) {
    let desk = Desk::new(behaviour);
    let packets = [ping(), stale(), ping(), damaged(), stale()];
    let file = desk.file("five.pcap", &capture(&packets));
    (desk, file)
}

/// The requests so far, by method and path.
fn calls(desk: &Desk, method: &str, path: &str) -> usize {
    let seen = desk.provider.seen();
    seen.iter().filter(|seen| seen.method == method && seen.path.ends_with(path)).count()
}

fn objects(finished: &Finished) -> Vec<Value> {
    finished.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn all_kinds_of_findings_in_one_batch() {
    for model in MODELS {
        let (desk, file) =
            desk(Behaviour { polls: 2, brain: Brain::Lying, ..Behaviour::default() });
        let finished = desk.run(&format!("{file} --batch --model {model}"));
        assert_eq!(finished.code, Some(0), "{finished:?}");
        assert!(finished.stderr.starts_with("softstack: batch "), "{finished:?}");
        let two = finished.stdout.find("#2 10.0.0.2").unwrap();
        let four = finished.stdout.find("#4 10.0.0.2").unwrap();
        assert!(two < four, "in the capture's order: {finished:?}");
        let (first, second) = finished.stdout.split_at(four);
        assert!(first.contains("\nthe same findings: packet 5\n"), "{first}");
        assert!(first.contains("`ipv4.ttl` is 64 [✗ the packet says 63] (bytes 8)."), "{first}");
        assert!(second.contains("`ipv4.ttl` is 65 [✗ the packet says 64] (bytes 8)."), "{second}");
        for text in [first, second] {
            assert!(text.contains(" agree with the bytes, 1 contradicts them\n"), "{text}");
        }
        let batches = if model == MODELS[0] { "/v1/messages/batches" } else { "/v1/batches" };
        assert_eq!(calls(&desk, "POST", batches), 1);
        assert_eq!(calls(&desk, "POST", "/v1/messages") + calls(&desk, "POST", "/completions"), 0);
        let polls = desk.provider.seen().into_iter().filter(|seen| {
            seen.method == "GET" && !seen.path.ends_with("results") && seen.path.contains("batch")
        });
        assert!(polls.count() >= 3, "it is asked after until it has ended");
        let keys = desk
            .provider
            .seen()
            .into_iter()
            .all(|seen| seen.api_key.as_deref() == Some(KEY) || seen.authorization.is_some());
        assert!(keys && !format!("{finished:?}").contains(KEY));
    }
}

/// Half the price of the same tokens, in the output as in the account, and only one entry there.
#[test]
fn a_batch_costs_half() {
    for model in MODELS {
        let (desk, file) = desk(Behaviour::default());
        let finished = desk.run(&format!("{file} --batch --model {model} --json"));
        assert_eq!(finished.code, Some(0), "{finished:?}");
        let objects = objects(&finished);
        let (mut usd, mut tokens) = (0.0, 0);
        for object in &objects {
            let spending = &object["explanation"]["spending"];
            let count = |kind: &str| spending["usage"][kind].as_u64().unwrap();
            let cached = if model == MODELS[0] { 0.1 } else { 1.0 };
            let full = (count("input") + count("cache_written")) as f64
                + count("cached") as f64 * cached
                + count("output") as f64 * 5.0;
            let said = spending["usd"].as_f64().unwrap();
            assert!((said - full / 2e6).abs() < 1e-9, "{spending}");
            usd += said;
            tokens += ["input", "cached", "cache_written", "output"].map(count).iter().sum::<u64>();
        }
        assert_eq!((objects.len(), &objects[0]["others"]), (2, &serde_json::json!([5])));
        let account = desk.account();
        assert_eq!(account.len(), 1, "{account:?}");
        assert_eq!(account[0]["tokens"], tokens);
        assert!((account[0]["usd"].as_f64().unwrap() - usd).abs() < 1e-9, "{account:?} {usd}");
    }
}

#[test]
fn entries_that_fail() {
    for model in MODELS {
        for (fault, right, expect) in [
            (Fault::BatchEntryFails, 4, "packet 2: HTTP 500"),
            (Fault::BatchExpires, 2, "packet 4: the batch expired before its turn came"),
        ] {
            let (desk, file) = desk(Behaviour { fault, ..Behaviour::default() });
            let finished = desk.run(&format!("{file} --batch --model {model}"));
            assert_eq!(finished.code, Some(2), "{finished:?}");
            assert!(finished.stderr.contains(expect), "{finished:?}");
            assert!(
                finished.stderr.ends_with("1 of 2 packets were not explained\n"),
                "{finished:?}"
            );
            let explained = finished.stdout.matches("statements checked").count();
            assert_eq!(explained, 1, "{finished:?}");
            let json = desk.run(&format!("{file} --batch --model {model} --json"));
            for object in objects(&json) {
                let is_right = object["number"] == right;
                assert_eq!(object.get("explanation").is_some(), is_right, "{object}");
                assert_eq!(object.get("error").is_some(), !is_right, "{object}");
            }
        }
    }
}

#[test]
fn a_batch_that_fails_as_a_whole_costs_nothing() {
    let (desk, file) = desk(Behaviour { fault: Fault::BatchFails, ..Behaviour::default() });
    let finished = desk.run(&format!("{file} --batch --model {}", MODELS[1]));
    assert_eq!(finished.code, Some(2), "{finished:?}");
    assert!(
        finished.stderr.contains("the batch failed: This line is not parseable"),
        "{finished:?}"
    );
    assert!(desk.account().is_empty());
    for (fault, expect) in [
        (Fault::Status { code: 401, retry_after: None }, "does not accept the key"),
        (Fault::Status { code: 400, retry_after: None }, "HTTP 400"),
        (Fault::Html, "no JSON"),
    ] {
        for model in MODELS {
            desk.provider.set(fault.clone());
            let finished = desk.run(&format!("{file} --batch --model {model}"));
            assert_eq!(finished.code, Some(2), "{finished:?}");
            assert!(finished.stderr.contains(expect), "{fault:?}: {finished:?}");
        }
    }
}

/// Half the worst case is set aside for all of it before anything is sent.
#[test]
fn a_batch_beyond_the_budget_is_not_sent() {
    for model in MODELS {
        let (desk, file) = desk(Behaviour::default());
        // A call may take 8,192 tokens out at $5 a million and some thousands in: two come to $0.09.
        let poor = desk.run(&format!("{file} --batch --model {model} --run-usd 0.04"));
        assert_eq!((poor.code, desk.provider.seen().len()), (Some(2), 0), "{poor:?}");
        let expect =
            "no more calls to models: --run-usd allows $0.04, 0 tokens ($0.0000) are spent";
        assert!(poor.stderr.contains(expect), "{poor:?}");
        let tokens = desk.run(&format!("{file} --batch --model {model} --run-tokens 10000"));
        assert!(tokens.stderr.contains("--run-tokens allows 10000, "), "{tokens:?}");
        let half = desk.run(&format!("{file} --batch --model {model} --run-usd 0.06"));
        assert_eq!(half.code, Some(0), "{half:?}");
    }
}

#[test]
fn providers_without_batches_are_asked_packet_by_packet() {
    let (desk, file) = desk(Behaviour::default());
    let finished = desk.run(&format!("{file} --batch --model local/qwen3:4b"));
    assert_eq!(finished.code, Some(0), "{finished:?}");
    let expect =
        "softstack: local takes no batches, so this is one call a packet, at the full price\n";
    assert_eq!(finished.stderr, expect);
    assert_eq!(calls(&desk, "POST", "/v1/chat/completions"), 2);
    assert_eq!(finished.stdout.matches("statements checked").count(), 2, "{finished:?}");
}

#[test]
fn no_more_kinds_than_asked_for() {
    let (desk, file) = desk(Behaviour::default());
    let finished = desk.run(&format!("{file} --batch --limit 1 --model {}", MODELS[0]));
    assert_eq!(finished.stdout.matches("statements checked").count(), 1, "{finished:?}");
    assert!(finished.stderr.contains("1 packets have findings of other kinds, beyond --limit 1"));
    let good = desk.file("good.pcap", &capture(&[ping()]));
    let finished = desk.run(&format!("{good} --batch --model {}", MODELS[0]));
    assert_eq!((finished.code, finished.stdout.as_str()), (Some(0), ""), "{finished:?}");
    assert!(finished.stderr.contains("nothing to explain"), "{finished:?}");
}

/// Starts a batch, interrupts the program when it is sent; what it said, and the batch's identifier.
fn interrupted(desk: &Desk, file: &str, model: &str) -> (Finished, String) {
    let mut command = desk.command(&format!("{file} --batch --model {model}"));
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = child.stderr.take().unwrap();
    let (mut said, mut byte) = (Vec::new(), [0]);
    while !said.ends_with(b"\n") && stderr.read(&mut byte).unwrap() == 1 {
        said.push(byte[0]);
    }
    kill(Pid::from_raw(child.id() as i32), Signal::SIGINT).unwrap();
    let began = Instant::now();
    stderr.read_to_end(&mut said).unwrap();
    let finished = finish(child);
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    let stderr = String::from_utf8(said).unwrap();
    let id = stderr.split_whitespace().nth(2).unwrap().trim_end_matches(',').to_owned();
    (Finished { stderr, ..finished }, id)
}

#[test]
fn a_batch_that_is_left_can_be_come_back_to() {
    for model in MODELS {
        let (desk, file) = desk(Behaviour { polls: 4, ..Behaviour::default() });
        let (left, id) = interrupted(&desk, &file, model);
        assert_eq!((left.code, left.stdout.as_str()), (Some(130), ""), "{left:?}");
        for expect in [
            format!("the batch {id} goes on at the provider and is booked in full"),
            format!("--resume-batch {id}"),
            format!("--cancel-batch {id}"),
        ] {
            assert!(left.stderr.contains(&expect), "{expect}: {left:?}");
        }
        let booked = desk.account();
        assert_eq!(booked.len(), 1, "{booked:?}");
        assert!(booked[0]["usd"].as_f64() > Some(0.03), "half the worst case: {booked:?}");
        let posts = calls(&desk, "POST", "");
        let back = desk.run(&format!("{file} --batch --model {model} --resume-batch {id}"));
        assert_eq!(back.code, Some(0), "{back:?}");
        assert_eq!(back.stdout.matches("statements checked").count(), 2, "{back:?}");
        assert_eq!(calls(&desk, "POST", ""), posts, "nothing is sent again");
        assert_eq!(desk.account().len(), 1, "nor booked again");
    }
}

#[test]
fn a_batch_can_be_cancelled() {
    for model in MODELS {
        let (desk, file) = desk(Behaviour { fault: Fault::BatchNeverEnds, ..Behaviour::default() });
        let (_, id) = interrupted(&desk, &file, model);
        let cancelled = desk.run(&format!("{file} --batch --model {model} --cancel-batch {id}"));
        assert_eq!(cancelled.code, Some(0), "{cancelled:?}");
        assert_eq!(calls(&desk, "POST", "/cancel"), 1);
        let back = desk.run(&format!("{file} --batch --model {model} --resume-batch {id}"));
        assert_eq!(back.code, Some(2), "{back:?}");
        assert!(back.stderr.contains("cancelled"), "{back:?}");
        let unknown = desk.run(&format!("{file} --batch --model {model} --resume-batch none"));
        assert_eq!(unknown.code, Some(2), "{unknown:?}");
        assert!(unknown.stderr.contains("HTTP 404"), "{unknown:?}");
        let path = desk.run(&format!("{file} --batch --model {model} --resume-batch ../models"));
        assert!(path.stderr.contains("is no identifier"), "{path:?}");
    }
}
