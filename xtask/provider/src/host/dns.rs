//! The name server of one zone (RFC 1035, RFC 2308), which says of EDNS (RFC 6891) that it knows it, and no more.

use wire::Dns;
use wire::dns::{Entry, HEADER_LEN, Section, class, flag, kind, name, name::Names, opcode};

use super::mind::Mind;
use super::thoughts::Step;

mod zone;

use zone::{Record, Zone};

const FORMAT_ERROR: u16 = 1;
const NO_SUCH_NAME: u16 = 3;
const NOT_IMPLEMENTED: u16 = 4;
const REFUSED: u16 = 5;
/// The question's name, as a record names it (RFC 1035 section 4.1.4).
const QUESTION_NAME: [u8; 2] = [0xc0, HEADER_LEN as u8];
/// The octets of a response at most, where nobody said that they can take more.
const LIMIT: usize = 512;
/// The octets that this server takes and sends at most.
const EDNS_LIMIT: u16 = 1_232;
/// The higher bits of "unknown EDNS version" in the TTL of an OPT record.
const BAD_VERSION: u32 = 1 << 24;
/// The most names that one alias after another leads through.
const LONGEST_CHAIN: usize = 8;

/// The only question of a query.
struct Question<'p> {
    /// Its octets.
    bytes: &'p [u8],
    /// The name in lower case.
    name: String,
    /// The octets of the name.
    name_length: usize,
    kind: u16,
    class: u16,
    edns: Option<Edns>,
}

/// What an OPT record says.
#[derive(Clone, Copy)]
struct Edns {
    limit: u16,
    version: u8,
    /// The bit "DNSSEC OK", which a response repeats (RFC 3225 section 3).
    wants_dnssec: u32,
}

/// A response that is being written.
struct Response {
    bytes: Vec<u8>,
    /// Entries in each section.
    counts: [u16; 4],
}

/// The response to a message to the name server's port.
pub(super) fn answer(mind: &mut Mind, data: &[u8]) -> Step<Vec<u8>> {
    let query = Dns::new(data).ok_or("dns")?;
    let is = ["a query", "a response, which is never answered"];
    mind.thoughts.check("dns", !query.is_response(), "It is DNS", is)?;
    if query.opcode() != opcode::QUERY {
        mind.thoughts.say("It asks for an operation that I do not know.");
        return Ok(Response::new(&query, NOT_IMPLEMENTED, None).finished());
    }
    let Some(question) = Question::read(&query) else {
        mind.thoughts.say("It does not have one question that can be read.");
        return Ok(Response::new(&query, FORMAT_ERROR, None).finished());
    };
    let zone = Zone::of(&mind.programs);
    let said = format!("It asks for {} type {}", question.name, question.kind);
    mind.thoughts.say(format!("{said}; my zone is {}.", zone.apex));
    Ok(respond(&query, &question, &zone))
}

fn respond(query: &Dns, question: &Question, zone: &Zone) -> Vec<u8> {
    if question.edns.is_some_and(|edns| edns.version > 0) {
        return Response::new(query, 0, Some(question)).with_edns(question, BAD_VERSION).finished();
    }
    let is_mine = question.class == class::IN && zone.covers(&question.name);
    if !is_mine {
        return Response::new(query, REFUSED, Some(question)).with_edns(question, 0).finished();
    }
    let (records, end) = found(question, zone);
    let code = if end == End::NoName { NO_SUCH_NAME } else { 0 };
    let flags = code | flag::AUTHORITATIVE;
    let mut response = Response::new(query, flags, Some(question));
    for (owner, record) in &records {
        response.add(Section::Answer, owner, record);
    }
    if matches!(end, End::NoName | End::NoRecord) {
        response.add(Section::Authority, &zone.pointer(question.name_length), &zone.start);
    }
    let response = response.with_edns(question, 0).finished();
    let limit = question.edns.map_or(LIMIT, |edns| usize::from(edns.limit));
    if response.len() <= limit {
        return response;
    }
    let cut = Response::new(query, flags | flag::TRUNCATED, Some(question));
    cut.with_edns(question, 0).finished()
}

/// Where the search for an answer ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// At records.
    Records,
    /// At a name that has none of that type.
    NoRecord,
    /// At a name that there is not.
    NoName,
    /// At an alias for a name of another zone.
    Away,
}

