//! A language model as a mind: the packet becomes a prompt, the completion an action. The budget is asked
//! before every call; a call that fails for a while is repeated; after a veto the model hears the judge's
//! objections. Many minds share one model, each thinking about one packet.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rand::Rng;
use tokio_util::sync::CancellationToken;
use verify::Finding;

use super::{Action, Event, Mind, Shown, Thought};
use crate::backend::price::Price;
use crate::backend::{Backend, BackendError, Completion, Delta, Failure, Spending, Stop, Usage};
use crate::budget::{Budget, Cost, Reservation};
use crate::prompt::{Program, Prompt};
use crate::transcript;

/// How long an answer is waited for where no deadline is set.
const LONGEST_WAIT: Duration = Duration::from_secs(600);
/// How often a call that failed for a while is repeated; once, if part of the answer had come and is paid
/// for.
const REPEATS: u32 = 2;
/// The pause before the first repetition; it doubles, up to the longest.
const PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(4);
/// Most characters of reasoning that are shown and written down for one attempt.
const MOST_REASONING: usize = 64 << 10;

/// A model, and what may be spent on it: what the minds of one host share.
pub struct Model {
    backend: Arc<dyn Backend>,
    program: Program,
    price: Option<Price>,
    budget: Arc<Budget>,
    attempts: u32,
    stop: CancellationToken,
    /// When the endpoint, having said that it is asked too often, may be asked again.
    closed_until: Mutex<Instant>,
}

impl Model {
    /// A model that may try `attempts` times at each packet, and ends what it does when `stop` says so.
    pub fn new(
        backend: Arc<dyn Backend>,
        program: Program,
        price: Option<Price>,
        budget: Arc<Budget>,
        attempts: u32,
        stop: CancellationToken,
    ) -> Arc<Model> {
        let closed_until = Mutex::new(Instant::now());
        Arc::new(Model { backend, program, price, budget, attempts, stop, closed_until })
    }

    /// `provider/model`.
    pub fn name(&self) -> &str {
        self.backend.name()
    }

    /// Asks, and asks again while that may help and there is time. All that was spent is booked. The
    /// error says in words why there is no completion.
    fn complete(
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
    fn cost(&self, prompt: &Prompt) -> Cost {
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

    /// The most that a call about a ping costs.
    pub fn cost_of_a_call(&self) -> Cost {
        let host = verify::Host { address: std::net::Ipv4Addr::LOCALHOST, broadcast: None };
        let prompt = Prompt::new(&self.program, &Event::new(host, 1, vec![0; 84]));
        self.cost(&prompt)
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
        let mut prompt = Prompt::new(&self.model.program, event);
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
        let completed =
            self.model.complete(&prompt, until, &mut spending, &mut |delta| lines.hear(delta));
        lines.end();
        let (action, answer) = match completed {
            Err(why) => (Action::Unavailable(why), None),
            Ok(completion) => {
                let most = self.model.backend.most_output();
                let action = action(&completion, most, &prompt, &event.packet);
                (action, Some(completion.text))
            }
        };
        self.last = Last {
            answer: answer.clone().unwrap_or_default(),
            unread: match &action {
                Action::Fail(why) => why.clone(),
                _ => String::new(),
            },
            unavailable: matches!(action, Action::Unavailable(_)),
        };
        Some(Thought {
            action: finished(action, &self.model.program),
            model: self.model.name().to_owned(),
            tokens: spending.usage.total(),
            took: began.elapsed(),
            spending: Some(spending),
            answer,
        })
    }
}

/// What a completion wants done.
fn action(completion: &Completion, most: u64, prompt: &Prompt, request: &[u8]) -> Action {
    let written = completion.usage.output;
    match &completion.stop {
        Stop::Refused(why) => Action::Fail(format!("the model declined to answer: {why}")),
        // Servers round the limit, but not by a tenth.
        Stop::Length if written < most - most / 10 => Action::Fail(format!(
            "the answer was cut after {written} tokens, although --max-tokens allows {most}: the model's \
             context is full, or its server has a limit of its own"
        )),
        Stop::Length => {
            Action::Fail(format!("the answer was cut at the {most} tokens of --max-tokens"))
        }
        Stop::Done if completion.text.trim().is_empty() => {
            Action::Fail("the answer is empty".into())
        }
        Stop::Done => transcript::read(&completion.text, prompt.form(), request),
    }
}

/// With checksum offload, the reply with its checksums; else as it is.
fn finished(action: Action, program: &Program) -> Action {
    match action {
        Action::Send(mut bytes) if program.offload => {
            crate::offload::fill_checksums(&mut bytes);
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
