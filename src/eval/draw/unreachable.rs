//! What cannot be delivered (RFC 1122 section 3.2.2.1, RFC 4443 section 3): UDP to a port at which nobody listens,
//! and protocols that the host does not speak.

use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use verify::Reason;
use wire::{icmp, icmpv6};

use super::draft::{Draft, Message};
use super::world::{Version, World, closed_port};
use super::{Fault, WHOLE, alone, echo, echo6, udp};

/// Protocols that the host does not speak, and that are no extension headers of IPv6: GRE, EIGRP, OSPF, PIM, VRRP,
/// SCTP, UDP-Lite, and the two for experiments.
const UNSPOKEN: [u8; 9] = [47, 88, 89, 103, 112, 132, 136, 253, 254];
/// Every node of a link.
const ALL_NODES: std::net::Ipv6Addr = std::net::Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1);

/// Their faults over IPv4.
pub(super) const FAULTS: &[Fault] =
    &[udp::LENGTH, udp::CHECKSUM, (Reason::IcmpType, about_an_error)];
/// Their faults over IPv6.
pub(super) const FAULTS6: &[Fault] =
    &[udp::LENGTH, udp::CHECKSUM, (Reason::Icmpv6Type, about_an_error), (Reason::Error, to_many)];

/// A datagram of that length in all that cannot be delivered.
pub(super) fn undeliverable(rng: &mut StdRng, world: &World, length: usize) -> Draft {
    let data = udp::data(rng, world, length);
    let message = match rng.random_range(0..4) {
        0 => {
            let protocol = *UNSPOKEN.choose(rng).expect("not empty");
            let bytes = [&rng.random::<[u8; 8]>()[..], &data].concat();
            Message { protocol, bytes, checksum: None }
        }
        _ => {
            let port = closed_port(rng, WHOLE.1.udp.as_ref());
            udp::datagram(rng, world, port, &data)
        }
    };
    Draft::datagram(rng, world, message)
}

/// An error, about a datagram that the host is said to have sent: of errors there are none.
fn about_an_error(rng: &mut StdRng, world: &World, draft: &mut Draft) {
    let quote = alone::payload(rng, 36);
    let errors = match world.version {
        Version::V4 => [icmp::UNREACHABLE, icmp::TIME_EXCEEDED, icmp::PARAMETER_PROBLEM],
        Version::V6 => [icmpv6::UNREACHABLE, icmpv6::TIME_EXCEEDED, icmpv6::PARAMETER_PROBLEM],
    };
    let kind = *errors.choose(rng).expect("not empty");
    let bytes = [&[kind, rng.random_range(0..4), 0, 0, 0, 0, 0, 0][..], &quote].concat();
    draft.replace(match world.version {
        Version::V4 => echo::message(bytes),
        Version::V6 => echo6::message(bytes),
    });
}

/// To every node, or in a frame to all of them: many would answer. Of a protocol that is not spoken, that alone
/// is reason enough to be silent.
fn to_many(rng: &mut StdRng, world: &World, draft: &mut Draft) {
    if draft.protocol != Some(udp::PROTOCOL) {
        return;
    }
    let group = world.host.solicited_node().unwrap_or(ALL_NODES);
    match rng.random_range(0..3) {
        0 => draft.address_frame(wire::Mac::of_group(ALL_NODES)),
        1 => draft.address_group(ALL_NODES),
        _ => draft.address_group(group),
    }
}
