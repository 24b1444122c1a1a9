//! Who talks to whom: addresses, protocol and ports.

use std::fmt;
use std::net::IpAddr;

use super::{Packet, Pdu};
use crate::dissect::protocol_name;
use crate::protocol::Protocol;
use crate::{Ipv4, Ipv6, word};

/// One direction of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Flow {
    /// Who sends.
    pub source: IpAddr,
    /// To whom.
    pub destination: IpAddr,
    /// The protocol number of what is sent (IANA "Protocol Numbers").
    pub protocol: u8,
    /// Source and destination port, where the protocol has ports and they can be read.
    pub ports: Option<(u16, u16)>,
}

impl Flow {
    /// The flow that a network header and what is in it belong to.
    pub(super) fn of(packet: &Packet, network: Pdu) -> Option<Flow> {
        let (source, destination) = network.addresses()?;
        let mut protocol = match network.protocol() {
            Protocol::Ipv4 => Ipv4::new(network.bytes())?.protocol(),
            _ => Ipv6::new(network.bytes())?.next_header(),
        };
        let mut ports = None;
        for pdu in packet.pdus().skip_while(|pdu| *pdu != network).skip(1) {
            match pdu.protocol() {
                Protocol::HopByHop
                | Protocol::Routing
                | Protocol::Fragment
                | Protocol::DestinationOptions
                | Protocol::Authentication => {
                    protocol = pdu.bytes().first().copied().unwrap_or(protocol);
                }
                Protocol::Udp | Protocol::Tcp => {
                    let bytes = pdu.bytes();
                    ports = word(bytes, 0).zip(word(bytes, 2));
                    break;
                }
                _ => break,
            }
        }
        Some(Flow { source, destination, protocol, ports })
    }
}

/// `10.0.0.2:4000 > 10.0.0.1:53 UDP`
impl fmt::Display for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = |address: IpAddr, port: Option<u16>| match (address, port) {
            (address, None) => address.to_string(),
            (IpAddr::V4(address), Some(port)) => format!("{address}:{port}"),
            (IpAddr::V6(address), Some(port)) => format!("[{address}]:{port}"),
        };
        let source = end(self.source, self.ports.map(|ports| ports.0));
        let destination = end(self.destination, self.ports.map(|ports| ports.1));
        write!(f, "{source} > {destination} ")?;
        match (self.protocol, protocol_name(self.protocol)) {
            (58, _) => f.write_str("ICMPv6"),
            (_, Some(name)) => f.write_str(name),
            (number, None) => write!(f, "protocol {number}"),
        }
    }
}
