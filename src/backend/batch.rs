//! Batches: many prompts in one go, answered within a day at half the price. They are sent, asked after
//! until they have ended, and fetched; answers come in any order and some may have failed. How each API
//! words that is in `anthropic/batch.rs` and `openai/batch.rs`.

use std::collections::BTreeMap;
use std::time::Instant;

use serde_json::Value;

use super::hosted::Hosted;
use super::{BackendError, Completion, Failure};
use crate::prompt::Prompt;

/// Longest identifier of a batch or file.
const LONGEST_ID: usize = 128;

/// Prompts by names of their own: letters, digits, `-` and `_`, 64 at most.
pub type Prompts = BTreeMap<String, Prompt>;

/// What became of each prompt of a batch: a completion, or in words why there is none.
pub type Results = BTreeMap<String, Result<Completion, String>>;

/// How far a batch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Whether nothing more will come.
    pub ended: bool,
    /// Prompts that are dealt with.
    pub done: u64,
}

/// A model that takes batches. Each call waits `until` then at most.
pub trait Batch: Send + Sync {
    /// Sends the prompts; the batch's identifier.
    ///
    /// # Errors
    /// When it was not taken; `lost` if it may have been all the same.
    fn submit(&self, prompts: &Prompts, until: Instant) -> Result<String, Failure>;

    /// How far the batch is.
    ///
    /// # Errors
    /// When the endpoint does not say.
    fn progress(&self, id: &str, until: Instant) -> Result<Progress, BackendError>;

    /// What became of the prompts of a batch that has ended; of some perhaps nothing is known.
    ///
    /// # Errors
    /// When it cannot be fetched, or failed as a whole.
    fn results(&self, id: &str, prompts: &Prompts, until: Instant)
    -> Result<Results, BackendError>;

    /// Ends the batch early; what is answered by then can still be fetched.
    ///
    /// # Errors
    /// When the endpoint does not take it.
    fn cancel(&self, id: &str, until: Instant) -> Result<(), BackendError>;
}

/// The same in the words of one API.
pub(super) trait Batches: Send + Sync {
    /// Sends the prompts; the batch's identifier.
    fn submit(
        &self,
        hosted: &Hosted,
        prompts: &Prompts,
        until: Instant,
    ) -> Result<String, BackendError>;

    /// How far the batch is.
    fn progress(&self, hosted: &Hosted, id: &str, until: Instant)
    -> Result<Progress, BackendError>;

    /// What became of the prompts.
    fn results(
        &self,
        hosted: &Hosted,
        id: &str,
        prompts: &Prompts,
        until: Instant,
    ) -> Result<Results, BackendError>;

    /// Ends the batch early.
    fn cancel(&self, hosted: &Hosted, id: &str, until: Instant) -> Result<(), BackendError>;
}

impl Batch for Hosted {
    fn submit(&self, prompts: &Prompts, until: Instant) -> Result<String, Failure> {
        self.endpoint.check_key()?;
        let id = self.batches().submit(self, prompts, until).and_then(checked);
        id.map_err(|error| {
            let never_begun = matches!(
                error,
                BackendError::Status { .. }
                    | BackendError::Unreachable { .. }
                    | BackendError::NoKey { .. }
            );
            self.endpoint.explain(Failure { error, lost: !never_begun })
        })
    }

    fn progress(&self, id: &str, until: Instant) -> Result<Progress, BackendError> {
        self.batches().progress(self, &checked(id.to_owned())?, until)
    }

    fn results(
        &self,
        id: &str,
        prompts: &Prompts,
        until: Instant,
    ) -> Result<Results, BackendError> {
        self.batches().results(self, &checked(id.to_owned())?, prompts, until)
    }

    fn cancel(&self, id: &str, until: Instant) -> Result<(), BackendError> {
        self.batches().cancel(self, &checked(id.to_owned())?, until)
    }
}

/// An identifier that can be part of an address: it comes from an endpoint, or from the command line.
pub(super) fn checked(id: String) -> Result<String, BackendError> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    match (1..=LONGEST_ID).contains(&id.len()) && id.bytes().all(allowed) {
        true => Ok(id),
        false => {
            let id: String = id.chars().take(40).collect();
            Err(BackendError::Malformed(format!("{id:?} is no identifier")))
        }
    }
}

/// The identifier in an answer.
pub(super) fn id_in(answer: &Value) -> Result<String, BackendError> {
    let id = answer["id"].as_str();
    let id = id.ok_or_else(|| BackendError::Malformed("an answer names no identifier".into()))?;
    checked(id.to_owned())
}

/// The lines of a file of results whose names are known, each with what `read` makes of it. A line that is
/// no JSON is nobody's.
pub(super) fn lines(
    text: &str,
    prompts: &Prompts,
    mut read: impl FnMut(&Value, &Prompt) -> Result<Completion, String>,
) -> Results {
    let mut results = Results::new();
    for line in text.lines() {
        let value: Value = serde_json::from_str(line).unwrap_or_default();
        let name = value["custom_id"].as_str().unwrap_or_default();
        if let Some(prompt) = prompts.get(name)
            && !results.contains_key(name)
        {
            results.insert(name.to_owned(), read(&value, prompt));
        }
    }
    results
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prompt::Style;

    #[test]
    fn lines_are_known_by_name_and_come_once() {
        let prompt = Prompt::about(&Style::explainer(), vec![0x45], String::new());
        let names = ["a", "b"].map(str::to_owned);
        let prompts: Prompts = names.into_iter().map(|name| (name, prompt.clone())).collect();
        let text = "{\"custom_id\":\"b\",\"n\":1}\nnonsense\n{\"custom_id\":\"c\"}\n\n\
                    {\"custom_id\":\"b\",\"n\":2}\n{}";
        let results = lines(text, &prompts, |line, _| Err(line["n"].to_string()));
        assert_eq!(results, Results::from([("b".to_owned(), Err("1".to_owned()))]));
    }

    #[test]
    fn identifiers_are_no_paths() {
        for id in ["msgbatch_013Zva", "batch_68a-1"] {
            assert_eq!(checked(id.to_owned()), Ok(id.to_owned()));
        }
        let long = "x".repeat(LONGEST_ID + 1);
        for id in ["", "a/b", "..", "a?b", "é", "a b", &long] {
            assert!(checked(id.to_owned()).is_err(), "{id}");
        }
    }
}
