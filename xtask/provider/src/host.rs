//! What a correct host does with a packet: the steps of ICMP echo over IPv4 (RFC 791, RFC 792, RFC 1122
//! section 3.2.2.6) in the order in which the judge takes them, and a sentence about each, true of this
//! packet. Written apart from the judge, so that each can find the other's mistakes.

use std::net::Ipv4Addr;

use wire::icmp::{self, ECHO_HEADER_LEN, ECHO_REPLY, ECHO_REQUEST};
use wire::ipv4::{MIN_HEADER_LEN, PROTOCOL_ICMP, field};
use wire::{Edit, checksum};

/// The TTL that a reply has at least.
const TTL: u8 = 64;
/// Where ICMP begins; packets with options are dropped.
const ICMP: usize = MIN_HEADER_LEN;
const ICMP_CHECKSUM: usize = ICMP + icmp::field::CHECKSUM.start;

/// A decision, and how it came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// One sentence for each step.
    pub thoughts: Vec<String>,
    /// What is done.
    pub outcome: Outcome,
}

/// What is done with a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is answered.
    Reply(Reply),
    /// It is dropped, for a reason of that name.
    Drop(&'static str),
}

/// A reply in both of its forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The whole packet.
    pub bytes: Vec<u8>,
    /// The edits that make it of the request.
    pub edits: Vec<Edit>,
}

/// What the host at `address` does with `packet`. With `offload` the link computes checksums, and the
/// fields of the reply are left 0.
pub fn decide(address: Ipv4Addr, packet: &[u8], offload: bool) -> Decision {
    let mut reading = Reading { address, packet, thoughts: Vec::new() };
    match reading.examine() {
        Err(reason) => {
            reading.say(format!("So I drop it: {reason}."));
            Decision { thoughts: reading.thoughts, outcome: Outcome::Drop(reason) }
        }
        Ok(total) => {
            let reply = reply(&packet[..total], packet, offload);
            reading.explain(&reply, offload);
            Decision { thoughts: reading.thoughts, outcome: Outcome::Reply(reply) }
        }
    }
}

/// The sets that make `to` of `from`, which are equally long.
pub fn difference(from: &[u8], to: &[u8]) -> Vec<Edit> {
    let pairs = from.iter().zip(to).enumerate();
    let differing = pairs.filter(|(_, (old, new))| old != new);
    differing.map(|(offset, (_, new))| Edit::Set { offset, bytes: vec![*new] }).collect()
}

/// Puts the checksum of the header right.
pub fn seal_header(packet: &mut [u8]) {
    seal(packet, 0..MIN_HEADER_LEN, field::CHECKSUM.start);
}

/// One reading of a packet, step by step.
struct Reading<'a> {
    address: Ipv4Addr,
    packet: &'a [u8],
    thoughts: Vec<String>,
}

type Step<T = ()> = Result<T, &'static str>;

