//! From a model's name to the one that is asked for prose, as `explain` does: the same endpoints, prices
//! and budget as for hosts, and no cascade.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::models::affordable;
use super::{Bound, Config, ConfigError, Member};
use crate::budget::{Budget, Cost};
use crate::call::{Caller, LONGEST_WAIT};
use crate::notice::Notices;

/// Seconds in which an explanation is to be there, where nothing else is set: nobody waits for it on a
/// wire, and its words are shown as they come.
const PATIENCE: f64 = 300.0;

/// A model that is asked for prose.
pub struct Asked {
    /// Who asks it.
    pub caller: Caller,
    /// What is to be told of it.
    pub notices: Notices,
    deadline: Option<Duration>,
}

impl Asked {
    /// When an answer that is asked for now is to be there.
    pub fn until(&self) -> Instant {
        Instant::now() + self.deadline.unwrap_or(LONGEST_WAIT)
    }

    /// # Errors
    /// When the budget allows no call of that cost.
    pub fn affords(&self, call: Cost) -> Result<(), ConfigError> {
        affordable(self.caller.budget(), self.caller.name(), call)
    }
}

impl Config {
    /// The one model that `--model` names, for prose. `stop` ends what it is doing.
    ///
    /// # Errors
    /// When it names several, one that writes no prose, or one that cannot be used as it stands.
    pub fn asked(&self, stop: &CancellationToken) -> Result<Asked, ConfigError> {
        let wrong = |why: &str| Err(ConfigError::Model(why.to_owned()));
        let members = self.members()?;
        let member = match members.as_slice() {
            [Member::Nano] => {
                return wrong(
                    "nano answers pings and writes no English, so it cannot explain: name another model, such \
                     as --model anthropic, or leave --model out for table and findings alone",
                );
            }
            [Member::Replay(_)] => {
                return wrong(
                    "a recorded journal holds replies and no explanations: name another model",
                );
            }
            [member] => member,
            _ => return wrong("one model explains, and no cascade: name one"),
        };
        let notices = Notices::default();
        let Some(model) = self.open(member, &notices, stop)? else {
            return wrong("this model writes no prose");
        };
        let limits = self.limits(std::iter::once(&model))?;
        let budget = Budget::new(limits, self.account(model.costly), notices.clone())?;
        let deadline = Bound::or(self.settings.deadline, Some(PATIENCE));
        let deadline = deadline.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        Ok(Asked { caller: model.caller(&Arc::clone(&budget), stop), notices, deadline })
    }
}
