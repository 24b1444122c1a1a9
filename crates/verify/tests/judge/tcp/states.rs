//! Every state against every kind of segment: the table of RFC 9293 section 3.10.7.4, written out.

use super::*;

/// A connection in some state: the next number of the host, and of the peer, and what of the host's was not
/// acknowledged.
struct State {
    name: &'static str,
    judge: Judge,
    next: u32,
    expected: u32,
    unacknowledged: u32,
}

/// What must be done.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Must {
    Silence(Reason),
    /// Anything may be sent, or nothing.
    May,
    Acknowledge,
    AcknowledgeOrSynAck,
    Reset,
}

use Must::{Acknowledge, AcknowledgeOrSynAck, May, Silence};

const RESET: Must = Silence(Reason::TcpReset);
const DROP: Must = Silence(Reason::TcpSegment);

/// Every state, and the ways there.
fn states(line: &Line) -> Vec<State> {
    let mut list = Vec::new();
    for name in [
        "SYN-RECEIVED",
        "ESTABLISHED",
        "CLOSE-WAIT",
        "LAST-ACK",
        "FIN-WAIT-1",
        "FIN-WAIT-2",
        "CLOSING",
        "TIME-WAIT",
    ] {
        let mut judge = Judge::new();
        let ack = line.peer("A", 1, 1);
        let fin = line.host("FA", 1, 1);
        judge.carry_out(
            &line.peer("S", 0, 0).options(MSS),
            Some(&line.host("SA", 0, 1).options(MSS)),
        );
        if name != "SYN-RECEIVED" {
            judge.carry_out(&ack, None);
        }
        let (next, expected, unacknowledged) = match name {
            "SYN-RECEIVED" => (1, 1, 0),
            "ESTABLISHED" => (1, 1, 1),
            "CLOSE-WAIT" => {
                judge.carry_out(&line.peer("FA", 1, 1), Some(&line.host("A", 1, 2)));
                (1, 2, 1)
            }
            "LAST-ACK" => {
                judge.carry_out(&line.peer("FA", 1, 1), Some(&line.host("FA", 1, 2)));
                (2, 2, 1)
            }
            "FIN-WAIT-1" => {
                judge.send(&ack, &fin);
                (2, 1, 1)
            }
            "FIN-WAIT-2" => {
                judge.send(&ack, &fin);
                judge.carry_out(&line.peer("A", 1, 2), None);
                (2, 1, 2)
            }
            "CLOSING" => {
                judge.send(&ack, &fin);
                judge.carry_out(&line.peer("FA", 1, 1), Some(&line.host("A", 2, 2)));
                (2, 2, 1)
            }
            _ => {
                judge.send(&ack, &fin);
                judge.carry_out(&line.peer("FA", 1, 2), Some(&line.host("A", 2, 2)));
                (2, 2, 2)
            }
        };
        list.push(State { name, judge, next, expected, unacknowledged });
    }
    list
}

