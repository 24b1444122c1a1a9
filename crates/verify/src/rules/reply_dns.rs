//! Rules on a DNS response beside its query: the header that makes it the response to that one (RFC 1035 section
//! 4.1.1). What its records say is judged in [`records`]; its form like that of any message.

use wire::Dns;
use wire::dns::{Section, field, flag, kind, opcode, rcode_name};

use super::reply_udp::{at_port, exchange, if_empty, is_unanswered, unless_same};
use crate::datagram::Datagram;
use crate::due::dns::{is_malformed, is_unreadable};
use crate::due::udp::DNS_PORT;
use crate::exchange::Exchange;
use crate::rule::{Check, Example, Fault, Level, Rule};

pub(super) mod records;

/// Asks for the address of example.com.
const ASKED: &str = "4500003900000000401166b20a0000020a0000019c40003500256d8a123401000001000000000000076578616d706c6503636f6d0000010001";

/// 192.0.2.1, says the server.
const GOOD: Example = answered(
    "4500004900000000401166a20a0000010a00000200359c40003598e6123485000001000100000000076578616d706c6503636f6d0000010001c00c000100010000003c0004c0000201",
);

/// The query answered by this.
const fn answered(reply: &'static str) -> Example {
    exchange(ASKED, Some(reply))
}

/// A response beside its query.
struct Pair<'a> {
    query: Dns<'a>,
    response: Dns<'a>,
    reply: Datagram<'a>,
}

