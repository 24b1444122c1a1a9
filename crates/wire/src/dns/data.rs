//! What the data of resource records is made of: which names lie in it, and where.

use std::ops::Range;

use super::{Breach, Entry, kind, name};

/// How the data of a type begins that holds names: octets before the first name, how many names follow,
/// octets after the last one (RFC 1035 section 3.3, RFC 2782, RFC 6672, RFC 4034). `None` of octets after
/// it is for whatever comes.
fn layout(kind: u16) -> Option<(usize, usize, Option<usize>)> {
    Some(match kind {
        kind::NS | kind::CNAME | kind::PTR | kind::DNAME => (0, 1, Some(0)),
        kind::SOA => (0, 2, Some(20)),
        kind::MX | kind::AFSDB | kind::RT | kind::KX => (2, 1, Some(0)),
        kind::SRV => (6, 1, Some(0)),
        kind::RRSIG => (18, 1, None),
        kind::NSEC => (0, 1, None),
        _ => return None,
    })
}

/// Why the names in a record's data cannot be told from what is around them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DataFlaw {
    /// What its type has in it makes so many octets, as far as that can be told, and RDLENGTH others.
    Length(usize),
    /// The label at this octet of the message is of no known type.
    LabelType(usize),
}

/// Where the names in a record's data lie, first and second; `None` for types that hold none, and where
/// there is no data, as in updates.
///
/// # Errors
/// Says why they cannot be told.
pub fn names_in(message: &[u8], entry: &Entry) -> Result<[Option<Range<usize>>; 2], DataFlaw> {
    let Some((before, count, after)) = layout(entry.kind).filter(|_| !entry.data.is_empty()) else {
        return Ok([None, None]);
    };
    let start = entry.data.start;
    // Names end with the data, whatever follows in the message.
    let here = &message[..entry.data.end.min(message.len())];
    let mut names = [None, None];
    let mut at = start + before;
    for name in names.iter_mut().take(count) {
        let end = name::end(here, at).map_err(|breach| match breach {
            Breach::LabelType(at) => DataFlaw::LabelType(at),
            _ => DataFlaw::Length(name::end(message, at).unwrap_or(message.len() + 1) - start),
        })?;
        *name = Some(at..end);
        at = end;
    }
    match after {
        Some(after) if at + after != entry.data.end => Err(DataFlaw::Length(at + after - start)),
        _ => Ok(names),
    }
}
