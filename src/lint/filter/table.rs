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
    ("dns.flags.response", &[whole("dns.response")]), ("dns.flags.opcode", &[whole("dns.opcode")]),
    ("dns.flags.rcode", &[whole("dns.rcode")]),
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
    // DHCP with every option
    (Link::RawIp, "450006eb00000000401100000a0000020a0000010044004306d7000001010600000000000000000000\
        00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000\
        00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000\
        00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000\
        00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000\
        00000000000000000000000000000000000000000000000000000000000000000000000000000063825363000001\
        04000000000204000000000304000000000404000000000504000000000604000000000704000000000804000000\
        000904000000000a04000000000b04000000000c04000000000d0200000e04000000000f04000000001004000000\
        00110400000000120400000000130100140100150800000000000000001602000017010018040000000019040000\
        00001a0200001b01001c04000000001d01001e01001f010020040000000021080000000000000000220100230400\
        0000002401002501002604000000002701002804000000002904000000002a04000000002b04000000002c040000\
        00002d04000000002e01002f04000000003004000000003104000000003204000000003304000000003501003604\
        00000000370400000000380400000000390200003a04000000003b04000000003c04000000003d07000000000000\
        003e04000000003f0400000000400400000000410400000000420400000000430400000000440400000000450400\
        0000004604000000004704000000004804000000004904000000004a04000000004b04000000004c04000000004d\
        04000000004e04000000004f04000000005000510800000000000000005204000000005304000000005404000000\
        005504000000005604000000005704000000005804000000005904000000005a0b00000000000000000000005b04\
        000000005c04000000005d0200005e030000005f0400000000600400000000611100000000000000000000000000\
        00000000620400000000630400000000640400000000650400000000660400000000670400000000680400000000\
        6904000000006a04000000006b04000000006c04000000006d04000000006e04000000006f040000000070040000\
        00007104000000007204000000007304000000007401007504000000007604000000007703000000780500000000\
        00790800000000000000007a04000000007b04000000007c04000000007d04000000007e04000000007f04000000\
        00800400000000810400000000820400000000830400000000840400000000850400000000860400000000870400\
        0000008804000000008904000000008a04000000008b04000000008c04000000008d04000000008e04000000008f\
        04000000009004000000009104000000009204000000009304000000009404000000009504000000009604000000\
        009704000000009804000000009904000000009a04000000009b04000000009c04000000009d04000000009e0400\
        0000009f0400000000a00400000000a10400000000a20400000000a30400000000a40400000000a50400000000a6\
        0400000000a70400000000a80400000000a90400000000aa0400000000ab0400000000ac0400000000ad04000000\
        00ae0400000000af0400000000b00400000000b10400000000b20400000000b30400000000b40400000000b50400\
        000000b60400000000b70400000000b80400000000b90400000000ba0400000000bb0400000000bc0400000000bd\
        0400000000be0400000000bf0400000000c00400000000c10400000000c20400000000c30400000000c404000000\
        00c50400000000c60400000000c70400000000c80400000000c90400000000ca0400000000cb0400000000cc0400\
        000000cd0400000000ce0400000000cf0400000000d00400000000d10400000000d20400000000d30400000000d4\
        0400000000d50400000000d60400000000d70400000000d80400000000d90400000000da0400000000db04000000\
        00dc0400000000dd0400000000de0400000000df0400000000e00400000000e10400000000e20400000000e30400\
        000000e40400000000e50400000000e60400000000e70400000000e80400000000e90400000000ea0400000000eb\
        0400000000ec0400000000ed0400000000ee0400000000ef0400000000f00400000000f10400000000f204000000\
        00f30400000000f40400000000f50400000000f60400000000f70400000000f80400000000f90400000000fa0400\
        000000fb0400000000fc0400000000fd0400000000fe0400000000ff"),
    // Multicast DNS with records in every section, and half an option of EDNS
    (Link::RawIp, "4500006d00000000401100000a000002e00000fb14e914e90059000000008400000000010001000201\
        6100000180010000007800040a000001016100000180010000007800040a00000101610000018001000000780004\
        0a00000100002905a000000078000700030001780003"),
    // GRE with checksum, key and sequence number
    (Link::RawIp, "4500002400000000402f00000a0000020a000001b0000800000000000000000000000000"),
    // GRE as of RFC 1701
    (Link::RawIp, "4500002000000000402f00000a0000020a000001400008000000000000000000"),
    // An ICMP error with an object of no known class
    (Link::RawIp, "450000a800000000400100000a0000020a0000010b000000002000004500002000000000401100000a\
        0000020a00000100010002000c000078787878000000000000000000000000000000000000000000000000000000\
        00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000\
        0000000000000000000000000000000000000000000000200000000008630011223344"),
    // A router advertisement with octets after its entries
    (Link::RawIp, "4500002a00000000400100000a0000020a000001090000000102001e0000000000000000000000000000"),
    // IGMP: a query and a report of version 3
    (Link::RawIp, "4500002400000000400200000a0000020a00000111640000e00000050a1400010a000001"),
    (Link::RawIp, "4500002c00000000400200000a0000020a000001220000000000000101010001e00000050a00000100\
        000000"),
    // MLD: a query and a report of version 2
    (Link::RawIp, "60000000002c3a4020010db800000000000000000000000220010db800000000000000000000000182\
        000000000a0000ff0200000000000000000000000000050a14000100000000000000000000000000000000"),
    (Link::RawIp, "6000000000303a4020010db800000000000000000000000220010db80000000000000000000000018f\
        0000000000000101010001ff02000000000000000000000000000500000000000000000000000000000000000000\
        00"),
    // Options that are rarely sent: traceroute in IPv4, multipath in TCP
    (Link::RawIp, "4800004000000000400600000a0000020a000001520c000000000000000000009c4001bb0000000100\
        0000008002ffff000000001e0c00000000000000000000"),
];

/// Fields by which people will ask for packets even where no frame above has them.
pub(super) const RARE: &[(&str, Kind)] = &[
    ("dhcp.option.rapid_commit", Kind::Octets),
    ("gre.optional", Kind::Octets),
    ("icmp.router_data", Kind::Octets),
];
