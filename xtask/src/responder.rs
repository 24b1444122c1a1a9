//! The yardstick: the least that can answer an echo request (RFC 792). It swaps the addresses, sets
//! type and TTL, and mends both checksums by the difference (RFC 1624) instead of summing again. Like
//! nano it must pass the judge, since only an admitted packet can be transmitted.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use softstack::link::Link;
use verify::{Admitted, Host, admit};
use wire::{checksum, icmp, ipv4};

/// How often a waiting responder looks whether it should stop.
const PULSE: Duration = Duration::from_millis(20);
const TTL: u8 = 64;
/// Where ICMP begins in a packet without IP options; the judge holds back what had options.
const ICMP: usize = ipv4::MIN_HEADER_LEN;

/// Answers on `link` until `stop` is set.
pub fn serve(link: &dyn Link, host: &Host, stop: &AtomicBool) -> io::Result<()> {
    let mut buffer = vec![0; wire::MAX_DATAGRAM];
    while !stop.load(Ordering::Relaxed) {
        let Some(length) = link.receive(&mut buffer, PULSE)? else { continue };
        if let Some(reply) = reply(host, &buffer[..length]) {
            link.transmit(&reply)?;
        }
    }
    Ok(())
}

/// The echo reply, if `request` is worth one and its reply is not all zero, which RFC 1624 cannot sum.
pub fn reply(host: &Host, request: &[u8]) -> Option<Admitted> {
    if request.len() < ICMP + icmp::ECHO_HEADER_LEN {
        return None;
    }
    let mut reply = request.to_vec();
    // A sum does not care for order (RFC 1071): swapping the addresses leaves the checksum right.
    let (source, destination) = reply[ipv4::field::SOURCE.start..].split_at_mut(4);
    source.swap_with_slice(&mut destination[..4]);
    set(&mut reply, ipv4::field::TTL.start, TTL, ipv4::field::CHECKSUM.start);
    let kind = ICMP + icmp::field::TYPE.start;
    set(&mut reply, kind, icmp::ECHO_REPLY, ICMP + icmp::field::CHECKSUM.start);
    admit(host, request, reply).ok()
}

/// Sets the first byte of a 16-bit word and mends the checksum at `checksum`.
fn set(packet: &mut [u8], at: usize, value: u8, checksum: usize) {
    let old = word(packet, at);
    packet[at] = value;
    let mended = checksum::update(word(packet, checksum), old, word(packet, at));
    packet[checksum..checksum + 2].copy_from_slice(&mended.to_be_bytes());
}

fn word(packet: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([packet[at], packet[at + 1]])
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use wire::Echo;

    use super::*;

    const KERNEL: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 2);
    const MODEL: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 1);
    const HOST: Host = Host::echo(MODEL, None);

    #[test]
    fn every_checksum_is_mended_right() {
        for number in 0..=u16::MAX {
            let echo = Echo {
                identification: number,
                identifier: number,
                ttl: number as u8 | 1,
                payload: &[7; 3],
                ..Echo::new(KERNEL, MODEL)
            };
            assert!(reply(&HOST, &echo.request()).is_some_and(|r| r.remarks().is_empty()));
        }
    }

    #[test]
    fn what_is_no_request_gets_no_reply() {
        let request = Echo { sequence: 1, ..Echo::new(KERNEL, MODEL) }.request();
        let elsewhere = Echo::new(KERNEL, Ipv4Addr::new(10, 0, 0, 9)).request();
        let own = reply(&HOST, &request).expect("a reply");
        for packet in [&[], &request[..27], &elsewhere[..], own.as_bytes()] {
            assert!(reply(&HOST, packet).is_none(), "{packet:02x?}");
        }
    }
}
