//! softstack: a user-space IP stack in which a language model is the protocol implementation.
//!
//! The modules in the order in which a packet meets them:
//! [`link`] receives it (in a [`sandbox`], from a [`pinger`]), [`admission`] lets it wait for its
//! turn, a [`mind`] thinks about it: nano in its own tokens (its [`reasoning`] in plain English), a
//! hosted model by a [`prompt`], of the [`program`]s for this packet, to a [`backend`] (a [`call`],
//! within a [`budget`]), whose answer the [`transcript`] reads (and [`offload`] completes, if that was asked for). The [`stack`] asks the judge (the crate
//! `verify`), keeps each [`flow`] in order and transmits what was admitted; every step is in the
//! [`journal`], which the [`view`] shows, and [`notice`]s too. [`config`] says which model and how;
//! [`eval`] measures minds on packets whose right treatment is known.
//!
//! Packets of a capture go another way: [`lint`] holds them against the same rules, on all cores, and writes a
//! repaired copy; [`explain`] shows one field by field, has a model explain it, and checks what it says.

pub mod admission;
pub mod backend;
pub mod budget;
pub mod call;
pub mod config;
pub mod eval;
pub mod explain;
pub mod flow;
pub mod journal;
pub mod link;
pub mod lint;
pub mod memory;
pub mod mind;
pub mod notice;
pub mod offload;
pub mod pinger;
pub mod program;
pub mod prompt;
pub mod reasoning;
pub mod sandbox;
pub mod stack;
pub mod transcript;
pub mod view;
