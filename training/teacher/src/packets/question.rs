//! The words that decide. Of each, every value is tried in a valid packet of the class, with its checksums made
//! right again.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::{Arrival, Class, arrival, mend};

/// Octets of an Ethernet header.
const FRAME: usize = 14;

/// A word of a packet that decides what becomes of it.
pub struct Question {
    /// The name in the report, behind that of the class.
    pub name: &'static str,
    /// What the packet asks for otherwise.
    pub class: Class,
    place: Place,
    values: Values,
}

/// Where the word lies: so many octets behind the start of …
#[derive(Clone, Copy)]
enum Place {
    Frame(usize),
    Header(usize),
    Message(usize),
}

#[derive(Clone, Copy)]
enum Values {
    /// All of an octet.
    Octets,
    /// All of a word.
    Words,
    /// Every data offset of TCP with every set of its nine control bits.
    Controls,
}

use Class::*;
use Place::*;
use Values::*;

const fn ask(class: Class, name: &'static str, place: Place, values: Values) -> Question {
    Question { name, class, place, values }
}

/// Every word that decides.
pub const QUESTIONS: &[Question] = &[
    ask(Echo, "to", Frame(0), Words),
    ask(Echo, "ethertype", Frame(12), Words),
    ask(Echo6, "ethertype", Frame(12), Words),
    ask(Arp, "ethertype", Frame(12), Words),
    ask(Echo, "version", Header(0), Octets),
    ask(UdpClosed4, "version", Header(0), Octets),
    ask(Echo, "total-length", Header(2), Words),
    ask(Echo, "flags", Header(6), Words),
    ask(Echo, "protocol", Header(9), Octets),
    ask(Protocol4, "protocol", Header(9), Octets),
    ask(UdpEcho4, "protocol", Header(9), Octets),
    ask(Tcp4, "protocol", Header(9), Octets),
    ask(Echo, "source", Header(12), Octets),
    ask(Tcp4, "source", Header(12), Octets),
    ask(Echo, "type", Message(0), Words),
    ask(Timestamp, "type", Message(0), Words),
    ask(UdpEcho4, "asker", Message(0), Words),
    ask(UdpEcho4, "port", Message(2), Words),
    ask(UdpEcho4, "length", Message(4), Words),
    ask(Tcp4, "control", Message(12), Controls),
    ask(Echo6, "version", Header(0), Octets),
    ask(Echo6, "payload-length", Header(4), Words),
    ask(Echo6, "next-header", Header(6), Octets),
    ask(Protocol6, "next-header", Header(6), Octets),
    ask(UdpEcho6, "next-header", Header(6), Octets),
    ask(Tcp6, "next-header", Header(6), Octets),
    ask(Echo6, "source", Header(8), Words),
    ask(Echo6, "destination", Header(24), Words),
    ask(Echo6, "type", Message(0), Words),
    ask(UdpEcho6, "asker", Message(0), Words),
    ask(UdpEcho6, "port", Message(2), Words),
    ask(Tcp6, "control", Message(12), Controls),
    ask(Neighbor, "hop-limit", Header(7), Octets),
    ask(Neighbor, "type", Message(0), Words),
    ask(Neighbor, "option", Message(24), Words),
    ask(Arp, "hardware", Header(0), Words),
    ask(Arp, "protocol", Header(2), Words),
    ask(Arp, "lengths", Header(4), Words),
    ask(Arp, "operation", Header(6), Words),
];

impl Question {
    /// How many values there are.
    pub fn count(&self) -> usize {
        match self.values {
            Octets => 1 << 8,
            Words => 1 << 16,
            Controls => 1 << 13,
        }
    }

    /// Whether it is an octet, of which all values are soon tried.
    pub fn is_short(&self) -> bool {
        matches!(self.values, Octets)
    }

    /// A small packet, valid but for the value with that number.
    pub fn arrival(&self, rng: &mut ChaCha8Rng, number: usize) -> Arrival {
        let framed = rng.random_bool(0.5) || matches!(self.place, Frame(_));
        let data = rng.random_range(0..=8);
        let mut arrival = arrival(rng, self.class, framed, data, None);
        self.put(number, &mut arrival);
        arrival
    }

    fn put(&self, number: usize, arrival: &mut Arrival) {
        let datagram = if arrival.own.mac.is_some() { FRAME } else { 0 };
        let at = match self.place {
            Frame(at) => at,
            Header(at) => datagram + at,
            Message(at) => datagram + header(self.class, arrival.packet[datagram]) + at,
        };
        let word = (number as u16).to_be_bytes();
        let value = match self.values {
            Octets => vec![number as u8],
            Words => word.to_vec(),
            Controls => vec![(number >> 9 << 4) as u8 | word[0] & 1, word[1]],
        };
        // An option that the packet does not have has no type and length.
        if let Some(place) = arrival.packet.get_mut(at..at + value.len()) {
            place.copy_from_slice(&value);
        }
        mend(self.class, &mut arrival.packet[datagram..]);
    }
}

fn header(class: Class, first: u8) -> usize {
    if class.is_over_ipv6() { 40 } else { 4 * usize::from(first & 15) }
}
