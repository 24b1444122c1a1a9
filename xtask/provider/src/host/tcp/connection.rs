//! What a connection has come to, as it stands in notes:
//! `ESTABLISHED snd 5c6d7e90 una 5c6d7e90 rcv 0000002b rto 3 mss 1460 wnd 64240`, then what was said on it.

use std::fmt;

use wire::hex;

use super::segment::{Segment, WINDOW};
use crate::host::http::{Answer, Ending, Request};
use crate::host::mind::Mind;

/// Seconds until the first retransmission.
pub(super) const FIRST_TIMEOUT: u32 = 3;
/// The seconds after which there is no further one: five were in vain.
pub(super) const LAST_TIMEOUT: u32 = FIRST_TIMEOUT << 5;
/// Seconds that a connection is kept for after its end, for a FIN that comes again.
const LINGER: u32 = 60;
/// The segment size of who states none (RFC 9293 section 3.7.1).
const DEFAULT_MSS: u16 = 536;
/// The least segment that carries any data.
const LEAST_MSS: u16 = 1;

/// A connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Connection {
    pub state: State,
    /// The next number that is sent.
    pub snd: u32,
    /// The oldest that is not acknowledged.
    pub una: u32,
    /// The next that is expected.
    pub rcv: u32,
    /// Seconds until what is not acknowledged is sent again.
    pub rto: u32,
    /// The longest segment that the peer takes.
    pub mss: u16,
    /// The peer's window.
    pub window: u16,
    /// What was said on it.
    pub talk: Talk,
}

/// What was said on a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Talk {
    /// So much of a request came.
    Request(Request),
    /// It is answered with that, from this number on.
    Answer(Answer, u32),
}

/// The states of a connection (RFC 9293 section 3.3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    SynReceived,
    Established,
    CloseWait,
    FinWait1,
    FinWait2,
    Closing,
    LastAck,
    TimeWait,
}

impl Connection {
    /// One that begins with a SYN.
    pub fn begun(syn: &Segment, initial: u32) -> Connection {
        Connection {
            state: State::SynReceived,
            snd: initial.wrapping_add(1),
            una: initial,
            rcv: syn.sequence.wrapping_add(1),
            rto: FIRST_TIMEOUT,
            mss: syn.mss.unwrap_or(DEFAULT_MSS).max(LEAST_MSS),
            window: syn.window,
            talk: Talk::Request(Request::default()),
        }
    }

    /// Reads notes; `None` where they are not of a connection. Who noted no segment size or window gets
    /// what is always allowed.
    pub fn read(notes: &str) -> Option<Connection> {
        let mut words = notes.split_whitespace();
        let state = State::named(words.next()?)?;
        let mut connection = Connection {
            state,
            snd: 0,
            una: 0,
            rcv: 0,
            rto: FIRST_TIMEOUT,
            mss: DEFAULT_MSS,
            window: DEFAULT_MSS,
            talk: Talk::Request(Request::default()),
        };
        while let Some(word) = words.next() {
            let value = words.next()?;
            let number = || u32::from_str_radix(value, 16).ok();
            match word {
                "snd" => connection.snd = number()?,
                "una" => connection.una = number()?,
                "rcv" => connection.rcv = number()?,
                "rto" => connection.rto = value.parse().ok()?,
                "mss" => connection.mss = value.parse().ok()?,
                "wnd" => connection.window = value.parse().ok()?,
                _ => connection.talk = Talk::read(word, value, words.next())?,
            }
        }
        Some(connection)
    }

    /// Writes it into the notes, and sets the timers that it needs.
    pub fn note(&self, mind: &mut Mind) {
        mind.note = Some(self.to_string());
        self.set_timers(mind);
    }

    /// Sets the timers that it needs.
    pub fn set_timers(&self, mind: &mut Mind) {
        mind.timers.clear();
        if self.state == State::TimeWait {
            mind.timers.push(("expire", LINGER));
        } else if !self.is_all_acknowledged() || self.has_more(mind) {
            mind.timers.push(("retransmit", self.rto));
        }
    }

    /// Whether a segment lies in the window, at least in part (RFC 9293 section 3.4).
    pub fn accepts(&self, segment: &Segment) -> bool {
        let begin = i64::from(segment.sequence.wrapping_sub(self.rcv) as i32);
        let end = begin + i64::from(segment.length());
        let is_early = begin < i64::from(WINDOW);
        is_early && if segment.length() == 0 { begin >= 0 } else { end > 0 }
    }

