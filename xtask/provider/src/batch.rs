//! Batches, as both APIs have them: Anthropic's Message Batches
//! (platform.claude.com/docs/en/build-with-claude/batch-processing) and OpenAI's Batch API with its files
//! (platform.openai.com/docs/guides/batch). A batch is answered when it is made, and says so after as many
//! polls as it was told; its results come in another order than its requests.

use std::collections::HashMap;

use serde_json::Value;

use crate::behaviour::Fault;
use crate::identifier;

pub mod anthropic;
pub mod openai;

/// A request's name, and its answer or status and body of its refusal.
pub type Answered = (String, Result<Value, (u16, Value)>);

/// What was uploaded and what batches there are.
#[derive(Debug, Default)]
pub struct Store {
    files: HashMap<String, String>,
    batches: HashMap<String, Batch>,
}

/// A batch, in the words of either API.
#[derive(Debug)]
struct Batch {
    /// A line of results for each request.
    lines: Vec<Value>,
    /// Polls until it has ended; `None`: it never does.
    polls: Option<usize>,
    cancelled: bool,
    /// What was wrong with it when it was made.
    fault: Fault,
    created: u64,
}

/// One request of a batch.
#[derive(Debug)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// Its body.
    pub body: Value,
}

/// What a request about batches comes to.
#[derive(Debug)]
pub enum Found {
    /// JSON.
    Json(Value),
    /// A file.
    Lines(String),
    /// Nothing there; in words.
    Missing(String),
    /// The request is not in order; in words.
    Invalid(String),
}

impl Store {
    /// A batch whose entries became these results.
    fn add(&mut self, id: &str, lines: Vec<Value>, polls: usize, fault: &Fault, created: u64) {
        let polls = (*fault != Fault::BatchNeverEnds).then_some(polls);
        let fault = fault.clone();
        let batch = Batch { lines, polls, cancelled: false, fault, created };
        self.batches.insert(id.to_owned(), batch);
    }

    /// Keeps a file.
    fn keep(&mut self, number: u64, text: String) -> String {
        let id = identifier("file-", number);
        self.files.insert(id.clone(), text);
        id
    }
}

impl Batch {
    /// Whether it has ended, asked once more.
    fn poll(&mut self) -> bool {
        let ended = self.cancelled || self.polls == Some(0);
        self.polls = self.polls.map(|polls| polls.saturating_sub(1));
        ended
    }
}

/// The results as JSON Lines, the last request's first.
fn lines(batch: &Batch) -> String {
    batch.lines.iter().rev().map(|line| format!("{line}\n")).collect()
}
