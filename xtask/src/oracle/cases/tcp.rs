//! TCP (RFC 9293 section 3.10.7) without a connection: port 81 is closed, at port 80 a program listens.

use wire::tcp::flag::{ACK, CWR, ECE, FIN, PSH, RST, SYN, URG};

use crate::oracle::case::{Case, FIRST, case};
use crate::oracle::packet::{Packet, TCP, V4, V6, fragment, ip, tcp};

/// An acknowledgment of what nobody sent.
const NOTHING: u32 = 5_000_000;

fn segment(port: u16, flags: u8, data: &[u8]) -> Packet {
    let acknowledgment = if flags & ACK == 0 { 0 } else { NOTHING };
    tcp(port, flags, FIRST, acknowledgment, data)
}

/// To a closed port.
pub fn closed() -> Vec<Case> {
    let of = |flags, data| ip(V4, TCP, segment(81, flags, data));
    vec![
        case("tcp.closed.syn", "a closed port: SYN", of(SYN, b"")),
        case("tcp.closed.syn_data", "a closed port: SYN with data", of(SYN, b"early")),
        case("tcp.closed.ack", "a closed port: ACK", of(ACK, b"")),
        case("tcp.closed.data", "a closed port: ACK with data", of(ACK, b"data")),
        case("tcp.closed.syn_ack", "a closed port: SYN and ACK", of(SYN | ACK, b"")),
        case("tcp.closed.fin", "a closed port: FIN without ACK", of(FIN, b"")),
        case("tcp.closed.fin_ack", "a closed port: FIN and ACK", of(FIN | ACK, b"")),
        case("tcp.closed.null", "a closed port: no flags", of(0, b"")),
        case("tcp.closed.rst", "a closed port: RST", of(RST, b"")),
        case("tcp.closed.rst_ack", "a closed port: RST and ACK", of(RST | ACK, b"")),
        case(
            "tcp.closed.checksum",
            "a closed port: SYN, and the checksum",
            of(SYN, b"").flipped(36),
        ),
        case("tcp.closed.port_0", "the destination port 0", ip(V4, TCP, segment(0, SYN, b""))),
        case(
            "tcp.closed.source_port_0",
            "a closed port: SYN from port 0",
            ip(V4, TCP, segment(81, SYN, b"").set(0, &[0, 0])),
        ),
        case(
            "tcp.closed.broadcast",
            "a closed port of 10.0.0.255",
            ip(V4.to("10.0.0.255"), TCP, segment(81, SYN, b"")),
        ),
        case("tcp.closed.fragment", "the first fragment of a SYN to a closed port", {
            fragment(&of(SYN, &[0; 24]), 0, 24)
        }),
        case(
            "tcp.ipv6.closed.syn",
            "a closed port over IPv6: SYN",
            ip(V6, TCP, segment(81, SYN, b"")),
        ),
        case(
            "tcp.ipv6.closed.ack",
            "a closed port over IPv6: ACK",
            ip(V6, TCP, segment(81, ACK, b"")),
        ),
        case(
            "tcp.ipv6.closed.rst",
            "a closed port over IPv6: RST",
            ip(V6, TCP, segment(81, RST, b"")),
        ),
        case(
            "tcp.ipv6.closed.checksum",
            "a closed port over IPv6: SYN, and the checksum",
            ip(V6, TCP, segment(81, SYN, b"")).flipped(56),
        ),
    ]
}

