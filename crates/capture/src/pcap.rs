//! The classic format, pcap (draft-ietf-opsawg-pcap): a header of 24 octets, then for each packet 16 octets
//! (24 in Alexey Kuznetzov's variant) and the captured bytes.

use crate::LARGEST_BLOCK;
use crate::block::{Kind, Packet};
use crate::error::Problem;
use crate::order::Order;

/// Octets of the file's header.
pub(crate) const HEADER: usize = 24;
/// What tools capture at most, whatever the snap length says (MAXIMUM_SNAPLEN of libpcap).
const LARGEST_SNAP: u32 = 262_144;

/// What the file's header says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Header {
    pub order: Order,
    /// Times are in nanoseconds, not microseconds.
    pub nanoseconds: bool,
    /// Octets before a packet's bytes.
    pub record: usize,
    /// The most octets of a packet that were to be captured; 0: all.
    pub snap: u32,
    pub link: u32,
    /// Octets of the frame check sequence at a frame's end.
    pub fcs: u8,
}

/// What a magic number says: the order, whether nanoseconds, the length of a record's header.
pub(crate) fn magic(head: &[u8]) -> Option<(Order, bool, usize)> {
    match *head.first_chunk::<4>()? {
        [0xa1, 0xb2, 0xc3, 0xd4] => Some((Order::Big, false, 16)),
        [0xd4, 0xc3, 0xb2, 0xa1] => Some((Order::Little, false, 16)),
        [0xa1, 0xb2, 0x3c, 0x4d] => Some((Order::Big, true, 16)),
        [0x4d, 0x3c, 0xb2, 0xa1] => Some((Order::Little, true, 16)),
        [0xa1, 0xb2, 0xcd, 0x34] => Some((Order::Big, false, 24)),
        [0x34, 0xcd, 0xb2, 0xa1] => Some((Order::Little, false, 24)),
        _ => None,
    }
}

impl Header {
    /// Reads a header of 24 octets; none if the magic number is another.
    pub fn parse(raw: &[u8]) -> Option<Header> {
        let (order, nanoseconds, record) = magic(raw)?;
        let network = order.u32(raw, 20);
        // Bit 26 says that the four highest bits count 16-bit words of FCS. Bits 16 to 25 are reserved
        // and to be ignored.
        let fcs = if network & 1 << 26 != 0 { (network >> 28) as u8 * 2 } else { 0 };
        let (snap, link) = (order.u32(raw, 16), network & 0xffff);
        Some(Header { order, nanoseconds, record, snap, link, fcs })
    }

    /// The length of a record in octets, told by its header.
    #[inline]
    pub fn length(&self, head: &[u8], frame: u64) -> Result<usize, (usize, Problem)> {
        let captured = self.order.u32(head, 8);
        let limit = if self.snap == 0 { u32::MAX } else { self.snap.max(LARGEST_SNAP) };
        if captured > limit || captured as usize > LARGEST_BLOCK - self.record {
            return Err((8, Problem::CapturedLength { frame, captured, snap: self.snap }));
        }
        Ok(self.record + captured as usize)
    }

    /// The packet in a record.
    #[inline]
    pub fn packet(&self, raw: &[u8]) -> (Kind, Option<Packet>) {
        let packet = Packet {
            start: self.record,
            captured: raw.len() - self.record,
            original: self.order.u32(raw, 12),
            // It fits: 2^32 seconds end in 2106, and what is added is less than 2^42 nanoseconds.
            time: Some(self.units(raw) * if self.nanoseconds { 1 } else { 1000 }),
            link: self.link,
            fcs: self.fcs,
            interface: 0,
        };
        (Kind::Record, Some(packet))
    }

    /// A record's time in microseconds or nanoseconds since the epoch.
    #[inline]
    pub fn units(&self, raw: &[u8]) -> u64 {
        let second = if self.nanoseconds { 1_000_000_000 } else { 1_000_000 };
        u64::from(self.order.u32(raw, 0)) * second + u64::from(self.order.u32(raw, 4))
    }
}
