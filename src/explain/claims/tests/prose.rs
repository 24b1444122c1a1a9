//! Whole explanations as models write them, all true: not one mark may be in them.

use super::*;
use wire::{Link, Packet};

const STALE: &str = "\
## What it is

This is an ICMP echo request (type 8, code 0), i.e. a ping, sent by 10.0.0.2 to 10.0.0.1. It carries 56 bytes \
of payload, so the whole datagram is 84 bytes: a 20-byte IPv4 header, an 8-byte ICMP header and the data. \
Identifier 7 and sequence number 1 tell us it is the first request of its run. DF is set, so routers must not \
fragment it; MF is not set and the fragment offset is 0.

## What is wrong

- **`ipv4.checksum`** (RFC 791, section 3.1): the header checksum at bytes 10–11 is 0x26a7, but the ten words of \
the header add up so that it should be 0x27a7. The difference is exactly 0x0100, which is what decrementing the \
TTL by one does.

Everything else is fine: the ICMP checksum 0xd9d9 is correct, the total length of 84 matches, and version 4 with \
an IHL of 5 is what one expects.

## Probable cause

The TTL (byte 8) is 63. Most hosts start at 64, so the packet probably passed one router, and that router \
lowered the TTL from 64 to 63 without updating the checksum as RFC 1624 describes. With a TTL of 64 the checksum \
0x26a7 would have been right. It is also possible that a capture on the sender with checksum offloading shows \
a value that the NIC would have filled in later, but in that case the field would usually be 0x0000.

## Change in the sender

1. Recompute the header checksum whenever the TTL changes: set bytes 10-11 to 0x27a7 here.
2. If you use incremental updates, add 0x0100 to the checksum in ones' complement (RFC 1624, equation 3).
3. Do not touch bytes 22-23: the ICMP checksum does not cover the TTL.
4. Test with a TTL of 255, 64 and 1.
";

const TCP: &str = "\
**What it is**

A TCP SYN from 192.168.1.10 port 40000 to 192.168.1.20 port 443, inside IPv4 on Ethernet (EtherType 0x0800). \
The source MAC is 02:00:00:00:00:02 and the destination MAC 02:00:00:00:00:01. The sequence number is 305419896 \
(0x12345678), the acknowledgment number is 0 as it must be in a first SYN, and the window is 64240. The data \
offset is 5, so the TCP header is 20 bytes with no options. Only SYN is set in the flags (0x02).

**What is wrong**

- tcp.checksum: bytes 50-51 hold 0xbeef. The expected value differs, so the receiver will drop the segment \
silently and the connection will never reach ESTABLISHED.

**Probable cause**

TX checksum offload: with it, Linux leaves a partial checksum in the field and the NIC completes it. Captures on \
the sending machine then show wrong checksums such as 0xbeef. A second SYN would come after 1 second, a third \
after 3 seconds, each with the same sequence number. The SYN,ACK would have ACK 305419897 and the ACK flag set.

**Change in the sender**

Run `ethtool -K eth0 tx off` and capture again. The initial window of 64240 bytes is 44 segments of 1460 bytes; \
leave it. The TTL of 64 is fine.
";

fn tcp() -> Vec<u8> {
    let hex = "0200000000010200000000020800450000280001400040060000c0a8010ac0a80114\
               9c4001bb12345678000000005002faf0beef0000";
    let mut frame = hex::parse(&hex.replace(char::is_whitespace, "")).unwrap();
    let sum = wire::checksum::checksum(&frame[14..34]);
    frame[24..26].copy_from_slice(&sum.to_be_bytes());
    frame
}

const DNS: &str = "\
## What it is

This UDP datagram (protocol 17) is a DNS query from fe80::2 port 50000 to fe80::1 port 53. The IPv6 header has a \
hop limit of 255, a payload length of 37 and next header 17 (UDP). The UDP length is 37: 8 bytes of header and 29 \
of DNS. The transaction ID is 0x1a2b, and the flags 0x0100 ask for recursion. There is one question.

## What is wrong

The checker found that the UDP checksum is 0x0000. In IPv4 a checksum of zero means that there is none, but in \
IPv6 it must not be zero (RFC 8200, section 8.1).

## Probable cause

The sender was probably written for IPv4, where UDP checksums are optional. The hop limit of 255 is typical of \
link-local traffic; ordinary packets have 64.

