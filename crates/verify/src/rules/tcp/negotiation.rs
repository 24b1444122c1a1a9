//! Options that the two sides of a TCP connection settle in their SYNs.

use wire::tcp::{flag, option};
use wire::{Pdu, Protocol, Tcp};

use super::opening::SYN;
use super::options::{are_listed, find, outside_syn, wrong_length};
use crate::rule::{Check, Fault, Level, Rule};
use crate::rules::ip;

/// The maximum segment size has two octets.
pub(in crate::rules) const MSS_LENGTH: Rule = Rule {
    id: "tcp.option.mss.length",
    rfc: 9293,
    section: "3.2",
    level: Level::Must,
    quote: "Length: 1 byte; Length == 4. Length of the option in bytes.",
    note: None,
    check: Check::PduWhere(Protocol::Tcp, are_listed, |pdu| {
        wrong_length(pdu, option::MSS, "4", |found| found != 4)
    }),
    pass: SYN,
    fail: ip(
        "4500002c00000000400666ca0a0000020a0000019c40000700000001000000006002ffffe890000002030500",
    ),
};

/// The maximum segment size stands in a SYN.
pub(in crate::rules) const MSS_SYN: Rule = Rule {
    id: "tcp.option.mss.syn",
    rfc: 9293,
    section: "3.2",
    level: Level::MustNot,
    quote: "This field may be sent in the initial connection request (i.e., in segments with the SYN \
            control bit set) and MUST NOT be sent in other segments (MUST-65).",
    note: None,
    check: Check::PduWhere(Protocol::Tcp, are_listed, |pdu| outside_syn(pdu, option::MSS)),
    pass: SYN,
    fail: ip(
        "4500002c00000000400666ca0a0000020a0000019c40000700000001000000016010ffffe7cc0000020405b4",
    ),
};

/// The maximum segment size fits a link that may carry IP.
pub(in crate::rules) const MSS_VALUE: Rule = Rule {
    id: "tcp.option.mss.value",
    rfc: 9293,
    section: "3.7.1",
    level: Level::Should,
    quote: "The MSS value to be sent in an MSS Option should be equal to the effective MTU minus the \
            fixed IP and TCP headers.",
    note: Some(
        "No MTU of IPv4 is under 68, so no value under 28 can be one. Under 1,220 in IPv6, whose MTU is \
         1,280 or more, is a remark: tunnels on the way and small hosts ask for less.",
    ),
    check: Check::PduWhere(Protocol::Tcp, are_listed, mss_value),
    pass: SYN,
    fail: ip(
        "4500002c00000000400666ca0a0000020a0000019c40000700000001000000006002ffffed87000002040008",
    ),
};

fn mss_value(pdu: &Pdu) -> Option<Fault> {
    Tcp::new(pdu.bytes()).filter(|tcp| tcp.has(flag::SYN))?;
    let (range, found) = find(pdu, option::MSS, |found| found.data.len() == 2)?;
    let value = u16::from_be_bytes([found.data[0], found.data[1]]);
    let six = pdu.network()?.protocol() == Protocol::Ipv6;
    let least = if six { 1220 } else { 28 };
    let message = || format!("expected {least} or more, found {value}");
    let fault = (value < least).then(|| Fault::new(range, message()))?;
    Some(if value < 28 { fault } else { fault.noted() })
}

/// The window scale has one octet.
pub(in crate::rules) const WINDOW_SCALE_LENGTH: Rule = Rule {
    id: "tcp.option.window_scale.length",
    rfc: 7323,
    section: "2.2",
    level: Level::Must,
    quote: "TCP Window Scale option (WSopt): Kind: 3 Length: 3 bytes",
    note: None,
    check: Check::PduWhere(Protocol::Tcp, are_listed, |pdu| {
        wrong_length(pdu, option::WINDOW_SCALE, "3", |found| found != 3)
    }),
    pass: ip(
        "4500003000000000400666c60a0000020a0000019c40000700000001000000007002ffffd3cd0000020405b401030307",
    ),
    fail: ip(
        "4500003000000000400666c60a0000020a0000019c40000700000001000000007002ffffcdd30000020405b403040700",
    ),
};

/// The window scale stands in a SYN.
pub(in crate::rules) const WINDOW_SCALE_SYN: Rule = Rule {
    id: "tcp.option.window_scale.syn",
    rfc: 7323,
    section: "2.1",
    level: Level::ShouldNot,
    quote: "This option is sent only in a <SYN> segment (a segment with the SYN bit on), hence the window \
            scale is fixed in each direction when a connection is opened.",
    note: Some("Elsewhere it is ignored (section 2.2)."),
    check: Check::PduWhere(Protocol::Tcp, are_listed, |pdu| outside_syn(pdu, option::WINDOW_SCALE)),
    pass: ip(
        "4500003000000000400666c60a0000020a0000019c40000700000001000000007002ffffd3cd0000020405b401030307",
    ),
    fail: ip(
        "4500002c00000000400666ca0a0000020a0000019c40000700000001000000016010ffffeb7a000001030307",
    ),
};

