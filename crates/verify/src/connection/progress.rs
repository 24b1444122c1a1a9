//! How far a connection has come (RFC 9293 section 3.3.1), and what a segment that comes on it calls for (section
//! 3.10.7.4).
//!
//! The judge sees what a host sends, not what it thinks: a host may have taken in less than came. So there are
//! two numbers for RCV.NXT, the one that was acknowledged last and the most that may be acknowledged; where they
//! differ, whatever either of them allows is allowed.

use wire::tcp::flag::{ACK, CWR, ECE, FIN, RST, SYN};
use wire::tcp::option;

use super::received::Received;
use super::said::Said;
use super::sequence::{at_most, before, distance, is_between, later};
use crate::Reason;

/// How far a connection has come.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Progress {
    /// Our first sequence number: ISS.
    pub(crate) iss: u32,
    /// The first of ours that is not acknowledged: SND.UNA.
    pub(crate) una: u32,
    /// The next of ours: SND.NXT.
    pub(crate) nxt: u32,
    /// The sequence number of our FIN, once it was sent.
    pub(crate) fin: Option<u32>,
    /// Whether our FIN answered the peer's.
    closes_last: bool,
    /// What the peer lets us send: SND.WND, SND.WL1 and SND.WL2.
    window: (u32, u32, u32),
    /// What the peer's SYN asked for.
    pub(crate) offer: Offer,
    /// The peer's first sequence number: IRS.
    irs: u32,
    /// What we acknowledged last: RCV.NXT at least.
    pub(crate) acknowledged: u32,
    /// What came: RCV.NXT at most.
    pub(crate) received: Received,
    /// The right edge of our window, the furthest that we stated.
    pub(crate) edge: u32,
    /// How far our windows are shifted, and the peer's.
    shifts: (u8, u8),
    /// The peer's last timestamp: TS.Recent.
    pub(crate) recent: u32,
    /// Whether both sides sent timestamps in their SYNs.
    pub(crate) timestamps: bool,
}

/// What a SYN offers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Offer {
    /// The most octets that the peer takes in one segment, with options.
    pub(crate) mss: u16,
    pub(crate) window_scale: Option<u8>,
    pub(crate) timestamps: Option<u32>,
    pub(crate) sack: bool,
    /// Explicit congestion notification (RFC 3168 section 6.1.1).
    pub(crate) ecn: bool,
}

/// The states of a connection (RFC 9293 section 3.3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    SynReceived,
    Established,
    CloseWait,
    FinWait1,
    FinWait2,
    Closing,
    LastAck,
    TimeWait,
}

/// What a segment calls for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Silence.
    Nothing(Reason),
    /// Silence, and the connection is no more.
    Gone(Reason),
    /// Silence, data, or whatever else there is to say.
    Anything,
    /// The same; a host that stays silent listens again.
    Relisten,
    /// An acknowledgment, with data or without.
    Acknowledgment(Cause),
    /// An acknowledgment, or a SYN-ACK.
    SynAck,
    /// A reset.
    Reset,
}

/// Why an acknowledgment is called for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The segment is out of the window, or acknowledges what was not sent.
    Unacceptable,
    /// A SYN, or a reset that is not exact (RFC 5961).
    Challenge,
    /// It carries data or FIN.
    News,
}

impl Offer {
    /// What that SYN offers; `default` is the segment size where it states none.
    pub(crate) fn of(syn: &Said, default: u16) -> Offer {
        Offer {
            mss: syn.mss().unwrap_or(default),
            window_scale: syn.window_scale(),
            timestamps: syn.timestamps().map(|(value, _)| value),
            sack: syn.option(option::SACK_PERMITTED).is_some(),
            ecn: syn.has(ECE | CWR),
        }
    }
}

