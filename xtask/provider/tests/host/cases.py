"""Writes cases.txt: packets, and what a host replies to each, both made with scapy.

Run with a Python that has scapy: python cases.py > cases.txt. A line is a name, the link, the packet, and
the reply or the reason to drop, separated by blanks.
"""

from scapy.all import (
    ARP, BOOTP, DHCP, DNS, DNSQR, DNSRR, DNSRROPT, DNSRRSOA, Ether, ICMP, ICMPv6DestUnreach,
    ICMPv6EchoReply, ICMPv6EchoRequest, ICMPv6ND_NA, ICMPv6ND_NS, ICMPv6NDOptDstLLAddr,
    ICMPv6NDOptSrcLLAddr, IP, IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment, IPv6ExtHdrHopByHop, IPv6ExtHdrRouting,
    PadN, Raw, RouterAlert, TCP, UDP, HBHOptUnknown,
)

ME4, YOU4, ME6, YOU6 = "10.0.0.1", "10.0.0.2", "fd00::1", "fd00::2"
MY_MAC, YOUR_MAC = "02:00:00:00:00:01", "02:00:00:00:00:02"
SOLICITED = "ff02::1:ff00:1"
# What the turn of every case says for what the host originates.
ID, INITIAL = 0x1A2B, 0x5C6D7E8F


def case(name, request, reply, link="ip"):
    said = f"DROP {reply}" if isinstance(reply, str) else f"SEND {bytes(reply).hex()}"
    print(name, link, bytes(request).hex(), said)


def framed(name, request, reply):
    """The same on Ethernet, where it must come to the same."""
    case(name, request, reply)
    out = reply if isinstance(reply, str) else Ether(src=MY_MAC, dst=YOUR_MAC) / reply
    case(name + "-on-ethernet", Ether(src=YOUR_MAC, dst=MY_MAC) / request, out, "ethernet")


def asks4(**fields):
    return IP(src=YOU4, dst=ME4, id=7, **fields)


def says4(**fields):
    return IP(src=ME4, dst=YOU4, id=ID, **fields)


def asks6(**fields):
    return IPv6(src=YOU6, dst=ME6, **fields)


def says6(**fields):
    return IPv6(src=ME6, dst=YOU6, hlim=64, **fields)


def arp():
    ask = dict(hwsrc=YOUR_MAC, psrc=YOU4, hwdst="00:00:00:00:00:00", pdst=ME4)
    tell = ARP(op=2, hwsrc=MY_MAC, psrc=ME4, hwdst=YOUR_MAC, pdst=YOU4)
    to_all, back = Ether(src=YOUR_MAC, dst="ff:ff:ff:ff:ff:ff"), Ether(src=MY_MAC, dst=YOUR_MAC)
    case("arp", to_all / ARP(**ask), back / tell, "ethernet")
    case("arp-padded", to_all / ARP(**ask) / Raw(bytes(18)), back / tell, "ethernet")
    probe = ARP(**{**ask, "psrc": "0.0.0.0"})
    told = ARP(op=2, hwsrc=MY_MAC, psrc=ME4, hwdst=YOUR_MAC, pdst="0.0.0.0")
    case("arp-probe", to_all / probe, back / told, "ethernet")
    case("arp-other", to_all / ARP(**{**ask, "pdst": "10.0.0.9"}), "arp", "ethernet")
    case("arp-reply", to_all / ARP(op=2, **ask), "arp", "ethernet")
    case("arp-conflict", to_all / ARP(**{**ask, "psrc": ME4}), "arp", "ethernet")
    case("arp-group", to_all / ARP(**{**ask, "hwsrc": "03:00:00:00:00:02"}), "arp", "ethernet")
    case("arp-short", Ether(bytes(to_all / ARP(**ask))[:40]), "arp", "ethernet")


