//! Rules on the options of the Hop-by-Hop Options and Destination Options headers (RFC 8200 section 4.2):
//! first those on both headers, a row for each, then those on one option. Padding has a file of its own.

use wire::ipv6::options::{OptionField, kind, options};
use wire::{Pdu, Protocol};

use super::ip;
use crate::rule::{Check, Example, Fault, Level, Rule};

/// A datagram with a router alert.
pub(super) const ALERT: Example = ip(
    "600000000014004020010db800000000000000000000000220010db800000000000000000000000111000502000201000fa00007000cb5e970696e67",
);
/// A datagram with destination options that are all padding.
pub(super) const PADDED: Example = ip(
    "6000000000143c4020010db800000000000000000000000220010db800000000000000000000000111000104000000000fa00007000cb5e970696e67",
);
/// A datagram in a tunnel that may enter four more.
const TUNNELLED: Example = ip(
    "60000000003c3c4020010db800000000000000000000000220010db8000000000000000000000001290004010401010060000000000c114020010db800000000000000000000000220010db80000000000000000000000010fa00007000cb5e970696e67",
);
/// A datagram of a mobile node.
const MOBILE: Example = ip(
    "6000000000243c4020010db800000000000000000000000220010db8000000000000000000000001110201020000c91020010db80000000000000000000000090fa00007000cb5e970696e67",
);

/// The options that can be read. One that cannot is a finding of its own.
pub(super) fn readable<'p>(pdu: &Pdu<'p>) -> impl Iterator<Item = OptionField<'p>> {
    options(pdu.bytes()).map_while(Result::ok)
}

/// The options of that type.
pub(super) fn of_kind<'p>(pdu: &Pdu<'p>, kind: u8) -> impl Iterator<Item = OptionField<'p>> {
    readable(pdu).filter(move |option| option.kind == kind)
}

/// Each hop-by-hop option ends inside its header.
pub(in super::super) const HOP_BY_HOP_END: Rule = end(
    "ipv6.hop_by_hop.option",
    Protocol::HopByHop,
    ALERT,
    ip(
        "600000000014004020010db800000000000000000000000220010db800000000000000000000000111000502000201010fa00007000cb5e970696e67",
    ),
);
/// Each destination option ends inside its header.
pub(in super::super) const DESTINATION_END: Rule = end(
    "ipv6.destination_options.option",
    Protocol::DestinationOptions,
    PADDED,
    ip(
        "6000000000143c4020010db800000000000000000000000220010db800000000000000000000000111000105000000000fa00007000cb5e970696e67",
    ),
);

const fn end(id: &'static str, protocol: Protocol, pass: Example, fail: Example) -> Rule {
    Rule {
        id,
        rfc: 8200,
        section: "4.2",
        level: Level::Must,
        quote: "Length of the Option Data field of this option, in octets.",
        note: Some("What leads past the end of the header is no option of it."),
        check: Check::Pdu(protocol, past_end),
        pass,
        fail,
    }
}

fn past_end(pdu: &Pdu) -> Option<Fault> {
    let past = options(pdu.bytes()).find_map(Result::err)?;
    let room = 8 + usize::from(*pdu.bytes().get(1)?) * 8 - past.offset;
    let (length, message) = match past.stated {
        Some(stated) => {
            let most = room - 2;
            (
                2,
                format!(
                    "expected {most} octets of data or less in option {}, found {stated}",
                    past.kind
                ),
            )
        }
        None => {
            (1, format!("expected a length of option {}, found the end of the header", past.kind))
        }
    };
    Some(Fault::new(past.offset..past.offset + length, message))
}

/// Hop-by-hop options are where their fields are aligned.
pub(in super::super) const HOP_BY_HOP_ALIGNMENT: Rule = alignment(
    "ipv6.hop_by_hop.alignment",
    Protocol::HopByHop,
    ALERT,
    ip(
        "600000000014004020010db800000000000000000000000220010db800000000000000000000000111000005020002000fa00007000cb5e970696e67",
    ),
);
/// Destination options are where their fields are aligned.
pub(in super::super) const DESTINATION_ALIGNMENT: Rule = alignment(
    "ipv6.destination_options.alignment",
    Protocol::DestinationOptions,
    MOBILE,
    ip(
        "6000000000243c4020010db800000000000000000000000220010db80000000000000000000000011102c91020010db8000000000000000000000009010200000fa00007000cb5e970696e67",
    ),
);

const fn alignment(id: &'static str, protocol: Protocol, pass: Example, fail: Example) -> Rule {
    Rule {
        id,
        rfc: 8200,
        section: "4.2",
        level: Level::Must,
        quote: "The alignment requirement of an option is specified using the notation xn+y, meaning the \
                Option Type must appear at an integer multiple of x octets from the start of the header, \
                plus y octets.",
        note: Some(
            "Router alert 2n (RFC 2711), jumbo payload 4n+2 (RFC 2675), home address 8n+6 (RFC 6275).",
        ),
        check: Check::Pdu(protocol, aligned),
        pass,
        fail,
    }
}

fn aligned(pdu: &Pdu) -> Option<Fault> {
    let wanted = |option: &OptionField| match option.kind {
        kind::ROUTER_ALERT => Some((2, 0)),
        kind::JUMBO_PAYLOAD => Some((4, 2)),
        kind::HOME_ADDRESS => Some((8, 6)),
        _ => None,
    };
    readable(pdu).find_map(|option| {
        let (x, y) = wanted(&option).filter(|(x, y)| option.range.start % x != *y)?;
        let (kind, start) = (option.kind, option.range.start);
        let message = format!("expected option {kind} at {x}n+{y}, found it at {start}");
        Some(Fault::new(start..start + 1, message))
    })
}

