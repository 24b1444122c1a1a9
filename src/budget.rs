//! Budgets: what may be spent on thoughts, in tokens and in money, in one run and in one day. Before a
//! call the most that it can cost is set aside, and afterwards what it did cost is booked, so that no
//! number of calls at once can spend more than was allowed.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Instant;

use ledger::Ledger;

use crate::backend::{Spending, Usage};
use crate::notice::Notices;

mod ledger;

pub use ledger::LedgerError;

/// Tokens and money together.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Cost {
    /// Tokens, read and written.
    pub tokens: u64,
    /// US dollars.
    pub usd: f64,
}

impl Cost {
    fn plus(self, other: Cost) -> Cost {
        Cost { tokens: self.tokens.saturating_add(other.tokens), usd: self.usd + other.usd }
    }

    fn less(self, other: Cost) -> Cost {
        let usd = (self.usd - other.usd).max(0.0);
        Cost { tokens: self.tokens.saturating_sub(other.tokens), usd }
    }
}

/// As people say it: `1200 tokens ($0.0044)`.
impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} tokens (${:.4})", self.tokens, self.usd)
    }
}

impl From<&Spending> for Cost {
    fn from(spending: &Spending) -> Cost {
        Cost { tokens: spending.usage.total(), usd: spending.usd.unwrap_or_default() }
    }
}

/// The most that may be spent; `None` is no limit.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Limits {
    /// Tokens of one run.
    pub run_tokens: Option<u64>,
    /// US dollars of one run.
    pub run_usd: Option<f64>,
    /// Tokens of one day (UTC), over all runs that keep the same account.
    pub day_tokens: Option<u64>,
    /// US dollars of one day.
    pub day_usd: Option<f64>,
}

impl Limits {
    fn of_a_day(&self) -> bool {
        self.day_tokens.is_some() || self.day_usd.is_some()
    }

    /// Which limit would be passed by spending that much in the run and in the day, and for how long.
    fn passed(&self, run: Cost, day: Cost) -> Option<(String, Exhausted)> {
        let tokens = |spent: u64, limit: Option<u64>, flag: &str| {
            let limit = limit.filter(|limit| spent > *limit)?;
            Some(format!("{flag} allows {limit}"))
        };
        let money = |spent: f64, limit: Option<f64>, flag: &str| {
            let limit = limit.filter(|limit| spent > *limit)?;
            Some(format!("{flag} allows ${limit}"))
        };
        let of_the_run = tokens(run.tokens, self.run_tokens, "--run-tokens")
            .or_else(|| money(run.usd, self.run_usd, "--run-usd"));
        if let Some(limit) = of_the_run {
            return Some((limit, Exhausted::Run));
        }
        let of_the_day = tokens(day.tokens, self.day_tokens, "--day-tokens")
            .or_else(|| money(day.usd, self.day_usd, "--day-usd"));
        of_the_day.map(|limit| (limit, Exhausted::Day(ledger::today())))
    }

    /// Which limit does not allow even one call of that cost; in words.
    pub fn forbids(&self, call: Cost) -> Option<String> {
        let (limit, _) = self.passed(call, call)?;
        Some(format!("{limit}, and one call may take up to {call}"))
    }
}

/// The one purse of a run, shared by all that spend from it.
#[derive(Debug)]
pub struct Budget {
    limits: Limits,
    state: Mutex<State>,
    returned: Condvar,
    notices: Notices,
}

#[derive(Debug)]
struct State {
    spent: Cost,
    /// Set aside for calls under way, and how many those are: sums of money do not come back to zero.
    reserved: Cost,
    under_way: u64,
    ledger: Option<Ledger>,
    exhausted: Option<Exhausted>,
}

/// Since when nothing is spent any more.
#[derive(Debug)]
enum Exhausted {
    /// For the rest of the run.
    Run,
    /// For the rest of that day.
    Day(String),
}

/// Money and tokens set aside for one call. Dropped unused, they go back.
#[derive(Debug)]
pub struct Reservation {
    budget: Arc<Budget>,
    cost: Cost,
}

