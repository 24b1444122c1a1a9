use verify::Finding;

use super::*;
use crate::link::memory::MemoryLink;
use crate::memory::{Remember, Timer};
use crate::mind::{Action, Shown, Thought};

const HOST: Host = Host::echo(std::net::Ipv4Addr::new(10, 0, 0, 1), None);

/// Says of each event what it is told to, at the first attempt.
struct Script<F>(F);

impl<F: FnMut(&Event) -> (Action, Remember) + Send> Mind for Script<F> {
    fn name(&self) -> String {
        "script".into()
    }

    fn think(
        &mut self,
        event: &Event,
        attempt: u32,
        _: &[Finding],
        _: &mut dyn FnMut(Shown),
    ) -> Option<Thought> {
        (attempt == 1).then(|| {
            let (action, remember) = (self.0)(event);
            let (model, took) = (self.name(), Duration::ZERO);
            Thought { action, model, tokens: 0, took, spending: None, answer: None, remember }
        })
    }
}

fn script(says: impl FnMut(&Event) -> (Action, Remember) + Send + 'static) -> Box<dyn Mind> {
    Box::new(Script(says))
}

/// Drops whatever comes, at once.
fn dropper() -> Box<dyn Mind> {
    script(|_| (Action::Drop("not-for-me".into()), Remember::default()))
}

/// A protocol at UDP port 4000 whose flows may note something and set one timer.
const NOTED: &str = "---\nname: noted\nversion: 1\nover: [udp]\nclaims:\n  - udp.destination_port: 4000\n\
    state:\n  notes: 100\n  expires: 60\n  timers: 1\n---\n# Noted\n\n## When\n\nThe port is 4000.\n\n\
    ## Build\n\nNothing.\n";

/// A datagram to that port, with a number in it and no checksum.
fn datagram(number: u32) -> Vec<u8> {
    let mut packet = vec![0x45, 0, 0, 32, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 2, 10, 0, 0, 1];
    let sum = wire::checksum::sum(&packet);
    packet[10..12].copy_from_slice(&(!sum).to_be_bytes());
    packet.extend([0x9c, 0x40, 0x0f, 0xa0, 0, 12, 0, 0]);
    packet.extend(number.to_be_bytes());
    packet
}

/// A stack under way, whose programs are in a folder.
struct Running {
    wire: crate::link::memory::MemoryWire,
    records: std::sync::mpsc::Receiver<Record>,
    stop: Arc<AtomicBool>,
    thread: std::thread::JoinHandle<Statistics>,
    _folder: tempfile::TempDir,
}

/// Hands records on.
struct Records(std::sync::mpsc::Sender<Record>);

impl crate::journal::Sink for Records {
    fn record(&mut self, record: &Record) -> io::Result<()> {
        self.0.send(record.clone()).map_err(io::Error::other)
    }
}

impl Running {
    fn start(minds: Vec<Box<dyn Mind>>, capacity: usize) -> Running {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("noted.md"), NOTED).unwrap();
        let library = Library::open(Some(folder.path().into()), Notices::default()).unwrap();
        let policy = Policy { capacity, ..Policy::default() };
        let thinkers =
            Thinkers { minds, policy, library: Some(library), ..Thinkers::from(dropper()) };
        let (link, wire) = MemoryLink::pair();
        let (tell, records) = std::sync::mpsc::channel();
        let stop = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let mut journal = Journal::new();
            journal.add(Records(tell));
            Stack::new(Arc::new(link), thinkers, HOST, &journal).run(&flag).unwrap()
        });
        Running { wire, records, stop, thread, _folder: folder }
    }

    fn send(&self, packet: Vec<u8>) {
        while self.wire.send(packet.clone()).is_err() {
            std::thread::yield_now();
        }
    }

    /// The next record of which something is to be known.
    fn next<T>(&self, wanted: impl Fn(&Record) -> Option<T>) -> T {
        let end = Instant::now() + Duration::from_secs(60);
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let record = self.records.recv_timeout(left).expect("it comes");
            if let Some(known) = wanted(&record) {
                return known;
            }
        }
    }

    /// Ends it; what it counted and the records that nobody read.
    fn finish(self) -> (Statistics, Vec<Record>) {
        self.stop.store(true, Ordering::Relaxed);
        let statistics = self.thread.join().unwrap();
        (statistics, self.records.iter().collect())
    }
}

