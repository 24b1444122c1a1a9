"""DHCP messages."""

from ipaddress import IPv4Address

from scapy.all import IP, UDP, Raw

from exchange import CLIENT, CLIENT4, SERVER4, Step, mac, step

DISCOVER = b"\x35\x01\x01"


def message(options=DISCOVER + b"\xff", cookie=b"\x63\x82\x53\x63", **at) -> Step:
    """A discover; keywords b0, b1, … overwrite single bytes of the fixed part."""
    fixed = bytearray(b"\x01\x01\x06\x00" + bytes(24) + mac(CLIENT) + bytes(10 + 64 + 128))
    for name, value in at.items():
        fixed[int(name[1:])] = value
    body = bytes(fixed) + cookie + options
    return step(IP(src="0.0.0.0", dst="255.255.255.255") / UDP(sport=68, dport=67) / Raw(body.ljust(300, b"\0")))


def reply(options: bytes, **at) -> Step:
    yours = IPv4Address(CLIENT4).packed
    fixed = bytearray(b"\x02\x01\x06\x00" + bytes(12) + yours + bytes(8) + mac(CLIENT) + bytes(10 + 64 + 128))
    for name, value in at.items():
        fixed[int(name[1:])] = value
    body = bytes(fixed) + b"\x63\x82\x53\x63" + options
    return step(IP(src=SERVER4, dst=CLIENT4) / UDP(sport=67, dport=68) / Raw(body.ljust(300, b"\0")), False)


def cases():
    every = {
        "dhcp.cookie.missing": [message(cookie=b"\0\0\0\0")],
        "dhcp.cookie.wrong": [message(cookie=b"\x63\x82\x53\x64")],
        "dhcp.op": [message(b0=0), message(b0=3), message(b0=2)],
        "dhcp.hlen": [message(b2=17), message(b2=0), message(b2=255)],
        "dhcp.htype": [message(b1=0)],
        "dhcp.flags_reserved": [message(b11=1)],
        "dhcp.option.length": [
            message(b"\x35\x02\x01\x01\xff"), message(DISCOVER + b"\x32\x03\x0a\x00\x01\xff"),
            reply(b"\x35\x01\x02\x36\x04\x0a\0\0\1\x33\x02\0\1\xff"), reply(b"\x35\x01\x02\x36\x04\x0a\0\0\1\x01\x03\xff\xff\xff\xff"),
            message(DISCOVER + b"\x32\x00\xff"),
        ],
        "dhcp.option.beyond": [message(DISCOVER + b"\x0c\xff" + b"name")],
        "dhcp.option.end_missing": [message(DISCOVER + b"\0" * 53), message(DISCOVER + b"\x0c" + bytes([60 - 5]) + b"n" * 55)],
        "dhcp.option.after_end": [message(b"\xff" + DISCOVER + b"\xff")],
        "dhcp.message_type.unknown": [message(b"\x35\x01\x63\xff"), message(b"\x35\x01\x00\xff")],
        "dhcp.message_type.direction": [reply(DISCOVER + b"\xff"), message(b"\x35\x01\x02\xff")],
        "dhcp.server_missing": [reply(b"\x35\x01\x02\x33\x04\0\0\1\0\xff"), reply(b"\x35\x01\x05\x33\x04\0\0\1\0\xff")],
        "dhcp.lease_missing": [reply(b"\x35\x01\x02\x36\x04\x0a\0\0\1\xff")],
        "dhcp.message_type.twice": [message(DISCOVER + DISCOVER + b"\xff")],
    }
    for kind, steps in every.items():
        for one in steps:
            yield kind, [one]
    short = bytes(bytearray(b"\x01\x01\x06\x00") + bytes(96))
    yield "dhcp.short", [step(IP(src="0.0.0.0", dst="255.255.255.255") / UDP(sport=68, dport=67) / Raw(short))]
