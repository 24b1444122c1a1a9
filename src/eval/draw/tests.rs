use std::collections::BTreeSet;

use super::*;

fn plan(seed: u64, protocols: &[Protocol]) -> Plan {
    Plan { count: 150, seed, lengths: (28, 160), protocols: protocols.to_vec(), is_small: false }
}

#[test]
fn every_packet_is_sound_or_has_its_one_fault() {
    for protocol in Protocol::ALL {
        // Echo alone would be that of another host.
        let protocols = [protocol, Protocol::Dns];
        let plan = plan(5, &protocols);
        let mut seen = BTreeSet::new();
        for number in (1..=plan.packets()).filter(|number| plan.protocol(*number) == protocol) {
            let case = plan.case(number);
            assert!(case.programs.len() > 1 && !case.host.is_echo_only());
            match (due(&case.host, &case.packet), number.is_multiple_of(2)) {
                (Due::Silence(reason), true) => _ = seen.insert(reason.name()),
                (Due::Reply, false) => assert!(!is_usual(protocol)),
                (Due::Either(_), false) => assert!(is_usual(protocol)),
                (due, _) => panic!("{protocol} {number}: {due:?}"),
            }
        }
        let meant: BTreeSet<_> = faults(protocol).iter().map(|(reason, _)| reason.name()).collect();
        assert_eq!(seen, meant, "{protocol}");
    }
}

#[test]
fn a_packet_depends_on_seed_and_number_alone() {
    let whole = plan(7, &Protocol::ALL);
    for number in 1..=whole.packets().min(480) {
        let (case, again) = (whole.case(number), whole.case(number));
        assert_eq!((&case.packet, &case.host), (&again.packet, &again.host));
        assert_eq!(case.number, number);
        let other = Plan { seed: 8, ..whole.clone() }.case(number);
        assert_ne!((&case.packet, &case.host), (&other.packet, &other.host));
    }
}

#[test]
fn a_protocols_packets_are_the_same_whatever_else_is_measured() {
    let (whole, alone) = (plan(7, &Protocol::ALL), plan(7, &[Protocol::Syn]));
    let of_syn = (1..).filter(|number| whole.protocol(*number) == Protocol::Syn);
    for (own, number) in (1..=40).zip(of_syn) {
        assert_eq!(alone.case(own).packet, whole.case(number).packet);
    }
}
