//! Rules on several packets of a capture: what to cite where [`Trace`](crate::Trace) finds something.

use wire::Link;

use super::{PING, PONG};
use crate::rule::{Check, Example, Level, Rule};

/// A datagram in two pieces.
const F4: Example = Example::Trace(
    Link::RawIp,
    &[
        "4500002400072000401146c00a0000020a0000010fa00007001800000102030405060708",
        "4500001c00070002401166c60a0000020a0000011111111111111111",
    ],
);

/// An IPv6 packet in two pieces.
const F6: Example = Example::Trace(
    Link::RawIp,
    &[
        "6000000000182c4020010db800000000000000000000000220010db800000000000000000000000111000001000000090fa000070018404a0102030405060708",
        "6000000000102c4020010db800000000000000000000000220010db800000000000000000000000111000010000000091111111111111111",
    ],
);

/// A ping and its answer.
const GOOD: Example = Example::Trace(Link::RawIp, &[PING, PONG]);

/// A ping over IPv6 and its answer.
const E6: Example = Example::Trace(
    Link::RawIp,
    &[
        "60000000000c3a4020010db800000000000000000000000220010db80000000000000000000000018000456b0007000170696e67",
        "60000000000c3a4020010db800000000000000000000000120010db80000000000000000000000028100446b0007000170696e67",
    ],
);

/// A query and its response.
const DNS: Example = Example::Trace(
    Link::RawIp,
    &[
        "4500003700000000401166b40a0000020a0000010fa0003500237dcd0005010000010000000000000161076578616d706c650000010001",
        "45000050000000004011669b0a0000010a00000200350fa0003c3db70005818000010001000000000161076578616d706c6500000100010161076578616d706c650000010001000000000004c0000201",
    ],
);

/// A question for an address and its answer.
const ARP: Example = Example::Trace(
    Link::Ethernet,
    &[
        "ffffffffffff020000000002080600010800060400010200000000020a0000020000000000000a000001",
        "020000000002020000000001080600010800060400020200000000010a0000010200000000020a000002",
    ],
);

/// Fragments do not overlap.
pub(super) const FRAGMENT_OVERLAP: Rule = Rule {
    id: "ipv4.fragment.overlap",
    rfc: 1858,
    section: "4",
    level: Level::ShouldNot,
    quote: "RFC 791 [1], the current IP protocol specification, describes a reassembly algorithm \
            that results in new fragments overwriting any overlapped portions of previously- \
            received fragments.",
    note: Some(
        "Informational, and a description of the attack. The same octets in the same place \
            are a repetition and pass.",
    ),
    check: Check::Trace,
    pass: F4,
    fail: Example::Trace(
        Link::RawIp,
        &[
            "4500002400072000401146c00a0000020a0000010fa00007001800000102030405060708",
            "4500002400070001401166bf0a0000020a00000122222222222222222222222222222222",
        ],
    ),
};

/// One fragment is the last.
pub(super) const FRAGMENT_END: Rule = Rule {
    id: "ipv4.fragment.end",
    rfc: 791,
    section: "2.3",
    level: Level::Must,
    quote: "The more-fragments flag indicates (by being reset) the last fragment.",
    note: None,
    check: Check::Trace,
    pass: F4,
    fail: Example::Trace(
        Link::RawIp,
        &[
            "4500001c00070002401166c60a0000020a0000011111111111111111",
            "4500001c00070004401166c40a0000020a0000013333333333333333",
        ],
    ),
};

/// Fragments do not overlap, in IPv6.
pub(super) const FRAGMENT_OVERLAP_6: Rule = Rule {
    id: "ipv6.fragment.overlap",
    rfc: 8200,
    section: "4.5",
    level: Level::Must,
    quote: "If any of the fragments being reassembled overlap with any other fragments being \
            reassembled for the same packet, reassembly of that packet must be abandoned and all \
            the fragments that have been received for that packet must be discarded, and no ICMP \
            error messages should be sent.",
    note: Some(
        "The same octets in the same place are a repetition, which the section lets a \
            receiver ignore.",
    ),
    check: Check::Trace,
    pass: F6,
    fail: Example::Trace(
        Link::RawIp,
        &[
            "6000000000182c4020010db800000000000000000000000220010db800000000000000000000000111000001000000090fa000070018404a0102030405060708",
            "6000000000182c4020010db800000000000000000000000220010db8000000000000000000000001110000080000000922222222222222222222222222222222",
        ],
    ),
};

/// One fragment is the last, in IPv6.
pub(super) const FRAGMENT_END_6: Rule = Rule {
    id: "ipv6.fragment.end",
    rfc: 8200,
    section: "4.5",
    level: Level::Must,
    quote: "M flag 1 = more fragments; 0 = last fragment.",
    note: None,
    check: Check::Trace,
    pass: F6,
    fail: Example::Trace(
        Link::RawIp,
        &[
            "6000000000102c4020010db800000000000000000000000220010db800000000000000000000000111000010000000091111111111111111",
            "6000000000102c4020010db800000000000000000000000220010db800000000000000000000000111000020000000093333333333333333",
        ],
    ),
};

