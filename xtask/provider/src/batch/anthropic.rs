//! Anthropic's Message Batches: requests in one body, results below the batch.

use axum::http::Method;
use serde_json::{Value, json};

use super::{Answered, Batch, Entry, Found, Store, lines};
use crate::behaviour::Fault;
use crate::identifier;

/// The entries of a new batch.
///
/// # Errors
/// In the API's words, what is wrong with it.
pub fn entries(body: &Value) -> Result<Vec<Entry>, String> {
    let requests = body["requests"].as_array().filter(|requests| !requests.is_empty());
    let requests = requests.ok_or("requests: Field required")?;
    let mut entries: Vec<Entry> = Vec::new();
    for (index, request) in requests.iter().enumerate() {
        let name = request["custom_id"].as_str().unwrap_or_default();
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if !(1..=64).contains(&name.len()) || !name.chars().all(allowed) {
            let pattern = "^[a-zA-Z0-9_-]{1,64}$";
            return Err(format!(
                "requests.{index}.custom_id: String should match pattern '{pattern}'"
            ));
        }
        if entries.iter().any(|entry| entry.name == name) {
            return Err(format!("requests: custom_id must be unique: {name}"));
        }
        entries.push(Entry { name: name.to_owned(), body: request["params"].clone() });
    }
    Ok(entries)
}

/// A new batch of these results, each a message or an error.
pub fn create(
    store: &mut Store,
    number: u64,
    results: Vec<Answered>,
    polls: usize,
    fault: &Fault,
) -> Value {
    let id = identifier("msgbatch_01", number);
    let lines = results.into_iter().enumerate().map(|(index, (name, result))| {
        let result = match (fault, result) {
            (Fault::BatchExpires, _) if index > 0 => json!({"type": "expired"}),
            (Fault::BatchEntryFails, _) if index == 0 => {
                let error = json!({"type": "api_error", "message": "Internal server error"});
                json!({"type": "errored", "error": {"type": "error", "error": error}})
            }
            (_, Ok(message)) => json!({"type": "succeeded", "message": message}),
            (_, Err((_, error))) => json!({"type": "errored", "error": error}),
        };
        json!({"custom_id": name, "result": result})
    });
    let lines: Vec<Value> = lines.collect();
    store.add(&id, lines, polls, fault, 0);
    describe(&id, &store.batches[&id], false)
}

/// What `path`, behind `/v1/messages/batches/`, comes to.
pub fn find(store: &mut Store, method: &Method, path: &str) -> Found {
    let (id, rest) = path.split_once('/').unwrap_or((path, ""));
    let Some(batch) = store.batches.get_mut(id) else {
        return Found::Missing(format!("Message batch {id} not found"));
    };
    match (method, rest) {
        (&Method::GET, "") => {
            let ended = batch.poll();
            Found::Json(describe(id, batch, ended))
        }
        (&Method::GET, "results") if batch.cancelled || batch.polls == Some(0) => {
            Found::Lines(lines(batch))
        }
        (&Method::GET, "results") => {
            Found::Missing(format!("Results of message batch {id} are not yet available"))
        }
        (&Method::POST, "cancel") => {
            batch.cancelled = true;
            for line in &mut batch.lines {
                line["result"] = json!({"type": "canceled"});
            }
            Found::Json(describe(id, batch, false))
        }
        _ => Found::Missing("Not found".to_owned()),
    }
}

fn describe(id: &str, batch: &Batch, ended: bool) -> Value {
    let count = |kind: &str| {
        let lines = batch.lines.iter().filter(|line| line["result"]["type"] == kind);
        if ended { lines.count() } else { 0 }
    };
    let processing = if ended { 0 } else { batch.lines.len() };
    let status = match (ended, batch.cancelled) {
        (true, _) => "ended",
        (false, true) => "canceling",
        (false, false) => "in_progress",
    };
    // No address that a client could follow: another host's.
    let results = "https://results.invalid/v1/messages/batches/";
    json!({
        "id": id,
        "type": "message_batch",
        "processing_status": status,
        "request_counts": {
            "processing": processing,
            "succeeded": count("succeeded"),
            "errored": count("errored"),
            "canceled": count("canceled"),
            "expired": count("expired"),
        },
        "ended_at": if ended { json!("2026-11-24T12:00:00Z") } else { Value::Null },
        "created_at": "2026-11-24T11:00:00Z",
        "expires_at": "2026-11-25T11:00:00Z",
        "archived_at": null,
        "cancel_initiated_at": null,
        "results_url": if ended { json!(format!("{results}{id}/results")) } else { Value::Null },
    })
}
