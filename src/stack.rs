//! The stack: the one loop that takes a packet from the link, has a mind think about it, asks the
//! judge, and transmits what was admitted. `Stack::handle` is the whole story on one screen. There is a
//! thread for each mind, so as many packets are thought about at once; one conversation's replies still
//! leave in its order.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::ScopedJoinHandle;
use std::time::{Duration, Instant, SystemTime};

use tokio_util::sync::CancellationToken;
use verify::{Admitted, Due, Finding, Host, Reason, Session, Veto};

use crate::admission::{Admission, Policy, Refusal};
use crate::budget::Budget;
use crate::flow::{Flow, Order};
use crate::journal::{Act, Journal, Objection, Record, SCHEMA, Statistics, nanoseconds};
use crate::link::Link;
use crate::memory::{Alarm, Memory, Remember};
use crate::mind::{Action, Event, Mind, Shown, Thought};
use crate::notice::Notices;
use crate::program::Library;
use crate::prompt::Form;
use identity::Identity;
pub use identity::host;
use turns::{Turn, Turns};

mod identity;
mod turns;

/// How often a waiting thread looks whether it should stop.
const PULSE: Duration = Duration::from_millis(100);
/// How long answers that are under way when the stack is told to stop may still take.
const GRACE: Duration = Duration::from_secs(2);
/// How often at most refused packets are told of.
const NEWS: Duration = Duration::from_secs(1);
/// Latencies kept for the median; later ones replace earlier ones in turn.
const LATENCIES: usize = 10_000;

/// Who thinks for a host, and about what.
pub struct Thinkers {
    /// As many as may think at once; one at least.
    pub minds: Vec<Box<dyn Mind>>,
    /// Which packets they are asked about.
    pub policy: Policy,
    /// The form in which hosted models reply; `None` where none is hosted.
    pub form: Option<Form>,
    /// Whether the runtime computes checksums for them.
    pub checksum_offload: bool,
    /// Where they leave what a person should know.
    pub notices: Notices,
    /// Ends whatever they are doing.
    pub stop: CancellationToken,
    /// What they may spend; `None` where nobody spends anything.
    pub budget: Option<Arc<Budget>>,
    /// The programs that say what the host speaks; `None` where it is what it is.
    pub library: Option<Library>,
}

/// One mind without any conditions.
impl From<Box<dyn Mind>> for Thinkers {
    fn from(mind: Box<dyn Mind>) -> Thinkers {
        Thinkers {
            minds: vec![mind],
            policy: Policy::default(),
            form: None,
            checksum_offload: false,
            notices: Notices::default(),
            stop: CancellationToken::new(),
            budget: None,
            library: None,
        }
    }
}

/// A host: a link, minds, a judge and a journal.
pub struct Stack<'a> {
    minds: Vec<Box<dyn Mind>>,
    shared: Shared<'a>,
}

/// What the threads of all minds share.
struct Shared<'a> {
    link: Arc<dyn Link>,
    policy: Policy,
    notices: Notices,
    stop: CancellationToken,
    identity: Identity,
    /// What the judge knows of earlier packets. It is not shared with those that think.
    judge: Mutex<Session>,
    /// What the minds themselves wrote down.
    memory: Memory,
    turns: Turns,
    began: Instant,
    journal: &'a Journal,
    order: Order<(Event, Decided)>,
    tally: Mutex<Tally>,
}

/// What is counted while the stack runs.
#[derive(Default)]
struct Tally {
    statistics: Statistics,
    latencies: Vec<f64>,
    told: Option<Instant>,
}

/// What was decided about a packet.
struct Decided {
    outcome: Outcome,
    /// What is to be remembered if that is carried out.
    remember: Remember,
}

/// What becomes of a packet.
enum Outcome {
    /// The judge let a reply pass.
    Reply(Admitted),
    /// The judge let silence pass, for this reason.
    Silence(String),
    /// There is nothing to decide any more, for this reason.
    Moot(String),
    /// No attempt was admitted; in words, why.
    Unanswered(String),
}

