//! ARP (RFC 826, RFC 5227): who has our address?

use rand::Rng;

use super::draft::Draft;
use super::draw::{byte, cut, near, near_address, near_bytes, once_in, one_of, put, until, word};
use super::{Fault, ethernet, host};

/// Hardware and protocol of the addresses, and their lengths.
const KIND: [u8; 6] = [0, 1, 8, 0, 6, 4];
const REQUEST: u16 = 1;

/// A request as it comes over the Ethernet.
pub(super) fn packet(draft: &mut Draft) -> Vec<u8> {
    let mut arp = request(draft);
    if draft.has(Fault::ArpShort) {
        cut(draft.rng, &mut arp, 0);
    }
    let to = if once_in(draft.rng, 3) { draft.mac() } else { ethernet::BROADCAST };
    ethernet::link(draft, to, ethernet::ARP, arp)
}

fn request(draft: &mut Draft) -> Vec<u8> {
    let own = draft.own.ipv4;
    let kind = if draft.has(Fault::ArpKind) { other_kind(draft) } else { KIND };
    let operation = if draft.has(Fault::ArpOperation) { other_operation(draft) } else { REQUEST };
    let hardware = if draft.has(Fault::ArpGroup) { group(draft) } else { draft.peer };
    let sender = if draft.has(Fault::ArpSender) { own } else { sender(draft) };
    let target = match draft.has(Fault::ArpTarget) {
        true => near_address(draft.rng, own),
        false => own,
    };
    let operation = operation.to_be_bytes();
    [&kind[..], &operation, &hardware, &sender, &target_hardware(draft), &target].concat()
}

/// A sender's address: it may have none yet (RFC 5227 section 2.1.1).
fn sender(draft: &mut Draft) -> [u8; 4] {
    let own = draft.own;
    match draft.rng.random_range(0..10) {
        0 | 1 => [0; 4],
        2 => {
            let draw = || std::array::from_fn(|_| byte(draft.rng));
            until(draw, |sender: &[u8; 4]| *sender != own.ipv4)
        }
        _ => host::any_source(draft.rng, &own),
    }
}

/// What is asked for, and so says nothing.
fn target_hardware(draft: &mut Draft) -> [u8; 6] {
    match draft.rng.random_range(0..6) {
        0..3 => [0; 6],
        3 => [0xff; 6],
        4 => draft.mac(),
        _ => std::array::from_fn(|_| byte(draft.rng)),
    }
}

fn other_kind(draft: &mut Draft) -> [u8; 6] {
    let mut kind = KIND;
    match draft.rng.random_range(0..5) {
        0 => put(&mut kind, 0, near(draft.rng, 1, 16)),
        1 => put(&mut kind, 2, near(draft.rng, 0x0800, 16)),
        2 => kind[4] = near(draft.rng, 6, 8) as u8,
        3 => kind[5] = near(draft.rng, 4, 8) as u8,
        _ => kind = near_bytes(draft.rng, kind),
    }
    kind
}

fn other_operation(draft: &mut Draft) -> u16 {
    let mut draw = || match draft.rng.random_range(0..4) {
        0 => 2,
        1 => near(draft.rng, REQUEST, 16),
        2 => one_of(draft.rng, &[0, 3, 4, 8, 9, 0x0100, 0x0101, 0xffff]),
        _ => word(draft.rng),
    };
    until(&mut draw, |operation| *operation != REQUEST)
}

fn group(draft: &mut Draft) -> [u8; 6] {
    let mut group = draft.peer;
    group[0] |= 1;
    if once_in(draft.rng, 3) { ethernet::BROADCAST } else { group }
}
