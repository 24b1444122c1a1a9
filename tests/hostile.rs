//! Bad input against nano, through the whole stack over the in-process link: what is sent, and why
//! nothing is. The judge's own reading of each packet says what is right; only an admitted reply may
//! leave. The tests take turns: each has nano, and the flood the process's memory, to itself.

use std::io;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use softstack::admission::CAPACITY;
use softstack::journal::{Journal, Record, Sink, Statistics};
use softstack::link::memory::{MemoryLink, MemoryWire};
use softstack::mind::nano::Nano;
use softstack::mind::{Action, Event, Mind};
use softstack::stack::Stack;
use verify::{Due, Host, Reason, admit, due};
use wire::{Echo, MAX_DATAGRAM, checksum, hex};

const OWN: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 1);
const PEER: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 2);
const BROADCAST: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 255);
const HOST: Host = Host::echo(OWN, Some(BROADCAST));
/// Longer than the slowest thought on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

#[test]
fn every_single_bit_flip() {
    let nano = Session::start();
    for bit in 0..672 {
        let mut packet = ping(56);
        packet[bit / 8] ^= 0x80 >> (bit % 8);
        nano.check(&packet);
    }
    assert_eq!(nano.finish(), (672, 0));
}

/// Where the checksums are right again, many a flip leaves a valid request.
#[test]
fn every_single_bit_flip_with_right_checksums() {
    let nano = Session::start();
    for bit in 0..672 {
        let mut packet = ping(56);
        packet[bit / 8] ^= 0x80 >> (bit % 8);
        seal(&mut packet);
        nano.check(&packet);
    }
    // All but those of version, total length, fragment, protocol, destination, type and code.
    assert_eq!(nano.finish(), (672, 672 - 8 - 16 - 14 - 8 - 32 - 16));
}

#[test]
fn every_truncation() {
    let nano = Session::start();
    for size in [0, 1, 56] {
        let packet = ping(size);
        for length in 0..packet.len() {
            nano.check(&packet[..length]);
        }
    }
    assert_eq!(nano.finish(), (28 + 29 + 84, 0));
}

#[test]
fn random_bytes_through_the_stack() {
    let nano = Session::start();
    let noise = noise(1);
    let sample = (2_049..MAX_DATAGRAM).step_by(61);
    for length in (0..=2_048).chain(sample).chain([MAX_DATAGRAM]) {
        nano.check(&noise[length..2 * length]);
    }
    assert_eq!(nano.finish().1, 0);
}

/// Without the stack, which writes each packet down in hex: that is most of the time.
#[test]
fn random_bytes_of_every_length() {
    let (noise, mut nano) = (noise(4), Nano::new());
    for length in 0..=MAX_DATAGRAM {
        let packet = noise[length..2 * length].to_vec();
        let event = Event::new(HOST, 1, packet);
        let thought = nano.think(&event, 1, &[], &mut |_| {}).expect("a first attempt");
        let due = due(&HOST, &event.packet).reason().expect("silence");
        assert_eq!(thought.action, Action::Drop(due.name().into()), "seed 4, {length} bytes");
    }
}

/// What begins like a packet for this host and goes on at random is read to the end.
#[test]
fn random_bytes_behind_a_right_header() {
    let nano = Session::start();
    let noise = noise(2);
    let begun = |length: usize| {
        let mut packet = noise[length..2 * length].to_vec();
        packet[..20].copy_from_slice(&ping(0)[..20]);
        packet[2..4].copy_from_slice(&(length as u16).to_be_bytes());
        seal_header(&mut packet);
        packet
    };
    for length in (20..=300).chain((301..=2_048).step_by(41)) {
        nano.check(&begun(length));
    }
    // nano's tape ends before it has read these: no reason comes out, and no reply.
    for length in [4_000, 20_000, MAX_DATAGRAM] {
        assert_eq!(nano.ask(&begun(length)).sent, None, "{length} bytes");
    }
    assert_eq!(nano.finish(), (281 + 43 + 3, 0));
}

/// Room after the datagram is the link's padding, however much.
#[test]
fn padding_is_ignored() {
    let nano = Session::start();
    let noise = noise(3);
    for padding in (1..64).chain([1_000, 65_000, MAX_DATAGRAM - 84]) {
        nano.check(&[&ping(56), &noise[..padding]].concat());
    }
    assert_eq!(nano.finish(), (66, 66));
}