impl From<Outcome> for Decided {
    fn from(outcome: Outcome) -> Decided {
        Decided { outcome, remember: Remember::default() }
    }
}

impl<'a> Stack<'a> {
    /// A host that has not seen a packet yet. The journal's first record is written here: a pinger
    /// that starts before [`Stack::run`] gets going must not come before it.
    pub fn new(
        link: Arc<dyn Link>,
        thinkers: impl Into<Thinkers>,
        host: Host,
        journal: &'a Journal,
    ) -> Stack<'a> {
        let mut thinkers = thinkers.into();
        let identity = Identity::new(host, thinkers.library.take());
        journal.record(&start(&thinkers, &identity, &*link));
        let Thinkers { minds, policy, notices, stop, .. } = thinkers;
        let shared = Shared {
            turns: Turns::new(policy.capacity),
            judge: Mutex::new(Session::new(Host::clone(&identity.host()))),
            link,
            policy,
            notices,
            stop,
            identity,
            memory: Memory::default(),
            began: Instant::now(),
            journal,
            order: Order::default(),
            tally: Mutex::default(),
        };
        shared.tell_notices();
        Stack { minds, shared }
    }

    /// Answers packets until `stop` is set and all that were received before are answered, or the
    /// time for that is up.
    ///
    /// # Errors
    /// When the link fails; what came before is answered and recorded all the same.
    pub fn run(self, stop: &AtomicBool) -> io::Result<Statistics> {
        let Stack { minds, shared } = self;
        let admission = Admission::new(shared.policy.clone());
        let (received, outcome) = std::thread::scope(|scope| {
            let (shared, admission) = (&shared, &admission);
            let receiver = scope.spawn(|| shared.receive(admission, stop));
            let work = |mind| scope.spawn(move || shared.work(mind, admission));
            let workers: Vec<_> = minds.into_iter().map(work).collect();
            let received = receiver.join().expect("the receiving thread does not panic");
            shared.wind_up(&workers);
            received
        });
        shared.tell_news(&admission, true);
        let Tally { mut statistics, mut latencies, .. } = std::mem::take(&mut *shared.tally());
        (statistics.received, statistics.timers) = received;
        statistics.median_seconds = median(&mut latencies);
        shared.journal.record(&Record::End { statistics: statistics.clone() });
        outcome.map(|()| statistics)
    }
}

