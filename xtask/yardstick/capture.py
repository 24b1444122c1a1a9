"""Writes captures: pcap, one file for each link type, and pcapng with several interfaces."""

import random
import struct
from typing import NamedTuple

EPOCH = 1_700_000_000 * 10**9


class Captured(NamedTuple):
    """A packet as a capture holds it; `data` may be shorter than `length` (bytes on the wire). `mark` says
    what is special about it: offload."""

    link: int
    data: bytes
    length: int
    mark: str = ""


LABELS = "packet\tkind\texpect\tfield\toffset\tlength\n"


def write_labels(path, rows) -> None:
    """What is known of packets: number from 1, kind, `fault` or `legal`, name of the field, its place."""
    path.write_text(LABELS + "".join("\t".join(map(str, row)) + "\n" for row in rows))


def times(seed: int):
    """Nanoseconds since 1970, rising; microseconds apart, as on a busy link."""
    dice, now = random.Random(seed), EPOCH
    while True:
        now += dice.randrange(1_000, 200_000)
        yield now


def write_pcap(path, link: int, packets: list[Captured], snap: int = 262144) -> None:
    """Classic pcap, little-endian, microseconds."""
    with open(path, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, snap, link))
        for now, packet in zip(times(link), packets):
            seconds, rest = divmod(now, 10**9)
            out.write(struct.pack("<IIII", seconds, rest // 1000, len(packet.data), packet.length))
            out.write(packet.data)


def block(kind: int, body: bytes) -> bytes:
    """A pcapng block: type, length, body padded to 32 bits, length again."""
    body += bytes(-len(body) % 4)
    return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)


def write_pcapng(path, packets: list[Captured]) -> None:
    """pcapng, little-endian, nanoseconds; an interface for each link type, in order of appearance."""
    links = list(dict.fromkeys(packet.link for packet in packets))
    resolution = struct.pack("<HHB3xHH", 9, 1, 9, 0, 0)
    with open(path, "wb") as out:
        out.write(block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)))
        for link in links:
            out.write(block(1, struct.pack("<HHI", link, 0, 262144) + resolution))
        for now, packet in zip(times(0), packets):
            head = (links.index(packet.link), now >> 32, now & 0xFFFFFFFF, len(packet.data), packet.length)
            out.write(block(6, struct.pack("<IIIII", *head) + packet.data))
