//! Names as data: Wireshark's for the common fields, and the few of ours that no rule's example has.

use super::name::Read::{Bits, Times, Whole};
use super::name::Source::{self, Captured, Field, Frame, Length, Number, Segment};
use super::name::{Kind, Read};
use wire::Link;

const fn whole(field: &'static str) -> Source {
    Field(field, Whole)
}

const fn part(field: &'static str, read: Read) -> Source {
    Field(field, read)
}

/// Wireshark's names, and ours for both ends of a packet, and the fields they stand for.
#[rustfmt::skip]
pub(super) const ALIASES: &[(&str, &[Source])] = &[
    ("frame", &[Frame]), ("frame.number", &[Number]), ("frame.len", &[Length]),
    ("frame.cap_len", &[Captured]),
    ("eth", &[whole("ethernet")]), ("eth.src", &[whole("ethernet.source")]),
    ("eth.dst", &[whole("ethernet.destination")]),
    ("eth.addr", &[whole("ethernet.source"), whole("ethernet.destination")]),
    ("ethernet.address", &[whole("ethernet.source"), whole("ethernet.destination")]),
    ("eth.type", &[whole("ethernet.type")]), ("eth.len", &[whole("ethernet.length")]),
    ("vlan.etype", &[whole("vlan.type")]), ("vlan.dei", &[whole("vlan.drop_eligible")]),
    ("sll", &[whole("cooked")]), ("pppoes", &[whole("pppoe")]),
    ("arp.hw.type", &[whole("arp.hardware_type")]), ("arp.proto.type", &[whole("arp.protocol_type")]),
    ("arp.src.hw_mac", &[whole("arp.sender_hardware")]),
    ("arp.src.proto_ipv4", &[whole("arp.sender_address")]),
    ("arp.dst.hw_mac", &[whole("arp.target_hardware")]),
    ("arp.dst.proto_ipv4", &[whole("arp.target_address")]),
    ("ip", &[whole("ipv4")]), ("ip.version", &[whole("ipv4.version")]),
    ("ip.hdr_len", &[part("ipv4.ihl", Times(4))]), ("ip.dsfield", &[whole("ipv4.tos")]),
    ("ip.dsfield.dscp", &[part("ipv4.tos", Bits(0xfc))]),
    ("ip.dsfield.ecn", &[part("ipv4.tos", Bits(0x03))]),
    ("ip.len", &[whole("ipv4.total_length")]), ("ip.id", &[whole("ipv4.identification")]),
    ("ip.flags", &[part("ipv4.flags", Bits(0xe0))]), ("ip.flags.rb", &[part("ipv4.flags", Bits(0x80))]),
    ("ip.flags.df", &[part("ipv4.flags", Bits(0x40))]),
    ("ip.flags.mf", &[part("ipv4.flags", Bits(0x20))]),
    ("ip.frag_offset", &[whole("ipv4.fragment_offset")]), ("ip.ttl", &[whole("ipv4.ttl")]),
    ("ip.proto", &[whole("ipv4.protocol")]), ("ip.checksum", &[whole("ipv4.checksum")]),
    ("ip.src", &[whole("ipv4.source")]), ("ip.dst", &[whole("ipv4.destination")]),
    ("ip.addr", &[whole("ipv4.source"), whole("ipv4.destination")]),
    ("ipv4.address", &[whole("ipv4.source"), whole("ipv4.destination")]),
    ("ip.options", &[whole("ipv4.options")]),
    ("ipv6.tclass", &[whole("ipv6.traffic_class")]), ("ipv6.flow", &[whole("ipv6.flow_label")]),
    ("ipv6.plen", &[whole("ipv6.payload_length")]), ("ipv6.nxt", &[whole("ipv6.next_header")]),
    ("ipv6.hlim", &[whole("ipv6.hop_limit")]), ("ipv6.src", &[whole("ipv6.source")]),
    ("ipv6.dst", &[whole("ipv6.destination")]),
    ("ipv6.addr", &[whole("ipv6.source"), whole("ipv6.destination")]),
    ("ipv6.address", &[whole("ipv6.source"), whole("ipv6.destination")]),
    ("ipv6.fraghdr", &[whole("ipv6.fragment")]),
    ("ipv6.fraghdr.offset", &[whole("ipv6.fragment.offset")]),
    ("ipv6.fraghdr.more", &[part("ipv6.fragment.more", Bits(1))]),
    ("ipv6.fraghdr.ident", &[whole("ipv6.fragment.identification")]),
    ("icmp.ident", &[whole("icmp.identifier")]), ("icmp.seq", &[whole("icmp.sequence")]),
    ("icmpv6.echo.identifier", &[whole("icmpv6.identifier")]),
    ("icmpv6.echo.sequence_number", &[whole("icmpv6.sequence")]),
    ("udp.srcport", &[whole("udp.source_port")]), ("udp.dstport", &[whole("udp.destination_port")]),
    ("udp.port", &[whole("udp.source_port"), whole("udp.destination_port")]),
    ("tcp.srcport", &[whole("tcp.source_port")]), ("tcp.dstport", &[whole("tcp.destination_port")]),
    ("tcp.port", &[whole("tcp.source_port"), whole("tcp.destination_port")]),
    ("tcp.seq", &[whole("tcp.sequence")]), ("tcp.seq_raw", &[whole("tcp.sequence")]),
    ("tcp.ack", &[whole("tcp.acknowledgment")]), ("tcp.ack_raw", &[whole("tcp.acknowledgment")]),
    ("tcp.hdr_len", &[part("tcp.data_offset", Times(4))]), ("tcp.len", &[Segment]),
    ("tcp.flags.fin", &[part("tcp.flags", Bits(0x01))]), ("tcp.flags.syn", &[part("tcp.flags", Bits(0x02))]),
    ("tcp.flags.reset", &[part("tcp.flags", Bits(0x04))]),
    ("tcp.flags.push", &[part("tcp.flags", Bits(0x08))]),
    ("tcp.flags.ack", &[part("tcp.flags", Bits(0x10))]), ("tcp.flags.urg", &[part("tcp.flags", Bits(0x20))]),
    ("tcp.flags.ece", &[part("tcp.flags", Bits(0x40))]), ("tcp.flags.cwr", &[part("tcp.flags", Bits(0x80))]),
    ("tcp.window_size_value", &[whole("tcp.window")]),
    ("dns.flags.response", &[part("dns.flags", Bits(0x8000))]),
    ("dns.flags.opcode", &[part("dns.flags", Bits(0x7800))]),
    ("dns.flags.rcode", &[part("dns.flags", Bits(0x000f))]),
    ("dns.count.queries", &[whole("dns.questions")]), ("dns.count.answers", &[whole("dns.answers")]),
    ("dns.qry.name", &[whole("dns.question.name")]), ("dns.qry.type", &[whole("dns.question.type")]),
];

