//! The fixed fields (RFC 2131 section 2).

use wire::Udp;
use wire::dhcp::{
    BOOTREPLY, BOOTREQUEST, BROADCAST, CLIENT_PORT, COOKIE, ETHERNET, FIXED_LEN, field, option,
};

use super::{
    ACK, Check, DISCOVER, Dhcp, Example, Fault, Level, Link, OFFER, Pdu, Protocol, Rule, message,
};

/// The fixed fields are there.
pub(in crate::rules) const HEADER: Rule = Rule {
    id: "dhcp.header",
    rfc: 2131,
    section: "2",
    level: Level::Must,
    quote: "The numbers in parentheses indicate the size of each field in octets.",
    note: Some("They add up to 236, with the fields of fixed size alone."),
    check: Check::Pdu(Protocol::Dhcp, header),
    pass: DISCOVER,
    fail: Example::Packet(
        Link::RawIp,
        "450000440000000040117aaa00000000ffffffff00440043003049db010106003903f3260000800000000000000000000000000000000000020000000001000000000000",
    ),
};

fn header(pdu: &Pdu) -> Option<Fault> {
    let found = pdu.bytes().len();
    let message = || format!("expected at least {FIXED_LEN} bytes, found {found}");
    (found < FIXED_LEN && pdu.is_whole()).then(|| Fault::new(0..found, message()))
}

/// The operation is one of two.
pub(in crate::rules) const OP: Rule = Rule {
    id: "dhcp.op",
    rfc: 2131,
    section: "2",
    level: Level::Must,
    quote: "op 1 Message op code / message type. 1 = BOOTREQUEST, 2 = BOOTREPLY",
    note: None,
    check: Check::Pdu(Protocol::Dhcp, op),
    pass: DISCOVER,
    fail: message!(
        "4500011e00000000401179d000000000ffffffff00440043010a10fc030106003903f326000080000000000000000000000000000000000002000000000100000000000000000000",
        "638253633501013d07010200000000013703010306ff"
    ),
};

fn op(pdu: &Pdu) -> Option<Fault> {
    let found = *pdu.bytes().first()?;
    if is_op(found) {
        return None;
    }
    let message = format!("expected 1 (BOOTREQUEST) or 2 (BOOTREPLY), found {found}");
    let fault = Fault::new(field::OP, message);
    Some(expected_op(pdu).map_or(fault.clone(), |op| fault.mended_by(&[op])))
}

fn is_op(op: u8) -> bool {
    matches!(op, BOOTREQUEST | BOOTREPLY)
}

/// The operation that ports and message type agree on, as far as each says anything.
pub(super) fn expected_op(pdu: &Pdu) -> Option<u8> {
    let kind = Dhcp::new(pdu.bytes()).and_then(|dhcp| super::messages::op_of(dhcp.message_type()?));
    match (op_of_ports(pdu), kind) {
        (Some(one), Some(other)) if one != other => None,
        (one, other) => one.or(other),
    }
}

/// What the ports say: relay agents use the servers' port on both sides, so that these say nothing.
fn op_of_ports(pdu: &Pdu) -> Option<u8> {
    let udp = pdu.around().filter(|around| around.protocol() == Protocol::Udp)?;
    let udp = Udp::new(udp.bytes())?;
    let client = |port| port == CLIENT_PORT;
    match (client(udp.source_port()), client(udp.destination_port())) {
        (true, false) => Some(BOOTREQUEST),
        (false, true) => Some(BOOTREPLY),
        _ => None,
    }
}

/// The operation goes by the direction.
pub(in crate::rules) const DIRECTION: Rule = Rule {
    id: "dhcp.op.port",
    rfc: 2131,
    section: "4.1",
    level: Level::Must,
    quote: "DHCP messages from a client to a server are sent to the 'DHCP server' port (67), and DHCP messages \
            from a server to a client are sent to the 'DHCP client' port (68).",
    note: Some("Between relay agent and server both go to port 67, and from it."),
    check: Check::Pdu(Protocol::Dhcp, direction),
    pass: OFFER,
    fail: message!(
        "4500013e0000000040116faf0a000001ffffffff00440043012ab5c6020106003903f32600008000000000000a000009000000000000000002000000000100000000000000000000",
        "6382536335010236040a000001330400000e103a04000007083b0400000c4e0104ffffff0003040a00000106080a0000010a000003ff"
    ),
};

fn direction(pdu: &Pdu) -> Option<Fault> {
    let found = *pdu.bytes().first().filter(|op| is_op(**op))?;
    let expected = op_of_ports(pdu)?;
    let fault = Fault::unless_equal(field::OP, expected, found)?;
    // The message type may say that the ports are wrong instead.
    Some(expected_op(pdu).map_or(fault.clone(), |op| fault.mended_by(&[op])))
}

/// A hardware address of Ethernet has six octets.
pub(in crate::rules) const HARDWARE_LENGTH: Rule = Rule {
    id: "dhcp.hlen",
    rfc: 2131,
    section: "2",
    level: Level::Should,
    quote: "hlen 1 Hardware address length (e.g. '6' for 10mb ethernet).",
    note: Some(
        "Only an example in the RFC, and servers for dial-in clients are known to do otherwise.",
    ),
    check: Check::Pdu(Protocol::Dhcp, hardware_length),
    pass: DISCOVER,
    fail: message!(
        "4500011e00000000401179d000000000ffffffff00440043010a10fc010108003903f326000080000000000000000000000000000000000002000000000100000000000000000000",
        "638253633501013d07010200000000013703010306ff"
    ),
};