/// To a closed port, and something is wrong with the header.
pub fn closed_headers() -> Vec<Case> {
    let at = |flags, sequence, data: &[u8]| ip(V4, TCP, tcp(81, flags, sequence, 0, data));
    let syn = |at, octets: &[u8]| ip(V4, TCP, segment(81, SYN, b"").set(at, octets));
    let six = |flags, data| ip(V6, TCP, segment(81, flags, data));
    vec![
        case("tcp.closed.xmas", "a closed port: FIN, PSH and URG", at(FIN | PSH | URG, FIRST, b"")),
        case("tcp.closed.syn_fin", "a closed port: SYN and FIN", at(SYN | FIN, FIRST, b"x")),
        case("tcp.closed.syn_rst", "a closed port: SYN and RST", at(SYN | RST, FIRST, b"")),
        case("tcp.closed.ecn", "a closed port: SYN with ECE and CWR", {
            at(SYN | ECE | CWR, FIRST, b"")
        }),
        case("tcp.closed.null_data", "a closed port: no flags, and data", at(0, FIRST, b"odd")),
        case("tcp.closed.fin_data", "a closed port: FIN and data", at(FIN, FIRST, b"last")),
        case("tcp.closed.wraps", "a closed port: SYN, the last sequence number", {
            at(SYN, u32::MAX, b"")
        }),
        case("tcp.closed.wraps_half", "a closed port: SYN, a sequence number of 0x1ffff", {
            at(SYN, 0x1_ffff, b"")
        }),
        case("tcp.closed.large", "a closed port: SYN and 1400 octets", at(SYN, FIRST, &[9; 1400])),
        case("tcp.closed.acks_0", "a closed port: ACK of 0", at(ACK, FIRST, b"")),
        case("tcp.closed.options", "a closed port: SYN with an option", {
            optioned(81, &[2, 4, 5, 0xb4])
        }),
        case("tcp.closed.option_length_0", "a closed port: an option of length 0", {
            optioned(81, &[2, 0, 0, 0])
        }),
        case("tcp.closed.reserved", "a closed port: a reserved bit is set", syn(12, &[0x58])),
        case("tcp.closed.window_0", "a closed port: a window of 0", syn(14, &[0, 0])),
        case("tcp.closed.offset_4", "a closed port: a data offset of 16 octets", syn(12, &[0x40])),
        case("tcp.closed.offset_beyond", "a closed port: a data offset of 60 octets, of 20", {
            syn(12, &[0xf0])
        }),
        case("tcp.closed.header_cut", "a closed port: a header of 18 octets", {
            ip(V4, TCP, segment(81, SYN, b"").cut(18))
        }),
        case("tcp.closed.empty", "no segment at all", ip(V4, TCP, Packet(Vec::new()))),
        case("tcp.closed.multicast", "a closed port of 224.0.0.1", {
            ip(V4.to("224.0.0.1"), TCP, segment(81, SYN, b""))
        }),
        case("tcp.closed.source_zero", "a closed port, from 0.0.0.0", {
            ip(V4.from("0.0.0.0"), TCP, segment(81, SYN, b""))
        }),
        case("tcp.closed.source_ours", "a closed port, from the host itself", {
            ip(V4.from("10.0.0.1"), TCP, segment(81, SYN, b""))
        }),
        case("tcp.ipv6.closed.data", "a closed port over IPv6: ACK with data", six(ACK, b"data")),
        case("tcp.ipv6.closed.fin", "a closed port over IPv6: FIN without ACK", six(FIN, b"")),
        case("tcp.ipv6.closed.null", "a closed port over IPv6: no flags", six(0, b"odd")),
        case("tcp.ipv6.closed.offset_4", "a closed port over IPv6: a data offset of 16 octets", {
            ip(V6, TCP, segment(81, SYN, b"").set(12, &[0x40]))
        }),
        case("tcp.ipv6.closed.header_cut", "a closed port over IPv6: a header of 18 octets", {
            ip(V6, TCP, segment(81, SYN, b"").cut(18))
        }),
        case("tcp.ipv6.closed.multicast", "a closed port of ff02::1", {
            ip(V6.to("ff02::1"), TCP, segment(81, SYN, b""))
        }),
        case("tcp.ipv6.closed.source_unspecified", "a closed port over IPv6, from ::", {
            ip(V6.from("::"), TCP, segment(81, SYN, b""))
        }),
    ]
}

