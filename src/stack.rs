//! The stack: the one loop that takes a packet from the link, has a mind think about it, asks the
//! judge, and transmits what was admitted. `Shared::work` and `Shared::handle` are the whole story on one
//! screen. There is a thread for each mind, so as many packets are thought about at once; one
//! conversation's replies still leave in its order.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::ScopedJoinHandle;
use std::time::{Duration, Instant, SystemTime};

use tokio_util::sync::CancellationToken;
use verify::{Host, Session};

use crate::admission::{Admission, Policy};
use crate::budget::Budget;
use crate::flow::{Flow, Order, Turn};
use crate::journal::{Journal, Record, SCHEMA, Statistics, nanoseconds};
use crate::link::Link;
use crate::memory::Memory;
use crate::mind::{Event, Mind};
use crate::notice::Notices;
use crate::program::Library;
use crate::prompt::Form;
use attempts::{Decided, Outcome};
use identity::Identity;
pub use identity::host;
use tally::Tally;
pub use tally::{median, quantile};

mod attempts;
mod identity;
mod release;
mod tally;

/// How often a waiting thread looks whether it should stop.
const PULSE: Duration = Duration::from_millis(100);
/// How long answers that are under way when the stack is told to stop may still take.
const GRACE: Duration = Duration::from_secs(2);
/// How often at most refused packets are told of.
const NEWS: Duration = Duration::from_secs(1);

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
    began: Instant,
    journal: &'a Journal,
    order: Order<Event, (Event, Decided)>,
    tally: Mutex<Tally>,
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
            order: Order::new(policy.capacity),
            judge: Mutex::new(Session::new(Host::clone(&identity.host()))),
            link,
            policy,
            notices,
            stop,
            identity,
            memory: Memory::default(),
            began: Instant::now(),
            journal,
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
        let mut statistics = std::mem::take(&mut *shared.tally()).statistics();
        (statistics.received, statistics.timers) = received;
        shared.journal.record(&Record::End { statistics: statistics.clone() });
        outcome.map(|()| statistics)
    }
}

impl Shared<'_> {
    /// What the thread of one mind does.
    fn work(&self, mut mind: Box<dyn Mind>, admission: &Admission) {
        while !admission.is_finished() {
            let enter = |event: &Event| self.order.enter(flow(event), event.number);
            let taken = admission.take(NEWS, enter);
            self.tell_news(admission, false);
            let mut turn = taken.and_then(|event| self.begin(event, admission));
            while let Some(mut event) = turn {
                let decided = self.handle(&mut *mind, &mut event);
                turn = self.settle(event, decided, admission);
            }
        }
    }

    /// The event whose turn it is: of a flow that is remembered each thought reads what the one before wrote,
    /// so its next events wait. Whoever settles the one before is handed the next.
    fn begin(&self, mut event: Event, admission: &Admission) -> Option<Event> {
        self.prepare(&mut event);
        if event.limits().is_none() {
            return Some(event);
        }
        match self.order.begin(flow(&event), event.number, event) {
            Turn::Now(event) => Some(event),
            Turn::Later => None,
            Turn::Never(event) => {
                self.record_arrival(&event);
                let outcome = Outcome::Unanswered("too many wait for their turn".into());
                self.settle(event, outcome.into(), admission)
            }
        }
    }

    /// Says to the event who the host is at this moment.
    fn prepare(&self, event: &mut Event) {
        self.identity.prepare(event, |host| self.judge_of().set_host(host.clone()));
    }

    /// One event: remember, think, judge, think again if need be.
    fn handle(&self, mind: &mut dyn Mind, event: &mut Event) -> Decided {
        event.recollection = self.memory.recall(flow(event), Instant::now());
        self.record_arrival(event);
        match self.foregone(event) {
            Some(outcome) => outcome.into(),
            None => self.attempt(mind, event),
        }
    }

    /// What need not be thought about.
    fn foregone(&self, event: &Event) -> Option<Outcome> {
        let has_ended = |name: &String| !self.memory.rings(flow(event), name);
        if event.timer.as_ref().is_some_and(has_ended) {
            return Some(Outcome::Moot("an answer ended this timer meanwhile".into()));
        }
        if event.is_expired() {
            return Some(Outcome::Unanswered("it waited too long for those before it".into()));
        }
        Identity::is_unclaimed(event).then(|| self.stay_out(event, "no program claims it".into()))
    }

    /// Has the outcome carried out, and those that waited for it. The event of the flow whose turn has come,
    /// if one waits for it.
    fn settle(&self, event: Event, decided: Decided, admission: &Admission) -> Option<Event> {
        self.tell_notices();
        let (flow, number) = (flow(&event), event.number);
        let mut released = Vec::new();
        let next = self.order.settle(flow, number, (event, decided), |(event, decided)| {
            self.release(&event, decided);
            released.push(event);
        });
        released.iter().for_each(|event| admission.finish(event));
        // What holds may be other than when it was taken.
        next.map(|mut event| {
            self.prepare(&mut event);
            event
        })
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
            for alarm in self.memory.alarms(Instant::now()) {
                timers += 1;
                self.offer(admission, packets + timers, Some(alarm.name), alarm.received);
            }
            match self.link.receive(&mut buffer, self.pause()) {
                Ok(Some(length)) => {
                    packets += 1;
                    self.offer(admission, packets + timers, None, buffer[..length].to_vec());
                }
                Ok(None) => {}
                Err(error) => break Err(error),
            }
        };
        ((packets, timers), outcome)
    }

    /// How long a packet may be waited for: until the next timer goes off.
    fn pause(&self) -> Duration {
        let left = |alarm: Instant| alarm.saturating_duration_since(Instant::now());
        self.memory.next_alarm().map_or(PULSE, left).min(PULSE)
    }

    /// Offers a packet, or a timer that went off, to admission. A timer that there is no room for goes off
    /// again.
    fn offer(&self, admission: &Admission, number: u64, timer: Option<String>, packet: Vec<u8>) {
        let event = Event::new(self.identity.host(), number, packet);
        if let Some(evicted) = admission.offer(Event { timer, ..event }) {
            self.miss(&evicted);
        }
    }

    /// Nobody answered this event. A packet's sender sends it again; a timer must go off again.
    fn miss(&self, event: &Event) {
        if let Some(name) = &event.timer {
            self.memory.missed(flow(event), name, Instant::now());
        }
    }

    fn judge_of(&self) -> MutexGuard<'_, Session> {
        self.judge.lock().expect("no thread panicked")
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

#[cfg(test)]
mod tests;
