//! The newer format, pcapng (draft-ietf-opsawg-pcapng): sections of blocks, each with its type first and its
//! length twice. Interfaces are described in blocks of their own, and options may follow in most.

use crate::LARGEST_BLOCK;
use crate::block::{Kind, Packet};
use crate::error::Problem;
use crate::order::{Order, padded};
use crate::time::Clock;

pub(crate) const SECTION_HEADER: u32 = 0x0a0d_0d0a;
pub(crate) const BYTE_ORDER_MAGIC: u32 = 0x1a2b_3c4d;
pub(crate) const INTERFACE_DESCRIPTION: u32 = 1;
const PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
pub(crate) const ENHANCED_PACKET: u32 = 6;

/// Octets that tell a block's length and, of a section header, the byte order; no block is shorter.
pub(crate) const HEAD: usize = 12;
/// Octets before the bytes of a packet, in an Enhanced Packet Block and in the obsolete one.
pub(crate) const PACKET_HEAD: usize = 28;
/// Octets before the options of an interface.
const INTERFACE_HEAD: usize = 16;
/// Octets before the bytes of a packet in a Simple Packet Block.
const SIMPLE_HEAD: usize = 12;
/// The length again, at a block's end.
pub(crate) const TAIL: usize = 4;
/// More than anybody has; without a limit, a file of interfaces alone would fill the memory.
const MOST_INTERFACES: usize = 65_536;

/// The current section: its order and what it said of interfaces.
#[derive(Debug)]
pub(crate) struct Section {
    pub order: Order,
    interfaces: Vec<Interface>,
}

#[derive(Clone, Copy, Debug)]
struct Interface {
    link: u32,
    snap: u32,
    clock: Clock,
    fcs: u8,
}

/// The kind of a block and what packet is in it, or where in the block something is wrong.
type Parsed = Result<(Kind, Option<Packet>), (usize, Problem)>;

impl Section {
    pub fn new() -> Section {
        Section { order: Order::Little, interfaces: Vec::new() }
    }

    /// The length of a block in octets, told by its first 12.
    #[inline]
    pub fn length(&mut self, head: &[u8]) -> Result<usize, (usize, Problem)> {
        if head[..4] == SECTION_HEADER.to_be_bytes() {
            self.order = byte_order(head).ok_or((8, Problem::ByteOrder))?;
        }
        let length = self.order.u32(head, 4);
        if !length.is_multiple_of(4) || length < HEAD as u32 || length as usize > LARGEST_BLOCK {
            return Err((4, Problem::BlockLength { length }));
        }
        Ok(length as usize)
    }

    /// What a whole block says. `frame` is the number of the next frame.
    #[inline]
    pub fn parse(&mut self, raw: &[u8], frame: u64) -> Parsed {
        let tail = raw.len() - TAIL;
        let again = self.order.u32(raw, tail);
        if again as usize != raw.len() {
            return Err((tail, Problem::Lengths { leading: raw.len() as u32, trailing: again }));
        }
        let kind = self.order.u32(raw, 0);
        let least = least(kind);
        if raw.len() < least {
            return Err((4, Problem::ShortBlock { kind, length: raw.len(), least }));
        }
        match kind {
            ENHANCED_PACKET => self.enhanced(raw, frame),
            SIMPLE_PACKET => self.simple(raw, frame),
            PACKET => self.obsolete(raw, frame),
            INTERFACE_DESCRIPTION => self.interface(raw),
            SECTION_HEADER => self.header(raw),
            other => Ok((Kind::Other(other), None)),
        }
    }

    fn header(&mut self, raw: &[u8]) -> Parsed {
        let (major, minor) = (self.order.u16(raw, 12), self.order.u16(raw, 14));
        if major != 1 {
            return Err((12, Problem::Version { major, minor }));
        }
        self.interfaces.clear();
        Ok((Kind::SectionHeader, None))
    }

    fn interface(&mut self, raw: &[u8]) -> Parsed {
        if self.interfaces.len() == MOST_INTERFACES {
            return Err((0, Problem::Interfaces { most: MOST_INTERFACES }));
        }
        let (mut resolution, mut offset, mut fcs) = (6, 0, 0);
        for option in options(self.order, &raw[INTERFACE_HEAD..raw.len() - TAIL]) {
            match (option.code, option.value.len()) {
                (9, 1) => resolution = option.value[0],
                (13, 1) => fcs = fcs_octets(option.value[0]),
                (14, 8) => offset = self.order.u64(option.value, 0) as i64,
                _ => {}
            }
        }
        let (link, snap) = (self.order.u16(raw, 8).into(), self.order.u32(raw, 12));
        let clock = Clock::new(resolution, offset);
        self.interfaces.push(Interface { link, snap, clock, fcs });
        Ok((Kind::InterfaceDescription, None))
    }

