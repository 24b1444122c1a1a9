//! Packets with one bit the other way round, through the whole stack with programs, notes and timers: the host
//! lives on, what it sends is sound, and it is never at odds with its judge. The model is the stand-in's host,
//! asked in this process, since that many questions would take minutes over HTTP.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use provider::answer::answer;
use provider::{Brain, Fault, Turn};
use softstack::admission::Policy;
use softstack::journal::{Journal, Record, Sink, Statistics};
use softstack::link::memory::{MemoryLink, MemoryWire};
use softstack::link::{Addresses, Ipv6Addresses, Link};
use softstack::mind::{Event, Mind, Shown, Thought};
use softstack::notice::Notices;
use softstack::program::Library;
use softstack::prompt::{Form, Prompt, Style};
use softstack::stack::{Stack, Thinkers};
use softstack::transcript;
use verify::{Admitted, Finding};
use wire::{Packet, apply, hex};

use crate::harness::host;

/// Sound packets by name, on both kinds of link.
const CASES: &str = include_str!("../../xtask/provider/tests/host/cases.txt");
/// One of each class that a host answers.
const CLASSES: [&str; 9] = [
    "ping",
    "ping6",
    "udp-echo",
    "udp-echo6",
    "closed-5",
    "closed6-5",
    "syn",
    "syn6",
    "syn-closed",
];
const FRAMES: [&str; 5] =
    ["arp", "neighbor", "ping-on-ethernet", "closed6-5-on-ethernet", "syn-on-ethernet"];
/// How often errors may be sent.
const RATES: [&str; 2] = ["icmp.error.rate", "icmpv6.error.rate"];

#[test]
fn every_bit_of_a_datagram() {
    let running = Running::new(wire::Link::RawIp);
    let end = running.play(|wire| {
        let flipped: Vec<_> =
            CLASSES.iter().flat_map(|name| flips(wire::Link::RawIp, &case(name))).collect();
        flipped.into_iter().for_each(|packet| wire.send(packet));
        wire.until_answered(&case("ping"));
    });
    assert!(end.replied > 1_000 && end.silent > 3_000, "{end:?}");
}

#[test]
fn every_bit_of_a_frame() {
    let running = Running::new(wire::Link::Ethernet);
    let end = running.play(|wire| {
        let flipped: Vec<_> =
            FRAMES.iter().flat_map(|name| flips(wire::Link::Ethernet, &case(name))).collect();
        flipped.into_iter().for_each(|packet| wire.send(packet));
        wire.until_answered(&case("ping-on-ethernet"));
    });
    assert!(end.replied > 500 && end.silent > 1_000, "{end:?}");
}

/// The host that is asked in this process: what it is told is a prompt, what it says is a transcript.
struct InProcess(Style);

impl Mind for InProcess {
    fn name(&self) -> String {
        "the reference host".into()
    }

    fn think(
        &mut self,
        event: &Event,
        attempt: u32,
        _objections: &[Finding],
        _show: &mut dyn FnMut(Shown),
    ) -> Option<Thought> {
        let prompt = (attempt <= 2).then(|| Prompt::new(&self.0, event))?;
        let turn = Turn::read("", &prompt.system(false), &prompt.turn, None);
        let text = answer(&Brain::Correct, &Fault::None, &turn).text;
        let reading = transcript::read(&text, prompt.form(), event.basis());
        Some(Thought {
            action: reading.action,
            model: self.name(),
            tokens: 0,
            took: Duration::ZERO,
            spending: None,
            answer: Some(text),
            remember: reading.remember,
        })
    }
}

/// A memory link that carries frames.
struct Frames(MemoryLink);

impl Link for Frames {
    fn receive(&self, buffer: &mut [u8], timeout: Duration) -> io::Result<Option<usize>> {
        self.0.receive(buffer, timeout)
    }

    fn transmit(&self, packet: &Admitted) -> io::Result<()> {
        self.0.transmit(packet)
    }

    fn description(&self) -> String {
        "frames in memory".into()
    }

    fn link_type(&self) -> wire::Link {
        wire::Link::Ethernet
    }
}

/// Counts vetoes, and tells of the first that a host could have known of.
#[derive(Default)]
struct Vetoes {
    /// For too many errors: the last that were sent a host is not told of.
    limited: AtomicU64,
    count: AtomicU64,
    first: Mutex<String>,
}

struct Watch(Arc<Vetoes>, String);

impl Sink for Watch {
    fn record(&mut self, record: &Record) -> io::Result<()> {
        match record {
            Record::Request { bytes, .. } | Record::Timer { bytes, .. } => self.1.clone_from(bytes),
            Record::Verdict { admitted: false, findings, .. }
                if findings.iter().all(|f| RATES.contains(&&*f.rule)) =>
            {
                self.0.limited.fetch_add(1, Ordering::Relaxed);
            }
            Record::Verdict { admitted: false, findings, .. } => {
                let is_first = self.0.count.fetch_add(1, Ordering::Relaxed) == 0;
                let told = is_first.then(|| format!("{}: {findings:?}", self.1));
                self.0.first.lock().expect("no panic").extend(told);
            }
            _ => {}
        }
        Ok(())
    }
}

