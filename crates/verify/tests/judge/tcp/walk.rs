//! Whole connections, step by step: what may be replied, and what may not.

use super::*;

/// What came, what is replied, and replies that are wrong, each with the rule that says so.
struct Step {
    came: Segment,
    good: Vec<Option<Segment>>,
    bad: Vec<(Option<Segment>, &'static str)>,
}

/// Judges all replies of each step, and carries out the last good one.
fn walk(judge: &mut Judge, steps: &[Step]) {
    for Step { came, good, bad } in steps {
        for (reply, rule) in bad {
            let vetoes = judge.vetoes(came, reply.as_ref());
            assert_eq!(vetoes, [*rule], "{came:?} {reply:?}");
        }
        for reply in good {
            assert_eq!(judge.vetoes(came, reply.as_ref()), [""; 0], "{came:?} {reply:?}");
        }
        judge.settle(came, good.last().unwrap().as_ref());
    }
}

fn handshake(line: &Line) -> [Step; 2] {
    let sa =
        |sequence, acknowledgment| Some(line.host("SA", sequence, acknowledgment).options(MSS));
    let opening = Step {
        came: line.peer("S", 0, 0).options(MSS),
        good: vec![Some(line.host("SA", 0, 1)), sa(77, 1), sa(0, 1)],
        bad: vec![
            (None, "tcp.unanswered.syn"),
            (sa(0, 0), "tcp.syn_ack.acknowledgment"),
            (sa(0, 2), "tcp.syn_ack.acknowledgment"),
            (Some(line.host("S", 0, 0).options(MSS)), "tcp.syn_ack.flags"),
            (Some(line.host("A", 0, 1)), "tcp.syn_ack.flags"),
            (Some(line.host("RA", 0, 1)), "tcp.syn_ack.flags"),
            (Some(line.host("SAP", 0, 1).options(MSS)), "tcp.syn_ack.flags"),
            (Some(line.host("SA", 0, 1).options(MSS).data(b"early")), "tcp.syn_ack.data"),
            (Some(line.host("SAE", 0, 1).options(MSS)), "tcp.syn_ack.ecn"),
            (Some(line.host("SA", 0, 1).options(&[3, 3, 7, 1])), "tcp.syn_ack.window_scale"),
            (Some(line.host("SA", 0, 1).options(&TIMESTAMPS)), "tcp.syn_ack.timestamps"),
            (
                Some(Segment { ports: (81, 40_000), ..line.host("SA", 0, 1) }),
                "tcp.reply.source_port",
            ),
            (
                Some(Segment { ports: (80, 40_001), ..line.host("SA", 0, 1) }),
                "tcp.reply.destination_port",
            ),
        ],
    };
    let completed = Step {
        came: line.peer("A", 1, 1),
        good: vec![Some(line.host("PA", 1, 1).data(b"220 ready")), None],
        bad: vec![
            (sa(0, 1), "tcp.connection.syn"),
            (Some(line.host("PA", 0, 1).data(b"220 ready")), "tcp.connection.sequence"),
            (Some(line.host("A", 2, 1)), "tcp.connection.sequence"),
            (Some(line.host("A", 1, 2)), "tcp.connection.acknowledgment"),
            (Some(line.host("A", 1, 0)), "tcp.connection.acknowledgment"),
            (Some(line.host("R", 0, 0)), "tcp.connection.reset"),
        ],
    };
    [opening, completed]
}

const TIMESTAMPS: [u8; 12] = [1, 1, 8, 10, 0, 0, 0, 9, 0, 0, 0, 0];

/// The request of five octets, the answer of six with FIN, and the close.
fn request_and_close(line: &Line) -> [Step; 3] {
    let answer =
        |sequence, acknowledgment| Some(line.host("FPA", sequence, acknowledgment).data(b"answer"));
    let request = Step {
        came: line.peer("PA", 1, 1).data(b"hello"),
        good: vec![
            Some(line.host("A", 1, 6)),
            // It need not be taken in.
            Some(line.host("A", 1, 1)),
            Some(line.host("A", 1, 3)),
            Some(line.host("RA", 1, 6)),
            Some(line.host("R", 1, 0)),
            answer(1, 6),
        ],
        bad: vec![
            (None, "tcp.unanswered.data"),
            (answer(1, 7), "tcp.connection.acknowledgment"),
            (answer(1, 0), "tcp.connection.acknowledgment"),
            (answer(0, 6), "tcp.connection.sequence"),
            (answer(2, 6), "tcp.connection.sequence"),
            (answer(6, 6), "tcp.connection.sequence"),
            (Some(line.host("RA", 2, 6)), "tcp.connection.reset"),
            (Some(line.host("SA", 0, 1).options(MSS)), "tcp.connection.syn"),
            (Some(line.host("PA", 1, 6).data(&[7; 1001])), "tcp.connection.window"),
        ],
    };
    let again = Step {
        came: line.peer("PA", 1, 1).data(b"hello"),
        good: vec![answer(1, 6), Some(line.host("A", 8, 6))],
        bad: vec![
            (None, "tcp.unanswered.unacceptable"),
            (Some(line.host("A", 1, 6)), "tcp.connection.sequence"),
            (Some(line.host("FPA", 1, 6).data(b"answEr")), "tcp.connection.retransmission"),
            (Some(line.host("FPA", 1, 6).data(b"ans")), "tcp.connection.fin"),
            (Some(line.host("PA", 1, 6).data(b"answer!")), "tcp.connection.fin"),
            (Some(line.host("PA", 8, 6).data(b"more")), "tcp.connection.fin"),
            (Some(line.host("A", 8, 5)), "tcp.connection.acknowledgment"),
        ],
    };
    let closing = Step {
        came: line.peer("FA", 6, 8),
        good: vec![Some(line.host("A", 8, 6)), Some(line.host("A", 8, 7))],
        bad: vec![
            (None, "tcp.unanswered.data"),
            (answer(1, 7), "tcp.connection.sequence"),
            (Some(line.host("FA", 8, 7)), "tcp.connection.fin"),
            (Some(line.host("A", 8, 8)), "tcp.connection.acknowledgment"),
            (Some(line.host("A", 7, 7)), "tcp.connection.sequence"),
        ],
    };
    [request, again, closing]
}

#[test]
fn a_connection_from_its_first_to_its_last_segment() {
    for (six, initial) in [false, true].into_iter().flat_map(|six| INITIAL.map(|i| (six, i))) {
        let (line, mut judge) = (Line::new(six, initial), Judge::new());
        walk(&mut judge, &handshake(&line));
        walk(&mut judge, &request_and_close(&line));
        // TIME-WAIT: the FIN again, for as long as it lasts.
        for seconds in [0, 200, 400] {
            judge.now = Duration::from_secs(seconds);
            judge.carry_out(&line.peer("FA", 6, 8), Some(&line.host("A", 8, 7)));
        }
        judge.now += Duration::from_secs(241);
        let late = line.peer("FA", 6, 8);
        assert_eq!(judge.vetoes(&late, Some(&line.host("A", 8, 7))), ["tcp.reset.flags"]);
        judge.carry_out(&late, Some(&line.host("R", 8, 0)));
    }
}

#[test]
fn segments_out_of_order_and_twice() {
    for initial in INITIAL {
        let (line, mut judge) = (Line::new(false, initial), Judge::new());
        judge.open(&line);
        let piece = |sequence, data: &[u8]| line.peer("PA", sequence, 1).data(data);
        let acknowledge = |number| line.host("A", 1, number);
        // The gap is at 1.
        judge.carry_out(&piece(5, b"efgh"), Some(&acknowledge(1)));
        assert_eq!(
            judge.vetoes(&piece(5, b"efgh"), Some(&acknowledge(9))),
            ["tcp.connection.acknowledgment"]
        );
        judge.carry_out(&line.peer("FA", 13, 1), Some(&acknowledge(1)));
        judge.carry_out(&piece(1, b"ab"), Some(&acknowledge(3)));
        judge.carry_out(&piece(1, b"abcdef"), Some(&acknowledge(9)));
        judge.carry_out(&piece(3, b"cd"), Some(&acknowledge(9)));
        // The rest, and with it the FIN.
        judge.carry_out(&piece(9, b"ijkl"), Some(&acknowledge(14)));
        // CLOSE-WAIT: what is left to say.
        let last = piece(9, b"ijkl");
        judge.send(&last, &line.host("PA", 1, 14).data(b"bye"));
        judge.send(&last, &line.host("FA", 4, 14));
        judge.carry_out(&line.peer("A", 14, 5), None);
        assert!(!judge.knows(&line, (14, 5)));
    }
}

#[test]
fn windows_of_the_peer_and_sizes() {
    let (line, mut judge) = (Line::new(false, (0, 0)), Judge::new());
    judge.open(&line);
    let data = |sequence, length| line.host("PA", sequence, 2).data(&vec![7; length]);
    let window = |sequence, acknowledgment, window| {
        line.peer("PA", sequence, acknowledgment).data(b"x").window(window)
    };
    assert_eq!(judge.vetoes(&window(1, 1, 0), Some(&data(1, 2))), ["tcp.connection.window"]);
    assert_eq!(judge.vetoes(&window(1, 1, 0), Some(&data(1, 1))), [""; 0], "a probe");
    assert_eq!(judge.vetoes(&window(1, 1, 65_535), Some(&data(1, 1461))), ["tcp.connection.mss"]);
    judge.carry_out(&window(1, 1, 65_535), Some(&data(1, 1460)));
    // The window shrinks: what was sent may be sent again, and nothing more.
    let shut = line.peer("A", 2, 1).window(100);
    assert_eq!(judge.vetoes(&shut, Some(&data(1, 1460))), [""; 0]);
    assert_eq!(judge.vetoes(&shut, Some(&data(1461, 1))), ["tcp.connection.window"]);
}

/// Without the option segments have 536 octets over IPv4, 1,220 over IPv6 (section 3.7.1).
#[test]
fn default_sizes() {
    for (six, most) in [(false, 536), (true, 1220)] {
        let (line, mut judge) = (Line::new(six, (7, 9)), Judge::new());
        judge.carry_out(&line.peer("S", 0, 0).window(9000), Some(&line.host("SA", 0, 1)));
        let came = line.peer("PA", 1, 1).data(b"ping").window(9000);
        let answer = |length| line.host("PA", 1, 5).data(&vec![7; length]);
        assert_eq!(judge.vetoes(&came, Some(&answer(most))), [""; 0]);
        assert_eq!(judge.vetoes(&came, Some(&answer(most + 1))), ["tcp.connection.mss"]);
    }
}

#[test]
fn windows_are_scaled_where_both_agreed() {
    let scale = [&[3, 3, 7, 1], MSS].concat();
    for (agreed, most) in [(&scale[..], 1280), (MSS, 10)] {
        let (line, mut judge) = (Line::new(true, (7, 9)), Judge::new());
        judge.carry_out(
            &line.peer("S", 0, 0).options(&scale).window(9000),
            Some(&line.host("SA", 0, 1).options(agreed)),
        );
        let came = line.peer("PA", 1, 1).data(b"ping").window(10);
        let answer = |length| line.host("PA", 1, 5).data(&vec![7; length]);
        assert_eq!(judge.vetoes(&came, Some(&answer(most))), [""; 0]);
        assert_eq!(judge.vetoes(&came, Some(&answer(most + 1))), ["tcp.connection.window"]);
    }
}

#[test]
fn our_own_windows_are_scaled_after_the_handshake() {
    let scale = [&[3, 3, 7, 1], MSS].concat();
    for (six, initial) in [(false, INITIAL[1]), (true, INITIAL[2])] {
        let (line, mut judge) = (Line::new(six, initial), Judge::new());
        let syn_ack = line.host("SA", 0, 1).options(&scale).window(10);
        judge.carry_out(&line.peer("S", 0, 0).options(&scale), Some(&syn_ack));
        let due = |judge: &Judge, sequence| judge.due(&line.peer("A", sequence, 1));
        assert_eq!(due(&judge, 11), Due::Reply);
        let taken = line.host("A", 1, 3).window(10);
        judge.carry_out(&line.peer("PA", 1, 1).data(b"hi"), Some(&taken));
        assert_eq!(due(&judge, 3 + 1279), Due::Either(Reason::TcpSegment));
        assert_eq!(due(&judge, 3 + 1280), Due::Reply);
    }
}

#[test]
fn timestamps_come_back() {
    let times = |value: u8, echo: u8| [1, 1, 8, 10, 0, 0, 0, value, 0, 0, 0, echo];
    let (line, mut judge) = (Line::new(false, (1000, 2000)), Judge::new());
    let syn_ack = |echo| line.host("SA", 0, 1).options(&times(100, echo));
    let syn = line.peer("S", 0, 0).options(&times(7, 0));
    assert_eq!(judge.vetoes(&syn, Some(&syn_ack(6))), ["tcp.connection.timestamps.echo"]);
    judge.carry_out(&syn, Some(&syn_ack(7)));
    judge.carry_out(&line.peer("A", 1, 1).options(&times(8, 100)), None);
    let came = line.peer("PA", 1, 1).options(&times(9, 100)).data(b"ping");
    for (echo, rules) in [
        (9, &[""; 0][..]),
        (8, &[]),
        (7, &["tcp.connection.timestamps.echo"]),
        (10, &["tcp.connection.timestamps.echo"]),
    ] {
        let reply = line.host("A", 1, 5).options(&times(101, echo));
        assert_eq!(judge.vetoes(&came, Some(&reply)), rules, "{echo}");
    }
    let bare = line.host("A", 1, 5);
    assert_eq!(judge.vetoes(&came, Some(&bare)), ["tcp.connection.timestamps"]);
    // Without them a segment is best dropped (RFC 7323 section 3.2).
    assert_eq!(judge.due(&line.peer("PA", 1, 1).data(b"ping")), Due::Either(Reason::TcpSegment));
    judge.carry_out(&came, Some(&line.host("A", 1, 5).options(&times(101, 9))));
    // One that is late, by its timestamp, does not turn back the clock.
    let late = line.peer("PA", 1, 1).options(&times(8, 100)).data(b"ping");
    judge.carry_out(&late, Some(&line.host("A", 1, 5).options(&times(102, 9))));
}

#[test]
fn data_on_a_syn_may_be_taken_or_left() {
    for taken in [1, 3, 5] {
        let (line, mut judge) = (Line::new(false, (u32::MAX - 2, 3)), Judge::new());
        let syn = line.peer("S", 0, 0).options(MSS).data(b"ping");
        let wrong = line.host("SA", 0, 6).options(MSS);
        assert_eq!(judge.vetoes(&syn, Some(&wrong)), ["tcp.syn_ack.acknowledgment"]);
        judge.carry_out(&syn, Some(&line.host("SA", 0, taken).options(MSS)));
        judge.carry_out(&line.peer("PA", 1, 1).data(b"ping"), Some(&line.host("A", 1, 5)));
    }
}

#[test]
fn timers() {
    let (line, mut judge) = (Line::new(false, (1000, 2000)), Judge::new());
    let syn = line.peer("S", 0, 0).options(MSS);
    let syn_ack = line.host("SA", 0, 1).options(MSS);
    assert_eq!(judge.timer_vetoes(&syn, &syn_ack), ["tcp.timer.unknown"]);
    judge.carry_out(&syn, Some(&syn_ack));
    judge.send(&syn, &syn_ack);
    let data = |flags, sequence, data: &[u8]| line.host(flags, sequence, 1).data(data);
    for (sent, rule) in [
        (line.host("SA", 5, 1).options(MSS), "tcp.syn_ack.sequence"),
        (line.host("RA", 0, 1), "tcp.connection.reset"),
        (line.host("A", 1, 1), "tcp.timer.nothing"),
        (data("PA", 1, b"early"), "tcp.connection.early"),
    ] {
        assert_eq!(judge.timer_vetoes(&syn, &sent), [rule], "{sent:?}");
    }
    let ack = line.peer("A", 1, 1);
    judge.carry_out(&ack, None);
    judge.send(&ack, &data("PA", 1, b"hello"));
    judge.send(&ack, &data("PA", 1, b"hello"));
    judge.send(&ack, &data("PA", 1, b"hello world"));
    for (sent, rule) in [
        (syn_ack, "tcp.connection.syn"),
        (data("PA", 1, b"jello"), "tcp.connection.retransmission"),
        (data("PA", 13, b"later"), "tcp.connection.sequence"),
        (line.host("R", 1, 0), "tcp.connection.reset"),
        (line.host("A", 12, 1), "tcp.timer.nothing"),
    ] {
        assert_eq!(judge.timer_vetoes(&ack, &sent), [rule], "{sent:?}");
    }
    // An application may abort at any time, and a larger window is news.
    assert_eq!(judge.timer_vetoes(&ack, &line.host("R", 12, 0)), [""; 0]);
    assert_eq!(judge.timer_vetoes(&ack, &line.host("A", 12, 1).window(2000)), [""; 0]);
    let part = line.peer("A", 1, 6);
    judge.carry_out(&part, None);
    assert_eq!(
        judge.timer_vetoes(&part, &data("PA", 1, b"hello world")),
        ["tcp.connection.sequence"]
    );
    judge.send(&part, &data("FPA", 6, b" world"));
    // What came last was damaged, and still nothing else may be sent.
    let mut damaged = part.bytes();
    damaged[36] ^= 1;
    let occasion = Occasion::Timer(&damaged);
    assert_eq!(judge.vetoes_on(occasion, Some(&data("FPA", 6, b" world"))), [""; 0]);
    assert_eq!(judge.vetoes_on(occasion, Some(&line.host("A", 13, 1))), ["tcp.timer.nothing"]);
}

#[test]
fn connections_are_forgotten_in_time() {
    let (line, mut judge) = (Line::new(false, (1000, 2000)), Judge::new());
    judge.carry_out(&line.peer("S", 0, 0).options(MSS), Some(&line.host("SA", 0, 1).options(MSS)));
    judge.now = Duration::from_secs(240);
    assert!(judge.knows(&line, (1, 1)));
    judge.now += Duration::from_secs(1);
    assert!(!judge.knows(&line, (1, 1)));
    // The same ports again, after a night, with a lower sequence number.
    let line = Line::new(false, (5, 6));
    judge.open(&line);
    judge.now += Duration::from_secs(124 * 60);
    assert!(judge.knows(&line, (1, 1)));
    judge.now += Duration::from_secs(1);
    assert!(!judge.knows(&line, (1, 1)));
}

#[test]
fn a_closed_port_stays_with_its_connections() {
    let (line, mut judge) = (Line::new(false, (1000, 2000)), Judge::new());
    judge.open(&line);
    let mut host = HOST;
    host.speaks.tcp = Some(verify::Ports::default());
    judge.session.set_host(host);
    judge.carry_out(&line.peer("PA", 1, 1).data(b"ping"), Some(&line.host("A", 1, 5)));
    let other = Line { ports: (40_001, 80), ..line };
    let syn = other.peer("S", 0, 0).options(MSS);
    let reset = Segment { sequence: 0, ..other.host("RA", 0, 1) };
    assert_eq!(judge.vetoes(&syn, Some(&other.host("SA", 0, 1).options(MSS))), ["tcp.reset.flags"]);
    judge.carry_out(&syn, Some(&reset));
}

/// 10,000 sources that send a SYN each, and never anything else.
#[test]
fn a_flood_pushes_out_no_open_connection() {
    let (line, mut judge) = (Line::new(false, (1000, 2000)), Judge::new());
    judge.open(&line);
    let mut last = line;
    for source in 0..10_000_u32 {
        let [.., third, fourth] = source.to_be_bytes();
        let peer = std::net::IpAddr::from([10, 1, third, fourth]);
        last = Line { peer, initial: (source, source), ..line };
        judge.settle(&last.peer("S", 0, 0), Some(&last.host("SA", 0, 1)));
    }
    assert!(judge.knows(&line, (1, 1)) && judge.knows(&last, (1, 1)));
    let first = Line { peer: std::net::IpAddr::from([10, 1, 0, 0]), initial: (0, 0), ..line };
    assert!(!judge.knows(&first, (1, 1)), "the oldest are forgotten");
    judge.carry_out(&line.peer("PA", 1, 1).data(b"ping"), Some(&line.host("A", 1, 5)));
}
