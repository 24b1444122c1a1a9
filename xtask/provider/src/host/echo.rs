//! The ICMP echo reply (RFC 792, RFC 1122 section 3.2.2.6): the request with few changes, and checksums that
//! follow from them.

use std::ops::Range;

use wire::icmp::{self, ECHO_REPLY};
use wire::ipv4::{MIN_HEADER_LEN, field};
use wire::{Edit, checksum};

use super::Reply;
use super::thoughts::Thoughts;

/// The TTL that a reply has at least.
const TTL: u8 = 64;
/// Where ICMP begins; packets with options are dropped.
const ICMP: usize = MIN_HEADER_LEN;
const ICMP_CHECKSUM: usize = ICMP + icmp::field::CHECKSUM.start;

/// The reply to `request`, a datagram that was found to be an echo request, without the padding that
/// `packet` may have after it.
pub(super) fn reply(request: &[u8], packet: &[u8], offload: bool) -> Reply {
    let bytes = turned(request, &[(ICMP, &[ECHO_REPLY])], offload);
    let edits = edits(packet, &bytes);
    Reply { bytes, edits }
}

/// An ICMP request sent back: addresses change places, and `changes` are written into it.
pub(super) fn turned(request: &[u8], changes: &[(usize, &[u8])], offload: bool) -> Vec<u8> {
    let mut bytes = request.to_vec();
    bytes[field::SOURCE].copy_from_slice(&request[field::DESTINATION]);
    bytes[field::DESTINATION].copy_from_slice(&request[field::SOURCE]);
    bytes[field::TTL.start] = bytes[field::TTL.start].max(TTL);
    // The reserved flag is to be ignored when it comes and 0 when it is sent.
    bytes[field::FLAGS.start] &= 0x7f;
    for (at, change) in changes {
        bytes[*at..at + change.len()].copy_from_slice(change);
    }
    let length = bytes.len();
    if offload {
        bytes[field::CHECKSUM].fill(0);
        bytes[ICMP_CHECKSUM..ICMP_CHECKSUM + 2].fill(0);
    } else {
        seal_header(&mut bytes);
        seal(&mut bytes, ICMP..length, ICMP_CHECKSUM);
    }
    bytes
}

/// Says why the reply to `packet` is what it is.
pub(super) fn explain(thoughts: &mut Thoughts, packet: &[u8], reply: &Reply, offload: bool) {
    thoughts.say("So I reply: source and destination change places.");
    let (old, new) = (packet[field::TTL.start], reply.bytes[field::TTL.start]);
    thoughts.say(match old == new {
        true => format!("The TTL at byte 8 is {old:02x}, which may stay."),
        false => format!("The TTL at byte 8 is {old:02x}, so I set it to {new:02x}."),
    });
    if offload {
        return thoughts.say("Both checksums are the link's to compute, so I leave 0000.");
    }
    let word = |packet: &[u8], at: usize| format!("{:02x}{:02x}", packet[at], packet[at + 1]);
    let at = field::CHECKSUM.start;
    let (old, new) = (word(packet, at), word(&reply.bytes, at));
    thoughts.say(match old == new {
        true => format!("The header checksum at byte 10 stays {old}."),
        false => format!("The header checksum at byte 10 goes from {old} to {new}."),
    });
    let (old, new) = (word(packet, ICMP_CHECKSUM), word(&reply.bytes, ICMP_CHECKSUM));
    thoughts
        .say(format!("With type 0 at byte 20, the checksum at byte 22 goes from {old} to {new}."));
}

/// Puts the checksum of the header right.
pub fn seal_header(packet: &mut [u8]) {
    seal(packet, 0..MIN_HEADER_LEN, field::CHECKSUM.start);
}

/// Computes the checksum of `covered` afresh and writes it at `at`.
fn seal(packet: &mut [u8], covered: Range<usize>, at: usize) {
    packet[at..at + 2].fill(0);
    let sum = checksum::checksum(&packet[covered]);
    packet[at..at + 2].copy_from_slice(&sum.to_be_bytes());
}

/// The edits that make `reply` of `packet`: few, in the form that comes of itself.
fn edits(packet: &[u8], reply: &[u8]) -> Vec<Edit> {
    let (source, destination) = (field::SOURCE.start, field::DESTINATION.start);
    let mut edits = vec![Edit::Swap { a: source, b: destination, length: 4 }];
    for at in [field::FLAGS.start, field::TTL.start] {
        edits.extend((packet[at] != reply[at]).then(|| set(reply, at, 1)));
    }
    let grown = [field::FLAGS.start, field::TTL.start].map(|at| growth(packet, reply, at));
    edits.extend(mend(packet, reply, field::CHECKSUM.start, checksum::add16(grown[0], grown[1])));
    edits.push(set(reply, ICMP, 1));
    edits.extend(mend(packet, reply, ICMP_CHECKSUM, growth(packet, reply, ICMP)));
    if reply.len() < packet.len() {
        edits.push(Edit::Truncate { length: reply.len() });
    }
    edits
}

/// By how much a checksum grows because the word at `at` changed (RFC 1624).
fn growth(packet: &[u8], reply: &[u8], at: usize) -> u16 {
    !checksum::add16(!word(packet, at), word(reply, at))
}

/// The edit that makes the reply's checksum of the request's: an addition, where that gives it.
fn mend(packet: &[u8], reply: &[u8], at: usize, growth: u16) -> Option<Edit> {
    if word(packet, at) == word(reply, at) {
        return None;
    }
    let add = Edit::Add16 { offset: at, value: growth };
    let sum = wire::apply(std::slice::from_ref(&add), packet).map(|sum| word(&sum, at));
    Some(if sum == Ok(word(reply, at)) { add } else { set(reply, at, 2) })
}

fn set(reply: &[u8], offset: usize, length: usize) -> Edit {
    Edit::Set { offset, bytes: reply[offset..offset + length].to_vec() }
}

fn word(packet: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([packet[at], packet[at + 1]])
}
