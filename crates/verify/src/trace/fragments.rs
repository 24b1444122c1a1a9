//! Fragments of one datagram beside each other (RFC 791 section 3.2, RFC 8200 section 4.5).

use std::ops::Range;

use wire::Protocol;
use wire::checksum::add16;

use super::observation::{Fragment, Inside};
use super::{Recent, found};
use crate::Finding;

/// Fragments of one datagram that are remembered: a datagram of 64 KiB in pieces of 576 octets has 118.
const PIECES: usize = 256;

/// The datagrams that came in pieces.
#[derive(Debug, Default)]
pub(super) struct Fragments {
    datagrams: Recent<Datagram>,
}

#[derive(Debug, Default)]
struct Datagram {
    pieces: Vec<Piece>,
    /// Where the last fragment ends, and its packet.
    end: Option<(u32, u64)>,
    /// The checksum that the first fragment states.
    checksum: Option<u16>,
}

#[derive(Debug)]
struct Piece {
    place: Range<u32>,
    digest: u64,
    sum: u16,
    packet: u64,
}

impl Fragments {
    /// What is wrong with a fragment beside those before it.
    pub(super) fn take(&mut self, packet: u64, fragment: &Fragment) -> Vec<Finding> {
        let Some(datagram) = self.datagrams.get_mut(fragment.datagram) else {
            let mut datagram = Datagram::default();
            datagram.add(packet, fragment);
            self.datagrams.insert(fragment.datagram, datagram);
            return Vec::new();
        };
        let was_complete = datagram.is_complete();
        let beside = [datagram.overlap(fragment), datagram.conflict(fragment)];
        // The identification comes round: a whole datagram makes place for the next of its name.
        if was_complete {
            *datagram = Datagram::default();
        }
        datagram.add(packet, fragment);
        let sound = beside.iter().all(Option::is_none);
        let whole = if sound { datagram.wrong_checksum(fragment) } else { None };
        beside.into_iter().chain([whole]).flatten().collect()
    }
}

impl Datagram {
    fn add(&mut self, packet: u64, fragment: &Fragment) {
        if fragment.last {
            self.end.get_or_insert((fragment.place.end, packet));
        }
        self.checksum = self.checksum.or(fragment.checksum);
        if self.pieces.len() < PIECES {
            let Fragment { place, digest, sum, .. } = fragment;
            self.pieces.push(Piece { place: place.clone(), digest: *digest, sum: *sum, packet });
        }
    }

    /// With its last piece, what is in the datagram can be summed up: the sums of the pieces are its sum,
    /// because each but the last has an even length.
    fn wrong_checksum(&self, fragment: &Fragment) -> Option<Finding> {
        let (inside, found, (end, _)) = (fragment.inside?, self.checksum?, self.end?);
        if inside == Inside::Udp && found == 0 {
            return None;
        }
        let mut pieces: Vec<&Piece> = self.pieces.iter().collect();
        pieces.sort_by_key(|piece| piece.place.start);
        pieces.dedup_by_key(|piece| piece.place.clone());
        // ICMP of IPv4 has no pseudo-header and so no length in it.
        let (pseudo, length) = match inside {
            Inside::Icmp => (0, 0),
            _ => (fragment.pseudo?, end),
        };
        let (mut reached, mut sum) = (0, pseudo);
        for piece in pieces {
            // Pieces of odd lengths and gaps make no sum; both are other rules' affairs.
            if piece.place.start != reached {
                return None;
            }
            reached = piece.place.end;
            sum = add16(sum, piece.sum);
        }
        sum = add16(sum, add16((length >> 16) as u16, length as u16));
        let expected = !add16(sum, !found);
        if reached != end || sum == 0xffff {
            return None;
        }
        let message = format!(
            "expected 0x{expected:04x} in the first fragment, found 0x{found:04x}: this fragment \
             completes a datagram of {end} octets"
        );
        super::found(inside.rule(), fragment.range.clone(), message)
    }

    /// A piece with the same octets in the same place is a repetition, and no harm.
    fn overlap(&self, fragment: &Fragment) -> Option<Finding> {
        if self.is_complete() {
            return None;
        }
        let place = &fragment.place;
        let other = self.pieces.iter().find(|piece| {
            let repeated = piece.place == *place && piece.digest == fragment.digest;
            piece.place.start < place.end && place.start < piece.place.end && !repeated
        })?;
        let message = format!(
            "octets {}–{} of the datagram overlap octets {}–{} of packet {}",
            place.start,
            place.end - 1,
            other.place.start,
            other.place.end - 1,
            other.packet
        );
        found(
            id(fragment, ["ipv4.fragment.overlap", "ipv6.fragment.overlap"]),
            fragment.range.clone(),
            message,
        )
    }

    /// Two fragments cannot both be the last, nor can one lie behind it.
    fn conflict(&self, fragment: &Fragment) -> Option<Finding> {
        let (end, packet) = self.end?;
        let stated = fragment.place.end;
        if self.is_complete() || stated == end || stated < end && !fragment.last {
            return None;
        }
        let message =
            format!("ends at octet {stated}, and the last fragment (packet {packet}) at {end}");
        found(
            id(fragment, ["ipv4.fragment.end", "ipv6.fragment.end"]),
            fragment.range.clone(),
            message,
        )
    }

    fn is_complete(&self) -> bool {
        let Some((end, _)) = self.end else { return false };
        let mut reached = 0;
        // Pieces are few, and mostly in order: then one round is enough.
        while let Some(next) = self
            .pieces
            .iter()
            .map(|piece| &piece.place)
            .find(|place| place.start <= reached && place.end > reached)
        {
            reached = next.end;
        }
        reached >= end
    }
}

fn id(fragment: &Fragment, [four, six]: [&'static str; 2]) -> &'static str {
    if fragment.protocol == Protocol::Ipv4 { four } else { six }
}
