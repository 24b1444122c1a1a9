"""DNS: queries and answers of many types, compressed, over UDP, TCP and to groups."""

from scapy.all import (
    DNS, DNSQR, DNSRR, DNSRRDNSKEY, DNSRRDS, DNSRRMX, DNSRRNSEC, DNSRROPT, DNSRRRSIG, DNSRRSOA, DNSRRSRV,
    IP, IPv6, TCP, UDP, Raw, dns_compress,
)

from exchange import CLIENT4, CLIENT6, CLIENT_LINK6, PORT, SERVER4, SERVER6, Exchange, step

HOSTS = ("example.org.", "www.example.org.", "mail.a.example.org.", "x.y.z.sub.domain.example.net.", "a.bc.")


def record(name, kind, data, **more):
    return DNSRR(rrname=name, type=kind, rdata=data, ttl=more.pop("ttl", 3600), **more)


def answers(name: str, dice):
    """Query type and sections of an answer for each kind that is worth having."""
    alias = "edge." + name
    yield "A", [record(name, "A", f"93.184.216.{n}") for n in range(1, dice.randrange(2, 14))], [], []
    yield "AAAA", [record(name, "AAAA", f"2a00:1450::{n:x}") for n in range(1, dice.randrange(2, 9))], [], []
    yield "A", [record(name, "CNAME", alias), record(alias, "A", "93.184.216.34")], [], []
    yield "MX", [DNSRRMX(rrname=name, ttl=300, preference=n, exchange=f"mx{n}.{name}") for n in (10, 20)], [], \
        [record(f"mx{n}.{name}", "A", f"93.184.216.{n}") for n in (10, 20)]
    yield "TXT", [record(name, "TXT", [b"v=spf1 -all", b"x" * dice.randrange(1, 255)])], [], []
    yield "NS", [record(name, "NS", f"ns{n}.{name}") for n in range(3)], [], [record(f"ns0.{name}", "A", "93.184.1.1")]
    yield "SRV", [DNSRRSRV(rrname=name, ttl=60, priority=1, weight=5, port=5060, target="sip." + name)], [], []
    yield "PTR", [record("4.3.2.1.in-addr.arpa.", "PTR", name)], [], []
    yield "SOA", [], [DNSRRSOA(rrname=name, ttl=60, mname="ns0." + name, rname="root." + name, serial=2026, refresh=1, retry=2, expire=3, minimum=4)], []
    yield "DNSKEY", [DNSRRDNSKEY(rrname=name, ttl=60, flags=257, protocol=3, algorithm=13, publickey=dice.randbytes(64))], [], []
    yield "DS", [DNSRRDS(rrname=name, ttl=60, keytag=7, algorithm=13, digesttype=2, digest=dice.randbytes(32))], [], []
    yield "NSEC", [DNSRRNSEC(rrname=name, ttl=60, nextname="b." + name, typebitmaps=b"\0\6\x40\1\0\0\0\3")], [], []
    signature = DNSRRRSIG(rrname=name, ttl=60, typecovered=1, algorithm=13, labels=2, originalttl=60, expiration=2**31 - 1,
                          inception=1, keytag=7, signersname="example.org.", signature=dice.randbytes(64))
    yield "A", [record(name, "A", "93.184.216.9"), signature], [], []
    yield "CAA", [DNSRR(rrname=name, type=257, ttl=60, rdata=b"\0\5issueca.example.net")], [], []
    yield "HTTPS", [DNSRR(rrname=name, type=65, ttl=60, rdata=b"\0\1\0\0\1\0\3\2h2")], [], []
    yield 255, [record(name, "A", "93.184.216.1"), record(name, "AAAA", "2a00::1"), record(name, "TXT", [b"hi"])], [], []


# The names in their data are never compressed (RFC 2782, RFC 3597, section 4, RFC 4034), but scapy would.
WHOLE = {33, 46, 47}


def wire(message: DNS, groups=False) -> bytes:
    """A message with compressed names; multicast DNS compresses those of SRV and NSEC too (RFC 6762, section 18.14)."""
    parsed = DNS(bytes(message))
    kinds = {record.type for section in (parsed.an, parsed.ns, parsed.ar) for record in section}
    return bytes(dns_compress(parsed) if groups or not kinds & WHOLE else parsed)


