//! A request in the making: its octets, and where each header begins, so that one field can be changed and the
//! checksums made right again.

use std::net::Ipv6Addr;
use std::ops::Range;

use rand::Rng;
use rand::rngs::StdRng;
use wire::checksum::{self, add16, sum};
use wire::ethernet::{self, Mac};
use wire::protocol::ethertype;
use wire::{ipv4, ipv6};

use super::world::{Version, World};

/// The octets of the shortest frame, without its check sequence (IEEE 802.3).
const LEAST_FRAME: usize = 60;
/// The number of UDP, in which 0 says that there is no checksum (RFC 768).
const UDP: u8 = 17;

/// A message and its checksum, which does not count yet.
pub(super) struct Message {
    /// The number of its protocol.
    pub protocol: u8,
    pub bytes: Vec<u8>,
    /// Where in it the checksum is, if it has one.
    pub checksum: Option<usize>,
}

/// A request in the making.
pub(super) struct Draft {
    pub bytes: Vec<u8>,
    /// Where the header behind the frame's begins.
    pub ip: usize,
    /// Where what it carries begins.
    pub message: usize,
    /// The number of that; `None` of what is not IP.
    pub protocol: Option<u8>,
    /// `None` of what is not IP.
    pub version: Option<Version>,
    checksum: Option<usize>,
    /// Whether the end is missing, so that no padding may take its place.
    is_cut: bool,
}

impl Draft {
    /// A frame to `to` with a packet that is not IP.
    pub fn framed(world: &World, to: Mac, kind: u16, packet: Vec<u8>) -> Draft {
        let header = frame(world, to, kind);
        let ip = header.len();
        let bytes = [header, packet].concat();
        let (version, protocol) = (None, None);
        Draft { bytes, ip, message: ip, protocol, version, checksum: None, is_cut: false }
    }

    /// A datagram from the peer to the host, of the version that is asked over.
    pub fn datagram(rng: &mut StdRng, world: &World, message: Message) -> Draft {
        match world.version {
            Version::V4 => Draft::of(world, ethertype::IPV4, ipv4_header(rng, world), message),
            Version::V6 => Draft::of(world, ethertype::IPV6, ipv6_header(rng, world), message),
        }
    }

    fn of(world: &World, kind: u16, header: Vec<u8>, message: Message) -> Draft {
        let link = if world.is_framed() { frame(world, world.mac, kind) } else { Vec::new() };
        let (ip, start) = (link.len(), link.len() + header.len());
        let Message { protocol, bytes, checksum } = message;
        let mut draft = Draft {
            bytes: [link, header, bytes].concat(),
            ip,
            message: start,
            protocol: Some(protocol),
            version: Some(world.version),
            checksum,
            is_cut: false,
        };
        draft.name_protocol(protocol);
        draft.fit();
        draft.seal();
        draft
    }

    /// The octets, on Ethernet sometimes padded as its shortest frames are.
    pub fn finish(mut self, rng: &mut StdRng) -> Vec<u8> {
        let is_short = self.ip > 0 && self.bytes.len() < LEAST_FRAME;
        if is_short && !self.is_cut && rng.random() {
            self.bytes.resize(LEAST_FRAME, 0);
        }
        self.bytes
    }

    /// A field of the IP header, or of what stands in its place.
    pub fn header(&mut self, field: Range<usize>) -> &mut [u8] {
        &mut self.bytes[self.ip + field.start..self.ip + field.end]
    }

    /// A field of the message.
    pub fn field(&mut self, field: Range<usize>) -> &mut [u8] {
        &mut self.bytes[self.message + field.start..self.message + field.end]
    }

    /// The octets of the message.
    pub fn message_len(&self) -> usize {
        self.bytes.len() - self.message
    }

    /// Where the frame goes.
    pub fn address_frame(&mut self, to: Mac) {
        if self.ip > 0 {
            self.bytes[ethernet::field::DESTINATION].copy_from_slice(&to.0);
        }
    }

    /// To a group of IPv6 nodes, in a frame to that group.
    pub fn address_group(&mut self, group: Ipv6Addr) {
        self.header(ipv6::field::DESTINATION).copy_from_slice(&group.octets());
        self.address_frame(Mac::of_group(group));
        self.seal();
    }

    /// Another message in the place of the one there is.
    pub fn replace(&mut self, message: Message) {
        self.bytes.truncate(self.message);
        self.bytes.extend(message.bytes);
        (self.protocol, self.checksum) = (Some(message.protocol), message.checksum);
        self.name_protocol(message.protocol);
        self.fit();
        self.seal();
    }

