//! Measures minds on fresh random packets whose right treatment is known: the judge says what is due
//! and whether a reply may leave. The same code measures nano and hosted models, on echo alone or on every
//! protocol of a whole host. Packets are drawn here, apart from those that nano was trained on, and from a
//! seed; `docs/benchmark.md` is the method.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use verify::{Due, Finding, Session};

use crate::backend::Spending;
use crate::mind::{Action, Event, Mind, Thought};

mod draw;
mod protocol;
mod record;
mod report;

pub use protocol::Protocol;
pub use record::{Record, RecordError};
pub use report::{
    Bad, Class, Faulty, Length, Report, Sound, Tally, Valid, lines, markdown_by_protocol, table,
    text_by_protocol,
};

/// The judge remembers nothing between two packets, and so it is always the same moment.
const NOW: Duration = Duration::ZERO;

/// What to measure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Number of sound packets of each protocol, and of faulty ones.
    pub count: u64,
    /// Seed of the packets: the same seed gives the same packets.
    pub seed: u64,
    /// Smallest and largest total length in bytes, of packets that can be of any.
    pub lengths: (usize, usize),
    /// The protocols that are measured; there is one at least.
    #[serde(default = "echo_alone")]
    pub protocols: Vec<Protocol>,
    /// Whether the host is the embedded model's, which speaks [`Protocol::NANO`]. Else echo alone is put to a
    /// host that knows nothing else, and anything else to a whole host with services.
    #[serde(default)]
    pub is_small: bool,
}

/// What was measured when there was nothing else.
fn echo_alone() -> Vec<Protocol> {
    vec![Protocol::Echo]
}

impl Plan {
    /// How many packets there are: as many faulty ones as sound ones.
    pub fn packets(&self) -> u64 {
        2 * self.count * self.protocols.len() as u64
    }

    /// Whether the host knows nothing but echo.
    pub fn is_echo_alone(&self) -> bool {
        !self.is_small && self.is_of_echo()
    }

    /// Whether nothing but echo is measured.
    pub fn is_of_echo(&self) -> bool {
        self.protocols == echo_alone()
    }

    /// The protocol of the packet of that number, from 1.
    pub fn protocol(&self, number: u64) -> Protocol {
        self.protocols[((number - 1) / 2 % self.protocols.len() as u64) as usize]
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
    /// A valid request, answered by a reply that the judge held back, or by silence that it does not let pass,
    /// or not decided about.
    Vetoed,
    /// A valid request, dropped where a reply is usual but not due.
    Silent,
    /// A packet of either kind that the model says it does not speak of.
    PassedOn,
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
    /// What it asks for.
    #[serde(default = "echo")]
    pub protocol: Protocol,
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

fn echo() -> Protocol {
    Protocol::Echo
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
                    if sender.send(measure(&event, plan.protocol(number), &mut *mind)).is_err() {
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
fn measure(event: &Event, protocol: Protocol, mind: &mut dyn Mind) -> Outcome {
    let judge = Session::new(verify::Host::clone(&event.host));
    let fault = match judge.due(NOW, event.occasion()) {
        Due::Silence(reason) => Some(reason.name()),
        Due::Reply | Due::Either(_) => None,
    };
    let mut outcome = Outcome::unmeasured(event, protocol, fault);
    let (mut objections, mut is_first) = (Vec::new(), true);
    for attempt in 1.. {
        let Some(thought) = mind.think(event, attempt, &objections, &mut |_| {}) else { break };
        outcome.spend(&thought, is_first);
        if let Action::Pass(_) = thought.action {
            // Whoever is asked next starts afresh.
            objections.clear();
            if is_first {
                outcome.first = First::PassedOn;
            }
            continue;
        }
        let (verdict, findings) = verdict(&judge, event, &thought.action);
        match is_first {
            true => outcome.begin(fault, &thought.action, verdict),
            false => outcome.go_on(&thought.action, verdict),
        }
        is_first = false;
        // A bad packet has had its chance; a valid one gets the attempts that the stack would give.
        if fault.is_some() || verdict != Verdict::Vetoed || event.is_expired() {
            break;
        }
        objections = findings;
    }
    outcome
}

impl Outcome {
    fn unmeasured(event: &Event, protocol: Protocol, fault: Option<&str>) -> Outcome {
        Outcome {
            number: event.number,
            protocol,
            length: event.packet.len(),
            fault: fault.map(str::to_owned),
            first: First::Unavailable,
            second: false,
            tokens: 0,
            spending: None,
            seconds: 0.0,
            said: None,
        }
    }

    fn spend(&mut self, thought: &Thought, is_first: bool) {
        self.tokens += thought.tokens;
        if let Some(spending) = &thought.spending {
            self.spending.get_or_insert_default().add(spending);
        }
        if is_first {
            self.seconds += thought.took.as_secs_f64();
        }
    }

    /// The first attempt of a mind that speaks of such packets.
    fn begin(&mut self, fault: Option<&str>, action: &Action, verdict: Verdict) {
        self.first = first(fault, action, verdict);
        let right = matches!(self.first, First::Exact | First::RightDrop | First::Silent);
        self.said = (!right).then(|| said(action));
    }

    /// A later one.
    fn go_on(&mut self, action: &Action, verdict: Verdict) {
        if let Action::Unavailable(_) = action {
            // Whether it would have been right after the veto nobody knows.
            self.first = First::Unavailable;
            self.said = Some(said(action));
        } else {
            self.second |= verdict != Verdict::Vetoed;
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Exact,
    Remarked,
    Vetoed,
}

/// What the judge says of an action, and what it objects to.
fn verdict(judge: &Session, event: &Event, action: &Action) -> (Verdict, Vec<Finding>) {
    let veto = match action {
        Action::Send(bytes) => match judge.admit(NOW, event.occasion(), bytes.clone()) {
            Ok(admitted) if admitted.remarks().is_empty() => return (Verdict::Exact, vec![]),
            Ok(_) => return (Verdict::Remarked, vec![]),
            Err(veto) => veto,
        },
        _ => match judge.admit_silence(NOW, event.occasion()) {
            Ok(()) => return (Verdict::Exact, vec![]),
            Err(veto) => veto,
        },
    };
    (Verdict::Vetoed, veto.findings)
}

fn first(fault: Option<&str>, action: &Action, verdict: Verdict) -> First {
    match (fault, action, verdict) {
        (_, Action::Unavailable(_), _) => First::Unavailable,
        (_, Action::Pass(_), _) => First::PassedOn,
        (None, Action::Fail(_), _) | (None, _, Verdict::Vetoed) => First::Vetoed,
        (None, Action::Drop(_), _) => First::Silent,
        (None, _, Verdict::Exact) => First::Exact,
        (None, _, Verdict::Remarked) => First::Remarked,
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
