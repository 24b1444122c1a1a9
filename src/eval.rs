//! Measures minds on fresh random packets whose right treatment is known: the judge says what is due
//! and whether a reply may leave. The same code measures nano and hosted models. Packets are drawn
//! here, apart from those that nano was trained on, and from a seed; `docs/benchmark.md` is the method.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use verify::{Finding, admit, admit_silence, due};

use crate::backend::Spending;
use crate::mind::{Action, Event, Mind};

mod draw;
mod record;
mod report;

pub use record::{Record, RecordError};
pub use report::{Bad, Class, Length, Report, Valid, lines, table};

/// What to measure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Number of valid requests, and of bad packets.
    pub count: u64,
    /// Seed of the packets: the same seed gives the same packets.
    pub seed: u64,
    /// Smallest and largest total length in bytes.
    pub lengths: (usize, usize),
}

impl Plan {
    /// How many packets there are: as many bad ones as valid ones.
    pub fn packets(&self) -> u64 {
        2 * self.count
    }
}

/// What the first attempt at a packet came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum First {
    /// A valid request, answered without a remark of the judge: every byte that an RFC settles is right.
    Exact,
    /// A valid request, answered by a reply that the judge lets pass with remarks.
    Remarked,
    /// A valid request, answered by a reply that the judge held back, or by silence.
    Vetoed,
    /// A bad packet, dropped for the right reason.
    RightDrop,
    /// A bad packet, dropped for a wrong reason or without a decision.
    Misnamed,
    /// A bad packet, answered; the judge held it back.
    Answered,
    /// A bad packet, answered, and the judge let it pass: a fault of the judge.
    Passed,
    /// The model could not be asked: says nothing of the model, and is asked again on resumption.
    Unavailable,
}

/// How one packet went. As JSON, a line of a record that can be resumed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Number of the packet, from 1.
    pub number: u64,
    /// Its length in bytes.
    pub length: usize,
    /// Why it had to be dropped; nothing for a valid request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// What the first attempt came to.
    pub first: First,
    /// Whether a later attempt, with the judge's objections, was let pass.
    #[serde(default)]
    pub second: bool,
    /// Tokens read and written, in all attempts.
    pub tokens: u64,
    /// What a hosted model used and cost, in all attempts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spending: Option<Spending>,
    /// Seconds of the first attempt.
    pub seconds: f64,
    /// What a first attempt that was not right wanted, for a closer look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<String>,
}

/// Measures: every mind takes packet after packet, those apart that `done` holds already, until all are
/// measured or `stop` is set. `each` is told of every outcome, in the order in which they come; it may
/// set `stop`.
pub fn run(
    plan: &Plan,
    minds: Vec<Box<dyn Mind>>,
    deadline: Option<Duration>,
    done: &[u64],
    stop: &AtomicBool,
    mut each: impl FnMut(Outcome),
) {
    let next = AtomicU64::new(1);
    // Nobody runs ahead of who listens: a stop is heard before the packet after next.
    let (sender, outcomes) = sync_channel(0);
    std::thread::scope(|scope| {
        for mut mind in minds {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number > plan.packets() {
                        break;
                    }
                    if done.binary_search(&number).is_ok() {
                        continue;
                    }
                    let mut event = plan.case(number);
                    event.expires = deadline.map(|deadline| Instant::now() + deadline);
                    if sender.send(measure(&event, &mut *mind)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        outcomes.into_iter().for_each(&mut each);
    });
}

/// Puts one packet to a mind as the stack does, and says how that went.
fn measure(event: &Event, mind: &mut dyn Mind) -> Outcome {
    let fault = due(&event.host, &event.packet).reason();
    let mut outcome = Outcome {
        number: event.number,
        length: event.packet.len(),
        fault: fault.map(|reason| reason.name().to_owned()),
        first: First::Unavailable,
        second: false,
        tokens: 0,
        spending: None,
        seconds: 0.0,
        said: None,
    };
    let mut objections: Vec<Finding> = Vec::new();
    for attempt in 1.. {
        let Some(thought) = mind.think(event, attempt, &objections, &mut |_| {}) else { break };
        outcome.tokens += thought.tokens;
        if let Some(spending) = &thought.spending {
            outcome.spending.get_or_insert_default().add(spending);
        }
        let (verdict, findings) = verdict(event, &thought.action);
        if attempt == 1 {
            outcome.seconds = thought.took.as_secs_f64();
            outcome.first = first(fault.map(|reason| reason.name()), &thought.action, verdict);
            let right = matches!(outcome.first, First::Exact | First::RightDrop);
            outcome.said = (!right).then(|| said(&thought.action));
        } else if let Action::Unavailable(_) = thought.action {
            // Whether it would have been right after the veto nobody knows.
            outcome.first = First::Unavailable;
            outcome.said = Some(said(&thought.action));
        } else {
            outcome.second |= verdict != Verdict::Vetoed;
        }
        // A bad packet has had its chance; a valid one gets the attempts that the stack would give.
        if fault.is_some() || verdict != Verdict::Vetoed || event.is_expired() {
            break;
        }
        objections = findings;
    }
    outcome
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Exact,
    Remarked,
    Vetoed,
}

/// What the judge says of an action, and what it objects to.
fn verdict(event: &Event, action: &Action) -> (Verdict, Vec<Finding>) {
    let veto = match action {
        Action::Send(bytes) => match admit(&event.host, &event.packet, bytes.clone()) {
            Ok(admitted) if admitted.remarks().is_empty() => return (Verdict::Exact, vec![]),
            Ok(_) => return (Verdict::Remarked, vec![]),
            Err(veto) => veto,
        },
        _ => match admit_silence(&event.host, &event.packet) {
            Ok(()) => return (Verdict::Exact, vec![]),
            Err(veto) => veto,
        },
    };
    (Verdict::Vetoed, veto.findings)
}

fn first(fault: Option<&str>, action: &Action, verdict: Verdict) -> First {
    match (fault, action, verdict) {
        (_, Action::Unavailable(_), _) => First::Unavailable,
        (None, _, Verdict::Exact) => First::Exact,
        (None, _, Verdict::Remarked) => First::Remarked,
        (None, _, Verdict::Vetoed) => First::Vetoed,
        (Some(_), Action::Send(_), Verdict::Vetoed) => First::Answered,
        (Some(_), Action::Send(_), _) => First::Passed,
        (Some(due), Action::Drop(named), _) if named == due => First::RightDrop,
        (Some(_), ..) => First::Misnamed,
    }
}

fn said(action: &Action) -> String {
    match action {
        Action::Send(bytes) => format!("send {}", wire::hex::encode(bytes)),
        Action::Drop(reason) => format!("drop {reason}"),
        Action::Pass(why) => format!("pass on: {why}"),
        Action::Fail(why) => format!("no decision: {why}"),
        Action::Unavailable(why) => format!("unavailable: {why}"),
    }
}

#[cfg(test)]
mod tests;
