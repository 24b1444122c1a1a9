//! What is wrong is said in one line, with exit code 2, and costs nothing.

use provider::{Behaviour, Fault};

use crate::desk::{Desk, KEY, MODELS, capture, ping, stale, stale_hex, with_input};

#[test]
fn what_cannot_be_asked() {
    let desk = Desk::new(Behaviour::default());
    let hex = stale_hex();
    for (arguments, expect) in [
        ("--model nano", "nano answers pings and writes no English, so it cannot explain"),
        ("--model nano,claude/x", "one model explains, and no cascade"),
        ("--model replay/x.jsonl", "a recorded journal holds replies and no explanations"),
        ("--model gpt4", "no model is called \"gpt4\""),
        ("--model openai/x", "no key for openai: set OPENAI_API_KEY"),
        ("--model claude/claude-haiku-5-5 --run-tokens 10", "--run-tokens allows 10, and one call"),
        (
            "--model claude/claude-haiku-5-5 --run-usd 0.001",
            "--run-usd allows $0.001, and one call",
        ),
        ("--model claude/none", "HTTP 404"),
    ] {
        let finished = desk.run(&format!("{hex} {arguments}"));
        assert_eq!(finished.code, Some(2), "{arguments}: {finished:?}");
        assert_eq!(finished.stderr.lines().count(), 1, "{arguments}: {finished:?}");
        assert!(finished.stderr.starts_with("softstack: "), "{arguments}: {finished:?}");
        assert!(finished.stderr.contains(expect), "{arguments}: {finished:?}");
    }
    let asked = desk.provider.seen().len();
    assert_eq!((asked, desk.account().len()), (1, 0), "only the unknown model was asked for");
}

#[test]
fn a_budget_that_is_spent() {
    let desk = Desk::new(Behaviour::default());
    let named = format!("{} --model {}", stale_hex(), MODELS[1]);
    let poor = desk.run(&format!("{named} --run-tokens 10"));
    let (_, most) = poor.stderr.split_once("may take up to ").expect("what a call may take");
    let most: u64 = most.split(' ').next().unwrap().parse().unwrap();
    // Enough for one, and for less than another.
    let limit = most + 100;
    let command = format!("{named} --day-tokens {limit}");
    assert_eq!(desk.run(&command).code, Some(0));
    let second = desk.run(&command);
    assert_eq!((second.code, desk.provider.seen().len()), (Some(2), 1), "{second:?}");
    assert!(second.stderr.contains(&format!("--day-tokens allows {limit}, ")), "{second:?}");
    assert!(second.stderr.contains("softstack: the budget is spent"), "{second:?}");
    assert!(second.stdout.contains("ipv4.ttl"), "the exact part is there: {second:?}");
}

#[test]
fn what_goes_wrong_at_the_provider() {
    for model in MODELS {
        for (fault, expect) in [
            (Fault::Status { code: 401, retry_after: None }, "does not accept the key"),
            (Fault::Status { code: 429, retry_after: Some(9_000) }, "HTTP 429"),
            (Fault::Html, "stream of events"),
            (Fault::NotJson, "no JSON"),
            (Fault::StallMidStream, "in time"),
            (Fault::Redirect, "HTTP 30"),
            (Fault::Huge, "longer than"),
        ] {
            let desk = Desk::new(Behaviour { fault: fault.clone(), ..Behaviour::default() });
            let finished = desk.run(&format!("{} --model {model} --deadline 2", stale_hex()));
            assert_eq!(finished.code, Some(2), "{fault:?}: {finished:?}");
            assert!(finished.stderr.contains(expect), "{fault:?}: {}", finished.stderr);
            assert!(!format!("{} {}", finished.stdout, finished.stderr).contains(KEY));
            assert!(desk.provider.redirected().is_empty(), "a key went elsewhere");
        }
    }
}

#[test]
fn packets_that_are_none() {
    let desk = Desk::new(Behaviour::default());
    let two = desk.file("two.pcap", &capture(&[ping(), stale()]));
    let none = desk.file("none.pcap", &capture(&[]));
    let cut = desk.file("cut.pcap", &capture(&[ping(), stale()])[..150]);
    let words = desk.file("words.txt", b"some words\n");
    for (arguments, expect) in [
        ("no-such-file".to_owned(), "neither a file nor a packet in hex"),
        ("450".to_owned(), "no whole number of bytes"),
        ("45 00 zz".to_owned(), "the arguments spell no packet"),
        (two.clone(), "there are several packets: --packet N says which"),
        (format!("{two} --packet 3"), "there is no packet 3: there are 2 packets"),
        (none, "there is no packet in it"),
        (format!("{cut} --packet 2"), "cut.pcap: byte "),
        (words, "holds no packet in hex: line 1: \"some\""),
        (desk.folder.path().display().to_string(), "directory"),
    ] {
        let finished = desk.run(&arguments);
        assert_eq!((finished.code, finished.stdout.as_str()), (Some(2), ""), "{finished:?}");
        assert_eq!(finished.stderr.lines().count(), 1, "{finished:?}");
        assert!(finished.stderr.contains(expect), "{arguments}: {finished:?}");
    }
    let nothing = with_input(desk.command("-"), "");
    assert!(nothing.stderr.contains("standard input holds no packet"), "{nothing:?}");
}

#[test]
fn arguments_that_do_not_go_together() {
    let desk = Desk::new(Behaviour::default());
    for (arguments, expect) in [
        ("", "required arguments were not provided"),
        ("45 --packet 0", "invalid value '0' for '--packet <N>'"),
        ("45 --link token", "\"token\" is no link; there are ethernet, raw"),
        ("45 --batch", "--model <MODEL>"),
        ("45 --limit 3", "--batch"),
        ("45 --batch --model m --packet 1", "cannot be used with"),
        ("45 --batch --model m --limit 0", "invalid value '0' for '--limit <N>'"),
    ] {
        let finished = desk.run(arguments);
        assert_eq!((finished.code, finished.stdout.as_str()), (Some(2), ""), "{finished:?}");
        assert!(finished.stderr.contains(expect), "{arguments}: {finished:?}");
    }
}
