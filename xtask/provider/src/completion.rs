//! A request and its answer, apart from how either API words them.

use std::time::{Duration, UNIX_EPOCH};

use crate::answer::Answer;
use crate::behaviour::{Fault, Latency, Model};
use crate::cache::Prefix;
use crate::tokens;
use crate::turn::Turn;

/// Tokens of a prompt besides its texts.
pub const OVERHEAD: u64 = 8;
/// Characters of a piece of an answer that has far too many.
const GREAT_PIECE: usize = 1 << 16;
/// The longest text that is cut into tokens.
const LONGEST_TEXT: usize = 1 << 20;

/// A request that was found to be in order.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The model that is asked.
    pub model: Model,
    /// The question.
    pub turn: Turn,
    /// Whether the answer is to be streamed.
    pub stream: bool,
    /// Whether a stream is to end with the usage; only chat completions can do without.
    pub include_usage: bool,
    /// Most tokens of the answer, thinking included.
    pub max_tokens: u64,
    /// What becomes of the reasoning.
    pub thinking: Thinking,
    /// The tokens of the prompt.
    pub input: u64,
    /// The beginnings of the prompt that may come from a cache, the shortest first.
    pub prefixes: Vec<Prefix>,
}

/// What becomes of a model's reasoning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thinking {
    /// There is none.
    Off,
    /// It takes its time, and only its count is told.
    Hidden,
    /// It is told apart from the answer.
    Shown,
    /// It is the first part of the answer.
    Aloud,
}

/// How many tokens, of which kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Of the prompt, and neither read from a cache nor written to one.
    pub input: u64,
    /// Of the prompt, read from a cache.
    pub read: u64,
    /// Of the prompt, written to a cache for five minutes.
    pub written: u64,
    /// Of the prompt, written to a cache for an hour.
    pub written_for_an_hour: u64,
    /// Of the answer, thinking included.
    pub output: u64,
    /// Of the thinking.
    pub thinking: u64,
}

/// Why an answer ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// All is said.
    Done,
    /// The limit is reached.
    Limit,
    /// The model declined.
    Refused,
}

/// An answer in pieces, each one token.
#[derive(Clone, Debug)]
pub struct Completion {
    /// Its number, of which identifiers are made.
    pub number: u64,
    /// When it was made, in seconds of Unix time.
    pub created: u64,
    /// The model's identifier.
    pub model: String,
    /// The reasoning, where it is apart from the answer.
    pub thoughts: Vec<String>,
    /// Whether the reasoning is told.
    pub shown: bool,
    /// The answer.
    pub text: Vec<String>,
    /// Why it ends.
    pub stop: Stop,
    /// What it used.
    pub usage: Usage,
    /// Whether a stream tells that.
    pub include_usage: bool,
}

impl Completion {
    /// The completion that gives `answer`; `prompt` is the usage so far.
    pub fn new(
        number: u64,
        asked: &Asked,
        answer: Answer,
        prompt: Usage,
        fault: &Fault,
    ) -> Completion {
        let Answer { thoughts, text } = answer;
        let (thoughts, text) = match asked.thinking {
            Thinking::Off => (String::new(), text),
            Thinking::Hidden | Thinking::Shown => (thoughts.join(" "), text),
            Thinking::Aloud if thoughts.is_empty() => (String::new(), text),
            Thinking::Aloud => (String::new(), format!("{}\n\n{text}", thoughts.join("\n"))),
        };
        let (mut thoughts, mut text) = (owned_pieces(&thoughts), owned_pieces(&text));
        let stop = limit(&mut thoughts, &mut text, asked.max_tokens, fault);
        let (thinking, said) = (thoughts.len() as u64, text.len() as u64);
        Completion {
            number,
            created: unix_seconds(),
            model: asked.model.id.clone(),
            thoughts,
            shown: asked.thinking == Thinking::Shown,
            text,
            stop,
            usage: Usage { output: thinking + said, thinking, ..prompt },
            include_usage: asked.include_usage,
        }
    }

    /// How long after the request the whole answer is there.
    pub fn lasts(&self, latency: &Latency) -> Duration {
        latency.due(self.usage.output.max(1))
    }
}

fn unix_seconds() -> u64 {
    UNIX_EPOCH.elapsed().unwrap_or_default().as_secs()
}

fn owned_pieces(text: &str) -> Vec<String> {
    if text.len() <= LONGEST_TEXT {
        return tokens::pieces(text).into_iter().map(str::to_owned).collect();
    }
    let characters: Vec<char> = text.chars().collect();
    characters.chunks(GREAT_PIECE).map(|piece| piece.iter().collect()).collect()
}

/// Cuts what is over the limit off, the answer first.
fn limit(thoughts: &mut Vec<String>, text: &mut Vec<String>, most: u64, fault: &Fault) -> Stop {
    if *fault == Fault::Refusal {
        text.clear();
        return Stop::Refused;
    }
    let most = match fault {
        Fault::MaxTokens => thoughts.len() + text.len() / 2,
        _ => usize::try_from(most).unwrap_or(usize::MAX),
    };
    if thoughts.len() + text.len() <= most {
        return Stop::Done;
    }
    thoughts.truncate(most);
    text.truncate(most - thoughts.len());
    Stop::Limit
}
