//! The twelve octets of the header, and what they allow (RFC 1035 section 4.1.1, RFC 9619).

use wire::dns::{
    HEADER_LEN, Section, field, flag, is_multicast, kind, opcode, opcode_name, rcode_name,
};
use wire::{Dns, Pdu, Protocol};

use super::{Check, Fault, Level, QUERY, RESPONSE, Rule, first_question, ip};

/// There is a whole header.
pub(in crate::rules) const HEADER: Rule = Rule {
    id: "dns.header",
    rfc: 1035,
    section: "4.1",
    level: Level::Must,
    quote: "The header section is always present.",
    note: None,
    check: Check::Pdu(Protocol::Dns, header),
    pass: QUERY,
    fail: ip("4500002400000000401166c70a0000020a0000019c40003500103c211234010000010000"),
};

fn header(pdu: &Pdu) -> Option<Fault> {
    let found = pdu.bytes().len();
    let message = || format!("expected a header of {HEADER_LEN} bytes, found {found}");
    (found < HEADER_LEN && pdu.is_whole()).then(|| Fault::new(0..found, message()))
}

/// The opcode is one in use.
pub(in crate::rules) const OPCODE: Rule = Rule {
    id: "dns.opcode",
    rfc: 1035,
    section: "4.1.1",
    level: Level::May,
    quote: "OPCODE A four bit field that specifies kind of query in this message.",
    note: Some(
        "In use are QUERY, STATUS, NOTIFY and UPDATE (RFC 6895 section 2.2); IQUERY is obsolete (RFC 3425) \
         and DSO is not for UDP (RFC 8490).",
    ),
    check: Check::Pdu(Protocol::Dns, known_opcode),
    pass: QUERY,
    fail: ip(
        "4500004400000000401166a70a0000020a0000019c4000350030507a123419000001000000000001076578616d706c6503636f6d000001000100002904d0000000000000",
    ),
};

fn known_opcode(pdu: &Pdu) -> Option<Fault> {
    let found = Dns::new(pdu.bytes())?.opcode();
    if matches!(found, opcode::QUERY | opcode::STATUS | opcode::NOTIFY | opcode::UPDATE) {
        return None;
    }
    let name = opcode_name(found).unwrap_or("unassigned");
    let message = format!("expected an opcode in use, found {found} ({name})");
    Some(Fault::new(field::FLAGS_HIGH, message))
}

/// The reserved bit is zero.
pub(in crate::rules) const Z: Rule = Rule {
    id: "dns.z",
    rfc: 1035,
    section: "4.1.1",
    level: Level::Must,
    quote: "Z Reserved for future use. Must be zero in all queries and responses.",
    note: Some("Of the three bits two have become AD and CD since (RFC 4035 section 3)."),
    check: Check::Pdu(Protocol::Dns, z),
    pass: QUERY,
    fail: ip(
        "4500004400000000401166a70a0000020a0000019c4000350030683a123401400001000000000001076578616d706c6503636f6d000001000100002904d0000000000000",
    ),
};

fn z(pdu: &Pdu) -> Option<Fault> {
    let dns = Dns::new(pdu.bytes()).filter(|dns| dns.has(flag::Z))?;
    let mended = (dns.flags() & !flag::Z) as u8;
    let fault = Fault::new(field::FLAGS_LOW, "expected Z to be 0, found 1".to_owned());
    Some(fault.mended_by(&[mended]))
}

/// The response code is one in use, and zero in a query.
pub(in crate::rules) const RCODE: Rule = Rule {
    id: "dns.rcode",
    rfc: 1035,
    section: "4.1.1",
    level: Level::May,
    quote: "RCODE Response code - this 4 bit field is set as part of responses.",
    note: Some("In use are 0 to 11 (RFC 6895 section 2.3, RFC 8490), and what EDNS extends."),
    check: Check::Pdu(Protocol::Dns, known_rcode),
    pass: RESPONSE,
    fail: ip(
        "4500003900000000401166b20a0000010a00000200359c400025ecfc1234818d0001000000000000076578616d706c6503636f6d0000010001",
    ),
};