/// nano's tape ends before such a packet does: it is silent, and the judge notes that it should not.
#[test]
fn a_request_too_long_for_the_tape() {
    let nano = Session::start();
    let answer = nano.ask(&ping(wire::echo::MAX_PAYLOAD));
    assert_eq!((answer.sent, answer.vetoes), (None, 2));
    nano.check(&ping(56));
    let statistics = nano.statistics();
    assert_eq!((statistics.replied, statistics.unanswered, statistics.vetoed), (1, 1, 2));
}

#[test]
fn packets_for_others_broadcast_and_multicast() {
    let nano = Session::start();
    let one_bit_off = (0..32).map(|bit| Ipv4Addr::from(u32::from(OWN) ^ 1 << bit));
    let named = ["10.0.0.0", "10.0.0.255", "255.255.255.255", "224.0.0.1", "239.255.255.250"];
    let others = ["0.0.0.0", "127.0.0.1", "10.0.0.2", "192.0.2.1", "240.0.0.1", "1.0.0.10"];
    let named = named.into_iter().chain(others).map(|address| address.parse().unwrap());
    for destination in one_bit_off.chain(named) {
        let packet = Echo::new(PEER, destination).request();
        assert_eq!(due(&HOST, &packet), Due::Silence(Reason::NotForMe));
        nano.check(&packet);
    }
    assert_eq!(nano.finish().1, 0);
}

#[test]
fn other_messages_of_icmp() {
    let nano = Session::start();
    for (kind, code) in (0..=18).flat_map(|kind| [(kind, 0), (kind, 1)]).chain([(255, 255)]) {
        // As an error would be: it quotes the packet that it is about.
        let mut packet = [&ping(0), &Echo::new(OWN, PEER).request()[..]].concat();
        packet[3] = 56;
        packet[20] = kind;
        packet[21] = code;
        packet[24..28].fill(0);
        seal(&mut packet);
        let expect = if (kind, code) == (8, 0) { Due::Reply } else { silence(Reason::IcmpType) };
        assert_eq!(due(&HOST, &packet), expect);
        nano.check(&packet);
    }
    assert_eq!(nano.finish().1, 1);
}

#[test]
fn other_protocols_and_fragments() {
    let nano = Session::start();
    for protocol in 0..=255 {
        let mut packet = ping(8);
        packet[9] = protocol;
        seal(&mut packet);
        nano.check(&packet);
    }
    for bit in 0..14 {
        let mut packet = ping(8);
        packet[6..8].copy_from_slice(&(1u16 << bit).to_be_bytes());
        seal(&mut packet);
        assert_eq!(due(&HOST, &packet), silence(Reason::Fragment));
        nano.check(&packet);
    }
    assert_eq!(nano.finish(), (270, 1));
}

/// Two hosts that echoed each other's replies would never stop.
#[test]
fn our_own_reply_echoed_back() {
    let nano = Session::start();
    let reply = nano.ask(&ping(56)).sent.expect("a reply");
    let mut returned = reply.clone();
    returned[12..16].copy_from_slice(&PEER.octets());
    returned[16..20].copy_from_slice(&OWN.octets());
    seal(&mut returned);
    for (packet, reason) in [(reply, Reason::NotForMe), (returned, Reason::IcmpType)] {
        assert_eq!(due(&HOST, &packet), silence(reason));
        nano.check(&packet);
    }
    assert_eq!(nano.finish(), (3, 1));
}

#[test]
fn sources_that_are_no_single_other_host() {
    let nano = Session::start();
    let sources = ["10.0.0.1", "0.0.0.0", "0.1.2.3", "255.255.255.255", "224.0.0.1", "239.1.2.3"];
    for source in sources.into_iter().chain(["240.0.0.1", "254.255.255.255"]) {
        let packet = Echo::new(source.parse().unwrap(), OWN).request();
        assert_eq!(due(&HOST, &packet), silence(Reason::Source), "{source}");
        nano.check(&packet);
    }
    // The neighbours of those are hosts like any other.
    for source in ["10.0.0.0", "10.0.0.3", "1.0.0.0", "223.255.255.255", "9.0.0.1", "10.0.0.17"] {
        let packet = Echo::new(source.parse().unwrap(), OWN).request();
        assert_eq!(due(&HOST, &packet), Due::Reply, "{source}");
        nano.check(&packet);
    }
    assert_eq!(nano.finish(), (14, 6));
}

