//! Fragments of one datagram beside each other (RFC 791 section 3.2, RFC 8200 section 4.5).

use std::ops::Range;

use wire::Protocol;

use super::observation::Fragment;
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
}

#[derive(Debug)]
struct Piece {
    place: Range<u32>,
    digest: u64,
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
        let findings = [datagram.overlap(fragment), datagram.conflict(fragment)];
        // The identification comes round: a whole datagram makes place for the next of its name.
        if findings[1].is_none() && datagram.is_complete() {
            *datagram = Datagram::default();
        }
        datagram.add(packet, fragment);
        findings.into_iter().flatten().collect()
    }
}

impl Datagram {
    fn add(&mut self, packet: u64, fragment: &Fragment) {
        if fragment.last {
            self.end.get_or_insert((fragment.place.end, packet));
        }
        if self.pieces.len() < PIECES {
            let (place, digest) = (fragment.place.clone(), fragment.digest);
            self.pieces.push(Piece { place, digest, packet });
        }
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
