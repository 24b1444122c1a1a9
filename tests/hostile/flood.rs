//! More packets than nano can answer.

use std::time::Duration;

use softstack::admission::CAPACITY;
use verify::admit;
use wire::{Echo, hex};

use crate::echo::{HOST, PEER};
use crate::session::Session;

const FLOOD: u32 = 100_000;

/// The oldest packets go and are counted, the last [`CAPACITY`] are answered, memory stays as it was, and every
/// packet is accounted for.
#[test]
fn a_flood() {
    let nano = Session::start(&HOST);
    // These bring nano's own memory to the size that the flood's packets need.
    (0..4).for_each(|n| nano.check(&numbered(n, 1_400)));
    let before = resident_kib();
    let mut replies = Vec::new();
    for n in 0..FLOOD {
        nano.push(&numbered(n, 1_000), &mut replies);
    }
    // A queue without a bound would hold over 100 MB by now.
    let grown = resident_kib().saturating_sub(before);
    assert!(grown < 24 * 1024, "{grown} KiB more than before the flood");
    let last = 4 + u64::from(FLOOD);
    let mut answered = nano.until(last);
    let newest = answered.split_off(answered.len() - CAPACITY);
    assert!(newest.into_iter().eq(last + 1 - CAPACITY as u64..=last), "the newest are kept");
    while let Some(reply) = nano.wire.receive(Duration::ZERO).expect("the stack is there") {
        replies.push(reply);
    }
    for reply in &replies {
        let asked = numbered(number_of(reply), 1_000);
        assert!(admit(&HOST, &asked, reply.clone()).is_ok(), "{}", hex::encode(reply));
    }
    let statistics = nano.statistics();
    assert_eq!(statistics.received, last);
    assert_eq!(statistics.replied, 4 + replies.len() as u64);
    assert!(statistics.overflowed > u64::from(FLOOD) / 2, "no flood: {statistics:?}");
}

/// The `n`-th request of a flood.
fn numbered(n: u32, size: usize) -> Vec<u8> {
    let (identifier, sequence) = ((n >> 16) as u16, n as u16);
    let payload = vec![0x5a; size];
    Echo { identifier, sequence, payload: &payload, ..Echo::new(PEER, HOST.address) }.request()
}

fn number_of(reply: &[u8]) -> u32 {
    u32::from_be_bytes(reply[24..28].try_into().expect("four bytes"))
}

fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("/proc is mounted");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("VmRSS");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}
