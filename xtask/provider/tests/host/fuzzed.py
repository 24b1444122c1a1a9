"""Writes fuzzed.pcap.gz: for each of six layers 300 frames with fields that scapy's fuzz() chose, most of them
under headers that bring them to the host.

Run with a Python that has scapy: python fuzzed.py | gzip -9n > fuzzed.pcap.gz. The seed is fixed.
"""

import random
import struct
import sys

from scapy.all import (
    ARP, DNS, DNSQR, Ether, ICMP, ICMPv6EchoRequest, IP, IPv6, Raw, TCP, UDP, fuzz,
)

EACH = 300
ME4, YOU4, ME6, YOU6 = "10.0.0.1", "10.0.0.2", "fd00::1", "fd00::2"
MY_MAC, YOUR_MAC, ALL = "02:00:00:00:00:01", "02:00:00:00:00:02", "ff:ff:ff:ff:ff:ff"


def some():
    return Raw(random.randbytes(random.choice([0, 0, 1, 8, 40])))


def below4(**fields):
    return IP(src=YOU4, dst=ME4, **fields)


def below6(**fields):
    return IPv6(src=YOU6, dst=ME6, **fields)


def above():
    """What a sound packet carries."""
    return random.choice([
        lambda: UDP(sport=5000, dport=7) / some(),
        lambda: UDP(sport=5000, dport=9) / some(),
        lambda: UDP(sport=5000, dport=53) / DNS(qd=DNSQR(qname="softstack.test")),
        lambda: TCP(sport=5000, dport=80, flags="S", seq=41),
        lambda: TCP(sport=5000, dport=82, flags="A", seq=41, ack=7) / some(),
    ])()


def arp():
    known = random.choice([{}, dict(op=1), dict(op=1, pdst=ME4, hwtype=1, ptype=0x0800, hwlen=6, plen=4)])
    return Ether(src=YOUR_MAC, dst=random.choice([MY_MAC, ALL])) / fuzz(ARP(**known))


def icmp():
    return below4() / fuzz(ICMP(**random.choice([{}, dict(type=8), dict(type=8, code=0), dict(type=13)]))) / some()


def ip():
    known = random.choice([
        dict(dst=ME4), dict(dst=ME4, src=YOU4, version=4), dict(dst=ME4, version=4, frag=0, flags=0),
        dict(dst=ME4, src=YOU4, version=4, ihl=None, len=None, chksum=None, frag=0, flags=0),
    ])
    return fuzz(IP(**known)) / random.choice([above, lambda: ICMP() / some()])()


def ipv6():
    known = random.choice([
        dict(dst=ME6), dict(dst=ME6, src=YOU6, version=6), dict(dst="ff02::1", src=YOU6, version=6),
        dict(dst=ME6, version=6),
    ])
    return fuzz(IPv6(**known)) / random.choice([above, lambda: ICMPv6EchoRequest() / some()])()


def tcp():
    known = random.choice([{}, dict(dport=80), dict(dport=80, flags="S"), dict(dport=80, flags="A", dataofs=None)])
    return random.choice([below4, below6])() / fuzz(TCP(**known)) / some()


def udp():
    known = random.choice([{}, dict(dport=7), dict(dport=53), dict(dport=67), dict(dport=9)])
    return random.choice([below4, below6])() / fuzz(UDP(**known)) / some()


def framed(packet):
    """That in a frame, as often as not to all."""
    kind = 0x86DD if packet[0] >> 4 == 6 else 0x0800
    return bytes(Ether(src=YOUR_MAC, dst=random.choice([MY_MAC, MY_MAC, ALL]), type=kind)) + packet


def whole(layer):
    """The first that scapy can build, and that fits into a frame: it draws lengths too."""
    while True:
        try:
            packet = bytes(layer())
        except Exception:
            continue
        if len(packet) < 200:
            return packet


def main():
    random.seed(9293)
    frames = [whole(arp) for _ in range(EACH)]
    frames += [framed(whole(layer)) for layer in [icmp, ip, ipv6, tcp, udp] for _ in range(EACH)]
    out = sys.stdout.buffer
    out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
    for frame in frames:
        out.write(struct.pack("<IIII", 0, 0, len(frame), len(frame)) + frame)


main()