impl Budget {
    /// A purse with these limits. `account` is the folder in which the days' spending is kept; it is
    /// needed for limits of a day.
    ///
    /// # Errors
    /// When the account cannot be read and written.
    pub fn new(
        limits: Limits,
        account: Option<PathBuf>,
        notices: Notices,
    ) -> Result<Arc<Budget>, LedgerError> {
        let ledger = match account {
            Some(folder) => Some(Ledger::open(folder)?),
            None if limits.of_a_day() => return Err(LedgerError::Nowhere),
            None => None,
        };
        let (spent, reserved) = (Cost::default(), Cost::default());
        let state = Mutex::new(State { spent, reserved, under_way: 0, ledger, exhausted: None });
        Ok(Arc::new(Budget { limits, state, returned: Condvar::new(), notices }))
    }

    /// Whether nothing more will be spent.
    pub fn is_exhausted(&self) -> bool {
        self.lock().is_exhausted()
    }

    /// What may be spent.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// What was spent in this run.
    pub fn spent(&self) -> Cost {
        self.lock().spent
    }

    /// Sets `most` aside for a call. While other calls may give back what is missing it waits for
    /// them, `until` then.
    ///
    /// # Errors
    /// In words: the budget does not allow it, or not yet.
    pub fn reserve(self: &Arc<Budget>, most: Cost, until: Instant) -> Result<Reservation, String> {
        let mut state = self.lock();
        loop {
            if state.is_exhausted() {
                return Err("the budget is spent".into());
            }
            let day = match self.day(&mut state) {
                Ok(day) => day,
                Err(error) => return Err(self.exhaust(state, Exhausted::Run, error.to_string())),
            };
            let wanted = state.reserved.plus(most);
            let passed = self.limits.passed(state.spent.plus(wanted), day.plus(wanted));
            let Some((limit, exhausted)) = passed else {
                state.reserved = wanted;
                state.under_way += 1;
                return Ok(Reservation { budget: Arc::clone(self), cost: most });
            };
            if state.under_way == 0 {
                let (until, spent, when) = match &exhausted {
                    Exhausted::Run => ("", state.spent, "in this run"),
                    Exhausted::Day(_) => (" until midnight UTC", day, "today"),
                };
                let message = format!(
                    "no more calls to models{until}: {limit}, {spent} are spent {when}, and the next call \
                     may take up to {most}"
                );
                return Err(self.exhaust(state, exhausted, message));
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err("what is left of the budget was set aside for other calls".into());
            }
            state = self.returned.wait_timeout(state, left).expect("no thread panicked").0;
        }
    }

    fn day(&self, state: &mut State) -> Result<Cost, LedgerError> {
        match &mut state.ledger {
            Some(ledger) if self.limits.of_a_day() => ledger.today(),
            _ => Ok(Cost::default()),
        }
    }

    /// Stops spending, and says so once.
    fn exhaust(
        &self,
        mut state: MutexGuard<State>,
        exhausted: Exhausted,
        message: String,
    ) -> String {
        state.exhausted = Some(exhausted);
        self.notices.leave(message);
        self.returned.notify_all();
        "the budget is spent".into()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no thread panicked")
    }
}

impl State {
    /// Whether nothing is to be spent; a new day is a new budget.
    fn is_exhausted(&mut self) -> bool {
        if matches!(&self.exhausted, Some(Exhausted::Day(day)) if *day != ledger::today()) {
            self.exhausted = None;
        }
        self.exhausted.is_some()
    }
}

impl Reservation {
    /// Books what the call to `model` did cost and gives the rest back.
    pub fn settle(self, model: &str, spending: &Spending) {
        let cost = Cost::from(spending);
        if spending.usage == Usage::default() {
            return;
        }
        self.book(model, cost);
    }

    /// Books all that was set aside for the call to `model`, because nobody knows what it cost.
    pub fn spend_all(self, model: &str) -> Cost {
        self.book(model, self.cost);
        self.cost
    }

