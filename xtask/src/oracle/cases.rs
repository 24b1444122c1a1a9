//! The packets that are tried: of each protocol some sound ones, and many with exactly one fault.

use super::case::Case;

mod arp;
mod connection;
mod ethernet;
mod icmp;
mod icmpv6;
mod ipv4;
mod ipv6;
mod neighbor;
mod tcp;
mod udp;

/// All of them, in the order of the page.
pub fn all() -> Vec<Case> {
    let groups = [
        ipv4::cases(),
        ipv4::options(),
        ipv4::fragments(),
        icmp::cases(),
        udp::cases(),
        tcp::closed(),
        tcp::listening(),
        connection::cases(),
        ipv6::cases(),
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::oracle::case::Step;

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
        let broken = cases.iter().filter(|case| !case.fault.starts_with("none")).count();
        assert!(broken >= 60, "{broken} packets with a fault");
    }
}
