//! The IPv4 header (RFC 791, RFC 1122 section 3.2.1), in the order in which the judge takes its steps.

use std::net::Ipv4Addr;

use wire::dhcp;
use wire::ipv4::{MIN_HEADER_LEN, PROTOCOL_ICMP, field};

use super::datagram::{Datagram, PROTOCOL_TCP, PROTOCOL_UDP};
use super::frame::Draft;
use super::mind::Mind;
use super::thoughts::{Step, Thoughts};
use super::{echo, icmp, tcp, udp};

/// The octets of the least message: what every protocol above has.
const LEAST_MESSAGE: usize = 8;

/// Who receives a datagram.
pub(super) struct Receiver<'a> {
    /// Its address.
    pub address: Ipv4Addr,
    /// The broadcast address of its network, if it is told.
    pub broadcast: Option<Ipv4Addr>,
    /// The protocols that it takes.
    pub speaks: &'a [u8],
    /// Whether clients may ask it for an address, who have none and do not know its own.
    pub serves_dhcp: bool,
}

/// What the host answers to an IPv4 datagram, `packet` up to its padding.
pub(super) fn answer(mind: &mut Mind, packet: &[u8]) -> Step<Draft> {
    let speaks = mind.ipv4_protocols();
    let address = mind.address.unwrap_or(Ipv4Addr::UNSPECIFIED);
    let (broadcast, serves_dhcp) = (mind.facts.broadcast, mind.serves_dhcp());
    let receiver = Receiver { address, broadcast, speaks: &speaks, serves_dhcp };
    all_came(&mut mind.thoughts, packet)?;
    let whole = examine(&mut mind.thoughts, &receiver, packet)?;
    let datagram = Datagram::ipv4(whole);
    match whole[field::PROTOCOL.start] {
        PROTOCOL_ICMP if icmp::is_echo(&datagram) => {
            icmp::verify(&mut mind.thoughts, whole)?;
            let reply = echo::reply(whole, packet, mind.offload);
            echo::explain(&mut mind.thoughts, packet, &reply, mind.offload);
            Ok(Draft { bytes: reply.bytes, edits: Some(reply.edits) })
        }
        PROTOCOL_ICMP => icmp::answer(mind, &datagram).map(Draft::from),
        PROTOCOL_TCP => tcp::answer(mind, &datagram).map(Draft::from),
        _ => udp::answer(mind, &datagram).map(Draft::from),
    }
}

/// Whether a datagram without options has as many bytes as it says: a host that knows more protocols than one
/// looks at that first.
fn all_came(thoughts: &mut Thoughts, packet: &[u8]) -> Step {
    let [0x45, _, high, low, ..] = *packet else { return Ok(()) };
    let (total, length) = (u16::from_be_bytes([high, low]), packet.len());
    let said = format!("Of {total} bytes that are promised, {length} came");
    let is = ["which is all", "which is not all"];
    thoughts.check("truncated", usize::from(total) <= length, said, is)
}

/// The datagram at the front of `packet`, all of which came, if its header is in order and it is for the
/// receiver.
pub(super) fn examine<'p>(
    thoughts: &mut Thoughts,
    receiver: &Receiver,
    packet: &'p [u8],
) -> Step<&'p [u8]> {
    version(thoughts, packet)?;
    let total = total_length(thoughts, packet)?;
    for offset in (field::SOURCE.start..MIN_HEADER_LEN).step_by(2) {
        reach(thoughts, packet, total, offset)?;
    }
    header(thoughts, receiver, packet)?;
    for offset in (MIN_HEADER_LEN + 4..MIN_HEADER_LEN + LEAST_MESSAGE).step_by(2) {
        reach(thoughts, packet, total, offset)?;
    }
    packet.get(..total).ok_or_else(|| {
        let length = packet.len();
        thoughts.say(format!("The message goes on to {total}, but the bytes end at {length}."));
        "truncated"
    })
}

fn version(thoughts: &mut Thoughts, packet: &[u8]) -> Step {
    let [first, _, ..] = *packet else {
        thoughts.say(format!("Of the packet, {} bytes came.", packet.len()));
        return Err("truncated");
    };
    let said = format!("Byte 0 is {first:02x}");
    thoughts.check("version", first == 0x45, said, ["IPv4 without options", "not 45"])
}

