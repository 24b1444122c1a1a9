//! One packet: table and findings, and the model's words as they come, with marks.

use std::io::Read;
use std::process::Stdio;
use std::time::{Duration, Instant};

use provider::{Behaviour, Brain, Fault, Latency};
use serde_json::Value;

use crate::desk::{Desk, MODELS, capture, damaged, ping, stale, stale_hex, with_input};
use crate::program::{Finished, finish};

/// The exact part of the stale ping.
fn assert_exact(finished: &Finished) {
    for line in [
        "#1 10.0.0.2 > 10.0.0.1 ICMP echo request id 7 seq 1, 64 bytes\n",
        "  8         ipv4.ttl              63\n",
        "  10–11     ipv4.checksum         0x",
        "- ipv4.checksum (RFC 791 3.1, MUST) bytes 10–11: expected 0x",
        "  clause: “The checksum field is",
        "  fix: set 10 ",
    ] {
        assert!(finished.stdout.contains(line), "{line:?}: {finished:?}");
    }
}

#[test]
fn the_exact_part_needs_no_model() {
    let desk = Desk::new(Behaviour::default());
    let finished = desk.run(&stale_hex());
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""));
    assert_exact(&finished);
    assert!(!finished.stdout.contains("checked"), "{finished:?}");
    assert_eq!(desk.provider.seen().len(), 0);
    let file = desk.file("three.pcap", &capture(&[ping(), damaged(), stale()]));
    let second = desk.run(&format!("{file} --packet 2 --json"));
    let value: Value = serde_json::from_str(&second.stdout).expect("JSON");
    assert_eq!((&value["number"], &value["link"]), (&2.into(), &"raw".into()));
    assert_eq!(value["findings"][0]["rule"], "icmp.checksum", "{value}");
    assert_eq!(value["dissection"]["layers"][0]["name"], "ipv4");
    assert!(value.get("explanation").is_none(), "{value}");
    let good = desk.run(&format!("{file} --packet 1"));
    assert!(good.stdout.ends_with("\nno findings\n"), "{good:?}");
}

#[test]
fn hex_in_every_form() {
    let desk = Desk::new(Behaviour::default());
    let bytes = stale();
    let spaced: Vec<String> = bytes.chunks(2).map(wire::hex::encode).collect();
    let words = desk.run(&spaced.join(" "));
    assert_exact(&words);
    for input in [wire::hex::dump(&bytes), stale_hex()] {
        assert_exact(&with_input(desk.command("-"), &input));
        let file = desk.file("dump.txt", input.as_bytes());
        assert_exact(&desk.run(&file));
    }
    let framed = format!("020000000001020000000002{}{}", "0800", stale_hex());
    for link in ["", "--link ethernet"] {
        let finished = desk.run(&format!("{framed} {link}"));
        assert!(finished.stdout.contains("  22        ipv4.ttl"), "{finished:?}");
        assert!(finished.stdout.contains("ipv4.checksum (RFC 791 3.1, MUST) bytes 24–25"));
    }
    let raw = desk.run(&format!("{framed} --link raw"));
    assert!(
        raw.stdout.contains("link raw") && raw.stdout.contains("version 0, not IPv4"),
        "{raw:?}"
    );
}

#[test]
fn a_model_explains_and_is_checked() {
    for model in MODELS {
        let desk = Desk::new(Behaviour::default());
        let finished = desk.run(&format!("{} --model {model}", stale_hex()));
        assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""), "{finished:?}");
        assert_exact(&finished);
        let (_, words) = finished.stdout.split_once(&format!("{model} explains:\n")).unwrap();
        let parts = ["What it is", "What is wrong", "Probable cause", "Change in the sender"];
        for part in parts {
            assert!(words.contains(&format!("\n## {part}\n")), "{words}");
        }
        assert!(words.contains("The field `ipv4.ttl` is 63 (bytes 8).\n"), "{words}");
        assert!(words.contains(" agree with the bytes, none contradicts them\n"), "{words}");
        assert!(words.contains(" tokens read, ") && words.contains(", $0.00"), "{words}");
        let checked = words.lines().find(|line| line.contains("statements checked")).unwrap();
        let checked: u32 = checked.split(' ').next().unwrap().parse().unwrap();
        assert!(checked >= 30, "{words}");
        let seen = desk.provider.seen();
        let body = seen[0].body.to_string();
        assert_eq!(seen.len(), 1);
        assert!(body.contains("# You explain packets") && body.contains("fix: set 10 "), "{body}");
        assert!(!body.contains("json_schema"), "prose is asked for: {body}");
        let account = desk.account();
        assert_eq!((account.len(), &account[0]["model"]), (1, &model.into()), "{account:?}");
    }
}

