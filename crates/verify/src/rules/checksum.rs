//! What the checksum rules of all protocols share: the right value, the two forms of zero, and the mark
//! that a host leaves which lets its network card compute checksums.

use wire::checksum::{add16, sum};
use wire::{Pdu, Protocol, icmpv6, tcp, udp};

use crate::rule::Fault;

/// The fault of a checksum field at `at` in `covered`, over nothing but these octets.
pub(super) fn wrong_checksum(covered: &[u8], at: usize) -> Option<Fault> {
    judged(covered, at, 0, 0)
}

/// The fault of the checksum field at `at` of a whole transport unit, pseudo-header included. What is
/// cut or in fragments cannot be judged.
pub(super) fn wrong_transport_checksum(pdu: &Pdu, at: usize) -> Option<Fault> {
    let pseudo = pdu.is_whole().then(|| pseudo_header(pdu, pdu.length()))??;
    // In UDP a field of zero means that there is no checksum (RFC 768).
    let zero = if pdu.protocol() == Protocol::Udp { 0xffff } else { 0 };
    let fault = judged(pdu.bytes(), at, pseudo, zero)?;
    if !is_offloaded(pdu) {
        return Some(fault);
    }
    let message = format!(
        "{}, the sum of the pseudo-header alone: left to the card (checksum offload)",
        fault.message
    );
    Some(Fault { message, ..fault }.noted())
}

/// Whether the checksum of a TCP or UDP unit holds what a host leaves there for its network card to
/// complete: the sum of the pseudo-header, not complemented, with the length or (for a segment that is
/// to be cut up) without.
pub(super) fn is_offloaded(pdu: &Pdu) -> bool {
    let at = match pdu.protocol() {
        Protocol::Tcp => tcp::field::CHECKSUM.start,
        Protocol::Udp => udp::field::CHECKSUM.start,
        _ => return false,
    };
    let Some(found) = pdu.word(at) else { return false };
    [pdu.length(), 0].into_iter().any(|length| pseudo_header(pdu, length) == Some(found))
}

fn pseudo_header(pdu: &Pdu, length: usize) -> Option<u16> {
    let protocol = match pdu.protocol() {
        Protocol::Tcp => 6,
        Protocol::Udp => 17,
        _ => icmpv6::NEXT_HEADER,
    };
    pdu.pseudo_header_sum(protocol, length)
}

/// Of the two forms of zero a receiver takes either (RFC 1624 section 5), and a sender has cause to write
/// one, `zero`: the other is no more than warned of.
fn judged(covered: &[u8], at: usize, pseudo: u16, zero: u16) -> Option<Fault> {
    let (before, rest) = covered.split_at_checked(at)?;
    let (found, after) = rest.split_first_chunk::<2>()?;
    let sum = add16(pseudo, add16(sum(before), sum(after)));
    let expected = if sum == 0xffff { zero } else { !sum };
    let found = u16::from_be_bytes(*found);
    if expected == found {
        return None;
    }
    let message = format!("expected 0x{expected:04x}, found 0x{found:04x}");
    let fault = Fault::new(at..at + 2, message).mended_by(&expected.to_be_bytes());
    Some(if expected == zero && found == !zero { fault.warned() } else { fault })
}
