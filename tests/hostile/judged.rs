//! What nano made of a packet beside what the judge says of it.

use softstack::mind::nano::speaks;
use verify::{Due, Finding, Host, admit, due};
use wire::{Mac, hex};

use crate::session::{Outcome, Proposal};

/// How often nano may be wrong in one test about a packet that nobody but an enemy sends. Nothing wrong leaves all
/// the same, and no sound packet is among them.
pub const MISTAKES: usize = 4;

/// The small host that nano is, on bare IP or in frames, with both versions of IP.
pub fn host(link: wire::Link) -> Host {
    Host {
        address: [10, 0, 0, 1].into(),
        broadcast: Some([10, 0, 0, 255].into()),
        ipv6: Some("fd00::1".parse().expect("an address")),
        mac: (link == wire::Link::Ethernet).then_some(Mac([2, 0, 0, 0, 0, 1])),
        speaks: speaks(),
    }
}

/// Compares the first attempt with what is due, and whatever was sent: that was admitted in any case.
///
/// # Errors
/// What nano got wrong, which the judge then held back.
pub fn judged(host: &Host, packet: &[u8], outcome: &Outcome) -> Result<(), String> {
    if let Some(sent) = &outcome.sent
        && let Err(veto) = admit(host, packet, sent.clone())
    {
        panic!("{} left, {veto}, for {}", hex::encode(sent), hex::encode(packet));
    }
    let due = due(host, packet);
    match (due, &outcome.proposal) {
        (Due::Silence(right), Proposal::Drop(said))
            if is_fault(host, packet, right.name(), said) =>
        {
            Ok(())
        }
        (Due::Either(_), Proposal::Drop(_)) => Ok(()),
        (_, Proposal::Send(bytes)) => match admit(host, packet, bytes.clone()) {
            Ok(admitted) if admitted.remarks().iter().all(is_of_the_other_end) => Ok(()),
            Ok(admitted) => Err(format!("remarked: {:?}", ids(admitted.remarks()))),
            Err(veto) => Err(format!("vetoed: {:?}", ids(&veto.findings))),
        },
        (due, proposal) => Err(format!("due {due:?}, {proposal:?}")),
    }
}

/// What is remarked on addresses and ports that nobody should have is not the host's fault: who asks by ARP from
/// station 00:00:00:00:00:00 is answered there.
fn is_of_the_other_end(finding: &Finding) -> bool {
    let id = finding.rule.id;
    id.contains("address") || id.contains("port") || id == "arp.reply.target"
}

fn ids(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(|finding| finding.rule.id).collect()
}

/// Whether a packet has the fault that nano names, of which the judge names `right`. The judge leaves unnamed what else
/// is wrong with a datagram that has options, reads extension headers and more of what went to a group, and
/// looks at a TCP header before its sum.
fn is_fault(host: &Host, packet: &[u8], right: &str, said: &str) -> bool {
    let is_to_group = host.mac.is_some() && packet.first().is_some_and(|octet| octet & 1 == 1);
    match right {
        _ if right == said || (said == "ethernet" && is_to_group) => true,
        "version" => true,
        "error" | "fragment" | "protocol" | "source" | "ethernet" => said == "not-for-me",
        "ipv6" | "neighbor" => {
            matches!(said, "not-for-me" | "protocol" | "fragment" | "truncated")
        }
        "tcp-header" => said == "tcp-checksum",
        _ => false,
    }
}
