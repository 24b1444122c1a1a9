//! Domain names and their compression (RFC 1035 sections 2.3.4, 3.1 and 4.1.4).

use std::ops::Range;

use wire::dns::name::{Flaw, MAX_LEN, Names, is_compressed};
use wire::dns::{Breach, DataFlaw, Entry, HEADER_LEN, is_multicast, kind, names_in};
use wire::{Dns, Pdu, Protocol};

use super::{Check, ENTRIES, Fault, Level, RESPONSE, Rule, first, ip, is_intricate};

/// Labels are of the type that there is.
pub(in crate::rules) const LABEL_TYPE: Rule = Rule {
    id: "dns.name.label",
    rfc: 1035,
    section: "4.1.4",
    level: Level::Must,
    quote: "(The 10 and 01 combinations are reserved for future use.)",
    note: Some("What has been made of 01 since is given up (RFC 6891 section 5)."),
    check: Check::PduWhere(Protocol::Dns, is_intricate, label_type),
    pass: RESPONSE,
    fail: ip(
        "4500003000000000401166bb0a0000020a0000019c400035001c98a51234010000010000000000004161620000010001",
    ),
};

fn label_type(pdu: &Pdu) -> Option<Fault> {
    let dns = Dns::new(pdu.bytes())?;
    let at = dns.entries().take(ENTRIES).find_map(|entry| match entry {
        Ok(entry) => match names_in(dns.bytes(), &entry) {
            Err(DataFlaw::LabelType(at)) => Some(at),
            _ => None,
        },
        Err(broken) => match broken.why {
            Breach::LabelType(at) => Some(at),
            _ => None,
        },
    })?;
    let found = dns.bytes()[at];
    let message = format!("expected a label (bits 00) or a pointer (11), found 0x{found:02x}");
    Some(Fault::new(at..at + 1, message))
}

/// Names are no longer than 255 octets.
pub(in crate::rules) const LENGTH: Rule = Rule {
    id: "dns.name.length",
    rfc: 1035,
    section: "3.1",
    level: Level::Must,
    quote: "To simplify implementations, the total length of a domain name (i.e., label octets and label \
            length octets) is restricted to 255 octets or less.",
    note: Some("Counted with what pointers lead to."),
    check: Check::PduWhere(Protocol::Dns, is_intricate, length),
    pass: RESPONSE,
    fail: ip(
        "4500014800000000401165a30a0000010a00000200359c4001341b6c1234818000010001000000013f6161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161613f6161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161613f6161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161613d6262626262626262626262626262626262626262626262626262626262626262626262626262626262626262626262626262626262626262626262626200000100010163c00c000100010000003c0004c000020100002904d0000000000000",
    ),
};

fn length(pdu: &Pdu) -> Option<Fault> {
    flawed(pdu, |flaw, name| {
        let message = || format!("expected a name of at most {MAX_LEN} octets, found more");
        (*flaw == Flaw::Long).then(|| Fault::new(name, message()))
    })
}

/// A pointer leads to a name that came before.
pub(in crate::rules) const POINTER: Rule = Rule {
    id: "dns.name.pointer",
    rfc: 1035,
    section: "4.1.4",
    level: Level::Must,
    quote: "In this scheme, an entire domain name or a list of labels at the end of a domain name is \
            replaced with a pointer to a prior occurance of the same name.",
    note: Some(
        "A pointer to itself or onwards is to no prior occurrence, and may lead round in a circle.",
    ),
    check: Check::PduWhere(Protocol::Dns, is_intricate, pointer),
    pass: RESPONSE,
    fail: ip(
        "4500003000000000401166bb0a0000020a0000019c400035001c7a991234010000010000000000000161c00c00010001",
    ),
};

fn pointer(pdu: &Pdu) -> Option<Fault> {
    flawed(pdu, |flaw, _| match flaw {
        Flaw::NotPrior(range, target) => {
            let message =
                format!("expected a pointer to a name before this one, found one to {target}");
            Some(Fault::new(range.clone(), message))
        }
        Flaw::NoName(range, target) => {
            let message =
                format!("expected a pointer to a name, found one to {target}, where none is");
            Some(Fault::new(range.clone(), message))
        }
        _ => None,
    })
}

/// A pointer does not lead into the header.
pub(in crate::rules) const HEADER_POINTER: Rule = Rule {
    id: "dns.name.pointer.header",
    rfc: 1035,
    section: "4.1.4",
    level: Level::Must,
    quote: "In this scheme, an entire domain name or a list of labels at the end of a domain name is \
            replaced with a pointer to a prior occurance of the same name.",
    note: Some("In the first twelve octets no name occurs."),
    check: Check::PduWhere(Protocol::Dns, is_intricate, header_pointer),
    pass: RESPONSE,
    fail: ip(
        "4500003000000000401166bb0a0000020a0000019c400035001c7aa31234010000010000000000000161c00200010001",
    ),
};

fn header_pointer(pdu: &Pdu) -> Option<Fault> {
    flawed(pdu, |flaw, _| {
        let Flaw::Header(range, target) = flaw else { return None };
        let message = format!("expected a pointer to {HEADER_LEN} or more, found one to {target}");
        Some(Fault::new(range.clone(), message))
    })
}

/// The fault that is made of the first flaw of a name, whether it owns a record or lies in its data.
fn flawed(pdu: &Pdu, mut fault: impl FnMut(&Flaw, Range<usize>) -> Option<Fault>) -> Option<Fault> {
    let mut names = Names::new(pdu.bytes());
    first(pdu, |entry| {
        let inside = names_in(pdu.bytes(), entry).unwrap_or_default();
        let all = [Some(entry.name.clone())].into_iter().chain(inside).flatten();
        all.into_iter().find_map(|name| fault(&names.check(name.start).err()?, name))
    })
}

/// Names are compressed where every receiver expects it only.
pub(in crate::rules) const COMPRESSION: Rule = Rule {
    id: "dns.data.compression",
    rfc: 3597,
    section: "4",
    level: Level::MustNot,
    quote: "To avoid such corruption, servers MUST NOT compress domain names embedded in the RDATA of types \
            that are class-specific or not well-known.",
    note: Some(
        "Well known are those of RFC 1035. Looked at are SRV, DNAME, AFSDB, RT, KX, RRSIG and NSEC. Multicast \
         DNS compresses them all (RFC 6762 section 18.14).",
    ),
    check: Check::PduWhere(Protocol::Dns, is_intricate, compression),
    pass: ip(
        "4500005c000000004011668f0a0000010a00000200359c40004836b5123481800001000100000000076578616d706c6503636f6d0000210001c00c002100010000003c00170000000013c403736970076578616d706c6503636f6d00",
    ),
    fail: ip(
        "45000051000000004011669a0a0000010a00000200359c40003da1d7123481800001000100000000076578616d706c6503636f6d0000210001c00c002100010000003c000c0000000013c403736970c00c",
    ),
};

fn compression(pdu: &Pdu) -> Option<Fault> {
    first(pdu, |entry| compressed(pdu, entry))
}

pub(super) fn compressed(pdu: &Pdu, entry: &Entry) -> Option<Fault> {
    // Types of RFC 1035 end with TXT.
    if entry.kind <= kind::TXT || is_multicast(pdu) {
        return None;
    }
    let names = names_in(pdu.bytes(), entry).unwrap_or_default();
    let mut names = names.into_iter().flatten();
    let end = names.find(|name| is_compressed(pdu.bytes(), name.start))?.end;
    let message =
        format!("expected a name in full in data of type {}, found a pointer", entry.kind);
    Some(Fault::new(end - 2..end, message))
}
