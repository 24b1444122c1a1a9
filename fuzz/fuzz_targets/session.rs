//! The judge's session over any conversation: nothing panics, what it lets through breaks no rule of packets,
//! silence is let through where silence is due, and the reference host, whatever it hears, is never wrong.

#![no_main]

use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use softstack::lint::fix::mend;
use verify::{Due, Example, Host, Occasion, Session};
use wire::Packet;

#[path = "../../xtask/provider/tests/host/judged.rs"]
mod judged;

use judged::Judged;

/// What the reference host may forget, it does after two hours; the judge, what is half open, after minutes.
const END: Duration = Duration::from_secs(200);
/// The rule that a host cannot know to be near.
const RATE: &str = "icmp.error.rate";

fuzz_target!(|input: &[u8]| {
    let [mode, rest @ ..] = input else { return };
    let host = if mode & 1 == 0 { Example::IP_HOST } else { Example::ETHERNET_HOST };
    let chunks = Chunks(rest);
    match mode & 2 {
        0 => anybody(host, chunks),
        _ => reference(host, chunks),
    }
});

/// Octets that each have a kind before them, a time to pass, and their length.
struct Chunks<'a>(&'a [u8]);

impl<'a> Iterator for Chunks<'a> {
    type Item = (u8, Duration, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let [kind, time, length, rest @ ..] = self.0 else { return None };
        let (chunk, rest) = rest.split_at(usize::from(*length).min(rest.len()));
        self.0 = rest;
        Some((*kind, Duration::from_millis(u64::from(*time) * 16), chunk))
    }
}

/// The checksums, and whatever else a rule knows how to put right, if the kind says so.
fn sealed(host: &Host, kind: u8, bytes: &[u8]) -> Vec<u8> {
    let packet = Packet::new(host.link(), bytes, bytes.len());
    let mended = (kind & 0x80 != 0).then(|| mend(&packet, &|_| true)).flatten();
    mended.map_or(bytes.to_vec(), |mended| mended.bytes)
}

/// Replies are chunks as well.
fn anybody(host: Host, mut chunks: Chunks) {
    let mut session = Session::new(host.clone());
    let mut now = Duration::ZERO;
    while let Some((kind, time, chunk)) = chunks.next() {
        now += time;
        let request = sealed(&host, kind, chunk);
        let occasion = match kind & 1 {
            0 => Occasion::Packet(&request),
            _ => Occasion::Timer(&request),
        };
        let reply = match kind & 2 {
            0 => None,
            _ => chunks.next().map(|(kind, _, chunk)| sealed(&host, kind, chunk)),
        };
        let sent = hold(&session, now, occasion, reply);
        session.settle(now, occasion, sent.as_deref());
        if kind & 4 != 0 {
            session.forget(&request);
        }
    }
}

/// Asks the judge in every way; the reply, if it may be sent.
fn hold(session: &Session, now: Duration, occasion: Occasion, reply: Option<Vec<u8>>) -> Option<Vec<u8>> {
    let due = session.due(now, occasion);
    assert_eq!(session.due(now, occasion), due);
    let findings = session.judge(now, occasion, reply.as_deref());
    let vetoed = findings.iter().any(|finding| finding.level().vetoes());
    for finding in &findings {
        let length = reply.as_ref().map_or(0, Vec::len);
        assert!(finding.edits.is_empty() && finding.range().end <= length, "{finding}");
        assert!(!finding.to_string().contains(char::is_control));
    }
    let silent = session.admit_silence(now, occasion);
    assert_eq!(silent.is_err(), due == Due::Reply, "{silent:?}");
    let admitted = session.admit(now, occasion, reply?);
    assert_eq!(admitted.is_err(), vetoed);
    let admitted = admitted.ok()?.to_vec();
    assert!(!matches!(due, Due::Silence(_)), "{due:?}");
    let packet = Packet::new(session.host().link(), &admitted, admitted.len());
    let broken: Vec<_> = verify::inspect(&packet).into_iter().filter(|f| f.level().vetoes()).collect();
    assert!(broken.is_empty(), "{broken:?}");
    Some(admitted)
}

/// Replies are those of the reference host.
fn reference(host: Host, chunks: Chunks) {
    let mut judged = Judged::new(host.clone());
    for (kind, time, chunk) in chunks {
        if judged.now + time > END {
            return;
        }
        let woken = judged.pass(time).map(drop);
        let request = sealed(&host, kind, chunk);
        let vetoed = woken.and_then(|()| judged.receive(&request).map(drop)).err();
        let wrong = vetoed.filter(|veto| veto.findings.iter().any(|finding| finding.rule.id != RATE));
        assert!(wrong.is_none(), "{} is answered {}", wire::hex::encode(&request), wrong.unwrap());
    }
}
