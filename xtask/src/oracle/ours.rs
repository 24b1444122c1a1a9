//! Our side: what the judge says is due and of what a host did, and what the reference host does, which builds
//! replies and was written apart from the judge.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use provider::host::{Outcome, consider};
use provider::turn::{Facts, Occasion as Reason};
use provider::{Form, Turn};
use verify::{Due, Host, Occasion, Ports, Session, Speaks};
use wire::Link;

use super::case::{Answers, Exchange};
use super::packet::{HOST, HOST_MAC, HOST6, V4};
use crate::Failure;

/// Open ports, as the kernel's programs have them.
const UDP_PORTS: [(u16, u16); 2] = [(7, 7), (53, 53)];
const TCP_PORTS: [(u16, u16); 1] = [(80, 80)];
/// Of the network 10.0.0.0/24.
const BROADCAST: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 255);
/// The first sequence number that the reference host is to use.
const INITIAL: u32 = 0x1234_5678;
/// Between two packets.
const STEP: Duration = Duration::from_millis(10);

/// What the judge says of a host's conduct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// What the last packet called for.
    pub due: Due,
    /// The rules for which it would hold back what the host did with it.
    pub vetoes: Vec<&'static str>,
}

/// Judges the last of what was played, in the light of what was before.
pub fn judge(host: &Host, played: &[Exchange]) -> Judgement {
    let mut session = Session::new(host.clone());
    let mut now = Duration::ZERO;
    let (last, before) = played.split_last().expect("a case has a packet that is tried");
    for Exchange { request, replies } in before {
        session.settle(now, Occasion::Packet(request), replies.first().map(Vec::as_slice));
        now += STEP;
    }
    let occasion = Occasion::Packet(&last.request);
    let admitted = match last.replies.first() {
        Some(reply) => session.admit(now, occasion, reply.clone()).map(drop),
        None => session.admit_silence(now, occasion),
    };
    let findings = admitted.err().map(|veto| veto.findings).unwrap_or_default();
    let vetoes = findings.iter().filter(|finding| finding.level().vetoes());
    Judgement { due: session.due(now, occasion), vetoes: vetoes.map(|f| f.rule.id).collect() }
}

/// The host with the kernel's addresses and programs.
pub fn host(link: Link) -> Host {
    Host {
        address: HOST,
        broadcast: Some(BROADCAST),
        ipv6: Some(HOST6),
        mac: (link == Link::Ethernet).then_some(HOST_MAC),
        speaks: Speaks {
            icmp: true,
            udp: Some(Ports(UDP_PORTS[..].into())),
            tcp: Some(Ports(TCP_PORTS[..].into())),
            own_types: (&[]).into(),
        },
    }
}

/// The reference host: it knows what its turns tell, and what it noted on the one flow that there is.
pub struct Reference {
    link: Link,
    notes: Option<String>,
}

impl Reference {
    /// A host that nobody has spoken to yet.
    pub fn new(link: Link) -> Reference {
        Reference { link, notes: None }
    }

    fn turn(&self, packet: &[u8]) -> Turn {
        let mut turn = Turn::read("", "# You are a host\n", "", None);
        let IpAddr::V4(address) = V4.to else { unreachable!("the route is one of IPv4") };
        turn.address = Some(address);
        turn.facts = Some(self.facts());
        turn.occasion = Reason::Packet;
        turn.packet = packet.to_vec();
        turn.form = Form::Bytes;
        turn
    }

    fn facts(&self) -> Facts {
        let mut facts = Facts {
            broadcast: Some(BROADCAST),
            ipv6: Some(HOST6),
            notes: self.notes.clone(),
            ..Facts::default()
        };
        facts.mac = (self.link == Link::Ethernet).then_some(HOST_MAC);
        let list = |ports: &[(u16, u16)]| {
            ports
                .iter()
                .map(|(first, last)| format!("{first}-{last}"))
                .collect::<Vec<_>>()
                .join(", ")
        };
        facts.read(&format!("Open UDP ports: {}.", list(&UDP_PORTS)));
        facts.read(&format!("Open TCP ports: {}.", list(&TCP_PORTS)));
        facts.origin.initial_sequence = INITIAL;
        facts
    }
}

impl Answers for Reference {
    fn exchange(&mut self, packet: &[u8]) -> Result<Vec<Vec<u8>>, Failure> {
        let turn = self.turn(packet);
        let decision = consider(&turn).ok_or("the reference host saw no packet")?;
        match decision.note.as_deref() {
            Some("-") => self.notes = None,
            Some(note) => self.notes = Some(note.to_owned()),
            None => {}
        }
        Ok(match decision.outcome {
            Outcome::Reply(reply) => vec![reply.bytes],
            Outcome::Drop(_) => Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use verify::Reason;

    use super::*;
    use crate::oracle::case::{Segment, open_case};
    use crate::oracle::packet::{ICMP, echo, ip};

    #[test]
    fn silence_is_held_against_what_is_due() {
        let request = ip(V4, ICMP, echo(8)).0;
        let silent = |request: &[u8]| {
            judge(
                &host(Link::RawIp),
                &[Exchange { request: request.to_vec(), replies: Vec::new() }],
            )
        };
        let wrong = silent(&request);
        assert_eq!((wrong.due, wrong.vetoes), (Due::Reply, vec!["exchange.unanswered"]));
        let right = silent(&request[..40]);
        assert_eq!((right.due, right.vetoes), (Due::Silence(Reason::Truncated), vec![]));
    }

    #[test]
    fn the_reference_host_opens_connections_and_remembers() {
        let case = open_case("", "", Segment::new(wire::tcp::flag::ACK).data(b"GET"));
        let played = case.play(&mut Reference::new(Link::RawIp)).unwrap();
        let answered: Vec<_> = played.iter().map(|exchange| exchange.replies.len()).collect();
        assert_eq!(answered, [1, 0, 1]);
        assert_eq!(judge(&host(Link::RawIp), &played).vetoes, Vec::<&str>::new());
    }
}
