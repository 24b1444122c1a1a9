//! Both forms of a reply, both APIs, each kind of model: asked as its documents say, and what is refused is
//! left out.

use provider::{Behaviour, Brain, Model, Provider, ReasoningField};
use softstack::journal::Record;

use crate::host::{KEY, Running, ping, ping_with};

fn stand_in(behaviour: Behaviour) -> Provider {
    Provider::start(Behaviour { key: Some(KEY.into()), ..behaviour })
}

/// Every model of the stand-in, with and without reasoning and structure, in both forms: replies and
/// drops with the right reason.
#[test]
fn every_model_in_every_form() {
    let models = [
        "claude/claude-haiku-5-5",
        "claude/claude-sonnet-5-5",
        "claude/claude-opus-5-5",
        "claude/claude-haiku-4-5",
        "gpt/gpt-6-luna",
        "local/qwen3:4b",
    ];
    let mut strange = ping(7);
    strange[16] ^= 1;
    for model in models {
        for form in ["bytes", "edits"] {
            for more in [
                "",
                "thinking = \"off\"\n",
                "structured = false\n",
                "structured = true\n",
                "effort = \"low\"\n",
                "temperature = 0.0\n",
            ] {
                let provider = stand_in(Behaviour::default());
                let more = format!("form = \"{form}\"\nrate = \"none\"\n{more}");
                let host = Running::start(&provider, model, &more);
                for packet in [ping(1), ping_with(2, b"odd"), ping_with(3, &[0xff; 1_400])] {
                    let told = host.ask(&packet);
                    assert!(told.sent.is_some(), "{model} {more}: {told:?}");
                    assert_eq!(told.vetoes(), 0, "{told:?}");
                }
                let told = host.ask(&strange);
                let reason = told.reason.as_deref();
                assert!(reason == Some("header-checksum"), "{model} {more}: {told:?}");
                host.finish();
            }
        }
    }
}

/// The reasoning is the summary that was asked for, line by line; the answer is recorded word for word.
#[test]
fn reasoning_is_shown_and_answers_are_kept() {
    let provider = stand_in(Behaviour::default());
    let host = Running::start(&provider, "claude/claude-haiku-5-5", "");
    let told = host.ask(&ping(1));
    assert!(!told.reasoning().is_empty(), "{told:?}");
    let answer = told.records.iter().find_map(|record| match record {
        Record::Thought { answer, spending, .. } => {
            Some((answer.clone()?, spending.expect("usage")))
        }
        _ => None,
    });
    let (answer, spending) = answer.expect("an answer");
    assert!(answer.starts_with("{\"action\":\"send\""), "{answer}");
    assert!(spending.usage.output > 0 && spending.usage.input > 0 && spending.usd > Some(0.0));
    assert!(!spending.usage.estimated);
    host.finish();

    for field in [None, Some(ReasoningField::Reasoning), Some(ReasoningField::ReasoningContent)] {
        let provider = stand_in(Behaviour { reasoning_field: field, ..Behaviour::default() });
        let host = Running::start(&provider, "local/qwen3:4b", "");
        assert!(!host.ask(&ping(1)).reasoning().is_empty(), "{field:?}");
        host.finish();
    }
}

/// What each API is sent: the program as a cached prefix, the packet after it, and nothing that current
/// models refuse.
#[test]
fn requests_are_as_the_documents_say() {
    let provider = stand_in(Behaviour::default());
    let host = Running::start(&provider, "claude/claude-haiku-5-5", "max_tokens = 4000\n");
    host.ask(&ping(1));
    let told = host.ask(&ping(2));
    host.finish();
    let seen = provider.seen();
    let body = &seen[0].body;
    assert_eq!(body["system"][0]["cache_control"]["type"], "ephemeral");
    assert_eq!(body["system"], seen[1].body["system"], "the prefix does not change");
    assert_eq!((&body["max_tokens"], &body["stream"]), (&4_000.into(), &true.into()));
    assert_eq!(body["thinking"]["display"], "summarized");
    for absent in ["temperature", "top_p", "top_k", "tools"] {
        assert!(body.get(absent).is_none(), "{absent}: {body}");
    }
    assert_eq!(body["messages"].as_array().map(Vec::len), Some(1), "no prefill: {body}");
    // The stand-in caches as the provider would.
    let cached = told.records.iter().any(|record| {
        matches!(record, Record::Thought { spending: Some(s), .. } if s.usage.cached > 500)
    });
    assert!(cached, "{told:?}");

    let provider = stand_in(Behaviour::default());
    let host = Running::start(&provider, "gpt/gpt-6-luna", "max_tokens = 4000\n");
    host.ask(&ping(1));
    host.finish();
    let body = &provider.seen()[0].body;
    assert_eq!(body["max_completion_tokens"], 4_000);
    assert_eq!(body["stream_options"]["include_usage"], true);
    assert_eq!(body["response_format"]["json_schema"]["strict"], true);
    assert!(body.get("temperature").is_none() && body.get("max_tokens").is_none(), "{body}");
}

/// A model that knows no schema is asked without, once it has said so, and a person is told.
#[test]
fn what_a_model_refuses_is_left_out() {
    let plain = Model { structured: false, ..Model::local("plain") };
    let models = vec![plain];
    let provider = stand_in(Behaviour { models, ..Behaviour::default() });
    let host = Running::start(&provider, "local/plain", "structured = true\neffort = \"high\"\n");
    for sequence in 1..=3 {
        assert!(host.ask(&ping(sequence)).sent.is_some());
    }
    let notices = host.notices();
    let calls = provider.seen().len();
    assert_eq!(calls, 3 + 2, "each refusal costs one call, once: {notices:?}");
    host.finish();
}

/// With checksum offload a model that cannot add is a host, and everybody is told.
#[test]
fn checksum_offload_is_named() {
    let zeros = |turn: &provider::Turn| {
        let mut reply = turn.packet.clone();
        let (source, destination) = reply[12..20].split_at_mut(4);
        source.swap_with_slice(destination);
        reply[20] = 0;
        reply[10..12].fill(0);
        reply[22..24].fill(0);
        format!("SEND {}", wire::hex::encode(&reply))
    };
    for (offload, answered) in [(false, false), (true, true)] {
        let provider = stand_in(Behaviour::default());
        provider.set_brain(Brain::Closure(std::sync::Arc::new(zeros)));
        let more = format!("checksum_offload = {offload}\nstructured = false\n");
        let host = Running::start(&provider, "claude/claude-haiku-5-5", &more);
        assert_eq!(host.ask(&ping(1)).sent.is_some(), answered);
        let prompt = provider.seen()[0].body["system"].to_string();
        assert_eq!(prompt.contains("Checksum offload"), offload);
        host.finish();
    }
}
