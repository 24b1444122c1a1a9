//! The judge from outside: every mutation of a good exchange, every kind of request, other
//! responders, random bytes.
//!
//! Nothing here leans on the crate's own checksums or fields: `packets` writes bytes by hand, and it
//! holds the project's only responder besides smoltcp, in tests, where responders belong.

mod agreement;
mod damage;
mod datagrams;
mod due;
mod due_ipv6;
mod due_link;
mod errors;
mod frames;
mod messages;
mod mutations;
mod packets;
mod random;
mod replies;
mod segments;
mod services;
mod smoltcp;
mod tcp;
mod udp;
