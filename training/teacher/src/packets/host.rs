//! Hosts and their neighbours: addresses.

use nano::registers::Registers;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::Class;
use super::draw::{byte, near_address, near_bytes, once_in, one_of, until};

/// Milliseconds of a day.
const DAY: u32 = 86_400_000;
/// Every node on the link (RFC 4291 section 2.7.1).
pub(super) const ALL_NODES: [u8; 16] = [0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
const LOOPBACK: [u8; 16] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];

/// A host that can be asked for that.
pub(super) fn registers(rng: &mut ChaCha8Rng, class: Class, framed: bool) -> Registers {
    let ipv4 = address(rng);
    let has_ipv6 = class.is_over_ipv6() || !once_in(rng, 20);
    Registers {
        mac: framed.then(|| station(rng, None)),
        ipv4,
        broadcast: rng.random_bool(0.5).then(|| broadcast(rng, ipv4)).filter(|all| *all != ipv4),
        ipv6: has_ipv6.then(|| address6(rng)),
        clock: rng.random_range(0..DAY),
    }
}

/// The hardware address of a station, other than `own`.
pub(super) fn station(rng: &mut ChaCha8Rng, own: Option<[u8; 6]>) -> [u8; 6] {
    let mut draw = || match (rng.random_range(0..4), own) {
        (0, Some(own)) => near_bytes(rng, own),
        (1, _) => [2, 0, 0, 0, 0, byte(rng)],
        _ => std::array::from_fn(|_| byte(rng)),
    };
    until(&mut draw, |mac| mac[0] & 1 == 0 && *mac != [0; 6] && Some(*mac) != own)
}

fn address(rng: &mut ChaCha8Rng) -> [u8; 4] {
    if once_in(rng, 6) {
        return one_of(rng, &[[10, 0, 0, 1], [192, 168, 1, 2], [172, 16, 0, 9], [10, 1, 2, 3]]);
    }
    until(|| [rng.random_range(1..224), byte(rng), byte(rng), byte(rng)], |all| all[0] != 127)
}

/// The address of all hosts in a network of 8 to 30 bits.
fn broadcast(rng: &mut ChaCha8Rng, own: [u8; 4]) -> [u8; 4] {
    let prefix =
        if rng.random_bool(0.5) { 8 * rng.random_range(1..4) } else { rng.random_range(8..31) };
    (u32::from_be_bytes(own) | u32::MAX >> prefix).to_be_bytes()
}

/// The address of another single host.
pub(super) fn any_source(rng: &mut ChaCha8Rng, own: &Registers) -> [u8; 4] {
    let home = own.ipv4;
    let mut draw = || match rng.random_range(0..6) {
        0 => near_address(rng, home),
        1 => [home[0], home[1], byte(rng), byte(rng)],
        2 => [rng.random_range(1..224), byte(rng), home[2], home[3]],
        3 => {
            let first = one_of(rng, &[1, 2, 126, 128, 192, 222, 223]);
            [first, byte(rng), byte(rng), byte(rng)]
        }
        4 => near_address(rng, own.broadcast.unwrap_or(home)),
        _ => address(rng),
    };
    until(&mut draw, |source| {
        let is_ours = *source == home || Some(*source) == own.broadcast;
        !is_ours && source[0] != 127 && (1..224).contains(&source[0])
    })
}

/// An address that no other single host has.
pub(super) fn bad_source(rng: &mut ChaCha8Rng, own: &Registers) -> [u8; 4] {
    let rest = [byte(rng), byte(rng), byte(rng)];
    let behind = |first: u8, rest: [u8; 3]| [first, rest[0], rest[1], rest[2]];
    match (rng.random_range(0..13), own.broadcast) {
        (0..4, _) => own.ipv4,
        (4, _) => one_of(rng, &[[0; 4], [255; 4], [224, 0, 0, 1], [127, 0, 0, 1]]),
        (5, _) => behind(0, rest),
        (6, _) => behind(one_of(rng, &[224, 239, 240, 255]), rest),
        (7, _) => behind(rng.random_range(224..=255), [0, 0, rest[2]]),
        (8, _) => behind(127, rest),
        (9..11, Some(broadcast)) => broadcast,
        _ => behind(rng.random_range(224..=255), rest),
    }
}

