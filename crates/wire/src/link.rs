//! What a frame begins with: the kind of link it was captured on.
//!
//! The first thing one must know of a captured frame, and the only thing that its bytes do not tell.

use std::fmt;
use std::str::FromStr;

/// The link layer of a frame, by the `LINKTYPE_` registry of the capture formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Link {
    /// Ethernet II or IEEE 802.3 (1).
    Ethernet,
    /// An IP packet of either version (12, 14, 101).
    RawIp,
    /// An IPv4 datagram, whatever its version field says (228).
    Ipv4,
    /// An IPv6 packet, whatever its version field says (229).
    Ipv6,
    /// BSD loopback: an address family in four octets, in either byte order (0, 108).
    Loopback,
    /// Linux "cooked" capture, as of the device `any` (113).
    LinuxCooked,
    /// Linux "cooked" capture, version 2 (276).
    LinuxCooked2,
    /// PPP, with or without HDLC framing (9, 50).
    Ppp,
    /// A PPPoE session (51).
    Pppoe,
}

impl Link {
    /// Every kind, with its usual number and its name.
    const ALL: [(Link, u32, &'static str); 9] = [
        (Link::Ethernet, 1, "ethernet"),
        (Link::RawIp, 101, "raw"),
        (Link::Ipv4, 228, "ipv4"),
        (Link::Ipv6, 229, "ipv6"),
        (Link::Loopback, 0, "loopback"),
        (Link::LinuxCooked, 113, "cooked"),
        (Link::LinuxCooked2, 276, "cooked2"),
        (Link::Ppp, 9, "ppp"),
        (Link::Pppoe, 51, "pppoe"),
    ];

    /// The link of that `LINKTYPE_` (or BSD `DLT_`) number; `None` for those not dissected here.
    pub fn numbered(number: u32) -> Option<Link> {
        match number {
            12 | 14 => Some(Link::RawIp),
            50 => Some(Link::Ppp),
            108 => Some(Link::Loopback),
            _ => Self::ALL.into_iter().find(|row| row.1 == number).map(|row| row.0),
        }
    }

    /// Its `LINKTYPE_` number.
    pub fn number(self) -> u32 {
        self.row().1
    }

    /// Its name here: `ethernet`, `raw`, `cooked2` …
    pub fn name(self) -> &'static str {
        self.row().2
    }

    fn row(self) -> (Link, u32, &'static str) {
        // Every kind has its row: a test holds the table to that.
        *Self::ALL.iter().find(|row| row.0 == self).unwrap_or(&Self::ALL[0])
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Link {
    type Err = String;

    fn from_str(name: &str) -> Result<Link, String> {
        let row = Self::ALL.into_iter().find(|row| row.2 == name);
        row.map(|row| row.0).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|row| row.2).collect();
            format!("{name:?} is no link; there are {}", names.join(", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_lead_back() {
        for (link, number, name) in Link::ALL {
            assert_eq!(Link::numbered(number), Some(link));
            assert_eq!((link.number(), link.name()), (number, name));
            assert_eq!(name.parse(), Ok(link));
        }
        assert_eq!(Link::numbered(14), Some(Link::RawIp));
        assert_eq!(Link::numbered(105), None);
        assert!("token ring".parse::<Link>().unwrap_err().contains("cooked2"));
    }
}
