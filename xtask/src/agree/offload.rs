//! Whether a checksum that tshark calls bad was left to a network card: judged from tshark's fields alone,
//! so that nothing of ours decides it.

use std::net::{Ipv4Addr, Ipv6Addr};

/// The fields of tshark that tell; each may occur in several headers of a packet.
pub const FIELDS: [&str; 7] =
    ["ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "ip.len", "ip.hdr_len", "ipv6.plen"];
/// Between the values of a field that occurs several times: no value of ours has it.
pub const SEVERAL: char = '\u{1f}';

/// Whether one of the checksums `found` (as tshark writes them) is the sum of the pseudo-header of one of the
/// packet's IP headers, not complemented: what a host leaves for a card that computes checksums; without the
/// length for one that also cuts segments.
pub fn is_offloaded(found: &str, fields: &[&str; FIELDS.len()], protocol: u32) -> bool {
    let [source, target, source6, target6, total, header, payload] = fields.map(several);
    let four = source.iter().zip(&target).enumerate().filter_map(|(n, (source, target))| {
        let length = number(&total, n).zip(number(&header, n)).and_then(|(t, h)| t.checked_sub(h));
        let octets = [source, target].map(|text| text.parse().map(|a: Ipv4Addr| a.octets()));
        let [Ok(source), Ok(target)] = octets else { return None };
        Some((add(&source) + add(&target) + protocol, length))
    });
    let six = source6.iter().zip(&target6).enumerate().filter_map(|(n, (source, target))| {
        let octets = [source, target].map(|text| text.parse().map(|a: Ipv6Addr| a.octets()));
        let [Ok(source), Ok(target)] = octets else { return None };
        Some((add(&source) + add(&target) + protocol, number(&payload, n)))
    });
    let left: Vec<u32> = four
        .chain(six)
        .flat_map(|(sum, length)| [sum, sum + length.unwrap_or(0)])
        .map(carry)
        .collect();
    let found = several(found).into_iter().filter_map(|sum| sum.strip_prefix("0x"));
    found.filter_map(|sum| u32::from_str_radix(sum, 16).ok()).any(|sum| left.contains(&sum))
}

fn several(values: &str) -> Vec<&str> {
    values.split(SEVERAL).collect()
}

fn number(values: &[&str], n: usize) -> Option<u32> {
    values.get(n)?.parse().ok()
}

/// The sum of 16-bit words, its carries not added yet.
fn add(octets: &[u8]) -> u32 {
    octets.chunks(2).map(|pair| u32::from(pair[0]) << 8 | u32::from(pair[1])).sum()
}

/// Ones'-complement addition's end-around carry.
fn carry(mut sum: u32) -> u32 {
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_with_and_without_length_of_any_header() {
        let fields = [
            "10.0.0.1\u{1f}127.0.0.1",
            "10.0.0.2\u{1f}127.0.0.1",
            "",
            "",
            "60\u{1f}152",
            "20\u{1f}20",
            "",
        ];
        // 0a00 + 0001 + 0a00 + 0002 + 6 = 1409, + 40 = 1431; fe02 + 6 + 132 = fe8c.
        for sum in ["0x1409", "0x1431", "0xfe8c", "0x0000\u{1f}0x1409"] {
            assert!(is_offloaded(sum, &fields, 6), "{sum}");
        }
        for sum in ["", "0x1432", "0xebce"] {
            assert!(!is_offloaded(sum, &fields, 6), "{sum}");
        }
        assert!(is_offloaded("0x0017", &["", "", "::1", "::2", "", "", "14"], 6));
        assert!(!is_offloaded("0x1409", &fields, 17));
    }
}
