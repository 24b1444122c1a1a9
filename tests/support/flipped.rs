//! Sound packets of every class, and what becomes of them when one bit of them is another.

use wire::{Link, Packet, apply, hex};

/// Sound packets by name, on both kinds of link.
const CASES: &str = include_str!("../../xtask/provider/tests/host/cases.txt");

/// The packet of that name.
pub fn case(name: &str) -> Vec<u8> {
    let line = CASES.lines().find(|line| line.starts_with(&format!("{name} "))).expect(name);
    hex::parse(line.split(' ').nth(2).expect("a packet")).expect("hex")
}

/// Each bit the other way round: as the wire might turn it, and as an enemy would, who puts checksums right.
pub fn flips(link: Link, packet: &[u8]) -> Vec<Vec<u8>> {
    let flipped = (0..8 * packet.len()).map(|bit| {
        let mut flipped = packet.to_vec();
        flipped[bit / 8] ^= 0x80 >> (bit % 8);
        flipped
    });
    flipped.flat_map(|flipped| [sealed(link, &flipped), flipped]).collect()
}

/// With the checksums that the rules propose.
pub fn sealed(link: Link, bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for rule in
        ["ipv4.checksum", "icmp.checksum", "icmpv6.checksum", "udp.checksum", "tcp.checksum"]
    {
        let findings = verify::inspect(&Packet::new(link, &bytes, bytes.len()));
        let Some(finding) = findings.iter().find(|finding| finding.rule.id == rule) else {
            continue;
        };
        bytes = apply(&finding.edits, &bytes).expect("an edit can be made");
    }
    bytes
}
