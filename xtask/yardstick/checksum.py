"""The Internet checksum (RFC 1071) and what the headers of a packet need of it.

`seal` puts right every checksum of a packet whose fields were patched, from the inside out, so that
a template made once by scapy serves for thousands of packets.
"""


def total(data: bytes) -> int:
    """The ones'-complement sum of 16-bit words, an odd last byte padded with zero."""
    number = int.from_bytes(data if len(data) % 2 == 0 else data + b"\0", "big")
    # 2^16 = 1 modulo 2^16 - 1, so the sum of the words is the remainder; 0 only if all are 0.
    return number % 0xFFFF or (0xFFFF if number else 0)


def checksum(data: bytes) -> int:
    """The value for a checksum field, over bytes in which that field is 0."""
    return 0xFFFF - total(data)


def pseudo(data: bytes, ip, protocol: int, length: int) -> bytes:
    """The pseudo-header of RFC 9293, section 3.1 and RFC 8200, section 8.1."""
    if ip.kind == "ipv4":
        target = ip.final or data[ip.offset + 16 : ip.offset + 20]
        return bytes(data[ip.offset + 12 : ip.offset + 16]) + target + bytes([0, protocol]) + length.to_bytes(2, "big")
    addresses = bytes(data[ip.offset + 8 : ip.offset + 24]) + (ip.final or data[ip.offset + 24 : ip.offset + 40])
    return addresses + length.to_bytes(4, "big") + bytes([0, 0, 0, protocol])


# Header -> (offset of the checksum field, protocol number of the pseudo-header or None).
FIELDS = {
    "ipv4": (10, None),
    "icmp": (2, None),
    "igmp": (2, None),
    "icmpv6": (2, 58),
    "tcp": (16, 6),
    "udp": (6, 17),
}


def covered(data: bytes, header) -> bytes:
    """What the checksum of a header covers, without the pseudo-header."""
    if header.kind == "ipv4":
        return bytes(data[header.offset : header.offset + header.length])
    return bytes(data[header.offset : header.end])


def computed(data: bytearray, header) -> int:
    """The right checksum of a header; the field is taken as 0."""
    offset, protocol = FIELDS[header.kind]
    body = bytearray(covered(data, header))
    body[offset : offset + 2] = b"\0\0"
    if protocol is not None:
        body = pseudo(data, header.ip, protocol, len(body)) + body
    value = checksum(bytes(body))
    return 0xFFFF if value == 0 and header.kind == "udp" else value


def put(data: bytearray, header, value: int) -> None:
    """Writes a checksum field."""
    at = header.offset + FIELDS[header.kind][0]
    data[at : at + 2] = value.to_bytes(2, "big")


def sealable(data: bytes, header) -> bool:
    """Whether all the bytes that the checksum covers are here."""
    return header.kind in FIELDS and header.whole and header.offset + FIELDS[header.kind][0] + 2 <= len(data)


def seal(data: bytearray, headers: list, silent: bool = False) -> None:
    """Writes every checksum, the innermost first; `silent` keeps UDP's 0 over IPv4, which is "none"."""
    for header in reversed(headers):
        if header.kind == "gre":
            seal_gre(data, header)
        elif sealable(data, header):
            keep = silent and header.kind == "udp"
            put(data, header, 0 if keep else computed(data, header))


def seal_gre(data: bytearray, header) -> None:
    """GRE has a checksum only if its first bit says so (RFC 2784)."""
    if data[header.offset] & 0x80:
        at = header.offset + 4
        data[at : at + 2] = b"\0\0"
        data[at : at + 2] = checksum(bytes(data[header.offset : header.end])).to_bytes(2, "big")


def offload(data: bytearray, headers: list, large: bool = False) -> None:
    """Leaves TCP and UDP as a host does for a card that computes: the pseudo-header's sum, not complemented;
    `large` without the length, which a card that also segments has to add."""
    for header in headers:
        if header.kind in ("tcp", "udp") and not header.quoted:
            protocol = FIELDS[header.kind][1]
            length = 0 if large else header.end - header.offset
            put(data, header, total(pseudo(data, header.ip, protocol, length)))
            return
