//! The stand-in: its answers to the judge.

mod brain;
mod packets;
