//! Ten thousand SYN from made-up sources, and one client who means it: what is remembered is bounded, and the
//! client is served.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use softstack::journal::Journal;
use softstack::link::Link;
use softstack::link::memory::{MemoryLink, MemoryWire};
use softstack::stack::Stack;
use tokio_util::sync::CancellationToken;
use wire::checksum::checksum;
use wire::{Packet, Protocol, Tcp};

use crate::harness::{Plan, host};

const SYN: u8 = 0x02;
const ACK: u8 = 0x10;
const PUSH_ACK: u8 = 0x18;
const SOURCES: u32 = 10_000;

/// A segment from a port of `source` to port 80 of the host.
fn segment(source: u32, (sequence, acknowledged): (u32, u32), flags: u8, data: &[u8]) -> Vec<u8> {
    let mut pseudo = [source.to_be_bytes(), [10, 0, 0, 1]].concat();
    let mut tcp = vec![0x9c, 0x40, 0, 80];
    tcp.extend(sequence.to_be_bytes());
    tcp.extend(acknowledged.to_be_bytes());
    tcp.extend([0x50, flags, 0xfa, 0xf0, 0, 0, 0, 0]);
    tcp.extend(data);
    pseudo.extend([0, 6]);
    pseudo.extend((tcp.len() as u16).to_be_bytes());
    let sum = checksum(&[&pseudo[..], &tcp[..]].concat());
    tcp[16..18].copy_from_slice(&sum.to_be_bytes());
    let mut ip = vec![0x45, 0];
    ip.extend((20 + tcp.len() as u16).to_be_bytes());
    ip.extend([0, 0, 0x40, 0, 64, 6, 0, 0]);
    ip.extend(source.to_be_bytes());
    ip.extend([10, 0, 0, 1]);
    let sum = checksum(&ip);
    ip[10..12].copy_from_slice(&sum.to_be_bytes());
    [ip, tcp].concat()
}

/// Waits for a segment to `source`: sequence number, acknowledgment, flags and data.
fn answer(wire: &MemoryWire, source: u32) -> (u32, u32, u8, Vec<u8>) {
    let end = Instant::now() + Duration::from_secs(60);
    while Instant::now() < end {
        let Some(bytes) = wire.receive(Duration::from_secs(1)).expect("the host is there") else {
            continue;
        };
        if bytes[16..20] != source.to_be_bytes() {
            continue;
        }
        let packet = Packet::ip(&bytes);
        let segment = packet.pdu(Protocol::Tcp).expect("a segment");
        let tcp = Tcp::new(segment.bytes()).expect("a header");
        let data = segment.bytes()[tcp.header_len()..].to_vec();
        return (tcp.sequence(), tcp.acknowledgment(), tcp.flags(), data);
    }
    panic!("no answer to {source:08x}");
}

/// Stops a host when dropped.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn a_flood_of_syn_leaves_the_others_alone() {
    let plan = Plan { ipv6: false, ..Plan::default() };
    let folder = tempfile::tempdir().unwrap();
    let provider = plan.provider();
    let config = plan.config(&provider, folder.path());
    let thinkers = config.thinkers(CancellationToken::new()).expect("a usable configuration");
    let (link, wire) = MemoryLink::pair();
    let link: Arc<dyn Link> = Arc::new(link);
    let (stop, journal) = (AtomicBool::new(false), Journal::new());
    let stack = Stack::new(Arc::clone(&link), thinkers, host(&plan.addresses(), &*link), &journal);
    let client = u32::from_be_bytes([10, 0, 0, 2]);
    let statistics = std::thread::scope(|scope| {
        let running = scope.spawn(|| stack.run(&stop));
        // Whatever is asserted here: the scope waits for the host.
        let _stopped = Stop(&stop);
        wire.send(segment(client, (100, 0), SYN, &[])).unwrap();
        let (iss, acknowledged, flags, _) = answer(&wire, client);
        assert_eq!((acknowledged, flags), (101, SYN | ACK));
        wire.send(segment(client, (101, iss + 1), ACK, &[])).unwrap();
        for number in 0..SOURCES {
            let source = u32::from_be_bytes([172, 16, 0, 1]) + number;
            while wire.send(segment(source, (number, 0), SYN, &[])).is_err() {
                std::thread::sleep(Duration::from_millis(1));
            }
            // A network does not wait for whoever listens.
            while wire.receive(Duration::ZERO).is_ok_and(|packet| packet.is_some()) {}
        }
        let request = b"GET / HTTP/1.0\r\n\r\n";
        wire.send(segment(client, (101, iss + 1), PUSH_ACK, request)).unwrap();
        let (sequence, acknowledged, _, page) = answer(&wire, client);
        assert_eq!((sequence, acknowledged), (iss + 1, 101 + request.len() as u32));
        assert!(page.starts_with(b"HTTP/1.0 200 OK\r\n"), "{}", String::from_utf8_lossy(&page));
        stop.store(true, Ordering::Relaxed);
        running.join().expect("no panic").expect("the link is there")
    });
    assert!(statistics.received >= u64::from(SOURCES), "{statistics:?}");
    assert_eq!((statistics.vetoed, statistics.late), (0, 0), "{statistics:?}");
}
