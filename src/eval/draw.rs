//! Packets to measure on: drawn from a seed and a number, so that every model gets the same ones however
//! many are asked at once, and a measurement that was cut off goes on where it was.
//!
//! Alone, `echo` is put to a host that knows nothing else (`alone`). A whole host is a `world`, and a packet
//! for it a `draft`: a protocol's file says what is sound, and which faults there are of its own; `ethernet`,
//! `ipv4` and `ipv6` say those of what lies below. Requests only are built here, never a reply.

use std::sync::LazyLock;

use rand::SeedableRng;
use rand::rngs::StdRng;
use verify::{Due, Reason, Speaks, due};
use wire::Packet;

use super::{Plan, Protocol};
use crate::mind::{Event, nano};
use crate::program::Programs;
use draft::Draft;
use world::{Version, World};

mod alone;
mod arp;
mod dns;
mod draft;
mod echo;
mod echo6;
mod ethernet;
mod ipv4;
mod ipv6;
mod neighbor;
mod reset;
mod syn;
mod tcp;
mod timestamp;
mod udp;
mod unreachable;
mod world;

/// What a whole host is told, and what it therefore speaks.
static WHOLE: LazyLock<(Programs, Speaks)> = LazyLock::new(|| {
    let programs = Programs::shipped();
    let speaks = programs.speaks();
    (programs, speaks)
});

/// One thing that can be wrong with a packet: why silence is due then, and what makes it so. Where it cannot be
/// wrong with a packet, because that has no such header, nothing is changed.
type Fault = (Reason, fn(&mut StdRng, &World, &mut Draft));

impl Plan {
    /// The packet of that number, from 1: the protocols take turns with two each, of which the odd one is
    /// sound, and the even one has the protocol's faults in turn.
    pub fn case(&self, number: u64) -> Event {
        let protocol = self.protocol(number);
        let turns = self.protocols.len() as u64 * 2;
        // Its number among those of its protocol, which does not depend on what else is measured.
        let own = (number - 1) / turns * 2 + (number - 1) % 2 + 1;
        if self.is_echo_alone() {
            let (host, packet) = alone::case(self, own);
            return Event::new(host, number, packet);
        }
        let seed = self.seed ^ (protocol as u64 + 1).rotate_right(8);
        let mut rng = StdRng::seed_from_u64(mixed(seed, own));
        let fault = own.is_multiple_of(2).then(|| {
            let faults = faults(protocol);
            faults[(own as usize / 2 - 1) % faults.len()]
        });
        loop {
            if let Some(event) = self.draw(&mut rng, protocol, fault, number) {
                return event;
            }
        }
    }

    /// A host and a packet for it with the given fault; `None` if the judge does not agree that this is
    /// what is wrong with it (a flipped checksum may happen to be right), or if the stack would ask nobody.
    fn draw(
        &self,
        rng: &mut StdRng,
        protocol: Protocol,
        fault: Option<Fault>,
        number: u64,
    ) -> Option<Event> {
        let mut world = World::draw(rng, protocol);
        if self.is_small {
            world.host.speaks = nano::speaks();
        }
        let mut draft = sound(rng, protocol, &world, self.lengths);
        if let Some((_, spoil)) = fault {
            spoil(rng, &world, &mut draft);
        }
        let packet = draft.finish(rng);
        let is_as_meant = match (due(&world.host, &packet), fault) {
            (Due::Silence(reason), Some((meant, _))) => reason == meant,
            (Due::Reply, None) => true,
            (Due::Either(_), None) => is_usual(protocol),
            _ => false,
        };
        let mut event = Event::new(world.host, number, packet);
        event.programs =
            WHOLE.0.choose(&Packet::new(event.host.link(), &event.packet, event.packet.len()));
        (is_as_meant && event.programs.len() > 1).then_some(event)
    }
}

/// A seed for one number of one seed (SplitMix64, Steele, Lea and Flood 2014).
fn mixed(seed: u64, number: u64) -> u64 {
    let mut z = seed.wrapping_add(number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}

/// Whether a reply to its sound packets is usual and not due: errors are a SHOULD (RFC 1122 section 3.2.2.1),
/// timestamps a MAY (section 3.2.2.8).
fn is_usual(protocol: Protocol) -> bool {
    matches!(protocol, Protocol::Timestamp | Protocol::Unreachable | Protocol::Unreachable6)
}

/// A packet that asks for a reply.
fn sound(rng: &mut StdRng, protocol: Protocol, world: &World, lengths: (usize, usize)) -> Draft {
    use rand::Rng;
    let length = rng.random_range(lengths.0..=lengths.1);
    match protocol {
        Protocol::Echo => echo::request(rng, world, length),
        Protocol::Timestamp => timestamp::request(rng, world),
        Protocol::Arp => arp::request(rng, world),
        Protocol::Neighbor => neighbor::solicitation(rng, world),
        Protocol::Echo6 => echo6::request(rng, world, length),
        Protocol::Udp => udp::request(rng, world, length),
        Protocol::Unreachable | Protocol::Unreachable6 => {
            unreachable::undeliverable(rng, world, length)
        }
        Protocol::Reset | Protocol::Reset6 => reset::stray(rng, world, length),
        Protocol::Syn => syn::opening(rng, world),
        Protocol::Dns => dns::query(rng, world),
    }
}

/// What can be wrong with a protocol's packets: one fault for each reason, and for each version of IP.
fn faults(protocol: Protocol) -> Vec<Fault> {
    let over_ipv4 = [ethernet::FAULTS, ipv4::FAULTS];
    let over_ipv6 = [ethernet::FAULTS, ipv6::FAULTS];
    let over_both = [ethernet::FAULTS, ipv4::FAULTS, ipv6::FAULTS];
    match protocol {
        Protocol::Echo => [&over_ipv4.concat()[..], echo::FAULTS].concat(),
        Protocol::Timestamp => [&over_ipv4.concat()[..], timestamp::FAULTS].concat(),
        Protocol::Arp => [ethernet::FAULTS, arp::FAULTS].concat(),
        Protocol::Neighbor => [&over_ipv6.concat()[..], neighbor::FAULTS].concat(),
        Protocol::Echo6 => [&over_ipv6.concat()[..], echo6::FAULTS].concat(),
        Protocol::Udp => [&over_both.concat()[..], udp::FAULTS].concat(),
        Protocol::Unreachable => [&over_ipv4.concat()[..], unreachable::FAULTS].concat(),
        Protocol::Unreachable6 => [&over_ipv6.concat()[..], unreachable::FAULTS6].concat(),
        Protocol::Reset => [&over_ipv4.concat()[..], reset::FAULTS].concat(),
        Protocol::Reset6 => [&over_ipv6.concat()[..], reset::FAULTS].concat(),
        Protocol::Syn => [&over_both.concat()[..], syn::FAULTS].concat(),
        Protocol::Dns => [&over_both.concat()[..], dns::FAULTS].concat(),
    }
}

#[cfg(test)]
mod tests;
