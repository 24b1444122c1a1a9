//! What a correct host does with a packet, and a sentence about each step, true of this packet. Written apart
//! from the judge, so that each can find the other's mistakes.
//!
//! [`decide`] is the host that answers pings alone, step by step as the judge takes them; [`consider`] is any
//! host that a turn tells of. It remembers nothing between two turns, as a model does: what it has to know
//! of a flow it writes into its notes.
//!
//! In the order a packet meets them: `frame` (Ethernet), `arp`, `ipv4`, `ipv6`, `icmp`, `echo`, `icmpv6`,
//! `neighbor`, `udp`, `tcp`, and the services `dns`, `dhcp`, `http` and `custom`; `mind` is what they share,
//! `programs` what the system prompt decides, `difference` makes edits of a reply.

use std::net::Ipv4Addr;

use wire::Edit;
use wire::ipv4::PROTOCOL_ICMP;

use crate::turn::{Occasion, Turn};

mod arp;
mod custom;
mod datagram;
mod dhcp;
mod difference;
mod dns;
mod echo;
mod frame;
mod http;
mod icmp;
mod icmpv6;
mod ipv4;
mod ipv6;
mod mind;
mod neighbor;
mod programs;
mod tcp;
mod thoughts;
mod udp;

pub use difference::difference;
pub use echo::seal_header;

use mind::Mind;
use thoughts::Thoughts;

/// A decision, and how it came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// One sentence for each step.
    pub thoughts: Vec<String>,
    /// What is done.
    pub outcome: Outcome,
    /// What is noted on the flow: `-` to forget what there is, `None` to keep it.
    pub note: Option<String>,
    /// The timers that are set, each with its seconds.
    pub timers: Vec<(&'static str, u32)>,
}

/// What is done with a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is answered.
    Reply(Reply),
    /// It is dropped, for a reason of that name.
    Drop(&'static str),
}

/// A reply in both of its forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The whole packet.
    pub bytes: Vec<u8>,
    /// The edits that make it of the packet that was shown.
    pub edits: Vec<Edit>,
}

/// What the host of a turn does; `None` where the turn shows no packet.
pub fn consider(turn: &Turn) -> Option<Decision> {
    let Some(facts) = &turn.facts else {
        return turn.address.map(|address| decide(address, &turn.packet, turn.offload));
    };
    let mut mind = Mind::new(turn, facts);
    let found = match &turn.occasion {
        Occasion::Packet => frame::answer(&mut mind, &turn.packet),
        Occasion::Timer { name, sent } => frame::wake(&mut mind, name, *sent, &turn.packet),
    };
    Some(mind.decision(found, &turn.packet))
}

/// What the host at `address` that answers pings alone does with `packet`. With `offload` the link computes
/// checksums, and the fields of the reply are left 0.
pub fn decide(address: Ipv4Addr, packet: &[u8], offload: bool) -> Decision {
    let mut thoughts = Thoughts::default();
    let host =
        ipv4::Receiver { address, broadcast: None, speaks: &[PROTOCOL_ICMP], serves_dhcp: false };
    let asked = ipv4::examine(&mut thoughts, &host, packet)
        .and_then(|datagram| icmp::echo_request(&mut thoughts, datagram).map(|()| datagram));
    let outcome = match asked {
        Err(reason) => {
            thoughts.say(format!("So I drop it: {reason}."));
            Outcome::Drop(reason)
        }
        Ok(datagram) => {
            let reply = echo::reply(datagram, packet, offload);
            echo::explain(&mut thoughts, packet, &reply, offload);
            Outcome::Reply(reply)
        }
    };
    Decision { thoughts: thoughts.into(), outcome, note: None, timers: Vec::new() }
}
