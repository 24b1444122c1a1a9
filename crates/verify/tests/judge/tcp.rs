//! TCP, written against RFC 9293: whole connections step by step with wrong replies at each, every state
//! against every kind of segment, floods, what Linux sends, and anything at all.

use std::time::Duration;

use verify::{Due, Occasion, Reason, Session};

use crate::segments::{HOST, Line, MSS, Segment};

mod linux;
mod random;
mod states;
mod walk;

/// Numbers that wrap at once, in the middle of the handshake, and not for long.
const INITIAL: [(u32, u32); 4] =
    [(1000, 5000), (u32::MAX, u32::MAX - 1), (u32::MAX - 3, 0x7fff_fffd), (0x7fff_ffff, u32::MAX)];

/// A session, and what time it is.
struct Judge {
    session: Session,
    now: Duration,
}

impl Judge {
    fn new() -> Judge {
        Judge { session: Session::new(HOST), now: Duration::ZERO }
    }

    fn due(&self, came: &Segment) -> Due {
        self.session.due(self.now, Occasion::Packet(&came.bytes()))
    }

    /// The rules that veto a reply.
    fn vetoes(&self, came: &Segment, reply: Option<&Segment>) -> Vec<&'static str> {
        self.vetoes_on(Occasion::Packet(&came.bytes()), reply)
    }

    /// The rules that veto what is sent on a timer.
    fn timer_vetoes(&self, last: &Segment, sent: &Segment) -> Vec<&'static str> {
        self.vetoes_on(Occasion::Timer(&last.bytes()), Some(sent))
    }

    fn vetoes_on(&self, occasion: Occasion, reply: Option<&Segment>) -> Vec<&'static str> {
        let bytes = reply.map(Segment::bytes);
        let findings = self.session.judge(self.now, occasion, bytes.as_deref());
        let vetoes: Vec<_> = findings.iter().filter(|found| found.rule.level.vetoes()).collect();
        let admitted = match bytes {
            Some(bytes) => self.session.admit(self.now, occasion, bytes).is_ok(),
            None => self.session.admit_silence(self.now, occasion).is_ok(),
        };
        assert_eq!(admitted, vetoes.is_empty(), "{findings:?}");
        vetoes.iter().map(|found| found.rule.id).collect()
    }

    /// Carries out an exchange that must be admitted.
    fn carry_out(&mut self, came: &Segment, reply: Option<&Segment>) {
        assert_eq!(self.vetoes(came, reply), [""; 0], "{came:?} {reply:?}");
        self.settle(came, reply);
    }

    fn settle(&mut self, came: &Segment, reply: Option<&Segment>) {
        let (came, reply) = (came.bytes(), reply.map(Segment::bytes));
        self.session.settle(self.now, Occasion::Packet(&came), reply.as_deref());
    }

    /// Sends something on a timer that must be admitted.
    fn send(&mut self, last: &Segment, sent: &Segment) {
        assert_eq!(self.timer_vetoes(last, sent), [""; 0], "{sent:?}");
        let (last, sent) = (last.bytes(), sent.bytes());
        self.session.settle(self.now, Occasion::Timer(&last), Some(&sent));
    }

    /// Opens a connection.
    fn open(&mut self, line: &Line) {
        let syn = line.peer("S", 0, 0).options(MSS);
        self.carry_out(&syn, Some(&line.host("SA", 0, 1).options(MSS)));
        self.carry_out(&line.peer("A", 1, 1), None);
    }

    /// Whether a connection is known: a bare acknowledgment to none is reset.
    fn knows(&self, line: &Line, next: (u32, u32)) -> bool {
        self.due(&line.peer("A", next.0, next.1)) == Due::Either(Reason::TcpSegment)
    }
}
