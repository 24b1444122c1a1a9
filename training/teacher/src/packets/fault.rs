//! What can be wrong with a packet, and the name that the judge has for it.

/// What is wrong with a packet.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Fault {
    /// The frame is for another station, mostly one bit or nibble off.
    OtherStation,
    /// The frame comes from a group of stations, or from our own.
    FrameSource,
    /// The frame is of a type that we do not speak, or has a length in its place.
    EtherType,
    /// The frame is shorter than its header.
    Runt,
    /// The frame is for all or for several stations, the datagram in it for one host.
    GroupFrame,
    /// The frame is for a group of IPv6 nodes in which we are not.
    OtherGroup,
    /// The frame says that another of our protocols is in it.
    Misnamed,
    /// Another IP version.
    Version,
    /// An IPv4 header shorter than the shortest.
    HeaderLength,
    /// IPv4 options that reach beyond the total length.
    Options,
    /// An IPv4 datagram, or what its total length promises, ends too early.
    Truncated,
    /// A total length shorter than the shortest IPv4 header.
    Short,
    /// The checksum of the IPv4 header.
    HeaderChecksum,
    /// The destination is another one, mostly one bit or nibble off.
    NotForMe,
    /// The destination is all hosts of an IPv4 network, or a group of them.
    Broadcast,
    /// The source is no single other host.
    Source,
    /// A piece of a datagram; over IPv6 also a whole one with a fragment header.
    Fragment,
    /// A packet of IPv6 to a host that has none.
    NoIpv6,
    /// A packet of IPv6 ends too early.
    Truncated6,
    /// The payload length of IPv6 is more than there is.
    PayloadLength,
    /// The payload length of IPv6 is less than any header needs.
    ShortPayload,
    /// The destination is a group of nodes in which we are, and the message no solicitation.
    Group,
    /// Extension headers before the message.
    Extension,
    /// The next header says that nothing follows.
    NoNextHeader,
    /// The checksum of an ICMP message.
    IcmpChecksum,
    /// Another ICMP type or code.
    IcmpType,
    /// An ICMP message of less than eight octets.
    IcmpShort,
    /// A timestamp message that is longer or shorter than one.
    TimestampLength,
    /// The checksum of an ICMPv6 message.
    Icmpv6Checksum,
    /// Another ICMPv6 type or code, not of neighbour discovery.
    Icmpv6Type,
    /// Another message of neighbour discovery.
    Discovery,
    /// A solicitation that may have crossed a router.
    HopLimit,
    /// A solicitation of another address, mostly one bit or nibble off.
    Target,
    /// A solicitation with a code.
    Code,
    /// A solicitation without a whole target.
    NeighborShort,
    /// A solicitation with an option of length 0.
    OptionLength,
    /// A solicitation with an option that leads past its end.
    OptionBeyond,
    /// A probe of an address that is not sent to the group of that.
    ProbeDestination,
    /// A probe of an address with the hardware address of who sends it.
    ProbeOption,
    /// A length of UDP shorter than its header or longer than what there is.
    UdpLength,
    /// An IPv4 datagram without a whole UDP header.
    UdpShort,
    /// The checksum of a UDP datagram.
    UdpChecksum,
    /// None, over IPv6.
    UdpNoChecksum,
    /// To the echo service from a port to which it may not answer.
    UdpPort,
    /// A data offset of TCP inside the shortest header.
    TcpOffset,
    /// A data offset of TCP beyond the segment.
    TcpBeyond,
    /// A segment without a whole TCP header.
    TcpShort,
    /// The checksum of a TCP segment.
    TcpChecksum,
    /// A segment that resets a connection.
    TcpReset,
    /// Other kinds of addresses in ARP, or other lengths of them.
    ArpKind,
    /// A reply, or another operation of ARP.
    ArpOperation,
    /// ARP asks for another address, mostly one bit or nibble off.
    ArpTarget,
    /// ARP from one who says that our address is its own.
    ArpSender,
    /// ARP from a group of stations.
    ArpGroup,
    /// An ARP packet that ends too early.
    ArpShort,
}

impl Fault {
    /// The name that the judge has for it where nothing else is wrong.
    pub fn reason(self) -> &'static str {
        use Fault::*;
        match self {
            OtherStation | FrameSource | EtherType | Runt | GroupFrame | OtherGroup => "ethernet",
            Misnamed | Version | HeaderLength | Options | NoIpv6 => "version",
            Truncated => "truncated",
            Short | IcmpShort => "short",
            HeaderChecksum => "header-checksum",
            NotForMe | Broadcast | Group => "not-for-me",
            Source => "source",
            Fragment => "fragment",
            Truncated6 | PayloadLength | ShortPayload => "ipv6",
            Extension | NoNextHeader => "protocol",
            IcmpChecksum => "icmp-checksum",
            IcmpType | TimestampLength => "icmp-type",
            Icmpv6Checksum => "icmpv6-checksum",
            Icmpv6Type => "icmpv6-type",
            HopLimit => "hop-limit",
            Discovery | Target | Code | NeighborShort | OptionLength | OptionBeyond
            | ProbeDestination | ProbeOption => "neighbor",
            UdpLength | UdpShort => "udp-length",
            UdpChecksum | UdpNoChecksum => "udp-checksum",
            UdpPort => "udp-port",
            TcpOffset | TcpBeyond | TcpShort => "tcp-header",
            TcpChecksum => "tcp-checksum",
            TcpReset => "tcp-reset",
            ArpKind | ArpOperation | ArpTarget | ArpSender | ArpGroup | ArpShort => "arp",
        }
    }

    /// Whether it is a fault of the frame.
    pub fn is_on_ethernet_only(self) -> bool {
        self == Fault::Misnamed || self.reason() == "ethernet"
    }

    /// Whether the packet ends where it does for a reason: padding would make it good.
    pub(super) fn is_of_the_end(self) -> bool {
        use Fault::{ArpShort, PayloadLength, Runt, Truncated, Truncated6};
        matches!(self, Truncated | Truncated6 | PayloadLength | ArpShort | Runt)
    }
}

/// A fault and how often it is drawn.
pub(super) type Weighted = (Fault, u32);

/// Lists of faults with their weights.
macro_rules! weights {
    ($($(#[$about:meta])* $name:ident: $(($fault:ident, $weight:expr)),+;)+) => {
        $($(#[$about])* const $name: &[Weighted] = &[$((Fault::$fault, $weight)),+];)+
    };
}
pub(super) use weights;

/// Several lists in one, of `N` rows in all.
pub(super) const fn join<const N: usize>(parts: &[&[Weighted]]) -> [Weighted; N] {
    let mut all = [(Fault::Runt, 0); N];
    let (mut at, mut part) = (0, 0);
    while part < parts.len() {
        let mut row = 0;
        while row < parts[part].len() {
            all[at] = parts[part][row];
            (at, row) = (at + 1, row + 1);
        }
        part += 1;
    }
    all
}
