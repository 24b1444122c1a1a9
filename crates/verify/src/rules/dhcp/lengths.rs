//! How long each option is (RFC 2132 and the RFCs of later options).

use wire::dhcp::OptionField;

use super::{
    Check, DISCOVER, Dhcp, Example, Fault, Level, Link, OFFER, Pdu, Protocol, Rule, message,
};

/// How long an option may be.
enum Size {
    /// So many octets.
    Just(usize),
    /// At least one of so many, and whole ones.
    Multiple(usize),
    /// At least so many.
    Least(usize),
}

/// RFC 2132, and RFCs 2563, 3011, 3046, 3442, 4039, 4702, 8925 for those from 80 on.
fn size(code: u8) -> Option<Size> {
    use Size::{Just, Least, Multiple};
    Some(match code {
        80 => Just(0),
        19 | 20 | 23 | 27 | 29..=31 | 34 | 36 | 37 | 39 | 46 | 52 | 53 | 116 => Just(1),
        13 | 22 | 26 | 57 => Just(2),
        1 | 2 | 16 | 24 | 28 | 32 | 35 | 38 | 50 | 51 | 54 | 58 | 59 | 108 | 118 => Just(4),
        25 => Multiple(2),
        3..=11 | 41 | 42 | 44 | 45 | 48 | 49 | 65 | 69..=76 => Multiple(4),
        21 | 33 => Multiple(8),
        12 | 14 | 15 | 17 | 18 | 40 | 43 | 47 | 55 | 56 | 60 | 64 | 66 | 67 => Least(1),
        61 | 82 => Least(2),
        81 => Least(3),
        121 => Least(5),
        _ => return None,
    })
}

/// The fault of the first option whose length has one. An option that comes in parts is as long as they are
/// together (RFC 3396), and not judged.
fn sized(pdu: &Pdu, expected: fn(Size, usize) -> Option<String>) -> Option<Fault> {
    let dhcp = Dhcp::new(pdu.bytes())?;
    dhcp.options().find_map(|found| {
        let length = found.data.len();
        let expected = expected(size(found.code)?, length)?;
        let parts = dhcp.options().filter(|other| other.code == found.code).count();
        let message = || format!("expected {expected}, found {length}");
        (parts == 1).then(|| Fault::new(length_range(&found), message()))
    })
}

fn length_range(option: &OptionField) -> std::ops::Range<usize> {
    option.range.start + 1..option.range.start + 2
}

/// Options of constant length have it.
pub(in crate::rules) const CONSTANT: Rule = Rule {
    id: "dhcp.option.length.constant",
    rfc: 2132,
    section: "2",
    level: Level::Must,
    quote: "In the case of some variable-length options the length field is a constant but must still be \
            specified.",
    note: Some(
        "The section of each option states it: 4 for the subnet mask, 1 for the message type.",
    ),
    check: Check::Pdu(Protocol::Dhcp, constant),
    pass: OFFER,
    fail: message!(
        "450001210000000040116fcc0a000001ffffffff00430044010d28ae020106003903f32600008000000000000a000009000000000000000002000000000100000000000000000000",
        "6382536335010236040a000001330400000e100103ffffffff"
    ),
};

fn constant(pdu: &Pdu) -> Option<Fault> {
    sized(pdu, |size, found| match size {
        Size::Just(expected) if found != expected => Some(expected.to_string()),
        _ => None,
    })
}

/// Lists of addresses are of whole ones.
pub(in crate::rules) const ADDRESSES: Rule = Rule {
    id: "dhcp.option.length.addresses",
    rfc: 2132,
    section: "3.5",
    level: Level::Must,
    quote: "The minimum length for the router option is 4 octets, and the length MUST always be a multiple of 4.",
    note: Some(
        "Other lists of addresses are likewise, of pairs of them by 8, and of sizes of MTU by 2.",
    ),
    check: Check::Pdu(Protocol::Dhcp, addresses),
    pass: OFFER,
    fail: message!(
        "4500012a0000000040116fc30a000001ffffffff0043004401161e87020106003903f32600008000000000000a000009000000000000000002000000000100000000000000000000",
        "6382536335010236040a000001330400000e100104ffffff0003060a0000010a00ff"
    ),
};

fn addresses(pdu: &Pdu) -> Option<Fault> {
    sized(pdu, |size, found| match size {
        Size::Multiple(each) if found == 0 || found % each != 0 => {
            Some(format!("a multiple of {each}"))
        }
        _ => None,
    })
}

/// Options have the octets they need at least.
pub(in crate::rules) const LEAST: Rule = Rule {
    id: "dhcp.option.length.least",
    rfc: 2132,
    section: "3.14",
    level: Level::Must,
    quote: "The code for this option is 12, and its minimum length is 1.",
    note: Some(
        "Other options have a minimum in their sections: 1 for most of text, 2 for the client identifier.",
    ),
    check: Check::Pdu(Protocol::Dhcp, least),
    pass: DISCOVER,
    fail: message!(
        "4500011b00000000401179d300000000ffffffff0044004301074706010106003903f326000080000000000000000000000000000000000002000000000100000000000000000000",
        "638253633501013d07010200000000010c00ff"
    ),
};

fn least(pdu: &Pdu) -> Option<Fault> {
    sized(pdu, |size, found| match size {
        Size::Least(expected) if found < expected => Some(format!("at least {expected}")),
        _ => None,
    })
}
