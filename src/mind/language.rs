//! A language model as a mind: the packet becomes a prompt, the completion an action; after a veto the model
//! hears the judge's objections. Many minds share one model, each thinking about one packet. How it is
//! called is in [`crate::call`].

use std::sync::Arc;
use std::time::Instant;

use verify::Finding;

use super::{Action, Event, Mind, Shown, Thought};
use crate::backend::{Completion, Delta, Spending};
use crate::budget::Cost;
use crate::call::{Caller, LONGEST_WAIT};
use crate::memory::Remember;
use crate::program::Programs;
use crate::prompt::{Prompt, Style};
use crate::transcript::{self, Reading};

/// Most characters of reasoning that are shown and written down for one attempt.
const MOST_REASONING: usize = 64 << 10;

/// A model as a host: what the minds of one host share.
pub struct Model {
    caller: Caller,
    style: Style,
    attempts: u32,
}

impl Model {
    /// A model that may try `attempts` times at each packet.
    pub fn new(caller: Caller, style: Style, attempts: u32) -> Arc<Model> {
        Arc::new(Model { caller, style, attempts })
    }

    /// `provider/model`.
    pub fn name(&self) -> &str {
        self.caller.name()
    }

    /// The most that the first call about a packet of up to `largest` bytes costs, for a host with those
    /// programs.
    pub fn cost_of_a_call(&self, programs: &Programs, largest: usize) -> Cost {
        self.caller.cost(&Prompt::longest(&self.style, programs, largest))
    }
}

/// One of the minds that share a model.
pub struct LanguageModel {
    model: Arc<Model>,
    last: Last,
}

/// How the attempt before went.
#[derive(Default)]
struct Last {
    answer: String,
    /// Why the answer could not be read, if so.
    unread: String,
    unavailable: bool,
}

impl LanguageModel {
    /// Another mind of that model.
    pub fn new(model: Arc<Model>) -> LanguageModel {
        LanguageModel { model, last: Last::default() }
    }

    fn prompt(&self, event: &Event, attempt: u32, objections: &[Finding]) -> Prompt {
        let mut prompt = Prompt::new(&self.model.style, event);
        if attempt > 1 {
            prompt.object(attempt, &self.last.answer, objections, &self.last.unread);
        }
        prompt
    }
}

impl Mind for LanguageModel {
    fn name(&self) -> String {
        self.model.name().to_owned()
    }

    fn think(
        &mut self,
        event: &Event,
        attempt: u32,
        objections: &[Finding],
        show: &mut dyn FnMut(Shown),
    ) -> Option<Thought> {
        if attempt == 1 {
            self.last = Last::default();
        } else if attempt > self.model.attempts || self.last.unavailable {
            return None;
        }
        let began = Instant::now();
        let prompt = self.prompt(event, attempt, objections);
        let until = event.expires.unwrap_or(began + LONGEST_WAIT);
        let mut spending = Spending::default();
        let mut lines = Lines::new(show);
        let completed = self
            .model
            .caller
            .complete(&prompt, until, &mut spending, &mut |delta| lines.hear(delta));
        lines.end();
        let most = self.model.caller.backend().most_output();
        let (reading, answer) = match completed {
            Err(why) => (doing(Action::Unavailable(why)), None),
            Ok(completion) => (reading(&completion, most, &prompt, event), Some(completion.text)),
        };
        let Reading { action, remember } = reading;
        self.last = Last {
            answer: answer.clone().unwrap_or_default(),
            unread: match &action {
                Action::Fail(why) => why.clone(),
                _ => String::new(),
            },
            unavailable: matches!(action, Action::Unavailable(_)),
        };
        Some(Thought {
            action: finished(action, &self.model.style, event),
            model: self.model.name().to_owned(),
            tokens: spending.usage.total(),
            took: began.elapsed(),
            spending: Some(spending),
            answer,
            remember,
        })
    }
}

/// What a completion wants done.
fn reading(completion: &Completion, most: u64, prompt: &Prompt, event: &Event) -> Reading {
    match completion.complaint(most) {
        Some(why) => doing(Action::Fail(why)),
        None => transcript::read(&completion.text, prompt.form(), event.basis()),
    }
}

/// An action, and nothing to remember.
fn doing(action: Action) -> Reading {
    Reading { action, remember: Remember::default() }
}

/// With checksum offload, the reply with its checksums; else as it is.
fn finished(action: Action, style: &Style, event: &Event) -> Action {
    match action {
        Action::Send(mut bytes) if style.offload => {
            crate::offload::fill_checksums(event.host.link(), &mut bytes);
            Action::Send(bytes)
        }
        action => action,
    }
}

/// Makes lines of pieces: the reasoning and, where that is prose, the answer.
struct Lines<'a> {
    show: &'a mut dyn FnMut(Shown),
    line: String,
    /// Characters shown so far.
    shown: usize,
    /// Whether the answer turned out to be JSON, which is no reading for people.
    structured: Option<bool>,
}

impl<'a> Lines<'a> {
    fn new(show: &'a mut dyn FnMut(Shown)) -> Lines<'a> {
        Lines { show, line: String::new(), shown: 0, structured: None }
    }

    fn hear(&mut self, delta: Delta) {
        match delta {
            Delta::Again => {
                self.end();
                self.structured = None;
            }
            Delta::Thinking(text) => self.take(text),
            Delta::Text(text) => {
                if self.structured.is_none() && !text.trim().is_empty() {
                    self.end();
                    self.structured = Some(text.trim_start().starts_with(['{', '`']));
                }
                if self.structured == Some(false) {
                    self.take(text);
                }
            }
        }
    }

    fn take(&mut self, text: &str) {
        let room = MOST_REASONING.saturating_sub(self.shown);
        let text = &text[..text.floor_char_boundary(room)];
        self.shown += text.len();
        for piece in text.split_inclusive('\n') {
            let (words, ends) = match piece.strip_suffix('\n') {
                Some(words) => (words, true),
                None => (piece, false),
            };
            self.line += words;
            if ends {
                self.end();
            } else {
                (self.show)(Shown::Piece(words));
            }
        }
    }

    /// Ends the line under way; blank ones are left out.
    fn end(&mut self) {
        let line = std::mem::take(&mut self.line);
        if !line.trim().is_empty() {
            (self.show)(Shown::Line(line.trim_end()));
        }
    }
}
