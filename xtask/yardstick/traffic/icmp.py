"""ICMP and ICMPv6: echoes of many lengths, timestamps, errors that quote, routers, and IGMP."""

from scapy.all import ICMP, ICMPv6DestUnreach, ICMPv6EchoReply, ICMPv6EchoRequest, ICMPv6PacketTooBig, \
    ICMPv6ParamProblem, ICMPv6TimeExceeded, IP, IPv6, TCP, UDP, IPOption_Router_Alert, Raw

import checksum
from exchange import CLIENT4, CLIENT6, FAR4, PORT, ROUTER4, ROUTER6, SERVER4, SERVER6, Exchange, step

EXTENSION = bytes.fromhex("2000" "0000" "0008" "0101" "12345140")
LENGTHS = (0, 1, 2, 7, 8, 31, 56, 57, 100, 548, 1000, 1472)


def pattern(dice, length: int) -> bytes:
    start = dice.randrange(256)
    return bytes((start + n) & 255 for n in range(length))


def echoes(dice):
    for length in LENGTHS:
        data = pattern(dice, length)
        pair = [step(IP(src=CLIENT4, dst=SERVER4) / ICMP(type=8, id=1, seq=length) / data),
                step(IP(src=SERVER4, dst=CLIENT4) / ICMP(type=0, id=1, seq=length) / data, False)]
        yield Exchange("echo", pair)
        pair = [step(IPv6(src=CLIENT6, dst=SERVER6) / ICMPv6EchoRequest(id=1, seq=length, data=data)),
                step(IPv6(src=SERVER6, dst=CLIENT6) / ICMPv6EchoReply(id=1, seq=length, data=data), False)]
        yield Exchange("echo", pair)


def questions():
    """Timestamp and router discovery (RFC 1256)."""
    yield Exchange("timestamp", [
        step(IP(src=CLIENT4, dst=SERVER4) / ICMP(type=13, id=1, seq=1, ts_ori=1000, ts_rx=0, ts_tx=0)),
        step(IP(src=SERVER4, dst=CLIENT4) / ICMP(type=14, id=1, seq=1, ts_ori=1000, ts_rx=1004, ts_tx=1004), False),
    ])
    router = b"\x09\0\0\0\x01\x02\x07\x08" + IP(src=ROUTER4).__bytes__()[12:16] + bytes(4)
    yield Exchange("router discovery", [
        step(IP(src=CLIENT4, dst="224.0.0.2", ttl=1, proto=1) / Raw(b"\x0a\0\0\0\0\0\0\0")),
        step(IP(src=ROUTER4, dst="224.0.0.1", ttl=1, proto=1) / Raw(router), False),
    ])


def extended(head: bytes, quote: bytes, unit: int) -> bytes:
    """An error with an extension structure after a quote padded to 128 bytes (RFC 4884)."""
    quote = quote[:128].ljust(128, b"\0")
    words, rest = bytearray(head), bytearray(EXTENSION)
    words[5 if unit == 4 else 4] = 128 // unit
    rest[2:4] = checksum.checksum(bytes(rest)).to_bytes(2, "big")
    return bytes(words) + quote + bytes(rest)


def quoted4(dice):
    """A datagram that something is wrong with, and all that its sender sees of it."""
    start = IP(src=CLIENT4, dst=SERVER4, ttl=dice.choice((1, 64)))
    yield start / UDP(sport=PORT, dport=33434) / pattern(dice, dice.randrange(0, 40))
    yield start / TCP(sport=PORT, dport=443, flags="S", seq=7, options=[("MSS", 1460)])
    yield start / ICMP(type=8, id=1, seq=1) / pattern(dice, 56)
    yield start / UDP(sport=PORT, dport=33434) / pattern(dice, 900)


def errors4(dice):
    unreachable = [(3, code, 576 if code == 4 else 0) for code in range(16)]
    kinds = [*unreachable, (5, 0, None), (5, 1, None), (11, 0, 0), (11, 1, 0), (12, 0, 1 << 24), (12, 1, 0)]
    for kind, code, rest in kinds:
        for whole in quoted4(dice):
            quote = bytes(whole)
            if (kind, code) == (3, 4) and len(quote) <= rest:
                continue
            gateway = bytes(IP(src=FAR4))[12:16] if rest is None else rest.to_bytes(4, "big")
            head = bytes([kind, code, 0, 0]) + gateway
            # RFC 792: header and 8 bytes; RFC 1812: as much as fits into 576 bytes.
            for body in (head + quote[:28], head + quote[:548]):
                yield answer4(whole, body)
            if kind in (3, 11, 12) and len(quote) >= 128:
                yield answer4(whole, extended(head, quote, 4))


def answer4(whole, body: bytes) -> Exchange:
    reply = IP(src=ROUTER4, dst=CLIENT4, tos=0xC0, proto=1) / Raw(body)
    return Exchange("error", [step(whole), step(reply, False)], (33434, 443))


def errors6(dice):
    makers = [*(ICMPv6DestUnreach(code=code) for code in range(7)), ICMPv6PacketTooBig(mtu=1280),
              ICMPv6TimeExceeded(code=0), ICMPv6TimeExceeded(code=1), ICMPv6ParamProblem(code=0, ptr=4),
              ICMPv6ParamProblem(code=1, ptr=6), ICMPv6ParamProblem(code=2, ptr=40)]
    for maker in makers:
        for length in (1400,) if isinstance(maker, ICMPv6PacketTooBig) else (0, 20, 56, 1400):
            whole = IPv6(src=CLIENT6, dst=SERVER6) / UDP(sport=PORT, dport=33434) / pattern(dice, length)
            body = bytes(maker)[:8] + bytes(whole)[: 1280 - 48]
            yield answer6(whole, body)
            if body[0] in (1, 3) and length >= 128:
                yield answer6(whole, extended(bytes(maker)[:8], bytes(whole), 8))


def answer6(whole, body: bytes) -> Exchange:
    reply = IPv6(src=ROUTER6, dst=CLIENT6, nh=58) / Raw(body)
    return Exchange("error", [step(whole), step(reply, False)], (33434,))


def groups4():
    """IGMP versions 1 to 3, with Router Alert and TTL 1 (RFC 2236, RFC 3376)."""
    report3 = bytes.fromhex("22000000" "00000001" "04000000" "ef010203")
    messages = (("224.0.0.1", "11640000" "00000000"), ("239.1.2.3", "16000000" "ef010203"), ("224.0.0.2", "17000000" "ef010203"),
                ("239.1.2.3", "12000000" "ef010203"), ("224.0.0.1", "11640000" "00000000" "027d0000"))
    for group, message in (*((g, bytes.fromhex(m)) for g, m in messages), ("224.0.0.22", report3)):
        head = IP(src=CLIENT4, dst=group, ttl=1, proto=2, tos=0xC0, options=[IPOption_Router_Alert()])
        yield Exchange("igmp", [step(head / Raw(message))])


def exchanges(dice):
    for _ in range(2):
        yield from echoes(dice)
    yield from questions()
    yield from errors4(dice)
    yield from errors6(dice)
    yield from groups4()
