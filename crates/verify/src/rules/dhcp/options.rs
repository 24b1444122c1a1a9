//! Options by themselves: that the list can be read and ends, and what some of them hold (RFC 2132).

use wire::dhcp::OptionField;
use wire::dhcp::option::{self, PAD};

use super::{
    ACK, Check, DISCOVER, Dhcp, Example, Fault, Level, Link, Pdu, Protocol, REQUEST, Rule, message,
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
