//! The records of a response: whether they answer the question, and whether the message is one that the client
//! takes (RFC 1034 section 3.7, RFC 6891).

use wire::Dns;
use wire::dns::name::Names;
use wire::dns::{Entry, Section, class, field, flag, kind};

use super::{ASKED, GOOD, Pair, answered, exchange, rcode};
use crate::rule::{Check, Fault, Level, Rule};

/// The most octets of a response to a query without EDNS (RFC 1035 section 4.2.1).
const PLAIN_SIZE: usize = 512;
/// Types of questions for records of several types, from IXFR to ANY (RFC 6895 section 3.1).
const ABOUT_SEVERAL: std::ops::RangeInclusive<u16> = 251..=255;
/// Records that are looked at.
const MOST: usize = 128;

/// The answers of a response, as far as they can be read.
fn answers(response: &Dns) -> impl Iterator<Item = Entry> {
    let entries = response.entries().take(MOST).map_while(Result::ok);
    entries.filter(|entry| entry.section == Section::Answer)
}

/// The only question of a message.
fn question(dns: &Dns) -> Option<Entry> {
    dns.entries().next()?.ok().filter(|entry| entry.section == Section::Question)
}

/// The client's EDNS, or the server's.
fn opt(dns: &Dns) -> Option<Entry> {
    let mut entries = dns.entries().take(MOST).map_while(Result::ok);
    entries.find(|entry| entry.kind == kind::OPT && entry.section == Section::Additional)
}

/// The fault of the first answer that has one.
fn first_answer(pair: &Pair, fault: impl Fn(&Entry, &Entry) -> Option<Fault>) -> Option<Fault> {
    let question = question(&pair.response)?;
    let fault = answers(&pair.response).find_map(|answer| fault(&question, &answer))?;
    Some(fault.shifted(pair.reply.start))
}

const DIRECTLY: &str = "Carries RRs which directly answer the query.";

/// Answers are about the name that was asked for.
pub(in crate::rules) const OWNER: Rule = Rule {
    id: "dns.response.owner",
    rfc: 1034,
    section: "3.7",
    level: Level::Must,
    quote: DIRECTLY,
    note: Some(
        "Or about one that it is an alias of. With a DNAME (RFC 6672) or of a transfer (RFC 1995) other names may \
         come.",
    ),
    check: Check::Exchange(|x| owner(&Pair::of(x)?)),
    pass: exchange(
        ASKED,
        Some(
            "4500005b00000000401166900a0000010a00000200359c4000472bc6123485000001000200000000076578616d706c6503636f6d0000010001c00c000500010000003c000603777777c00cc029000100010000003c0004c0000201",
        ),
    ),
    fail: answered(
        "4500004d000000004011669e0a0000010a00000200359c400039aa63123485000001000100000000076578616d706c6503636f6d000001000103777777c00c000100010000003c0004c0000201",
    ),
};

fn owner(pair: &Pair) -> Option<Fault> {
    let question = question(&pair.response).filter(|question| question.kind != TRANSFER)?;
    let aliases = || answers(&pair.response).filter(|answer| answer.kind == kind::CNAME);
    if answers(&pair.response).any(|answer| answer.kind == kind::DNAME) {
        return None;
    }
    let mut names = Names::new(pair.response.bytes());
    let targets = aliases().map(|alias| alias.data.start);
    let about: Vec<usize> = [question.name.start].into_iter().chain(targets).collect();
    // A name that cannot be read is another rule's affair.
    let mut is_about = |name: usize| about.iter().any(|one| names.same(*one, name) != Some(false));
    let other = answers(&pair.response).find(|answer| !is_about(answer.name.start))?;
    let text = |start| Names::new(pair.response.bytes()).text(start).unwrap_or_default();
    let (expected, found) = (text(question.name.start), text(other.name.start));
    let message = format!("expected answers about {expected}, found one about {found}");
    Some(Fault::new(pair.reply.range(other.name), message))
}

/// IXFR (RFC 1995).
const TRANSFER: u16 = 251;

