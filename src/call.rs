//! A call to a model, as all who ask one make it: the budget is asked before, what it cost is booked after,
//! a call that fails for a while is repeated, and an endpoint that wants to be left alone is. Minds come
//! here with a packet's prompt, `explain` with a packet's case.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rand::Rng;
use tokio_util::sync::CancellationToken;

use crate::backend::price::Price;
use crate::backend::{Backend, BackendError, Completion, Delta, Failure, Spending, Usage};
use crate::budget::{Budget, Cost, Reservation};
use crate::prompt::Prompt;

mod batch;

pub use batch::{Answers, BatchError, News};

/// How long an answer is waited for where no deadline is set.
pub const LONGEST_WAIT: Duration = Duration::from_secs(600);
/// How often a call that failed for a while is repeated; once, if part of the answer had come and is paid
/// for.
const REPEATS: u32 = 2;
/// The pause before the first repetition; it doubles, up to the longest.
const PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(4);
/// A model, and what may be spent on it: what all who ask it share.
pub struct Caller {
    backend: Arc<dyn Backend>,
    price: Option<Price>,
    budget: Arc<Budget>,
    stop: CancellationToken,
    /// When the endpoint, having said that it is asked too often, may be asked again.
    closed_until: Mutex<Instant>,
}

impl Caller {
    /// Who asks that model out of that budget, and ends what it does when `stop` says so.
    pub fn new(
        backend: Arc<dyn Backend>,
        price: Option<Price>,
        budget: Arc<Budget>,
        stop: CancellationToken,
    ) -> Caller {
        let closed_until = Mutex::new(Instant::now());
        Caller { backend, price, budget, stop, closed_until }
    }

    /// The way to the model.
    pub fn backend(&self) -> &dyn Backend {
        &*self.backend
    }

    /// What may be spent.
    pub fn budget(&self) -> &Arc<Budget> {
        &self.budget
    }

    /// `provider/model`.
    pub fn name(&self) -> &str {
        self.backend.name()
    }

    /// Asks, and asks again while that may help and there is time; then `hear` is told that what it heard
    /// is void. All that was spent is booked.
    ///
    /// # Errors
    /// In words: why there is no completion.
    pub fn complete(
        &self,
        prompt: &Prompt,
        until: Instant,
        spent: &mut Spending,
        hear: &mut dyn FnMut(Delta),
    ) -> Result<Completion, String> {
        let mut pause = PAUSE;
        for repeat in 0.. {
            self.wait_for_the_endpoint(until).map_err(|error| error.to_string())?;
            let reservation = self.reserve(prompt, until)?;
            let outcome = self.backend.complete(prompt, until, hear);
            let Failure { error, lost } = match outcome {
                Ok(completion) => {
                    self.book(reservation, completion.usage, completion.usd, spent);
                    return Ok(completion);
                }
                Err(failure) => failure,
            };
            match lost {
                // Nobody says what an answer will be billed at that never came to its end.
                true => self.book_in_full(reservation, prompt, spent),
                false => drop(reservation),
            }
            let pause_asked = error.retry_after();
            let jitter = rand::rng().random_range(1.0..1.5);
            let next = pause_asked.unwrap_or(pause.mul_f64(jitter));
            if let Some(pause) = pause_asked {
                self.close_endpoint(pause);
            }
            let hopeless = !error.is_temporary() || repeat >= self.repeats(&error, lost);
            let left = until.saturating_duration_since(Instant::now());
            if hopeless || next >= left || !self.sleep(next) {
                let booked = if lost && self.is_costly() { "; booked in full" } else { "" };
                return Err(format!("{error}{booked}"));
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
            hear(Delta::Again);
        }
        unreachable!("the last repetition returns")
    }

    /// How often a call that failed so may be repeated.
    fn repeats(&self, error: &BackendError, is_paid_for: bool) -> u32 {
        match error {
            // A server of one's own that loads its model costs nothing but patience.
            BackendError::Status { code: 503, .. } if self.price == Some(Price::FREE) => u32::MAX,
            _ if is_paid_for => 1,
            _ => REPEATS,
        }
    }

    fn reserve(&self, prompt: &Prompt, until: Instant) -> Result<Reservation, String> {
        self.budget.reserve(self.cost(prompt), until)
    }

    /// The most that a call costs.
    pub fn cost(&self, prompt: &Prompt) -> Cost {
        let (input, output) = (prompt.most_input(), self.backend.most_output());
        let usd = self.price.map_or(0.0, |price| price.at_most(input, output));
        Cost { tokens: input.saturating_add(output), usd }
    }

    fn book(&self, reservation: Reservation, usage: Usage, usd: Option<f64>, spent: &mut Spending) {
        let spending = self.count(usage, usd, spent);
        reservation.settle(self.name(), &spending);
    }

    fn book_in_full(&self, reservation: Reservation, prompt: &Prompt, spent: &mut Spending) {
        let cost = reservation.spend_all(self.name());
        let (input, output) = (prompt.most_input(), self.backend.most_output());
        let usage = Usage { input, output, estimated: true, ..Usage::default() };
        spent.add(&Spending { usage, usd: self.price.map(|_| cost.usd) });
    }

    fn is_costly(&self) -> bool {
        self.price != Some(Price::FREE)
    }

    /// Adds what a call used, and what that costs, to `spent`.
    fn count(&self, usage: Usage, usd: Option<f64>, spent: &mut Spending) -> Spending {
        // What the endpoint says it costs is nearer the truth than a table.
        let usd = usd.or(self.price.map(|price| price.of(&usage)));
        let spending = Spending { usage, usd };
        spent.add(&spending);
        spending
    }

    fn close_endpoint(&self, pause: Duration) {
        let mut closed = self.closed_until.lock().expect("no thread panicked");
        *closed = (*closed).max(Instant::now() + pause.min(LONGEST_WAIT));
    }

    /// Waits while the endpoint wants to be left alone; another packet's answer said so.
    fn wait_for_the_endpoint(&self, until: Instant) -> Result<(), BackendError> {
        let open = *self.closed_until.lock().expect("no thread panicked");
        if open >= until {
            return Err(BackendError::Closed);
        }
        match self.sleep(open.saturating_duration_since(Instant::now())) {
            true => Ok(()),
            false => Err(BackendError::Interrupted),
        }
    }

    /// Sleeps; `false` if the program is ending.
    fn sleep(&self, pause: Duration) -> bool {
        const NAP: Duration = Duration::from_millis(50);
        let end = Instant::now() + pause;
        while !self.stop.is_cancelled() {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            std::thread::sleep(left.min(NAP));
        }
        false
    }
}
