//! Configuration: which model thinks, how it is asked, and what it may spend. Flags win over the
//! environment (`SOFTSTACK_…`), that over a TOML file, that over what is built in. Before the first packet
//! this turns names such as `nano,anthropic/claude-haiku-5-5` into [`Thinkers`](crate::stack::Thinkers).

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use clap::Args;
use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::admission::Rate;
use crate::backend::price::Price;
use crate::backend::provider::Provider;
use crate::backend::{BackendError, Failure};
use crate::budget::LedgerError;
use crate::program::LibraryError;
use crate::prompt::{Form, Thinking};

mod asked;
mod bound;
mod models;
mod show;

pub use asked::Asked;
pub use bound::Bound;
pub use models::{Member, Opened, account};

/// What can be set, by flag, variable or file. What is absent is as it is built in.
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[command(next_help_heading = "How hosted models are asked")]
pub struct Settings {
    /// Who thinks; a flag of each command.
    #[arg(skip)]
    pub model: Option<String>,

    /// The form of a reply: the whole packet in hex, or edits over the request, which take a quarter
    /// of the tokens for a ping and far less for longer packets. [default: bytes]
    #[arg(long, value_name = "FORM")]
    pub form: Option<Form>,
    /// Folder of programs (Markdown) to add to those that are shipped, or to put in their places. A file that
    /// is changed counts from the next packet on.
    #[arg(long, value_name = "DIR")]
    pub programs: Option<PathBuf>,
    /// Attempts at a packet, each after the first with the judge's objections. [default: 2]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10))]
    pub attempts: Option<u32>,
    /// Most tokens to write for an attempt, reasoning included. [default: 8192]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(64..=1_000_000))]
    pub max_tokens: Option<u64>,
    /// How to reason: auto, off, adaptive, or a budget of tokens (older models). [default: auto]
    #[arg(long, value_name = "HOW")]
    pub thinking: Option<Thinking>,
    /// How hard to try, in the provider's words: low, medium, high …
    #[arg(long, value_name = "WORD")]
    pub effort: Option<String>,
    /// A sampling temperature; most current models refuse one.
    #[arg(long, value_name = "NUMBER", value_parser = temperature)]
    pub temperature: Option<f64>,
    /// Whether to ask for answers by a JSON schema. [default: as the provider can]
    #[arg(long, value_name = "BOOL")]
    pub structured: Option<bool>,
    /// Let the runtime compute the checksums of a hosted model's replies. Named in the journal.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL")]
    pub checksum_offload: Option<bool>,

    /// Packets that are thought about at once. [default: 32, local servers 4]
    #[arg(long, value_name = "N", help_heading = ADMISSION, value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub in_flight: Option<u32>,
    /// Packets that may wait. [default: 64]
    #[arg(long, value_name = "N", help_heading = ADMISSION, value_parser = clap::value_parser!(u32).range(1..=65536))]
    pub queue: Option<u32>,
    /// Packets a second that one source may send, or none. [default: 2 where tokens cost money]
    #[arg(long, value_name = "RATE", help_heading = ADMISSION)]
    pub rate: Option<Bound<f64>>,
    /// Packets that one source may send at once. [default: 32]
    #[arg(long, value_name = "N", help_heading = ADMISSION, value_parser = clap::value_parser!(u32).range(1..))]
    pub burst: Option<u32>,
    /// Longest packet in bytes, or none. [default: 1500 for hosted models]
    #[arg(long, value_name = "BYTES", help_heading = ADMISSION)]
    pub max_packet: Option<Bound<u64>>,
    /// Seconds after which an answer is worthless and is not sent, or none. [default: 60]
    #[arg(long, value_name = "SECONDS", help_heading = ADMISSION)]
    pub deadline: Option<Bound<f64>>,

    /// Tokens that one run may use, or none. [default: 1000000 where they cost money]
    #[arg(long, value_name = "TOKENS", help_heading = BUDGET)]
    pub run_tokens: Option<Bound<u64>>,
    /// US dollars that one run may cost, or none. [default: 1 where tokens cost money]
    #[arg(long, value_name = "USD", help_heading = BUDGET)]
    pub run_usd: Option<Bound<f64>>,
    /// Tokens that all runs of a day (UTC) may use, or none. [default: 10000000 where they cost money]
    #[arg(long, value_name = "TOKENS", help_heading = BUDGET)]
    pub day_tokens: Option<Bound<u64>>,
    /// US dollars that all runs of a day may cost, or none. [default: 5 where tokens cost money]
    #[arg(long, value_name = "USD", help_heading = BUDGET)]
    pub day_usd: Option<Bound<f64>>,
    /// Folder in which the days' spending is kept. [default: ~/.local/state/softstack/spending]
    #[arg(long, value_name = "FOLDER", help_heading = BUDGET)]
    pub account: Option<PathBuf>,

