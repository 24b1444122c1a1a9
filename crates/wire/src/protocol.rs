//! The protocols that a packet is taken apart into, and the numbers by which one names the next.

/// A protocol with headers of its own, or what lies beyond the last of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Protocol {
    /// Ethernet II or IEEE 802.3: destination, source, type or length.
    Ethernet,
    /// One tag of IEEE 802.1Q or 802.1ad, from its control information on.
    Vlan,
    /// The LLC and SNAP headers of an IEEE 802.3 frame (RFC 1042).
    Llc,
    /// The header of a Linux "cooked" capture.
    LinuxCooked,
    /// The header of a Linux "cooked" capture, version 2.
    LinuxCooked2,
    /// The address family of a BSD loopback capture.
    Loopback,
    /// PPP (RFC 1661), from the HDLC address, if there is one, or the protocol number on.
    Ppp,
    /// PPPoE (RFC 2516).
    Pppoe,
    /// One label of MPLS (RFC 3032).
    Mpls,
    /// ARP (RFC 826).
    Arp,
    /// IPv4 (RFC 791).
    Ipv4,
    /// IPv6 (RFC 8200).
    Ipv6,
    /// The Hop-by-Hop Options header of IPv6 (RFC 8200 section 4.3).
    HopByHop,
    /// The Routing header of IPv6 (RFC 8200 section 4.4).
    Routing,
    /// The Fragment header of IPv6 (RFC 8200 section 4.5).
    Fragment,
    /// The Destination Options header of IPv6 (RFC 8200 section 4.6).
    DestinationOptions,
    /// The Authentication Header (RFC 4302).
    Authentication,
    /// GRE (RFC 2784, RFC 2890).
    Gre,
    /// ICMP for IPv4 (RFC 792).
    Icmp,
    /// ICMP for IPv6 (RFC 4443), Neighbor Discovery (RFC 4861) and MLD (RFC 2710) with it.
    Icmpv6,
    /// IGMP (RFC 2236, RFC 3376).
    Igmp,
    /// UDP (RFC 768).
    Udp,
    /// TCP (RFC 9293).
    Tcp,
    /// DNS over UDP (RFC 1035).
    Dns,
    /// DHCP for IPv4 (RFC 2131).
    Dhcp,
    /// VXLAN (RFC 7348).
    Vxlan,
    /// Octets not taken further apart.
    Payload,
}

impl Protocol {
    /// How many there are.
    pub const COUNT: usize = Protocol::Payload as usize + 1;

    /// The name in field names and findings: `ipv4`, `tcp` …
    pub const fn name(self) -> &'static str {
        match self {
            Protocol::Ethernet => "ethernet",
            Protocol::Vlan => "vlan",
            Protocol::Llc => "llc",
            Protocol::LinuxCooked => "cooked",
            Protocol::LinuxCooked2 => "cooked2",
            Protocol::Loopback => "loopback",
            Protocol::Ppp => "ppp",
            Protocol::Pppoe => "pppoe",
            Protocol::Mpls => "mpls",
            Protocol::Arp => "arp",
            Protocol::Ipv4 => "ipv4",
            Protocol::Ipv6 => "ipv6",
            Protocol::HopByHop => "ipv6.hop_by_hop",
            Protocol::Routing => "ipv6.routing",
            Protocol::Fragment => "ipv6.fragment",
            Protocol::DestinationOptions => "ipv6.destination_options",
            Protocol::Authentication => "ah",
            Protocol::Gre => "gre",
            Protocol::Icmp => "icmp",
            Protocol::Icmpv6 => "icmpv6",
            Protocol::Igmp => "igmp",
            Protocol::Udp => "udp",
            Protocol::Tcp => "tcp",
            Protocol::Dns => "dns",
            Protocol::Dhcp => "dhcp",
            Protocol::Vxlan => "vxlan",
            Protocol::Payload => "payload",
        }
    }

    /// Whether it is IPv4 or IPv6.
    pub fn is_network(self) -> bool {
        matches!(self, Protocol::Ipv4 | Protocol::Ipv6)
    }

    /// What an EtherType announces (RFC 9542 appendix B).
    pub(crate) fn of_ethertype(ethertype: u16) -> Protocol {
        match ethertype {
            ethertype::IPV4 => Protocol::Ipv4,
            ethertype::ARP => Protocol::Arp,
            ethertype::IPV6 => Protocol::Ipv6,
            ethertype::VLAN | ethertype::SERVICE_VLAN | 0x9100 => Protocol::Vlan,
            0x8847 | 0x8848 => Protocol::Mpls,
            0x8863 | 0x8864 => Protocol::Pppoe,
            _ => Protocol::Payload,
        }
    }

    /// What the protocol number of IPv4 or the next header of IPv6 announces (IANA "Protocol
    /// Numbers"). The extension headers exist in IPv6 alone: `in_ipv6`.
    pub(crate) fn of_number(number: u8, in_ipv6: bool) -> Protocol {
        match number {
            1 => Protocol::Icmp,
            2 => Protocol::Igmp,
            4 => Protocol::Ipv4,
            6 => Protocol::Tcp,
            17 => Protocol::Udp,
            41 => Protocol::Ipv6,
            47 => Protocol::Gre,
            51 => Protocol::Authentication,
            0 if in_ipv6 => Protocol::HopByHop,
            43 if in_ipv6 => Protocol::Routing,
            44 if in_ipv6 => Protocol::Fragment,
            60 if in_ipv6 => Protocol::DestinationOptions,
            58 if in_ipv6 => Protocol::Icmpv6,
            _ => Protocol::Payload,
        }
    }
}

/// EtherTypes that are dissected (RFC 9542 appendix B).
pub mod ethertype {
    /// IPv4 (RFC 894).
    pub const IPV4: u16 = 0x0800;
    /// ARP (RFC 826).
    pub const ARP: u16 = 0x0806;
    /// A customer VLAN tag (IEEE 802.1Q).
    pub const VLAN: u16 = 0x8100;
    /// IPv6 (RFC 2464).
    pub const IPV6: u16 = 0x86dd;
    /// A service VLAN tag (IEEE 802.1ad).
    pub const SERVICE_VLAN: u16 = 0x88a8;
    /// From here on the field is a type, and a length up to 1,500 (IEEE 802.3, RFC 1042).
    pub const FIRST: u16 = 0x0600;
}
