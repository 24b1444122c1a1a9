//! Providers: whose model it is, where that is reached, and with which key. A provider is data
//! (`providers.toml`, and the configuration), so that a new vendor needs no code; this turns a name such
//! as `ollama/llama3.2` into a [`Backend`].

use std::fmt;
use std::sync::Arc;

use reqwest::header::HeaderValue;
use serde::{Deserialize, Deserializer, Serialize};
use tokio_util::sync::CancellationToken;

use super::anthropic::Anthropic;
use super::dialect::Dialect;
use super::hosted::Hosted;
use super::http::Http;
use super::openai::OpenAi;
use super::{Backend, BackendError, Failure};
use crate::notice::Notices;
use crate::prompt::Thinking;

/// What is known of a provider. The fields are those of `[providers.NAME]` in the configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// Which API it speaks.
    pub api: Api,
    /// Where, up to what the API's own paths begin with.
    pub base_url: String,
    /// The environment variable that says where instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_url_variable: Option<String>,
    /// The environment variable that holds the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_variable: Option<String>,
    /// The key itself, if it is not in a variable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Secret>,
    /// Whether nothing works without a key.
    #[serde(default = "yes")]
    pub key_required: bool,
    /// The model if none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Whether its tokens cost nothing.
    #[serde(default)]
    pub free: bool,
    /// Whether its list of models says what they cost.
    #[serde(default)]
    pub lists_prices: bool,
    /// Whether its models can answer by a JSON schema.
    #[serde(default)]
    pub structured: bool,
    /// Whether it takes batches, at half the price.
    #[serde(default)]
    pub batches: bool,
    /// What it calls the most tokens to write.
    #[serde(default = "max_tokens")]
    pub output_limit: String,
    /// Models, `*` at the end allowed, that reason within a budget and know no effort.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub budget_thinking: Vec<String>,
    /// Packets that may be thought about at once.
    #[serde(default = "usual_in_flight")]
    pub in_flight: u32,
}

fn yes() -> bool {
    true
}

fn max_tokens() -> String {
    "max_tokens".to_owned()
}

fn usual_in_flight() -> u32 {
    32
}

/// The APIs that are spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Api {
    /// Anthropic's Messages.
    Anthropic,
    /// OpenAI's chat completions.
    Openai,
}

/// A key: it is used and never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps a key; white space around it is none of it.
    pub fn new(text: &str) -> Secret {
        Secret(text.trim().to_owned())
    }

    /// A header with the key, marked so that no log shows it. A key with characters that no header can
    /// hold becomes an empty one, which the endpoint refuses in its own words.
    pub(super) fn header(&self, before: &str) -> HeaderValue {
        let value = HeaderValue::try_from(format!("{before}{}", self.0));
        let mut value = value.unwrap_or(HeaderValue::from_static(""));
        value.set_sensitive(true);
        value
    }

    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
        String::deserialize(deserializer).map(|key| Secret::new(&key))
    }
}

impl Serialize for Secret {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("***")
    }
}

/// How completions are asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Asking {
    /// Most tokens to write, reasoning included.
    pub max_tokens: u64,
    /// Whether and how to reason.
    pub thinking: Thinking,
    /// How hard to try, in the provider's words (`low`, `medium`, `high` …).
    pub effort: Option<String>,
    /// A sampling temperature; current models refuse one, so none unless asked for.
    pub temperature: Option<f64>,
    /// Whether to ask for answers by a JSON schema; as the provider can, if not said.
    pub structured: Option<bool>,
}

impl Default for Asking {
    fn default() -> Asking {
        Asking {
            max_tokens: 8_192,
            thinking: Thinking::Auto,
            effort: None,
            temperature: None,
            structured: None,
        }
    }
}

/// One model of a provider, and all that is needed to ask it.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// `provider/model`.
    pub name: String,
    /// The provider's name.
    pub provider: String,
    /// The model's name there.
    pub model: String,
    /// Where, without a slash at the end.
    pub base_url: String,
    /// The key, if there is one.
    pub key: Option<Secret>,
    /// How completions are asked for.
    pub asking: Asking,
    /// Where to say what the model refuses.
    pub notices: Notices,
    pub(super) needs_budget: bool,
    pub(super) output_limit: String,
    pub(super) takes_batches: bool,
    structured: bool,
    key_required: bool,
    no_key: BackendError,
}

