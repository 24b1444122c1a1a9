//! Rules on the Ethernet frame of a reply beside that of its request (RFC 894, RFC 2464, RFC 826): from us, to
//! who asked, of the same type, and nothing behind it.

use std::net::IpAddr;

use wire::ethernet::{HEADER_LEN, field};
use wire::neighbor::{SOURCE_LINK_LAYER, options};
use wire::{Arp, Mac, Protocol, icmpv6};

use super::{PING_FRAME, PONG_FRAME, over_ethernet};
use crate::Call;
use crate::exchange::Exchange;
use crate::rule::{Check, Example, Fault, Level, Rule};

/// A ping over Ethernet, answered.
const GOOD: Example = over_ethernet(PING_FRAME, Some(PONG_FRAME));

/// The shortest frame of Ethernet, without its check sequence: shorter ones are padded to it.
const MIN_FRAME: usize = 60;

/// The reply goes to the station that asked.
pub(super) const DESTINATION: Rule = Rule {
    id: "reply.frame.destination",
    rfc: 826,
    section: "Packet Reception",
    level: Level::Must,
    quote: "Send the packet to the (new) target hardware address on the same hardware on which the \
            request was received.",
    note: Some(
        "So for ARP. A neighbor advertisement goes to the source link-layer address of the solicitation, if \
         there is one (RFC 4861 section 7.2.3); what goes to a group of hosts goes to their group of stations; \
         everything else to where the request came from, or on a timer to where the segment before went.",
    ),
    check: Check::Frames(|x| {
        let (found, expected) = (Mac::new(framed(x)?)?, asker(x)?);
        // Whose timer went off sees what was sent last, and not what came since from another station.
        let as_before = || x.connections.station(x.host.link(), x.request) == Some(found);
        let is_again = x.is_timer && as_before();
        Fault::unless_equal(field::DESTINATION, expected, found).filter(|_| !is_again)
    }),
    pass: over_ethernet(
        "ffffffffffff020000000002080600010800060400010200000000020a0000020000000000000a000001",
        Some(
            "020000000002020000000001080600010800060400020200000000010a0000010200000000020a000002",
        ),
    ),
    fail: over_ethernet(
        "ffffffffffff020000000002080600010800060400010200000000020a0000020000000000000a000001",
        Some(
            "020000000003020000000001080600010800060400020200000000010a0000010200000000020a000002",
        ),
    ),
};

/// The station to which the reply belongs.
fn asker(x: &Exchange) -> Option<Mac> {
    let station = Mac::new(x.request.get(field::SOURCE)?)?;
    let call = x.call?;
    if call == Call::Arp {
        return Some(Arp::new(x.request.get(HEADER_LEN..)?)?.ends()?.0.hardware);
    }
    match (call, x.pair().map(|(_, reply)| reply.destination)) {
        (Call::Neighbor, Some(IpAddr::V6(to))) if to.is_multicast() => Some(Mac::of_group(to)),
        // A DHCP server answers who has no address yet (RFC 2131 section 4.1).
        (Call::Datagram, Some(IpAddr::V4(to))) if to.is_broadcast() => Some(Mac::BROADCAST),
        (Call::Neighbor, _) => Some(source_link_layer(x).unwrap_or(station)),
        _ => Some(station),
    }
}

/// What a solicitation says of the station that sends it.
fn source_link_layer(x: &Exchange) -> Option<Mac> {
    let (asked, _) = x.pair()?;
    let start = icmpv6::options_start(icmpv6::NEIGHBOR_SOLICITATION)?;
    let mut list = options(asked.message, start).filter_map(Result::ok);
    let option = list.find(|option| option.kind == SOURCE_LINK_LAYER && option.bytes.len() == 8)?;
    Mac::new(&option.bytes[2..])
}

/// The reply comes from our station.
pub(super) const SOURCE: Rule = Rule {
    id: "reply.frame.source",
    rfc: 2464,
    section: "3",
    level: Level::Must,
    quote: "The Ethernet header contains the Destination and Source Ethernet addresses and the Ethernet type \
            code",
    note: Some("The source is the station that sends, whatever the frame carries."),
    check: Check::Frames(|x| {
        let found = Mac::new(framed(x)?.get(field::SOURCE)?)?;
        Fault::unless_equal(field::SOURCE, x.host.mac?, found)
    }),
    pass: GOOD,
    fail: over_ethernet(
        PING_FRAME,
        Some(
            "02000000000202000000000308004500002000000000400166db0a0000010a000002000021270007000170696e67",
        ),
    ),
};

/// The reply is of the protocol of the request, and has no tag where that had none.
pub(super) const TYPE: Rule = Rule {
    id: "reply.frame.type",
    rfc: 894,
    section: "Frame Format",
    level: Level::Must,
    quote: "The type field of the Ethernet frame must contain the value hexadecimal 0800.",
    note: Some("Of IPv6 (RFC 2464 section 3) it is 86dd, of ARP 0806: that of the request."),
    check: Check::Frames(|x| {
        let kind = |frame: &[u8]| Some(u16::from_be_bytes(*frame.get(field::TYPE)?.first_chunk()?));
        let (expected, found) = (kind(x.request)?, kind(framed(x)?)?);
        let message = || format!("expected 0x{expected:04x}, found 0x{found:04x}");
        (expected != found).then(|| Fault::new(field::TYPE, message()))
    }),
    pass: GOOD,
    fail: over_ethernet(
        PING_FRAME,
        Some(
            "0200000000020200000000018100000108004500002000000000400166db0a0000010a000002000021270007000170696e67",
        ),
    ),
};

/// What follows the packet is padding, or nothing.
pub(super) const PADDING: Rule = Rule {
    id: "reply.frame.padding",
    rfc: 894,
    section: "Frame Format",
    level: Level::Must,
    quote: "If necessary, the data field should be padded (with octets of zero) to meet the Ethernet \
            minimum frame size.",
    note: Some(
        "Padding may be left to the device. Whatever else is sent behind a packet was asked by nobody.",
    ),
    check: Check::Frames(padding),
    pass: GOOD,
    fail: over_ethernet(
        PING_FRAME,
        Some(
            "02000000000202000000000108004500002000000000400166db0a0000010a000002000021270007000170696e67000000000000000000000000000000000000",
        ),
    ),
};

fn padding(x: &Exchange) -> Option<Fault> {
    let frame = framed(x)?;
    let packet = x.packet(frame);
    let inside = packet.pdus().nth(1)?;
    let length = match inside.protocol() {
        Protocol::Ipv4 | Protocol::Ipv6 => inside.length(),
        Protocol::Arp => Arp::new(inside.bytes())?.length(),
        _ => return None,
    };
    let end = inside.start() + length;
    let surplus = frame.get(end..).filter(|surplus| !surplus.is_empty())?;
    let is_padding = frame.len() <= MIN_FRAME && surplus.iter().all(|octet| *octet == 0);
    let message =
        || format!("expected {end} bytes, or zeros up to {MIN_FRAME}, found {}", frame.len());
    (!is_padding).then(|| Fault::new(end..frame.len(), message()))
}

/// The reply where frames are sent and one may be.
fn framed<'a>(x: &Exchange<'a>) -> Option<&'a [u8]> {
    x.reply.filter(|_| x.host.mac.is_some() && x.call.is_some())
}
