//! A batch from the budget to the last answer: half the worst case of all its calls is set aside before it
//! is sent, it is asked after ever more rarely, and what was answered is booked at half the price. Whoever
//! stops waiting leaves it to the provider and is told how to come back.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use thiserror::Error;

use super::{Caller, REPEATS};
use crate::backend::batch::{Batch, Progress, Prompts, Results};
use crate::backend::{BackendError, Completion, Failure, Spending};
use crate::budget::{Cost, Reservation};

/// How long each request to the endpoint may take.
const REQUEST: Duration = Duration::from_secs(120);
/// The pause before a batch is first asked after; it grows by half each time, up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How often in a row an endpoint may fail to say how a batch is doing: some twenty minutes.
const FAILURES: u32 = 40;

/// What became of each prompt, by its name: a completion and what it cost, or in words why there is none.
pub type Answers = BTreeMap<String, Result<(Completion, Spending), String>>;

/// What can be told while a batch is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News<'a> {
    /// It is sent, and has this identifier.
    Sent(&'a str),
    /// So many of its prompts are dealt with.
    Done(u64),
}

/// Why there are no answers.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BatchError {
    /// It was not sent, or nothing came of it.
    #[error("{0}")]
    Refused(String),
    /// It goes on at the provider, and nobody waits for it any more; it is booked in full.
    #[error("{why}; the batch {id} goes on at the provider")]
    Left {
        /// Its identifier there.
        id: String,
        /// Why it is not waited for.
        why: String,
        /// Whether the user wanted that.
        interrupted: bool,
    },
}

impl Caller {
    /// The most that a batch of these prompts costs.
    pub fn cost_of_batch(&self, prompts: &Prompts) -> Cost {
        prompts.values().fold(Cost::default(), |sum, prompt| {
            let Cost { tokens, usd } = self.cost(prompt);
            Cost { tokens: sum.tokens.saturating_add(tokens), usd: sum.usd + usd / 2.0 }
        })
    }

    /// Has prompts answered in a batch, or waits for one that was sent before, which is `resumed`: that was
    /// booked in full when it was left, and nothing is booked now.
    ///
    /// # Errors
    /// When it is not within the budget, is not taken, or is not waited for any more.
    pub fn batch(
        &self,
        batch: &dyn Batch,
        prompts: &Prompts,
        resumed: Option<&str>,
        tell: &mut dyn FnMut(News),
    ) -> Result<Answers, BatchError> {
        let (id, reservation) = match resumed {
            Some(id) => (id.to_owned(), None),
            None => {
                let (id, reservation) = self.send(batch, prompts)?;
                (id, Some(reservation))
            }
        };
        tell(News::Sent(&id));
        let results =
            self.wait_for(batch, &id, tell).and_then(|()| self.fetch(batch, &id, prompts));
        let results = match results {
            Ok(results) => results,
            // It was not valid: nothing was answered, and nothing costs.
            Err(error @ BackendError::Batch(_)) => {
                return Err(BatchError::Refused(error.to_string()));
            }
            Err(error) => {
                if let Some(reservation) = reservation {
                    reservation.spend_all(self.name());
                }
                let interrupted = error == BackendError::Interrupted;
                return Err(BatchError::Left { id, why: error.to_string(), interrupted });
            }
        };
        Ok(self.book_batch(results, reservation))
    }

    /// Sets aside what it may cost, and sends it.
    fn send(
        &self,
        batch: &dyn Batch,
        prompts: &Prompts,
    ) -> Result<(String, Reservation), BatchError> {
        let reservation = self
            .budget
            .reserve(self.cost_of_batch(prompts), Instant::now())
            .map_err(BatchError::Refused)?;
        let mut pause = super::PAUSE;
        for repeat in 0.. {
            let Failure { error, lost } = match batch.submit(prompts, Instant::now() + REQUEST) {
                Ok(id) => return Ok((id, reservation)),
                Err(failure) => failure,
            };
            if lost {
                reservation.spend_all(self.name());
                return Err(BatchError::Refused(format!(
                    "{error}; the batch may have been begun all the same, and is booked in full"
                )));
            }
            let pause_asked = error.retry_after().filter(|pause| *pause <= super::LONGEST_WAIT);
            let next = pause_asked.unwrap_or(pause);
            if !error.is_temporary() || repeat >= REPEATS || !self.sleep(next) {
                return Err(BatchError::Refused(error.to_string()));
            }
            pause *= 2;
        }
        unreachable!("the last repetition returns")
    }

    /// Waits for the end of a batch, through failures that may pass.
    fn wait_for(
        &self,
        batch: &dyn Batch,
        id: &str,
        tell: &mut dyn FnMut(News),
    ) -> Result<(), BackendError> {
        let (mut pause, mut failures, mut told) = (FIRST_PAUSE, 0, 0);
        loop {
            match batch.progress(id, Instant::now() + REQUEST) {
                Ok(Progress { ended: true, .. }) => return Ok(()),
                Ok(Progress { done, .. }) => {
                    failures = 0;
                    if done != told {
                        tell(News::Done(done));
                    }
                    told = done;
                }
                Err(error) if failures < FAILURES && may_pass(&error) => failures += 1,
                Err(error) => return Err(error),
            }
            if !self.sleep(pause) {
                return Err(BackendError::Interrupted);
            }
            pause = pause.mul_f64(1.5).min(LONGEST_PAUSE);
        }
    }

    fn fetch(
        &self,
        batch: &dyn Batch,
        id: &str,
        prompts: &Prompts,
    ) -> Result<Results, BackendError> {
        let mut pause = super::PAUSE;
        for repeat in 0.. {
            match batch.results(id, prompts, Instant::now() + REQUEST) {
                Err(error) if repeat < REPEATS && may_pass(&error) => {}
                fetched => return fetched,
            }
            if !self.sleep(pause) {
                return Err(BackendError::Interrupted);
            }
            pause *= 2;
        }
        unreachable!("the last repetition returns")
    }

    /// Counts what was answered and gives the rest of what was set aside back. What failed or expired costs
    /// nothing.
    fn book_batch(&self, results: Results, reservation: Option<Reservation>) -> Answers {
        let price = self.price.map(|price| price.in_a_batch());
        let mut spent = Spending::default();
        let answers = results.into_iter().map(|(name, result)| {
            let answer = result.map(|completion| {
                let usd = completion.usd.or(price.map(|price| price.of(&completion.usage)));
                let spending = Spending { usage: completion.usage, usd };
                spent.add(&spending);
                (completion, spending)
            });
            (name, answer)
        });
        let answers = answers.collect();
        if let Some(reservation) = reservation {
            reservation.settle(self.name(), &spent);
        }
        answers
    }
}

/// Whether a later request may fare better: a network that comes back, an endpoint that is busy.
fn may_pass(error: &BackendError) -> bool {
    let network = matches!(error, BackendError::Unreachable { .. } | BackendError::TimedOut { .. });
    network || error.is_temporary()
}
