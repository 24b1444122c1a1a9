//! A stand-in for the providers of hosted models: what their models answer, from a deterministic responder.
//!
//! The responder is why nothing that is shipped may depend on this crate: tests and trials do.
//!
//! In the order a question meets them: [`turn`] finds address and packet in it, [`host`] decides, [`answer`]
//! puts that into words, [`tokens`] counts them.

#![forbid(unsafe_code)]

pub mod answer;
pub mod behaviour;
pub mod host;
pub mod tokens;
pub mod turn;

pub use behaviour::{Behaviour, Brain, Fault, Latency, Model, ReasoningField, ThinkingKind};
pub use turn::{Form, Turn};
