//! A dialect: how one API asks and answers, and what was heard of an answer. Between a prompt and a
//! completion, [`Hosted`] does what all APIs have in common.

use std::time::Instant;

use reqwest::RequestBuilder;
use serde_json::Value;

use super::batch::Batches;
use super::extra::Extra;
use super::hosted::Hosted;
use super::http::{CONNECTION, Http};
use super::{BackendError, Completion, Delta, Failure, Listed, Stop, Usage};
use crate::prompt::Prompt;

/// How one API asks and answers.
pub(super) trait Dialect: Batches {
    /// The request for a completion, and the extras in it.
    fn ask(&self, hosted: &Hosted, prompt: &Prompt) -> (RequestBuilder, Vec<Extra>);

    /// Takes one event of the answer; `Ok(true)` ends it.
    fn hear(
        &self,
        http: &Http,
        event: &Value,
        heard: &mut Heard,
        tell: &mut dyn FnMut(Delta),
    ) -> Result<bool, BackendError>;

    /// The models that the endpoint offers, in its order.
    fn models(&self, hosted: &Hosted, until: Instant) -> Result<Vec<Listed>, BackendError>;
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
    /// Nothing yet of an answer of at most so many tokens.
    pub(super) fn new(most_output: u64) -> Heard {
        Heard { most_output, ..Heard::default() }
    }

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

    /// The whole answer, if it came to its end.
    pub(super) fn finish(&mut self, prompt: &Prompt) -> Result<Completion, BackendError> {
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

    /// Whether nothing has come that would have to be paid for.
    pub(super) fn is_empty(&self) -> bool {
        self.usage.is_none() && self.text.is_empty() && self.thinking_bytes == 0
    }

    /// What becomes of an answer that broke off. It costs nothing where it was refused or no connection
    /// came about.
    pub(super) fn lost(&self, error: BackendError) -> Failure {
        let never_begun = match &error {
            BackendError::Status { .. } => self.is_empty(),
            BackendError::Unreachable { .. } | BackendError::NoKey { .. } => true,
            BackendError::TimedOut { what, .. } => *what == CONNECTION,
            _ => false,
        };
        Failure { error, lost: !never_begun }
    }
}

/// A count in an answer, if it is there; no more than anybody could have counted.
pub(super) fn number(value: &Value) -> u64 {
    const MOST: u64 = 1 << 40;
    value.as_u64().unwrap_or_default().min(MOST)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::backend::anthropic::Anthropic;
    use crate::backend::openai::OpenAi;
    use crate::mind::Event;
    use crate::prompt::{Form, Style};

    fn prompt() -> Prompt {
        let host = verify::Host::echo([10, 0, 0, 1].into(), None);
        Prompt::new(&Style::new(Form::Bytes, false), &Event::new(host, 1, vec![0x45; 28]))
    }

    fn heard(text: &str, stop: Option<Stop>) -> Heard {
        Heard { text: text.into(), stop, most_output: 10, ..Heard::default() }
    }

    #[test]
    fn an_answer_without_an_end_is_none() {
        let cut = heard("SEND 45", None).finish(&prompt());
        assert!(matches!(cut, Err(BackendError::Cut(_))), "{cut:?}");
        let whole = heard("SEND 45", Some(Stop::Done)).finish(&prompt()).unwrap();
        assert_eq!((whole.text.as_str(), whole.stop), ("SEND 45", Stop::Done));
        // The API did not say: estimated, and never more than the request allowed.
        assert!(whole.usage.estimated && whole.usage.output == 3);
        let long = heard(&"x".repeat(1_000), Some(Stop::Done)).finish(&prompt()).unwrap();
        assert_eq!(long.usage.output, 10);
    }

    #[test]
    fn what_is_lost_is_paid_for_if_it_was_begun() {
        let timed_out = |what| BackendError::TimedOut { what, host: "http://h".into() };
        let status = BackendError::Status {
            code: 500,
            kind: String::new(),
            message: String::new(),
            retry_after: None,
        };
        assert!(!heard("", None).lost(status.clone()).lost, "it was refused");
        assert!(!heard("", None).lost(timed_out(CONNECTION)).lost, "it was not asked");
        assert!(heard("", None).lost(timed_out("first byte of an answer")).lost);
        assert!(heard("SEND 45", None).lost(status).lost);
    }

    #[test]
    fn counts_are_no_more_than_anybody_could_have_counted() {
        let counts = ["-1", "1.5", "\"7\"", "null", "7", "18446744073709551615"];
        let counts = counts.map(|text| number(&serde_json::from_str(text).unwrap()));
        assert_eq!(counts, [0, 0, 0, 0, 7, 1 << 40]);
    }

    /// JSON made of the words that the APIs use, in places where they do not belong.
    fn event() -> impl Strategy<Value = Value> {
        const WORDS: [&str; 24] = [
            "type",
            "message_start",
            "message",
            "usage",
            "content_block_start",
            "content_block",
            "text",
            "thinking",
            "content_block_delta",
            "delta",
            "text_delta",
            "message_delta",
            "stop_reason",
            "refusal",
            "stop_details",
            "choices",
            "finish_reason",
            "content",
            "reasoning",
            "input_tokens",
            "output_tokens",
            "completion_tokens",
            "prompt_tokens",
            "cost",
        ];
        let word = || prop::sample::select(&WORDS[..]).prop_map(str::to_owned);
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            word().prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 40, 6, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                prop::collection::btree_map(word(), inner, 0..6)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn no_event_panics(events in prop::collection::vec(event(), 0..8)) {
            let stop = tokio_util::sync::CancellationToken::new();
            let http = Http::new("http://localhost:1", None, stop).unwrap();
            for dialect in [&Anthropic as &dyn Dialect, &OpenAi] {
                let mut heard = Heard::new(10);
                for event in &events {
                    let _ = dialect.hear(&http, event, &mut heard, &mut |_| {});
                }
                prop_assert!(heard.lost(BackendError::Interrupted).lost);
                if let Ok(done) = heard.finish(&prompt()) {
                    prop_assert!(done.usd.is_none_or(|usd| usd >= 0.0), "{:?}", done.usd);
                }
            }
        }
    }
}
