//! Why no reply is due: one name for each reason, the same in programs, journals, figures and the embedded
//! model's labels.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why no reply is due. Names are kebab-case: `header-checksum`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Not IPv4 without options.
    Version,
    /// Fewer bytes than `total_length` says, or than a header needs.
    Truncated,
    /// A `total_length` too small for the headers.
    Short,
    /// The header checksum does not verify.
    HeaderChecksum,
    /// The destination is not our address.
    NotForMe,
    /// The source is no single other host.
    Source,
    /// A piece of a datagram.
    Fragment,
    /// A protocol that the host does not speak.
    Protocol,
    /// The ICMP checksum does not verify.
    IcmpChecksum,
    /// No ICMP request that the host answers.
    IcmpType,
    /// An Ethernet frame for another station, or of an unknown type.
    Ethernet,
    /// No ARP request for our address.
    Arp,
    /// A malformed IPv6 packet.
    Ipv6,
    /// A neighbour discovery message that may have crossed a router.
    HopLimit,
    /// No valid neighbour solicitation for our address.
    Neighbor,
    /// The ICMPv6 checksum does not verify.
    Icmpv6Checksum,
    /// No ICMPv6 request that the host answers.
    Icmpv6Type,
    /// A UDP length that does not fit its datagram.
    UdpLength,
    /// The UDP checksum does not verify.
    UdpChecksum,
    /// A UDP port at which nobody has anything to say.
    UdpPort,
    /// A malformed TCP header.
    TcpHeader,
    /// The TCP checksum does not verify.
    TcpChecksum,
    /// A TCP reset.
    TcpReset,
    /// A TCP segment that needs no answer.
    TcpSegment,
    /// A DNS message that is no query to answer.
    Dns,
    /// A DHCP message that needs no answer.
    Dhcp,
    /// What no ICMP error may be sent about.
    Error,
}

/// Name, one line of English, and the clause that calls for silence.
type Row = (&'static str, &'static str, u16, &'static str);

impl Reason {
    /// The reasons of a host that knows nothing but echo over IPv4, in the order in which requests are tried.
    pub const ECHO: [Reason; 10] = match Reason::ALL.first_chunk() {
        Some(first) => *first,
        None => panic!("there are more"),
    };

    /// Every reason, those of [`ECHO`](Self::ECHO) first.
    pub const ALL: [Reason; 27] = [
        Reason::Version,
        Reason::Truncated,
        Reason::Short,
        Reason::HeaderChecksum,
        Reason::NotForMe,
        Reason::Source,
        Reason::Fragment,
        Reason::Protocol,
        Reason::IcmpChecksum,
        Reason::IcmpType,
        Reason::Ethernet,
        Reason::Arp,
        Reason::Ipv6,
        Reason::HopLimit,
        Reason::Neighbor,
        Reason::Icmpv6Checksum,
        Reason::Icmpv6Type,
        Reason::UdpLength,
        Reason::UdpChecksum,
        Reason::UdpPort,
        Reason::TcpHeader,
        Reason::TcpChecksum,
        Reason::TcpReset,
        Reason::TcpSegment,
        Reason::Dns,
        Reason::Dhcp,
        Reason::Error,
    ];

    /// The name in journals and figures: `header-checksum`.
    pub fn name(self) -> &'static str {
        self.row().0
    }

    /// The reason of that name.
    pub fn named(name: &str) -> Option<Reason> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }

    /// One line of English.
    pub fn describe(self) -> &'static str {
        self.row().1
    }

    /// The clause that calls for silence: RFC number and section.
    pub fn clause(self) -> (u16, &'static str) {
        let (.., rfc, section) = self.row();
        (rfc, section)
    }

    #[rustfmt::skip]
    fn row(self) -> Row {
        match self {
            Reason::Version => ("version", "not IPv4 without options", 1122, "3.2.1.1"),
            Reason::Truncated =>
                ("truncated", "fewer bytes than its headers and total length need", 791, "3.1"),
            Reason::Short => ("short", "total length too small for its headers", 791, "3.1"),
            Reason::HeaderChecksum => ("header-checksum", "bad header checksum", 1122, "3.2.1.2"),
            Reason::NotForMe => ("not-for-me", "not addressed to this host", 1122, "3.2.1.3"),
            Reason::Source => ("source", "its source is no single other host", 1122, "3.2.1.3"),
            Reason::Fragment => ("fragment", "a fragment of a datagram", 1122, "3.3.2"),
            Reason::Protocol => ("protocol", "not ICMP", 1122, "3.2.2.6"),
            Reason::IcmpChecksum =>
                ("icmp-checksum", "bad ICMP checksum", 792, "Echo or Echo Reply Message"),
            Reason::IcmpType => ("icmp-type", "not an ICMP echo request", 1122, "3.2.2"),
            Reason::Ethernet =>
                ("ethernet", "a frame for another station, or of an unknown type", 894, "Frame Format"),
            Reason::Arp => ("arp", "no ARP request for this host", 826, "Packet Reception"),
            Reason::Ipv6 => ("ipv6", "a malformed IPv6 packet", 8200, "3"),
            Reason::HopLimit =>
                ("hop-limit", "neighbour discovery with a hop limit other than 255", 4861, "7.1.1"),
            Reason::Neighbor => ("neighbor", "no valid solicitation of this host", 4861, "7.1.1"),
            Reason::Icmpv6Checksum => ("icmpv6-checksum", "bad ICMPv6 checksum", 4443, "2.3"),
            Reason::Icmpv6Type => ("icmpv6-type", "not an ICMPv6 request", 4443, "2.4"),
            Reason::UdpLength => ("udp-length", "a UDP length that does not fit", 768, "Fields"),
            Reason::UdpChecksum => ("udp-checksum", "bad UDP checksum", 1122, "4.1.3.4"),
            Reason::UdpPort => ("udp-port", "nothing to say at this UDP port", 1122, "4.1.3.1"),
            Reason::TcpHeader => ("tcp-header", "a malformed TCP header", 9293, "3.1"),
            Reason::TcpChecksum => ("tcp-checksum", "bad TCP checksum", 9293, "3.1"),
            Reason::TcpReset => ("tcp-reset", "a TCP reset", 9293, "3.5.2"),
            Reason::TcpSegment => ("tcp-segment", "a TCP segment that needs no answer", 9293, "3.10.7"),
            Reason::Dns => ("dns", "no DNS query", 1035, "4.1.1"),
            Reason::Dhcp => ("dhcp", "a DHCP message that needs no answer", 2131, "4.3"),
            Reason::Error => ("error", "a packet about which no error may be sent", 1122, "3.2.2"),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_found_again() {
        for (index, reason) in Reason::ALL.into_iter().enumerate() {
            assert_eq!(Reason::named(reason.name()), Some(reason));
            assert_eq!(Reason::ALL.iter().position(|other| *other == reason), Some(index));
            let json = serde_json::to_value(reason).unwrap();
            assert_eq!(json, reason.name());
        }
        assert_eq!(Reason::ALL[..10], Reason::ECHO);
    }
}
