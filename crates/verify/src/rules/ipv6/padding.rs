//! Rules on the padding between and after IPv6 options (RFC 8200 section 4.2, RFC 8504 section 5.3): a row
//! for each of the two headers that have options.

use std::ops::Range;

use wire::ipv6::options::{OptionField, kind};
use wire::{Pdu, Protocol};

use super::ip;
use super::option::{ALERT, PADDED, of_kind, readable};
use crate::rule::{Check, Example, Fault, Level, Rule};

/// Octets of padding that always suffice to align what follows, or to fill a header up.
const MOST_PADDING: usize = 7;

/// Hop-by-hop padding is zero.
pub(in super::super) const HOP_BY_HOP_PADDING: Rule = padding(
    "ipv6.hop_by_hop.padding",
    Protocol::HopByHop,
    ALERT,
    ip(
        "600000000014004020010db800000000000000000000000220010db800000000000000000000000111000104010000000fa00007000cb5e970696e67",
    ),
);
/// Padding of destination options is zero.
pub(in super::super) const DESTINATION_PADDING: Rule = padding(
    "ipv6.destination_options.padding",
    Protocol::DestinationOptions,
    PADDED,
    ip(
        "6000000000143c4020010db800000000000000000000000220010db800000000000000000000000111000104000000010fa00007000cb5e970696e67",
    ),
);

const fn padding(id: &'static str, protocol: Protocol, pass: Example, fail: Example) -> Rule {
    Rule {
        id,
        rfc: 8200,
        section: "4.2",
        level: Level::Must,
        quote: "For N octets of padding, the Opt Data Len field contains the value N-2, and the Option \
                Data consists of N-2 zero-valued octets.",
        note: None,
        check: Check::Pdu(protocol, filled),
        pass,
        fail,
    }
}

fn filled(pdu: &Pdu) -> Option<Fault> {
    let option =
        of_kind(pdu, kind::PAD_N).find(|option| option.data.iter().any(|octet| *octet != 0))?;
    let range = option.range.end - option.data.len()..option.range.end;
    let message = "expected padding of zeros, found something else".to_owned();
    Some(Fault::new(range, message).mended_by(&vec![0; option.data.len()]))
}

/// Hop-by-hop padding is in one piece.
pub(in super::super) const HOP_BY_HOP_PAD_1: Rule = pad_1(
    "ipv6.hop_by_hop.pad_1",
    Protocol::HopByHop,
    ALERT,
    ip(
        "600000000014004020010db800000000000000000000000220010db800000000000000000000000111000502000200000fa00007000cb5e970696e67",
    ),
);
/// Padding of destination options is in one piece.
pub(in super::super) const DESTINATION_PAD_1: Rule = pad_1(
    "ipv6.destination_options.pad_1",
    Protocol::DestinationOptions,
    PADDED,
    ip(
        "6000000000143c4020010db800000000000000000000000220010db800000000000000000000000111000102000000000fa00007000cb5e970696e67",
    ),
);

const fn pad_1(id: &'static str, protocol: Protocol, pass: Example, fail: Example) -> Rule {
    Rule {
        id,
        rfc: 8200,
        section: "4.2",
        level: Level::Should,
        quote: "If more than one octet of padding is required, the PadN option, described next, should be \
                used, rather than multiple Pad1 options.",
        note: None,
        check: Check::Pdu(protocol, in_pieces),
        pass,
        fail,
    }
}

fn in_pieces(pdu: &Pdu) -> Option<Fault> {
    let range = longest(pdu, |option| option.kind == kind::PAD_1);
    let message = || format!("expected PadN, found {} times Pad1", range.len());
    (range.len() > 1).then(|| Fault::new(range.clone(), message()))
}

/// Hop-by-hop padding is for alignment.
pub(in super::super) const HOP_BY_HOP_EXCESS: Rule = excess(
    "ipv6.hop_by_hop.padding.excess",
    Protocol::HopByHop,
    ALERT,
    ip(
        "60000000001c004020010db800000000000000000000000220010db80000000000000000000000011101010c0000000000000000000000000fa00007000cb5e970696e67",
    ),
);
/// Padding of destination options is for alignment.
pub(in super::super) const DESTINATION_EXCESS: Rule = excess(
    "ipv6.destination_options.padding.excess",
    Protocol::DestinationOptions,
    PADDED,
    ip(
        "60000000001c3c4020010db800000000000000000000000220010db8000000000000000000000001110101040000000001060000000000000fa00007000cb5e970696e67",
    ),
);

const fn excess(id: &'static str, protocol: Protocol, pass: Example, fail: Example) -> Rule {
    Rule {
        id,
        rfc: 8504,
        section: "5.3",
        level: Level::May,
        quote: "The rationale for this guideline is that the purpose of padding is for alignment and 8 \
                bytes is the maximum alignment used in IPv6.",
        note: Some(
            "Some hosts discard what is padded with more; others hide data in it (RFC 4942).",
        ),
        check: Check::Pdu(protocol, more_than_aligns),
        pass,
        fail,
    }
}

fn more_than_aligns(pdu: &Pdu) -> Option<Fault> {
    let range = longest(pdu, |option| option.is_padding());
    let message =
        || format!("expected {MOST_PADDING} octets of padding or less, found {}", range.len());
    (range.len() > MOST_PADDING).then(|| Fault::new(range.clone(), message()))
}

/// The longest run of options of a kind.
fn longest(pdu: &Pdu, is: impl Fn(&OptionField) -> bool) -> Range<usize> {
    let (mut longest, mut run) = (0..0, 0..0);
    for option in readable(pdu) {
        let start = if run.end == option.range.start { run.start } else { option.range.start };
        if is(&option) {
            run = start..option.range.end;
        }
        if run.len() > longest.len() {
            longest = run.clone();
        }
    }
    longest
}
