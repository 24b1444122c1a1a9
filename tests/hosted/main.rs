//! Hosted models, end to end: a stand-in for their providers speaks both APIs, faults included, and the
//! stack asks it over HTTP as it would ask the real ones. What goes onto the wire is held against the judge
//! once more here: not one wrong packet may leave, whatever comes back.

#[allow(dead_code, reason = "each test file uses its own part")]
#[path = "../program/mod.rs"]
mod program;

mod admission;
mod faults;
mod forms;
mod host;
mod latency;
mod measurement;
mod settings;