impl Shared<'_> {
    /// What the thread of one mind does.
    fn work(&self, mut mind: Box<dyn Mind>, admission: &Admission) {
        while !admission.is_finished() {
            let enter = |event: &Event| {
                self.order.enter(flow(event), event.number);
                self.turns.enter(flow(event), event.number);
            };
            let Some(mut event) = admission.take(NEWS, enter) else {
                self.tell_news(admission, false);
                continue;
            };
            self.tell_news(admission, false);
            self.identity.prepare(&mut event, |host| self.judge_of().set_host(host.clone()));
            let mut next = self.begin(event, admission);
            while let Some(mut event) = next {
                let decided = match event.is_expired() {
                    true => self.pass_over(&event, "it waited too long for those before it"),
                    false => self.handle(&mut *mind, &mut event),
                };
                next = self.end(event, decided, admission);
            }
        }
    }

    /// The event, if its turn has come. Only what is remembered must take turns.
    fn begin(&self, event: Event, admission: &Admission) -> Option<Event> {
        if event.limits().is_none() {
            return Some(event);
        }
        match self.turns.begin(flow(&event), event) {
            Turn::Now(event) => Some(event),
            Turn::Later => None,
            Turn::Never(event) => {
                let decided = self.pass_over(&event, "too many wait for their turn");
                self.end(event, decided, admission)
            }
        }
    }

    /// Carries out what was decided; the event whose turn that makes it.
    fn end(&self, event: Event, decided: Decided, admission: &Admission) -> Option<Event> {
        let (flow, number) = (flow(&event), event.number);
        self.settle(flow, event, decided, admission);
        self.turns.leave(flow, number)
    }

    fn pass_over(&self, event: &Event, why: &str) -> Decided {
        self.record_arrival(event);
        Outcome::Unanswered(why.into()).into()
    }

    /// Has the outcome carried out, and those that waited for it.
    fn settle(&self, flow: Flow, event: Event, decided: Decided, admission: &Admission) {
        self.tell_notices();
        let number = event.number;
        let mut released = Vec::new();
        self.order.settle(flow, number, (event, decided), |(event, decided)| {
            self.release(&event, decided);
            released.push(event);
        });
        released.iter().for_each(|event| admission.finish(event));
    }

    /// One event: remember, think, judge, think again if need be.
    fn handle(&self, mind: &mut dyn Mind, event: &mut Event) -> Decided {
        event.recollection = self.memory.recall(flow(event), Instant::now());
        self.record_arrival(event);
        if event.timer.as_ref().is_some_and(|name| !self.memory.rings(flow(event), name)) {
            return Outcome::Moot("an answer ended this timer meanwhile".into()).into();
        }
        if Identity::is_unclaimed(event) {
            return self.stay_out(event, "no program claims it".into());
        }
        let mut objections = Vec::new();
        let (mut why, mut passed) = (String::new(), None);
        for attempt in 1.. {
            let Some(thought) = self.think(mind, event, attempt, &objections) else { break };
            passed = match &thought.action {
                Action::Pass(why) => Some(why.clone()),
                _ => None,
            };
            if passed.is_some() {
                objections.clear();
                continue;
            }
            why = match &thought.action {
                Action::Fail(why) | Action::Unavailable(why) => why.clone(),
                _ => "vetoed".into(),
            };
            match self.judge(event, attempt, thought) {
                Ok(decided) => return decided,
                Err(veto) => objections = veto.findings,
            }
            if event.is_expired() {
                break;
            }
        }
        match passed {
            Some(reason) => self.stay_out(event, reason),
            None => Outcome::Unanswered(why).into(),
        }
    }

    /// Silence about what nobody here speaks; where a reply was due, that is said.
    fn stay_out(&self, event: &Event, reason: String) -> Decided {
        let admitted = self.judge_of().admit_silence(self.began.elapsed(), event.occasion());
        let outcome = match admitted {
            Ok(()) => Outcome::Silence(reason),
            Err(_) => Outcome::Unanswered(reason),
        };
        outcome.into()
    }

    fn record_arrival(&self, event: &Event) {
        let (packet, time_ns) = (event.number, nanoseconds(event.time));
        let notes = event.recollection.notes.clone();
        self.journal.record(&match &event.timer {
            None => Record::Request {
                packet,
                time_ns,
                bytes: wire::hex::encode(&event.packet),
                programs: event.programs.iter().map(|program| program.name.clone()).collect(),
                notes,
            },
            Some(name) => Record::Timer {
                packet,
                time_ns,
                name: name.clone(),
                bytes: wire::hex::encode(event.basis()),
                notes,
            },
        });
    }

    fn think(
        &self,
        mind: &mut dyn Mind,
        event: &Event,
        attempt: u32,
        objections: &[Finding],
    ) -> Option<Thought> {
        let (packet, journal) = (event.number, self.journal);
        let mut show = |shown: Shown| match shown {
            Shown::Line(text) => {
                journal.record(&Record::Reasoning { packet, attempt, text: text.into() });
            }
            Shown::Piece(text) => journal.piece(packet, attempt, text),
        };
        let thought = mind.think(event, attempt, objections, &mut show)?;
        let (action, reason, bytes) = match &thought.action {
            Action::Send(bytes) => (Act::Send, None, Some(wire::hex::encode(bytes))),
            Action::Drop(reason) => (Act::Drop, Some(reason.clone()), None),
            Action::Pass(reason) => (Act::Pass, Some(reason.clone()), None),
            Action::Fail(reason) => (Act::Fail, Some(reason.clone()), None),
            Action::Unavailable(reason) => (Act::Unavailable, Some(reason.clone()), None),
        };
        self.tally().statistics.spend(&thought);
        self.journal.record(&Record::Thought {
            packet,
            attempt,
            model: thought.model.clone(),
            action,
            reason,
            bytes,
            tokens: thought.tokens,
            seconds: thought.took.as_secs_f64(),
            spending: thought.spending,
            answer: thought.answer.clone(),
            note: thought.remember.note.clone(),
            timers: thought.remember.timers.clone(),
        });
        Some(thought)
    }

    fn judge(&self, event: &Event, attempt: u32, thought: Thought) -> Result<Decided, Veto> {
        let was_asked = !matches!(thought.action, Action::Unavailable(_));
        let (now, occasion) = (self.began.elapsed(), event.occasion());
        let outcome = match thought.action {
            Action::Send(bytes) => self.judge_of().admit(now, occasion, bytes).map(Outcome::Reply),
            Action::Drop(reason)
            | Action::Pass(reason)
            | Action::Fail(reason)
            | Action::Unavailable(reason) => {
                self.judge_of().admit_silence(now, occasion).map(|()| Outcome::Silence(reason))
            }
        };
        let findings = match &outcome {
            Ok(Outcome::Reply(admitted)) => admitted.remarks(),
            Ok(_) => &[],
            Err(veto) => &veto.findings,
        };
        self.tally().statistics.vetoed += u64::from(outcome.is_err() && was_asked);
        self.journal.record(&Record::Verdict {
            packet: event.number,
            attempt,
            admitted: outcome.is_ok(),
            findings: findings.iter().map(Objection::from).collect(),
        });
        outcome.map(|outcome| Decided { outcome, remember: thought.remember })
    }

    /// Carries out what was decided, when those before it in its flow have been.
    fn release(&self, event: &Event, Decided { outcome, remember }: Decided) {
        match outcome {
            Outcome::Reply(admitted) if !event.is_expired() => {
                if self.transmit(event, &admitted) {
                    self.take_in(event, &remember, Some(&admitted));
                }
            }
            Outcome::Reply(_) => {
                self.tally().statistics.late += 1;
                self.stay_silent(event, "the reply came too late to be of use".into());
            }
            Outcome::Silence(reason) => {
                self.tally().statistics.silent += 1;
                self.take_in(event, &remember, None);
                self.stay_silent(event, reason);
            }
            Outcome::Moot(reason) => {
                self.tally().statistics.silent += 1;
                self.stay_silent(event, reason);
            }
            // Nobody knows of this packet: as if it had been lost on its way.
            Outcome::Unanswered(reason) => {
                self.tally().statistics.unanswered += 1;
                self.stay_silent(event, reason);
            }
        }
    }

    /// What was done becomes what is known: to the judge, and to the model.
    fn take_in(&self, event: &Event, remember: &Remember, sent: Option<&[u8]>) {
        let (now, occasion) = (self.began.elapsed(), event.occasion());
        let mut judge = self.judge_of();
        // What a damaged packet says is not the last that its flow said.
        let counts = match judge.due(now, occasion) {
            Due::Silence(reason) => reason == Reason::TcpSegment,
            Due::Reply | Due::Either(_) => true,
        };
        judge.settle(now, occasion, sent);
        let Some(limits) = event.limits() else { return };
        // A host that gives up a connection says so; what is in its notes it does not say.
        if remember.note.as_deref() == Some("") {
            judge.forget(&event.packet);
        }
        drop(judge);
        let packets = (counts.then_some(&event.packet[..]), sent);
        self.memory.settle(flow(event), remember, packets, limits, Instant::now());
    }

    /// Whether the link took it.
    fn transmit(&self, event: &Event, admitted: &Admitted) -> bool {
        // Taken before the system call: what wakes up after it may keep this thread waiting.
        let seconds = event.received.elapsed().as_secs_f64();
        let transmitted = self.journal.record_after(|| {
            self.link.transmit(admitted)?;
            Ok(Record::Reply {
                packet: event.number,
                time_ns: nanoseconds(SystemTime::now()),
                bytes: wire::hex::encode(admitted),
                seconds,
            })
        });
        match &transmitted {
            Ok(()) => self.tally().reply(seconds),
            Err(error) => {
                // The peer is gone or its queue is full: a host loses such a packet, it does not die.
                self.tally().statistics.unanswered += 1;
                self.stay_silent(event, format!("the link did not take the reply: {error}"));
            }
        }
        transmitted.is_ok()
    }

    fn stay_silent(&self, event: &Event, reason: String) {
        let seconds = event.received.elapsed().as_secs_f64();
        self.journal.record(&Record::Silence { packet: event.number, reason, seconds });
    }

    /// Waits for the workers, and after a while ends what they are waiting for.
    fn wind_up(&self, workers: &[ScopedJoinHandle<()>]) {
        let end = Instant::now() + GRACE;
        while workers.iter().any(|worker| !worker.is_finished()) {
            if Instant::now() >= end {
                return self.stop.cancel();
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Tells what was refused since the last time, but not more often than a person wants to hear it:
    /// a flood must not fill the journal.
    fn tell_news(&self, admission: &Admission, at_last: bool) {
        self.tell_notices();
        // Before the tally is locked: who takes a packet from admission locks flows under it, who
        // releases a flow locks the tally under that, and so this must not wait for admission.
        let refused = admission.refused();
        let mut tally = self.tally();
        if !at_last && tally.told.is_some_and(|told| told.elapsed() < NEWS) {
            return;
        }
        for (refusal, packets) in refused {
            let known = match refusal {
                Refusal::Queue => &mut tally.statistics.overflowed,
                _ => tally.statistics.refused.entry(refusal).or_default(),
            };
            if packets > std::mem::replace(known, packets) {
                tally.told = Some(Instant::now());
                self.journal.record(&match refusal {
                    Refusal::Queue => Record::Overflow { dropped: packets },
                    reason => Record::Refused { reason, packets },
                });
            }
        }
    }

    fn tell_notices(&self) {
        for text in self.notices.take() {
            self.journal.record(&Record::Notice { text });
        }
    }

    /// The receiving thread: lets packets in, and timers that went off, until `stop` is set or the link
    /// fails; how many packets and timers there were.
    fn receive(&self, admission: &Admission, stop: &AtomicBool) -> ((u64, u64), io::Result<()>) {
        // However this thread ends: those that wait for packets must learn that none comes.
        let _closing = Closing(admission);
        let mut buffer = vec![0; wire::MAX_DATAGRAM];
        let (mut packets, mut timers) = (0, 0);
        let outcome = loop {
            if stop.load(Ordering::Relaxed) {
                break Ok(());
            }
            let now = Instant::now();
            for Alarm { name, received } in self.memory.alarms(now) {
                timers += 1;
                let event = Event::new(self.identity.host(), packets + timers, received);
                admission.offer(Event { timer: Some(name), ..event });
            }
            let until = self.memory.next_alarm().map(|alarm| alarm.saturating_duration_since(now));
            match self.link.receive(&mut buffer, until.unwrap_or(PULSE).min(PULSE)) {
                Ok(Some(length)) => {
                    packets += 1;
                    let (host, packet) = (self.identity.host(), buffer[..length].to_vec());
                    admission.offer(Event::new(host, packets + timers, packet));
                }
                Ok(None) => {}
                Err(error) => break Err(error),
            }
        };
        ((packets, timers), outcome)
    }

    fn judge_of(&self) -> MutexGuard<'_, Session> {
        self.judge.lock().expect("no thread panicked")
    }

    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().expect("no thread panicked")
    }
}