/// An address of several hosts.
pub(super) fn group(rng: &mut ChaCha8Rng, own: &Registers) -> [u8; 4] {
    match (rng.random_range(0..4), own.broadcast) {
        (0 | 1, Some(broadcast)) => broadcast,
        (2, _) => [rng.random_range(224..240), byte(rng), byte(rng), byte(rng)],
        (3, _) => [224, 0, 0, one_of(rng, &[1, 2, 251])],
        _ => [255; 4],
    }
}

/// The IPv6 address of a single node.
pub(super) fn address6(rng: &mut ChaCha8Rng) -> [u8; 16] {
    let mut draw = || {
        let mut address: [u8; 16] = std::array::from_fn(|_| byte(rng));
        match rng.random_range(0..6) {
            0 => address[..8].copy_from_slice(&[0xfe, 0x80, 0, 0, 0, 0, 0, 0]),
            1 => address[..4].copy_from_slice(&[0x20, 1, 0x0d, 0xb8]),
            2 => address[..15].copy_from_slice(&[0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
            3 => address[4..14].fill(0),
            _ => {}
        }
        address
    };
    until(&mut draw, is_single)
}

fn is_single(address: &[u8; 16]) -> bool {
    address[0] != 0xff && *address != LOOPBACK && *address != [0; 16]
}

/// The IPv6 address of another single node.
pub(super) fn any_source6(rng: &mut ChaCha8Rng, own: [u8; 16]) -> [u8; 16] {
    let mut draw = || match rng.random_range(0..8) {
        0 | 4 => near_bytes(rng, own),
        1 => halves(own, address6(rng)),
        2 => halves(address6(rng), own),
        // Nearly :: or ::1.
        3 => {
            let low = one_of(rng, &[[0; 16], LOOPBACK]);
            near_bytes(rng, low)
        }
        _ => address6(rng),
    };
    until(&mut draw, |source| *source != own && is_single(source))
}

fn halves(first: [u8; 16], last: [u8; 16]) -> [u8; 16] {
    let mut both = first;
    both[8..].copy_from_slice(&last[8..]);
    both
}

/// An IPv6 address that no other single node has; :: is that of a node that has yet to get one.
pub(super) fn bad_source6(rng: &mut ChaCha8Rng, own: [u8; 16], may_be_none: bool) -> [u8; 16] {
    match rng.random_range(0..10) {
        0..4 => own,
        4 | 5 if may_be_none => [0; 16],
        4..7 => LOOPBACK,
        7 => one_of(rng, &[ALL_NODES, solicited_node(own)]),
        _ => group6(rng),
    }
}

/// A group of nodes.
fn group6(rng: &mut ChaCha8Rng) -> [u8; 16] {
    let mut group: [u8; 16] = std::array::from_fn(|_| byte(rng));
    group[0] = 0xff;
    group
}

/// The solicited-node address (RFC 4291 section 2.7.1).
pub(super) fn solicited_node(address: [u8; 16]) -> [u8; 16] {
    let mut group = [0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0, 0, 0];
    group[13..].copy_from_slice(&address[13..]);
    group
}

/// Another destination than the node and its groups, mostly by very little.
pub(super) fn other_destination6(rng: &mut ChaCha8Rng, own: [u8; 16]) -> [u8; 16] {
    let ours = [own, ALL_NODES, solicited_node(own)];
    let mut draw = || match rng.random_range(0..10) {
        0..5 => near_bytes(rng, own),
        5 => near_bytes(rng, ours[2]),
        6 => near_bytes(rng, ALL_NODES),
        7 => solicited_node(near_bytes(rng, own)),
        8 => group6(rng),
        _ => address6(rng),
    };
    until(&mut draw, |other| !ours.contains(other))
}
