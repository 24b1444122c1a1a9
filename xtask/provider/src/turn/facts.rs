//! What a message says of a whole host before it shows a packet: one fact a line, each of them optional.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::RangeInclusive;

use wire::Mac;

/// The TTL of a host that is not told another.
const TTL: u8 = 64;

/// What a message says of a whole host, besides its IPv4 address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The directed broadcast address of its IPv4 network; `None` if it has none.
    pub broadcast: Option<Ipv4Addr>,
    /// Its IPv6 address; `None` if it speaks no IPv6.
    pub ipv6: Option<Ipv6Addr>,
    /// Its Ethernet address; `None` where packets come without link headers.
    pub mac: Option<Mac>,
    /// Its open UDP ports; `None` if it speaks no UDP.
    pub udp: Option<Ports>,
    /// Its open TCP ports; `None` if it speaks no TCP.
    pub tcp: Option<Ports>,
    /// Numbers for what it originates.
    pub origin: Origin,
    /// What it noted on the flow.
    pub notes: Option<String>,
}

/// Numbers that a host chooses, here chosen for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The identification of an IPv4 datagram.
    pub identification: u16,
    /// The time to live, or hop limit.
    pub ttl: u8,
    /// The initial sequence number of a TCP connection.
    pub initial_sequence: u32,
}

/// Ports.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ports(Vec<RangeInclusive<u16>>);

impl Facts {
    /// Takes in the fact that `line` is, if it is one.
    pub fn read(&mut self, line: &str) -> bool {
        if let Some(rest) = line.strip_prefix("Your IPv6 address is ") {
            self.ipv6 = rest.split([' ', '(']).next().and_then(|word| word.parse().ok());
        } else if let Some(rest) = line.strip_prefix("The broadcast address of your network is ") {
            self.broadcast = rest.trim_end_matches('.').parse().ok();
        } else if let Some(rest) = line.strip_prefix("Your Ethernet address is ") {
            self.mac = mac(rest.trim_end_matches('.'));
        } else if let Some(rest) = line.strip_prefix("Open UDP ports: ") {
            self.udp = Some(Ports::read(rest));
        } else if let Some(rest) = line.strip_prefix("Open TCP ports: ") {
            self.tcp = Some(Ports::read(rest));
        } else if let Some(rest) = line.strip_prefix("For what you originate: ") {
            self.origin = Origin::read(rest);
        } else if let Some(rest) = line.strip_prefix("Your notes on this flow: ") {
            self.notes = Some(rest.to_owned());
        } else {
            return false;
        }
        true
    }
}

impl Ports {
    /// Whether `port` is one of them.
    pub fn contains(&self, port: u16) -> bool {
        self.0.iter().any(|range| range.contains(&port))
    }

    /// `7, 53, 4000-4010.`, or `none.`
    fn read(text: &str) -> Ports {
        let ranges = text.trim_end_matches('.').split(',').filter_map(|range| {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            Some(first.trim().parse().ok()?..=last.trim().parse().ok()?)
        });
        Ports(ranges.collect())
    }
}

impl Origin {
    /// `identification 1a2b, TTL 64, initial sequence number 5c6d7e8f.`
    fn read(text: &str) -> Origin {
        let mut origin = Origin::default();
        for fact in text.trim_end_matches('.').split(", ") {
            let Some((name, value)) = fact.rsplit_once(' ') else { continue };
            let number = u32::from_str_radix(value, 16).unwrap_or_default();
            match name {
                "identification" => origin.identification = number as u16,
                "TTL" => origin.ttl = value.parse().unwrap_or(TTL),
                "initial sequence number" => origin.initial_sequence = number,
                _ => {}
            }
        }
        origin
    }
}

impl Default for Origin {
    fn default() -> Origin {
        Origin { identification: 0, ttl: TTL, initial_sequence: 0 }
    }
}

fn mac(text: &str) -> Option<Mac> {
    let mut octets = text.split(':').map(|octet| u8::from_str_radix(octet, 16).ok());
    let mut address = [0; 6];
    for octet in &mut address {
        *octet = octets.next()??;
    }
    octets.next().is_none().then_some(Mac(address))
}
