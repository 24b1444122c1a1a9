"""IPv4 and IPv6: reserved bits, addresses no packet may have, options, fragments that do not fit."""

from scapy.all import IP, IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment, IPv6ExtHdrHopByHop, IPv6ExtHdrRouting, UDP, \
    PadN, Raw

from exchange import CLIENT4, CLIENT6, PORT, SERVER4, SERVER6, Step, step

PORTS = dict(sport=PORT, dport=40001)
PAYLOAD = UDP(**PORTS) / Raw(b"some data for this datagram")
LETTERS = bytes(range(97, 123)) * 100
# An experiment's protocol (RFC 3692): nothing in the fragments but data.
PROTOCOL = 253
MARTIANS = ("127.0.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "0.1.2.3")
MARTIANS6 = ("::1", "ff02::1", "::ffff:10.0.0.1")


def four(**fields):
    return IP(**{"src": CLIENT4, "dst": SERVER4, **fields})


def six(**fields):
    return IPv6(**{"src": CLIENT6, "dst": SERVER6, **fields})


def headers4():
    yield "ipv4.reserved_flag", step(four(flags="evil") / PAYLOAD)
    yield "ipv4.ttl_zero", step(four(ttl=0) / PAYLOAD)
    for address in MARTIANS:
        yield "ipv4.source", step(four(src=address) / PAYLOAD)
    yield "ipv4.destination", step(four(dst="127.0.0.1") / PAYLOAD)
    yield "ipv4.destination", step(four(dst="0.0.0.0") / PAYLOAD)
    yield "ipv4.land", step(four(dst=CLIENT4) / PAYLOAD)
    yield "ipv4.protocol_reserved", step(four(proto=255) / Raw(b"payload"))
    for kind, options in (("length", b"\x07\x00"), ("length", b"\x07\x01"), ("beyond", b"\x07\x27\x04" + bytes(5)), ("pointer", b"\x07\x07\x03" + bytes(4)),
                          ("pointer", b"\x07\x07\x05" + bytes(4)), ("after_end", b"\x00\x07\x07\x04"), ("twice", b"\x83\x03\x04\x83\x03\x04"),
                          ("class", b"\x20\x04\0\0"), ("timestamp", b"\x44\x05\x05\x00\x00")):
        yield f"ipv4.options.{kind}", optioned(options)


def optioned(options: bytes) -> Step:
    """scapy would not write these: the header is lengthened by hand, the checksum made later."""
    options += bytes(-len(options) % 4)
    data = bytearray(bytes(four() / PAYLOAD))
    data[0] += len(options) // 4
    data[2:4] = (len(data) + len(options)).to_bytes(2, "big")
    return Step(0x0800, bytes(data[:20]) + options + bytes(data[20:]))


def part4(offset: int, length: int, more: bool, protocol=PROTOCOL) -> Step:
    """A fragment; `offset` in bytes. All parts of a case have the exchange's identification."""
    head = four(flags="MF" if more else 0, frag=offset // 8, proto=protocol)
    return step(head / Raw(LETTERS[:length]), same=True)


def part6(offset: int, length: int, more: bool, protocol=PROTOCOL) -> Step:
    head = six() / IPv6ExtHdrFragment(nh=protocol, offset=offset // 8, m=more, id=0x77777777)
    return step(head / Raw(LETTERS[:length]))


def fragments():
    for family, part in (("ipv4", part4), ("ipv6", part6)):
        yield f"{family}.fragment.overlap", [part(0, 64, True), part(56, 64, False)]
        yield f"{family}.fragment.overlap", [part(0, 64, True), part(24, 8, True)]
        yield f"{family}.fragment.oversized", [part(65528, 64, False)]
        yield f"{family}.fragment.oversized", [part(65520, 1000, True)]
        yield f"{family}.fragment.multiple_of_8", [part(0, 65, True)]
        yield f"{family}.fragment.two_ends", [part(64, 32, False), part(128, 32, False)]
        yield f"{family}.fragment.beyond_end", [part(64, 32, False), part(128, 32, True)]
        # Not even a whole header of TCP (RFC 1858; RFC 7112).
        yield f"{family}.fragment.tiny", [part(0, 8, True, 6)]
        yield f"{family}.fragment.empty", [part(64, 0, True)]


def headers6():
    for address in MARTIANS6:
        yield "ipv6.source", step(six(src=address) / PAYLOAD)
    yield "ipv6.destination", step(six(dst="::") / PAYLOAD)
    yield "ipv6.destination", step(six(dst="::1") / PAYLOAD)
    yield "ipv6.destination", step(six(dst="ff00::1") / PAYLOAD)
    hop, destination = IPv6ExtHdrHopByHop(options=[PadN(optdata=bytes(4))]), IPv6ExtHdrDestOpt(options=[PadN(optdata=bytes(4))])
    yield "ipv6.hop_not_first", step(six() / destination / hop / PAYLOAD)
    yield "ipv6.extension_twice", step(six() / hop / hop / PAYLOAD)
    yield "ipv6.extension_twice", step(six() / destination / destination / destination / PAYLOAD)
    yield "ipv6.routing_type_0", step(six() / IPv6ExtHdrRouting(type=0, segleft=1, addresses=["2a00::1"]) / PAYLOAD)
    yield "ipv6.segments_left", step(six() / IPv6ExtHdrRouting(type=2, segleft=9, addresses=[SERVER6]) / PAYLOAD)
    for kind, options in (("length", b"\x01\x09\0\0\0\0"), ("padding", b"\x01\x04abcd"), ("jumbo", b"\xc2\x04\0\0\0\x10"),
                          ("router_alert", b"\x05\x03\0\0\0\0")):
        yield f"ipv6.option.{kind}", extended(b"\x11\x00" + options)
    yield "ipv6.extension_length", extended(b"\x11\x40\x01\x04\0\0\0\0")


def extended(header: bytes) -> Step:
    """A hop-by-hop header by hand, then the datagram."""
    body = bytes(six() / PAYLOAD)[40:]
    return step(six(nh=0) / Raw(header + body))


def cases():
    for kind, one in (*headers4(), *headers6()):
        yield kind, [one]
    yield from fragments()
