//! Packets with one bit the other way round, through the whole stack with programs, notes and timers: the host
//! lives on, what it sends is sound, and it is never at odds with its judge. The model is the stand-in's host,
//! asked in this process, since that many questions would take minutes over HTTP.

#[path = "support/flipped.rs"]
mod flipped;
#[path = "support/frames.rs"]
mod frames;

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use provider::answer::answer;
use provider::{Brain, Fault, Turn};
use softstack::admission::Policy;
use softstack::journal::{Journal, Record, Sink, Statistics};
use softstack::link::memory::{CAPACITY, MemoryLink, MemoryWire};
use softstack::link::{Addresses, Ipv6Addresses, Link};
use softstack::mind::{Event, Mind, Shown, Thought};
use softstack::notice::Notices;
use softstack::program::Library;
use softstack::prompt::{Form, Prompt, Style};
use softstack::stack::{Stack, Thinkers, host};
use softstack::transcript;
use verify::Finding;
use wire::{Packet, Protocol, Tcp, hex};

use flipped::{case, flips, sealed};
use frames::Frames;

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
/// No answer after this long means that something hangs.
const PATIENCE: Duration = Duration::from_secs(30);

#[test]
fn every_bit_of_a_datagram() {
    let running = Running::new(wire::Link::RawIp);
    let end = running.play(|wire| {
        let flipped: Vec<_> =
            CLASSES.iter().flat_map(|name| flips(wire::Link::RawIp, &case(name))).collect();
        wire.flood(flipped);
    });
    assert!(end.replied > 1_000 && end.silent > 3_000, "{end:?}");
}

#[test]
fn every_bit_of_a_frame() {
    let running = Running::new(wire::Link::Ethernet);
    let end = running.play(|wire| {
        let flipped: Vec<_> =
            FRAMES.iter().flat_map(|name| flips(wire::Link::Ethernet, &case(name))).collect();
        wire.flood(flipped);
    });
    assert!(end.replied > 500 && end.silent > 1_000, "{end:?}");
}

