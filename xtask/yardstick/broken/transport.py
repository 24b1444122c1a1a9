"""UDP and TCP."""

from scapy.all import IP, IPv6, TCP, UDP, Raw

from exchange import CLIENT4, CLIENT6, PORT, SERVER4, SERVER6, step

PORTS = dict(sport=PORT, dport=40001)


def tcp(flags, data=b"", **fields):
    segment = TCP(**{**PORTS, "flags": flags, "seq": 5, "ack": 9 if "A" in str(flags) else 0, **fields})
    return step(IP(src=CLIENT4, dst=SERVER4) / segment / Raw(data) if data else IP(src=CLIENT4, dst=SERVER4) / segment)


def options(data: bytes, flags="A"):
    """A header with these bytes for options, written by hand."""
    data += bytes(-len(data) % 4)
    head = bytearray(bytes(TCP(**PORTS, flags=flags, seq=5, ack=9 if "A" in flags else 0)))
    head[12] = (5 + len(data) // 4) << 4
    return step(IP(src=CLIENT4, dst=SERVER4, proto=6) / Raw(bytes(head) + data))


def flags():
    for wrong in ("SF", "SR", "SFA", "FSRPAU", "FR", "SRA"):
        yield "tcp.flags", tcp(wrong)
    yield "tcp.flags.none", tcp(0)
    yield "tcp.flags.no_ack", tcp("F")
    yield "tcp.flags.no_ack", tcp("P", b"data")
    yield "tcp.flags.xmas", tcp("FPU", urgptr=1)
    for bits in (1, 2, 4, 7):
        yield "tcp.reserved", tcp("A", b"reserved", reserved=bits)
    yield "tcp.urgent_pointer", tcp("A", b"data", urgptr=3)
    yield "tcp.ack_number", tcp("S", ack=77)
    yield "tcp.ack_number", tcp("R", ack=77)
    yield "tcp.port_zero", tcp("S", dport=0)
    yield "tcp.urgent_pointer", tcp("SEC", urgptr=9)


def tcp_options():
    yield "tcp.options.length", options(b"\x02\x00")
    yield "tcp.options.length", options(b"\x02\x01\x05\xb4")
    yield "tcp.options.length", options(b"\x02\x03\x05\xb4", "S")
    yield "tcp.options.length", options(b"\x03\x04\x01\x01", "S")
    yield "tcp.options.length", options(b"\x08\x09" + bytes(10))
    yield "tcp.options.length", options(b"\x04\x03\x00", "S")
    yield "tcp.options.length", options(b"\x05\x09" + bytes(7))
    yield "tcp.options.beyond", options(b"\x08\x0a\0\0")
    yield "tcp.options.beyond", options(b"\x01\x01\x01\x02")
    yield "tcp.options.mss_without_syn", options(b"\x02\x04\x05\xb4")
    yield "tcp.options.scale_without_syn", options(b"\x03\x03\x07")
    yield "tcp.options.permitted_without_syn", options(b"\x04\x02")
    yield "tcp.options.scale_above_14", options(b"\x02\x04\x05\xb4\x03\x03\x0f", "S")
    yield "tcp.options.mss_zero", options(b"\x02\x04\0\0", "S")
    yield "tcp.options.twice", options(b"\x02\x04\x05\xb4\x02\x04\x05\xb4", "S")
    yield "tcp.options.after_end", options(b"\x00\x01\x02\x03")
    yield "tcp.options.sack_with_syn", options(b"\x05\x0a" + bytes(8), "S")
    yield "tcp.options.sack_order", options(b"\x01\x01\x05\x0a" + (900).to_bytes(4, "big") + (100).to_bytes(4, "big"))
    yield "tcp.options.echo_without_ack", options(b"\x08\x0a\0\0\0\1\0\0\0\2", "S")


def udp(**fields):
    return step(IP(src=CLIENT4, dst=SERVER4) / UDP(**{**PORTS, **fields}) / Raw(b"some data"))


def datagrams():
    yield "udp.zero_checksum", step(IPv6(src=CLIENT6, dst=SERVER6) / UDP(**PORTS) / b"x", silent=True)
    yield "udp.port_zero", udp(dport=0)
    yield "udp.port_zero", udp(sport=0, dport=0)
    yield "udp.length", udp(len=7)
    yield "udp.length", udp(len=0)
    yield "udp.length", udp(len=500)
    yield "udp.length_shorter", udp(len=9)


def cases():
    for kind, one in (*flags(), *tcp_options(), *datagrams()):
        yield kind, [one]
