//! One packet after the other: what the network makes of it, and what the teacher does.

use std::time::{Duration, Instant};

use nano::Seen;
use nano::tape::Ending;
use nano::transformer::{Context, Transformer};
use teacher::packets::Arrival;
use teacher::{Entry, trace};

use crate::case::{Block, Case};
use crate::report::{Failure, Report};

/// How a packet went.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// The teacher's reply, octet by octet.
    Reply,
    /// Silence for the teacher's reason.
    Drop,
    /// A reply where there should be silence.
    Answered,
    /// Silence where a reply was due.
    Silent,
    /// Another reply than the teacher's.
    OtherReply,
    /// Silence for another reason.
    OtherReason,
    /// No sentence of the grammar, or no end of it.
    Lost,
}

impl Outcome {
    /// Every outcome, in the order of the report.
    pub const ALL: [Outcome; 7] = [
        Outcome::Reply,
        Outcome::Drop,
        Outcome::Answered,
        Outcome::Silent,
        Outcome::OtherReply,
        Outcome::OtherReason,
        Outcome::Lost,
    ];

    /// The head of its column.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Reply => "reply",
            Outcome::Drop => "drop",
            Outcome::Answered => "answered",
            Outcome::Silent => "silent",
            Outcome::OtherReply => "other",
            Outcome::OtherReason => "reason",
            Outcome::Lost => "lost",
        }
    }

    /// Whether it is the teacher's.
    pub fn is_right(self) -> bool {
        matches!(self, Outcome::Reply | Outcome::Drop)
    }

    /// Whether the teacher replies; of one that is lost it is not known.
    pub fn has_reply_due(self) -> bool {
        matches!(self, Outcome::Reply | Outcome::Silent | Outcome::OtherReply)
    }

    fn of(said: Option<&Ending>, right: &Ending) -> Outcome {
        match (said, right) {
            (None | Some(Ending::Lost(_)), _) => Outcome::Lost,
            (Some(Ending::Reply(said)), Ending::Reply(right)) if said == right => Outcome::Reply,
            (Some(Ending::Reply(_)), Ending::Reply(_)) => Outcome::OtherReply,
            (Some(Ending::Reply(_)), _) => Outcome::Answered,
            (Some(Ending::Drop(said)), Ending::Drop(right)) if said == right => Outcome::Drop,
            (Some(Ending::Drop(_)), Ending::Drop(_)) => Outcome::OtherReason,
            (Some(Ending::Drop(_)), _) => Outcome::Silent,
        }
    }
}

/// A thread's share of the examination.
pub struct Examiner<'a> {
    network: &'a Transformer,
    context: Context,
    blocks: &'a [Block],
    tokens: bool,
    /// What came out.
    pub report: Report,
}

/// What the network said.
struct Answer {
    said: Vec<Entry>,
    ending: Option<Ending>,
    time: Duration,
}

impl<'a> Examiner<'a> {
    /// With `tokens`, every token has to be the teacher's.
    pub fn new(network: &'a Transformer, blocks: &'a [Block], tokens: bool, show: usize) -> Self {
        let report = Report::new(blocks, show);
        Examiner { network, context: Context::default(), blocks, tokens, report }
    }

    /// Examines the packet with that number among all; `false` if there is none.
    pub fn examine(&mut self, number: usize) -> bool {
        let mut left = number;
        for (row, block) in self.blocks.iter().enumerate() {
            if left < block.count {
                self.compare(number, row, &block.case(left));
                return true;
            }
            left -= block.count;
        }
        false
    }

    fn compare(&mut self, number: usize, row: usize, case: &Case) {
        let (lesson, right) = trace(&case.arrival.packet, &case.arrival.own);
        let Answer { said, ending, time } = self.think(&case.arrival, lesson.len());
        let outcome = Outcome::of(ending.as_ref(), &right);
        let parted = said.iter().zip(&lesson).position(|(said, lesson)| said.token != lesson.token);
        self.report.contexts.note(&lesson);
        self.report.note(row, case.fault, outcome, parted.is_some(), time, lesson.len());
        if outcome.is_right() && !(self.tokens && parted.is_some()) {
            return;
        }
        let at = parted.unwrap_or(said.len().min(lesson.len()) - 1);
        self.report.note_wrong(row, case.fault, last_label(&lesson[..at]));
        if self.report.shows_more() {
            self.report.failures.push(Failure::new(number, case, outcome, &lesson, &said, at));
        }
    }

    /// Ends with nothing where the network finds none in twice as many tokens as the teacher.
    fn think(&mut self, arrival: &Arrival, length: usize) -> Answer {
        let most = 2 * length + 64;
        let mut said: Vec<Entry> = Vec::with_capacity(most + 3);
        let began = Instant::now();
        let seen = |seen: Seen| {
            match seen {
                Seen::Chunk(chunk) => {
                    let tokens = chunk.tokens().iter().enumerate();
                    said.extend(tokens.map(|(i, &(token, position))| Entry {
                        token,
                        position,
                        chosen: i == 0,
                    }));
                }
                Seen::Last(token) => {
                    let position = said.last().map(|entry| entry.position).unwrap_or_default();
                    said.push(Entry { token, position, chosen: true });
                }
            }
            said.len() <= most
        };
        let ending =
            nano::think(self.network, &mut self.context, &arrival.packet, &arrival.own, seen);
        Answer { said, ending, time: began.elapsed() }
    }
}

fn last_label(entries: &[Entry]) -> &'static str {
    let labels = entries.iter().rev().filter_map(|entry| match entry.token.meaning() {
        nano::vocabulary::Meaning::Label(label) => Some(label.name()),
        _ => None,
    });
    labels.take(1).next().unwrap_or("the start")
}
