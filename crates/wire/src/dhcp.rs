//! DHCP messages for IPv4 (RFC 2131 section 2), and BOOTP, whose format they have (RFC 951).
//!
//! After the fixed fields come a magic cookie and options, which may go on in the fields `file` and
//! `sname` where the option overload says so. Each option is found with its octets in the message.

use std::ops::Range;

use crate::word;

pub mod option;

pub use option::{BadLength, OptionField, Options};

/// The octets before the options: everything of fixed length (RFC 2131 section 2).
pub const FIXED_LEN: usize = 236;

/// The first four octets of the options (RFC 2131 section 3).
pub const COOKIE: [u8; 4] = [99, 130, 83, 99];

/// Where options begin, after the cookie.
pub const OPTIONS_START: usize = FIXED_LEN + COOKIE.len();

/// The port of servers and relay agents (RFC 2131 section 4.1).
pub const SERVER_PORT: u16 = 67;
/// The port of clients (RFC 2131 section 4.1).
pub const CLIENT_PORT: u16 = 68;

/// `op` of a message from a client.
pub const BOOTREQUEST: u8 = 1;
/// `op` of a message from a server.
pub const BOOTREPLY: u8 = 2;
/// `htype` of Ethernet.
pub const ETHERNET: u8 = 1;
/// The flag by which a client asks for answers by broadcast (RFC 2131 section 2).
pub const BROADCAST: u16 = 0x8000;

/// The byte range of each field (RFC 2131 section 2).
pub mod field {
    use std::ops::Range;

    /// `op`: request or reply.
    pub const OP: Range<usize> = 0..1;
    /// `htype`, the type of the hardware address.
    pub const HARDWARE_TYPE: Range<usize> = 1..2;
    /// `hlen`, the length of the hardware address in octets.
    pub const HARDWARE_LENGTH: Range<usize> = 2..3;
    /// `hops`.
    pub const HOPS: Range<usize> = 3..4;
    /// `xid`, the transaction.
    pub const TRANSACTION: Range<usize> = 4..8;
    /// `secs`.
    pub const SECONDS: Range<usize> = 8..10;
    /// `flags`.
    pub const FLAGS: Range<usize> = 10..12;
    /// `ciaddr`, the client's address.
    pub const CLIENT_ADDRESS: Range<usize> = 12..16;
    /// `yiaddr`, "your" address.
    pub const YOUR_ADDRESS: Range<usize> = 16..20;
    /// `siaddr`, the next server's address.
    pub const SERVER_ADDRESS: Range<usize> = 20..24;
    /// `giaddr`, the relay agent's address.
    pub const RELAY_ADDRESS: Range<usize> = 24..28;
    /// `chaddr`, the client's hardware address, padded.
    pub const HARDWARE_ADDRESS: Range<usize> = 28..44;
    /// `sname`, the server's name.
    pub const SERVER_NAME: Range<usize> = 44..108;
    /// `file`, the boot file's name.
    pub const BOOT_FILE: Range<usize> = 108..236;
    /// The magic cookie.
    pub const COOKIE: Range<usize> = 236..240;
}

/// Message types, the values of option 53 (RFC 2132 section 9.6, IANA "DHCP Message Type 53 Values").
#[allow(missing_docs, reason = "the names are the RFC's")]
pub mod message {
    pub const DISCOVER: u8 = 1;
    pub const OFFER: u8 = 2;
    pub const REQUEST: u8 = 3;
    pub const DECLINE: u8 = 4;
    pub const ACK: u8 = 5;
    pub const NAK: u8 = 6;
    pub const RELEASE: u8 = 7;
    pub const INFORM: u8 = 8;

    /// The name of a message type; `None` for those that are unassigned.
    pub fn name(kind: u8) -> Option<&'static str> {
        const NAMES: [&str; 18] = [
            "DHCPDISCOVER",
            "DHCPOFFER",
            "DHCPREQUEST",
            "DHCPDECLINE",
            "DHCPACK",
            "DHCPNAK",
            "DHCPRELEASE",
            "DHCPINFORM",
            "DHCPFORCERENEW",
            "DHCPLEASEQUERY",
            "DHCPLEASEUNASSIGNED",
            "DHCPLEASEUNKNOWN",
            "DHCPLEASEACTIVE",
            "DHCPBULKLEASEQUERY",
            "DHCPLEASEQUERYDONE",
            "DHCPACTIVELEASEQUERY",
            "DHCPLEASEQUERYSTATUS",
            "DHCPTLS",
        ];
        NAMES.get(usize::from(kind).checked_sub(1)?).copied()
    }
}

