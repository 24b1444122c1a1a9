//! Rules on a reply where there must be none, because of the frame, the ARP packet or the IPv6 packet that came:
//! one for each reason to stay silent, and for IPv6 those that IPv4 has too.

use wire::Mac;
use wire::ethernet::field;

use super::silence::{answered, is_ipv6};
use super::{PONG_FRAME, icmpv6, ipv6, over_ethernet, over_ip, reply_ip};
use crate::Reason;
use crate::rule::{Check, Example, Level, Rule};

/// A frame of another station, or of a kind that we do not speak.
pub(super) const ETHERNET: Rule = Rule {
    id: "silence.ethernet",
    rfc: 894,
    section: "Frame Format",
    level: Level::Must,
    quote: "IP datagrams are transmitted in standard Ethernet frames.",
    note: Some(
        "That a station takes frames to itself and to its groups, each from one other station, is Ethernet's. \
         Tagged frames are of another network than ours.",
    ),
    check: Check::Frames(|x| answered(x, Reason::Ethernet).filter(|_| !is_broadcast(x.request))),
    pass: over_ethernet(
        "02000000000902000000000208004500002000000000400166db0a0000020a000001080019270007000170696e67",
        None,
    ),
    fail: over_ethernet(
        "02000000000902000000000208004500002000000000400166db0a0000020a000001080019270007000170696e67",
        Some(PONG_FRAME),
    ),
};

/// A datagram for one host that went to all.
pub(super) const LINK_BROADCAST: Rule = Rule {
    id: "silence.ethernet.broadcast",
    rfc: 1122,
    section: "3.3.6",
    level: Level::Must,
    quote: "A host SHOULD silently discard a datagram that is received via a link-layer broadcast (see \
            Section 2.4) but does not specify an IP multicast or broadcast destination address.",
    note: Some("This host always does, lest one frame draw replies from many."),
    check: Check::Frames(|x| answered(x, Reason::Ethernet).filter(|_| is_broadcast(x.request))),
    pass: over_ethernet(
        "ffffffffffff02000000000208004500002000000000400166db0a0000020a000001080019270007000170696e67",
        None,
    ),
    fail: over_ethernet(
        "ffffffffffff02000000000208004500002000000000400166db0a0000020a000001080019270007000170696e67",
        Some(PONG_FRAME),
    ),
};

/// Whether a frame with an IPv4 datagram went to every station.
fn is_broadcast(frame: &[u8]) -> bool {
    Mac::new(frame) == Some(Mac::BROADCAST) && frame.get(field::TYPE) == Some(&[8, 0])
}

/// What does not ask for our address.
pub(super) const ARP: Rule = Rule {
    id: "silence.arp",
    rfc: 826,
    section: "Packet Reception",
    level: Level::Must,
    quote: "?Is the opcode ares_op$REQUEST? (NOW look at the opcode!!)",
    note: Some(
        "Before it asks \"?Am I the target protocol address?\". Who says that our address is its own asks for \
         nothing (RFC 5227 section 2.4).",
    ),
    check: Check::Frames(|x| answered(x, Reason::Arp)),
    pass: over_ethernet(
        "ffffffffffff020000000002080600010800060400010200000000020a0000020000000000000a000009",
        None,
    ),
    fail: over_ethernet(
        "ffffffffffff020000000002080600010800060400010200000000020a0000020000000000000a000009",
        Some(
            "020000000002020000000001080600010800060400020200000000010a0000010200000000020a000002",
        ),
    ),
};

/// A packet that is not whole, or cannot be read.
pub(super) const IPV6: Rule = Rule {
    id: "silence.ipv6",
    rfc: 8200,
    section: "3",
    level: Level::Must,
    quote: "Length of the IPv6 payload, i.e., the rest of the packet following this IPv6 header, in \
            octets.",
    note: Some(
        "Less is no packet. Nor is one to answer whose options say that it be discarded (section 4.2), or whose \
         route goes on (section 4.4); an error would be allowed, and this host sends none.",
    ),
    check: Check::Exchange(|x| answered(x, Reason::Ipv6)),
    pass: unanswered(
        "60000000000c3a40fd000000000000000000000000000002fd0000000000000000000000000000018000a6db0007000170696e",
    ),
    fail: answer(
        "60000000000c3a40fd000000000000000000000000000002fd0000000000000000000000000000018000a6db0007000170696e",
    ),
};

