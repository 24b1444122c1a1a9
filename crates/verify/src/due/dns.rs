//! DNS (RFC 1035): which messages at a name server's port are queries, and which of them can be read.

use wire::Dns;
use wire::dns::name::{Flaw, Names};
use wire::dns::{Section, opcode};

use super::{Due, Reason};

/// A message at the port of name servers. A server answers what is a standard query beyond doubt; of another,
/// it may say that it is malformed or that it does not know such (RFC 1035 section 4.1.1), or nothing.
pub(super) fn query(data: &[u8]) -> Result<Due, Reason> {
    let dns = Dns::new(data).filter(|dns| !dns.is_response()).ok_or(Reason::Dns)?;
    Ok(if is_standard(&dns) { Due::Reply } else { Due::Either(Reason::Dns) })
}

/// One question, whole, with nothing after it that is not counted.
fn is_standard(dns: &Dns) -> bool {
    let mut entries = dns.entries();
    let ends_well = entries.by_ref().last().is_some() && entries.offset() == dns.bytes().len();
    let counts = (dns.count(Section::Question), dns.count(Section::Answer));
    dns.opcode() == opcode::QUERY && counts == (1, 0) && ends_well && !is_malformed(dns)
}

/// Whether it is a query of which a server can say no more than that it is malformed: several questions
/// (RFC 9619 section 4), or entries or names that cannot be read.
pub(crate) fn is_malformed(dns: &Dns) -> bool {
    let mut names = Names::new(dns.bytes());
    let mut is_sound = |start| matches!(names.check(start), Ok(()) | Err(Flaw::Unread));
    let mut entries = dns.entries();
    let readable = entries.all(|entry| entry.is_ok_and(|entry| is_sound(entry.name.start)));
    dns.opcode() == opcode::QUERY && (dns.count(Section::Question) > 1 || !readable)
}
