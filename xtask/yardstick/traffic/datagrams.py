"""UDP of every length, IPv4 options, IPv6 extension headers, fragments, protocols nobody reads."""

from scapy.all import (
    IP, IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrHopByHop, IPv6ExtHdrRouting, IPv6ExtHdrSegmentRouting, ICMP,
    ICMPv6EchoRequest, IPOption_LSRR, IPOption_NOP, IPOption_RR, IPOption_Router_Alert, IPOption_Timestamp,
    HAO, PadN, Pad1, RouterAlert, TCP, UDP, Raw,
)

from exchange import CLIENT4, CLIENT6, PORT, ROUTER4, ROUTER6, SERVER4, SERVER6, Exchange, step
from traffic.tcp import text

SERVICE = 40001


def datagrams(dice):
    ports = UDP(sport=PORT, dport=SERVICE)
    for length in (0, 1, 2, 3, 9, 64, 65, 200, 511, 1000, 1400, 1471, 1472):
        body = Raw(text(dice, length)) if length else b""
        four, six = IP(src=CLIENT4, dst=SERVER4) / ports / body, IPv6(src=CLIENT6, dst=SERVER6) / ports / body
        yield [step(four)]
        yield [step(four, silent=True)]
        yield [step(IP(src=CLIENT4, dst="239.5.6.7", ttl=4) / ports / body)]
        yield [step(six)]
        yield [step(four, offload=True)]
        yield [step(six, offload=True)]


def optioned(dice):
    """Options of RFC 791 and RFC 2113; source routes at their end and under way."""
    ports = UDP(sport=PORT, dport=SERVICE) / Raw(text(dice, 40))
    sets = ([IPOption_NOP()] * 4, [IPOption_RR(pointer=4, routers=["0.0.0.0"] * 9)],
            [IPOption_RR(pointer=8, routers=[ROUTER4, "0.0.0.0"])], [IPOption_Router_Alert()],
            [IPOption_Timestamp(flg=0, pointer=5, timestamp=0)], [IPOption_LSRR(pointer=8, routers=[ROUTER4])],
            [IPOption_LSRR(pointer=4, routers=[ROUTER4])], [IPOption_NOP(), IPOption_RR(pointer=4, routers=["0.0.0.0"]), IPOption_Router_Alert()])
    for options in sets:
        head = dict(src=CLIENT4, dst=SERVER4, options=options)
        yield [step(IP(**head) / ports)]
        yield [step(IP(**head) / ICMP(type=8, id=1, seq=1) / text(dice, 33))]
        yield [step(IP(**head) / TCP(sport=PORT, dport=SERVICE, flags="S", seq=1, options=[("MSS", 1400)]))]


def extended(dice):
    """Hop-by-hop, destination options, home address (type 2) and segment routing (type 4)."""
    hop = IPv6ExtHdrHopByHop(options=[PadN(optdata=bytes(4))])
    destination = IPv6ExtHdrDestOpt(options=[PadN(optdata=bytes(dice.choice((4, 12))))])
    single = IPv6ExtHdrDestOpt(options=[Pad1(), PadN(optdata=bytes(3))])
    home = IPv6ExtHdrDestOpt(options=[PadN(optdata=bytes(2)), HAO(hoa=ROUTER6)])
    arrived = IPv6ExtHdrSegmentRouting(addresses=[SERVER6, ROUTER6], segleft=0, lastentry=1)
    under_way = IPv6ExtHdrSegmentRouting(addresses=[SERVER6, ROUTER6], segleft=1, lastentry=1)
    chains = ((SERVER6, hop), (SERVER6, destination), (SERVER6, single), (SERVER6, hop / destination),
              (ROUTER6, IPv6ExtHdrRouting(type=2, segleft=1, addresses=[SERVER6])), (SERVER6, arrived),
              (ROUTER6, under_way), (SERVER6, hop / arrived / destination))
    for target, chain in chains:
        for inner in (UDP(sport=PORT, dport=SERVICE) / Raw(text(dice, 31)), ICMPv6EchoRequest(id=1, seq=1, data=b"abc"),
                      TCP(sport=PORT, dport=SERVICE, flags="S", seq=1, options=[("MSS", 1400)])):
            yield [step(IPv6(src=CLIENT6, dst=target) / chain / inner)]
    yield [step(IPv6(src=CLIENT6, dst="ff02::1", hlim=1) / IPv6ExtHdrHopByHop(options=[RouterAlert(value=0)]) / UDP(sport=PORT, dport=SERVICE) / b"x")]
    yield [step(IPv6(src=CLIENT6, dst=SERVER6, nh=59))]
    yield [step(IPv6(src=CLIENT6, dst=SERVER6, nh=59) / Raw(b"to be ignored"))]
    yield [step(IPv6(src=CLIENT6, dst=SERVER6, hlim=0) / UDP(sport=PORT, dport=SERVICE) / b"for the last hop")]
    assert home is not None