/// A view of bytes as a DHCP message. Nothing is checked but that its fixed fields are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dhcp<'a> {
    fixed: &'a [u8; FIXED_LEN],
    bytes: &'a [u8],
}

impl<'a> Dhcp<'a> {
    /// A view of `bytes`, or `None` where they are fewer than [`FIXED_LEN`].
    pub fn new(bytes: &'a [u8]) -> Option<Self> {
        Some(Self { fixed: bytes.first_chunk()?, bytes })
    }

    /// The message.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// `op`: [`BOOTREQUEST`] or [`BOOTREPLY`].
    pub fn op(&self) -> u8 {
        self.fixed[0]
    }

    /// `htype`, as in ARP: 1 is Ethernet.
    pub fn hardware_type(&self) -> u8 {
        self.fixed[1]
    }

    /// `hlen`: octets of the hardware address.
    pub fn hardware_length(&self) -> u8 {
        self.fixed[2]
    }

    /// `hops`: relay agents on the way.
    pub fn hops(&self) -> u8 {
        self.fixed[3]
    }

    /// `flags`, see [`BROADCAST`].
    pub fn flags(&self) -> u16 {
        word(self.fixed, field::FLAGS.start).unwrap_or_default()
    }

    /// Whether the four octets of the address at `range` are zero.
    pub fn is_zero(&self, range: Range<usize>) -> bool {
        self.fixed[range].iter().all(|octet| *octet == 0)
    }

    /// Whether the magic cookie is there: without it what follows is BOOTP's vendor area.
    pub fn has_cookie(&self) -> bool {
        self.bytes.get(field::COOKIE) == Some(&COOKIE)
    }

    /// The stretches of the message that hold options, in the order they are read: what follows the cookie,
    /// then `file`, then `sname`, each where the option overload says so (RFC 2131 section 4.1).
    pub fn areas(&self) -> impl Iterator<Item = Range<usize>> + use<'a> {
        let dhcp = *self;
        let main = self.has_cookie().then_some(OPTIONS_START..self.bytes.len());
        // Most options are found before it matters whether there are more.
        let others = main.clone().into_iter().flat_map(move |main| {
            let overload = dhcp.overload(main);
            let file = (overload & 1 != 0).then_some(field::BOOT_FILE);
            let name = (overload & 2 != 0).then_some(field::SERVER_NAME);
            [file, name].into_iter().flatten()
        });
        main.into_iter().chain(others)
    }

    /// The options in one of the [`areas`](Dhcp::areas).
    pub fn options_in(&self, area: Range<usize>) -> Options<'a> {
        Options::new(self.bytes, area)
    }

    /// All options, in the order they are read, up to one whose length leads nowhere.
    pub fn options(&self) -> impl Iterator<Item = OptionField<'a>> + use<'a> {
        let dhcp = *self;
        self.areas().flat_map(move |area| dhcp.options_in(area).map_while(Result::ok))
    }

    /// The first option of that code.
    pub fn option(&self, code: u8) -> Option<OptionField<'a>> {
        self.options().find(|option| option.code == code)
    }

    /// The octets of that option's data, where there are `N` of them.
    pub fn value<const N: usize>(&self, code: u8) -> Option<[u8; N]> {
        self.option(code)?.data.try_into().ok()
    }

    /// The message type, see [`message`]; `None` for BOOTP.
    pub fn message_type(&self) -> Option<u8> {
        let [kind] = self.value(option::MESSAGE_TYPE)?;
        Some(kind)
    }

    /// The value of the option overload: 1 for `file`, 2 for `sname`, 3 for both; 0 where it says none.
    fn overload(&self, main: Range<usize>) -> u8 {
        let mut options = self.options_in(main).map_while(Result::ok);
        match options.find(|option| option.code == option::OVERLOAD).map(|option| option.data) {
            Some([value @ 1..=3]) => *value,
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests;
