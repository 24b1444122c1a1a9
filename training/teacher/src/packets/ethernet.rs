//! Frames (RFC 894, RFC 2464), and what a link does to packets: it pads them.

use rand::Rng;

use super::Fault;
use super::draft::Draft;
use super::draw::{byte, filled, near, near_bytes, once_in, one_of, until};
use super::host::{ALL_NODES, solicited_node};

pub(super) const IPV4: u16 = 0x0800;
pub(super) const ARP: u16 = 0x0806;
pub(super) const IPV6: u16 = 0x86dd;
/// All stations.
pub(super) const BROADCAST: [u8; 6] = [0xff; 6];
const HEADER_LEN: usize = 14;
/// The shortest frame, without its check sequence.
const LEAST_LEN: usize = 60;

/// The packet as it comes over the host's link. A frame goes to the station `to`, if it is for us.
pub(super) fn link(draft: &mut Draft, to: [u8; 6], kind: u16, packet: Vec<u8>) -> Vec<u8> {
    let mut bytes = match draft.own.mac {
        Some(_) => frame(draft, to, kind, packet),
        None => packet,
    };
    if draft.has(Fault::Runt) {
        bytes.truncate(draft.rng.random_range(0..HEADER_LEN));
    }
    if !draft.fault.is_some_and(Fault::is_of_the_end) {
        pad(draft, &mut bytes);
    }
    bytes
}

fn frame(draft: &mut Draft, to: [u8; 6], kind: u16, packet: Vec<u8>) -> Vec<u8> {
    let to = match draft.fault {
        Some(Fault::OtherStation) => other_station(draft),
        Some(Fault::GroupFrame) => several_stations(draft, kind),
        Some(Fault::OtherGroup) => other_group(draft),
        _ => to,
    };
    let from = if draft.has(Fault::FrameSource) { bad_station(draft) } else { draft.peer };
    let kind = match draft.fault {
        Some(Fault::EtherType) => other_kind(draft, kind),
        Some(Fault::Misnamed) => misnamed(draft, kind),
        _ => kind,
    };
    [&to[..], &from, &kind.to_be_bytes(), &packet].concat()
}

/// The group of stations in which a group of nodes is (RFC 2464 section 7).
pub(super) fn of_group(group: [u8; 16]) -> [u8; 6] {
    let [.., a, b, c, d] = group;
    [0x33, 0x33, a, b, c, d]
}

fn groups(draft: &Draft) -> [[u8; 6]; 3] {
    let own = draft.own.ipv6.unwrap_or_default();
    [BROADCAST, of_group(ALL_NODES), of_group(solicited_node(own))]
}

fn other_station(draft: &mut Draft) -> [u8; 6] {
    let (mac, groups) = (draft.mac(), groups(draft));
    let peer = draft.peer;
    let mut draw = || match draft.rng.random_range(0..12) {
        0 => peer,
        1 => near_bytes(draft.rng, BROADCAST),
        _ => near_bytes(draft.rng, mac),
    };
    until(&mut draw, |to| *to != mac && !groups.contains(to))
}

/// All stations or a group, in which we may be.
fn several_stations(draft: &mut Draft, kind: u16) -> [u8; 6] {
    let groups = groups(draft);
    let rng = &mut *draft.rng;
    match (kind, rng.random_range(0..3)) {
        (IPV6, _) => one_of(rng, &groups),
        (IPV4, 0 | 1) => BROADCAST,
        (_, 0) => one_of(rng, &groups[1..]),
        _ => [1, 0, 0x5e, byte(rng) & 0x7f, byte(rng), byte(rng)],
    }
}

/// A group of IPv6 nodes that end otherwise.
fn other_group(draft: &mut Draft) -> [u8; 6] {
    let groups = groups(draft);
    let mut draw = || {
        let mut group = groups[draft.rng.random_range(1..3)];
        let ends: [u8; 4] = near_bytes(draft.rng, [group[2], group[3], group[4], group[5]]);
        group[2..].copy_from_slice(&ends);
        group
    };
    until(&mut draw, |group| !groups.contains(group))
}

fn bad_station(draft: &mut Draft) -> [u8; 6] {
    let mut group = draft.peer;
    group[0] |= 1;
    match draft.rng.random_range(0..5) {
        0..3 => draft.mac(),
        3 => group,
        _ => one_of(draft.rng, &[BROADCAST, of_group(ALL_NODES)]),
    }
}

fn other_kind(draft: &mut Draft, kind: u16) -> u16 {
    let mut draw = || match draft.rng.random_range(0..6) {
        // A length, a tag, and what else is seen on links.
        0 => draft.rng.random_range(0..0x600),
        1 => one_of(draft.rng, &[0x8100, 0x88a8, 0x0842, 0x8035, 0x8863, 0x8864, 0x88cc, 0x8847]),
        2 => one_of(draft.rng, &[0x0008, 0x0608, 0xdd86, 0x0801, 0x0807, 0x86dc, 0x8600]),
        _ => near(draft.rng, kind, 16),
    };
    until(&mut draw, |kind| ![IPV4, ARP, IPV6].contains(kind))
}

fn misnamed(draft: &mut Draft, kind: u16) -> u16 {
    let ip = if kind == IPV4 { IPV6 } else { IPV4 };
    let other = if kind == ARP { IPV6 } else { ARP };
    if once_in(draft.rng, 3) { other } else { ip }
}

/// Puts bytes behind the packet: short frames are mostly filled up.
fn pad(draft: &mut Draft, bytes: &mut Vec<u8>) {
    let rng = &mut *draft.rng;
    let missing = LEAST_LEN.saturating_sub(bytes.len());
    let is_filled_up = draft.own.mac.is_some() && missing > 0 && !once_in(rng, 4);
    let count = match is_filled_up {
        true => missing,
        false if once_in(rng, 6) => rng.random_range(1..20),
        false => return,
    };
    let padding = if rng.random_bool(0.6) { vec![0; count] } else { filled(rng, count) };
    bytes.extend(padding);
}