/// A packet for another node.
pub(super) const NOT_FOR_ME: Rule = Rule {
    id: "silence.ipv6.not_for_me",
    note: Some("Who is not meant does not answer; nor do groups have TCP connections."),
    check: Check::Exchange(|x| answered(x, Reason::NotForMe).filter(|_| is_ipv6(x))),
    pass: unanswered(
        "60000000000c3a40fd000000000000000000000000000002fd0000000000000000000000000000098000a6d30007000170696e67",
    ),
    fail: answer(
        "60000000000c3a40fd000000000000000000000000000002fd0000000000000000000000000000098000a6d30007000170696e67",
    ),
    ..ipv6::HEADER
};

/// A source that is no single other node.
pub(super) const SOURCE: Rule = Rule {
    id: "silence.ipv6.source",
    rfc: 4291,
    section: "2.7",
    level: Level::Must,
    quote: "Multicast addresses must not be used as source addresses in IPv6 packets or appear in any \
            Routing header.",
    note: Some(
        "Nor is ::1 one from outside (section 2.5.3), nor our own, and to :: nobody answers (section 2.5.2), \
         except that the address which it tries out is ours (RFC 4861 section 7.2.4).",
    ),
    check: Check::Exchange(|x| answered(x, Reason::Source).filter(|_| is_ipv6(x))),
    pass: unanswered(
        "60000000000c3a40fd000000000000000000000000000001fd0000000000000000000000000000018000a6dc0007000170696e67",
    ),
    fail: answer(
        "60000000000c3a40fd000000000000000000000000000001fd0000000000000000000000000000018000a6dc0007000170696e67",
    ),
};

/// A piece of a packet.
pub(super) const FRAGMENT: Rule = Rule {
    id: "silence.ipv6.fragment",
    rfc: 8200,
    section: "4.5",
    level: Level::Must,
    quote: "The Fragment header is used by an IPv6 source to send a packet larger than would fit in the \
            path MTU to its destination.",
    note: Some("This host does not reassemble yet; to answer one piece would be wrong either way."),
    check: Check::Exchange(|x| answered(x, Reason::Fragment).filter(|_| is_ipv6(x))),
    pass: unanswered(
        "6000000000182c40fd000000000000000000000000000002fd0000000000000000000000000000013a000001000000018000c8060007000170696e6770696e67",
    ),
    fail: answer(
        "6000000000182c40fd000000000000000000000000000002fd0000000000000000000000000000013a000001000000018000c8060007000170696e6770696e67",
    ),
};

/// A packet with nothing in it that we speak.
pub(super) const PROTOCOL: Rule = Rule {
    id: "silence.ipv6.protocol",
    rfc: 8200,
    section: "4.7",
    level: Level::Must,
    quote: "The value 59 in the Next Header field of an IPv6 header or any extension header indicates that \
            there is nothing following that header.",
    note: Some(
        "A host that speaks of no errors is as silent about protocols that it does not know.",
    ),
    check: Check::Exchange(|x| answered(x, Reason::Protocol).filter(|_| is_ipv6(x))),
    pass: unanswered(
        "6000000000043b40fd000000000000000000000000000002fd00000000000000000000000000000170696e67",
    ),
    fail: answer(
        "6000000000043b40fd000000000000000000000000000002fd00000000000000000000000000000170696e67",
    ),
};

