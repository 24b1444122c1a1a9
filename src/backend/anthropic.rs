//! Claude, by Anthropic's Messages API (platform.claude.com/docs/en/api/messages, and .../streaming for
//! the events). The program is a cached prefix; the reasoning is asked for as a summary and shown; the
//! answer follows a schema where the model knows such.

use std::sync::Arc;
use std::time::Instant;

use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::dialect::{Dialect, Heard, converse, number};
use super::extra::{Extra, Extras};
use super::http::Http;
use super::provider::Endpoint;
use super::{Backend, BackendError, Completion, Delta, Failure, Listed, Stop, Usage};
use crate::prompt::{Prompt, Thinking};

/// The version of the API that every model and gateway speaks.
const VERSION: &str = "2023-06-01";
/// Tokens for reasoning where a model needs a budget and none was given.
const USUAL_BUDGET: u32 = 2_048;
/// Tokens that are left for the answer beside a budget.
const LEFT_FOR_ANSWER: u64 = 1_024;
/// Models that a page of the listing holds at most.
const PAGE: usize = 1_000;

/// A model of Anthropic's, or of whoever speaks their API.
pub struct Anthropic {
    endpoint: Endpoint,
    http: Arc<Http>,
    extras: Extras,
}

impl Anthropic {
    /// The model of that endpoint.
    pub fn new(endpoint: Endpoint, http: Arc<Http>) -> Anthropic {
        let extras = Extras::new(&endpoint.name, endpoint.notices.clone());
        Anthropic { endpoint, http, extras }
    }

    fn with_headers(&self, request: RequestBuilder) -> RequestBuilder {
        let request = request.header("anthropic-version", VERSION);
        match &self.endpoint.key {
            Some(key) => request.header("x-api-key", key.header("")),
            None => request,
        }
    }

    /// The reasoning to ask for, of the kinds that the model has not refused.
    fn thinking(&self) -> Option<(Value, Extra)> {
        let wanted = match self.endpoint.asking.thinking {
            Thinking::Auto if self.endpoint.needs_budget => Thinking::Budget(USUAL_BUDGET),
            Thinking::Auto => Thinking::Adaptive,
            other => other,
        };
        let most = self.endpoint.asking.max_tokens.saturating_sub(LEFT_FOR_ANSWER);
        let adaptive = json!({"type": "adaptive", "display": "summarized"});
        let budget = |tokens: u32| json!({"type": "enabled", "budget_tokens": u64::from(tokens).min(most).max(1_024)});
        let kinds = match wanted {
            Thinking::Off => vec![(json!({"type": "disabled"}), Extra::NoThinking)],
            Thinking::Budget(tokens) => {
                vec![(budget(tokens), Extra::BudgetThinking), (adaptive, Extra::AdaptiveThinking)]
            }
            _ => vec![
                (adaptive, Extra::AdaptiveThinking),
                (budget(USUAL_BUDGET), Extra::BudgetThinking),
            ],
        };
        kinds.into_iter().find(|(_, extra)| self.extras.allow(*extra))
    }

    fn list(&self, after: Option<&str>, until: Instant) -> Result<Value, BackendError> {
        let after = after.map(|id| format!("&after_id={id}")).unwrap_or_default();
        let url = format!("{}/v1/models?limit={PAGE}{after}", self.endpoint.base_url);
        let request = self.with_headers(self.http.client().get(url)).build();
        let request = request.map_err(|error| BackendError::Malformed(error.to_string()))?;
        self.http.json(request, until)
    }
}

impl Backend for Anthropic {
    fn name(&self) -> &str {
        &self.endpoint.name
    }

    fn complete(
        &self,
        prompt: &Prompt,
        until: Instant,
        hear: &mut dyn FnMut(Delta),
    ) -> Result<Completion, Failure> {
        self.endpoint.check_key()?;
        converse(self, prompt, until, hear).map_err(|failure| self.endpoint.explain(failure))
    }

    fn models(&self, until: Instant) -> Result<Vec<Listed>, Failure> {
        self.endpoint.check_key()?;
        let (mut listed, mut after) = (Vec::new(), None);
        loop {
            let page = self.list(after.as_deref(), until);
            let page = page.map_err(|error| self.endpoint.explain(error.into()))?;
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

    fn most_output(&self) -> u64 {
        Dialect::most_output(self)
    }
}

impl Dialect for Anthropic {
    fn http(&self) -> &Http {
        &self.http
    }

    fn extras(&self) -> &Extras {
        &self.extras
    }

    fn most_output(&self) -> u64 {
        self.endpoint.asking.max_tokens
    }

    fn ask(&self, prompt: &Prompt) -> (RequestBuilder, Vec<Extra>) {
        let (asking, extras) = (&self.endpoint.asking, &self.extras);
        let structured = self.endpoint.wants_structure() && extras.allow(Extra::Structured);
        let mut sent = Vec::new();
        let mut body = json!({
            "model": self.endpoint.model,
            "max_tokens": asking.max_tokens,
            "stream": true,
            "system": [{
                "type": "text",
                "text": prompt.system(structured),
                "cache_control": {"type": "ephemeral"},
            }],
            "messages": [{"role": "user", "content": prompt.turn}],
        });
        if let Some((thinking, extra)) = self.thinking() {
            body["thinking"] = thinking;
            sent.push(extra);
        }
        let mut output = json!({});
        if structured {
            output["format"] = json!({"type": "json_schema", "schema": prompt.schema()});
            sent.push(Extra::Structured);
        }
        if let Some(effort) = asking.effort.as_ref().filter(|_| extras.allow(Extra::Effort)) {
            output["effort"] = json!(effort);
            sent.push(Extra::Effort);
        }
        if output != json!({}) {
            body["output_config"] = output;
        }
        if let Some(temperature) = asking.temperature.filter(|_| extras.allow(Extra::Temperature)) {
            body["temperature"] = json!(temperature);
            sent.push(Extra::Temperature);
        }
        let url = format!("{}/v1/messages", self.endpoint.base_url);
        (self.with_headers(self.http.client().post(url)).json(&body), sent)
    }

    /// Events and kinds of delta that are not known are to be ignored: the API says that there will be
    /// more.
    fn hear(
        &self,
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
