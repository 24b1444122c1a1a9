//! What a stand-in is like: which models it has, how fast they are, what they answer, and what is wrong.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::turn::Turn;

/// The longest wait for anything: what a rate of nothing comes to.
const LONGEST: Duration = Duration::from_secs(86_400);

/// Everything about a stand-in. The default needs no key, answers rightly and at once, and has the models
/// of [`Model::usual`].
#[derive(Clone, Debug)]
pub struct Behaviour {
    /// The key that every request must have; `None` takes any and none.
    pub key: Option<String>,
    /// Its models, the newest first.
    pub models: Vec<Model>,
    /// How fast its models are.
    pub latency: Latency,
    /// What its models answer.
    pub brain: Brain,
    /// What is wrong with it at first; [`Provider::set`](crate::Provider::set) changes that.
    pub fault: Fault,
    /// Where chat completions put the reasoning; `None`: in the answer, before its last line.
    pub reasoning_field: Option<ReasoningField>,
    /// How often a stream shows that it lives.
    pub keep_alive: Duration,
    /// How often a batch is asked after before it has ended.
    pub polls: usize,
}

impl Default for Behaviour {
    fn default() -> Self {
        Behaviour {
            key: None,
            models: Model::usual(),
            latency: Latency::default(),
            brain: Brain::Correct,
            fault: Fault::None,
            reasoning_field: None,
            keep_alive: Duration::from_secs(1),
            polls: 1,
        }
    }
}

/// How long an answer takes. Requests do not slow each other down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Latency {
    /// From the request to the first token.
    pub first_token: Duration,
    /// Tokens in a second from then on, as [`tokens`](crate::tokens) counts them.
    pub tokens_per_second: f64,
}

/// No time at all.
impl Default for Latency {
    fn default() -> Self {
        Latency { first_token: Duration::ZERO, tokens_per_second: f64::INFINITY }
    }
}

impl Latency {
    /// When so many tokens have come, counted from the request.
    pub(crate) fn due(&self, tokens: u64) -> Duration {
        match tokens {
            0 => Duration::ZERO,
            tokens => self.first_token.saturating_add(self.lasts(tokens - 1)).min(LONGEST),
        }
    }

    /// How long so many tokens take after the first.
    pub(crate) fn lasts(&self, tokens: u64) -> Duration {
        let seconds = tokens as f64 / self.tokens_per_second;
        Duration::try_from_secs_f64(seconds).map_or(LONGEST, |time| time.min(LONGEST))
    }
}

/// A model: what it is called and which parameters it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    /// Its identifier in requests.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// When it came out, as RFC 3339 in listings.
    pub created: String,
    /// The kinds of `thinking` that the Messages API takes. A model that knows
    /// [`Adaptive`](ThinkingKind::Adaptive) thinks unless told otherwise, and shows it only when asked.
    pub thinking: Vec<ThinkingKind>,
    /// Whether answers can follow a JSON schema.
    pub structured: bool,
    /// Whether an effort can be asked for: `output_config.effort`, `reasoning_effort`.
    pub effort: bool,
    /// Whether temperature and the like can be chosen freely.
    pub sampling: bool,
    /// Whether the last message of a conversation may be the assistant's.
    pub prefill: bool,
    /// Whether it is one of OpenAI's own, whose API refuses `max_tokens` and whatever it does not know.
    pub strict: bool,
    /// Most tokens of an answer.
    pub max_output: u64,
    /// Most tokens of a prompt.
    pub max_input: u64,
    /// Fewest tokens of a prompt's beginning that are cached.
    pub min_cacheable: u64,
}

/// A kind of thinking in the Messages API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThinkingKind {
    /// As the model sees fit.
    Adaptive,
    /// Within a budget of tokens.
    Enabled,
    /// None.
    Disabled,
    /// None before the first call of a tool.
    BetweenTools,
}

impl ThinkingKind {
    /// As in requests.
    pub(crate) fn name(self) -> &'static str {
        match self {
            ThinkingKind::Adaptive => "adaptive",
            ThinkingKind::Enabled => "enabled",
            ThinkingKind::Disabled => "disabled",
            ThinkingKind::BetweenTools => "between_tools",
        }
    }

    pub(crate) fn named(name: &str) -> Option<ThinkingKind> {
        use ThinkingKind::{Adaptive, BetweenTools, Disabled, Enabled};
        [Adaptive, Enabled, Disabled, BetweenTools].into_iter().find(|kind| kind.name() == name)
    }
}

impl Model {
    /// Models as they were in November 2026, the newest first: four of Anthropic's, two of OpenAI's, and
    /// a small one as it runs on one's own machine.
    pub fn usual() -> Vec<Model> {
        vec![
            Model::claude_haiku_5_5(),
            Model::claude_sonnet_5_5(),
            Model::claude_opus_5_5(),
            Model::gpt("gpt-6.1-sol", "2026-08-20"),
            Model::gpt("gpt-6-luna", "2026-07-09"),
            Model::claude_haiku_4_5(),
            Model::local("qwen3:4b"),
        ]
    }

    /// The fastest of Anthropic's current ones.
    pub fn claude_haiku_5_5() -> Model {
        let thinking = vec![ThinkingKind::Adaptive, ThinkingKind::Disabled];
        Model::claude("claude-haiku-5-5", "Claude Haiku 5.5", "2026-10-07", thinking)
    }

    /// A current one that thinks before tools at least.
    pub fn claude_sonnet_5_5() -> Model {
        let thinking = vec![ThinkingKind::Adaptive, ThinkingKind::BetweenTools];
        Model::claude("claude-sonnet-5-5", "Claude Sonnet 5.5", "2026-09-28", thinking)
    }

