//! The teacher and the judge agree on every packet: where a reply is due the teacher writes one that
//! the judge admits without a remark, and where silence is due both name the same reason. What nano
//! learns is therefore what it is measured by; the tape that it learns on is the one it runs on.

use std::collections::BTreeMap;

use nano::tape::{Ending, Step, Tape};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use softstack::eval::{Plan, Protocol};
use teacher::packets;
use verify::{Due, Host, Reason, admit, due};
use wire::Echo;

const OWN: [u8; 4] = [10, 0, 0, 1];

#[test]
fn on_what_the_teacher_draws() {
    let mut outcomes = Outcomes::default();
    for seed in 0..40_000 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let fault = rng.random_bool(0.8).then(|| packets::fault(&mut rng));
        let data = rng.random_range(0..=if seed % 100 == 0 { 1_472 } else { 60 });
        let arrival = packets::arrival(&mut rng, data, fault);
        outcomes.agree(&arrival.packet, arrival.own, seed);
    }
    outcomes.assert_complete();
}

#[test]
fn on_noise() {
    let mut outcomes = Outcomes::default();
    for seed in 0..20_000 {
        let arrival = packets::noise(&mut ChaCha8Rng::seed_from_u64(seed));
        outcomes.agree(&arrival.packet, arrival.own, seed);
    }
    outcomes.assert_at_least(1_000, &["header-checksum", "icmp-checksum"]);
}

#[test]
fn on_what_the_evaluation_draws() {
    let mut outcomes = Outcomes::default();
    let plan = Plan { count: 20_000, seed: 1, lengths: (28, 128), protocols: vec![Protocol::Echo] };
    for number in 1..=plan.packets() {
        let case = plan.case(number);
        outcomes.agree(&case.packet, case.host.address.octets(), number);
    }
    outcomes.assert_complete();
}

#[test]
fn on_the_longest_datagrams() {
    for seed in 0..8 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let arrival = packets::arrival(&mut rng, 65_507 - seed as usize, None);
        Outcomes::default().agree(&arrival.packet, arrival.own, seed);
    }
}

#[test]
fn on_random_bytes() {
    let mut outcomes = Outcomes::default();
    for seed in 0..20_000 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut packet = vec![0; rng.random_range(0..=200)];
        rng.fill(&mut packet[..]);
        if let (true, Some(first)) = (rng.random_bool(0.5), packet.first_mut()) {
            *first = 0x45;
        }
        outcomes.agree(&packet, OWN, seed);
    }
    outcomes.assert_at_least(50, &["version", "truncated", "header-checksum"]);
}

#[test]
fn on_every_truncation() {
    let packet = ping();
    let mut outcomes = Outcomes::default();
    for length in 0..=packet.len() {
        outcomes.agree(&packet[..length], OWN, length as u64);
    }
    assert_eq!(outcomes.count("reply"), 1);
    assert_eq!(outcomes.count("truncated"), packet.len());
}

/// Whichever of the total length and the wire ends a packet first, and wherever.
#[test]
fn on_every_total_length_and_length() {
    let mut outcomes = Outcomes::default();
    for total in 0..=90 {
        for length in 0..=90 {
            let case = (total * 100 + length) as u64;
            let mut packet = ping();
            packet.resize(length, 0xa5);
            packet.iter_mut().skip(3).take(1).for_each(|byte| *byte = total as u8);
            outcomes.agree(&packet, OWN, case);
            close(&mut packet, 10, 0..20);
            outcomes.agree(&packet, OWN, case);
            close(&mut packet, 22, 20..total);
            outcomes.agree(&packet, OWN, case);
        }
    }
    // All that hold their total length, and the ping untouched but for padding, closed or not.
    let whole: usize = (28..=90).map(|total| 91 - total).sum();
    assert_eq!(outcomes.count("reply"), whole + 7 + 7);
    outcomes.assert_at_least(100, &["truncated", "short", "header-checksum", "icmp-checksum"]);
}

#[test]
fn on_header_lengths_and_versions() {
    let mut outcomes = Outcomes::default();
    for first in 0..=255 {
        let mut packet = ping();
        packet[0] = first;
        close(&mut packet, 10, 0..20);
        outcomes.agree(&packet, OWN, u64::from(first));
        // The same with as many options as it claims, all of them "no operation".
        let options = 4 * usize::from(first & 15).saturating_sub(5);
        packet.splice(20..20, vec![1; options]);
        packet[3] += options as u8;
        close(&mut packet, 10, 0..20 + options);
        outcomes.agree(&packet, OWN, u64::from(first));
    }
    assert_eq!((outcomes.count("reply"), outcomes.count("version")), (2, 510));
}