/// Frames whose fields no rule's example has: a test finds what is missing. What lies in them is of no
/// account beyond that.
#[rustfmt::skip]
pub(super) const SAMPLES: &[(Link, &str)] = &[
    // TCP in a VLAN, with an option
    (Link::Ethernet, "0200000000010200000000028100602a08004500002c00000000400600000a0000020a000001\
        9c4001bb000003e8000000006002200000000000020405b4"),
    // ARP of other addresses in IEEE 802.3 with SNAP
    (Link::Ethernet, "0200000000010200000000020014aaaa030000000806000108000804000100000000"),
    // A frame of a Linux cooked capture, and of its second version
    (Link::LinuxCooked, "00000001000602000000000200000806"),
    (Link::LinuxCooked2, "0806000000000001000100060200000000020000"),
    (Link::Loopback, "02000000"),
    // PPPoE and PPP
    (Link::Pppoe, "1100000100020021"),
    // One label of MPLS
    (Link::Ethernet, "020000000001020000000002884700010140"),
    // Every extension header of IPv6, and GRE with a key
    (Link::RawIp, "600000000038004020010db800000000000000000000000220010db800000000000000000000000\
        12b000104000000003c0004000000000033000104000000002f040000000000010000000111111111111111111\
        11111112000080000000007"),
    // VXLAN
    (Link::RawIp, "4500002400000000401100000a0000020a0000010fa012b5001000000800000000002a00"),
    // DHCP
    (Link::RawIp, "4500002400000000401100000a0000020a00000100440043001000000101060000000001"),
    // A message of ICMPv6 without a layout of its own
    (Link::RawIp, "6000000000083aff20010db800000000000000000000000220010db800000000000000000000000\
        1c800000000000000"),
];

/// Fields by which people will ask for packets even where no frame above has them.
pub(super) const RARE: &[(&str, Kind)] =
    &[("dns.question.name", Kind::Text), ("dns.question.type", Kind::Named)];
