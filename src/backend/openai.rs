//! Chat completions as OpenAI defined them and most others speak them: OpenAI, OpenRouter, Ollama,
//! llama.cpp, vLLM, LM Studio (platform.openai.com/docs/api-reference/chat, and each server's page on
//! compatibility). What differs from one to the other is data, in `providers.toml`.

use std::time::Instant;

use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::dialect::{Dialect, Heard, number};
use super::extra::Extra;
use super::hosted::Hosted;
use super::http::Http;
use super::price::Price;
use super::provider::{Asking, Endpoint};
use super::{BackendError, Delta, Listed, Stop, Usage};
use crate::prompt::{Prompt, Thinking};

mod batch;

/// Chat completions.
pub(super) struct OpenAi;

impl OpenAi {
    /// The dialect for that endpoint; what it cannot say is told.
    pub(super) fn new(endpoint: &Endpoint) -> OpenAi {
        if matches!(endpoint.asking.thinking, Thinking::Adaptive | Thinking::Budget(_)) {
            let name = &endpoint.name;
            endpoint.notices.leave(format!(
                "{name}: its API knows no such --thinking; --effort says how much it reasons, --thinking off \
                 that it does not"
            ));
        }
        OpenAi
    }
}

impl Dialect for OpenAi {
    fn ask(&self, hosted: &Hosted, prompt: &Prompt) -> (RequestBuilder, Vec<Extra>) {
        let (mut body, mut sent) = body(hosted, prompt);
        body["stream"] = true.into();
        if hosted.extras.allow(Extra::StreamUsage) {
            body["stream_options"] = json!({"include_usage": true});
            sent.push(Extra::StreamUsage);
        }
        let endpoint = &hosted.endpoint;
        let url = format!("{}/chat/completions", endpoint.base_url);
        (with_key(endpoint, hosted.http.client().post(url)).json(&body), sent)
    }

    fn hear(
        &self,
        http: &Http,
        event: &Value,
        heard: &mut Heard,
        tell: &mut dyn FnMut(Delta),
    ) -> Result<bool, BackendError> {
        if event["object"] == "error" {
            return Err(http.error_in(event, 500));
        }
        if event["usage"].is_object() {
            count(&event["usage"], heard);
        }
        // The chunk with the usage has no choices; some servers leave the field out or null then.
        let choice = &event["choices"][0];
        let delta = &choice["delta"];
        for field in ["reasoning_content", "reasoning"] {
            heard.think(delta[field].as_str().unwrap_or_default(), tell);
        }
        heard.say(delta["content"].as_str().unwrap_or_default(), tell);
        heard.refusal += delta["refusal"].as_str().unwrap_or_default();
        if let Some(reason) = choice["finish_reason"].as_str() {
            heard.stop = Some(match reason {
                "length" => Stop::Length,
                "content_filter" => Stop::Refused("a content filter held it back".into()),
                "error" => return Err(http.error_in(event, 500)),
                _ => Stop::Done,
            });
        }
        Ok(false)
    }

    fn models(&self, hosted: &Hosted, until: Instant) -> Result<Vec<Listed>, BackendError> {
        let url = format!("{}/models", hosted.endpoint.base_url);
        let listing =
            hosted.json(with_key(&hosted.endpoint, hosted.http.client().get(url)), until)?;
        let models = listing["data"]
            .as_array()
            .ok_or_else(|| BackendError::Malformed("its list of models has no data".to_owned()))?;
        Ok(models.iter().filter_map(listed).collect())
    }
}

/// A request for a completion, and the extras in it.
fn body(hosted: &Hosted, prompt: &Prompt) -> (Value, Vec<Extra>) {
    let (endpoint, extras) = (&hosted.endpoint, &hosted.extras);
    let structured = hosted.wants_structure(prompt);
    let mut sent = Vec::new();
    let mut body = json!({
        "model": endpoint.model,
        "messages": [
            {"role": "system", "content": prompt.system(structured)},
            {"role": "user", "content": prompt.turn},
        ],
    });
    body[endpoint.output_limit.as_str()] = json!(endpoint.asking.max_tokens);
    if structured {
        body["response_format"] = json!({
            "type": "json_schema",
            "json_schema": {"name": "answer", "strict": true, "schema": prompt.schema()},
        });
        sent.push(Extra::Structured);
    }
    if let Some(effort) = effort(&endpoint.asking).filter(|_| extras.allow(Extra::Effort)) {
        body["reasoning_effort"] = json!(effort);
        sent.push(Extra::Effort);
    }
    hosted.add_temperature(&mut body, &mut sent);
    (body, sent)
}

fn with_key(endpoint: &Endpoint, request: RequestBuilder) -> RequestBuilder {
    match &endpoint.key {
        Some(key) => request.header("authorization", key.header("Bearer ")),
        None => request,
    }
}

/// What these APIs call effort; "none" is no reasoning at all.
fn effort(asking: &Asking) -> Option<&str> {
    match asking.thinking {
        Thinking::Off => Some("none"),
        _ => asking.effort.as_deref(),
    }
}

/// The counts of a stream's last chunk. Those of the prompt include what came from a cache.
fn count(usage: &Value, heard: &mut Heard) {
    let read = &usage["prompt_tokens_details"];
    let (cached, cache_written) =
        (number(&read["cached_tokens"]), number(&read["cache_write_tokens"]));
    heard.usage = Some(Usage {
        input: number(&usage["prompt_tokens"]).saturating_sub(cached + cache_written),
        cached,
        cache_written,
        output: number(&usage["completion_tokens"]),
        thinking: number(&usage["completion_tokens_details"]["reasoning_tokens"]),
        estimated: false,
    });
    // OpenRouter's: with a key of one's own to the model behind it, that one's price comes on top.
    let upstream = usage["cost_details"]["upstream_inference_cost"].as_f64();
    let upstream = upstream.filter(|_| usage["is_byok"] == true).unwrap_or_default();
    heard.usd = usage["cost"].as_f64().map(|cost| cost + upstream).filter(|usd| *usd >= 0.0);
}

/// One model of a listing; where that tells prices, they are US dollars for one token, as text.
fn listed(model: &Value) -> Option<Listed> {
    let a_million = |field: &str| {
        let price = model["pricing"][field].as_str()?.parse::<f64>().ok()?;
        // Less than nothing stands for "it depends".
        (price >= 0.0).then_some(price * 1e6)
    };
    let price = a_million("prompt").zip(a_million("completion")).map(|(input, output)| Price {
        input,
        output,
        cached: a_million("input_cache_read"),
        cache_written: a_million("input_cache_write"),
    });
    Some(Listed { id: model["id"].as_str()?.to_owned(), price })
}
