//! Checksum offload: for models that cannot add, the runtime computes the checksums of a reply, as
//! network cards do. It is off unless asked for, named in every journal's first record and every figure,
//! and the only code between a model and the judge that writes bytes.

use wire::checksum::{add16, sum};
use wire::{Link, Packet, Pdu, Protocol, icmp, icmpv6, igmp, ipv4, tcp, udp};

/// Fills in every checksum that the packet's sender owes: of each IPv4 header and of ICMP, ICMPv6, IGMP,
/// UDP and TCP, the innermost first, because those around it cover it. What an ICMP error quotes was
/// another's to send. What is too short for a checksum, or not all there, is left as it is.
pub fn fill_checksums(link: Link, packet: &mut [u8]) {
    let units = Packet::new(link, packet, packet.len()).pdus().count();
    for index in (0..units).rev() {
        if let Some((at, sum)) = owed(link, packet, index) {
            packet[at..at + 2].copy_from_slice(&sum.to_be_bytes());
        }
    }
}

/// The offset and the right value of the checksum of the unit at `index`.
fn owed(link: Link, packet: &[u8], index: usize) -> Option<(usize, u16)> {
    let packet = Packet::new(link, packet, packet.len());
    let pdu = packet.pdus().nth(index).filter(|pdu| !pdu.is_quoted())?;
    let (field, pseudo) = field(&pdu)?;
    let covered = match pdu.protocol() {
        Protocol::Ipv4 => header(&pdu)?,
        _ => pdu.is_whole().then(|| pdu.bytes())?,
    };
    let (before, after) = covered.split_at_checked(field)?;
    let sum = !add16(pseudo, add16(sum(before), sum(after.get(2..)?)));
    // In UDP a field of zero means that there is no checksum (RFC 768).
    let sum = if sum == 0 && pdu.protocol() == Protocol::Udp { 0xffff } else { sum };
    Some((pdu.start() + field, sum))
}

/// Where the checksum of a unit stands in it, and the sum of its pseudo-header.
fn field(pdu: &Pdu) -> Option<(usize, u16)> {
    let transport = |at, number| Some((at, pdu.pseudo_header_sum(number, pdu.length())?));
    match pdu.protocol() {
        Protocol::Ipv4 => Some((ipv4::field::CHECKSUM.start, 0)),
        Protocol::Icmp => Some((icmp::field::CHECKSUM.start, 0)),
        Protocol::Igmp => Some((igmp::field::CHECKSUM.start, 0)),
        // ICMPv6 begins as ICMP does (RFC 4443 section 2.1).
        Protocol::Icmpv6 => transport(icmp::field::CHECKSUM.start, icmpv6::NEXT_HEADER),
        Protocol::Udp => transport(udp::field::CHECKSUM.start, 17),
        Protocol::Tcp => transport(tcp::field::CHECKSUM.start, 6),
        _ => None,
    }
}

/// An IPv4 header, as long as it says, and 20 octets at least.
fn header<'p>(pdu: &Pdu<'p>) -> Option<&'p [u8]> {
    let first = *pdu.bytes().first()?;
    pdu.get(0..(usize::from(first & 0x0f) * 4).max(ipv4::MIN_HEADER_LEN))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use verify::{Example, RULES};
    use wire::{Udp, dissect, hex};

    /// The packets that keep every rule of the judge.
    fn sound() -> impl Iterator<Item = (Link, Vec<u8>)> {
        let frames = RULES.iter().filter_map(|rule| match rule.pass {
            Example::Packet(link, frame) => Some((link, hex::parse(frame).unwrap())),
            _ => None,
        });
        frames.filter(|(link, frame)| {
            let packet = Packet::new(*link, frame, frame.len());
            // A UDP datagram may go without, and in a fragment nobody can tell.
            let without = |udp: Pdu| Udp::new(udp.bytes()).is_some_and(|udp| udp.checksum() == 0);
            let unsure = packet.pdu(Protocol::Udp).is_some_and(without)
                || packet.pdus().any(|pdu| pdu.is_fragment());
            verify::inspect(&packet).is_empty() && !unsure
        })
    }

    /// Names and places of the checksums that are filled in: those of extensions (RFC 4884) are not, nor
    /// that of GRE.
    fn checksums(link: Link, frame: &[u8]) -> Vec<(&'static str, std::ops::Range<usize>)> {
        let layers = dissect::frame(&Packet::new(link, frame, frame.len())).layers;
        let own = layers.into_iter().filter(|layer| !layer.quoted && layer.name != "gre");
        let fields = own.flat_map(|layer| layer.fields);
        let named = |name: &str| name.split_once('.').is_some_and(|(_, field)| field == "checksum");
        let fields = fields.filter(|field| named(field.name));
        fields.map(|field| (field.name, field.range)).collect()
    }

    #[test]
    fn every_checksum_becomes_right_whatever_it_was() {
        let mut filled = BTreeMap::<(&str, Link), u32>::new();
        for (link, right) in sound() {
            let places = checksums(link, &right);
            for filling in [0, 0x55, 0xff] {
                let mut packet = right.clone();
                places.iter().for_each(|(_, range)| packet[range.clone()].fill(filling));
                fill_checksums(link, &mut packet);
                assert_eq!(packet, right, "{link} {}", hex::encode(&right));
                places.iter().for_each(|(name, _)| *filled.entry((*name, link)).or_insert(0) += 1);
            }
        }
        for name in ["ipv4", "icmp", "icmpv6", "igmp", "udp", "tcp"] {
            let of = filled.keys().filter(|(field, _)| *field == format!("{name}.checksum"));
            assert!(of.count() > 0, "{name}: {filled:?}");
        }
        assert!(filled.contains_key(&("icmpv6.checksum", Link::Ethernet)), "{filled:?}");
    }

    /// RFC 768: a computed checksum of zero is transmitted as all ones.
    #[test]
    fn udp_has_no_checksum_of_zero() {
        let mut packet =
            hex::parse("4500001e0000000040110000 0a000002 0a000001 00070007000a0000 0000").unwrap();
        fill_checksums(Link::RawIp, &mut packet);
        let (before, sum) = (packet.clone(), u16::from_be_bytes([packet[26], packet[27]]));
        packet[28..30].copy_from_slice(&sum.to_be_bytes());
        fill_checksums(Link::RawIp, &mut packet);
        assert_eq!(packet[26..28], [0xff, 0xff], "{before:02x?}");
        verify::assert_conforms!(packet);
    }

    proptest! {
        /// Whatever a model wrote, nothing but checksums changes, and a second time nothing at all.
        #[test]
        fn any_bytes_keep_their_length_and_the_rest(
            bytes in prop::collection::vec(any::<u8>(), 0..120),
            first in prop::sample::select(vec![0x45_u8, 0x4f, 0x60, 0x00]),
            link in prop::sample::select(vec![Link::RawIp, Link::Ethernet]),
        ) {
            let mut packet = bytes;
            if let Some(byte) = packet.first_mut() {
                *byte = first;
            }
            let before = packet.clone();
            fill_checksums(link, &mut packet);
            let places = checksums(link, &before);
            for (at, (old, new)) in before.iter().zip(&packet).enumerate() {
                prop_assert!(old == new || places.iter().any(|(_, range)| range.contains(&at)));
            }
            let once = packet.clone();
            fill_checksums(link, &mut packet);
            prop_assert_eq!(packet, once);
        }
    }
}