def ethernet():
    ping = asks4() / ICMP() / b"abcd"
    for name, frame in [
        ("frame-other", Ether(src=YOUR_MAC, dst="02:00:00:00:00:09") / ping),
        ("frame-from-group", Ether(src="01:00:00:00:00:09", dst=MY_MAC) / ping),
        ("frame-from-me", Ether(src=MY_MAC, dst=MY_MAC) / ping),
        ("frame-type", Ether(src=YOUR_MAC, dst=MY_MAC, type=0x88CC) / ping),
        ("frame-to-all", Ether(src=YOUR_MAC, dst="ff:ff:ff:ff:ff:ff") / ping),
        ("frame-short", Raw(b"\2\0\0\0\0\1")),
    ]:
        case(name, frame, "ethernet", "ethernet")
    case("frame-lies", Ether(src=YOUR_MAC, dst=MY_MAC, type=0x0800) / asks6() / ICMPv6EchoRequest(), "version", "ethernet")
    case("frame-lies-6", Ether(src=YOUR_MAC, dst=MY_MAC, type=0x86DD) / ping, "ipv6", "ethernet")


def icmp():
    # An echo reply keeps what the request has, the identification too.
    kept = IP(src=ME4, dst=YOU4, id=7)
    framed("ping", asks4() / ICMP(id=5, seq=6) / b"abc", kept / ICMP(type=0, id=5, seq=6) / b"abc")
    ask = ICMP(type=13, id=5, seq=6, ts_ori=1234, ts_rx=0, ts_tx=0)
    told = ICMP(type=14, id=5, seq=6, ts_ori=1234, ts_rx=0x80000000, ts_tx=0x80000000)
    framed("timestamp", asks4() / ask, kept / told)
    case("timestamp-long", asks4() / ask / b"more", "icmp-type")
    case("icmp-error", asks4() / ICMP(type=3, code=3) / asks4() / UDP(), "icmp-type")
    case("icmp-mask", asks4() / ICMP(type=17) / bytes(4), "icmp-type")
    case("icmp-code", asks4() / ICMP(type=8, code=1), "icmp-type")
    case("icmp-checksum", asks4() / ICMP(chksum=1), "icmp-checksum")
    case("igmp", asks4(proto=2) / bytes(8), "protocol")
    case("broadcast", IP(src=YOU4, dst="255.255.255.255") / ICMP(), "not-for-me")


def icmpv6():
    framed("ping6", asks6(fl=9, hlim=3) / ICMPv6EchoRequest(id=5, seq=6, data=b"abc"),
           says6() / ICMPv6EchoReply(id=5, seq=6, data=b"abc"))
    case("ping6-padded", Raw(bytes(asks6() / ICMPv6EchoRequest(data=b"abc")) + b"\0\0"),
         says6() / ICMPv6EchoReply(data=b"abc"))
    all_nodes = IPv6(src=YOU6, dst="ff02::1") / ICMPv6EchoRequest(id=5)
    case("ping6-all", all_nodes, says6() / ICMPv6EchoReply(id=5))
    options = IPv6ExtHdrDestOpt(options=[PadN(optdata=b"\0\0\0\0")])
    case("ping6-options", asks6() / options / ICMPv6EchoRequest(), says6() / ICMPv6EchoReply())
    alert = IPv6ExtHdrHopByHop(options=[RouterAlert(), PadN()])
    case("ping6-hop-by-hop", asks6() / alert / ICMPv6EchoRequest(), says6() / ICMPv6EchoReply())
    route = IPv6ExtHdrRouting(type=0, segleft=0, addresses=[YOU6])
    case("ping6-routed", asks6() / route / ICMPv6EchoRequest(), says6() / ICMPv6EchoReply())
    unknown = IPv6ExtHdrDestOpt(options=[HBHOptUnknown(otype=0x7E, optdata=b"")])
    case("ipv6-option", asks6() / unknown / ICMPv6EchoRequest(), "ipv6")
    case("ipv6-route", asks6() / IPv6ExtHdrRouting(segleft=1, addresses=[YOU6]) / ICMPv6EchoRequest(), "ipv6")
    # Without the header, since scapy leaves the checksum of a fragment alone.
    sum6 = IPv6(bytes(asks6() / ICMPv6EchoRequest())).cksum
    atomic = asks6() / IPv6ExtHdrFragment(nh=58) / ICMPv6EchoRequest(cksum=sum6)
    case("ping6-atomic", atomic, says6() / ICMPv6EchoReply())
    for fields in [dict(m=1), dict(offset=1)]:
        part = IPv6ExtHdrFragment(nh=58, **fields)
        case("ipv6-fragment", asks6() / part / ICMPv6EchoRequest(cksum=sum6), "fragment")
    case("ipv6-protocol", asks6(nh=132) / bytes(8), "protocol")
    case("ipv6-short", asks6(nh=59) / bytes(4), "ipv6")
    case("ipv6-cut", Raw(bytes(asks6() / ICMPv6EchoRequest(data=b"abc"))[:-1]), "ipv6")
    case("ipv6-other", IPv6(src=YOU6, dst="fd00::9") / ICMPv6EchoRequest(), "not-for-me")
    case("ipv6-group", IPv6(src=YOU6, dst="ff02::2") / ICMPv6EchoRequest(), "not-for-me")
    for source in [ME6, "::1", "::", "ff02::1"]:
        case("ipv6-source", IPv6(src=source, dst=ME6) / ICMPv6EchoRequest(), "source")
    case("icmpv6-checksum", asks6() / ICMPv6EchoRequest(cksum=1), "icmpv6-checksum")
    case("icmpv6-error", asks6() / ICMPv6DestUnreach(code=4) / asks6() / UDP(), "icmpv6-type")
    case("icmpv6-code", asks6() / ICMPv6EchoRequest(code=1), "icmpv6-type")