/// What each segment calls for in a state, and how far the host may acknowledge it.
fn table(line: &Line, state: &State) -> Vec<(&'static str, Segment, Must, u32)> {
    let State { name, next, expected, unacknowledged, .. } = *state;
    let half_open = name == "SYN-RECEIVED";
    let receives = ["SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2"].contains(&name);
    // An acknowledgment that changes nothing, but for the one that completes the handshake.
    let known = if half_open { 1 } else { unacknowledged };
    let news = if receives { Acknowledge } else { May };
    let bare = |sequence, acknowledgment| line.peer("A", sequence, acknowledgment);
    let data = |sequence| line.peer("PA", sequence, known).data(b"data");
    let before = |by| expected.wrapping_sub(by);
    let waits = name == "TIME-WAIT";
    let again = if half_open || waits { AcknowledgeOrSynAck } else { Acknowledge };
    let in_window = match () {
        () if half_open => May,
        () if waits => AcknowledgeOrSynAck,
        () => Acknowledge,
    };
    let beyond = if waits { AcknowledgeOrSynAck } else { Acknowledge };
    let last = if name == "LAST-ACK" { DROP } else { May };
    vec![
        ("exact reset", line.peer("R", expected, 0), RESET, expected),
        ("exact reset with ACK", line.peer("RA", expected, known), RESET, expected),
        ("reset in the window", line.peer("R", expected + 10, 0), Acknowledge, expected),
        ("reset at its end", line.peer("R", expected + 999, 0), Acknowledge, expected),
        ("reset after it", line.peer("R", expected + 1000, 0), RESET, expected),
        ("old reset", line.peer("R", before(1), 0), RESET, expected),
        ("the SYN again", line.peer("S", 0, 0).options(MSS), again, expected),
        ("SYN in the window", line.peer("S", expected + 10, 0), in_window, expected),
        ("SYN after it", line.peer("S", expected + 5000, 0), beyond, expected),
        ("SYN-ACK", line.peer("SA", before(1), known), Acknowledge, expected),
        ("no ACK", line.peer("P", expected, 0).data(b"data"), DROP, expected),
        ("nothing", line.peer("", expected, 0), DROP, expected),
        ("old without ACK", line.peer("P", before(9), 0).data(b"data"), Acknowledge, expected),
        ("bare", bare(expected, known), May, expected),
        ("bare in the window", bare(expected + 999, known), May, expected),
        ("bare after it", bare(expected + 1000, known), Acknowledge, expected),
        ("old bare", bare(before(1), known), Acknowledge, expected),
        ("keep-alive", bare(before(1), known).data(b"?"), Acknowledge, expected),
        ("all acknowledged", bare(expected, next), last, expected),
        (
            "acknowledges too much",
            bare(expected, next + 1),
            if half_open { Must::Reset } else { Acknowledge },
            expected,
        ),
        (
            "acknowledges the first number",
            bare(expected, 0),
            if half_open { Must::Reset } else { May },
            expected,
        ),
        ("old data", data(before(4)), Acknowledge, expected),
        ("data", data(expected), news, expected + 4 * u32::from(receives)),
        ("old and new data", data(before(2)), Acknowledge, expected + 2 * u32::from(receives)),
        ("data after a gap", data(expected + 10), news, expected),
        ("data after the window", data(expected + 1000), Acknowledge, expected),
        ("FIN", line.peer("FA", expected, known), news, expected + u32::from(receives)),
        ("old FIN", line.peer("FA", before(1), known), Acknowledge, expected),
        ("FIN after a gap", line.peer("FA", expected + 3, known), news, expected),
    ]
}

/// The segment may have acknowledged all, after which nothing is sent again.
fn check(line: &Line, state: &State, row: &(&str, Segment, Must, u32)) {
    let (kind, came, must, most) = row;
    let place = format!("{} {kind}", state.name);
    let State { judge, next, expected, .. } = state;
    let acknowledgment = line.host("A", *next, *most);
    let syn_ack = match state.name {
        "TIME-WAIT" => Segment {
            acknowledgment: came.sequence.wrapping_add(1),
            ..line.host("SA", next + 100, 0).options(MSS)
        },
        _ => line.host("SA", 0, 1).options(MSS),
    };
    let reset = Segment { sequence: came.acknowledgment, ..line.host("R", 0, 0) };
    let admits = |reply: Option<&Segment>| judge.vetoes(came, reply).is_empty();
    let due = judge.due(came);
    let expect = match must {
        Silence(reason) => (Due::Silence(*reason), true, false, false, false),
        May => (Due::Either(Reason::TcpSegment), true, true, false, false),
        Acknowledge => (Due::Reply, false, true, false, false),
        AcknowledgeOrSynAck => (Due::Reply, false, true, true, false),
        Must::Reset => (Due::Reply, false, false, false, true),
    };
    let bad_reset = if came.flags & 16 == 0 { false } else { admits(Some(&reset)) };
    // A reset that is exact is an abort.
    let abort = came.flags & 16 != 0 && reset.sequence == line.host("R", *next, 0).sequence;
    let found = (
        due,
        admits(None),
        admits(Some(&acknowledgment)),
        admits(Some(&syn_ack)),
        bad_reset && !abort,
    );
    assert_eq!(found, expect, "{place}");
    if expect.2 {
        for wrong in [
            line.host("A", next + 1, *most),
            line.host("A", next.wrapping_sub(1), *most),
            line.host("A", *next, most + 1),
            line.host("A", *next, expected.wrapping_sub(1)),
            line.host("R", next + 1, 0),
            line.host("PA", next + 1, *most).data(b"after a gap"),
        ] {
            assert!(!admits(Some(&wrong)), "{place}: {wrong:?}");
        }
        assert!(admits(Some(&line.host("R", *next, 0))), "{place}: abort");
    }
}

#[test]
fn every_state_and_every_segment() {
    for (index, initial) in INITIAL.into_iter().enumerate() {
        let line = Line::new(index == 1, initial);
        for state in states(&line) {
            for row in table(&line, &state) {
                check(&line, &state, &row);
            }
        }
    }
}

