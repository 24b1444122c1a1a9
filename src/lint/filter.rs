//! Which packets of a capture are meant: a filter over the dissection, in the language that people know
//! from Wireshark.
//!
//! ```text
//! tcp and ip.addr == 10.0.0.0/8            dns.qry.name contains "example"
//! tcp.port in {80, 443, 8000..8100}        tcp.flags.syn == 1 and not tcp.flags.ack == 1
//! ipv4.ttl < 5 or ipv6.hop_limit < 5       frame contains 0a:0b or udp contains "GET"
//! ```
//!
//! - A name alone asks whether it is there: a protocol, a field, or a group of fields (`tcp.option`). That
//!   goes for flags too: `tcp.flags.syn` alone is in every segment, `tcp.flags.syn == 1` in a SYN.
//! - Fields have the names of the dissection (`ipv4.source`), and Wireshark's for the common ones
//!   (`ip.src`). `x.addr`, `x.address` and `x.port` are either end.
//! - A packet can have a field more than once: at both ends, or in a tunnel. Every comparison asks whether
//!   one value passes; `!=` alone whether the field is there and all values differ. So `ip.addr != 10.0.0.1`
//!   leaves out whatever that host sends or receives, and `not ip.addr == 10.0.0.1` keeps ARP beside.
//! - Of headers that an ICMP error quotes nothing counts: they are another packet's.
//! - Values are numbers (decimal, or `0x`), addresses and prefixes, hardware addresses, octets (`0a:0b`),
//!   `true` and `false` for flags, and text in quotes: for text, for the name of a number
//!   (`icmp.type == "echo request"`), and for flags: `tcp.flags == "SYN"` asks for that flag alone,
//!   `tcp.flags contains "SYN"` for it among others, `tcp.flags & 0x12` for any of the two.
//! - `tcp.seq` and `tcp.ack` are the numbers on the wire. `contains` looks through text, octets, a protocol with
//!   all that it carries, or the frame.
//! - `not` binds closest, then `and`, then `or`.

use wire::{Packet, dissect};

mod error;
mod evaluate;
mod name;
mod parser;
mod table;
mod token;
mod value;

pub use error::FilterError;
pub(crate) use name::{Kind, field, fields_like};

use evaluate::{Expression, Scene};

/// A filter that was understood.
///
/// ```
/// # use softstack::lint::filter::Filter;
/// # use wire::{Packet, hex};
/// let ping = hex::parse("4500001c00000000400166df0a0000020a0000010800f7f600010008").unwrap();
/// let filter = Filter::parse("icmp and ip.addr == 10.0.0.0/8 and frame.number > 3").unwrap();
/// assert!(filter.matches(&Packet::ip(&ping), 4));
/// assert!(!filter.matches(&Packet::ip(&ping), 3));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Filter(Expression);

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    /// What is wrong with the text, with its place: an unknown name (and the names nearest to it), a value
    /// that its field cannot have, a word where another is expected.
    pub fn parse(text: &str) -> Result<Filter, FilterError> {
        parser::parse(text).map(Filter)
    }

    /// Whether it asks for this packet, the `number`th of its capture, from 1.
    pub fn matches(&self, packet: &Packet, number: u64) -> bool {
        let dissection = dissect::frame(packet);
        self.0.holds(&Scene { packet, number, dissection })
    }
}

#[cfg(test)]
mod tests;
