//! Rules on the options of Neighbor Discovery (RFC 4861 section 4.6, RFC 4191, RFC 8106).
//!
//! An option that is ignored in a message, as a prefix is outside router advertisements, is not judged there.

use wire::icmpv6::{ROUTER_ADVERTISEMENT, options_start};
use wire::neighbor::{
    self, BadLength, DNS_SEARCH_LIST, NeighborOption, PREFIX_INFORMATION, RECURSIVE_DNS_SERVER,
    ROUTE_INFORMATION, SOURCE_LINK_LAYER, TARGET_LINK_LAYER, options,
};
use wire::{Pdu, Protocol};

use super::super::{ethernet, ip};
use super::solicitation::is_over_ethernet;
use super::{SOLICITATION, in_options, kind};
use crate::rule::{Check, Example, Fault, Level, Rule};

pub(in crate::rules) mod prefix;

/// fe80::1 advertises prefix, route, MTU, DNS servers and search list.
const ROUTER: Example = ip(
    "6000000000883afffe800000000000000000000000000001ff02000000000000000000000000000186006e874000070800000000000000000101020000000001030440c000015180000038400000000020010db800000000000000000000000005010000000005dc180230000000070820010db800080000190300000000070820010db80000000000000000000000011f04000000000708076578616d706c6503636f6d000000000000000000000000",
);

/// Whether a message of Neighbor Discovery has options.
fn has_options(pdu: &Pdu) -> bool {
    kind(pdu).and_then(options_start).is_some_and(|start| pdu.bytes().len() > start)
}

/// Where an option states its length.
const LENGTH: std::ops::Range<usize> = 1..2;

/// No option has a length of zero.
pub(in crate::rules) const ZERO_LENGTH: Rule = Rule {
    id: "icmpv6.option.length",
    rfc: 4861,
    section: "4.6",
    level: Level::Must,
    quote: "The value 0 is invalid. Nodes MUST silently discard an ND packet that contains an option with \
            length zero.",
    note: None,
    check: Check::PduWhere(Protocol::Icmpv6, has_options, zero_length),
    pass: SOLICITATION,
    fail: ip(
        "6000000000203afffe800000000000000000000000000001ff0200000000000000000001ff00000287004b600000000020010db80000000000000000000000020100020000000001",
    ),
};

fn zero_length(pdu: &Pdu) -> Option<Fault> {
    let bad = bad_length(pdu).filter(|bad| bad.stated == Some(0))?;
    let message = format!("expected 1 or more, found 0 in option {}", bad.kind);
    Some(Fault::new(bad.offset + 1..bad.offset + 2, message))
}

/// Options end where the message does.
pub(in crate::rules) const END: Rule = Rule {
    id: "icmpv6.option.end",
    rfc: 4861,
    section: "4.6",
    level: Level::Must,
    quote: "The length of the option (including the type and length fields) in units of 8 octets.",
    note: None,
    check: Check::PduWhere(Protocol::Icmpv6, has_options, end),
    pass: SOLICITATION,
    fail: ip(
        "6000000000203afffe800000000000000000000000000001ff0200000000000000000001ff00000287004b5e0000000020010db80000000000000000000000020102020000000001",
    ),
};

fn end(pdu: &Pdu) -> Option<Fault> {
    let bad = bad_length(pdu).filter(|bad| pdu.is_whole() && bad.stated != Some(0))?;
    let left = pdu.length() - bad.offset;
    let found = bad.stated.map_or(left, |units| usize::from(units) * neighbor::UNIT);
    let message =
        format!("expected an option within the {left} bytes that are left, found {found}");
    Some(Fault::new(bad.offset..pdu.length().min(bad.offset + 2), message))
}

fn bad_length(pdu: &Pdu) -> Option<BadLength> {
    options(pdu.bytes(), options_start(kind(pdu)?)?).find_map(Result::err)
}

/// The fault of an option of router advertisements whose length is not what its format has.
fn other_length(pdu: &Pdu, wanted: u8, expected: &str, sound: fn(&[u8]) -> bool) -> Option<Fault> {
    in_options(pdu, ROUTER_ADVERTISEMENT, |option| {
        let wrong = option.kind == wanted && !sound(option.bytes);
        wrong.then(|| length_fault(option, expected))
    })
}

fn length_fault(option: &NeighborOption, expected: &str) -> Fault {
    let found = option.bytes.len() / neighbor::UNIT;
    Fault::new(LENGTH, format!("expected {expected}, found {found}"))
}

/// An Ethernet address fills one unit.
pub(in crate::rules) const LINK_LAYER: Rule = Rule {
    id: "icmpv6.option.link_layer.length",
    rfc: 4861,
    section: "4.6.1",
    level: Level::Must,
    quote: "For example, the length for IEEE 802 addresses is 1 [IPv6-ETHER].",
    note: Some("Judged where the packet came over Ethernet."),
    check: Check::PduWhere(Protocol::Icmpv6, has_options, link_layer),
    pass: ethernet(
        "3333ff00000202000000000186dd6000000000203afffe800000000000000000000000000001ff0200000000000000000001ff00000287004b5f0000000020010db80000000000000000000000020101020000000001",
    ),
    fail: ethernet(
        "3333ff00000202000000000186dd6000000000283afffe800000000000000000000000000001ff0200000000000000000001ff00000287004b560000000020010db800000000000000000000000201020200000000010000000000000000",
    ),
};

