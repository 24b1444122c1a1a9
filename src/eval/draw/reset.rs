//! Segments that belong to no connection (RFC 9293 section 3.10.7.1): to ports at which nobody listens, or with
//! an acknowledgment to one at which somebody does (section 3.10.7.2).

use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use wire::tcp::MIN_HEADER_LEN;
use wire::tcp::flag::{ACK, FIN, PSH, RST, SYN};

use super::draft::Draft;
use super::world::{World, closed_port};
use super::{Fault, WHOLE, syn, tcp, udp};

/// Their faults.
pub(super) const FAULTS: &[Fault] = &[tcp::HEADER, tcp::CHECKSUM, tcp::RESET];

/// A segment for which there is no connection, of that length in all where it carries data.
pub(super) fn stray(rng: &mut StdRng, world: &World, length: usize) -> Draft {
    let is_open = rng.random_range(0..4) == 0;
    let usual = [SYN, ACK, FIN | ACK, PSH | ACK, SYN | ACK];
    let flags = match rng.random_range(0..4) {
        0 => rng.random::<u8>() & !RST,
        _ => *usual.choose(rng).expect("not empty"),
    };
    let flags = if is_open { flags | ACK } else { flags };
    let options = if flags & SYN != 0 { tcp::options(rng) } else { Vec::new() };
    let data = match flags & (SYN | PSH) {
        PSH => udp::data(rng, world, length.saturating_sub(MIN_HEADER_LEN - 8)),
        _ => Vec::new(),
    };
    let port = if is_open { syn::PORT } else { closed_port(rng, WHOLE.1.tcp.as_ref()) };
    let segment = tcp::segment(rng, port, flags, &options, &data);
    Draft::datagram(rng, world, segment)
}
