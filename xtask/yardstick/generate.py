#!/usr/bin/env python3
"""Makes the captures that softstack lint is measured by.

    generate.py clean OUT N    correct, varied traffic: not one finding above a note is deserved
    generate.py mutate OUT N   packets with one fault each; labels.tsv says which
    generate.py rules OUT      every family of rules broken on purpose; labels.tsv says how
    generate.py race OUT N     correct traffic as a busy link has it, in one file, to measure speed

The same seed gives the same bytes.
"""

import argparse
import logging
import pathlib
import sys

logging.getLogger("scapy").setLevel(logging.ERROR)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=("clean", "mutate", "race", "rules"))
    parser.add_argument("out", type=pathlib.Path, help="a directory, made if it is not there")
    parser.add_argument("count", type=int, nargs="?", default=0, help="packets, at least")
    parser.add_argument("--seed", type=int, default=4)
    return parser.parse_args()


def main() -> int:
    given = arguments()
    given.out.mkdir(parents=True, exist_ok=True)
    if given.task == "clean":
        import clean as maker
    elif given.task == "mutate":
        import mutate as maker
    elif given.task == "race":
        import race as maker
    else:
        import rules as maker
    count = maker.write(given.out, given.count or 1000, given.seed)
    print(f"{given.task}: {count} packets in {given.out}, seed {given.seed}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
