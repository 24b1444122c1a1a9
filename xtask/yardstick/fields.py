"""Single faults in fields that are no checksum and no length of a packet: flags, options, addresses."""

from faults import fault, set_word
from walk import word


def option(data, h, kinds, start: int):
    """Offset of the first option of one of those kinds in a header of IPv4 or TCP."""
    at, end = h.offset + start, h.offset + h.length
    while at + 1 < end and data[at]:
        if data[at] == 1:
            at += 1
            continue
        if not kinds or data[at] in kinds:
            return at
        at += data[at + 1] or 1
    return None


@fault("ipv4.reserved_flag.set", "ipv4")
def reserved_flag(data, h, dice):
    data[h.offset + 6] |= 0x80
    return "flags", 6, 1


@fault("ipv4.ttl.zero", "ipv4")
def ttl_zero(data, h, dice):
    data[h.offset + 8] = 0
    return "ttl", 8, 1


@fault("ipv6.hop_limit.zero", "ipv6", legal=True)
def hops_zero(data, h, dice):
    """A destination processes such a packet normally (RFC 8200, section 3); a neighbour does not (RFC 4861)."""
    if data[h.offset + 6] in (0, 58):
        return None
    data[h.offset + 7] = 0
    return "hop_limit", 7, 1


@fault("ipv4.source.multicast", "ipv4")
def group_source(data, h, dice):
    data[h.offset + 12] = dice.randrange(224, 240)
    return "source", 12, 4


@fault("ipv6.source.multicast", "ipv6")
def group_source6(data, h, dice):
    data[h.offset + 8 : h.offset + 10] = b"\xff\x02"
    return "source", 8, 16


@fault("ethernet.source.group", "ethernet")
def group_mac(data, h, dice):
    data[h.offset + 6] |= 1
    return "source", 6, 6


@fault("ipv4.options.length_0", "ipv4")
def option_zero(data, h, dice):
    at = option(data, h, (), 20)
    if at is None:
        return None
    data[at + 1] = dice.randrange(2)
    return "options", at - h.offset, 2


@fault("ipv4.options.length_beyond", "ipv4")
def option_beyond(data, h, dice):
    at = option(data, h, (), 20)
    if at is None:
        return None
    data[at + 1] = h.offset + h.length - at + dice.randrange(1, 20)
    return "options", at - h.offset, 2


@fault("ipv4.options.pointer", "ipv4")
def option_pointer(data, h, dice):
    at = option(data, h, (7, 131), 20)
    if at is None:
        return None
    data[at + 2] = dice.choice((0, 1, 2, 3, 5, 6))
    return "options", at - h.offset, 3


@fault("tcp.options.length_0", "tcp")
def tcp_option_zero(data, h, dice):
    at = option(data, h, (), 20)
    if at is None:
        return None
    data[at + 1] = dice.randrange(2)
    return "options", at - h.offset, 2


@fault("tcp.options.length_beyond", "tcp")
def tcp_option_beyond(data, h, dice):
    at = option(data, h, (), 20)
    if at is None:
        return None
    data[at + 1] = h.offset + h.length - at + dice.randrange(1, 20)
    return "options", at - h.offset, 2


@fault("tcp.options.wrong_length", "tcp")
def tcp_option_length(data, h, dice):
    """A maximum segment size of 3 bytes, and the like: the length of a kind is fixed."""
    at = option(data, h, (2, 3, 8), 20)
    if at is None or at + data[at + 1] >= h.offset + h.length:
        return None
    data[at + 1] += 1
    return "options", at - h.offset, 2


@fault("tcp.flags.none", "tcp")
def no_flags(data, h, dice):
    data[h.offset + 13] = 0
    data[h.offset + 8 : h.offset + 12] = bytes(4)
    return "flags", 13, 1


@fault("tcp.flags.syn_fin", "tcp")
def syn_fin(data, h, dice):
    data[h.offset + 13] |= 3
    return "flags", 13, 1


@fault("tcp.flags.syn_rst", "tcp")
def syn_rst(data, h, dice):
    data[h.offset + 13] |= 6
    return "flags", 13, 1


@fault("tcp.reserved.set", "tcp")
def reserved_bits(data, h, dice):
    data[h.offset + 12] |= dice.choice((2, 4, 8))
    return "reserved", 12, 1