fn hardware_length(pdu: &Pdu) -> Option<Fault> {
    let dhcp = Dhcp::new(pdu.bytes()).filter(|dhcp| dhcp.hardware_type() == ETHERNET)?;
    let found = dhcp.hardware_length();
    let fault = Fault::unless_equal(field::HARDWARE_LENGTH, 6, found)?;
    (found <= MOST).then(|| fault.mended_by(&[6]))
}

/// The octets of `chaddr`.
const MOST: u8 = 16;

/// A hardware address fits its field.
pub(in crate::rules) const HARDWARE_LENGTH_MOST: Rule = Rule {
    id: "dhcp.hlen.most",
    rfc: 2131,
    section: "2",
    level: Level::Must,
    quote: "chaddr 16 Client hardware address.",
    note: Some("Longer ones are left out, and hlen is then 0 (RFC 4390 section 2.1)."),
    check: Check::Pdu(Protocol::Dhcp, hardware_length_most),
    pass: DISCOVER,
    fail: message!(
        "4500011e00000000401179d000000000ffffffff00440043010a07fc010111003903f326000080000000000000000000000000000000000002000000000100000000000000000000",
        "638253633501013d07010200000000013703010306ff"
    ),
};

fn hardware_length_most(pdu: &Pdu) -> Option<Fault> {
    let dhcp = Dhcp::new(pdu.bytes()).filter(|dhcp| dhcp.hardware_length() > MOST)?;
    let message = format!("expected at most {MOST}, found {}", dhcp.hardware_length());
    let fault = Fault::new(field::HARDWARE_LENGTH, message);
    let ethernet = dhcp.hardware_type() == ETHERNET;
    Some(if ethernet { fault.mended_by(&[6]) } else { fault })
}

/// There are no more hops than relay agents forward.
pub(in crate::rules) const HOPS: Rule = Rule {
    id: "dhcp.hops",
    rfc: 1542,
    section: "4.1.1",
    level: Level::May,
    quote: "The relay agent MUST silently discard BOOTREQUEST messages whose 'hops' field exceeds the value 16.",
    note: Some("The next relay agent would discard it; to be sent it is no offence."),
    check: Check::Pdu(Protocol::Dhcp, hops),
    pass: DISCOVER,
    fail: message!(
        "4500011e00000000401165ca0a0000050a00000100430043010af4e0010106113903f326000080000000000000000000000000000a00000502000000000100000000000000000000",
        "638253633501013d07010200000000013703010306ff"
    ),
};

fn hops(pdu: &Pdu) -> Option<Fault> {
    let dhcp = Dhcp::new(pdu.bytes()).filter(|dhcp| dhcp.op() == BOOTREQUEST)?;
    let message = || format!("expected at most 16, found {}", dhcp.hops());
    (dhcp.hops() > 16).then(|| Fault::new(field::HOPS, message()))
}

/// Reserved flags are zero.
pub(in crate::rules) const FLAGS: Rule = Rule {
    id: "dhcp.flags",
    rfc: 2131,
    section: "2",
    level: Level::Must,
    quote: "They MUST be set to zero by clients and ignored by servers and relay agents.",
    note: Some("They are all flags but the first; a reply has those of its request."),
    check: Check::Pdu(Protocol::Dhcp, flags),
    pass: DISCOVER,
    fail: message!(
        "4500011e00000000401179d000000000ffffffff00440043010a92fb010106003903f326000000010000000000000000000000000000000002000000000100000000000000000000",
        "638253633501013d07010200000000013703010306ff"
    ),
};

fn flags(pdu: &Pdu) -> Option<Fault> {
    let found = Dhcp::new(pdu.bytes())?.flags();
    let expected = found & BROADCAST;
    let message = || format!("expected 0x{expected:04x}, found 0x{found:04x}");
    let fault = || Fault::new(field::FLAGS, message());
    (found != expected).then(|| fault().mended_by(&expected.to_be_bytes()))
}

/// Options begin with the magic cookie.
pub(in crate::rules) const MAGIC: Rule = Rule {
    id: "dhcp.cookie",
    rfc: 2131,
    section: "3",
    level: Level::Must,
    quote: "The first four octets of the 'options' field of the DHCP message contain the (decimal) values 99, 130, \
            83 and 99, respectively (this is the same magic cookie as is defined in RFC 1497 [17]).",
    note: Some(
        "BOOTP may have another, or none: found is one before what would be the message type.",
    ),
    check: Check::Pdu(Protocol::Dhcp, cookie),
    pass: ACK,
    fail: message!(
        "4500013e0000000040116faf0a000001ffffffff00430044012ab2c7020106003903f32600008000000000000a000009000000000000000002000000000100000000000000000000",
        "6382536235010536040a000001330400000e103a04000007083b0400000c4e0104ffffff0003040a00000106080a0000010a000003ff"
    ),
};

fn cookie(pdu: &Pdu) -> Option<Fault> {
    let found = pdu.get(field::COOKIE).filter(|found| **found != COOKIE)?;
    let [option::MESSAGE_TYPE, 1, 1..=18] = *pdu.get(240..243)? else { return None };
    let message = format!("expected {COOKIE:?}, found {found:?}");
    Some(Fault::new(field::COOKIE, message).mended_by(&COOKIE))
}
