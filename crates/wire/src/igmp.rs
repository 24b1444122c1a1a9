//! IGMP (RFC 2236, RFC 3376): how IPv4 hosts and routers say which multicast groups have members.

/// The protocol number of IGMP.
pub const PROTOCOL: u8 = 2;

/// The octets of the shortest message (RFC 2236 section 2).
pub const HEADER_LEN: usize = 8;

/// `type` of a membership query.
pub const QUERY: u8 = 0x11;
/// `type` of a version 1 membership report (RFC 1112).
pub const REPORT_V1: u8 = 0x12;
/// `type` of a version 2 membership report.
pub const REPORT_V2: u8 = 0x16;
/// `type` of a leave group message.
pub const LEAVE: u8 = 0x17;
/// `type` of a version 3 membership report.
pub const REPORT_V3: u8 = 0x22;

/// The byte range of each field, from the start of the message (RFC 2236 section 2).
pub mod field {
    use std::ops::Range;

    /// `type`.
    pub const TYPE: Range<usize> = 0..1;
    /// `maximum_response_time` in tenths of a second; in version 3 a code for it.
    pub const MAXIMUM_RESPONSE_TIME: Range<usize> = 1..2;
    /// `checksum` of the whole message.
    pub const CHECKSUM: Range<usize> = 2..4;
    /// `group_address`.
    pub const GROUP_ADDRESS: Range<usize> = 4..8;
}

/// The name of an IGMP type in the words of the IANA registry, lower case; `None` where it has none.
pub fn type_name(kind: u8) -> Option<&'static str> {
    Some(match kind {
        QUERY => "membership query",
        REPORT_V1 => "membership report v1",
        0x13 => "DVMRP",
        0x14 => "PIM version 1",
        REPORT_V2 => "membership report v2",
        LEAVE => "leave group",
        0x1e => "multicast traceroute response",
        0x1f => "multicast traceroute",
        REPORT_V3 => "membership report v3",
        0x30 => "multicast router advertisement",
        0x31 => "multicast router solicitation",
        0x32 => "multicast router termination",
        _ => return None,
    })
}