fn link_layer(pdu: &Pdu) -> Option<Fault> {
    let option = options(pdu.bytes(), options_start(kind(pdu)?)?)
        .map_while(Result::ok)
        .filter(|option| matches!(option.kind, SOURCE_LINK_LAYER | TARGET_LINK_LAYER))
        .find(|option| option.bytes.len() != neighbor::UNIT)?;
    let fault = || length_fault(&option, "1").shifted(option.range.start);
    is_over_ethernet(pdu).then(fault)
}

/// An MTU fills one unit.
pub(in crate::rules) const MTU_LENGTH: Rule = Rule {
    id: "icmpv6.option.mtu.length",
    rfc: 4861,
    section: "4.6.4",
    level: Level::Must,
    quote: "Type 5 Length 1",
    note: None,
    check: Check::PduWhere(Protocol::Icmpv6, has_options, |pdu| {
        other_length(pdu, neighbor::MTU, "1", |option| option.len() == 8)
    }),
    pass: ROUTER,
    fail: ip(
        "6000000000203afffe800000000000000000000000000001ff02000000000000000000000000000186002a3940000708000000000000000005020000000005dc0000000000000000",
    ),
};

/// An MTU is one that a link can have.
pub(in crate::rules) const MTU: Rule = Rule {
    id: "icmpv6.option.mtu",
    rfc: 4861,
    section: "6.3.4",
    level: Level::Should,
    quote: "If the MTU option is present, hosts SHOULD copy the option's value into LinkMTU so long as the \
            value is greater than or equal to the minimum link MTU [IPv6] and does not exceed the maximum \
            LinkMTU value specified in the link-type-specific document (e.g., [IPv6-ETHER]).",
    note: Some("The maximum goes by link and is not judged."),
    check: Check::PduWhere(Protocol::Icmpv6, has_options, mtu),
    pass: ROUTER,
    fail: ip(
        "6000000000183afffe800000000000000000000000000001ff02000000000000000000000000000186002b1f40000708000000000000000005010000000004ff",
    ),
};

fn mtu(pdu: &Pdu) -> Option<Fault> {
    in_options(pdu, ROUTER_ADVERTISEMENT, |option| {
        let [neighbor::MTU, 1, _, _, octets @ ..] = option.bytes else { return None };
        let found = u32::from_be_bytes(*octets.first_chunk()?);
        let message = || format!("expected 1280 or more, found {found}");
        (found < 1280).then(|| Fault::new(4..8, message()))
    })
}

/// A route's prefix fits its option.
pub(in crate::rules) const ROUTE: Rule = Rule {
    id: "icmpv6.option.route.length",
    rfc: 4191,
    section: "2.3",
    level: Level::Must,
    quote: "The Length field is 1, 2, or 3 depending on the Prefix Length. If Prefix Length is greater than \
            64, then Length must be 3. If Prefix Length is greater than 0, then Length must be 2 or 3.",
    note: None,
    check: Check::PduWhere(Protocol::Icmpv6, has_options, |pdu| {
        other_length(pdu, ROUTE_INFORMATION, "1 to 3, and room for the prefix", route)
    }),
    pass: ROUTER,
    fail: ip(
        "6000000000183afffe800000000000000000000000000001ff0200000000000000000000000000018600e6154000070800000000000000001801300000000708",
    ),
};

fn route(option: &[u8]) -> bool {
    let bits = usize::from(option[2]);
    option.len() <= 24 && bits.div_ceil(64) * 8 + 8 <= option.len()
}

/// A list of DNS servers holds whole addresses, at least one.
pub(in crate::rules) const DNS_SERVER: Rule = Rule {
    id: "icmpv6.option.dns_server.length",
    rfc: 8106,
    section: "5.1",
    level: Level::Must,
    quote: "The minimum value is 3 if one IPv6 address is contained in the option. Every additional RDNSS \
            address increases the length by 2.",
    note: None,
    check: Check::PduWhere(Protocol::Icmpv6, has_options, |pdu| {
        other_length(pdu, RECURSIVE_DNS_SERVER, "3, 5, 7 …", |option| {
            option.len() >= 24 && option.len() % 16 == 8
        })
    }),
    pass: ROUTER,
    fail: ip(
        "6000000000303afffe800000000000000000000000000001ff0200000000000000000000000000018600e740400007080000000000000000190400000000070820010db80000000000000000000000010000000000000000",
    ),
};

/// A search list holds a name at least.
pub(in crate::rules) const DNS_LIST: Rule = Rule {
    id: "icmpv6.option.dns_search_list.length",
    rfc: 8106,
    section: "5.2",
    level: Level::Must,
    quote: "The minimum value is 2 if at least one domain name is contained in the option.",
    note: None,
    check: Check::PduWhere(Protocol::Icmpv6, has_options, |pdu| {
        other_length(pdu, DNS_SEARCH_LIST, "2 or more", |option| option.len() >= 16)
    }),
    pass: ROUTER,
    fail: ip(
        "6000000000183afffe800000000000000000000000000001ff02000000000000000000000000000186000f164000070800000000000000001f01000000000708",
    ),
};

/// A prefix fills four units.
pub(in crate::rules) const PREFIX_LENGTH: Rule = Rule {
    id: "icmpv6.option.prefix.length",
    rfc: 4861,
    section: "4.6.2",
    level: Level::Must,
    quote: "Type 3 Length 4",
    note: None,
    check: Check::PduWhere(Protocol::Icmpv6, has_options, |pdu| {
        other_length(pdu, PREFIX_INFORMATION, "4", |option| option.len() == 32)
    }),
    pass: ROUTER,
    fail: ip(
        "6000000000283afffe800000000000000000000000000001ff020000000000000000000000000001860039d1400007080000000000000000030340c000015180000038400000000020010db800000000",
    ),
};
