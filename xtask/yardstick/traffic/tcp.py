"""TCP connections: handshake, data with acknowledgements, loss and SACK, every way to end."""

from scapy.all import IP, IPv6, TCP, Raw

from exchange import CLIENT4, CLIENT6, PORT, SERVER4, SERVER6, Exchange, step

PORTS = (80, 443, 2222, 5001, 8080, 40000)
WORDS = b"GET /index.html HTTP/1.1\r\nHost: example.org\r\nAccept: */*\r\n\r\n"


def text(dice, length: int) -> bytes:
    """Printable data, so that no dissector takes it for its protocol gone wrong."""
    start = dice.randrange(60)
    line = bytes(33 + (start + n * 7) % 90 for n in range(97))
    return (line * (length // 97 + 1))[:length]


class Connection:
    """Keeps both sides' numbers while it makes steps."""

    def __init__(self, dice, version: int, port: int, stamps: bool):
        self.dice, self.version, self.port, self.stamps = dice, version, port, stamps
        self.next = {True: 0x1BADCAFE, False: 0x0DDBA115}
        self.steps = []
        self.clock = 1000
        self.mss = 1460 if version == 4 else 1440
        self.tos = dice.choice((0, 0, 0x10, 0xB8))
        self.ecn = False

    def addresses(self, up: bool, data: bytes):
        # Segments with data only (RFC 3168, sections 6.1.1 and 6.1.4).
        service = self.tos | 2 if self.ecn and data else self.tos
        layer, names = (IP, (CLIENT4, SERVER4)) if self.version == 4 else (IPv6, (CLIENT6, SERVER6))
        source, target = names if up else names[::-1]
        if self.version == 4:
            return layer(src=source, dst=target, ttl=64, flags="DF", tos=service)
        return layer(src=source, dst=target, hlim=64, tc=service, fl=0x12345 if up else 0x54321)

    def send(self, up: bool, flags: str, data: bytes = b"", options=(), skip=0, count=True, **more):
        """One segment; `skip` is added to its sequence number, `count` moves the sender on."""
        extra = more.pop("extra", {})
        self.clock += 3
        every = list(options)
        if self.stamps and "R" not in flags:
            echo = self.clock - 1 if "A" in flags else 0
            every = [*every, ("NOP", None), ("NOP", None), ("Timestamp", (self.clock, echo))]
        ports = (PORT, self.port) if up else (self.port, PORT)
        numbers = dict(seq=(self.next[up] + skip) % 2**32, ack=self.next[not up] if "A" in flags else 0)
        numbers.update(more)
        segment = TCP(sport=ports[0], dport=ports[1], flags=flags, options=every, window=numbers.pop("window", 64240), **numbers)
        packet = self.addresses(up, data) / segment
        self.steps.append(step(packet / Raw(data) if data else packet, up, **extra))
        if count:
            self.next[up] += len(data) + ("S" in flags) + ("F" in flags)

    def handshake(self, ecn=False):
        options = [("MSS", self.mss), ("NOP", None), ("WScale", self.dice.randrange(0, 15))]
        if self.dice.random() < 0.8:
            options += [("NOP", None), ("NOP", None), ("SAckOK", b"")]
        if self.dice.random() < 0.2:
            options = options[:1]
        self.send(True, "SEC" if ecn else "S", options=options)
        self.send(False, "SAE" if ecn else "SA", options=options)
        self.send(True, "A")
        self.ecn = ecn

    def talk(self, turns: int):
        for _ in range(turns):
            request = WORDS if self.port == 80 else text(self.dice, self.dice.randrange(1, 400))
            self.send(True, "PA", request)
            self.send(False, "A")
            for _ in range(self.dice.randrange(1, 4)):
                length = self.dice.choice((self.dice.randrange(1, 200), self.mss - 12, self.dice.randrange(200, 1400)))
                self.send(False, "PA", text(self.dice, length))
            self.send(True, "A")

    def lose(self):
        """A segment is lost; the receiver says with SACK (RFC 2018) what it has, and it comes again."""
        # What is sent again must not be marked (RFC 3168, section 6.1.5).
        self.ecn = False
        lost, base = text(self.dice, 700), self.next[False]
        self.next[False] += 700
        later = text(self.dice, 700)
        for number in range(2):
            self.send(False, "A", later)
            edges = (base + 700, base + 1400 + 700 * number)
            self.send(True, "A", options=[("NOP", None), ("NOP", None), ("SAck", edges)], ack=base)
        self.send(False, "A", lost, seq=base, count=False)
        self.send(True, "A")

    def close(self, how: str):
        if how == "fin":
            self.send(True, "FA")
            self.send(False, "A")
            self.send(False, "FA")
            self.send(True, "A")
        elif how == "both":
            self.send(True, "FA")
            self.send(False, "FA")
            self.send(True, "A")
        elif how == "reset":
            self.send(True, "RA", window=0)
        elif how == "hard":
            self.send(False, "R", window=0)

    def exchange(self, name: str) -> Exchange:
        return Exchange(f"tcp {name}", self.steps, (self.port,))


def refused(dice, version: int, port: int) -> Exchange:
    """SYN to a closed port: RST and ACK of what was sent (RFC 9293, section 3.10.7.1)."""
    line = Connection(dice, version, port, False)
    line.send(True, "S", options=[("MSS", line.mss)])
    line.next[False] = 0
    line.send(False, "RA", window=0, seq=0)
    return line.exchange("refused")


def special(dice, version: int, port: int) -> Exchange:
    """Keep-alives, a closed window and its probe, urgent data, a reserved experiment's option."""
    line = Connection(dice, version, port, dice.random() < 0.5)
    line.handshake(ecn=True)
    line.talk(1)
    line.ecn = False
    line.send(True, "A", b"\0", skip=-1, count=False)
    line.send(False, "A")
    line.send(True, "A", window=0)
    line.send(False, "A", b"x", count=False)
    line.send(True, "A", window=0)
    line.send(True, "A", window=4096)
    line.send(True, "PAU", b"urgent!", urgptr=7)
    line.send(True, "AU", b"more", urgptr=300)
    line.send(False, "AE")
    line.send(True, "AC", text(dice, 99))
    line.send(True, "A", options=[("UTO", 0x8005)] if dice.random() < 0.5 else [(253, b"\x12\x34ok")])
    line.close("both")
    return line.exchange("special")


def large(dice, version: int, port: int) -> Exchange:
    """What a capture on the sending host shows: segments larger than the MTU, checksums left to the card."""
    line = Connection(dice, version, port, True)
    card = {"extra": {"offload": True}}
    line.handshake()
    line.send(True, "PA", text(dice, 300), **card)
    line.send(False, "A")
    for factor in (2, dice.randrange(3, 12), dice.choice((5, 20, 44))):
        line.send(True, "PA", text(dice, line.mss * factor), **card)
        line.send(False, "A")
    line.close("fin")
    return line.exchange("offload")


def bulk(dice, version: int, port: int) -> Exchange:
    """A download: full segments, one acknowledgement for two."""
    line = Connection(dice, version, port, True)
    line.handshake()
    line.send(True, "PA", WORDS)
    for number in range(24):
        line.send(False, "A", text(dice, line.mss - 12))
        if number % 2:
            line.send(True, "A")
    line.close("fin")
    return line.exchange("bulk")


def exchanges(dice):
    for version in (4, 4, 6):
        for port in PORTS:
            for how in ("fin", "both", "reset", "hard", "open"):
                line = Connection(dice, version, port, dice.random() < 0.6)
                line.handshake(ecn=dice.random() < 0.2)
                line.talk(dice.randrange(1, 6))
                if dice.random() < 0.3:
                    line.lose()
                line.close(how)
                yield line.exchange(how)
            yield refused(dice, version, port)
            yield special(dice, version, port)
            yield bulk(dice, version, port)
        yield large(dice, version, 443)
        yield large(dice, version, 5001)
