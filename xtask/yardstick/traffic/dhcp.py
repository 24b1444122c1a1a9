"""DHCP: a lease from discovery to release (RFC 2131), an inform, a refusal, and DHCPv6's first two messages."""

from scapy.all import BOOTP, DHCP, DHCP6OptClientId, DHCP6OptElapsedTime, DHCP6OptIA_NA, DHCP6OptOptReq, \
    DHCP6OptServerId, DHCP6_Advertise, DHCP6_Solicit, DUID_LL, IP, IPv6, UDP

import walk
from exchange import CLIENT, CLIENT4, CLIENT_LINK6, ROUTER4, SERVER, SERVER4, SERVER_LINK6, Exchange, mac, step


def message(kind: str, up: bool, options: list, source="0.0.0.0", target="255.255.255.255", **fields):
    ports = UDP(sport=68, dport=67) if up else UDP(sport=67, dport=68)
    fields.setdefault("flags", 0x8000)
    head = BOOTP(op=1 if up else 2, xid=1, chaddr=mac(CLIENT) + bytes(10), **fields)
    every = [("message-type", kind), *options, "end"]
    packet = IP(src=source, dst=target) / ports / head / DHCP(options=every)
    short = 300 - 240 - len(bytes(DHCP(options=every)))
    return step(packet / bytes(max(short, 0)), up)


def lease(dice):
    server = ("server_id", SERVER4)
    client = ("client_id", b"\1" + mac(CLIENT))
    asked = ("param_req_list", dice.sample([1, 3, 6, 12, 15, 28, 42, 51, 54, 58, 59, 119, 121], 6))
    wants = ("requested_addr", CLIENT4)
    name = ("hostname", b"laptop-%d" % dice.randrange(1000))
    terms = [server, ("lease_time", 3600), ("renewal_time", 1800), ("rebinding_time", 3150),
             ("subnet_mask", "255.255.255.0"), ("router", ROUTER4), ("name_server", SERVER4), ("domain", b"example.org")]
    reply = dict(source=SERVER4, yiaddr=CLIENT4, siaddr=SERVER4)
    yield message("discover", True, [client, name, asked])
    yield message("offer", False, terms, **reply)
    yield message("request", True, [client, wants, server, name, asked])
    yield message("ack", False, terms, **reply)
    yield message("request", True, [client, asked], CLIENT4, SERVER4, ciaddr=CLIENT4, flags=0)
    yield message("ack", False, terms, SERVER4, CLIENT4, yiaddr=CLIENT4, ciaddr=CLIENT4, flags=0)
    yield message("release", True, [client, server], CLIENT4, SERVER4, ciaddr=CLIENT4, flags=0)


def others():
    server, client = ("server_id", SERVER4), ("client_id", b"\1" + mac(CLIENT))
    yield [message("inform", True, [client, ("param_req_list", [1, 3, 6])], CLIENT4, SERVER4, ciaddr=CLIENT4, flags=0),
           message("ack", False, [server, ("subnet_mask", "255.255.255.0")], SERVER4, CLIENT4, ciaddr=CLIENT4, flags=0)]
    yield [message("request", True, [client, ("requested_addr", CLIENT4), server]),
           message("nak", False, [server, ("error_message", b"not here")], SERVER4)]
    yield [message("decline", True, [client, ("requested_addr", CLIENT4), server], flags=0)]


def version6():
    client, server = DHCP6OptClientId(duid=DUID_LL(lladdr=CLIENT)), DHCP6OptServerId(duid=DUID_LL(lladdr=SERVER))
    solicit = DHCP6_Solicit(trid=0x1234) / client / DHCP6OptElapsedTime() / DHCP6OptIA_NA(iaid=7, T1=0, T2=0) / DHCP6OptOptReq()
    advertise = DHCP6_Advertise(trid=0x1234) / client / server / DHCP6OptIA_NA(iaid=7, T1=100, T2=200)
    yield Exchange("dhcpv6", [
        step(IPv6(src=CLIENT_LINK6, dst="ff02::1:2", hlim=1) / UDP(sport=546, dport=547) / solicit),
        step(IPv6(src=SERVER_LINK6, dst=CLIENT_LINK6) / UDP(sport=547, dport=546) / advertise, False),
    ])


def exchanges(dice):
    links = (walk.ETHERNET, walk.COOKED, walk.COOKED2)
    for _ in range(6):
        yield Exchange("dhcp lease", list(lease(dice)), (), links)
    for steps in others():
        yield Exchange("dhcp", steps, (), links)
    yield from version6()