impl<'a> Pair<'a> {
    fn of(x: &Exchange<'a>) -> Option<Pair<'a>> {
        let (asked, reply) = at_port(x, DNS_PORT)?;
        let (query, response) = (Dns::new(asked.message)?, Dns::new(reply.message)?);
        Some(Pair { query, response, reply })
    }

    /// The octets of the questions of a message, if they can be read.
    fn questions(dns: &Dns<'a>) -> Option<&'a [u8]> {
        let mut entries = dns.entries();
        for _ in 0..dns.count(Section::Question) {
            entries.next()?.ok()?;
        }
        dns.bytes().get(wire::dns::HEADER_LEN..entries.offset())
    }
}

/// Names of response codes that these rules speak of (RFC 1035 section 4.1.1).
mod rcode {
    pub(super) const FORMAT_ERROR: u8 = 1;
    pub(super) const NOT_IMPLEMENTED: u8 = 4;
    pub(super) const REFUSED: u8 = 5;
}

/// A standard query is answered.
pub(super) const UNANSWERED: Rule = Rule {
    id: "dns.response.unanswered",
    rfc: 1034,
    section: "3.7",
    level: Level::Must,
    quote: "The response by the name server either answers the question posed in the query, refers the requester \
            to another set of name servers, or signals some error condition.",
    note: None,
    check: Check::Exchange(|x| {
        let message = || "expected a response, found silence".to_owned();
        is_unanswered(x, DNS_PORT).then(|| Fault::new(0..0, message()))
    }),
    pass: GOOD,
    fail: exchange(ASKED, None),
};

/// There is a message.
pub(super) const HEADER: Rule = Rule {
    id: "dns.response.header",
    rfc: 1035,
    section: "4.1",
    level: Level::Must,
    quote: "The header section is always present.",
    note: Some("Of a message that is cut `dns.header` speaks."),
    check: Check::Exchange(|x| if_empty(&at_port(x, DNS_PORT)?.1, "a response")),
    pass: GOOD,
    fail: answered("4500001c00000000401166cf0a0000010a00000200359c4000084f66"),
};

/// A response says that it is one.
pub(super) const RESPONSE: Rule = Rule {
    id: "dns.response.qr",
    rfc: 1035,
    section: "4.1.1",
    level: Level::Must,
    quote: "A one bit field that specifies whether this message is a query (0), or a response (1).",
    note: None,
    check: Check::Exchange(|x| {
        let Pair { response, reply, .. } = Pair::of(x)?;
        let message = || "expected QR to be 1, found 0".to_owned();
        (!response.is_response()).then(|| Fault::new(reply.range(field::FLAGS_HIGH), message()))
    }),
    pass: GOOD,
    fail: answered(
        "4500003900000000401166b20a0000010a00000200359c4000256d8a123401000001000000000000076578616d706c6503636f6d0000010001",
    ),
};

/// The identifier comes back.
pub(super) const ID: Rule = Rule {
    id: "dns.response.id",
    rfc: 1035,
    section: "4.1.1",
    level: Level::Must,
    quote: "This identifier is copied the corresponding reply and can be used by the requester to match up \
            replies to outstanding queries.",
    note: None,
    check: Check::Exchange(|x| {
        let Pair { query, response, reply } = Pair::of(x)?;
        Fault::unless_equal(reply.range(field::ID), query.id(), response.id())
    }),
    pass: GOOD,
    fail: answered(
        "4500004900000000401166a20a0000010a00000200359c40003598e5123585000001000100000000076578616d706c6503636f6d0000010001c00c000100010000003c0004c0000201",
    ),
};

/// The opcode comes back.
pub(super) const OPCODE: Rule = Rule {
    id: "dns.response.opcode",
    rfc: 1035,
    section: "4.1.1",
    level: Level::Must,
    quote: "This value is set by the originator of a query and copied into the response.",
    note: None,
    check: Check::Exchange(|x| {
        let Pair { query, response, reply } = Pair::of(x)?;
        Fault::unless_equal(reply.range(field::FLAGS_HIGH), query.opcode(), response.opcode())
    }),
    pass: GOOD,
    fail: answered(
        "4500004900000000401166a20a0000010a00000200359c40003588e6123495000001000100000000076578616d706c6503636f6d0000010001c00c000100010000003c0004c0000201",
    ),
};

/// The wish for recursion comes back.
pub(super) const RECURSION: Rule = Rule {
    id: "dns.response.rd",
    rfc: 1035,
    section: "4.1.1",
    level: Level::Must,
    quote: "Recursion Desired - this bit may be set in a query and is copied into the response.",
    note: None,
    check: Check::Exchange(|x| {
        let Pair { query, response, reply } = Pair::of(x)?;
        let [expected, found] =
            [query, response].map(|dns| u8::from(dns.has(flag::RECURSION_DESIRED)));
        let message = || format!("expected RD to be {expected}, found {found}");
        (expected != found).then(|| Fault::new(reply.range(field::FLAGS_HIGH), message()))
    }),
    pass: GOOD,
    fail: answered(
        "4500004900000000401166a20a0000010a00000200359c40003599e6123484000001000100000000076578616d706c6503636f6d0000010001c00c000100010000003c0004c0000201",
    ),
};

/// The question comes back.
pub(super) const QUESTION: Rule = Rule {
    id: "dns.response.question",
    rfc: 5452,
    section: "9.1",
    level: Level::Must,
    quote: "A resolver implementation MUST match responses to all of the following attributes of \
            the query:",
    note: Some(
        "The question section is one of them; resolvers that vary the case of letters look at that too. Who says \
         that a query is malformed need not repeat it.",
    ),
    check: Check::Exchange(|x| question(&Pair::of(x)?)),
    pass: GOOD,
    fail: answered(
        "4500004900000000401166a20a0000010a00000200359c4000359906123485000001000100000000074578616d706c6503636f6d0000010001c00c000100010000003c0004c0000201",
    ),
};

fn question(Pair { query, response, reply }: &Pair) -> Option<Fault> {
    let plain = query.opcode() == opcode::QUERY && response.rcode() != rcode::FORMAT_ERROR;
    let asked = Pair::questions(query).filter(|_| plain && !is_malformed(query))?;
    let counts = [query, response].map(|dns| dns.count(Section::Question));
    if let Some(fault) = Fault::unless_equal(reply.range(field::QUESTIONS), counts[0], counts[1]) {
        return Some(fault);
    }
    let rest = &response.bytes()[wire::dns::HEADER_LEN..];
    let found = &rest[..asked.len().min(rest.len())];
    unless_same(asked, found, reply.start + wire::dns::HEADER_LEN)
}

/// Of a message that cannot be read a server says no more than that.
pub(super) const FORMAT: Rule = Rule {
    id: "dns.response.format_error",
    rfc: 9619,
    section: "4",
    level: Level::Must,
    quote: "A DNS message with OPCODE = 0 and QDCOUNT > 1 MUST be treated as an incorrectly formatted message. \
            The value of the RCODE parameter in the response message MUST be set to 1 (FORMERR).",
    note: Some(
        "So is a message whose question's name leads in a circle, or whose entries end after it (RFC 1035 section \
         4.1.1).",
    ),
    check: Check::Exchange(|x| {
        let Pair { query, response, reply } = Pair::of(x)?;
        let judged = is_unreadable(&query);
        let code = || {
            Fault::unless_equal(
                reply.range(field::FLAGS_LOW),
                rcode::FORMAT_ERROR,
                response.rcode(),
            )
        };
        judged.then(code)?
    }),
    pass: exchange(
        "4500002e00000000401166bd0a0000020a0000019c400035001a7bfe123401000001000000000000c00c00010001",
        Some("4500002800000000401166c30a0000010a00000200359c400014bc18123481010000000000000000"),
    ),
    fail: exchange(
        "4500002e00000000401166bd0a0000020a0000019c400035001a7bfe123401000001000000000000c00c00010001",
        Some("4500002800000000401166c30a0000010a00000200359c400014bc14123481050000000000000000"),
    ),
};

/// The response code is one in use.
pub(super) const RCODE: Rule = Rule {
    id: "dns.response.rcode",
    rfc: 1035,
    section: "4.1.1",
    level: Level::Must,
    quote: "6-15 Reserved for future use.",
    note: Some(
        "Of those 6 to 11 have come into use (RFC 6895 section 2.3). EDNS may extend the code.",
    ),
    check: Check::Exchange(|x| {
        let Pair { response, reply, .. } = Pair::of(x)?;
        let found = response.rcode();
        let extended = || response.entries().map_while(Result::ok).any(|e| e.kind == kind::OPT);
        let message = || format!("expected a response code in use, found {found}");
        let unknown = rcode_name(found).is_none() && !extended();
        unknown.then(|| Fault::new(reply.range(field::FLAGS_LOW), message()))
    }),
    pass: GOOD,
    fail: answered(
        "4500003900000000401166b20a0000010a00000200359c400025ed7c1234810d0001000000000000076578616d706c6503636f6d0000010001",
    ),
};
