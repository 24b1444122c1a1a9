//! A changed copy of a capture: the end of a mended packet's journey. It is pcapng always, because only
//! there a frame can have a comment that says what was done to it. What is not changed stays as it was, byte
//! for byte, if it was pcapng; what is changed keeps its interface, time and options.

use std::io::{self, BufWriter, Seek, SeekFrom, Write};

use crate::block::{Block, Frame, Kind};
use crate::order::{Order, padded};
use crate::{LARGEST_BLOCK, pcap, pcapng};

/// The longest value of an option in octets: its length has 16 bits.
const LONGEST_COMMENT: usize = 65_535;
/// opt_comment, the same in every block.
const COMMENT: u16 = 1;
/// epb_dropcount: packets lost since the one before.
const DROP_COUNT: u16 = 4;
/// if_tsresol and if_fcslen.
const TIME_RESOLUTION: u16 = 9;
const FCS_LENGTH: u16 = 13;
/// Where a Section Header Block has the section's length, and what says that nobody knows it.
const SECTION_LENGTH: usize = 16;
const UNKNOWN_LENGTH: u64 = u64::MAX;

/// Writes a copy of a capture. Give it every block of a [`Reader`](crate::Reader) in order, changed or
/// not, and [`finish`](Rewriter::finish).
pub struct Rewriter<W: Write> {
    out: BufWriter<W>,
    /// Octets written.
    written: u64,
    /// What a pcap file's header said.
    header: Option<pcap::Header>,
    /// The current section, if it says how long it is.
    section: Option<Declared>,
    /// Writes over what was written, where that is possible.
    patch: Option<Patch<W>>,
    /// The block that is being made.
    block: Vec<u8>,
}

/// A section that says how long it is, which a change makes wrong.
struct Declared {
    order: Order,
    /// Where in the copy its header ends.
    begins: u64,
    /// How many octets before that it has the length.
    before: u64,
    changed: bool,
}

/// Writes a length so many octets before the end.
type Patch<W> = fn(&mut BufWriter<W>, u64, [u8; 8]) -> io::Result<()>;

/// What a packet keeps when its bytes change.
struct Kept<'a> {
    interface: u32,
    /// In the units of its interface.
    time: u64,
    /// Packets lost before it, where the block had a field for that.
    drops: Option<u16>,
    options: &'a [u8],
}

impl<W: Write> Rewriter<W> {
    /// Writes to anything, through a buffer.
    ///
    /// A section that says how long it is loses that length, since it may become wrong and cannot be
    /// corrected; [`to_file`](Rewriter::to_file) can.
    pub fn new(out: W) -> Rewriter<W> {
        let (out, block) = (BufWriter::with_capacity(1 << 18, out), Vec::new());
        Rewriter { out, written: 0, header: None, section: None, patch: None, block }
    }

    /// Copies a block: the same bytes if it is of pcapng, else the same packet.
    ///
    /// # Errors
    ///
    /// If it cannot be written, or is a pcap record and the file's header was not copied before.
    pub fn copy(&mut self, block: &Block) -> io::Result<()> {
        match (block.kind, block.frame) {
            (Kind::FileHeader, _) => self.file_header(block),
            (Kind::Record, Some(frame)) => self.packet(block, &frame, frame.bytes, None),
            (Kind::SectionHeader, _) => self.section_header(block),
            _ => self.write(block.raw),
        }
    }

    /// Writes a frame with other bytes and one more comment, as an Enhanced Packet Block. The original
    /// length changes by as much as the captured one. A comment of more than 65,535 octets is cut at a
    /// character. A Simple Packet Block has no time, and gets the epoch.
    ///
    /// # Errors
    ///
    /// If the block holds no frame or would be larger than [`LARGEST_BLOCK`]; else like
    /// [`copy`](Rewriter::copy).
    pub fn change(&mut self, block: &Block, bytes: &[u8], comment: &str) -> io::Result<()> {
        let frame =
            block.frame.ok_or_else(|| invalid("a block without a frame has no bytes to change"))?;
        if let Some(section) = &mut self.section {
            section.changed = true;
        }
        self.packet(block, &frame, bytes, Some(comment))
    }

