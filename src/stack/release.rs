//! What was decided is carried out, in the order of the flow: a reply goes onto the wire, and what was done
//! becomes what is known.

use std::io;
use std::time::{Instant, SystemTime};

use verify::{Admitted, Due, Reason};

use super::attempts::{Decided, Outcome};
use super::{Shared, flow};
use crate::journal::{Record, Statistics, nanoseconds};
use crate::memory::Remember;
use crate::mind::Event;

impl Shared<'_> {
    /// Carries out what was decided, when those before it in its flow have been. Nobody knows of an event that
    /// came to nothing: it is as if it had been lost on its way.
    pub(super) fn release(&self, event: &Event, Decided { outcome, remember }: Decided) {
        match outcome {
            Outcome::Reply(_) if event.is_expired() => {
                let reason = "the reply came too late to be of use";
                self.come_to_nothing(event, |count| &mut count.late, reason.into());
            }
            Outcome::Reply(admitted) => match self.transmit(event, &admitted) {
                Ok(()) => self.take_in(event, &remember, Some(&admitted)),
                // The peer is gone or its queue is full: a host loses such a packet, it does not die.
                Err(error) => {
                    let reason = format!("the link did not take the reply: {error}");
                    self.come_to_nothing(event, |count| &mut count.unanswered, reason);
                }
            },
            Outcome::Silence(reason) => {
                self.take_in(event, &remember, None);
                self.stay_silent(event, |count| &mut count.silent, reason);
            }
            Outcome::Moot(reason) => self.stay_silent(event, |count| &mut count.silent, reason),
            Outcome::Unanswered(reason) => {
                self.come_to_nothing(event, |count| &mut count.unanswered, reason);
            }
        }
    }

    /// What was done becomes what is known: to the judge, and to the model.
    fn take_in(&self, event: &Event, remember: &Remember, sent: Option<&[u8]>) {
        let (now, occasion) = (self.began.elapsed(), event.occasion());
        let mut judge = self.judge_of();
        let Some(limits) = event.limits() else {
            return judge.settle(now, occasion, sent);
        };
        let due = judge.due(now, occasion);
        judge.settle(now, occasion, sent);
        let reset = Due::Silence(Reason::TcpReset);
        let counts = due != reset && !is_void(due);
        // Timers too stay as they are when whoever likes sends what is damaged.
        if is_void(due) && event.timer.is_none() && *remember == Remember::default() {
            return;
        }
        // A host that gives up a connection says so; what is in its notes it does not say.
        if remember.note.as_deref() == Some("") {
            judge.forget(&event.packet);
        }
        drop(judge);
        let packets = (counts.then_some(&event.packet[..]), sent);
        self.memory.settle(flow(event), remember, packets, limits, Instant::now());
    }

    fn transmit(&self, event: &Event, admitted: &Admitted) -> io::Result<()> {
        // Taken before the system call: what wakes up after it may keep this thread waiting.
        let seconds = event.received.elapsed().as_secs_f64();
        self.journal.record_after(|| {
            self.link.transmit(admitted)?;
            Ok(Record::Reply {
                packet: event.number,
                time_ns: nanoseconds(SystemTime::now()),
                bytes: wire::hex::encode(admitted),
                seconds,
            })
        })?;
        self.tally().reply(seconds);
        Ok(())
    }

    fn come_to_nothing(&self, event: &Event, count: Count, reason: String) {
        self.miss(event);
        self.stay_silent(event, count, reason);
    }

    fn stay_silent(&self, event: &Event, count: Count, reason: String) {
        *count(&mut self.tally().statistics) += 1;
        let seconds = event.received.elapsed().as_secs_f64();
        self.journal.record(&Record::Silence { packet: event.number, reason, seconds });
    }
}

/// Whether a packet that calls for this says nothing to its flow: it is damaged, or not for the host.
fn is_void(due: Due) -> bool {
    let settled = [Reason::TcpReset, Reason::TcpSegment].map(Due::Silence);
    matches!(due, Due::Silence(_)) && !settled.contains(&due)
}

/// As what an event without a reply counts.
type Count = fn(&mut Statistics) -> &mut u64;
