//! Neighbour solicitations (RFC 4861 section 4.3): who has our IPv6 address?

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::draft::Draft;
use super::draw::{byte, filled, near, near_bytes, once_in, until};
use super::sum::Pseudo;
use super::{Fault, icmpv6};

const SOLICITATION: u16 = 0x8700;
/// Octets before the options.
const FIXED_LEN: usize = 24;
/// The type of an option with the hardware address of who sends it.
const SOURCE_LINK_LAYER: u8 = 1;

/// A solicitation; a probe, if it comes from nobody.
pub(super) fn solicitation(draft: &mut Draft, pseudo: Pseudo, is_probe: bool) -> Vec<u8> {
    let mut message = vec![0; 8];
    // Reserved: "MUST be ignored by the receiver".
    if once_in(draft.rng, 6) {
        draft.rng.fill(&mut message[4..]);
    }
    message.extend(target(draft));
    message.extend(options(draft, is_probe));
    if draft.has(Fault::NeighborShort) {
        message.truncate(draft.rng.random_range(8..FIXED_LEN));
    }
    let code = if draft.has(Fault::Code) { near(draft.rng, 0, 8) } else { 0 };
    icmpv6::closed(draft, message, SOLICITATION | code, pseudo)
}

fn target(draft: &mut Draft) -> [u8; 16] {
    let own = draft.ipv6();
    if !draft.has(Fault::Target) {
        return own;
    }
    near_bytes(draft.rng, own)
}

/// Type and code of another message of neighbour discovery.
pub(super) fn other_discovery(rng: &mut ChaCha8Rng) -> u16 {
    let draw = || rng.random_range(icmpv6::DISCOVERY);
    let kind = until(draw, |kind| u16::from(*kind) << 8 != SOLICITATION);
    u16::from(kind) << 8 | if once_in(rng, 6) { u16::from(byte(rng)) } else { 0 }
}

fn options(draft: &mut Draft, is_probe: bool) -> Vec<u8> {
    let names_source = draft.has(Fault::ProbeOption) || (!is_probe && !once_in(draft.rng, 3));
    let mut options = Vec::new();
    let before = extra(draft);
    if names_source {
        let peer = draft.peer;
        options.push([&[SOURCE_LINK_LAYER, 1][..], &peer].concat());
    }
    options.extend(before);
    // The nonce mostly comes last (RFC 7527), but no order is asked for.
    if once_in(draft.rng, 4) {
        options.reverse();
    }
    spoil(draft, &mut options);
    options.concat()
}

/// A nonce (RFC 3971), or what is yet to be invented and passed over.
fn extra(draft: &mut Draft) -> Option<Vec<u8>> {
    let rng = &mut *draft.rng;
    match rng.random_range(0..12) {
        0 => Some([vec![14, 1], filled(rng, 6)].concat()),
        1 => {
            let units = rng.random_range(1..4);
            let kind = until(|| byte(rng), |kind| *kind != SOURCE_LINK_LAYER);
            Some([vec![kind, units], filled(rng, 8 * usize::from(units) - 2)].concat())
        }
        _ => None,
    }
}

/// An option of length 0, one that leads past the end, or half of one.
fn spoil(draft: &mut Draft, options: &mut Vec<Vec<u8>>) {
    let fault = draft.fault;
    let rng = &mut *draft.rng;
    match fault {
        Some(Fault::OptionLength) => {
            let kind = if rng.random_bool(0.5) { SOURCE_LINK_LAYER } else { byte(rng) };
            let at = rng.random_range(0..=options.len());
            options.insert(at, [vec![kind, 0], filled(rng, 6)].concat());
        }
        Some(Fault::OptionBeyond) => {
            let kind = if rng.random_bool(0.5) { SOURCE_LINK_LAYER } else { byte(rng) };
            let units: u8 = if rng.random_bool(0.5) { 2 } else { rng.random_range(2..=255) };
            let octets = if rng.random_bool(0.5) { 8 } else { rng.random_range(1..16) };
            let mut option = [vec![kind, units], filled(rng, 14)].concat();
            option.truncate(octets);
            options.push(option);
        }
        _ => {}
    }
}
