//! What a TCP segment carries that opens a connection, or resets one.

use wire::options::{BadLength, OptionField, options};
use wire::tcp::{field, flag, option};
use wire::{Pdu, Protocol, Tcp};

use super::flags::are_special;
use crate::rule::{Check, Example, Fault, Level, Rule};
use crate::rules::ip;

/// A SYN with the option that it should have.
pub(super) const SYN: Example =
    ip("4500002c00000000400666ca0a0000020a0000019c40000700000001000000006002ffffe7db0000020405b4");

/// A SYN without a Fast Open cookie has no data.
pub(in crate::rules) const SYN_DATA: Rule = Rule {
    id: "tcp.syn.data",
    rfc: 9293,
    section: "3.5",
    level: Level::May,
    quote: "Although these examples do not show connection synchronization using data-carrying segments, \
            this is perfectly legitimate, so long as the receiving TCP endpoint doesn't deliver the data \
            to the user until it is clear the data is valid",
    note: Some("Legal, yet hardly ever sent without Fast Open (RFC 7413)."),
    check: Check::PduWhere(Protocol::Tcp, are_special, syn_data),
    pass: ip(
        "4500003c00000000400666ba0a0000020a0000019c40000700000001000000009002ffffa5db0000020405b4220a0102030405060708010170696e67",
    ),
    fail: ip(
        "4500003000000000400666c60a0000020a0000019c40000700000001000000006002ffff09070000020405b470696e67",
    ),
};

/// The number IANA gives Fast Open where it is still an experiment (RFC 7413 appendix A).
const FAST_OPEN_EXPERIMENT: [u8; 2] = [0xf9, 0x89];

fn syn_data(pdu: &Pdu) -> Option<Fault> {
    let tcp =
        Tcp::new(pdu.bytes()).filter(|tcp| tcp.flags() & (flag::SYN | flag::ACK) == flag::SYN)?;
    let is_fast_open = |kind, data: &[u8]| match kind {
        option::FAST_OPEN => true,
        option::EXPERIMENT | option::EXPERIMENT_2 => data.starts_with(&FAST_OPEN_EXPERIMENT),
        _ => false,
    };
    let mut list = options(tcp.options()?).filter_map(Result::ok);
    let length = pdu.length().saturating_sub(tcp.header_len());
    if length == 0 || list.any(|option| is_fast_open(option.kind, option.data)) {
        return None;
    }
    let message = format!("expected no data in a SYN without Fast Open, found {length} bytes");
    Some(Fault::new(field::FLAGS, message))
}

/// A reset has no data.
pub(in crate::rules) const RST_DATA: Rule = Rule {
    id: "tcp.rst.data",
    rfc: 9293,
    section: "3.5.3",
    level: Level::May,
    quote: "TCP implementations SHOULD allow a received RST segment to include data (SHLD-2). It has been \
            suggested that a RST segment could contain diagnostic data that explains the cause of the \
            RST.",
    note: Some("Legal: a remark, as the data may say why."),
    check: Check::PduWhere(Protocol::Tcp, are_special, rst_data),
    pass: ip("4500002800000000400666ce0a0000020a0000019c40000700000001000000015014ffffff840000"),
    fail: ip(
        "4500002c00000000400666ca0a0000020a0000019c40000700000001000000015014ffff20b0000070696e67",
    ),
};

fn rst_data(pdu: &Pdu) -> Option<Fault> {
    let tcp = Tcp::new(pdu.bytes()).filter(|tcp| tcp.has(flag::RST) && tcp.header_len() >= 20)?;
    let length = pdu.length().checked_sub(tcp.header_len()).filter(|length| *length > 0)?;
    Some(Fault::new(field::FLAGS, format!("expected no data in a reset, found {length} bytes")))
}

/// A SYN is sent as a packet that may not be marked.
pub(in crate::rules) const SYN_ECT: Rule = Rule {
    id: "tcp.syn.ect",
    rfc: 3168,
    section: "6.1.1",
    level: Level::MustNot,
    quote: "A host MUST NOT set ECT on SYN or SYN-ACK packets.",
    note: Some("A remark, as experiments may (RFC 8311 section 4.3, RFC 5562)."),
    check: Check::PduWhere(Protocol::Tcp, are_special, syn_ect),
    pass: ip(
        "4500002c00000000400666ca0a0000020a0000019c400007000000010000000060c2ffffe71b0000020405b4",
    ),
    fail: ip(
        "4502002c00000000400666c80a0000020a0000019c400007000000010000000060c2ffffe71b0000020405b4",
    ),
};

fn syn_ect(pdu: &Pdu) -> Option<Fault> {
    Tcp::new(pdu.bytes()).filter(|tcp| tcp.has(flag::SYN))?;
    let network = pdu.network()?;
    let first = network.word(0)?;
    let found = match network.protocol() {
        Protocol::Ipv4 => first & 3,
        _ => first >> 4 & 3,
    };
    let message = || format!("expected a SYN without ECT, found ECN {found:02b} in its IP header");
    (found != 0).then(|| Fault::new(field::FLAGS, message()).noted())
}

/// A SYN states the maximum segment size.
pub(in crate::rules) const MSS_MISSING: Rule = Rule {
    id: "tcp.option.mss.missing",
    rfc: 9293,
    section: "3.7.1",
    level: Level::Should,
    quote: "TCP implementations SHOULD send an MSS Option in every SYN segment when its receive MSS \
            differs from the default 536 for IPv4 or 1220 for IPv6 (SHLD-5), and MAY send it always \
            (MAY-3).",
    note: Some(
        "A remark, as the default may be what is meant; it is what the other side sends then.",
    ),
    check: Check::PduWhere(Protocol::Tcp, are_special, mss_missing),
    pass: SYN,
    fail: ip("4500002800000000400666ce0a0000020a0000019c40000700000001000000005002ffffff970000"),
};

fn mss_missing(pdu: &Pdu) -> Option<Fault> {
    let opening = |tcp: &Tcp| tcp.flags() & (flag::SYN | flag::RST) == flag::SYN;
    let tcp = Tcp::new(pdu.bytes()).filter(opening)?;
    // After a length that leads nowhere it may have been meant to follow.
    let stands = |option: Result<OptionField, BadLength>| {
        option.map_or(true, |option| option.kind == option::MSS)
    };
    if options(tcp.options()?).any(stands) {
        return None;
    }
    let message = "expected a maximum segment size, found none";
    Some(Fault::new(field::DATA_OFFSET, message.to_owned()).noted())
}
