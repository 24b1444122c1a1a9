//! A page for real curl from a model that takes two seconds for every packet: the kernel gives up hope in
//! between and sends again, and nothing is answered twice.

use std::time::Duration;

use softstack::admission::Refusal;
use softstack::journal::Record;
use softstack::sandbox::Device;
use wire::{Packet, Protocol, Tcp, hex};

use crate::harness::{Plan, Running};
use crate::program::misses;

#[test]
fn a_page_at_two_seconds_a_packet() {
    if misses(&["curl"]) {
        return;
    }
    let latency = Duration::from_secs(2);
    let plan = Plan { device: Device::Auto, latency, ..Plan::default() };
    let Some(host) = Running::start(&plan) else { return };
    host.expect("curl -sS -i --max-time 60 http://10.0.0.1/", &["200 OK", "<h1>"]);
    // The end of the connection is answered too, before the host goes.
    std::thread::sleep(2 * latency + Duration::from_millis(500));
    let finished = host.finish();
    finished.assert_sound();
    let segments: Vec<_> = finished.records.iter().filter_map(sent).collect();
    let carrying = |wanted: u8, data: bool| {
        let is = |(flags, length): &&(u8, usize)| flags & wanted != 0 && (*length > 0) == data;
        segments.iter().filter(is).count()
    };
    assert_eq!(carrying(0x02, false), 1, "one SYN-ACK: {segments:?}");
    assert_eq!(carrying(0x01, true), 1, "one page: {segments:?}");
    let duplicates = finished.statistics.refused.get(&Refusal::Duplicate);
    assert!(duplicates.is_some_and(|copies| *copies >= 2), "{:?}", finished.statistics);
    // What the model noted it was told again.
    let told = finished.records.iter().any(
        |record| matches!(record, Record::Request { notes, .. } if notes.starts_with("SYN-RECEIVED") || notes.starts_with("FIN-WAIT")),
    );
    assert!(told, "{:?}", finished.records);
}

/// Flags and length of data of a segment that was sent.
fn sent(record: &Record) -> Option<(u8, usize)> {
    let Record::Reply { bytes, .. } = record else { return None };
    let bytes = hex::parse(bytes).ok()?;
    let packet = Packet::ip(&bytes);
    let segment = packet.pdu(Protocol::Tcp)?;
    let tcp = Tcp::new(segment.bytes())?;
    Some((tcp.flags(), segment.bytes().len() - tcp.header_len()))
}
