//! The mind: an event goes in, a thought comes out. Between admission and the judge a packet is
//! here; what thinks may be the embedded model, a hosted one, several in turn, or a script. A mind
//! only proposes: its bytes reach the wire unchanged or not at all.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use verify::{Finding, Host, Occasion};

use crate::backend::{Spending, Usage};
use crate::memory::{Limits, Recollection, Remember};
use crate::program::Program;

pub mod cascade;
pub mod language;
pub mod nano;

/// Something the host may react to: a packet that a link received, or a timer that went off.
#[derive(Debug, Clone)]
pub struct Event {
    /// The host to which it came.
    pub host: Arc<Host>,
    /// Its number in this run, from 1.
    pub number: u64,
    /// The packet: a frame where the host has an Ethernet address, else an IP packet. For a timer, the
    /// last that came on its flow.
    pub packet: Vec<u8>,
    /// The timer's name, if one went off and no packet came.
    pub timer: Option<String>,
    /// What is remembered of the packet's flow.
    pub recollection: Recollection,
    /// The programs that claim the packet, the root first; none where the host has no programs.
    pub programs: Vec<Arc<Program>>,
    /// When it came, for measuring.
    pub received: Instant,
    /// When it came, for the journal.
    pub time: SystemTime,
    /// When an answer becomes worthless: it is no longer waited for, and not sent. `None`: never.
    pub expires: Option<Instant>,
}

impl Event {
    /// A packet that came just now and may be answered whenever.
    pub fn new(host: impl Into<Arc<Host>>, number: u64, packet: Vec<u8>) -> Event {
        let host = host.into();
        let (received, time) = (Instant::now(), SystemTime::now());
        let (recollection, programs) = (Recollection::default(), Vec::new());
        let (timer, expires) = (None, None);
        Event { host, number, packet, timer, recollection, programs, received, time, expires }
    }

    /// On what occasion a reply to it is judged.
    pub fn occasion(&self) -> Occasion<'_> {
        match self.timer {
            Some(_) => Occasion::Timer(&self.packet),
            None => Occasion::Packet(&self.packet),
        }
    }

    /// The packet that edits change: what came, or for a timer what was sent last.
    pub fn basis(&self) -> &[u8] {
        match (&self.timer, &self.recollection.sent) {
            (Some(_), Some(sent)) => sent,
            _ => &self.packet,
        }
    }

    /// What its flow may remember; `None` if nothing.
    pub fn limits(&self) -> Option<Limits> {
        Limits::of(&self.programs)
    }

    /// Whether an answer would come too late.
    pub fn is_expired(&self) -> bool {
        self.expires.is_some_and(|expires| Instant::now() >= expires)
    }
}

/// What a mind wants done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Send these bytes.
    Send(Vec<u8>),
    /// Send nothing, for this reason (see [`verify::Reason`] for the usual ones).
    Drop(String),
    /// This mind does not speak of such packets, for that reason; another may.
    Pass(String),
    /// No decision came out; in words, why. Counts as silence.
    Fail(String),
    /// The model could not be asked, or was cut off; in words, why. Counts as silence too, and the
    /// same model is not asked about this packet again.
    Unavailable(String),
}

impl Action {
    /// Why nothing is to be sent; `None` where something is.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Action::Send(_) => None,
            Action::Drop(reason)
            | Action::Pass(reason)
            | Action::Fail(reason)
            | Action::Unavailable(reason) => Some(reason),
        }
    }
}

/// The outcome of one attempt.
#[derive(Debug, Clone)]
pub struct Thought {
    /// What to do.
    pub action: Action,
    /// Who thought: a model's name.
    pub model: String,
    /// Tokens read and written, as far as they were counted or had to be paid.
    pub tokens: u64,
    /// How long it took.
    pub took: Duration,
    /// What a hosted model's tokens were and cost.
    pub spending: Option<Spending>,
    /// What a hosted model answered, as it stood.
    pub answer: Option<String>,
    /// What is to be remembered of the flow, if the action is carried out.
    pub remember: Remember,
}

impl Thought {
    /// The kinds of tokens, where they are told apart.
    pub fn usage(&self) -> Option<&Usage> {
        self.spending.as_ref().map(|spending| &spending.usage)
    }
}

/// What can be seen of a thought while it is thought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown<'a> {
    /// A line of reasoning that stands.
    Line(&'a str),
    /// A piece of the line under way, which comes whole as a [`Shown::Line`] later.
    Piece(&'a str),
}

/// Anything that can be the host. It thinks about one packet at a time; who wants to think about
/// several at once has several minds.
pub trait Mind: Send {
    /// Who it is, in the notation of `--model`.
    fn name(&self) -> String;

    /// Thinks about `event` for the `attempt`-th time, from 1; `objections` are what the judge found
    /// in the attempt before. `show` is called with the reasoning as it comes. `None`: that often it
    /// does not try; never so at the first attempt.
    fn think(
        &mut self,
        event: &Event,
        attempt: u32,
        objections: &[Finding],
        show: &mut dyn FnMut(Shown),
    ) -> Option<Thought>;
}