impl Endpoint {
    /// The model `model` of the provider called `provider`; variables are looked up by `variable`.
    pub fn new(
        provider: &str,
        model: &str,
        data: &Provider,
        asking: Asking,
        notices: Notices,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Endpoint {
        let set = |name: &Option<String>| {
            name.as_deref().and_then(&variable).filter(|value| !value.trim().is_empty())
        };
        let base_url = set(&data.base_url_variable).unwrap_or_else(|| data.base_url.clone());
        let base_url = base_url.trim().trim_end_matches('/');
        // Anthropic's paths begin with it; many write it down all the same.
        let base_url = match data.api {
            Api::Anthropic => base_url.strip_suffix("/v1").unwrap_or(base_url),
            Api::Openai => base_url,
        };
        let base_url = base_url.to_owned();
        let key = set(&data.key_variable).map(|key| Secret::new(&key)).or_else(|| data.key.clone());
        let no_key = BackendError::NoKey {
            provider: provider.to_owned(),
            variable: data.key_variable.clone().unwrap_or_else(|| "a variable".into()),
        };
        Endpoint {
            name: format!("{provider}/{model}"),
            provider: provider.to_owned(),
            model: model.to_owned(),
            base_url,
            key,
            asking,
            notices,
            needs_budget: data.budget_thinking.iter().any(|pattern| fits(pattern, model)),
            output_limit: data.output_limit.clone(),
            takes_batches: data.batches,
            structured: data.structured,
            key_required: data.key_required,
            no_key,
        }
    }

    /// # Errors
    /// When nothing works without a key and there is none.
    pub fn check_key(&self) -> Result<(), BackendError> {
        match self.key_required && self.key.is_none() {
            true => Err(self.no_key.clone()),
            false => Ok(()),
        }
    }

    /// What an endpoint means that refuses a request without a key.
    pub(super) fn explain(&self, mut failure: Failure) -> Failure {
        let refused = matches!(failure.error, BackendError::Status { code: 401, .. });
        if refused && self.key.is_none() {
            failure.error = self.no_key.clone();
        }
        failure
    }

    /// Whether to ask for JSON. A model that does not reason beforehand needs room for it in the
    /// answer, and a schema has none.
    pub(super) fn wants_structure(&self) -> bool {
        let usual = self.structured && self.asking.thinking != Thinking::Off;
        self.asking.structured.unwrap_or(usual)
    }

    /// The backend that speaks the provider's API.
    ///
    /// # Errors
    /// When the address is none, or this machine cannot do TLS.
    pub fn open(self, api: Api, stop: CancellationToken) -> Result<Arc<dyn Backend>, BackendError> {
        let secret = self.key.as_ref().map(|key| key.reveal().to_owned());
        let http = Http::new(&self.base_url, secret, stop)?;
        let dialect: Box<dyn Dialect> = match api {
            Api::Anthropic => Box::new(Anthropic),
            Api::Openai => Box::new(OpenAi::new(&self)),
        };
        Ok(Arc::new(Hosted::new(self, http, dialect)))
    }
}

/// Whether a pattern, a name that may end in `*`, fits a model's name.
pub(super) fn fits(pattern: &str, model: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(beginning) => model.starts_with(beginning),
        None => model == pattern,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_never_shown() {
        let secret = Secret::new(" sk-123\n");
        assert_eq!(secret.header("Bearer ").as_bytes(), b"Bearer sk-123");
        assert!(secret.header("").is_sensitive());
        let shown = format!("{secret:?} {} {:?}", serde_json::json!(secret), secret.header(""));
        assert!(!shown.contains("sk-123"), "{shown}");
        assert_eq!(Secret::new("a\nb").header("").as_bytes(), b"");
    }

    #[test]
    fn variables_win_over_data() {
        let data: Provider = serde_json::from_value(serde_json::json!({
            "api": "openai", "base_url": "http://a/v1/", "base_url_variable": "URL",
            "key_variable": "KEY", "budget_thinking": ["old*"],
        }))
        .unwrap();
        let endpoint = |variables: &[(&str, &str)]| {
            let find = |name: &str| {
                variables.iter().find(|(n, _)| *n == name).map(|(_, value)| value.to_string())
            };
            Endpoint::new("p", "old-1", &data, Asking::default(), Notices::default(), find)
        };
        let plain = endpoint(&[("KEY", " ")]);
        assert_eq!((plain.name.as_str(), plain.base_url.as_str()), ("p/old-1", "http://a/v1"));
        let missing = plain.check_key().unwrap_err().to_string();
        assert!(missing.contains("set KEY") && missing.contains("[providers.p]"), "{missing}");
        assert!(plain.needs_budget);
        let other = endpoint(&[("KEY", "k"), ("URL", "http://b")]);
        assert_eq!((other.base_url.as_str(), other.check_key()), ("http://b", Ok(())));
        let data = Provider { api: Api::Anthropic, ..data };
        let claude =
            Endpoint::new("p", "m", &data, Asking::default(), Notices::default(), |_| None);
        assert_eq!(claude.base_url, "http://a");
    }
}
