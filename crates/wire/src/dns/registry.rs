//! The numbers of DNS and the names that IANA's registries give them.

/// Opcodes (RFC 6895 section 2.2).
pub mod opcode {
    /// A standard query.
    pub const QUERY: u8 = 0;
    /// An inverse query, obsolete (RFC 3425).
    pub const IQUERY: u8 = 1;
    /// A server status request.
    pub const STATUS: u8 = 2;
    /// A zone has changed (RFC 1996).
    pub const NOTIFY: u8 = 4;
    /// A dynamic update (RFC 2136).
    pub const UPDATE: u8 = 5;
    /// Stateful operations, which UDP does not carry (RFC 8490).
    pub const STATEFUL: u8 = 6;
}

/// Classes (RFC 1035 section 3.2.4, RFC 2136 section 1.3).
pub mod class {
    /// The Internet.
    pub const IN: u16 = 1;
    /// CHAOS.
    pub const CH: u16 = 3;
    /// Hesiod.
    pub const HS: u16 = 4;
    /// None, in updates.
    pub const NONE: u16 = 254;
    /// Any.
    pub const ANY: u16 = 255;
    /// In multicast DNS not part of the class: "unicast response wanted" in a question, "flush the cache"
    /// in a record (RFC 6762 sections 5.4 and 10.2).
    pub const TOP_BIT: u16 = 0x8000;
}

/// Types that are looked into (IANA "Resource Record (RR) TYPEs").
#[allow(missing_docs, reason = "the names are the registry's")]
pub mod kind {
    pub const A: u16 = 1;
    pub const NS: u16 = 2;
    pub const CNAME: u16 = 5;
    pub const SOA: u16 = 6;
    pub const PTR: u16 = 12;
    pub const HINFO: u16 = 13;
    pub const MX: u16 = 15;
    pub const TXT: u16 = 16;
    pub const AFSDB: u16 = 18;
    pub const RT: u16 = 21;
    pub const KEY: u16 = 25;
    pub const AAAA: u16 = 28;
    pub const NXT: u16 = 30;
    pub const SIG: u16 = 24;
    pub const SRV: u16 = 33;
    pub const KX: u16 = 36;
    pub const DNAME: u16 = 39;
    pub const OPT: u16 = 41;
    pub const RRSIG: u16 = 46;
    pub const NSEC: u16 = 47;
    pub const SPF: u16 = 99;
    pub const TKEY: u16 = 249;
    pub const TSIG: u16 = 250;
    pub const AXFR: u16 = 252;
}

/// The name of an opcode (RFC 6895 section 2.2); `None` for those that are unassigned.
pub fn opcode_name(opcode: u8) -> Option<&'static str> {
    Some(match opcode {
        opcode::QUERY => "query",
        opcode::IQUERY => "inverse query",
        opcode::STATUS => "status",
        opcode::NOTIFY => "notify",
        opcode::UPDATE => "update",
        opcode::STATEFUL => "stateful operations",
        _ => return None,
    })
}

/// The name of a response code in the header (RFC 6895 section 2.3); `None` for those that are
/// unassigned.
pub fn rcode_name(rcode: u8) -> Option<&'static str> {
    const NAMES: [&str; 12] = [
        "NOERROR",
        "FORMERR",
        "SERVFAIL",
        "NXDOMAIN",
        "NOTIMP",
        "REFUSED",
        "YXDOMAIN",
        "YXRRSET",
        "NXRRSET",
        "NOTAUTH",
        "NOTZONE",
        "DSOTYPENI",
    ];
    NAMES.get(usize::from(rcode)).copied()
}

/// The name of a class (IANA "DNS CLASSes"); `None` for those that are unassigned.
pub fn class_name(class: u16) -> Option<&'static str> {
    Some(match class {
        class::IN => "IN",
        class::CH => "CH",
        class::HS => "HS",
        class::NONE => "NONE",
        class::ANY => "ANY",
        _ => return None,
    })
}

/// The name of a type (IANA "Resource Record (RR) TYPEs"), where it is one in use.
pub fn kind_name(kind: u16) -> Option<&'static str> {
    #[rustfmt::skip]
    const NAMES: &[(u16, &str)] = &[
        (1, "A"), (2, "NS"), (5, "CNAME"), (6, "SOA"), (10, "NULL"), (12, "PTR"), (13, "HINFO"),
        (15, "MX"), (16, "TXT"), (17, "RP"), (18, "AFSDB"), (24, "SIG"), (25, "KEY"), (28, "AAAA"),
        (29, "LOC"), (33, "SRV"), (35, "NAPTR"), (36, "KX"), (37, "CERT"), (39, "DNAME"),
        (41, "OPT"), (43, "DS"), (44, "SSHFP"), (46, "RRSIG"), (47, "NSEC"), (48, "DNSKEY"),
        (49, "DHCID"), (50, "NSEC3"), (51, "NSEC3PARAM"), (52, "TLSA"), (53, "SMIMEA"), (59, "CDS"),
        (60, "CDNSKEY"), (61, "OPENPGPKEY"), (62, "CSYNC"), (63, "ZONEMD"), (64, "SVCB"),
        (65, "HTTPS"), (99, "SPF"), (108, "EUI48"), (109, "EUI64"), (249, "TKEY"), (250, "TSIG"),
        (251, "IXFR"), (252, "AXFR"), (255, "ANY"), (256, "URI"), (257, "CAA"),
    ];
    let at = NAMES.binary_search_by_key(&kind, |(kind, _)| *kind).ok()?;
    Some(NAMES[at].1)
}
