//! Message Batches (platform.claude.com/docs/en/build-with-claude/batch-processing, and
//! .../api/messages/batches): requests in one body, results as JSON Lines in any order.

use std::time::Instant;

use serde_json::{Value, json};

use super::{Anthropic, body, count, stop, with_headers};
use crate::backend::batch::{Batches, Progress, Prompts, Results, id_in, lines};
use crate::backend::dialect::{Heard, number};
use crate::backend::hosted::Hosted;
use crate::backend::http::LARGEST_RESULTS;
use crate::backend::{BackendError, Completion};
use crate::prompt::Prompt;

impl Batches for Anthropic {
    fn submit(
        &self,
        hosted: &Hosted,
        prompts: &Prompts,
        until: Instant,
    ) -> Result<String, BackendError> {
        let request = |(name, prompt): (&String, &Prompt)| json!({"custom_id": name, "params": body(hosted, prompt).0});
        let requests: Vec<Value> = prompts.iter().map(request).collect();
        let post = hosted.http.client().post(address(hosted, ""));
        let request = with_headers(hosted, post).json(&json!({"requests": requests}));
        id_in(&hosted.json(request, until)?)
    }

    fn progress(
        &self,
        hosted: &Hosted,
        id: &str,
        until: Instant,
    ) -> Result<Progress, BackendError> {
        let get = hosted.http.client().get(address(hosted, &format!("/{id}")));
        let batch = hosted.json(with_headers(hosted, get), until)?;
        let counts = &batch["request_counts"];
        let done = ["succeeded", "errored", "canceled", "expired"];
        let done = done.into_iter().map(|kind| number(&counts[kind])).sum();
        Ok(Progress { ended: batch["processing_status"] == "ended", done })
    }

    /// The results lie below the batch, where `results_url` says too: a key goes to no other address that
    /// an answer may name.
    fn results(
        &self,
        hosted: &Hosted,
        id: &str,
        prompts: &Prompts,
        until: Instant,
    ) -> Result<Results, BackendError> {
        let get = hosted.http.client().get(address(hosted, &format!("/{id}/results")));
        let text = hosted.text(with_headers(hosted, get), LARGEST_RESULTS, until)?;
        Ok(lines(&text, prompts, |line, prompt| result(hosted, &line["result"], prompt)))
    }

    fn cancel(&self, hosted: &Hosted, id: &str, until: Instant) -> Result<(), BackendError> {
        let post = hosted.http.client().post(address(hosted, &format!("/{id}/cancel")));
        hosted.json(with_headers(hosted, post), until).map(|_| ())
    }
}

fn address(hosted: &Hosted, path: &str) -> String {
    format!("{}/v1/messages/batches{path}", hosted.endpoint.base_url)
}

fn result(hosted: &Hosted, result: &Value, prompt: &Prompt) -> Result<Completion, String> {
    match result["type"].as_str().unwrap_or_default() {
        "succeeded" => {
            let mut heard = Heard::new(hosted.endpoint.asking.max_tokens);
            take(&result["message"], &mut heard);
            heard.finish(prompt).map_err(|error| error.to_string())
        }
        "errored" => Err(hosted.http.error_in(&result["error"], 400).to_string()),
        "expired" => Err("the batch expired before its turn came".to_owned()),
        "canceled" => Err("the batch was cancelled before its turn came".to_owned()),
        _ => Err("the endpoint does not say what became of it".to_owned()),
    }
}

/// Takes a message that came whole.
fn take(message: &Value, heard: &mut Heard) {
    for block in message["content"].as_array().into_iter().flatten() {
        heard.say(block["text"].as_str().unwrap_or_default(), &mut |_| {});
        heard.think(block["thinking"].as_str().unwrap_or_default(), &mut |_| {});
    }
    count(&message["usage"], heard);
    heard.stop = message["stop_reason"].as_str().map(|reason| stop(reason, message));
}