def fragmented(dice):
    """Complete sets, UDP and ICMP, two fragments to many."""
    for length, size in ((1000, 576), (2000, 1480), (3000, 1480), (4000, 1448), (8000, 1480), (9001, 776), (100, 56), (60000, 1480)):
        data = Raw(text(dice, length))
        four, six = dict(src=CLIENT4, dst=SERVER4), dict(src=CLIENT6, dst=SERVER6)
        yield [step(IP(**four) / UDP(sport=PORT, dport=SERVICE) / data, fragment=size)]
        yield [step(IP(**four) / ICMP(type=8, id=1, seq=1) / data, fragment=size)]
        yield [step(IPv6(**six) / UDP(sport=PORT, dport=SERVICE) / data, fragment=size)]
        yield [step(IPv6(**six) / ICMPv6EchoRequest(id=1, seq=1, data=bytes(data)), fragment=size)]


def opaque(dice):
    """Upper layers that are not read: ESP, OSPF-like, experiments (RFC 3692)."""
    for protocol in (50, 253, 254):
        body = Raw((0x1000 + protocol).to_bytes(4, "big") + dice.randbytes(60))
        yield [step(IP(src=CLIENT4, dst=SERVER4, proto=protocol) / body)]
        yield [step(IPv6(src=CLIENT6, dst=SERVER6, nh=protocol) / body)]


def unsized(dice):
    """TSO on a sending host with a total length of 0: left to the card, as the checksum is."""
    segment = TCP(sport=PORT, dport=SERVICE, flags="PA", seq=1, ack=1) / Raw(text(dice, 14600))
    yield [step(IP(src=CLIENT4, dst=SERVER4, flags="DF", len=0) / segment, offload="large")]
    yield [step(IP(src=CLIENT4, dst=SERVER4, flags="DF") / segment, offload="large")]
    yield [step(IPv6(src=CLIENT6, dst=SERVER6) / segment, offload="large")]


def cut(dice):
    """Frames of which a capture kept the beginning."""
    for keep in (54, 64, 68, 96, 128, 256):
        for length in (300, 1400):
            body = Raw(text(dice, length))
            yield [step(IP(src=CLIENT4, dst=SERVER4) / UDP(sport=PORT, dport=SERVICE) / body, cut=keep)]
            yield [step(IPv6(src=CLIENT6, dst=SERVER6) / UDP(sport=PORT, dport=SERVICE) / body, cut=keep)]
            yield [step(IP(src=CLIENT4, dst=SERVER4) / ICMP(type=8, id=1, seq=1) / body, cut=keep)]
            yield [step(IP(src=CLIENT4, dst=SERVER4) / TCP(sport=PORT, dport=SERVICE, flags="A", seq=1, ack=1) / body, cut=keep)]
            yield [step(IPv6(src=CLIENT6, dst=SERVER6) / TCP(sport=PORT, dport=SERVICE, flags="A", seq=1, ack=1) / body, cut=keep)]


def exchanges(dice):
    for maker in (datagrams, optioned, extended, fragmented, opaque, unsized, cut):
        for steps in maker(dice):
            yield Exchange(maker.__name__, steps, (SERVICE,))
