"""Where the headers of a packet lie.

A walk of its own, so that neither scapy's reading nor softstack's decides what is patched, sealed
and mutated. It follows correct packets only and stops at whatever it does not know.
"""

from dataclasses import dataclass

VLAN_TAGS = (0x8100, 0x88A8, 0x9100)
ETHERNET, RAW, COOKED, COOKED2 = 1, 101, 113, 276


@dataclass
class Header:
    """A header and the payload it answers for; offsets count from the packet's first byte."""

    kind: str
    offset: int
    length: int
    end: int
    whole: bool = True
    ip: "Header | None" = None
    quoted: bool = False
    final: bytes | None = None


def word(data: bytes, offset: int) -> int:
    return int.from_bytes(data[offset : offset + 2], "big")


def frame(link: int, data: bytes) -> list[Header]:
    """The headers of a frame of that link type."""
    walk = Walk(data)
    if link == ETHERNET:
        walk.ethernet(0, len(data))
    elif link == RAW:
        walk.network(0x86DD if data[0] >> 4 == 6 else 0x0800, 0, len(data))
    elif link == COOKED:
        walk.add("cooked", 0, 16, len(data))
        walk.network(word(data, 14), 16, len(data))
    elif link == COOKED2:
        walk.add("cooked", 0, 20, len(data))
        walk.network(word(data, 0), 20, len(data))
    return walk.headers


def packet(ethertype: int, data: bytes) -> list[Header]:
    """The headers of a packet without its link header."""
    walk = Walk(data)
    walk.network(ethertype, 0, len(data))
    return walk.headers


def last_stop(options: bytes) -> bytes | None:
    """Where a source route under way ends: the pseudo-header has that address (RFC 1122, section 4.2.3.8)."""
    at = 0
    while at + 3 <= len(options) and options[at]:
        if options[at] == 1:
            at += 1
            continue
        kind, length, pointer = options[at : at + 3]
        if length < 2 or at + length > len(options):
            return None
        if kind in (131, 137) and length >= 7 and pointer + 3 <= length:
            return bytes(options[at + length - 4 : at + length])
        at += length
    return None


class Walk:
    """One pass over one packet."""

    def __init__(self, data: bytes):
        self.data = data
        self.headers: list[Header] = []
        self.quoted = False

    def add(self, kind, offset, length, end, **more) -> Header:
        whole = end <= len(self.data)
        header = Header(kind, offset, length, min(end, len(self.data)), whole, quoted=self.quoted, **more)
        self.headers.append(header)
        return header

    def ethernet(self, offset, end):
        self.add("ethernet", offset, 14, end)
        self.network(word(self.data, offset + 12), offset + 14, end)

    def network(self, ethertype, offset, end):
        if ethertype == 0x0800 and offset + 20 <= len(self.data):
            self.ipv4(offset)
        elif ethertype == 0x86DD and offset + 40 <= len(self.data):
            self.ipv6(offset)
        elif ethertype == 0x0806:
            self.add("arp", offset, 28, offset + 28)
        elif ethertype in VLAN_TAGS and offset + 4 <= len(self.data):
            self.add("vlan", offset, 4, end)
            self.network(word(self.data, offset + 2), offset + 4, end)
        elif ethertype == 0x6558:
            self.ethernet(offset, end)
        elif ethertype == 0x8847:
            while not self.data[offset + 2] & 1:
                offset += 4
            self.network(0x86DD if self.data[offset + 4] >> 4 == 6 else 0x0800, offset + 4, end)
        elif ethertype == 0x8864:
            self.network({0x0021: 0x0800, 0x0057: 0x86DD}.get(word(self.data, offset + 6)), offset + 8, end)

    def ipv4(self, offset):
        data = self.data
        length = (data[offset] & 15) * 4
        end = offset + (word(data, offset + 2) or len(data) - offset)
        ip = self.add("ipv4", offset, length, end)
        ip.whole = offset + length <= len(data)
        ip.final = last_stop(data[offset + 20 : offset + length])
        if word(data, offset + 6) & 0x3FFF:
            self.add("fragment", offset + length, 0, end)
        else:
            self.transport(data[offset + 9], offset + length, end, ip)

    def ipv6(self, offset):
        data = self.data
        end = offset + 40 + word(data, offset + 4) if word(data, offset + 4) else len(data)
        ip = self.add("ipv6", offset, 40, end)
        protocol, at = data[offset + 6], offset + 40
        while protocol in (0, 43, 60) and at + 8 <= len(data):
            length = 8 * data[at + 1] + 8
            self.add({0: "hop", 43: "routing", 60: "destination"}[protocol], at, length, at + length)
            if protocol == 43 and data[at + 3]:
                # Home address (type 2) or segment list (type 4): the last stop comes first in both.
                ip.final = bytes(data[at + 8 : at + 24])
            protocol, at = data[at], at + length
        if protocol == 44:
            self.add("fragment", at, 8, end)
        else:
            self.transport(protocol, at, end, ip)

    def transport(self, protocol, offset, end, ip):
        if protocol == 2 and offset + 4 <= len(self.data):
            self.add("igmp", offset, 8, end, ip=ip)
        if offset + 8 > len(self.data):
            return
        if protocol == 1:
            self.icmp("icmp", offset, end, ip, self.data[offset] in (3, 4, 5, 11, 12), 0x0800, 8)
        elif protocol == 58:
            kind = self.data[offset]
            self.icmp("icmpv6", offset, end, ip, kind < 128, 0x86DD, 8)
        elif protocol == 6:
            length = (self.data[offset + 12] >> 4) * 4 if offset + 12 < len(self.data) else 20
            self.add("tcp", offset, length, end, ip=ip)
        elif protocol == 17:
            self.udp(offset, end, ip)
        elif protocol in (4, 41) and not self.quoted:
            self.network({4: 0x0800, 41: 0x86DD}[protocol], offset, end)
        elif protocol == 47 and not self.quoted:
            self.gre(offset, end, ip)

    def icmp(self, kind, offset, end, ip, is_error, quotes, length):
        self.add(kind, offset, length, end, ip=ip)
        if is_error and not self.quoted:
            self.quoted = True
            self.network(quotes, offset + length, end)
            self.quoted = False

    def udp(self, offset, end, ip):
        data = self.data
        ports = (word(data, offset), word(data, offset + 2))
        if 8 <= word(data, offset + 4) <= end - offset:
            end = offset + word(data, offset + 4)
        self.add("udp", offset, 8, end, ip=ip)
        if self.quoted or offset + 8 >= len(data):
            return
        if 4789 in ports:
            self.add("vxlan", offset + 8, 8, end)
            self.ethernet(offset + 16, end)
        elif 53 in ports or 5353 in ports:
            self.add("dns", offset + 8, 12, end)
        elif 67 in ports:
            self.add("dhcp", offset + 8, 240, end)

    def gre(self, offset, end, ip):
        flags = self.data[offset]
        length = 4 + 4 * sum(1 for bit in (0x80, 0x20, 0x10) if flags & bit)
        self.add("gre", offset, length, end, ip=ip)
        self.network(word(self.data, offset + 2), offset + length, end)