    /// The providers, built in and of the user's own.
    #[arg(skip)]
    pub providers: BTreeMap<String, Provider>,
    /// The prices, by `provider/model`.
    #[arg(skip)]
    pub prices: BTreeMap<String, Price>,
}

/// The longest deadline, in seconds.
const DAY: f64 = 86_400.0;
const ADMISSION: &str = "Which packets they are asked about";
const BUDGET: &str = "What they may spend";

/// Why the configuration cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A file that was named is not there.
    #[error("cannot read the configuration {}: {why}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        why: std::io::Error,
    },
    /// A value is not what it should be; the text names file and key.
    #[error("in the configuration: {0}")]
    Value(String),
    /// The name says no model.
    #[error("{0}")]
    Model(String),
    /// The endpoint cannot be used.
    #[error("{0}")]
    Backend(#[from] BackendError),
    /// The programs cannot be used.
    #[error("{0}")]
    Programs(#[from] LibraryError),
    /// Nobody knows what a model costs, so nobody can limit it.
    #[error(
        "no price is known for {0}, so what it costs cannot be limited: give one in the configuration, \
         [prices] \"{0}\" = {{ input = 1.0, output = 5.0 }} (US dollars for a million tokens), or go \
         without limits in money: --run-usd none --day-usd none (those in tokens still hold)"
    )]
    NoPrice(String),
    /// The day's spending cannot be kept account of.
    #[error("{0}")]
    Ledger(#[from] LedgerError),
}

impl From<Failure> for ConfigError {
    fn from(failure: Failure) -> ConfigError {
        ConfigError::Backend(failure.error)
    }
}

/// The settings that hold, and where each came from.
#[derive(Clone)]
pub struct Config {
    /// What is set.
    pub settings: Settings,
    layers: Figment,
}

/// The variables of this process.
pub fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

impl Config {
    /// Puts the layers together: `flags`, the environment, `file` (or the user's own, if there is one),
    /// and what is built in.
    ///
    /// # Errors
    /// When the file cannot be read, or something in it or the environment is no setting.
    pub fn load(flags: &Settings, file: Option<&Path>) -> Result<Config, ConfigError> {
        let named =
            file.map(PathBuf::from).or_else(|| environment("SOFTSTACK_CONFIG").map(Into::into));
        let file = match named {
            Some(path) => Some(path),
            None => user_file().filter(|path| path.exists()),
        };
        let mut layers = built_in();
        if let Some(path) = file {
            let text = std::fs::read_to_string(&path)
                .map_err(|why| ConfigError::File { path: path.clone(), why })?;
            let name = path.display().to_string();
            check_syntax(&text, &name)?;
            layers = layers.merge(Named { name, inner: Toml::string(&text) });
        }
        let names: Vec<String> = setting_names();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        layers = layers.merge(Env::prefixed("SOFTSTACK_").only(&names));
        layers = layers.merge(Named { name: "the command line".into(), inner: given(flags) });
        let settings: Settings = layers.extract().map_err(|error| wrong_value(&error))?;
        settings.check()?;
        Ok(Config { settings, layers })
    }

    /// How often one source may ask, where there is a limit.
    fn rate(&self, costly: bool) -> Option<Rate> {
        let usual = costly.then_some(2.0);
        let per_second = Bound::or(self.settings.rate, usual)?;
        Some(Rate { per_second, burst: self.settings.burst.unwrap_or(32) })
    }
}

/// The settings alone: the layers hold keys as they were written.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.settings.fmt(f)
    }
}

fn temperature(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(temperature) if (0.0..=2.0).contains(&temperature) => Ok(temperature),
        _ => Err("must be a number from 0 to 2".into()),
    }
}

