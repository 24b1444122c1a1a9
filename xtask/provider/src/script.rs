//! An answer on its way: which bytes are written when, and how it ends. Every instant counts from the
//! request, so that a slow writer does not make later tokens later.

use std::future::pending;
use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes};
use futures_util::stream;
use tokio::time::{Instant, sleep, sleep_until};

/// How long bytes may take to get out before a connection is cut behind them.
const FLUSH: Duration = Duration::from_millis(20);

/// What is written, and the end.
#[derive(Clone, Debug)]
pub struct Script {
    /// What is written, in order of time.
    pub steps: Vec<Step>,
    /// What comes then.
    pub end: End,
}

/// Bytes and their time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// When, counted from the request.
    pub due: Duration,
    /// What.
    pub bytes: Bytes,
}

/// How an answer ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// As it should.
    Proper,
    /// The connection is closed.
    Cut,
    /// The connection stays open, and nothing more comes.
    Stalled,
    /// The same bytes, again and again.
    Repeating {
        /// The bytes.
        bytes: Bytes,
        /// The pause before each.
        every: Duration,
    },
}

impl Step {
    /// A step at that time.
    pub fn new(due: Duration, bytes: impl Into<Bytes>) -> Step {
        Step { due, bytes: bytes.into() }
    }
}

impl Script {
    /// Puts `sign` between the steps, every so often.
    pub fn with_signs_of_life(mut self, sign: &'static str, every: Duration) -> Script {
        let mut next = every;
        let mut steps = Vec::with_capacity(self.steps.len());
        for step in self.steps {
            while !every.is_zero() && next < step.due {
                steps.push(Step::new(next, sign));
                next += every;
            }
            steps.push(step);
        }
        self.steps = steps;
        self
    }

    /// The body of a response that follows the script from `began` on.
    pub fn play(self, began: Instant) -> Body {
        let state = (self.steps.into_iter(), self.end);
        Body::from_stream(stream::unfold(state, move |(mut steps, end)| async move {
            let Some(step) = steps.next() else {
                let (written, end) = finish(end).await?;
                return Some((written, (steps, end)));
            };
            // What is due already goes out without asking the clock.
            if !step.due.is_zero() {
                sleep_until(began + step.due).await;
            }
            Some((Ok(step.bytes), (steps, end)))
        }))
    }
}

async fn finish(end: End) -> Option<(io::Result<Bytes>, End)> {
    match end {
        End::Proper => None,
        End::Stalled => pending().await,
        End::Cut => {
            sleep(FLUSH).await;
            Some((Err(io::ErrorKind::ConnectionReset.into()), End::Proper))
        }
        End::Repeating { bytes, every } => {
            sleep(every).await;
            Some((Ok(bytes.clone()), End::Repeating { bytes, every }))
        }
    }
}