fn note(text: String) -> Remember {
    Remember { note: Some(text), timers: Vec::new() }
}

/// Each thought reads what the one before wrote, however many minds take packets of one flow at once. (They
/// did not always: the one that was taken first was not always the first to have its turn.)
#[test]
fn no_thought_of_a_flow_misses_what_the_one_before_noted() {
    const PACKETS: u32 = 2_000;
    let count = |event: &Event| {
        let before: u32 = event.recollection.notes.parse().unwrap_or_default();
        (Action::Drop("counted".into()), note((before + 1).to_string()))
    };
    let host = Running::start((0..8).map(|_| script(count)).collect(), 2 * PACKETS as usize);
    (0..PACKETS).for_each(|number| host.send(datagram(number)));
    let mut noted = std::collections::BTreeSet::new();
    for _ in 0..PACKETS {
        let note = |record: &Record| match record {
            Record::Thought { note, .. } => note.clone(),
            _ => None,
        };
        noted.insert(host.next(note).parse::<u32>().unwrap());
    }
    assert!(noted.into_iter().eq(1..=PACKETS), "none twice");
    let (statistics, records) = host.finish();
    assert_eq!((statistics.silent, statistics.unanswered), (PACKETS.into(), 0), "{records:?}");
}

/// A timer has nobody who sends it again: when its answer is vetoed, it goes off again.
#[test]
fn a_timer_that_was_not_answered_goes_off_again() {
    let mut is_first = true;
    let mind = script(move |event| {
        let (drop, timers) = (Action::Drop("counted".into()), Vec::new());
        match event.timer {
            None => {
                let timers = vec![Timer { name: "again".into(), seconds: 0.01 }];
                (drop, Remember { note: Some("x".into()), timers })
            }
            Some(_) if std::mem::replace(&mut is_first, false) => {
                (Action::Send(vec![0x45; 20]), Remember::default())
            }
            Some(_) => (drop, Remember { note: None, timers }),
        }
    });
    let host = Running::start(vec![mind], 64);
    host.send(datagram(1));
    let timer = |record: &Record| match record {
        Record::Timer { name, bytes, .. } => Some((name.clone(), bytes.clone())),
        _ => None,
    };
    let first = host.next(timer);
    assert_eq!(first, ("again".into(), wire::hex::encode(&datagram(1))));
    assert_eq!(host.next(timer), first);
    host.next(|record| matches!(record, Record::Silence { .. }).then_some(()));
    let (statistics, _) = host.finish();
    let Statistics { timers, vetoed, unanswered, silent, .. } = statistics;
    assert_eq!((timers, vetoed, unanswered, silent), (2, 1, 1, 2));
}

/// Whoever sends something damaged in another's name does not stop that one's timers.
#[test]
fn what_is_damaged_ends_no_timer() {
    let mind = script(|event| {
        let timers = vec![Timer { name: "later".into(), seconds: 0.5 }];
        let first = Remember { note: Some("x".into()), timers };
        let is_first = event.timer.is_none() && event.recollection.notes.is_empty();
        (Action::Drop("counted".into()), if is_first { first } else { Remember::default() })
    });
    let host = Running::start(vec![mind], 64);
    let mut damaged = datagram(2);
    damaged[26] = 1;
    host.send(datagram(1));
    host.send(damaged);
    let timer = |record: &Record| match record {
        Record::Timer { bytes, notes, .. } => Some((bytes.clone(), notes.clone())),
        _ => None,
    };
    assert_eq!(host.next(timer), (wire::hex::encode(&datagram(1)), "x".into()));
    let (statistics, _) = host.finish();
    assert_eq!((statistics.received, statistics.timers, statistics.silent), (2, 1, 3));
}

/// Many minds that think in no time are all in the stack's own code, all the time: what they lock they
/// must lock in one order. (They did not, and stood still after some ten thousand packets.)
#[test]
fn many_quick_minds_do_not_lock_each_other_out() {
    const PACKETS: u64 = 150_000;
    let (link, wire) = MemoryLink::pair();
    let minds = (0..32).map(|_| dropper()).collect();
    let policy = Policy { deduplicate: true, capacity: 1_000, ..Policy::default() };
    let thinkers = Thinkers { minds, policy, ..Thinkers::from(dropper()) };
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
