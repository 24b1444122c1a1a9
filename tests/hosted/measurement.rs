//! The benchmark over HTTP: right models score, wrong ones do not, several stand side by side, and an
//! interruption loses nothing.

use std::process::Stdio;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use provider::{Behaviour, Brain, Fault, Latency, Provider};
use serde_json::Value;

use crate::host::{KEY, MODELS, configuration};
use crate::program::{Finished, finish, run, softstack};

struct Bench {
    provider: Provider,
    folder: tempfile::TempDir,
}

impl Bench {
    fn new(behaviour: Behaviour) -> Bench {
        let provider = Provider::start(Behaviour { key: Some(KEY.into()), ..behaviour });
        let folder = tempfile::tempdir().unwrap();
        let more = format!("account = \"{}\"", folder.path().join("account").display());
        let config = configuration(&provider, &more);
        std::fs::write(folder.path().join("config.toml"), config).unwrap();
        Bench { provider, folder }
    }

    fn command(&self, arguments: &str) -> std::process::Command {
        let config = self.folder.path().join("config.toml");
        softstack(&format!("eval {arguments} --config {}", config.display()))
    }

    fn run(&self, arguments: &str) -> Finished {
        run(self.command(arguments))
    }

    fn json(&self, arguments: &str) -> (Vec<Value>, Finished) {
        let finished = self.run(&format!("{arguments} --json"));
        let values = finished.stdout.lines().map(|line| serde_json::from_str(line).unwrap());
        (values.collect(), finished)
    }
}

#[test]
fn a_right_model_scores_and_a_wrong_one_does_not() {
    for (model, form) in [(MODELS[0], "bytes"), (MODELS[1], "edits"), ("local/qwen3:4b", "bytes")] {
        let bench = Bench::new(Behaviour::default());
        let (reports, finished) =
            bench.json(&format!("--model {model} --form {form} -n 20 --seed 5"));
        let report = &reports[0];
        assert_eq!((finished.code, &report["complete"]), (Some(0), &true.into()), "{finished:?}");
        assert_eq!((&report["valid"]["n"], &report["valid"]["admitted"]), (&20.into(), &20.into()));
        assert_eq!(
            (&report["bad"]["n"], &report["bad"]["right"]),
            (&20.into(), &20.into()),
            "{report}"
        );
        assert_eq!((&report["model"], &report["form"]), (&model.into(), &form.into()));
        assert!(report["spending"]["usage"]["output"].as_u64() > Some(100), "{report}");

        bench.provider.set_brain(Brain::AlwaysWrong);
        let (reports, finished) = bench.json(&format!("--model {model} --form {form} -n 10"));
        let report = &reports[0];
        assert_eq!(finished.code, Some(0), "the judge held everything back: {finished:?}");
        assert_eq!(
            (&report["valid"]["exact"], &report["valid"]["unanswered"]),
            (&0.into(), &10.into())
        );
        // Of what has hardly any bytes not even a wrong reply can be made, and no edits are none.
        let answered = report["bad"]["answered"].as_u64();
        assert!(form == "edits" || answered >= Some(8), "{report}");
        assert_eq!((&report["bad"]["right"], &report["bad"]["passed"]), (&0.into(), &0.into()));
    }
}

/// Prompts, programs and answers of a whole host, as they go over HTTP.
#[test]
fn every_protocol_of_a_whole_host() {
    for (model, form) in [(MODELS[0], "bytes"), (MODELS[1], "edits")] {
        let bench = Bench::new(Behaviour::default());
        let arguments = format!("--model {model} --form {form} -n 10 --protocols all --seed 5");
        let (reports, finished) = bench.json(&arguments);
        let report = &reports[0];
        assert_eq!((finished.code, &report["complete"]), (Some(0), &true.into()), "{finished:?}");
        let protocols = report["protocols"].as_object().unwrap();
        assert_eq!(protocols.len(), 12);
        for (protocol, tally) in protocols {
            let count = |kind: &str| tally["sound"][kind].as_u64().unwrap();
            assert_eq!((count("exact") + count("silent"), count("n")), (10, 10), "{tally}");
            assert!(count("silent") == 0 || protocol.starts_with("unreachable"), "{tally}");
            assert_eq!(tally["faulty"]["right"], 10, "{protocol}: {tally}");
            assert!(tally["tokens_per_packet"].as_f64() > Some(100.0), "{tally}");
        }
        bench.provider.set_brain(Brain::AlwaysWrong);
        let (reports, _) = bench.json(&format!("{arguments} --attempts 1"));
        let (valid, bad) = (&reports[0]["valid"], &reports[0]["bad"]);
        let right = [&valid["admitted"], &valid["silent"], &bad["right"], &bad["passed"]];
        assert_eq!((right, &valid["vetoed"]), ([&0.into(); 4], &120.into()), "{valid} {bad}");
    }
}

