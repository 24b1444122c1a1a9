//! Neighbor discovery (RFC 4861): at which Ethernet address an IPv6 address is.

use std::net::{IpAddr, Ipv6Addr};

use wire::Mac;
use wire::icmpv6::{self, NEIGHBOR_ADVERTISEMENT, NEXT_HEADER};
use wire::ipv6::field;
use wire::neighbor::{self, SOURCE_LINK_LAYER, TARGET_LINK_LAYER};

use super::datagram::Datagram;
use super::icmpv6::CHECKSUM;
use super::ipv6::{ALL_NODES, solicited_node};
use super::mind::Mind;
use super::thoughts::Step;

/// The hop limit of what no router has passed on.
const NEVER_FORWARDED: u8 = 255;
/// The octets before the options.
const FIXED: usize = 24;
const SOLICITED: u8 = 0x40;
const OVERRIDE: u8 = 0x20;

/// The advertisement that answers a solicitation, whose checksum is right.
pub(super) fn answer(mind: &mut Mind, datagram: &Datagram) -> Step<Vec<u8>> {
    let limit = datagram.whole[field::HOP_LIMIT.start];
    let said = format!("The hop limit is {limit}");
    let is = ["so no router passed it on", "so it came through a router"];
    mind.thoughts.check("hop-limit", limit == NEVER_FORWARDED, said, is)?;
    let target = target(datagram.message).ok_or("neighbor");
    let is = ["a sound solicitation", "no sound solicitation"];
    let sound = target.is_ok() && is_sound(datagram);
    mind.thoughts.check("neighbor", sound, "By code, length and options it is", is)?;
    let target = target?;
    let mine = mind.facts.ipv6 == Some(target);
    let said = format!("It asks for {target}");
    mind.thoughts.check("neighbor", mine, said, ["which is mine", "which is not mine"])?;
    mind.asker = asker(datagram.message);
    Ok(advertisement(mind, datagram, target))
}

fn target(message: &[u8]) -> Option<Ipv6Addr> {
    let octets: [u8; 16] = message.get(icmpv6::field::TARGET)?.try_into().ok()?;
    Some(octets.into())
}

/// The station that asks, if it says so: the advertisement goes there (RFC 4861 section 7.2.3).
fn asker(message: &[u8]) -> Option<Mac> {
    let mut options = neighbor::options(message, FIXED).filter_map(Result::ok);
    let option = options.find(|option| option.kind == SOURCE_LINK_LAYER)?;
    Mac::new(option.bytes.get(2..)?).filter(|_| option.bytes.len() == 8)
}

/// Whether it is valid (RFC 4861 section 7.1.1) but for its hop limit, checksum and target.
fn is_sound(datagram: &Datagram) -> bool {
    let message = datagram.message;
    let mut options = neighbor::options(message, FIXED);
    if message[1] != 0 || options.clone().any(|option| option.is_err()) {
        return false;
    }
    if datagram.source != IpAddr::V6(Ipv6Addr::UNSPECIFIED) {
        return true;
    }
    let has_source = options.any(|option| option.is_ok_and(|o| o.kind == SOURCE_LINK_LAYER));
    let target = target(message).unwrap_or(Ipv6Addr::UNSPECIFIED);
    !has_source && datagram.destination == IpAddr::V6(solicited_node(target))
}

/// The advertisement (RFC 4861 section 7.2.4): to who asked, or to all if that has no address yet.
fn advertisement(mind: &mut Mind, datagram: &Datagram, target: Ipv6Addr) -> Vec<u8> {
    let (to, flags) = match datagram.source {
        IpAddr::V6(source) if source.is_unspecified() => (ALL_NODES.into(), OVERRIDE),
        source => (source, SOLICITED | OVERRIDE),
    };
    mind.thoughts.say(format!("So I advertise it to {to}."));
    let mut message = vec![0; icmpv6::field::TARGET.start];
    message[0] = NEIGHBOR_ADVERTISEMENT;
    message[icmpv6::field::FLAGS.start] = flags;
    message.extend(target.octets());
    if let Some(mac) = mind.facts.mac {
        message.extend([TARGET_LINK_LAYER, 1]);
        message.extend(mac.0);
    }
    mind.packet_with_limit(NEVER_FORWARDED, to, NEXT_HEADER, message, CHECKSUM)
}