impl Settings {
    /// The bounds that the flags have too, for what came from elsewhere.
    fn check(&self) -> Result<(), ConfigError> {
        let within = |name: &str, value: Option<u64>, least: u64, most: u64| match value {
            Some(value) if !(least..=most).contains(&value) => Err(ConfigError::Value(format!(
                "{name} is {value}, and must be from {least} to {most}"
            ))),
            _ => Ok(()),
        };
        within("attempts", self.attempts.map(u64::from), 1, 10)?;
        within("max_tokens", self.max_tokens, 64, 1_000_000)?;
        within("in_flight", self.in_flight.map(u64::from), 1, 1_024)?;
        within("queue", self.queue.map(u64::from), 1, 65_536)?;
        within("burst", self.burst.map(u64::from), 1, u64::from(u32::MAX))?;
        for (name, provider) in &self.providers {
            let name = format!("providers.{name}.in_flight");
            within(&name, Some(provider.in_flight.into()), 1, 1_024)?;
        }
        for (name, price) in &self.prices {
            let parts = [Some(price.input), Some(price.output), price.cached, price.cache_written];
            if !parts.into_iter().flatten().all(|usd| usd.is_finite() && usd >= 0.0) {
                return Err(ConfigError::Value(format!("prices.{name}: that is no price")));
            }
        }
        if matches!(self.deadline, Some(Bound::At(0.0)))
            || matches!(self.max_packet, Some(Bound::At(0)))
        {
            let why = "a deadline or a longest packet of 0 lets nothing be answered; \"none\" is no limit";
            return Err(ConfigError::Value(why.into()));
        }
        let too_long = |limit: &Bound<f64>| matches!(limit, Bound::At(seconds) if *seconds > DAY);
        if self.deadline.as_ref().is_some_and(too_long) {
            return Err(ConfigError::Value("deadline is more than a day (86400)".into()));
        }
        match self.temperature {
            Some(temperature) if !(0.0..=2.0).contains(&temperature) => {
                Err(ConfigError::Value("temperature must be from 0 to 2".into()))
            }
            _ => Ok(()),
        }
    }
}

/// Whether the text is TOML. The line is named and not shown: it may hold a key.
fn check_syntax(text: &str, name: &str) -> Result<(), ConfigError> {
    let Err(error) = toml::from_str::<toml::Table>(text) else { return Ok(()) };
    let at = error.span().map_or(0, |span| span.start.min(text.len()));
    let line = text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
    let message = error.message().lines().next().unwrap_or_default();
    let hint = if message.contains("string") { " (text stands in quotes)" } else { "" };
    Err(ConfigError::Value(format!("{name}, line {line}: this is no TOML: {message}{hint}")))
}

/// What is wrong with a value, where: not the value itself, if it is text, which may be a key.
fn wrong_value(error: &figment::Error) -> ConfigError {
    use figment::error::{Actual, Kind};
    let found = |actual: &Actual| match actual {
        Actual::Str(_) => "text".to_owned(),
        other => other.to_string(),
    };
    let what = match &error.kind {
        Kind::InvalidType(actual, expected) | Kind::InvalidValue(actual, expected) => {
            format!("found {}, expected {expected}", found(actual))
        }
        kind => kind.to_string(),
    };
    let key = error.path.join(".");
    let key = if key.is_empty() { key } else { format!("{key}: ") };
    let source = error.metadata.as_ref().map(|metadata| metadata.name.clone().into_owned());
    let source = source.map(|name| match name.contains("environment") {
        true => format!(" (from SOFTSTACK_{})", error.path.join("_").to_uppercase()),
        false => format!(" (from {name})"),
    });
    let source = source.unwrap_or_default();
    ConfigError::Value(format!("{key}{what}{source}"))
}

/// A layer under a name of ours, for messages.
struct Named<P> {
    name: String,
    inner: P,
}

impl<P: figment::Provider> figment::Provider for Named<P> {
    fn metadata(&self) -> figment::Metadata {
        figment::Metadata::named(self.name.clone())
    }

    fn data(
        &self,
    ) -> Result<figment::value::Map<figment::Profile, figment::value::Dict>, figment::Error> {
        self.inner.data()
    }
}

fn built_in() -> Figment {
    let providers = Toml::string(include_str!("backend/providers.toml"));
    let prices = Toml::string(include_str!("backend/prices.toml"));
    let name = || "built in".to_owned();
    Figment::from(Named { name: name(), inner: providers })
        .merge(Named { name: name(), inner: prices })
}

/// The flags that were given, and no others.
fn given(flags: &Settings) -> Serialized<serde_json::Map<String, serde_json::Value>> {
    let all = serde_json::to_value(flags).expect("settings are plain data");
    let serde_json::Value::Object(mut all) = all else { unreachable!("a struct is an object") };
    all.retain(|_, value| !value.is_null() && *value != serde_json::json!({}));
    Serialized::defaults(all)
}

/// The settings that a variable can hold: all but the tables.
fn setting_names() -> Vec<String> {
    let all = serde_json::to_value(Settings::default()).expect("settings are plain data");
    let all = all.as_object().expect("a struct is an object");
    all.iter().filter(|(_, value)| value.is_null()).map(|(name, _)| name.clone()).collect()
}

/// Where a user's configuration lies (XDG Base Directory Specification).
fn user_file() -> Option<PathBuf> {
    Some(folder("XDG_CONFIG_HOME", ".config")?.join("softstack/config.toml"))
}

/// One of the user's folders: as the variable says, or at its usual place.
fn folder(variable: &str, usual: &str) -> Option<PathBuf> {
    let set = environment(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    set.or_else(|| Some(PathBuf::from(environment("HOME")?).join(usual)))
}

#[cfg(test)]
mod tests;
