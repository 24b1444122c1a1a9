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


# Versions and lengths. Only the headers before the fault are sealed again: what comes after is misread.

@fault("ipv4.version.not_4", "ipv4")
def version4(data, h, dice):
    data[h.offset] = dice.choice((0, 1, 2, 3, 5, 7, 9, 15)) << 4 | data[h.offset] & 15
    return "version", 0, 1


@fault("ipv6.version.not_6", "ipv6")
def version6(data, h, dice):
    data[h.offset] = dice.choice((0, 1, 2, 3, 5, 7, 9, 15)) << 4 | data[h.offset] & 15
    return "version", 0, 1


@fault("ipv4.ihl.below_5", "ipv4", ["ipv4"])
def small_ihl(data, h, dice):
    data[h.offset] = 0x40 | dice.randrange(5)
    return "ihl", 0, 1


@fault("ipv4.ihl.beyond_total", "ipv4", ["ipv4"])
def large_ihl(data, h, dice):
    if h.end - h.offset >= 60:
        return None
    data[h.offset] = 0x4F
    return "ihl", 0, 1


@fault("ipv4.total_length.beyond", "ipv4")
def long_total(data, h, dice):
    set_word(data, h.offset + 2, len(data) - h.offset + dice.choice((1, 2, 8, 100, 4000)))
    return "total_length", 2, 2


@fault("ipv4.total_length.below_header", "ipv4")
def short_total(data, h, dice):
    set_word(data, h.offset + 2, dice.randrange(1, h.length))
    return "total_length", 2, 2


@fault("ipv4.total_length.shorter", "ipv4")
def less_total(data, h, dice):
    if h.end - h.offset - h.length < 40:
        return None
    set_word(data, h.offset + 2, h.end - h.offset - dice.randrange(1, 8))
    return "total_length", 2, 2


@fault("ipv4.total_length.swapped", "ipv4")
def swapped_total(data, h, dice):
    at = h.offset + 2
    if data[at] == data[at + 1] or data[at + 1] * 256 + data[at] <= len(data) - h.offset:
        return None
    data[at], data[at + 1] = data[at + 1], data[at]
    return "total_length", 2, 2


@fault("ipv6.payload_length.beyond", "ipv6")
def long_payload(data, h, dice):
    set_word(data, h.offset + 4, len(data) - h.offset - 40 + dice.choice((1, 2, 8, 100, 4000)))
    return "payload_length", 4, 2


@fault("ipv6.payload_length.shorter", "ipv6")
def less_payload(data, h, dice):
    if h.end - h.offset < 90:
        return None
    set_word(data, h.offset + 4, h.end - h.offset - 40 - dice.randrange(1, 8))
    return "payload_length", 4, 2


@fault("ipv6.payload_length.includes_header", "ipv6")
def whole_payload(data, h, dice):
    set_word(data, h.offset + 4, h.end - h.offset)
    return "payload_length", 4, 2


@fault("udp.length.beyond", "udp", ["udp"])
def long_udp(data, h, dice):
    set_word(data, h.offset + 4, h.end - h.offset + dice.choice((1, 2, 8, 100, 4000)))
    return "length", 4, 2


@fault("udp.length.below_8", "udp", ["udp"])
def short_udp(data, h, dice):
    set_word(data, h.offset + 4, dice.randrange(1, 8))
    return "length", 4, 2


@fault("udp.length.zero", "udp", ["udp"])
def zero_udp(data, h, dice):
    set_word(data, h.offset + 4, 0)
    return "length", 4, 2


@fault("udp.length.shorter", "udp", ["udp"], legal=True)
def less_udp(data, h, dice):
    """Less than IP brought: what is left may be UDP options (RFC 9868); the checksum goes by UDP's length."""
    if h.end - h.offset < 24 or not is_plain(data, h):
        return None
    set_word(data, h.offset + 4, h.end - h.offset - dice.randrange(1, 9))
    h.end = h.offset + word(data, h.offset + 4)
    checksum.put(data, h, checksum.computed(data, h))
    return "length", 4, 2


@fault("tcp.data_offset.below_5", "tcp")
def small_offset(data, h, dice):
    data[h.offset + 12] = dice.randrange(5) << 4 | data[h.offset + 12] & 15
    return "data_offset", 12, 1


@fault("tcp.data_offset.beyond", "tcp")
def large_offset(data, h, dice):
    if h.end - h.offset >= 60:
        return None
    data[h.offset + 12] = 0xF0 | data[h.offset + 12] & 15
    return "data_offset", 12, 1


# Truncation: the bytes end, and the frame says that this is all there was on the wire.

def cut_to(kind: str, needs: str, least: int, most: int):
    @fault(kind, needs, ["*"])
    def cut(data, h, dice):
        at = h.offset + dice.randrange(least, most)
        if h.end <= at or len(data) <= at:
            return None
        del data[at:]
        return "data", 0, at - h.offset

    return cut


cut_to("truncated.ipv4", "ipv4", 1, 20)
cut_to("truncated.ipv6", "ipv6", 1, 40)
cut_to("truncated.tcp", "tcp", 1, 20)
cut_to("truncated.udp", "udp", 1, 8)
cut_to("truncated.icmp", "icmp", 1, 8)
cut_to("truncated.icmpv6", "icmpv6", 1, 8)
cut_to("truncated.arp", "arp", 1, 28)
cut_to("truncated.data", "udp", 9, 20)
