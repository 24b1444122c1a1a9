//! Claude, by Anthropic's Messages API (platform.claude.com/docs/en/api/messages, and .../streaming for
//! the events). The program is a cached prefix; the reasoning is asked for as a summary and shown; the
//! answer follows a schema where the model knows such.

use std::time::Instant;

use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::dialect::{Dialect, Heard, number};
use super::extra::Extra;
use super::hosted::Hosted;
use super::http::Http;
use super::{BackendError, Delta, Listed, Stop, Usage};
use crate::prompt::{Prompt, Thinking};

mod batch;

/// The version of the API that every model and gateway speaks.
const VERSION: &str = "2023-06-01";
/// Tokens for reasoning where a model needs a budget and none was given.
const USUAL_BUDGET: u32 = 2_048;
/// The least budget that the API takes.
const LEAST_BUDGET: u64 = 1_024;
/// Tokens that are left for the answer beside a budget.
const LEFT_FOR_ANSWER: u64 = 1_024;
/// Models that a page of the listing holds at most.
const PAGE: usize = 1_000;

/// The Messages API.
pub(super) struct Anthropic;

impl Dialect for Anthropic {
    fn ask(&self, hosted: &Hosted, prompt: &Prompt) -> (RequestBuilder, Vec<Extra>) {
        let (mut body, sent) = body(hosted, prompt);
        body["stream"] = true.into();
        let url = format!("{}/v1/messages", hosted.endpoint.base_url);
        (with_headers(hosted, hosted.http.client().post(url)).json(&body), sent)
    }

    /// Events and kinds of delta that are not known are to be ignored: the API says that there will be
    /// more.
    fn hear(
        &self,
        _http: &Http,
        event: &Value,
        heard: &mut Heard,
        tell: &mut dyn FnMut(Delta),
    ) -> Result<bool, BackendError> {
        match event["type"].as_str().unwrap_or_default() {
            "message_start" => count(&event["message"]["usage"], heard),
            "content_block_start" => {
                let block = &event["content_block"];
                heard.say(block["text"].as_str().unwrap_or_default(), tell);
                heard.think(block["thinking"].as_str().unwrap_or_default(), tell);
            }
            "content_block_delta" => {
                let delta = &event["delta"];
                match delta["type"].as_str().unwrap_or_default() {
                    "text_delta" => heard.say(delta["text"].as_str().unwrap_or_default(), tell),
                    "thinking_delta" => {
                        heard.think(delta["thinking"].as_str().unwrap_or_default(), tell);
                    }
                    _ => {}
                }
            }
            "message_delta" => {
                count(&event["usage"], heard);
                if let Some(reason) = event["delta"]["stop_reason"].as_str() {
                    heard.stop = Some(stop(reason, event));
                }
            }
            "message_stop" => return Ok(true),
            _ => {}
        }
        Ok(false)
    }

    fn models(&self, hosted: &Hosted, until: Instant) -> Result<Vec<Listed>, BackendError> {
        let (mut listed, mut after) = (Vec::new(), None);
        loop {
            let page = list(hosted, after.as_deref(), until)?;
            let models = page["data"].as_array().into_iter().flatten();
            listed.extend(models.filter_map(|model| {
                Some(Listed { id: model["id"].as_str()?.to_owned(), price: None })
            }));
            let next = page["last_id"].as_str().map(str::to_owned);
            // A page that leads to itself would never end.
            if page["has_more"] != true || next.is_none() || next == after {
                return Ok(listed);
            }
            after = next;
        }
    }
}