/// A message of neighbour discovery from beyond the link.
pub(super) const HOP_LIMIT: Rule = Rule {
    id: "silence.hop_limit",
    rfc: 4861,
    section: "7.1.1",
    level: Level::Must,
    quote: "The IP Hop Limit field has a value of 255, i.e., the packet could not possibly have been \
            forwarded by a router.",
    note: Some("Whatever is not so MUST be silently discarded, the section says."),
    check: Check::Exchange(|x| answered(x, Reason::HopLimit)),
    pass: over_ethernet(
        "3333ff00000102000000000286dd6000000000203a40fd000000000000000000000000000002ff0200000000000000000001ff00000187007d9700000000fd0000000000000000000000000000010101020000000002",
        None,
    ),
    fail: over_ethernet(
        "3333ff00000102000000000286dd6000000000203a40fd000000000000000000000000000002ff0200000000000000000001ff00000187007d9700000000fd0000000000000000000000000000010101020000000002",
        Some(
            "02000000000202000000000186dd6000000000203afffd000000000000000000000000000001fd00000000000000000000000000000288001c9c60000000fd0000000000000000000000000000010201020000000001",
        ),
    ),
};

/// A message of neighbour discovery that does not solicit us.
pub(super) const NEIGHBOR: Rule = Rule {
    id: "silence.neighbor",
    rfc: 4861,
    section: "7.2.3",
    level: Level::Must,
    quote: "A valid Neighbor Solicitation that does not meet any of the following requirements MUST be \
            silently discarded:",
    note: Some(
        "The first of them is that the target is an address of ours. The same is said of a solicitation that is \
         not valid (section 7.1.1), and no other message of neighbour discovery asks a host.",
    ),
    check: Check::Exchange(|x| answered(x, Reason::Neighbor)),
    pass: over_ethernet(
        "3333ff00000102000000000286dd6000000000203afffd000000000000000000000000000002ff0200000000000000000001ff00000187007d9600000000fd0100000000000000000000000000010101020000000002",
        None,
    ),
    fail: over_ethernet(
        "3333ff00000102000000000286dd6000000000203afffd000000000000000000000000000002ff0200000000000000000001ff00000187007d9600000000fd0100000000000000000000000000010101020000000002",
        Some(
            "02000000000202000000000186dd6000000000203afffd000000000000000000000000000001fd00000000000000000000000000000288001c9c60000000fd0000000000000000000000000000010201020000000001",
        ),
    ),
};

/// A message that was damaged.
pub(super) const ICMPV6_CHECKSUM: Rule = Rule {
    id: "silence.icmpv6_checksum",
    note: Some("That a receiver tests it is implied; RFC 1071 section 1 says how."),
    check: Check::Exchange(|x| answered(x, Reason::Icmpv6Checksum)),
    pass: unanswered(
        "60000000000c3a40fd000000000000000000000000000002fd000000000000000000000000000001800012340007000170696e67",
    ),
    fail: answer(
        "60000000000c3a40fd000000000000000000000000000002fd000000000000000000000000000001800012340007000170696e67",
    ),
    ..icmpv6::CHECKSUM
};

/// A message that asks for nothing that we speak.
pub(super) const ICMPV6_TYPE: Rule = Rule {
    id: "silence.icmpv6_type",
    rfc: 4443,
    section: "2.4",
    level: Level::Must,
    quote: "If an ICMPv6 informational message of unknown type is received, it MUST be silently discarded.",
    note: Some(
        "Nor is an error answered with an error (e.1), nor an echo request whose code is not 0.",
    ),
    check: Check::Exchange(|x| answered(x, Reason::Icmpv6Type)),
    pass: unanswered(
        "6000000000083a40fd000000000000000000000000000002fd000000000000000000000000000001c8003db800000000",
    ),
    fail: answer(
        "6000000000083a40fd000000000000000000000000000002fd000000000000000000000000000001c8003db800000000",
    ),
};

/// That packet met with silence.
const fn unanswered(request: &'static str) -> Example {
    over_ip(request, None)
}

/// That packet answered, as the sound ping of the examples would be.
const fn answer(request: &'static str) -> Example {
    over_ip(request, Some(reply_ip::PONG_6))
}