/// A host that runs.
struct Running {
    link: Arc<dyn Link>,
    wire: Wire,
}

/// The other end, which looks at all that comes.
struct Wire {
    wire: MemoryWire,
    link: wire::Link,
}

impl Running {
    fn new(link: wire::Link) -> Running {
        let (memory, wire) = MemoryLink::pair();
        let host: Arc<dyn Link> = match link {
            wire::Link::Ethernet => Arc::new(Frames(memory)),
            _ => Arc::new(memory),
        };
        Running { link: host, wire: Wire { wire, link } }
    }

    /// Runs the host while `play` talks to it. Nothing it sent was held back, and nothing was left unanswered.
    fn play(self, play: impl FnOnce(&Wire)) -> Statistics {
        let addresses = Addresses { ipv6: Some(Ipv6Addresses::default()), ..Addresses::default() };
        let notices = Notices::default();
        let mind: Box<dyn Mind> = Box::new(InProcess(Style::new(Form::Bytes, false)));
        let policy = Policy { capacity: 1 << 16, ..Policy::default() };
        let library = Some(Library::open(None, notices.clone()).expect("what is shipped is sound"));
        let thinkers = Thinkers { policy, notices, library, ..Thinkers::from(mind) };
        let (vetoes, stop, mut journal) =
            (Arc::<Vetoes>::default(), AtomicBool::new(false), Journal::new());
        journal.add(Watch(Arc::clone(&vetoes), String::new()));
        let host = host(&addresses, &*self.link);
        let stack = Stack::new(self.link, thinkers, host, &journal);
        let end = std::thread::scope(|scope| {
            let running = scope.spawn(|| stack.run(&stop));
            play(&self.wire);
            stop.store(true, Ordering::Relaxed);
            running.join().expect("no panic").expect("the link is there")
        });
        let (count, first) =
            (vetoes.count.load(Ordering::Relaxed), vetoes.first.lock().expect("no panic"));
        assert_eq!((count, end.overflowed), (0, 0), "{first}\n{end:?}");
        // Who is held back a second time gives the packet up.
        assert_eq!(vetoes.limited.load(Ordering::Relaxed), 2 * end.unanswered, "{end:?}");
        end
    }
}

impl Wire {
    /// Sends a packet as soon as the link takes it.
    fn send(&self, packet: Vec<u8>) {
        while self.wire.send(packet.clone()).is_err() {
            self.drain();
            std::thread::yield_now();
        }
        self.drain();
    }

    fn drain(&self) {
        while self.receive(Duration::ZERO).is_some() {}
    }

    /// A packet that came; whatever comes keeps the rules on packets.
    fn receive(&self, timeout: Duration) -> Option<Vec<u8>> {
        let bytes = self.wire.receive(timeout).expect("the host is there")?;
        let findings = verify::inspect(&Packet::new(self.link, &bytes, bytes.len()));
        let broken: Vec<_> = findings.iter().filter(|finding| finding.level().vetoes()).collect();
        assert!(broken.is_empty(), "{}: {broken:?}", hex::encode(&bytes));
        Some(bytes)
    }

    /// Waits until all that was sent before is answered: the host has one mind and serves who is quiet first, so
    /// that a late ping is answered early, and only silence says that nothing is left.
    fn until_answered(&self, ping: &[u8]) {
        self.send(ping.to_vec());
        while self.receive(Duration::from_secs(2)).is_some() {}
    }
}

fn case(name: &str) -> Vec<u8> {
    let line = CASES.lines().find(|line| line.starts_with(&format!("{name} "))).expect(name);
    hex::parse(line.split(' ').nth(2).expect("a packet")).expect("hex")
}

/// Each bit the other way round: as the wire might turn it, and as an enemy would, who puts checksums right.
fn flips(link: wire::Link, packet: &[u8]) -> Vec<Vec<u8>> {
    let flipped = (0..8 * packet.len()).map(|bit| {
        let mut flipped = packet.to_vec();
        flipped[bit / 8] ^= 0x80 >> (bit % 8);
        flipped
    });
    flipped.flat_map(|flipped| [sealed(link, &flipped), flipped]).collect()
}

/// With the checksums that the rules propose.
fn sealed(link: wire::Link, bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for rule in
        ["ipv4.checksum", "icmp.checksum", "icmpv6.checksum", "udp.checksum", "tcp.checksum"]
    {
        let findings = verify::inspect(&Packet::new(link, &bytes, bytes.len()));
        let Some(finding) = findings.iter().find(|finding| finding.rule.id == rule) else {
            continue;
        };
        bytes = apply(&finding.edits, &bytes).expect("an edit can be made");
    }
    bytes
}
