//! What the APIs have in common: a prompt is sent, events come back, and what was heard becomes a
//! completion. A [`Dialect`] says how one API words the two.

use std::time::Instant;

use reqwest::RequestBuilder;
use serde_json::Value;

use super::extra::{Extra, Extras};
use super::http::Http;
use super::{BackendError, Completion, Delta, Failure, Stop, Usage};
use crate::prompt::Prompt;

/// How one API asks and answers.
pub(super) trait Dialect {
    /// The way to the endpoint.
    fn http(&self) -> &Http;

    /// What the model was found to refuse.
    fn extras(&self) -> &Extras;

    /// The request for a completion, and the extras in it.
    fn ask(&self, prompt: &Prompt) -> (RequestBuilder, Vec<Extra>);

    /// Most tokens that the request lets the model write.
    fn most_output(&self) -> u64;

    /// Takes one event of the answer; `Ok(true)` ends it.
    fn hear(
        &self,
        event: &Value,
        heard: &mut Heard,
        tell: &mut dyn FnMut(Delta),
    ) -> Result<bool, BackendError>;
}

/// What was heard of an answer so far.
#[derive(Debug, Default)]
pub(super) struct Heard {
    pub(super) text: String,
    pub(super) thinking_bytes: usize,
    pub(super) usage: Option<Usage>,
    pub(super) usd: Option<f64>,
    pub(super) stop: Option<Stop>,
    /// A refusal in the model's words, where it gives them apart from the answer.
    pub(super) refusal: String,
    /// Most tokens that there can be; whatever else came was none of the model's.
    most_output: u64,
}

impl Heard {
    /// Takes a piece of the answer.
    pub(super) fn say(&mut self, text: &str, tell: &mut dyn FnMut(Delta)) {
        if !text.is_empty() {
            self.text += text;
            tell(Delta::Text(text));
        }
    }

    /// Takes a piece of the reasoning.
    pub(super) fn think(&mut self, text: &str, tell: &mut dyn FnMut(Delta)) {
        if !text.is_empty() {
            self.thinking_bytes += text.len();
            tell(Delta::Thinking(text));
        }
    }

    fn finish(&mut self, prompt: &Prompt) -> Result<Completion, BackendError> {
        let stop = self.stop.take();
        let stop = stop.ok_or_else(|| BackendError::Cut("it ended without an end".into()))?;
        let stop = match self.refusal.is_empty() {
            true => stop,
            false => Stop::Refused(std::mem::take(&mut self.refusal)),
        };
        let usage = self.usage.unwrap_or_else(|| self.estimate(prompt));
        Ok(Completion { text: std::mem::take(&mut self.text), usage, usd: self.usd, stop })
    }

    /// What was used, as far as the lengths of the texts tell: about three bytes a token.
    fn estimate(&self, prompt: &Prompt) -> Usage {
        let tokens = |bytes: usize| (bytes.div_ceil(3) as u64).min(self.most_output);
        Usage {
            input: prompt.most_input() * 2 / 3,
            output: tokens(self.text.len() + self.thinking_bytes),
            thinking: tokens(self.thinking_bytes),
            estimated: true,
            ..Usage::default()
        }
    }

    /// What an answer that broke off has cost: nothing, where it was refused or no connection came
    /// about; else the input, and what had come of the output.
    fn lost(&self, prompt: &Prompt, error: &BackendError) -> Usage {
        let heard_nothing =
            self.usage.is_none() && self.text.is_empty() && self.thinking_bytes == 0;
        match error {
            BackendError::Status { .. } if heard_nothing => Usage::default(),
            BackendError::Unreachable { .. } | BackendError::NoKey { .. } => Usage::default(),
            _ => {
                let estimate = self.estimate(prompt);
                let said = self.usage.unwrap_or(estimate);
                Usage { output: said.output.max(estimate.output), estimated: true, ..said }
            }
        }
    }
}

/// Asks, and listens to the end. An extra that the endpoint refuses is left out and asked again.
pub(super) fn converse(
    dialect: &dyn Dialect,
    prompt: &Prompt,
    until: Instant,
    tell: &mut dyn FnMut(Delta),
) -> Result<Completion, Failure> {
    loop {
        let (request, sent) = dialect.ask(prompt);
        let request = request.build().map_err(|error| {
            // The key cannot be in a header, or the like.
            Failure::from(BackendError::Malformed(format!("no request can be made: {error}")))
        })?;
        let mut heard = Heard { most_output: dialect.most_output(), ..Heard::default() };
        let listened = dialect.http().stream(request, until, |event| {
            // OpenAI's APIs say that it is over in a word of its own.
            if event.data == "[DONE]" {
                return Ok(true);
            }
            let value: Value = serde_json::from_str(&event.data).map_err(|_| {
                BackendError::Malformed(format!("{:?} is no JSON", cut(&event.data)))
            })?;
            if event.name == "error" || value.get("error").is_some_and(|error| !error.is_null()) {
                return Err(dialect.http().error_in(&value, 500));
            }
            dialect.hear(&value, &mut heard, tell)
        });
        let error = match listened.and_then(|()| heard.finish(prompt)) {
            Ok(completion) => return Ok(completion),
            Err(error) => error,
        };
        if !dialect.extras().learn(&error, &sent) {
            return Err(Failure { usage: heard.lost(prompt, &error), error });
        }
    }
}

/// A text that is quoted in an error.
fn cut(text: &str) -> String {
    text.chars().take(80).collect()
}

/// A number in an answer, if it is there.
pub(super) fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_default()
}
