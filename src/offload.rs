//! Checksum offload: for models that cannot add, the runtime computes the checksums of a reply, as
//! network cards do. It is off unless asked for, named in every journal's first record and every figure,
//! and the only code between a model and the judge that writes bytes.

use wire::checksum::checksum;
use wire::ipv4::{self, MIN_HEADER_LEN, PROTOCOL_ICMP};
use wire::{Ipv4, icmp};

/// Fills in the header checksum, and that of ICMP in a whole datagram; what is too short for one is
/// left as it is.
pub fn fill_checksums(packet: &mut [u8]) {
    let Some(ip) = Ipv4::new(packet) else { return };
    let header = ip.header_len().max(MIN_HEADER_LEN);
    let end = usize::from(ip.total_length()).min(packet.len());
    let is_icmp = ip.protocol() == PROTOCOL_ICMP;
    if let Some(header) = packet.get_mut(..header) {
        close(header, ipv4::field::CHECKSUM.start);
    }
    if let Some(message) = packet.get_mut(header..end).filter(|_| is_icmp) {
        close(message, icmp::field::CHECKSUM.start);
    }
}

fn close(bytes: &mut [u8], at: usize) {
    if let Some(field) = bytes.get_mut(at..at + 2) {
        field.fill(0);
        let sum = checksum(bytes);
        bytes[at..at + 2].copy_from_slice(&sum.to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::Echo;

    #[test]
    fn both_checksums_become_right_whatever_they_were() {
        let packet = Echo::new([10, 0, 0, 2].into(), [10, 0, 0, 1].into());
        for payload in [&[][..], &[1, 2, 3], &[0xff; 64]] {
            let right = Echo { payload, ..packet }.request();
            let mut spoilt = right.clone();
            spoilt[10..12].fill(0x55);
            spoilt[22..24].fill(0x55);
            fill_checksums(&mut spoilt);
            assert_eq!(spoilt, right);
        }
    }

    #[test]
    fn what_has_no_room_for_them_is_left_alone() {
        for length in 0..28 {
            let mut packet = vec![0x4f; length];
            fill_checksums(&mut packet);
            assert_eq!(packet.len(), length);
        }
    }
}