impl Progress {
    /// A connection that `syn` asked for, and to which `syn_ack` agreed.
    pub(crate) fn opened(syn: &Said, syn_ack: &Said, offer: Offer) -> Progress {
        let scales = offer.window_scale.zip(syn_ack.window_scale());
        let after_syn = syn.sequence.wrapping_add(1);
        let mut opened = Progress {
            iss: syn_ack.sequence,
            una: syn_ack.sequence,
            nxt: syn_ack.sequence.wrapping_add(1),
            fin: None,
            closes_last: false,
            window: (u32::from(syn.window), syn.sequence, syn_ack.sequence),
            offer,
            irs: syn.sequence,
            acknowledged: after_syn,
            received: Received::until(after_syn),
            edge: syn_ack.acknowledgment.wrapping_add(u32::from(syn_ack.window)),
            shifts: scales.map_or((0, 0), |(peers, ours)| (ours, peers)),
            recent: offer.timestamps.unwrap_or_default(),
            timestamps: offer.timestamps.is_some() && syn_ack.timestamps().is_some(),
        };
        opened.take(syn);
        opened.acknowledge(syn_ack.acknowledgment);
        opened
    }

    /// Takes in a segment of the peer, and says what it calls for.
    pub(crate) fn hear(&mut self, said: &Said) -> Answer {
        let answer = self.arrives(said);
        // "If a non-<RST> segment is received without a TSopt, a TCP SHOULD silently drop the segment" (RFC 7323
        // section 3.2).
        let untimed = self.timestamps && said.timestamps().is_none();
        match answer {
            Answer::Acknowledgment(_) | Answer::SynAck | Answer::Reset if untimed => {
                Answer::Anything
            }
            answer => answer,
        }
    }

    /// Takes in a segment of ours.
    pub(crate) fn say(&mut self, said: &Said) {
        let end = said.end();
        if said.has(FIN) && self.fin.is_none() {
            self.fin = Some(end.wrapping_sub(1));
            let all = said.acknowledgment == self.received.next();
            self.closes_last = self.received.is_ended() && all;
        }
        self.nxt = later(self.nxt, end);
        self.acknowledge(said.acknowledgment);
        self.edge = later(self.edge, self.edge_of(said));
    }

    /// Where the window ends that a segment of ours states.
    pub(crate) fn edge_of(&self, said: &Said) -> u32 {
        let shift = if said.has(SYN) { 0 } else { self.shifts.0 };
        said.acknowledgment.wrapping_add(u32::from(said.window) << shift)
    }

    /// SND.UNA+SND.WND: before which new data must end.
    pub(crate) fn limit(&self) -> u32 {
        self.una.wrapping_add(self.window.0)
    }

    /// Whether the peer takes nothing for now.
    pub(crate) fn is_shut(&self) -> bool {
        self.window.0 == 0
    }

    /// The state.
    pub(crate) fn phase(&self) -> Phase {
        let ended = self.received.is_ended();
        match self.fin {
            None if self.una == self.iss => Phase::SynReceived,
            None if ended => Phase::CloseWait,
            None => Phase::Established,
            Some(fin) if before(fin, self.una) && ended => Phase::TimeWait,
            Some(fin) if before(fin, self.una) => Phase::FinWait2,
            Some(_) if self.closes_last => Phase::LastAck,
            Some(_) if ended => Phase::Closing,
            Some(_) => Phase::FinWait1,
        }
    }

    /// SEGMENT ARRIVES: in the order of the section.
    fn arrives(&mut self, said: &Said) -> Answer {
        let reset = said.has(RST);
        if !self.accepts(said) {
            return if reset { Answer::Nothing(Reason::TcpReset) } else { self.unacceptable(said) };
        }
        self.note_timestamp(said);
        if reset {
            return self.reset(said.sequence);
        }
        let phase = self.phase();
        match phase {
            _ if said.has(SYN) => self.synchronized(said),
            _ if !said.has(ACK) => Answer::Nothing(Reason::TcpSegment),
            Phase::SynReceived if !self.is_acceptable(said.acknowledgment) => Answer::Reset,
            _ if before(self.nxt, said.acknowledgment) => {
                Answer::Acknowledgment(Cause::Unacceptable)
            }
            _ => self.acceptable(said, phase),
        }
    }

