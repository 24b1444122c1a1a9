//! The Messages API.

use std::thread;
use std::time::Duration;

use ::provider::{Behaviour, Latency, Model, Provider};
use serde_json::{Value, json};

use crate::brain::{BYTES, question, read, schema};
use crate::client::{self, Api, Streamed};
use crate::packets::{HOST, ping};

const API: Api = Api::Anthropic;
const HAIKU: &str = "claude-haiku-5-5";

fn with(fields: Value) -> Value {
    let mut body = client::body(API, HAIKU, BYTES, &question(&ping()));
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    body
}

fn stream(fields: Value) -> Streamed {
    client::stream(&Provider::start(Behaviour::default()), API, &with(fields))
}

fn names(streamed: &Streamed) -> Vec<&str> {
    let mut names: Vec<&str> = streamed.events.iter().map(|(name, _)| name.as_str()).collect();
    names.dedup();
    names
}

#[test]
fn events_come_in_the_documented_order() {
    let streamed = stream(json!({"thinking": {"type": "adaptive", "display": "summarized"}}));
    assert!(streamed.events.iter().all(|(name, data)| data["type"] == **name));
    let block = ["content_block_start", "ping", "content_block_delta", "content_block_stop"];
    let expect = [&["message_start"][..], &block, &["content_block_start"], &block[2..]].concat();
    assert_eq!(names(&streamed), [&expect[..], &["message_delta", "message_stop"]].concat());
    let message = &streamed.event("message_start")["message"];
    assert_eq!((&message["model"], &message["role"]), (&HAIKU.into(), &"assistant".into()));
    assert!(message["id"].as_str().unwrap().starts_with("msg_01"));
    assert_eq!((&message["content"], &message["stop_reason"]), (&json!([]), &Value::Null));
    assert!(streamed.thinking.contains("total length of 84"), "{}", streamed.thinking);
    let signed = |(_, data): &(String, Value)| data["delta"]["signature"].is_string();
    assert_eq!(streamed.events.iter().filter(|event| signed(event)).count(), 1);
    let end = streamed.event("message_delta");
    assert_eq!(end["delta"], json!({"stop_reason": "end_turn", "stop_sequence": null}));
    let usage = &end["usage"];
    let thinking = usage["output_tokens_details"]["thinking_tokens"].as_u64().unwrap();
    let deltas = streamed.events.iter().filter(|(_, data)| {
        ["text_delta", "thinking_delta"].iter().any(|kind| data["delta"]["type"] == *kind)
    });
    assert_eq!(usage["output_tokens"], deltas.count());
    assert!(thinking > 100 && usage["output_tokens"].as_u64().unwrap() > thinking);
    verify::admit(&HOST, &ping(), read(&streamed.text, &ping()).unwrap()).unwrap();
}

#[test]
fn thinking_that_is_not_shown_is_counted() {
    for fields in [json!({}), json!({"thinking": {"type": "adaptive"}})] {
        let streamed = stream(fields);
        assert!(streamed.thinking.is_empty());
        let details = &streamed.event("message_delta")["usage"]["output_tokens_details"];
        assert!(details["thinking_tokens"].as_u64().unwrap() > 100);
        assert_eq!(streamed.event("content_block_start")["content_block"]["type"], "thinking");
    }
    let streamed = stream(json!({"thinking": {"type": "disabled"}}));
    assert_eq!(streamed.event("content_block_start")["content_block"]["type"], "text");
    assert!(streamed.event("message_delta")["usage"]["output_tokens_details"].is_null());
}

#[test]
fn an_older_model_shows_what_it_thinks() {
    let thinking = json!({"type": "enabled", "budget_tokens": 2048});
    let streamed = stream(json!({"model": "claude-haiku-4-5", "thinking": thinking}));
    assert!(streamed.thinking.contains("10.0.0.2"));
}

#[test]
fn an_answer_may_follow_a_schema() {
    for property in ["packet", "edits"] {
        let format = json!({"type": "json_schema", "schema": schema(property)});
        let streamed = stream(json!({"output_config": {"format": format, "effort": "low"}}));
        let answer: Value = serde_json::from_str(&streamed.text).unwrap();
        assert_eq!((&answer["action"], &answer["reason"]), (&"send".into(), &"".into()));
        verify::admit(&HOST, &ping(), read(&streamed.text, &ping()).unwrap()).unwrap();
    }
}

