"""Packets with exactly one fault each, and a table that says which and where."""

import random

import checksum
import clean
import fields
import lengths
import walk
from capture import Captured, write_labels, write_pcap
from exchange import Exchange, Variation
from faults import FAULTS, Fault

# Steps that are not what they seem already.
SPECIAL = ("offload", "cut", "silent")
PATIENCE = 400

# Importing them registers their faults.
assert fields and lengths


def bases(dice: random.Random) -> list[Exchange]:
    """Exchanges in which every packet is simply right."""
    every = clean.templates(dice)
    return [e for e in every if walk.ETHERNET in e.links and not any(s.options.get(o) for s in e.steps for o in SPECIAL)]


def by_header(exchanges: list[Exchange]) -> dict[str, list[Exchange]]:
    """Which exchanges have a header of a kind."""
    found: dict[str, list[Exchange]] = {}
    for exchange in exchanges:
        kinds = {h.kind for s in exchange.steps for h in walk.packet(s.ethertype, s.data) if not h.quoted}
        for kind in kinds | {"ethernet"}:
            found.setdefault(kind, []).append(exchange)
    return found


def apply(fault: Fault, packet: Captured, dice: random.Random):
    """The packet with the fault and its place, or None."""
    data = bytearray(packet.data)
    headers = walk.frame(packet.link, data)
    fit = [h for h in headers if h.kind == fault.needs and not h.quoted and h.whole]
    if not fit:
        return None
    header = dice.choice(fit)
    if fault.kind.endswith(".data") and any(h.kind in ("ipv4", "ipv6") and not h.quoted for h in headers if h.offset > header.offset):
        # A spoilt bit in a tunnel would be a fault of the packet inside too.
        return None
    place = fault.change(data, header, dice)
    if place is None or bytes(data) == packet.data:
        return None
    reseal(data, headers, header, fault)
    field, offset, length = place
    return bytes(data), (field, header.offset + offset, length)


def reseal(data: bytearray, headers: list, header, fault: Fault) -> None:
    """The checksums of all that encloses the fault, and of the header itself unless that is the fault."""
    if "*" in fault.keep:
        return
    at = headers.index(header)
    outer = [h for h in headers[: at + 1] if h.kind not in fault.keep or h is not header]
    if header.kind == "ipv4" and fault.keep == ():
        # Addresses are in the pseudo-header of what comes next: the sender computed it so.
        outer += [h for h in headers[at + 1 :] if h.ip is header and not h.quoted and fault.kind.endswith("source.multicast")]
    if fault.kind == "ipv6.source.multicast":
        outer += [h for h in headers[at + 1 :] if h.ip is header and not h.quoted]
    checksum.seal(data, outer)


def draw(fault: Fault, exchanges: list[Exchange], dice: random.Random):
    """One packet with that fault, out of a fresh variation."""
    for _ in range(PATIENCE):
        packets = Variation(dice.choice(exchanges), dice).packets(walk.ETHERNET)
        made = apply(fault, dice.choice(packets), dice)
        if made:
            return made
    raise SystemExit(f"no packet fits the fault {fault.kind}")


def write(out, count: int, seed: int) -> int:
    """mutated.pcap and labels.tsv; as many packets of each kind."""
    dice = random.Random(seed)
    found = by_header(bases(dice))
    packets, labels = [], []
    for number in range(count):
        fault = FAULTS[number % len(FAULTS)]
        data, (field, offset, length) = draw(fault, found[fault.needs], dice)
        packets.append(Captured(walk.ETHERNET, data, len(data)))
        expect = "legal" if fault.legal else "fault"
        labels.append((number + 1, fault.kind, expect, field, offset, length))
    write_pcap(out / "mutated.pcap", walk.ETHERNET, packets)
    write_labels(out / "mutated.labels.tsv", labels)
    print(f"{len(FAULTS)} kinds of faults")
    return len(packets)