fn known_rcode(pdu: &Pdu) -> Option<Fault> {
    let dns = Dns::new(pdu.bytes())?;
    let found = dns.rcode();
    let expected = match (dns.is_response(), rcode_name(found)) {
        (false, _) if found != 0 => "0 in a query",
        // The bits that EDNS adds make a larger number of it.
        (true, None) if edns_bits(pdu) == 0 => "a response code in use",
        _ => return None,
    };
    Some(Fault::new(field::FLAGS_LOW, format!("expected {expected}, found {found}")))
}

fn edns_bits(pdu: &Pdu) -> u32 {
    let dns = Dns::new(pdu.bytes()).filter(|dns| dns.count(Section::Additional) > 0);
    let mut entries = dns.iter().flat_map(|dns| dns.entries().map_while(Result::ok));
    entries.find(|entry| entry.kind == kind::OPT).map_or(0, |opt| opt.ttl >> 24)
}

/// A query has no flags of responses.
pub(in crate::rules) const QUERY_FLAGS: Rule = Rule {
    id: "dns.query.flags",
    rfc: 1035,
    section: "4.1.1",
    level: Level::May,
    quote: "AA Authoritative Answer - this bit is valid in responses, and specifies that the responding \
            name server is an authority for the domain name in question section.",
    note: Some(
        "TC and RA are likewise. In multicast DNS a query may have TC (RFC 6762 section 18.5).",
    ),
    check: Check::Pdu(Protocol::Dns, query_flags),
    pass: QUERY,
    fail: ip(
        "4500004400000000401166a70a0000020a0000019c4000350030647a123405000001000000000001076578616d706c6503636f6d000001000100002904d0000000000000",
    ),
};

fn query_flags(pdu: &Pdu) -> Option<Fault> {
    const OF_RESPONSES: u16 = flag::AUTHORITATIVE | flag::TRUNCATED | flag::RECURSION_AVAILABLE;
    let dns = query(pdu).filter(|dns| dns.has(OF_RESPONSES))?;
    let found = dns.flags() & OF_RESPONSES;
    let message = format!("expected none of AA, TC, RA in a query, found 0x{found:04x}");
    Some(Fault::new(field::FLAGS, message))
}

/// The message as a standard query of unicast DNS.
fn query<'p>(pdu: &Pdu<'p>) -> Option<Dns<'p>> {
    let dns = Dns::new(pdu.bytes()).filter(|dns| !dns.is_response())?;
    (dns.opcode() == opcode::QUERY && !is_multicast(pdu)).then_some(dns)
}

/// A query answers nothing.
pub(in crate::rules) const QUERY_ANSWERS: Rule = Rule {
    id: "dns.query.answers",
    rfc: 1035,
    section: "4.1",
    level: Level::May,
    quote: "The answer section contains RRs that answer the question",
    note: Some(
        "In multicast DNS a query states the answers that are known (RFC 6762 section 7.1).",
    ),
    check: Check::Pdu(Protocol::Dns, query_answers),
    pass: QUERY,
    fail: ip(
        "4500004900000000401166a20a0000020a0000019c40003500351ce7123401000001000100000000076578616d706c6503636f6d0000010001c00c000100010000003c0004c0000201",
    ),
};

fn query_answers(pdu: &Pdu) -> Option<Fault> {
    let found = query(pdu)?.count(Section::Answer);
    let message = || format!("expected no answers in a query, found {found}");
    (found != 0).then(|| Fault::new(field::ANSWERS, message()))
}