/// Answers are of the type that was asked for.
pub(in crate::rules) const KIND: Rule = Rule {
    id: "dns.response.type",
    rfc: 1034,
    section: "3.7",
    level: Level::Must,
    quote: DIRECTLY,
    note: Some("Aliases (CNAME, DNAME) and signatures (RRSIG) may come with them."),
    check: Check::Exchange(|x| first_answer(&Pair::of(x)?, wrong_kind)),
    pass: GOOD,
    fail: answered(
        "4500004800000000401166a30a0000010a00000200359c400034243f123485000001000100000000076578616d706c6503636f6d0000010001c00c001000010000003c0003026869",
    ),
};

fn wrong_kind(question: &Entry, answer: &Entry) -> Option<Fault> {
    let beside = matches!(answer.kind, kind::CNAME | kind::DNAME | kind::RRSIG | kind::SIG);
    if beside || ABOUT_SEVERAL.contains(&question.kind) {
        return None;
    }
    Fault::unless_equal(answer.kind_range(), question.kind, answer.kind)
}

/// Answers are of the class that was asked for.
pub(in crate::rules) const CLASS: Rule = Rule {
    id: "dns.response.class",
    rfc: 1034,
    section: "3.7",
    level: Level::Must,
    quote: DIRECTLY,
    note: None,
    check: Check::Exchange(|x| {
        first_answer(&Pair::of(x)?, |question, answer| {
            let judged = question.class != class::ANY;
            let fault = || Fault::unless_equal(answer.class_range(), question.class, answer.class);
            judged.then(fault)?
        })
    }),
    pass: GOOD,
    fail: answered(
        "4500004900000000401166a20a0000010a00000200359c40003596e6123485000001000100000000076578616d706c6503636f6d0000010001c00c000100030000003c0004c0000201",
    ),
};

/// Who reports an error has no answers.
pub(in crate::rules) const ERROR: Rule = Rule {
    id: "dns.response.error",
    rfc: 1035,
    section: "4.1.1",
    level: Level::Must,
    quote: "Name Error - Meaningful only for responses from an authoritative name server, this code signifies \
            that the domain name referenced in the query does not exist.",
    note: Some(
        "That is code 3. Aliases on the way to a name that does not exist may come with it (RFC 6604).",
    ),
    check: Check::Exchange(|x| {
        let pair = Pair::of(x)?;
        let found = pair.response.rcode();
        first_answer(&pair, |_, answer| {
            let alias = matches!(answer.kind, kind::CNAME | kind::DNAME | kind::RRSIG | kind::SIG);
            let message = || format!("expected no answers with response code {found}, found one");
            let wrong = (1..=5).contains(&found) && !alias;
            wrong.then(|| Fault::new(answer.kind_range(), message()))
        })
    }),
    pass: GOOD,
    fail: answered(
        "4500004900000000401166a20a0000010a00000200359c40003598e3123485030001000100000000076578616d706c6503636f6d0000010001c00c000100010000003c0004c0000201",
    ),
};

/// Every record is counted.
pub(in crate::rules) const COUNTS: Rule = Rule {
    id: "dns.response.counts",
    note: Some(
        "In a capture `dns.trailing` warns of octets after the last one; nobody needs to send any.",
    ),
    check: Check::Exchange(|x| {
        let Pair { response, reply, .. } = Pair::of(x)?;
        let mut entries = response.entries();
        let readable = entries.by_ref().all(|entry| entry.is_ok());
        let (end, length) = (entries.offset(), response.bytes().len());
        let message = || format!("expected the message to end at {end}, found {length} bytes");
        (readable && end < length).then(|| Fault::new(reply.range(end..length), message()))
    }),
    pass: GOOD,
    fail: answered(
        "4500004900000000401166a20a0000010a00000200359c40003598e7123485000001000000000000076578616d706c6503636f6d0000010001c00c000100010000003c0004c0000201",
    ),
    ..super::super::dns::entries::COUNTS
};

/// A response is no longer than the client takes.
pub(in crate::rules) const SIZE: Rule = Rule {
    id: "dns.response.size",
    rfc: 1035,
    section: "4.2.1",
    level: Level::Must,
    quote: "Messages carried by UDP are restricted to 512 bytes (not counting the IP or UDP headers).",
    note: Some(
        "With EDNS the client says how many it takes (RFC 6891 section 6.2.3): 512 at least.",
    ),
    check: Check::Exchange(|x| {
        let Pair { query, response, reply } = Pair::of(x)?;
        let (most, found) = (most(&query), response.bytes().len());
        let message = || format!("expected at most {most} bytes, found {found}");
        (found > most).then(|| Fault::new(reply.range(0..found), message()))
    }),
    pass: GOOD,
    fail: exchange(
        "4500004400000000401166a70a0000020a0000019c40003500305c4a123401000001000000000001076578616d706c6503636f6d00001000010000290200000000000000",
        Some(
            "4500025c000000004011648f0a0000010a00000200359c40024823bf123485000001000200000001076578616d706c6503636f6d0000100001c00c001000010000003c0100ff787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878c00c001000010000003c0100ff79797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797979797900002904d0000000000000",
        ),
    ),
};

