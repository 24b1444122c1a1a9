"""DNS messages that would lead a careless reader into the woods."""

from scapy.all import IP, TCP, UDP, Raw

from exchange import CLIENT4, PORT, SERVER4, step

QUESTION = b"\x07example\x03org\x00\x00\x01\x00\x01"
ANSWER = b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x0e\x10\x00\x04\x5d\xb8\xd8\x22"


def message(body: bytes, flags=0x0100, counts=(1, 0, 0, 0)) -> bytes:
    return b"\x12\x34" + flags.to_bytes(2, "big") + b"".join(n.to_bytes(2, "big") for n in counts) + body


def query(body, **more):
    return step(IP(src=CLIENT4, dst=SERVER4) / UDP(sport=PORT, dport=53) / Raw(message(body, **more)))


def reply(body, counts=(1, 1, 0, 0), flags=0x8180):
    return step(IP(src=SERVER4, dst=CLIENT4) / UDP(sport=53, dport=PORT) / Raw(message(body, flags, counts)), False)


def record(kind: int, data: bytes, length=None, name=b"\xc0\x0c") -> bytes:
    size = len(data) if length is None else length
    return name + kind.to_bytes(2, "big") + b"\0\1\0\0\0\x3c" + size.to_bytes(2, "big") + data


def names():
    tail = b"\x00\x01\x00\x01"
    yield "dns.pointer.loop", query(b"\xc0\x0c" + tail)
    yield "dns.pointer.loop", query(b"\x01a\xc0\x0c" + tail)
    yield "dns.pointer.loop", reply(QUESTION + b"\xc0\x1f" + ANSWER[2:])
    yield "dns.pointer.loop", reply(QUESTION + b"\xc0\x2d" + ANSWER[2:] + b"\xc0\x1d" + ANSWER[2:], (1, 2, 0, 0))
    yield "dns.pointer.forward", query(b"\xc0\x20" + tail + b"\0" * 20)
    yield "dns.pointer.beyond", query(b"\xff\xff" + tail)
    yield "dns.pointer.header", query(b"\xc0\x02" + tail)
    yield "dns.pointer.cut", query(b"\xc0")
    yield "dns.name.over_255", query((b"\x3f" + b"a" * 63) * 4 + b"\0" + tail)
    yield "dns.name.over_255", query((b"\x01a") * 128 + b"\0" + tail)
    yield "dns.name.unended", query(b"\x07example\x03org")
    yield "dns.label.over_63", query(b"\x40" + b"a" * 64 + b"\0" + tail)
    yield "dns.label.reserved", query(b"\x80abc\0" + tail)
    yield "dns.label.beyond", query(b"\x3fabc")


def records():
    yield "dns.count.question", query(QUESTION, counts=(2, 0, 0, 0))
    yield "dns.count.question", query(QUESTION, counts=(65535, 0, 0, 0))
    yield "dns.count.answer", reply(QUESTION + ANSWER, (1, 2, 0, 0))
    yield "dns.count.authority", reply(QUESTION + ANSWER, (1, 1, 7, 0))
    yield "dns.count.additional", reply(QUESTION + ANSWER, (1, 1, 0, 1))
    yield "dns.trailing", query(QUESTION + b"trailing bytes")
    yield "dns.short", step(IP(src=CLIENT4, dst=SERVER4) / UDP(sport=PORT, dport=53) / Raw(b"\x12\x34\x01\x00\x00"))
    yield "dns.reserved_bit", query(QUESTION, flags=0x0140)
    yield "dns.opcode", query(QUESTION, flags=0x7900)
    yield "dns.answer_in_query", query(QUESTION + ANSWER, counts=(1, 1, 0, 0))
    yield "dns.rcode_in_query", query(QUESTION, flags=0x0103)
    yield "dns.rdata.length", reply(QUESTION + record(1, b"\x01\x02\x03"))
    yield "dns.rdata.length", reply(QUESTION + record(28, b"\x20\x01" * 4))
    yield "dns.rdata.length", reply(QUESTION + record(15, b"\0"))
    yield "dns.rdata.length", reply(QUESTION + record(6, b"\xc0\x0c\xc0\x0c\0\0"))
    yield "dns.rdata.length", reply(QUESTION + record(16, b"\x20abc"))
    yield "dns.rdata.length", reply(QUESTION + record(5, b"\xc0\x0c\0\0"))
    yield "dns.rdata.beyond", reply(QUESTION + record(1, b"\x01\x02\x03\x04", 400))
    opt = b"\0\x00\x29\x04\xd0\0\0\0\0\0\0"
    yield "dns.opt.twice", query(QUESTION + opt + opt, counts=(1, 0, 0, 2))
    yield "dns.opt.name", query(QUESTION + b"\x01a" + opt, counts=(1, 0, 0, 1))
    yield "dns.opt.in_answer", reply(QUESTION + opt)
    yield "dns.ttl", reply(QUESTION + ANSWER[:6] + b"\xff\xff\xff\xff" + ANSWER[10:])
    stream = message(QUESTION)
    head = IP(src=CLIENT4, dst=SERVER4) / TCP(sport=PORT, dport=53, flags="PA", seq=5, ack=9)
    yield "dns.tcp_length", step(head / Raw((7).to_bytes(2, "big") + stream))


def cases():
    for kind, one in (*names(), *records()):
        yield kind, [one]