    /// Takes in an acknowledgment of what was sent.
    pub fn acknowledged(&mut self, segment: &Segment) {
        if self.una != segment.acknowledgment {
            self.una = segment.acknowledgment;
            self.rto = FIRST_TIMEOUT;
        }
        self.window = segment.window;
        if self.is_all_acknowledged() {
            self.state = self.state.after_my_fin_is_acknowledged();
        }
    }

    /// Whether nothing is under way.
    pub fn is_all_acknowledged(&self) -> bool {
        self.una == self.snd
    }

    /// Whether the answer is not yet all sent.
    pub fn has_more(&self, mind: &Mind) -> bool {
        matches!(self.talk, Talk::Answer(..))
            && self.state.may_send()
            && !self.rest(mind).is_empty()
    }

    /// What of the answer was not yet sent.
    pub fn rest(&self, mind: &Mind) -> Vec<u8> {
        self.answer_from(self.snd, mind)
    }

    /// The answer from that number on.
    pub fn answer_from(&self, number: u32, mind: &Mind) -> Vec<u8> {
        let Talk::Answer(answer, first) = self.talk else { return Vec::new() };
        let said = number.wrapping_sub(first) as usize;
        answer.text(&mind.programs).get(said..).unwrap_or_default().to_vec()
    }
}

impl fmt::Display for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Connection { state, snd, una, rcv, rto, mss, window, talk } = self;
        let state = state.name();
        write!(f, "{state} snd {snd:08x} una {una:08x} rcv {rcv:08x} rto {rto} ")?;
        write!(f, "mss {mss} wnd {window}")?;
        match talk {
            Talk::Request(Request::Line(line)) if line.is_empty() => Ok(()),
            Talk::Request(Request::Line(line)) => write!(f, " line {}", hex::encode(line)),
            Talk::Request(Request::Headers(answer, ending)) => {
                write!(f, " asks {} {}", answer.name(), ending.name())
            }
            // It is answered at once.
            Talk::Request(Request::Whole(_)) => Ok(()),
            Talk::Answer(answer, first) => write!(f, " says {} {first:08x}", answer.name()),
        }
    }
}

impl Talk {
    fn read(word: &str, value: &str, more: Option<&str>) -> Option<Talk> {
        Some(match word {
            "line" => Talk::Request(Request::Line(hex::parse(value).ok()?)),
            "asks" => Talk::Request(Request::Headers(Answer::named(value)?, Ending::named(more?)?)),
            "says" => Talk::Answer(Answer::named(value)?, u32::from_str_radix(more?, 16).ok()?),
            _ => return None,
        })
    }
}

impl State {
    const NAMES: [(State, &'static str); 8] = [
        (State::SynReceived, "SYN-RECEIVED"),
        (State::Established, "ESTABLISHED"),
        (State::CloseWait, "CLOSE-WAIT"),
        (State::FinWait1, "FIN-WAIT-1"),
        (State::FinWait2, "FIN-WAIT-2"),
        (State::Closing, "CLOSING"),
        (State::LastAck, "LAST-ACK"),
        (State::TimeWait, "TIME-WAIT"),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        State::NAMES.iter().find(|(state, _)| *state == self).map_or("", |(_, name)| name)
    }

    /// Whether the peer may still send data.
    pub fn takes_data(self) -> bool {
        matches!(self, State::Established | State::FinWait1 | State::FinWait2)
    }

    /// Whether this host may still send data.
    pub fn may_send(self) -> bool {
        matches!(self, State::Established | State::CloseWait)
    }

    /// The state after the peer's FIN.
    pub fn after_their_fin(self) -> State {
        match self {
            State::Established => State::CloseWait,
            State::FinWait1 => State::Closing,
            State::FinWait2 => State::TimeWait,
            state => state,
        }
    }

    /// The state after this host's FIN.
    pub fn after_my_fin(self) -> State {
        match self {
            State::CloseWait => State::LastAck,
            _ => State::FinWait1,
        }
    }

    fn after_my_fin_is_acknowledged(self) -> State {
        match self {
            State::FinWait1 => State::FinWait2,
            State::Closing => State::TimeWait,
            state => state,
        }
    }

    fn named(name: &str) -> Option<State> {
        State::NAMES.iter().find(|(_, other)| *other == name).map(|(state, _)| *state)
    }
}
