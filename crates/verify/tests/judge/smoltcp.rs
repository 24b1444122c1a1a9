//! smoltcp as the other responder: the judge must admit what a sound stack replies.

use std::collections::VecDeque;

use proptest::prelude::*;
use smoltcp::iface::{Config, Interface, SocketSet};
use smoltcp::phy::{Device, DeviceCapabilities, Medium, RxToken, TxToken};
use smoltcp::time::Instant;
use smoltcp::wire::{EthernetAddress, HardwareAddress, IpCidr, Ipv4Address, Ipv6Address};
use verify::{Due, admit, due};

use crate::frames::*;
use crate::packets::{HOST, ping};
use crate::random::{config, pings};

/// A device of two queues.
struct Wire {
    medium: Medium,
    received: VecDeque<Vec<u8>>,
    sent: VecDeque<Vec<u8>>,
}

impl Wire {
    fn new(medium: Medium) -> Wire {
        Wire { medium, received: VecDeque::new(), sent: VecDeque::new() }
    }
}

struct Received(Vec<u8>);
struct Sent<'a>(&'a mut VecDeque<Vec<u8>>);

impl Device for Wire {
    type RxToken<'a> = Received;
    type TxToken<'a> = Sent<'a>;

    fn receive(&mut self, _: Instant) -> Option<(Received, Sent<'_>)> {
        Some((Received(self.received.pop_front()?), Sent(&mut self.sent)))
    }

    fn transmit(&mut self, _: Instant) -> Option<Sent<'_>> {
        Some(Sent(&mut self.sent))
    }

    fn capabilities(&self) -> DeviceCapabilities {
        let mut capabilities = DeviceCapabilities::default();
        capabilities.medium = self.medium;
        capabilities.max_transmission_unit = 1500;
        capabilities
    }
}

impl RxToken for Received {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, read: F) -> R {
        read(&self.0)
    }
}

impl TxToken for Sent<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, length: usize, write: F) -> R {
        let mut packet = vec![0; length];
        let result = write(&mut packet);
        self.0.push_back(packet);
        result
    }
}

/// What smoltcp, being 10.0.0.1, replies.
fn reply(request: &[u8]) -> Option<Vec<u8>> {
    let mut wire = Wire::new(Medium::Ip);
    let now = Instant::from_millis(0);
    let mut interface = Interface::new(Config::new(HardwareAddress::Ip), &mut wire, now);
    let address = Ipv4Address::from(HOST.address.octets());
    interface.update_ip_addrs(|addresses| {
        addresses.push(IpCidr::new(address.into(), 24)).unwrap();
    });
    interface.routes_mut().add_default_ipv4_route(Ipv4Address::new(10, 0, 0, 254)).unwrap();
    wire.received.push_back(request.to_vec());
    interface.poll(now, &mut wire, &mut SocketSet::new(vec![]));
    wire.sent.pop_front()
}

/// What smoltcp, being the host on Ethernet, sends when these come, one after the other.
fn replies(requests: &[Vec<u8>]) -> Vec<Option<Vec<u8>>> {
    let (mut wire, now) = (Wire::new(Medium::Ethernet), Instant::from_millis(0));
    let station = HardwareAddress::Ethernet(EthernetAddress(OURS));
    let mut interface = Interface::new(Config::new(station), &mut wire, now);
    interface.update_ip_addrs(|addresses| {
        addresses.push(IpCidr::new(Ipv4Address::new(10, 0, 0, 1).into(), 24)).unwrap();
        addresses.push(IpCidr::new(Ipv6Address::from(OUR_6).into(), 64)).unwrap();
    });
    let reply = |request: &Vec<u8>| {
        wire.received.push_back(request.clone());
        interface.poll(now, &mut wire, &mut SocketSet::new(vec![]));
        wire.sent.pop_front()
    };
    requests.iter().map(reply).collect()
}

/// smoltcp asks for no override, which is a remark. What calls for silence it does not answer either.
#[test]
fn replies_over_ethernet_are_admitted() {
    let to_group = ether([0x33, 0x33, 0, 0, 0, 1], THEIRS, 0x86dd, &{
        let ping = ping_6();
        ipv6(58, 64, THEIR_6, ALL_NODES, &ping[40..])
    });
    let (framed, framed_6) = (asked(0x0800, &ping()), asked(0x86dd, &ping_6()));
    let requests = [arp_request(), framed, solicitation(), framed_6, to_group];
    let remarks = [&[][..], &[], &["reply.neighbor.override"], &[], &[]];
    for ((request, reply), expect) in requests.iter().zip(replies(&requests)).zip(remarks) {
        let reply = reply.unwrap_or_else(|| panic!("{request:02x?} is answered"));
        let admitted =
            admit(&ETHERNET_HOST, request, reply).unwrap_or_else(|veto| panic!("{veto}"));
        let found: Vec<_> = admitted.remarks().iter().map(|remark| remark.rule.id).collect();
        assert_eq!(found, expect, "{request:02x?}");
    }
    // Groups of stations are not smoltcp's affair: only what goes to another station, or asks for another.
    let [mut arp, mut framed, _, mut framed_6, _] = requests;
    (arp[41], framed[5], framed_6[5]) = (9, 9, 9);
    let others = [arp, framed, framed_6];
    for (request, reply) in others.iter().zip(replies(&others)) {
        assert_eq!(reply, None, "{request:02x?}");
        assert!(matches!(due(&ETHERNET_HOST, request), Due::Silence(_)), "{request:02x?}");
    }
}

#[test]
fn a_sound_reply_is_admitted() {
    let admitted = admit(&HOST, &ping(), reply(&ping()).unwrap()).unwrap();
    assert!(admitted.remarks().is_empty());
}

proptest! {
    #![proptest_config(config(512))]

    #[test]
    fn every_reply_is_admitted(request in pings()) {
        let reply = reply(&request).expect("smoltcp answers every valid ping");
        let admitted = admit(&HOST, &request, reply).expect("a sound reply");
        let tos = admitted.remarks().iter().any(|remark| remark.rule.id == "ipv4.tos");
        prop_assert_eq!(tos, request[1] != 0, "smoltcp sends TOS 0");
    }
}
