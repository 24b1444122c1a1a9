//! The list of options in a TCP header: that it can be read, and what it may hold at all.
//!
//! Half the segments on the Internet have no options but timestamps, in the layout of RFC 7323 appendix A.
//! [`listed`] passes over these, so that no rule on options but one need look at such a segment.

use std::ops::Range;

use wire::options::{OptionField, options};
use wire::tcp::{MIN_HEADER_LEN, field, flag, option};
use wire::{Pdu, Protocol, Tcp};

use super::opening::SYN;
use crate::rule::{Check, Example, Fault, Level, Rule};
use crate::rules::ip;

/// A segment with timestamps and one block of SACK.
pub(super) const GOOD: Example = ip(
    "4500004000000000400666b60a0000020a0000019c4000070000000100000001b010ffff904900000101080a00000002000000010101050a0000000500000009",
);

/// Every option ends inside the header.
pub(in crate::rules) const LENGTH: Rule = Rule {
    id: "tcp.option.length",
    rfc: 9293,
    section: "3.1",
    level: Level::Must,
    quote: "The option-length counts the two octets of option-kind and option-length as well as the \
            option-data octets.",
    note: None,
    check: Check::PduWhere(Protocol::Tcp, are_listed, length),
    pass: GOOD,
    fail: ip(
        "4500002c00000000400666ca0a0000020a0000019c40000700000001000000016010ffffa27b00004d090000",
    ),
};

fn length(pdu: &Pdu) -> Option<Fault> {
    let (start, list) = listed(pdu)?;
    let bad = options(list).find_map(Result::err)?;
    let left = list.len() - bad.offset;
    let message = match bad.stated {
        Some(found) => format!("expected a length of 2 to {left}, found {found}"),
        None => "expected a length, found the end of the options".to_owned(),
    };
    let at = start + bad.offset;
    Some(Fault::new(at..at + left.min(2), message))
}

/// Nothing but zeros follows the end of the list.
pub(in crate::rules) const PADDING: Rule = Rule {
    id: "tcp.option.padding",
    rfc: 9293,
    section: "3.1",
    level: Level::Must,
    quote: "The content of the header beyond the End of Option List Option MUST be header padding of \
            zeros (MUST-69).",
    note: None,
    check: Check::PduWhere(Protocol::Tcp, are_listed, padding),
    pass: ip(
        "4500003800000000400666be0a0000020a0000019c40000700000001000000019010ffffb66a00000101080a000000020000000100000000",
    ),
    fail: ip(
        "4500002c00000000400666ca0a0000020a0000019c40000700000001000000016010ffffef7d000000000007",
    ),
};

fn padding(pdu: &Pdu) -> Option<Fault> {
    let (start, list) = listed(pdu)?;
    let padding = options(list).after_end();
    padding.iter().find(|octet| **octet != 0)?;
    let end = start + list.len();
    let fault =
        Fault::new(end - padding.len()..end, "expected zeros after the end of the list".to_owned());
    Some(fault.mended_by(&vec![0; padding.len()]))
}

/// An option stands once.
pub(in crate::rules) const TWICE: Rule = Rule {
    id: "tcp.option.twice",
    rfc: 9293,
    section: "3.2",
    level: Level::May,
    quote: "If this option is present, then it communicates the maximum receive segment size at the TCP \
            endpoint that sends this segment.",
    note: Some(
        "No clause says what two of them communicate. Looked at are the options of RFC 9293, 7323, 2018, \
         2385 and 7413; others, such as those of multipath TCP, may stand more than once.",
    ),
    check: Check::PduWhere(Protocol::Tcp, are_listed, |pdu| again(pdu, ONCE)),
    pass: SYN,
    fail: ip(
        "4500003000000000400666c60a0000020a0000019c40000700000001000000007002ffffd01f0000020405b4020405b4",
    ),
};

/// The kinds that stand once, as bits.
const ONCE: u64 = 1 << option::MSS
    | 1 << option::WINDOW_SCALE
    | 1 << option::SACK_PERMITTED
    | 1 << option::SACK
    | 1 << option::TIMESTAMPS
    | 1 << option::MD5
    | 1 << option::FAST_OPEN;

/// Authentication stands once.
pub(in crate::rules) const AUTHENTICATION_TWICE: Rule = Rule {
    id: "tcp.option.authentication.twice",
    rfc: 5925,
    section: "2.2",
    level: Level::MustNot,
    quote: "A single TCP segment MUST NOT have more than one TCP-AO in its options sequence.",
    note: None,
    check: Check::PduWhere(Protocol::Tcp, are_listed, |pdu| {
        again(pdu, 1 << option::AUTHENTICATION)
    }),
    pass: ip(
        "4500003800000000400666be0a0000020a0000019c40000700000001000000019010ffffa16600001d100102aaaaaaaaaaaaaaaaaaaaaaaa",
    ),
    fail: ip(
        "4500004800000000400666ae0a0000020a0000019c4000070000000100000001d010ffff434400001d100102aaaaaaaaaaaaaaaaaaaaaaaa1d100102aaaaaaaaaaaaaaaaaaaaaaaa",
    ),
};

