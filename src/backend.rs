//! Backends: language models that are asked in text and answer in text, streamed as it comes. A packet
//! is here after [`crate::prompt`] has put it into words and before [`crate::transcript`] reads the
//! answer. A backend knows an API, no packets.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::prompt::Prompt;

mod anthropic;
pub mod batch;
mod dialect;
mod extra;
mod hosted;
pub mod http;
mod openai;
pub mod price;
pub mod provider;
pub mod replay;
pub mod sse;

/// A language model behind some API, shared by all minds that ask it.
pub trait Backend: Send + Sync {
    /// `provider/model`, as in `--model`.
    fn name(&self) -> &str;

    /// Puts the prompt to the model and waits for the whole completion, `until` then at most. `hear`
    /// is called with each piece as soon as it comes.
    ///
    /// # Errors
    /// When there is no whole completion; with what was spent all the same.
    fn complete(
        &self,
        prompt: &Prompt,
        until: Instant,
        hear: &mut dyn FnMut(Delta),
    ) -> Result<Completion, Failure>;

    /// The models that the endpoint offers, in its order.
    ///
    /// # Errors
    /// When it does not say.
    fn models(&self, until: Instant) -> Result<Vec<Listed>, Failure>;

    /// Most tokens that it may write in one completion.
    fn most_output(&self) -> u64;

    /// The way to ask many prompts at once at half the price, where the API has one.
    fn batch(&self) -> Option<&dyn batch::Batch> {
        None
    }
}

/// A piece of a completion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delta<'a> {
    /// Of the model's reasoning.
    Thinking(&'a str),
    /// Of its answer.
    Text(&'a str),
    /// None: the call failed and is repeated, and what came before is void.
    Again,
}

/// What a model said.
#[derive(Debug, Clone, PartialEq)]
pub struct Completion {
    /// The answer, without the reasoning.
    pub text: String,
    /// What it used.
    pub usage: Usage,
    /// What the endpoint says that it cost, in US dollars.
    pub usd: Option<f64>,
    /// Why it ended.
    pub stop: Stop,
}

impl Completion {
    /// Why it is no whole answer, if it is none, where `most` tokens might be written; in words.
    pub fn complaint(&self, most: u64) -> Option<String> {
        let written = self.usage.output;
        match &self.stop {
            Stop::Refused(why) => Some(format!("the model declined to answer: {why}")),
            // Servers round the limit, but not by a tenth.
            Stop::Length if written < most - most / 10 => Some(format!(
                "the answer was cut after {written} tokens, although --max-tokens allows {most}: the \
                 model's context is full, or its server has a limit of its own"
            )),
            Stop::Length => {
                Some(format!("the answer was cut at the {most} tokens of --max-tokens"))
            }
            Stop::Done if self.text.trim().is_empty() => Some("the answer is empty".into()),
            Stop::Done => None,
        }
    }
}

/// Why a completion ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// The model was done.
    Done,
    /// It had written as many tokens as it might.
    Length,
    /// It, or a filter before it, declined to answer; in its words.
    Refused(String),
}

/// Tokens as an API counts them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Read, and not from a cache.
    pub input: u64,
    /// Read from the provider's cache of prompts.
    pub cached: u64,
    /// Read and written into that cache.
    pub cache_written: u64,
    /// Written, reasoning included.
    pub output: u64,
    /// Of those written, reasoning; 0 where the API does not tell.
    pub thinking: u64,
    /// Whether the API did not say and this was estimated from the length of the text.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub estimated: bool,
}

impl Usage {
    /// All tokens, read and written.
    pub fn total(&self) -> u64 {
        let kinds = [self.input, self.cached, self.cache_written, self.output];
        kinds.into_iter().fold(0, u64::saturating_add)
    }

    /// Adds another count to this one.
    pub fn add(&mut self, other: &Usage) {
        let add = |sum: &mut u64, tokens: u64| *sum = sum.saturating_add(tokens);
        add(&mut self.input, other.input);
        add(&mut self.cached, other.cached);
        add(&mut self.cache_written, other.cache_written);
        add(&mut self.output, other.output);
        add(&mut self.thinking, other.thinking);
        self.estimated |= other.estimated;
    }
}