@fault("tcp.ack_number.without_ack", "tcp")
def stray_ack(data, h, dice):
    if data[h.offset + 13] & 0x17 != 0x02:
        return None
    data[h.offset + 8 : h.offset + 12] = dice.randrange(1, 2**32).to_bytes(4, "big")
    return "ack_number", 8, 4


@fault("tcp.urgent_pointer.without_urg", "tcp")
def stray_urgent(data, h, dice):
    if data[h.offset + 13] & 0x20:
        return None
    set_word(data, h.offset + 18, dice.randrange(1, 0x10000))
    return "urgent_pointer", 18, 2


@fault("icmp.code.undefined", "icmp")
def icmp_code(data, h, dice):
    if data[h.offset] not in (0, 8, 13, 14):
        return None
    data[h.offset + 1] = dice.randrange(1, 256)
    return "code", 1, 1


@fault("icmpv6.hop_limit.not_255", "icmpv6")
def neighbour_hops(data, h, dice):
    if not 133 <= data[h.offset] <= 137:
        return None
    data[h.ip.offset + 7] = dice.choice((1, 64, 254))
    return "hop_limit", h.ip.offset + 7 - h.offset, 1


@fault("icmpv6.option.length_0", "icmpv6")
def neighbour_option(data, h, dice):
    first = {133: 8, 134: 16, 135: 24, 136: 24, 137: 40}.get(data[h.offset])
    if first is None or h.offset + first >= h.end:
        return None
    data[h.offset + first + 1] = 0
    return "options", first, 2


@fault("ipv6.extension.length_beyond", "hop")
def hop_beyond(data, h, dice):
    data[h.offset + 1] = dice.randrange(200, 256)
    return "length", 1, 1


@fault("ipv6.option.length_beyond", "hop")
def hop_option(data, h, dice):
    if data[h.offset + 2] == 0:
        return None
    data[h.offset + 3] = h.length + dice.randrange(1, 20)
    return "options", 2, 2


@fault("arp.hardware_length.wrong", "arp")
def arp_hardware(data, h, dice):
    data[h.offset + 4] = dice.choice((0, 5, 8, 255))
    return "hardware_length", 4, 1


@fault("arp.protocol_length.wrong", "arp")
def arp_protocol(data, h, dice):
    data[h.offset + 5] = dice.choice((0, 3, 6, 16))
    return "protocol_length", 5, 1


@fault("arp.operation.unknown", "arp")
def arp_operation(data, h, dice):
    set_word(data, h.offset + 6, dice.choice((0, 0xFFFF)))
    return "operation", 6, 2


@fault("arp.operation.unassigned", "arp")
def arp_unassigned(data, h, dice):
    """The host's byte order, and the first number that IANA has not given away."""
    set_word(data, h.offset + 6, dice.choice((26, 0x0100)))
    return "operation", 6, 2


@fault("dns.pointer.forward", "dns")
def dns_pointer(data, h, dice):
    """The question's name points at itself, or past the message."""
    set_word(data, h.offset + 12, dice.choice((0xC00C, 0xC000 | (h.end - h.offset))))
    return "question", 12, 2


@fault("dns.label.over_63", "dns")
def dns_label(data, h, dice):
    data[h.offset + 12] = dice.choice((0x40, 0x7F, 0x80, 0xBF))
    return "question", 12, 1


@fault("dns.count.beyond", "dns")
def dns_count(data, h, dice):
    at = dice.choice((4, 6, 8, 10))
    set_word(data, h.offset + at, word(data, h.offset + at) + dice.choice((1, 100)))
    return "count", at, 2


@fault("dhcp.cookie.wrong", "dhcp")
def dhcp_cookie(data, h, dice):
    data[h.offset + 236 + dice.randrange(4)] ^= 0x10
    return "cookie", 236, 4


@fault("dhcp.operation.wrong", "dhcp")
def dhcp_operation(data, h, dice):
    data[h.offset] = dice.choice((0, 3, 255))
    return "op", 0, 1


@fault("dhcp.hardware_length.wrong", "dhcp")
def dhcp_hardware(data, h, dice):
    data[h.offset + 2] = dice.choice((17, 200, 255))
    return "hlen", 2, 1


@fault("dhcp.option.length_beyond", "dhcp")
def dhcp_option(data, h, dice):
    data[h.offset + 241] = 255
    return "options", 240, 2
