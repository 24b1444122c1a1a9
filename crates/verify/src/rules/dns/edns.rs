//! The OPT record of EDNS (RFC 6891 section 6.1).

use wire::dns::{Entry, Section, is_multicast, kind};
use wire::{Dns, Pdu, Protocol};

use super::{Check, Fault, Level, QUERY, Rule, first, ip, is_intricate};

/// There is one OPT record at most.
pub(in crate::rules) const SINGLE: Rule = Rule {
    id: "dns.opt.single",
    rfc: 6891,
    section: "6.1.1",
    level: Level::Must,
    quote: "When an OPT RR is included within any DNS message, it MUST be the only OPT RR in that message.",
    note: None,
    check: Check::PduWhere(Protocol::Dns, is_intricate, single),
    pass: QUERY,
    fail: ip(
        "4500004f000000004011669c0a0000020a0000019c400035003b6f5e123401000001000000000002076578616d706c6503636f6d000001000100002904d000000000000000002904d0000000000000",
    ),
};

fn single(pdu: &Pdu) -> Option<Fault> {
    let mut before = false;
    opt(pdu, |record| {
        let message = || "expected one OPT record, found another".to_owned();
        let again = std::mem::replace(&mut before, true);
        again.then(|| Fault::new(record.kind_range(), message()))
    })
}

/// The fault of the first OPT record that has one.
fn opt(pdu: &Pdu, mut fault: impl FnMut(&Entry) -> Option<Fault>) -> Option<Fault> {
    // Most messages have no additional records, or nothing else.
    let dns = Dns::new(pdu.bytes())?;
    let counts = Section::ALL.map(|section| dns.count(section));
    if counts[1..] == [0, 0, 0] {
        return None;
    }
    first(pdu, |entry| {
        let record = entry.kind == kind::OPT && entry.section != Section::Question;
        if record { fault(entry) } else { None }
    })
}

/// The OPT record is among the additional ones.
pub(in crate::rules) const SECTION: Rule = Rule {
    id: "dns.opt.section",
    rfc: 6891,
    section: "6.1.1",
    level: Level::Must,
    quote: "The OPT RR MAY be placed anywhere within the additional data section.",
    note: Some("And nowhere else."),
    check: Check::PduWhere(Protocol::Dns, is_intricate, section),
    pass: QUERY,
    fail: ip(
        "4500004400000000401166a70a0000020a0000019c4000350030687a123401000001000000010000076578616d706c6503636f6d000001000100002904d0000000000000",
    ),
};

fn section(pdu: &Pdu) -> Option<Fault> {
    opt(pdu, wrong_section)
}

pub(super) fn wrong_section(record: &Entry) -> Option<Fault> {
    let found = record.section.name();
    let message = || format!("expected OPT in the additional section, found it in {found}");
    (record.section != Section::Additional).then(|| Fault::new(record.kind_range(), message()))
}

/// The OPT record is at the root.
pub(in crate::rules) const NAME: Rule = Rule {
    id: "dns.opt.name",
    rfc: 6891,
    section: "6.1.2",
    level: Level::Must,
    quote: "MUST be 0 (root domain)",
    note: Some("NAME is that field. A pointer to the root is not 0."),
    check: Check::PduWhere(Protocol::Dns, is_intricate, name),
    pass: QUERY,
    fail: ip(
        "4500004600000000401166a50a0000020a0000019c40003500320775123401000001000000000001076578616d706c6503636f6d0000010001016100002904d0000000000000",
    ),
};

fn name(pdu: &Pdu) -> Option<Fault> {
    opt(pdu, wrong_name)
}

pub(super) fn wrong_name(record: &Entry) -> Option<Fault> {
    let message = || "expected OPT at the root, found another name".to_owned();
    (record.name.len() != 1).then(|| Fault::new(record.name.clone(), message()))
}

/// Options fill the record.
pub(in crate::rules) const OPTIONS: Rule = Rule {
    id: "dns.opt.options",
    rfc: 6891,
    section: "6.1.2",
    level: Level::Must,
    quote: "The variable part of an OPT RR may contain zero or more options in the RDATA.",
    note: Some("Each of four octets, code and length, and as many as the length says."),
    check: Check::PduWhere(Protocol::Dns, is_intricate, options),
    pass: ip(
        "45000050000000004011669b0a0000020a0000019c400035003c5830123401000001000000000001076578616d706c6503636f6d000001000100002904d000000000000c000a00080102030405060708",
    ),
    fail: ip(
        "4500004f000000004011669c0a0000020a0000019c400035003b583b123401000001000000000001076578616d706c6503636f6d000001000100002904d000000000000b000a000801020304050607",
    ),
};

fn options(pdu: &Pdu) -> Option<Fault> {
    opt(pdu, |record| wrong_options(pdu, record))
}

pub(super) fn wrong_options(pdu: &Pdu, record: &Entry) -> Option<Fault> {
    let (mut at, end) = (record.data.start, record.data.end);
    while at < end {
        let length = pdu.word(at + 2).filter(|_| at + 4 <= end);
        let next = at + 4 + usize::from(length.unwrap_or_default());
        if next > end || length.is_none() {
            let left = end - at;
            let message = format!("expected a whole option, found {left} bytes of one");
            return Some(Fault::new(at..end, message));
        }
        at = next;
    }
    None
}

/// Reserved flags are zero.
pub(in crate::rules) const FLAGS: Rule = Rule {
    id: "dns.opt.z",
    rfc: 6891,
    section: "6.1.4",
    level: Level::May,
    quote: "Z Set to zero by senders and ignored by receivers, unless modified in a subsequent specification.",
    note: Some(
        "DO is none of them (RFC 3225), nor is CO (RFC 9824). Multicast DNS uses the field otherwise in practice.",
    ),
    check: Check::PduWhere(Protocol::Dns, is_intricate, flags),
    pass: QUERY,
    fail: ip(
        "4500004400000000401166a70a0000020a0000019c40003500306879123401000001000000000001076578616d706c6503636f6d000001000100002904d0000000010000",
    ),
};

fn flags(pdu: &Pdu) -> Option<Fault> {
    opt(pdu, |record| wrong_flags(pdu, record))
}

pub(super) fn wrong_flags(pdu: &Pdu, record: &Entry) -> Option<Fault> {
    let found = record.ttl & 0x3fff;
    // Other versions may say other things.
    if found == 0 || record.ttl >> 16 & 0xff != 0 || is_multicast(pdu) {
        return None;
    }
    let range = record.ttl_range();
    let message = format!("expected 0 in the reserved bits, found 0x{found:04x}");
    Some(Fault::new(range.end - 2..range.end, message))
}
