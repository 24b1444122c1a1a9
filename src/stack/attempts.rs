//! What is decided about one event: a mind attempts an answer, the judge lets it pass or says what is wrong
//! with it, and the mind tries again, as often as it will.

use verify::{Admitted, Finding, Veto};

use super::Shared;
use crate::journal::{Objection, Record, nanoseconds};
use crate::memory::Remember;
use crate::mind::{Action, Event, Mind, Shown, Thought};

/// What was decided about an event.
pub(super) struct Decided {
    pub(super) outcome: Outcome,
    /// What is to be remembered if that is carried out.
    pub(super) remember: Remember,
}

/// What becomes of an event.
pub(super) enum Outcome {
    /// The judge let a reply pass.
    Reply(Admitted),
    /// The judge let silence pass, for this reason.
    Silence(String),
    /// There is nothing to decide any more, for this reason.
    Moot(String),
    /// No attempt was admitted; in words, why.
    Unanswered(String),
}

impl From<Outcome> for Decided {
    fn from(outcome: Outcome) -> Decided {
        Decided { outcome, remember: Remember::default() }
    }
}

/// What came of the attempts so far.
#[derive(Default)]
struct Tried {
    /// What the judge found in the last.
    objections: Vec<Finding>,
    /// Why nothing came of the last that was none of not knowing.
    failed: Option<String>,
    /// Why the last to be asked knows nothing of such packets, if it said so.
    passed: Option<String>,
}

impl Shared<'_> {
    /// Attempts at an answer, until one is admitted or nobody tries any more.
    pub(super) fn attempt(&self, mind: &mut dyn Mind, event: &Event) -> Decided {
        let mut tried = Tried::default();
        for attempt in 1.. {
            let thought = self.think(mind, event, attempt, &tried.objections);
            let Some(thought) = thought else { break };
            if let Action::Pass(why) = thought.action {
                tried = Tried { passed: Some(why), objections: Vec::new(), ..tried };
                continue;
            }
            let why = thought.action.reason().unwrap_or("vetoed").to_owned();
            match self.judge(event, attempt, thought) {
                Ok(decided) => return decided,
                Err(Veto { findings: objections, .. }) => {
                    tried = Tried { objections, failed: Some(why), passed: None };
                }
            }
            if event.is_expired() {
                break;
            }
        }
        self.give_up(event, tried).into()
    }

    fn give_up(&self, event: &Event, Tried { passed, failed, .. }: Tried) -> Outcome {
        let outcome = passed.map(|reason| self.stay_out(event, reason));
        match (outcome, failed) {
            (Some(outcome @ Outcome::Silence(_)), _) | (Some(outcome), None) => outcome,
            (_, why) => Outcome::Unanswered(why.unwrap_or_default()),
        }
    }

    /// Silence about what nobody here speaks; where a reply was due, that is said.
    pub(super) fn stay_out(&self, event: &Event, reason: String) -> Outcome {
        let admitted = self.judge_of().admit_silence(self.began.elapsed(), event.occasion());
        match admitted {
            Ok(()) => Outcome::Silence(reason),
            Err(_) => Outcome::Unanswered(reason),
        }
    }

    fn think(
        &self,
        mind: &mut dyn Mind,
        event: &Event,
        attempt: u32,
        objections: &[Finding],
    ) -> Option<Thought> {
        let (packet, journal) = (event.number, self.journal);
        let mut show = |shown: Shown| match shown {
            Shown::Line(text) => {
                journal.record(&Record::Reasoning { packet, attempt, text: text.into() });
            }
            Shown::Piece(text) => journal.piece(packet, attempt, text),
        };
        let thought = mind.think(event, attempt, objections, &mut show)?;
        self.tally().statistics.spend(&thought);
        self.journal.record(&Record::of_thought(packet, attempt, &thought));
        Some(thought)
    }

    fn judge(&self, event: &Event, attempt: u32, thought: Thought) -> Result<Decided, Veto> {
        let was_asked = !matches!(thought.action, Action::Unavailable(_));
        let outcome = self.admit(event, thought.action);
        let findings = match &outcome {
            Ok(Outcome::Reply(admitted)) => admitted.remarks(),
            Ok(_) => &[],
            Err(veto) => &veto.findings,
        };
        self.tally().statistics.vetoed += u64::from(outcome.is_err() && was_asked);
        self.journal.record(&Record::Verdict {
            packet: event.number,
            attempt,
            admitted: outcome.is_ok(),
            findings: findings.iter().map(Objection::from).collect(),
        });
        outcome.map(|outcome| Decided { outcome, remember: thought.remember })
    }

    fn admit(&self, event: &Event, action: Action) -> Result<Outcome, Veto> {
        let (now, occasion, judge) = (self.began.elapsed(), event.occasion(), self.judge_of());
        match action {
            Action::Send(bytes) => judge.admit(now, occasion, bytes).map(Outcome::Reply),
            Action::Drop(reason)
            | Action::Pass(reason)
            | Action::Fail(reason)
            | Action::Unavailable(reason) => {
                judge.admit_silence(now, occasion).map(|()| Outcome::Silence(reason))
            }
        }
    }

    pub(super) fn record_arrival(&self, event: &Event) {
        let (packet, time_ns) = (event.number, nanoseconds(event.time));
        let notes = event.recollection.notes.clone();
        self.journal.record(&match &event.timer {
            None => Record::Request {
                packet,
                time_ns,
                bytes: wire::hex::encode(&event.packet),
                programs: event.programs.iter().map(|program| program.name.clone()).collect(),
                notes,
            },
            Some(name) => Record::Timer {
                packet,
                time_ns,
                name: name.clone(),
                bytes: wire::hex::encode(event.basis()),
                notes,
            },
        });
    }
}
