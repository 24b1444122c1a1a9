//! Captures made octet by octet, after the formats' documents and not by the crate under test.

use std::io::Cursor;

use capture::{Block, Error, Frame, Kind, Reader};

/// The order of a file's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Big,
    Little,
}

pub const ORDERS: [Order; 2] = [Order::Big, Order::Little];
pub const MICROSECONDS: u32 = 0xa1b2_c3d4;
pub const NANOSECONDS: u32 = 0xa1b2_3c4d;
pub const MODIFIED: u32 = 0xa1b2_cd34;
pub const ETHERNET: u32 = 1;
pub const RAW: u32 = 101;

impl Order {
    pub fn u16(self, number: u16) -> [u8; 2] {
        if self == Order::Big { number.to_be_bytes() } else { number.to_le_bytes() }
    }

    pub fn u32(self, number: u32) -> [u8; 4] {
        if self == Order::Big { number.to_be_bytes() } else { number.to_le_bytes() }
    }

    pub fn u64(self, number: u64) -> [u8; 8] {
        if self == Order::Big { number.to_be_bytes() } else { number.to_le_bytes() }
    }

    /// An option: code, length, value, padding.
    pub fn option(self, code: u16, value: &[u8]) -> Vec<u8> {
        let mut option = [self.u16(code), self.u16(value.len() as u16)].concat();
        option.extend(value);
        option.resize(option.len().next_multiple_of(4), 0);
        option
    }
}

/// A pcap file.
pub struct Pcap {
    pub order: Order,
    pub magic: u32,
    pub bytes: Vec<u8>,
}

impl Pcap {
    pub fn new(order: Order, magic: u32, snap: u32, network: u32) -> Pcap {
        let mut bytes = order.u32(magic).to_vec();
        bytes.extend([order.u16(2), order.u16(4)].concat());
        bytes.extend([0, 0, snap, network].map(|number| order.u32(number)).concat());
        Pcap { order, magic, bytes }
    }

    pub fn record(&mut self, second: u32, fraction: u32, original: u32, bytes: &[u8]) {
        self.header(second, fraction, bytes.len() as u32, original);
        self.bytes.extend(bytes);
    }

    /// The header of a record, without what it promises.
    pub fn header(&mut self, second: u32, fraction: u32, captured: u32, original: u32) {
        let numbers = [second, fraction, captured, original];
        self.bytes.extend(numbers.map(|number| self.order.u32(number)).concat());
        if self.magic == MODIFIED {
            self.bytes.extend([0xee; 8]);
        }
    }
}

/// A pcapng file.
pub struct Pcapng {
    pub order: Order,
    pub bytes: Vec<u8>,
}

/// An Enhanced Packet Block's numbers.
#[derive(Clone, Copy)]
pub struct Enhanced {
    pub interface: u32,
    pub units: u64,
    pub original: u32,
}

impl Pcapng {
    pub fn new(order: Order) -> Pcapng {
        let mut file = Pcapng { order, bytes: Vec::new() };
        file.section(order, u64::MAX, &[]);
        file
    }

    /// A file whose first interface, Ethernet, has microseconds and no options.
    pub fn ethernet(order: Order) -> Pcapng {
        let mut file = Pcapng::new(order);
        file.interface(ETHERNET, 0, &[]);
        file
    }

    pub fn section(&mut self, order: Order, length: u64, options: &[u8]) {
        self.order = order;
        let mut body = order.u32(0x1a2b_3c4d).to_vec();
        body.extend([order.u16(1), order.u16(0)].concat());
        body.extend(order.u64(length));
        body.extend(options);
        self.block(0x0a0d_0d0a, &body);
    }

    pub fn interface(&mut self, link: u32, snap: u32, options: &[u8]) {
        let mut body = [self.order.u16(link as u16), self.order.u16(0)].concat();
        body.extend(self.order.u32(snap));
        body.extend(options);
        self.block(1, &body);
    }

