"""Ethernet, VLAN tags and ARP."""

from scapy.all import ARP, IP, UDP

from exchange import CLIENT, CLIENT4, PORT, SERVER, SERVER4, Step, mac, step
from traffic.neighbours import NOBODY, arp


def arps():
    asks = dict(hwsrc=CLIENT, psrc=CLIENT4, hwdst=NOBODY, pdst=SERVER4)
    right = bytes(ARP(op=1, **asks))

    def changed(at, value: bytes) -> Step:
        return Step(0x0806, right[:at] + value + right[at + len(value):], True, {"mac": b"\xff" * 6})

    yield "arp.operation", changed(6, b"\0\0")
    yield "arp.operation", changed(6, b"\xff\xff")
    yield "arp.hardware_type", changed(0, b"\0\0")
    yield "arp.hardware_length", changed(4, b"\x08")
    yield "arp.hardware_length", changed(4, b"\0")
    yield "arp.protocol_length", changed(5, b"\x10")
    yield "arp.protocol_type", changed(2, b"\x86\xdd")
    yield "arp.truncated", Step(0x0806, right[:20], True, {"mac": b"\xff" * 6, "whole": True})
    yield "arp.sender_hardware", arp(2, False, hwsrc="ff:ff:ff:ff:ff:ff", psrc=SERVER4, hwdst=CLIENT, pdst=CLIENT4)
    yield "arp.sender_hardware", arp(2, False, hwsrc="01:00:5e:00:00:01", psrc=SERVER4, hwdst=CLIENT, pdst=CLIENT4)
    yield "arp.sender_protocol", arp(1, to="ff:ff:ff:ff:ff:ff", **{**asks, "psrc": "224.0.0.1"})
    yield "arp.sender_protocol", arp(1, to="ff:ff:ff:ff:ff:ff", **{**asks, "psrc": "255.255.255.255"})
    yield "arp.broadcast_reply", arp(2, False, "ff:ff:ff:ff:ff:ff", hwsrc=SERVER, psrc=SERVER4, hwdst=CLIENT, pdst=CLIENT4)
    yield "arp.sender_differs", arp(2, False, hwsrc="00:1b:21:aa:bb:cc", psrc=SERVER4, hwdst=CLIENT, pdst=CLIENT4)


def frames():
    packet = bytes(IP(src=CLIENT4, dst=SERVER4) / UDP(sport=PORT, dport=40001) / b"tagged")

    def tagged(tags: str, data=packet) -> Step:
        """The tags stand where the type would: the first two bytes are the frame's type."""
        whole = bytes.fromhex(tags) + data
        return Step(int.from_bytes(whole[:2], "big"), whole[2:], True, {"whole": True})

    yield "vlan.reserved_id", tagged("8100" "0fff" "0800")
    yield "vlan.reserved_id", tagged("8100" "ffff" "0800")
    yield "vlan.truncated", tagged("8100", b"\x00")
    yield "vlan.order", tagged("8100" "0064" "88a8" "0065" "0800")
    yield "vlan.nested", tagged("8100" "0001" * 1 + "8100" "0002" * 9 + "0800")
    yield "ethernet.type_mismatch", tagged("86dd")
    yield "ethernet.undefined_length", tagged("05e0")
    yield "ethernet.length_beyond", tagged("05dc")
    # Its last two bits differ, so that no mask makes it a broadcast.
    yield "ethernet.broadcast_unicast", step(IP(src=CLIENT4, dst="93.184.216.34") / UDP(sport=PORT, dport=40001) / b"x", mac=b"\xff" * 6)
    yield "ethernet.group_mismatch", step(IP(src=CLIENT4, dst="239.1.2.3") / UDP(sport=PORT, dport=40001) / b"x", mac=mac("01:00:5e:09:09:09"))


def cases():
    for kind, one in (*arps(), *frames()):
        yield kind, [one]
