//! How an answer is worded: as events, or whole.

use serde_json::{Value, json};

use super::{Error, PING};
use crate::behaviour::Latency;
use crate::completion::{Completion, Stop, Usage};
use crate::identifier;
use crate::script::Step;

/// Why the model declined, in its provider's words.
const EXPLANATION: &str = "This request was declined under the usage policy.";

/// The events of a streamed answer.
pub fn events(completion: &Completion, latency: &Latency) -> Vec<Step> {
    let mut stream = Stream { steps: Vec::new(), latency, tokens: 0, blocks: 0 };
    stream.send(json!({"type": "message_start", "message": opening(completion)}));
    if !completion.thoughts.is_empty() {
        stream.thinking(completion);
    }
    if !completion.text.is_empty() {
        stream.text(completion);
    }
    stream.tokens = completion.usage.output.max(1);
    let mut delta = json!({"stop_reason": stop_reason(completion.stop), "stop_sequence": null});
    if completion.stop == Stop::Refused {
        delta["stop_details"] = stop_details();
    }
    let usage = usage_of_all(&completion.usage);
    stream.send(json!({"type": "message_delta", "delta": delta, "usage": usage}));
    stream.send(json!({"type": "message_stop"}));
    stream.steps
}

/// The event with which a stream ends early.
pub fn error_event(error: &Error) -> String {
    event(&json!({"type": "error", "error": error.value()}))
}

/// An answer that is not streamed.
pub fn whole(completion: &Completion) -> Value {
    let mut content = Vec::new();
    if !completion.thoughts.is_empty() {
        let thinking = if completion.shown { completion.thoughts.concat() } else { String::new() };
        let signature = signature(completion);
        content.push(json!({"type": "thinking", "thinking": thinking, "signature": signature}));
    }
    if !completion.text.is_empty() {
        content.push(json!({"type": "text", "text": completion.text.concat()}));
    }
    let mut message = opening(completion);
    message["content"] = content.into();
    message["stop_reason"] = stop_reason(completion.stop).into();
    if completion.stop == Stop::Refused {
        message["stop_details"] = stop_details();
    }
    message["usage"] = usage_of_all(&completion.usage);
    message
}

/// The events so far.
struct Stream<'a> {
    steps: Vec<Step>,
    latency: &'a Latency,
    /// Tokens that were made so far.
    tokens: u64,
    /// Blocks that were begun.
    blocks: usize,
}

impl Stream<'_> {
    fn thinking(&mut self, completion: &Completion) {
        let index = self.open(json!({"type": "thinking", "thinking": "", "signature": ""}));
        let think = |text: &str| json!({"type": "thinking_delta", "thinking": text});
        if completion.shown {
            for piece in &completion.thoughts {
                self.delta(index, think(piece));
                self.tokens += 1;
            }
        } else {
            self.delta(index, think(""));
            self.tokens += completion.thoughts.len() as u64;
        }
        let signature = signature(completion);
        self.delta(index, json!({"type": "signature_delta", "signature": signature}));
        self.close(index);
    }

    fn text(&mut self, completion: &Completion) {
        let index = self.open(json!({"type": "text", "text": ""}));
        for piece in &completion.text {
            self.delta(index, json!({"type": "text_delta", "text": piece}));
            self.tokens += 1;
        }
        self.close(index);
    }

    /// Begins a block, which comes with its first token; behind the first one there is a ping, as the
    /// documents show it.
    fn open(&mut self, block: Value) -> usize {
        let index = self.blocks;
        self.blocks += 1;
        self.tokens = self.tokens.max(1);
        self.send(json!({"type": "content_block_start", "index": index, "content_block": block}));
        if index == 0 {
            self.steps.push(Step::new(self.latency.due(self.tokens), PING));
        }
        index
    }

    fn delta(&mut self, index: usize, delta: Value) {
        self.send(json!({"type": "content_block_delta", "index": index, "delta": delta}));
    }

    fn close(&mut self, index: usize) {
        self.send(json!({"type": "content_block_stop", "index": index}));
    }

    fn send(&mut self, value: Value) {
        self.steps.push(Step::new(self.latency.due(self.tokens), event(&value)));
    }
}

fn event(value: &Value) -> String {
    format!("event: {}\ndata: {value}\n\n", value["type"].as_str().unwrap_or_default())
}

/// A message that has only begun.
fn opening(completion: &Completion) -> Value {
    json!({
        "id": identifier("msg_01", completion.number),
        "type": "message",
        "role": "assistant",
        "model": completion.model,
        "content": [],
        "stop_reason": null,
        "stop_sequence": null,
        "usage": usage_with(&completion.usage, 1),
    })
}

fn usage_of_all(usage: &Usage) -> Value {
    let mut value = usage_with(usage, usage.output);
    if usage.thinking > 0 {
        value["output_tokens_details"] = json!({"thinking_tokens": usage.thinking});
    }
    value
}

/// The usage where so many tokens have come so far.
fn usage_with(usage: &Usage, output: u64) -> Value {
    json!({
        "input_tokens": usage.input,
        "cache_creation_input_tokens": usage.written + usage.written_for_an_hour,
        "cache_read_input_tokens": usage.read,
        "cache_creation": {
            "ephemeral_5m_input_tokens": usage.written,
            "ephemeral_1h_input_tokens": usage.written_for_an_hour,
        },
        "output_tokens": output,
        "service_tier": "standard",
    })
}

fn stop_reason(stop: Stop) -> &'static str {
    match stop {
        Stop::Done => "end_turn",
        Stop::Limit => "max_tokens",
        Stop::Refused => "refusal",
    }
}

fn stop_details() -> Value {
    json!({"type": "refusal", "category": "cyber", "explanation": EXPLANATION})
}

fn signature(completion: &Completion) -> String {
    identifier("EqQBCgIYAhIkYzE0", completion.number) + "=="
}
