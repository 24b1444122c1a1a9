//! Bytes to named fields and back: the vocabulary every other part of softstack speaks.
//!
//! A packet passes here on its way in ([`Packet`] finds the protocol data units in a frame, a view of each
//! protocol names its fields, [`dissect()`] lists them for people), and on its way out (a model may answer in
//! [`Edit`]s of the request instead of plain hex).
//! This crate judges nothing, does no I/O, and builds requests only: a reply comes from a model.
//!
//! In the order a packet meets them: [`link`], [`packet`], [`protocol`], the protocols ([`ethernet`], [`arp`],
//! [`ipv4`], [`ipv6`], [`icmp`], [`icmpv6`], [`neighbor`], [`extension`], [`igmp`], [`udp`], [`tcp`],
//! [`options`], [`dns`], [`dhcp`]), [`checksum`], [`dissect()`], [`edit`], [`echo`], [`hex`].

#![forbid(unsafe_code)]

pub mod arp;
pub mod checksum;
pub mod dhcp;
pub mod dissect;
pub mod dns;
pub mod echo;
pub mod edit;
pub mod ethernet;
pub mod extension;
pub mod hex;
pub mod icmp;
pub mod icmpv6;
pub mod igmp;
pub mod ipv4;
pub mod ipv6;
pub mod link;
pub mod neighbor;
pub mod options;
pub mod packet;
pub mod protocol;
pub mod tcp;
pub mod udp;

pub use arp::Arp;
pub use dhcp::Dhcp;
pub use dissect::{Dissection, Field, Layer, Value, dissect};
pub use dns::Dns;
pub use echo::Echo;
pub use edit::{Edit, EditError, apply};
pub use ethernet::Mac;
pub use icmp::Icmp;
pub use ipv4::Ipv4;
pub use ipv6::Ipv6;
pub use link::Link;
pub use packet::{Flow, Packet, Pdu};
pub use protocol::Protocol;
pub use tcp::Tcp;
pub use udp::Udp;

/// The longest IPv4 datagram in octets: `total_length` is 16 bits wide (RFC 791 section 3.1).
pub const MAX_DATAGRAM: usize = 65_535;

/// The big-endian 16-bit word at `offset`, or `None` where the bytes run out.
pub(crate) fn word(bytes: &[u8], offset: usize) -> Option<u16> {
    let pair = bytes.get(offset..)?.first_chunk::<2>()?;
    Some(u16::from_be_bytes(*pair))
}
