//! The server: every request is written down, meets its fault, is routed, and answered with the headers of
//! its API.

use std::collections::HashMap;
use std::future::pending;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Query, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use serde_json::Value;
use tokio::time::Instant;

use crate::answer::answer;
use crate::batch::Store;
use crate::behaviour::{Behaviour, Brain, Fault};
use crate::cache::Cache;
use crate::completion::{Asked, Completion};
use crate::script::{End, Script, Step};
use crate::{anthropic, identifier, openai};

mod batches;
mod headers;

/// Bytes of the largest request, as at Anthropic.
const LARGEST_REQUEST: usize = 32 << 20;
/// The least pause between pieces that never end.
const LEAST_PAUSE: std::time::Duration = std::time::Duration::from_millis(1);
/// What a captive portal answers.
const PAGE: &str = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head>\
                    <body><h1>Welcome to the network</h1></body></html>\n";

/// One request as it came.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// When.
    pub at: SystemTime,
    /// `GET` or `POST`.
    pub method: String,
    /// The path, without a query.
    pub path: String,
    /// The header `x-api-key`.
    pub api_key: Option<String>,
    /// The header `authorization`.
    pub authorization: Option<String>,
    /// The header `anthropic-version`.
    pub version: Option<String>,
    /// The body; null where it is no JSON.
    pub body: Value,
}

/// What the server and its owner share.
#[derive(Debug)]
pub struct Shared {
    behaviour: Behaviour,
    elsewhere: SocketAddr,
    condition: Mutex<Condition>,
}

/// What changes while it runs.
#[derive(Debug)]
struct Condition {
    fault: Fault,
    brain: Brain,
    /// Requests that failed since the fault was set.
    failed: usize,
    seen: Vec<Seen>,
    redirected: Vec<Seen>,
    cache: Cache,
    batches: Store,
}

/// The two APIs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Api {
    Anthropic,
    OpenAi,
}

/// A failure in the words of an API.
#[derive(Clone, Debug)]
enum Error {
    Anthropic(anthropic::Error),
    OpenAi(openai::Error),
}

/// A request that is being answered.
struct Call {
    api: Api,
    number: u64,
    began: Instant,
    parts: Parts,
    body: Bytes,
}

/// Everything of the stand-in but the port to be redirected to.
pub fn router(shared: Arc<Shared>) -> Router {
    Router::new().fallback(serve).with_state(shared)
}

/// The port to be redirected to: it writes down what comes.
pub fn redirected_router(shared: Arc<Shared>) -> Router {
    Router::new().fallback(serve_redirected).with_state(shared)
}

impl Shared {
    /// A stand-in of that behaviour, which redirects to `elsewhere`.
    pub fn new(behaviour: Behaviour, elsewhere: SocketAddr) -> Shared {
        let condition = Mutex::new(Condition {
            fault: behaviour.fault.clone(),
            brain: behaviour.brain.clone(),
            failed: 0,
            seen: Vec::new(),
            redirected: Vec::new(),
            cache: Cache::default(),
            batches: Store::default(),
        });
        Shared { behaviour, elsewhere, condition }
    }

    /// Sets what is wrong.
    pub fn set(&self, fault: Fault) {
        let mut condition = self.lock();
        (condition.fault, condition.failed) = (fault, 0);
    }

    /// Sets what is answered.
    pub fn set_brain(&self, brain: Brain) {
        self.lock().brain = brain;
    }

    /// Every request.
    pub fn seen(&self) -> Vec<Seen> {
        self.lock().seen.clone()
    }

    /// Every request that came to the other port.
    pub fn redirected(&self) -> Vec<Seen> {
        self.lock().redirected.clone()
    }

    /// Writes a request down; its number.
    fn record(&self, seen: Seen) -> u64 {
        let mut condition = self.lock();
        condition.seen.push(seen);
        condition.seen.len() as u64
    }

