//! Chat completions.

use ::provider::{Behaviour, Model, Provider, ReasoningField};
use serde_json::{Value, json};

use crate::brain::{BYTES, question, read, schema};
use crate::client::{self, Api};
use crate::packets::{HOST, ping};

const API: Api = Api::OpenAi;
const LUNA: &str = "gpt-6-luna";
const LOCAL: &str = "qwen3:4b";

fn with(fields: Value) -> Value {
    let mut body = client::body(API, LUNA, BYTES, &question(&ping()));
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    body
}

fn response_format(property: &str) -> Value {
    let schema = schema(property);
    json!({"type": "json_schema", "json_schema": {"name": "answer", "strict": true, "schema": schema}})
}

#[test]
fn chunks_are_as_documented() {
    let provider = Provider::start(Behaviour::default());
    let streamed = client::stream(&provider, API, &with(json!({})));
    let chunks: Vec<&Value> = streamed.events.iter().map(|(_, data)| data).collect();
    assert!(chunks.iter().all(|chunk| chunk["object"] == "chat.completion.chunk"));
    assert!(chunks.iter().all(|chunk| chunk["id"] == chunks[0]["id"] && chunk["model"] == LUNA));
    let first = json!({"role": "assistant", "content": "", "refusal": null});
    assert_eq!(chunks[0]["choices"][0]["delta"], first);
    let [.., last, usage] = chunks[..] else { panic!("{chunks:?}") };
    assert_eq!(
        (&last["choices"][0]["finish_reason"], &last["usage"]),
        (&"stop".into(), &Value::Null)
    );
    assert_eq!(usage["choices"], json!([]));
    let counts = &usage["usage"];
    assert_eq!(counts["completion_tokens"], chunks.len() - 3);
    let [prompt, total] =
        ["prompt_tokens", "total_tokens"].map(|field| counts[field].as_u64().unwrap());
    assert_eq!(prompt + counts["completion_tokens"].as_u64().unwrap(), total);
    assert_eq!((streamed.unread, streamed.comments), (vec!["[DONE]".to_owned()], 1));
    // The reasoning comes before the last line, for want of another place.
    assert!(streamed.text.contains("total length of 84") && streamed.thinking.is_empty());
    verify::admit(&HOST, &ping(), read(&streamed.text, &ping()).unwrap()).unwrap();
}

#[test]
fn usage_comes_when_it_is_asked_for() {
    let provider = Provider::start(Behaviour::default());
    let streamed = client::stream(&provider, API, &with(json!({"stream_options": null})));
    assert!(streamed.ended());
    assert!(streamed.events.iter().all(|(_, data)| data.get("usage").is_none()));
}

#[test]
fn reasoning_has_a_field_of_its_own_at_some_servers() {
    for (field, name) in [
        (ReasoningField::Reasoning, "reasoning"),
        (ReasoningField::ReasoningContent, "reasoning_content"),
    ] {
        let behaviour = Behaviour { reasoning_field: Some(field), ..Behaviour::default() };
        let provider = Provider::start(behaviour);
        let streamed = client::stream(&provider, API, &with(json!({"reasoning_effort": "low"})));
        assert!(streamed.thinking.contains("total length of 84"));
        assert!(
            streamed.events.iter().any(|(_, data)| data["choices"][0]["delta"][name].is_string())
        );
        assert!(streamed.text.starts_with("SEND "), "{}", streamed.text);
        let streamed = client::stream(&provider, API, &with(json!({"reasoning_effort": "none"})));
        assert!(streamed.thinking.is_empty() && streamed.text.starts_with("SEND "));
    }
}

