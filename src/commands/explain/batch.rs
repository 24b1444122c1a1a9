//! `softstack explain --batch`: all packets of a capture with findings, one of each kind, in one batch where
//! the API has one, at half the price; else in one call a packet.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use softstack::backend::batch::{Batch, Prompts};
use softstack::call::{Answers, BatchError, News};
use softstack::config::Asked;
use softstack::explain::{Case, Explanation, explained};
use softstack::prompt::Style;
use softstack::view::tell;

use super::input::Input;
use super::{Explain, Page, exact, object, print};
use crate::commands::Outcome;

/// How long a cancellation may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// The exit code of what the user interrupted.
const INTERRUPTED: u8 = 130;

/// Packets with the same findings: one that is explained, and the numbers of the others.
struct Kind {
    case: Case,
    others: Vec<u64>,
}

/// What there is to explain.
#[derive(Default)]
struct Kinds {
    kinds: Vec<Kind>,
    /// Packets of kinds beyond the limit.
    left_out: u64,
}

impl Explain {
    /// Explains all packets with findings.
    pub(super) fn batch(&self, asked: &Asked, input: Input) -> Outcome {
        if let Some(id) = &self.cancel_batch {
            return cancel(asked, id);
        }
        let Kinds { kinds, left_out } = self.kinds(input)?;
        if kinds.is_empty() {
            tell("softstack: no packet has findings, so there is nothing to explain");
            return Ok(ExitCode::SUCCESS);
        }
        if left_out > 0 {
            let limit = self.limit;
            tell(&format!(
                "softstack: {left_out} packets have findings of other kinds, beyond --limit {limit}"
            ));
        }
        match asked.caller.backend().batch() {
            Some(batch) => self.in_one(asked, batch, &kinds),
            None => self.one_by_one(asked, &kinds),
        }
    }

    /// The packets with findings, those with the same rules together.
    fn kinds(&self, input: Input) -> Result<Kinds, Box<dyn std::error::Error>> {
        let (mut all, mut known) = (Kinds::default(), BTreeMap::new());
        input.frames(&mut |frame| {
            let case = Case::from(frame);
            let (rules, next) = (case.rules(), all.kinds.len());
            if rules.is_empty() {
                return Ok(true);
            }
            match known.get(&rules) {
                Some(at) => {
                    let kind: &mut Kind = &mut all.kinds[*at];
                    kind.others.push(case.number);
                }
                None if next < self.limit as usize => {
                    known.insert(rules, next);
                    all.kinds.push(Kind { case, others: Vec::new() });
                }
                None => all.left_out += 1,
            }
            Ok(true)
        })?;
        Ok(all)
    }

    fn one_by_one(&self, asked: &Asked, kinds: &[Kind]) -> Outcome {
        let name = asked.caller.name();
        let provider = name.split('/').next().unwrap_or(name);
        tell(&format!(
            "softstack: {provider} takes no batches, so this is one call a packet, at the full price"
        ));
        let mut missing = 0;
        for kind in kinds {
            self.begin(kind)?;
            let explained = self.explained(asked, &kind.case);
            self.end(kind, &explained)?;
            missing += usize::from(explained.is_err());
            if self.stop.is_cancelled() {
                return Ok(ExitCode::from(INTERRUPTED));
            }
        }
        finish(missing, kinds.len())
    }

    fn in_one(&self, asked: &Asked, batch: &dyn Batch, kinds: &[Kind]) -> Outcome {
        let style = Style::explainer();
        let prompts: Prompts =
            kinds.iter().map(|kind| (name(kind), kind.case.prompt(&style))).collect();
        let count = kinds.len();
        let mut news = |news: News| match news {
            News::Sent(id) => {
                tell(&format!("softstack: batch {id}, {count} packets; Ctrl-C leaves it"))
            }
            News::Done(done) => tell(&format!("softstack: {done} of {count} are dealt with")),
        };
        let resumed = self.resume_batch.as_deref();
        let answers = asked.caller.batch(batch, &prompts, resumed, &mut news);
        asked.notices.take().iter().for_each(|notice| tell(&format!("softstack: {notice}")));
        match answers {
            Ok(answers) => self.show(asked, kinds, answers),
            Err(BatchError::Left { id, why, interrupted }) => {
                tell(&left(&id, &why));
                Ok(ExitCode::from(if interrupted { INTERRUPTED } else { 2 }))
            }
            Err(error) => Err(error.to_string().into()),
        }
    }

