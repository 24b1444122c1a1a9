//! Rules on one Ethernet frame, its VLAN tags and its LLC header (RFC 7042, RFC 1042, RFC 1112, RFC 2464).
//!
//! Most of Ethernet is IEEE's affair; what is here has a clause in an RFC.

use wire::ethernet::{HEADER_LEN, field};
use wire::protocol::ethertype;
use wire::{Arp, Mac, Pdu, Protocol};

use super::ethernet as frame;
use crate::rule::{Check, Example, Fault, Level, Rule};

#[cfg(test)]
mod tests;

/// A UDP datagram from one station to another.
const GOOD: Example = frame(
    "02000000000102000000000208004500002000000000401166cb0a0000020a0000010fa00007000cfd5b70696e67",
);
/// An IEEE 802.3 frame: eight octets of LLC and data.
const LLC_FRAME: Example = frame("02000000000102000000000200084242030000000000");

/// The longest data field that the length of an IEEE 802.3 frame can state.
const MAX_LENGTH: usize = 1500;
/// The shortest frame of Ethernet, without its check sequence: shorter ones are padded to it.
const MIN_FRAME: usize = 60;

/// There is a whole header.
pub(super) const HEADER: Rule = Rule {
    id: "ethernet.header",
    rfc: 7042,
    section: "3",
    level: Level::Must,
    quote: "These are 16-bit identifiers appearing as the initial two octets after the MAC destination \
            and source (or after a tag), which, when considered as an unsigned integer, are equal to or \
            larger than 0x0600.",
    note: Some("Two addresses of six octets, then two octets: fourteen at least."),
    check: Check::Pdu(Protocol::Ethernet, |pdu| short(pdu, HEADER_LEN)),
    pass: GOOD,
    fail: frame("02000000000102000000000208"),
};

/// The fault of a unit that has no room for its header of `length` octets.
pub(super) fn short(pdu: &Pdu, length: usize) -> Option<Fault> {
    let found = pdu.room();
    let message = || format!("expected a header of {length} bytes, found {found}");
    (found < length && !pdu.is_fragment()).then(|| Fault::new(0..pdu.bytes().len(), message()))
}

/// The source is one station.
pub(super) const SOURCE: Rule = Rule {
    id: "ethernet.source",
    rfc: 7042,
    section: "2.1",
    level: Level::Should,
    quote: "Multicast identifiers may be constructed by turning on the Group bit, and unicast identifiers \
            may be constructed by leaving the Group bit zero.",
    note: Some(
        "That a source is one station is IEEE 802.3's demand; bridges drop what breaks it. RFC 9542 has \
         taken this RFC's place.",
    ),
    check: Check::Pdu(Protocol::Ethernet, source),
    pass: GOOD,
    fail: frame(
        "02000000000103000000000208004500002000000000401166cb0a0000020a0000010fa00007000cfd5b70696e67",
    ),
};

fn source(pdu: &Pdu) -> Option<Fault> {
    let group = pdu.bytes().get(field::SOURCE.start)? & 1 != 0;
    let source = Mac::new(pdu.get(field::SOURCE)?).filter(|_| group)?;
    Some(Fault::new(field::SOURCE, format!("expected the address of a station, found {source}")))
}

/// The field after the addresses is a length or a type.
pub(super) const TYPE: Rule = Rule {
    id: "ethernet.type",
    rfc: 7042,
    section: "3",
    level: Level::Should,
    quote: "These are 16-bit identifiers appearing as the initial two octets after the MAC destination \
            and source (or after a tag), which, when considered as an unsigned integer, are equal to or \
            larger than 0x0600.",
    note: Some("Up to 1500 it is a length (IEEE 802.3); between the two it is neither."),
    check: Check::Pdu(Protocol::Ethernet, kind),
    pass: GOOD,
    fail: frame("02000000000102000000000205dd4242030000000000"),
};

fn kind(pdu: &Pdu) -> Option<Fault> {
    let found = pdu.word(field::TYPE.start).filter(|kind| *kind < ethertype::FIRST)?;
    let message = || format!("expected up to 1500 or 0x0600 and more, found 0x{found:04x}");
    (usize::from(found) > MAX_LENGTH).then(|| Fault::new(field::TYPE, message()))
}