/// A connection for each, whose first data have one bit the other way round.
#[test]
fn every_bit_of_data_in_a_connection() {
    let running = Running::new(wire::Link::RawIp);
    let end = running.play(|wire| {
        let data = segment(0, (42, 1), 0x18, b"GET / HTTP/1.0\r\n\r\n");
        for (number, _) in flips(wire::Link::RawIp, &data).into_iter().enumerate() {
            let port = 1_024 + number as u16;
            wire.send(segment(port, (41, 0), 0x02, b""));
            let iss = wire.syn_ack_to(port);
            wire.send(segment(port, (42, iss + 1), 0x10, b""));
            let data = segment(port, (42, iss + 1), 0x18, b"GET / HTTP/1.0\r\n\r\n");
            wire.send(flips(wire::Link::RawIp, &data).swap_remove(number));
        }
    });
    assert!(end.replied > 1_000 && end.silent > 800, "{end:?}");
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

/// What is seen in the journal.
#[derive(Default)]
struct Seen {
    /// Vetoes for which a host is at fault: not those for too many errors, whose number it is not told.
    vetoes: AtomicU64,
    /// Replies to packets whose answers were held back twice.
    stubborn: AtomicU64,
    /// The first such veto.
    first: Mutex<String>,
}

struct Watch {
    seen: Arc<Seen>,
    /// What is thought about, and how often an answer was held back.
    packet: String,
    vetoes: u32,
}

impl Sink for Watch {
    fn record(&mut self, record: &Record) -> io::Result<()> {
        let count = |counter: &AtomicU64| counter.fetch_add(1, Ordering::Relaxed);
        match record {
            Record::Request { bytes, .. } | Record::Timer { bytes, .. } => {
                (self.packet, self.vetoes) = (bytes.clone(), 0);
            }
            Record::Verdict { admitted: false, findings, .. } => {
                self.vetoes += 1;
                if findings.iter().any(|finding| !RATES.contains(&finding.rule.as_str()))
                    && count(&self.seen.vetoes) == 0
                {
                    let told = format!("{}: {findings:?}", self.packet);
                    self.seen.first.lock().expect("no panic").push_str(&told);
                }
            }
            Record::Reply { .. } if self.vetoes > 1 => _ = count(&self.seen.stubborn),
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

    /// Runs the host while `play` talks to it. Nothing it sent was held back, nothing was left unanswered, and
    /// it did not grow.
    fn play(self, play: impl FnOnce(&Wire)) -> Statistics {
        static TURN: Mutex<()> = Mutex::new(());
        let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let addresses = Addresses { ipv6: Some(Ipv6Addresses::default()), ..Addresses::default() };
        let notices = Notices::default();
        let mind: Box<dyn Mind> = Box::new(InProcess(Style::new(Form::Bytes, false)));
        let policy = Policy { capacity: 1 << 16, ..Policy::default() };
        let library = Some(Library::open(None, notices.clone()).expect("what is shipped is sound"));
        let thinkers = Thinkers { policy, notices, library, ..Thinkers::from(mind) };
        let (seen, stop, mut journal) =
            (Arc::<Seen>::default(), AtomicBool::new(false), Journal::new());
        journal.add(Watch { seen: Arc::clone(&seen), packet: String::new(), vetoes: 0 });
        let host = host(&addresses, &*self.link);
        let stack = Stack::new(self.link, thinkers, host, &journal);
        let (wire, before) = (&self.wire, resident_kib());
        let end = std::thread::scope(|scope| {
            let running = scope.spawn(|| stack.run(&stop));
            play(wire);
            wire.until_read();
            stop.store(true, Ordering::Relaxed);
            while !running.is_finished() {
                wire.drain();
            }
            running.join().expect("no panic").expect("the link is there")
        });
        let grown = resident_kib().saturating_sub(before);
        assert!(grown < 48 * 1024, "{grown} KiB more than before");
        let [vetoes, stubborn] = [&seen.vetoes, &seen.stubborn].map(|n| n.load(Ordering::Relaxed));
        let first = seen.first.lock().expect("no panic");
        assert_eq!((vetoes, stubborn, end.overflowed), (0, 0, 0), "{first}\n{end:?}");
        end
    }
}

impl Wire {
    /// Sends packets as fast as the link takes them.
    fn flood(&self, packets: Vec<Vec<u8>>) {
        for packet in packets {
            self.send(packet);
            self.drain();
        }
    }

    /// Sends a packet as soon as the link takes it.
    fn send(&self, packet: Vec<u8>) {
        while self.wire.send(packet.clone()).is_err() {
            self.drain();
            std::thread::yield_now();
        }
    }

    fn drain(&self) {
        while self.receive(Duration::ZERO).is_some() {}
    }

    /// Waits until the host has taken all that was sent from the link: room for as many more says so.
    fn until_read(&self) {
        (0..CAPACITY).for_each(|_| self.send(Vec::new()));
        self.drain();
    }

    /// A packet that came; whatever comes keeps the rules on packets.
    fn receive(&self, timeout: Duration) -> Option<Vec<u8>> {
        let bytes = self.wire.receive(timeout).ok().flatten()?;
        let findings = verify::inspect(&Packet::new(self.link, &bytes, bytes.len()));
        let broken: Vec<_> = findings.iter().filter(|finding| finding.level().vetoes()).collect();
        assert!(broken.is_empty(), "{}: {broken:?}", hex::encode(&bytes));
        Some(bytes)
    }

    /// Waits for the SYN-ACK to that port; its sequence number.
    fn syn_ack_to(&self, port: u16) -> u32 {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            let Some(bytes) = self.receive(Duration::from_secs(1)) else { continue };
            let packet = Packet::ip(&bytes);
            let Some(segment) = packet.pdu(Protocol::Tcp) else { continue };
            let tcp = Tcp::new(segment.bytes()).expect("a header");
            if tcp.destination_port() == port && tcp.flags() == 0x12 {
                return tcp.sequence();
            }
        }
        panic!("no SYN-ACK to port {port}");
    }
}

/// A segment from that port to port 80.
fn segment(port: u16, (sequence, acknowledged): (u32, u32), flags: u8, data: &[u8]) -> Vec<u8> {
    let mut packet = vec![
        0x45,
        0,
        0,
        40 + data.len() as u8,
        0,
        0,
        0x40,
        0,
        64,
        6,
        0,
        0,
        10,
        0,
        0,
        2,
        10,
        0,
        0,
        1,
    ];
    packet.extend(port.to_be_bytes());
    packet.extend([0, 80]);
    packet.extend(sequence.to_be_bytes());
    packet.extend(acknowledged.to_be_bytes());
    packet.extend([0x50, flags, 0xfa, 0xf0, 0, 0, 0, 0]);
    packet.extend(data);
    sealed(wire::Link::RawIp, &packet)
}

fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("/proc is mounted");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("VmRSS");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}
