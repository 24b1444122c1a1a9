//! `softstack models`: what a provider offers, and what it costs as far as that is known.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;
use softstack::backend::http::shown_address;
use softstack::backend::price::{Price, price};
use softstack::config::{Config, ConfigError};
use softstack::notice::Notices;
use softstack::view::printable;
use tokio_util::sync::CancellationToken;

use super::{Layers, Outcome, print};

/// How long a listing may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Arguments of `softstack models`.
#[derive(Args)]
pub struct Models {
    /// The provider; without one, all providers that softstack knows.
    #[arg(value_name = "PROVIDER")]
    provider: Option<String>,
    #[command(flatten)]
    layers: Layers,
}

impl Models {
    /// Runs the subcommand.
    pub fn run(self) -> Outcome {
        let config = self.layers.load(None)?;
        let text = match &self.provider {
            Some(provider) if provider == "nano" => "nano  embedded, free\n".to_owned(),
            Some(provider) => models(&config, provider.trim_end_matches('/'))?,
            None => providers(&config),
        };
        print(&text)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Every provider: where it is, and whether there is a key.
fn providers(config: &Config) -> String {
    let mut text = String::from("nano                 embedded: no network, no key\n");
    for (name, provider) in &config.settings.providers {
        let endpoint = config.endpoint(name, "", &Notices::default());
        let key = match (&endpoint.key, provider.key_required) {
            (Some(_), _) => "key present",
            (None, true) => "NO KEY",
            (None, false) => "no key needed",
        };
        let usual = provider.model.as_deref().map(|model| format!(", usually {name}/{model}"));
        let usual = usual.unwrap_or_default();
        let address = shown_address(&endpoint.base_url);
        text += &format!("{name:<20} {address} ({key}{usual})\n");
    }
    text + "replay/JOURNAL       the answers in a recorded journal\n\n\
            `softstack models PROVIDER` lists what one offers.\n"
}

fn models(config: &Config, provider: &str) -> Result<String, ConfigError> {
    let Some(data) = config.settings.providers.get(provider) else {
        let known: Vec<&str> = config.settings.providers.keys().map(String::as_str).collect();
        let known = known.join(", ");
        return Err(ConfigError::Model(format!(
            "no provider is called {provider:?}: there are {known}"
        )));
    };
    let endpoint = config.endpoint(provider, "", &Notices::default());
    let backend = endpoint.open(data.api, CancellationToken::new())?;
    let listed = backend.models(Instant::now() + PATIENCE)?;
    if listed.is_empty() {
        return Ok(format!("{provider} offers no model\n"));
    }
    Ok(listed
        .into_iter()
        .map(|model| {
            let name = format!("{provider}/{}", model.id);
            let known = price(&config.settings.prices, &name).or(model.price);
            let cost = match (known, data.free) {
                (Some(Price { input, output, .. }), _) => {
                    format!("${input} read, ${output} written, for a million tokens")
                }
                (None, true) => "free".to_owned(),
                (None, false) => "price unknown".to_owned(),
            };
            format!("{:<44} {cost}\n", printable(&name))
        })
        .collect())
}