fn most(query: &Dns) -> usize {
    opt(query).map_or(PLAIN_SIZE, |opt| usize::from(opt.class).max(PLAIN_SIZE))
}

/// Who knows no EDNS gets none.
pub(in crate::rules) const EDNS: Rule = Rule {
    id: "dns.response.opt",
    rfc: 6891,
    section: "7",
    level: Level::MustNot,
    quote: "Lack of presence of an OPT record in a request MUST be taken as an indication that the requestor \
            does not implement any part of this specification and that the responder MUST NOT include an OPT \
            record in its response.",
    note: None,
    check: Check::Exchange(|x| {
        let Pair { query, response, reply } = Pair::of(x)?;
        let found = opt(&response).filter(|_| opt(&query).is_none())?;
        let message = "expected no OPT record, found one".to_owned();
        Some(Fault::new(reply.range(found.kind_range()), message))
    }),
    pass: exchange(
        "4500004400000000401166a70a0000020a0000019c40003500305c4a123401000001000000000001076578616d706c6503636f6d00001000010000290200000000000000",
        Some(
            "4500005300000000401166980a0000010a00000200359c40003f1c23123485000001000100000001076578616d706c6503636f6d0000100001c00c001000010000003c000302686900002904d0000000000000",
        ),
    ),
    fail: answered(
        "4500005400000000401166970a0000010a00000200359c40004093d6123485000001000100000001076578616d706c6503636f6d0000010001c00c000100010000003c0004c000020100002904d0000000000000",
    ),
};

/// Only what was too long is truncated.
pub(in crate::rules) const TRUNCATED: Rule = Rule {
    id: "dns.response.truncated",
    rfc: 2181,
    section: "9",
    level: Level::Should,
    quote: "The TC bit should be set in responses only when an RRSet is required as a part of the response, but \
            could not be included in its entirety.",
    note: Some("A remark where answers came and more than half of the message is free."),
    check: Check::Exchange(|x| {
        let Pair { query, response, reply } = Pair::of(x)?;
        let (length, most) = (response.bytes().len(), most(&query));
        let room = length * 2 < most && response.count(Section::Answer) > 0;
        let message = || format!("expected TC to be 0 in {length} bytes of {most}, found 1");
        let wrong = response.has(flag::TRUNCATED) && room;
        wrong.then(|| Fault::new(reply.range(field::FLAGS_HIGH), message()))
    }),
    pass: GOOD,
    fail: answered(
        "4500004900000000401166a20a0000010a00000200359c40003596e6123487000001000100000000076578616d706c6503636f6d0000010001c00c000100010000003c0004c0000201",
    ),
};

/// Who gives no answer is no authority.
pub(in crate::rules) const AUTHORITY: Rule = Rule {
    id: "dns.response.aa",
    rfc: 1035,
    section: "4.1.1",
    level: Level::Should,
    quote: "Authoritative Answer - this bit is valid in responses, and specifies that the responding name \
            server is an authority for the domain name in question section.",
    note: Some(
        "A remark with the codes FORMERR, NOTIMP and REFUSED, which say nothing of the name.",
    ),
    check: Check::Exchange(|x| {
        let Pair { response, reply, .. } = Pair::of(x)?;
        let found = response.rcode();
        let silent = matches!(found, rcode::FORMAT_ERROR | rcode::NOT_IMPLEMENTED | rcode::REFUSED);
        let message = || format!("expected AA to be 0 with response code {found}, found 1");
        let wrong = response.has(flag::AUTHORITATIVE) && silent;
        wrong.then(|| Fault::new(reply.range(field::FLAGS_HIGH), message()))
    }),
    pass: GOOD,
    fail: answered(
        "4500003900000000401166b20a0000010a00000200359c400025e984123485050001000000000000076578616d706c6503636f6d0000010001",
    ),
};