/// There is no more than one question.
pub(in crate::rules) const QUESTIONS: Rule = Rule {
    id: "dns.questions",
    rfc: 9619,
    section: "4",
    level: Level::MustNot,
    quote: "A DNS message with OPCODE = 0 MUST NOT include a QDCOUNT parameter whose value is greater \
            than 1.",
    note: Some("Multicast DNS allows several (RFC 6762 section 5.3)."),
    check: Check::Pdu(Protocol::Dns, questions),
    pass: QUERY,
    fail: ip(
        "4500004a00000000401166a10a0000020a0000019c40003500363ead123401000002000000000001076578616d706c6503636f6d0000010001c00c001c000100002904d0000000000000",
    ),
};

fn questions(pdu: &Pdu) -> Option<Fault> {
    let dns = Dns::new(pdu.bytes()).filter(|dns| dns.opcode() == opcode::QUERY)?;
    let found = dns.count(Section::Question);
    let message = || format!("expected at most 1 question, found {found}");
    (found > 1 && !is_multicast(pdu)).then(|| Fault::new(field::QUESTIONS, message()))
}

/// A query asks something.
pub(in crate::rules) const NO_QUESTION: Rule = Rule {
    id: "dns.query.question",
    rfc: 1035,
    section: "4.1.2",
    level: Level::May,
    quote: "The question section is used to carry the \"question\" in most queries, i.e., the parameters \
            that define what is being asked.",
    note: Some("With EDNS a query may be for a cookie alone (RFC 7873 section 5.4)."),
    check: Check::Pdu(Protocol::Dns, no_question),
    pass: QUERY,
    fail: ip("4500002800000000401166c30a0000020a0000019c40003500143c1a123401000000000000000000"),
};

fn no_question(pdu: &Pdu) -> Option<Fault> {
    let dns = query(pdu).filter(|dns| dns.count(Section::Question) == 0)?;
    let additional = dns.count(Section::Additional) > 0;
    let message = || "expected a question, found none".to_owned();
    (!additional).then(|| Fault::new(field::QUESTIONS, message()))
}

/// Zones are not transferred over UDP.
pub(in crate::rules) const TRANSFER: Rule = Rule {
    id: "dns.query.axfr",
    rfc: 1035,
    section: "4.2.1",
    level: Level::MustNot,
    quote: "UDP is not acceptable for zone transfers, but is the recommended method for standard queries in \
            the Internet.",
    note: Some(
        "Only who asks is at fault; incremental transfers may be asked for over UDP (RFC 1995).",
    ),
    check: Check::Pdu(Protocol::Dns, transfer),
    pass: QUERY,
    fail: ip(
        "4500004400000000401166a70a0000020a0000019c40003500306e79123400000001000000000001076578616d706c6503636f6d0000fc000100002904d0000000000000",
    ),
};

fn transfer(pdu: &Pdu) -> Option<Fault> {
    query(pdu)?;
    first_question(pdu, |question| {
        let message = || "expected AXFR over TCP, found it over UDP".to_owned();
        (question.kind == kind::AXFR).then(|| Fault::new(question.kind_range(), message()))
    })
}

/// What is asked for can be had.
pub(in crate::rules) const QUESTION_TYPE: Rule = Rule {
    id: "dns.question.type",
    rfc: 6895,
    section: "3.1",
    level: Level::May,
    quote: "Meta-TYPEs designate transient data associated with a particular DNS message and, in some \
            cases, can also be used in queries.",
    note: Some(
        "Of OPT and TSIG there is nothing to ask: they are about the message that holds them.",
    ),
    check: Check::Pdu(Protocol::Dns, question_type),
    pass: QUERY,
    fail: ip(
        "4500003900000000401166b20a0000020a0000019c4000350025458a123401000001000000000000076578616d706c6503636f6d0000290001",
    ),
};

fn question_type(pdu: &Pdu) -> Option<Fault> {
    first_question(pdu, |question| {
        let name = match question.kind {
            kind::OPT => "OPT",
            kind::TSIG => "TSIG",
            _ => return None,
        };
        let message = format!("expected a type to ask for, found {} ({name})", question.kind);
        Some(Fault::new(question.kind_range(), message))
    })
}