/// nano does not know its network's broadcast address. The judge does, and holds its reply back.
#[test]
fn a_directed_broadcast_as_source_is_the_judges_to_see() {
    let nano = Session::start();
    let packet = Echo::new(BROADCAST, OWN).request();
    assert_eq!(due(&HOST, &packet), silence(Reason::Source));
    let answer = nano.ask(&packet);
    assert_eq!((answer.sent, answer.vetoes), (None, 2));
    let statistics = nano.statistics();
    assert_eq!((statistics.replied, statistics.unanswered, statistics.vetoed), (0, 1, 2));
}

/// More than nano can answer: the oldest packets go and are counted, the last [`CAPACITY`] are
/// answered, memory stays as it was, and every packet is accounted for.
#[test]
fn a_flood() {
    const FLOOD: u32 = 100_000;
    let nano = Session::start();
    // These bring nano's own memory to the size that the flood's packets need.
    (0..4).for_each(|n| nano.check(&numbered(n, 1_400)));
    let before = resident_kib();
    let mut replies = Vec::new();
    for n in 0..FLOOD {
        nano.push(&numbered(n, 1_000), &mut replies);
    }
    // A queue without a bound would hold over 100 MB by now.
    let grown = resident_kib().saturating_sub(before);
    assert!(grown < 24 * 1024, "{grown} KiB more than before the flood");
    let last = 4 + u64::from(FLOOD);
    let mut answered = nano.until(last);
    let newest = answered.split_off(answered.len() - CAPACITY);
    assert!(newest.into_iter().eq(last + 1 - CAPACITY as u64..=last), "the newest are kept");
    while let Some(reply) = nano.wire.receive(Duration::ZERO).expect("the stack is there") {
        replies.push(reply);
    }
    for reply in &replies {
        let asked = numbered(number_of(reply), 1_000);
        assert!(admit(&HOST, &asked, reply.clone()).is_ok(), "{}", hex::encode(reply));
    }
    let statistics = nano.statistics();
    assert_eq!(statistics.received, last);
    assert_eq!(statistics.replied, 4 + replies.len() as u64);
    assert!(statistics.overflowed > u64::from(FLOOD) / 2, "no flood: {statistics:?}");
}

/// nano as a host behind the in-process link, one test at a time.
struct Session {
    wire: MemoryWire,
    outcomes: Receiver<Outcome>,
    stop: Arc<AtomicBool>,
    stack: JoinHandle<io::Result<Statistics>>,
    _turn: MutexGuard<'static, ()>,
}

/// What became of one packet.
#[derive(Debug, Default)]
struct Outcome {
    packet: u64,
    /// The reason that the first attempt gave.
    reason: Option<String>,
    vetoes: u32,
    replied: bool,
}

/// What came of one packet: its outcome, and what lay on the wire afterwards.
#[derive(Debug)]
struct Answer {
    sent: Option<Vec<u8>>,
    reason: Option<String>,
    vetoes: u32,
}

impl Session {
    fn start() -> Session {
        static TURN: Mutex<()> = Mutex::new(());
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let (link, wire) = MemoryLink::pair();
        let (sender, outcomes) = channel();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let stack = std::thread::spawn(move || {
            let mut journal = Journal::new();
            journal.add(Tell { outcome: Outcome::default(), sender });
            let nano: Box<dyn Mind> = Box::new(Nano::new());
            Stack::new(Arc::new(link), nano, HOST, &journal).run(&stopped)
        });
        Session { wire, outcomes, stop, stack, _turn: turn }
    }

    /// Sends a packet and compares what comes of it with what the judge says is due.
    fn check(&self, packet: &[u8]) {
        let answer = self.ask(packet);
        let (due, hex) = (due(&HOST, packet), hex::encode(&packet[..packet.len().min(2_000)]));
        match (due.reason(), &answer.sent) {
            (None, Some(reply)) => match admit(&HOST, packet, reply.clone()) {
                Ok(admitted) => assert_eq!(admitted.remarks(), [], "{hex}"),
                Err(veto) => panic!("{} left, {veto}, for {hex}", hex::encode(reply)),
            },
            (Some(reason), None) => {
                assert_eq!(answer.reason.as_deref(), Some(reason.name()), "{answer:?}, {hex}");
            }
            _ => panic!("due {due:?}, {answer:02x?}, for {hex}"),
        }
    }

