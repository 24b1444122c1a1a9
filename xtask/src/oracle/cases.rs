//! The packets that are tried: of each protocol some sound ones, and many with exactly one fault.

use super::case::{Case, Step};

mod arp;
mod connection;
mod ethernet;
mod icmp;
mod icmpv6;
mod ipv4;
mod ipv6;
mod neighbor;
mod options;
mod tcp;
mod udp;

/// All of them, in the order of the page.
pub fn all() -> Vec<Case> {
    let groups = [
        ipv4::cases(),
        ipv4::protocols(),
        options::cases(),
        ipv4::fragments(),
        icmp::cases(),
        udp::cases(),
        tcp::closed(),
        tcp::closed_headers(),
        tcp::listening(),
        connection::cases(),
        ipv6::cases(),
        ipv6::next_headers(),
        ipv6::extensions(),
        ipv6::fragments(),
        icmpv6::cases(),
        ethernet::cases(),
        arp::cases(),
        neighbor::cases(),
    ];
    groups.into_iter().flatten().collect()
}

/// The heading below which a case stands: what is before the first point of its name.
pub fn group(case: &Case) -> &'static str {
    case.name.split('.').next().unwrap_or_default()
}

/// Whether it is about what nano speaks, too: its host has no port at which connections are opened.
pub fn is_for_nano(case: &Case) -> bool {
    let about = ["tcp.listen.", "tcp.ipv6.listen.", "ethernet.broadcast.syn"];
    let is_open = matches!(case.tried, Step::Segment(_));
    !is_open && !about.iter().any(|name| case.name.starts_with(name))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    #[test]
    fn names_and_packets_are_unique_and_most_are_broken() {
        let cases = all();
        let names: BTreeSet<_> = cases.iter().map(|case| case.name).collect();
        assert_eq!(names.len(), cases.len());
        let mut bytes = BTreeSet::new();
        for case in cases.iter().filter(|case| case.before.is_empty()) {
            let Step::Bytes(packet) = &case.tried else { continue };
            assert!(bytes.insert(packet.clone()), "{} is there twice", case.name);
        }
        let broken = |case: &&Case| !case.fault.starts_with("none");
        assert!(cases.iter().filter(broken).count() >= 60);
        let for_nano = cases.iter().filter(|case| is_for_nano(case)).filter(broken).count();
        assert!(for_nano >= 80, "{for_nano} packets with a fault for nano");
    }
}
