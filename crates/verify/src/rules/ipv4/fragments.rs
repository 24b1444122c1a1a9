//! Rules on one piece of an IPv4 datagram (RFC 791 section 3.2).

use wire::ipv4::field;
use wire::{Ipv4, Pdu, Protocol};

use crate::rule::{Check, Example, Fault, Level, Rule};
use crate::rules::ip;

/// A piece from the middle.
const GOOD: Example =
    ip("4500002400002002401146c50a0000020a000001000102030405060708090a0b0c0d0e0f");

/// The piece may be one.
pub(in crate::rules) const DONT_FRAGMENT: Rule = Rule {
    id: "ipv4.fragment.dont_fragment",
    rfc: 6864,
    section: "4.3",
    level: Level::MustNot,
    quote: "IPv4 datagrams whose DF=1 MUST NOT be fragmented.",
    note: Some("A remark, as a source may forbid routers to cut what it has cut itself."),
    check: Check::PduWhere(Protocol::Ipv4, is_fragment, dont_fragment),
    pass: GOOD,
    fail: ip("4500002400006002401106c50a0000020a000001000102030405060708090a0b0c0d0e0f"),
};

fn dont_fragment(pdu: &Pdu) -> Option<Fault> {
    Ipv4::new(pdu.bytes())?.dont_fragment().then(|| {
        let message = "expected DF to be clear in a fragment, found it set";
        Fault::new(field::FLAGS, message.to_owned()).noted()
    })
}

/// The data of all pieces but the last is cut at eight octets.
pub(in crate::rules) const LENGTH: Rule = Rule {
    id: "ipv4.fragment.length",
    rfc: 791,
    section: "3.2",
    level: Level::Must,
    quote: "If an internet datagram is fragmented, its data portion must be broken on 8 octet boundaries.",
    note: None,
    check: Check::PduWhere(Protocol::Ipv4, is_fragment, length),
    pass: GOOD,
    fail: ip("4500002100002002401146c80a0000020a000001000102030405060708090a0b0c"),
};

fn length(pdu: &Pdu) -> Option<Fault> {
    Ipv4::new(pdu.bytes()).filter(Ipv4::more_fragments)?;
    let found = data(pdu).filter(|length| length % 8 != 0)?;
    let message = format!("expected a multiple of 8 bytes of data, found {found}");
    Some(Fault::new(field::TOTAL_LENGTH, message))
}

/// A piece has data.
pub(in crate::rules) const EMPTY: Rule = Rule {
    id: "ipv4.fragment.empty",
    rfc: 791,
    section: "3.2",
    level: Level::Must,
    quote: "This is because an internet header may be up to 60 octets, and the minimum fragment is 8 \
            octets.",
    note: Some("An empty last piece only says where the end is, so it is no more than warned of."),
    check: Check::PduWhere(Protocol::Ipv4, is_fragment, empty),
    pass: GOOD,
    fail: ip("4500001400002002401146d50a0000020a000001"),
};

fn empty(pdu: &Pdu) -> Option<Fault> {
    let more = Ipv4::new(pdu.bytes())?.more_fragments();
    data(pdu).filter(|length| *length == 0)?;
    let fault =
        Fault::new(field::TOTAL_LENGTH, "expected a fragment with data, found none".to_owned());
    Some(if more { fault } else { fault.warned() })
}

/// The whole is no longer than a datagram can be.
pub(in crate::rules) const TOO_LONG: Rule = Rule {
    id: "ipv4.fragment.too_long",
    rfc: 791,
    section: "3.1",
    level: Level::Must,
    quote: "This field allows the length of a datagram to be up to 65,535 octets.",
    note: Some("Hosts crashed when they put such pieces together (the ping of death)."),
    check: Check::PduWhere(Protocol::Ipv4, is_fragment, too_long),
    pass: ip("4500001700001ffd401146d70a0000020a000001000102"),
    fail: ip(
        "4500002c00001ffd401146c20a0000020a000001000102030405060708090a0b0c0d0e0f1011121314151617",
    ),
};

fn too_long(pdu: &Pdu) -> Option<Fault> {
    let ip = Ipv4::new(pdu.bytes())?;
    let whole = ip.header_len() + usize::from(ip.fragment_offset()) * 8 + data(pdu)?;
    let message = || format!("expected an end at 65535 bytes at most, found {whole}");
    (whole > wire::MAX_DATAGRAM).then(|| Fault::new(field::FRAGMENT_OFFSET, message()))
}

/// The first piece of a TCP segment shows its flags.
pub(in crate::rules) const TINY: Rule = Rule {
    id: "ipv4.fragment.tiny",
    rfc: 1858,
    section: "3",
    level: Level::ShouldNot,
    quote: "If the fragment size is made small enough to force some of a TCP packet's TCP header fields into \
            the second fragment, filter rules that specify patterns for those fields will not match.",
    note: Some("Sixteen octets are asked for: up to the flags."),
    check: Check::PduWhere(Protocol::Ipv4, is_fragment, tiny),
    pass: ip("4500002400002000400646d20a0000020a0000019c40000700000001000000015010ffff"),
    fail: ip("4500001c00002000400646da0a0000020a0000019c40000700000001"),
};

fn tiny(pdu: &Pdu) -> Option<Fault> {
    Ipv4::new(pdu.bytes()).filter(|ip| ip.fragment_offset() == 0 && is_tcp(ip))?;
    let found = data(pdu).filter(|length| (1..16).contains(length))?;
    let message = format!("expected 16 bytes or more of a TCP segment first, found {found}");
    Some(Fault::new(field::TOTAL_LENGTH, message))
}

/// No later piece of a TCP segment begins at its ninth octet.
pub(in crate::rules) const OFFSET_ONE: Rule = Rule {
    id: "ipv4.fragment.offset_one",
    rfc: 1858,
    section: "3.2.2",
    level: Level::ShouldNot,
    quote: "IF FO=1 and PROTOCOL=TCP then DROP PACKET",
    note: Some(
        "It would write over the flags, or hide them from a filter that reads first pieces.",
    ),
    check: Check::PduWhere(Protocol::Ipv4, is_fragment, offset_one),
    pass: ip("4500002400000002400666d00a0000020a000001000102030405060708090a0b0c0d0e0f"),
    fail: ip("4500002400000001400666d10a0000020a000001000102030405060708090a0b0c0d0e0f"),
};

fn offset_one(pdu: &Pdu) -> Option<Fault> {
    Ipv4::new(pdu.bytes()).filter(|ip| ip.fragment_offset() == 1 && is_tcp(ip))?;
    let message = "expected a piece of a TCP segment at byte 16 or later, found one at 8";
    Some(Fault::new(field::FRAGMENT_OFFSET, message.to_owned()))
}

fn is_tcp(ip: &Ipv4) -> bool {
    ip.protocol() == 6
}

/// Whether there is a fragment to judge.
fn is_fragment(pdu: &Pdu) -> bool {
    Ipv4::new(pdu.bytes()).is_some_and(|ip| ip.is_fragment())
}

/// Octets of data on the wire; `None` where the lengths in the header cannot be believed.
fn data(pdu: &Pdu) -> Option<usize> {
    let ip = Ipv4::new(pdu.bytes())?;
    let stated = usize::from(ip.total_length());
    let header = Some(ip.header_len()).filter(|length| *length >= wire::ipv4::MIN_HEADER_LEN)?;
    (stated == pdu.length()).then(|| stated.checked_sub(header))?
}
