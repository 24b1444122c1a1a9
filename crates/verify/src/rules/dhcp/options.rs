//! Options by themselves: that the list can be read and ends, and how long each option is (RFC 2132).

use wire::dhcp::OptionField;
use wire::dhcp::option::{self, PAD};

use super::{
    ACK, Check, DISCOVER, Dhcp, Example, Fault, Level, Link, OFFER, Pdu, Protocol, REQUEST, Rule,
    message,
};

/// An option ends with its area at most.
pub(in crate::rules) const LENGTH: Rule = Rule {
    id: "dhcp.option.length",
    rfc: 2132,
    section: "2",
    level: Level::Must,
    quote: "The length octet is followed by \"length\" octets of data.",
    note: None,
    check: Check::Pdu(Protocol::Dhcp, length),
    pass: ACK,
    fail: message!(
        "4500011c00000000401179d200000000ffffffff004400430108e499010106003903f326000080000000000000000000000000000000000002000000000100000000000000000000",
        "638253633501013d07010200000000010c096162"
    ),
};

fn length(pdu: &Pdu) -> Option<Fault> {
    let dhcp = Dhcp::new(pdu.bytes())?;
    let main = dhcp.areas().next()?;
    let bad = dhcp.areas().find_map(|area| {
        // The last octets of a message may not be here, those of its fields are.
        let whole = area != main || pdu.is_whole();
        dhcp.options_in(area).find_map(Result::err).filter(|_| whole)
    })?;
    let (code, start, left) = (bad.code, bad.offset, bad.left);
    Some(match bad.stated {
        None => {
            let message = format!("expected a length after code {code}, found none");
            Fault::new(start..start + 1, message)
        }
        Some(stated) => {
            let message = format!("expected at most the {left} bytes left, found {stated}");
            Fault::new(start + 1..start + 2, message)
        }
    })
}

/// The list ends.
pub(in crate::rules) const END: Rule = Rule {
    id: "dhcp.option.end",
    rfc: 2131,
    section: "4.1",
    level: Level::Must,
    quote: "The last option must always be the 'end' option.",
    note: Some("In `file` and `sname`, where they hold options, too. BOOTP may do without."),
    check: Check::Pdu(Protocol::Dhcp, end),
    pass: ACK,
    fail: message!(
        "4500011b00000000401179d300000000ffffffff004400430107de05010106003903f326000080000000000000000000000000000000000002000000000100000000000000000000",
        "638253633501013d07010200000000010c0168"
    ),
};

fn end(pdu: &Pdu) -> Option<Fault> {
    let dhcp = super::complete(pdu).filter(|dhcp| dhcp.message_type().is_some())?;
    let area = dhcp.areas().find(|area| dhcp.options_in(area.clone()).end().is_none())?;
    let last = dhcp.options_in(area.clone()).filter_map(Result::ok).last();
    let range = last.map_or(area.end - 1..area.end, |last| last.range);
    Some(Fault::new(range, "expected the end option after the last one, found none".to_owned()))
}

/// After the end there is padding.
pub(in crate::rules) const AFTER_END: Rule = Rule {
    id: "dhcp.option.after_end",
    rfc: 2132,
    section: "3.2",
    level: Level::Should,
    quote: "Subsequent octets should be filled with pad options.",
    note: None,
    check: Check::Pdu(Protocol::Dhcp, after_end),
    pass: ACK,
    fail: message!(
        "4500011e00000000401179d000000000ffffffff00440043010adc55010106003903f326000080000000000000000000000000000000000002000000000100000000000000000000",
        "638253633501013d07010200000000010c0168ff00ab"
    ),
};

fn after_end(pdu: &Pdu) -> Option<Fault> {
    let dhcp = Dhcp::new(pdu.bytes())?;
    dhcp.areas().find_map(|area| {
        let start = dhcp.options_in(area.clone()).end()? + 1;
        let rest = &pdu.bytes()[start..area.end];
        let from = start + rest.iter().position(|octet| *octet != PAD)?;
        let message = format!("expected zeros after the end option, found {}", pdu.bytes()[from]);
        Some(Fault::new(from..area.end, message).noted())
    })
}

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

/// The overload names fields that exist.
pub(in crate::rules) const OVERLOAD: Rule = Rule {
    id: "dhcp.option.overload",
    rfc: 2131,
    section: "4.1",
    level: Level::Must,
    quote: "If the options in a DHCP message extend into the 'sname' and 'file' fields, the 'option overload' option \
            MUST appear in the 'options' field, with value 1, 2 or 3, as specified in RFC 1533.",
    note: None,
    check: Check::Pdu(Protocol::Dhcp, overload),
    pass: Example::Packet(
        Link::RawIp,
        "4500011f0000000040116fce0a000001ffffffff00430044010b2c77020106003903f32600008000000000000a000009000000000000000002000000000100000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000104ffffff00ff000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000006382536335010236040a000001330400000e10340101ff",
    ),
    fail: message!(
        "450001250000000040116fc80a000001ffffffff004300440111266e020106003903f32600008000000000000a000009000000000000000002000000000100000000000000000000",
        "6382536335010236040a000001330400000e100104ffffff00340104ff"
    ),
};

