//! ICMPv6 (RFC 4443), Neighbor Discovery (RFC 4861) and Multicast Listener Discovery (RFC 2710, RFC 3810)
//! by their types. The first four octets are laid out as in [`icmp`](crate::icmp); the options of
//! Neighbor Discovery are in [`neighbor`](crate::neighbor).

/// `type` of a destination unreachable message (RFC 4443 section 3.1).
pub const UNREACHABLE: u8 = 1;

/// `type` of a packet too big message (RFC 4443 section 3.2).
pub const PACKET_TOO_BIG: u8 = 2;

/// `type` of a time exceeded message (RFC 4443 section 3.3).
pub const TIME_EXCEEDED: u8 = 3;

/// `type` of a parameter problem message (RFC 4443 section 3.4).
pub const PARAMETER_PROBLEM: u8 = 4;

/// `type` of an echo request (RFC 4443 section 4.1).
pub const ECHO_REQUEST: u8 = 128;

/// `type` of an echo reply (RFC 4443 section 4.2).
pub const ECHO_REPLY: u8 = 129;

/// `type` of a multicast listener query (RFC 2710, RFC 3810 section 5.1).
pub const LISTENER_QUERY: u8 = 130;

/// `type` of a version 1 multicast listener report (RFC 2710).
pub const LISTENER_REPORT: u8 = 131;

/// `type` of a multicast listener done message (RFC 2710).
pub const LISTENER_DONE: u8 = 132;

/// `type` of a router solicitation (RFC 4861 section 4.1).
pub const ROUTER_SOLICITATION: u8 = 133;

/// `type` of a router advertisement (RFC 4861 section 4.2).
pub const ROUTER_ADVERTISEMENT: u8 = 134;

/// `type` of a neighbor solicitation (RFC 4861 section 4.3).
pub const NEIGHBOR_SOLICITATION: u8 = 135;

/// `type` of a neighbor advertisement (RFC 4861 section 4.4).
pub const NEIGHBOR_ADVERTISEMENT: u8 = 136;

/// `type` of a redirect (RFC 4861 section 4.5).
pub const REDIRECT: u8 = 137;

/// `type` of a version 2 multicast listener report (RFC 3810 section 5.2).
pub const LISTENER_REPORT_V2: u8 = 143;

/// The protocol number of ICMPv6 in a next header field and in its pseudo-header.
pub const NEXT_HEADER: u8 = 58;

/// The octets of every message that RFC 4443 defines, before data or quoted packet.
pub const HEADER_LEN: usize = 8;

/// The least MTU of an IPv6 link in octets (RFC 8200 section 5), which no error message exceeds.
pub const MINIMUM_MTU: usize = 1280;

/// The byte range of each field, from the start of the message. Type, code and checksum are where
/// [`icmp::field`](crate::icmp::field) has them.
pub mod field {
    use std::ops::Range;

    /// Words of eight octets that the quoted packet takes up, before extensions (RFC 4884 section 4).
    pub const ORIGINAL_DATAGRAM_LENGTH: Range<usize> = 4..5;
    /// `mtu` in octets of a packet too big message.
    pub const MTU: Range<usize> = 4..8;
    /// `pointer` of a parameter problem: the octet of the quoted packet that is at fault.
    pub const POINTER: Range<usize> = 4..8;
    /// Flags of a neighbor advertisement: router, solicited, override.
    pub const FLAGS: Range<usize> = 4..5;
    /// `reachable_time` of a router advertisement in milliseconds.
    pub const REACHABLE_TIME: Range<usize> = 8..12;
    /// `target` address of solicitation, advertisement and redirect.
    pub const TARGET: Range<usize> = 8..24;
    /// `destination` address of a redirect.
    pub const DESTINATION: Range<usize> = 24..40;
    /// `multicast_address` of a query, a report or a done message.
    pub const MULTICAST_ADDRESS: Range<usize> = 8..24;
    /// Number of sources in a version 2 query (RFC 3810 section 5.1.10).
    pub const SOURCE_COUNT: Range<usize> = 26..28;
    /// Number of records in a version 2 report (RFC 3810 section 5.2.3).
    pub const RECORD_COUNT: Range<usize> = 6..8;
}

/// Whether messages of that type belong to Neighbor Discovery (RFC 4861).
pub fn is_neighbor_discovery(kind: u8) -> bool {
    matches!(kind, ROUTER_SOLICITATION..=REDIRECT)
}

/// Whether messages of that type belong to Multicast Listener Discovery (RFC 2710, RFC 3810).
pub fn is_listener_discovery(kind: u8) -> bool {
    matches!(kind, LISTENER_QUERY..=LISTENER_DONE | LISTENER_REPORT_V2)
}

/// The octets that a message of Neighbor Discovery has before its options (RFC 4861 section 4);
/// `None` for other types.
pub fn options_start(kind: u8) -> Option<usize> {
    Some(match kind {
        ROUTER_SOLICITATION => 8,
        ROUTER_ADVERTISEMENT => 16,
        NEIGHBOR_SOLICITATION | NEIGHBOR_ADVERTISEMENT => 24,
        REDIRECT => 40,
        _ => return None,
    })
}

/// The name of an ICMPv6 type in the words of the IANA registry, lower case; `None` where it has none.
pub fn type_name(kind: u8) -> Option<&'static str> {
    Some(match kind {
        1 => "destination unreachable",
        2 => "packet too big",
        3 => "time exceeded",
        4 => "parameter problem",
        100 | 101 | 200 | 201 => "experiment",
        128 => "echo request",
        129 => "echo reply",
        130 => "multicast listener query",
        131 => "multicast listener report",
        132 => "multicast listener done",
        133 => "router solicitation",
        134 => "router advertisement",
        135 => "neighbor solicitation",
        136 => "neighbor advertisement",
        137 => "redirect",
        138 => "router renumbering",
        139 => "node information query",
        140 => "node information response",
        141 => "inverse neighbor solicitation",
        142 => "inverse neighbor advertisement",
        143 => "multicast listener report v2",
        144 => "home agent address discovery request",
        145 => "home agent address discovery reply",
        146 => "mobile prefix solicitation",
        147 => "mobile prefix advertisement",
        148 => "certification path solicitation",
        149 => "certification path advertisement",
        150 => "experimental mobility",
        151 => "multicast router advertisement",
        152 => "multicast router solicitation",
        153 => "multicast router termination",
        154 => "FMIPv6",
        155 => "RPL control",
        156 => "ILNPv6 locator update",
        157 => "duplicate address request",
        158 => "duplicate address confirmation",
        159 => "MPL control",
        160 => "extended echo request",
        161 => "extended echo reply",
        _ => return None,
    })
}

/// The name of the code of a message of that type in the words of the IANA registry, lower case;
/// `None` where it has none.
pub fn code_name(kind: u8, code: u8) -> Option<&'static str> {
    let names: &[&'static str] = match kind {
        UNREACHABLE => &[
            "no route",
            "administratively prohibited",
            "beyond scope of source address",
            "address unreachable",
            "port unreachable",
            "source address failed policy",
            "reject route",
            "error in source routing header",
            "headers too long",
            "error in P-Route",
        ],
        TIME_EXCEEDED => &["in transit", "reassembly"],
        PARAMETER_PROBLEM => &[
            "erroneous header field",
            "unrecognized next header",
            "unrecognized option",
            "incomplete header chain in first fragment",
            "upper-layer header error in segment routing",
            "unrecognized next header at a router",
            "extension header too big",
            "extension header chain too long",
            "too many extension headers",
            "too many options",
            "option too big",
        ],
        _ => &[],
    };
    names.get(usize::from(code)).copied()
}
