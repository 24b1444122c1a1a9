//! Rules on the Routing header of IPv6 and its types (RFC 8200 section 4.4, RFC 5095, RFC 6275, RFC 6554,
//! RFC 8754).

use std::net::Ipv6Addr;
use std::ops::Range;

use wire::{Pdu, Protocol};

use super::ip;
use super::option::is_routable;
use crate::rule::{Check, Example, Fault, Level, Rule};

/// A datagram with a Routing header of an experimental type.
const GOOD: Example = ip(
    "6000000000142b4020010db800000000000000000000000220010db80000000000000000000000011100fd00000000000fa00007000cb5e970696e67",
);
/// One to a mobile node.
const MOBILE: Example = ip(
    "6000000000242b4020010db800000000000000000000000220010db8000000000000000000000001110202010000000020010db80000000000000000000000090fa00007000cb5e170696e67",
);
/// One on its way through a segment.
const SEGMENTS: Example = ip(
    "6000000000342b4020010db800000000000000000000000220010db8000000000000000000000003110404010100000020010db800000000000000000000000120010db80000000000000000000000030fa00007000cb5e970696e67",
);

const LENGTH: Range<usize> = 1..2;
const TYPE: Range<usize> = 2..3;
const SEGMENTS_LEFT: Range<usize> = 3..4;
const LAST_ENTRY: Range<usize> = 4..5;
const RESERVED: Range<usize> = 4..8;
/// Where the addresses begin.
const ADDRESSES: usize = 8;

/// Loose source routing, deprecated.
const SOURCE_ROUTE: u8 = 0;
/// To a mobile node, by its care-of address.
const TO_MOBILE: u8 = 2;
/// Through a network of low power (RFC 6554).
const RPL: u8 = 3;
/// Segment routing.
const SEGMENT: u8 = 4;

/// Length, type and segments left of a Routing header.
fn fixed(pdu: &Pdu) -> Option<[u8; 3]> {
    pdu.bytes().get(1..4)?.first_chunk().copied()
}

/// The route is not the sender's to choose freely.
pub(in super::super) const DEPRECATED: Rule = Rule {
    id: "ipv6.routing.type",
    rfc: 5095,
    section: "3",
    level: Level::MustNot,
    quote: "An IPv6 node that receives a packet with a destination address assigned to it and that \
            contains an RH0 extension header MUST NOT execute the algorithm specified in the latter part \
            of Section 4.4 of [RFC2460] for RH0.",
    note: Some("That nobody executes it leaves no cause to send it: a warning."),
    check: Check::Pdu(Protocol::Routing, deprecated),
    pass: GOOD,
    fail: ip(
        "6000000000242b4020010db800000000000000000000000220010db8000000000000000000000001110200000000000020010db80000000000000000000000030fa00007000cb5e970696e67",
    ),
};

fn deprecated(pdu: &Pdu) -> Option<Fault> {
    let [_, kind, _] = fixed(pdu)?;
    let message = || "expected another type, found 0 (source route, deprecated)".to_owned();
    (kind == SOURCE_ROUTE).then(|| Fault::new(TYPE, message()).warned())
}

/// No more stops are left than are listed.
pub(in super::super) const LEFT: Rule = Rule {
    id: "ipv6.routing.segments_left",
    rfc: 8200,
    section: "4.4",
    level: Level::Must,
    quote: "Number of route segments remaining, i.e., number of explicitly listed intermediate nodes still \
            to be visited before reaching the final destination.",
    note: Some(
        "In segment routing the first stop need not be listed: there may be one more (RFC 8754 section \
         4.3.1.1).",
    ),
    check: Check::Pdu(Protocol::Routing, segments_left),
    pass: SEGMENTS,
    fail: ip(
        "6000000000342b4020010db800000000000000000000000220010db8000000000000000000000003110404030100000020010db800000000000000000000000120010db80000000000000000000000030fa00007000cb5e970696e67",
    ),
};

fn segments_left(pdu: &Pdu) -> Option<Fault> {
    let [units, kind, found] = fixed(pdu)?;
    let listed = match kind {
        SOURCE_ROUTE => usize::from(units) / 2,
        RPL => rpl_addresses(pdu, units)?,
        SEGMENT => usize::from(*pdu.bytes().get(LAST_ENTRY.start)?) + 1,
        _ => return None,
    };
    let message = || format!("expected {listed} or less, found {found}");
    (usize::from(found) > listed).then(|| Fault::new(SEGMENTS_LEFT, message()))
}

/// How many addresses there are in a header of RPL, with their common prefixes left out (RFC 6554 section
/// 4.2).
fn rpl_addresses(pdu: &Pdu, units: u8) -> Option<usize> {
    let [left_out, pad] = *pdu.bytes().get(4..)?.first_chunk()?;
    let (each, last) = (16 - usize::from(left_out >> 4), 16 - usize::from(left_out & 0x0f));
    let octets = (usize::from(units) * 8).checked_sub(usize::from(pad >> 4) + last)?;
    Some(octets / each + 1)
}

/// The last segment is inside the header.
pub(in super::super) const ENTRY: Rule = Rule {
    id: "ipv6.routing.last_entry",
    rfc: 8754,
    section: "2",
    level: Level::Must,
    quote: "contains the index (zero based), in the Segment List, of the last element of the Segment List.",
    note: Some("Less than the header has room for is allowed: TLVs follow."),
    check: Check::Pdu(Protocol::Routing, last_entry),
    pass: SEGMENTS,
    fail: ip(
        "6000000000342b4020010db800000000000000000000000220010db8000000000000000000000003110404010200000020010db800000000000000000000000120010db80000000000000000000000030fa00007000cb5e970696e67",
    ),
};

