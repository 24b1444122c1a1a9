//! From the names of models to those who think: each name is looked up, each endpoint opened, and what
//! they may spend and be asked is settled.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::{Bound, Config, ConfigError, environment, folder};
use crate::admission::{CAPACITY, Policy};
use crate::backend::Backend;
use crate::backend::price::{Price, price};
use crate::backend::provider::{Asking, Endpoint};
use crate::backend::replay::Replay;
use crate::budget::{Budget, Cost, Limits};
use crate::call::Caller;
use crate::mind::Mind;
use crate::mind::cascade::Cascade;
use crate::mind::language::{LanguageModel, Model};
use crate::mind::nano::Nano;
use crate::notice::Notices;
use crate::program::Library;
use crate::prompt::{Form, Style};
use crate::stack::Thinkers;

/// What a person must know who has programs and nobody to read them.
const NO_READER: &str =
    "nano reads no programs: say --model PROVIDER/MODEL, or --model nano,PROVIDER/MODEL";
/// How long a listing of models may take.
const LISTING: Duration = Duration::from_secs(15);

/// One name of a cascade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Member {
    /// The embedded model.
    Nano,
    /// A recorded journal.
    Replay(PathBuf),
    /// A model of a provider.
    Hosted {
        /// The provider's name.
        provider: String,
        /// The model's name there.
        model: String,
    },
}

/// A model that is ready to be asked.
pub struct Opened {
    /// The way to it.
    pub backend: Arc<dyn Backend>,
    /// The form in which it answers.
    pub form: Form,
    /// What it costs; `None` where nobody knows.
    pub price: Option<Price>,
    /// Whether it costs anything.
    pub costly: bool,
    /// Whether what it says it used is only what was used once: a recording.
    pub is_recorded: bool,
    /// Packets that it may be asked about at once.
    pub in_flight: u32,
}

impl Opened {
    /// Who asks it, out of that budget.
    pub(super) fn caller(&self, budget: &Arc<Budget>, stop: &CancellationToken) -> Caller {
        Caller::new(Arc::clone(&self.backend), self.price, Arc::clone(budget), stop.clone())
    }
}

impl Config {
    /// The members of the cascade that `--model` names, nano if nothing does.
    ///
    /// # Errors
    /// When a name is no model's.
    pub fn members(&self) -> Result<Vec<Member>, ConfigError> {
        let names = self.settings.model.as_deref().unwrap_or("nano");
        names.split(',').map(|name| self.member(name.trim())).collect()
    }

    fn member(&self, name: &str) -> Result<Member, ConfigError> {
        let (provider, model) = match name.split_once('/') {
            Some((provider, model)) => (provider, Some(model).filter(|model| !model.is_empty())),
            None => (name, None),
        };
        match (provider, model) {
            ("nano", None) => return Ok(Member::Nano),
            ("replay", Some(path)) => return Ok(Member::Replay(path.into())),
            _ => {}
        }
        let known = self.settings.providers.get(provider);
        let wrong = |why: String| Err(ConfigError::Model(why));
        match (known, model.map(str::to_owned)) {
            (Some(_), Some(model)) => Ok(Member::Hosted { provider: provider.into(), model }),
            (Some(data), None) => match &data.model {
                Some(model) => {
                    Ok(Member::Hosted { provider: provider.into(), model: model.clone() })
                }
                None => wrong(format!(
                    "{provider} needs the name of a model, as in {provider}/NAME; `softstack models \
                     {provider}` lists what there is"
                )),
            },
            (None, _) => {
                let mut names: Vec<&str> =
                    self.settings.providers.keys().map(String::as_str).collect();
                names.sort_unstable();
                wrong(format!(
                    "no model is called {name:?}: there are nano, replay/JOURNAL, and provider/model with \
                     one of the providers {}",
                    names.join(", ")
                ))
            }
        }
    }

    /// The endpoint of a provider's model.
    pub fn endpoint(&self, provider: &str, model: &str, notices: &Notices) -> Endpoint {
        let settings = &self.settings;
        let usual = Asking::default();
        let asking = Asking {
            max_tokens: settings.max_tokens.unwrap_or(usual.max_tokens),
            thinking: settings.thinking.unwrap_or(usual.thinking),
            effort: settings.effort.clone(),
            temperature: settings.temperature,
            structured: settings.structured,
        };
        let data = &settings.providers[provider];
        Endpoint::new(provider, model, data, asking, notices.clone(), environment)
    }

