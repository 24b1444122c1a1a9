//! What a rule is: one row of the table [`RULES`](crate::RULES).
//!
//! A row joins a clause in the RFC's own words, the function that checks it, and two exchanges, one
//! that keeps it and one that breaks it. The gate and the measurement read the same rows.

use std::fmt;
use std::net::Ipv4Addr;
use std::ops::Range;

use serde::{Serialize, Serializer};
use wire::Edit;

use crate::{Exchange, Finding, Host};

/// One clause, checked.
#[derive(Debug)]
pub struct Rule {
    /// Its name: protocol and field, as `ipv4.checksum`.
    pub id: &'static str,
    /// The RFC's number.
    pub rfc: u16,
    /// The section: a number, or a title where the RFC numbers none.
    pub section: &'static str,
    /// How much the clause demands.
    pub level: Level,
    /// The clause in the RFC's words.
    pub quote: &'static str,
    /// Where this row asks more or less than its clause says, and why.
    pub note: Option<&'static str>,
    /// What is checked, and against what.
    pub check: Check,
    /// An exchange that keeps the rule, and every other.
    pub pass: Example,
    /// An exchange that breaks it.
    pub fail: Example,
}

/// How much a clause demands, in the words of RFC 2119.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// MUST.
    Must,
    /// MUST NOT.
    MustNot,
    /// SHOULD.
    Should,
    /// SHOULD NOT.
    ShouldNot,
}

/// How much of an exchange a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// One packet, whoever sent it.
    Packet,
    /// A request and what was, or was not, replied.
    Exchange,
}

/// The function of a rule: what is wrong, or `None`.
#[derive(Clone, Copy, Debug)]
pub enum Check {
    /// Looks at one packet; in an exchange, at the reply.
    Packet(fn(&[u8]) -> Option<Fault>),
    /// Looks at the exchange.
    Exchange(fn(&Exchange) -> Option<Fault>),
}

/// An exchange as data, in hex, of the host [`Example::HOST`].
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// The packet that came.
    pub request: &'static str,
    /// The packet that answers it, or silence.
    pub reply: Option<&'static str>,
}

/// What a check found wrong: where, in words, and what would put it right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The octets at fault.
    pub range: Range<usize>,
    /// What was expected and what was found.
    pub message: String,
    /// What would put this one packet right. Only checks of a single packet propose edits: from an
    /// exchange they would add up to a responder.
    pub edits: Vec<Edit>,
}

impl Example {
    /// The host of every example.
    pub const HOST: Host =
        Host { address: Ipv4Addr::new(10, 0, 0, 1), broadcast: Some(Ipv4Addr::new(10, 0, 0, 255)) };
}

impl Rule {
    /// Holds an exchange against this rule. Its finding proposes no edits.
    pub fn judge(&'static self, exchange: &Exchange) -> Option<Finding> {
        let fault = match self.check {
            Check::Packet(check) => check(exchange.reply?),
            Check::Exchange(check) => check(exchange),
        };
        // What goes back to a model says what is wrong, never what to write instead.
        fault.map(|fault| Finding::new(self, Fault { edits: Vec::new(), ..fault }))
    }

    /// Holds one packet against this rule; nothing where it takes an exchange.
    pub fn judge_packet(&'static self, packet: &[u8]) -> Option<Finding> {
        match self.check {
            Check::Packet(check) => check(packet).map(|fault| Finding::new(self, fault)),
            Check::Exchange(_) => None,
        }
    }

    /// How much of an exchange the rule looks at.
    pub fn scope(&self) -> Scope {
        match self.check {
            Check::Packet(_) => Scope::Packet,
            Check::Exchange(_) => Scope::Exchange,
        }
    }
}

/// Rules are rows of one table: the same name is the same rule.
impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Rule {}

/// By its name alone.
impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id)
    }
}

impl Level {
    /// Whether breaking it keeps a reply off the wire: MUST and MUST NOT do, the rest is a remark.
    pub fn vetoes(self) -> bool {
        matches!(self, Level::Must | Level::MustNot)
    }

    /// In the words of RFC 2119: `MUST NOT`.
    pub fn name(self) -> &'static str {
        match self {
            Level::Must => "MUST",
            Level::MustNot => "MUST NOT",
            Level::Should => "SHOULD",
            Level::ShouldNot => "SHOULD NOT",
        }
    }
}

/// As RFC 2119 writes it.
impl Serialize for Level {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Fault {
    /// A fault in those octets.
    pub(crate) fn new(range: Range<usize>, message: String) -> Self {
        Fault { range, message, edits: Vec::new() }
    }

    /// A fault of one packet that writing `bytes` over its octets would put right.
    pub(crate) fn mended_by(mut self, bytes: &[u8]) -> Self {
        self.edits = vec![Edit::Set { offset: self.range.start, bytes: bytes.to_vec() }];
        self
    }

    /// The fault of a field that should hold one value and holds another.
    pub(crate) fn unless_equal<T: PartialEq + fmt::Display>(
        range: Range<usize>,
        expected: T,
        found: T,
    ) -> Option<Self> {
        (expected != found)
            .then(|| Fault::new(range, format!("expected {expected}, found {found}")))
    }
}