#[test]
fn several_models_side_by_side() {
    let bench = Bench::new(Behaviour::default());
    let models = format!("--model nano --model {} --model {}", MODELS[0], MODELS[1]);
    let finished = bench.run(&format!("{models} -n 3"));
    assert_eq!(finished.code, Some(0), "{finished:?}");
    let rows: Vec<&str> = finished.stdout.lines().collect();
    assert_eq!(rows.len(), 5, "{finished:?}");
    let width = rows[0].chars().count();
    assert!(rows.iter().all(|row| row.chars().count() == width), "columns: {finished:?}");
    for (row, name) in rows[2..].iter().zip(["nano", MODELS[0], MODELS[1]]) {
        assert!(row.starts_with(&format!("| {name} ")) && row.contains("| 3/3 "), "{row}");
    }
    let (reports, _) = bench.json(&format!("{models} -n 3"));
    assert_eq!(reports.len(), 3);
    let finished = bench.run(&format!("{models} -n 3 --protocols arp,syn"));
    assert_eq!(finished.code, Some(0), "{finished:?}");
    for line in ["A: nano, seed 1", "C: gpt/gpt-6-luna, replies in bytes, seed 1"] {
        assert!(finished.stdout.lines().any(|told| told == line), "{finished:?}");
    }
    let rows = ["syn      A   0/3 ", "syn      B   3/3 ", "syn      C   3/3 "];
    assert!(rows.iter().all(|row| finished.stdout.contains(row)), "{finished:?}");
}

/// Cut off by Ctrl-C in the middle of answers, then run again: what was paid for is not paid for again.
#[test]
fn it_goes_on_where_it_was_interrupted() {
    let latency = Latency { first_token: Duration::from_millis(300), ..Latency::default() };
    let bench = Bench::new(Behaviour { latency, ..Behaviour::default() });
    let record = bench.folder.path().join("record.jsonl");
    let arguments =
        format!("--model {} -n 15 --jobs 3 --json --record {}", MODELS[0], record.display());
    let mut command = bench.command(&arguments);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let end = Instant::now() + Duration::from_secs(30);
    let lines = || std::fs::read_to_string(&record).unwrap_or_default().lines().count();
    while lines() < 8 && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(10));
    }
    kill(Pid::from_raw(child.id() as i32), Signal::SIGINT).unwrap();
    let began = Instant::now();
    let interrupted = finish(child);
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    assert_eq!(interrupted.code, Some(130), "{interrupted:?}");
    let report: Value = serde_json::from_str(&interrupted.stdout).expect("what there is so far");
    assert_eq!(report["complete"], false);
    let before = bench.provider.seen().len();

    let finished = run(bench.command(&arguments));
    assert_eq!(finished.code, Some(0), "{finished:?}");
    let report: Value = serde_json::from_str(&finished.stdout).unwrap();
    assert_eq!((&report["valid"]["n"], &report["bad"]["n"]), (&15.into(), &15.into()), "{report}");
    let calls = bench.provider.seen().len();
    // At most the three that were under way are asked again.
    assert!(calls <= 33 && calls - before < 25, "{before} calls before, {calls} in all");
    let third = run(bench.command(&arguments));
    assert_eq!((third.code, bench.provider.seen().len()), (Some(0), calls), "nothing is left");
    let other = run(bench.command(&format!("{arguments} --form edits")));
    assert_eq!(other.code, Some(2), "{other:?}");
    assert!(other.stderr.contains("with other settings"), "{other:?}");
}

#[test]
fn it_keeps_to_its_budget_and_tells_the_endpoint_from_the_model() {
    let bench = Bench::new(Behaviour::default());
    let limits = "--run-tokens 30000 --max-tokens 1000";
    let (reports, finished) = bench.json(&format!("--model {} -n 200 {limits}", MODELS[0]));
    assert_eq!(finished.code, Some(3), "{finished:?}");
    assert!(finished.stderr.contains("no more calls to models"), "{finished:?}");
    let tokens = &reports[0]["spending"]["usage"];
    let total: u64 = ["input", "cached", "cache_written", "output"]
        .iter()
        .filter_map(|kind| tokens[kind].as_u64())
        .sum();
    assert!(total <= 30_000 && total > 5_000, "{tokens}");

    bench.provider.set(Fault::Status { code: 401, retry_after: None });
    let (reports, finished) = bench.json(&format!("--model {} -n 2", MODELS[1]));
    assert_eq!(finished.code, Some(3), "{finished:?}");
    assert_eq!((&reports[0]["unavailable"], &reports[0]["valid"]["n"]), (&4.into(), &0.into()));
}