/// A request for a completion, and the extras in it.
fn body(hosted: &Hosted, prompt: &Prompt) -> (Value, Vec<Extra>) {
    let (endpoint, extras) = (&hosted.endpoint, &hosted.extras);
    let structured = hosted.wants_structure(prompt);
    let mut sent = Vec::new();
    let mut body = json!({
        "model": endpoint.model,
        "max_tokens": endpoint.asking.max_tokens,
        "system": [{
            "type": "text",
            "text": prompt.system(structured),
            "cache_control": {"type": "ephemeral"},
        }],
        "messages": [{"role": "user", "content": prompt.turn}],
    });
    if let Some((thinking, extra)) = thinking(hosted) {
        body["thinking"] = thinking;
        sent.push(extra);
    }
    let mut output = json!({});
    if structured {
        output["format"] = json!({"type": "json_schema", "schema": prompt.schema()});
        sent.push(Extra::Structured);
    }
    let effort = endpoint.asking.effort.as_ref();
    if let Some(effort) = effort.filter(|_| extras.allow(Extra::Effort)) {
        output["effort"] = json!(effort);
        sent.push(Extra::Effort);
    }
    if output != json!({}) {
        body["output_config"] = output;
    }
    hosted.add_temperature(&mut body, &mut sent);
    (body, sent)
}

fn with_headers(hosted: &Hosted, request: RequestBuilder) -> RequestBuilder {
    let request = request.header("anthropic-version", VERSION);
    match &hosted.endpoint.key {
        Some(key) => request.header("x-api-key", key.header("")),
        None => request,
    }
}

/// One page of the listing of models.
fn list(hosted: &Hosted, after: Option<&str>, until: Instant) -> Result<Value, BackendError> {
    let after = after.map(|id| format!("&after_id={id}")).unwrap_or_default();
    let url = format!("{}/v1/models?limit={PAGE}{after}", hosted.endpoint.base_url);
    hosted.json(with_headers(hosted, hosted.http.client().get(url)), until)
}

/// The reasoning to ask for, of the kinds that the model has not refused.
fn thinking(hosted: &Hosted) -> Option<(Value, Extra)> {
    let asking = &hosted.endpoint.asking;
    let wanted = match asking.thinking {
        Thinking::Auto if hosted.endpoint.needs_budget => Thinking::Budget(USUAL_BUDGET),
        Thinking::Auto => Thinking::Adaptive,
        other => other,
    };
    let most = asking.max_tokens.saturating_sub(LEFT_FOR_ANSWER);
    let adaptive = (json!({"type": "adaptive", "display": "summarized"}), Extra::AdaptiveThinking);
    let budget = |tokens: u32| {
        let tokens = u64::from(tokens).min(most).max(LEAST_BUDGET);
        (json!({"type": "enabled", "budget_tokens": tokens}), Extra::BudgetThinking)
    };
    let kinds = match wanted {
        Thinking::Off => vec![(json!({"type": "disabled"}), Extra::NoThinking)],
        Thinking::Budget(tokens) => vec![budget(tokens), adaptive],
        _ => vec![adaptive, budget(USUAL_BUDGET)],
    };
    kinds.into_iter().find(|(_, extra)| hosted.extras.allow(*extra))
}

/// Takes counts; those of later events are cumulative and replace earlier ones, and any may be absent.
fn count(usage: &Value, heard: &mut Heard) {
    if !usage.is_object() {
        return;
    }
    let counts = heard.usage.get_or_insert_default();
    let mut set = |field: &Value, place: fn(&mut Usage) -> &mut u64| {
        if field.is_u64() {
            *place(counts) = number(field);
        }
    };
    set(&usage["input_tokens"], |usage| &mut usage.input);
    set(&usage["cache_read_input_tokens"], |usage| &mut usage.cached);
    set(&usage["cache_creation_input_tokens"], |usage| &mut usage.cache_written);
    set(&usage["output_tokens"], |usage| &mut usage.output);
    set(&usage["output_tokens_details"]["thinking_tokens"], |usage| &mut usage.thinking);
}

fn stop(reason: &str, event: &Value) -> Stop {
    match reason {
        "max_tokens" | "model_context_window_exceeded" => Stop::Length,
        "refusal" => {
            let details = [&event["delta"]["stop_details"], &event["stop_details"]];
            let words = details.iter().find_map(|details| {
                details["explanation"].as_str().or(details["category"].as_str())
            });
            Stop::Refused(words.unwrap_or("it gave no explanation").to_owned())
        }
        _ => Stop::Done,
    }
}