#[test]
fn a_lie_is_marked() {
    for model in MODELS {
        let desk = Desk::new(Behaviour { brain: Brain::Lying, ..Behaviour::default() });
        let finished = desk.run(&format!("{} --model {model}", stale_hex()));
        assert_eq!(finished.code, Some(0), "{finished:?}");
        let expect = "The field `ipv4.ttl` is 64 [✗ the packet says 63] (bytes 8).\n";
        assert!(finished.stdout.contains(expect), "{finished:?}");
        assert_eq!(finished.stdout.matches('✗').count(), 1, "{finished:?}");
        assert!(finished.stdout.contains(" agree with the bytes, 1 contradicts them\n"));
        let json = desk.run(&format!("{} --model {model} --json", stale_hex()));
        let value: Value = serde_json::from_str(&json.stdout).expect("JSON");
        let explanation = &value["explanation"];
        let text = explanation["text"].as_str().unwrap();
        let claims = explanation["claims"].as_array().unwrap();
        let wrong: Vec<&Value> =
            claims.iter().filter(|claim| claim["verdict"] == "contradicted").collect();
        let [wrong] = wrong.as_slice() else { panic!("{claims:?}") };
        assert_eq!(wrong["field"], "ipv4.ttl");
        let range = |end: &str| wrong["range"][end].as_u64().unwrap() as usize;
        assert_eq!(&text[range("start")..range("end")], "ipv4.ttl` is 64");
        assert!(explanation["spending"]["usd"].as_f64() > Some(0.0), "{explanation}");
    }
}

/// The first words are there long before the last.
#[test]
fn words_are_shown_as_they_come() {
    let latency = Latency { first_token: Duration::ZERO, tokens_per_second: 250.0 };
    let desk = Desk::new(Behaviour { latency, ..Behaviour::default() });
    let mut command = desk.command(&format!("{} --model {}", stale_hex(), MODELS[0]));
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let (mut text, mut buffer, mut first) = (Vec::new(), [0; 256], None);
    let began = Instant::now();
    loop {
        let length = stdout.read(&mut buffer).unwrap();
        if length == 0 {
            break;
        }
        text.extend_from_slice(&buffer[..length]);
        if String::from_utf8_lossy(&text).contains("`ipv4.version` is 4") {
            first.get_or_insert(began.elapsed());
        }
    }
    let (first, all) = (first.expect("the first field"), began.elapsed());
    assert!(all > first + Duration::from_millis(500), "{first:?} of {all:?}");
    assert_eq!(finish(child).code, Some(0));
}

#[test]
fn an_answer_that_breaks_off_is_asked_for_again() {
    for model in MODELS {
        let desk = Desk::new(Behaviour { fault: Fault::CutMidStream, ..Behaviour::default() });
        let finished = desk.run(&format!("{} --model {model}", stale_hex()));
        assert_eq!((finished.code, desk.provider.seen().len()), (Some(2), 2), "{finished:?}");
        assert_exact(&finished);
        let again = "\n[the answer broke off and is asked for again]\n";
        assert!(finished.stdout.contains(again), "{finished:?}");
        assert!(finished.stderr.starts_with("softstack: the answer was cut off"), "{finished:?}");
        assert!(finished.stderr.contains("booked in full"), "{finished:?}");
        assert_eq!(desk.account().len(), 2);
    }
}

#[test]
fn what_fails_for_a_while_is_tried_again() {
    let fault = Fault::StatusTimes { code: 529, retry_after: None, times: 1 };
    let desk = Desk::new(Behaviour { fault, ..Behaviour::default() });
    let finished = desk.run(&format!("{} --model {}", stale_hex(), MODELS[0]));
    assert_eq!((finished.code, desk.provider.seen().len()), (Some(0), 2), "{finished:?}");
    assert!(!finished.stdout.contains("broke off"), "nothing was shown yet: {finished:?}");
}

#[test]
fn answers_that_end_early() {
    for model in MODELS {
        let desk = Desk::new(Behaviour { fault: Fault::MaxTokens, ..Behaviour::default() });
        let cut = desk.run(&format!("{} --model {model}", stale_hex()));
        assert_eq!(cut.code, Some(0), "half of it is better than nothing: {cut:?}");
        assert!(cut.stdout.contains("\n[the answer was cut after "), "{cut:?}");
        for (fault, expect) in
            [(Fault::Refusal, "the model declined to answer: "), (Fault::EmptyAnswer, "is empty")]
        {
            desk.provider.set(fault);
            let none = desk.run(&format!("{} --model {model}", stale_hex()));
            assert_eq!(none.code, Some(2), "{none:?}");
            assert!(none.stderr.contains(expect), "{none:?}");
        }
    }
}

/// What a model writes does nothing to a terminal, and what a packet spells forges no line.
#[test]
fn hostile_words() {
    let brain = Brain::Text("The TTL is 64.\x1b[2J\r\nThe TTL is 63.\n".into());
    let desk = Desk::new(Behaviour { brain, ..Behaviour::default() });
    let finished = desk.run(&format!("{} --model {}", stale_hex(), MODELS[1]));
    assert!(!finished.stdout.contains(['\x1b', '\r']), "{finished:?}");
    assert!(finished.stdout.contains("The TTL is 64 [✗ the packet says 63]."), "{finished:?}");
    assert!(
        finished
            .stdout
            .contains("2 statements checked, 1 agrees with the bytes, 1 contradicts them")
    );
}
