//! What a request calls for: a reply, silence, or either.
//!
//! This is the judge's own reading of the packet that came, made once, before any rule looks at the
//! reply. It reads the fields in one fixed order, so that of several faults the same one is always
//! named; the embedded model is trained to name the same.

use std::fmt;

use serde::{Deserialize, Serialize};
use wire::icmp::{ECHO_HEADER_LEN, ECHO_REQUEST};
use wire::ipv4::{MIN_HEADER_LEN, PROTOCOL_ICMP};
use wire::{Icmp, Ipv4, checksum};

use crate::Host;

/// What a request calls for. As JSON: `"reply"`, `{"silence":"fragment"}`, `{"either":"version"}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Due {
    /// An echo reply (RFC 1122 section 3.2.2.6).
    Reply,
    /// No reply.
    Silence(Reason),
    /// A host would answer, and one that does not speak of such packets may stay silent.
    Either(Reason),
}

/// Why no reply is due. Names are kebab-case: `header-checksum`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Not IPv4 without options.
    Version,
    /// Fewer bytes than `total_length` says, or than a header needs.
    Truncated,
    /// A `total_length` too small for the headers.
    Short,
    /// The header checksum does not verify.
    HeaderChecksum,
    /// The destination is not our address.
    NotForMe,
    /// The source is no single other host.
    Source,
    /// A piece of a datagram.
    Fragment,
    /// Not ICMP.
    Protocol,
    /// The ICMP checksum does not verify.
    IcmpChecksum,
    /// Not an echo request, or its code is not 0.
    IcmpType,
}

/// What `request` calls for from `host`.
///
/// Bytes past `total_length` are the link's padding and ignored, and so are the reserved flag and a
/// TTL of 0: "a host MUST NOT discard a datagram just because it was received with TTL less than 2"
/// (RFC 1122 section 3.2.1.7).
pub fn due(host: &Host, request: &[u8]) -> Due {
    let outcome = match request {
        [] | [_] => Err(Reason::Truncated),
        [0x45, ..] => datagram(host, request, MIN_HEADER_LEN),
        [0x46..=0x4f, ..] => return with_options(host, request),
        _ => Err(Reason::Version),
    };
    outcome.map_or_else(Due::Silence, |()| Due::Reply)
}

impl Due {
    /// Why no reply is due, or need be.
    pub fn reason(self) -> Option<Reason> {
        match self {
            Due::Reply => None,
            Due::Silence(reason) | Due::Either(reason) => Some(reason),
        }
    }
}

impl Reason {
    /// Every reason, in the order in which requests are tried.
    pub const ALL: [Reason; 10] = [
        Reason::Version,
        Reason::Truncated,
        Reason::Short,
        Reason::HeaderChecksum,
        Reason::NotForMe,
        Reason::Source,
        Reason::Fragment,
        Reason::Protocol,
        Reason::IcmpChecksum,
        Reason::IcmpType,
    ];