    /// A current one that always thinks.
    pub fn claude_opus_5_5() -> Model {
        let thinking = vec![ThinkingKind::Adaptive];
        Model::claude("claude-opus-5-5", "Claude Opus 5.5", "2026-09-22", thinking)
    }

    /// An older one: it thinks within a budget and knows no effort.
    pub fn claude_haiku_4_5() -> Model {
        let thinking = vec![ThinkingKind::Enabled, ThinkingKind::Disabled];
        let model = Model::claude("claude-haiku-4-5", "Claude Haiku 4.5", "2025-10-15", thinking);
        Model {
            effort: false,
            sampling: true,
            prefill: true,
            max_output: 64_000,
            max_input: 200_000,
            min_cacheable: 4_096,
            ..model
        }
    }

    /// One of OpenAI's reasoning models.
    pub fn gpt(id: &str, day: &str) -> Model {
        Model {
            strict: true,
            max_input: 1_050_000,
            min_cacheable: 1_024,
            ..Model::claude(id, id, day, Vec::new())
        }
    }

    /// A small one that a server on one's own machine has.
    pub fn local(id: &str) -> Model {
        Model {
            structured: true,
            effort: false,
            sampling: true,
            prefill: true,
            max_output: 32_768,
            max_input: 40_960,
            min_cacheable: u64::MAX,
            ..Model::claude(id, id, "2025-04-28", Vec::new())
        }
    }

    fn claude(id: &str, name: &str, day: &str, thinking: Vec<ThinkingKind>) -> Model {
        Model {
            id: id.to_owned(),
            name: name.to_owned(),
            created: format!("{day}T00:00:00Z"),
            thinking,
            structured: true,
            effort: true,
            sampling: false,
            prefill: false,
            strict: false,
            max_output: 128_000,
            max_input: 1_000_000,
            min_cacheable: 512,
        }
    }

    pub(crate) fn thinks(&self, kind: ThinkingKind) -> bool {
        self.thinking.contains(&kind)
    }
}

/// The field of a delta in which a server of chat completions streams the reasoning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReasoningField {
    /// As Ollama, vLLM and OpenRouter do.
    Reasoning,
    /// As llama.cpp and LM Studio do.
    ReasoningContent,
}

impl ReasoningField {
    pub(crate) fn name(self) -> &'static str {
        match self {
            ReasoningField::Reasoning => "reasoning",
            ReasoningField::ReasoningContent => "reasoning_content",
        }
    }
}

/// What a model answers.
#[derive(Clone)]
pub enum Brain {
    /// What a correct host would do.
    Correct,
    /// That, with the byte at this offset of a reply flipped, until the checker has objected.
    WrongAt(usize),
    /// A reply that can never be admitted, to every packet.
    AlwaysWrong,
    /// What a correct host would do; but whoever asks it to explain a packet is told one wrong number.
    Lying,
    /// Exactly this text.
    Text(String),
    /// Exactly what the function says. It must not block: other answers would wait for it.
    Closure(Arc<Answering>),
}

/// A function that is a brain.
pub type Answering = dyn Fn(&Turn) -> String + Send + Sync;

impl fmt::Debug for Brain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Brain::Correct => f.write_str("Correct"),
            Brain::WrongAt(offset) => write!(f, "WrongAt({offset})"),
            Brain::AlwaysWrong => f.write_str("AlwaysWrong"),
            Brain::Lying => f.write_str("Lying"),
            Brain::Text(text) => write!(f, "Text({text:?})"),
            Brain::Closure(_) => f.write_str("Closure(..)"),
        }
    }
}

/// What is wrong, as services and networks go wrong. The first six meet every request, the others only
/// requests for an answer; those that change the reply leave alone what is dropped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    #[default]
    None,
    /// Every request fails with that status and the body that goes with it.
    Status {
        /// The status.
        code: u16,
        /// The seconds to wait, in the header `retry-after`.
        retry_after: Option<u64>,
    },
    /// As [`Status`](Fault::Status), but only so many times; then all is well.
    StatusTimes {
        /// The status.
        code: u16,
        /// The seconds to wait, in the header `retry-after`.
        retry_after: Option<u64>,
        /// How many requests fail.
        times: usize,
    },
    /// The request is read and never answered.
    TimeoutBeforeFirstByte,
    /// A success, but a page of HTML: a captive portal, or a server that is something else.
    Html,
    /// A redirection to another port; see [`Provider::redirected`](crate::Provider::redirected).
    Redirect,
    /// The service gives up in the middle of a stream, which began with a success.
    Overloaded,
    /// The stream stops in the middle, and the connection stays open.
    StallMidStream,
    /// The connection ends in the middle of the stream.
    CutMidStream,
    /// The answer goes on and on.
    NeverEnds,
    /// The stream lives, and says nothing.
    PingsForever,
    /// In the middle of the stream there is an event that is no UTF-8.
    InvalidUtf8,
    /// In the middle of the stream there is an event that is no JSON.
    NotJson,
    /// An answer of 10 MB, at once.
    Huge,
    /// A proper answer without a word.
    EmptyAnswer,
    /// Talk, and no answer.
    ProseOnly,
    /// Hex with half a byte.
    OddHex,
    /// A reply that lacks its last two bytes.
    ShortHex,
    /// A well-formed reply with right checksums, to somebody else.
    WrongDestination,
    /// The reply, and another after it.
    TwoPackets,
    /// The model declines to answer.
    Refusal,
    /// The answer is cut in the middle, because its limit is reached.
    MaxTokens,
    /// The first request of every batch fails.
    BatchEntryFails,
    /// Batches expire when only their first request is answered.
    BatchExpires,
    /// Batches fail as a whole, as OpenAI's do that are not valid.
    BatchFails,
    /// Batches never end.
    BatchNeverEnds,
}
