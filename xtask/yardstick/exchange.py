"""Exchanges: what two hosts say to each other, made once by scapy and varied a thousand times.

A template speaks of hosts that do not exist (the constants below). `Variation` puts drawn addresses,
ports, identifications and sequence numbers in their place, wherever they stand, seals the packets
again and wraps them for a link.
"""

import random
import zlib
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address

import checksum
import walk
from capture import Captured

CLIENT, SERVER = "02:a1:b2:c3:d4:e5", "02:f1:e2:d3:c4:b5"
CLIENT4, SERVER4, ROUTER4 = "198.18.161.178", "198.18.195.212", "198.18.229.246"
NEAR4, FAR4 = "198.18.87.88", "198.18.89.90"
CLIENT6, SERVER6 = "2001:db8:a1a2:a3a4:a5a6:a7a8:a9aa:abac", "2001:db8:c1c2:c3c4:c5c6:c7c8:c9ca:cbcc"
ROUTER6 = "2001:db8:d1d2:d3d4:d5d6:d7d8:d9da:dbdc"
CLIENT_LINK6, SERVER_LINK6 = "fe80::b1b2:b3b4:b5b6:b7b8", "fe80::e1e2:e3e4:e5e6:e7e8"
PORT = 0xC0DE


@dataclass
class Step:
    """A packet without its link header; `up` if the client sends it. `options` change what becomes of it:
    silent (UDP sends no checksum), offload, fragment (bytes a fragment), cut (bytes captured), mac (its
    destination), whole (never padded), same (the exchange's identification, for fragments)."""

    ethertype: int
    data: bytes
    up: bool = True
    options: dict = field(default_factory=dict)


@dataclass
class Exchange:
    """Steps in order. `links` are the link types that it can be seen on."""

    name: str
    steps: list[Step]
    ports: tuple = ()
    links: tuple = (walk.ETHERNET, walk.RAW, walk.COOKED, walk.COOKED2)


def step(packet, up=True, **options) -> Step:
    """A step from a scapy packet that begins with IPv4 or IPv6."""
    data = bytes(packet)
    return Step(0x86DD if data[0] >> 4 == 6 else 0x0800, data, up, options)


def mac(text: str) -> bytes:
    return bytes.fromhex(text.replace(":", ""))


def unicast4(dice: random.Random) -> bytes:
    """A private or an ordinary public address, never of a reserved block."""
    first = dice.choice((10, 10, 172, 192, dice.choice((23, 45, 81, 93, 104, 142, 151, 185, 203, 217))))
    second = {172: dice.randrange(16, 32), 192: 168, 203: dice.randrange(114, 200)}.get(first)
    second = dice.randrange(1, 17) if second is None else second
    return bytes([first, second, dice.randrange(1, 255), dice.randrange(2, 255)])


def global6(dice: random.Random) -> bytes:
    """A global unicast address of a block in use."""
    prefix = dice.choice((b"\x2a\x01", b"\x26\x00", b"\x24\x04", b"\x2a\x00"))
    return prefix + dice.randbytes(6) + bytes([dice.randrange(256) & 0xFC]) + dice.randbytes(7)


def link6(dice: random.Random) -> bytes:
    return bytes.fromhex("fe80000000000000") + bytes([dice.randrange(256) & 0xFC]) + dice.randbytes(7)


def hardware(dice: random.Random) -> bytes:
    return dice.choice((b"\x00\x1b\x21", b"\x3c\xfd\xfe", b"\x52\x54\x00", b"\xb8\x27\xeb")) + dice.randbytes(3)


