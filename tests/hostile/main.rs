//! Bad input against nano, through the whole stack over the in-process link: what is sent, and why nothing is. The
//! judge's own reading of each packet says what is right; only an admitted reply may leave.

#[path = "../support/flipped.rs"]
mod flipped;
#[path = "../support/frames.rs"]
mod frames;
#[allow(dead_code, reason = "each test file uses its own part")]
#[path = "../program/mod.rs"]
mod program;

mod classes;
mod echo;
mod flood;
mod fuzzed;
mod judged;
mod session;
