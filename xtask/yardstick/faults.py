"""Single faults: what is wrong with a packet, where, and which checksums a sender would still get right.

A fault is a function of the packet and the header it needs; it returns the name, offset (within the
header) and length of the field at fault, or None where it does not fit. Afterwards every checksum is
as its sender would have computed it, except those that the fault's `keep` names.
"""

from dataclasses import dataclass
from typing import Callable

import checksum
from walk import word

# UDP services whose data means nothing, so that a word of it is free.
PLAIN = {40001, 40002, 33434}
FAULTS: list["Fault"] = []


@dataclass
class Fault:
    """`kind` is group.detail; the group is what findings are compared by. `needs` is a kind of header. What
    is `legal` is no fault: a receiver has to accept it, and so has a lint."""

    kind: str
    needs: str
    change: Callable
    keep: tuple = ()
    legal: bool = False


def fault(kind: str, needs: str, keep=(), legal=False):
    def register(change):
        FAULTS.append(Fault(kind, needs, change, tuple(keep), legal))
        return change

    return register


def set_word(data, at: int, value: int) -> None:
    data[at : at + 2] = (value & 0xFFFF).to_bytes(2, "big")


def field_of(header) -> int:
    return checksum.FIELDS[header.kind][0]


# Checksums, of every protocol in the same ways. Each keeps the outer checksums right.

