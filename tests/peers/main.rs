//! The whole host, end to end: programs that nobody here wrote talk to it in a private network, and behind it
//! a stand-in for a hosted model's API thinks. What left is held against the judge's rules and shown to
//! tshark. What a machine lacks is skipped with the reason, see [`program`].

#[allow(dead_code, reason = "each test file uses its own part")]
#[path = "../program/mod.rs"]
mod program;

mod cascade;
mod flood;
mod harness;
mod nano;
mod reload;
mod session;
mod tools;
mod tutorial;
