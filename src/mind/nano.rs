//! The embedded model as a mind. The first attempt is one network's; when the judge objects, a second
//! network, trained from another seed, is asked for its opinion.

use std::time::Instant;

use ::nano::tape::Ending;
use ::nano::transformer::{Context, Transformer};
use ::nano::vocabulary::Label;
use ::nano::{Network, Seen};
use verify::{Finding, Host};

use super::{Action, Event, Mind, Shown, Thought};
use crate::memory::Remember;
use crate::reasoning::Reasoning;

/// Most tokens on one tape: enough for a packet of 1,500 bytes (6,900), and some 13 MB of memory.
const LONGEST_TAPE: usize = 8_192;

/// nano, ready to be any host.
pub struct Nano {
    networks: [(Network, &'static Transformer); 2],
    context: Context,
    /// Whether the last thought passed its packet on.
    passed: bool,
}

impl Nano {
    /// nano with the weights in this program.
    pub fn new() -> Nano {
        let networks = [Network::First, Network::Second].map(|network| (network, network.load()));
        Nano { networks, context: Context::default(), passed: false }
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
        // It has no clock and knows no frames.
        if attempt == 1 && (event.timer.is_some() || event.host.mac.is_some()) {
            self.passed = true;
            let why = if event.timer.is_some() { "timer" } else { "ethernet" };
            return Some(passes(why, began));
        }
        let (network, transformer) = *self.networks.get(attempt as usize - 1)?;
        // What it passes on, its other network would too.
        if std::mem::replace(&mut self.passed, false) && attempt > 1 {
            return None;
        }
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
        let action = action(ending, &event.host);
        self.passed = matches!(action, Action::Pass(_));
        Some(Thought {
            action,
            model: network.name().into(),
            tokens: tokens as u64,
            took: began.elapsed(),
            spending: None,
            answer: None,
            remember: Remember::default(),
        })
    }
}

/// A packet passed on unread.
fn passes(why: &str, began: Instant) -> Thought {
    Thought {
        action: Action::Pass(why.into()),
        model: "nano".into(),
        tokens: 0,
        took: began.elapsed(),
        spending: None,
        answer: None,
        remember: Remember::default(),
    }
}

/// What the tape came to. What nano knows nothing of is silence to a host that knows no more; of one that
/// does, others may know.
fn action(ending: Option<Ending>, host: &Host) -> Action {
    let beyond = |label: &Label| {
        matches!(label, Label::DropVersion | Label::DropProtocol | Label::DropIcmpType)
    };
    match ending {
        Some(Ending::Reply(bytes)) => Action::Send(bytes),
        Some(Ending::Drop(label)) if beyond(&label) && !host.is_echo_only() => {
            Action::Pass(label.name().into())
        }
        Some(Ending::Drop(label)) => Action::Drop(label.name().into()),
        Some(Ending::Lost(lost)) => Action::Fail(lost.to_string()),
        None => Action::Fail(format!("the packet needs a tape of over {LONGEST_TAPE} tokens")),
    }
}
