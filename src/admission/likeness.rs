//! Which packets are the same for whoever answers: a sender that hears nothing sends its packet again, and
//! neither the kernel nor anybody else makes that copy byte for byte. What differs between copies is left
//! out here; what is left is compared.

use wire::{Link, Packet, Protocol, Tcp};

/// TCP's push flag (RFC 9293 section 3.1), which a retransmission may set anew.
const PUSH: u8 = 0x08;
/// Flags that take up sequence space.
const SYN_FIN: u8 = 0x03;

/// What two copies of one packet have in common, and no other packet of its link.
pub(super) fn likeness(link: Link, bytes: &[u8]) -> Vec<u8> {
    let packet = Packet::new(link, bytes, bytes.len());
    match packet.pdu(Protocol::Tcp).filter(wire::Pdu::is_whole) {
        Some(segment) => of_segment(&segment).unwrap_or_else(|| bytes.to_vec()),
        None => of_datagram(&packet),
    }
}

/// A segment is its place in the stream and what it carries there: acknowledgment, window and options are
/// those of the moment. One that carries nothing is its acknowledgment.
fn of_segment(segment: &wire::Pdu) -> Option<Vec<u8>> {
    let (source, destination) = segment.addresses()?;
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
/// label of IPv6.
fn of_datagram(packet: &Packet) -> Vec<u8> {
    let mut key = packet.bytes().to_vec();
    let network = packet.pdus().find(|pdu| pdu.protocol().is_network());
    let counted: &[(usize, usize)] = match network.map(|network| network.protocol()) {
        Some(Protocol::Ipv4) => &[(4, 6), (10, 12)],
        Some(_) => &[(1, 4)],
        None => &[],
    };
    let start = network.map_or(0, |network| network.start());
    for (first, end) in counted {
        if let Some(octets) = key.get_mut(start + first..start + end) {
            octets.fill(0);
        }
    }
    key
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
        packet.extend([0x50, flags, 0xfa, 0xf0, 0, identification as u8, 0, 0]);
        packet.extend(data);
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

    #[test]
    fn other_packets_are_what_they_say() {
        let echo = wire::Echo::new([10, 0, 0, 2].into(), [10, 0, 0, 1].into());
        let first = echo.request();
        let mut again = first.clone();
        again[4..6].fill(7);
        again[10..12].fill(9);
        assert_eq!(key(&first), key(&again));
        assert_ne!(key(&first), key(&wire::Echo { sequence: 9, ..echo }.request()));
        for length in 0..first.len() {
            key(&first[..length]);
        }
    }
}
