//! The embedded model as a mind. The first attempt is one network's; when the judge objects, a second
//! network, trained from another seed, is asked for its opinion.

use std::borrow::Cow;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use ::nano::protocol::{Ethernet, Icmp, Icmpv6, Ipv4, Ipv6, Label};
use ::nano::registers::Registers;
use ::nano::tape::Ending;
use ::nano::transformer::{Context, Transformer};
use ::nano::{Network, Seen};
use verify::{Finding, Host, Ports, Speaks};
use wire::{Packet, Protocol};

use super::{Action, Event, Mind, Shown, Thought};
use crate::memory::Remember;
use crate::reasoning::Reasoning;

/// Most tokens on one tape: enough for an IPv4 packet of 1,500 bytes (6,900) or for an ICMPv6 error about one
/// (13,000), and some 25 MB of memory.
const LONGEST_TAPE: usize = 16_384;

/// The port of the echo service (RFC 862), the only one at which nano listens.
const ECHO_PORT: u16 = 7;

/// What nano speaks beside ICMP echo, ARP and IPv6: ICMP timestamps and errors, UDP's echo service, and TCP without an
/// open port.
pub const fn speaks() -> Speaks {
    Speaks {
        icmp: true,
        udp: Some(Ports(Cow::Borrowed(&[(ECHO_PORT, ECHO_PORT)]))),
        tcp: Some(Ports(Cow::Borrowed(&[]))),
        own_types: Cow::Borrowed(&[]),
    }
}

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
        // It remembers nothing, and so sets no timer.
        if attempt == 1 && event.timer.is_some() {
            self.passed = true;
            return Some(passes("timer", began));
        }
        let (network, transformer) = *self.networks.get(attempt as usize - 1)?;
        // What it passes on, its other network would too.
        if std::mem::replace(&mut self.passed, false) && attempt > 1 {
            return None;
        }
        let mut show = |line: &str| show(Shown::Line(line));
        let mut reasoning = Reasoning::default();
        let mut tokens = 0;
        let own = registers(&event.host, event.time);
        let ending = ::nano::think(transformer, &mut self.context, &event.packet, &own, |seen| {
            tokens += match seen {
                Seen::Chunk(chunk) => chunk.tokens().len(),
                Seen::Last(_) => 1,
            };
            reasoning.hear(seen, &mut show);
            tokens <= LONGEST_TAPE
        });
        reasoning.break_off(&mut show);
        let action = action(ending, event);
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

/// What the network is told of the host, and the time of day in UT.
fn registers(host: &Host, time: SystemTime) -> Registers {
    const DAY: u128 = 86_400_000;
    let since_1970 = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    Registers {
        mac: host.mac.map(|mac| mac.0),
        ipv4: host.address.octets(),
        broadcast: host.broadcast.map(|address| address.octets()),
        ipv6: host.ipv6.map(|address| address.octets()),
        clock: (since_1970.as_millis() % DAY) as u32,
    }
}

/// What the tape came to. Of a host that is more than nano knows, others may know what nano does not.
fn action(ending: Option<Ending>, event: &Event) -> Action {
    match ending {
        Some(Ending::Reply(_)) if is_for_a_service(event) => Action::Pass("service".into()),
        Some(Ending::Reply(bytes)) => Action::Send(bytes),
        Some(Ending::Drop(label)) if is_beyond(label, event) => Action::Pass(label.name().into()),
        Some(Ending::Drop(label)) => Action::Drop(label.name().into()),
        Some(Ending::Lost(lost)) => Action::Fail(lost.to_string()),
        None => Action::Fail(format!("the packet needs a tape of over {LONGEST_TAPE} tokens")),
    }
}

/// Whether somebody listens at the packet's port who is not nano: nano refuses for itself alone.
fn is_for_a_service(event: &Event) -> bool {
    let speaks = &event.host.speaks;
    let packet = Packet::new(event.host.link(), &event.packet, event.packet.len());
    let Some(unit) =
        packet.pdus().find(|pdu| matches!(pdu.protocol(), Protocol::Tcp | Protocol::Udp))
    else {
        return false;
    };
    let (ports, own) = match unit.protocol() {
        Protocol::Tcp => (&speaks.tcp, None),
        _ => (&speaks.udp, Some(ECHO_PORT)),
    };
    let port = unit.word(2).filter(|port| Some(*port) != own);
    port.zip(ports.as_ref()).is_some_and(|(port, ports)| ports.contains(port))
}

/// Whether nano is silent for want of knowledge, on a host that has more.
fn is_beyond(label: Label, event: &Event) -> bool {
    if event.host.speaks == speaks() {
        return false;
    }
    match label {
        Label::Icmp(Icmp::DropType) | Label::Icmpv6(Icmpv6::DropType) => true,
        Label::Ipv6(Ipv6::DropProtocol) | Label::Ipv4(Ipv4::DropVersion) => true,
        // A client without an address asks a DHCP server from nowhere, and everybody (RFC 2131 section 4.1).
        Label::Ethernet(Ethernet::DropEthernet)
        | Label::Ipv4(Ipv4::DropNotForMe | Ipv4::DropSource) => is_for_a_service(event),
        _ => false,
    }
}