/// A length holds no more than the frame does.
pub(super) const LENGTH: Rule = Rule {
    id: "ethernet.length",
    rfc: 1042,
    section: "Frame Format and MAC Level Issues",
    level: Level::Must,
    quote: "The MAC header contains 6 (2) octets of source address, 6 (2) octets of destination address, \
            and 2 octets of length.",
    note: Some("Less than the frame holds is allowed: the rest is padding."),
    check: Check::Pdu(Protocol::Ethernet, length),
    pass: LLC_FRAME,
    fail: frame("02000000000102000000000200094242030000000000"),
};

fn length(pdu: &Pdu) -> Option<Fault> {
    let found = usize::from(pdu.word(field::TYPE.start)?);
    if found > MAX_LENGTH {
        return None;
    }
    let most = pdu.room().checked_sub(HEADER_LEN)?;
    let message = || format!("expected {most} or less, found {found}");
    (found > most && !pdu.is_fragment()).then(|| Fault::new(field::TYPE, message()))
}

/// A group of IPv4 hosts has its own group of stations.
pub(super) const MULTICAST_IPV4: Rule = Rule {
    id: "ethernet.multicast.ipv4",
    rfc: 1112,
    section: "6.4",
    level: Level::Must,
    quote: "An IP host group address is mapped to an Ethernet multicast address by placing the low-order \
            23-bits of the IP address into the low-order 23 bits of the Ethernet multicast address \
            01-00-5E-00-00-00 (hex).",
    note: Some(
        "The broadcast address passes (RFC 1812 section 4.2.3.2 lets a router use it), and so does a single \
         station: access points and switches make unicast of multicast.",
    ),
    check: Check::Pdu(Protocol::Ethernet, multicast_ipv4),
    pass: frame(
        "01005e010203020000000002080045000020000000000111bec70a000002ef0102030fa00007000c165870696e67",
    ),
    fail: frame(
        "01005e010204020000000002080045000020000000000111bec70a000002ef0102030fa00007000c165870696e67",
    ),
};

fn multicast_ipv4(pdu: &Pdu) -> Option<Fault> {
    let found = group(pdu).filter(|mac| *mac != Mac::BROADCAST)?;
    let address = carried(pdu, Protocol::Ipv4)?.get(16..20)?;
    let [first @ 0xe0..=0xef, a, b, c] = *address else { return None };
    let expected = Mac([0x01, 0x00, 0x5e, a & 0x7f, b, c]);
    let message = || format!("expected {expected} for {first}.{a}.{b}.{c}, found {found}");
    (found != expected).then(|| Fault::new(field::DESTINATION, message()).mended_by(&expected.0))
}

/// A group of IPv6 nodes has its own group of stations.
pub(super) const MULTICAST_IPV6: Rule = Rule {
    id: "ethernet.multicast.ipv6",
    rfc: 2464,
    section: "7",
    level: Level::Must,
    quote: "An IPv6 packet with a multicast destination address DST, consisting of the sixteen octets \
            DST[1] through DST[16], is transmitted to the Ethernet multicast address whose first two \
            octets are the value 3333 hexadecimal and whose last four octets are the last four octets of \
            DST.",
    note: Some("A single station passes (RFC 6085)."),
    check: Check::Pdu(Protocol::Ethernet, multicast_ipv6),
    pass: frame(
        "33330001000202000000000286dd60000000000c114020010db8000000000000000000000002ff0e00000000000000000000000100020fa00007000ce49170696e67",
    ),
    fail: frame(
        "33330001000302000000000286dd60000000000c114020010db8000000000000000000000002ff0e00000000000000000000000100020fa00007000ce49170696e67",
    ),
};

fn multicast_ipv6(pdu: &Pdu) -> Option<Fault> {
    let found = group(pdu)?;
    let address = carried(pdu, Protocol::Ipv6)?.get(24..40)?;
    let [0xff, .., a, b, c, d] = *address else { return None };
    let expected = Mac([0x33, 0x33, a, b, c, d]);
    let message = || format!("expected {expected}, found {found}");
    (found != expected).then(|| Fault::new(field::DESTINATION, message()).mended_by(&expected.0))
}

