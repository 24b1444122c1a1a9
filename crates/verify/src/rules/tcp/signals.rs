//! Options that TCP segments carry once the connection is open: SACK, timestamps and signatures.

use wire::options::OptionField;
use wire::tcp::{MIN_HEADER_LEN, flag, option};
use wire::{Pdu, Protocol, Tcp};

use super::flags::are_special;
use super::options::{GOOD, are_listed, find, first, wrong_length};
use crate::rule::{Check, Fault, Level, Rule};
use crate::rules::ip;

/// SACK holds whole blocks.
pub(in crate::rules) const SACK_LENGTH: Rule = Rule {
    id: "tcp.option.sack.length",
    rfc: 2018,
    section: "3",
    level: Level::Must,
    quote: "A SACK option that specifies n blocks will have a length of 8*n+2 bytes, so the 40 bytes \
            available for TCP options can specify a maximum of 4 blocks.",
    note: Some("No block at all is a remark."),
    check: Check::PduWhere(Protocol::Tcp, are_listed, |pdu| {
        let fault =
            wrong_length(pdu, option::SACK, "8 for each block and 2", |found| found % 8 != 2);
        let none = || wrong_length(pdu, option::SACK, "10 or more", |found| found == 2);
        fault.or_else(|| none().map(Fault::noted))
    }),
    pass: GOOD,
    fail: ip(
        "4500003000000000400666c60a0000020a0000019c40000700000001000000017010ffffd97400000101050600000005",
    ),
};

/// SACK stands in an open connection.
pub(in crate::rules) const SACK_SYN: Rule = Rule {
    id: "tcp.option.sack.syn",
    rfc: 2018,
    section: "3",
    level: Level::ShouldNot,
    quote: "The SACK option is to be used to convey extended acknowledgment information from the receiver \
            to the sender over an established TCP connection.",
    note: None,
    check: Check::PduWhere(Protocol::Tcp, are_listed, sack_syn),
    pass: GOOD,
    fail: ip(
        "4500003800000000400666be0a0000020a0000019c40000700000001000000019012ffffb1a50000020405b40101050a0000000500000009",
    ),
};

fn sack_syn(pdu: &Pdu) -> Option<Fault> {
    Tcp::new(pdu.bytes()).filter(|tcp| tcp.has(flag::SYN))?;
    let (range, _) = find(pdu, option::SACK, |_| true)?;
    Some(Fault::new(range, "expected SACK after the SYN, found it in one".to_owned()))
}

/// A block of SACK ends after it begins.
pub(in crate::rules) const SACK_BLOCK: Rule = Rule {
    id: "tcp.option.sack.block",
    rfc: 2018,
    section: "3",
    level: Level::Must,
    quote: "This is the sequence number immediately following the last sequence number of this block.",
    note: Some(
        "The right edge is meant. An empty block is a remark: a duplicate of no data may be meant.",
    ),
    check: Check::PduWhere(Protocol::Tcp, are_listed, sack_block),
    pass: GOOD,
    fail: ip(
        "4500003400000000400666c20a0000020a0000019c40000700000001000000018010ffffc96300000101050a0000000900000005",
    ),
};

fn sack_block(pdu: &Pdu) -> Option<Fault> {
    let (range, found) = find(pdu, option::SACK, |found| {
        found.data.chunks_exact(8).any(|block| extent(block).2 <= 0)
    })?;
    let mut blocks = found.data.chunks_exact(8).map(extent);
    let index = blocks.clone().position(|block| block.2 <= 0)?;
    let (left, right, extent) = blocks.nth(index)?;
    let start = range.start + 2 + index * 8;
    let message = format!("expected a right edge after {left}, found {right}");
    let fault = Fault::new(start..start + 8, message);
    Some(if extent == 0 { fault.noted() } else { fault })
}

/// Left edge, right edge, and how far the right is after the left: sequence numbers wrap (RFC 9293 section
/// 3.4).
fn extent(block: &[u8]) -> (u32, u32, i32) {
    let edge =
        |at: usize| block[at..at + 4].iter().fold(0, |edge, octet| edge << 8 | u32::from(*octet));
    let (left, right) = (edge(0), edge(4));
    (left, right, right.wrapping_sub(left) as i32)
}

/// Timestamps have eight octets.
pub(in crate::rules) const TIMESTAMPS_LENGTH: Rule = Rule {
    id: "tcp.option.timestamps.length",
    rfc: 7323,
    section: "3.2",
    level: Level::Must,
    quote: "TCP Timestamps option (TSopt): Kind: 8 Length: 10 bytes",
    note: None,
    check: Check::PduWhere(Protocol::Tcp, are_listed, |pdu| {
        wrong_length(pdu, option::TIMESTAMPS, "10", |found| found != 10)
    }),
    pass: GOOD,
    fail: ip(
        "4500003000000000400666c60a0000020a0000019c40000700000001000000017010ffffd67700000101080600000002",
    ),
};

