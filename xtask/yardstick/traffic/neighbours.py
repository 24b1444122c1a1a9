"""ARP, neighbour discovery (RFC 4861), listeners (MLD), and a few frames that are not IP."""

from scapy.all import (
    ARP, Ether, ICMPv6MLDone, ICMPv6MLQuery, ICMPv6MLQuery2, ICMPv6MLReport, ICMPv6MLReport2, ICMPv6MLDMultAddrRec,
    ICMPv6ND_NA, ICMPv6ND_NS, ICMPv6ND_RA, ICMPv6ND_RS, ICMPv6ND_Redirect, ICMPv6NDOptDstLLAddr, ICMPv6NDOptMTU,
    ICMPv6NDOptPrefixInfo, ICMPv6NDOptRDNSS, ICMPv6NDOptRedirectedHdr, ICMPv6NDOptSrcLLAddr, ICMPv6EchoRequest,
    IPv6, IPv6ExtHdrHopByHop, LLC, RouterAlert, STP,
)

import walk
from exchange import (
    CLIENT, CLIENT4, CLIENT6, CLIENT_LINK6, SERVER, SERVER4, SERVER6, SERVER_LINK6, Exchange, Step, mac, step,
)

ONLY = (walk.ETHERNET,)
NOBODY = "00:00:00:00:00:00"
SOLICITED = "ff02::1:ffca:cbcc"


def arp(operation, up=True, to=None, **fields) -> Step:
    return Step(0x0806, bytes(ARP(op=operation, **fields)), up, {"mac": mac(to)} if to else {})


def arps():
    everyone = "ff:ff:ff:ff:ff:ff"
    asks = dict(hwsrc=CLIENT, psrc=CLIENT4, hwdst=NOBODY, pdst=SERVER4)
    yield [arp(1, to=everyone, **asks), arp(2, False, hwsrc=SERVER, psrc=SERVER4, hwdst=CLIENT, pdst=CLIENT4)]
    yield [arp(1, to=everyone, **{**asks, "psrc": "0.0.0.0"})]
    yield [arp(1, to=everyone, **{**asks, "pdst": CLIENT4})]
    yield [arp(1, **{**asks, "hwdst": SERVER})]


def discoveries():
    """Hop limit 255 throughout (RFC 4861, sections 6 and 7)."""
    def send(source, target, message, up=True):
        return step(IPv6(src=source, dst=target, hlim=255) / message, up)

    mine, other = ICMPv6NDOptSrcLLAddr(lladdr=CLIENT), ICMPv6NDOptDstLLAddr(lladdr=SERVER)
    yield [send(CLIENT6, SOLICITED, ICMPv6ND_NS(tgt=SERVER6) / mine),
           send(SERVER6, CLIENT6, ICMPv6ND_NA(tgt=SERVER6, R=0, S=1, O=1) / other, False)]
    yield [send(CLIENT_LINK6, SERVER6, ICMPv6ND_NS(tgt=SERVER6)),
           send(SERVER6, CLIENT_LINK6, ICMPv6ND_NA(tgt=SERVER6, R=0, S=1, O=0), False)]
    yield [send("::", SOLICITED, ICMPv6ND_NS(tgt=SERVER6)),
           send(SERVER6, "ff02::1", ICMPv6ND_NA(tgt=SERVER6, R=0, S=0, O=1) / other, False)]
    prefix = ICMPv6NDOptPrefixInfo(prefixlen=64, prefix="2a00:1:2:3::", validlifetime=86400, preferredlifetime=14400)
    router = ICMPv6NDOptSrcLLAddr(lladdr=SERVER)
    names = ICMPv6NDOptRDNSS(dns=["2a00:1:2:3::53"], lifetime=600)
    yield [send(CLIENT_LINK6, "ff02::2", ICMPv6ND_RS() / mine),
           send(SERVER_LINK6, "ff02::1", ICMPv6ND_RA(routerlifetime=1800) / router / ICMPv6NDOptMTU(mtu=1500) / prefix / names, False)]
    yield [send("::", "ff02::2", ICMPv6ND_RS())]
    header = ICMPv6NDOptRedirectedHdr(pkt=IPv6(src=CLIENT6, dst=SERVER6) / ICMPv6EchoRequest(data=b"12345678" * 4))
    yield [send(SERVER_LINK6, CLIENT6, ICMPv6ND_Redirect(tgt=SERVER6, dst=SERVER6) / other / header, False)]


def listeners():
    """Link-local source, hop limit 1, Router Alert (RFC 2710, RFC 3810)."""
    def send(target, message, source=CLIENT_LINK6):
        return step(IPv6(src=source, dst=target, hlim=1) / IPv6ExtHdrHopByHop(options=[RouterAlert(value=0)]) / message)

    record = ICMPv6MLDMultAddrRec(rtype=4, dst="ff02::1:ff00:7")
    yield [send("ff02::1", ICMPv6MLQuery(mrd=10000, mladdr="::"), SERVER_LINK6)]
    yield [send("ff02::1:ff00:7", ICMPv6MLReport(mladdr="ff02::1:ff00:7", mrd=0))]
    yield [send("ff02::2", ICMPv6MLDone(mladdr="ff02::1:ff00:7", mrd=0))]
    yield [send("ff02::1", ICMPv6MLQuery2(mladdr="::"), SERVER_LINK6)]
    yield [send("ff02::16", ICMPv6MLReport2(records=[record]))]
    yield [send("ff02::16", ICMPv6MLReport2(records=[record, record]), "::")]


def foreign(dice):
    """Frames with a length in place of a type (IEEE 802.3), and protocols that nobody here reads."""
    bridge = bytes(LLC(dsap=0x42, ssap=0x42, ctrl=3) / STP())
    yield Step(len(bridge), bridge, True, {"mac": mac("01:80:c2:00:00:00")})
    lldp = bytes.fromhex("0207" "04" + CLIENT.replace(":", "") + "0403" "056531" "0602" "0078" "0000")
    yield Step(0x88CC, lldp, True, {"mac": mac("01:80:c2:00:00:0e")})
    yield Step(0x88B5, dice.randbytes(90))


def exchanges(dice):
    for maker in (arps, discoveries, listeners):
        for steps in maker():
            yield Exchange(maker.__name__, steps, (), ONLY)
    for one in foreign(dice):
        yield Exchange("foreign", [one], (), ONLY)
