//! The teacher and the judge agree on every packet: where a reply is due the teacher writes one that
//! the judge admits without a remark, and where silence is due both name the same reason. What nano
//! learns is therefore what it is measured by; the tape that it learns on is the one it runs on.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use nano::registers::Registers;
use nano::tape::{Ending, Step, Tape};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use teacher::packets::{self, Arrival, Class};
use verify::{Due, Finding, Host, Ports, Speaks, admit, due};

/// Draws of each class, valid and bad, over both links.
const DRAWS: u64 = 4_000;

#[test]
fn on_valid_packets() {
    let mut outcomes = Outcomes::default();
    each(DRAWS, |rng, class, framed, seed| {
        let data = data(rng, seed);
        let arrival = packets::arrival(rng, class, framed, data, None);
        outcomes.agree(&arrival, class, seed);
    });
    outcomes.assert_nothing_differs();
}

#[test]
fn on_bad_packets() {
    let mut outcomes = Outcomes::default();
    each(DRAWS, |rng, class, framed, seed| {
        let data = data(rng, seed);
        let fault = packets::fault(rng, class);
        let arrival = packets::arrival(rng, class, framed, data, Some(fault));
        outcomes.agree(&arrival, class, seed);
    });
    outcomes.assert_nothing_differs();
}

#[test]
fn on_noise() {
    let mut outcomes = Outcomes::default();
    each(DRAWS, |rng, class, framed, seed| {
        let arrival = packets::noise(rng, class, framed);
        outcomes.agree(&arrival, class, seed);
    });
    outcomes.assert_nothing_differs();
}

/// One grammar: what the teacher chose, said to a fresh tape, brings up the same tokens in the same
/// places, and the same end; and no two tokens lie in one place.
#[test]
fn a_trace_can_be_said_again() {
    each(300, |rng, class, framed, seed| {
        let fault = rng.random_bool(0.5).then(|| packets::fault(rng, class));
        let data = rng.random_range(0..=120);
        say_again(&packets::arrival(rng, class, framed, data, fault), seed);
    });
}

fn each(draws: u64, mut test: impl FnMut(&mut ChaCha8Rng, Class, bool, u64)) {
    for class in Class::ALL {
        for seed in 0..draws {
            let framed = class.is_on_ethernet_only() || seed % 2 == 0;
            test(&mut ChaCha8Rng::seed_from_u64(seed), class, framed, seed);
        }
    }
}

fn data(rng: &mut ChaCha8Rng, seed: u64) -> usize {
    rng.random_range(0..=if seed % 50 == 0 { 1_472 } else { 60 })
}

fn say_again(arrival: &Arrival, seed: u64) {
    let packet = wire::hex::encode(&arrival.packet);
    let (trace, ending) = teacher::trace(&arrival.packet, &arrival.own);
    let (mut tape, start) = Tape::new(&arrival.packet, &arrival.own);
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
    let places: HashSet<_> =
        on_tape.iter().map(|(_, place)| (place.address, place.writing)).collect();
    assert_eq!(places.len(), on_tape.len(), "seed {seed}: two tokens in one place, {packet}");
    assert_eq!((said, end), (on_tape, ending), "seed {seed}, {packet}");
    assert_eq!((tape.len(), chosen.next()), (trace.len() - 1, None), "seed {seed}, {packet}");
}

/// The host that nano is, as the judge sees it.
fn host(own: &Registers) -> Host {
    let speaks = Speaks {
        icmp: true,
        udp: Some(Ports(Cow::Borrowed(&[(7, 7)]))),
        tcp: Some(Ports::default()),
        own_types: Cow::Borrowed(&[]),
    };
    Host {
        address: own.ipv4.into(),
        broadcast: own.broadcast.map(Into::into),
        ipv6: own.ipv6.map(Into::into),
        mac: own.mac.map(wire::Mac),
        speaks,
    }
}

/// How often each outcome was agreed on, and what was not.
#[derive(Default)]
struct Outcomes {
    agreed: BTreeMap<String, usize>,
    differ: BTreeMap<String, (usize, String)>,
}

impl Outcomes {
    fn agree(&mut self, arrival: &Arrival, class: Class, seed: u64) {
        let host = host(&arrival.own);
        let due = due(&host, &arrival.packet);
        let ending = teacher::trace(&arrival.packet, &arrival.own).1;
        let agreed = match (due, &ending) {
            (Due::Reply | Due::Either(_), Ending::Reply(reply)) => {
                match admit(&host, &arrival.packet, reply.clone()) {
                    Ok(admitted) => remarked(admitted.remarks()),
                    Err(veto) => Err(format!("vetoed: {:?}", ids(&veto.findings))),
                }
            }
            (Due::Silence(reason), Ending::Drop(label)) if label.name() == reason.name() => {
                Ok(label.name().to_owned())
            }
            (Due::Either(_), Ending::Drop(label)) => Ok(format!("{} (either)", label.name())),
            (Due::Silence(reason), Ending::Drop(label)) if may_differ(reason.name(), label.name()) => {
                Ok(format!("{}, to the judge {}", label.name(), reason.name()))
            }
            (Due::Silence(reason), Ending::Drop(label)) => {
                Err(format!("silence: judge {}, teacher {}", reason.name(), label.name()))
            }
            (due, ending) => Err(format!("judge {due:?}, teacher {ending:02x?}").chars().take(52).collect()),
        };
        match agreed {
            Ok(outcome) => *self.agreed.entry(format!("{}: {outcome}", class.name())).or_default() += 1,
            Err(what) => {
                let hex = wire::hex::encode(&arrival.packet);
                let entry = self.differ.entry(format!("{}: {what}", class.name()));
                entry.or_insert((0, format!("seed {seed}: {hex} for {:?}", arrival.own))).0 += 1;
            }
        }
    }

    fn assert_nothing_differs(&self) {
        println!("{:#?}", self.agreed);
        let all: Vec<_> = self.differ.iter().map(|(k, (n, e))| format!("{n:6} {k}   {e}")).collect();
        assert!(self.differ.is_empty(), "{}", all.join("\n"));
    }
}

/// What is remarked on addresses and ports that nobody should have is not nano's fault.
fn remarked(remarks: &[Finding]) -> Result<String, String> {
    let others: Vec<_> = ids(remarks).into_iter().filter(|id| !id.contains("address") && !id.contains("port")).collect();
    if others.is_empty() { Ok("reply".into()) } else { Err(format!("remarks: {others:?}")) }
}

fn ids(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(|finding| finding.rule.id).collect()
}

/// Where both are silent and look at two faults in another order, or call one another name: the judge leaves unnamed
/// what else is wrong with a datagram that has options, knows which address is broadcast, reads extension headers and more
/// of what went to a group, and looks at a TCP header before its sum.
fn may_differ(judge: &str, teacher: &str) -> bool {
    match judge {
        "version" => true,
        "error" | "fragment" | "protocol" | "source" => matches!(teacher, "not-for-me" | "ethernet"),
        "not-for-me" => teacher == "ethernet",
        "ipv6" | "neighbor" => {
            matches!(teacher, "not-for-me" | "protocol" | "fragment" | "truncated")
        }
        "tcp-header" => teacher == "tcp-checksum",
        _ => false,
    }
}
