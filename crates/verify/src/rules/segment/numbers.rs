//! Rules on the numbers of a segment in a connection: where it stands in our stream, how much of the peer's it
//! acknowledges, and how much of it the peer takes (RFC 9293 sections 3.4, 3.7.1 and 3.8.6).

use wire::tcp::field;

use super::opening::numbers;
use super::stream::Connected;
use super::{ANSWER, GOOD, Heard, OPEN, Pair, REQUEST, SYN_ACK, after};
use crate::connection::sequence::{at_most, before, distance};
use crate::rule::{Check, Level, Rule};

/// A connection to a peer that takes ten octets, and five in one segment.
const NARROW: &[Pair] = &[
    (
        "4500002c00000000400666ca0a0000020a0000019c400050000003e8000000006002000ae92d000002040028",
        Some(SYN_ACK),
    ),
    ("4500002800000000400666ce0a0000020a0000019c400050000003e90000138950100032e79d0000", None),
];

/// It goes on where we stopped, or sends again what was not acknowledged.
pub(in crate::rules) const SEQUENCE: Rule = Rule {
    id: "tcp.connection.sequence",
    rfc: 9293,
    section: "3.4",
    level: Level::Must,
    quote: "the first data octet immediately following the header is the lowest numbered, and the following octets \
            are numbered consecutively.",
    note: Some(
        "An acknowledgment alone has the next sequence number: <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>.",
    ),
    check: Check::Exchange(|x| {
        let connected = Connected::ordinary(x)?;
        let (said, after) = (connected.dialogue.answered.said, connected.after);
        let least = if said.length() == 0 { after.nxt } else { after.una };
        let message = || format!("expected {}, found {}", numbers(least, after.nxt), said.sequence);
        let right = at_most(least, said.sequence) && at_most(said.sequence, after.nxt);
        (!right).then(|| connected.dialogue.fault(field::SEQUENCE, message()))
    }),
    pass: GOOD,
    fail: after(
        OPEN,
        REQUEST,
        Some(
            "4500002c00000000400666ca0a0000010a00000200509c400000138a000003ed5018ffff08e80000706f6e67",
        ),
    ),
};

/// It acknowledges what came: no more, and no less than before.
pub(in crate::rules) const ACKNOWLEDGMENT: Rule = Rule {
    id: "tcp.connection.acknowledgment",
    rfc: 9293,
    section: "3.4",
    level: Level::Must,
    quote: "The acknowledgment mechanism employed is cumulative so that an acknowledgment of sequence number X \
            indicates that all octets up to but not including X have been received.",
    note: Some(
        "Less than all that came may be acknowledged, as a host need not take it, but not less than before.",
    ),
    check: Check::Exchange(|x| {
        let connected = Connected::ordinary(x)?;
        let (least, most) = (connected.before.acknowledged, connected.after.received.next());
        let found = connected.dialogue.answered.said.acknowledgment;
        let message = || format!("expected {}, found {found}", numbers(least, most));
        let right = at_most(least, found) && at_most(found, most);
        (!right).then(|| connected.dialogue.fault(field::ACKNOWLEDGMENT, message()))
    }),
    pass: GOOD,
    fail: after(
        OPEN,
        REQUEST,
        Some(
            "4500002c00000000400666ca0a0000010a00000200509c4000001389000003ee5018ffff08e80000706f6e67",
        ),
    ),
};

/// New data is what the peer takes.
pub(in crate::rules) const WINDOW: Rule = Rule {
    id: "tcp.connection.window",
    rfc: 9293,
    section: "4",
    level: Level::Must,
    quote: "The range of new sequence numbers that may be emitted by a TCP implementation lies between SND.NXT and \
            SND.UNA + SND.WND - 1.",
    note: Some("A window that is shut may be probed with one octet (section 3.8.6.1)."),
    check: Check::Exchange(|x| {
        let connected = Connected::ordinary(x).filter(Connected::is_new)?;
        let (after, text) = (connected.after, connected.dialogue.answered.said.text_numbers());
        let probes = after.is_shut() && distance(text.0, text.1) == 1;
        let message =
            || format!("expected data up to {}, found it up to {}", after.limit(), text.1);
        let over = before(after.limit(), text.1) && !probes;
        over.then(|| connected.dialogue.fault(connected.text(), message()))
    }),
    pass: after(
        NARROW,
        REQUEST,
        Some(
            "4500002c00000000400666ca0a0000010a00000200509c4000001389000003ed5018ffff08e90000706f6e67",
        ),
    ),
    fail: after(
        OPEN,
        "4500002c00000000400666ca0a0000020a0000019c400050000003e9000013895018000308f0000070696e67",
        Some(ANSWER),
    ),
};

/// A segment is no longer than the peer takes.
pub(in crate::rules) const SIZE: Rule = Rule {
    id: "tcp.connection.mss",
    rfc: 9293,
    section: "3.7.1",
    level: Level::Must,
    quote: "The maximum size of a segment that a TCP endpoint really sends, the \"effective send MSS\", MUST be the \
            smaller (MUST-16) of the send MSS (that reflects the available reassembly buffer size at the remote \
            host, the EMTU_R [19]) and the largest transmission size permitted by the IP layer (EMTU_S [19])",
    note: Some(
        "The send MSS is what the SYN stated, or 536 over IPv4 and 1,220 over IPv6 (MUST-15), less the octets of \
         options. Of less than 28 no host makes sense.",
    ),
    check: Check::Exchange(|x| {
        let connected = Connected::ordinary(x)?;
        let Heard { datagram, said } = connected.dialogue.answered;
        let fixed = if datagram.source.is_ipv4() { 20 } else { 40 };
        let options = said.options.len() + datagram.start.saturating_sub(fixed);
        let stated = usize::from(connected.before.offer.mss).max(LEAST);
        let (most, found) = (stated.saturating_sub(options), said.text.len());
        let message = || format!("expected {most} bytes of data at most, found {found}");
        (found > most).then(|| connected.dialogue.fault(connected.text(), message()))
    }),
    pass: after(
        NARROW,
        REQUEST,
        Some(
            "4500005000000000400666a60a0000010a00000200509c4000001389000003ed5018ffff1ed3000070707070707070707070707070707070707070707070707070707070707070707070707070707070",
        ),
    ),
    fail: after(
        NARROW,
        REQUEST,
        Some(
            "4500005100000000400666a50a0000010a00000200509c4000001389000003ed5018ffffaed100007070707070707070707070707070707070707070707070707070707070707070707070707070707070",
        ),
    ),
};

/// The least that a host must be able to take in: 68 octets (RFC 791) without two headers.
const LEAST: usize = 28;

/// The window does not shrink.
pub(in crate::rules) const SHRUNK: Rule = Rule {
    id: "tcp.connection.window.shrunk",
    rfc: 9293,
    section: "3.8.6",
    level: Level::ShouldNot,
    quote: "A TCP receiver SHOULD NOT shrink the window, i.e., move the right window edge to the left (SHLD-14).",
    note: None,
    check: Check::Exchange(|x| {
        let connected = Connected::ordinary(x)?;
        let (expected, said) = (connected.after.edge, connected.dialogue.answered.said);
        let found = connected.after.edge_of(&said);
        let message =
            || format!("expected a window that ends at {expected} or after, found {found}");
        before(found, expected).then(|| connected.dialogue.fault(field::WINDOW, message()))
    }),
    pass: GOOD,
    fail: after(
        OPEN,
        REQUEST,
        Some(
            "4500002c00000000400666ca0a0000010a00000200509c4000001389000003ed501803e805010000706f6e67",
        ),
    ),
};
