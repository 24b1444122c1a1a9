//! ICMPv6 (RFC 4443), Neighbor Discovery (RFC 4861) and Multicast Listener Discovery (RFC 2710, RFC 3810)
//! by their types. The first four octets are laid out as in [`icmp`](crate::icmp).

/// `type` of an echo request (RFC 4443 section 4.1).
pub const ECHO_REQUEST: u8 = 128;

/// `type` of an echo reply (RFC 4443 section 4.2).
pub const ECHO_REPLY: u8 = 129;

/// The protocol number of ICMPv6 in a next header field and in its pseudo-header.
pub const NEXT_HEADER: u8 = 58;

/// The name of an ICMPv6 type in the words of the IANA registry, lower case; `None` where it has none.
pub fn type_name(kind: u8) -> Option<&'static str> {
    Some(match kind {
        1 => "destination unreachable",
        2 => "packet too big",
        3 => "time exceeded",
        4 => "parameter problem",
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
        143 => "multicast listener report v2",
        _ => return None,
    })
}