fn last_entry(pdu: &Pdu) -> Option<Fault> {
    let [units, kind, _] = fixed(pdu)?;
    let found = usize::from(*pdu.bytes().get(LAST_ENTRY.start).filter(|_| kind == SEGMENT)?);
    let listed = usize::from(units) / 2;
    let message = || format!("expected the index of one of {listed} segments, found {found}");
    (found >= listed).then(|| Fault::new(LAST_ENTRY, message()))
}

/// A mobile node has one home address.
pub(in super::super) const MOBILE_LENGTH: Rule = Rule {
    id: "ipv6.routing.mobile.length",
    rfc: 6275,
    section: "6.4.1",
    level: Level::Must,
    quote: "For a type 2 routing header, the Hdr Ext Len MUST be 2.",
    note: None,
    check: Check::Pdu(Protocol::Routing, mobile_length),
    pass: MOBILE,
    fail: ip(
        "6000000000342b4020010db800000000000000000000000220010db8000000000000000000000001110402010000000020010db800000000000000000000000920010db80000000000000000000000090fa00007000cb5e170696e67",
    ),
};

fn mobile_length(pdu: &Pdu) -> Option<Fault> {
    let [units, kind, _] = fixed(pdu)?;
    (kind == TO_MOBILE).then(|| Fault::unless_equal(LENGTH, 2, units))?
}

/// It is the one stop left.
pub(in super::super) const MOBILE_LEFT: Rule = Rule {
    id: "ipv6.routing.mobile.segments_left",
    rfc: 6275,
    section: "6.4.1",
    level: Level::Must,
    quote: "Segments Left MUST be 1.",
    note: None,
    check: Check::Pdu(Protocol::Routing, mobile_left),
    pass: MOBILE,
    fail: ip(
        "6000000000242b4020010db800000000000000000000000220010db8000000000000000000000001110202000000000020010db80000000000000000000000090fa00007000cb5e970696e67",
    ),
};

fn mobile_left(pdu: &Pdu) -> Option<Fault> {
    let [_, kind, left] = fixed(pdu)?;
    (kind == TO_MOBILE).then(|| Fault::unless_equal(SEGMENTS_LEFT, 1, left))?
}

/// What is reserved beside it is zero.
pub(in super::super) const MOBILE_RESERVED: Rule = Rule {
    id: "ipv6.routing.mobile.reserved",
    rfc: 6275,
    section: "6.4.1",
    level: Level::Must,
    quote: "The value MUST be initialized to zero by the sender, and MUST be ignored by the receiver.",
    note: None,
    check: Check::Pdu(Protocol::Routing, mobile_reserved),
    pass: MOBILE,
    fail: ip(
        "6000000000242b4020010db800000000000000000000000220010db8000000000000000000000001110202010000000120010db80000000000000000000000090fa00007000cb5e170696e67",
    ),
};

fn mobile_reserved(pdu: &Pdu) -> Option<Fault> {
    let [_, kind, _] = fixed(pdu)?;
    let reserved = pdu.get(RESERVED).filter(|octets| kind == TO_MOBILE && *octets != [0; 4])?;
    let message = format!("expected 0, found {reserved:02x?}");
    Some(Fault::new(RESERVED, message).mended_by(&[0; 4]))
}

/// It is the address of one node.
pub(in super::super) const MOBILE_ADDRESS: Rule = Rule {
    id: "ipv6.routing.mobile.address",
    rfc: 6275,
    section: "6.4",
    level: Level::Must,
    quote: "The IP address contained in the routing header, since it is the mobile node's home address, \
            MUST be a unicast routable address.",
    note: Some("Groups are another rule's affair."),
    check: Check::Pdu(Protocol::Routing, mobile_address),
    pass: MOBILE,
    fail: ip(
        "6000000000242b4020010db800000000000000000000000220010db80000000000000000000000011102020100000000000000000000000000000000000000000fa00007000ce3a370696e67",
    ),
};

fn mobile_address(pdu: &Pdu) -> Option<Fault> {
    let [_, kind, _] = fixed(pdu)?;
    let range = ADDRESSES..ADDRESSES + 16;
    let octets = pdu.get(range.clone()).filter(|_| kind == TO_MOBILE)?;
    let address = Ipv6Addr::from(<[u8; 16]>::try_from(octets).ok()?);
    let message = || format!("expected a unicast address that is routed, found {address}");
    (!is_routable(&address) && !address.is_multicast()).then(|| Fault::new(range, message()))
}

/// No stop is a group.
pub(in super::super) const GROUP: Rule = Rule {
    id: "ipv6.routing.address.multicast",
    rfc: 4291,
    section: "2.7",
    level: Level::MustNot,
    quote: "Multicast addresses must not be used as source addresses in IPv6 packets or appear in any \
            Routing header.",
    note: Some(
        "In segment routing an entry need not be one address (RFC 9800), so these are let be.",
    ),
    check: Check::Pdu(Protocol::Routing, group),
    pass: MOBILE,
    fail: ip(
        "6000000000242b4020010db800000000000000000000000220010db80000000000000000000000011102020100000000ff0e0db80000000000000000000000090fa00007000cd6d370696e67",
    ),
};

fn group(pdu: &Pdu) -> Option<Fault> {
    let [units, kind, _] = fixed(pdu)?;
    if !matches!(kind, SOURCE_ROUTE | TO_MOBILE) {
        return None;
    }
    let listed = pdu.bytes().get(ADDRESSES..)?.as_chunks::<16>().0;
    let index = listed.iter().take(usize::from(units) / 2).position(|octets| octets[0] == 0xff)?;
    let message =
        format!("expected the address of a node, found {}", Ipv6Addr::from(listed[index]));
    let start = ADDRESSES + index * 16;
    Some(Fault::new(start..start + 16, message))
}
