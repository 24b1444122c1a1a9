"""Every family of rules broken on purpose, and a table that says how.

Other than mutations these need a packet of their own, or several: scapy or plain bytes write what no
correct sender would, and the checksums are right, so that nothing else is wrong.
"""

import random

import walk
from broken import ip, leases, link, messages, names, transport
from capture import write_labels, write_pcap
from exchange import Exchange, Variation

FAMILIES = (link, ip, messages, transport, names, leases)
# Variations of each case.
TIMES = 4


def write(out, _count: int, seed: int) -> int:
    """rules.pcap and its labels; the number of cases is fixed."""
    dice = random.Random(seed)
    packets, labels = [], []
    for _ in range(TIMES):
        for family in FAMILIES:
            for kind, steps in family.cases():
                made = Variation(Exchange(kind, steps, (40001, 53)), dice).packets(walk.ETHERNET)
                packets += made
                labels.append((len(packets), kind, "fault", "-", 0, len(made[-1].data)))
    write_pcap(out / "rules.pcap", walk.ETHERNET, packets)
    write_labels(out / "rules.labels.tsv", labels)
    print(f"{len({kind for _, kind, *_ in labels})} kinds of broken rules")
    return len(packets)
