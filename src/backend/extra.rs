//! Extras: parameters that one model wants and another refuses. Each is sent until the endpoint objects
//! to it, and from then on left out, so that a new model or server needs no new release.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard};

use super::BackendError;
use crate::notice::Notices;

/// A parameter that an answer can do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Extra {
    /// An answer that follows a JSON schema.
    Structured,
    /// Reasoning as the model sees fit.
    AdaptiveThinking,
    /// Reasoning within a budget.
    BudgetThinking,
    /// No reasoning.
    NoThinking,
    /// How hard to try.
    Effort,
    /// A sampling parameter that was asked for.
    Temperature,
    /// Usage at the end of a stream.
    StreamUsage,
}

impl Extra {
    /// What it is, for people.
    fn name(self) -> &'static str {
        match self {
            Extra::Structured => "structured answers",
            Extra::AdaptiveThinking => "adaptive thinking",
            Extra::BudgetThinking => "thinking with a budget",
            Extra::NoThinking => "thinking switched off",
            Extra::Effort => "an effort",
            Extra::Temperature => "a temperature",
            Extra::StreamUsage => "usage in a stream",
        }
    }

    /// The words by which an endpoint blames it.
    fn words(self) -> &'static [&'static str] {
        match self {
            Extra::Structured => &[
                "output_config.format",
                "output_config:",
                "response_format",
                "json_schema",
                "json schema",
                "structured",
                "grammar",
                "generate parser",
            ],
            Extra::AdaptiveThinking | Extra::BudgetThinking | Extra::NoThinking => &["thinking"],
            Extra::Effort => &["effort", "thinking", "think value", "reasoning"],
            Extra::Temperature => &["temperature"],
            Extra::StreamUsage => &["stream_options"],
        }
    }
}

/// What a model was found to refuse.
#[derive(Debug)]
pub(super) struct Extras {
    model: String,
    refused: Mutex<BTreeSet<Extra>>,
    notices: Notices,
}

impl Extras {
    pub(super) fn new(model: &str, notices: Notices) -> Extras {
        Extras { model: model.to_owned(), refused: Mutex::default(), notices }
    }

    /// Whether the model has not refused it yet.
    pub(super) fn allow(&self, extra: Extra) -> bool {
        !self.lock().contains(&extra)
    }

    /// Whether an error blames one of the extras that were sent; that one is not sent again.
    pub(super) fn learn(&self, error: &BackendError, sent: &[Extra]) -> bool {
        // Some servers say 500 where they mean 400.
        let BackendError::Status { code: 400 | 422 | 500, message, .. } = error else {
            return false;
        };
        let message = message.to_lowercase();
        let blamed = |extra: &&Extra| extra.words().iter().any(|word| message.contains(word));
        let Some(extra) = sent.iter().find(blamed) else { return false };
        // Another thread may have learnt the same meanwhile: then asking again is right as well.
        if self.lock().insert(*extra) {
            let (model, name) = (&self.model, extra.name());
            self.notices.leave(format!("{model} refuses {name}: going on without ({message})"));
        }
        true
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<Extra>> {
        self.refused.lock().expect("no thread panicked")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(code: u16, message: &str) -> BackendError {
        let (kind, message) = (String::new(), message.to_owned());
        BackendError::Status { code, kind, message, retry_after: None }
    }

    #[test]
    fn what_is_blamed_is_left_out_and_told_once() {
        let notices = Notices::default();
        let extras = Extras::new("a/b", notices.clone());
        let sent = [Extra::AdaptiveThinking, Extra::Structured, Extra::Effort];
        let message = "\"thinking.type.adaptive\" is no good. Use \"output_config.effort\"";
        assert!(extras.learn(&refusal(400, message), &sent));
        assert!(extras.learn(&refusal(400, message), &sent));
        assert!(!extras.allow(Extra::AdaptiveThinking) && extras.allow(Extra::Effort));
        assert_eq!(notices.take().len(), 1);
        assert!(!extras.learn(&refusal(400, "messages: empty"), &sent));
        assert!(!extras.learn(&refusal(401, message), &sent));
        assert!(!extras.learn(&refusal(400, "temperature: extra"), &sent), "it was not sent");
    }
}