/// What goes to all stations goes to all hosts.
pub(super) const BROADCAST: Rule = Rule {
    id: "ethernet.broadcast",
    rfc: 1122,
    section: "3.3.6",
    level: Level::Must,
    quote: "When a host sends a datagram to a link-layer broadcast address, the IP destination address \
            MUST be a legal IP broadcast or IP multicast address.",
    note: Some(
        "Which addresses are those of directed broadcasts, old form and new, depends on a mask no frame \
         shows: whatever ends in two equal bits may be one, and passes.",
    ),
    check: Check::Pdu(Protocol::Ethernet, broadcast),
    pass: frame(
        "ffffffffffff02000000000208004500002000000000401170cc0a000002ffffffff0fa00007000c075d70696e67",
    ),
    fail: frame(
        "ffffffffffff02000000000208004500002000000000401166cb0a0000020a0000010fa00007000cfd5b70696e67",
    ),
};

fn broadcast(pdu: &Pdu) -> Option<Fault> {
    group(pdu).filter(|mac| *mac == Mac::BROADCAST)?;
    let ip = carried(pdu, Protocol::Ipv4)?;
    let [first, .., last] = *ip.get(16..20)? else { return None };
    let may_be = first >= 0xe0 || matches!(last & 3, 0 | 3);
    let destination = wire::Ipv4::new(ip.bytes()).filter(|_| !may_be)?.destination();
    let message = format!("expected one station for {destination}, found every station");
    Some(Fault::new(field::DESTINATION, message))
}

/// Padding is zero.
pub(super) const PADDING: Rule = Rule {
    id: "ethernet.padding",
    rfc: 894,
    section: "Frame Format",
    level: Level::Should,
    quote: "If necessary, the data field should be padded (with octets of zero) to meet the Ethernet \
            minimum frame size.",
    note: Some(
        "Drivers that pad with whatever lies in memory give it away. No more than a remark: a switch or a \
         tap may have put a trailer there.",
    ),
    check: Check::Pdu(Protocol::Ethernet, padding),
    pass: frame(
        "02000000000102000000000208004500002000000000401166cb0a0000020a0000010fa00007000cfd5b70696e670000000000000000000000000000",
    ),
    fail: frame(
        "02000000000102000000000208004500002000000000401166cb0a0000020a0000010fa00007000cfd5b70696e677365637265740000000000000000",
    ),
};

fn padding(pdu: &Pdu) -> Option<Fault> {
    if pdu.room() > MIN_FRAME {
        return None;
    }
    let inside = untagged(pdu)?;
    let length = match inside.protocol() {
        Protocol::Ipv4 | Protocol::Ipv6 => inside.length(),
        Protocol::Arp => Arp::new(inside.bytes())?.length(),
        _ => return None,
    };
    let start = inside.start() + length - pdu.start();
    let first = pdu.bytes().get(start..)?.iter().position(|octet| *octet != 0)?;
    let message = "expected padding of zeros, found something else".to_owned();
    Some(Fault::new(start + first..pdu.bytes().len(), message).noted())
}

/// The destination, where it is a group of stations.
fn group(pdu: &Pdu) -> Option<Mac> {
    let first = pdu.bytes().first()?;
    if first & 1 == 0 {
        return None;
    }
    Mac::new(pdu.bytes())
}

/// The unit behind the tags of a frame.
fn untagged<'p>(pdu: &Pdu<'p>) -> Option<Pdu<'p>> {
    let mut inside = pdu.inside()?;
    while matches!(inside.protocol(), Protocol::Vlan | Protocol::Llc) {
        inside = inside.inside()?;
    }
    Some(inside)
}

/// What a frame carries, if it is that.
fn carried<'p>(pdu: &Pdu<'p>, protocol: Protocol) -> Option<Pdu<'p>> {
    untagged(pdu).filter(|inside| inside.protocol() == protocol)
}
