//! smoltcp as the other responder: the judge must admit what a sound stack replies.

use std::collections::VecDeque;

use proptest::prelude::*;
use smoltcp::iface::{Config, Interface, SocketSet};
use smoltcp::phy::{Device, DeviceCapabilities, Medium, RxToken, TxToken};
use smoltcp::time::Instant;
use smoltcp::wire::{HardwareAddress, IpCidr, Ipv4Address};
use verify::admit;

use crate::packets::{HOST, ping};
use crate::random::{config, pings};

/// A device of two queues.
#[derive(Default)]
struct Wire {
    received: VecDeque<Vec<u8>>,
    sent: VecDeque<Vec<u8>>,
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
        capabilities.medium = Medium::Ip;
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
    let mut wire = Wire::default();
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