    /// Cuts the octets off from `length` on; what is stated stays.
    pub fn cut(&mut self, length: usize) {
        self.bytes.truncate(length);
        self.is_cut = true;
    }

    /// Puts an extension header of IPv6 before the message, its first octet the number of what follows.
    pub fn extend(&mut self, number: u8, mut header: Vec<u8>) {
        header[0] = std::mem::replace(&mut self.header(ipv6::field::NEXT_HEADER)[0], number);
        let length = header.len();
        self.bytes.splice(self.message..self.message, header);
        self.message += length;
        self.fit();
    }

    /// One bit of the message flipped, or of its checksum.
    pub fn corrupt(&mut self, rng: &mut StdRng) {
        let at = rng.random_range(self.message..self.bytes.len());
        self.bytes[at] ^= 1 << rng.random_range(0..8);
    }

    /// Makes the stated length of the datagram the one that it has.
    pub fn fit(&mut self) {
        let whole = (self.bytes.len() - self.ip) as u16;
        match self.version {
            Some(Version::V4) => {
                self.header(ipv4::field::TOTAL_LENGTH).copy_from_slice(&whole.to_be_bytes());
            }
            Some(Version::V6) => {
                let payload = whole - ipv6::HEADER_LEN as u16;
                self.header(ipv6::field::PAYLOAD_LENGTH).copy_from_slice(&payload.to_be_bytes());
            }
            None => {}
        }
    }

    /// Makes every checksum right.
    pub fn seal(&mut self) {
        if let (Some(at), Some(protocol)) = (self.checksum, self.protocol) {
            self.field(at..at + 2).fill(0);
            let pseudo = self.pseudo_header(protocol);
            let right = match !add16(pseudo, sum(&self.bytes[self.message..])) {
                0 if protocol == UDP => 0xffff,
                right => right,
            };
            self.field(at..at + 2).copy_from_slice(&right.to_be_bytes());
        }
        self.seal_header();
    }

    fn seal_header(&mut self) {
        if self.version == Some(Version::V4) {
            self.header(ipv4::field::CHECKSUM).fill(0);
            let right = checksum::checksum(self.header(0..ipv4::MIN_HEADER_LEN));
            self.header(ipv4::field::CHECKSUM).copy_from_slice(&right.to_be_bytes());
        }
    }

    /// The sum before that of the message; ICMP over IPv4 has none.
    fn pseudo_header(&self, protocol: u8) -> u16 {
        let (source, destination) = match self.version {
            Some(Version::V4) if protocol != ipv4::PROTOCOL_ICMP => {
                (ipv4::field::SOURCE, ipv4::field::DESTINATION)
            }
            Some(Version::V6) => (ipv6::field::SOURCE, ipv6::field::DESTINATION),
            _ => return 0,
        };
        let header = &self.bytes[self.ip..];
        let length = self.message_len() as u32;
        checksum::pseudo_header(&header[source], &header[destination], protocol, length)
    }

    fn name_protocol(&mut self, protocol: u8) {
        match self.version {
            Some(Version::V4) => self.header(ipv4::field::PROTOCOL)[0] = protocol,
            Some(Version::V6) => self.header(ipv6::field::NEXT_HEADER)[0] = protocol,
            None => {}
        }
    }
}

fn frame(world: &World, to: Mac, kind: u16) -> Vec<u8> {
    [&to.0[..], &world.peer.mac.0, &kind.to_be_bytes()].concat()
}

/// An IPv4 header without options; length, protocol and checksum follow.
fn ipv4_header(rng: &mut StdRng, world: &World) -> Vec<u8> {
    let [high, low] = rng.random::<u16>().to_be_bytes();
    let flags = if rng.random() { 0x40 } else { 0x00 };
    let start = [0x45, rng.random(), 0, 0, high, low, flags, 0, rng.random(), 0, 0, 0];
    [&start[..], &world.peer.address.octets(), &world.host.address.octets()].concat()
}

/// An IPv6 header; payload length and next header follow.
fn ipv6_header(rng: &mut StdRng, world: &World) -> Vec<u8> {
    let [first, rest @ ..] = rng.random::<[u8; 4]>();
    let start = [0x60 | first & 0x0f, rest[0], rest[1], rest[2], 0, 0, 0, rng.random()];
    [&start[..], &world.peer.ipv6.octets(), &world.ipv6.octets()].concat()
}
