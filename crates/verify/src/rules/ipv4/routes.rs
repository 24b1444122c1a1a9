//! The options of IPv4 that routers write into: routes and timestamps (RFC 791 section 3.1).
//!
//! Their pointer counts octets of the option from 1, and what it leads past is full.

use wire::ipv4::option::{LOOSE_SOURCE_ROUTE, RECORD_ROUTE, STRICT_SOURCE_ROUTE, TIMESTAMP};
use wire::options::OptionField;
use wire::{Pdu, Protocol};

use super::options::{GOOD, find, has_options};
use crate::rule::{Check, Example, Fault, Level, Rule};
use crate::rules::ip;

/// A ping that collects two timestamps with their addresses, one of them taken.
const STAMPED: Example = ip(
    "4a00003400000000400106af0a0000020a00000144140d010a000002000000010000000000000000080019270007000170696e67",
);

/// A route holds whole addresses.
pub(in crate::rules) const ROUTE_LENGTH: Rule = Rule {
    id: "ipv4.option.route.length",
    rfc: 791,
    section: "3.1",
    level: Level::Must,
    quote: "A route data is composed of a series of internet addresses. Each internet address is 32 bits or \
            4 octets.",
    note: None,
    check: Check::PduWhere(Protocol::Ipv4, has_options, |pdu| {
        let partial = |length: usize| length < 3 || !(length - 3).is_multiple_of(4);
        let (range, found) = find(pdu, |found| is_route(found) && partial(found.range.len()))?;
        let message =
            format!("expected a length of 3 and 4 for each address, found {}", found.range.len());
        Some(Fault::new(range.start + 1..range.start + 2, message))
    }),
    pass: GOOD,
    fail: ip("470000280000000040014dcd0a0000020a0000010706100000000000080019270007000170696e67"),
};

/// The pointer of a route leads to an address.
pub(in crate::rules) const ROUTE_POINTER: Rule = Rule {
    id: "ipv4.option.route.pointer",
    rfc: 791,
    section: "3.1",
    level: Level::Must,
    quote: "The pointer is relative to this option, and the smallest legal value for the pointer is 4.",
    note: Some("It leads to the beginning of an address, or past the end."),
    check: Check::PduWhere(Protocol::Ipv4, has_options, route_pointer),
    pass: ip("4700002800000000400154c20a0000020a0000010707080a00000100080019270007000170696e67"),
    fail: ip("470000280000000040015acc0a0000020a0000010707030000000000080019270007000170696e67"),
};

fn route_pointer(pdu: &Pdu) -> Option<Fault> {
    let (range, found) = find(pdu, |found| is_route(found) && is_lost(found, 4, 4))?;
    let message = format!("expected a pointer of 4 or more in steps of 4, found {}", found.data[0]);
    Some(Fault::new(range.start + 2..range.start + 3, message))
}

/// A timestamp option has the octets it needs and no more than fit.
pub(in crate::rules) const TIMESTAMP_LENGTH: Rule = Rule {
    id: "ipv4.option.timestamp.length",
    rfc: 791,
    section: "3.1",
    level: Level::Must,
    quote: "The Option Length is the number of octets in the option counting the type, length, pointer, and \
            overflow/flag octets (maximum length 40).",
    note: Some(
        "Room that holds no whole timestamp makes the router that finds it there discard the packet: it is \
         warned of.",
    ),
    check: Check::PduWhere(Protocol::Ipv4, has_options, timestamp_length),
    pass: STAMPED,
    fail: ip("460000240000000040011cd30a0000020a00000144030501080019270007000170696e67"),
};

fn timestamp_length(pdu: &Pdu) -> Option<Fault> {
    let wrong = |found: &OptionField| match found.data {
        [_, flags, room @ ..] => !room.len().is_multiple_of(step(*flags)),
        _ => true,
    };
    let (range, found) = find(pdu, |found| found.kind == TIMESTAMP && wrong(found))?;
    let length = found.range.len();
    let step = found.data.get(1).map_or(4, |flags| step(*flags));
    let message = format!("expected a length of 4 and {step} for each timestamp, found {length}");
    let fault = Fault::new(range.start + 1..range.start + 2, message);
    Some(if length >= 4 { fault.warned() } else { fault })
}

/// The pointer of a timestamp option leads to a place for one.
pub(in crate::rules) const TIMESTAMP_POINTER: Rule = Rule {
    id: "ipv4.option.timestamp.pointer",
    rfc: 791,
    section: "3.1",
    level: Level::Must,
    quote: "The smallest legal value is 5. The timestamp area is full when the pointer is greater than the \
            length.",
    note: Some("It leads to the beginning of a place, or past the end."),
    check: Check::PduWhere(Protocol::Ipv4, has_options, timestamp_pointer),
    pass: STAMPED,
    fail: ip("470000280000000040011ccb0a0000020a0000014408040000000000080019270007000170696e67"),
};

fn timestamp_pointer(pdu: &Pdu) -> Option<Fault> {
    let lost = |found: &OptionField| match found.data {
        [_, flags, ..] => is_lost(found, 5, step(*flags)),
        _ => false,
    };
    let (range, found) = find(pdu, |found| found.kind == TIMESTAMP && lost(found))?;
    let step = step(found.data[1]);
    let message =
        format!("expected a pointer of 5 or more in steps of {step}, found {}", found.data[0]);
    Some(Fault::new(range.start + 2..range.start + 3, message))
}

/// A timestamp option is of a known form.
pub(in crate::rules) const TIMESTAMP_FLAG: Rule = Rule {
    id: "ipv4.option.timestamp.flag",
    rfc: 791,
    section: "3.1",
    level: Level::Must,
    quote: "The Flag (flg) [4 bits] values are 0 -- time stamps only, stored in consecutive 32-bit words, 1 \
            -- each timestamp is preceded with internet address of the registering entity, 3 -- the internet \
            address fields are prespecified.",
    note: None,
    check: Check::PduWhere(Protocol::Ipv4, has_options, timestamp_flag),
    pass: STAMPED,
    fail: ip("470000280000000040011bc90a0000020a0000014408050200000000080019270007000170696e67"),
};

fn timestamp_flag(pdu: &Pdu) -> Option<Fault> {
    let unknown = |data: &[u8]| data.get(1).is_some_and(|flags| !matches!(flags & 15, 0 | 1 | 3));
    let (range, found) = find(pdu, |found| found.kind == TIMESTAMP && unknown(found.data))?;
    let message = format!("expected a flag of 0, 1 or 3, found {}", found.data[1] & 15);
    Some(Fault::new(range.start + 3..range.start + 4, message))
}

fn is_route(found: &OptionField) -> bool {
    matches!(found.kind, RECORD_ROUTE | LOOSE_SOURCE_ROUTE | STRICT_SOURCE_ROUTE)
}

/// Octets of one timestamp, with the address before it where the flag says that there is one.
fn step(flags: u8) -> usize {
    if matches!(flags & 15, 1 | 3) { 8 } else { 4 }
}

/// Whether the pointer is under the `least`, or inside the option and at no place, which come every
/// `step` octets.
fn is_lost(found: &OptionField, least: usize, step: usize) -> bool {
    let Some(pointer) = found.data.first().map(|pointer| usize::from(*pointer)) else {
        return false;
    };
    pointer < least || pointer <= found.range.len() && !(pointer - least).is_multiple_of(step)
}