/// To the port at which a program listens.
pub fn listening() -> Vec<Case> {
    let of = |flags, data| ip(V4, TCP, segment(80, flags, data));
    let syn = |at, octets: &[u8]| ip(V4, TCP, segment(80, SYN, b"").set(at, octets));
    vec![
        case("tcp.listen.syn", "none: SYN", of(SYN, b"")),
        case("tcp.listen.syn_data", "none: SYN with data", of(SYN, b"early")),
        case(
            "tcp.listen.options",
            "none: SYN with the usual options",
            ip(V4, TCP, usual_options()),
        ),
        case("tcp.listen.ecn", "none: SYN with ECE and CWR", of(SYN | ECE | CWR, b"")),
        case("tcp.listen.source_port_0", "SYN from port 0", syn(0, &[0, 0])),
        case("tcp.listen.reserved", "a reserved bit is set", syn(12, &[0x58])),
        case("tcp.listen.window_0", "none: a window of 0", syn(14, &[0, 0])),
        case("tcp.listen.checksum", "the checksum", of(SYN, b"").flipped(36)),
        case("tcp.listen.offset_4", "a data offset of 16 octets", syn(12, &[0x40])),
        case("tcp.listen.offset_beyond", "a data offset of 60 octets, of 20", syn(12, &[0xf0])),
        case(
            "tcp.listen.header_cut",
            "a header of 18 octets",
            ip(V4, TCP, segment(80, SYN, b"").cut(18)),
        ),
        case("tcp.listen.option_length_0", "an option of length 0", optioned(80, &[2, 0, 0, 0])),
        case(
            "tcp.listen.option_beyond",
            "an option longer than the header",
            optioned(80, &[2, 40, 5, 0xb4]),
        ),
        case("tcp.listen.option_unknown", "none: an unknown option", optioned(80, &[253, 4, 0, 0])),
        case("tcp.listen.ack", "ACK without a connection", of(ACK, b"")),
        case("tcp.listen.data", "data without a connection", of(ACK | PSH, b"data")),
        case("tcp.listen.syn_ack", "SYN and ACK", of(SYN | ACK, b"")),
        case("tcp.listen.null", "no flags", of(0, b"")),
        case("tcp.listen.fin", "FIN without ACK", of(FIN, b"")),
        case("tcp.listen.xmas", "FIN, PSH and URG", of(FIN | PSH | URG, b"")),
        case("tcp.listen.rst", "RST without a connection", of(RST, b"")),
        case("tcp.listen.syn_fin", "SYN and FIN", of(SYN | FIN, b"")),
        case("tcp.listen.syn_rst", "SYN and RST", of(SYN | RST, b"")),
        case(
            "tcp.listen.broadcast",
            "SYN to 10.0.0.255",
            ip(V4.to("10.0.0.255"), TCP, segment(80, SYN, b"")),
        ),
        case(
            "tcp.listen.multicast",
            "SYN to 224.0.0.1",
            ip(V4.to("224.0.0.1"), TCP, segment(80, SYN, b"")),
        ),
        case(
            "tcp.listen.source_ours",
            "SYN from the host itself",
            ip(V4.from("10.0.0.1"), TCP, segment(80, SYN, b"")),
        ),
        case("tcp.ipv6.listen.syn", "none: SYN over IPv6", ip(V6, TCP, segment(80, SYN, b""))),
        case(
            "tcp.ipv6.listen.multicast",
            "SYN to ff02::1",
            ip(V6.to("ff02::1"), TCP, segment(80, SYN, b"")),
        ),
    ]
}

/// A SYN with one option of four octets.
fn optioned(port: u16, option: &[u8; 4]) -> Packet {
    ip(V4, TCP, Packet([&segment(port, SYN, b"").set(12, &[0x60]).0[..], option].concat()))
}

/// Segment size, SACK, timestamps and window scale, as other hosts send them.
fn usual_options() -> Packet {
    let options =
        [&[2, 4, 5, 0xb4, 4, 2][..], &[8, 10, 0, 0, 0x30, 0x39, 0, 0, 0, 0], &[1, 3, 3, 7]];
    let header = segment(80, SYN, b"").set(12, &[0xa0]);
    Packet([&header.0[..], &options.concat()].concat())
}