    pub fn enhanced(&mut self, numbers: Enhanced, bytes: &[u8], options: &[u8]) {
        let Enhanced { interface, units, original } = numbers;
        let mut body = self.order.u32(interface).to_vec();
        body.extend(self.packet(units, original, bytes, options));
        self.block(6, &body);
    }

    pub fn obsolete(&mut self, drops: u16, numbers: Enhanced, bytes: &[u8], options: &[u8]) {
        let Enhanced { interface, units, original } = numbers;
        let mut body = [self.order.u16(interface as u16), self.order.u16(drops)].concat();
        body.extend(self.packet(units, original, bytes, options));
        self.block(2, &body);
    }

    pub fn simple(&mut self, original: u32, bytes: &[u8]) {
        let mut body = self.order.u32(original).to_vec();
        body.extend(bytes);
        self.block(3, &body);
    }

    pub fn block(&mut self, kind: u32, body: &[u8]) {
        let padded = body.len().next_multiple_of(4);
        let length = self.order.u32(padded as u32 + 12);
        self.bytes.extend([self.order.u32(kind), length].concat());
        self.bytes.extend(body);
        self.bytes.resize(self.bytes.len() + padded - body.len(), 0);
        self.bytes.extend(length);
    }

    fn packet(&self, units: u64, original: u32, bytes: &[u8], options: &[u8]) -> Vec<u8> {
        let numbers = [(units >> 32) as u32, units as u32, bytes.len() as u32, original];
        let mut packet = numbers.map(|number| self.order.u32(number)).concat();
        packet.extend(bytes);
        packet.resize(packet.len().next_multiple_of(4), 0);
        packet.extend(options);
        packet
    }
}

/// What a reader said of a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    pub number: u64,
    pub time: Option<u64>,
    pub link: u32,
    pub bytes: Vec<u8>,
    pub original: u32,
    pub fcs: u8,
    pub interface: u32,
}

impl From<Frame<'_>> for Read {
    fn from(frame: Frame) -> Read {
        let Frame { number, time, link, fcs, interface, original_length: original, .. } = frame;
        Read { number, time, link, bytes: frame.bytes.to_vec(), original, fcs, interface }
    }
}

pub fn reader(bytes: &[u8]) -> Result<Reader, Error> {
    Reader::new(Cursor::new(bytes.to_vec()), "x.pcap")
}

/// Reads a whole capture, for each block. Whatever the file, the blocks are the file.
pub fn each(bytes: &[u8], mut seen: impl FnMut(&Block)) -> Result<u64, Error> {
    let mut reader = reader(bytes)?;
    let (mut at, mut number) = (0, 0);
    let result = loop {
        match reader.next() {
            Ok(Some(block)) => {
                assert_eq!(block.offset as usize, at);
                assert_eq!(block.raw, &bytes[at..at + block.raw.len()]);
                at += block.raw.len();
                if let Some(frame) = &block.frame {
                    number += 1;
                    assert_eq!(frame.number, number);
                    let start = frame.offset as usize;
                    assert_eq!(frame.bytes, &bytes[start..start + frame.bytes.len()]);
                }
                seen(&block);
                assert_eq!(reader.position(), at as u64);
            }
            Ok(None) => break Ok(number),
            Err(error) => break Err(error),
        }
    };
    assert!(matches!(reader.next(), Ok(None)), "nothing follows the end or a fault");
    assert_eq!(reader.frames(), number);
    result
}

/// The frames of a capture without faults.
#[track_caller]
pub fn frames(bytes: &[u8]) -> Vec<Read> {
    let mut frames = Vec::new();
    each(bytes, |block| frames.extend(block.frame.map(Read::from))).expect("no fault");
    frames
}

/// The kinds of the blocks of a capture without faults.
#[track_caller]
pub fn kinds(bytes: &[u8]) -> Vec<Kind> {
    let mut kinds = Vec::new();
    each(bytes, |block| kinds.push(block.kind)).expect("no fault");
    kinds
}