## Change in the sender

Compute the checksum over the pseudo-header (source and destination address, length 37, next header 17) and the \
datagram, and if the result is 0x0000 send 0xffff instead. Link-local addresses are in fe80::/10.
";

fn dns() -> Vec<u8> {
    let hex = "60000000002511ff fe800000000000000000000000000002 fe800000000000000000000000000001\
               c350003500250000 1a2b01000001000000000000 03777777076578616d706c6503636f6d00 00010001";
    hex::parse(&hex.replace(char::is_whitespace, "")).unwrap()
}

const ARP: &str = "\
## What it is
An ARP request (opcode 1): 10.0.0.2 at 02:00:00:00:00:02 asks who has 10.0.0.1. The frame is a broadcast, to \
ff:ff:ff:ff:ff:ff, EtherType 0x0806, hardware type 1 (Ethernet), protocol type 0x0800 (IPv4), with hardware \
addresses of 6 bytes and protocol addresses of 4 bytes. The target hardware address is 00:00:00:00:00:00, \
because it is what the sender wants to know. The reply would carry opcode 2 and go to 02:00:00:00:00:02.
## What is wrong
Nothing: the checker has no findings. The frame is 42 bytes long; a sender pads it to 60 bytes on the wire.
## Probable cause
None.
## Change in the sender
Nothing to change. A gratuitous ARP would have 10.0.0.2 as target address, too.
";

fn arp() -> Vec<u8> {
    let hex =
        "ffffffffffff0200000000020806 0001080006040001 020000000002 0a000002 000000000000 0a000001";
    hex::parse(&hex.replace(char::is_whitespace, "")).unwrap()
}

fn check(text: &str, link: Link, frame: &[u8], least: usize) {
    let packet = Packet::new(link, frame, frame.len());
    let facts = || Facts::new(frame, &wire::dissect::frame(&packet), &verify::inspect(&packet));
    let all = claims(text, facts());
    for claim in &all {
        println!(
            "{:?} {} | {} | {}",
            claim.verdict,
            claim.field,
            &text[claim.range.clone()],
            claim.actual
        );
    }
    assert_eq!(wrong(text, facts()), [""; 0]);
    assert!(right(text, facts()) >= least, "{} of {}", right(text, facts()), all.len());
}

#[test]
fn a_router_that_leaves_a_checksum() {
    check(STALE, Link::RawIp, &packet(), 20);
}

#[test]
fn a_syn() {
    check(TCP, Link::Ethernet, &tcp(), 10);
}

#[test]
fn a_query() {
    check(DNS, Link::RawIp, &dns(), 10);
}

#[test]
fn a_broadcast() {
    check(ARP, Link::Ethernet, &arp(), 8);
}

/// Of the right values in these explanations, each made wrong by itself, most are found out; the others
/// are stated as what would or should be.
#[test]
fn a_wrong_value_in_prose_is_mostly_found_out() {
    let (mut found, mut all, mut missed) = (0, 0, Vec::new());
    for (text, link, frame) in [
        (STALE, Link::RawIp, packet()),
        (TCP, Link::Ethernet, tcp()),
        (DNS, Link::RawIp, dns()),
        (ARP, Link::Ethernet, arp()),
    ] {
        let packet = Packet::new(link, &frame, frame.len());
        let facts =
            || Facts::new(&frame, &wire::dissect::frame(&packet), &verify::inspect(&packet));
        for claim in claims(text, facts()) {
            let end = claim.range.end;
            let digit = text.as_bytes()[end - 1];
            let value = claim.stated.starts_with(|c: char| c.is_ascii_digit());
            if claim.verdict != Verdict::Confirmed || !value || !digit.is_ascii_digit() {
                continue;
            }
            let other = char::from(b'0' + (digit - b'0' + 3) % 10);
            let wrong_text = format!("{}{other}{}", &text[..end - 1], &text[end..]);
            all += 1;
            match wrong(&wrong_text, facts()).len() {
                1 => found += 1,
                _ => missed.push(text[claim.range].to_owned()),
            }
        }
    }
    println!("{found} of {all} are found out; not: {missed:#?}");
    assert!(all >= 40 && found * 10 >= all * 8, "{found} of {all}; not: {missed:#?}");
}