    /// Opens a member that answers in text; `None` for nano.
    ///
    /// # Errors
    /// When a key is missing, an address is none, or a journal cannot be read.
    pub fn open(
        &self,
        member: &Member,
        notices: &Notices,
        stop: &CancellationToken,
    ) -> Result<Option<Opened>, ConfigError> {
        match member {
            Member::Nano => Ok(None),
            Member::Replay(path) => {
                let replay = Replay::open(path).map_err(ConfigError::Model)?;
                let form = replay.form();
                let (price, costly, in_flight) = (Some(Price::FREE), false, 1);
                let backend = Arc::new(replay);
                let is_recorded = true;
                Ok(Some(Opened { backend, form, price, costly, is_recorded, in_flight }))
            }
            Member::Hosted { provider, model } => {
                self.open_hosted(provider, model, notices, stop).map(Some)
            }
        }
    }

    fn open_hosted(
        &self,
        provider: &str,
        model: &str,
        notices: &Notices,
        stop: &CancellationToken,
    ) -> Result<Opened, ConfigError> {
        let data = &self.settings.providers[provider];
        let endpoint = self.endpoint(provider, model, notices);
        endpoint.check_key()?;
        let backend = endpoint.open(data.api, stop.clone())?;
        let known = price(&self.settings.prices, backend.name());
        let price = match known {
            None if data.free => Some(Price::FREE),
            None if data.lists_prices => listed_price(&*backend, model)?,
            known => known,
        };
        let form = self.settings.form.unwrap_or_default();
        let costly = price != Some(Price::FREE);
        let (is_recorded, in_flight) = (false, data.in_flight);
        Ok(Opened { backend, form, price, costly, is_recorded, in_flight })
    }

    /// Everybody who thinks, and under which conditions. `stop` ends what they are doing.
    ///
    /// # Errors
    /// When the configuration names no model, or one that cannot be used as it stands.
    pub fn thinkers(&self, stop: CancellationToken) -> Result<Thinkers, ConfigError> {
        let notices = Notices::default();
        let members = self.members()?;
        let opened = members.iter().map(|member| self.open(member, &notices, &stop));
        let opened = opened.collect::<Result<Vec<_>, _>>()?;
        let hosted = || opened.iter().flatten();
        let is_hosted = hosted().next().is_some();
        let costly = hosted().any(|model| model.costly);
        let budget = Budget::new(self.limits(hosted())?, self.account(costly), notices.clone())?;
        let offload = self.settings.checksum_offload.unwrap_or(false);
        let models = self.models(&opened, &budget, offload, &stop)?;
        let in_flight = hosted().map(|model| model.in_flight).min().unwrap_or(1);
        let in_flight = self.settings.in_flight.unwrap_or(in_flight);
        let mut policy = self.policy(is_hosted, costly);
        let library = self.library(is_hosted, &notices)?;
        let programs = library.as_ref().map(Library::current).unwrap_or_default();
        let largest = policy.largest.unwrap_or(wire::MAX_DATAGRAM);
        for model in models.iter().flatten() {
            affordable(&budget, model.name(), model.cost_of_a_call(&programs, largest))?;
        }
        // Where somebody costs nothing, a spent budget is no reason to ask nobody.
        let all_cost = opened.iter().all(|member| member.as_ref().is_some_and(|m| m.costly));
        policy.budget = all_cost.then(|| Arc::clone(&budget));
        Ok(Thinkers {
            minds: (0..in_flight).map(|_| mind(&models)).collect(),
            policy,
            form: hosted().next().map(|model| model.form),
            checksum_offload: offload && is_hosted,
            notices,
            stop,
            budget: is_hosted.then_some(budget),
            library,
        })
    }

    /// What models are told of protocols. The embedded model alone reads no programs, and is no more of a host
    /// than it knows to be.
    fn library(&self, is_hosted: bool, notices: &Notices) -> Result<Option<Library>, ConfigError> {
        let folder = self.settings.programs.clone();
        if !is_hosted && folder.is_none() {
            return Ok(None);
        }
        let library = Library::open(folder, notices.clone())?;
        if !is_hosted {
            notices.leave(NO_READER.to_owned());
        }
        Ok(is_hosted.then_some(library))
    }