def neighbor():
    def ask(source=YOU6, to=SOLICITED, target=ME6, hlim=255, code=0, option=YOUR_MAC, mac="33:33:ff:00:00:01"):
        packet = IPv6(src=source, dst=to, hlim=hlim) / ICMPv6ND_NS(tgt=target, code=code)
        return Ether(src=YOUR_MAC, dst=mac) / (packet / ICMPv6NDOptSrcLLAddr(lladdr=option) if option else packet)

    def tell(to=YOU6, solicited=1, mac=YOUR_MAC):
        note = ICMPv6ND_NA(tgt=ME6, R=0, S=solicited, O=1) / ICMPv6NDOptDstLLAddr(lladdr=MY_MAC)
        return Ether(src=MY_MAC, dst=mac) / IPv6(src=ME6, dst=to, hlim=255) / note

    case("neighbor", ask(), tell(), "ethernet")
    case("neighbor-direct", ask(to=ME6, mac=MY_MAC), tell(), "ethernet")
    elsewhere = "02:00:00:00:00:03"
    case("neighbor-elsewhere", ask(option=elsewhere), tell(mac=elsewhere), "ethernet")
    case("neighbor-local", ask(source="fe80::2"), tell(to="fe80::2"), "ethernet")
    case("neighbor-tries", ask(source="::", option=None), tell("ff02::1", 0, "33:33:00:00:00:01"), "ethernet")
    case("neighbor-far", ask(hlim=64), "hop-limit", "ethernet")
    case("neighbor-code", ask(code=1), "neighbor", "ethernet")
    case("neighbor-other", ask(target="fd00::2:0:1"), "neighbor", "ethernet")
    case("neighbor-tries-with-option", ask(source="::"), "neighbor", "ethernet")
    case("neighbor-tries-direct", ask(source="::", option=None, to=ME6), "neighbor", "ethernet")
    zero = IPv6(src=YOU6, dst=SOLICITED, hlim=255) / ICMPv6ND_NS(tgt=ME6) / Raw(b"\1\0\0\0\0\0\0\0")
    case("neighbor-zero-option", Ether(src=YOUR_MAC, dst="33:33:ff:00:00:01") / zero, "neighbor", "ethernet")


