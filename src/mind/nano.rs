//! The embedded model as a mind. The first attempt is one network's; when the judge objects, a second
//! network, trained from another seed, is asked for its opinion.

use std::time::Instant;

use ::nano::tape::Ending;
use ::nano::transformer::{Context, Transformer};
use ::nano::{Network, Seen};
use verify::Finding;

use super::{Action, Event, Mind, Shown, Thought};
use crate::reasoning::Reasoning;

/// Most tokens on one tape: enough for a packet of 1,500 bytes (6,900), and some 13 MB of memory.
const LONGEST_TAPE: usize = 8_192;

/// nano, ready to be any host.
pub struct Nano {
    networks: [(Network, &'static Transformer); 2],
    context: Context,
}

impl Nano {
    /// nano with the weights in this program.
    pub fn new() -> Nano {
        let networks = [Network::First, Network::Second].map(|network| (network, network.load()));
        Nano { networks, context: Context::default() }
    }
}

impl Default for Nano {
    fn default() -> Nano {
        Nano::new()
    }
}

impl Mind for Nano {
    fn name(&self) -> String {
        "nano".into()
    }

    fn think(
        &mut self,
        event: &Event,
        attempt: u32,
        _objections: &[Finding],
        show: &mut dyn FnMut(Shown),
    ) -> Option<Thought> {
        let began = Instant::now();
        let (network, transformer) = *self.networks.get(attempt as usize - 1)?;
        let mut show = |line: &str| show(Shown::Line(line));
        let mut reasoning = Reasoning::default();
        let mut tokens = 0;
        let own = event.host.address.octets();
        let ending = ::nano::think(transformer, &mut self.context, &event.packet, own, |seen| {
            tokens += match seen {
                Seen::Chunk(chunk) => chunk.tokens().len(),
                Seen::Last(_) => 1,
            };
            reasoning.hear(seen, &mut show);
            tokens <= LONGEST_TAPE
        });
        reasoning.break_off(&mut show);
        Some(Thought {
            action: action(ending),
            model: network.name().into(),
            tokens: tokens as u64,
            took: began.elapsed(),
            spending: None,
            answer: None,
        })
    }
}

fn action(ending: Option<Ending>) -> Action {
    match ending {
        Some(Ending::Reply(bytes)) => Action::Send(bytes),
        Some(Ending::Drop(label)) => Action::Drop(label.name().into()),
        Some(Ending::Lost(lost)) => Action::Fail(lost.to_string()),
        None => Action::Fail(format!("the packet needs a tape of over {LONGEST_TAPE} tokens")),
    }
}
