"""ICMP, ICMPv6 and its neighbour discovery, IGMP and MLD."""

from scapy.all import ICMP, ICMPv6EchoRequest, ICMPv6MLReport, ICMPv6ND_NA, ICMPv6ND_NS, ICMPv6ND_RA, ICMPv6ND_Redirect, \
    ICMPv6NDOptMTU, ICMPv6NDOptPrefixInfo, ICMPv6NDOptSrcLLAddr, IP, IPv6, UDP, Raw

from exchange import CLIENT, CLIENT4, CLIENT6, CLIENT_LINK6, PORT, ROUTER4, ROUTER6, SERVER4, SERVER6, SERVER_LINK6, step
from traffic.neighbours import SOLICITED

SENT = bytes(IP(src=CLIENT4, dst=SERVER4) / UDP(sport=PORT, dport=40001) / b"payload!")
SENT6 = bytes(IPv6(src=CLIENT6, dst=SERVER6) / UDP(sport=PORT, dport=40001) / b"payload!")


def icmp(message: str, quote=b"", source=ROUTER4, target=CLIENT4):
    return step(IP(src=source, dst=target, proto=1) / Raw(bytes.fromhex(message) + quote), False)


def messages4():
    yield "icmp.redirect.gateway", icmp("05010000" "e0000001", SENT[:28])
    yield "icmp.redirect.gateway", icmp("05010000" "00000000", SENT[:28])
    yield "icmp.redirect.code", icmp("05090000" "0a000001", SENT[:28])
    yield "icmp.quote.missing", icmp("03010000" "00000000")
    yield "icmp.quote.short", icmp("03010000" "00000000", SENT[:19])
    yield "icmp.quote.short", icmp("0b000000" "00000000", SENT[:24])
    yield "icmp.quote.version", icmp("03010000" "00000000", SENT6[:48])
    yield "icmp.quote.not_ours", icmp("03010000" "00000000", bytes(IP(src="10.99.98.97", dst=SERVER4) / UDP(sport=1, dport=2) / b"x")[:28])
    yield "icmp.quote.error", icmp("03010000" "00000000", bytes(IP(src=CLIENT4, dst=SERVER4, proto=1, len=28)) + bytes.fromhex("0301fcfe00000000"))
    yield "icmp.quote.fragment", icmp("03010000" "00000000", bytes(IP(src=CLIENT4, dst=SERVER4, proto=17, frag=100) / Raw(b"12345678")))
    yield "icmp.quote.group", icmp("03030000" "00000000", bytes(IP(src=CLIENT4, dst="224.0.0.1", proto=17) / Raw(b"12345678")))
    yield "icmp.type.undefined", icmp("ff000000" "00000000")
    yield "icmp.type.undefined", icmp("01000000" "00000000")
    yield "icmp.type.deprecated", icmp("04000000" "00000000", SENT[:28])
    yield "icmp.type.deprecated", icmp("11000000" "00010001" "00000000")
    yield "icmp.code.undefined", icmp("08070000" "00010001")
    yield "icmp.code.undefined", icmp("03300000" "00000000", SENT[:28])
    yield "icmp.code.undefined", icmp("0b050000" "00000000", SENT[:28])
    yield "icmp.short", icmp("0800")
    yield "icmp.short", icmp("0d000000" "00010001" "00000000")
    yield "icmp.unused", icmp("03010000" "0000abcd", SENT[:28])
    yield "icmp.parameter.pointer", icmp("0c000000" "ff000000", SENT[:28])
    yield "icmp.mtu", icmp("03040000" "00000010", SENT[:28])
    yield "icmp.extension", icmp("0b000000" "00200000", SENT.ljust(128, b"\0") + bytes.fromhex("2000dead" "0008010112345140"))


def echo6(**fields):
    return step(IPv6(**{"src": CLIENT6, "dst": SERVER6, **fields}) / ICMPv6EchoRequest(id=1, seq=1, data=b"x"))


def six(message: str, rest=b"", **fields):
    head = IPv6(**{"src": ROUTER6, "dst": CLIENT6, "nh": 58, **fields})
    return step(head / Raw(bytes.fromhex(message) + rest), False)


def messages6():
    yield "icmpv6.type.undefined", six("c7000000" "00000000")
    yield "icmpv6.type.reserved", six("00000000" "00000000")
    yield "icmpv6.code.undefined", six("01400000" "00000000", SENT6)
    yield "icmpv6.code.undefined", six("80030000" "00010001")
    yield "icmpv6.mtu", six("02000000" "00000040", SENT6)
    yield "icmpv6.quote.missing", six("01040000" "00000000")
    yield "icmpv6.quote.short", six("01040000" "00000000", SENT6[:30])
    yield "icmpv6.quote.long", six("01040000" "00000000", SENT6 + bytes(1400))
    yield "icmpv6.quote.error", six("01040000" "00000000", bytes(IPv6(src=CLIENT6, dst=SERVER6, nh=58, plen=8)) + bytes.fromhex("0104000000000000"))
    yield "icmpv6.short", six("8000")
    yield "icmpv6.over_ipv4", step(IP(src=CLIENT4, dst=SERVER4, proto=58) / Raw(bytes.fromhex("8000000000010001")))
    yield "icmp.over_ipv6", step(IPv6(src=CLIENT6, dst=SERVER6, nh=1) / Raw(bytes.fromhex("0800f7fd00010001")))


