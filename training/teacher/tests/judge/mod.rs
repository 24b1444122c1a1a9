//! The judge, and whether the teacher agrees with it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use nano::registers::Registers;
use nano::tape::Ending;
use teacher::packets::{Arrival, Class};
use verify::{Due, Finding, Host, Ports, Speaks, admit, due};

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
pub struct Outcomes {
    agreed: BTreeMap<String, usize>,
    differ: BTreeMap<String, (usize, String)>,
}

impl Outcomes {
    pub fn agree(&mut self, arrival: &Arrival, class: Class, seed: u64) {
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
            (Due::Silence(reason), Ending::Drop(label))
                if may_differ(reason.name(), label.name()) =>
            {
                Ok(format!("{}, to the judge {}", label.name(), reason.name()))
            }
            (Due::Silence(reason), Ending::Drop(label)) => {
                Err(format!("silence: judge {}, teacher {}", reason.name(), label.name()))
            }
            (due, ending) => {
                Err(format!("judge {due:?}, teacher {ending:02x?}").chars().take(52).collect())
            }
        };
        match agreed {
            Ok(outcome) => {
                *self.agreed.entry(format!("{}: {outcome}", class.name())).or_default() += 1
            }
            Err(what) => {
                let hex = wire::hex::encode(&arrival.packet);
                let entry = self.differ.entry(format!("{}: {what}", class.name()));
                entry.or_insert((0, format!("seed {seed}: {hex} for {:?}", arrival.own))).0 += 1;
            }
        }
    }

    /// How often an outcome was agreed on, of whatever class.
    #[allow(dead_code, reason = "not every test counts")]
    pub fn count(&self, outcome: &str) -> usize {
        let is_it = |name: &str| name.split_once(": ").is_some_and(|(_, name)| name == outcome);
        self.agreed.iter().filter(|(name, _)| is_it(name)).map(|(_, count)| count).sum()
    }

    pub fn assert_nothing_differs(&self) {
        println!("{:#?}", self.agreed);
        let all: Vec<_> =
            self.differ.iter().map(|(k, (n, e))| format!("{n:6} {k}   {e}")).collect();
        assert!(self.differ.is_empty(), "{}", all.join("\n"));
    }
}

/// What is remarked on addresses and ports that nobody should have is not nano's fault: who asks by ARP from station
/// 00:00:00:00:00:00 is answered there.
fn remarked(remarks: &[Finding]) -> Result<String, String> {
    let is_of_the_asker =
        |id: &str| id.contains("address") || id.contains("port") || id == "arp.reply.target";
    let mut others = ids(remarks);
    others.retain(|id| !is_of_the_asker(id));
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
        "error" | "fragment" | "protocol" | "source" => {
            matches!(teacher, "not-for-me" | "ethernet")
        }
        "not-for-me" => teacher == "ethernet",
        "ipv6" | "neighbor" => {
            matches!(teacher, "not-for-me" | "protocol" | "fragment" | "truncated")
        }
        "tcp-header" => teacher == "tcp-checksum",
        _ => false,
    }
}
