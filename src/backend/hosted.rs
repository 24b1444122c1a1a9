//! A hosted model: an endpoint, and what all APIs have in common about asking it. A prompt is sent in the
//! endpoint's [`Dialect`], events come back, and what was heard becomes a completion.

use std::time::Instant;

use reqwest::RequestBuilder;
use serde_json::Value;

use super::batch::{Batch, Batches};
use super::dialect::{Dialect, Heard};
use super::extra::{Extra, Extras};
use super::http::Http;
use super::provider::Endpoint;
use super::{Backend, BackendError, Completion, Delta, Failure, Listed};
use crate::prompt::Prompt;

/// A model behind an endpoint.
pub(super) struct Hosted {
    pub(super) endpoint: Endpoint,
    pub(super) http: Http,
    pub(super) extras: Extras,
    dialect: Box<dyn Dialect>,
}

impl Hosted {
    /// The model of that endpoint, which speaks that dialect.
    pub(super) fn new(endpoint: Endpoint, http: Http, dialect: Box<dyn Dialect>) -> Hosted {
        let extras = Extras::new(&endpoint.name, endpoint.notices.clone());
        Hosted { endpoint, http, extras, dialect }
    }

    /// Asks once, and listens to the end.
    fn listen(
        &self,
        request: RequestBuilder,
        until: Instant,
        heard: &mut Heard,
        tell: &mut dyn FnMut(Delta),
    ) -> Result<(), BackendError> {
        self.http.stream(built(request)?, until, |event| {
            // OpenAI's APIs say that it is over in a word of its own.
            if event.data == "[DONE]" {
                return Ok(true);
            }
            let value: Value = serde_json::from_str(&event.data).map_err(|_| {
                let data: String = self.http.mask(&event.data).chars().take(80).collect();
                BackendError::Malformed(format!("{data:?} is no JSON"))
            })?;
            if event.name == "error" || value.get("error").is_some_and(|error| !error.is_null()) {
                return Err(self.http.error_in(&value, 500));
            }
            self.dialect.hear(&self.http, &value, heard, tell)
        })
    }

    /// Asks until nothing is left that the endpoint refuses.
    fn converse(
        &self,
        prompt: &Prompt,
        until: Instant,
        tell: &mut dyn FnMut(Delta),
    ) -> Result<Completion, Failure> {
        loop {
            let (request, sent) = self.dialect.ask(self, prompt);
            let mut heard = Heard::new(self.most_output());
            let listened = self.listen(request, until, &mut heard, tell);
            let error = match listened.and_then(|()| heard.finish(prompt)) {
                Ok(completion) => return Ok(completion),
                Err(error) => error,
            };
            // What breaks off in the middle does so for another reason, and is paid for.
            if !heard.is_empty() || !self.extras.learn(&error, &sent) {
                return Err(heard.lost(error));
            }
        }
    }

    /// The JSON that a request is answered with.
    pub(super) fn json(
        &self,
        request: RequestBuilder,
        until: Instant,
    ) -> Result<Value, BackendError> {
        self.http.json(built(request)?, until)
    }

    /// Whether to ask for JSON.
    pub(super) fn wants_structure(&self, prompt: &Prompt) -> bool {
        let wanted = self.endpoint.wants_structure() && prompt.can_be_structured();
        wanted && self.extras.allow(Extra::Structured)
    }

    /// The text that a request is answered with, `most` bytes of it at most.
    pub(super) fn text(
        &self,
        request: RequestBuilder,
        most: usize,
        until: Instant,
    ) -> Result<String, BackendError> {
        self.http.text(built(request)?, most, until)
    }

    /// How its API words batches.
    pub(super) fn batches(&self) -> &dyn Batches {
        &*self.dialect
    }

    /// A sampling temperature, if one was asked for and is not refused, is put into the request.
    pub(super) fn add_temperature(&self, body: &mut Value, sent: &mut Vec<Extra>) {
        let wanted = self.endpoint.asking.temperature;
        if let Some(temperature) = wanted.filter(|_| self.extras.allow(Extra::Temperature)) {
            body["temperature"] = temperature.into();
            sent.push(Extra::Temperature);
        }
    }
}

impl Backend for Hosted {
    fn name(&self) -> &str {
        &self.endpoint.name
    }

    fn complete(
        &self,
        prompt: &Prompt,
        until: Instant,
        hear: &mut dyn FnMut(Delta),
    ) -> Result<Completion, Failure> {
        self.endpoint.check_key()?;
        let completed = self.converse(prompt, until, hear);
        completed.map_err(|failure| self.endpoint.explain(failure))
    }

    fn models(&self, until: Instant) -> Result<Vec<Listed>, Failure> {
        self.endpoint.check_key()?;
        let listed = self.dialect.models(self, until);
        listed.map_err(|error| self.endpoint.explain(error.into()))
    }

    fn most_output(&self) -> u64 {
        self.endpoint.asking.max_tokens
    }

    fn batch(&self) -> Option<&dyn Batch> {
        self.endpoint.takes_batches.then_some(self)
    }
}

/// A request as it is sent: an address or a header may turn out to be none.
fn built(request: RequestBuilder) -> Result<reqwest::Request, BackendError> {
    request
        .build()
        .map_err(|error| BackendError::Malformed(format!("no request can be made: {error}")))
}