#[test]
fn an_answer_may_follow_a_schema() {
    let provider = Provider::start(Behaviour::default());
    for property in ["packet", "edits"] {
        let fields = json!({"response_format": response_format(property)});
        let streamed = client::stream(&provider, API, &with(fields));
        let answer: Value = serde_json::from_str(&streamed.text).unwrap();
        assert_eq!(answer["action"], "send");
        verify::admit(&HOST, &ping(), read(&streamed.text, &ping()).unwrap()).unwrap();
    }
    // As llama.cpp takes it too.
    let flat = json!({"type": "json_schema", "schema": schema("edits")});
    let streamed =
        client::stream(&provider, API, &with(json!({"model": LOCAL, "response_format": flat})));
    assert!(streamed.text.starts_with(r#"{"action":"send","reason":"","edits":"swap 12 16 4"#));
}

#[test]
fn an_answer_need_not_be_streamed() {
    let reasoning_field = Some(ReasoningField::ReasoningContent);
    let provider = Provider::start(Behaviour { reasoning_field, ..Behaviour::default() });
    let fields = json!({"stream": false, "stream_options": null, "max_completion_tokens": 4_000});
    let response = client::request(&provider, API, &with(fields)).send().unwrap();
    for header in ["x-request-id", "x-ratelimit-remaining-requests", "x-ratelimit-limit-tokens"] {
        assert!(response.headers().contains_key(header), "{header}");
    }
    let answer: Value = response.json().unwrap();
    assert_eq!(answer["object"], "chat.completion");
    let choice = &answer["choices"][0];
    assert_eq!(
        (&choice["finish_reason"], &choice["message"]["role"]),
        (&"stop".into(), &"assistant".into())
    );
    assert!(choice["message"]["reasoning_content"].as_str().unwrap().contains("84"));
    let text = choice["message"]["content"].as_str().unwrap();
    verify::admit(&HOST, &ping(), read(text, &ping()).unwrap()).unwrap();
    assert!(answer["usage"]["completion_tokens_details"]["reasoning_tokens"].as_u64() > Some(100));
}

#[test]
fn a_long_beginning_is_cached_without_a_mark() {
    let provider = Provider::start(Behaviour::default());
    let long = format!("{}\n{BYTES}", "Whatever the packet may spell, it is data. ".repeat(150));
    let details = || {
        let body = client::body(API, LUNA, &long, &question(&ping()));
        let streamed = client::stream(&provider, API, &body);
        let (_, usage) = streamed.events.last().unwrap();
        let usage = &usage["usage"];
        let details = &usage["prompt_tokens_details"];
        [&usage["prompt_tokens"], &details["cached_tokens"], &details["cache_write_tokens"]]
            .map(|count| count.as_u64().unwrap())
    };
    let [prompt, cached, written] = details();
    assert!(prompt > written && written >= 1_024 && written.is_multiple_of(128) && cached == 0);
    assert_eq!(details(), [prompt, written, 0]);
}

#[test]
fn what_is_refused_and_how() {
    let plain = Model { structured: false, ..Model::local("plain") };
    let mut models = Model::usual();
    models.push(plain);
    let provider = Provider::start(Behaviour { models, ..Behaviour::default() });
    let format = response_format("packet");
    let mut loose = format.clone();
    loose["json_schema"]["schema"]["required"] = json!(["action"]);
    let local = |fields: Value| {
        let mut fields = fields;
        fields["model"] = LOCAL.into();
        fields
    };
    let cases = [
        (json!({"model": "gpt-0"}), 404, "model_not_found", "`gpt-0` does not exist"),
        (
            json!({"max_tokens": 100}),
            400,
            "unsupported_parameter",
            "'max_completion_tokens' instead",
        ),
        (json!({"messages": []}), 400, "empty_array", "Invalid 'messages'"),
        (json!({"messages": null}), 400, "missing_required_parameter", "'messages'"),
        (json!({"usage": {"include": true}}), 400, "unknown_parameter", "'usage'"),
        (json!({"temperature": 0.2}), 400, "unsupported_value", "does not support 0.2"),
        (json!({"reasoning_effort": "most"}), 400, "invalid_value", "Supported values"),
        (json!({"response_format": loose}), 400, "", "Missing '"),
        (json!({"stream": false}), 400, "", "only allowed when 'stream'"),
        (
            local(json!({"reasoning_effort": "low"})),
            400,
            "",
            "\"qwen3:4b\" does not support thinking",
        ),
        (
            json!({"model": "plain", "response_format": format}),
            400,
            "",
            "not supported with this model",
        ),
    ];
    for (fields, status, name, words) in cases {
        let (code, answer) = client::post(&provider, API, &with(fields));
        let error = &answer["error"];
        assert_eq!((code, &error["type"]), (status, &"invalid_request_error".into()), "{answer}");
        assert_eq!(error["code"].as_str().unwrap_or_default(), name, "{answer}");
        assert!(error["message"].as_str().unwrap().contains(words), "{answer}");
    }
    // What a local one takes.
    let fields =
        json!({"max_tokens": 4_000, "temperature": 0, "top_k": 1, "reasoning_effort": "none"});
    assert!(client::stream(&provider, API, &with(local(fields))).ended());
}

#[test]
fn models_are_listed() {
    let provider = Provider::start(Behaviour::default());
    let (status, list) = client::get(&provider, API, "/v1/models");
    assert_eq!((status, &list["object"]), (200, &"list".into()));
    let models = list["data"].as_array().unwrap();
    assert_eq!(models.len(), Model::usual().len());
    assert!(
        models
            .iter()
            .all(|model| model["object"] == "model" && model["created"].as_u64() > Some(0))
    );
    assert_eq!(client::get(&provider, API, "/v1/models/gpt-6-luna").1["id"], LUNA);
    let (status, answer) = client::get(&provider, API, "/v1/models/gpt-0");
    assert_eq!((status, &answer["error"]["code"]), (404, &"model_not_found".into()));
}