fn total_length(thoughts: &mut Thoughts, packet: &[u8]) -> Step<usize> {
    let length = packet.len();
    let [_, _, high, low, ..] = *packet else {
        thoughts.say(format!("Only {length} bytes came, so there is no total length."));
        return Err("truncated");
    };
    let total = usize::from(u16::from_be_bytes([high, low]));
    thoughts.say(format!(
        "Bytes 2-3 are {high:02x}{low:02x}, a total length of {total}, and {length} bytes came."
    ));
    Ok(total)
}

/// Whether the word at `offset` can be read: a byte that is promised must have come, and a byte that
/// is needed must be promised.
fn reach(thoughts: &mut Thoughts, packet: &[u8], total: usize, offset: usize) -> Step {
    let (length, end) = (packet.len(), offset + 2);
    let promised = end.min(total);
    if promised > offset && length < promised {
        thoughts.say(format!("The bytes end at {length}, before those at {offset}."));
        return Err("truncated");
    }
    if total < end {
        thoughts.say(format!("The datagram ends at {total}, before the word at {offset}."));
        return Err("short");
    }
    Ok(())
}

fn header(thoughts: &mut Thoughts, receiver: &Receiver, packet: &[u8]) -> Step {
    let Some(header) = packet.first_chunk::<MIN_HEADER_LEN>() else {
        return Err("truncated");
    };
    thoughts.verify("header-checksum", "The ten words of the header", 0, header)?;
    addresses(thoughts, receiver, packet, header)?;
    let fragment = u16::from_be_bytes([header[6], header[7]]);
    let (whole, said) = (fragment & 0x3fff == 0, format!("Bytes 6-7 are {fragment:04x}"));
    thoughts.check("fragment", whole, said, ["no fragment", "a fragment"])?;
    let protocol = header[field::PROTOCOL.start];
    let (is_spoken, name) = (receiver.speaks.contains(&protocol), name(protocol));
    let said = format!("Byte 9 is {protocol:02x}");
    let not = if receiver.speaks.len() == 1 { "not ICMP" } else { "nothing that I speak" };
    thoughts.check("protocol", is_spoken, said, [name, not])
}

fn addresses(
    thoughts: &mut Thoughts,
    receiver: &Receiver,
    packet: &[u8],
    header: &[u8; MIN_HEADER_LEN],
) -> Step {
    let [.., s0, s1, s2, s3, d0, d1, d2, d3] = *header;
    let (source, destination) = (Ipv4Addr::new(s0, s1, s2, s3), Ipv4Addr::new(d0, d1, d2, d3));
    let has_none_yet = receiver.serves_dhcp && is_for_dhcp(packet);
    if has_none_yet {
        thoughts.say("It is for the DHCP port, so its sender may have no address yet.");
    }
    let mine = receiver.address;
    let is_here = destination == mine || has_none_yet && destination.is_broadcast();
    let said = format!("Bytes 16-19 are {destination}");
    thoughts.check("not-for-me", is_here, said, ["my address", "not my address"])?;
    let single = source != mine && Some(source) != receiver.broadcast && s0 != 0 && s0 < 224;
    // A host that knows only echo takes it for any other's.
    let single = single && (s0 != 127 || receiver.speaks.len() == 1);
    let single = single || has_none_yet && source.is_unspecified();
    let said = format!("Bytes 12-15 are {source}");
    thoughts.check("source", single, said, ["another host", "not another host"])
}

/// Whether the datagram is one that a DHCP client sends: UDP, to the server's port.
fn is_for_dhcp(packet: &[u8]) -> bool {
    let port = MIN_HEADER_LEN + wire::udp::field::DESTINATION_PORT.start;
    packet[field::PROTOCOL.start] == PROTOCOL_UDP
        && packet.get(port..port + 2) == Some(&dhcp::SERVER_PORT.to_be_bytes())
}

fn name(protocol: u8) -> &'static str {
    match protocol {
        PROTOCOL_ICMP => "ICMP",
        PROTOCOL_TCP => "TCP",
        _ => "UDP",
    }
}
