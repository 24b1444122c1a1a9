//! Rules on the prefixes that a router advertises (RFC 4861 section 4.6.2).

use std::net::Ipv6Addr;

use wire::icmpv6::ROUTER_ADVERTISEMENT;
use wire::neighbor::PREFIX_INFORMATION;
use wire::{Pdu, Protocol};

use super::{ROUTER, has_options, in_options};
use crate::rule::{Check, Fault, Level, Rule};
use crate::rules::ip;

/// One prefix of an advertisement.
struct Prefix {
    /// Bits that count.
    length: u8,
    flags: u8,
    /// Seconds.
    valid: u32,
    /// Seconds.
    preferred: u32,
    address: u128,
}

/// The first fault that `check` finds in a prefix.
fn in_prefixes(pdu: &Pdu, check: impl Fn(&Prefix) -> Option<Fault>) -> Option<Fault> {
    in_options(pdu, ROUTER_ADVERTISEMENT, |option| {
        let [PREFIX_INFORMATION, 4, length, flags, rest @ ..] = option.bytes else { return None };
        check(&Prefix {
            length: *length,
            flags: *flags,
            valid: u32::from_be_bytes(*rest.first_chunk()?),
            preferred: u32::from_be_bytes(*rest[4..].first_chunk()?),
            address: u128::from_be_bytes(*rest[12..].first_chunk()?),
        })
    })
}

/// A prefix has 128 bits at most.
pub(in crate::rules) const BITS: Rule = Rule {
    id: "icmpv6.option.prefix_length",
    rfc: 4861,
    section: "4.6.2",
    level: Level::Must,
    quote: "The number of leading bits in the Prefix that are valid. The value ranges from 0 to 128.",
    note: None,
    check: Check::PduWhere(Protocol::Icmpv6, has_options, bits),
    pass: ROUTER,
    fail: ip(
        "6000000000303afffe800000000000000000000000000001ff0200000000000000000000000000018600f8c7400007080000000000000000030481c000015180000038400000000020010db8000000000000000000000000",
    ),
};

fn bits(pdu: &Pdu) -> Option<Fault> {
    in_prefixes(pdu, |prefix| {
        let message = || format!("expected 0 to 128, found {}", prefix.length);
        (prefix.length > 128).then(|| Fault::new(2..3, message()))
    })
}

/// Nothing is preferred for longer than it is valid.
pub(in crate::rules) const LIFETIMES: Rule = Rule {
    id: "icmpv6.option.preferred_lifetime",
    rfc: 4861,
    section: "4.6.2",
    level: Level::MustNot,
    quote: "Note that the value of this field MUST NOT exceed the Valid Lifetime field to avoid preferring \
            addresses that are no longer valid.",
    note: None,
    check: Check::PduWhere(Protocol::Icmpv6, has_options, lifetimes),
    pass: ROUTER,
    fail: ip(
        "6000000000303afffe800000000000000000000000000001ff020000000000000000000000000001860039c8400007080000000000000000030440c000003840000151800000000020010db8000000000000000000000000",
    ),
};

fn lifetimes(pdu: &Pdu) -> Option<Fault> {
    in_prefixes(pdu, |prefix| {
        let (valid, found) = (prefix.valid, prefix.preferred);
        let message = || format!("expected {valid} or less, the valid lifetime, found {found}");
        (found > valid).then(|| Fault::new(8..12, message()))
    })
}

/// Bits after the prefix are zero.
pub(in crate::rules) const TRAILING: Rule = Rule {
    id: "icmpv6.option.prefix",
    rfc: 4861,
    section: "4.6.2",
    level: Level::Must,
    quote: "The bits in the prefix after the prefix length are reserved and MUST be initialized to zero by \
            the sender and ignored by the receiver.",
    note: Some(
        "With the router address flag the field holds the router's address (RFC 6275 section 7.2).",
    ),
    check: Check::PduWhere(Protocol::Icmpv6, has_options, trailing),
    pass: ROUTER,
    fail: ip(
        "6000000000303afffe800000000000000000000000000001ff020000000000000000000000000001860039c7400007080000000000000000030440c000015180000038400000000020010db8000000000000000000000001",
    ),
};

/// The flag by which a prefix holds an address of the router.
const ROUTER_ADDRESS: u8 = 0x20;

fn trailing(pdu: &Pdu) -> Option<Fault> {
    in_prefixes(pdu, |prefix| {
        let free = u128::MAX.checked_shr(u32::from(prefix.length)).unwrap_or_default();
        if prefix.address & free == 0 || prefix.flags & ROUTER_ADDRESS != 0 {
            return None;
        }
        let expected = prefix.address & !free;
        let (found, length) = (Ipv6Addr::from_bits(prefix.address), prefix.length);
        let message = format!("expected {}/{length}, found {found}", Ipv6Addr::from_bits(expected));
        Some(Fault::new(16..32, message).mended_by(&expected.to_be_bytes()))
    })
}

/// The link-local prefix needs no advertisement.
pub(in crate::rules) const LINK_LOCAL: Rule = Rule {
    id: "icmpv6.option.prefix.link_local",
    rfc: 4861,
    section: "4.6.2",
    level: Level::ShouldNot,
    quote: "A router SHOULD NOT send a prefix option for the link-local prefix and a host SHOULD ignore such \
            a prefix option.",
    note: None,
    check: Check::PduWhere(Protocol::Icmpv6, has_options, link_local),
    pass: ROUTER,
    fail: ip(
        "6000000000303afffe800000000000000000000000000001ff02000000000000000000000000000186006900400007080000000000000000030440c0000151800000384000000000fe800000000000000000000000000000",
    ),
};

fn link_local(pdu: &Pdu) -> Option<Fault> {
    in_prefixes(pdu, |prefix| {
        let address = Ipv6Addr::from_bits(prefix.address);
        let message = || format!("expected another prefix than {address}");
        address.is_unicast_link_local().then(|| Fault::new(16..32, message()))
    })
}
