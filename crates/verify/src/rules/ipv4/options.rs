//! The list of options in an IPv4 header: that it can be read, and what it may hold at all.

use std::ops::Range;

use wire::ipv4::{MIN_HEADER_LEN, option};
use wire::options::{OptionField, options};
use wire::{Ipv4, Pdu, Protocol};

use crate::rule::{Check, Example, Fault, Level, Rule};
use crate::rules::ip;

/// A ping that records its route, and says that routers should look at it.
pub(super) const GOOD: Example =
    ip("4800002c000000004001c4c30a0000020a000001940400000707040000000000080019270007000170696e67");

/// Every option ends inside the header.
pub(in crate::rules) const LENGTH: Rule = Rule {
    id: "ipv4.option.length",
    rfc: 791,
    section: "3.1",
    level: Level::Must,
    quote: "The option-length octet counts the option-type octet and the option-length octet as well as the \
            option-data octets.",
    note: None,
    check: Check::PduWhere(Protocol::Ipv4, has_options, length),
    pass: GOOD,
    fail: ip("4600002400000000400107ce0a0000020a0000015e090000080019270007000170696e67"),
};

fn length(pdu: &Pdu) -> Option<Fault> {
    let list = listed(pdu)?;
    let bad = options(list).find_map(Result::err)?;
    let left = list.len() - bad.offset;
    let message = match bad.stated {
        Some(found) => format!("expected a length of 2 to {left}, found {found}"),
        None => "expected a length, found the end of the options".to_owned(),
    };
    let at = MIN_HEADER_LEN + bad.offset;
    Some(Fault::new(at..at + left.min(2), message))
}

/// Nothing but zeros follows the end of the list.
pub(in crate::rules) const PADDING: Rule = Rule {
    id: "ipv4.option.padding",
    rfc: 791,
    section: "3.1",
    level: Level::Must,
    quote: "The internet header padding is used to ensure that the internet header ends on a 32 bit \
            boundary. The padding is zero.",
    note: None,
    check: Check::PduWhere(Protocol::Ipv4, has_options, padding),
    pass: GOOD,
    fail: ip("4600002400000000400165d00a0000020a00000100000007080019270007000170696e67"),
};

fn padding(pdu: &Pdu) -> Option<Fault> {
    let list = listed(pdu)?;
    let padding = options(list).after_end();
    padding.iter().find(|octet| **octet != 0)?;
    let end = MIN_HEADER_LEN + list.len();
    let message = "expected zeros after the end of the list";
    let fault = Fault::new(end - padding.len()..end, message.to_owned());
    Some(fault.mended_by(&vec![0; padding.len()]))
}

/// An option stands once.
pub(in crate::rules) const TWICE: Rule = Rule {
    id: "ipv4.option.twice",
    rfc: 791,
    section: "3.1",
    level: Level::Must,
    quote: "Appears at most once in a datagram.",
    note: Some(
        "It is said of record route, timestamp, security and stream identifier; two source routes are \
         another rule's affair.",
    ),
    check: Check::PduWhere(Protocol::Ipv4, has_options, twice),
    pass: GOOD,
    fail: ip(
        "4900003000000000400150b90a0000020a00000107070400000000070704000000000000080019270007000170696e67",
    ),
};

fn twice(pdu: &Pdu) -> Option<Fault> {
    use option::{RECORD_ROUTE, SECURITY, STREAM_IDENTIFIER, TIMESTAMP};
    [RECORD_ROUTE, TIMESTAMP, SECURITY, STREAM_IDENTIFIER]
        .into_iter()
        .find_map(|kind| again(pdu, |found| found.kind == kind))
}

/// There is one source route at most.
pub(in crate::rules) const SOURCE_ROUTES: Rule = Rule {
    id: "ipv4.option.source_routes",
    rfc: 1122,
    section: "3.2.1.8",
    level: Level::MustNot,
    quote: "An IP header containing more than one Source Route option MUST NOT be sent",
    note: None,
    check: Check::PduWhere(Protocol::Ipv4, has_options, |pdu| {
        let routes = [option::LOOSE_SOURCE_ROUTE, option::STRICT_SOURCE_ROUTE];
        again(pdu, |found| routes.contains(&found.kind))
    }),
    pass: ip("47000028000000004001d4c10a0000020a0000018307040a00000900080019270007000170696e67"),
    fail: ip(
        "49000030000000004001c1240a0000020a0000018307040a0000098907040a0000080000080019270007000170696e67",
    ),
};

/// The fault of the second `wanted` option.
fn again(pdu: &Pdu, wanted: impl Fn(&OptionField) -> bool) -> Option<Fault> {
    let mut before = false;
    let (range, found) = find(pdu, |found| wanted(found) && std::mem::replace(&mut before, true))?;
    let name = option::name(found.kind).unwrap_or("this option");
    Some(Fault::new(range, format!("expected one such option, found another ({name})")))
}

/// What stays with the first fragment is in no other.
pub(in crate::rules) const NOT_COPIED: Rule = Rule {
    id: "ipv4.option.copied",
    rfc: 791,
    section: "3.2",
    level: Level::Must,
    quote: "When fragmentation occurs, some options are copied, but others remain with the first fragment \
            only.",
    note: Some("The first bit of its type tells which (section 3.1)."),
    check: Check::PduWhere(Protocol::Ipv4, has_options, not_copied),
    pass: ip("46000028000000024011d1bc0a0000020a00000194040000000102030405060708090a0b0c0d0e0f"),
    fail: ip(
        "4700002c00000002401159b60a0000020a0000010707040000000000000102030405060708090a0b0c0d0e0f",
    ),
};

