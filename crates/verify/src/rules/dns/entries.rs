//! Questions and records as the counts have them (RFC 1035 section 4.1.3): as many, each whole, nothing
//! after them, no more than UDP carries.

use wire::dns::{
    Breach, Broken, Entry, HEADER_LEN, Section, class, class_name, flag, is_multicast, kind,
};
use wire::{Dns, Edit, Pdu, Protocol};

use super::{
    Check, ENTRIES, Fault, Level, RESPONSE, Rule, class as class_of, first, ip, is_intricate,
};

/// As many entries follow as the header counts.
pub(in crate::rules) const COUNTS: Rule = Rule {
    id: "dns.counts",
    rfc: 1035,
    section: "4.1.3",
    level: Level::Must,
    quote: "The answer, authority, and additional sections all share the same format: a variable number of \
            resource records, where the number of records is specified in the corresponding count field \
            in the header.",
    note: Some(
        "For questions section 4.1.2 says the same. A truncated message (TC) is only warned of.",
    ),
    check: Check::PduWhere(Protocol::Dns, is_intricate, counts),
    pass: RESPONSE,
    fail: ip(
        "4500005900000000401166920a0000010a00000200359c4000454ac2123481800001000300000000076578616d706c6503636f6d0000010001c00c000100010000003c0004c0000201c00c000100010000003c0004c0000202",
    ),
};

fn counts(pdu: &Pdu) -> Option<Fault> {
    let (dns, broken) = broken(pdu)?;
    if broken.why != Breach::End || !pdu.is_whole() {
        return None;
    }
    let section = broken.section;
    let (stated, found) = (dns.count(section), broken.before);
    let name = section.name();
    let message =
        format!("expected {stated} entries in the {name} section, found {found} whole ones");
    let fault = Fault::new(section.count(), message);
    // Between two entries the message ends well: only the counts are wrong, this and those after it.
    let mended = broken.start == dns.bytes().len();
    let bytes = Section::ALL.into_iter().filter(|other| *other >= section);
    let bytes = bytes.flat_map(|other| if other == section { found } else { 0 }.to_be_bytes());
    let edit = || Edit::Set { offset: section.count().start, bytes: bytes.collect() };
    let edits = if mended { vec![edit()] } else { Vec::new() };
    Some(softened(&dns, Fault { edits, ..fault }))
}

/// The entry that cannot be read.
fn broken<'p>(pdu: &Pdu<'p>) -> Option<(Dns<'p>, Broken)> {
    let dns = Dns::new(pdu.bytes())?;
    Some((dns, dns.entries().find_map(Result::err)?))
}

/// Early servers cut messages anywhere when they set TC.
fn softened(dns: &Dns, fault: Fault) -> Fault {
    if dns.has(flag::TRUNCATED) { fault.warned() } else { fault }
}

/// A record's data ends within the message.
pub(in crate::rules) const DATA_LENGTH: Rule = Rule {
    id: "dns.data_length",
    rfc: 1035,
    section: "4.1.3",
    level: Level::Must,
    quote: "RDLENGTH an unsigned 16 bit integer that specifies the length in octets of the RDATA field.",
    note: Some("A truncated message (TC) is only warned of."),
    check: Check::PduWhere(Protocol::Dns, is_intricate, data_length),
    pass: RESPONSE,
    fail: ip(
        "4500004900000000401166a20a0000010a00000200359c4000359766123481800001000100000000076578616d706c6503636f6d0000010001c00c000100010000003c0009c0000201",
    ),
};

fn data_length(pdu: &Pdu) -> Option<Fault> {
    let (dns, broken) = broken(pdu)?;
    let Breach::Data(range, left) = broken.why else { return None };
    let found = pdu.word(range.start).filter(|_| pdu.is_whole())?;
    let message = format!("expected at most the {left} bytes left, found {found}");
    Some(softened(&dns, Fault::new(range, message)))
}

/// Nothing follows the last record.
pub(in crate::rules) const TRAILING: Rule = Rule {
    id: "dns.trailing",
    rfc: 1035,
    section: "4.1",
    level: Level::Should,
    quote: "The top level format of message is divided into 5 sections (some of which are empty in certain \
            cases) shown below:",
    note: Some(
        "A sixth there is not: receivers ignore what follows the last section, or refuse it.",
    ),
    check: Check::PduWhere(Protocol::Dns, is_intricate, trailing),
    pass: RESPONSE,
    fail: ip(
        "4500004b00000000401166a00a0000010a00000200359c4000379c62123481800001000100000000076578616d706c6503636f6d0000010001c00c000100010000003c0004c00002010000",
    ),
};

fn trailing(pdu: &Pdu) -> Option<Fault> {
    let (end, all) = (end(pdu)?, pdu.bytes().len());
    let message = || format!("expected the end of the message, found {} bytes more", all - end);
    (end < all && pdu.is_whole()).then(|| Fault::new(end..all, message()))
}

/// Where the last entry ends, if all can be read.
fn end(pdu: &Pdu) -> Option<usize> {
    let mut entries = Dns::new(pdu.bytes())?.entries();
    for entry in entries.by_ref() {
        entry.ok()?;
    }
    Some(entries.offset())
}