class Variation:
    """One drawing: what stands for what in one repetition of an exchange."""

    def __init__(self, exchange: Exchange, dice: random.Random):
        self.exchange, self.dice = exchange, dice
        self.client, self.server = hardware(dice), hardware(dice)
        self.number = dice.randrange(1, 0x10000)
        self.sequence = (dice.randrange(2**32), dice.randrange(2**32))
        self.clock = (dice.randrange(2**31), dice.randrange(2**31))
        self.hops = dice.randrange(0, 24) if dice.random() < 0.6 else 0
        self.tags = self.draw_tags()
        self.pairs = [(mac(CLIENT), self.client), (mac(SERVER), self.server), *self.addresses(), *self.port_pairs()]

    def addresses(self):
        for text in (CLIENT4, SERVER4, ROUTER4, NEAR4, FAR4):
            yield IPv4Address(text).packed, unicast4(self.dice)
        for texts, draw in (((CLIENT6, SERVER6, ROUTER6), global6), ((CLIENT_LINK6, SERVER_LINK6), link6)):
            for text in texts:
                old, new = IPv6Address(text).packed, draw(self.dice)
                yield old, new
                # The solicited-node group goes with the address (RFC 4291, section 2.7.1).
                yield b"\0\1\xff" + old[13:], b"\0\1\xff" + new[13:]

    def port_pairs(self):
        # Below the port at which Wireshark takes anything for Elasticsearch.
        old, new = PORT.to_bytes(2, "big"), self.dice.randrange(49152, 54328).to_bytes(2, "big")
        for number in self.exchange.ports:
            other = number.to_bytes(2, "big")
            yield old + other, new + other
            yield other + old, other + new

    def draw_tags(self) -> bytes:
        kind, dice = self.dice.random(), self.dice
        tag = lambda: ((dice.randrange(8) << 13) | dice.randrange(1, 4095)).to_bytes(2, "big")
        if kind < 0.12:
            return b"\x81\x00" + tag()
        return b"\x88\xa8" + tag() + b"\x81\x00" + tag() if kind < 0.18 else b""

    def packets(self, link: int, snap: int | None = None) -> list[Captured]:
        """The exchange as seen on a link; every frame cut to `snap` bytes."""
        return [
            self.captured(link, one, part, snap)
            for one in self.exchange.steps
            for part in self.parts(one)
        ]

    def parts(self, one: Step) -> list[bytes]:
        """The sealed packet, or its fragments."""
        data = self.vary(one)
        size = one.options.get("fragment")
        return fragments(data, size, self.dice) if size else [data]

    def vary(self, one: Step) -> bytes:
        data = one.data
        for old, new in self.pairs:
            data = data.replace(old, new)
        data = bytearray(data)
        headers = walk.packet(one.ethertype, data)
        for header in headers:
            if not header.quoted:
                self.patch(data, header, one)
        checksum.seal(data, headers, one.options.get("silent", False))
        if one.options.get("offload"):
            checksum.offload(data, headers, one.options["offload"] == "large")
        return bytes(data)

    def patch(self, data: bytearray, header, one: Step) -> None:
        at = header.offset
        if header.kind == "ipv4":
            number = self.number if one.options.get("same") else self.dice.randrange(1, 0x10000)
            data[at + 4 : at + 6] = number.to_bytes(2, "big")
            if data[at + 8] == 64:
                data[at + 8] -= self.hops
        elif header.kind == "ipv6" and data[at + 7] == 64:
            data[at + 7] -= self.hops
        elif header.kind in ("icmp", "icmpv6") and data[at] in (0, 8, 13, 14, 128, 129):
            data[at + 4 : at + 6] = self.number.to_bytes(2, "big")
        elif header.kind == "dns" and walk.word(data, at):
            data[at : at + 2] = self.number.to_bytes(2, "big")
        elif header.kind == "dhcp":
            data[at + 4 : at + 8] = (self.number * 0x10001 ^ 0x5EED0000).to_bytes(4, "big")
        elif header.kind == "tcp":
            self.patch_tcp(data, header, one.up)

    def patch_tcp(self, data: bytearray, header, up: bool) -> None:
        mine, other = self.sequence if up else self.sequence[::-1]
        # A reset of what was never open has the number 0.
        if any(data[header.offset + 4 : header.offset + 8]):
            add(data, header.offset + 4, mine)
        if data[header.offset + 13] & 0x10:
            add(data, header.offset + 8, other)
        clock, echo = self.clock if up else self.clock[::-1]
        at, end = header.offset + 20, header.offset + header.length
        while at + 1 < end and data[at]:
            if data[at] == 1:
                at += 1
                continue
            if data[at + 1] < 2 or at + data[at + 1] > end:
                return
            if data[at] == 5:
                for edge in range(at + 2, at + data[at + 1], 4):
                    add(data, edge, other)
            elif data[at] == 8 and data[at + 1] == 10:
                add(data, at + 2, clock)
                add(data, at + 6, echo if data[at + 6 : at + 10] != bytes(4) else 0)
            at += data[at + 1]

    def captured(self, link: int, one: Step, data: bytes, snap: int | None) -> Captured:
        data = self.wrap(link, one, data)
        snap = one.options.get("cut", snap)
        mark = "offload" if one.options.get("offload") else ""
        return Captured(link, data[:snap] if snap else data, len(data), mark)

    def wrap(self, link: int, one: Step, data: bytes) -> bytes:
        kind = one.ethertype.to_bytes(2, "big")
        mine, other = (self.client, self.server) if one.up else (self.server, self.client)
        if link == walk.RAW:
            return data
        if link == walk.COOKED:
            return (b"\0\4" if one.up else b"\0\0") + b"\0\1\0\6" + mine + b"\0\0" + kind + data
        if link == walk.COOKED2:
            direction = b"\4" if one.up else b"\0"
            return kind + b"\0\0\0\0\0\2\0\1" + direction + b"\6" + mine + b"\0\0" + data
        to = one.options.get("mac") or group(one.ethertype, data) or other
        return self.pad(one, to + mine + self.tags + kind + data)

    def pad(self, one: Step, data: bytes) -> bytes:
        """What a host receives was padded on the wire, what it sends was not yet."""
        if len(data) < 60 and not one.options.get("whole") and (not one.up or self.number % 3):
            data += bytes(60 - len(data))
        if self.number % 97 == 0 and len(data) >= 60:
            data += zlib.crc32(data).to_bytes(4, "little")
        return data


