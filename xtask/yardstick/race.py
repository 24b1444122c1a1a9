"""One large capture of correct traffic in the proportions of a busy link."""

import random

import walk
from capture import write_pcap
from clean import WIDTH, shuffled
from exchange import Variation
from mutate import SPECIAL
from traffic import datagrams, dhcp, dns, icmp, neighbours, tcp, tunnels

# Of a hundred exchanges.
SHARES = {tcp: 55, dns: 18, datagrams: 12, icmp: 6, tunnels: 6, neighbours: 2, dhcp: 1}
# Bytes of Ethernet, payload 1,500: what no link can carry is not in the race.
LARGEST = 1518


def ordinary(exchange) -> bool:
    steps = exchange.steps
    return not any(s.options.get(o) for s in steps for o in SPECIAL) and all(
        s.options.get("fragment") or len(s.data) <= LARGEST - 18 for s in steps
    )


def write(out, count: int, seed: int) -> int:
    """race.pcap, Ethernet."""
    dice = random.Random(seed)
    pools = [[e for e in family.exchanges(dice) if ordinary(e)] for family in SHARES]
    packets = []
    while len(packets) < count:
        drawn = [dice.choice(pool) for pool in dice.choices(pools, SHARES.values(), k=WIDTH)]
        packets += shuffled([Variation(e, dice).packets(walk.ETHERNET) for e in drawn], dice)
    write_pcap(out / "race.pcap", walk.ETHERNET, packets)
    return len(packets)
