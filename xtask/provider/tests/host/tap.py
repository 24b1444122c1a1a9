"""Runs a shell command beside a TAP device, in a network namespace that the caller made.

Frames go to stdout and come from stdin, each after its length in two octets; what the command says goes to
stderr. Ends as the command does.
"""

import fcntl
import os
import select
import struct
import subprocess
import sys

TUNSETIFF, IFF_TAP_NO_PI = 0x400454CA, 0x1002


def main():
    tap = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH22x", b"tap0", IFF_TAP_NO_PI))
    for line in [
        "link set lo up",
        "link set tap0 address 02:00:00:00:00:02",
        "addr add 10.0.0.2/24 dev tap0",
        "addr add fd00::2/64 dev tap0 nodad",
        "link set tap0 up",
    ]:
        subprocess.run(["ip", *line.split()], check=True)
    command = subprocess.Popen(["sh", "-c", sys.argv[1]], stdin=subprocess.DEVNULL, stdout=2)
    while command.poll() is None:
        ready, _, _ = select.select([tap, 0], [], [], 0.05)
        if tap in ready:
            frame = os.read(tap, 65536)
            os.write(1, struct.pack(">H", len(frame)) + frame)
        if 0 in ready:
            (length,) = struct.unpack(">H", exactly(2))
            os.write(tap, exactly(length))
    sys.exit(command.returncode)


def exactly(length):
    octets = b""
    while len(octets) < length:
        more = os.read(0, length - len(octets))
        if not more:
            sys.exit("the host is gone")
        octets += more
    return octets


main()
