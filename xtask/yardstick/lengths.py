"""Single faults in versions and lengths, and packets that end too early."""

import checksum
from faults import fault, is_plain, set_word
from walk import word

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