def messages(name: str, dice):
    """Query and answer, as bytes."""
    for kind, answer, authority, more in answers(name, dice):
        extension = [DNSRROPT(rclass=1232)] if dice.random() < 0.5 else []
        asked = "4.3.2.1.in-addr.arpa." if kind == "PTR" else name
        question = DNSQR(qname=asked, qtype=kind)
        query = DNS(id=0x1234, rd=1, qd=[question], ar=extension)
        code = 3 if not answer else 0
        reply = DNS(id=0x1234, qr=1, rd=1, ra=1, aa=dice.randrange(2), rcode=code, qd=[question], an=answer, ns=authority, ar=more + extension)
        yield wire(query), wire(reply)


def over_udp(dice, version: int):
    layer, source, target = (IP, CLIENT4, SERVER4) if version == 4 else (IPv6, CLIENT6, SERVER6)
    for name in HOSTS:
        for query, reply in messages(name, dice):
            silent = {"silent": True} if version == 4 and dice.random() < 0.1 else {}
            yield Exchange("dns", [
                step(layer(src=source, dst=target) / UDP(sport=PORT, dport=53) / Raw(query), True, **silent),
                step(layer(src=target, dst=source) / UDP(sport=53, dport=PORT) / Raw(reply), False, **silent),
            ], (53,))


def over_tcp(dice):
    """Length before the message (RFC 7766, section 8); one segment each."""
    query, reply = next(messages("www.example.org.", dice))
    ask, answer = (len(m).to_bytes(2, "big") + m for m in (query, reply))
    up, down = IP(src=CLIENT4, dst=SERVER4, flags="DF"), IP(src=SERVER4, dst=CLIENT4, flags="DF")
    a, b = dict(sport=PORT, dport=53), dict(sport=53, dport=PORT)
    yield Exchange("dns over tcp", [
        step(up / TCP(**a, flags="S", seq=1, options=[("MSS", 1460)])),
        step(down / TCP(**b, flags="SA", seq=1, ack=2, options=[("MSS", 1460)]), False),
        step(up / TCP(**a, flags="A", seq=2, ack=2)),
        step(up / TCP(**a, flags="PA", seq=2, ack=2) / Raw(ask)),
        step(down / TCP(**b, flags="PA", seq=2, ack=2 + len(ask)) / Raw(answer), False),
        step(up / TCP(**a, flags="FA", seq=2 + len(ask), ack=2 + len(answer))),
        step(down / TCP(**b, flags="FA", seq=2 + len(answer), ack=3 + len(ask)), False),
        step(up / TCP(**a, flags="A", seq=3 + len(ask), ack=3 + len(answer))),
    ], (53,))


def to_groups():
    """Multicast DNS: identification 0, hop limit 255 (RFC 6762)."""
    question = DNS(id=0, rd=0, qd=[DNSQR(qname="_ipp._tcp.local.", qtype="PTR")])
    reply = DNS(id=0, qr=1, aa=1, rd=0, qd=[], an=[record("_ipp._tcp.local.", "PTR", "p._ipp._tcp.local.", ttl=120)])
    found = DNS(id=0, qr=1, aa=1, rd=0, qd=[], an=[
        DNSRRSRV(rrname="p._ipp._tcp.local.", ttl=120, port=631, target="p.local."),
        DNSRRNSEC(rrname="p._ipp._tcp.local.", ttl=120, nextname="p._ipp._tcp.local.", typebitmaps=b"\0\5\0\0\x80\0\x40"),
    ], ar=[record("p.local.", "A", "192.168.1.9", ttl=120)])
    ports = UDP(sport=5353, dport=5353)
    for message in (question, reply, found):
        body = Raw(wire(message, groups=True))
        yield Exchange("mdns", [step(IP(src=CLIENT4, dst="224.0.0.251", ttl=255) / ports / body)])
        yield Exchange("mdns", [step(IPv6(src=CLIENT_LINK6, dst="ff02::fb", hlim=255) / ports / body)])


def exchanges(dice):
    for _ in range(2):
        yield from over_udp(dice, 4)
    yield from over_udp(dice, 6)
    yield from over_tcp(dice)
    yield from to_groups()
