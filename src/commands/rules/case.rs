//! An example of a rule, judged: its frames, and what is found in them.

use serde::{Serialize, Serializer};
use verify::{Example, Finding, Host, Linter, Located, Rule, Scope, inspect, judge};
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
                Case { link, host: None, frames: vec![frame], findings }
            }
            Example::Exchange { request, reply } => exchange(rule, request, reply),
            Example::Trace(link, texts) => {
                let frames: Vec<_> = texts.iter().map(|text| octets(text)).collect();
                Case { link, host: None, findings: lint(link, &frames), frames }
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
    Case { link: Link::Ipv4, host: Some(Example::HOST), frames, findings }
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
    host.map(|host| host.address).serialize(serializer)
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
