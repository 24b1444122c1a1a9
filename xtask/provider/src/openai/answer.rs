//! How an answer is worded: as chunks, or whole.

use serde_json::{Value, json};

use super::PING;
use crate::behaviour::{Latency, ReasoningField};
use crate::completion::{Completion, Stop, Usage};
use crate::identifier;
use crate::script::Step;

/// The last word of a stream.
pub const DONE: &str = "data: [DONE]\n\n";
/// What a model says when it declines.
const REFUSAL: &str = "I'm sorry, but I can't help with that.";

/// The chunks of a streamed answer.
pub fn events(
    completion: &Completion,
    latency: &Latency,
    reasoning_field: Option<ReasoningField>,
) -> Vec<Step> {
    let mut stream = Stream { steps: vec![Step::new(latency.due(0), PING)], latency, completion };
    stream.delta(1, json!({"role": "assistant", "content": "", "refusal": null}));
    let mut tokens = 0;
    if let Some(field) = reasoning_field.map(ReasoningField::name) {
        for piece in &completion.thoughts {
            tokens += 1;
            stream.delta(tokens, json!({field: piece}));
        }
    }
    for piece in &completion.text {
        tokens += 1;
        stream.delta(tokens, json!({"content": piece}));
    }
    if completion.stop == Stop::Refused {
        stream.delta(tokens, json!({"refusal": REFUSAL}));
    }
    let all = completion.usage.output.max(1);
    let mut last = chunk(completion, choice(json!({}), Some(finish_reason(completion.stop))));
    stream.send(all, &last);
    if completion.include_usage {
        last["choices"] = json!([]);
        last["usage"] = usage(&completion.usage);
        stream.send(all, &last);
    }
    stream.steps.push(Step::new(latency.due(all), DONE));
    stream.steps
}

/// The chunk with which a stream ends early, as OpenRouter words it.
pub fn error_chunk(completion: &Completion) -> String {
    let mut last = chunk(completion, choice(json!({"content": ""}), Some("error")));
    last["provider"] = "Stand-in".into();
    last["error"] = json!({
        "code": "server_error",
        "message": "Provider disconnected",
        "metadata": {"error_type": "provider_overloaded"},
    });
    data(&last)
}

/// An answer that is not streamed.
pub fn whole(completion: &Completion, reasoning_field: Option<ReasoningField>) -> Value {
    let refused = completion.stop == Stop::Refused;
    let mut message = json!({
        "role": "assistant",
        "content": if refused { Value::Null } else { completion.text.concat().into() },
        "refusal": if refused { REFUSAL.into() } else { Value::Null },
    });
    if let Some(field) = reasoning_field.filter(|_| !completion.thoughts.is_empty()) {
        message[field.name()] = completion.thoughts.concat().into();
    }
    json!({
        "id": id(completion),
        "object": "chat.completion",
        "created": completion.created,
        "model": completion.model,
        "service_tier": "default",
        "choices": [{
            "index": 0,
            "message": message,
            "logprobs": null,
            "finish_reason": finish_reason(completion.stop),
        }],
        "usage": usage(&completion.usage),
    })
}

/// The chunks so far.
struct Stream<'a> {
    steps: Vec<Step>,
    latency: &'a Latency,
    completion: &'a Completion,
}

impl Stream<'_> {
    fn delta(&mut self, tokens: u64, delta: Value) {
        let chunk = chunk(self.completion, choice(delta, None));
        self.send(tokens, &chunk);
    }

    /// Sends a chunk when so many tokens have come.
    fn send(&mut self, tokens: u64, chunk: &Value) {
        self.steps.push(Step::new(self.latency.due(tokens.max(1)), data(chunk)));
    }
}

fn data(chunk: &Value) -> String {
    format!("data: {chunk}\n\n")
}

fn chunk(completion: &Completion, choice: Value) -> Value {
    let mut chunk = json!({
        "id": id(completion),
        "object": "chat.completion.chunk",
        "created": completion.created,
        "model": completion.model,
        "service_tier": "default",
        "choices": [choice],
    });
    if completion.include_usage {
        chunk["usage"] = Value::Null;
    }
    chunk
}

fn choice(delta: Value, finish_reason: Option<&str>) -> Value {
    json!({"index": 0, "delta": delta, "finish_reason": finish_reason})
}

fn id(completion: &Completion) -> String {
    identifier("chatcmpl-", completion.number)
}

fn finish_reason(stop: Stop) -> &'static str {
    match stop {
        Stop::Done | Stop::Refused => "stop",
        Stop::Limit => "length",
    }
}

/// Here the tokens of the prompt include those of the cache.
fn usage(usage: &Usage) -> Value {
    let written = usage.written + usage.written_for_an_hour;
    let prompt = usage.input + usage.read + written;
    json!({
        "prompt_tokens": prompt,
        "completion_tokens": usage.output,
        "total_tokens": prompt + usage.output,
        "prompt_tokens_details": {"cached_tokens": usage.read, "cache_write_tokens": written},
        "completion_tokens_details": {"reasoning_tokens": usage.thinking},
    })
}
