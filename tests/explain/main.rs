//! `softstack explain` against a stand-in for the providers, over HTTP as it would ask the real ones: what is
//! shown while it comes, what is marked, what is refused, and batches of both APIs.

#[allow(dead_code, reason = "each test file uses its own part")]
#[path = "../program/mod.rs"]
mod program;

mod batch;
mod desk;
mod errors;
mod streamed;
