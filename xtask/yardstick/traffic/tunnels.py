"""Packets in packets: IP in IP, 6in4, 4in6, GRE with every option, VXLAN, MPLS and PPPoE."""

from scapy.all import GRE, ICMP, IP, IPv6, TCP, UDP, VXLAN, Ether, ICMPv6EchoRequest, Raw

import walk
from exchange import CLIENT, CLIENT4, CLIENT6, FAR4, NEAR4, PORT, ROUTER6, SERVER, SERVER4, SERVER6, Exchange, Step, step
from traffic.tcp import text

SERVICE = 40002


def inner4(dice):
    head = IP(src=CLIENT4, dst=SERVER4)
    yield head / ICMP(type=8, id=1, seq=1) / text(dice, dice.choice((32, 33)))
    yield head / UDP(sport=PORT, dport=SERVICE) / Raw(text(dice, dice.randrange(1, 300)))
    yield head / TCP(sport=PORT, dport=SERVICE, flags="S", seq=1, options=[("MSS", 1380)])
    yield head / UDP(sport=PORT, dport=SERVICE) / Raw(text(dice, 600))


def inner6(dice):
    head = IPv6(src=CLIENT6, dst=SERVER6)
    yield head / ICMPv6EchoRequest(id=1, seq=1, data=text(dice, 40))
    yield head / UDP(sport=PORT, dport=SERVICE) / Raw(text(dice, dice.randrange(1, 300)))
    yield head / TCP(sport=PORT, dport=SERVICE, flags="S", seq=1, options=[("MSS", 1360)])


def outer4(protocol):
    return IP(src=NEAR4, dst=FAR4, proto=protocol)


def gre(dice):
    for packet, kind in [(p, 0x0800) for p in inner4(dice)] + [(p, 0x86DD) for p in inner6(dice)]:
        yield outer4(47) / GRE(proto=kind) / packet
        yield outer4(47) / GRE(proto=kind, chksum_present=1) / packet
        yield outer4(47) / GRE(proto=kind, key_present=1, key=7, seqnum_present=1, sequence_number=9) / packet
        yield IPv6(src=ROUTER6, dst=SERVER6, nh=47) / GRE(proto=kind) / packet
    yield outer4(47) / GRE(proto=0x6558) / Ether(src=CLIENT, dst=SERVER) / next(inner4(dice))


def vxlan(dice):
    """The outer UDP checksum is 0 more often than not (RFC 7348, section 5)."""
    for packet in (*inner4(dice), *inner6(dice)):
        frame = Ether(src=CLIENT, dst=SERVER) / packet
        tunnel = UDP(sport=PORT, dport=4789) / VXLAN(vni=42, flags=8) / frame
        yield step(outer4(17) / tunnel)
        yield step(IPv6(src=ROUTER6, dst=SERVER6) / tunnel)


def labelled(dice):
    for packet in (*inner4(dice), *inner6(dice)):
        data = bytes(packet)
        yield Step(0x8847, bytes.fromhex("000c8040" "00011140") + data)
        kind = b"\x00\x57" if data[0] >> 4 == 6 else b"\x00\x21"
        yield Step(0x8864, b"\x11\x00\x00\x07" + (len(data) + 2).to_bytes(2, "big") + kind + data)


def exchanges(dice):
    for packet in inner4(dice):
        yield Exchange("ipip", [step(outer4(4) / packet)], (SERVICE,))
        yield Exchange("4in6", [step(IPv6(src=ROUTER6, dst=SERVER6, nh=4) / packet)], (SERVICE,))
    for packet in inner6(dice):
        yield Exchange("6in4", [step(outer4(41) / packet)], (SERVICE,))
        yield Exchange("6in6", [step(IPv6(src=ROUTER6, dst=SERVER6, nh=41) / packet)], (SERVICE,))
    for packet in gre(dice):
        yield Exchange("gre", [step(packet)], (SERVICE,))
    for one in vxlan(dice):
        yield Exchange("vxlan", [one], (4789, SERVICE))
    for one in labelled(dice):
        yield Exchange("labelled", [one], (SERVICE,), (walk.ETHERNET,))