fn overload(pdu: &Pdu) -> Option<Fault> {
    let found = Dhcp::new(pdu.bytes())?.option(option::OVERLOAD)?;
    let [value] = *found.data else { return None };
    let message = || format!("expected 1, 2 or 3, found {value}");
    (!(1..=3).contains(&value)).then(|| Fault::new(found.data_range(), message()))
}

/// A client takes messages of 576 octets at least.
pub(in crate::rules) const MAXIMUM_SIZE: Rule = Rule {
    id: "dhcp.option.maximum_size",
    rfc: 2132,
    section: "9.10",
    level: Level::Must,
    quote: "The minimum legal value is 576 octets.",
    note: None,
    check: Check::Pdu(Protocol::Dhcp, maximum_size),
    pass: DISCOVER,
    fail: message!(
        "4500011d00000000401179d100000000ffffffff00440043010918d4010106003903f326000080000000000000000000000000000000000002000000000100000000000000000000",
        "638253633501013d07010200000000013902012cff"
    ),
};

fn maximum_size(pdu: &Pdu) -> Option<Fault> {
    let option = Dhcp::new(pdu.bytes())?.option(option::MAXIMUM_SIZE)?;
    let found = u16::from_be_bytes(option.data.try_into().ok()?);
    let message = || format!("expected at least 576, found {found}");
    (found < 576).then(|| Fault::new(option.data_range(), message()))
}

/// What relay agents add is as long as it says.
pub(in crate::rules) const RELAY_AGENT: Rule = Rule {
    id: "dhcp.option.relay_agent",
    rfc: 3046,
    section: "2.0",
    level: Level::Must,
    quote: "The length N of the DHCP Agent Information Option shall include all bytes of the sub-option \
            code/length/value tuples.",
    note: None,
    check: Check::Pdu(Protocol::Dhcp, relay_agent),
    pass: message!(
        "4500012e00000000401165ba0a0000050a00000100430043011a36ac010106013903f326000080000000000000000000000000000a00000502000000000100000000000000000000",
        "638253633501013d07010200000000013703010306520e0104657468300206020000000001ff"
    ),
    fail: message!(
        "4500012e00000000401165ba0a0000050a00000100430043011a33ac010106013903f326000080000000000000000000000000000a00000502000000000100000000000000000000",
        "638253633501013d07010200000000013703010306520e0104657468300209020000000001ff"
    ),
};

fn relay_agent(pdu: &Pdu) -> Option<Fault> {
    let dhcp = Dhcp::new(pdu.bytes())?;
    let option = dhcp.option(option::RELAY_AGENT)?;
    let mut parts = dhcp.options().filter(|other| other.code == option::RELAY_AGENT);
    let (start, mut rest) = (option.data_range().start, option.data);
    while let [_, length, after @ ..] = rest {
        let Some(next) = after.get(usize::from(*length)..) else { break };
        rest = next;
    }
    let from = start + option.data.len() - rest.len();
    let message = || format!("expected a whole sub-option, found {} bytes of one", rest.len());
    (!rest.is_empty() && parts.nth(1).is_none())
        .then(|| Fault::new(from..option.range.end, message()))
}

/// The subnet mask comes before the routers.
pub(in crate::rules) const MASK_FIRST: Rule = Rule {
    id: "dhcp.option.subnet_mask",
    rfc: 2132,
    section: "3.3",
    level: Level::Must,
    quote: "If both the subnet mask and the router option are specified in a DHCP reply, the subnet mask option MUST be \
            first.",
    note: Some(
        "In the order in which receivers read options, `file` and `sname` after the others.",
    ),
    check: Check::Pdu(Protocol::Dhcp, mask_first),
    pass: REQUEST,
    fail: message!(
        "450001280000000040116fc50a000001ffffffff0043004401142095020106003903f32600008000000000000a000009000000000000000002000000000100000000000000000000",
        "6382536335010236040a000001330400000e1003040a0000010104ffffff00ff"
    ),
};

fn mask_first(pdu: &Pdu) -> Option<Fault> {
    let dhcp = Dhcp::new(pdu.bytes()).filter(|dhcp| dhcp.op() == wire::dhcp::BOOTREPLY)?;
    let both = |option: &OptionField| matches!(option.code, option::SUBNET_MASK | option::ROUTER);
    let mut found = dhcp.options().filter(both);
    let router = found.next().filter(|first| first.code == option::ROUTER)?;
    let mask = found.find(|option| option.code == option::SUBNET_MASK)?;
    let message =
        format!("expected it before the routers at {}, found it after", router.range.start);
    Some(Fault::new(mask.range, message))
}