/// The window scale is 14 at most.
pub(in crate::rules) const WINDOW_SCALE_SHIFT: Rule = Rule {
    id: "tcp.option.window_scale.shift",
    rfc: 7323,
    section: "2.3",
    level: Level::Must,
    quote: "Thus, the shift count MUST be limited to 14 (which allows windows of 2^30 = 1 GiB).",
    note: Some("A receiver takes a larger one for 14."),
    check: Check::PduWhere(Protocol::Tcp, are_listed, window_scale_shift),
    pass: ip(
        "4500003000000000400666c60a0000020a0000019c40000700000001000000007002ffffd3c60000020405b40103030e",
    ),
    fail: ip(
        "4500003000000000400666c60a0000020a0000019c40000700000001000000007002ffffd3c50000020405b40103030f",
    ),
};

fn window_scale_shift(pdu: &Pdu) -> Option<Fault> {
    Tcp::new(pdu.bytes()).filter(|tcp| tcp.has(flag::SYN))?;
    let (range, found) =
        find(pdu, option::WINDOW_SCALE, |found| found.data.len() == 1 && found.data[0] > 14)?;
    let message = format!("expected 14 or less, found {}", found.data[0]);
    Some(Fault::new(range.start + 2..range.end, message).mended_by(&[14]))
}

/// SACK permitted has no data.
pub(in crate::rules) const SACK_PERMITTED_LENGTH: Rule = Rule {
    id: "tcp.option.sack_permitted.length",
    rfc: 2018,
    section: "2",
    level: Level::Must,
    quote: "This two-byte option may be sent in a SYN by a TCP that has been extended to receive (and \
            presumably process) the SACK option once the connection has opened.",
    note: None,
    check: Check::PduWhere(Protocol::Tcp, are_listed, |pdu| {
        wrong_length(pdu, option::SACK_PERMITTED, "2", |found| found != 2)
    }),
    pass: ip(
        "4500003000000000400666c60a0000020a0000019c40000700000001000000007002ffffd2d40000020405b401010402",
    ),
    fail: ip(
        "4500003000000000400666c60a0000020a0000019c40000700000001000000007002ffffd3d30000020405b401040300",
    ),
};

/// SACK permitted stands in a SYN.
pub(in crate::rules) const SACK_PERMITTED_SYN: Rule = Rule {
    id: "tcp.option.sack_permitted.syn",
    rfc: 2018,
    section: "2",
    level: Level::MustNot,
    quote: "It MUST NOT be sent on non-SYN segments.",
    note: None,
    check: Check::PduWhere(Protocol::Tcp, are_listed, |pdu| {
        outside_syn(pdu, option::SACK_PERMITTED)
    }),
    pass: ip(
        "4500003000000000400666c60a0000020a0000019c40000700000001000000007002ffffd2d40000020405b401010402",
    ),
    fail: ip(
        "4500002c00000000400666ca0a0000020a0000019c40000700000001000000016010ffffea81000001010402",
    ),
};

/// A Fast Open cookie has 4 to 16 octets, or none.
pub(in crate::rules) const FAST_OPEN_LENGTH: Rule = Rule {
    id: "tcp.option.fast_open.length",
    rfc: 7413,
    section: "4.1.1",
    level: Level::Must,
    quote: "range 6 to 18 (bytes); limited by remaining space in the options field. The number MUST be \
            even.",
    note: Some("2 asks for a cookie."),
    check: Check::PduWhere(Protocol::Tcp, are_listed, |pdu| {
        let odd = |found| found != 2 && (!(6..=18).contains(&found) || found % 2 != 0);
        wrong_length(pdu, option::FAST_OPEN, "2, or an even one of 6 to 18", odd)
    }),
    pass: ip(
        "4500003000000000400666c60a0000020a0000019c40000700000001000000007002ffffb4d40000020405b401012202",
    ),
    fail: ip(
        "4500003400000000400666c20a0000020a0000019c40000700000001000000008002ffffb9a80000020405b40122070102030405",
    ),
};

/// A Fast Open cookie stands in a SYN.
pub(in crate::rules) const FAST_OPEN_SYN: Rule = Rule {
    id: "tcp.option.fast_open.syn",
    rfc: 7413,
    section: "4.1.1",
    level: Level::ShouldNot,
    quote: "Options with invalid Length values or without the SYN flag set MUST be ignored.",
    note: Some("What must be ignored had better not be sent."),
    check: Check::PduWhere(Protocol::Tcp, are_listed, |pdu| outside_syn(pdu, option::FAST_OPEN)),
    pass: ip(
        "4500003000000000400666c60a0000020a0000019c40000700000001000000007002ffffb4d40000020405b401012202",
    ),
    fail: ip(
        "4500002c00000000400666ca0a0000020a0000019c40000700000001000000016010ffffcc81000001012202",
    ),
};
