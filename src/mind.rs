//! The mind: an event goes in, a thought comes out. Between admission and the judge a packet is
//! here; what thinks may be the embedded model, a hosted one, or a script. A mind only proposes: its
//! bytes reach the wire unchanged or not at all.

use std::time::{Duration, Instant, SystemTime};

use verify::{Finding, Host};

pub mod nano;

/// Something the host may react to: a packet that a link received.
#[derive(Debug)]
pub struct Event {
    /// The host to which it came.
    pub host: Host,
    /// Its number in this run, from 1.
    pub number: u64,
    /// The IPv4 datagram, without any link header.
    pub packet: Vec<u8>,
    /// When it came, for measuring.
    pub received: Instant,
    /// When it came, for the journal.
    pub time: SystemTime,
}

/// What a mind wants done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Send these bytes.
    Send(Vec<u8>),
    /// Send nothing, for this reason (see [`verify::Reason`] for the usual ones).
    Drop(String),
    /// No decision came out; in words, why. Counts as silence.
    Fail(String),
}

/// The outcome of one attempt.
#[derive(Debug, Clone)]
pub struct Thought {
    /// What to do.
    pub action: Action,
    /// Who thought: a model's name.
    pub model: String,
    /// Tokens read and written.
    pub tokens: u64,
    /// How long it took.
    pub took: Duration,
}

/// Anything that can be the host.
pub trait Mind: Send {
    /// Who it is, in the notation of `--model`.
    fn name(&self) -> String;

    /// How often it may try before the host stays silent, at least 1.
    fn attempts(&self) -> u32;

    /// Thinks about `event` for the `attempt`-th time, from 1; `objections` are what the judge found
    /// in the attempt before. `show` is called with each line of reasoning as soon as it stands.
    fn think(
        &mut self,
        event: &Event,
        attempt: u32,
        objections: &[Finding],
        show: &mut dyn FnMut(&str),
    ) -> Thought;
}
