//! The stand-in over real HTTP: its answers to the judge, its shapes to the documents, its faults to their
//! promises.

mod anthropic;
mod batch;
mod brain;
mod client;
mod faults;
mod openai;
mod packets;
mod provider;
