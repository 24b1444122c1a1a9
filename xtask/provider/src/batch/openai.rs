//! OpenAI's Batch API: a file of requests, a batch of it, a file of answers and one of errors.

use axum::http::Method;
use serde_json::{Value, json};

use super::{Answered, Batch, Entry, Found, Store};
use crate::behaviour::Fault;
use crate::identifier;

/// Keeps an uploaded file.
pub fn upload(store: &mut Store, number: u64, kind: &str, body: &[u8]) -> Found {
    let text = String::from_utf8_lossy(body);
    let boundary = kind.split_once("boundary=").map_or("", |(_, boundary)| boundary);
    let purpose = part(&text, boundary, "purpose");
    let Some(file) = part(&text, boundary, "file") else {
        return Found::Invalid("'file' is a required property".to_owned());
    };
    if purpose != Some("batch") {
        return Found::Invalid("'purpose' must be 'batch' here".to_owned());
    }
    let bytes = file.len();
    let id = store.keep(number, file.to_owned());
    Found::Json(json!({
        "id": id,
        "object": "file",
        "bytes": bytes,
        "created_at": 1_795_000_000,
        "filename": "batch.jsonl",
        "purpose": "batch",
    }))
}

/// The content of a form's part (RFC 7578).
fn part<'t>(text: &'t str, boundary: &str, name: &str) -> Option<&'t str> {
    let separator = format!("--{boundary}");
    let named = format!("name=\"{name}\"");
    text.split(&separator).find_map(|part| {
        let (head, content) = part.split_once("\r\n\r\n")?;
        head.contains(&named).then(|| content.strip_suffix("\r\n").unwrap_or(content))
    })
}

/// The entries of the file that a new batch names.
///
/// # Errors
/// In words, what is wrong with it.
pub fn entries(store: &Store, body: &Value) -> Result<Vec<Entry>, String> {
    if body["completion_window"] != "24h" || body["endpoint"] != "/v1/chat/completions" {
        return Err("Invalid 'completion_window' or 'endpoint'.".to_owned());
    }
    let file = body["input_file_id"].as_str().unwrap_or_default();
    let file = store.files.get(file);
    let file = file.ok_or("Invalid 'input_file_id': no such file.")?;
    let entry = |line: &str| {
        let line: Value = serde_json::from_str(line).map_err(|_| "This line is not parseable.")?;
        if line["method"] != "POST" || line["url"] != "/v1/chat/completions" {
            return Err("The 'url' does not match the batch's endpoint.");
        }
        let name = line["custom_id"].as_str().ok_or("Missing 'custom_id'.")?.to_owned();
        Ok(Entry { name, body: line["body"].clone() })
    };
    let entries: Result<Vec<Entry>, &str> = file.lines().map(entry).collect();
    entries.map_err(str::to_owned)
}

/// A new batch of these results, each a completion or a status and an error.
pub fn create(
    store: &mut Store,
    number: u64,
    results: Vec<Answered>,
    polls: usize,
    fault: &Fault,
    created: u64,
) -> Value {
    let id = identifier("batch_", number);
    let lines = results.into_iter().enumerate().map(|(index, (name, result))| {
        let expired = json!({
            "code": "batch_expired",
            "message": "This request could not be executed before the completion window expired.",
        });
        let overloaded = json!({"error": {
            "message": "The server had an error while processing your request.",
            "type": "server_error", "param": null, "code": null,
        }});
        let (response, error) = match (fault, result) {
            (Fault::BatchExpires, _) if index > 0 => (Value::Null, expired),
            (Fault::BatchEntryFails, _) if index == 0 => (respond(500, overloaded), Value::Null),
            (_, Ok(body)) => (respond(200, body), Value::Null),
            (_, Err((status, body))) => (respond(status, body), Value::Null),
        };
        let id = identifier("batch_req_", index as u64);
        json!({"id": id, "custom_id": name, "response": response, "error": error})
    });
    let lines: Vec<Value> = lines.collect();
    store.add(&id, lines, polls, fault, created);
    describe(&id, &store.batches[&id], "validating")
}

fn respond(status: u16, body: Value) -> Value {
    json!({"status_code": status, "request_id": identifier("req_", 7), "body": body})
}

/// What `path`, behind `/v1/`, comes to.
pub fn find(store: &mut Store, method: &Method, path: &str) -> Found {
    let parts: Vec<&str> = path.split('/').collect();
    let missing = || Found::Missing(format!("No such object: {path}"));
    match (method, parts.as_slice()) {
        (&Method::GET, ["files", id, "content"]) => {
            let (batch, kind) = id.split_once("-of-").unwrap_or((id, ""));
            let batch = store.batches.get(batch);
            let want = |line: &&Value| good(line) == (kind == "output");
            batch.map_or_else(missing, |batch| {
                let text = batch.lines.iter().rev().filter(want).map(|line| format!("{line}\n"));
                Found::Lines(text.collect())
            })
        }
        (&Method::GET, ["batches", id]) => match store.batches.get_mut(*id) {
            Some(batch) => {
                let ended = batch.poll();
                let status = match (&batch.fault, batch.cancelled) {
                    (_, true) => "cancelled",
                    _ if !ended => "in_progress",
                    (Fault::BatchFails, _) => "failed",
                    (Fault::BatchExpires, _) => "expired",
                    _ => "completed",
                };
                Found::Json(describe(id, batch, status))
            }
            None => missing(),
        },
        (&Method::POST, ["batches", id, "cancel"]) => match store.batches.get_mut(*id) {
            Some(batch) => {
                batch.cancelled = true;
                Found::Json(describe(id, batch, "cancelling"))
            }
            None => missing(),
        },
        _ => missing(),
    }
}

/// Whether a line belongs into the file of answers.
fn good(line: &Value) -> bool {
    line["response"]["status_code"] == 200
}

fn describe(id: &str, batch: &Batch, status: &str) -> Value {
    let ended = matches!(status, "completed" | "expired");
    let count = |want: bool| batch.lines.iter().filter(|line| good(line) == want).count();
    let file = |want: bool, kind: &str| {
        let there = ended && count(want) > 0;
        if there { json!(format!("{id}-of-{kind}")) } else { Value::Null }
    };
    let errors = json!({"object": "list", "data": [{
        "code": "invalid_json_line", "message": "This line is not parseable as valid JSON.",
        "param": null, "line": 1,
    }]});
    json!({
        "id": id,
        "object": "batch",
        "endpoint": "/v1/chat/completions",
        "errors": if status == "failed" { errors } else { Value::Null },
        "input_file_id": "file-input",
        "completion_window": "24h",
        "status": status,
        "output_file_id": file(true, "output"),
        "error_file_id": file(false, "errors"),
        "created_at": batch.created,
        "request_counts": {
            "total": batch.lines.len(),
            "completed": if ended { count(true) } else { 0 },
            "failed": if ended { count(false) } else { 0 },
        },
        "metadata": null,
    })
}
