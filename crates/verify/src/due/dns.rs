//! DNS (RFC 1035): which messages at a name server's port are queries, and which of them can be read.

use wire::Dns;
use wire::dns::name::{Flaw, Names};
use wire::dns::{Entry, Section, opcode};

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

/// Whether it is a query of which a server can say that it is malformed: several questions (RFC 9619 section 4),
/// or entries or names that cannot be read.
pub(crate) fn is_malformed(dns: &Dns) -> bool {
    dns.opcode() == opcode::QUERY && !is_readable(dns, |_| true)
}

/// Whether a server can say no more of it than that. Who does not need a name behind the question need not look
/// whether it can be read.
pub(crate) fn is_unreadable(dns: &Dns) -> bool {
    dns.opcode() == opcode::QUERY && !is_readable(dns, |section| section == Section::Question)
}

/// Whether there is one question at most, and all entries can be read, with their names in some sections.
fn is_readable(dns: &Dns, is_needed: impl Fn(Section) -> bool) -> bool {
    let mut names = Names::new(dns.bytes());
    let mut is_sound = |start| matches!(names.check(start), Ok(()) | Err(Flaw::Unread));
    let mut can_be_read = |entry: Entry| !is_needed(entry.section) || is_sound(entry.name.start);
    let readable = dns.entries().all(|entry| entry.is_ok_and(&mut can_be_read));
    dns.count(Section::Question) <= 1 && readable
}
