//! Rules on the second word of ICMP errors: gateway, MTU, pointer, and what is unused (RFC 792, RFC 1191).

use std::net::Ipv4Addr;
use std::ops::Range;

use wire::icmp::{
    PARAMETER_PROBLEM, REDIRECT, ROUTER_SOLICITATION, SOURCE_QUENCH, TIME_EXCEEDED, UNREACHABLE,
    field,
};
use wire::{Pdu, Protocol, ipv4};

use super::super::ip;
use super::error::{PORT_UNREACHABLE, quoted};
use super::is_no_echo;
use crate::rule::{Check, Example, Fault, Level, Rule};

/// 10.0.0.1 sends 10.0.0.2 to 10.0.0.254.
const REDIRECTED: Example = ip(
    "4500003c00000000400166bf0a0000010a0000020501bc210a0000fe45000020000000004011aeca0a000002c00002019c400007000cb8ba70696e67",
);

/// 10.0.0.1 cannot forward more than 1,400 octets.
const TOO_BIG: Example = ip(
    "4500003800000000400166c30a0000010a000002030423bb00000578450005dc000040004011690e0a000002c00002019c40000705c831b9",
);

/// The gateway of a redirect can be one.
pub(in crate::rules) const GATEWAY: Rule = Rule {
    id: "icmp.redirect.gateway",
    rfc: 792,
    section: "Redirect Message",
    level: Level::Must,
    quote: "Address of the gateway to which traffic for the network specified in the internet destination \
            network field of the original datagram's data should be sent.",
    note: None,
    check: Check::PduWhere(Protocol::Icmp, is_no_echo, gateway),
    pass: REDIRECTED,
    fail: ip(
        "4500003c00000000400166bf0a0000010a0000020501e71ce000000245000020000000004011aeca0a000002c00002019c400007000cb8ba70696e67",
    ),
};

fn gateway(pdu: &Pdu) -> Option<Fault> {
    let gateway = gateway_of(pdu)?;
    let message = || format!("expected the address of a gateway, found {gateway}");
    let host = !gateway.is_unspecified() && !gateway.is_loopback() && gateway.octets()[0] < 224;
    (!host).then(|| Fault::new(field::GATEWAY, message()))
}

/// The gateway is another than the sender.
pub(in crate::rules) const GATEWAY_SENDER: Rule = Rule {
    id: "icmp.redirect.sender",
    rfc: 792,
    section: "Redirect Message",
    level: Level::Must,
    quote: "The redirect message advises the host to send its traffic for network X directly to gateway G2 \
            as this is a shorter path to the destination.",
    note: Some("Warned of only: it changes nothing, for the host sends to this gateway already."),
    check: Check::PduWhere(Protocol::Icmp, is_no_echo, gateway_sender),
    pass: REDIRECTED,
    fail: ip(
        "4500003c00000000400166bf0a0000010a0000020501bd1e0a00000145000020000000004011aeca0a000002c00002019c400007000cb8ba70696e67",
    ),
};

fn gateway_sender(pdu: &Pdu) -> Option<Fault> {
    let gateway = gateway_of(pdu)?;
    let (sender, _) = pdu.addresses()?;
    let message = || format!("expected another gateway than the sender, found {gateway}");
    (sender == gateway).then(|| Fault::new(field::GATEWAY, message()).warned())
}

fn gateway_of(pdu: &Pdu) -> Option<Ipv4Addr> {
    pdu.bytes().first().filter(|kind| **kind == REDIRECT)?;
    Some(Ipv4Addr::from(*pdu.get(field::GATEWAY)?.first_chunk::<4>()?))
}

/// Where fragmentation is needed, the MTU is told.
pub(in crate::rules) const MTU: Rule = Rule {
    id: "icmp.mtu",
    rfc: 1191,
    section: "4",
    level: Level::Must,
    quote: "This field will never contain a value less than 68, since every router \"must be able to forward a \
            datagram of 68 octets without fragmentation\"",
    note: Some("0, which routers older than this clause send, is warned of."),
    check: Check::PduWhere(Protocol::Icmp, is_no_echo, mtu),
    pass: TOO_BIG,
    fail: ip(
        "4500003800000000400166c30a0000010a000002030428f70000003c450005dc000040004011690e0a000002c00002019c40000705c831b9",
    ),
};

fn mtu(pdu: &Pdu) -> Option<Fault> {
    let found = mtu_of(pdu)?;
    let fault = || Fault::new(field::MTU, format!("expected 68 or more, found {found}"));
    match found {
        0 => Some(fault().warned()),
        1..68 => Some(fault()),
        _ => None,
    }
}

