//! What the judge has to say: which rule, which bytes, and in words.
//!
//! Findings go back to a model as objections, into the journal, and to whoever lints a capture.

use std::fmt;
use std::ops::Range;

use serde::{Serialize, Serializer, ser::SerializeStruct};
use wire::Edit;

use crate::{Fault, Level, Rule, Severity};

/// One rule broken by one reply, or by silence. As JSON it carries its rule's clause along:
/// `{"rule":"ipv4.ttl","severity":"error","level":"MUST NOT","rfc":1122,"section":"3.2.1.7","offset":8,…}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The row that was broken.
    pub rule: &'static Rule,
    /// The first octet of the reply, or of the frame, at fault.
    pub offset: usize,
    /// How many octets are; 0 where the fault is that there are none.
    pub length: usize,
    /// What was expected and what was found.
    pub message: String,
    /// What would put the packet right, proposed by [`inspect`](crate::inspect) only: nothing between the
    /// model and the wire applies them.
    pub edits: Vec<Edit>,
    /// How much it matters to whoever reads a capture.
    pub severity: Severity,
}

impl Finding {
    pub(crate) fn new(rule: &'static Rule, fault: Fault) -> Self {
        Finding {
            rule,
            offset: fault.range.start,
            length: fault.range.len(),
            message: fault.message,
            edits: fault.edits,
            severity: fault.severity.unwrap_or(rule.level.severity()),
        }
    }

    /// How much the clause demands.
    pub fn level(&self) -> Level {
        self.rule.level
    }

    /// The octets at fault.
    pub fn range(&self) -> Range<usize> {
        self.offset..self.offset + self.length
    }

    /// Those octets in words, as `byte 8` or `bytes 10–11`; nothing where there are none.
    pub fn place(&self) -> String {
        match self.range() {
            range if range.is_empty() => String::new(),
            range if range.len() == 1 => format!("byte {}", range.start),
            range => format!("bytes {}–{}", range.start, range.end - 1),
        }
    }
}

/// One line: `ipv4.ttl (RFC 1122 3.2.1.7, MUST NOT) byte 8: expected 1 or more, found 0`.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Rule { id, rfc, section, level, .. } = self.rule;
        write!(f, "{id} (RFC {rfc} {section}, {level}) ")?;
        match self.place() {
            place if place.is_empty() => write!(f, "{}", self.message),
            place => write!(f, "{place}: {}", self.message),
        }
    }
}

impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = 8 + usize::from(!self.edits.is_empty());
        let mut object = serializer.serialize_struct("Finding", fields)?;
        object.serialize_field("rule", self.rule.id)?;
        object.serialize_field("severity", &self.severity)?;
        object.serialize_field("level", &self.rule.level)?;
        object.serialize_field("rfc", &self.rule.rfc)?;
        object.serialize_field("section", self.rule.section)?;
        object.serialize_field("offset", &self.offset)?;
        object.serialize_field("length", &self.length)?;
        object.serialize_field("message", &self.message)?;
        match self.edits.is_empty() {
            true => object.skip_field("edits")?,
            false => object.serialize_field("edits", &self.edits)?,
        }
        object.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_and_json() {
        let rule = crate::rule("ipv4.ttl").unwrap();
        let fault = Fault::new(8..9, "expected 1 or more, found 0".to_owned());
        let finding = Finding::new(rule, fault.mended_by(&[64]));
        let expect = "ipv4.ttl (RFC 1122 3.2.1.7, MUST NOT) byte 8: expected 1 or more, found 0";
        assert_eq!(finding.to_string(), expect);
        let expect = serde_json::json!({
            "rule": "ipv4.ttl", "severity": "error", "level": "MUST NOT", "rfc": 1122, "section": "3.2.1.7",
            "offset": 8, "length": 1, "message": "expected 1 or more, found 0",
            "edits": [{"op": "set", "offset": 8, "bytes": "40"}],
        });
        assert_eq!(serde_json::to_value(&finding).unwrap(), expect);
    }
}
