//! Anthropic's Messages API, as its documents have it, below platform.claude.com/docs/en: `api/messages`
//! and `build-with-claude/streaming` for the shapes, `api/errors`, `api/versioning`, `api/rate-limits`,
//! `api/models/list`, `build-with-claude/structured-outputs`, `build-with-claude/thinking-troubleshooting`,
//! and `test-and-evaluate/strengthen-guardrails/handle-streaming-refusals`. Words of errors that no page
//! has are those that users report.

mod answer;
mod listing;
mod request;

pub use answer::{error_event, events, whole};
pub use listing::{list, one};
pub use request::ask;

use serde_json::{Value, json};

use crate::identifier;

/// An event that shows that a stream lives.
pub const PING: &str = "event: ping\ndata: {\"type\":\"ping\"}\n\n";

/// A request that fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The status.
    pub status: u16,
    /// The words.
    pub message: String,
}

impl Error {
    /// A failure with that status and these words.
    pub fn new(status: u16, message: impl Into<String>) -> Error {
        Error { status, message: message.into() }
    }

    fn invalid(message: impl Into<String>) -> Error {
        Error::new(400, message)
    }

    /// The failure with that status that a request met which was in order.
    pub fn of(status: u16) -> Error {
        Error::new(
            status,
            match status {
                400 => {
                    "Your credit balance is too low to access the Anthropic API. Please go to Plans \
                     & Billing to upgrade or purchase credits."
                }
                401 => "invalid x-api-key",
                403 => "Your API key does not have permission to use the specified resource.",
                404 => "The requested resource could not be found.",
                413 => "Request exceeds the maximum size",
                429 => {
                    "This request would exceed your organization's rate limit of 4,000 requests per \
                     minute."
                }
                504 => "The request timed out while processing.",
                529 => "Overloaded",
                _ => "Internal server error",
            },
        )
    }

    /// The body, which names the request.
    pub fn body(&self, number: u64) -> Value {
        json!({"type": "error", "error": self.value(), "request_id": identifier("req_011C", number)})
    }

    fn value(&self) -> Value {
        json!({"type": self.kind(), "message": self.message})
    }

    fn kind(&self) -> &'static str {
        match self.status {
            400 => "invalid_request_error",
            401 => "authentication_error",
            402 => "billing_error",
            403 => "permission_error",
            404 | 405 => "not_found_error",
            409 => "conflict_error",
            413 => "request_too_large",
            429 => "rate_limit_error",
            504 => "timeout_error",
            529 => "overloaded_error",
            _ => "api_error",
        }
    }
}