    /// What is wrong for this request.
    fn fault(&self) -> Fault {
        let mut condition = self.lock();
        match condition.fault {
            Fault::StatusTimes { times, .. } if condition.failed >= times => Fault::None,
            Fault::StatusTimes { code, retry_after, .. } => {
                condition.failed += 1;
                Fault::Status { code, retry_after }
            }
            ref fault => fault.clone(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Condition> {
        self.condition.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn serve(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let began = Instant::now();
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, LARGEST_REQUEST).await;
    let number = shared.record(Seen::new(&parts, body.as_deref().unwrap_or_default()));
    let api = Api::of(&parts);
    let mut call = Call { api, number, began, parts, body: Bytes::new() };
    let answered = match body {
        Ok(body) => {
            call.body = body;
            answered(&shared, &call).await
        }
        Err(_) => Err(api.failure(413)),
    };
    let response = answered.unwrap_or_else(|error| call.refuse(&error));
    headers::with_those_of_the_api(response, api, number)
}

async fn serve_redirected(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, LARGEST_REQUEST).await.unwrap_or_default();
    shared.lock().redirected.push(Seen::new(&parts, &body));
    response(StatusCode::OK, "application/json", "{}")
}

async fn answered(shared: &Shared, call: &Call) -> Result<Response, Error> {
    call.check_key(shared.behaviour.key.as_deref())?;
    match shared.fault() {
        Fault::Status { code, retry_after } => {
            let mut response = call.refuse(&call.api.failure(code));
            if let Some(seconds) = retry_after {
                response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
            }
            Ok(response)
        }
        Fault::TimeoutBeforeFirstByte => pending().await,
        Fault::Html => Ok(response(StatusCode::OK, "text/html; charset=utf-8", PAGE)),
        Fault::Redirect => Ok(redirect(shared.elsewhere, call.parts.uri.path())),
        fault => route(shared, call, &fault),
    }
}

fn route(shared: &Shared, call: &Call, fault: &Fault) -> Result<Response, Error> {
    if let Some(found) = batches::route(shared, call, fault) {
        return found;
    }
    let models = &shared.behaviour.models;
    let path = call.parts.uri.path();
    let one = path.strip_prefix("/v1/models/");
    let found = match (&call.parts.method, call.api) {
        (&Method::POST, _) if ["/v1/messages", "/v1/chat/completions"].contains(&path) => {
            return complete(shared, call, fault);
        }
        (&Method::GET, Api::Anthropic) if path == "/v1/models" => {
            anthropic::list(models, &call.query()).map_err(Error::Anthropic)?
        }
        (&Method::GET, Api::OpenAi) if path == "/v1/models" => openai::list(models),
        (&Method::GET, Api::Anthropic) if let Some(id) = one => {
            anthropic::one(models, id).map_err(Error::Anthropic)?
        }
        (&Method::GET, Api::OpenAi) if let Some(id) = one => {
            openai::one(models, id).map_err(Error::OpenAi)?
        }
        _ => return Err(call.nothing_there()),
    };
    Ok(response(StatusCode::OK, "application/json", found.to_string()))
}

fn complete(shared: &Shared, call: &Call, fault: &Fault) -> Result<Response, Error> {
    let behaviour = &shared.behaviour;
    let asked = call.ask(behaviour)?;
    let (brain, prompt) = {
        let mut condition = shared.lock();
        let begins = call.began + behaviour.latency.due(1);
        (condition.brain.clone(), condition.cache.charge(&asked, call.began, begins))
    };
    let answer = answer(&brain, fault, &asked.turn);
    let completion = Completion::new(call.number, &asked, answer, prompt, fault);
    if asked.stream {
        let script = streamed(call.api, behaviour, &completion, fault);
        let mut response =
            response(StatusCode::OK, "text/event-stream; charset=utf-8", script.play(call.began));
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        return Ok(response);
    }
    if *fault == Fault::Overloaded {
        return Err(call.api.failure(call.api.overloaded()));
    }
    let script = at_once(call.api, behaviour, &completion, fault);
    Ok(response(StatusCode::OK, "application/json", script.play(call.began)))
}

/// A streamed answer, and what the fault makes of it.
fn streamed(api: Api, behaviour: &Behaviour, completion: &Completion, fault: &Fault) -> Script {
    let mut steps = api.events(behaviour, completion);
    let half = steps.len() / 2;
    let due = steps[half].due;
    let end = match fault {
        Fault::Overloaded => {
            steps.truncate(half);
            steps.push(Step::new(due, api.error_event(completion)));
            End::Proper
        }
        Fault::StallMidStream => {
            steps.truncate(half);
            End::Stalled
        }
        Fault::CutMidStream => {
            steps.truncate(half);
            End::Cut
        }
        Fault::NeverEnds => {
            let last = steps.iter().rposition(is_delta).unwrap_or(half);
            steps.truncate(last + 1);
            let bytes = steps[last].bytes.clone();
            End::Repeating { bytes, every: behaviour.latency.lasts(1).max(LEAST_PAUSE) }
        }
        Fault::PingsForever => {
            let bytes = Bytes::from_static(api.ping().as_bytes());
            steps = vec![Step::new(behaviour.latency.due(0), bytes.clone())];
            End::Repeating { bytes, every: behaviour.keep_alive.max(LEAST_PAUSE) }
        }
        Fault::InvalidUtf8 => {
            steps.insert(half, Step::new(due, &b"data: {\"type\":\"\xff\xfe\xc3\x28\"}\n\n"[..]));
            End::Proper
        }
        Fault::NotJson => {
            steps.insert(half, Step::new(due, "data: upstream connect error, reset {reason\n\n"));
            End::Proper
        }
        _ => End::Proper,
    };
    Script { steps, end }.with_signs_of_life(api.ping(), behaviour.keep_alive)
}

/// A piece of the answer itself.
fn is_delta(step: &Step) -> bool {
    let event = String::from_utf8_lossy(&step.bytes);
    event.contains("\"text_delta\"") || event.contains("\"delta\":{\"content\":")
}

/// An answer that is not streamed, and what the fault makes of it.
fn at_once(api: Api, behaviour: &Behaviour, completion: &Completion, fault: &Fault) -> Script {
    let mut body = api.whole(behaviour, completion).to_string().into_bytes();
    let half = body.len() / 2;
    let end = match fault {
        Fault::StallMidStream | Fault::NeverEnds | Fault::PingsForever => {
            body.truncate(half);
            End::Stalled
        }
        Fault::CutMidStream => {
            body.truncate(half);
            End::Cut
        }
        Fault::InvalidUtf8 => {
            body.splice(half..half, *b"\xff\xfe\xc3\x28");
            End::Proper
        }
        Fault::NotJson => {
            body = b"upstream connect error, reset {reason".to_vec();
            End::Proper
        }
        _ => End::Proper,
    };
    Script { steps: vec![Step::new(completion.lasts(&behaviour.latency), body)], end }
}

impl Seen {
    fn new(parts: &Parts, body: &[u8]) -> Seen {
        let header = |name| text(&parts.headers, name).map(str::to_owned);
        Seen {
            at: SystemTime::now(),
            method: parts.method.to_string(),
            path: parts.uri.path().to_owned(),
            api_key: header("x-api-key"),
            authorization: header("authorization"),
            version: header("anthropic-version"),
            body: serde_json::from_slice(body).unwrap_or_default(),
        }
    }
}

impl Api {
    /// The API that a request means: by its path, or, where both have that path, by its headers.
    fn of(parts: &Parts) -> Api {
        let has = |name: &str| parts.headers.contains_key(name);
        match parts.uri.path() {
            "/v1/messages" => Api::Anthropic,
            "/v1/chat/completions" => Api::OpenAi,
            path if path.starts_with("/v1/messages/") => Api::Anthropic,
            _ if has("anthropic-version") || has("x-api-key") => Api::Anthropic,
            _ => Api::OpenAi,
        }
    }

    fn failure(self, status: u16) -> Error {
        match self {
            Api::Anthropic => Error::Anthropic(anthropic::Error::of(status)),
            Api::OpenAi => Error::OpenAi(openai::Error::of(status)),
        }
    }

    fn overloaded(self) -> u16 {
        match self {
            Api::Anthropic => 529,
            Api::OpenAi => 503,
        }
    }

    fn ping(self) -> &'static str {
        match self {
            Api::Anthropic => anthropic::PING,
            Api::OpenAi => openai::PING,
        }
    }

    fn events(self, behaviour: &Behaviour, completion: &Completion) -> Vec<Step> {
        match self {
            Api::Anthropic => anthropic::events(completion, &behaviour.latency),
            Api::OpenAi => {
                openai::events(completion, &behaviour.latency, behaviour.reasoning_field)
            }
        }
    }

    fn whole(self, behaviour: &Behaviour, completion: &Completion) -> Value {
        match self {
            Api::Anthropic => anthropic::whole(completion),
            Api::OpenAi => openai::whole(completion, behaviour.reasoning_field),
        }
    }

    fn error_event(self, completion: &Completion) -> String {
        match self {
            Api::Anthropic => anthropic::error_event(&anthropic::Error::of(self.overloaded())),
            Api::OpenAi => openai::error_chunk(completion) + openai::DONE,
        }
    }
}

impl Call {
    fn ask(&self, behaviour: &Behaviour) -> Result<Asked, Error> {
        let models = &behaviour.models;
        match self.api {
            Api::Anthropic => anthropic::ask(self.header("anthropic-version"), &self.body, models)
                .map_err(Error::Anthropic),
            Api::OpenAi => {
                openai::ask(&self.body, models, behaviour.reasoning_field).map_err(Error::OpenAi)
            }
        }
    }

    fn check_key(&self, key: Option<&str>) -> Result<(), Error> {
        let bearer = self.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
        match (key, self.api) {
            (None, _) => Ok(()),
            (Some(key), Api::Anthropic) => match self.header("x-api-key").or(bearer) {
                Some(given) if given == key => Ok(()),
                Some(_) => Err(self.api.failure(401)),
                None => {
                    let message = "x-api-key header is required";
                    Err(Error::Anthropic(anthropic::Error::new(401, message)))
                }
            },
            (Some(key), Api::OpenAi) => match bearer {
                Some(given) if given == key => Ok(()),
                Some(given) => Err(Error::OpenAi(openai::wrong_key(given))),
                None => Err(Error::OpenAi(openai::no_key())),
            },
        }
    }

    fn nothing_there(&self) -> Error {
        let (method, path) = (&self.parts.method, self.parts.uri.path());
        match self.api {
            Api::Anthropic => Error::Anthropic(anthropic::Error::new(404, "Not found")),
            Api::OpenAi => {
                let message = format!("Invalid URL ({method} {path})");
                Error::OpenAi(openai::Error::new(404, message))
            }
        }
    }

    fn refuse(&self, error: &Error) -> Response {
        let (status, body) = match error {
            Error::Anthropic(error) => (error.status, error.body(self.number)),
            Error::OpenAi(error) => (error.status, error.body()),
        };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        response(status, "application/json", body.to_string())
    }

    fn query(&self) -> HashMap<String, String> {
        Query::try_from_uri(&self.parts.uri).map(|Query(query)| query).unwrap_or_default()
    }

    fn header(&self, name: &str) -> Option<&str> {
        text(&self.parts.headers, name)
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn response(status: StatusCode, kind: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

fn redirect(elsewhere: SocketAddr, path: &str) -> Response {
    let mut response = response(StatusCode::FOUND, "text/plain", "");
    let location = HeaderValue::try_from(format!("http://{elsewhere}{path}"));
    if let Ok(location) = location {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}