    fn book(&self, model: &str, cost: Cost) {
        let mut state = self.budget.lock();
        state.spent = state.spent.plus(cost);
        let booked = state.ledger.as_mut().map_or(Ok(()), |ledger| ledger.book(model, cost));
        // Without an account there is no telling what a day has cost: better stop than guess.
        if let Err(error) = booked
            && state.exhausted.is_none()
        {
            let message = format!("no more calls to models: {error}");
            self.budget.exhaust(state, Exhausted::Run, message);
        }
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        let mut state = self.budget.lock();
        state.under_way -= 1;
        state.reserved = match state.under_way {
            0 => Cost::default(),
            _ => state.reserved.less(self.cost),
        };
        drop(state);
        self.budget.returned.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn budget(limits: Limits) -> (Arc<Budget>, Notices) {
        let notices = Notices::default();
        (Budget::new(limits, None, notices.clone()).unwrap(), notices)
    }

    fn cost(tokens: u64, usd: f64) -> Cost {
        Cost { tokens, usd }
    }

    fn spending(tokens: u64, usd: f64) -> Spending {
        Spending { usage: Usage { output: tokens, ..Usage::default() }, usd: Some(usd) }
    }

    #[test]
    fn it_is_never_passed_and_says_so_once() {
        let limits = Limits { run_usd: Some(1.0), ..Limits::default() };
        let (budget, notices) = budget(limits);
        let until = Instant::now() + Duration::from_secs(60);
        for _ in 0..3 {
            budget.reserve(cost(10, 0.4), until).unwrap().settle("m", &spending(5, 0.25));
        }
        assert_eq!(budget.spent(), cost(15, 0.75));
        assert!(!budget.is_exhausted());
        for _ in 0..5 {
            assert!(budget.reserve(cost(10, 0.4), until).is_err());
        }
        assert!(budget.is_exhausted());
        let told = notices.take();
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains("--run-usd allows $1, 15 tokens ($0.7500)"), "{told:?}");
        // Not even what would fit: once it is over it is over.
        assert!(budget.reserve(cost(1, 0.01), until).is_err());
    }

    #[test]
    fn calls_at_once_wait_for_what_others_give_back() {
        let (budget, _) = budget(Limits { run_tokens: Some(100), ..Limits::default() });
        let budget = &budget;
        let first = budget.reserve(cost(80, 0.0), Instant::now()).unwrap();
        assert!(budget.reserve(cost(80, 0.0), Instant::now()).is_err());
        assert!(!budget.is_exhausted(), "it may yet be given back");
        std::thread::scope(|scope| {
            let until = Instant::now() + Duration::from_secs(60);
            let waiter = scope.spawn(move || budget.reserve(cost(80, 0.0), until).is_ok());
            first.settle("m", &spending(10, 0.0));
            assert!(waiter.join().unwrap());
        });
        let state = budget.lock();
        assert_eq!((state.reserved, state.under_way), (Cost::default(), 0));
    }

    #[test]
    fn an_answer_without_an_end_costs_all_that_it_might() {
        let (budget, _) = budget(Limits { run_usd: Some(1.0), ..Limits::default() });
        budget.reserve(cost(80, 0.5), Instant::now()).unwrap().spend_all("m");
        assert_eq!(budget.spent(), cost(80, 0.5));
    }

    #[test]
    fn a_day_is_kept_account_of_across_runs() {
        let folder = tempfile::tempdir().unwrap();
        let limits = Limits { day_tokens: Some(100), ..Limits::default() };
        let open = || {
            let account = Some(folder.path().join("spending"));
            Budget::new(limits.clone(), account, Notices::default()).unwrap()
        };
        let until = Instant::now();
        // Two at the same time see each other's spending.
        let (one, two) = (open(), open());
        one.reserve(cost(60, 0.0), until).unwrap().settle("m", &spending(60, 0.0));
        assert!(two.reserve(cost(60, 0.0), until).is_err());
        two.reserve(cost(1, 0.0), until).expect_err("it has stopped");
        let three = open();
        three.reserve(cost(40, 0.0), until).unwrap().settle("m", &spending(40, 0.0));
        assert!(open().reserve(cost(1, 0.0), until).is_err());
        // A new day is a new budget.
        assert!(two.is_exhausted());
        two.lock().exhausted = Some(Exhausted::Day("2026-01-01".into()));
        assert!(!two.is_exhausted());
        let nowhere = Budget::new(limits.clone(), None, Notices::default());
        assert!(nowhere.is_err());
    }
}
