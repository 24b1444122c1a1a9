//! What Linux sends is admitted, segment by segment: timestamps, scaled windows and SACK agreed on, over IPv4 and
//! IPv6.

use verify::Severity;
use wire::hex;

use super::*;

const CAPTURE: &str = include_str!("../captures/linux_tcp.txt");

/// The packets, and whether the server sent them.
fn packets() -> Vec<(bool, Vec<u8>)> {
    let lines = CAPTURE.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| (line.starts_with('>'), hex::parse(&line[2..]).unwrap())).collect()
}

/// What tells flows apart: the peer's address and port.
fn flow(packet: &[u8], sent: bool) -> Vec<u8> {
    let (addresses, ports) = if packet[0] >> 4 == 4 { (12..20, 20) } else { (8..40, 40) };
    let half = addresses.len() / 2;
    let start = addresses.start + if sent { half } else { 0 };
    let port = ports + if sent { 2 } else { 0 };
    [&packet[start..start + half], &packet[port..port + 2]].concat()
}

#[test]
fn every_packet_of_a_server_is_admitted() {
    let (mut judge, packets) = (Judge::new(), packets());
    let mut sent_on_timers = 0;
    for (index, (sent, packet)) in packets.iter().enumerate() {
        judge.now += Duration::from_millis(10);
        if !sent {
            let reply = packets.get(index + 1).filter(|(sent, _)| *sent).map(|(_, reply)| reply);
            check(&judge, Occasion::Packet(packet), reply);
            judge.session.settle(judge.now, Occasion::Packet(packet), reply.map(Vec::as_slice));
        } else if index > 0 && packets[index - 1].0 {
            let of_flow = |(came, other): &&(bool, Vec<u8>)| {
                !came && flow(other, false) == flow(packet, true)
            };
            let last = packets[..index].iter().rfind(of_flow).unwrap();
            let occasion = Occasion::Timer(&last.1);
            check(&judge, occasion, Some(packet));
            judge.session.settle(judge.now, occasion, Some(packet));
            sent_on_timers += 1;
        }
    }
    assert!(sent_on_timers > 5);
}

fn check(judge: &Judge, occasion: Occasion, reply: Option<&Vec<u8>>) {
    let findings = judge.session.judge(judge.now, occasion, reply.map(Vec::as_slice));
    let worst = findings.iter().map(|finding| finding.severity).max();
    assert!(worst.is_none_or(|worst| worst < Severity::Error), "{reply:02x?} {findings:?}");
}

/// And if any bit of what counts in it were another, it would not be.
#[test]
fn numbers_of_a_server_are_compared() {
    let (mut judge, packets) = (Judge::new(), packets());
    let mut count = 0;
    for pair in packets.windows(2) {
        let [(false, came), (sent, reply)] = pair else { continue };
        let reply = sent.then_some(reply);
        let occasion = Occasion::Packet(came);
        // SYN-ACKs may begin anywhere.
        if let Some(reply) = reply {
            let start = if reply[0] >> 4 == 4 { 20 } else { 40 };
            let is_free = reply[start + 13] & 2 != 0;
            for bit in (if is_free { 64 } else { 32 })..96 {
                let mut other = reply.clone();
                let mask = 0x80 >> (bit % 8);
                if bit >= 64 && other[start + bit / 8] & mask != 0 {
                    // A host may acknowledge less.
                    continue;
                }
                other[start + bit / 8] ^= mask;
                fix_checksum(&mut other, start);
                let findings = judge.session.judge(judge.now, occasion, Some(&other));
                assert!(
                    findings.iter().any(|f| f.rule.id.starts_with("tcp.")),
                    "{bit} {other:02x?}"
                );
                count += 1;
            }
        }
        judge.session.settle(judge.now, occasion, reply.map(Vec::as_slice));
    }
    assert!(count > 1000);
}

fn fix_checksum(packet: &mut [u8], start: usize) {
    packet[start + 16..start + 18].fill(0);
    let addresses = if start == 20 { 12..20 } else { 8..40 };
    let pseudo = wire::checksum::sum(&packet[addresses]);
    let length = (packet.len() - start) as u16;
    let sum = [length, 6, wire::checksum::sum(&packet[start..])];
    let sum = sum.into_iter().fold(pseudo, wire::checksum::add16);
    packet[start + 16..start + 18].copy_from_slice(&(!sum).to_be_bytes());
}
