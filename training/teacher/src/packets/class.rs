//! What a packet asks for, and what can be wrong with such packets.

use super::Fault;
use super::fault::{Weighted, join, weights};

/// What a packet asks for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Class {
    /// An ICMP echo reply.
    Echo,
    /// An ICMP timestamp reply.
    Timestamp,
    /// What the UDP echo service over IPv4 sends back.
    UdpEcho4,
    /// That no program is at a UDP port, over IPv4.
    UdpClosed4,
    /// That the host does not speak the protocol of an IPv4 datagram.
    Protocol4,
    /// The reset of a TCP connection over IPv4.
    Tcp4,
    /// An ICMPv6 echo reply.
    Echo6,
    /// What the UDP echo service over IPv6 sends back.
    UdpEcho6,
    /// That no program is at a UDP port, over IPv6.
    UdpClosed6,
    /// That the host does not know the next header of an IPv6 packet.
    Protocol6,
    /// The reset of a TCP connection over IPv6.
    Tcp6,
    /// The host's hardware address, for its IPv4 address.
    Arp,
    /// The host's hardware address, for its IPv6 address.
    Neighbor,
}

impl Class {
    /// Every class.
    pub const ALL: [Class; 13] = [
        Class::Echo,
        Class::Timestamp,
        Class::UdpEcho4,
        Class::UdpClosed4,
        Class::Protocol4,
        Class::Tcp4,
        Class::Echo6,
        Class::UdpEcho6,
        Class::UdpClosed6,
        Class::Protocol6,
        Class::Tcp6,
        Class::Arp,
        Class::Neighbor,
    ];

    /// The name in figures: `udp-closed4`.
    pub fn name(self) -> &'static str {
        match self {
            Class::Echo => "echo",
            Class::Timestamp => "timestamp",
            Class::UdpEcho4 => "udp-echo4",
            Class::UdpClosed4 => "udp-closed4",
            Class::Protocol4 => "protocol4",
            Class::Tcp4 => "tcp4",
            Class::Echo6 => "echo6",
            Class::UdpEcho6 => "udp-echo6",
            Class::UdpClosed6 => "udp-closed6",
            Class::Protocol6 => "protocol6",
            Class::Tcp6 => "tcp6",
            Class::Arp => "arp",
            Class::Neighbor => "neighbor",
        }
    }

    /// The faults that a packet of the class can have, each with how often it is drawn.
    pub fn faults(self) -> &'static [(Fault, u32)] {
        match self {
            Class::Echo => ECHO,
            Class::Timestamp => TIMESTAMP,
            Class::UdpEcho4 => UDP_ECHO4,
            Class::UdpClosed4 => UDP_CLOSED4,
            Class::Protocol4 => PROTOCOL4,
            Class::Tcp4 => TCP4,
            Class::Echo6 => ECHO6,
            Class::UdpEcho6 => UDP_ECHO6,
            Class::UdpClosed6 => UDP_CLOSED6,
            Class::Protocol6 => PROTOCOL6,
            Class::Tcp6 => TCP6,
            Class::Arp => ARP,
            Class::Neighbor => NEIGHBOR,
        }
    }

    /// Whether only stations of an Ethernet ask for that.
    pub fn is_on_ethernet_only(self) -> bool {
        matches!(self, Class::Arp | Class::Neighbor)
    }

    /// Whether it is asked in a packet of IPv6.
    pub fn is_over_ipv6(self) -> bool {
        use Class::{Echo6, Neighbor, Protocol6, Tcp6, UdpClosed6, UdpEcho6};
        matches!(self, Echo6 | UdpEcho6 | UdpClosed6 | Protocol6 | Tcp6 | Neighbor)
    }

    /// Where the checksum of its message stands in that, if it has one.
    pub(super) fn checksum_at(self) -> Option<usize> {
        match self {
            Class::Protocol4 | Class::Protocol6 | Class::Arp => None,
            Class::Echo | Class::Timestamp | Class::Echo6 | Class::Neighbor => Some(2),
            Class::UdpEcho4 | Class::UdpClosed4 | Class::UdpEcho6 | Class::UdpClosed6 => Some(6),
            Class::Tcp4 | Class::Tcp6 => Some(16),
        }
    }

    /// Whether its message is a datagram of UDP.
    pub(super) fn is_udp(self) -> bool {
        self.checksum_at() == Some(6)
    }
}

