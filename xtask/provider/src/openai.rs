//! Chat completions, as OpenAI's documents have them (platform.openai.com/docs/api-reference/chat and
//! .../chat-streaming, .../models, docs/guides/error-codes, docs/guides/structured-outputs), with what
//! other servers of the same API add: reasoning in a field of its own
//! (docs.vllm.ai/en/stable/features/reasoning_outputs), comments that keep a stream alive and errors in
//! the middle of one (openrouter.ai/docs/api/reference/streaming, .../errors-and-debugging), and the
//! refusal of an effort (docs.ollama.com/api/openai-compatibility).

mod answer;
mod listing;
mod request;

pub use answer::{DONE, error_chunk, events, whole};
pub use listing::{list, one};
pub use request::ask;

use serde_json::{Value, json};

/// A comment that shows that a stream lives.
pub const PING: &str = ": OPENROUTER PROCESSING\n\n";

/// A request that fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The status.
    pub status: u16,
    /// The words.
    pub message: String,
    /// The kind.
    pub kind: &'static str,
    /// The parameter that is to blame.
    pub param: Option<String>,
    /// The name for programs.
    pub code: Option<&'static str>,
}

impl Error {
    /// A failure with that status and these words.
    pub fn new(status: u16, message: impl Into<String>) -> Error {
        let kind = if status < 500 { "invalid_request_error" } else { "server_error" };
        Error { status, message: message.into(), kind, param: None, code: None }
    }

    fn invalid(param: &str, code: Option<&'static str>, message: impl Into<String>) -> Error {
        Error { param: Some(param.to_owned()), code, ..Error::new(400, message) }
    }

    fn with_code(self, code: &'static str) -> Error {
        Error { code: Some(code), ..self }
    }

    /// The failure with that status that a request met which was in order.
    pub fn of(status: u16) -> Error {
        match status {
            400 => Error::invalid(
                "messages",
                Some("context_length_exceeded"),
                "This model's maximum context length is 512 tokens. However, your messages resulted in \
                 1987 tokens. Please reduce the length of the messages.",
            ),
            401 => wrong_key(""),
            403 => Error {
                kind: "request_forbidden",
                code: Some("unsupported_country_region_territory"),
                ..Error::new(status, "Country, region, or territory not supported")
            },
            404 => no_model("the-model"),
            413 => {
                Error::new(status, "The request body is too large.").with_code("request_too_large")
            }
            429 => Error {
                kind: "requests",
                code: Some("rate_limit_exceeded"),
                ..Error::new(
                    status,
                    "Rate limit reached in organization org-standin on requests per min (RPM): Limit \
                     500, Used 500, Requested 1. Please try again in 120ms.",
                )
            },
            503 => Error::new(status, "The engine is currently overloaded, please try again later")
                .with_code("server_is_overloaded"),
            _ => Error::new(
                status,
                "The server had an error while processing your request. Sorry about that!",
            ),
        }
    }

    /// The body.
    pub fn body(&self) -> Value {
        json!({"error": {
            "message": self.message,
            "type": self.kind,
            "param": self.param,
            "code": self.code,
        }})
    }
}

/// The failure of a request without a key.
pub fn no_key() -> Error {
    Error::new(
        401,
        "You didn't provide an API key. You need to provide your API key in an Authorization header using \
         Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
    )
}

/// The failure of a request with another key, of which only the ends are shown.
pub fn wrong_key(key: &str) -> Error {
    let length = key.len();
    let ends = (key.get(..3), key.get(length.saturating_sub(4)..));
    let shown = match ends {
        (Some(first), Some(last)) if length >= 12 => format!("{first}***{last}"),
        _ => "***".to_owned(),
    };
    let message = format!(
        "Incorrect API key provided: {shown}. You can find your API key at \
         https://platform.openai.com/account/api-keys."
    );
    Error::new(401, message).with_code("invalid_api_key")
}

fn no_model(id: &str) -> Error {
    let message = format!("The model `{id}` does not exist or you do not have access to it.");
    Error::new(404, message).with_code("model_not_found")
}
