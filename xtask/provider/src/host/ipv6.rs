//! The IPv6 header and its extensions (RFC 8200), as a host reads them.

use std::net::Ipv6Addr;

use wire::icmpv6::{self, NEIGHBOR_SOLICITATION};
use wire::ipv6::options::kind::{ROUTER_ALERT, TUNNEL_LIMIT};
use wire::ipv6::{HEADER_LEN, options};
use wire::{Ipv6, ipv6};

use super::datagram::{Datagram, PROTOCOL_TCP};
use super::frame::Draft;
use super::mind::Mind;
use super::thoughts::Step;
use super::{tcp, udp};

/// The octets of the least message.
const LEAST_MESSAGE: usize = 8;
/// The next header of hop-by-hop options, which only follow the IPv6 header.
const HOP_BY_HOP: u8 = 0;
const ROUTING: u8 = 43;
const FRAGMENT: u8 = 44;
const DESTINATION_OPTIONS: u8 = 60;

/// What the host answers to an IPv6 packet.
pub(super) fn answer(mind: &mut Mind, packet: &[u8]) -> Step<Draft> {
    let whole = bounded(mind, packet)?;
    addresses(mind, whole)?;
    let (protocol, start) = message(mind, whole)?;
    let datagram = Datagram::ipv6(whole, start);
    let reply = match protocol {
        icmpv6::NEXT_HEADER => super::icmpv6::answer(mind, &datagram)?,
        PROTOCOL_TCP => tcp::answer(mind, &datagram)?,
        _ => udp::answer(mind, &datagram)?,
    };
    Ok(Draft::from(reply))
}

/// The solicited-node group of `address` (RFC 4291 section 2.7.1).
pub(super) fn solicited_node(address: Ipv6Addr) -> Ipv6Addr {
    let [.., a, b, c] = address.octets();
    Ipv6Addr::from([0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, a, b, c])
}

/// All nodes of the link (RFC 4291 section 2.7.1).
pub(super) const ALL_NODES: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1);

/// The packet without padding, if all of it came.
fn bounded<'p>(mind: &mut Mind, packet: &'p [u8]) -> Step<&'p [u8]> {
    let thoughts = &mut mind.thoughts;
    let length = packet.len();
    let Some(header) = Ipv6::new(packet) else {
        thoughts.say(format!("Only {length} bytes came, too few for IPv6."));
        return Err("ipv6");
    };
    let said = format!("The version is {}", header.version());
    thoughts.check("ipv6", header.version() == 6, said, ["as it must be", "not 6"])?;
    let payload = usize::from(header.payload_length());
    let said = format!("Bytes 4-5 promise {payload} bytes after the header, and {length} came");
    let end = HEADER_LEN + payload;
    let sound = payload >= LEAST_MESSAGE && end <= length;
    thoughts.check("ipv6", sound, said, ["which is enough", "which is not enough"])?;
    packet.get(..end).ok_or("ipv6")
}

fn addresses(mind: &mut Mind, whole: &[u8]) -> Step {
    let Some(header) = Ipv6::new(whole) else { return Err("ipv6") };
    let (source, destination) = (header.source(), header.destination());
    let mine = mind.facts.ipv6.unwrap_or(Ipv6Addr::UNSPECIFIED);
    let is_here =
        !mine.is_unspecified() && [mine, ALL_NODES, solicited_node(mine)].contains(&destination);
    let thoughts = &mut mind.thoughts;
    let said = format!("Bytes 24-39 are {destination}");
    thoughts.check("not-for-me", is_here, said, ["an address I listen to", "not for me"])?;
    // Who tries an address out before it has one asks with none (RFC 4862 section 5.4.2).
    let solicits = header.next_header() == icmpv6::NEXT_HEADER
        && whole.get(HEADER_LEN) == Some(&NEIGHBOR_SOLICITATION);
    let is_single = source != mine
        && !source.is_loopback()
        && !source.is_multicast()
        && (!source.is_unspecified() || solicits);
    let said = format!("Bytes 8-23 are {source}");
    thoughts.check("source", is_single, said, ["a host that may send", "no host that may send"])
}

/// The protocol of the message, and where it begins: behind the extension headers.
fn message(mind: &mut Mind, whole: &[u8]) -> Step<(u8, usize)> {
    let speaks = mind.ipv6_protocols();
    let (mut next, mut at) = (whole[ipv6::field::NEXT_HEADER.start], HEADER_LEN);
    loop {
        let said = format!("At byte {at} begins what has the number {next}");
        match next {
            HOP_BY_HOP if at != HEADER_LEN => return Err("protocol"),
            HOP_BY_HOP | DESTINATION_OPTIONS | ROUTING | FRAGMENT => {
                mind.thoughts.say(format!("{said}, an extension header."));
                (next, at) = extension(whole, next, at)?;
            }
            _ => {
                let is = ["which I speak", "which I do not speak"];
                mind.thoughts.check("protocol", speaks.contains(&next), said, is)?;
                return Ok((next, at));
            }
        }
    }
}

/// What follows the extension header at `at`, if a host may go on past it.
fn extension(whole: &[u8], kind: u8, at: usize) -> Step<(u8, usize)> {
    let rest = &whole[at..];
    let [next, units, offset, left, ..] = *rest else { return Err("ipv6") };
    if kind == FRAGMENT {
        // One that is all of its packet needs no others (RFC 8200 section 4.5).
        let is_whole = u16::from_be_bytes([offset, left]) & 0xfff9 == 0 && rest.len() >= 8;
        return is_whole.then_some((next, at + 8)).ok_or("fragment");
    }
    let end = at + 8 + usize::from(units) * 8;
    let header = whole.get(at..end).ok_or("ipv6")?;
    match kind {
        ROUTING if left > 0 => Err("ipv6"),
        ROUTING => Ok((next, end)),
        _ => options_allow(header).then_some((next, end)).ok_or("ipv6"),
    }
}

/// Whether all options are known, or say of themselves that they may be skipped (RFC 8200 section 4.2).
fn options_allow(header: &[u8]) -> bool {
    options::options(header).all(|option| {
        option.is_ok_and(|option| {
            let known = [ROUTER_ALERT, TUNNEL_LIMIT].contains(&option.kind);
            option.is_padding() || known || option.kind >> 6 == 0
        })
    })
}