/// What a thought used and cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Spending {
    /// Tokens.
    pub usage: Usage,
    /// US dollars; absent where no price is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usd: Option<f64>,
}

impl Spending {
    /// Adds another spending to this one.
    pub fn add(&mut self, other: &Spending) {
        self.usage.add(&other.usage);
        self.usd = other.usd.map(|usd| usd + self.usd.unwrap_or_default()).or(self.usd);
    }
}

/// A model that an endpoint offers.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// Its name there.
    pub id: String,
    /// What the endpoint says it costs.
    pub price: Option<price::Price>,
}

/// Why there is no completion, and whether it has to be paid for all the same.
#[derive(Debug, Error)]
#[error("{error}")]
pub struct Failure {
    /// Why.
    pub error: BackendError,
    /// Whether it was begun, and may be billed at anything up to all that the model might use: reasoning
    /// that is not shown costs too.
    pub lost: bool,
}

impl From<BackendError> for Failure {
    fn from(error: BackendError) -> Failure {
        Failure { error, lost: false }
    }
}

/// Why a model could not be asked, or did not answer to the end.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BackendError {
    /// The endpoint wants a key and there is none.
    #[error(
        "no key for {provider}: set {variable} in the environment, or key = \"…\" below \
         [providers.{provider}] in the configuration"
    )]
    NoKey {
        /// The provider.
        provider: String,
        /// The variable that would hold the key.
        variable: String,
    },
    /// No connection came about: no such host, nobody listens, no trust.
    #[error("{host} cannot be reached: {why}")]
    Unreachable {
        /// Scheme, host and port.
        host: String,
        /// Why not, and what may help.
        why: String,
    },
    /// The endpoint asked to be left alone for longer than there is time.
    #[error("the endpoint asks to be left alone")]
    Closed,
    /// The endpoint declined.
    #[error("{}", status(*.code, .kind, .message))]
    Status {
        /// The HTTP status code.
        code: u16,
        /// The endpoint's name for the error; empty where it gives none.
        kind: String,
        /// Its words.
        message: String,
        /// How long it asks to be left alone.
        retry_after: Option<Duration>,
    },
    /// The answer did not come in time.
    #[error("no {what} from {host} in time")]
    TimedOut {
        /// What was waited for.
        what: &'static str,
        /// Scheme, host and port.
        host: String,
    },
    /// The connection ended before the answer did.
    #[error("the answer was cut off: {0}")]
    Cut(String),
    /// More came than any packet needs.
    #[error("the answer is longer than {0} bytes")]
    TooLong(usize),
    /// What came is not what the API promises.
    #[error("the endpoint does not keep to its API: {0}")]
    Malformed(String),
    /// The program is ending.
    #[error("interrupted")]
    Interrupted,
    /// A batch came to nothing as a whole.
    #[error("the batch failed: {0}")]
    Batch(String),
    /// A recording holds no answer to this packet.
    #[error("{0}")]
    NotRecorded(String),
}

impl BackendError {
    /// Whether asking again soon may help. A spent quota is a 429 as well, but says so.
    pub fn is_temporary(&self) -> bool {
        match self {
            BackendError::Status { code, kind, .. } => {
                let spent = kind.contains("quota") || kind.contains("billing");
                matches!(code, 408 | 409 | 429 | 500 | 502 | 503 | 504 | 529) && !spent
            }
            BackendError::Cut(_) => true,
            _ => false,
        }
    }

    /// How long the endpoint asks to be left alone.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            BackendError::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

fn status(code: u16, kind: &str, message: &str) -> String {
    let advice = match code {
        401 => ": the endpoint does not accept the key",
        402 => ": the account has no money left",
        403 => ": the key may not do this",
        404 => ": no such model, or no such address (`softstack models` lists what there is)",
        413 => ": the request is too large",
        429 => ": too many requests, or a limit of the account is reached",
        529 | 503 => ": overloaded, or still starting",
        _ => "",
    };
    let kind = if kind.is_empty() { String::new() } else { format!(" {kind}") };
    let message = if message.is_empty() { String::new() } else { format!(" ({message})") };
    format!("HTTP {code}{kind}{advice}{message}")
}
