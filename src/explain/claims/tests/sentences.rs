//! Sentences with what is right and wrong in them.

use super::*;

/// Sentence, statements that agree with the bytes, what is stated and contradicts them.
type Row = (&'static str, usize, &'static [&'static str]);

#[rustfmt::skip]
const TRUE: &[Row] = &[
    ("The TTL is 63.", 1, &[]),
    ("Its time to live (TTL) is 63 (0x3f).", 2, &[]),
    ("**TTL**: 63", 1, &[]),
    ("`ipv4.ttl` is `63` at byte 8.", 2, &[]),
    ("| TTL | 63 |", 1, &[]),
    ("TTL=63, protocol 1 (ICMP), total length 84 bytes.", 4, &[]),
    ("The TTL field (byte 8) of the IPv4 header holds 63.", 2, &[]),
    ("The TTL, byte 8, is 63.", 2, &[]),
    ("Byte 8 (the TTL) is 63.", 2, &[]),
    ("At offset 8 is the TTL, and bytes 10–11 hold the header checksum 0x26a7.", 3, &[]),
    ("bytes 10-11 are 26a7 and byte 20 is 8", 2, &[]),
    ("Byte 0 of the ICMP header is 8, an echo request.", 1, &[]),
    ("This is an ICMP echo request with type 8 and code 0, identifier 7 and sequence number 1.", 4, &[]),
    ("ICMP type 8 (echo request), code 0, id 7, seq 1.", 5, &[]),
    ("The source address is 10.0.0.2 and the destination address 10.0.0.1.", 2, &[]),
    ("It goes from 10.0.0.2 to 10.0.0.1.", 2, &[]),
    ("The source and destination addresses are 10.0.0.2 and 10.0.0.1.", 2, &[]),
    ("The header checksum reads 0x26a7, but should be 0x27a7.", 1, &[]),
    ("The header checksum is 0x26a7 instead of 0x27a7.", 1, &[]),
    ("The header checksum should be 0x27a7.", 1, &[]),
    ("A header checksum of 0x27a7 was expected.", 1, &[]),
    ("The checksum was computed as if the TTL were 64.", 0, &[]),
    ("If the TTL had been 64, the header checksum 0x26a7 would be right.", 1, &[]),
    ("The sender set the TTL to 64 before a router decremented it.", 0, &[]),
    ("Most likely the TTL was lowered from 64 to 63 on the way.", 0, &[]),
    ("The original TTL was 64.", 0, &[]),
    ("Linux's default TTL is 64.", 0, &[]),
    ("Hosts usually start with a TTL of 64.", 0, &[]),
    ("Set the TTL to 64 and the header checksum to 0x27a7.", 1, &[]),
    ("The TTL is less than 64.", 0, &[]),
    ("The TTL is one below 64.", 0, &[]),
    ("The TTL is not 64.", 1, &[]),
    ("The echo reply will have type 0 and a TTL of 64.", 0, &[]),
    ("In the reply, the source address is 10.0.0.1.", 0, &[]),
    ("The DF bit is set, MF is clear.", 2, &[]),
    ("Don't Fragment is set; the flags are DF.", 2, &[]),
    ("Flags: DF (0x40), fragment offset 0.", 3, &[]),
    ("The packet is 84 bytes long: a 20-byte header and 64 bytes of ICMP.", 1, &[]),
    ("IHL is 5 (20 bytes) and the version is 4.", 2, &[]),
    ("Version/IHL is 0x45.", 1, &[]),
    ("This breaks ipv4.checksum (RFC 791 3.1), a MUST of RFC 791, section 3.1.", 3, &[]),
    ("RFC 1122 section 3.2.1.7 forbids a TTL of zero.", 1, &[]),
    ("RFC 1812 section 5.3.1 says how routers decrement the TTL.", 0, &[]),
    ("Protocol 17 is UDP; this packet has protocol 1.", 1, &[]),
    ("An RFC 1918 address such as 10.1.2.3 is private, as is all of 10.0.0.0/8.", 0, &[]),
    ("The payload is 56 bytes of 0xa5.", 1, &[]),
    ("The header length is 20 bytes, the payload is 64 bytes.", 1, &[]),
    ("- ipv4.checksum (RFC 791 3.1, MUST) bytes 10–11: expected 0x27a7, found 0x26a7", 3, &[]),
    ("The TTL is 63 (byte 8), the header checksum 0x26a7 at bytes 10-11.", 4, &[]),
    ("Raise the TTL to 64.", 0, &[]),
    ("A neighbour TTL of 64 is in the log.", 0, &[]),
    ("Values of the TTL 64, 63 and 62 were seen.", 0, &[]),
    ("The TTL is 64 or 63.", 0, &[]),
    ("The total length is 4 bytes too long.", 0, &[]),
    ("Loopback is 127.0.0.1, broadcast 255.255.255.255.", 0, &[]),
    ("Section 3.2.1.7 is about it.", 0, &[]),
    ("The minimum IHL is 5, the maximum TTL 255.", 1, &[]),
    ("The ICMP checksum 0xd9d9 is right.", 1, &[]),
    ("The TCP window is 100.", 0, &[]),
    ("The header's ten words add up to 0xfeff instead of 0xffff.", 0, &[]),
    ("The IP identification is 0, which DF allows.", 1, &[]),
];

#[rustfmt::skip]
const FALSE: &[Row] = &[
    ("The TTL is 64.", 0, &["64"]),
    ("The time to live (TTL) field is 0x40.", 0, &["0x40"]),
    ("`ipv4.ttl` = 65", 0, &["65"]),
    ("| TTL | 64 |", 0, &["64"]),
    ("TTL=64, protocol 17 (UDP), total length 85 bytes.", 0, &["64", "17", "UDP", "85 bytes"]),
    ("The TTL (byte 9) is 63.", 1, &["byte 9"]),
    ("Bytes 12-13 (header checksum) are 0x26a7.", 1, &["Bytes 12-13"]),
    ("The header checksum lies in bytes 22-23.", 0, &["bytes 22-23"]),
    ("The header checksum is at bytes 22-23.", 0, &["bytes 22-23"]),
    ("Byte 8 is 64.", 0, &["64"]),
    ("Bytes 2-3 hold 0x0055.", 0, &["0x0055"]),
    ("ICMP type 0 (echo reply), code 1.", 0, &["0", "echo reply", "1"]),
    ("The protocol is UDP.", 0, &["UDP"]),
    ("The ICMP type is echo reply.", 0, &["echo reply"]),
    ("With DF set and a TTL of 64 it goes on.", 1, &["64"]),
    ("The source address is 10.0.0.1.", 0, &["10.0.0.1"]),
    ("It comes from 10.0.0.7.", 0, &["10.0.0.7"]),
    ("The header checksum should be 0x27a7, but the packet has a header checksum of 0x9999.", 1, &["0x9999"]),
    ("The header checksum is 0x27a7.", 0, &["0x27a7"]),
    ("ICMP checksum: 0x26a7", 0, &["0x26a7"]),
    ("The checksum of the ICMP message is 0x26a7.", 0, &["0x26a7"]),
    ("MF is set and DF is not set.", 0, &["MF is set", "DF is not set"]),
    ("The flags are MF, and the fragment offset is 8.", 0, &["MF", "8"]),
    ("The flags are none.", 0, &["none"]),
    ("The payload is 57 bytes.", 0, &["57 bytes"]),
    ("The packet is 85 bytes long.", 0, &["85 bytes"]),
    ("The IHL is 6, so the IPv4 header has options.", 0, &["6"]),
    ("The sequence number is 2 and the identifier 7.", 1, &["2"]),
    ("This breaks ipv4.checksum (RFC 792 3.1).", 1, &["RFC 792 3.1"]),
    ("It is the rule ipv4.sum that is broken.", 0, &["ipv4.sum"]),
    ("The TTL is 64, which is why the header checksum 0x26a7 is wrong.", 1, &["64"]),
    ("Its total length, at bytes 2-3, is 64.", 1, &["64"]),
    ("- ipv4.checksum (RFC 791 3.1, MUST) bytes 10–11: expected 0x27a7, found 0x2677", 2, &["0x2677"]),
    ("The TTL is 63 (byte 9).", 1, &["byte 9"]),
    ("The identification is 7.", 0, &["7"]),
];

#[test]
fn sentences() {
    assert!(TRUE.len() + FALSE.len() >= 40);
    let mut failed = Vec::new();
    for (text, agree, contradict) in TRUE.iter().chain(FALSE) {
        let (right, wrong) = (right(text, facts(&packet())), wrong(text, facts(&packet())));
        if right != *agree || wrong != *contradict {
            let claims = claims(text, facts(&packet()));
            failed.push(format!("{text}\n   {right} right, wrong {wrong:?}\n   {claims:?}"));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// Other protocols, in the words that their fields are shown in.
fn tcp() -> Facts {
    let fields = [
        ("ethernet.destination", 0..6, 0, "02:00:00:00:00:01"),
        ("ethernet.source", 6..12, 0, "02:00:00:00:00:02"),
        ("ethernet.type", 12..14, 0, "0x0800 (IPv4)"),
        ("ipv4.checksum", 24..26, 14, "0x1736"),
        ("ipv4.source", 26..30, 14, "10.0.0.2"),
        ("ipv4.destination", 30..34, 14, "10.0.0.1"),
        ("tcp.source_port", 34..36, 34, "40000"),
        ("tcp.destination_port", 36..38, 34, "80 (http)"),
        ("tcp.sequence", 38..42, 34, "1000"),
        ("tcp.acknowledgment", 42..46, 34, "2000"),
        ("tcp.data_offset", 46..47, 34, "5"),
        ("tcp.flags", 47..48, 34, "SYN ACK"),
        ("tcp.window", 48..50, 34, "64240"),
        ("tcp.checksum", 50..52, 34, "0xbeef"),
    ];
    let mut facts = facts(&[]);
    facts.bytes = vec![0; 54];
    facts.bytes[47] = 0x12;
    facts.layers =
        vec![("ethernet".into(), 0..14), ("ipv4".into(), 14..34), ("tcp".into(), 34..54)];
    facts.fields = fields
        .into_iter()
        .map(|(name, range, base, shown)| facts::Fact::new(name, range, base, shown))
        .collect();
    facts
}

#[test]
fn other_protocols() {
    for (text, agree, contradict) in [
        ("The source port is 40000, the destination port 80.", 2, &[][..]),
        ("From port 40000 to port 80 (HTTP).", 3, &[]),
        ("Source port 80, destination port 40000.", 0, &["80", "40000"]),
        ("The SYN and ACK flags are set.", 1, &[]),
        ("SYN is set, and the ACK flag is set; FIN is clear.", 3, &[]),
        ("The flags are SYN and RST.", 0, &["SYN and RST"]),
        ("Flags 0x12, flags [SYN, ACK], flags 0x012.", 3, &[]),
        ("The ACK number is 2001.", 0, &["2001"]),
        ("The acknowledgment number is 2000 and the sequence number 1000.", 2, &[]),
        ("The relative sequence number is 1.", 0, &[]),
        ("The data offset is 5 (20 bytes), the window size 64240 bytes.", 2, &[]),
        ("The TCP checksum 0xbeef is right, the IP checksum is 0xbeef.", 1, &["0xbeef"]),
        ("The TCP header's checksum is at bytes 16-17 of the TCP header.", 1, &[]),
        ("The destination MAC address is 02:00:00:00:00:01.", 1, &[]),
        ("The frame goes to 02:00:00:00:00:09.", 0, &["02:00:00:00:00:09"]),
        ("The source MAC is 02:00:00:00:00:01.", 0, &["02:00:00:00:00:01"]),
        ("The EtherType is 0x0800 (IPv4).", 2, &[]),
        ("The EtherType is 0x86dd.", 0, &["0x86dd"]),
        ("The ICMP checksum is 0x1736.", 0, &[]),
    ] {
        let (right, wrong) = (right(text, tcp()), wrong(text, tcp()));
        assert_eq!(
            (right, wrong),
            (agree, contradict.iter().map(|s| s.to_string()).collect()),
            "{text}"
        );
    }
}
