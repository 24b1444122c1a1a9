//! The reference host against stacks that others wrote: packets made with scapy, smoltcp as a peer, and the
//! kernel's tools.

mod smoltcp;
mod world;