/// Without EDNS a message is no longer than 512 octets.
pub(in crate::rules) const SIZE: Rule = Rule {
    id: "dns.size",
    rfc: 1035,
    section: "4.2.1",
    level: Level::Must,
    quote: "Messages carried by UDP are restricted to 512 bytes (not counting the IP or UDP headers).",
    note: Some(
        "EDNS allows more, and then the response has an OPT record too (RFC 6891 section 6.1.1); so does \
         multicast DNS (RFC 6762 section 17).",
    ),
    check: Check::PduWhere(Protocol::Dns, is_intricate, size),
    pass: RESPONSE,
    fail: ip(
        "4500022e00000000401164bd0a0000010a00000200359c40021a4838123481800001000200000000076578616d706c6503636f6d0000100001c00c001000010000003c0100ff787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878c00c001000010000003c00dddc78787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878",
    ),
};

/// The longest message without EDNS.
pub(super) const MAX_LEN: usize = 512;

fn size(pdu: &Pdu) -> Option<Fault> {
    let found = pdu.bytes().len();
    if found <= MAX_LEN || is_multicast(pdu) || !pdu.is_whole() {
        return None;
    }
    let dns = Dns::new(pdu.bytes())?;
    let mut entries = dns.entries();
    for entry in entries.by_ref().take(ENTRIES) {
        if entry.ok()?.kind == kind::OPT {
            return None;
        }
    }
    if entries.next().is_some() {
        return None;
    }
    let message = format!("expected at most {MAX_LEN} bytes without EDNS, found {found}");
    Some(Fault::new(0..HEADER_LEN, message).warned())
}

/// The class is one in use.
pub(in crate::rules) const CLASS: Rule = Rule {
    id: "dns.class",
    rfc: 1035,
    section: "4.1.3",
    level: Level::May,
    quote: "CLASS two octets which specify the class of the data in the RDATA field.",
    note: Some(
        "In use are IN, CH, HS, NONE, ANY and those for private use (RFC 6895 section 3.2).",
    ),
    check: Check::PduWhere(Protocol::Dns, is_intricate, known_class),
    pass: RESPONSE,
    fail: ip(
        "4500004700000000401166a40a0000010a00000200359c400033962b123481800001000100000000076578616d706c6503636f6d0000010005c00c000100050000003c00020102",
    ),
};

fn known_class(pdu: &Pdu) -> Option<Fault> {
    first(pdu, |entry| wrong_class(pdu, entry))
}

pub(super) fn wrong_class(pdu: &Pdu, entry: &Entry) -> Option<Fault> {
    // Nearly all are IN.
    if entry.class == class::IN || entry.kind == kind::OPT {
        return None;
    }
    let found = class_of(pdu, entry);
    let known = class_name(found).is_some() || (0xff00..=0xfffe).contains(&found);
    let message = || format!("expected a class in use, found {found}");
    (!known).then(|| Fault::new(entry.class_range(), message()))
}

/// The top bit of a time to live is zero.
pub(in crate::rules) const TTL: Rule = Rule {
    id: "dns.ttl",
    rfc: 2181,
    section: "8",
    level: Level::Must,
    quote: "When transmitted, this value shall be encoded in the less significant 31 bits of the 32 bit TTL \
            field, with the most significant, or sign, bit set to zero.",
    note: Some("In an OPT record the field is something else."),
    check: Check::PduWhere(Protocol::Dns, is_intricate, ttl),
    pass: RESPONSE,
    fail: ip(
        "4500004900000000401166a20a0000010a00000200359c400035d7e6123481800001000100000000076578616d706c6503636f6d0000010001c00c00010001800000000004c0000201",
    ),
};

fn ttl(pdu: &Pdu) -> Option<Fault> {
    first(pdu, wrong_ttl)
}

pub(super) fn wrong_ttl(entry: &Entry) -> Option<Fault> {
    let wrong = entry.ttl >> 31 == 1 && entry.kind != kind::OPT;
    let message = || format!("expected at most {}, found {}", i32::MAX, entry.ttl);
    wrong.then(|| Fault::new(entry.ttl_range(), message()))
}

/// A signature of the transaction is the last record.
pub(in crate::rules) const TSIG: Rule = Rule {
    id: "dns.tsig",
    rfc: 8945,
    section: "5.2",
    level: Level::Must,
    quote: "If multiple TSIG records are detected or a TSIG record is present in any other position, the DNS \
            message is dropped and a response with RCODE 1 (FORMERR) MUST be returned.",
    note: Some("Its position is the last of the additional section."),
    check: Check::PduWhere(Protocol::Dns, is_intricate, tsig),
    pass: ip(
        "45000080000000004011666b0a0000020a0000019c400035006c521b123401000001000000000002076578616d706c6503636f6d000001000100002904d0000000000000036b65790000fa00ff00000000002d0b686d61632d7368613235360000006553f100012c0010aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa123400000000",
    ),
    fail: ip(
        "45000080000000004011666b0a0000020a0000019c400035006c81eb123401000001000000000002076578616d706c6503636f6d0000010001036b65790000fa00ff00000000002d0b686d61632d7368613235360000006553f100012c0010aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa12340000000000002904d0000000000000",
    ),
};

fn tsig(pdu: &Pdu) -> Option<Fault> {
    let mut entries = Dns::new(pdu.bytes())?.entries();
    while let Some(Ok(entry)) = entries.next() {
        if entry.kind != kind::TSIG || entry.section == Section::Question {
            continue;
        }
        let last = entry.section == Section::Additional && entries.clone().next().is_none();
        let message = || "expected TSIG as the last record, found it before others".to_owned();
        return (!last).then(|| Fault::new(entry.kind_range(), message()));
    }
    None
}
