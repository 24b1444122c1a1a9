//! The Batch API (platform.openai.com/docs/guides/batch, .../api-reference/batch and .../files): a file of
//! requests is uploaded, a batch made of it, and its results are a file of answers and one of errors.

use std::time::Instant;

use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};

use super::{OpenAi, body, with_key};
use crate::backend::BackendError;
use crate::backend::Completion;
use crate::backend::batch::{Batches, Progress, Prompts, Results, checked, id_in, lines};
use crate::backend::dialect::{Dialect, Heard, number};
use crate::backend::hosted::Hosted;
use crate::backend::http::LARGEST_RESULTS;
use crate::prompt::Prompt;

/// What stands between the parts of an upload; no line of JSON begins so.
const BOUNDARY: &str = "softstack-2f9d1c64b7a5";

impl Batches for OpenAi {
    fn submit(
        &self,
        hosted: &Hosted,
        prompts: &Prompts,
        until: Instant,
    ) -> Result<String, BackendError> {
        let line = |(name, prompt): (&String, &Prompt)| {
            json!({
                "custom_id": name,
                "method": "POST",
                "url": "/v1/chat/completions",
                "body": body(hosted, prompt).0,
            })
            .to_string()
        };
        let lines: Vec<String> = prompts.iter().map(line).collect();
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        let upload = hosted.http.client().post(address(hosted, "/files"));
        let upload = with_key(&hosted.endpoint, upload).header(CONTENT_TYPE, kind);
        let file = id_in(&hosted.json(upload.body(form(&lines.join("\n"))), until)?)?;
        let make = hosted.http.client().post(address(hosted, "/batches"));
        let make = with_key(&hosted.endpoint, make).json(&json!({
            "input_file_id": file,
            "endpoint": "/v1/chat/completions",
            "completion_window": "24h",
        }));
        id_in(&hosted.json(make, until)?)
    }

    fn progress(
        &self,
        hosted: &Hosted,
        id: &str,
        until: Instant,
    ) -> Result<Progress, BackendError> {
        let batch = get(hosted, id, until)?;
        let status = batch["status"].as_str().unwrap_or_default();
        let ended = matches!(status, "completed" | "failed" | "expired" | "cancelled");
        let counts = &batch["request_counts"];
        Ok(Progress { ended, done: number(&counts["completed"]) + number(&counts["failed"]) })
    }

    fn results(
        &self,
        hosted: &Hosted,
        id: &str,
        prompts: &Prompts,
        until: Instant,
    ) -> Result<Results, BackendError> {
        let batch = get(hosted, id, until)?;
        let mut text = String::new();
        for file in ["output_file_id", "error_file_id"] {
            if let Some(file) = batch[file].as_str() {
                let path = format!("/files/{}/content", checked(file.to_owned())?);
                let get =
                    with_key(&hosted.endpoint, hosted.http.client().get(address(hosted, &path)));
                text += &hosted.text(get, LARGEST_RESULTS, until)?;
                text.push('\n');
            }
        }
        if text.is_empty() {
            return Err(failed(hosted, &batch));
        }
        Ok(lines(&text, prompts, |line, prompt| self.result(hosted, line, prompt)))
    }

    fn cancel(&self, hosted: &Hosted, id: &str, until: Instant) -> Result<(), BackendError> {
        let post = hosted.http.client().post(address(hosted, &format!("/batches/{id}/cancel")));
        hosted.json(with_key(&hosted.endpoint, post), until).map(|_| ())
    }
}

impl OpenAi {
    fn result(&self, hosted: &Hosted, line: &Value, prompt: &Prompt) -> Result<Completion, String> {
        let (response, body) = (&line["response"], &line["response"]["body"]);
        let code = response["status_code"].as_u64().and_then(|code| u16::try_from(code).ok());
        match code {
            Some(200) => {}
            Some(code) => return Err(hosted.http.error_in(body, code).to_string()),
            None if line["error"]["code"] == "batch_expired" => {
                return Err("the batch expired before its turn came".to_owned());
            }
            None => return Err(hosted.http.error_in(line, 400).to_string()),
        }
        let choice = &body["choices"][0];
        let event = json!({
            "usage": body["usage"],
            "choices": [{"delta": choice["message"], "finish_reason": choice["finish_reason"]}],
        });
        let mut heard = Heard::new(hosted.endpoint.asking.max_tokens);
        let taken = self.hear(&hosted.http, &event, &mut heard, &mut |_| {});
        taken.and_then(|_| heard.finish(prompt)).map_err(|error| error.to_string())
    }
}

fn address(hosted: &Hosted, path: &str) -> String {
    format!("{}{path}", hosted.endpoint.base_url)
}

fn get(hosted: &Hosted, id: &str, until: Instant) -> Result<Value, BackendError> {
    let get = hosted.http.client().get(address(hosted, &format!("/batches/{id}")));
    hosted.json(with_key(&hosted.endpoint, get), until)
}

/// A batch without results: it was not valid, or ended before anything was answered.
fn failed(hosted: &Hosted, batch: &Value) -> BackendError {
    let errors = batch["errors"]["data"].as_array().into_iter().flatten();
    let words = errors.filter_map(|error| error["message"].as_str()).next();
    let status = batch["status"].as_str().unwrap_or_default();
    BackendError::Batch(hosted.http.mask(words.unwrap_or(status)))
}

/// The form of an upload (RFC 7578): what it is for, and the file.
fn form(file: &str) -> String {
    let part = |name: &str, more: &str, content: &str| {
        format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n{content}\r\n"
        )
    };
    let named = "; filename=\"batch.jsonl\"\r\nContent-Type: application/jsonl";
    part("purpose", "", "batch") + &part("file", named, file) + &format!("--{BOUNDARY}--\r\n")
}