def udp():
    data = b"hello"
    echo, back = UDP(sport=5000, dport=7) / data, UDP(sport=7, dport=5000) / data
    framed("udp-echo", asks4() / echo, says4() / back)
    framed("udp-echo6", asks6() / echo, says6() / back)
    case("udp-no-checksum", asks4() / UDP(sport=5000, dport=7, chksum=0) / data, says4() / back)
    case("udp6-no-checksum", asks6() / UDP(sport=5000, dport=7, chksum=0) / data, "udp-checksum")
    shorter = UDP(sport=5000, dport=7, len=11, chksum=0) / data
    case("udp-shorter", asks4() / shorter, says4() / UDP(sport=7, dport=5000) / b"hel")
    for length in [7, 14]:
        case("udp-length", asks4() / UDP(sport=5000, dport=7, len=length, chksum=0) / data, "udp-length")
    case("udp-checksum", asks4() / UDP(sport=5000, dport=7, chksum=1) / data, "udp-checksum")
    case("udp-loop", asks4() / UDP(sport=7, dport=7) / data, "udp-port")
    case("udp-from-0", asks4() / UDP(sport=0, dport=7) / data, "udp-port")
    case("udp-to-0", asks4() / UDP(sport=5, dport=0) / data, "udp-port")
    case("udp-no-program", asks4() / UDP(sport=5, dport=4005) / data, "udp-port")
    for size in [5, 520, 900]:
        asked = asks4(tos=8) / UDP(sport=5, dport=9) / bytes(size)
        quote = Raw(bytes(asked)[:548])
        framed(f"closed-{size}", asked, says4() / ICMP(type=3, code=3) / quote)
        asked = asks6() / UDP(sport=5, dport=9) / bytes(size)
        framed(f"closed6-{size}", asked, says6() / ICMPv6DestUnreach(code=4) / Raw(bytes(asked)[:1232]))
    big = asks6() / UDP(sport=5, dport=9) / bytes(1300)
    case("closed6-long", big, says6() / ICMPv6DestUnreach(code=4) / Raw(bytes(big)[:1232]))
    case("closed6-all", IPv6(src=YOU6, dst="ff02::1") / UDP(sport=5, dport=9) / data, "error")
    to_group = Ether(src=YOUR_MAC, dst="33:33:00:00:00:01")
    case("closed6-in-group", to_group / asks6() / UDP(sport=5, dport=9) / data, "error", "ethernet")


def tcp():
    ends, back = dict(sport=5000, dport=80), dict(sport=80, dport=5000)
    closed, closed_back = dict(sport=5000, dport=82), dict(sport=82, dport=5000)
    syn = TCP(**ends, flags="S", seq=41, options=[("MSS", 1000), ("SAckOK", b""), ("WScale", 7)])
    answer = dict(flags="SA", seq=INITIAL, ack=42, window=29200)
    framed("syn", asks4() / syn, says4() / TCP(**back, **answer, options=[("MSS", 1460)]))
    framed("syn6", asks6() / syn, says6() / TCP(**back, **answer, options=[("MSS", 1440)]))
    bare = dict(flags="SEC", seq=0xFFFFFFFF)
    case("syn-wraps", asks4() / TCP(**ends, **bare),
         says4() / TCP(**back, flags="SA", seq=INITIAL, ack=0, window=29200, options=[("MSS", 1460)]))
    refuse = TCP(**closed_back, flags="RA", seq=0, ack=42, window=0)
    framed("syn-closed", asks4() / TCP(**closed, flags="S", seq=41), says4() / refuse)
    framed("syn-closed6", asks6() / TCP(**closed, flags="S", seq=41), says6() / refuse)
    case("fin-closed", asks4() / TCP(**closed, flags="F", seq=41) / b"abc",
         says4() / TCP(**closed_back, flags="RA", seq=0, ack=45, window=0))
    gone = TCP(**back, flags="R", seq=77, ack=0, window=0)
    for flags in ["A", "SA", "FA", "PA", "FPUA"]:
        case(f"no-notes-{flags}", asks4() / TCP(**ends, flags=flags, seq=41, ack=77) / b"ab", says4() / gone)
    case("rst", asks4() / TCP(**ends, flags="R", seq=41), "tcp-reset")
    case("rst-closed", asks4() / TCP(**closed, flags="RA", seq=41), "tcp-reset")
    for flags in ["F", "", "PU"]:
        case("no-syn", asks4() / TCP(**ends, flags=flags, seq=41), "tcp-segment")
    case("tcp-checksum", asks4() / TCP(**ends, flags="S", chksum=1), "tcp-checksum")
    for words in [4, 6]:
        case("tcp-header", asks4() / TCP(**ends, flags="S", dataofs=words), "tcp-header")
    case("tcp-short", asks4(proto=6) / bytes(12), "tcp-header")
    case("tcp-all", IPv6(src=YOU6, dst="ff02::1") / TCP(**ends, flags="S"), "not-for-me")