    fn ask(&self, packet: &[u8]) -> Answer {
        self.wire.send(packet.to_vec()).expect("the link has room");
        let Outcome { reason, vetoes, replied, .. } = self.outcome();
        let sent = self.wire.receive(Duration::ZERO).expect("the stack is there");
        assert_eq!(sent.is_some(), replied, "the journal tells what was sent");
        Answer { sent, reason, vetoes }
    }

    /// Sends a packet as soon as the link takes it, and collects replies, lest they fill the link.
    fn push(&self, packet: &[u8], replies: &mut Vec<Vec<u8>>) {
        while let Err(error) = self.wire.send(packet.to_vec()) {
            assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
            replies.extend(self.wire.receive(Duration::ZERO).expect("the stack is there"));
            std::thread::yield_now();
        }
    }

    /// The numbers of the packets that were thought about, up to that one.
    fn until(&self, last: u64) -> Vec<u64> {
        let mut numbers = Vec::new();
        while numbers.last() != Some(&last) {
            numbers.push(self.outcome().packet);
        }
        numbers
    }

    fn outcome(&self) -> Outcome {
        self.outcomes.recv_timeout(PATIENCE).expect("every packet has an outcome")
    }

    /// How many packets came and how many were answered; nothing may be left on the wire.
    fn finish(self) -> (u64, u64) {
        let statistics = self.statistics();
        assert_eq!((statistics.unanswered, statistics.overflowed), (0, 0), "{statistics:?}");
        (statistics.received, statistics.replied)
    }

    fn statistics(self) -> Statistics {
        assert_eq!(self.wire.receive(Duration::ZERO).expect("the stack is there"), None);
        self.stop.store(true, Ordering::Relaxed);
        let end = self.stack.join().expect("the stack does not panic").expect("the link is there");
        let Statistics { received, replied, silent, unanswered, overflowed, .. } = end;
        assert_eq!(received, replied + silent + unanswered + overflowed, "{end:?}");
        end
    }
}

/// A sink that tells what became of each packet.
struct Tell {
    outcome: Outcome,
    sender: Sender<Outcome>,
}

impl Sink for Tell {
    fn record(&mut self, record: &Record) -> io::Result<()> {
        let outcome = &mut self.outcome;
        match record {
            Record::Request { packet, .. } => outcome.packet = *packet,
            Record::Thought { attempt: 1, reason, .. } => outcome.reason.clone_from(reason),
            Record::Verdict { admitted: false, .. } => outcome.vetoes += 1,
            Record::Reply { .. } => outcome.replied = true,
            _ => {}
        }
        if matches!(record, Record::Reply { .. } | Record::Silence { .. }) {
            self.sender.send(std::mem::take(outcome)).map_err(io::Error::other)?;
        }
        Ok(())
    }
}

fn silence(reason: Reason) -> Due {
    Due::Silence(reason)
}

/// A valid request with that much payload.
fn ping(size: usize) -> Vec<u8> {
    let payload: Vec<u8> = (0..size).map(|i| i as u8).collect();
    let echo = Echo { identifier: 0xa87c, sequence: 1, payload: &payload, ..Echo::new(PEER, OWN) };
    echo.request()
}

/// The `n`-th request of a flood.
fn numbered(n: u32, size: usize) -> Vec<u8> {
    let (identifier, sequence) = ((n >> 16) as u16, n as u16);
    let payload = vec![0x5a; size];
    Echo { identifier, sequence, payload: &payload, ..Echo::new(PEER, OWN) }.request()
}

fn number_of(reply: &[u8]) -> u32 {
    u32::from_be_bytes(reply[24..28].try_into().expect("four bytes"))
}

/// Random bytes, twice as many as a datagram can hold.
fn noise(seed: u64) -> Vec<u8> {
    let mut bytes = vec![0; 2 * MAX_DATAGRAM];
    StdRng::seed_from_u64(seed).fill(&mut bytes[..]);
    bytes
}

/// Makes both checksums right.
fn seal(packet: &mut [u8]) {
    seal_header(packet);
    packet[22..24].fill(0);
    let sum = checksum::checksum(&packet[20..]);
    packet[22..24].copy_from_slice(&sum.to_be_bytes());
}

fn seal_header(packet: &mut [u8]) {
    packet[10..12].fill(0);
    let sum = checksum::checksum(&packet[..20]);
    packet[10..12].copy_from_slice(&sum.to_be_bytes());
}

fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("/proc is mounted");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("VmRSS");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}
