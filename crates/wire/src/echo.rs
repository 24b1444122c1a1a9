//! The echo request (RFC 792): the question, as the in-memory pinger and the evaluation ask it.
//!
//! It is the only packet this project builds in code. The answer is a model's to write, so there is
//! deliberately no counterpart for the reply.

use std::net::Ipv4Addr;

use crate::icmp::{self, ECHO_HEADER_LEN, ECHO_REQUEST};
use crate::ipv4::{self, MIN_HEADER_LEN, PROTOCOL_ICMP};
use crate::{MAX_DATAGRAM, checksum};

/// The longest payload of an echo request in octets: what one datagram without options can carry.
pub const MAX_PAYLOAD: usize = MAX_DATAGRAM - MIN_HEADER_LEN - ECHO_HEADER_LEN;

/// The fields of an echo request that a pinger chooses; the rest follows from them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Echo<'a> {
    /// Who asks.
    pub source: Ipv4Addr,
    /// Who is asked.
    pub destination: Ipv4Addr,
    /// ICMP identifier: which pinger.
    pub identifier: u16,
    /// ICMP sequence number: which ping.
    pub sequence: u16,
    /// IPv4 time to live, in hops.
    pub ttl: u8,
    /// IPv4 identification.
    pub identification: u16,
    /// IPv4 type of service.
    pub tos: u8,
    /// The data to be returned.
    pub payload: &'a [u8],
}

impl<'a> Echo<'a> {
    /// A first ping as most hosts send it: TTL 64, every other number 0, no payload.
    pub fn new(source: Ipv4Addr, destination: Ipv4Addr) -> Self {
        Echo {
            source,
            destination,
            identifier: 0,
            sequence: 0,
            ttl: 64,
            identification: 0,
            tos: 0,
            payload: &[],
        }
    }

    /// The echo request, both checksums right. Octets of the payload past [`MAX_PAYLOAD`] are left
    /// out: no datagram could hold them.
    ///
    /// ```
    /// # use std::net::Ipv4Addr;
    /// # use wire::{Echo, dissect};
    /// let ping = Echo { sequence: 1, payload: &[0; 56], ..Echo::new(Ipv4Addr::new(10, 0, 0, 2), Ipv4Addr::new(10, 0, 0, 1)) };
    /// let expect = "10.0.0.2 > 10.0.0.1 ICMP echo request id 0 seq 1, 64 bytes";
    /// assert_eq!(dissect(&ping.request()).summary(), expect);
    /// ```
    pub fn request(&self) -> Vec<u8> {
        let payload = &self.payload[..self.payload.len().min(MAX_PAYLOAD)];
        let mut packet = Vec::with_capacity(MIN_HEADER_LEN + ECHO_HEADER_LEN + payload.len());
        packet.extend(self.header(payload.len()));
        packet.extend([ECHO_REQUEST, 0, 0, 0]);
        packet.extend(self.identifier.to_be_bytes());
        packet.extend(self.sequence.to_be_bytes());
        packet.extend(payload);
        close(&mut packet[MIN_HEADER_LEN..], icmp::field::CHECKSUM.start);
        packet
    }

    fn header(&self, payload: usize) -> [u8; MIN_HEADER_LEN] {
        let length = (MIN_HEADER_LEN + ECHO_HEADER_LEN + payload) as u16;
        let mut header = [0; MIN_HEADER_LEN];
        header[ipv4::field::VERSION_IHL].fill(0x45);
        header[ipv4::field::TOS].fill(self.tos);
        header[ipv4::field::TOTAL_LENGTH].copy_from_slice(&length.to_be_bytes());
        header[ipv4::field::IDENTIFICATION].copy_from_slice(&self.identification.to_be_bytes());
        header[ipv4::field::TTL].fill(self.ttl);
        header[ipv4::field::PROTOCOL].fill(PROTOCOL_ICMP);
        header[ipv4::field::SOURCE].copy_from_slice(&self.source.octets());
        header[ipv4::field::DESTINATION].copy_from_slice(&self.destination.octets());
        close(&mut header, ipv4::field::CHECKSUM.start);
        header
    }
}

/// Writes the checksum of `bytes`, whose field at `offset` is zero.
fn close(bytes: &mut [u8], offset: usize) {
    let checksum = checksum::checksum(bytes);
    bytes[offset..offset + 2].copy_from_slice(&checksum.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Icmp, Ipv4};
    use etherparse::{Icmpv4Type, NetSlice, SlicedPacket, TransportSlice};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn another_parser_reads_what_was_asked(
            source: [u8; 4], destination: [u8; 4], identifier: u16, sequence: u16, ttl: u8,
            identification: u16, tos: u8, payload in prop::collection::vec(any::<u8>(), 0..1500),
        ) {
            let echo = Echo {
                source: source.into(), destination: destination.into(), identifier, sequence, ttl,
                identification, tos, payload: &payload,
            };
            let packet = echo.request();
            let sliced = SlicedPacket::from_ip(&packet).unwrap();
            let Some(NetSlice::Ipv4(ip)) = sliced.net else { panic!("no IPv4") };
            let header = ip.header();
            prop_assert_eq!(header.source_addr(), echo.source);
            prop_assert_eq!(header.destination_addr(), echo.destination);
            prop_assert_eq!((header.ttl(), header.identification()), (ttl, identification));
            prop_assert_eq!(usize::from(header.total_len()), packet.len());
            prop_assert_eq!(header.header_checksum(), header.to_header().calc_header_checksum());
            let Some(TransportSlice::Icmpv4(icmp)) = sliced.transport else { panic!("no ICMP") };
            let Icmpv4Type::EchoRequest(asked) = icmp.icmp_type() else { panic!("no echo") };
            prop_assert_eq!((asked.id, asked.seq), (identifier, sequence));
            prop_assert_eq!(icmp.payload(), &payload[..]);
        }
    }

    #[test]
    fn longest() {
        let payload = vec![1; 70_000];
        let host = Ipv4Addr::LOCALHOST;
        let packet = Echo { payload: &payload, ..Echo::new(host, host) }.request();
        assert_eq!(packet.len(), MAX_DATAGRAM);
        let ip = Ipv4::new(&packet).unwrap();
        assert!(checksum::verifies(ip.header().unwrap()));
        let icmp = Icmp::new(ip.payload().unwrap()).unwrap();
        assert!(checksum::verifies(icmp.bytes()));
        assert_eq!(icmp.data().len(), MAX_PAYLOAD);
    }
}