/// A request has one reply.
pub(super) const DUPLICATE: Rule = Rule {
    id: "exchange.duplicate",
    rfc: 1122,
    section: "3.2.2.6",
    level: Level::Should,
    quote: "Every host MUST implement an ICMP Echo server function that receives Echo Requests \
            and sends corresponding Echo Replies.",
    note: Some(
        "Also of ICMPv6 (RFC 4443 section 4.2). No clause forbids a second reply; none asks \
            for it. A packet that was captured twice is a remark.",
    ),
    check: Check::Trace,
    pass: GOOD,
    fail: Example::Trace(
        Link::RawIp,
        &[PING, PONG, "4500002000050000400166d60a0000010a000002000021270007000170696e67"],
    ),
};

/// A valid request is answered, in IPv6.
pub(super) const UNANSWERED_6: Rule = Rule {
    id: "icmpv6.echo.unanswered",
    rfc: 4443,
    section: "4.2",
    level: Level::Must,
    quote: "Every node MUST implement an ICMPv6 Echo responder function that receives Echo \
            Requests and originates corresponding Echo Replies.",
    note: Some(
        "A remark in a capture: the reply may have gone another way, or come after its end.",
    ),
    check: Check::Trace,
    pass: E6,
    fail: Example::Trace(
        Link::RawIp,
        &[
            "60000000000c3a4020010db800000000000000000000000220010db80000000000000000000000018000456b0007000170696e67",
        ],
    ),
};

/// As much data comes back as was sent, in IPv6.
pub(super) const LENGTH_6: Rule = Rule {
    id: "icmpv6.echo.length",
    rfc: 4443,
    section: "4.2",
    level: Level::Must,
    quote: "The data received in the ICMPv6 Echo Request message MUST be returned entirely and \
            unmodified in the ICMPv6 Echo Reply message.",
    note: None,
    check: Check::Trace,
    pass: E6,
    fail: Example::Trace(
        Link::RawIp,
        &[
            "60000000000c3a4020010db800000000000000000000000220010db80000000000000000000000018000456b0007000170696e67",
            "60000000000b3a4020010db800000000000000000000000120010db8000000000000000000000002810044d30007000170696e",
        ],
    ),
};

/// The data comes back unchanged, in IPv6.
pub(super) const PAYLOAD_6: Rule = Rule {
    id: "icmpv6.echo.payload",
    rfc: 4443,
    section: "4.2",
    level: Level::Must,
    quote: "The data received in the ICMPv6 Echo Request message MUST be returned entirely and \
            unmodified in the ICMPv6 Echo Reply message.",
    note: None,
    check: Check::Trace,
    pass: E6,
    fail: Example::Trace(
        Link::RawIp,
        &[
            "60000000000c3a4020010db800000000000000000000000220010db80000000000000000000000018000456b0007000170696e67",
            "60000000000c3a4020010db800000000000000000000000120010db80000000000000000000000028100445e0007000170696e74",
        ],
    ),
};

/// A response is to the question that was asked.
pub(super) const DNS_QUESTION: Rule = Rule {
    id: "dns.reply.question",
    rfc: 5452,
    section: "9.1",
    level: Level::Must,
    quote: "A resolver implementation MUST match responses to all of the following attributes of \
            the query:",
    note: Some("The question section is one of them. Letters count as the same in either case."),
    check: Check::Trace,
    pass: DNS,
    fail: Example::Trace(
        Link::RawIp,
        &[
            "4500003700000000401166b40a0000020a0000010fa0003500237dcd0005010000010000000000000161076578616d706c650000010001",
            "45000050000000004011669b0a0000010a00000200350fa0003c3cb60005818000010001000000000162076578616d706c6500000100010162076578616d706c650000010001000000000004c0000201",
        ],
    ),
};

/// A query has a response.
pub(super) const DNS_UNANSWERED: Rule = Rule {
    id: "dns.unanswered",
    rfc: 8906,
    section: "Abstract",
    level: Level::Should,
    quote: "Failing to respond to queries, or responding incorrectly, causes both immediate \
            operational problems and long-term problems with protocol development.",
    note: Some(
        "A remark in a capture: the response may have gone another way, or come after its \
            end.",
    ),
    check: Check::Trace,
    pass: DNS,
    fail: Example::Trace(
        Link::RawIp,
        &[
            "4500003700000000401166b40a0000020a0000010fa0003500237dcd0005010000010000000000000161076578616d706c650000010001",
        ],
    ),
};

/// An address has one owner.
pub(super) const CONFLICT: Rule = Rule {
    id: "arp.conflict",
    rfc: 5227,
    section: "2.4",
    level: Level::May,
    quote: "At any time, if a host receives an ARP packet (Request *or* Reply) where the 'sender \
            IP address' is (one of) the host's own IP address(es) configured on that interface, \
            but the 'sender hardware address' does not match any of the host's own interface \
            addresses, then this is a conflicting ARP packet, indicating some other host also \
            thinks it is validly using this address.",
    note: Some("A remark: an address may have moved, as those of VRRP do."),
    check: Check::Trace,
    pass: ARP,
    fail: Example::Trace(
        Link::Ethernet,
        &[
            "ffffffffffff020000000002080600010800060400010200000000020a0000020000000000000a000001",
            "020000000002020000000001080600010800060400020200000000010a0000010200000000020a000002",
            "020000000002020000000003080600010800060400020200000000030a0000010200000000020a000002",
        ],
    ),
};