    #[inline]
    fn enhanced(&self, raw: &[u8], frame: u64) -> Parsed {
        let packet = self.packet(raw, self.order.u32(raw, 8), frame)?;
        Ok((Kind::EnhancedPacket, Some(packet)))
    }

    /// Like the block that replaced it, but with an interface of 16 bits, and 16 bits of drops.
    fn obsolete(&self, raw: &[u8], frame: u64) -> Parsed {
        let packet = self.packet(raw, self.order.u16(raw, 8).into(), frame)?;
        Ok((Kind::Packet, Some(packet)))
    }

    #[inline]
    fn packet(&self, raw: &[u8], index: u32, frame: u64) -> Result<Packet, (usize, Problem)> {
        let interface = self.interface_of(index, frame)?;
        let captured = self.order.u32(raw, 20);
        let room = raw.len() - PACKET_HEAD - TAIL;
        if captured as usize > room {
            return Err((20, Problem::PacketLength { frame, captured, room }));
        }
        let units = u64::from(self.order.u32(raw, 12)) << 32 | u64::from(self.order.u32(raw, 16));
        let rest = &raw[PACKET_HEAD + padded(captured as usize)..raw.len() - TAIL];
        Ok(Packet {
            start: PACKET_HEAD,
            captured: captured as usize,
            original: self.order.u32(raw, 24),
            time: interface.clock.nanoseconds(units),
            link: interface.link,
            fcs: flags_fcs(self.order, rest).unwrap_or(interface.fcs),
            interface: index,
        })
    }

    fn simple(&self, raw: &[u8], frame: u64) -> Parsed {
        let interface = self.interface_of(0, frame)?;
        let original = self.order.u32(raw, 8);
        let captured = if interface.snap == 0 { original } else { original.min(interface.snap) };
        let room = raw.len() - SIMPLE_HEAD - TAIL;
        if captured as usize > room {
            return Err((8, Problem::PacketLength { frame, captured, room }));
        }
        let packet = Packet {
            start: SIMPLE_HEAD,
            captured: captured as usize,
            original,
            time: None,
            link: interface.link,
            fcs: interface.fcs,
            interface: 0,
        };
        Ok((Kind::SimplePacket, Some(packet)))
    }

    #[inline]
    fn interface_of(&self, index: u32, frame: u64) -> Result<&Interface, (usize, Problem)> {
        self.interfaces.get(index as usize).ok_or_else(|| {
            let described = self.interfaces.len();
            (8, Problem::Interface { frame, interface: index, described })
        })
    }
}

/// The byte order of a section, told by the first 12 octets of its header.
pub(crate) fn byte_order(head: &[u8]) -> Option<Order> {
    [Order::Big, Order::Little].into_iter().find(|order| order.u32(head, 8) == BYTE_ORDER_MAGIC)
}

/// The shortest block of a type, in octets.
#[inline]
fn least(kind: u32) -> usize {
    match kind {
        ENHANCED_PACKET | PACKET => PACKET_HEAD + TAIL,
        SIMPLE_PACKET => SIMPLE_HEAD + TAIL,
        INTERFACE_DESCRIPTION => INTERFACE_HEAD + TAIL,
        SECTION_HEADER => 28,
        _ => HEAD,
    }
}

/// if_fcslen: the draft says bits and has 4 as its example, and Wireshark takes octets.
fn fcs_octets(length: u8) -> u8 {
    if length >= 16 { length / 8 } else { length }
}

/// What a packet's own flags (epb_flags, bits 5 to 8) say of its FCS, in octets; 0 there says nothing.
#[inline]
fn flags_fcs(order: Order, rest: &[u8]) -> Option<u8> {
    let flags = options(order, rest).find(|option| option.code == 2 && option.value.len() == 4)?;
    let octets = (order.u32(flags.value, 0) >> 5 & 0xf) as u8;
    (octets != 0).then_some(octets)
}

/// An option of a block.
pub(crate) struct Setting<'a> {
    pub code: u16,
    pub value: &'a [u8],
    /// Code, length, value and padding.
    pub raw: &'a [u8],
}

/// The options in a block's end, up to opt_endofopt or to the first that does not fit.
#[inline]
pub(crate) fn options(order: Order, mut rest: &[u8]) -> impl Iterator<Item = Setting<'_>> {
    std::iter::from_fn(move || {
        let (code, length) = (rest.len() >= 4).then(|| (order.u16(rest, 0), order.u16(rest, 2)))?;
        let (raw, after) = rest.split_at_checked(4 + padded(length.into()))?;
        rest = after;
        (code != 0).then(|| Setting { code, value: &raw[4..4 + usize::from(length)], raw })
    })
}
