//! Rules on one DHCP message for IPv4, whoever sent it (RFC 2131, RFC 2132).
//!
//! The fixed fields, the options by themselves, and which of them a message of its type has, each in a file.
//! BOOTP shares format and ports (RFC 951, RFC 1534): without a message type only the format is judged.
//! That something is missing is said of messages that are here as a whole.

use wire::dhcp::Dhcp;
use wire::{Link, Pdu, Protocol};

use crate::rule::{Check, Example, Fault, Level, Rule};

pub(super) mod addresses;
pub(super) mod fields;
pub(super) mod leases;
pub(super) mod lengths;
pub(super) mod messages;
pub(super) mod options;

#[cfg(test)]
mod tests;

/// The octets of a message of IPv4 in hex: the headers of IP and UDP with the first 44 octets of the message;
/// `sname` and `file`, which are empty; cookie and options.
macro_rules! octets {
    ($start:literal, $options:literal) => {
        concat!(
            $start,
            "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
            "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
            "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
            "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
            $options
        )
    };
}
pub(super) use octets;

/// A message of IPv4.
macro_rules! message {
    ($start:literal, $options:literal) => {
        Example::Packet(Link::RawIp, $crate::rules::dhcp::octets!($start, $options))
    };
}
use message;

/// A client looks for servers.
const DISCOVER: Example = message!(
    "4500012500000000401179c900000000ffffffff004400430111fa73010106003903f326000080000000000000000000000000000000000002000000000100000000000000000000",
    "638253633501013d07010200000000010c0168390205dc3703010306ff"
);

/// A server offers an address.
const OFFER: Example = message!(
    "4500013e0000000040116faf0a000001ffffffff00430044012ab5c6020106003903f32600008000000000000a000009000000000000000002000000000100000000000000000000",
    "6382536335010236040a000001330400000e103a04000007083b0400000c4e0104ffffff0003040a00000106080a0000010a000003ff"
);

/// The client takes the offer.
const REQUEST: Example = message!(
    "4500012a00000000401179c400000000ffffffff00440043011694d1010106003903f326000080000000000000000000000000000000000002000000000100000000000000000000",
    "638253633501033d070102000000000132040a00000936040a0000013703010306ff"
);

/// The server commits to it.
const ACK: Example = message!(
    "4500013e0000000040116faf0a000001ffffffff00430044012ab2c6020106003903f32600008000000000000a000009000000000000000002000000000100000000000000000000",
    "6382536335010536040a000001330400000e103a04000007083b0400000c4e0104ffffff0003040a00000106080a0000010a000003ff"
);

/// The message, if all of it is here and its options can be read to the end, so that what is not in it is
/// missing.
fn complete<'p>(pdu: &Pdu<'p>) -> Option<Dhcp<'p>> {
    let dhcp = Dhcp::new(pdu.bytes()).filter(|dhcp| pdu.is_whole() && dhcp.has_cookie())?;
    let readable = |area| dhcp.options_in(area).all(|option| option.is_ok());
    dhcp.areas().all(readable).then_some(dhcp)
}
