//! The reference host against stacks that others wrote: packets made with scapy, smoltcp as a peer, and the
//! kernel's tools.

mod any;
mod faults;
mod hostile;
mod judged;
mod packets;
mod programs;
mod smoltcp;
mod tcp;
mod tools;
mod world;
