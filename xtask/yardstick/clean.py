"""Correct traffic in quantity: a few thousand packets made by scapy, each varied many times."""

import itertools
import random

import walk
from capture import Captured, write_labels, write_pcap, write_pcapng
from exchange import Exchange, Variation
from traffic import datagrams, dhcp, dns, icmp, neighbours, tcp, tunnels

FILES = {walk.ETHERNET: "ethernet.pcap", walk.RAW: "raw.pcap", walk.COOKED: "cooked.pcap", walk.COOKED2: "cooked2.pcap"}
# Exchanges that are under way at the same time, so that flows are interleaved.
WIDTH = 6


def templates(dice: random.Random) -> list[Exchange]:
    """Every exchange once, with its parts drawn."""
    families = (tcp, dns, dhcp, icmp, neighbours, datagrams, tunnels)
    return [exchange for family in families for exchange in family.exchanges(dice)]


def shuffled(parts: list[list[Captured]], dice: random.Random) -> list[Captured]:
    """All packets, each exchange in its own order."""
    order = [number for number, packets in enumerate(parts) for _ in packets]
    dice.shuffle(order)
    rows = [iter(packets) for packets in parts]
    return [next(rows[number]) for number in order]


def stream(exchanges: list[Exchange], link: int, count: int, dice: random.Random) -> list[Captured]:
    """At least `count` packets on one link type."""
    fit = [exchange for exchange in exchanges if link in exchange.links]
    rounds = itertools.chain.from_iterable(dice.sample(fit, len(fit)) for _ in itertools.count())
    packets: list[Captured] = []
    while len(packets) < count:
        snap = 96 if dice.random() < 0.01 else None
        parts = [Variation(next(rounds), dice).packets(link, snap) for _ in range(WIDTH)]
        packets += shuffled(parts, dice)
    return packets


def label(capture, packets: list[Captured]) -> None:
    """Which checksums were left to a card: right, and yet not what the RFCs say."""
    rows = [(n, "offload", "legal", "checksum", 0, 0) for n, packet in enumerate(packets, 1) if packet.mark]
    write_labels(capture.with_suffix(".labels.tsv"), rows)


def write(out, count: int, seed: int) -> int:
    """One pcap for each link type and a pcapng with all; how many packets that makes."""
    dice = random.Random(seed)
    exchanges = templates(dice)
    shares = {walk.ETHERNET: 0.6, walk.RAW: 0.15, walk.COOKED: 0.1, walk.COOKED2: 0.05}
    total, mixed = 0, []
    for link, share in shares.items():
        packets = stream(exchanges, link, int(count * share), dice)
        write_pcap(out / FILES[link], link, packets)
        label(out / FILES[link], packets)
        total += len(packets)
        mixed += stream(exchanges, link, int(count * 0.1 / len(shares)), dice)
    write_pcapng(out / "mixed.pcapng", mixed)
    label(out / "mixed.pcapng", mixed)
    return total + len(mixed)