/// Without ACK no timestamp is echoed.
pub(in crate::rules) const TIMESTAMPS_ECHO: Rule = Rule {
    id: "tcp.option.timestamps.echo",
    rfc: 7323,
    section: "3.2",
    level: Level::Should,
    quote: "If the ACK bit is not set in the outgoing TCP header, the sender of that segment SHOULD set the \
            TSecr field to zero.",
    note: None,
    check: Check::PduWhere(Protocol::Tcp, are_special, timestamps_echo),
    pass: ip(
        "4500003800000000400666be0a0000020a0000019c40000700000001000000009002ffffabc10000020405b40402080a0000000200000000",
    ),
    fail: ip(
        "4500003800000000400666be0a0000020a0000019c40000700000001000000009002ffffabc00000020405b40402080a0000000200000001",
    ),
};

fn timestamps_echo(pdu: &Pdu) -> Option<Fault> {
    let tcp = Tcp::new(pdu.bytes()).filter(|tcp| !tcp.has(flag::ACK))?;
    let wanted = |found: &OptionField| {
        found.kind == option::TIMESTAMPS && found.data.len() == 8 && found.data[4..] != [0; 4]
    };
    let (range, _) = first(MIN_HEADER_LEN, tcp.options()?, wanted)?;
    let message = "expected an echo reply of 0, as ACK is not set, found another";
    Some(Fault::new(range.end - 4..range.end, message.to_owned()).mended_by(&[0; 4]))
}

/// An MD5 signature has sixteen octets.
pub(in crate::rules) const MD5_LENGTH: Rule = Rule {
    id: "tcp.option.md5.length",
    rfc: 2385,
    section: "3.0",
    level: Level::Must,
    quote: "The MD5 digest is always 16 bytes in length, and the option would appear in every segment of a \
            connection.",
    note: None,
    check: Check::PduWhere(Protocol::Tcp, are_listed, |pdu| {
        wrong_length(pdu, option::MD5, "18", |found| found != 18)
    }),
    pass: ip(
        "4500003c00000000400666ba0a0000020a0000019c4000070000000100000001a010ffff460c000001011312aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ),
    fail: ip(
        "4500003000000000400666c60a0000020a0000019c40000700000001000000017010ffffcc7800001308aaaaaaaaaaaa",
    ),
};

/// Authentication names its keys.
pub(in crate::rules) const AUTHENTICATION_LENGTH: Rule = Rule {
    id: "tcp.option.authentication.length",
    rfc: 5925,
    section: "2.2",
    level: Level::Must,
    quote: "The Length value MUST be greater than or equal to 4.",
    note: None,
    check: Check::PduWhere(Protocol::Tcp, are_listed, |pdu| {
        wrong_length(pdu, option::AUTHENTICATION, "4 or more", |found| found < 4)
    }),
    pass: ip(
        "4500003800000000400666be0a0000020a0000019c40000700000001000000019010ffffa16600001d100102aaaaaaaaaaaaaaaaaaaaaaaa",
    ),
    fail: ip(
        "4500002c00000000400666ca0a0000020a0000019c40000700000001000000016010ffffeb660000011d0301",
    ),
};

/// A segment is signed in one way.
pub(in crate::rules) const TWO_SIGNATURES: Rule = Rule {
    id: "tcp.option.authentication.md5",
    rfc: 5925,
    section: "2.2",
    level: Level::MustNot,
    quote: "An endpoint MUST NOT use TCP-AO for the same connection in which TCP MD5 is used. When both \
            options appear, TCP MUST silently discard the segment.",
    note: None,
    check: Check::PduWhere(Protocol::Tcp, are_listed, two_signatures),
    pass: ip(
        "4500003800000000400666be0a0000020a0000019c40000700000001000000019010ffffa16600001d100102aaaaaaaaaaaaaaaaaaaaaaaa",
    ),
    fail: ip(
        "4500004c00000000400666aa0a0000020a0000019c4000070000000100000001e010ffffe7e900001d100102aaaaaaaaaaaaaaaaaaaaaaaa01011312aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ),
};

fn two_signatures(pdu: &Pdu) -> Option<Fault> {
    find(pdu, option::AUTHENTICATION, |_| true)?;
    let (range, _) = find(pdu, option::MD5, |_| true)?;
    Some(Fault::new(range, "expected TCP-AO alone, found an MD5 signature beside it".to_owned()))
}