impl Reading<'_> {
    /// The length of the datagram to be answered, which all came; or why there is none.
    fn examine(&mut self) -> Step<usize> {
        self.version()?;
        let total = self.total_length()?;
        for offset in (field::SOURCE.start..MIN_HEADER_LEN).step_by(2) {
            self.reach(total, offset)?;
        }
        self.header()?;
        for offset in [ICMP + 4, ICMP + ECHO_HEADER_LEN - 2] {
            self.reach(total, offset)?;
        }
        self.message(total)?;
        Ok(total)
    }

    fn version(&mut self) -> Step {
        let [first, _, ..] = *self.packet else {
            self.say(format!("Of the packet, {} bytes came.", self.packet.len()));
            return Err("truncated");
        };
        let said = format!("Byte 0 is {first:02x}");
        self.check("version", first == 0x45, said, ["IPv4 without options", "not 45"])
    }

    fn total_length(&mut self) -> Step<usize> {
        let length = self.packet.len();
        let [_, _, high, low, ..] = *self.packet else {
            self.say(format!("Only {length} bytes came, so there is no total length."));
            return Err("truncated");
        };
        let total = usize::from(u16::from_be_bytes([high, low]));
        self.say(format!(
            "Bytes 2-3 are {high:02x}{low:02x}, a total length of {total}, and {length} bytes came."
        ));
        Ok(total)
    }

    /// Whether the word at `offset` can be read: a byte that is promised must have come, and a byte that
    /// is needed must be promised.
    fn reach(&mut self, total: usize, offset: usize) -> Step {
        let (length, end) = (self.packet.len(), offset + 2);
        let promised = end.min(total);
        if promised > offset && length < promised {
            self.say(format!("The bytes end at {length}, before those at {offset}."));
            return Err("truncated");
        }
        if total < end {
            self.say(format!("The datagram ends at {total}, before the word at {offset}."));
            return Err("short");
        }
        Ok(())
    }

    fn header(&mut self) -> Step {
        let Some(header) = self.packet.first_chunk::<MIN_HEADER_LEN>() else {
            return Err("truncated");
        };
        let [.., s0, s1, s2, s3, d0, d1, d2, d3] = *header;
        let (source, destination) = (Ipv4Addr::new(s0, s1, s2, s3), Ipv4Addr::new(d0, d1, d2, d3));
        self.verify("The ten words of the header", header, "header-checksum")?;
        let (mine, said) = (self.address, format!("Bytes 16-19 are {destination}"));
        self.check("not-for-me", destination == mine, said, ["my address", "not my address"])?;
        let single = source != mine && s0 != 0 && s0 < 224;
        let said = format!("Bytes 12-15 are {source}");
        self.check("source", single, said, ["another host", "not another host"])?;
        let fragment = u16::from_be_bytes([header[6], header[7]]);
        let (whole, said) = (fragment & 0x3fff == 0, format!("Bytes 6-7 are {fragment:04x}"));
        self.check("fragment", whole, said, ["no fragment", "a fragment"])?;
        let protocol = header[field::PROTOCOL.start];
        let said = format!("Byte 9 is {protocol:02x}");
        self.check("protocol", protocol == PROTOCOL_ICMP, said, ["ICMP", "not ICMP"])
    }

    fn message(&mut self, total: usize) -> Step {
        let length = self.packet.len();
        let Some(message) = self.packet.get(ICMP..total) else {
            self.say(format!("The message goes on to {total}, but the bytes end at {length}."));
            return Err("truncated");
        };
        let covered = format!("The words of bytes 20-{}", total - 1);
        self.verify(&covered, message, "icmp-checksum")?;
        let [kind, code, ..] = *message else { return Err("short") };
        let asks = (kind, code) == (ECHO_REQUEST, 0);
        let said = format!("Bytes 20-21 are {kind:02x}{code:02x}");
        self.check("icmp-type", asks, said, ["an echo request", "not an echo request"])
    }

    fn verify(&mut self, covered: &str, bytes: &[u8], reason: &'static str) -> Step {
        let sum = checksum::sum(bytes);
        let said = format!("{covered} add up to {sum:04x}");
        self.check(reason, sum == 0xffff, said, ["as they must", "not to ffff"])
    }

    fn explain(&mut self, reply: &Reply, offload: bool) {
        self.say("So I reply: source and destination change places.".into());
        let (old, new) = (self.packet[field::TTL.start], reply.bytes[field::TTL.start]);
        self.say(match old == new {
            true => format!("The TTL at byte 8 is {old:02x}, which may stay."),
            false => format!("The TTL at byte 8 is {old:02x}, so I set it to {new:02x}."),
        });
        if offload {
            return self.say("Both checksums are the link's to compute, so I leave 0000.".into());
        }
        let word = |packet: &[u8], at: usize| format!("{:02x}{:02x}", packet[at], packet[at + 1]);
        let at = field::CHECKSUM.start;
        let (old, new) = (word(self.packet, at), word(&reply.bytes, at));
        self.say(match old == new {
            true => format!("The header checksum at byte 10 stays {old}."),
            false => format!("The header checksum at byte 10 goes from {old} to {new}."),
        });
        let (old, new) = (word(self.packet, ICMP_CHECKSUM), word(&reply.bytes, ICMP_CHECKSUM));
        self.say(format!(
            "With type 0 at byte 20, the checksum at byte 22 goes from {old} to {new}."
        ));
    }

    /// Takes a step: what was found, and what that is, good or bad.
    fn check(&mut self, reason: &'static str, holds: bool, said: String, is: [&str; 2]) -> Step {
        self.say(format!("{said}, {}.", is[usize::from(!holds)]));
        if holds { Ok(()) } else { Err(reason) }
    }

    fn say(&mut self, sentence: String) {
        self.thoughts.push(sentence);
    }
}

/// The reply to `request`, a datagram that was found to be an echo request, without the padding that
/// `packet` may have after it.
fn reply(request: &[u8], packet: &[u8], offload: bool) -> Reply {
    let mut bytes = request.to_vec();
    bytes[field::SOURCE].copy_from_slice(&request[field::DESTINATION]);
    bytes[field::DESTINATION].copy_from_slice(&request[field::SOURCE]);
    bytes[field::TTL.start] = bytes[field::TTL.start].max(TTL);
    // The reserved flag is to be ignored when it comes and 0 when it is sent.
    bytes[field::FLAGS.start] &= 0x7f;
    bytes[ICMP] = ECHO_REPLY;
    let length = bytes.len();
    if offload {
        bytes[field::CHECKSUM].fill(0);
        bytes[ICMP_CHECKSUM..ICMP_CHECKSUM + 2].fill(0);
    } else {
        seal_header(&mut bytes);
        seal(&mut bytes, ICMP..length, ICMP_CHECKSUM);
    }
    let edits = edits(packet, &bytes);
    Reply { bytes, edits }
}

/// Computes the checksum of `covered` afresh and writes it at `at`.
fn seal(packet: &mut [u8], covered: std::ops::Range<usize>, at: usize) {
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