fn not_copied(pdu: &Pdu) -> Option<Fault> {
    Ipv4::new(pdu.bytes()).filter(|ip| ip.fragment_offset() != 0)?;
    let (range, found) = find(pdu, |found| found.kind & option::COPIED == 0)?;
    let name = option::name(found.kind).unwrap_or("this option");
    Some(Fault::new(
        range,
        format!("expected {name} in the first fragment alone, found it in another"),
    ))
}

/// The stream identifier is not sent.
pub(in crate::rules) const STREAM_IDENTIFIER: Rule = Rule {
    id: "ipv4.option.stream_identifier",
    rfc: 1122,
    section: "3.2.1.8",
    level: Level::ShouldNot,
    quote: "This option is obsolete; it SHOULD NOT be sent, and it MUST be silently ignored if received.",
    note: None,
    check: Check::PduWhere(Protocol::Ipv4, has_options, |pdu| {
        let (range, _) = find(pdu, |found| found.kind == option::STREAM_IDENTIFIER)?;
        Some(Fault::new(range, "expected no stream identifier, found one".to_owned()))
    }),
    pass: GOOD,
    fail: ip("46000024000000004001ddd10a0000020a00000188040001080019270007000170696e67"),
};

/// No option is sent that was given up.
pub(in crate::rules) const DEPRECATED: Rule = Rule {
    id: "ipv4.option.deprecated",
    rfc: 6814,
    section: "3",
    level: Level::ShouldNot,
    quote: "This document formally deprecates the following options.",
    note: Some(
        "The stream identifier is another rule's affair. MTU probe and reply went with RFC 1191.",
    ),
    check: Check::PduWhere(Protocol::Ipv4, has_options, deprecated),
    pass: GOOD,
    fail: ip(
        "4800002c000000004001d0c40a0000020a000001930a00000000000000000000080019270007000170696e67",
    ),
};

/// MTU probe and reply, ENCODE, traceroute, VISA, extended IP, address extension, selective directed
/// broadcast, dynamic packet state, upstream multicast.
const GIVEN_UP: [u8; 10] = [11, 12, 15, option::TRACEROUTE, 142, 145, 147, 149, 151, 152];

fn deprecated(pdu: &Pdu) -> Option<Fault> {
    let (range, found) = find(pdu, |found| GIVEN_UP.contains(&found.kind))?;
    Some(Fault::new(range, format!("expected no deprecated option, found {}", found.kind)))
}

/// The router alert has two octets.
pub(in crate::rules) const ROUTER_ALERT: Rule = Rule {
    id: "ipv4.option.router_alert",
    rfc: 2113,
    section: "2.1",
    level: Level::Must,
    quote: "Length: 4 Value: A two octet code with the following values",
    note: None,
    check: Check::PduWhere(Protocol::Ipv4, has_options, |pdu| {
        wrong_length(pdu, option::ROUTER_ALERT, "4", |length| length != 4)
    }),
    pass: GOOD,
    fail: ip("46000024000000004001d1d20a0000020a00000194030001080019270007000170696e67"),
};

/// Security has a level.
pub(in crate::rules) const SECURITY: Rule = Rule {
    id: "ipv4.option.security",
    rfc: 1108,
    section: "2.2",
    level: Level::Must,
    quote: "The minimum length of the option is 3 octets, including the Type and Length fields",
    note: None,
    check: Check::PduWhere(Protocol::Ipv4, has_options, |pdu| {
        wrong_length(pdu, option::SECURITY, "3 or more", |length| length < 3)
    }),
    pass: ip("4600002400000000400138d20a0000020a0000018204ab00080019270007000170696e67"),
    fail: ip("46000024000000004001e2d30a0000020a00000182020101080019270007000170696e67"),
};

/// Whether there are options: hardly a packet has any.
pub(super) fn has_options(pdu: &Pdu) -> bool {
    pdu.bytes().first().is_some_and(|first| first & 15 > 5)
}

/// The options, if all were captured.
fn listed<'p>(pdu: &Pdu<'p>) -> Option<&'p [u8]> {
    let end = usize::from(pdu.bytes().first()? & 15) * 4;
    pdu.get(MIN_HEADER_LEN..end)
}

/// The first option that is `wanted`, and its octets in the header.
pub(super) fn find<'p>(
    pdu: &Pdu<'p>,
    mut wanted: impl FnMut(&OptionField) -> bool,
) -> Option<(Range<usize>, OptionField<'p>)> {
    let found = options(listed(pdu)?).filter_map(Result::ok).find(|option| wanted(option))?;
    Some((MIN_HEADER_LEN + found.range.start..MIN_HEADER_LEN + found.range.end, found))
}

/// The fault of an option whose length `is_wrong`.
pub(super) fn wrong_length(
    pdu: &Pdu,
    kind: u8,
    expected: &str,
    is_wrong: fn(usize) -> bool,
) -> Option<Fault> {
    let (range, found) = find(pdu, |found| found.kind == kind && is_wrong(found.range.len()))?;
    let message = format!("expected a length of {expected}, found {}", found.range.len());
    Some(Fault::new(range.start + 1..range.start + 2, message))
}