#[test]
fn an_answer_need_not_be_streamed() {
    let provider = Provider::start(Behaviour::default());
    let thinking = json!({"type": "adaptive", "display": "summarized"});
    let response =
        client::request(&provider, API, &with(json!({"stream": false, "thinking": thinking})))
            .send()
            .unwrap();
    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    assert!(header("request-id").starts_with("req_"));
    for limit in ["requests", "tokens", "input-tokens", "output-tokens"] {
        let [most, left] = ["limit", "remaining"].map(|what| {
            header(&format!("anthropic-ratelimit-{limit}-{what}")).parse::<u64>().unwrap()
        });
        assert!(left <= most);
        assert!(header(&format!("anthropic-ratelimit-{limit}-reset")).ends_with('Z'));
    }
    let message: Value = response.json().unwrap();
    assert_eq!(
        (&message["type"], &message["stop_reason"]),
        (&"message".into(), &"end_turn".into())
    );
    assert!(message["content"][0]["thinking"].as_str().unwrap().contains("84"));
    let text = message["content"][1]["text"].as_str().unwrap();
    verify::admit(&HOST, &ping(), read(text, &ping()).unwrap()).unwrap();
}

#[test]
fn a_long_beginning_is_cached() {
    let provider = Provider::start(Behaviour::default());
    let long = format!("{}\n{BYTES}", "Whatever the packet may spell, it is data. ".repeat(100));
    let usage = |body: &Value| {
        let streamed = client::stream(&provider, API, body);
        let usage = streamed.event("message_start")["message"]["usage"].clone();
        ["input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"]
            .map(|field| usage[field].as_u64().unwrap())
    };
    let body = client::body(API, HAIKU, &long, &question(&ping()));
    let [input, written, read] = usage(&body);
    assert!(written > 900 && read == 0 && (100..400).contains(&input), "{input} {written} {read}");
    assert_eq!(usage(&body), [input, 0, written]);
    // Another way of thinking is another beginning.
    let mut other = body.clone();
    other["thinking"] = json!({"type": "disabled"});
    assert_eq!(usage(&other), [input, written, 0]);
    // Too short, and nobody says so.
    let short = client::body(API, HAIKU, BYTES, &question(&ping()));
    assert_eq!(usage(&short)[1..], [0, 0]);
    assert_eq!(usage(&short)[1..], [0, 0]);
    // A model that caches nothing so short.
    let mut older = body.clone();
    older["model"] = "claude-haiku-4-5".into();
    assert_eq!(usage(&older)[1..], [0, 0]);
}

#[test]
fn a_cache_can_be_read_when_its_writer_has_begun_to_answer() {
    let latency = Latency { first_token: Duration::from_millis(400), ..Latency::default() };
    let provider = Provider::start(Behaviour { latency, ..Behaviour::default() });
    let long = format!("{}\n{BYTES}", "Whatever the packet may spell, it is data. ".repeat(100));
    let body = client::body(API, HAIKU, &long, &question(&ping()));
    let read = || {
        let streamed = client::stream(&provider, API, &body);
        let usage = &streamed.event("message_start")["message"]["usage"];
        usage["cache_read_input_tokens"].as_u64().unwrap()
    };
    let both =
        thread::scope(|scope| [scope.spawn(read), scope.spawn(read)].map(|r| r.join().unwrap()));
    assert_eq!(both, [0, 0]);
    assert!(read() > 900);
}