/// The MTU is less than the datagram that it stopped.
pub(in crate::rules) const MTU_QUOTED: Rule = Rule {
    id: "icmp.mtu.quoted",
    rfc: 1191,
    section: "4",
    level: Level::Must,
    quote: "The size in octets of the largest datagram that could be forwarded, along the path of the \
            original datagram, without being fragmented at this router.",
    note: Some("Warned of only: the quoted total length may have been changed on its way."),
    check: Check::PduWhere(Protocol::Icmp, is_no_echo, mtu_quoted),
    pass: TOO_BIG,
    fail: ip(
        "4500003800000000400166c30a0000010a00000203042357000005dc450005dc000040004011690e0a000002c00002019c40000705c831b9",
    ),
};

fn mtu_quoted(pdu: &Pdu) -> Option<Fault> {
    let mtu = mtu_of(pdu)?;
    let total = quoted(pdu)?.1.total_length();
    let message = || format!("expected less than the {total} bytes of the datagram, found {mtu}");
    let sound = usize::from(total) >= ipv4::MIN_HEADER_LEN;
    (sound && mtu >= total).then(|| Fault::new(field::MTU, message()).warned())
}

fn mtu_of(pdu: &Pdu) -> Option<u16> {
    let needed = matches!(*pdu.bytes(), [UNREACHABLE, 4, ..]);
    needed.then(|| pdu.word(field::MTU.start))?
}

/// The pointer of a parameter problem points into the header.
pub(in crate::rules) const POINTER: Rule = Rule {
    id: "icmp.pointer",
    rfc: 792,
    section: "Parameter Problem Message",
    level: Level::Must,
    quote: "The pointer identifies the octet of the original datagram's header where the error was detected \
            (it may be in the middle of an option).",
    note: None,
    check: Check::PduWhere(Protocol::Icmp, is_no_echo, pointer),
    pass: ip(
        "4500003c00000000400166bf0a0000010a0000020c000720010000004500002000000000401166cb0a0000020a0000019c400007000c70bb70696e67",
    ),
    fail: ip(
        "4500003c00000000400166bf0a0000010a0000020c00f41f140000004500002000000000401166cb0a0000020a0000019c400007000c70bb70696e67",
    ),
};

fn pointer(pdu: &Pdu) -> Option<Fault> {
    let [PARAMETER_PROBLEM, 0, _, _, found, ..] = *pdu.bytes() else { return None };
    let length = quoted(pdu)?.1.header_len();
    let message = || format!("expected an octet of the header of {length}, found {found}");
    let outside = length >= ipv4::MIN_HEADER_LEN && usize::from(found) >= length;
    outside.then(|| Fault::new(field::POINTER, message()))
}

/// What is unused is zero.
pub(in crate::rules) const UNUSED: Rule = Rule {
    id: "icmp.unused",
    rfc: 792,
    section: "Message Formats",
    level: Level::Must,
    quote: "Any field labeled \"unused\" is reserved for later extensions and must be zero when sent, but \
            receivers should not use these fields (except to include them in the checksum).",
    note: Some(
        "The second octet of that word counts words of the quoted datagram (RFC 4884), the last two hold the \
         MTU where fragmentation is needed (RFC 1191).",
    ),
    check: Check::PduWhere(Protocol::Icmp, is_no_echo, unused),
    pass: PORT_UNREACHABLE,
    fail: ip(
        "4500003c00000000400166bf0a0000010a0000020303111c000000014500002000000000401166cb0a0000020a0000019c400007000c70bb70696e67",
    ),
};

fn unused(pdu: &Pdu) -> Option<Fault> {
    let fields: [Range<usize>; 2] = match *pdu.bytes() {
        [UNREACHABLE, 4, ..] => [4..5, 0..0],
        [UNREACHABLE | TIME_EXCEEDED, ..] => [4..5, 6..8],
        [PARAMETER_PROBLEM, ..] => [6..8, 0..0],
        [SOURCE_QUENCH | ROUTER_SOLICITATION, ..] => [4..8, 0..0],
        _ => return None,
    };
    let set = |range: &Range<usize>| {
        pdu.get(range.clone()).is_some_and(|octets| octets.iter().any(|octet| *octet != 0))
    };
    let range = fields.into_iter().find(set)?;
    let (message, zeros) = (format!("expected 0 in the {} unused bytes", range.len()), [0; 4]);
    let length = range.len();
    Some(Fault::new(range, message).mended_by(&zeros[..length]))
}
