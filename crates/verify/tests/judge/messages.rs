//! Messages of DNS and DHCP by hand, and the tiny servers that answer them: responders belong into tests.

use std::net::Ipv4Addr;

use crate::datagrams::{FROM_US, Path, THEM, TO_US, US, udp};

/// The port from which clients ask.
pub const CLIENT: u16 = 40_000;

/// `example.com` as a name.
pub const NAME: &[u8] = b"\x07example\x03com\0";

/// A DNS message of questions, answers and additional records.
pub fn dns(id: u16, flags: u16, sections: [&[&[u8]]; 3]) -> Vec<u8> {
    let [questions, answers, additional] = sections.map(|section| section.len() as u16);
    let header = [id, flags, questions, answers, 0, additional].map(u16::to_be_bytes).concat();
    [header, sections.concat().concat()].concat()
}

pub fn question(name: &[u8], kind: u16, class: u16) -> Vec<u8> {
    [name, &kind.to_be_bytes(), &class.to_be_bytes()].concat()
}

/// A record about the name at offset 12.
pub fn record(name: &[u8], kind: u16, class: u16, data: &[u8]) -> Vec<u8> {
    let length = (data.len() as u16).to_be_bytes();
    [&question(name, kind, class), &60u32.to_be_bytes()[..], &length, data].concat()
}

/// Asks for the address of example.com.
pub fn query() -> Vec<u8> {
    dns(0x1234, 0x0100, [&[&question(NAME, 1, 1)], &[], &[]])
}

pub fn asks(message: &[u8]) -> Vec<u8> {
    udp(TO_US, (CLIENT, 53), message)
}

pub fn answers(message: &[u8]) -> Vec<u8> {
    udp(FROM_US, (53, CLIENT), message)
}

/// The tiny name server: 192.0.2.1.
pub fn response() -> Vec<u8> {
    let answer = record(&[0xc0, 12], 1, 1, &[192, 0, 2, 1]);
    dns(0x1234, 0x8500, [&[&question(NAME, 1, 1)], &[&answer], &[]])
}

/// A DHCP message: operation, flags, `ciaddr`, `yiaddr`, `giaddr`, options.
#[derive(Clone, Debug)]
pub struct Dhcp {
    pub op: u8,
    pub flags: u16,
    pub client: Ipv4Addr,
    pub yours: Ipv4Addr,
    pub relay: Ipv4Addr,
    pub options: Vec<(u8, Vec<u8>)>,
}

/// The address that is given out.
pub const LEASED: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 9);
const NONE: Ipv4Addr = Ipv4Addr::UNSPECIFIED;

impl Dhcp {
    /// A message of a client, by its type.
    pub fn client(kind: u8) -> Dhcp {
        let options = vec![(53, vec![kind])];
        Dhcp { op: 1, flags: 0x8000, client: NONE, yours: NONE, relay: NONE, options }
    }

    /// A message of the server that gives out 10.0.0.9.
    pub fn server(kind: u8) -> Dhcp {
        let lease = (51, 3600u32.to_be_bytes().to_vec());
        let options = vec![(53, vec![kind]), (54, US.octets().to_vec()), lease];
        Dhcp { op: 2, yours: LEASED, options, ..Dhcp::client(kind) }
    }

    pub fn with(mut self, code: u8, data: &[u8]) -> Dhcp {
        self.options.push((code, data.to_vec()));
        self
    }

    pub fn without(mut self, code: u8) -> Dhcp {
        self.options.retain(|option| option.0 != code);
        self
    }

    pub fn octets(&self) -> Vec<u8> {
        let [high, low] = self.flags.to_be_bytes();
        let mut octets = vec![self.op, 1, 6, 0, 0x39, 3, 0xf3, 0x26, 0, 0, high, low];
        for address in [self.client, self.yours, NONE, self.relay] {
            octets.extend(address.octets());
        }
        octets.extend([2, 0, 0, 0, 0, 2]);
        octets.resize(236, 0);
        octets.extend([99, 130, 83, 99]);
        for (code, data) in &self.options {
            octets.extend([*code, data.len() as u8]);
            octets.extend(data);
        }
        octets.push(255);
        octets
    }

    /// As a client without an address sends it.
    pub fn broadcast(&self) -> Vec<u8> {
        udp(Path::Four(NONE, Ipv4Addr::BROADCAST), (68, 67), &self.octets())
    }

    /// As a client with an address sends it.
    pub fn unicast(&self) -> Vec<u8> {
        udp(TO_US, (68, 67), &self.octets())
    }

    /// As the server sends it to there.
    pub fn to(&self, destination: Ipv4Addr, port: u16) -> Vec<u8> {
        udp(Path::Four(US, destination), (67, port), &self.octets())
    }
}

/// Asks for 10.0.0.9, of this server.
pub fn dhcp_request() -> Dhcp {
    Dhcp::client(3).with(50, &LEASED.octets()).with(54, &US.octets())
}

/// Whoever asks has THEM for an address.
pub fn inform() -> Dhcp {
    Dhcp { client: THEM, flags: 0, ..Dhcp::client(8) }
}
