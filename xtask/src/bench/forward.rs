//! nano alone: no link, no judge, no rendering; only the network's forward passes over one echo
//! request, so that the growth with the packet's length is visible.

use std::net::Ipv4Addr;
use std::time::Instant;

use nano::registers::Registers;
use nano::tape::Ending;
use nano::transformer::Context;
use nano::{Network, Seen};
use wire::Echo;

use crate::Failure;

const KERNEL: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 2);
const MODEL: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 1);
/// Bytes of a packet before its payload.
const HEADERS: usize = 28;

/// Measures thoughts about packets of one length after the other.
#[derive(Default)]
pub struct Forward {
    context: Context,
    sequence: u16,
}

/// One thought.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thought {
    /// How long it took.
    pub milliseconds: f64,
    /// Tokens read and written.
    pub tokens: u64,
}

impl Forward {
    /// Thinks about a fresh echo request of `bytes` bytes in total.
    pub fn think(&mut self, bytes: usize) -> Result<Thought, Failure> {
        let packet = self.request(bytes);
        let mut tokens = 0;
        let began = Instant::now();
        let network = Network::First.load();
        let count = |seen: Seen| {
            tokens += match seen {
                Seen::Chunk(chunk) => chunk.tokens().len() as u64,
                Seen::Last(_) => 1,
            };
            true
        };
        let own = Registers { ipv4: MODEL.octets(), ..Registers::default() };
        let ending = nano::think(network, &mut self.context, &packet, &own, count);
        let milliseconds = began.elapsed().as_secs_f64() * 1e3;
        match ending {
            Some(Ending::Reply(reply)) if reply.len() == bytes => {
                Ok(Thought { milliseconds, tokens })
            }
            other => Err(format!("no reply to a ping of {bytes} bytes: {other:?}").into()),
        }
    }

    /// As `ping` fills it, with a number that is new each time.
    fn request(&mut self, bytes: usize) -> Vec<u8> {
        self.sequence = self.sequence.wrapping_add(1);
        let payload: Vec<u8> = (0..bytes - HEADERS).map(|i| i as u8).collect();
        let sequence = self.sequence;
        Echo { sequence, payload: &payload, ..Echo::new(KERNEL, MODEL) }.request()
    }
}
