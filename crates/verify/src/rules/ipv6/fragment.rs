//! Rules on one fragment of an IPv6 packet (RFC 8200 section 4.5, RFC 7112). How fragments fit together is
//! judged where a capture is.

use std::ops::Range;

use wire::ipv6::HEADER_LEN;
use wire::{Pdu, Protocol};

use super::extension::is_extension;
use super::ip;
use crate::rule::{Check, Example, Fault, Level, Rule};
use crate::rules::ethernet::short;

/// The first of several.
const FIRST: Example = ip(
    "6000000000182c4020010db800000000000000000000000220010db8000000000000000000000001fd0000010000000100000000000000000000000000000000",
);
/// The last.
const LAST: Example = ip(
    "60000000000b2c4020010db800000000000000000000000220010db8000000000000000000000001fd00001000000001616263",
);

/// The octets of a Fragment header.
const FRAGMENT_LEN: usize = 8;
const NEXT_HEADER: usize = 0;
const RESERVED: Range<usize> = 1..2;
/// Offset, two reserved bits, M.
const PLACE: Range<usize> = 2..4;
const RESERVED_BITS: u8 = 6;
/// The value of a next header after which nothing comes.
const NONE: u8 = 59;

/// The offset in octets, and whether more is to come.
fn place(pdu: &Pdu) -> Option<(usize, bool)> {
    let word = pdu.word(PLACE.start)?;
    Some((usize::from(word & !7), word & 1 == 1))
}

/// Octets of the fragment itself, where they are known.
fn data(pdu: &Pdu) -> Option<usize> {
    let surely = pdu.is_bounded() && !pdu.is_fragment();
    pdu.room().checked_sub(FRAGMENT_LEN).filter(|_| surely)
}

/// There is a whole header.
pub(in super::super) const HEADER: Rule = Rule {
    id: "ipv6.fragment.header",
    rfc: 8200,
    section: "4",
    level: Level::Must,
    quote: "Each extension header is an integer multiple of 8 octets long, in order to retain 8-octet \
            alignment for subsequent headers.",
    note: Some("This one always has eight."),
    check: Check::Pdu(Protocol::Fragment, |pdu| short(pdu, FRAGMENT_LEN)),
    pass: LAST,
    fail: ip(
        "6000000000052c4020010db800000000000000000000000220010db8000000000000000000000001fd00000000",
    ),
};

/// Reserved bits are zero.
pub(in super::super) const RESERVED_ZERO: Rule = Rule {
    id: "ipv6.fragment.reserved",
    rfc: 8200,
    section: "4.5",
    level: Level::Must,
    quote: "8-bit reserved field. Initialized to zero for transmission; ignored on reception.",
    note: Some("So are the two bits after the offset."),
    check: Check::Pdu(Protocol::Fragment, reserved),
    pass: LAST,
    fail: ip(
        "60000000000b2c4020010db800000000000000000000000220010db8000000000000000000000001fd01001000000001616263",
    ),
};

fn reserved(pdu: &Pdu) -> Option<Fault> {
    let [octet, _, bits] = *pdu.bytes().get(RESERVED.start..)?.first_chunk()?;
    if octet != 0 {
        let message = format!("expected 0, found {octet}");
        return Some(Fault::new(RESERVED, message).mended_by(&[0]));
    }
    let message = || format!("expected two reserved bits of 0, found {}", bits >> 1 & 3);
    let range = PLACE.end - 1..PLACE.end;
    (bits & RESERVED_BITS != 0)
        .then(|| Fault::new(range, message()).mended_by(&[bits & !RESERVED_BITS]))
}

/// All but the last end where another can begin.
pub(in super::super) const MULTIPLE: Rule = Rule {
    id: "ipv6.fragment.length",
    rfc: 8200,
    section: "4.5",
    level: Level::Must,
    quote: "If the length of a fragment, as derived from the fragment packet's Payload Length field, is not \
            a multiple of 8 octets and the M flag of that fragment is 1, then that fragment must be \
            discarded and an ICMP Parameter Problem, Code 0, message should be sent to the source of the \
            fragment, pointing to the Payload Length field of the fragment packet.",
    note: None,
    check: Check::Pdu(Protocol::Fragment, multiple),
    pass: FIRST,
    fail: ip(
        "6000000000172c4020010db800000000000000000000000220010db8000000000000000000000001fd00000100000001000000000000000000000000000000",
    ),
};

fn multiple(pdu: &Pdu) -> Option<Fault> {
    let length = data(pdu).filter(|length| length % 8 != 0)?;
    let (_, more) = place(pdu)?;
    let message =
        || format!("expected a multiple of 8 octets before more fragments, found {length}");
    more.then(|| Fault::new(PLACE, message()))
}

/// The whole packet is no longer than a packet can be.
pub(in super::super) const MOST: Rule = Rule {
    id: "ipv6.fragment.offset",
    rfc: 8200,
    section: "4.5",
    level: Level::Must,
    quote: "If the length and offset of a fragment are such that the Payload Length of the packet \
            reassembled from that fragment would exceed 65,535 octets, then that fragment must be discarded \
            and an ICMP Parameter Problem, Code 0, message should be sent to the source of the fragment, \
            pointing to the Fragment Offset field of the fragment packet.",
    note: None,
    check: Check::Pdu(Protocol::Fragment, most),
    pass: LAST,
    fail: ip(
        "6000000000182c4020010db800000000000000000000000220010db8000000000000000000000001fd00fff80000000100000000000000000000000000000000",
    ),
};

