//! Measures a mind on fresh random packets whose right treatment is known: the judge says what is due
//! and whether a reply may leave. The same code measures nano and hosted models. Packets are drawn
//! here, apart from those that nano was trained on, and from a seed.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::time::{Instant, SystemTime};

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use serde::Serialize;
use verify::{Due, Host, Reason, admit, admit_silence, due};

use crate::mind::{Action, Event, Mind, Thought};
use crate::stack::median;

/// What to measure.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Number of valid requests, and of bad packets.
    pub count: u64,
    /// Seed of the packets: the same seed gives the same packets.
    pub seed: u64,
    /// Smallest and largest total length in bytes.
    pub lengths: (usize, usize),
}

/// How it went. The field names are an interface: scripts read them.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// Valid echo requests.
    pub valid: Valid,
    /// Packets that call for silence.
    pub bad: Bad,
    /// The bad ones by the reason that is right.
    pub classes: BTreeMap<&'static str, Class>,
    /// The valid ones by total length in bytes, in classes of doubling size.
    pub lengths: BTreeMap<usize, Length>,
    /// Tokens per packet, read and written, over all packets.
    pub tokens_per_packet: f64,
    /// Median milliseconds of a first attempt at a valid request.
    pub median_ms: f64,
    /// The seed.
    pub seed: u64,
    #[serde(skip)]
    tokens: u64,
    #[serde(skip)]
    milliseconds: Vec<f64>,
}

/// Valid requests.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Valid {
    /// How many.
    pub n: u64,
    /// First attempt admitted without any remark.
    pub exact: u64,
    /// First attempts that the judge vetoed, silence included.
    pub vetoed: u64,
    /// Answered rightly after a veto.
    pub second: u64,
    /// No attempt was admitted.
    pub unanswered: u64,
}

/// Bad packets.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Bad {
    /// How many.
    pub n: u64,
    /// Silence at the first attempt, with the right reason.
    pub right: u64,
    /// Wrongly answered at the first attempt; the judge held every one back.
    pub answered: u64,
    /// Wrong packets that the judge let past. Anything but 0 is a fault of the judge.
    pub passed: u64,
    /// Silent for a wrong reason, or without a decision.
    pub misnamed: u64,
}

/// One class of bad packets.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Class {
    /// How many.
    pub n: u64,
    /// Silence with this reason at the first attempt.
    pub right: u64,
    /// Answered at the first attempt.
    pub answered: u64,
}

/// Valid requests of about one length.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Length {
    /// How many.
    pub n: u64,
    /// First attempt admitted without any remark.
    pub exact: u64,
}

/// A packet on which the first attempt was not right, for a closer look.
#[derive(Debug, Clone)]
pub struct Failure {
    /// Number of the packet, from 1.
    pub number: u64,
    /// The host's address.
    pub host: Ipv4Addr,
    /// The packet.
    pub packet: Vec<u8>,
    /// What was due.
    pub due: Due,
    /// What the mind wanted.
    pub action: Action,
}

/// Runs the plan. `failed` is told of every
/// packet whose first attempt was not right, `progress` of every packet.
pub fn run(
    plan: &Plan,
    mind: &mut dyn Mind,
    mut failed: impl FnMut(Failure),
    mut progress: impl FnMut(u64),
) -> Report {
    let mut report = Report::new(plan.seed);
    let mut rng = StdRng::seed_from_u64(plan.seed);
    for number in 1..=2 * plan.count {
        let fault = (number > plan.count)
            .then(|| *Reason::ALL.choose(&mut rng).expect("there are reasons"));
        let (host, packet) = draw(&mut rng, plan.lengths, fault);
        let now = (Instant::now(), SystemTime::now());
        let event = Event { host, number, packet, received: now.0, time: now.1 };
        if let Some(failure) = report.measure(&event, mind) {
            failed(failure);
        }
        progress(number);
    }
    report.summarise();
    report
}

impl Report {
    /// Nothing measured yet.
    pub fn new(seed: u64) -> Report {
        Report { seed, ..Report::default() }
    }

    fn measure(&mut self, event: &Event, mind: &mut dyn Mind) -> Option<Failure> {
        let due = due(&event.host, &event.packet);
        let thought = mind.think(event, 1, &[], &mut |_| {});
        self.tokens += thought.tokens;
        let right = match due.reason() {
            None => self.valid(event, mind, &thought),
            Some(reason) => self.bad(event, reason, &thought),
        };
        (!right).then(|| Failure {
            number: event.number,
            host: event.host.address,
            packet: event.packet.clone(),
            due,
            action: thought.action,
        })
    }