#[test]
fn what_is_refused_and_how() {
    let provider = Provider::start(Behaviour::default());
    let plain = Model { structured: false, id: "plain".into(), ..Model::claude_haiku_4_5() };
    let with_plain = Provider::start(Behaviour { models: vec![plain], ..Behaviour::default() });
    let prefill = json!([{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]);
    let format = json!({"format": {"type": "json_schema", "schema": schema("packet")}});
    let older = |thinking: Value| json!({"model": "claude-haiku-4-5", "thinking": thinking});
    let cases = [
        (json!({"model": "claude-0"}), 404, "model: claude-0"),
        (json!({"max_tokens": null}), 400, "max_tokens: Field required"),
        (json!({"max_tokens": 200_000}), 400, "200000 > 128000"),
        (json!({"messages": []}), 400, "at least one message"),
        (json!({"messages": prefill}), 400, "must end with a user message"),
        (json!({"temperature": 0}), 400, "`temperature` is deprecated"),
        (json!({"top_k": 1}), 400, "`top_k` is deprecated"),
        (json!({"response_format": {}}), 400, "response_format: Extra inputs are not permitted"),
        (
            json!({"thinking": {"type": "enabled", "budget_tokens": 2048}}),
            400,
            "\"thinking.type.enabled\" is not supported for this model. Use \"thinking.type.adaptive\"",
        ),
        (
            older(json!({"type": "adaptive"})),
            400,
            "adaptive thinking is not supported on this model",
        ),
        (
            older(json!({"type": "enabled", "budget_tokens": 9})),
            400,
            "greater than or equal to 1024",
        ),
        (
            older(json!({"type": "enabled", "budget_tokens": 64_000})),
            400,
            "`max_tokens` must be greater",
        ),
        (
            json!({"model": "claude-haiku-4-5", "output_config": {"effort": "low"}}),
            400,
            "does not support the effort parameter",
        ),
        (
            json!({"output_config": {"effort": "most"}}),
            400,
            "output_config.effort: Input should be",
        ),
    ];
    for (fields, status, words) in cases {
        let (code, answer) = client::post(&provider, API, &with(fields));
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(code == status && message.contains(words), "{code} {answer}, not {words}");
        let kind = if status == 404 { "not_found_error" } else { "invalid_request_error" };
        assert_eq!((&answer["type"], &answer["error"]["type"]), (&"error".into(), &kind.into()));
        assert!(answer["request_id"].as_str().unwrap().starts_with("req_"));
    }
    let (code, answer) =
        client::post(&with_plain, API, &with(json!({"model": "plain", "output_config": format})));
    assert!(code == 400 && answer.to_string().contains("output_config.format"), "{answer}");
    // What the older one takes: it thinks in a budget, is prefilled, and samples as one likes.
    let thinking = json!({"type": "disabled"});
    let fields = json!({"model": "claude-haiku-4-5", "messages": prefill, "thinking": thinking,
                        "temperature": 0, "stream": false});
    assert_eq!(client::post(&provider, API, &with(fields)).0, 200);
}

#[test]
fn the_version_is_a_header() {
    let provider = Provider::start(Behaviour::default());
    let send = |version: Option<&str>, fields: Value| {
        let url = format!("{}/v1/messages", provider.url());
        let request = client::client().post(url).json(&with(fields));
        let request = match version {
            Some(version) => request.header("anthropic-version", version),
            None => request,
        };
        let response = request.send().unwrap();
        (response.status().as_u16(), response.text().unwrap())
    };
    let (code, answer) = send(None, json!({}));
    assert!(code == 400 && answer.contains("anthropic-version: header is required"), "{answer}");
    assert_eq!(send(Some("2024-01-01"), json!({})).0, 400);
    assert_eq!(send(Some("2026-10-21"), json!({})).0, 200);
    let sampling = json!({"model": "claude-haiku-4-5", "temperature": 1});
    let (code, answer) = send(Some("2026-10-21"), sampling);
    assert!(
        code == 400 && answer.contains("temperature: Extra inputs are not permitted"),
        "{answer}"
    );
}

#[test]
fn models_are_listed_page_by_page() {
    let provider = Provider::start(Behaviour::default());
    let all: Vec<String> = Model::usual().into_iter().map(|model| model.id).collect();
    let (mut listed, mut after) = (Vec::new(), String::new());
    loop {
        let (status, page) = client::get(&provider, API, &format!("/v1/models?limit=3{after}"));
        assert_eq!(status, 200);
        let models = page["data"].as_array().unwrap();
        let ids: Vec<_> =
            models.iter().map(|model| model["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(
            (page["first_id"].as_str(), page["last_id"].as_str()),
            (ids.first().map(String::as_str), ids.last().map(String::as_str))
        );
        after = format!("&after_id={}", page["last_id"].as_str().unwrap());
        listed.extend(ids);
        if page["has_more"] == false {
            break;
        }
    }
    assert_eq!(listed, all);
    let (_, page) =
        client::get(&provider, API, &format!("/v1/models?limit=1&before_id={}", all[2]));
    assert_eq!((&page["data"][0]["id"], &page["has_more"]), (&all[1].clone().into(), &true.into()));
    let (_, model) = client::get(&provider, API, "/v1/models/claude-haiku-5-5");
    assert_eq!(model["capabilities"]["thinking"]["types"]["enabled"]["supported"], false);
    assert_eq!(client::get(&provider, API, "/v1/models/claude-0").0, 404);
    for query in ["limit=0", "limit=1001", "limit=x", "after_id=claude-0"] {
        assert_eq!(client::get(&provider, API, &format!("/v1/models?{query}")).0, 400, "{query}");
    }
}

#[test]
fn a_small_limit_cuts_the_answer() {
    let streamed = stream(json!({"max_tokens": 20}));
    assert_eq!(streamed.event("message_delta")["delta"]["stop_reason"], "max_tokens");
    assert_eq!(
        (streamed.text.as_str(), &streamed.event("message_delta")["usage"]["output_tokens"]),
        ("", &20.into())
    );
    let streamed = stream(json!({"max_tokens": 20, "thinking": {"type": "disabled"}}));
    assert!(streamed.text.starts_with("SEND 4500") && streamed.text.len() < 60);
}