def add(data: bytearray, at: int, delta: int) -> None:
    """Adds modulo 2^32 to a 32-bit field."""
    value = (int.from_bytes(data[at : at + 4], "big") + delta) & 0xFFFFFFFF
    data[at : at + 4] = value.to_bytes(4, "big")


def group(ethertype: int, data: bytes) -> bytes | None:
    """The hardware address of a group (RFC 1112, section 6.4; RFC 2464, section 7)."""
    if ethertype == 0x0800 and data[16:20] == b"\xff\xff\xff\xff":
        return b"\xff" * 6
    if ethertype == 0x0800 and data[16] >> 4 == 14:
        return b"\x01\x00\x5e" + bytes([data[17] & 0x7F]) + data[18:20]
    if ethertype == 0x86DD and data[24] == 0xFF:
        return b"\x33\x33" + data[36:40]
    return None


def fragments(data: bytes, size: int, dice: random.Random) -> list[bytes]:
    """A complete set, in order or not, of fragments with `size` bytes (a multiple of 8) each."""
    parts = fragments4(data, size) if data[0] >> 4 == 4 else fragments6(data, size, dice)
    if dice.random() < 0.3:
        dice.shuffle(parts)
    return parts


def fragments4(data: bytes, size: int) -> list[bytes]:
    parts = []
    for at in range(20, len(data), size):
        body, header = data[at : at + size], bytearray(data[:20])
        more = 0x2000 if at + size < len(data) else 0
        header[2:4] = (20 + len(body)).to_bytes(2, "big")
        header[6:8] = (more | (at - 20) // 8).to_bytes(2, "big")
        header[10:12] = b"\0\0"
        header[10:12] = checksum.checksum(bytes(header)).to_bytes(2, "big")
        parts.append(bytes(header) + body)
    return parts


def fragments6(data: bytes, size: int, dice: random.Random) -> list[bytes]:
    parts, number = [], dice.randbytes(4)
    for at in range(40, len(data), size):
        body = data[at : at + size]
        more = 1 if at + size < len(data) else 0
        extension = bytes([data[6], 0]) + ((at - 40) | more).to_bytes(2, "big") + number
        head = data[:4] + (8 + len(body)).to_bytes(2, "big") + b"\x2c" + data[7:40]
        parts.append(head + extension + body)
    return parts
