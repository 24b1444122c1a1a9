//! Batches, as each API's documents show them.

use ::provider::{Behaviour, Fault, Provider};
use serde_json::{Value, json};

use crate::brain::{BYTES, question};
use crate::client::{Api, body, client, get};
use crate::packets::ping;

const BOUNDARY: &str = "between";

/// Sends JSON to a path with the headers of that API; status and JSON of the answer.
fn post(provider: &Provider, api: Api, path: &str, body: &Value) -> (u16, Value) {
    let request = client().post(format!("{}{path}", provider.url())).json(body);
    let request = match api {
        Api::Anthropic => {
            request.header("x-api-key", "k").header("anthropic-version", "2023-06-01")
        }
        Api::OpenAi => request.bearer_auth("k"),
    };
    let response = request.send().unwrap();
    (response.status().as_u16(), response.json().unwrap())
}

/// A request as it stands in a batch.
fn entry(api: Api, model: &str) -> Value {
    let mut entry = body(api, model, BYTES, &question(&ping()));
    let object = entry.as_object_mut().unwrap();
    object.remove("stream");
    object.remove("stream_options");
    entry
}

/// The lines of a file, by the names of their requests.
fn lines(provider: &Provider, path: &str) -> Vec<(String, Value)> {
    let url = format!("{}{path}", provider.url());
    let request = match path.contains("messages") {
        true => client().get(url).header("anthropic-version", "2023-06-01"),
        false => client().get(url).bearer_auth("k"),
    };
    let text = request.send().unwrap().text().unwrap();
    let value = |line: &str| serde_json::from_str::<Value>(line).unwrap();
    text.lines()
        .map(|line| (value(line)["custom_id"].as_str().unwrap().into(), value(line)))
        .collect()
}

fn upload(provider: &Provider, purpose: &str, file: &str) -> (u16, Value) {
    let form = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\n{purpose}\r\n\
         --{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\
         Content-Type: application/jsonl\r\n\r\n{file}\r\n--{BOUNDARY}--\r\n"
    );
    let request = client().post(format!("{}/v1/files", provider.url())).bearer_auth("k");
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    let response = request.header("content-type", kind).body(form).send().unwrap();
    (response.status().as_u16(), response.json().unwrap())
}

#[test]
fn message_batches() {
    let provider = Provider::start(Behaviour { polls: 2, ..Behaviour::default() });
    let batches = "/v1/messages/batches";
    let named = |name: &str, model: &str| json!({"custom_id": name, "params": entry(Api::Anthropic, model)});
    let requests = [named("a", "claude-haiku-5-5"), named("b", "no-such-model")];
    let (status, batch) = post(&provider, Api::Anthropic, batches, &json!({"requests": requests}));
    assert_eq!((status, &batch["processing_status"]), (200, &"in_progress".into()), "{batch}");
    assert_eq!(batch["request_counts"]["processing"], 2);
    let path = format!("{batches}/{}", batch["id"].as_str().unwrap());
    let results = format!("{path}/results");
    assert_eq!(get(&provider, Api::Anthropic, &results).0, 404, "not yet");
    let polled: Vec<Value> = (0..3).map(|_| get(&provider, Api::Anthropic, &path).1).collect();
    let states = polled.iter().map(|batch| batch["processing_status"].as_str().unwrap());
    assert_eq!(states.collect::<Vec<_>>(), ["in_progress", "in_progress", "ended"]);
    let counts = &polled[2]["request_counts"];
    assert_eq!((&counts["succeeded"], &counts["errored"]), (&1.into(), &1.into()), "{counts}");
    let lines = lines(&provider, &results);
    let [(second, failed), (first, answered)] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!([second.as_str(), first.as_str()], ["b", "a"], "in another order");
    assert_eq!(failed["result"]["type"], "errored", "{failed}");
    assert_eq!(failed["result"]["error"]["error"]["type"], "not_found_error", "{failed}");
    let message = &answered["result"]["message"];
    assert_eq!(
        (&answered["result"]["type"], &message["stop_reason"]),
        (&"succeeded".into(), &"end_turn".into())
    );
    assert!(message["usage"]["output_tokens"].as_u64() > Some(10), "{message}");
    let same = json!({"requests": [named("a", "m"), named("a", "m")]});
    assert_eq!(post(&provider, Api::Anthropic, batches, &same).0, 400);
    let odd = json!({"requests": [named("a b", "m")]});
    assert_eq!(post(&provider, Api::Anthropic, batches, &odd).0, 400);
    let (_, cancelled) = post(&provider, Api::Anthropic, &format!("{path}/cancel"), &json!({}));
    assert_eq!(cancelled["processing_status"], "canceling");
}

#[test]
fn files_and_batches() {
    for (fault, status, good, bad) in [
        (Fault::None, "completed", 2, 0),
        (Fault::BatchEntryFails, "completed", 1, 1),
        (Fault::BatchExpires, "expired", 1, 1),
        (Fault::BatchFails, "failed", 0, 0),
    ] {
        let provider = Provider::start(Behaviour { polls: 1, fault, ..Behaviour::default() });
        let line = |name: &str| {
            let body = entry(Api::OpenAi, "gpt-6-luna");
            json!({"custom_id": name, "method": "POST", "url": "/v1/chat/completions", "body": body})
        };
        assert_eq!(upload(&provider, "fine-tune", "").0, 400);
        let (code, file) = upload(&provider, "batch", &format!("{}\n{}", line("a"), line("b")));
        assert_eq!((code, &file["purpose"]), (200, &"batch".into()), "{file}");
        let make = |file: &Value| json!({"input_file_id": file, "endpoint": "/v1/chat/completions", "completion_window": "24h"});
        assert_eq!(post(&provider, Api::OpenAi, "/v1/batches", &make(&"none".into())).0, 400);
        let (code, batch) = post(&provider, Api::OpenAi, "/v1/batches", &make(&file["id"]));
        assert_eq!((code, &batch["status"]), (200, &"validating".into()), "{batch}");
        let path = format!("/v1/batches/{}", batch["id"].as_str().unwrap());
        assert_eq!(get(&provider, Api::OpenAi, &path).1["status"], "in_progress");
        let (_, batch) = get(&provider, Api::OpenAi, &path);
        assert_eq!(batch["status"], status, "{batch}");
        assert_eq!(batch["errors"].is_null(), status != "failed", "{batch}");
        for (field, expect) in [("output_file_id", good), ("error_file_id", bad)] {
            let found = batch[field]
                .as_str()
                .map_or(Vec::new(), |file| lines(&provider, &format!("/v1/files/{file}/content")));
            assert_eq!(found.len(), expect, "{field}: {found:?}");
            let right = |value: &Value| value["response"]["status_code"] == 200;
            assert!(found.iter().all(|(_, line)| right(line) == (field == "output_file_id")));
            if expect == 2 {
                assert_eq!(found[0].0, "b", "in another order");
            }
        }
    }
}
