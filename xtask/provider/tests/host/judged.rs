//! The reference host before the judge, as the stack brings them together: what it answers is admitted or held
//! back, and both remember what was done. `fuzz/fuzz_targets/session.rs` plays with it too.

use std::collections::HashMap;
use std::fmt::Write;
use std::time::Duration;

use ::provider::host::{Decision, Outcome, consider};
use ::provider::turn::{Facts, Occasion as Why};
use ::provider::{Form, Turn};
use verify::{Due, Host, Occasion, Ports, Reason, Session, Veto};
use wire::{Flow, Packet};

/// A host, its judge, and what is kept for it.
pub struct Judged {
    /// The judge.
    pub session: Session,
    /// How long it has been there.
    pub now: Duration,
    facts: Facts,
    flows: HashMap<Flow, Kept>,
    questions: u16,
}

/// What is kept of a flow.
#[derive(Clone, Default)]
struct Kept {
    notes: Option<String>,
    timers: Vec<(&'static str, Duration)>,
    came: Vec<u8>,
    sent: Option<Vec<u8>>,
}

/// A packet that was sent, or why none was.
pub type Answer = Result<Vec<u8>, &'static str>;

impl Judged {
    /// Nobody has spoken to it yet.
    pub fn new(host: Host) -> Judged {
        let facts = facts(&host);
        let (session, flows) = (Session::new(host), HashMap::new());
        Judged { session, now: Duration::ZERO, facts, flows, questions: 0 }
    }

    /// What it answers when that came.
    ///
    /// # Errors
    /// The judge held the answer back: then nothing was done, and nothing is remembered.
    pub fn receive(&mut self, packet: &[u8]) -> Result<Answer, Veto> {
        let flow = Packet::new(self.session.host().link(), packet, packet.len()).flow();
        let kept = flow.and_then(|flow| self.flows.get(&flow)).cloned().unwrap_or_default();
        let decision = self.consider(Why::Packet, &kept, packet);
        self.carry_out(flow, kept, Occasion::Packet(packet), decision)
    }

    /// What it sends because timers go off while that time passes.
    ///
    /// # Errors
    /// As for a packet; the other timers go off the next time.
    pub fn pass(&mut self, time: Duration) -> Result<Vec<Answer>, Veto> {
        self.now += time;
        let mut answers = Vec::new();
        while let Some((flow, name)) = self.alarm() {
            let mut kept = self.flows[&flow].clone();
            kept.timers.retain(|timer| timer.0 != name);
            self.flows.insert(flow, kept.clone());
            let why = Why::Timer { name: name.into(), sent: kept.sent.is_some() };
            let basis = kept.sent.clone().unwrap_or_else(|| kept.came.clone());
            let decision = self.consider(why, &kept, &basis);
            let came = kept.came.clone();
            answers.push(self.carry_out(Some(flow), kept, Occasion::Timer(&came), decision)?);
        }
        Ok(answers)
    }

    /// The first timer that has gone off.
    fn alarm(&self) -> Option<(Flow, &'static str)> {
        let all = self
            .flows
            .iter()
            .flat_map(|(flow, kept)| kept.timers.iter().map(move |(name, at)| (*at, *flow, *name)));
        let first = all.min_by_key(|(at, flow, _)| (*at, flow.to_string()))?;
        (first.0 <= self.now).then_some((first.1, first.2))
    }

    fn consider(&mut self, occasion: Why, kept: &Kept, packet: &[u8]) -> Decision {
        self.questions = self.questions.wrapping_add(1);
        let mut facts = Facts { notes: kept.notes.clone(), ..self.facts.clone() };
        facts.origin.identification = self.questions;
        facts.origin.initial_sequence = u32::from(self.questions).wrapping_mul(0x9e37_79b1);
        let mut turn = Turn::read("", "# You are a host\n", "", None);
        turn.address = Some(self.session.host().address);
        (turn.facts, turn.occasion, turn.form) = (Some(facts), occasion, Form::Bytes);
        turn.packet = packet.to_vec();
        consider(&turn).expect("a turn with facts shows a packet")
    }

    fn carry_out(
        &mut self,
        flow: Option<Flow>,
        kept: Kept,
        occasion: Occasion,
        decision: Decision,
    ) -> Result<Answer, Veto> {
        let (session, now) = (&mut self.session, self.now);
        let answer = match decision.outcome {
            Outcome::Drop(reason) => session.admit_silence(now, occasion).map(|()| Err(reason))?,
            Outcome::Reply(reply) => Ok(session.admit(now, occasion, reply.bytes)?.to_vec()),
        };
        // What a damaged packet says is not the last that its flow said.
        let counts = match session.due(now, occasion) {
            Due::Silence(reason) => reason == Reason::TcpSegment,
            Due::Reply | Due::Either(_) => true,
        };
        session.settle(now, occasion, answer.as_deref().ok());
        if decision.note.as_deref() == Some("-") {
            session.forget(occasion.packet());
        }
        let Some(flow) = flow else { return Ok(answer) };
        let kept = Kept {
            notes: match decision.note.as_deref() {
                None => kept.notes,
                Some("-") => None,
                Some(note) => Some(note.to_owned()),
            },
            timers: decision
                .timers
                .iter()
                .map(|(name, after)| (*name, now + seconds(*after)))
                .collect(),
            came: if counts { occasion.packet().to_vec() } else { kept.came },
            sent: answer.as_ref().ok().cloned().or(kept.sent),
        };
        match kept.notes.is_none() && kept.timers.is_empty() {
            true => self.flows.remove(&flow),
            false => self.flows.insert(flow, kept),
        };
        Ok(answer)
    }
}

fn seconds(count: u32) -> Duration {
    Duration::from_secs(count.into())
}

/// What a turn tells of `host`.
fn facts(host: &Host) -> Facts {
    let mut facts =
        Facts { broadcast: host.broadcast, ipv6: host.ipv6, mac: host.mac, ..Facts::default() };
    for (protocol, ports) in [("UDP", &host.speaks.udp), ("TCP", &host.speaks.tcp)] {
        let mut line = format!("Open {protocol} ports: ");
        for (first, last) in ports.iter().flat_map(|Ports(list)| list.iter()) {
            let _ = write!(line, "{first}-{last}, ");
        }
        facts.read(&line);
    }
    facts
}
