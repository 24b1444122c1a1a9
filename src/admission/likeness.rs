//! Which packets are the same for whoever answers: a sender that hears nothing sends its packet again, and
//! neither the kernel nor anybody else makes that copy byte for byte. What differs between copies is left
//! out here; what is left is compared.

use wire::checksum::{add16, sum, verifies};
use wire::{Ipv4, Link, Packet, Pdu, Protocol, Tcp};

/// TCP's protocol number.
const TCP: u8 = 6;
/// TCP's push flag (RFC 9293 section 3.1), which a retransmission may set anew.
const PUSH: u8 = 0x08;
/// Flags that take up sequence space.
const SYN_FIN: u8 = 0x03;

/// What two copies of one packet have in common, and no other packet of its link. A damaged packet has no
/// copies: what its sender sends again is the packet that did not arrive.
pub(super) fn likeness(link: Link, bytes: &[u8]) -> Vec<u8> {
    let packet = Packet::new(link, bytes, bytes.len());
    let Some(network) = packet.pdus().find(|pdu| pdu.protocol().is_network()) else {
        return bytes.to_vec();
    };
    let is_ours = |pdu: &Pdu| pdu.is_whole() && pdu.network() == Some(network);
    let segment = packet.pdu(Protocol::Tcp).filter(is_ours);
    let of_segment =
        segment.filter(|_| is_sound(&network)).and_then(|segment| of_segment(&segment));
    of_segment.unwrap_or_else(|| of_datagram(bytes, &network))
}

/// A segment is its place in the stream and what it carries there: acknowledgment, window and options are
/// those of the moment. One that carries nothing is its acknowledgment.
fn of_segment(segment: &Pdu) -> Option<Vec<u8>> {
    let (source, destination) = segment.addresses()?;
    let pseudo_header = segment.pseudo_header_sum(TCP, segment.length())?;
    if add16(pseudo_header, sum(segment.bytes())) != 0xffff {
        return None;
    }
    let tcp = Tcp::new(segment.bytes())?;
    let data = segment.bytes().get(tcp.header_len()..)?;
    let mut key = format!("{source} {destination} ").into_bytes();
    key.extend_from_slice(&segment.bytes()[..8]);
    key.push(tcp.flags() & !PUSH);
    if data.is_empty() && tcp.flags() & SYN_FIN == 0 {
        key.extend(tcp.acknowledgment().to_be_bytes());
        key.extend(tcp.window().to_be_bytes());
    }
    key.extend_from_slice(data);
    Some(key)
}

/// Any other packet without what a sender counts up: the identification of IPv4 with its checksum, the flow
/// label of IPv6. Of fragments the identification says to which datagram they belong.
fn of_datagram(bytes: &[u8], network: &Pdu) -> Vec<u8> {
    let mut key = bytes.to_vec();
    let is_whole = Ipv4::new(network.bytes()).is_some_and(|ip| !ip.is_fragment());
    match (network.protocol(), &mut key[network.start()..]) {
        (Protocol::Ipv4, header) if is_whole && is_sound(network) => {
            header[4..6].fill(0);
            header[10..12].fill(0);
        }
        (Protocol::Ipv6, [_, label_begins, label @ ..]) if label.len() > 1 => {
            *label_begins &= 0xf0;
            label[..2].fill(0);
        }
        _ => {}
    }
    key
}

