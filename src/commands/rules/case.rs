//! An example of a rule, judged: its frames, and what is found in them.

use std::time::Duration;

use serde::{Serialize, Serializer};
use verify::{
    Example, Finding, Host, Linter, Located, Occasion, Rule, Scope, Session, inspect, judge,
};
use wire::{Link, Packet, hex};

/// Frames and what is wrong with them.
#[derive(Serialize)]
pub struct Case {
    /// On which link they are.
    #[serde(serialize_with = "link")]
    pub link: Link,
    /// Who answers, where it is an exchange; without a second frame it is silent.
    #[serde(serialize_with = "host", skip_serializing_if = "Option::is_none")]
    pub host: Option<Host>,
    #[serde(serialize_with = "frames")]
    pub frames: Vec<Vec<u8>>,
    /// Which of them are replies, where it is an exchange.
    #[serde(skip)]
    pub replies: Vec<bool>,
    /// What is found, with the number of the frame, from 1.
    #[serde(serialize_with = "findings")]
    pub findings: Vec<Located>,
}

impl Case {
    /// Judges an example of that rule.
    pub fn new(rule: &Rule, example: &Example) -> Case {
        match *example {
            Example::Packet(link, frame) => {
                let frame = octets(frame);
                let findings = located(1, inspect(&Packet::new(link, &frame, frame.len())));
                Case { link, host: None, frames: vec![frame], replies: vec![], findings }
            }
            Example::Exchange { request, reply } => exchange(rule, request, reply),
            Example::Session { host, before, request, reply } => {
                session(host, before, Some(request), reply)
            }
            Example::Timer { host, before, reply } => session(host, before, None, reply),
            Example::Trace(link, texts) => {
                let frames: Vec<_> = texts.iter().map(|text| octets(text)).collect();
                Case { link, host: None, findings: lint(link, &frames), frames, replies: vec![] }
            }
        }
    }
}

fn exchange(rule: &Rule, request: &str, reply: Option<&str>) -> Case {
    let frames: Vec<_> = [request].into_iter().chain(reply).map(octets).collect();
    let reply = frames.get(1).map(Vec::as_slice);
    let findings = match (rule.scope(), reply) {
        // An exchange proposes no edits; of a packet alone there are some to learn from.
        (Scope::Packet, Some(reply)) => inspect(&Packet::ipv4(reply)),
        _ => judge(&Example::HOST, &frames[0], reply),
    };
    let number = frames.len() as u64;
    let findings = located(number, findings);
    let replies = vec![false, true];
    Case { link: Link::Ipv4, host: Some(Example::HOST), frames, replies, findings }
}

/// All packets of a session; findings are on its last. Without a request a timer went off.
fn session(
    host: &Host,
    before: &[(&str, Option<&str>)],
    request: Option<&str>,
    reply: Option<&str>,
) -> Case {
    let mut judge = Session::new(host.clone());
    let (mut frames, mut replies) = (Vec::new(), Vec::new());
    for (request, reply) in before {
        let (request, reply) = (octets(request), reply.map(octets));
        judge.settle(Duration::ZERO, Occasion::Packet(&request), reply.as_deref());
        replies.extend([false, true].into_iter().take(1 + usize::from(reply.is_some())));
        frames.extend([request].into_iter().chain(reply));
    }
    let last =
        request.or(before.last().map(|(request, _)| *request)).map(octets).unwrap_or_default();
    let occasion = if request.is_some() { Occasion::Packet(&last) } else { Occasion::Timer(&last) };
    let reply = reply.map(octets);
    let found = judge.judge(Duration::ZERO, occasion, reply.as_deref());
    replies.extend(request.map(|_| false).into_iter().chain(reply.as_ref().map(|_| true)));
    frames.extend(request.map(octets).into_iter().chain(reply));
    let findings = located(frames.len() as u64, found);
    Case { link: host.link(), host: Some(host.clone()), frames, replies, findings }
}

fn lint(link: Link, frames: &[Vec<u8>]) -> Vec<Located> {
    let mut linter = Linter::new();
    let mut findings = Vec::new();
    for (number, frame) in (1..).zip(frames) {
        let found = linter.packet(&Packet::new(link, frame, frame.len()));
        findings.extend(located(number, found));
    }
    findings.extend(linter.end());
    findings
}

fn located(packet: u64, findings: Vec<Finding>) -> Vec<Located> {
    findings.into_iter().map(|finding| Located { packet, flow: None, finding }).collect()
}

/// The octets of an example; that they are some is tested where the examples are.
fn octets(text: &str) -> Vec<u8> {
    hex::parse(text).unwrap_or_default()
}

fn link<S: Serializer>(link: &Link, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(link.name())
}

fn host<S: Serializer>(host: &Option<Host>, serializer: S) -> Result<S::Ok, S::Error> {
    host.as_ref().map(|host| host.address).serialize(serializer)
}

fn frames<S: Serializer>(frames: &[Vec<u8>], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(frames.iter().map(|frame| hex::encode(frame)))
}

fn findings<S: Serializer>(findings: &[Located], serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Row<'a> {
        packet: u64,
        #[serde(flatten)]
        finding: &'a Finding,
    }
    serializer.collect_seq(
        findings.iter().map(|Located { packet, finding, .. }| Row { packet: *packet, finding }),
    )
}