    fn valid(&mut self, event: &Event, mind: &mut dyn Mind, thought: &Thought) -> bool {
        self.milliseconds.push(thought.took.as_secs_f64() * 1e3);
        let length = self.lengths.entry(event.packet.len().next_power_of_two()).or_default();
        self.valid.n += 1;
        length.n += 1;
        match verdict(event, &thought.action) {
            Verdict::Exact => {
                self.valid.exact += 1;
                length.exact += 1;
                return true;
            }
            Verdict::Remarked => {}
            Verdict::Vetoed(objections) => {
                self.valid.vetoed += 1;
                self.again(event, mind, objections);
            }
        }
        false
    }

    /// What follows a veto, as in the stack.
    fn again(&mut self, event: &Event, mind: &mut dyn Mind, mut objections: Vec<verify::Finding>) {
        for attempt in 2..=mind.attempts() {
            let thought = mind.think(event, attempt, &objections, &mut |_| {});
            match verdict(event, &thought.action) {
                Verdict::Exact | Verdict::Remarked => {
                    self.valid.second += 1;
                    return;
                }
                Verdict::Vetoed(findings) => objections = findings,
            }
        }
        self.valid.unanswered += 1;
    }

    fn bad(&mut self, event: &Event, reason: Reason, thought: &Thought) -> bool {
        let class = self.classes.entry(reason.name()).or_default();
        self.bad.n += 1;
        class.n += 1;
        match &thought.action {
            Action::Drop(named) if named == reason.name() => {
                self.bad.right += 1;
                class.right += 1;
                return true;
            }
            Action::Drop(_) | Action::Fail(_) => self.bad.misnamed += 1,
            Action::Send(bytes) => {
                self.bad.answered += 1;
                class.answered += 1;
                let passed = admit(&event.host, &event.packet, bytes.clone()).is_ok();
                self.bad.passed += u64::from(passed);
            }
        }
        false
    }

    /// Adds another report's counts to this one's.
    pub fn add(&mut self, other: Report) {
        let (a, b) = (&mut self.valid, other.valid);
        (a.n, a.exact, a.vetoed) = (a.n + b.n, a.exact + b.exact, a.vetoed + b.vetoed);
        (a.second, a.unanswered) = (a.second + b.second, a.unanswered + b.unanswered);
        let (a, b) = (&mut self.bad, other.bad);
        (a.n, a.right, a.answered) = (a.n + b.n, a.right + b.right, a.answered + b.answered);
        (a.passed, a.misnamed) = (a.passed + b.passed, a.misnamed + b.misnamed);
        for (name, b) in other.classes {
            let a = self.classes.entry(name).or_default();
            (a.n, a.right, a.answered) = (a.n + b.n, a.right + b.right, a.answered + b.answered);
        }
        for (length, b) in other.lengths {
            let a = self.lengths.entry(length).or_default();
            (a.n, a.exact) = (a.n + b.n, a.exact + b.exact);
        }
        self.tokens += other.tokens;
        self.milliseconds.extend(other.milliseconds);
        self.summarise();
    }

    fn summarise(&mut self) {
        self.tokens_per_packet = self.tokens as f64 / (self.valid.n + self.bad.n).max(1) as f64;
        self.median_ms = median(&mut self.milliseconds).unwrap_or_default();
    }
}

enum Verdict {
    Exact,
    Remarked,
    Vetoed(Vec<verify::Finding>),
}

fn verdict(event: &Event, action: &Action) -> Verdict {
    let veto = match action {
        Action::Send(bytes) => match admit(&event.host, &event.packet, bytes.clone()) {
            Ok(admitted) if admitted.remarks().is_empty() => return Verdict::Exact,
            Ok(_) => return Verdict::Remarked,
            Err(veto) => veto,
        },
        Action::Drop(_) | Action::Fail(_) => match admit_silence(&event.host, &event.packet) {
            Ok(()) => return Verdict::Exact,
            Err(veto) => veto,
        },
    };
    Verdict::Vetoed(veto.findings)
}

/// A random host and a packet for it with the given fault, drawn until the judge agrees that this is
/// what is wrong with it (a flipped checksum may happen to be right).
pub fn draw(rng: &mut StdRng, lengths: (usize, usize), fault: Option<Reason>) -> (Host, Vec<u8>) {
    loop {
        let host = Host { address: unicast(rng), broadcast: None };
        let length = rng.random_range(lengths.0.max(28)..=lengths.1.max(28));
        let mut packet = request(rng, host.address, length);
        if let Some(reason) = fault {
            spoil(rng, &mut packet, host.address, reason);
        }
        if due(&host, &packet).reason() == fault {
            return (host, packet);
        }
    }
}

