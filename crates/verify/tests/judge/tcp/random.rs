//! Anything at all, from a fixed seed: nothing panics, and the judge agrees with itself.

use proptest::prelude::*;

use super::*;
use crate::random::config;

/// A segment of one of few connections, with numbers near those that mean something.
fn segments(of_host: bool) -> impl Strategy<Value = Segment> {
    let near = || prop_oneof![4 => 0..8_u32, 1 => 990..1010_u32, 1 => (1..6_u32).prop_map(|n| 0_u32.wrapping_sub(n)), 1 => any::<u32>()];
    let numbers = (near(), near(), prop_oneof![Just(1000_u16), 0..5_u16, any::<u16>()]);
    let flags = prop_oneof![
        prop::sample::select(vec![0x10_u8, 0x10, 0x18, 0x18, 0x02, 0x12, 0x11, 0x04]),
        any::<u8>(),
    ];
    let options = prop_oneof![
        4 => Just(vec![]),
        1 => Just(MSS.to_vec()),
        1 => Just([&[3, 3, 14, 1, 1, 1, 4, 2, 1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0], MSS].concat()),
        1 => prop::collection::vec(any::<u8>(), 8),
    ];
    let data = prop_oneof![3 => prop::collection::vec(0..2_u8, 0..6), 1 => prop::collection::vec(any::<u8>(), 0..1200)];
    (any::<bool>(), 0..3_u16, numbers, flags, options, data).prop_map(
        move |(six, port, (sequence, acknowledgment, window), flags, options, data)| {
            let line =
                Line { ports: (40_000 + port, 80), ..Line::new(six, (u32::MAX - 2, 0x7fff_fffe)) };
            let blank = if of_host {
                line.host("A", sequence, acknowledgment)
            } else {
                line.peer("A", sequence, acknowledgment)
            };
            Segment { flags, window, options, data, ..blank }
        },
    )
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn no_session_panics_and_due_is_what_is_judged(
        turns in prop::collection::vec((segments(false), segments(true), 0..4_u8, any::<u16>()), 1..40),
    ) {
        let mut judge = Judge::new();
        for (came, reply, kind, pause) in turns {
            judge.now += Duration::from_millis(u64::from(pause) * 8);
            // What answers often belongs to what came.
            let reply = if kind > 0 { Segment { from: came.to, to: came.from, ports: (came.ports.1, came.ports.0), ..reply } } else { reply };
            let came_bytes = came.bytes();
            let occasion = if kind == 3 { Occasion::Timer(&came_bytes) } else { Occasion::Packet(&came_bytes) };
            let due = judge.session.due(judge.now, occasion);
            let silent = judge.vetoes_on(occasion, None);
            let vetoes = judge.vetoes_on(occasion, Some(&reply));
            prop_assert_eq!(silent.is_empty(), due != Due::Reply);
            prop_assert!(!matches!(due, Due::Silence(_)) || !vetoes.is_empty());
            let reply = vetoes.is_empty().then(|| reply.bytes());
            judge.session.settle(judge.now, occasion, reply.as_deref());
        }
    }

    #[test]
    fn no_bytes_panic(
        mut packets in prop::collection::vec((segments(false), segments(true)).prop_map(|(a, b)| (a.bytes(), b.bytes())), 1..6),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut: Option<u8>,
    ) {
        for (which, at, value) in damage {
            let (came, sent) = which.get(&packets).clone();
            let (mut came, mut sent) = (came, sent);
            let second = at.index(sent.len());
            sent[second] ^= value;
            if let Some(octet) = came.get_mut(second) {
                *octet = value;
            }
            came.truncate(cut.map_or(came.len(), usize::from));
            packets.push((came, sent));
        }
        let mut session = Session::new(HOST);
        for (came, sent) in &packets {
            for occasion in [Occasion::Packet(came), Occasion::Timer(came)] {
                for finding in session.judge(Duration::ZERO, occasion, Some(sent)) {
                    prop_assert!(finding.offset + finding.length <= sent.len(), "{finding}");
                    prop_assert!(finding.edits.is_empty());
                }
                session.settle(Duration::ZERO, occasion, Some(sent));
            }
        }
    }
}