def dns():
    zone = "softstack.example"
    name = dict(rrname=zone, ttl=300)
    soa = DNSRRSOA(**name, mname="ns." + zone, rname="hostmaster." + zone, serial=1, refresh=3600,
                   retry=600, expire=86400, minimum=300)

    def pair(title, question, *, code=0, authority=1, answer=None, extra=None, edns=False, rd=1):
        query = DNS(id=9, rd=rd, qd=question, ar=[DNSRROPT(rclass=4096)] if edns else [])
        told = DNS(id=9, qr=1, aa=authority, rd=rd, ra=0, rcode=code, qd=question, an=answer or [], ns=extra or [],
                   ar=[DNSRROPT(rclass=1232)] if edns else [])
        asked = asks4() / UDP(sport=5000, dport=53) / query
        case(title, asked, says4() / UDP(sport=53, dport=5000) / Raw(compressed(told)))

    def compressed(message):
        """Owners as pointers, names inside data written out, as the host does."""
        octets = bytes(message)
        return octets if not message.an and not message.ns else bytes(packed(message))

    def packed(message):
        question = bytes(message.qd[0])
        out = bytes(DNS(id=message.id, qr=1, aa=message.aa, rd=message.rd, ra=0, rcode=message.rcode, qd=[]))[:4]
        counts = [1, len(message.an), len(message.ns), len(message.ar)]
        out += b"".join(count.to_bytes(2, "big") for count in counts) + question
        at = 12 + len(question) - 4 - len(b"\x09softstack\x07example\0")
        for records, pointer in [(message.an, 12), (message.ns, at)]:
            for record in records:
                rest = bytes(record)[bytes(record).index(b"\x07example\0") + 9:]
                out += (0xC000 | pointer).to_bytes(2, "big") + rest
        return out + b"".join(bytes(record) for record in message.ar)

    pair("dns-a", DNSQR(qname=zone), answer=[DNSRR(**name, type="A", rdata=ME4)])
    pair("dns-case", DNSQR(qname="SoftStack.Example"), answer=[DNSRR(**name, type="A", rdata=ME4)])
    pair("dns-edns", DNSQR(qname=zone), edns=True, answer=[DNSRR(**name, type="A", rdata=ME4)])
    pair("dns-aaaa", DNSQR(qname=zone, qtype="AAAA"), answer=[DNSRR(**name, type="AAAA", rdata=ME6)])
    pair("dns-txt", DNSQR(qname=zone, qtype="TXT"), rd=0,
         answer=[DNSRR(**name, type="TXT", rdata=[b"a language model answers"])])
    pair("dns-ns", DNSQR(qname=zone, qtype="NS"), answer=[DNSRR(**name, type="NS", rdata="ns." + zone)])
    pair("dns-soa", DNSQR(qname=zone, qtype="SOA"), answer=[soa])
    pair("dns-any", DNSQR(qname=zone, qtype="ALL"), answer=[DNSRR(**name, type="A", rdata=ME4)])
    pair("dns-no-name", DNSQR(qname="nobody." + zone), code=3, extra=[soa])
    pair("dns-no-type", DNSQR(qname="www." + zone, qtype="MX"), extra=[soa])
    pair("dns-refused", DNSQR(qname="example.org"), code=5, authority=0)
    pair("dns-class", DNSQR(qname=zone, qclass=3), code=5, authority=0)

    def short(title, query, code, opcode=0, rd=0):
        told = bytes([0, 9, 0x80 | opcode << 3 | rd, code]) + bytes(8)
        case(title, asks4() / UDP(sport=5000, dport=53) / query, says4() / UDP(sport=53, dport=5000) / Raw(told))

    short("dns-notify", DNS(id=9, rd=1, opcode=4, qd=DNSQR(qname=zone)), 4, 4, 1)
    short("dns-no-question", DNS(id=9, rd=0, qd=[]), 1)
    short("dns-two-questions", DNS(id=9, rd=0, qd=[DNSQR(qname=zone), DNSQR(qname=zone)]), 1)
    short("dns-cut", Raw(bytes(DNS(id=9, rd=0, qd=DNSQR(qname=zone)))[:-3]), 1)
    case("dns-response", asks4() / UDP(sport=53, dport=53) / DNS(id=9, qr=1), "dns")
    case("dns-short", asks4() / UDP(sport=5, dport=53) / Raw(bytes(11)), "dns")


