//! The data of resource records: as long as its type makes it (RFC 1035 sections 3.3 and 3.4, RFC 3596), and
//! an alias alone at its name.

use wire::dns::name::Names;
use wire::dns::{DataFlaw, Entry, Section, class, is_multicast, kind, names_in};
use wire::{Dns, Pdu, Protocol};

use super::{Check, Fault, Level, RESPONSE, Rule, class as class_of, first, ip, is_intricate};

/// An address is as long as IPv4's.
pub(in crate::rules) const A: Rule = Rule {
    id: "dns.data.a",
    rfc: 1035,
    section: "3.4.1",
    level: Level::Must,
    quote: "ADDRESS A 32 bit Internet address.",
    note: Some("In class IN: other classes have other addresses, and updates may have none."),
    check: Check::PduWhere(Protocol::Dns, is_intricate, a),
    pass: RESPONSE,
    fail: ip(
        "4500004a00000000401166a10a0000010a00000200359c4000369b64123481800001000100000000076578616d706c6503636f6d0000010001c00c000100010000003c0005c000020100",
    ),
};

fn a(pdu: &Pdu) -> Option<Fault> {
    first(pdu, |entry| unless_long(pdu, entry, kind::A, 4))
}

/// An address is as long as IPv6's.
pub(in crate::rules) const AAAA: Rule = Rule {
    id: "dns.data.aaaa",
    rfc: 3596,
    section: "2.2",
    level: Level::Must,
    quote: "A 128 bit IPv6 address is encoded in the data portion of an AAAA resource record in network byte \
            order (high-order byte first).",
    note: None,
    check: Check::PduWhere(Protocol::Dns, is_intricate, aaaa),
    pass: RESPONSE,
    fail: ip(
        "4500004900000000401166a20a0000010a00000200359c4000356666123481800001000100000000076578616d706c6503636f6d00001c0001c00c001c00010000003c0004c0000201",
    ),
};

fn aaaa(pdu: &Pdu) -> Option<Fault> {
    first(pdu, |entry| unless_long(pdu, entry, kind::AAAA, 16))
}

pub(super) fn unless_long(pdu: &Pdu, entry: &Entry, kind: u16, expected: usize) -> Option<Fault> {
    let found = entry.data.len();
    if entry.kind != kind || found == expected || entry.section == Section::Question {
        return None;
    }
    let internet = class_of(pdu, entry) == class::IN;
    let message = || format!("expected {expected}, found {found}");
    internet.then(|| Fault::new(entry.length_range(), message()))
}

/// Names, and numbers beside them, fill the data.
pub(in crate::rules) const NAMES: Rule = Rule {
    id: "dns.data.names",
    rfc: 1035,
    section: "4.1.4",
    level: Level::Must,
    quote: "If a domain name is contained in a part of the message subject to a length field (such as the RDATA \
            section of an RR), and compression is used, the length of the compressed name is used in the \
            length calculation, rather than the length of the expanded name.",
    note: Some(
        "Looked at are NS, CNAME, SOA, PTR, MX (section 3.3), AFSDB, RT, KX, SRV, DNAME, and as far as their \
         names go RRSIG and NSEC.",
    ),
    check: Check::PduWhere(Protocol::Dns, is_intricate, names),
    pass: RESPONSE,
    fail: ip(
        "4500004a00000000401166a10a0000010a00000200359c4000366a66123481800001000100000000076578616d706c6503636f6d00000f0001c00c000f00010000003c0005000ac00c00",
    ),
};

fn names(pdu: &Pdu) -> Option<Fault> {
    first(pdu, |entry| {
        let Err(DataFlaw::Length(expected)) = names_in(pdu.bytes(), entry) else { return None };
        let found = entry.data.len();
        let message = if expected + entry.data.start > pdu.bytes().len() {
            format!("expected room for what is in it, found {found}")
        } else {
            format!("expected {expected} for what is in it, found {found}")
        };
        Some(Fault::new(entry.length_range(), message))
    })
}

