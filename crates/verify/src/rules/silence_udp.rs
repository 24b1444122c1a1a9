//! Rules on when there must be no reply to UDP datagrams, to what open ports get, and about what no error may be
//! sent.

use super::reply_udp::exchange;
use super::silence::answered;
use super::{PONG, over_ethernet, udp};
use crate::Reason;
use crate::rule::{Check, Level, Rule};

/// No reply to a datagram whose length cannot be.
pub(super) const LENGTH: Rule = Rule {
    id: "silence.udp_length",
    note: Some(
        "The clause defines the length; that one which cannot be is no datagram to answer follows.",
    ),
    check: Check::Exchange(|x| answered(x, Reason::UdpLength)),
    pass: exchange("4500002000000000401166cb0a0000020a0000019c400007006370bb70696e67", None),
    fail: exchange("4500002000000000401166cb0a0000020a0000019c400007006370bb70696e67", Some(PONG)),
    ..udp::LENGTH
};

/// No reply to a datagram that was damaged.
pub(super) const CHECKSUM: Rule = Rule {
    id: "silence.udp_checksum",
    rfc: 1122,
    section: "4.1.3.4",
    level: Level::Must,
    quote: "If a UDP datagram is received with a checksum that is non-zero and invalid, UDP MUST silently discard \
            the datagram.",
    note: Some("Over IPv6 one that is zero is invalid too (RFC 8200 section 8.1)."),
    check: Check::Exchange(|x| answered(x, Reason::UdpChecksum)),
    pass: exchange("4500002000000000401166cb0a0000020a0000019c400007000c123470696e67", None),
    fail: exchange("4500002000000000401166cb0a0000020a0000019c400007000c123470696e67", Some(PONG)),
};

/// No reply where it has nowhere to go.
pub(super) const PORT: Rule = Rule {
    id: "silence.udp_port",
    rfc: 768,
    section: "Fields",
    level: Level::Must,
    quote: "If not used, a value of zero is inserted.",
    note: Some(
        "The source port. Nor is there one at a closed port from a host that sends no errors, which is a SHOULD (RFC \
         1122 section 4.1.3.1).",
    ),
    check: Check::Exchange(|x| answered(x, Reason::UdpPort)),
    pass: exchange("4500002000000000401166cb0a0000020a00000100000007000c0cfc70696e67", None),
    fail: exchange("4500002000000000401166cb0a0000020a00000100000007000c0cfc70696e67", Some(PONG)),
};

/// No response to a response.
pub(super) const DNS: Rule = Rule {
    id: "silence.dns",
    rfc: 1035,
    section: "4.1.1",
    level: Level::Must,
    quote: "A one bit field that specifies whether this message is a query (0), or a response (1).",
    note: Some("Only queries have responses; nor has what is too short to have that bit."),
    check: Check::Exchange(|x| answered(x, Reason::Dns)),
    pass: exchange(
        "4500004900000000401166a20a0000020a00000100350035003534f2123485000001000100000000076578616d706c6503636f6d0000010001c00c000100010000003c0004c0000201",
        None,
    ),
    fail: exchange(
        "4500004900000000401166a20a0000020a00000100350035003534f2123485000001000100000000076578616d706c6503636f6d0000010001c00c000100010000003c0004c0000201",
        Some(PONG),
    ),
};

/// No reply to what no client says to this server.
pub(super) const DHCP: Rule = Rule {
    id: "silence.dhcp",
    rfc: 2131,
    section: "3.1",
    level: Level::Must,
    quote: "Those servers not selected by the DHCPREQUEST message use the message as notification that the client \
            has declined that server's offer.",
    note: Some(
        "Nor have DHCPDECLINE and DHCPRELEASE an answer (section 4.3), nor what is no message of a client.",
    ),
    check: Check::Exchange(|x| answered(x, Reason::Dhcp)),
    pass: exchange(
        "4500012500000000401179c900000000ffffffff004400430111d4db010106003903f326000080000000000000000000000000000000000002000000000200000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000638253633501033d070102000000000232040a00000936040a000003ff",
        None,
    ),
    fail: exchange(
        "4500012500000000401179c900000000ffffffff004400430111d4db010106003903f326000080000000000000000000000000000000000002000000000200000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000638253633501033d070102000000000232040a00000936040a000003ff",
        Some(PONG),
    ),
};

/// Four octets to port 9 of fd00::1, at which nobody listens, in a frame to all nodes.
const TO_GROUP: &str = "33330000000102000000000286dd60000000000c1140fd000000000000000000000000000002fd0000000000000000000000000000019c400009000c8ab770696e67";

/// No error about what many hosts got, or what no single one sent.
pub(super) const ERROR: Rule = Rule {
    id: "silence.error",
    rfc: 1122,
    section: "3.2.2",
    level: Level::MustNot,
    quote: "a datagram whose source address does not define a single host -- e.g., a zero address, a \
            loopback address, a broadcast address, a multicast address, or a Class E address.",
    note: Some(
        "About errors, broadcasts and multicasts of either layer there is none either (for IPv6 RFC 4443 section 2.4 \
         (e)), and none long after the packet.",
    ),
    check: Check::Exchange(|x| answered(x, Reason::Error)),
    pass: over_ethernet(TO_GROUP, None),
    fail: over_ethernet(
        TO_GROUP,
        Some(
            "02000000000202000000000186dd60000000003c3a40fd000000000000000000000000000001fd000000000000000000000000000002010493510000000060000000000c1140fd000000000000000000000000000002fd0000000000000000000000000000019c400009000c8ab770696e67",
        ),
    ),
};