/// Of several faults both name the same one: every subset of ten.
#[test]
fn on_every_combination_of_faults() {
    let mut outcomes = Outcomes::default();
    for faults in 0..1 << 10 {
        let has = |fault: usize| faults >> fault & 1 == 1;
        let mut packet = ping();
        let mut set = |fault, at: usize, bytes: &[u8]| {
            if has(fault) {
                packet[at..at + bytes.len()].copy_from_slice(bytes);
            }
        };
        set(0, 0, &[0x55]);
        set(1, 2, &[0, 27]);
        set(2, 16, &[10, 0, 0, 3]);
        set(3, 12, &[0, 0, 0, 0]);
        set(4, 6, &[0x20]);
        set(5, 9, &[17]);
        set(6, 20, &[13]);
        close(&mut packet, 22, 20..84);
        close(&mut packet, 10, 0..20);
        packet[40] ^= u8::from(has(7));
        packet[10] ^= u8::from(has(8));
        packet.truncate(if has(9) { 83 } else { 84 });
        outcomes.agree(&packet, OWN, faults);
    }
    assert_eq!((outcomes.count("reply"), outcomes.count("icmp-type")), (1, 1));
    assert_eq!((outcomes.count("version"), outcomes.count("header-checksum")), (512, 256));
}

/// One grammar: what the teacher chose, said to a fresh tape, brings up the same tokens in the same
/// places, and the same end.
#[test]
fn a_trace_can_be_said_again() {
    for seed in 0..5_000 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let fault = rng.random_bool(0.5).then(|| packets::fault(&mut rng));
        let data = rng.random_range(0..=120);
        say_again(&packets::arrival(&mut rng, data, fault), seed);
    }
}

fn say_again(arrival: &packets::Arrival, seed: u64) {
    let packet = wire::hex::encode(&arrival.packet);
    let (trace, ending) = teacher::trace(&arrival.packet, arrival.own);
    let (mut tape, start) = Tape::new(&arrival.packet, arrival.own);
    let mut said = start.tokens().to_vec();
    let mut chosen = trace.iter().filter(|entry| entry.chosen).map(|entry| entry.token);
    let end = loop {
        let token = chosen.next().unwrap_or_else(|| panic!("seed {seed}: no end, {packet}"));
        match tape.push(token) {
            Step::Think(chunk) => said.extend(chunk.tokens()),
            Step::End(end) => break end,
        }
    };
    let (_, on_tape) = trace.split_last().expect("the token that ends it");
    let on_tape: Vec<_> = on_tape.iter().map(|entry| (entry.token, entry.position)).collect();
    assert_eq!((said, end), (on_tape, ending), "seed {seed}, {packet}");
    assert_eq!((tape.len(), chosen.next()), (trace.len() - 1, None), "seed {seed}, {packet}");
}

/// How often each reason, or a reply, was agreed on: a test that never met a reason has not tested it.
#[derive(Default)]
struct Outcomes(BTreeMap<&'static str, usize>);

impl Outcomes {
    fn agree(&mut self, packet: &[u8], own: [u8; 4], seed: u64) {
        // nano's knowledge has no broadcast address: a source that is one is the judge's to see.
        let host = Host::echo(own.into(), None);
        let (due, ending) = (due(&host, packet), teacher::trace(packet, own).1);
        let outcome = match (due, &ending) {
            (Due::Reply, Ending::Reply(reply)) => {
                admit_without_remark(&host, packet, reply);
                Some("reply")
            }
            (Due::Silence(reason) | Due::Either(reason @ Reason::Version), Ending::Drop(label)) => {
                (label.name() == reason.name()).then(|| reason.name())
            }
            _ => None,
        };
        let hex = wire::hex::encode(packet);
        let outcome = outcome.unwrap_or_else(|| {
            panic!("the judge: {due:?}, the teacher: {ending:02x?}; {seed}: {hex} for {own:?}")
        });
        *self.0.entry(outcome).or_default() += 1;
    }

    fn count(&self, outcome: &str) -> usize {
        self.0.get(outcome).copied().unwrap_or(0)
    }

    fn assert_complete(&self) {
        self.assert_at_least(1_000, &["reply"]);
        self.assert_at_least(300, &Reason::ECHO.map(Reason::name));
    }

    fn assert_at_least(&self, least: usize, outcomes: &[&str]) {
        for outcome in outcomes {
            assert!(self.count(outcome) >= least, "too few of {outcome}: {:?}", self.0);
        }
    }
}

fn admit_without_remark(host: &Host, packet: &[u8], reply: &[u8]) {
    let hex = || format!("{} to {}", wire::hex::encode(reply), wire::hex::encode(packet));
    match admit(host, packet, reply.to_vec()) {
        Ok(admitted) => assert_eq!(admitted.remarks(), [], "{}", hex()),
        Err(veto) => panic!("vetoed: {veto}\n{}", hex()),
    }
}

/// A valid request of 84 bytes.
fn ping() -> Vec<u8> {
    let payload: Vec<u8> = (0..56).collect();
    let echo =
        Echo { sequence: 1, payload: &payload, ..Echo::new([10, 0, 0, 2].into(), OWN.into()) };
    echo.request()
}

/// Writes the checksum of those bytes at `at`, if the packet has them all.
fn close(packet: &mut [u8], at: usize, range: std::ops::Range<usize>) {
    if range.start < range.end && range.end <= packet.len() && range.contains(&(at + 1)) {
        packet[at..at + 2].fill(0);
        let checksum = wire::checksum::checksum(&packet[range]);
        packet[at..at + 2].copy_from_slice(&checksum.to_be_bytes());
    }
}