/// Character strings fill the data, and there is one at least.
pub(in crate::rules) const STRINGS: Rule = Rule {
    id: "dns.data.strings",
    rfc: 1035,
    section: "3.3.14",
    level: Level::Must,
    quote: "TXT-DATA One or more <character-string>s.",
    note: Some(
        "HINFO has them too (section 3.3.2), and SPF had (RFC 4408). Updates may have no data.",
    ),
    check: Check::PduWhere(Protocol::Dns, is_intricate, strings),
    pass: ip(
        "4500004e000000004011669d0a0000010a00000200359c40003a99ad123481800001000100000000076578616d706c6503636f6d0000100001c00c001000010000003c0009057878787878027878",
    ),
    fail: ip(
        "4500004a00000000401166a10a0000010a00000200359c4000368e30123481800001000100000000076578616d706c6503636f6d0000100001c00c001000010000003c00050578787878",
    ),
};

fn strings(pdu: &Pdu) -> Option<Fault> {
    first(pdu, |entry| wrong_strings(pdu, entry))
}

pub(super) fn wrong_strings(pdu: &Pdu, entry: &Entry) -> Option<Fault> {
    let texts = matches!(entry.kind, kind::TXT | kind::HINFO | kind::SPF);
    if !texts || entry.section == Section::Question {
        return None;
    }
    let bytes = pdu.get(entry.data.clone())?;
    let mut at = 0;
    while let Some(length) = bytes.get(at) {
        at += 1 + usize::from(*length);
    }
    if bytes.is_empty() {
        let none = "expected a character string, found none".to_owned();
        let update = matches!(entry.class, class::ANY | class::NONE);
        return (!update).then(|| Fault::new(entry.length_range(), none));
    }
    let message = || format!("expected {at} for the strings in it, found {}", bytes.len());
    (at != bytes.len()).then(|| Fault::new(entry.length_range(), message()))
}

/// Where an alias is, nothing else is.
pub(in crate::rules) const ALIAS: Rule = Rule {
    id: "dns.cname",
    rfc: 1034,
    section: "3.6.2",
    level: Level::Should,
    quote: "If a CNAME RR is present at a node, no other data should be present; this ensures that the data \
            for a canonical name and its aliases cannot be different.",
    note: Some(
        "Records of DNSSEC may be beside it (RFC 4034, RFC 4035 section 2.5). Looked at are the first 32 answers \
         of a response; a second CNAME is other data (RFC 2181 section 10.1).",
    ),
    check: Check::PduWhere(Protocol::Dns, is_intricate, alias),
    pass: RESPONSE,
    fail: ip(
        "4500005b00000000401166900a0000010a00000200359c4000474c46123481800001000200000000076578616d706c6503636f6d0000010001c00c000500010000003c000603777777c00cc00c000100010000003c0004c0000201",
    ),
};

/// The answers that are looked at. Each is compared with each alias before and after it.
const ANSWERS: usize = 32;

pub(super) fn alias(pdu: &Pdu) -> Option<Fault> {
    let dns = Dns::new(pdu.bytes())?;
    let (questions, count) = (dns.count(Section::Question), dns.count(Section::Answer));
    if !dns.is_response() || questions > 1 || count < 2 || is_multicast(pdu) {
        return None;
    }
    let answers = || {
        let entries = dns.entries().map_while(Result::ok);
        entries.filter(|entry| entry.section == Section::Answer).take(ANSWERS)
    };
    let mut names = Names::new(dns.bytes());
    answers().filter(|answer| answer.kind == kind::CNAME).find_map(|alias| {
        let other = answers().find(|other| {
            let beside = other.name != alias.name && !is_of_dnssec(other.kind);
            beside
                && other.class == alias.class
                && names.same(alias.name.start, other.name.start) == Some(true)
        })?;
        let message = format!("expected an alias alone at its name, found type {} too", other.kind);
        Some(Fault::new(other.name.start..other.name.end + 2, message))
    })
}

/// What may stand at an alias.
fn is_of_dnssec(kind: u16) -> bool {
    matches!(kind, kind::SIG | kind::KEY | kind::NXT | kind::RRSIG | kind::NSEC)
}