    fn show(&self, asked: &Asked, kinds: &[Kind], mut answers: Answers) -> Outcome {
        let mut missing = 0;
        for kind in kinds {
            self.begin(kind)?;
            let answer = answers.remove(&name(kind));
            let answer =
                answer.unwrap_or_else(|| Err("the batch holds no answer to it".to_owned()));
            let explained = answer.and_then(|(completion, spending)| {
                let mut page = Page::new(self.json);
                page.begin(asked.caller.name());
                let caller = &asked.caller;
                let mut show = |shown: softstack::explain::Shown| page.show(shown);
                let explained = explained(caller, &kind.case, &completion, spending, &mut show);
                page.end(explained.as_ref().ok());
                explained
            });
            self.end(kind, &explained)?;
            missing += usize::from(explained.is_err());
        }
        finish(missing, kinds.len())
    }

    /// Prints what comes before an explanation.
    fn begin(&self, kind: &Kind) -> std::io::Result<()> {
        if self.json {
            return Ok(());
        }
        let others = match kind.others.as_slice() {
            [] => String::new(),
            others => format!("the same findings: {}\n", list(others)),
        };
        print(&format!("{}{others}", exact(&kind.case)))
    }

    /// Prints what comes after it: all, if that is JSON.
    fn end(&self, kind: &Kind, explained: &Result<Explanation, String>) -> std::io::Result<()> {
        if self.json {
            let mut object = object(&kind.case, Some(explained));
            object["others"] = kind.others.clone().into();
            return print(&format!("{object}\n"));
        }
        match explained {
            Ok(_) => print("\n"),
            Err(why) => {
                tell(&format!("softstack: packet {}: {why}", kind.case.number));
                print("\n")
            }
        }
    }
}

/// The name of a case in a batch.
fn name(kind: &Kind) -> String {
    format!("packet-{}", kind.case.number)
}

/// `packets 3, 4 and 5`, the first few of many.
fn list(numbers: &[u64]) -> String {
    const SHOWN: usize = 10;
    let words: Vec<String> = numbers.iter().take(SHOWN).map(u64::to_string).collect();
    let more = match numbers.len() {
        0..=SHOWN => String::new(),
        count => format!(" and {} more", count - SHOWN),
    };
    let plural = if numbers.len() > 1 { "s" } else { "" };
    format!("packet{plural} {}{more}", words.join(", "))
}

/// How to come back to a batch that is left.
fn left(id: &str, why: &str) -> String {
    format!(
        "softstack: {why}; the batch {id} goes on at the provider and is booked in full. The same command \
         with --resume-batch {id} waits for it and shows what it says; with --cancel-batch {id} it is \
         cancelled"
    )
}

fn cancel(asked: &Asked, id: &str) -> Outcome {
    let Some(batch) = asked.caller.backend().batch() else {
        return Err(format!("{} takes no batches", asked.caller.name()).into());
    };
    batch.cancel(id, Instant::now() + PATIENCE)?;
    tell(&format!(
        "softstack: the batch {id} is being cancelled; --resume-batch {id} shows what was answered by then"
    ));
    Ok(ExitCode::SUCCESS)
}

fn finish(missing: usize, count: usize) -> Outcome {
    match missing {
        0 => Ok(ExitCode::SUCCESS),
        _ => Err(format!("{missing} of {count} packets were not explained").into()),
    }
}