/// A record with its owner's name as it is written.
type Owned<'z> = (Vec<u8>, &'z Record);

/// The records that answer a question: aliases are followed.
fn found<'z>(question: &Question, zone: &'z Zone) -> (Vec<Owned<'z>>, End) {
    let (mut found, mut name) = (Vec::new(), question.name.clone());
    let mut owner = QUESTION_NAME.to_vec();
    let follows = ![kind::CNAME, class::ANY].contains(&question.kind);
    for _ in 0..LONGEST_CHAIN {
        if !zone.covers(&name) {
            return (found, End::Away);
        }
        let records: Vec<_> = zone.records(&name, question.kind).collect();
        let Some(alias) = records.iter().find(|record| follows && record.kind == kind::CNAME)
        else {
            let end = match (records.is_empty(), zone.has(&name)) {
                (false, _) => End::Records,
                (true, true) => End::NoRecord,
                (true, false) => End::NoName,
            };
            found.extend(records.into_iter().map(|record| (owner.clone(), record)));
            return (found, end);
        };
        found.push((owner, *alias));
        name.clone_from(&alias.target);
        owner = zone::encoded(&name);
    }
    (found, End::Away)
}

impl<'p> Question<'p> {
    fn read(query: &Dns<'p>) -> Option<Question<'p>> {
        let entries: Vec<_> = query.entries().collect::<Result<_, _>>().ok()?;
        let bytes = query.bytes();
        let [question, ..] = &entries[..] else { return None };
        if query.count(Section::Question) != 1 || name::is_compressed(bytes, question.name.start) {
            return None;
        }
        let text = Names::new(bytes).text(question.name.start).ok()?;
        // Elsewhere it says nothing of who asks (RFC 6891 section 6.1.1).
        let is_additional = |entry: &&Entry| entry.section == Section::Additional;
        let mut options =
            entries.iter().filter(is_additional).filter(|entry| entry.kind == kind::OPT);
        let edns = options.next().map(|entry| Edns {
            limit: entry.class.clamp(LIMIT as u16, EDNS_LIMIT),
            version: (entry.ttl >> 16) as u8,
            wants_dnssec: entry.ttl & 0x8000,
        });
        Some(Question {
            bytes: &bytes[question.name.start..question.class_range().end],
            name: text.to_ascii_lowercase(),
            name_length: question.name.len(),
            kind: question.kind,
            class: question.class,
            edns: edns.filter(|_| question.kind != kind::OPT),
        })
    }
}

impl Response {
    /// One with these flags and that code, beside those that follow from the query.
    fn new(query: &Dns, flags: u16, question: Option<&Question>) -> Response {
        let copied = query.flags() & (0x7800 | flag::RECURSION_DESIRED);
        let mut bytes = query.id().to_be_bytes().to_vec();
        bytes.extend((flag::RESPONSE | copied | flags).to_be_bytes());
        bytes.extend([0; 8]);
        bytes.extend(question.map_or(&[][..], |question| question.bytes));
        Response { bytes, counts: [u16::from(question.is_some()), 0, 0, 0] }
    }

    fn add(&mut self, section: Section, owner: &[u8], record: &Record) {
        self.counts[section as usize] += 1;
        self.bytes.extend(owner);
        self.bytes.extend(record.kind.to_be_bytes());
        self.bytes.extend(class::IN.to_be_bytes());
        self.bytes.extend(zone::TTL.to_be_bytes());
        self.bytes.extend((record.data.len() as u16).to_be_bytes());
        self.bytes.extend(&record.data);
    }

    /// Who was asked with EDNS answers with it (RFC 6891 section 6.1.1).
    fn with_edns(mut self, question: &Question, more: u32) -> Response {
        if let Some(edns) = question.edns {
            self.counts[Section::Additional as usize] += 1;
            self.bytes.push(0);
            self.bytes.extend(kind::OPT.to_be_bytes());
            self.bytes.extend(EDNS_LIMIT.to_be_bytes());
            self.bytes.extend((more | edns.wants_dnssec).to_be_bytes());
            self.bytes.extend([0, 0]);
        }
        self
    }

    fn finished(mut self) -> Vec<u8> {
        for (section, count) in Section::ALL.into_iter().zip(self.counts) {
            self.bytes[section.count()].copy_from_slice(&count.to_be_bytes());
        }
        self.bytes
    }
}
