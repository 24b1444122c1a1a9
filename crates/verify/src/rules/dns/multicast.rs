//! What multicast DNS demands of messages that are sent by multicast (RFC 6762).

use wire::dns::{Section, field, flag, is_multicast};
use wire::{Dns, Pdu, Protocol};

use super::{Check, Example, Fault, Level, Rule, ip};

/// A question with its known answer.
const QUERY: Example = ip(
    "4500005b00000000ff11d0940a000002e00000fb14e914e900476a6c000000000002000100000000055f68747470045f746370056c6f63616c00000c80010168056c6f63616c0000010001c00c000c00010000119400040161c00c",
);

/// A service announced.
const RESPONSE: Example = ip(
    "4500006b00000000ff11d0840a000002e00000fb14e914e900573811000084000000000300000000055f68747470045f746370056c6f63616c00000c00010000119400040161c00cc0280021800100000078000a0000000000500168c017c0280010800100001194000100",
);

/// The message, if it is one of multicast DNS and sent by multicast.
fn multicast<'p>(pdu: &Pdu<'p>) -> Option<Dns<'p>> {
    let multicast = is_multicast(pdu) && pdu.addresses()?.1.is_multicast();
    Dns::new(pdu.bytes()).filter(|_| multicast)
}

/// There are standard queries only.
pub(in crate::rules) const OPCODE: Rule = Rule {
    id: "mdns.opcode",
    rfc: 6762,
    section: "18.3",
    level: Level::Must,
    quote: "In both multicast query and multicast response messages, the OPCODE MUST be zero on transmission \
            (only standard queries are currently supported over multicast).",
    note: None,
    check: Check::Pdu(Protocol::Dns, opcode),
    pass: QUERY,
    fail: ip(
        "4500003e00000000ff11d0b10a000002e00000fb14e914e9002ad3df000010000001000000000000055f68747470045f746370056c6f63616c00000c0001",
    ),
};

fn opcode(pdu: &Pdu) -> Option<Fault> {
    let dns = multicast(pdu)?;
    let mended = (dns.flags() & !0x7800) >> 8;
    let fault = Fault::unless_equal(field::FLAGS_HIGH, 0, dns.opcode())?;
    Some(fault.mended_by(&[mended as u8]))
}

/// The response code is zero.
pub(in crate::rules) const RCODE: Rule = Rule {
    id: "mdns.rcode",
    rfc: 6762,
    section: "18.11",
    level: Level::Must,
    quote: "In both multicast query and multicast response messages, the Response Code MUST be zero on \
            transmission.",
    note: None,
    check: Check::Pdu(Protocol::Dns, rcode),
    pass: RESPONSE,
    fail: ip(
        "4500006b00000000ff11d0840a000002e00000fb14e914e90057380e000084030000000300000000055f68747470045f746370056c6f63616c00000c00010000119400040161c00cc0280021800100000078000a0000000000500168c017c0280010800100001194000100",
    ),
};

fn rcode(pdu: &Pdu) -> Option<Fault> {
    let dns = multicast(pdu)?;
    let fault = Fault::unless_equal(field::FLAGS_LOW, 0, dns.rcode())?;
    Some(fault.mended_by(&[(dns.flags() & 0xf0) as u8]))
}

/// A response is authoritative.
pub(in crate::rules) const AUTHORITATIVE: Rule = Rule {
    id: "mdns.response.authoritative",
    rfc: 6762,
    section: "18.4",
    level: Level::Must,
    quote: "In response messages for Multicast domains, the Authoritative Answer bit MUST be set to one (not \
            setting this bit would imply there's some other place where \"better\" information may be found) \
            and MUST be ignored on reception.",
    note: None,
    check: Check::Pdu(Protocol::Dns, authoritative),
    pass: RESPONSE,
    fail: ip(
        "4500006b00000000ff11d0840a000002e00000fb14e914e900573c11000080000000000300000000055f68747470045f746370056c6f63616c00000c00010000119400040161c00cc0280021800100000078000a0000000000500168c017c0280010800100001194000100",
    ),
};

fn authoritative(pdu: &Pdu) -> Option<Fault> {
    let dns = multicast(pdu).filter(|dns| dns.is_response() && !dns.has(flag::AUTHORITATIVE))?;
    let mended = (dns.flags() | flag::AUTHORITATIVE) >> 8;
    let fault = Fault::new(field::FLAGS_HIGH, "expected AA to be 1, found 0".to_owned());
    Some(fault.mended_by(&[mended as u8]))
}

/// A query is not authoritative.
pub(in crate::rules) const QUERY_AUTHORITATIVE: Rule = Rule {
    id: "mdns.query.authoritative",
    rfc: 6762,
    section: "18.4",
    level: Level::Must,
    quote: "In query messages, the Authoritative Answer bit MUST be zero on transmission, and MUST be ignored on \
            reception.",
    note: None,
    check: Check::Pdu(Protocol::Dns, query_authoritative),
    pass: QUERY,
    fail: ip(
        "4500003e00000000ff11d0b10a000002e00000fb14e914e9002adfdf000004000001000000000000055f68747470045f746370056c6f63616c00000c0001",
    ),
};

fn query_authoritative(pdu: &Pdu) -> Option<Fault> {
    let dns = multicast(pdu).filter(|dns| !dns.is_response() && dns.has(flag::AUTHORITATIVE))?;
    let mended = (dns.flags() & !flag::AUTHORITATIVE) >> 8;
    let fault = Fault::new(field::FLAGS_HIGH, "expected AA to be 0, found 1".to_owned());
    Some(fault.mended_by(&[mended as u8]))
}

/// A response repeats no question.
pub(in crate::rules) const QUESTIONS: Rule = Rule {
    id: "mdns.response.questions",
    rfc: 6762,
    section: "6",
    level: Level::MustNot,
    quote: "Multicast DNS responses MUST NOT contain any questions in the Question Section.",
    note: Some("A response by unicast to who knows nothing of multicast DNS does (section 6.7)."),
    check: Check::Pdu(Protocol::Dns, questions),
    pass: RESPONSE,
    fail: ip(
        "4500004e00000000ff11d0a10a000002e00000fb14e914e9003acc9e000084000001000100000000055f68747470045f746370056c6f63616c00000c0001c00c000c00010000119400040161c00c",
    ),
};

fn questions(pdu: &Pdu) -> Option<Fault> {
    let dns = multicast(pdu).filter(Dns::is_response)?;
    Fault::unless_equal(field::QUESTIONS, 0, dns.count(Section::Question))
}

/// A response comes from port 5353.
pub(in crate::rules) const PORT: Rule = Rule {
    id: "mdns.response.port",
    rfc: 6762,
    section: "6",
    level: Level::Must,
    quote: "The source UDP port in all Multicast DNS responses MUST be 5353 (the well-known port assigned to \
            mDNS).",
    note: Some("The finding is at the flags, of which one makes it a response."),
    check: Check::Pdu(Protocol::Dns, port),
    pass: RESPONSE,
    fail: ip(
        "4500006b00000000ff11d0840a000002e00000fb9c4014e90057b0b9000084000000000300000000055f68747470045f746370056c6f63616c00000c00010000119400040161c00cc0280021800100000078000a0000000000500168c017c0280010800100001194000100",
    ),
};

fn port(pdu: &Pdu) -> Option<Fault> {
    multicast(pdu).filter(Dns::is_response)?;
    let found = pdu.around()?.word(0).filter(|port| *port != 5353)?;
    Some(Fault::new(field::FLAGS, format!("expected source port 5353, found {found}")))
}
