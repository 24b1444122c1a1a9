//! The protocols that are measured, each by packets that ask for one kind of reply, and how a person names them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a packet asks of a host. As text and in JSON: `echo6`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// An ICMP echo reply (RFC 792).
    Echo,
    /// An ICMP timestamp reply (RFC 792).
    Timestamp,
    /// An ARP reply (RFC 826).
    Arp,
    /// A neighbour advertisement (RFC 4861).
    Neighbor,
    /// An ICMPv6 echo reply (RFC 4443).
    Echo6,
    /// The data back from the echo service over UDP (RFC 862).
    Udp,
    /// The ICMP error that a port is closed or a protocol not spoken (RFC 1122 section 3.2.2.1).
    Unreachable,
    /// The same of ICMPv6 (RFC 4443 section 3).
    Unreachable6,
    /// A TCP reset (RFC 9293 section 3.10.7.1).
    Reset,
    /// The same over IPv6.
    Reset6,
    /// A TCP connection's SYN-ACK (RFC 9293 section 3.10.7.2).
    Syn,
    /// A name server's response (RFC 1035).
    Dns,
}

impl Protocol {
    /// Every protocol, in the order of reports.
    pub const ALL: [Protocol; 12] = [
        Protocol::Echo,
        Protocol::Timestamp,
        Protocol::Arp,
        Protocol::Neighbor,
        Protocol::Echo6,
        Protocol::Udp,
        Protocol::Unreachable,
        Protocol::Unreachable6,
        Protocol::Reset,
        Protocol::Reset6,
        Protocol::Syn,
        Protocol::Dns,
    ];

    /// What the embedded model speaks.
    pub const NANO: [Protocol; 10] = match Protocol::ALL.first_chunk() {
        Some(first) => *first,
        None => panic!("there are more"),
    };

    /// The name: `unreachable6`.
    pub fn name(self) -> &'static str {
        match self {
            Protocol::Echo => "echo",
            Protocol::Timestamp => "timestamp",
            Protocol::Arp => "arp",
            Protocol::Neighbor => "neighbor",
            Protocol::Echo6 => "echo6",
            Protocol::Udp => "udp",
            Protocol::Unreachable => "unreachable",
            Protocol::Unreachable6 => "unreachable6",
            Protocol::Reset => "reset",
            Protocol::Reset6 => "reset6",
            Protocol::Syn => "syn",
            Protocol::Dns => "dns",
        }
    }

    /// The protocols that a list names, in the order of [`Protocol::ALL`]: names with commas between, or `all`.
    ///
    /// # Errors
    /// In words: which name is none, and which there are.
    pub fn list(text: &str) -> Result<Vec<Protocol>, String> {
        if text == "all" {
            return Ok(Protocol::ALL.to_vec());
        }
        let mut list = text.split(',').map(Protocol::named).collect::<Result<Vec<_>, _>>()?;
        list.sort_unstable();
        list.dedup();
        Ok(list)
    }

    fn named(name: &str) -> Result<Protocol, String> {
        let found = Protocol::ALL.into_iter().find(|protocol| protocol.name() == name.trim());
        found.ok_or_else(|| {
            let known = Protocol::ALL.map(Protocol::name).join(", ");
            format!("no protocol is called {name:?}; there are {known}, and all")
        })
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read() {
        use Protocol::{Arp, Dns, Echo};
        assert_eq!(Protocol::list("echo"), Ok(vec![Echo]));
        assert_eq!(Protocol::list("dns, arp,echo,arp"), Ok(vec![Echo, Arp, Dns]));
        assert_eq!(Protocol::list("all"), Ok(Protocol::ALL.to_vec()));
        for text in ["", "arp,", "arp,all", "ARP", "ping"] {
            let why = Protocol::list(text).unwrap_err();
            assert!(why.contains("unreachable6, reset"), "{text}: {why}");
        }
    }

    #[test]
    fn a_name_is_the_same_in_json() {
        for protocol in Protocol::ALL {
            assert_eq!(serde_json::to_value(protocol).unwrap(), protocol.name());
            assert_eq!(Protocol::list(protocol.name()), Ok(vec![protocol]));
        }
        assert!(Protocol::ALL.is_sorted());
    }
}