/// What is left of a connection after a segment that ends it.
#[test]
fn connections_end() {
    let line = Line::new(false, (1000, 5000));
    for mut state in states(&line) {
        let (next, expected) = (state.next, state.expected);
        state.judge.carry_out(&line.peer("R", expected, 0), None);
        assert!(!state.judge.knows(&line, (expected, next)), "{}", state.name);
    }
    for mut state in states(&line) {
        let (next, expected) = (state.next, state.expected);
        let old = line.peer("A", expected.wrapping_sub(1), next);
        state.judge.carry_out(&old, Some(&line.host("RA", next, expected)));
        assert!(!state.judge.knows(&line, (expected, next)), "{}", state.name);
    }
    // A reset of what was never sent is no end.
    let mut half_open = states(&line).remove(0);
    half_open.judge.carry_out(&line.peer("A", 1, 9), Some(&line.host("R", 9, 0)));
    assert!(half_open.judge.knows(&line, (1, 1)));
    // A SYN in its window lets it listen again, if nothing is sent.
    for (reply, known) in [(Some(line.host("A", 1, 1)), true), (None, false)] {
        let mut half_open = states(&line).remove(0);
        half_open.judge.carry_out(&line.peer("S", 11, 0), reply.as_ref());
        assert_eq!(half_open.judge.knows(&line, (1, 1)), known);
    }
}

/// Nothing is known of a connection: CLOSED and LISTEN.
#[test]
fn without_a_connection() {
    for (six, port) in [(false, 80), (true, 80), (false, 81), (true, 81)] {
        let line = Line { ports: (40_000, port), ..Line::new(six, (1000, 5000)) };
        let judge = Judge::new();
        let listens = port == 80;
        let exact = Segment { sequence: 0, ..line.host("RA", 0, 0) };
        let refusal = |acknowledgment: u32| Segment {
            acknowledgment: 1000 + acknowledgment,
            ..exact.clone()
        };
        for (came, reply) in [
            (line.peer("R", 0, 0), None),
            (line.peer("RA", 0, 7), None),
            (line.peer("A", 9, 7), Some(line.host("R", 7, 0))),
            (line.peer("A", 9, 7), Some(line.host("RA", 7, 9))),
            (line.peer("SA", 9, 7), Some(line.host("R", 7, 0))),
            (line.peer("FPA", 9, 7).data(b"data"), Some(line.host("RA", 7, 14))),
            (
                line.peer("S", 0, 0).options(MSS),
                Some(if listens { line.host("SA", 0, 1).options(MSS) } else { refusal(1) }),
            ),
            (
                line.peer("SF", 0, 0).data(b"xy"),
                Some(if listens { line.host("SA", 0, 4).options(MSS) } else { refusal(4) }),
            ),
            (line.peer("F", 0, 0), (!listens).then(|| refusal(1))),
            (line.peer("P", 0, 0).data(b"xyz"), (!listens).then(|| refusal(3))),
            (line.peer("", 0, 0), (!listens).then(|| refusal(0))),
        ] {
            assert_eq!(judge.vetoes(&came, reply.as_ref()), [""; 0], "{came:?} {reply:?}");
            let other = if reply.is_some() { None } else { Some(refusal(0)) };
            assert_ne!(judge.vetoes(&came, other.as_ref()), [""; 0], "{came:?}");
            if let Some(reply) = reply.filter(|reply| reply.flags & 4 != 0) {
                for wrong in [
                    Segment { sequence: reply.sequence + 1, ..reply.clone() },
                    Segment {
                        acknowledgment: reply.acknowledgment + 1,
                        flags: 20,
                        ..reply.clone()
                    },
                    Segment { flags: reply.flags | 1, ..reply.clone() },
                    Segment { flags: 16, ..reply.clone() },
                ] {
                    assert_ne!(judge.vetoes(&came, Some(&wrong)), [""; 0], "{came:?} {wrong:?}");
                }
            }
        }
    }
}

#[test]
fn damaged_segments_say_nothing() {
    let line = Line::new(false, (1000, 5000));
    let mut judge = Judge::new();
    judge.open(&line);
    let good = line.peer("PA", 1, 1).data(b"ping").bytes();
    for bit in 160..good.len() * 8 {
        let mut damaged = good.clone();
        damaged[bit / 8] ^= 0x80 >> (bit % 8);
        let occasion = Occasion::Packet(&damaged);
        let due = judge.session.due(judge.now, occasion);
        assert!(matches!(due, Due::Silence(Reason::TcpChecksum | Reason::TcpHeader)), "{bit}");
        judge.session.settle(judge.now, occasion, None);
    }
    for length in 20..good.len() {
        let occasion = Occasion::Packet(&good[..length]);
        assert!(matches!(judge.session.due(judge.now, occasion), Due::Silence(_)), "{length}");
    }
    // Nothing of it was taken in.
    let next = line.peer("PA", 5, 1).data(b"pong");
    let vetoes = judge.vetoes(&next, Some(&line.host("A", 1, 9)));
    assert_eq!(vetoes, ["tcp.connection.acknowledgment"]);
}