    /// First: whether any of it lies in the window.
    fn accepts(&self, said: &Said) -> bool {
        let (first, edge) = (self.acknowledged, self.edge);
        let last = said.end().wrapping_sub(1);
        match said.length() {
            0 if [first, self.received.next()].contains(&said.sequence) => true,
            0 => is_between(first, said.sequence, edge),
            _ => is_between(first, said.sequence, edge) || is_between(first, last, edge),
        }
    }

    fn unacceptable(&self, said: &Said) -> Answer {
        let again = match self.phase() {
            Phase::SynReceived => said.sequence == self.irs,
            phase => phase == Phase::TimeWait,
        };
        match said.has(SYN) && !said.has(ACK) && again {
            true => Answer::SynAck,
            false => Answer::Acknowledgment(Cause::Unacceptable),
        }
    }

    /// Second: a reset in the window ends the connection where it is exact.
    fn reset(&self, sequence: u32) -> Answer {
        match [self.acknowledged, self.received.next()].contains(&sequence) {
            true => Answer::Gone(Reason::TcpReset),
            false => Answer::Acknowledgment(Cause::Challenge),
        }
    }

    /// Fourth: a SYN.
    fn synchronized(&self, said: &Said) -> Answer {
        let again = !said.has(ACK);
        match self.phase() {
            // The SYN itself lies before the window, and with data in it the rest does not.
            Phase::SynReceived if said.sequence == self.irs && again => Answer::SynAck,
            Phase::SynReceived => Answer::Relisten,
            Phase::TimeWait if again => Answer::SynAck,
            _ => Answer::Acknowledgment(Cause::Challenge),
        }
    }

    /// Whether an acknowledgment is of something new.
    fn is_acceptable(&self, acknowledgment: u32) -> bool {
        before(self.una, acknowledgment) && at_most(acknowledgment, self.nxt)
    }

    /// Fifth to eighth: its acknowledgment, text and FIN.
    fn acceptable(&mut self, said: &Said, phase: Phase) -> Answer {
        self.hear_acknowledgment(said, phase);
        let is_last = phase == Phase::LastAck && self.una == self.nxt;
        let late = self.received.is_ended() && at_most(self.received.next(), said.sequence);
        match said.length() {
            _ if is_last => Answer::Gone(Reason::TcpSegment),
            0 => Answer::Anything,
            // Text after the FIN is ignored.
            _ if late => Answer::Anything,
            _ => {
                self.take(said);
                Answer::Acknowledgment(Cause::News)
            }
        }
    }

    fn hear_acknowledgment(&mut self, said: &Said, phase: Phase) {
        if before(said.acknowledgment, self.una) {
            return;
        }
        self.una = said.acknowledgment;
        let (_, sequence, acknowledgment) = self.window;
        let same = sequence == said.sequence && at_most(acknowledgment, said.acknowledgment);
        if before(sequence, said.sequence) || same || phase == Phase::SynReceived {
            let window = u32::from(said.window) << self.shifts.1;
            self.window = (window, said.sequence, said.acknowledgment);
        }
    }

    /// Takes in text and FIN, as far as they lie in the window.
    fn take(&mut self, said: &Said) {
        let (from, to) = said.text_numbers();
        let room = distance(from, self.edge);
        if before(self.edge, from) || self.received.is_ended() {
            return;
        }
        let cut = distance(from, to) > room;
        self.received.take(from, if cut { self.edge } else { to });
        if said.has(FIN) && before(to, self.edge) {
            self.received.end(to);
        }
    }

    fn acknowledge(&mut self, acknowledgment: u32) {
        if at_most(acknowledgment, self.received.next()) {
            self.acknowledged = later(self.acknowledged, acknowledgment);
        }
    }

    /// Which timestamp we echo from now on (RFC 7323 section 4.3).
    fn note_timestamp(&mut self, said: &Said) {
        if let Some((value, _)) = said.timestamps().filter(|_| self.timestamps)
            && at_most(self.recent, value)
            && at_most(said.sequence, self.acknowledged)
        {
            self.recent = value;
        }
    }
}