    /// The name in journals and figures: `header-checksum`.
    pub fn name(self) -> &'static str {
        match self {
            Reason::Version => "version",
            Reason::Truncated => "truncated",
            Reason::Short => "short",
            Reason::HeaderChecksum => "header-checksum",
            Reason::NotForMe => "not-for-me",
            Reason::Source => "source",
            Reason::Fragment => "fragment",
            Reason::Protocol => "protocol",
            Reason::IcmpChecksum => "icmp-checksum",
            Reason::IcmpType => "icmp-type",
        }
    }

    /// The reason of that name.
    pub fn named(name: &str) -> Option<Reason> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }

    /// One line of English.
    pub fn describe(self) -> &'static str {
        match self {
            Reason::Version => "not IPv4 without options",
            Reason::Truncated => "fewer bytes than its headers and total length need",
            Reason::Short => "total length too small for its headers",
            Reason::HeaderChecksum => "bad header checksum",
            Reason::NotForMe => "not addressed to this host",
            Reason::Source => "its source is no single other host",
            Reason::Fragment => "a fragment of a datagram",
            Reason::Protocol => "not ICMP",
            Reason::IcmpChecksum => "bad ICMP checksum",
            Reason::IcmpType => "not an ICMP echo request",
        }
    }

    /// The clause that calls for silence: RFC number and section.
    pub fn clause(self) -> (u16, &'static str) {
        match self {
            Reason::Version => (1122, "3.2.1.1"),
            Reason::Truncated | Reason::Short => (791, "3.1"),
            Reason::HeaderChecksum => (1122, "3.2.1.2"),
            Reason::NotForMe | Reason::Source => (1122, "3.2.1.3"),
            Reason::Fragment => (1122, "3.3.2"),
            Reason::Protocol => (1122, "3.2.2.6"),
            Reason::IcmpChecksum => (792, "Echo or Echo Reply Message"),
            Reason::IcmpType => (1122, "3.2.2"),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A host answers a ping with options (RFC 1122 section 3.2.2.6); the embedded model reads none and
/// drops it. Anything else that is wrong with such a packet goes unnamed: it has options.
fn with_options(host: &Host, request: &[u8]) -> Due {
    let header_len = usize::from(request[0] & 0x0f) * 4;
    match datagram(host, request, header_len) {
        Ok(()) => Due::Either(Reason::Version),
        Err(_) => Due::Silence(Reason::Version),
    }
}

/// Reads the datagram in order; the error is the first fault.
fn datagram(host: &Host, request: &[u8], header_len: usize) -> Result<(), Reason> {
    let total = total_length(request)?;
    for offset in (12..header_len).step_by(2) {
        word_exists(request, total, offset)?;
    }
    let ip = Ipv4::new(request).ok_or(Reason::Truncated)?;
    header(host, &ip)?;
    message(request, total, header_len)
}

fn total_length(request: &[u8]) -> Result<usize, Reason> {
    match request {
        [_, _, high, low, ..] => Ok(usize::from(u16::from_be_bytes([*high, *low]))),
        _ => Err(Reason::Truncated),
    }
}

/// That a word can be read: a byte that `total_length` promises and the wire did not bring is the
/// worse fault.
fn word_exists(request: &[u8], total: usize, offset: usize) -> Result<(), Reason> {
    let end = offset + 2;
    match request.len().max(offset) < end.min(total) {
        true => Err(Reason::Truncated),
        false if end > total => Err(Reason::Short),
        false => Ok(()),
    }
}

fn header(host: &Host, ip: &Ipv4) -> Result<(), Reason> {
    let sum = ip.header().map(checksum::verifies);
    let faults = [
        (sum != Some(true), Reason::HeaderChecksum),
        (ip.destination() != host.address, Reason::NotForMe),
        (!is_single_host(host, ip), Reason::Source),
        (ip.is_fragment(), Reason::Fragment),
        (ip.protocol() != PROTOCOL_ICMP, Reason::Protocol),
    ];
    first(&faults)
}

/// Whether the source can be one other host: not ourselves, not of 0.0.0.0/8, not multicast, class E
/// or a broadcast.
fn is_single_host(host: &Host, ip: &Ipv4) -> bool {
    let source = ip.source();
    let class = source.octets()[0];
    source != host.address && Some(source) != host.broadcast && class != 0 && class < 224
}

fn message(request: &[u8], total: usize, start: usize) -> Result<(), Reason> {
    // Identifier and sequence; type, code and checksum before them then exist too.
    word_exists(request, total, start + 4)?;
    word_exists(request, total, start + ECHO_HEADER_LEN - 2)?;
    let message = request.get(start..total).ok_or(Reason::Truncated)?;
    let icmp = Icmp::new(message).ok_or(Reason::Truncated)?;
    first(&[
        (!checksum::verifies(message), Reason::IcmpChecksum),
        ((icmp.kind(), icmp.code()) != (ECHO_REQUEST, 0), Reason::IcmpType),
    ])
}

fn first(faults: &[(bool, Reason)]) -> Result<(), Reason> {
    match faults.iter().find(|(fault, _)| *fault) {
        Some((_, reason)) => Err(*reason),
        None => Ok(()),
    }
}
