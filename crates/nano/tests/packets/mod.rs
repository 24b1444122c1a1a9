//! A packet of each kind, for golden transcripts and benchmarks, with checksums made by other software.

#![allow(dead_code, reason = "tests and benchmarks use some of it each")]

use nano::registers::Registers;

/// A host on a link without link headers: 10.0.0.1/24 and fe80::1, at noon.
const HOST: Registers = Registers {
    mac: None,
    ipv4: [10, 0, 0, 1],
    broadcast: Some([10, 0, 0, 255]),
    ipv6: Some([0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
    clock: 43_200_000,
};
/// The same on an Ethernet.
const STATION: Registers = Registers { mac: Some([2, 0, 0, 0, 0, 1]), ..HOST };

/// Names, hosts and packets, in hexadecimal digits.
const PACKETS: &[(&str, Registers, &str)] = &[
    // An 84-byte request as iputils-ping sends it.
    (
        "echo",
        HOST,
        "45000054c5714000400161350a0000020a0000010800a290a87c0001233f046b00000000bf7407000000\
        0000101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637",
    ),
    // A timestamp request.
    (
        "timestamp",
        HOST,
        "45000028123440004001149f0a0000020a0000010d00a7bb1b2c000102932d840000000000000000",
    ),
    // A line to the echo service.
    (
        "udp-echo4",
        HOST,
        "45000029123440004011148e0a0000020a0000019c4000070015052e68656c6c6f2c20776f726c640a",
    ),
    // A datagram of an odd length to port 33434; all of it is quoted.
    ("udp-closed4", HOST, "4500002112344000401114960a0000020a0000019c40829a000d892468656c6c6f"),
    // A datagram of protocol 132, SCTP.
    ("protocol4", HOST, "4500002012344000408414240a0000020a0000019c400050000000005eb7a1c3"),
    // A SYN to port 80, with options; one more than its sequence number carries through all 32 bits.
    (
        "tcp4",
        HOST,
        "4500003c12344000400614860a0000020a0000019cb00050ffffffff00000000a002faf079c800000204\
        05b40402080a001122330000000001030307",
    ),
    // An ICMPv6 echo request of 104 bytes.
    (
        "echo6",
        HOST,
        "600abcde00403a40fe800000000000000000000000000002fe8000000000000000000000000000018000\
        70401b2c0001000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223\
        2425262728292a2b2c2d2e2f3031323334353637",
    ),
    // A line to the echo service.
    (
        "udp-echo6",
        HOST,
        "6000000000151140fe800000000000000000000000000002fe8000000000000000000000000000019c40\
        000700151c2c68656c6c6f2c20776f726c640a",
    ),
    // A datagram to port 33434.
    (
        "udp-closed6",
        HOST,
        "60000000000d1140fe800000000000000000000000000002fe8000000000000000000000000000019c40\
        829a000da02268656c6c6f",
    ),
    // A packet whose next header is 132, SCTP.
    (
        "protocol6",
        HOST,
        "60000000000c8440fe800000000000000000000000000002fe8000000000000000000000000000019c40\
        0050000000005eb7a1c3",
    ),
    // The SYN over IPv6.
    (
        "tcp6",
        HOST,
        "6000000000280640fe800000000000000000000000000002fe8000000000000000000000000000019cb0\
        0050ffffffff00000000a002faf090c60000020405b40402080a001122330000000001030307",
    ),
    // Who has 10.0.0.1?
    (
        "arp",
        STATION,
        "ffffffffffff020000000002080600010800060400010200000000020a0000020000000000000a000001",
    ),
    // Who has fe80::1? Asked of the group of nodes whose addresses end so.
    (
        "neighbor",
        STATION,
        "3333ff00000102000000000286dd6000000000203afffe800000000000000000000000000002ff020000\
        0000000000000001ff00000187007a9700000000fe800000000000000000000000000001010102000000\
        0002",
    ),
    // The echo request with one bit of its payload flipped.
    (
        "flipped",
        HOST,
        "45000054c5714000400161350a0000020a0000010800a290a87c0001233f046b00000000bf7407000000\
        0000101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353636",
    ),
];

/// The names of all packets that call for a reply.
pub fn names() -> impl Iterator<Item = &'static str> {
    PACKETS.iter().map(|(name, ..)| *name).filter(|name| *name != "flipped")
}

/// The packet of that name, and the host that it reaches.
pub fn packet(name: &str) -> (Vec<u8>, Registers) {
    let known = PACKETS.iter().find(|packet| packet.0 == name);
    let (_, own, hex) = known.unwrap_or_else(|| panic!("there is no packet {name}"));
    let digits: Vec<u32> = hex.chars().filter_map(|digit| digit.to_digit(16)).collect();
    (digits.chunks(2).map(|pair| (pair[0] << 4 | pair[1]) as u8).collect(), *own)
}
