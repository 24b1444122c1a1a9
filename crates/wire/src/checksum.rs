//! The Internet checksum: ones'-complement sums over 16-bit big-endian words (RFC 1071).
//!
//! Every packet meets it twice, once to be believed and once to be sent. Sums here are plain
//! numbers in host order; a field holds them big-endian. Zero has two forms, `0000` and `ffff`:
//! each function says which of them it gives.

use etherparse::checksum::Sum16BitWords;

/// The ones'-complement sum of `bytes` as 16-bit big-endian words, an odd last octet padded with a
/// zero octet (RFC 1071 section 1). `0000` only where every octet is zero.
///
/// ```
/// assert_eq!(wire::checksum::sum(&[0x45, 0x00, 0x00, 0x54]), 0x4554);
/// ```
pub fn sum(bytes: &[u8]) -> u16 {
    !checksum(bytes)
}

/// What a checksum field over `bytes` must hold when that field is zero in `bytes`: the complement
/// of their [`sum`] (RFC 791 section 3.1, RFC 792). `ffff` only where every octet is zero.
pub fn checksum(bytes: &[u8]) -> u16 {
    Sum16BitWords::new().add_slice(bytes).ones_complement().to_be()
}

/// Whether `bytes`, checksum field included, sum to `ffff`: the receiver's test (RFC 1071
/// section 1). It takes either form of zero in the field, as RFC 1624 section 5 advises.
pub fn verifies(bytes: &[u8]) -> bool {
    sum(bytes) == 0xffff
}

/// The ones'-complement sum of two words: the carry out of the top comes back in at the bottom.
/// `0000` only for `0000 + 0000`.
pub const fn add16(a: u16, b: u16) -> u16 {
    let (low, carry) = a.overflowing_add(b);
    low + carry as u16
}

/// The sum of the pseudo-header of a message of so many octets: the addresses as their octets, protocol, length
/// (RFC 768, RFC 9293 section 3.1, RFC 8200 section 8.1).
pub fn pseudo_header(source: &[u8], destination: &[u8], protocol: u8, length: u32) -> u16 {
    let addresses = add16(sum(source), sum(destination));
    let length = add16((length >> 16) as u16, length as u16);
    add16(add16(addresses, u16::from(protocol)), length)
}

/// The checksum after one word it covers changed from `old` to `new`: RFC 1624 equation 3,
/// `HC' = ~(~HC + ~m + m')`.
///
/// The one message it cannot serve becomes all zero: there it gives `0000` where `ffff` is right,
/// because a sum does not remember which of its words were zero.
pub const fn update(checksum: u16, old: u16, new: u16) -> u16 {
    !add16(add16(!checksum, !old), new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// RFC 1071 section 4.1, word by word: the slow and obvious form.
    fn plain(bytes: &[u8]) -> u16 {
        bytes.chunks(2).fold(0, |sum, pair| {
            let low = pair.get(1).copied().unwrap_or(0);
            add16(sum, u16::from_be_bytes([pair[0], low]))
        })
    }

    #[test]
    fn the_example_of_rfc_1071() {
        assert_eq!(sum(&[0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]), 0xddf2);
    }

    #[test]
    fn the_example_of_rfc_1624() {
        assert_eq!(update(0xdd2f, 0x5555, 0x3285), 0x0000);
    }

    #[test]
    fn both_zeros() {
        assert_eq!(sum(&[]), 0);
        assert_eq!(sum(&[0; 64]), 0);
        assert_eq!(sum(&[0xff; 64]), 0xffff);
        assert_eq!(checksum(&[0; 8]), 0xffff);
        assert!(!verifies(&[0; 8]));
    }

    #[test]
    fn longest_datagram_of_ones() {
        assert_eq!(sum(&[0xff; 65_535]), plain(&[0xff; 65_535]));
    }

    #[test]
    fn every_pair_of_carries() {
        for a in (0..=0xffff_u16).step_by(0xff) {
            for b in (0..=0xffff_u16).step_by(0x101) {
                let wide = u32::from(a) + u32::from(b);
                let folded = (wide & 0xffff) + (wide >> 16);
                assert_eq!(u32::from(add16(a, b)), folded);
            }
        }
    }

    proptest! {
        #[test]
        fn sum_is_the_plain_sum(bytes in prop::collection::vec(any::<u8>(), 0..1600)) {
            prop_assert_eq!(sum(&bytes), plain(&bytes));
        }

        #[test]
        fn update_is_a_new_checksum(mut bytes in prop::collection::vec(any::<u8>(), 4..64), new: u16) {
            bytes[0] |= 1; // not all zero: the documented exception
            let before = checksum(&bytes);
            let old = u16::from_be_bytes([bytes[2], bytes[3]]);
            bytes[2..4].copy_from_slice(&new.to_be_bytes());
            prop_assert_eq!(update(before, old, new), checksum(&bytes));
        }
    }
}
