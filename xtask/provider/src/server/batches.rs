//! The routes of batches, and how each of their requests is answered: as it would be by itself, not
//! streamed.

use axum::body::Bytes;
use axum::http::{Method, StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};

use super::{Api, Call, Error, Shared, response, text};
use crate::answer::answer;
use crate::batch::{self, Answered, Entry, Found};
use crate::behaviour::Fault;
use crate::completion::Completion;
use crate::{anthropic, openai};

/// The answer to a request about batches; `None` if it is about something else.
pub(super) fn route(
    shared: &Shared,
    call: &Call,
    fault: &Fault,
) -> Option<Result<Response, Error>> {
    let path = call.parts.uri.path();
    let post = call.parts.method == Method::POST;
    let found = match (call.api, path) {
        (Api::Anthropic, "/v1/messages/batches") if post => create(shared, call, fault),
        (Api::OpenAi, "/v1/batches") if post => create(shared, call, fault),
        (Api::OpenAi, "/v1/files") if post => {
            let kind = text(&call.parts.headers, header::CONTENT_TYPE.as_str()).unwrap_or_default();
            batch::openai::upload(&mut shared.lock().batches, call.number, kind, &call.body)
        }
        (Api::Anthropic, _) => {
            let rest = path.strip_prefix("/v1/messages/batches/")?;
            batch::anthropic::find(&mut shared.lock().batches, &call.parts.method, rest)
        }
        (Api::OpenAi, _) => {
            let rest = path.strip_prefix("/v1/")?;
            let ours = rest.starts_with("batches/") || rest.starts_with("files/");
            let ours = ours.then_some(rest)?;
            batch::openai::find(&mut shared.lock().batches, &call.parts.method, ours)
        }
    };
    let failure = |status, words: String| match call.api {
        Api::Anthropic => Error::Anthropic(anthropic::Error::new(status, words)),
        Api::OpenAi => Error::OpenAi(openai::Error::new(status, words)),
    };
    Some(match found {
        Found::Json(value) => Ok(response(StatusCode::OK, "application/json", value.to_string())),
        Found::Lines(lines) => Ok(response(StatusCode::OK, "application/x-jsonl", lines)),
        Found::Missing(words) => Err(failure(404, words)),
        Found::Invalid(words) => Err(failure(400, words)),
    })
}

/// Makes a batch and answers all of it.
fn create(shared: &Shared, call: &Call, fault: &Fault) -> Found {
    let body: Value = serde_json::from_slice(&call.body).unwrap_or_default();
    let entries = match call.api {
        Api::Anthropic => batch::anthropic::entries(&body),
        Api::OpenAi => batch::openai::entries(&shared.lock().batches, &body),
    };
    let entries = match entries {
        Ok(entries) => entries,
        Err(words) => return Found::Invalid(words),
    };
    let results: Vec<Answered> = entries
        .into_iter()
        .map(|entry| (entry.name.clone(), complete(shared, call, fault, &entry)))
        .collect();
    let (polls, number) = (shared.behaviour.polls, call.number);
    let store = &mut shared.lock().batches;
    Found::Json(match call.api {
        Api::Anthropic => batch::anthropic::create(store, number, results, polls, fault),
        Api::OpenAi => batch::openai::create(store, number, results, polls, fault, 1_795_000_000),
    })
}

/// The answer to one request, or status and body of its refusal.
fn complete(
    shared: &Shared,
    call: &Call,
    fault: &Fault,
    entry: &Entry,
) -> Result<Value, (u16, Value)> {
    let refused = |error: Error| match error {
        Error::Anthropic(error) => (error.status, error.body(call.number)),
        Error::OpenAi(error) => (error.status, error.body()),
    };
    if entry.body["stream"] == true {
        return Err((
            400,
            json!({"type": "error", "error": {
            "type": "invalid_request_error", "message": "stream: not allowed in a batch"}}),
        ));
    }
    let single = Call {
        api: call.api,
        number: call.number,
        began: call.began,
        parts: call.parts.clone(),
        body: Bytes::from(entry.body.to_string()),
    };
    let asked = single.ask(&shared.behaviour).map_err(refused)?;
    let (brain, prompt) = {
        let mut condition = shared.lock();
        (condition.brain.clone(), condition.cache.charge(&asked, call.began, call.began))
    };
    let answer = answer(&brain, fault, &asked.turn);
    let completion = Completion::new(call.number, &asked, answer, prompt, fault);
    Ok(call.api.whole(&shared.behaviour, &completion))
}
