//! What a reader hands out: the blocks of a capture with their exact bytes, and in some of them a frame.

use crate::order::Order;

/// A piece of a capture; all pieces, one after the other, are the file (decompressed).
#[derive(Clone, Copy, Debug)]
pub struct Block<'a> {
    /// The exact bytes in the file, headers and padding included.
    pub raw: &'a [u8],
    /// Where it begins in the uncompressed file, in octets.
    pub offset: u64,
    /// What it is.
    pub kind: Kind,
    /// The frame in it, if it holds one.
    pub frame: Option<Frame<'a>>,
    /// The order of the numbers in `raw`.
    pub(crate) order: Order,
}

/// What a block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The header of a pcap file.
    FileHeader,
    /// A packet of a pcap file.
    Record,
    /// Section Header Block: a new section begins, with interfaces of its own.
    SectionHeader,
    /// Interface Description Block.
    InterfaceDescription,
    /// Enhanced Packet Block.
    EnhancedPacket,
    /// Simple Packet Block: a packet without time, of the section's first interface.
    SimplePacket,
    /// Packet Block, obsolete since 2004.
    Packet,
    /// Any other block of a pcapng file, with its type.
    Other(u32),
}

/// A frame as it was captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Counted from 1 through the whole file, as Wireshark does.
    pub number: u64,
    /// Nanoseconds since 1970-01-01 00:00:00 UTC, if the file says and 64 bits can hold it.
    pub time: Option<u64>,
    /// What the bytes begin with: a LINKTYPE number of <https://www.tcpdump.org/linktypes.html>.
    pub link: u32,
    /// What was captured; none of it, if nothing was.
    pub bytes: &'a [u8],
    /// Octets on the link. As the file has it: it may be less than what was captured.
    pub original_length: u32,
    /// How many octets at the end of `bytes` are the frame check sequence. Zero if the file says
    /// nothing of one, or if what was captured ends before it.
    pub fcs: u8,
    /// Counted from 0 in its section; 0 in a pcap file.
    pub interface: u32,
    /// Where the first captured byte is in the uncompressed file, in octets.
    pub offset: u64,
}

impl<'a> Frame<'a> {
    /// The frame without its frame check sequence, if that was captured, and the octets that it had on the
    /// link: no fewer than were captured.
    pub fn without_check_sequence(&self) -> (&'a [u8], usize) {
        let check = usize::from(self.fcs);
        let content = &self.bytes[..self.bytes.len().saturating_sub(check)];
        (content, (self.original_length as usize).saturating_sub(check).max(content.len()))
    }
}

/// A frame as a format describes it, its bytes still in the block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Packet {
    /// Where the captured bytes begin in the block.
    pub start: usize,
    pub captured: usize,
    pub original: u32,
    pub time: Option<u64>,
    pub link: u32,
    /// Octets of the frame check sequence of a whole frame.
    pub fcs: u8,
    pub interface: u32,
}

impl Packet {
    #[inline]
    pub fn frame<'a>(&self, raw: &'a [u8], offset: u64, number: u64) -> Frame<'a> {
        Frame {
            number,
            time: self.time,
            link: self.link,
            bytes: &raw[self.start..self.start + self.captured],
            original_length: self.original,
            fcs: self.fcs_captured(),
            interface: self.interface,
            offset: offset + self.start as u64,
        }
    }

    /// The check sequence comes last, so it is what a cut frame loses first.
    #[inline]
    fn fcs_captured(&self) -> u8 {
        let lost = (self.original as usize).saturating_sub(self.captured);
        let left = usize::from(self.fcs).saturating_sub(lost).min(self.captured);
        u8::try_from(left).unwrap_or(self.fcs)
    }
}