weights! {
    /// Of every frame.
    FRAME: (OtherStation, 12), (FrameSource, 5), (EtherType, 6), (Runt, 2), (Misnamed, 3);
    FRAME4: (GroupFrame, 4);
    FRAME6: (GroupFrame, 4), (OtherGroup, 5);
    /// Of every IPv4 datagram.
    IPV4: (Version, 4), (HeaderLength, 2), (Options, 3), (Truncated, 8), (Short, 4),
        (HeaderChecksum, 16), (NotForMe, 22), (Broadcast, 5), (Source, 16), (Fragment, 10);
    /// Of every IPv6 packet.
    IPV6: (NoIpv6, 3), (Version, 4), (Truncated6, 6), (PayloadLength, 5), (NotForMe, 24),
        (Source, 14), (Extension, 8), (Fragment, 5), (NoNextHeader, 2);
    SHORT6: (ShortPayload, 4);
    GROUP: (Group, 5);
    ICMP: (IcmpChecksum, 16), (IcmpType, 14), (IcmpShort, 3);
    TIMESTAMP_ONLY: (TimestampLength, 8);
    ICMPV6: (Icmpv6Checksum, 16), (Icmpv6Type, 14);
    DISCOVERY: (Discovery, 5);
    NEIGHBOR_ONLY: (HopLimit, 10), (Target, 18), (Code, 4), (NeighborShort, 4), (OptionLength, 4),
        (OptionBeyond, 4), (ProbeDestination, 4), (ProbeOption, 4);
    UDP: (UdpLength, 8), (UdpChecksum, 16);
    UDP4: (UdpShort, 3);
    UDP6: (UdpNoChecksum, 4);
    UDP_ECHO: (UdpPort, 8);
    TCP: (TcpOffset, 5), (TcpBeyond, 5), (TcpShort, 4), (TcpChecksum, 16), (TcpReset, 12);
    ARP_ONLY: (ArpKind, 14), (ArpOperation, 10), (ArpTarget, 30), (ArpSender, 8), (ArpGroup, 6),
        (ArpShort, 6);
}

/// The weights of several lists in one.
macro_rules! lists {
    ($($name:ident: $($part:ident)+;)+) => {
        $(const $name: &[Weighted] = &join::<{ 0 $(+ $part.len())+ }>(&[$($part),+]);)+
    };
}

lists! {
    ECHO: FRAME FRAME4 IPV4 ICMP;
    TIMESTAMP: FRAME FRAME4 IPV4 ICMP TIMESTAMP_ONLY;
    UDP_ECHO4: FRAME FRAME4 IPV4 UDP UDP4 UDP_ECHO;
    UDP_CLOSED4: FRAME FRAME4 IPV4 UDP UDP4;
    PROTOCOL4: FRAME FRAME4 IPV4;
    TCP4: FRAME FRAME4 IPV4 TCP;
    ECHO6: FRAME FRAME6 IPV6 SHORT6 GROUP ICMPV6 DISCOVERY;
    UDP_ECHO6: FRAME FRAME6 IPV6 SHORT6 GROUP UDP UDP6 UDP_ECHO;
    UDP_CLOSED6: FRAME FRAME6 IPV6 SHORT6 GROUP UDP UDP6;
    PROTOCOL6: FRAME FRAME6 IPV6 GROUP;
    TCP6: FRAME FRAME6 IPV6 SHORT6 GROUP TCP;
    NEIGHBOR: FRAME FRAME6 IPV6 SHORT6 ICMPV6 DISCOVERY NEIGHBOR_ONLY;
    ARP: FRAME FRAME4 ARP_ONLY;
}
