//! Random packets to learn from, valid and bad, with the corners over-represented: addresses that
//! differ in one bit, sums that miss ffff by one nibble, long runs of zero words, odd lengths.
//!
//! One file a protocol. A draft goes from the message outwards to the frame; what is
//! to be wrong with the packet it carries along, and each layer sees to its own faults.

use nano::registers::Registers;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

mod arp;
mod class;
mod draft;
mod draw;
mod ethernet;
mod fault;
mod host;
mod icmp;
mod icmpv6;
mod ipv4;
mod ipv6;
mod neighbor;
mod noise;
mod question;
mod sum;
mod tcp;
mod udp;

pub use class::Class;
pub use fault::Fault;
pub use noise::{mend, noise};
pub use question::{QUESTIONS, Question};
pub use sum::sum;

/// A packet and the host that receives it.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// The packet: a frame where the host has an Ethernet address.
    pub packet: Vec<u8>,
    /// The host's own addresses, and the time.
    pub own: Registers,
}

/// A fault of a packet of the class, drawn by weight.
pub fn fault(rng: &mut ChaCha8Rng, class: Class) -> Fault {
    class.faults().choose_weighted(rng, |row| row.1).expect("weights are positive").0
}

/// A packet of the class with `data` bytes of payload, over Ethernet if `framed`, and, if asked, one
/// fault.
///
/// Classes and faults of Ethernet alone are framed in any case. Timestamps, ARP and neighbour
/// solicitations have no payload, a third of the TCP segments has none either, and no packet is longer
/// than its protocol allows.
pub fn arrival(
    rng: &mut ChaCha8Rng,
    class: Class,
    framed: bool,
    data: usize,
    fault: Option<Fault>,
) -> Arrival {
    let on_ethernet = class.is_on_ethernet_only() || fault.is_some_and(Fault::is_on_ethernet_only);
    let own = host::registers(rng, class, framed || on_ethernet);
    let peer = host::station(rng, own.mac);
    let mut draft = draft::Draft { rng, own, peer, class, data, fault };
    let packet = match class {
        Class::Arp => arp::packet(&mut draft),
        _ if class.is_over_ipv6() => ipv6::packet(&mut draft),
        _ => ipv4::packet(&mut draft),
    };
    if fault == Some(Fault::NoIpv6) {
        draft.own.ipv6 = None;
    }
    Arrival { packet, own: draft.own }
}
