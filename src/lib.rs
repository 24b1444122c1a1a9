//! softstack: a user-space IP stack in which a language model is the protocol implementation.
//!
//! The modules in the order in which a packet meets them:
//! [`link`] receives it (in a [`sandbox`], from a [`pinger`]), [`admission`] lets it wait for its
//! turn, a [`mind`] thinks about it (its [`reasoning`] in plain English), [`stack`] asks the judge
//! (the crate `verify`) and transmits what was admitted, and every step is in the [`journal`], which
//! the [`view`] shows. [`eval`] measures minds on packets whose right treatment is known.

pub mod admission;
pub mod eval;
pub mod journal;
pub mod link;
pub mod mind;
pub mod pinger;
pub mod reasoning;
pub mod sandbox;
pub mod stack;
pub mod view;