fn unicast(rng: &mut StdRng) -> Ipv4Addr {
    Ipv4Addr::from([rng.random_range(1..=223), rng.random(), rng.random(), rng.random()])
}

fn request(rng: &mut StdRng, host: Ipv4Addr, length: usize) -> Vec<u8> {
    let source = match rng.random_range(0..3) {
        0 => Ipv4Addr::from(u32::from(host) ^ 1 << rng.random_range(0..24)),
        _ => unicast(rng),
    };
    let payload = payload(rng, length - 28);
    let mut packet = wire::Echo {
        source,
        destination: host,
        identifier: rng.random(),
        sequence: rng.random(),
        ttl: rng.random(),
        identification: rng.random(),
        tos: rng.random(),
        payload: &payload,
    }
    .request();
    packet[6] = *[0x00, 0x40].choose(rng).expect("not empty");
    seal_header(&mut packet);
    packet
}

/// Random bytes, what `ping` sends, or one byte over and over.
fn payload(rng: &mut StdRng, length: usize) -> Vec<u8> {
    let mut data: Vec<u8> = (0..length).map(|i| i as u8).collect();
    match rng.random_range(0..4) {
        0 => rng.fill(&mut data[..length.min(16)]),
        1 => data.fill(*[0x00, 0xff, rng.random()].choose(rng).expect("not empty")),
        _ => rng.fill(&mut data[..]),
    }
    data
}

/// Makes one thing wrong, and all checksums before it right again.
fn spoil(rng: &mut StdRng, packet: &mut Vec<u8>, host: Ipv4Addr, reason: Reason) {
    let bit = |rng: &mut StdRng| 1u8 << rng.random_range(0..8);
    match reason {
        Reason::Version => {
            packet[0] = *[packet[0] ^ bit(rng), rng.random()].choose(rng).expect("not empty")
        }
        Reason::Truncated => packet.truncate(rng.random_range(0..packet.len())),
        Reason::Short => {
            packet[2..4].copy_from_slice(&rng.random_range(0..28u16).to_be_bytes());
        }
        Reason::HeaderChecksum => {
            packet[rng.random_range(1..20)] ^= bit(rng);
            return;
        }
        Reason::NotForMe => {
            let other = match rng.random_range(0..4) {
                0 => rng.random(),
                1 => {
                    *[u32::MAX, 0xe000_0001, u32::from(host) | 0xff].choose(rng).expect("not empty")
                }
                _ => u32::from(host) ^ 1 << rng.random_range(0..32),
            };
            packet[16..20].copy_from_slice(&other.to_be_bytes());
        }
        Reason::Source => {
            let first = *[0, rng.random_range(224..=255)].choose(rng).expect("not empty");
            let strange = [first, rng.random(), rng.random(), rng.random()];
            let source = [host.octets(), [0; 4], [255; 4], strange];
            packet[12..16].copy_from_slice(source.choose(rng).expect("not empty"));
        }
        Reason::Fragment => {
            let word = u16::from_be_bytes([packet[6], packet[7]]) | 1 << rng.random_range(0..14);
            packet[6..8].copy_from_slice(&word.to_be_bytes());
        }
        Reason::Protocol => {
            packet[9] = *[packet[9] ^ bit(rng), rng.random()].choose(rng).expect("not empty")
        }
        Reason::IcmpChecksum => {
            let at = rng.random_range(20..packet.len());
            packet[at] ^= bit(rng);
            return;
        }
        Reason::IcmpType => {
            packet[20] = *[8, 0, 3, 5, 11, 13, rng.random()].choose(rng).expect("not empty");
            packet[21] = *[0, 0, 1, rng.random()].choose(rng).expect("not empty");
            packet[22..24].fill(0);
            let checksum = wire::checksum::checksum(&packet[20..]);
            packet[22..24].copy_from_slice(&checksum.to_be_bytes());
        }
    }
    if packet.len() >= 20 {
        seal_header(packet);
    }
}

fn seal_header(packet: &mut [u8]) {
    packet[10..12].fill(0);
    let checksum = wire::checksum::checksum(&packet[..20]);
    packet[10..12].copy_from_slice(&checksum.to_be_bytes());
}
