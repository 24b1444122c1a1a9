//! Rules on a reply to a segment where there must be none (RFC 9293 sections 3.1 and 3.10.7).

use super::{OPEN, after};
use crate::Reason;
use crate::rule::{Check, Example, Level, Rule};
use crate::rules::silence::answered;

/// What a reply would be.
const REPLY: &str = super::TAKEN;

/// No reply to a header that leads nowhere.
pub(in crate::rules) const HEADER: Rule = Rule {
    id: "silence.tcp_header",
    rfc: 9293,
    section: "3.1",
    level: Level::Must,
    quote: "The number of 32-bit words in the TCP header. This indicates where the data begins.",
    note: Some(
        "Under five words, or more than there are, no number of the segment can be trusted.",
    ),
    check: Check::Exchange(|x| answered(x, Reason::TcpHeader)),
    pass: unanswered(OFFSET),
    fail: answer(OFFSET),
};

const OFFSET: &str =
    "4500002800000000400666ce0a0000020a0000019c400050000003e900001389f010ffff47cf0000";

/// No reply to a segment that was damaged.
pub(in crate::rules) const CHECKSUM: Rule = Rule {
    id: "silence.tcp_checksum",
    rfc: 9293,
    section: "3.1",
    level: Level::Must,
    quote: "The sender MUST generate it (MUST-2) and the receiver MUST check it (MUST-3).",
    note: Some("The checksum is meant."),
    check: Check::Exchange(|x| answered(x, Reason::TcpChecksum)),
    pass: unanswered(DAMAGED),
    fail: answer(DAMAGED),
};

const DAMAGED: &str =
    "4500002800000000400666ce0a0000020a0000019c400050000003e9000013895010ffffb29a0000";

/// No reply to a reset.
pub(in crate::rules) const RESET: Rule = Rule {
    id: "silence.tcp_reset",
    rfc: 9293,
    section: "4",
    level: Level::Must,
    quote: "In no case does receipt of a segment containing RST give rise to a RST in response.",
    note: Some(
        "Nor to anything else, unless it lies in the window of a connection and is not exact.",
    ),
    check: Check::Exchange(|x| answered(x, Reason::TcpReset)),
    pass: unanswered(RST),
    fail: answer(RST),
};

const RST: &str =
    "4500002800000000400666ce0a0000020a0000019c400050000003e9000000005004fffffb640000";

/// No reply to a segment that says nothing.
pub(in crate::rules) const SEGMENT: Rule = Rule {
    id: "silence.tcp_segment",
    rfc: 9293,
    section: "3.10.7.4",
    level: Level::Must,
    quote: "if the ACK bit is off, drop the segment and return",
    note: Some("The last acknowledgment of a connection is met with silence too."),
    check: Check::Exchange(|x| answered(x, Reason::TcpSegment)),
    pass: unanswered(BARE),
    fail: answer(BARE),
};

const BARE: &str =
    "4500002c00000000400666ca0a0000020a0000019c400050000003e9000000005008ffff1c8c000070696e67";

const fn unanswered(request: &'static str) -> Example {
    after(OPEN, request, None)
}

const fn answer(request: &'static str) -> Example {
    after(OPEN, request, Some(REPLY))
}