    /// Writes what is still in the buffer and gives back what was written to.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn finish(mut self) -> io::Result<W> {
        self.end_section()?;
        self.out.into_inner().map_err(io::IntoInnerError::into_error)
    }

    /// A pcap file's header becomes a section with one interface.
    fn file_header(&mut self, block: &Block) -> io::Result<()> {
        let header = pcap::Header::parse(block.raw).ok_or_else(|| invalid("not a pcap header"))?;
        self.header = Some(header);
        let order = header.order;
        self.begin(order, pcapng::SECTION_HEADER);
        self.block.extend(order.of_u32(pcapng::BYTE_ORDER_MAGIC));
        self.block.extend([order.of_u16(1), order.of_u16(0)].concat());
        self.block.extend(order.of_u64(UNKNOWN_LENGTH));
        self.end(order)?;
        self.begin(order, pcapng::INTERFACE_DESCRIPTION);
        // The link type has 16 bits in both formats.
        self.block.extend([order.of_u16(header.link as u16), order.of_u16(0)].concat());
        self.block.extend(order.of_u32(header.snap));
        self.option(order, TIME_RESOLUTION, &[if header.nanoseconds { 9 } else { 6 }]);
        if header.fcs != 0 {
            self.option(order, FCS_LENGTH, &[header.fcs]);
        }
        self.option(order, 0, &[]);
        self.end(order)
    }

    fn section_header(&mut self, block: &Block) -> io::Result<()> {
        self.end_section()?;
        if block.order.u64(block.raw, SECTION_LENGTH) == UNKNOWN_LENGTH {
            return self.write(block.raw);
        }
        if self.patch.is_none() {
            let (before, after) = block.raw.split_at(SECTION_LENGTH);
            self.write(before)?;
            self.write(&block.order.of_u64(UNKNOWN_LENGTH))?;
            return self.write(&after[8..]);
        }
        self.write(block.raw)?;
        let before = (block.raw.len() - SECTION_LENGTH) as u64;
        let (order, begins) = (block.order, self.written);
        self.section = Some(Declared { order, begins, before, changed: false });
        Ok(())
    }

    /// Corrects the length of a section that has become another one.
    fn end_section(&mut self) -> io::Result<()> {
        match (self.section.take(), self.patch) {
            (Some(Declared { order, begins, before, changed: true }), Some(patch)) => {
                let length = self.written - begins;
                patch(&mut self.out, length + before, order.of_u64(length))
            }
            _ => Ok(()),
        }
    }

    fn packet(
        &mut self,
        block: &Block,
        frame: &Frame,
        bytes: &[u8],
        comment: Option<&str>,
    ) -> io::Result<()> {
        let order = block.order;
        let kept = self.kept(block, frame)?;
        let grown = bytes.len() as i64 - frame.bytes.len() as i64;
        let original = (i64::from(frame.original_length) + grown).clamp(0, u32::MAX.into());
        self.begin(order, pcapng::ENHANCED_PACKET);
        let numbers = [
            kept.interface,
            (kept.time >> 32) as u32,
            kept.time as u32,
            bytes.len() as u32,
            original as u32,
        ];
        self.block.extend(numbers.map(|number| order.of_u32(number)).as_flattened());
        self.padded(bytes);
        self.options(order, &kept, comment);
        self.end(order)
    }

    /// What stays of a packet.
    fn kept<'a>(&self, block: &Block<'a>, frame: &Frame) -> io::Result<Kept<'a>> {
        let (raw, order, interface) = (block.raw, block.order, frame.interface);
        if let Kind::EnhancedPacket | Kind::Packet = block.kind {
            let time = u64::from(order.u32(raw, 12)) << 32 | u64::from(order.u32(raw, 16));
            let drops = (block.kind == Kind::Packet).then(|| order.u16(raw, 10));
            let end = pcapng::PACKET_HEAD + padded(frame.bytes.len());
            let options = &raw[end..raw.len() - pcapng::TAIL];
            // 0xffff: nobody counted.
            return Ok(Kept {
                interface,
                time,
                drops: drops.filter(|&drops| drops != 0xffff),
                options,
            });
        }
        let time = match (block.kind, self.header) {
            (Kind::Record, Some(header)) => header.units(raw),
            (Kind::Record, None) => return Err(invalid("a pcap record before the file's header")),
            _ => 0,
        };
        Ok(Kept { interface, time, drops: None, options: &[] })
    }

    fn options(&mut self, order: Order, kept: &Kept, comment: Option<&str>) {
        let begins = self.block.len();
        for option in pcapng::options(order, kept.options) {
            self.block.extend(option.raw);
        }
        if let Some(drops) = kept.drops {
            self.option(order, DROP_COUNT, &order.of_u64(drops.into()));
        }
        if let Some(comment) = comment {
            let end = comment.floor_char_boundary(LONGEST_COMMENT);
            self.option(order, COMMENT, &comment.as_bytes()[..end]);
        }
        if self.block.len() > begins {
            self.option(order, 0, &[]);
        }
    }

    fn option(&mut self, order: Order, code: u16, value: &[u8]) {
        self.block.extend(order.of_u16(code));
        self.block.extend(order.of_u16(value.len() as u16));
        self.padded(value);
    }

    fn padded(&mut self, bytes: &[u8]) {
        self.block.extend(bytes);
        self.block.resize(padded(self.block.len()), 0);
    }

    /// Begins a block; its length is not known yet.
    fn begin(&mut self, order: Order, kind: u32) {
        self.block.clear();
        self.block.extend(order.of_u32(kind));
        self.block.extend([0; 4]);
    }

    /// Puts the length into both places and writes the block.
    fn end(&mut self, order: Order) -> io::Result<()> {
        let length = self.block.len() + pcapng::TAIL;
        if length > LARGEST_BLOCK {
            return Err(invalid("a frame that does not fit into a block of 16 MiB"));
        }
        let length = order.of_u32(length as u32);
        self.block.extend(length);
        self.block[4..8].copy_from_slice(&length);
        self.out.write_all(&self.block)?;
        self.written += self.block.len() as u64;
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.written += bytes.len() as u64;
        Ok(())
    }
}

impl<W: Write + Seek> Rewriter<W> {
    /// Writes to a file: the length of a section that says it is corrected if a change makes it wrong.
    pub fn to_file(out: W) -> Rewriter<W> {
        Rewriter { patch: Some(patch), ..Rewriter::new(out) }
    }
}

fn patch<W: Write + Seek>(out: &mut BufWriter<W>, back: u64, length: [u8; 8]) -> io::Result<()> {
    let back = back as i64;
    out.seek(SeekFrom::Current(-back))?;
    out.write_all(&length)?;
    out.seek(SeekFrom::Current(back - length.len() as i64))?;
    Ok(())
}

fn invalid(message: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, message)
}