impl Tally {
    fn reply(&mut self, seconds: f64) {
        if self.latencies.len() < LATENCIES {
            self.latencies.push(seconds);
        } else {
            self.latencies[self.statistics.replied as usize % LATENCIES] = seconds;
        }
        self.statistics.replied += 1;
    }
}

/// The flow of an event.
fn flow(event: &Event) -> Flow {
    Flow::of(event.host.link(), &event.packet)
}

/// The journal's first record.
fn start(thinkers: &Thinkers, identity: &Identity, link: &dyn Link) -> Record {
    let Thinkers { minds, form, checksum_offload, .. } = thinkers;
    let host = identity.host();
    Record::Start {
        schema: SCHEMA,
        program: format!("softstack {}", env!("CARGO_PKG_VERSION")),
        model: minds.first().map(|mind| mind.name()).unwrap_or_default(),
        address: host.address.to_string(),
        ipv6: host.ipv6,
        mac: host.mac.map(|mac| mac.to_string()),
        programs: identity.programs(),
        link: link.description(),
        checksum_offload: *checksum_offload,
        form: *form,
        time_ns: nanoseconds(SystemTime::now()),
    }
}

/// Closes admission when dropped.
struct Closing<'a>(&'a Admission);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// The median, which leaves the values partly sorted.
pub fn median(values: &mut [f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// The value below which that part of the values lies, 0 to 1; leaves them partly sorted.
pub fn quantile(values: &mut [f64], part: f64) -> Option<f64> {
    let at = ((values.len() as f64 * part) as usize).min(values.len().saturating_sub(1));
    (!values.is_empty()).then(|| *values.select_nth_unstable_by(at, f64::total_cmp).1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admission::Policy;
    use crate::link::memory::MemoryLink;

    const HOST: Host = Host::echo(std::net::Ipv4Addr::new(10, 0, 0, 1), None);

    /// Drops whatever comes, at once.
    struct Dropper;

    impl Mind for Dropper {
        fn name(&self) -> String {
            "dropper".into()
        }

        fn think(
            &mut self,
            _: &Event,
            attempt: u32,
            _: &[Finding],
            _: &mut dyn FnMut(Shown),
        ) -> Option<Thought> {
            (attempt == 1).then(|| Thought {
                action: Action::Drop("not-for-me".into()),
                model: self.name(),
                tokens: 0,
                took: Duration::ZERO,
                spending: None,
                answer: None,
                remember: Default::default(),
            })
        }
    }

    /// Many minds that think in no time are all in the stack's own code, all the time: what they lock they
    /// must lock in one order. (They did not, and stood still after some ten thousand packets.)
    #[test]
    fn many_quick_minds_do_not_lock_each_other_out() {
        const PACKETS: u64 = 150_000;
        let (link, wire) = MemoryLink::pair();
        let mind: Box<dyn Mind> = Box::new(Dropper);
        let minds = (0..32).map(|_| Box::new(Dropper) as Box<dyn Mind>).collect();
        let policy = Policy { deduplicate: true, capacity: 1_000, ..Policy::default() };
        let thinkers = Thinkers { minds, policy, ..Thinkers::from(mind) };
        let (stop, stopped) = (Arc::new(AtomicBool::new(false)), std::sync::mpsc::channel());
        let (flag, tell) = (Arc::clone(&stop), stopped.0);
        std::thread::spawn(move || {
            let journal = Journal::new();
            let statistics = Stack::new(Arc::new(link), thinkers, HOST, &journal).run(&flag);
            tell.send(statistics).expect("the test waits");
        });
        for number in 0..PACKETS {
            let source = [10, 0, 1, number as u8 % 8].into();
            let elsewhere = [10, 0, 0, 9].into();
            let identification = number as u16;
            let echo = wire::Echo { identification, ..wire::Echo::new(source, elsewhere) };
            // One that stands still takes no more.
            let end = Instant::now() + Duration::from_secs(60);
            while wire
                .send(echo.request())
                .is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
            {
                assert!(Instant::now() < end, "it stands still after {number} packets");
                std::thread::yield_now();
            }
        }
        stop.store(true, Ordering::Relaxed);
        let statistics = stopped.1.recv_timeout(Duration::from_secs(60)).expect("it stands still");
        let Statistics { received, silent, overflowed, refused, .. } = statistics.expect("a link");
        let refused: u64 = refused.values().sum();
        assert_eq!(received, silent + overflowed + refused);
        assert!(received >= PACKETS - 1_000, "{received}");
    }
}