/// The fault of the first option that stood before and is one of `kinds`, a bit each.
fn again(pdu: &Pdu, kinds: u64) -> Option<Fault> {
    let mut seen = 0;
    let list = Tcp::new(pdu.bytes())?.options()?;
    let (range, found) = first(MIN_HEADER_LEN, list, |found| {
        let bit = 1_u64.checked_shl(found.kind.into()).unwrap_or_default() & kinds;
        let before = seen & bit != 0;
        seen |= bit;
        before
    })?;
    let name = option::name(found.kind).unwrap_or("this option");
    Some(Fault::new(range, format!("expected {name} once, found it again")))
}

/// An experiment says which one it is.
pub(in crate::rules) const EXPERIMENT: Rule = Rule {
    id: "tcp.option.experiment",
    rfc: 6994,
    section: "3",
    level: Level::Must,
    quote: "All protocols using the TCP experimental option codepoints (253, 254) that are deployed \
            outside controlled environments, such as in the public Internet, MUST use ExIDs as described \
            in this document.",
    note: Some("A remark, as the capture may be of a controlled environment."),
    check: Check::PduWhere(Protocol::Tcp, are_listed, experiment),
    pass: ip(
        "4500002c00000000400666ca0a0000020a0000019c40000700000001000000016010ffff0eab0000fe04e2d4",
    ),
    fail: ip(
        "4500002c00000000400666ca0a0000020a0000019c40000700000001000000016010ffff0f7f0000fe03e201",
    ),
};

fn experiment(pdu: &Pdu) -> Option<Fault> {
    let kinds = [option::EXPERIMENT, option::EXPERIMENT_2];
    let nameless = |kind| find(pdu, kind, |found| found.data.len() < 2);
    let (range, found) = kinds.into_iter().find_map(nameless)?;
    let (length, message) = (found.data.len(), "expected an identifier of 2 or 4 bytes, found");
    Some(Fault::new(range, format!("{message} {length}")).noted())
}

/// Where in the segment options begin that are worth a look, and these: empty lists and timestamps in the
/// usual layout are passed over, and what is cut off is not looked at.
pub(super) fn listed<'p>(pdu: &Pdu<'p>) -> Option<(usize, &'p [u8])> {
    let bytes = pdu.bytes();
    let end = usize::from(bytes.get(field::DATA_OFFSET.start)? >> 4) * 4;
    let start = match bytes.get(MIN_HEADER_LEN..MIN_HEADER_LEN + 4) {
        Some([1, 1, option::TIMESTAMPS, 10]) if end >= 32 => 32,
        _ => MIN_HEADER_LEN,
    };
    let list = bytes.get(start..end).filter(|list| !list.is_empty())?;
    Some((start, list))
}

/// Whether there are options that are worth a look.
pub(super) fn are_listed(pdu: &Pdu) -> bool {
    listed(pdu).is_some()
}

/// The first of the [`listed`] options that is of that kind and `wanted`, and its octets in the segment.
pub(super) fn find<'p>(
    pdu: &Pdu<'p>,
    kind: u8,
    wanted: impl Fn(&OptionField) -> bool,
) -> Option<(Range<usize>, OptionField<'p>)> {
    let (start, list) = listed(pdu)?;
    // To walk the list takes longer than to see that no octet of it is of that kind.
    list.contains(&kind).then(|| first(start, list, |found| found.kind == kind && wanted(found)))?
}

/// The first `wanted` option in `list`, which begins at octet `start` of the segment.
pub(super) fn first<'p>(
    start: usize,
    list: &'p [u8],
    mut wanted: impl FnMut(&OptionField) -> bool,
) -> Option<(Range<usize>, OptionField<'p>)> {
    let found = options(list).filter_map(Result::ok).find(|option| wanted(option))?;
    Some((start + found.range.start..start + found.range.end, found))
}

/// The fault of an option whose length `is_wrong`.
pub(super) fn wrong_length(
    pdu: &Pdu,
    kind: u8,
    expected: &str,
    is_wrong: fn(usize) -> bool,
) -> Option<Fault> {
    let (range, found) = find(pdu, kind, |found| is_wrong(found.range.len()))?;
    let message = format!("expected a length of {expected}, found {}", found.range.len());
    Some(Fault::new(range.start + 1..range.start + 2, message))
}

/// The fault of an option that only a SYN may have, elsewhere.
pub(super) fn outside_syn(pdu: &Pdu, kind: u8) -> Option<Fault> {
    Tcp::new(pdu.bytes()).filter(|tcp| !tcp.has(flag::SYN))?;
    let (range, _) = find(pdu, kind, |_| true)?;
    let name = option::name(kind).unwrap_or("this option");
    Some(Fault::new(range, format!("expected {name} in a SYN alone, found it without SYN")))
}