/// A router alert has its two octets.
pub(in super::super) const ALERT_LENGTH: Rule = Rule {
    id: "ipv6.option.router_alert.length",
    rfc: 2711,
    section: "2.1",
    level: Level::Must,
    quote: "Value: A 2 octet code in network byte order with the following values:",
    note: None,
    check: Check::Pdu(Protocol::HopByHop, |pdu| length(pdu, kind::ROUTER_ALERT, 2)),
    pass: ALERT,
    fail: ip(
        "600000000014004020010db800000000000000000000000220010db800000000000000000000000111000503000200000fa00007000cb5e970696e67",
    ),
};

/// There is one router alert at most.
pub(in super::super) const ALERT_ONCE: Rule = Rule {
    id: "ipv6.option.router_alert.once",
    rfc: 2711,
    section: "2.1",
    level: Level::Must,
    quote: "There MUST only be one option of this type, regardless of value, per Hop-by-Hop header.",
    note: None,
    check: Check::Pdu(Protocol::HopByHop, |pdu| once(pdu, kind::ROUTER_ALERT)),
    pass: ALERT,
    fail: ip(
        "60000000001c004020010db800000000000000000000000220010db8000000000000000000000001110105020002050200020104000000000fa00007000cb5e970696e67",
    ),
};

/// The limit of tunnels has its one octet.
pub(in super::super) const TUNNEL_LIMIT_LENGTH: Rule = Rule {
    id: "ipv6.option.tunnel_limit.length",
    rfc: 2473,
    section: "4.1.1",
    level: Level::Must,
    quote: "the data portion of the Option is one octet long.",
    note: None,
    check: Check::Pdu(Protocol::DestinationOptions, |pdu| length(pdu, kind::TUNNEL_LIMIT, 1)),
    pass: TUNNELLED,
    fail: ip(
        "60000000003c3c4020010db800000000000000000000000220010db8000000000000000000000001290004020404010060000000000c114020010db800000000000000000000000220010db80000000000000000000000010fa00007000cb5e970696e67",
    ),
};

/// A home address has its sixteen octets.
pub(in super::super) const HOME_LENGTH: Rule = Rule {
    id: "ipv6.option.home_address.length",
    rfc: 6275,
    section: "6.3",
    level: Level::Must,
    quote: "Length of the option, in octets, excluding the Option Type and Option Length fields. This \
            field MUST be set to 16.",
    note: None,
    check: Check::Pdu(Protocol::DestinationOptions, |pdu| length(pdu, kind::HOME_ADDRESS, 16)),
    pass: MOBILE,
    fail: ip(
        "6000000000243c4020010db800000000000000000000000220010db8000000000000000000000001110201020000c90f20010db80000000000000000000000000fa00007000cb5e970696e67",
    ),
};

/// There is one home address at most.
pub(in super::super) const HOME_ONCE: Rule = Rule {
    id: "ipv6.option.home_address.once",
    rfc: 6275,
    section: "6.3",
    level: Level::MustNot,
    quote: "For each IPv6 packet header, the Home Address option MUST NOT appear more than once.",
    note: None,
    check: Check::Pdu(Protocol::DestinationOptions, |pdu| once(pdu, kind::HOME_ADDRESS)),
    pass: MOBILE,
    fail: ip(
        "60000000003c3c4020010db800000000000000000000000220010db8000000000000000000000001110501020000c91020010db8000000000000000000000009010400000000c91020010db80000000000000000000000090fa00007000cb5e970696e67",
    ),
};

/// A home address is that of one node.
pub(in super::super) const HOME_UNICAST: Rule = Rule {
    id: "ipv6.option.home_address",
    rfc: 6275,
    section: "6.3",
    level: Level::Must,
    quote: "This address MUST be a unicast routable address.",
    note: None,
    check: Check::Pdu(Protocol::DestinationOptions, home_address),
    pass: MOBILE,
    fail: ip(
        "6000000000243c4020010db800000000000000000000000220010db8000000000000000000000001110201020000c910ff020db80000000000000000000000090fa00007000cb5e970696e67",
    ),
};

fn home_address(pdu: &Pdu) -> Option<Fault> {
    of_kind(pdu, kind::HOME_ADDRESS).find_map(|option| {
        let address = std::net::Ipv6Addr::from(*option.data.first_chunk::<16>()?);
        let message = || format!("expected a unicast address that is routed, found {address}");
        let range = option.range.start + 2..option.range.end;
        (!is_routable(&address)).then(|| Fault::new(range, message()))
    })
}

/// Whether packets to it are routed to one node.
pub(super) fn is_routable(address: &std::net::Ipv6Addr) -> bool {
    !address.is_multicast()
        && !address.is_unspecified()
        && !address.is_loopback()
        && !address.is_unicast_link_local()
}

/// The fault of the first option of that type whose data has not so many octets.
pub(super) fn length(pdu: &Pdu, kind: u8, expected: usize) -> Option<Fault> {
    let option = of_kind(pdu, kind).find(|option| option.data.len() != expected)?;
    let at = option.range.start + 1;
    Fault::unless_equal(at..at + 1, expected, option.data.len())
}

/// The fault of the second option of that type.
fn once(pdu: &Pdu, kind: u8) -> Option<Fault> {
    let option = of_kind(pdu, kind).nth(1)?;
    Some(Fault::new(option.range, format!("expected one option {kind}, found another")))
}
