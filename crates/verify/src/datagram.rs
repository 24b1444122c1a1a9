//! A datagram of either IP version, without its headers: what the judge compares of request and reply when it
//! does not matter over which of the two they travel.

use std::net::IpAddr;

use wire::checksum::{add16, pseudo_header, sum};
use wire::ethernet::Mac;
use wire::ipv4::PROTOCOL_ICMP;
use wire::{Ipv4, Ipv6, Packet, Pdu, Protocol, icmp, icmpv6};

/// Addresses, protocol and message of a datagram, as far as its bytes go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Datagram<'a> {
    pub(crate) source: IpAddr,
    pub(crate) destination: IpAddr,
    /// The number of what is in it (IANA "Protocol Numbers"), behind all extension headers.
    pub(crate) protocol: u8,
    /// What is in it, without padding of the link.
    pub(crate) message: &'a [u8],
    /// From the first octet of the IP header to the last of the message.
    pub(crate) bytes: &'a [u8],
    /// Where the message begins, counted from the IP header.
    pub(crate) start: usize,
    /// Whether its frame went to several stations at once.
    pub(crate) to_group: bool,
}

impl<'a> Datagram<'a> {
    /// The outermost datagram in a packet; `None` where there is no whole IP header.
    pub(crate) fn of(packet: &Packet<'a>) -> Option<Datagram<'a>> {
        let network = packet.pdus().find(|pdu| pdu.protocol().is_network())?;
        let begins = network.start();
        let bytes = packet.bytes().get(begins..begins + network.bytes().len())?;
        let (source, destination) = network.addresses()?;
        let (mut protocol, mut start) = match network.protocol() {
            Protocol::Ipv4 => {
                let ip = Ipv4::new(bytes)?;
                (ip.protocol(), ip.header_len())
            }
            _ => (Ipv6::new(bytes)?.next_header(), 40),
        };
        for pdu in packet.pdus().skip_while(|pdu| pdu.start() <= begins) {
            if !is_extension(&pdu) {
                break;
            }
            protocol = *pdu.bytes().first()?;
            start = pdu.inside().map_or(bytes.len(), |inside| inside.start() - begins);
        }
        let message = bytes.get(start..)?;
        let frame = packet.pdu(Protocol::Ethernet);
        let to_group =
            frame.and_then(|frame| Mac::new(frame.bytes())).is_some_and(|mac| mac.is_group());
        Some(Datagram { source, destination, protocol, message, bytes, start, to_group })
    }

    /// Whether it is an ICMP or ICMPv6 error (RFC 1122 section 3.2.2, RFC 4443 section 2.1).
    pub(crate) fn is_error(&self) -> bool {
        let kind = self.message.first();
        match (self.source, self.protocol) {
            (IpAddr::V4(_), PROTOCOL_ICMP) => kind.is_some_and(|kind| icmp::is_error(*kind)),
            (IpAddr::V6(_), icmpv6::NEXT_HEADER) => kind.is_some_and(|kind| *kind < 128),
            _ => false,
        }
    }

    /// Whether the checksum of its message is right, which covers the pseudo-header (RFC 768, RFC 9293
    /// section 3.1, RFC 8200 section 8.1).
    pub(crate) fn verifies(&self) -> bool {
        add16(self.pseudo_header(), sum(self.message)) == 0xffff
    }

    fn pseudo_header(&self) -> u16 {
        let length = self.message.len() as u32;
        let of = |source: &[u8], destination: &[u8]| {
            pseudo_header(source, destination, self.protocol, length)
        };
        match (self.source, self.destination) {
            (IpAddr::V4(from), IpAddr::V4(to)) => of(&from.octets(), &to.octets()),
            (IpAddr::V6(from), IpAddr::V6(to)) => of(&from.octets(), &to.octets()),
            _ => unreachable!("both are of one header"),
        }
    }

    /// The big-endian word at `offset` of the message.
    pub(crate) fn word(&self, offset: usize) -> Option<u16> {
        let word = self.message.get(offset..offset + 2)?;
        Some(u16::from_be_bytes([word[0], word[1]]))
    }

    /// A range of the message as one of the datagram.
    pub(crate) fn range(&self, range: std::ops::Range<usize>) -> std::ops::Range<usize> {
        self.start + range.start..self.start + range.end
    }
}

/// Whether a unit is an extension header of IPv6 that any node reads (RFC 8200 section 4).
pub(crate) fn is_extension(pdu: &Pdu) -> bool {
    matches!(
        pdu.protocol(),
        Protocol::HopByHop | Protocol::Routing | Protocol::DestinationOptions | Protocol::Fragment
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::{Link, hex};

    #[test]
    fn the_message_is_found_behind_extension_headers_and_before_padding() {
        // IPv6, hop-by-hop options of eight octets, then UDP; two octets of padding.
        let text = "600000000010004020010db8000000000000000000000002\
                    20010db8000000000000000000000001110001040000000012340035000800000000";
        let bytes = hex::parse(text).unwrap();
        let packet = Packet::new(Link::RawIp, &bytes, bytes.len());
        let datagram = Datagram::of(&packet).unwrap();
        assert_eq!((datagram.protocol, datagram.start), (17, 48));
        assert_eq!(datagram.message, hex::parse("1234003500080000").unwrap());
        assert_eq!(datagram.word(2), Some(53));
        assert_eq!(datagram.bytes.len(), 56);
    }
}