    /// The members as models that share a budget; nano is `None`.
    fn models(
        &self,
        opened: &[Option<Opened>],
        budget: &Arc<Budget>,
        offload: bool,
        stop: &CancellationToken,
    ) -> Result<Vec<Option<Arc<Model>>>, ConfigError> {
        // What a recording says was spent was spent when it was made.
        let of_recordings = Budget::new(Limits::default(), None, Notices::default())?;
        Ok(opened
            .iter()
            .enumerate()
            .map(|(index, member)| {
                let member = member.as_ref()?;
                // Whoever is not the last hands a packet on after the first objection.
                let is_last = index + 1 == opened.len();
                let attempts = if is_last { self.settings.attempts.unwrap_or(2) } else { 1 };
                let budget = if member.is_recorded { &of_recordings } else { budget };
                let caller = member.caller(budget, stop);
                Some(Model::new(caller, Style::new(member.form, offload), attempts))
            })
            .collect())
    }

    fn policy(&self, hosted: bool, costly: bool) -> Policy {
        let settings = &self.settings;
        let largest = Bound::or(settings.max_packet, hosted.then_some(1_500));
        let deadline = Bound::or(settings.deadline, hosted.then_some(60.0));
        Policy {
            capacity: settings.queue.map_or(CAPACITY, |queue| queue as usize),
            rate: self.rate(costly),
            largest: largest.map(|bytes| bytes as usize),
            deadline: deadline.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
            only_ipv4: hosted,
            deduplicate: hosted,
            budget: None,
        }
    }

    pub(super) fn limits<'a>(
        &self,
        models: impl Iterator<Item = &'a Opened> + Clone,
    ) -> Result<Limits, ConfigError> {
        let settings = &self.settings;
        let costly = models.clone().any(|model| model.costly);
        let limits = Limits {
            run_tokens: Bound::or(settings.run_tokens, costly.then_some(1_000_000)),
            run_usd: Bound::or(settings.run_usd, costly.then_some(1.0)),
            day_tokens: Bound::or(settings.day_tokens, costly.then_some(10_000_000)),
            day_usd: Bound::or(settings.day_usd, costly.then_some(5.0)),
        };
        let mut unpriced = models.filter(|model| model.price.is_none());
        match unpriced.next() {
            Some(model) if limits.run_usd.is_some() || limits.day_usd.is_some() => {
                Err(ConfigError::NoPrice(model.backend.name().to_owned()))
            }
            _ => Ok(limits),
        }
    }

    /// The folder of the days' spending, where any of it is kept.
    pub(super) fn account(&self, costly: bool) -> Option<PathBuf> {
        let limited = self.settings.day_tokens.is_some() || self.settings.day_usd.is_some();
        let wanted = costly || limited || self.settings.account.is_some();
        wanted.then(|| self.settings.account.clone().or_else(account)).flatten()
    }
}

/// The usual folder of the days' spending (XDG Base Directory Specification).
pub fn account() -> Option<PathBuf> {
    Some(folder("XDG_STATE_HOME", ".local/state")?.join("softstack/spending"))
}

/// # Errors
/// When the budget does not allow even one call of that cost.
pub(super) fn affordable(budget: &Budget, model: &str, call: Cost) -> Result<(), ConfigError> {
    match budget.limits().forbids(call) {
        Some(why) => {
            let hint = "raise it, or lower --max-tokens";
            Err(ConfigError::Value(format!("{model}: {why}; {hint}")))
        }
        None => Ok(()),
    }
}

/// What the provider's own list says of the model's price.
fn listed_price(backend: &dyn Backend, model: &str) -> Result<Option<Price>, ConfigError> {
    let listed = backend.models(Instant::now() + LISTING)?;
    Ok(listed.into_iter().find(|listed| listed.id == model).and_then(|listed| listed.price))
}

/// A mind that asks each of the models in turn; those that are `None` are nano.
fn mind(models: &[Option<Arc<Model>>]) -> Box<dyn Mind> {
    let one = |model: &Option<Arc<Model>>| -> Box<dyn Mind> {
        match model {
            None => Box::new(Nano::new()),
            Some(model) => Box::new(LanguageModel::new(Arc::clone(model))),
        }
    };
    match models {
        [model] => one(model),
        several => Box::new(Cascade::new(several.iter().map(one).collect())),
    }
}
