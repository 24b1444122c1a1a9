//! nano, the embedded model: a small decoder-only transformer that is a whole small host. A packet meets
//! [`tape`] first, which feeds the network the words it asks for, of the packet and of the host's
//! [`registers`]; [`vocabulary`] and the labels of each [`protocol`] define what the two can say to each
//! other; [`transformer`] chooses every token.

pub mod grammar;
pub mod protocol;
pub mod registers;
pub mod tape;
pub mod transformer;
pub mod vocabulary;

use std::sync::OnceLock;

use registers::Registers;
use tape::{Chunk, Ending, Step, Tape};
use transformer::{Context, Transformer};
use vocabulary::Token;

/// Reads a packet, thinks, and writes the reply or drops it.
///
/// `packet` is what came from the link: a frame where the host has an Ethernet address, else an IP packet;
/// `own` is what the host knows of itself. `seen` is called
/// with every chunk as it goes onto the tape, and with the token that ends it; it may stop the thought
/// by returning `false`.
///
/// Returns `None` if it was stopped.
pub fn think(
    network: &Transformer,
    context: &mut Context,
    packet: &[u8],
    own: &Registers,
    mut seen: impl FnMut(Seen) -> bool,
) -> Option<Ending> {
    context.clear();
    let (mut tape, mut chunk) = Tape::new(packet, own);
    loop {
        if !seen(Seen::Chunk(&chunk)) {
            return None;
        }
        let token = network.next(context, &chunk);
        match tape.push(token) {
            Step::Think(next) => chunk = next,
            Step::End(ending) => {
                seen(Seen::Last(token));
                return Some(ending);
            }
        }
    }
}

/// What [`think`] shows as it goes.
#[derive(Clone, Copy, Debug)]
pub enum Seen<'a> {
    /// Tokens that went onto the tape together: the chosen one, then what was fed.
    Chunk(&'a Chunk),
    /// The token that ends the tape; it has no place on it.
    Last(Token),
}

/// The two networks whose weights are in this program, trained from different seeds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Network {
    /// The one that answers.
    First,
    /// The one that is asked after a veto.
    Second,
}

impl Network {
    /// The name in journals and tables.
    pub fn name(self) -> &'static str {
        match self {
            Network::First => "nano",
            Network::Second => "nano-second",
        }
    }

    /// The network, unpacked once and shared by the whole process.
    pub fn load(self) -> &'static Transformer {
        static FIRST: OnceLock<Transformer> = OnceLock::new();
        static SECOND: OnceLock<Transformer> = OnceLock::new();
        let (cell, bytes): (_, &[u8]) = match self {
            Network::First => (&FIRST, include_bytes!("../weights/nano.safetensors")),
            Network::Second => (&SECOND, include_bytes!("../weights/nano-second.safetensors")),
        };
        cell.get_or_init(|| {
            Transformer::from_safetensors(bytes).expect("shipped weights fit this program")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_different_networks_of_the_documented_size() {
        assert_eq!(Network::First.load().parameters(), 268_817);
        assert_ne!(
            include_bytes!("../weights/nano.safetensors").as_slice(),
            include_bytes!("../weights/nano-second.safetensors").as_slice()
        );
    }
}
