//! Sound exchanges, damaged: nothing panics, nothing points past the reply, and silence is vetoed where a reply is
//! due and only there.

use std::net::Ipv4Addr;
use std::time::Duration;

use proptest::prelude::*;
use verify::{Occasion, Session};

use crate::datagrams::{
    FROM_US, FROM_US_6, HOST, TO_US, TO_US_6, error, icmp, packet, seal, start, udp,
};
use crate::messages::{CLIENT, Dhcp, answers, asks, dhcp_request, query, response};
use crate::random::config;

/// Requests of every kind with what a sound host says.
fn exchanges() -> Vec<(Vec<u8>, Vec<u8>)> {
    let closed = [udp(TO_US, (CLIENT, 9), b"ping"), udp(TO_US_6, (CLIENT, 9), b"ping")];
    let unknown = packet(TO_US_6, 200, b"pingping");
    let all = Ipv4Addr::BROADCAST;
    vec![
        (udp(TO_US, (CLIENT, 7), b"ping"), udp(FROM_US, (7, CLIENT), b"ping")),
        (udp(TO_US_6, (CLIENT, 7), b"ping"), udp(FROM_US_6, (7, CLIENT), b"ping")),
        (asks(&query()), answers(&response())),
        (Dhcp::client(1).broadcast(), Dhcp::server(2).to(all, 68)),
        (dhcp_request().broadcast(), Dhcp::server(5).to(all, 68)),
        (closed[0].clone(), error(FROM_US, (3, 3), 0, &closed[0])),
        (closed[1].clone(), error(FROM_US_6, (1, 4), 0, &closed[1])),
        (unknown.clone(), error(FROM_US_6, (4, 1), 6, &unknown)),
        (icmp(TO_US, &[253, 0, 0, 0, 0, 0, 0, 0]), icmp(FROM_US, &[253, 0, 0, 0, 0, 0, 0, 0])),
    ]
}

#[derive(Clone, Debug)]
struct Damage {
    which: usize,
    octets: Vec<(prop::sample::Index, u8)>,
    length: Option<prop::sample::Index>,
    sealed: bool,
}

fn damage() -> impl Strategy<Value = Damage> {
    let octets = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4);
    let length = prop::option::weighted(0.2, any::<prop::sample::Index>());
    let fields = (0..exchanges().len(), octets, length, any::<bool>());
    fields.prop_map(|(which, octets, length, sealed)| Damage { which, octets, length, sealed })
}

impl Damage {
    fn done_to(&self, packet: &[u8]) -> Vec<u8> {
        let mut packet = packet.to_vec();
        for (index, value) in &self.octets {
            let at = index.index(packet.len());
            packet[at] = *value;
        }
        if let Some(length) = self.length {
            packet.truncate(length.index(packet.len()));
        }
        let room = packet.first().is_some_and(|_| packet.len() > start(&packet).max(20));
        if self.sealed && room {
            seal(&mut packet);
        }
        packet
    }
}

/// Nothing is out of place, and a veto is a veto both ways.
fn is_in_order(session: &Session, request: &[u8], reply: &[u8]) -> Result<(), TestCaseError> {
    for occasion in [Occasion::Packet(request), Occasion::Timer(request)] {
        let findings = session.judge(Duration::ZERO, occasion, Some(reply));
        for finding in &findings {
            prop_assert!(finding.offset + finding.length <= reply.len(), "{finding}");
            prop_assert!(finding.edits.is_empty());
        }
        let silence = session.admit_silence(Duration::ZERO, occasion);
        prop_assert_eq!(
            silence.is_err(),
            session.due(Duration::ZERO, occasion) == verify::Due::Reply
        );
        if let Err(veto) = silence {
            prop_assert!(!veto.findings.is_empty());
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(config(4096))]

    #[test]
    fn damaged_requests_and_replies(request in damage(), reply in damage()) {
        let session = Session::new(HOST);
        let (asked, _) = &exchanges()[request.which];
        let (_, answer) = &exchanges()[reply.which];
        is_in_order(&session, &request.done_to(asked), &reply.done_to(answer))?;
        let (asked, answer) = &exchanges()[request.which];
        is_in_order(&session, &request.done_to(asked), &reply.done_to(answer))?;
        is_in_order(&session, asked, &reply.done_to(answer))?;
    }

    #[test]
    fn random_messages(
        six in any::<bool>(),
        port in prop_oneof![Just(7), Just(53), Just(67), Just(4000), Just(9)],
        request in prop::collection::vec(any::<u8>(), 0..300),
        reply in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let (there, back) = if six { (TO_US_6, FROM_US_6) } else { (TO_US, FROM_US) };
        let session = Session::new(HOST);
        let (request, reply) = (udp(there, (68, port), &request), udp(back, (port, 68), &reply));
        is_in_order(&session, &request, &reply)?;
    }

    #[test]
    fn settling_anything(request in damage(), sent in damage()) {
        let mut session = Session::new(HOST);
        let (asked, answer) = &exchanges()[request.which];
        let (asked, answer) = (request.done_to(asked), sent.done_to(answer));
        session.settle(Duration::ZERO, Occasion::Packet(&asked), Some(&answer));
        session.settle(Duration::MAX / 2, Occasion::Timer(&asked), Some(&answer));
        session.settle(Duration::ZERO, Occasion::Packet(&answer), None);
    }
}
