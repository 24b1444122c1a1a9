//! A plain client: it asks, and takes an answer apart without the stand-in's own code.

use std::io::Read;
use std::time::{Duration, Instant};

use ::provider::Provider;
use reqwest::blocking::{Client, RequestBuilder, Response};
use reqwest::redirect::Policy;
use serde_json::{Value, json};

/// The API to use.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Api {
    Anthropic,
    OpenAi,
}

pub const BOTH: [Api; 2] = [Api::Anthropic, Api::OpenAi];

/// What came of a stream.
#[derive(Clone, Debug, Default)]
pub struct Streamed {
    pub text: String,
    pub thinking: String,
    /// Name and data of each event.
    pub events: Vec<(String, Value)>,
    pub comments: usize,
    /// Comments and pings.
    pub signs_of_life: usize,
    /// Data that is no JSON.
    pub unread: Vec<String>,
    /// How the reading ended, if not with the body.
    pub error: Option<String>,
    pub first: Option<Duration>,
    pub whole: Duration,
    pub bytes: usize,
}

impl Streamed {
    /// The data of the first event of that type.
    pub fn event(&self, kind: &str) -> &Value {
        let event = self.events.iter().find(|(_, data)| data["type"] == kind);
        event.map(|(_, data)| data).unwrap_or(&Value::Null)
    }

    /// What a reader of either API takes for the end.
    pub fn ended(&self) -> bool {
        self.events.iter().any(|(_, data)| {
            data["type"] == "message_stop" || data["choices"][0]["finish_reason"].is_string()
        })
    }
}

/// A client for plain HTTP that waits two seconds for anything.
pub fn client() -> Client {
    builder().tls_certs_only([]).build().unwrap()
}

pub fn builder() -> reqwest::blocking::ClientBuilder {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().redirect(Policy::none()).timeout(Duration::from_secs(2)).no_proxy()
}

/// The usual body.
pub fn body(api: Api, model: &str, system: &str, text: &str) -> Value {
    match api {
        Api::Anthropic => json!({
            "model": model,
            "max_tokens": 32_000,
            "stream": true,
            "system": [{"type": "text", "text": system, "cache_control": {"type": "ephemeral"}}],
            "messages": [{"role": "user", "content": text}],
        }),
        Api::OpenAi => json!({
            "model": model,
            "stream": true,
            "stream_options": {"include_usage": true},
            "messages": [
                {"role": "system", "content": system},
                {"role": "user", "content": text},
            ],
        }),
    }
}

/// A request of that body, with the usual headers.
pub fn request(provider: &Provider, api: Api, body: &Value) -> RequestBuilder {
    let (path, client) = (provider.url(), client());
    match api {
        Api::Anthropic => client
            .post(format!("{path}/v1/messages"))
            .header("x-api-key", "sk-test-0123456789")
            .header("anthropic-version", "2023-06-01")
            .json(body),
        Api::OpenAi => client
            .post(format!("{path}/v1/chat/completions"))
            .bearer_auth("sk-test-0123456789")
            .json(body),
    }
}

/// Sends that body; status and JSON of the answer.
pub fn post(provider: &Provider, api: Api, body: &Value) -> (u16, Value) {
    let response = request(provider, api, body).send().unwrap();
    (response.status().as_u16(), response.json().unwrap())
}

/// Gets a path with the headers of that API.
pub fn get(provider: &Provider, api: Api, path: &str) -> (u16, Value) {
    let request = client().get(format!("{}{path}", provider.url()));
    let response = match api {
        Api::Anthropic => request
            .header("x-api-key", "sk-test-0123456789")
            .header("anthropic-version", "2023-06-01"),
        Api::OpenAi => request.bearer_auth("sk-test-0123456789"),
    };
    let response = response.send().unwrap();
    (response.status().as_u16(), response.json().unwrap())
}

/// Asks for a stream in the usual way, which must go well.
pub fn ask(provider: &Provider, api: Api, model: &str, system: &str, text: &str) -> Streamed {
    let streamed = stream(provider, api, &body(api, model, system, text));
    assert!(streamed.ended() && streamed.error.is_none(), "{streamed:?}");
    streamed
}

/// Sends that body and reads the stream to whatever end.
pub fn stream(provider: &Provider, api: Api, body: &Value) -> Streamed {
    let began = Instant::now();
    let response = request(provider, api, body).send().unwrap();
    assert_eq!(response.status(), 200, "{:?}", response.text());
    let kind = response.headers()["content-type"].to_str().unwrap();
    assert!(kind.starts_with("text/event-stream"), "{kind}");
    events(response, began)
}

fn events(mut response: Response, began: Instant) -> Streamed {
    let (mut streamed, mut buffer, mut held) = (Streamed::default(), [0; 1 << 14], Vec::new());
    loop {
        match response.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => held.extend_from_slice(&buffer[..length]),
            Err(error) => {
                streamed.error = Some(error.to_string());
                break;
            }
        }
        while let Some(end) = held.windows(2).position(|pair| pair == b"\n\n") {
            let event: Vec<u8> = held.drain(..end + 2).collect();
            streamed.bytes += event.len();
            take(&mut streamed, &event, began);
        }
        // The timeout is for each read, so what never ends is known by its length.
        if streamed.events.len() > 1_000 || streamed.signs_of_life > 100 {
            streamed.error = Some("it does not end".into());
            break;
        }
    }
    streamed.whole = began.elapsed();
    streamed
}

fn take(streamed: &mut Streamed, event: &[u8], began: Instant) {
    let Ok(event) = std::str::from_utf8(event) else {
        return streamed.unread.push("no UTF-8".into());
    };
    let field =
        |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    let data = field("data: ");
    match serde_json::from_str::<Value>(data) {
        Ok(value) => hear(streamed, field("event: "), value, began),
        Err(_) if event.starts_with(':') => {
            streamed.comments += 1;
            streamed.signs_of_life += 1;
        }
        Err(_) => streamed.unread.push(data.to_owned()),
    }
}

fn hear(streamed: &mut Streamed, name: &str, value: Value, began: Instant) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (delta, choice) = (&value["delta"], &value["choices"][0]["delta"]);
    let said = text(&delta["text"]) + &text(&choice["content"]);
    let thought = text(&delta["thinking"])
        + &text(&choice["reasoning"])
        + &text(&choice["reasoning_content"]);
    if !(said.is_empty() && thought.is_empty()) {
        streamed.first.get_or_insert(began.elapsed());
    }
    streamed.signs_of_life += usize::from(name == "ping");
    streamed.text += &said;
    streamed.thinking += &thought;
    streamed.events.push((name.to_owned(), value));
}