def discovery(message, source=CLIENT_LINK6, target=SERVER6, hops=255):
    return step(IPv6(src=source, dst=target, hlim=hops, nh=58) / message)


def neighbours():
    ours = ICMPv6NDOptSrcLLAddr(lladdr=CLIENT)
    solicit = ICMPv6ND_NS(tgt=SERVER6)
    for hops in (254, 64, 1):
        yield "nd.hop_limit", discovery(solicit / ours, hops=hops)
    yield "nd.hop_limit", discovery(ICMPv6ND_RA(), SERVER_LINK6, "ff02::1", 64)
    yield "nd.option.length_zero", discovery(solicit / Raw(bytes.fromhex("0100aabbccddeeff")))
    yield "nd.option.length_beyond", discovery(solicit / Raw(bytes.fromhex("0104aabbccddeeff")))
    yield "nd.option.length", discovery(ICMPv6ND_RA() / Raw(bytes.fromhex("0502" + "00" * 14)), SERVER_LINK6, "ff02::1")
    yield "nd.target_multicast", discovery(ICMPv6ND_NS(tgt="ff02::1") / ours)
    yield "nd.target_multicast", discovery(ICMPv6ND_NA(tgt="ff02::1", S=0))
    yield "nd.code", discovery(ICMPv6ND_NS(tgt=SERVER6, code=3) / ours)
    yield "nd.source_unspecified_option", discovery(solicit / ours, "::", SOLICITED)
    yield "nd.source_unspecified_target", discovery(solicit, "::", SERVER6)
    yield "nd.solicited_to_group", discovery(ICMPv6ND_NA(tgt=CLIENT6, S=1), target="ff02::1")
    yield "nd.router_source", discovery(ICMPv6ND_RA(), CLIENT6, "ff02::1")
    yield "nd.redirect_source", discovery(ICMPv6ND_Redirect(tgt=SERVER6, dst=SERVER6), CLIENT6, SERVER6)
    yield "nd.redirect_target", discovery(ICMPv6ND_Redirect(tgt=ROUTER6, dst=SERVER6), SERVER_LINK6, CLIENT6)
    yield "nd.redirect_destination", discovery(ICMPv6ND_Redirect(tgt=SERVER_LINK6, dst="ff02::1"), SERVER_LINK6, CLIENT6)
    yield "nd.short", discovery(Raw(bytes.fromhex("8700000000000000" + "00" * 8)), target=SERVER6)
    yield "nd.mtu", discovery(ICMPv6ND_RA() / ICMPv6NDOptMTU(mtu=100), SERVER_LINK6, "ff02::1")
    wrong = ICMPv6NDOptPrefixInfo(prefixlen=64, prefix="2a00::", validlifetime=100, preferredlifetime=200)
    yield "nd.prefix_lifetime", discovery(ICMPv6ND_RA() / wrong, SERVER_LINK6, "ff02::1")
    yield "nd.prefix_length", discovery(ICMPv6ND_RA() / ICMPv6NDOptPrefixInfo(prefixlen=200, prefix="2a00::"), SERVER_LINK6, "ff02::1")


def groups():
    yield "igmp.ttl", step(IP(src=CLIENT4, dst="239.1.2.3", ttl=9, proto=2) / Raw(bytes.fromhex("16000000" "ef010203")))
    yield "igmp.group", step(IP(src=CLIENT4, dst="239.1.2.3", ttl=1, proto=2) / Raw(bytes.fromhex("16000000" "0a010203")))
    yield "igmp.short", step(IP(src=CLIENT4, dst="239.1.2.3", ttl=1, proto=2) / Raw(bytes.fromhex("16000000")))
    yield "mld.hop_limit", step(IPv6(src=CLIENT_LINK6, dst="ff02::1:ff00:7", hlim=9) / ICMPv6MLReport(mladdr="ff02::1:ff00:7", mrd=0))
    yield "mld.source", step(IPv6(src=CLIENT6, dst="ff02::1:ff00:7", hlim=1) / ICMPv6MLReport(mladdr="ff02::1:ff00:7", mrd=0))


def cases():
    for kind, one in (*messages4(), *messages6(), *neighbours(), *groups()):
        yield kind, [one]
