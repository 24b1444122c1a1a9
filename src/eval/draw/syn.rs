//! Connections that somebody opens (RFC 9293 section 3.10.7.2).

use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use verify::Reason;
use wire::tcp::field;
use wire::tcp::flag::{CWR, ECE, FIN, PSH, SYN, URG};

use super::draft::Draft;
use super::world::World;
use super::{Fault, tcp};

/// The port of the page, at which the host listens.
pub(super) const PORT: u16 = 80;

/// Its faults.
pub(super) const FAULTS: &[Fault] =
    &[tcp::HEADER, tcp::CHECKSUM, tcp::RESET, (Reason::TcpSegment, idle)];

/// A SYN, one in four with the offer of ECN (RFC 3168 section 6.1.1).
pub(super) fn opening(rng: &mut StdRng, world: &World) -> Draft {
    let flags = if rng.random_range(0..4) == 0 { SYN | ECE | CWR } else { SYN };
    let options = tcp::options(rng);
    let segment = tcp::segment(rng, PORT, flags, &options, &[]);
    Draft::datagram(rng, world, segment)
}

/// Neither SYN nor ACK nor RST: nothing that a listener knows.
fn idle(rng: &mut StdRng, _: &World, draft: &mut Draft) {
    let flags = *[0, FIN, PSH, FIN | PSH | URG].choose(rng).expect("not empty");
    draft.field(field::FLAGS)[0] = flags;
    draft.seal();
}