def flip(data, h, dice):
    bit = dice.randrange(16)
    data[h.offset + field_of(h) + bit // 8] ^= 1 << bit % 8
    return "checksum", field_of(h), 2


def swap(data, h, dice):
    """The bytes in the host's order."""
    at = h.offset + field_of(h)
    if data[at] == data[at + 1]:
        return None
    data[at], data[at + 1] = data[at + 1], data[at]
    return "checksum", field_of(h), 2


def uncomplemented(data, h, dice):
    """The sum instead of its complement."""
    at = h.offset + field_of(h)
    set_word(data, at, word(data, at) ^ 0xFFFF)
    return "checksum", field_of(h), 2


def zero(data, h, dice):
    at = h.offset + field_of(h)
    if word(data, at) in (0, 0xFFFF):
        return None
    set_word(data, at, 0)
    return "checksum", field_of(h), 2


def off_by_one(data, h, dice):
    """A sum whose carry was dropped."""
    at = h.offset + field_of(h)
    set_word(data, at, word(data, at) % 0xFFFE + 1)
    return "checksum", field_of(h), 2


def spoilt_data(data, h, dice):
    """A bit of the payload that flipped on the way."""
    start = h.offset + h.length
    if h.end <= start:
        return None
    data[dice.randrange(start, h.end)] ^= 1 << dice.randrange(8)
    return "checksum", field_of(h), 2


def without_pseudo(data, h, dice):
    at = h.offset + field_of(h)
    right = word(data, at)
    set_word(data, at, 0)
    set_word(data, at, checksum.checksum(checksum.covered(data, h)))
    return None if word(data, at) == right else ("checksum", field_of(h), 2)


def other_address(data, h, dice):
    """Translated the address and forgot the transport's pseudo-header."""
    at = h.ip.offset + (15 if h.ip.kind == "ipv4" else 23)
    data[at] ^= 1 << dice.randrange(1, 6)
    return "checksum", field_of(h), 2


def other_length(data, h, dice):
    """A pseudo-header with the length of the IP packet, not of the segment."""
    at, protocol = h.offset + field_of(h), checksum.FIELDS[h.kind][1]
    set_word(data, at, 0)
    length = h.end - h.ip.offset
    set_word(data, at, checksum.checksum(checksum.pseudo(data, h.ip, protocol, length) + checksum.covered(data, h)))
    return "checksum", field_of(h), 2


def odd_byte_low(data, h, dice):
    """An odd last byte summed as the low half of its word."""
    if (h.end - h.offset) % 2 == 0 or data[h.end - 1] == 0:
        return None
    at, protocol = h.offset + field_of(h), checksum.FIELDS[h.kind][1]
    set_word(data, at, 0)
    body = checksum.covered(data, h)
    body = body[:-1] + b"\0" + body[-1:]
    head = checksum.pseudo(data, h.ip, protocol, h.end - h.offset) if protocol else b""
    set_word(data, at, checksum.checksum(head + body))
    return "checksum", field_of(h), 2


def is_plain(data, h) -> bool:
    return bool({word(data, h.offset), word(data, h.offset + 2)} & PLAIN)


def make_zero(data, h) -> bool:
    """Moves a free word so that the computed checksum is 0 (ffff as UDP writes it)."""
    free = {"ipv4": 4, "tcp": 14}.get(h.kind, 8)
    if h.kind == "udp" and not is_plain(data, h):
        return False
    if h.end - h.offset < free + 2 or (h.kind in ("icmp", "icmpv6") and data[h.offset] not in (0, 8, 128, 129)):
        return False
    set_word(data, h.offset + free, 0)
    set_word(data, h.offset + free, checksum.computed(data, h) % 0xFFFF)
    checksum.put(data, h, checksum.computed(data, h))
    return True


def right_zero(data, h, dice):
    """0000 where 0000 is right (RFC 1624, section 3); for UDP that is ffff."""
    return ("checksum", field_of(h), 2) if make_zero(data, h) else None


def ffff_for_zero(data, h, dice):
    """ffff where 0000 is right: the old way to update a checksum; it still verifies (RFC 1624)."""
    if not make_zero(data, h):
        return None
    checksum.put(data, h, 0xFFFF)
    return "checksum", field_of(h), 2


WAYS = {"bit": flip, "swapped": swap, "uncomplemented": uncomplemented, "zero": zero, "carry": off_by_one}
PSEUDO = {"no_pseudo_header": without_pseudo, "address": other_address, "length": other_length}
for _kind in checksum.FIELDS:
    for _way, _change in WAYS.items():
        # 0 is "no checksum" in UDP over IPv4, and a fault of its own over IPv6: see below.
        if (_kind, _way) != ("udp", "zero"):
            fault(f"{_kind}.checksum.{_way}", _kind, [_kind])(_change)
    if _kind != "ipv4":
        fault(f"{_kind}.checksum.data", _kind, [_kind])(spoilt_data)
    if _kind not in ("ipv4", "igmp"):
        fault(f"{_kind}.checksum.odd", _kind, [_kind])(odd_byte_low)
    if checksum.FIELDS[_kind][1]:
        for _way, _change in PSEUDO.items():
            fault(f"{_kind}.checksum.{_way}", _kind, [_kind])(_change)
    if _kind != "igmp":
        fault(f"{_kind}.checksum.0000", _kind, [_kind], legal=True)(right_zero)
    if _kind not in ("igmp", "udp"):
        fault(f"{_kind}.checksum.ffff", _kind, [_kind], legal=True)(ffff_for_zero)


@fault("ipv4.checksum.stale_ttl", "ipv4", ["ipv4"])
def stale_ttl(data, h, dice):
    if data[h.offset + 8] < 2:
        return None
    data[h.offset + 8] -= 1
    return "checksum", 10, 2


@fault("udp.zero_checksum.none", "udp", ["udp"], legal=True)
def udp4_without(data, h, dice):
    if h.ip.kind != "ipv4":
        return None
    set_word(data, h.offset + 6, 0)
    return "checksum", 6, 2


@fault("udp.zero_checksum.over_ipv6", "udp", ["udp"])
def udp6_without(data, h, dice):
    # A tunnel may do without (RFC 6935).
    if h.ip.kind != "ipv6" or word(data, h.offset + 2) == 4789:
        return None
    set_word(data, h.offset + 6, 0)
    return "checksum", 6, 2


@fault("gre.checksum.bit", "gre", ["gre"])
def gre_checksum(data, h, dice):
    if not data[h.offset] & 0x80:
        return None
    data[h.offset + 4] ^= 1 << dice.randrange(8)
    return "checksum", 4, 2