def dhcp():
    mac = bytes.fromhex("020000000002")
    lease = [("lease_time", 3600)]

    def ask(kind, *options, src="0.0.0.0", dst="255.255.255.255", sport=68, **fields):
        message = BOOTP(chaddr=mac, xid=99, **fields) / DHCP(options=[("message-type", kind), *options, "end"])
        to = MY_MAC if dst == ME4 else "ff:ff:ff:ff:ff:ff"
        return Ether(src=YOUR_MAC, dst=to) / IP(src=src, dst=dst) / UDP(sport=sport, dport=67) / message

    def tell(kind, to, *options, port=68, frame=YOUR_MAC, **fields):
        mask = [] if kind == "nak" else [("subnet_mask", "255.255.255.0")]
        message = BOOTP(op=2, chaddr=mac, xid=99, **fields) / DHCP(
            options=[("message-type", kind), ("server_id", ME4), *options, *mask, "end"])
        octets = bytes(message)
        octets += bytes(max(0, 300 - len(octets)))
        return Ether(src=MY_MAC, dst=frame) / IP(src=ME4, dst=to, id=ID) / UDP(sport=67, dport=port) / Raw(octets)

    offered, all_hosts = "10.0.0.200", "255.255.255.255"
    to_all = dict(frame="ff:ff:ff:ff:ff:ff")

    def pair(title, asked, told):
        case(title, asked, told, "ethernet")

    pair("dhcp-discover", ask("discover"), tell("offer", offered, *lease, yiaddr=offered))
    pair("dhcp-discover-broadcast", ask("discover", flags=0x8000),
         tell("offer", all_hosts, *lease, yiaddr=offered, flags=0x8000, **to_all))
    wants = ("requested_addr", offered)
    pair("dhcp-request", ask("request", wants, ("server_id", ME4)), tell("ack", offered, *lease, yiaddr=offered))
    pair("dhcp-renew", ask("request", src=offered, dst=ME4, ciaddr=offered),
         tell("ack", offered, *lease, ciaddr=offered, yiaddr=offered))
    pair("dhcp-nak", ask("request", ("requested_addr", "10.0.0.9")), tell("nak", all_hosts, **to_all))
    pair("dhcp-inform", ask("inform", src="10.0.0.9", ciaddr="10.0.0.9"), tell("ack", "10.0.0.9", ciaddr="10.0.0.9"))
    relay = dict(src="10.0.0.3", dst=ME4, sport=67, giaddr="10.0.0.3")
    pair("dhcp-relay", ask("discover", **relay),
         tell("offer", "10.0.0.3", *lease, yiaddr=offered, giaddr="10.0.0.3", port=67))
    pair("dhcp-relay-nak", ask("request", ("requested_addr", "10.0.0.9"), **relay),
         tell("nak", "10.0.0.3", giaddr="10.0.0.3", flags=0x8000, port=67))
    pair("dhcp-other-server", ask("request", wants, ("server_id", "10.0.0.4")), "dhcp")
    pair("dhcp-release", ask("release", ("server_id", ME4), src=offered, dst=ME4, ciaddr=offered), "dhcp")
    pair("dhcp-reply", ask("offer", op=2), "dhcp")
    pair("bootp", Ether(src=YOUR_MAC, dst="ff:ff:ff:ff:ff:ff") / IP(src="0.0.0.0", dst=all_hosts)
         / UDP(sport=68, dport=67) / BOOTP(chaddr=mac, options=b"") / Raw(bytes(64)), "dhcp")
    pair("no-dhcp-to-all", Ether(src=YOUR_MAC, dst="ff:ff:ff:ff:ff:ff") / IP(src="0.0.0.0", dst=all_hosts)
         / UDP(sport=68, dport=69) / b"abc", "not-for-me")


for group in [arp, ethernet, icmp, icmpv6, neighbor, udp, tcp, dns, dhcp]:
    group()
