//! The judge: what a model would send stands here before the wire, beside the packet it answers.
//!
//! It may veto and never repair. [`judge`] holds an exchange against [`RULES`], each a clause of an
//! RFC; [`admit()`] is the only maker of an [`Admitted`] packet, the only kind that can be
//! transmitted; [`due()`] says what a request calls for. No I/O, no clock, no model, no state, and no
//! code that builds a reply: findings name the right value of a field at most, never a packet.
//!
//! In the order a packet meets them: [`Host`], [`due()`], [`exchange`], [`rules`], [`finding`],
//! [`admit()`].

#![forbid(unsafe_code)]

use std::net::Ipv4Addr;

pub mod admit;
pub mod due;
pub mod exchange;
pub mod finding;
pub mod rule;
pub mod rules;

pub use admit::{Admitted, Veto, admit, admit_silence};
pub use due::{Due, Reason, due};
pub use exchange::Exchange;
pub use finding::Finding;
pub use rule::{Check, Example, Fault, Level, Rule, Scope};
pub use rules::{RULES, rule};

/// Who we are: the host whose replies are judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Host {
    /// Our one address.
    pub address: Ipv4Addr,
    /// The directed broadcast address of our network, where it has one.
    pub broadcast: Option<Ipv4Addr>,
}

/// Holds an exchange against every rule: the findings in the order of [`RULES`], none where all is
/// well. `reply` is `None` where the model chose silence. Nothing is allocated without a finding.
pub fn judge(host: &Host, request: &[u8], reply: Option<&[u8]>) -> Vec<Finding> {
    let exchange = Exchange::new(host, request, reply);
    RULES.iter().filter_map(|rule| rule.judge(&exchange)).collect()
}

/// Holds one packet against the rules that need no other ([`Scope::Packet`]): what can be said of
/// any IPv4 packet in a capture, whoever sent it.
pub fn judge_packet(packet: &[u8]) -> Vec<Finding> {
    RULES.iter().filter_map(|rule| rule.judge_packet(packet)).collect()
}