/// Whether the header of IPv4 is as it was sent; that of IPv6 has no checksum.
fn is_sound(network: &Pdu) -> bool {
    let header = Ipv4::new(network.bytes()).and_then(|ip| ip.header());
    network.protocol() == Protocol::Ipv6 || header.is_some_and(verifies)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SYN, then data, of one connection; identification, timestamps and checksums are those of the moment.
    fn segment(
        identification: u16,
        sequence: u32,
        flags: u8,
        acknowledged: u32,
        data: &[u8],
    ) -> Vec<u8> {
        let mut packet = vec![0x45, 0, 0, 40 + data.len() as u8];
        packet.extend(identification.to_be_bytes());
        packet.extend([0x40, 0, 64, 6, 0, 0, 10, 0, 0, 2, 10, 0, 0, 1, 0x9c, 0x40, 0, 80]);
        packet.extend(sequence.to_be_bytes());
        packet.extend(acknowledged.to_be_bytes());
        packet.extend([0x50, flags, 0xfa, 0xf0, 0, 0, 0, 0]);
        packet.extend(data);
        crate::offload::fill_checksums(Link::RawIp, &mut packet);
        packet
    }

    fn key(packet: &[u8]) -> Vec<u8> {
        likeness(Link::RawIp, packet)
    }

    #[test]
    fn a_retransmission_is_the_same_segment() {
        let first = segment(1, 100, 0x18, 7, b"GET /");
        assert_eq!(key(&first), key(&segment(2, 100, 0x10, 9, b"GET /")));
        for other in [
            segment(1, 105, 0x18, 7, b"GET /"),
            segment(1, 100, 0x18, 7, b"GET x"),
            segment(1, 100, 0x19, 7, b"GET /"),
        ] {
            assert_ne!(key(&first), key(&other));
        }
        // What carries nothing says what it acknowledges.
        assert_ne!(key(&segment(1, 100, 0x10, 7, b"")), key(&segment(1, 100, 0x10, 8, b"")));
    }

    /// Who sends again what arrived damaged must be heard.
    #[test]
    fn what_was_damaged_is_no_copy() {
        let first = segment(1, 100, 0x18, 7, b"GET /");
        for (at, length) in [(33, 45), (36, 45), (8, 45), (11, 45), (35, 45)] {
            let mut damaged = first.clone();
            assert_eq!(damaged.len(), length);
            damaged[at] ^= 1;
            assert_ne!(key(&first), key(&damaged), "octet {at}");
        }
        let echo = wire::Echo::new([10, 0, 0, 2].into(), [10, 0, 0, 1].into()).request();
        let mut damaged = echo.clone();
        damaged[4] ^= 1;
        assert_ne!(key(&echo), key(&damaged));
    }

    #[test]
    fn a_segment_in_a_tunnel_is_none_of_the_connection() {
        let inner = segment(1, 100, 0x18, 7, b"GET /");
        let mut outer = segment(1, 0, 0, 0, b"")[..20].to_vec();
        (outer[3], outer[9]) = (20 + inner.len() as u8, 4);
        outer.extend(&inner);
        crate::offload::fill_checksums(Link::RawIp, &mut outer);
        assert_ne!(key(&inner), key(&outer));
    }

    #[test]
    fn over_ipv6_headers_may_stand_between_and_the_label_is_the_senders_affair() {
        let segment = segment(1, 100, 0x18, 7, b"GET /").split_off(20);
        let six = |label: u8, class: u8, headers: &[u8]| {
            let next = if headers.is_empty() { TCP } else { 60 };
            let mut packet = vec![0x60, class << 4, 0, label, 0, 0, next, 64];
            packet[5] = (headers.len() + segment.len()) as u8;
            packet.extend([[0xfd; 15], [0xfd; 15]].map(|a| [&a[..], &[1]].concat()).concat());
            packet.extend([headers, &segment].concat());
            crate::offload::fill_checksums(Link::RawIp, &mut packet);
            packet
        };
        let options = [TCP, 0, 1, 4, 0, 0, 0, 0];
        assert_eq!(key(&six(1, 0, &[])), key(&six(2, 0, &options)));
        let mut echo = six(1, 0, &[]);
        echo[6] = 58;
        let mut other = echo.clone();
        (other[1], other[2], other[3]) = (0x0f, 7, 7);
        assert_eq!(key(&echo), key(&other));
        other[1] = 0x1f;
        assert_ne!(key(&echo), key(&other), "the traffic class is none of the label");
    }

    #[test]
    fn other_packets_are_what_they_say() {
        let echo = wire::Echo::new([10, 0, 0, 2].into(), [10, 0, 0, 1].into());
        let first = echo.request();
        let again = wire::Echo { identification: 0x707, ..echo }.request();
        assert_ne!(first, again);
        assert_eq!(key(&first), key(&again));
        let fragment = |mut packet: Vec<u8>| {
            packet[6] |= 0x20;
            crate::offload::fill_checksums(Link::RawIp, &mut packet);
            packet
        };
        assert_ne!(key(&fragment(first.clone())), key(&fragment(again)), "of two datagrams");
        assert_ne!(key(&first), key(&wire::Echo { sequence: 9, ..echo }.request()));
        for length in 0..first.len() {
            key(&first[..length]);
        }
    }
}
