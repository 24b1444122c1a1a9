//! A reply that goes to the wrong address, and is right but for that.

use wire::checksum::update;
use wire::ethernet::HEADER_LEN;
use wire::protocol::ethertype;
use wire::{icmp, icmpv6, ipv4, ipv6, tcp, udp};

use crate::host::seal_header;

const TCP: u8 = 6;
const UDP: u8 = 17;

/// Changes the address that `packet`, a frame or not, goes to into the one beside it, and the checksums that
/// cover it.
pub(super) fn misdirect(packet: &mut [u8], is_frame: bool) {
    if !is_frame {
        return misdirect_ip(packet);
    }
    let Some((header, inside)) = packet.split_at_mut_checked(HEADER_LEN) else { return };
    match u16::from_be_bytes([header[12], header[13]]) {
        ethertype::ARP => {
            if let Some(octet) = inside.get_mut(wire::arp::field::TARGET_ADDRESS.end - 1) {
                *octet ^= 1;
            }
        }
        _ => misdirect_ip(inside),
    }
}

fn misdirect_ip(packet: &mut [u8]) {
    match packet.first().map(|first| first >> 4) {
        Some(6) if packet.len() >= ipv6::HEADER_LEN => {
            let protocol = packet[ipv6::field::NEXT_HEADER.start];
            redirect(packet, ipv6::field::DESTINATION.end, protocol, ipv6::HEADER_LEN);
        }
        _ if packet.len() >= ipv4::MIN_HEADER_LEN => {
            let protocol = packet[ipv4::field::PROTOCOL.start];
            redirect(packet, ipv4::field::DESTINATION.end, protocol, ipv4::MIN_HEADER_LEN);
            seal_header(packet);
        }
        _ => {}
    }
}

/// Changes the last bit of the address that ends at `end`, and the checksum of the message at `message` with
/// it.
fn redirect(packet: &mut [u8], end: usize, protocol: u8, message: usize) {
    let old = u16::from_be_bytes([packet[end - 2], packet[end - 1]]);
    packet[end - 1] ^= 1;
    let checksum = match protocol {
        TCP => tcp::field::CHECKSUM,
        UDP => udp::field::CHECKSUM,
        icmpv6::NEXT_HEADER => icmp::field::CHECKSUM,
        _ => return,
    };
    let Some(field) = packet.get_mut(message + checksum.start..message + checksum.end) else {
        return;
    };
    let sum = u16::from_be_bytes([field[0], field[1]]);
    field.copy_from_slice(&update(sum, old, old ^ 1).to_be_bytes());
}