fn most(pdu: &Pdu) -> Option<Fault> {
    let (offset, _) = place(pdu)?;
    let before = pdu.start().checked_sub(pdu.network()?.start() + HEADER_LEN)?;
    let end = before + offset + data(pdu)?;
    let message =
        || format!("expected the packet to end at 65535 or before, found it ends at {end}");
    (end > usize::from(u16::MAX)).then(|| Fault::new(PLACE, message()))
}

/// A fragment holds something.
pub(in super::super) const EMPTY: Rule = Rule {
    id: "ipv6.fragment.empty",
    rfc: 8200,
    section: "4.5",
    level: Level::May,
    quote: "The Fragmentable Part of the original packet is divided into fragments.",
    note: Some("Into nothing, nobody divides it."),
    check: Check::Pdu(Protocol::Fragment, empty),
    pass: LAST,
    fail: ip(
        "6000000000082c4020010db800000000000000000000000220010db8000000000000000000000001fd00001000000001",
    ),
};

fn empty(pdu: &Pdu) -> Option<Fault> {
    data(pdu).filter(|length| *length == 0)?;
    // A first fragment without a header chain breaks another rule.
    let (offset, _) = place(pdu).filter(|(offset, _)| *offset > 0)?;
    Some(Fault::new(PLACE, format!("expected octets at {offset}, found none")))
}

/// A packet in one piece needs no Fragment header.
pub(in super::super) const ATOMIC: Rule = Rule {
    id: "ipv6.fragment.atomic",
    rfc: 8021,
    section: "Abstract",
    level: Level::May,
    quote: "It concludes that the aforementioned functionality is undesirable and thus documents the \
            motivation for removing this functionality from an upcoming revision of the core IPv6 protocol \
            specification (RFC 2460).",
    note: Some(
        "Translators to IPv4 once asked for it; receivers take it for what it is (RFC 6946).",
    ),
    check: Check::Pdu(Protocol::Fragment, atomic),
    pass: LAST,
    fail: ip(
        "6000000000142c4020010db800000000000000000000000220010db800000000000000000000000111000000000000010fa00007000cb5e970696e67",
    ),
};

fn atomic(pdu: &Pdu) -> Option<Fault> {
    place(pdu).filter(|place| *place == (0, false) && pdu.room() >= FRAGMENT_LEN)?;
    let message = "expected several fragments, found one that is the whole packet".to_owned();
    Some(Fault::new(0..pdu.bytes().len().min(FRAGMENT_LEN), message))
}

/// Who reads the first fragment learns whose it is.
pub(in super::super) const CHAIN: Rule = Rule {
    id: "ipv6.fragment.chain",
    rfc: 7112,
    section: "5",
    level: Level::Must,
    quote: "When a host fragments an IPv6 datagram, it MUST include the entire IPv6 Header Chain in the \
            First Fragment.",
    note: None,
    check: Check::Pdu(Protocol::Fragment, chain),
    pass: ip(
        "6000000000302c4020010db800000000000000000000000220010db800000000000000000000000106000001000000010fa000070000000100000000601020000d1e00000101010100000000000000000000000000000000",
    ),
    fail: ip(
        "6000000000182c4020010db800000000000000000000000220010db800000000000000000000000106000001000000010fa00007000000010000000060022000",
    ),
};

fn chain(pdu: &Pdu) -> Option<Fault> {
    place(pdu).filter(|place| *place == (0, true))?;
    data(pdu)?;
    let mut next_header = *pdu.bytes().get(NEXT_HEADER)?;
    let (mut start, mut unit) = (FRAGMENT_LEN, pdu.inside());
    while let Some(header) = unit {
        let (needed, found) = (header_length(&header)?, header.room());
        if needed > found {
            let name = header.protocol().name();
            let message =
                format!("expected {needed} octets of {name}, found {found} in the first fragment");
            return Some(Fault::new(start..start + header.bytes().len(), message));
        }
        if !is_extension(header.protocol()) {
            return None;
        }
        next_header = *header.bytes().first()?;
        start = header.start() - pdu.start() + needed;
        unit = header.inside();
    }
    let message = || format!("expected header {next_header} in the first fragment, found none");
    (next_header != NONE).then(|| Fault::new(PLACE, message()))
}

/// The octets of a unit's header, as far as it tells; `None` where what tells it was not captured.
fn header_length(header: &Pdu) -> Option<usize> {
    // Where it says how long it is, and how long it is at least.
    let (at, least) = match header.protocol() {
        Protocol::HopByHop | Protocol::Routing | Protocol::DestinationOptions => (1, 8),
        Protocol::Authentication => (1, 8),
        Protocol::Tcp => (12, 20),
        Protocol::Fragment | Protocol::Udp => return Some(8),
        Protocol::Icmp | Protocol::Icmpv6 | Protocol::Gre => return Some(4),
        Protocol::Ipv4 => return Some(20),
        Protocol::Ipv6 => return Some(HEADER_LEN),
        _ => return Some(0),
    };
    let Some(told) = header.bytes().get(at).map(|octet| usize::from(*octet)) else {
        return (header.room() <= at).then_some(least);
    };
    Some(match header.protocol() {
        Protocol::Tcp => least.max((told >> 4) * 4),
        Protocol::Authentication => least + told * 4,
        _ => least + told * 8,
    })
}
