//! Which control bits a TCP segment sets together (RFC 9293 section 3.1).
//!
//! The ECN bits CWR and ECE may stand with any others. A segment breaks one of these rules at most.

use wire::tcp::field;
use wire::tcp::flag::{ACK, FIN, PSH, RST, SYN, URG};
use wire::{Pdu, Protocol, Tcp};

use super::GOOD;
use crate::rule::{Check, Fault, Level, Rule};
use crate::rules::ip;

/// There is a control bit.
pub(in crate::rules) const NONE: Rule = Rule {
    id: "tcp.flags.none",
    rfc: 9293,
    section: "3.10.7.4",
    level: Level::Must,
    quote: "if the ACK bit is off, drop the segment and return",
    note: Some("Such segments are sent to find out what answers them (a null scan)."),
    check: Check::PduWhere(Protocol::Tcp, are_special, |pdu| {
        fault(pdu, "ACK, SYN or RST", |flags| flags == 0)
    }),
    pass: GOOD,
    fail: ip("4500002800000000400666ce0a0000020a0000019c40000700000001000000005000ffffff990000"),
};

/// A segment does not combine FIN, PSH and URG, and lack ACK.
pub(in crate::rules) const XMAS: Rule = Rule {
    id: "tcp.flags.xmas",
    check: Check::PduWhere(Protocol::Tcp, are_special, |pdu| {
        fault(pdu, "ACK with FIN, PSH and URG", |flags| flags == FIN | PSH | URG)
    }),
    note: Some("Such segments are sent to find out what answers them (a Christmas tree scan)."),
    pass: ip(
        "4500002c00000000400666ca0a0000020a0000019c40000700000001000000015039ffff2087000470696e67",
    ),
    fail: ip(
        "4500002c00000000400666ca0a0000020a0000019c40000700000001000000005029ffff2098000470696e67",
    ),
    ..NONE
};

/// A segment with FIN has ACK.
pub(in crate::rules) const FIN_WITHOUT_ACK: Rule = Rule {
    id: "tcp.flags.fin_without_ack",
    check: Check::PduWhere(Protocol::Tcp, are_special, |pdu| {
        let alone = |flags| flags & (FIN | ACK | SYN | RST) == FIN && flags != FIN | PSH | URG;
        fault(pdu, "ACK with FIN", alone)
    }),
    note: Some("What a connection is there to end acknowledges its SYN (section 3.6)."),
    pass: ip("4500002800000000400666ce0a0000020a0000019c40000700000001000000015011ffffff870000"),
    fail: ip("4500002800000000400666ce0a0000020a0000019c40000700000001000000005001ffffff980000"),
    ..NONE
};

/// A segment that neither opens nor resets a connection has ACK.
pub(in crate::rules) const ACK_MISSING: Rule = Rule {
    id: "tcp.flags.ack_missing",
    section: "3.1",
    quote: "Once a connection is established, this is always sent.",
    note: Some("The acknowledgment number is meant."),
    check: Check::PduWhere(Protocol::Tcp, are_special, |pdu| {
        let data = |flags| flags != 0 && flags & (FIN | ACK | SYN | RST) == 0;
        fault(pdu, "ACK", data)
    }),
    pass: ip(
        "4500002c00000000400666ca0a0000020a0000019c40000700000001000000015018ffff20ac000070696e67",
    ),
    fail: ip(
        "4500002c00000000400666ca0a0000020a0000019c40000700000001000000005008ffff20bd000070696e67",
    ),
    ..NONE
};

/// A segment does not open a connection and end it.
pub(in crate::rules) const SYN_FIN: Rule = Rule {
    id: "tcp.flags.syn_fin",
    rfc: 6247,
    section: "4",
    level: Level::ShouldNot,
    quote: "are reported to have security issues",
    note: Some(
        "The TCP Extensions for Transactions (RFC 1644) are meant, which alone send SYN and FIN in one \
         segment, and are historic. RFC 9293 section 3.10.7.2 would process such a segment.",
    ),
    check: Check::PduWhere(Protocol::Tcp, are_special, |pdu| {
        let both = |flags| flags & (SYN | FIN | RST) == SYN | FIN;
        fault(pdu, "SYN or FIN", both)
    }),
    pass: ip(
        "4500002c00000000400666ca0a0000020a0000019c40000700000001000000016012ffffe7ca0000020405b4",
    ),
    fail: ip(
        "4500002c00000000400666ca0a0000020a0000019c40000700000001000000006003ffffe7da0000020405b4",
    ),
};

/// A segment does not open a connection and reset it.
pub(in crate::rules) const SYN_RST: Rule = Rule {
    id: "tcp.flags.syn_rst",
    rfc: 9293,
    section: "3.1",
    level: Level::ShouldNot,
    quote: "RST: 1 bit Reset the connection. SYN: 1 bit Synchronize sequence numbers.",
    note: Some("No reset that section 3.5.2 generates has SYN: one opens what the other ends."),
    check: Check::PduWhere(Protocol::Tcp, are_special, |pdu| {
        fault(pdu, "SYN or RST", |flags| flags & (SYN | RST) == SYN | RST)
    }),
    pass: ip("4500002800000000400666ce0a0000020a0000019c40000700000001000000005004ffffff950000"),
    fail: ip(
        "4500002c00000000400666ca0a0000020a0000019c40000700000001000000006006ffffe7d70000020405b4",
    ),
};

/// A segment does not end a connection and reset it.
pub(in crate::rules) const FIN_RST: Rule = Rule {
    id: "tcp.flags.fin_rst",
    level: Level::May,
    quote: "FIN: 1 bit No more data from sender.",
    note: Some("After a reset nothing is left to end; some hosts and middleboxes do send both."),
    check: Check::PduWhere(Protocol::Tcp, are_special, |pdu| {
        fault(pdu, "FIN or RST", |flags| flags & (FIN | RST | SYN) == FIN | RST)
    }),
    pass: ip("4500002800000000400666ce0a0000020a0000019c40000700000001000000015014ffffff840000"),
    fail: ip("4500002800000000400666ce0a0000020a0000019c40000700000001000000015015ffffff830000"),
    ..SYN_RST
};

/// Whether a segment opens, ends or resets a connection, or lacks ACK: few do.
pub(super) fn are_special(pdu: &Pdu) -> bool {
    let flags = pdu.bytes().get(field::FLAGS.start);
    flags.is_some_and(|flags| flags & (FIN | SYN | RST | ACK) != ACK)
}

/// The fault of control bits that are odd together.
fn fault(pdu: &Pdu, expected: &str, is_odd: fn(u8) -> bool) -> Option<Fault> {
    let flags = Tcp::new(pdu.bytes())?.flags() & (FIN | SYN | RST | PSH | ACK | URG);
    if !is_odd(flags) {
        return None;
    }
    Some(Fault::new(field::FLAGS, format!("expected {expected}, found {}", names(flags))))
}

fn names(flags: u8) -> String {
    let all = [(URG, "URG"), (ACK, "ACK"), (PSH, "PSH"), (RST, "RST"), (SYN, "SYN"), (FIN, "FIN")];
    let set: Vec<_> =
        all.iter().filter(|(bit, _)| flags & bit != 0).map(|(_, name)| *name).collect();
    if set.is_empty() { "none".to_owned() } else { set.join(" ") }
}
